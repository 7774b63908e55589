"""The worker makes links and ends them. A password goes to each receiver in a message of its own and into no row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from integration import people, phrases
from integration.errors import DeliveryError, NotMember
from integration.i18n import Translate
from integration.messages import File, Reply, Text
from integration.people import Person
from integration.plugin import Job, Run, Work
from integration.ports import Link, Members, Storage
from plugins.berkas import shares, sharing, wording
from plugins.berkas.shares import Share
from plugins.berkas.tables import file_share

# What a bot may send as a file, where the storage has no links.
LARGEST_SENT = 20_000_000
# A channel with more people than this is not sent one message each.
MOST_MEMBERS = 300
BATCH = 100


class _Impossible(Exception):
    """The share cannot be made; `text` tells whoever wanted it, in their language."""

    def __init__(self, build: Any) -> None:
        super().__init__("the share cannot be made")
        self.build = build


def make(run: Run, given: Mapping[str, Any]) -> None:
    """Make the link, send the passwords, then the link; harmless to repeat."""
    storage = _storage(run)
    with run.begin() as work:
        share = shares.get(work.db, int(given["share"]))
        sharer = people.get(work.db, share.person_id) if share is not None else None
        others = shares.of_path(work.db, share.path) if share is not None else []
        left = sharer is not None and sharer.ended_on is not None and sharer.ended_on < work.now.date()
        if share is not None and left:
            shares.failed(work, share, "who shared it has left")
            return
    if share is None or sharer is None or share.state != "waiting":
        return
    try:
        _make(run, storage, share, sharer, others)
    except _Impossible as impossible:
        build = impossible.build
        with run.begin() as work:
            if shares.failed(work, share, "impossible"):
                work.tell(sharer, f"{_key(share)}:failed", lambda t: Reply(build(t), refused=True))
    except DeliveryError as error:
        if not error.permanent:
            raise
        with run.begin() as work:
            if shares.failed(work, share, wording.why(error)):
                work.tell(sharer, f"{_key(share)}:failed", lambda t: Reply(_refused(t, share), refused=True))


def _make(run: Run, storage: Storage, share: Share, sharer: Person, others: Sequence[Share]) -> None:
    now = storage.stat(share.path)
    if now is None:
        raise _Impossible(
            lambda t: t("“{name}” is not there any more: it was moved or deleted.", name=wording.name_of(share.path))
        )
    receivers, unknown = _receivers(run, share, sharer)
    link = storage.share(share.path, expires=max([share.expires_at, *(other.expires_at for other in others)]))
    way = "link" if wording.is_address(link.url) else "file"
    if way == "file" and (now.folder or now.size > LARGEST_SENT):
        raise _Impossible(lambda t: t("This office's drive has no links, and the file is too large to be sent."))
    if way == "link" and link.password:
        for someone in receivers:
            key = f"{_key(share)}:password:{someone.id}"
            run.whisper(someone, key, lambda t, link=link: _password(t, share, sharer, link))  # type: ignore[misc]  # called at once
    with run.begin() as work:
        if not shares.made(work, share, way):
            return  # withdrawn meanwhile: its task ends the link
        _announce(work, share, sharer, link if way == "link" else None)
        work.tell(sharer, f"{_key(share)}:made", lambda t: _done(t, share, way, unknown))


def _receivers(run: Run, share: Share, sharer: Person) -> tuple[list[Person], int]:
    """Who gets the password, and how many in the channel Hadir does not know."""
    kind, _, rest = share.receiver.partition(":")
    if kind == "person":
        with run.begin() as work:
            someone = people.get(work.db, int(rest))
            day = work.now.date()
        if someone is None or (someone.ended_on is not None and someone.ended_on < day):
            raise _Impossible(lambda t: t("{name} does not work here any more.", name=share.receiver_name))
        return [someone], 0
    platform, _, channel = rest.partition(":")
    chat = run.ports.chats.get(platform)
    if not isinstance(chat, Members):
        raise DeliveryError(f"{platform} does not tell who is in a channel", permanent=True)
    try:
        members = [member.id for member in chat.members(channel)]
    except NotMember as error:
        refusal = error  # the name ends with the block
        raise _Impossible(lambda t: wording.not_member(t, refusal, direct=False)) from None
    if len(members) > MOST_MEMBERS:
        raise _Impossible(
            lambda t: t(
                "The channel has too many members for passwords. Couple it to a folder: {command}",
                command=Text("`/berkas kanal`"),
            )
        )
    with run.begin() as work:
        known = of_accounts(work, platform, members)
    return [someone for someone in known if someone.id != sharer.id], len(members) - len(known)


def of_accounts(work: Work, platform: str, ids: Sequence[str]) -> list[Person]:
    """Who of these accounts work here, one statement for every few hundred."""
    account, found = people.account.c, []
    for start in range(0, len(ids), 500):
        part = select(account.person_id).where(account.platform == platform, account.external_id.in_(ids[start : start + 500]))
        query = people.working(people.people_query(), work.now.date()).where(people.person.c.id.in_(part))
        found += people.fetch(work.db, query.order_by(people.person.c.name))
    return found


def _announce(work: Work, share: Share, sharer: Person, link: Link | None, again: str = "") -> None:
    """The link to the person or the channel, or the file itself."""
    key = f"{_key(share)}:link{again}"
    kind, _, rest = share.receiver.partition(":")
    if kind == "person":
        someone = people.get(work.db, int(rest))
        if someone is not None:
            work.tell(someone, key, lambda t: _offered(t, share, sharer, link, bool(again)))
        return
    platform, _, channel = rest.partition(":")
    work.post(platform, channel, key, lambda t: _offered(t, share, sharer, link, bool(again)))


def _offered(t: Translate, share: Share, sharer: Person, link: Link | None, again: bool) -> Reply:
    name = wording.name_of(share.path)
    if link is None:
        text = t("{who} shares {file} with you.", who=sharer.name, file=wording.bold(name))
        return Reply(text, files=(File(name, "application/octet-stream", path=share.path),))
    text = (
        t("The link to {file} from {who} has changed:", file=wording.bold(name), who=sharer.name)
        if again
        else t("{who} shares {file} with you.", who=sharer.name, file=wording.bold(name))
    )
    until = t("Until {day}; the password comes in a direct message of its own.", day=phrases.long_day(t, share.until))
    return Reply(wording.listed([text, wording.link(t("Open the file"), link.url), until]))


def _password(t: Translate, share: Share, sharer: Person, link: Link) -> Reply:
    text = t(
        "Password for {file}, which {who} shares: {password}",
        file=wording.bold(wording.name_of(share.path)),
        who=sharer.name,
        password=Text(f"`{link.password.replace('`', '')}`"),
    )
    return Reply(text)


def _done(t: Translate, share: Share, way: str, unknown: int) -> Reply:
    name, day = wording.bold(wording.name_of(share.path)), phrases.long_day(t, share.until)
    if way == "file":
        return Reply(
            t("{file} was sent to {name} as a file, because this drive has no links.", file=name, name=share.receiver_name)
        )
    lines = [t("{file} is shared with {name} until {day}.", file=name, name=share.receiver_name, day=day)]
    if unknown:
        lines.append(t("{count} in the channel are not known to me and got no password.", count=unknown))
    return Reply(wording.listed(lines), buttons=(sharing.end_button(t, share),))


def _refused(t: Translate, share: Share) -> Text:
    return t(
        "{file} could not be shared with {name}: drive or chat refuse it.",
        file=wording.name_of(share.path),
        name=share.receiver_name,
    )


# ---------------------------------------------------------------- ending


def end(run: Run, given: Mapping[str, Any]) -> None:
    """End the link. It is the same for everybody to whom the file is shared: the others get a new one."""
    storage = _storage(run)
    with run.begin() as work:
        share = shares.get(work.db, int(given["share"]))
        others = [row for row in shares.of_path(work.db, share.path) if row.state == "made"] if share is not None else []
    if share is None or share.state != "ending":
        return
    if share.way != "file":
        try:
            storage.unshare(share.path)
            link = storage.share(share.path, expires=max(row.expires_at for row in others)) if others else None
        except DeliveryError as error:
            if not error.permanent:
                raise
            link = None  # with the file its link is gone
        with run.begin() as work:
            for row in others if link is not None else ():
                sharer = people.get(work.db, row.person_id)
                if sharer is not None:
                    _announce(work, row, sharer, link, again=f":{share.id}")
    with run.begin() as work:
        shares.ended(work, share)


def end_what_is_over(run: Run) -> None:
    """Shares past their day, and those of people who have left, or to them."""
    with run.begin() as work:
        found = {*shares.over(work.db, work.now, work.now.date(), BATCH), *_to_who_left(work)}
        for share_id in sorted(found):
            share = shares.get(work.db, share_id)
            if share is not None and shares.end(work, share, "berkas.share_over"):
                sharing.queue(work, sharing.UNSHARE, share)


def _to_who_left(work: Work) -> list[int]:
    c, p = file_share.c, people.person.c
    rows = work.db.execute(select(c.id, c.receiver).where(c.state == "made", c.receiver.startswith("person:"))).all()
    ids: dict[int, list[int]] = {}
    for row in rows:
        ids.setdefault(int(row.receiver.partition(":")[2]), []).append(row.id)
    gone: list[int] = []
    known = sorted(ids)
    for start in range(0, len(known), 500):
        query = select(p.id).where(p.id.in_(known[start : start + 500]), p.ended_on < work.now.date())
        gone += [share for person in work.db.scalars(query) for share in ids[person]]
    return gone


def _storage(run: Run) -> Storage:
    if run.ports.storage is None:
        raise DeliveryError("no storage is connected")
    return run.ports.storage


def _key(share: Share) -> str:
    return f"berkas:share:{share.id}:{share.round}:{share.asked_at.isoformat()}"


JOBS = (Job("shares", "7 * * * *", end_what_is_over, catch_up_minutes=180),)
