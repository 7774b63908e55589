"""A planned meeting was changed: who cannot come now? Its leader hears of them, with other times, and with the old one.

People are told of the change all the same, and at once: nobody comes at the old time because somebody has not pressed a
button. So this is looked at just before they are told, while calendars do not say the new time of anybody.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from integration.errors import UserError
from integration.messages import ButtonPress, Reply
from integration.plugin import Context, Handler, Run, Task, Work
from integration.ports import Span
from plugins.rapat import asking, changing, checking, facts, meetings, organizers, proposing, question, recurrence, wording
from plugins.rapat.changing import Stale
from plugins.rapat.checking import Seen
from plugins.rapat.meetings import Meeting, Occurrence
from plugins.rapat.planning import Plan
from plugins.rapat.question import KEEP, SHIFT, Findings, Shift
from plugins.rapat.rooms import booking
from plugins.rapat.rooms import wording as room_wording
from plugins.rapat.tables import meeting_invitee as _invitee

_FIELDS = ("title", "agenda", "mode", "place", "room_id", "provider", "number")


@dataclass(frozen=True, slots=True)
class _Case:
    """`who` of those whom it concerns; `date` is the only one that was changed, 0 for all; `added`: they are new in it."""

    seen: Seen
    who: frozenset[str]
    date: int
    added: bool
    was: Sequence[Span]


def look(run: Run, given: Mapping[str, Any]) -> None:
    """What `given` holds is said at `planning.LOOK`. Of a time that does not hold any more nothing is said."""
    with run.read() as work:
        case = _case(work, given)
    if case is None:
        return
    found = checking.findings(run, case.seen)
    found = replace(found, clashes=[clash for clash in found.clashes if clash.who in case.who])
    if not found.blocking(case.seen.required):
        return
    proposed = proposing.times(run, case.seen.wish(), calendars=not found.silent)
    found = replace(found, slots=proposed.slots, silent=found.silent or proposed.silent)
    with run.begin() as work:
        _tell(work, case, found, str(given["version"]))


def _case(work: Work, given: Mapping[str, Any]) -> _Case | None:
    meeting = meetings.get(work.db, int(given["meeting"]))
    if meeting is None or meeting.state != "planned":
        return None
    times = [meeting.starts_at.isoformat(), meeting.ends_at.isoformat(), meeting.recurrence]
    seen, date = checking.see(work, meeting), int(given.get("date", 0))
    if seen is None or times != given["times"]:
        return None
    if date:
        seen = _only(work, seen, date)
    was = [Span(datetime.fromisoformat(start), datetime.fromisoformat(end)) for start, end in given.get("known", ())]
    told = (each.span for each in facts.versions(work.db, meeting.id).values())
    seen = replace(seen, known=[*was, *(span for span in told if span != meeting.span)])
    vias = given.get("vias")
    who = _new(work, meeting, vias, str(given["since"])) if vias else frozenset(each.who for each in seen.invitees)
    return _Case(seen, who, date, bool(vias), was) if seen.dates and who else None


def _only(work: Work, seen: Seen, date: int) -> Seen:
    found = meetings.occurrence(work.db, date)
    on = found is not None and found.state == "planned" and found.ends_at > work.now
    return replace(seen, dates=[found.span] if found and on else [], coming=1)


def _new(work: Work, meeting: Meeting, vias: Sequence[str], since: str) -> frozenset[str]:
    """Those who were invited in this way, with the change or after it."""
    these = (_invitee.c.meeting_id == meeting.id, _invitee.c.removed_at.is_(None), _invitee.c.via.in_(vias))
    late = _invitee.c.invited_at >= datetime.fromisoformat(since)
    return frozenset(work.db.scalars(select(_invitee.c.who).where(*these, late)))


def _tell(work: Work, case: _Case, found: Findings, version: str) -> None:
    meeting, leader = case.seen.meeting, organizers.of(work, case.seen.meeting)
    if leader is None:
        return
    first = case.seen.dates[0]
    others = [Shift(slot.span.start - first.start, slot.span) for slot in found.slots if "room" not in slot.missing]
    back = _back(work, case)
    key = f"meeting:{meeting.id}:{version}:{'added' if case.added else 'moved'}:{case.date}:{leader.id}"
    work.tell(
        leader,
        key,
        lambda t: question.changed(t, meeting, leader, found, others, back, date=case.date, added=case.added),
        until=meeting.last_end,
    )


def _back(work: Work, case: _Case) -> Shift | None:
    """To the time that it had, if every date just goes back, on its own day: else the form says what is wanted."""
    dates = case.seen.dates
    if not case.was or len(case.was) != min(case.seen.coming, changing.MOST_KNOWN) or case.was[0].start <= work.now:
        return None
    by = case.was[0].start - dates[0].start
    length = case.was[0].end - case.was[0].start
    tz = case.seen.meeting.tz
    for was, now in zip(case.was, dates, strict=False):
        same_day = was.start.astimezone(tz).date() == now.start.astimezone(tz).date()
        if (was.start - now.start, was.end - was.start) != (by, length) or not (same_day or len(dates) == 1):
            return None
    return Shift(by, case.was[0], length if length != dates[0].end - dates[0].start else None)


# ---------------------------------------------------------------- its buttons


def keep(context: Context, press: ButtonPress) -> Reply:
    """Nothing changes; it only says how it stands."""
    found, _ = _planned(context, press.value)
    when = wording.when_short(context.t, found.span, context.person.zone)
    return Reply(context.t("“{title}” stays as it is: {when}.", title=found.title, when=when), replaces=True)


def shift(context: Context, press: ButtonPress) -> Reply:
    """All dates to come, or one, earlier or later by as much as the button says."""
    found, rest = _planned(context, press.value)
    by, length, date_id = _numbers(context, rest)
    date = meetings.occurrence(context.db, date_id) if date_id else None
    try:
        changed = _one(context, found, date, by, length) if date_id else _all(context, found, by, length)
    except booking.Taken as taken:
        raise UserError(room_wording.taken(context, taken, [taken.wanted], except_meeting=found.id)) from None
    except Stale:
        raise UserError(context.t("This is an older message: the meeting has changed since.")) from None
    moved = meetings.occurrence(context.db, date.id) if date else meetings.next_one(context.db, changed.id, context.now)
    when = wording.when_short(context.t, moved.span if moved else changed.span, context.person.zone)
    text = context.t("“{title}” is now {when}. Everybody invited is told.", title=changed.title, when=when)
    return Reply(text, replaces=True)


def _all(context: Context, found: Meeting, by: timedelta, length: timedelta | None) -> Meeting:
    starts = sorted(each.original + by for each in meetings.occurrences(context.db, found.id) if each.starts_at > context.now)
    _still_ahead(context, starts[0] if starts else None)
    rule = ""
    if found.is_series:
        said = recurrence.shifted(found.recurrence, found.zone, [at - by for at in starts], by)
        if said is None:
            raise UserError(context.t("No rule says these dates. Change the meeting in its form."))
        rule = said
    span = Span(starts[0], starts[0] + (length or found.ends_at - found.starts_at))
    same = {name: getattr(found, name) for name in _FIELDS}
    return changing.change(context, found, Plan(**same, span=span, zone=found.zone, starts=tuple(starts), recurrence=rule))


def _one(context: Context, found: Meeting, date: Occurrence | None, by: timedelta, length: timedelta | None) -> Meeting:
    if date is None or date.meeting_id != found.id or date.state != "planned":
        raise UserError(context.t("This date does not exist."))
    start = date.starts_at + by
    _still_ahead(context, start)
    span = Span(start, start + (length or date.ends_at - date.starts_at))
    return changing.change_date(context, found, date, span=span, title=date.title, place=date.place, room_id=date.room_id)


def _still_ahead(context: Context, start: datetime | None) -> None:
    if start is None or start <= context.now:
        raise UserError(context.t("This time has passed. Choose another one."))


def _planned(context: Context, value: str) -> tuple[Meeting, str]:
    """The meeting as the message had it, and what else the button says; raises `UserError`."""
    number, _, rest = value.partition(" ")
    version, _, rest = rest.partition(" ")
    found = asking.organized(context, number)
    if found.state != "planned" or str(found.version) != version:
        raise UserError(context.t("This is an older message: the meeting has changed since."))
    return found, rest


def _numbers(context: Context, text: str) -> tuple[timedelta, timedelta | None, int]:
    """`seconds length date` as `question.changed` writes them."""
    try:
        by, length, date = (int(word) for word in text.split())
        return timedelta(seconds=by), timedelta(seconds=length) if length > 0 else None, date
    except (ValueError, OverflowError):
        raise UserError(context.t("This time does not exist any more.")) from None


BUTTONS: dict[str, Handler] = {KEEP: keep, SHIFT: shift}
TASKS: dict[str, Task] = {"look": look}
