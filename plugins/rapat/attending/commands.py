"""`/rapat hadir`, `/rapat keluar` and the button *Hadir*: who is there, by their own hand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from integration import people, phrases, workdays
from integration.errors import Refused, UserError
from integration.messages import Button, ButtonPress, Command, Reply, Text
from integration.plugin import Context, Subcommand
from plugins.rapat import meetings, organizers
from plugins.rapat import which as of_meeting
from plugins.rapat.attending import codes, presence, which
from plugins.rapat.attending.presence import How, Noted
from plugins.rapat.meetings import Meeting, Occurrence
from plugins.rapat.wording import say, when_short

PRESENT, LEAVE = "rapat.present", "rapat.leave"
_CODE_WORDS = frozenset({"kode", "code", "pin"})


# ---------------------------------------------------------------- what is typed and pressed


def check_in(context: Context, command: Command) -> Reply:
    """`/rapat hadir [n] [kode 123456]`"""
    code, words = split(command.words)
    if code:
        return _by_code(context, code, words)
    found = which.named(which.open_now(context.db, context.person, context.now), words)
    if len(found) > 1:
        found = which.not_yet(context.db, context.person, found) or found
    if not found and words:
        other = of_meeting.one(context, words, lambda meeting: f"hadir {meeting.id}")
        return other if isinstance(other, Reply) else _enter(context, other.date, "command")
    if not found:
        return _nothing_open(context)
    return _enter(context, found[0], "command") if len(found) == 1 else which.ask(context, found, PRESENT)


def present(context: Context, press: ButtonPress) -> Reply:
    """The button; its value is the date's id."""
    return _enter(context, of_press(context, press), "button")


def check_out(context: Context, command: Command) -> Reply:
    """`/rapat keluar`"""
    found = which.named(which.here_now(context.db, context.person, context.now), command.words)
    if not found:
        left = which.named(which.left_now(context.db, context.person, context.now), command.words)
        if left:
            return _exit(context, left[0])  # a second time: when it was, and the way back
        text = context.t("You are not checked in at a meeting now, so there is nothing to leave.")
        return Reply(text, buttons=(say(context.t("My meetings"), "daftar"),), refused=True)
    return _exit(context, found[0]) if len(found) == 1 else which.ask(context, found, LEAVE)


def leave(context: Context, press: ButtonPress) -> Reply:
    return _exit(context, of_press(context, press))


def of_press(context: Context, press: ButtonPress) -> Occurrence:
    """The date of which a button speaks; raises `Refused` if there is none."""
    found = meetings.occurrence(context.db, meetings.id_of(press.value.partition(" ")[0]))
    if found is None:
        raise Refused("no such date")
    return found


def split(words: Sequence[str]) -> tuple[str, list[str]]:
    """The code among the words, also as `123 456`, and the others."""
    rest = [word for word in words if word.casefold().strip(":") not in _CODE_WORDS]
    for at, word in enumerate(rest):
        if codes.CODE.fullmatch(word) and word.isascii():
            return word, rest[:at] + rest[at + 1 :]
        pair = "".join(rest[at : at + 2])
        if len(word) == 3 and codes.CODE.fullmatch(pair) and pair.isascii():
            return pair, rest[:at] + rest[at + 2 :]
    return "", rest


# ---------------------------------------------------------------- in


def _enter(context: Context, occurrence: Occurrence, how: How) -> Reply:
    meeting = meeting_of(context, occurrence)
    if not of_meeting.may_see(context, meeting):
        raise UserError(
            context.t(
                "You are not invited to this meeting. Type the code on the screen in the room, "
                "{example}, or ask {organizer} to add you.",
                example=Text("`/rapat hadir 123456`"),
                organizer=_organizer(context, meeting),
            )
        )
    closed = _closed(context, meeting, occurrence)
    return closed or _noted(context, meeting, occurrence, presence.check_in(context, meeting, occurrence, context.person, how))


def _by_code(context: Context, code: str, words: Sequence[str]) -> Reply:
    """A wrong code is counted: this is an answer, and no error that would undo the counting."""
    who, mine = f"p:{context.person.id}", which.open_now(context.db, context.person, context.now)
    if codes.is_locked(context.db, who, context.now):
        return _locked(context)
    candidates = which.named(mine, words) if words else mine
    found = codes.meant(context.settings, candidates, code, context.now)
    found = found or codes.meant(context.settings, which.everywhere(context.db, context.now), code, context.now)
    if found is None:
        return _wrong(context, codes.guessed_wrong(context, who, [each.id for each in candidates or mine]))
    if codes.is_shut(context.db, found.id if found in mine else codes.OUTSIDE, context.now):
        return _locked(context)
    meeting = meeting_of(context, found)
    return _noted(context, meeting, found, presence.check_in(context, meeting, found, context.person, "code"))


