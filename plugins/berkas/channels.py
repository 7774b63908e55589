"""`/berkas kanal`: give a channel a folder of its own, and take it back."""

from __future__ import annotations

from sqlalchemy import func, select

from integration import people
from integration.messages import Answer, Button, ButtonPress, Command, Reply, Text, fill
from integration.plugin import Context
from integration.safe_names import beside, safe_name
from plugins.berkas import couplings, places, wording
from plugins.berkas.couplings import Coupling
from plugins.berkas.tables import channel_member
from plugins.berkas.wording import say

STEP, RELEASE = "step", "release"
MAY_COUPLE = frozenset({"atasan", "pimpinan", "admin"})
_NUMBERS = 50
_WORDS_FOR_NO = frozenset({"lepas", "batal", "hapus"})


def channel(context: Context, command: Command) -> Answer:
    """`kanal` shows how it is, `kanal <folder>` couples."""
    t, here = context.t, context.channel
    if not here.id or here.direct:
        text = t("Type this in the channel that is to have a folder: {command}", command=Text("`/berkas kanal`"))
        return Reply(text, refused=True)
    found = couplings.of_channel(context.db, context.sender.platform, here.id)
    words = command.text.strip().strip("/")
    if words.lower() in _WORDS_FOR_NO:
        return _ask_release(context, found)
    if found is not None:
        return state(context, found)
    if not MAY_COUPLE & context.person.roles:
        return Reply(
            t("This channel has no folder. A supervisor can give it one: {command}", command=Text("`/berkas kanal`")),
            refused=True,
        )
    if not words:
        before = couplings.last(context.db, context.sender.platform, here.id)
        own = wording.name_of(before.folder) if before else here.name  # what it left there is found again
        name = wording.name_of(_free(context, own))
        text = t(
            "Give this channel the folder {folder}? Its members may then read and change what lies in it.",
            folder=wording.bold(name),
        )
        return Reply(text, buttons=(Button(t("Yes, couple"), "berkas.couple", own, "good"),))
    return couple(context, words)


def pressed(context: Context, press: ButtonPress) -> Reply:
    t = context.t
    if not MAY_COUPLE & context.person.roles:
        return Reply(t("Only supervisors may couple a channel."), refused=True)
    if not press.channel.id or press.channel.direct:
        text = t("Type this in the channel that is to have a folder: {command}", command=Text("`/berkas kanal`"))
        return Reply(text, refused=True)
    found = couplings.of_channel(context.db, context.sender.platform, press.channel.id)
    return state(context, found) if found is not None else couple(context, press.value)


def couple(context: Context, words: str) -> Reply:
    t, here = context.t, context.channel
    row = {
        "platform": context.sender.platform,
        "channel": here.id[:190],
        "name": couplings.name_of(context.db, context.sender.platform, here.id, here.name)[:190],
        "folder": _free(context, words),
        "person_id": context.person.id,
    }
    made = couplings.couple(context, row)
    if made is None:  # somebody was quicker
        found = couplings.of_channel(context.db, context.sender.platform, here.id)
        return state(context, found) if found is not None else Reply(t("That folder has a channel already."), refused=True)
    step(context, made, "first")
    text = t(
        "The folder of this channel is {folder}. Members get their rights now; you will be told who.",
        folder=wording.bold(made.folder),
    )
    return Reply(text, buttons=(_folder(context, made), _release(context, made)), replaces=True)


def step(context: Context, coupling: Coupling, why: str) -> None:
    key = f"berkas:step:{coupling.id}:{why}:{context.now.isoformat()}"
    context.later(f"berkas.{STEP}", f"berkas:channel:{coupling.id}", key, {"coupling": coupling.id, "tell": True})


def _free(context: Context, words: str) -> str:
    """A folder that is nobody else's: what a channel left in its folder is not for the next one to read."""
    name = safe_name(" ".join(words.replace("/", " ").split()) or "kanal")[: places.LONGEST_NAME]
    here = (context.sender.platform, context.channel.id)
    for number in range(1, _NUMBERS):
        folder = f"{places.CHANNELS}/{name if number == 1 else beside(name, str(number))}"
        if all((row.platform, row.channel) == here for row in couplings.earlier(context.db, folder)):
            return folder
    return f"{places.CHANNELS}/{beside(name, context.channel.id[:26])}"


