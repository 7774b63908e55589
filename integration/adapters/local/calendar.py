"""A folder of `.ics` files as a calendar: one file an event, which any calendar program opens."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import icalendar

from integration.adapters.local.storage import write_whole
from integration.calendars import busy_times, ics, reading, versions
from integration.errors import DeliveryError
from integration.ports import Answer, Event, Span


class IcsCalendar:
    """Events in `folder`; `clock` gives the instant that a file says it was written, `organizer` who invites, if anybody."""

    name = "local"
    schedules = False

    def __init__(self, folder: Path, clock: Callable[[], datetime], organizer: str = "") -> None:
        self._folder = folder
        self._clock = clock
        self._organizer = organizer

    def put(self, event: Event, *, resend: Collection[str] = ()) -> Sequence[str]:
        """Write the event; nobody is invited."""
        return self._write(event, cancelled=False)

    def cancel(self, event: Event) -> Sequence[str]:
        """Call the event off; the file stays and says so."""
        return self._write(event, cancelled=True)

    def busy(self, people: Iterable[str], span: Span) -> dict[str, list[Span]]:
        """The events that overlap `span`, by the attendee's address in lower case, in order of time."""
        return busy_times.busy(self._calendars(), people, span)

    def answers(self, uid: str) -> Sequence[Answer]:
        """Those that somebody has written into the file."""
        path = self._path(uid)
        return reading.answers(_read(path)) if path.exists() else []

    @contextmanager
    def within(self, seconds: float = 2.0) -> Iterator[None]:
        """A folder of this machine keeps nobody waiting."""
        yield

    def _write(self, event: Event, *, cancelled: bool) -> list[str]:
        path = self._path(event.uid)
        try:
            known = _read(path) if path.exists() else None
            style = ics.Style(now=self._clock(), organizer=self._organizer, cancelled=cancelled, known=known)
            if (content := versions.next_version(event, style)) is not None:
                self._folder.mkdir(parents=True, exist_ok=True)
                write_whole(path, content)
        except OSError as error:
            raise DeliveryError(f"{path.name}: {error.strerror}") from None
        return []

    def _calendars(self) -> Iterator[icalendar.Calendar]:
        return (_read(path) for path in sorted(self._folder.glob("*.ics")))

    def _path(self, uid: str) -> Path:
        return self._folder / ics.file_name(uid)


def _read(path: Path) -> icalendar.Calendar:
    try:
        return reading.parse(path.read_bytes())
    except ValueError as error:
        raise DeliveryError(f"{path.name} is not a calendar file: {error}", permanent=True) from None
    except OSError as error:
        raise DeliveryError(f"{path.name}: {error.strerror}") from None