def _noted(context: Context, meeting: Meeting, occurrence: Occurrence, noted: Noted) -> Reply:
    title, at = occurrence.title, clock(context, noted.here.in_at)
    if noted.removed:
        organizer = _organizer(context, meeting)
        text = context.t("{organizer} took you off the list of “{title}”. Please ask there.", organizer=organizer, title=title)
        return Reply(text, refused=True)
    going = (Button(context.t("Leave the meeting"), LEAVE, str(occurrence.id)),)
    if noted.fresh:
        return Reply(context.t("You are on the attendance list since {clock}: {title}.", clock=at, title=title), going)
    if noted.back:
        return Reply(context.t("Welcome back. You are on the list since {clock}: {title}.", clock=at, title=title), going)
    return Reply(context.t("You were on the list already, since {clock}: {title}.", clock=at, title=title), going)


# ---------------------------------------------------------------- out


def _exit(context: Context, occurrence: Occurrence) -> Reply:
    here = presence.find(context.db, occurrence.id, f"p:{context.person.id}")
    if here is None or here.removed_at is not None:
        raise UserError(context.t("You are not checked in at a meeting now, so there is nothing to leave."))
    if here.out_at is None and context.now >= presence.window(occurrence).end:
        text = context.t("“{title}” is over and its list is closed: you are on it until the end.", title=occurrence.title)
        return Reply(text, refused=True)
    again = (Button(context.t("I am back"), PRESENT, str(occurrence.id)),)
    gone = presence.leave(context, here)
    text = context.t("You left at {clock}: {title}.", clock=clock(context, gone.out_at or context.now), title=occurrence.title)
    return Reply(text, again if presence.is_open(occurrence, context.now) else ())


# ---------------------------------------------------------------- refusals, each with its cure


def _closed(context: Context, meeting: Meeting, occurrence: Occurrence) -> Reply | None:
    """Why one cannot check in now; None if one can."""
    if meeting.state == "cancelled" or occurrence.state == "cancelled":
        return Reply(context.t("“{title}” was called off, so there is no list.", title=occurrence.title), refused=True)
    if meeting.state != "planned":
        return Reply(context.t("“{title}” has not been settled yet.", title=occurrence.title), refused=True)
    span = presence.window(occurrence)
    if context.now < span.start:
        return _too_early(context, occurrence)
    if context.now >= span.end:
        text = context.t(
            "“{title}” is over; its list closed at {clock}. Were you there? Please ask {organizer} to add you.",
            title=occurrence.title,
            clock=phrases.clock_and_day(context.t, span.end, context.person, context.now),
            organizer=_organizer(context, meeting),
        )
        return Reply(text, refused=True)
    return None


def _too_early(context: Context, occurrence: Occurrence) -> Reply:
    text = context.t(
        "“{title}” is {when}. You can check in from {clock} on.",
        title=occurrence.title,
        when=when_short(context.t, occurrence.span, context.person.zone),
        clock=clock(context, presence.window(occurrence).start),
    )
    return Reply(text, refused=True)


def _nothing_open(context: Context) -> Reply:
    coming = which.coming(context.db, context.person, context.now)
    if coming is not None:
        return _too_early(context, coming)
    text = context.t(
        "None of your meetings is on now. If you are in the room, type the code on the screen: {example}",
        example=Text("`/rapat hadir 123456`"),
    )
    return Reply(text, buttons=(say(context.t("My meetings"), "daftar"),), refused=True)


def _wrong(context: Context, left: int) -> Reply:
    if not left:
        return _locked(context)
    text = context.t(
        "This code does not hold (any more). Type the one that is on the screen now; tries left: {left}.", left=left
    )
    return Reply(text, refused=True)


def _locked(context: Context) -> Reply:
    text = context.t(
        "Too many wrong codes. Please wait 10 minutes, press *Present* in the invitation, or ask the organiser to add you."
    )
    return Reply(text, refused=True)


# ---------------------------------------------------------------- shared


def meeting_of(context: Context, occurrence: Occurrence) -> Meeting:
    found = meetings.get(context.db, occurrence.meeting_id)
    assert found is not None  # noqa: S101  # a date has a meeting
    return found


def clock(context: Context, moment: datetime) -> Text:
    return Text(workdays.clock(moment, context.person.zone))


def _organizer(context: Context, meeting: Meeting) -> str:
    """Whom one can ask: who leads it, as far as anybody does."""
    found = organizers.of(context, meeting) or people.get(context.db, meeting.organizer_id)
    return found.name if found else ""


SUBCOMMANDS = (
    Subcommand(
        "hadir",
        check_in,
        "You are at the meeting; with the code on the screen you are in the room",
        arguments="[meeting] [kode 123456]",
        example="/rapat hadir",
        aliases=("present", "absen"),
        writes=True,
    ),
    Subcommand("keluar", check_out, "You leave the meeting", aliases=("leave", "pulang"), writes=True),
)
BUTTONS = {"present": present, "leave": leave}
