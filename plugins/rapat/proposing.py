"""Times at which everybody can meet, from what is known of everybody: plans, other meetings, the room, calendars."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import pairwise

from integration.people import Person
from integration.plugin import Run, Work
from integration.ports import Calendar, Span
from plugins.rapat import busy_calendars, clashes, free_times
from plugins.rapat.busy_calendars import Busy
from plugins.rapat.free_times import DAYS, Guest, Slot
from plugins.rapat.rooms import booking

# Calendars are asked about so many dates of a series.
CALENDAR_DATES = 4
# A meeting that begins sooner reaches nobody in time.
NOTICE = timedelta(minutes=30)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Wish:
    """A meeting for which a time is looked for. `dates` are those it has now: one, or those of a series, which all move by as
    much; `people` and `addresses` (of guests) have to come, `organizer` above all; `zone` is the meeting's. `known` are the
    times that it has in calendars.
    """

    meeting_id: int
    organizer: Person
    people: Sequence[Person]
    dates: Sequence[Span]
    zone: str
    addresses: Sequence[str] = ()
    room_id: int | None = None
    known: Sequence[Span] = ()

    @property
    def length(self) -> timedelta:
        return self.dates[0].end - self.dates[0].start


@dataclass(frozen=True, slots=True)
class Proposed:
    """The times that were found, and whether calendars were silent."""

    slots: list[Slot] = field(default_factory=list)
    silent: bool = False


@dataclass(frozen=True, slots=True)
class _Frame:
    """A part of time in which times are looked for, `by` later than the first one: of a series a frame for each date."""

    window: Span
    by: timedelta


def times(run: Run, wish: Wish, *, calendars: bool = True) -> Proposed:
    """The next times; no transaction is open while calendars are asked. Of a series, times on the day of its first date.

    Without `calendars` they are not asked: they have just been silent.
    """
    with run.read() as work:
        frames, days = _frames(work, wish)
        own = _own(work, wish, frames)
        room = _room(work, wish, frames)
        after = work.now + NOTICE
    busy = _calendars(run.ports.calendar if calendars else None, wish, frames)
    guests = [_guest(wish, person, own.get(person.id, []), busy) for person in wish.people]
    guests += [Guest(f"m:{each}", _shifted(busy, each, frames)) for each in wish.addresses]
    if wish.room_id is not None:
        guests.append(Guest("room", room, must=True))
    allowed = _allowed(wish, frames, days)
    return Proposed(free_times.find(guests, allowed, wish.length, after), any(each.silent for each, _ in busy))


def _frames(work: Work, wish: Wish) -> tuple[list[_Frame], list[date]]:
    """One of two weeks from the day that was wished for; of a series the day of each date."""
    zone, first = wish.organizer.tz, wish.dates[0].start
    day = first.astimezone(zone).date()
    midnight = datetime.combine(day, datetime.min.time(), zone)
    if len(wish.dates) > 1:
        offsets = [each.start - first for each in wish.dates]
        return [_Frame(Span(midnight + by, midnight + by + _DAY), by) for by in offsets], [day]
    start = max(work.now, midnight)
    days = [(start + n * _DAY).astimezone(zone).date() for n in range(DAYS)]
    worked = [day for day in days if day.weekday() < 5 and not work.workdays.calendar(work.db, work.now).holiday(day)[0]]
    return [_Frame(Span(start - _DAY, start + (DAYS + 1) * _DAY), timedelta(0))], worked


def _allowed(wish: Wish, frames: Sequence[_Frame], days: Sequence[date]) -> list[Span]:
    """Windows that are some on every date of a series too: what is fine on Tuesday is Friday prayer on Friday."""
    zones = {wish.zone, *(person.zone for person in wish.people)}
    allowed = free_times.windows(days, zones, wish.length)
    for frame in frames[1:]:
        there = free_times.windows([frame.window.start.date()], zones, wish.length)
        allowed = clashes.without(allowed, clashes.between(_back(there, frame.by), frames[0].window))
    return allowed


def _own(work: Work, wish: Wish, frames: Sequence[_Frame]) -> dict[int, list[Span]]:
    """What is taken of each, of all frames as if it were in the first; one diary for those that lie together."""
    found: dict[int, list[Span]] = {person.id: [] for person in wish.people}
    for group in _together(frames):
        whole = Span(group[0].window.start, group[-1].window.end)
        known = clashes.diary(work, wish.people, whole, wish.meeting_id)
        for frame in group:
            for person in wish.people:
                found[person.id] += _back(clashes.taken(known, person, frame.window), frame.by)
    return found


def _together(frames: Sequence[_Frame]) -> list[list[_Frame]]:
    groups = [[frames[0]]]
    for one, other in pairwise(frames):
        if other.window.start - one.window.end > 2 * _DAY:
            groups.append([])
        groups[-1].append(other)
    return groups


def _room(work: Work, wish: Wish, frames: Sequence[_Frame]) -> list[Span]:
    if wish.room_id is None:
        return []
    whole = Span(frames[0].window.start, frames[-1].window.end)
    taken = booking.bookings(work.db, whole, room_id=wish.room_id, except_meeting=wish.meeting_id)
    spans = [span for frame in frames for span in _back(clashes.merged([t.span for t in taken], frame.window), frame.by)]
    return clashes.merged(spans, frames[0].window)


def _calendars(calendar: Calendar | None, wish: Wish, frames: Sequence[_Frame]) -> list[tuple[Busy, _Frame]]:
    addresses = [*(person.email for person in wish.people), *wish.addresses]
    answers: list[tuple[Busy, _Frame]] = []
    for frame in frames[:CALENDAR_DATES]:
        answers.append((busy_calendars.ask(calendar, addresses, frame.window), frame))
        if answers[-1][0].silent:
            break
    return answers


def _guest(wish: Wish, person: Person, own: list[Span], busy: Sequence[tuple[Busy, _Frame]]) -> Guest:
    """The meeting itself may be in calendars already, at its dates."""
    theirs = [span for each, frame in busy for span in _back(_others(each, person.email, wish), frame.by)]
    taken = clashes.merged([*own, *theirs], busy[0][1].window)
    return Guest(f"p:{person.id}", taken, must=person.id == wish.organizer.id)


def _others(busy: Busy, address: str, wish: Wish) -> list[Span]:
    return clashes.without(list(busy.of(address)), [*wish.dates, *wish.known])


def _shifted(busy: Sequence[tuple[Busy, _Frame]], address: str, frames: Sequence[_Frame]) -> list[Span]:
    spans = [span for each, frame in busy for span in _back(each.of(address), frame.by)]
    return clashes.merged(spans, frames[0].window)


def _back(spans: Iterable[Span], by: timedelta) -> list[Span]:
    return [Span(span.start - by, span.end - by) for span in spans]
