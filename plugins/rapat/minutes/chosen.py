"""Which date of which meeting somebody means who writes, reads or publishes minutes, or looks for tasks of a meeting."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date, timedelta

from integration.dates import take_day
from integration.errors import UserError
from integration.messages import Button, Reply, Text, join
from integration.plugin import Context
from integration.ports import Span
from plugins.rapat import meetings, organizers, which
from plugins.rapat.meetings import Meeting, Occurrence
from plugins.rapat.wording import say, when_short

# Minutes are written soon after; who looks for older ones names them by their number.
LATELY = timedelta(days=92)
SOON = timedelta(days=14)
BEFORE_START = timedelta(minutes=30)
MOST_CHOICES = 5
# A button names the date itself; people name a meeting by the number that the list shows.
SIGN = "tanggal:"
_DATE = re.compile(rf"{SIGN}(\d{{1,9}})")
_NUMBER = re.compile(r"#?(\d{1,9})")

Chosen = tuple[Meeting, Occurrence]


def by_id(context: Context, occurrence_id: int) -> Chosen:
    """The date with that number, for one who is invited; raises `UserError`."""
    occurrence = meetings.occurrence(context.db, occurrence_id)
    meeting = meetings.get(context.db, occurrence.meeting_id) if occurrence else None
    if occurrence is None or meeting is None or not which.may_see(context, meeting):
        raise UserError(context.t("This is for those who are invited to the meeting. Its organiser can invite you."))
    return meeting, occurrence


def must_lead(context: Context, meeting: Meeting) -> None:
    """Raises `UserError` for anybody but who leads it."""
    if not organizers.leads(context, meeting):
        raise UserError(
            context.t(
                "Only the organiser and the secretary of the meeting do this. The organiser names one: {command}",
                command=Text("`/rapat notulis @nama`"),
            )
        )


def begun(context: Context) -> list[Occurrence]:
    """The dates of the last months that have begun or are about to, the last one first."""
    lately = meetings.of_person(context.db, context.person.id, Span(context.now - LATELY, context.now + BEFORE_START))
    return lately[::-1]


def coming(context: Context) -> list[Occurrence]:
    """The next date of each meeting, under way or in the next weeks."""
    soon = meetings.of_person(context.db, context.person.id, Span(context.now, context.now + SOON))
    first: dict[int, Occurrence] = {}
    for occurrence in soon:
        first.setdefault(occurrence.meeting_id, occurrence)
    return list(first.values())


def split(words: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    """What names a date exactly, at either end: `tanggal:45` of a button or a meeting's number; and the other words."""
    ends = [words[0], words[-1]] if words else []
    named = next((word for word in ends if _DATE.fullmatch(word) or _NUMBER.fullmatch(word)), "")
    rest = list(words)
    if named:
        rest.remove(named)
    return named, tuple(rest)


def chosen(
    context: Context, words: Sequence[str], found: Callable[[Context], list[Occurrence]], command: str, *, lead: bool = False
) -> Chosen | Reply:
    """The date that the words mean, or the answer that asks; `command` is what a button of it types. Raises `UserError`.

    They are a meeting's number, or words of its title, and perhaps a day. Without any it is the date of this channel's
    meeting, else (with `lead`) the last one that is the person's to write about, else one that is asked for.
    """
    named, rest = split(words)
    if exact := _DATE.fullmatch(named):
        return by_id(context, int(exact[1]))
    day, rest = _day(context, rest)
    candidates = found(context)
    if numbered := _NUMBER.fullmatch(named):
        meeting = which.mine(context, int(numbered[1]))
        if isinstance(meeting, Reply):
            return meeting
        candidates = [each for each in candidates if each.meeting_id == meeting.id] or _all_of(context, meeting)
    if rest:
        candidates = _named(candidates, rest)
    if day is not None:
        candidates = [each for each in candidates if each.starts_at.astimezone(context.person.tz).date() == day]
    if candidates and not (named or rest or day):
        candidates = _likely(context, candidates, lead=lead)
    if not candidates:
        return _none(context, " ".join(words))
    if len({each.meeting_id for each in candidates}) == 1:
        return by_id(context, candidates[0].id)
    return ask(context, candidates, command)


def _day(context: Context, words: tuple[str, ...]) -> tuple[date | None, tuple[str, ...]]:
    """A day that stands at the end, and the words before it. What is none, or cannot be, is part of a title."""
    today = context.now.astimezone(context.person.tz).date()
    for at in range(len(words)):
        try:
            day, rest = take_day(words[at:], today, context.t, "past")
        except UserError:
            continue
        if day is not None and not rest:
            return day, words[:at]
    return None, words


def _all_of(context: Context, meeting: Meeting) -> list[Occurrence]:
    """The dates of a meeting that is none of the usual ones: the last one that has begun first, then those that come."""
    every = [each for each in meetings.occurrences(context.db, meeting.id) if each.state == "planned"]
    started = [each for each in every if each.starts_at <= context.now + BEFORE_START]
    return started[::-1] + every[len(started) :]


def _named(found: Sequence[Occurrence], words: Sequence[str]) -> list[Occurrence]:
    wanted = [word.casefold().strip("\"'“”") for word in words]
    return [each for each in found if all(word in each.title.casefold() for word in wanted)]


def _likely(context: Context, found: list[Occurrence], *, lead: bool) -> list[Occurrence]:
    """Those of this channel, else with `lead` the first of those that the person leads, if there are any."""
    known = meetings.many(context.db, list({each.meeting_id for each in found}))
    here = [each for each in found if context.channel.id and known[each.meeting_id].channel_id == context.channel.id]
    if here:
        return here[:1]
    led = [each for each in found if known[each.meeting_id].is_led_by(context.person.id)]
    return (led or found)[:1] if lead else found


def _none(context: Context, said: str) -> Reply:
    t = context.t
    button = (say(t("My meetings"), "daftar"),)
    if said:
        return Reply(t("None of your meetings is named “{words}”.", words=said[:60]), buttons=button, refused=True)
    return Reply(t("You have no meeting of which this could be."), buttons=button, refused=True)


def ask(context: Context, found: Sequence[Occurrence], command: str) -> Reply:
    """The question which is meant, a button for each."""
    t = context.t
    buttons = tuple(say(label(context, each), f"{command} {SIGN}{each.id}") for each in found[:MOST_CHOICES])
    lines = [t("Which meeting do you mean?")]
    if len(found) > MOST_CHOICES:
        lines.append(t("Write a word of its title for one that is not here."))
    return Reply(join("\n", lines), buttons=buttons, refused=True)


def label(context: Context, occurrence: Occurrence) -> Text:
    when = when_short(context.t, occurrence.span, context.person.zone)
    return context.t("{title} · {when}", title=occurrence.title[:40], when=when)


def button(label: str, action: str, occurrence: Occurrence, value: object = "", style: str = "", days: float = 14) -> Button:
    """A button about a date: its value is the date's number and what else the action needs."""
    return Button(label, action, f"{occurrence.id}:{value}", style, days)  # type: ignore[arg-type]  # "", good or danger


def of_button(context: Context, value: str) -> tuple[Meeting, Occurrence, int]:
    """The inverse, with the other number (0 if there is none); raises `UserError`."""
    first, _, rest = value.partition(":")
    date_id, other = meetings.id_of(first), meetings.id_of(rest)
    if not date_id or (rest.strip("0") and not other):
        raise UserError(context.t("This button belongs to an older message. Please type the command again."))
    meeting, occurrence = by_id(context, date_id)
    return meeting, occurrence, other
