"""A folder of `.ics` files as a calendar: one file an event, which any calendar program opens."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, time
from pathlib import Path
from urllib.parse import quote
from zoneinfo import ZoneInfo

import icalendar

from integration.adapters.local.storage import write_whole
from integration.errors import DeliveryError
from integration.ports import Event, Span

PRODUCT = "-//Hadir//Hadir//EN"
_LONGEST_STEM = 200


class IcsCalendar:
    """Events in `folder`; `clock` gives the instant that a file says it was written."""

    name = "local"

    def __init__(self, folder: Path, clock: Callable[[], datetime]) -> None:
        self._folder = folder
        self._clock = clock

    def put(self, event: Event) -> None:
        """Write the event, unless a later version (a greater SEQUENCE) is there already."""
        path = self._path(event.uid)
        try:
            if path.exists() and int(_event(path).get("SEQUENCE", 0)) > event.sequence:
                return
            self._folder.mkdir(parents=True, exist_ok=True)
            write_whole(path, to_ical(event, self._clock()))
        except OSError as error:
            raise DeliveryError(f"{path.name}: {error.strerror}") from None

    def delete(self, uid: str) -> None:
        try:
            self._path(uid).unlink(missing_ok=True)
        except OSError as error:
            raise DeliveryError(f"{uid}: {error.strerror}") from None

    def busy(self, people: Iterable[str], span: Span) -> dict[str, list[Span]]:
        """The events that overlap `span`, by the attendee's address in lower case, in order of time."""
        found: dict[str, list[Span]] = {address.lower(): [] for address in people}
        for event in self._events():
            taken = Span(_instant(event.start), _instant(event.end))
            if taken.start < span.end and span.start < taken.end:
                for address in _addresses(event) & found.keys():
                    found[address].append(taken)
        return {address: sorted(spans, key=lambda taken: taken.start) for address, spans in found.items()}

    def _events(self) -> Iterator[icalendar.Event]:
        return (_event(path) for path in sorted(self._folder.glob("*.ics")))

    def _path(self, uid: str) -> Path:
        """One UID, one file, whatever characters it has."""
        stem = quote(uid, safe="@-_")
        if len(stem) > _LONGEST_STEM:
            stem = hashlib.sha256(uid.encode()).hexdigest()
        return self._folder / f"{stem}.ics"


def to_ical(event: Event, now: datetime) -> bytes:
    """The event as an iCalendar file with its zone's definition (RFC 5545)."""
    zone = ZoneInfo(event.zone)
    entry = icalendar.Event()
    entry.add("uid", event.uid)
    entry.add("dtstamp", now)
    entry.add("sequence", event.sequence)
    entry.add("summary", event.title)
    entry.add("dtstart", event.span.start.astimezone(zone))
    entry.add("dtend", event.span.end.astimezone(zone))
    for name, value in (("description", event.description), ("location", event.place)):
        if value:
            entry.add(name, value)
    for address in event.attendees:
        entry.add("attendee", icalendar.vCalAddress(f"mailto:{address}"))
    calendar = icalendar.Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add_component(entry)
    calendar.add_missing_timezones()
    return bytes(calendar.to_ical())


def _event(path: Path) -> icalendar.Event:
    try:
        calendar = icalendar.Calendar.from_ical(path.read_bytes())
        return calendar.events[0]
    except (ValueError, IndexError) as error:
        raise DeliveryError(f"{path.name} is not a calendar file: {error}", permanent=True) from None
    except OSError as error:
        raise DeliveryError(f"{path.name}: {error.strerror}") from None


def _instant(value: date) -> datetime:
    """Another program's file may hold whole days or times without a zone."""
    moment = value if isinstance(value, datetime) else datetime.combine(value, time(), UTC)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _addresses(event: icalendar.Event) -> set[str]:
    return {str(address).lower().removeprefix("mailto:") for address in event.attendees}