# ---------------------------------------------------------------- how it is


def state(context: Context, coupling: Coupling) -> Reply:
    """Folder, who coupled it, how many are in it, and what is wrong."""
    t = context.t
    by = context.db.scalar(select(people.person.c.name).where(people.person.c.id == coupling.person_id))
    members = context.db.scalar(
        select(func.count()).select_from(channel_member).where(channel_member.c.coupling_id == coupling.id)
    )
    when = wording.day(t, coupling.coupled_at, context.person, context.now)
    lines = [
        t("This channel's folder: {folder}", folder=wording.bold(coupling.folder)),
        t(
            "Coupled by {name}, {when}. Members known to me: {count}; with an account on the drive: {granted}.",
            name=by or "?",
            when=when,
            count=members or 0,
            granted=len(coupling.granted),
        ),
        t("What is put into {folder} there is announced here.", folder=fill("`{name}/`", name=Text(places.DROPS))),
    ]
    if coupling.trouble == "NotMember":
        lines.append(t("I am not in this channel, so I cannot see who is. Invite me."))
    elif coupling.trouble == "accounts":
        lines.append(wording.unknown_accounts(t))
    elif coupling.trouble:
        lines.append(wording.storage_trouble(t))
    buttons = [_folder(context, coupling)]
    if may_release(context, coupling):
        buttons.append(_release(context, coupling))
    return Reply(wording.listed(lines), buttons=tuple(buttons))


def _folder(context: Context, coupling: Coupling) -> Button:
    return say(context.t("Files"), f"daftar {coupling.folder}")


def _release(context: Context, coupling: Coupling) -> Button:
    return Button(context.t("Uncouple"), "berkas.release_ask", str(coupling.id), "danger", days=30)


def may_release(context: Context, coupling: Coupling) -> bool:
    """A supervisor who coupled it or is in the channel, or an administrator; as they are now."""
    person = context.person
    if "admin" in person.roles:
        return True
    member = channel_member.c
    there = select(member.person_id).where(member.coupling_id == coupling.id, member.person_id == person.id)
    leads = bool(MAY_COUPLE & person.roles)
    return leads and (person.id == coupling.person_id or context.db.execute(there).first() is not None)


# ---------------------------------------------------------------- uncoupling


def ask_release(context: Context, press: ButtonPress) -> Reply:
    return _ask_release(context, _of_value(context, press.value))


def _ask_release(context: Context, found: Coupling | None) -> Reply:
    t = context.t
    if found is None or found.state != "open":
        return Reply(t("This channel has no folder."), refused=True)
    if not may_release(context, found):
        return Reply(t("Only who coupled the channel, or a supervisor in it, may uncouple it."), refused=True)
    text = t("Uncouple {folder}? Members lose their rights to it; the files stay.", folder=wording.bold(found.folder))
    return Reply(text, buttons=(Button(t("Yes, uncouple"), "berkas.release", str(found.id), "danger"),))


def release(context: Context, press: ButtonPress) -> Reply:
    t, found = context.t, _of_value(context, press.value)
    if found is None:
        return Reply(t("This channel has no folder."), refused=True)
    if found.state != "open":
        return Reply(t("This channel was uncoupled already."), refused=True)
    if not may_release(context, found):
        return Reply(t("Only who coupled the channel, or a supervisor in it, may uncouple it."), refused=True)
    if couplings.uncouple(context, found):
        given = {"coupling": found.id}
        context.later(f"berkas.{RELEASE}", f"berkas:channel:{found.id}", f"berkas:release:{found.id}", given)
    return Reply(t("Uncoupled. The files stay in {folder}.", folder=wording.bold(found.folder)), replaces=True)


def _of_value(context: Context, value: str) -> Coupling | None:
    number = int(value) if value.isascii() and value.isdigit() and len(value) < 10 else 0
    return couplings.get(context.db, number)
