"""When people are busy, by events of ours and by strangers' files; what recurs is expanded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any

import icalendar
import recurring_ical_events

from integration.calendars.reading import instant, is_cancelled
from integration.ports import Span

# A stranger's rule that fires every second would keep us busy for ever.
_TOO_OFTEN = frozenset({"SECONDLY", "MINUTELY"})
_MOST = 5000


def busy(calendars: Iterable[icalendar.Calendar], people: Iterable[str], span: Span) -> dict[str, list[Span]]:
    """The busy times in `span` of those invited, by address in lower case, in order; who declined is free."""
    found: dict[str, list[Span]] = {address.lower(): [] for address in people}
    for calendar in calendars:
        for component, taken in taken_times(calendar, span):
            for address in _coming(component) & found.keys():
                found[address].append(taken)
    return {address: sorted(spans, key=lambda taken: (taken.start, taken.end)) for address, spans in found.items()}


def taken_times(calendar: icalendar.Calendar, span: Span) -> Iterator[tuple[icalendar.Event, Span]]:
    """Every occurrence in `span` that takes time: neither called off nor marked as free."""
    if span.start >= span.end or any(_fires_too_often(event) for event in calendar.events):
        return
    # The library counts an event that ends with the beginning as inside; what touches is none of ours.
    for number, occurrence in enumerate(recurring_ical_events.of(calendar, skip_bad_series=True).between(span.start, span.end)):
        if number >= _MOST:
            return
        taken = Span(instant(occurrence.start), instant(occurrence.end))
        takes_time = str(occurrence.get("TRANSP", "OPAQUE")).upper() != "TRANSPARENT"
        if takes_time and not is_cancelled(occurrence) and taken.start < span.end and span.start < taken.end:
            yield occurrence, taken


def free_busy(calendar: icalendar.Calendar, span: Span) -> list[Span]:
    """The busy times that a VFREEBUSY tells, cut to `span`, in order."""
    found: list[Span] = []
    for component in calendar.walk("VFREEBUSY"):
        lines: Any = component.get("FREEBUSY", [])
        for line in lines if isinstance(lines, list) else [lines]:
            if str(line.params.get("FBTYPE", "BUSY")).upper() != "FREE":
                found += _periods(line, span)
    return sorted(found, key=lambda taken: (taken.start, taken.end))


def _periods(line: object, span: Span) -> Iterator[Span]:
    for period in getattr(line, "dts", None) or [line]:
        start, end = getattr(period, "start", None), getattr(period, "end", None)
        if start is None or end is None:
            continue
        end = start + end if isinstance(end, timedelta) else end
        taken = Span(max(instant(start), span.start), min(instant(end), span.end))
        if taken.start < taken.end:
            yield taken


def _fires_too_often(event: icalendar.Event) -> bool:
    rules: Any = event.get("RRULE", [])
    return any(
        str(frequency).upper() in _TOO_OFTEN
        for rule in (rules if isinstance(rules, list) else [rules])
        for frequency in rule.get("FREQ", [])
    )


def _coming(component: icalendar.Event) -> set[str]:
    found: Any = component.get("ATTENDEE", [])
    return {
        str(address).lower().removeprefix("mailto:")
        for address in (found if isinstance(found, list) else [found])
        if str(address.params.get("PARTSTAT", "")).upper() != "DECLINED"
    }
