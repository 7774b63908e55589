"""Times at which people can meet. Pure: from windows, what is taken, and a length to a few times, or the best there are.

A candidate begins on the half hour in a window. Of everybody what is taken becomes ranges of candidates that it spoils, by
bisection, so thousands of people cost as many look-ups as they have appointments, and not that many times the candidates.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import accumulate
from zoneinfo import ZoneInfo

from integration.ports import Span

STEP = timedelta(minutes=30)
DAYS = 14
MOST = 3
# Office hours in which anybody may be asked to come, in the zone of each.
OPENS, CLOSES = time(8), time(16)
_LUNCH = (time(12), time(13))
_FRIDAY = (time(11, 30), time(13))
_FRIDAYS = 4


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody who is to come, or a room. `taken`: their times that are not free, in order and apart from one another.
    `must`: without them it is no meeting.
    """

    who: str
    taken: Sequence[Span] = ()
    must: bool = False


@dataclass(frozen=True, slots=True)
class Slot:
    """A time to meet, and who cannot come then."""

    span: Span
    missing: tuple[str, ...] = ()


# ---------------------------------------------------------------- windows


def windows(days: Iterable[date], zones: Iterable[str], length: timedelta) -> list[Span]:
    """When a meeting of that length may lie on these days, in order: in office hours of every zone, not over lunch and not
    at the time of Friday prayer in any. Where it is too long for that, over lunch, but never over Friday prayer.
    """
    names = sorted(set(zones))
    found = []
    for day in days:
        hours = _hours(day, names)
        apart = [part for part in _without(hours, _pauses(day, names, lunch=True)) if _fits(part, length)]
        found += apart or [part for part in _without(hours, _pauses(day, names, lunch=False)) if _fits(part, length)]
    return found


def _fits(part: Span, length: timedelta) -> bool:
    return part.end - part.start >= length


def _hours(day: date, zones: Sequence[str]) -> list[Span]:
    """Where the office hours of all zones lie over one another."""
    start = max(_at(day, OPENS, zone) for zone in zones)
    end = min(_at(day, CLOSES, zone) for zone in zones)
    return [Span(start, end)] if start < end else []


def _pauses(day: date, zones: Sequence[str], *, lunch: bool) -> list[Span]:
    friday = day.weekday() == _FRIDAYS
    if not (friday or lunch):
        return []
    first, last = _FRIDAY if friday else _LUNCH
    return [Span(_at(day, first, zone), _at(day, last, zone)) for zone in zones]


def _at(day: date, clock: time, zone: str) -> datetime:
    return datetime.combine(day, clock, ZoneInfo(zone)).astimezone(UTC)


def _without(spans: Sequence[Span], pauses: Sequence[Span]) -> list[Span]:
    for pause in pauses:
        spans = [part for span in spans for part in _cut(span, pause)]
    return list(spans)


def _cut(span: Span, pause: Span) -> Iterator[Span]:
    if pause.end <= span.start or span.end <= pause.start:
        yield span
        return
    if span.start < pause.start:
        yield Span(span.start, pause.start)
    if pause.end < span.end:
        yield Span(pause.end, span.end)


# ---------------------------------------------------------------- finding


def find(guests: Sequence[Guest], allowed: Sequence[Span], length: timedelta, after: datetime, most: int = MOST) -> list[Slot]:
    """The first times from `after` on in which all can come, at most `most`, in order and not over one another.

    If there is none, the best: those who must are there, the fewest others are missing, the earlier the better. Empty if
    the length fits nowhere. `allowed` are windows in order, apart from one another.
    """
    starts = _starts(allowed, length, after)
    missing, spoilt = _counts(guests, starts, length)
    fit = [n for n in range(len(starts)) if missing[n] == 0]
    order = fit or sorted(range(len(starts)), key=lambda n: (spoilt[n], missing[n], n))
    chosen = _apart([starts[n] for n in order], length, most)
    return [Slot(Span(start, start + length), _missing(guests, Span(start, start + length))) for start in sorted(chosen)]


def fits(guests: Sequence[Guest], span: Span) -> bool:
    return not _missing(guests, span)


def _starts(allowed: Sequence[Span], length: timedelta, after: datetime) -> list[datetime]:
    """Candidates in order: on the half hour of the clock, so that nobody is invited for 09.07."""
    found = []
    for window in allowed:
        start = _on_step(max(window.start, after))
        while start + length <= window.end:
            found.append(start)
            start += STEP
    return found


def _on_step(moment: datetime) -> datetime:
    moment = moment.astimezone(UTC)
    midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    steps = -((midnight - moment) // STEP)  # rounded up
    return midnight + steps * STEP


def _counts(guests: Sequence[Guest], starts: Sequence[datetime], length: timedelta) -> tuple[list[int], list[int]]:
    """Of every candidate how many cannot come, and how many of those who must."""
    all_, must = [0] * (len(starts) + 1), [0] * (len(starts) + 1)
    for guest in guests:
        for low, high in _spoilt(guest, starts, length):
            for changes in (all_, must) if guest.must else (all_,):
                changes[low] += 1
                changes[high] -= 1
    return list(accumulate(all_[:-1])), list(accumulate(must[:-1]))


def _spoilt(guest: Guest, starts: Sequence[datetime], length: timedelta) -> Iterator[tuple[int, int]]:
    """Ranges of candidates that would run into something of the guest's, each candidate in one range only."""
    done = 0
    for span in guest.taken:
        low = max(bisect_right(starts, span.start - length), done)
        high = bisect_left(starts, span.end)
        if low < high:
            yield low, high
            done = high


def _apart(order: Iterable[datetime], length: timedelta, most: int) -> list[datetime]:
    """The first of them that do not lie over one another."""
    chosen: list[datetime] = []
    for start in order:
        if len(chosen) == most:
            break
        if all(abs(start - other) >= length for other in chosen):
            chosen.append(start)
    return chosen


def _missing(guests: Sequence[Guest], span: Span) -> tuple[str, ...]:
    return tuple(guest.who for guest in guests if any(t.start < span.end and span.start < t.end for t in guest.taken))
