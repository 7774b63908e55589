"""The worker keeps the rights to a coupled folder in step with who is in the channel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from integration import people
from integration.errors import DeliveryError, NotMember
from integration.i18n import Translate
from integration.messages import Reply, Text
from integration.people import Person
from integration.plugin import Job, Run, Work
from integration.ports import Members, Storage
from plugins.berkas import couplings, drops, places, wording
from plugins.berkas.couplings import Coupling
from plugins.berkas.share_tasks import of_accounts
from plugins.berkas.tables import channel_member

# Rights were given, but not to an account that our list has and the drive has not.
ACCOUNTS = "accounts"


def step(run: Run, given: Mapping[str, Any]) -> None:
    """After coupling: make the folder, grant the rights, and say who got them."""
    with run.begin() as work:
        coupling = couplings.get(work.db, int(given["coupling"]))
    if coupling is None or coupling.state != "open":
        return
    try:
        _step(run, coupling, tell=bool(given.get("tell")))
    except NotMember as error:
        _not_member(run, coupling, error)


def step_all(run: Run) -> None:
    """The job: one call to the chat for each channel, and one to the storage only where somebody came or went."""
    with run.begin() as work:
        found = couplings.every(work.db)
    for coupling in found:
        try:
            _in_step(run, coupling)
        except DeliveryError as error:
            with run.begin() as work:
                couplings.note(work, coupling, trouble=wording.why(error)[:20])


def _in_step(run: Run, coupling: Coupling) -> None:
    try:
        _step(run, coupling, tell=False)
    except NotMember as error:
        _not_member(run, coupling, error)
        _without_who_left(run, coupling)


def _step(run: Run, coupling: Coupling, *, tell: bool) -> None:
    chat, storage = run.ports.chats.get(coupling.platform), run.ports.storage
    if storage is None or not isinstance(chat, Members):
        raise DeliveryError(f"{coupling.platform} or the storage is not connected")
    members = [member.id for member in chat.members(coupling.channel)]
    first = coupling.stepped_at is None
    name = chat.channel_name(coupling.channel) if tell or first else coupling.name
    with run.begin() as work:
        known = of_accounts(work, coupling.platform, members)
        accounts = _accounts(work, storage, known)
    if first:
        storage.make_folder(f"{coupling.folder}/{places.DROPS}")
        drops.look(run, coupling)
    trouble = coupling.trouble if coupling.trouble == ACCOUNTS else ""
    if first or sorted(accounts.values()) != list(coupling.granted):
        trouble = _grant(storage, coupling.folder, sorted(accounts.values()))
    with run.begin() as work:
        now = couplings.get(work.db, coupling.id)
        recoupled = couplings.of_folder(work.db, coupling.folder)
        if now is not None and now.state == "open":
            _noted(work, now, known, accounts, trouble, name)
            if tell:
                now = couplings.get(work.db, coupling.id) or now
                _tell(work, now, storage, [each for each in known if each.id not in accounts], len(members) - len(known))
            return
    if not recoupled:
        storage.grant(coupling.folder, (), edit=True)  # uncoupled meanwhile: its own task may have been quicker than we


def _noted(work: Work, now: Coupling, known: Sequence[Person], accounts: Mapping[int, str], trouble: str, name: str) -> None:
    couplings.remember_members(work, now, [someone.id for someone in known])
    couplings.granted(work, now, sorted(accounts.values()), trouble)
    if name != now.name:
        couplings.note(work, now, name=name[:190])


def _without_who_left(run: Run, coupling: Coupling) -> None:
    """Nobody tells us any more who is in the channel. Whoever has left the office is in none, and keeps no rights by it."""
    storage, member, p = run.ports.storage, channel_member.c, people.person.c
    with run.begin() as work:
        there = select(member.person_id).where(member.coupling_id == coupling.id)
        query = people.working(people.people_query(), work.now.date()).where(p.id.in_(there))
        known = people.fetch(work.db, query)
        accounts = set(_accounts(work, storage, known).values()) if storage else set()
    left = [account for account in coupling.granted if account in accounts]
    if storage is None or left == list(coupling.granted):
        return
    storage.grant(coupling.folder, left, edit=True)
    with run.begin() as work:
        now = couplings.get(work.db, coupling.id)
        if now is not None and now.state == "open":
            couplings.remember_members(work, now, [someone.id for someone in known])
            couplings.granted(work, now, left, now.trouble)


def _grant(storage: Storage, folder: str, accounts: Sequence[str]) -> str:
    """Somebody may have deleted the folder by hand. What stays wrong is an account that the drive does not know."""
    try:
        storage.grant(folder, accounts, edit=True)
        return ""
    except DeliveryError as error:
        if not error.permanent:
            raise
    storage.make_folder(f"{folder}/{places.DROPS}")
    try:
        storage.grant(folder, accounts, edit=True)
    except DeliveryError as error:
        if not error.permanent:
            raise
        return ACCOUNTS
    return ""


def _accounts(work: Work, storage: Storage, known: Sequence[Person]) -> dict[int, str]:
    """The accounts on the storage, by person."""
    found = people.accounts(work.db, [someone.id for someone in known])
    return {
        person: account.external_id or account.username
        for person, accounts in found.items()
        for account in accounts
        if account.platform == storage.name
    }


def _tell(work: Work, coupling: Coupling, storage: Storage, without: Sequence[Person], unknown: int) -> None:
    someone = people.get(work.db, coupling.person_id)
    if someone is None:
        return
    key = f"berkas:coupled:{coupling.id}:{coupling.coupled_at.isoformat()}"
    work.tell(someone, key, lambda t: Reply(_told(t, coupling, storage, without, unknown)))
    work.post(coupling.platform, coupling.channel, f"{key}:post", lambda t: Reply(_posted(t, coupling)))


def _posted(t: Translate, coupling: Coupling) -> Text:
    return t(
        "This channel has a folder now: {folder}. Save files with {command}; what is put into {drops} is announced here.",
        folder=wording.bold(coupling.folder),
        command=Text("`/berkas simpan`"),
        drops=Text(f"`{places.DROPS}/`"),
    )


def _told(t: Translate, coupling: Coupling, storage: Storage, without: Sequence[Person], unknown: int) -> Text:
    folder, count, channel = wording.bold(coupling.folder), len(coupling.granted), coupling.name
    if coupling.trouble == ACCOUNTS:  # how many of them it knows, the drive does not say
        lines = [t("{channel} has the folder {folder}.", channel=channel, folder=folder), wording.unknown_accounts(t)]
    else:
        said = t(
            "{channel} has the folder {folder}; {count} members have rights on the drive.",
            channel=channel,
            folder=folder,
            count=count,
        )
        lines = [said]
    if storage.name == "local":
        lines.append(t("This office's drive has no accounts, so files are opened by way of me."))
    if without and storage.name != "local":
        names = wording.names(t, [someone.name for someone in without])
        lines.append(
            t("Without an account on the drive: {names}. They use {command}.", names=names, command=Text("`/berkas daftar`"))
        )
    if unknown:
        lines.append(t("{count} members are not in the list of employees and got nothing.", count=unknown))
    return wording.listed(lines)


def _not_member(run: Run, coupling: Coupling, error: NotMember) -> None:
    """Say once how to invite the bot; the job goes on looking."""
    with run.begin() as work:
        if coupling.trouble == "NotMember":
            return
        couplings.note(work, coupling, trouble="NotMember")
        someone = people.get(work.db, coupling.person_id)
        if someone is not None:
            key = f"berkas:invite:{coupling.id}:{work.now.date().isoformat()}"
            work.tell(someone, key, lambda t: Reply(_invite(t, coupling, error), refused=True))


def _invite(t: Translate, coupling: Coupling, error: NotMember) -> Text:
    how = wording.not_member(t, error, direct=False)
    return t("{channel}: members have no rights yet. {how}", channel=coupling.name, how=how)


def release(run: Run, given: Mapping[str, Any]) -> None:
    """Take the rights away; the files stay."""
    with run.begin() as work:
        coupling = couplings.get(work.db, int(given["coupling"]))
        again = coupling is not None and couplings.of_folder(work.db, coupling.folder)
    if coupling is None or coupling.state == "open" or again or not coupling.granted:
        return
    if run.ports.storage is None:
        raise DeliveryError("no storage is connected")
    try:
        run.ports.storage.grant(coupling.folder, (), edit=True)
    except DeliveryError as error:
        if not error.permanent:
            raise
    with run.begin() as work:
        couplings.granted(work, coupling, ())


JOBS = (Job("members", "*/10 * * * *", step_all, catch_up_minutes=10),)
