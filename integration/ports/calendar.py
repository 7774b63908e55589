"""A calendar and what stands in it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol


@dataclass(frozen=True, slots=True)
class Span:
    """From `start` until before `end`, both aware."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Attendee:
    """`email` in lower case; a room is an attendee too."""

    email: str
    name: str = ""
    kind: Literal["person", "room"] = "person"
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Event:
    """A calendar event; `uid` is for ever, `sequence` grows as RFC 5546 wants, `zone` is an IANA name.

    `recurrence` is an RRULE without its name, "" for a single event. `changes` are its changed occurrences, by the start
    that they had; None for one that was called off. `alarm_minutes` before the start, each a reminder.
    """

    uid: str
    title: str
    span: Span
    zone: str
    sequence: int = 0
    description: str = ""
    place: str = ""
    url: str = ""
    attendees: tuple[Attendee, ...] = ()
    recurrence: str = ""
    changes: tuple[tuple[datetime, Event | None], ...] = ()
    alarm_minutes: tuple[int, ...] = ()


def event_to_json(event: Event) -> dict[str, Any]:
    """An `Event` as plain data for an outbox row."""
    return {
        **{name: getattr(event, name) for name in _PLAIN},
        "start": event.span.start.isoformat(),
        "end": event.span.end.isoformat(),
        "attendees": [[a.email, a.name, a.kind, a.optional] for a in event.attendees],
        "changes": [[at.isoformat(), event_to_json(changed) if changed else None] for at, changed in event.changes],
        "alarm_minutes": list(event.alarm_minutes),
    }


def event_from_json(data: Mapping[str, Any]) -> Event:
    """The inverse of `event_to_json`."""
    moment = datetime.fromisoformat
    return Event(
        **{name: data[name] for name in _PLAIN},
        span=Span(moment(data["start"]), moment(data["end"])),
        attendees=tuple(Attendee(*each) for each in data["attendees"]),
        changes=tuple((moment(at), event_from_json(changed) if changed else None) for at, changed in data["changes"]),
        alarm_minutes=tuple(data["alarm_minutes"]),
    )


_PLAIN = ("uid", "title", "zone", "sequence", "description", "place", "url", "recurrence")


Answered = Literal["accepted", "declined", "tentative"]


@dataclass(frozen=True, slots=True)
class Answer:
    """What an attendee said to an invitation, in their calendar or by mail.

    `occurrence`: to which of a series (the start that it had), None for all that have no answer of their own. `sequence`: to
    which version of the event a mail answers, None where nothing says so.
    """

    email: str
    answer: Answered
    occurrence: datetime | None = None
    via: Literal["calendar", "mail"] = "calendar"
    sequence: int | None = None


class Calendar(Protocol):
    """A calendar of the service, which organises every event in it."""

    name: str
    # Whether the server itself brings invitations to attendees and mails them; if not, we mail.
    schedules: bool

    def put(self, event: Event, *, resend: Collection[str] = ()) -> Sequence[str]:
        """Write the event, unless a later version (a greater SEQUENCE) is there already; invites, changes and uninvites.

        Gives the addresses that the server says it could not reach; where it does not schedule, nobody. A repeat invites
        nobody twice but those in `resend`.
        """
        ...

    def cancel(self, event: Event) -> Sequence[str]:
        """Call the event off; everybody invited is told. Harmless if it is gone or called off already. Gives what `put` gives.
        A later `put` counts only with a greater SEQUENCE.
        """
        ...

    def busy(self, people: Iterable[str], span: Span) -> dict[str, list[Span]]:
        """Busy times by e-mail address, in order; an address of which the server knows nothing is missing."""
        ...

    def answers(self, uid: str) -> Sequence[Answer]:
        """Who has answered; an attendee who has not is missing."""
        ...

    def within(self, seconds: float = 2.0) -> AbstractContextManager[None]: ...
