"""A meeting as events of the office's calendar: what attendees see there.

A server takes its time for every attendee, and a calendar in which thousands of names stand helps nobody: those invited to
a large meeting are divided among several events of the same content, each with a UID of its own. Who belongs to which part
never changes, so that everybody sees one event, with one UID for ever.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, or_, select

from integration import people
from integration.outbox import outbox
from integration.ports import Attendee, Event
from plugins.rapat import facts
from plugins.rapat.meetings import Meeting
from plugins.rapat.tables import meeting_invitee as _invitee
from plugins.rapat.tables import meeting_occurrence as _occurrence
from plugins.rapat.tables import meeting_room as _room

# Attendees of one event: 15 s for a Nextcloud that takes 75 ms for each.
PART = 200
# A day and a quarter of an hour before.
ALARMS = (1440, 15)


@dataclass(frozen=True, slots=True)
class Shown:
    """What stands in an event beside its time: `description` as plain text, `url` where one joins."""

    description: str
    place: str
    url: str = ""


def uid(meeting: Meeting, part: int) -> str:
    """`<id>@hadir`, and of the other parts `<id>.2@hadir`."""
    stem, _, host = meeting.uid.rpartition("@")
    return f"{stem}.{part + 1}@{host}" if part else meeting.uid


def whole(event_uid: str) -> str:
    """The UID of the meeting of which that is a part."""
    stem, _, host = event_uid.rpartition("@")
    name, dot, number = stem.rpartition(".")
    return f"{name}@{host}" if dot and number.isdecimal() else event_uid


def parts(db: Connection, meeting: Meeting, shown: Shown, today: date) -> list[tuple[int, Event]]:
    """The events of a meeting by number; parts in which nobody ever had an address are left out. The rooms, each at its own
    dates, are in the first.
    """
    common, rooms = _common(meeting, shown, facts.of(db, meeting)), _rooms_of(db, meeting)
    return [
        (number, _with(common, found or [], rooms if number == 0 else {}, uid(meeting, number)))
        for number, found in enumerate(_attendees(db, meeting, today))
        if found is not None or number == 0
    ]


def alone(db: Connection, meeting: Meeting, shown: Shown) -> Event:
    """The event without attendees, for a file that somebody puts into a calendar by hand."""
    return _common(meeting, shown, facts.of(db, meeting))


def key(meeting: Meeting, number: int, event: Event) -> str:
    """Of its outbox row: the same in every repeat, and another when people were added to the same version."""
    names = json.dumps([attendee.email for attendee in event.attendees])
    return f"{_of_version(meeting)}:{number}:{hashlib.sha256(names.encode()).hexdigest()[:16]}"


def are_out(db: Connection, meeting: Meeting) -> bool:
    """Whether this version's event was queued, which comes before all messages: from then on the version says what it says,
    and what comes later is another one.
    """
    c, states = outbox.c, ("waiting", "done", "dead")
    mine = (c.state.in_(states), c.stream == f"event:{meeting.uid}"[:190])  # by the index
    keys = db.scalars(select(c.key).where(*mine))
    return any(key.startswith(f"{_of_version(meeting)}:") for key in keys)


def _of_version(meeting: Meeting) -> str:
    return f"meeting:{meeting.id}:{meeting.version}:event"


def _common(meeting: Meeting, shown: Shown, now: facts.Facts) -> Event:
    event = Event(
        uid=meeting.uid,
        title=meeting.title,
        span=meeting.span,
        zone=meeting.zone,
        sequence=meeting.sequence,
        description=shown.description,
        place=shown.place,
        url=shown.url,
        recurrence=meeting.recurrence,
        alarm_minutes=ALARMS,
    )
    # Dates before the first one are of an earlier series, of which the calendar knows nothing any more.
    unlike = ((original, _date(event, own)) for original, own in now.dates.items() if original >= meeting.starts_at)
    return replace(event, changes=tuple(unlike))


def _with(event: Event, people: Sequence[Attendee], rooms: Mapping[datetime | None, Attendee], uid: str) -> Event:
    """`rooms` by date, None for those that have none of their own."""

    def of(at: datetime | None) -> tuple[Attendee, ...]:
        found = rooms.get(at) or rooms.get(None)
        return (*people, *([found] if found and found.email else []))

    changes = tuple((at, replace(change, uid=uid, attendees=of(at)) if change else None) for at, change in event.changes)
    return replace(event, uid=uid, attendees=of(None), changes=changes)


def _date(series: Event, own: facts.Date) -> Event | None:
    if own.state == "cancelled":
        return None
    title, place = own.title or series.title, own.place or series.place
    return replace(series, span=own.span, recurrence="", title=title, place=place)


def _attendees(db: Connection, meeting: Meeting, today: date) -> Iterator[list[Attendee] | None]:
    """By parts; None where nobody ever had an address. Whoever was taken off keeps their place, and so do all after them."""
    person = people.person.c
    columns = (_invitee.c.email, _invitee.c.name, _invitee.c.role, _invitee.c.removed_at)
    query = select(*columns, person.email.label("ours"), person.name.label("our_name"), person.ended_on)
    query = query.join_from(_invitee, people.person, _invitee.c.person_id == person.id, isouter=True)
    rows = db.execute(query.where(_invitee.c.meeting_id == meeting.id).order_by(_invitee.c.id)).all()
    for first in range(0, len(rows), PART):
        some = [row for row in rows[first : first + PART] if row.ours or row.email]
        yield [_attendee(row) for row in sorted(some, key=_rank) if _comes(row, today)] if some else None


def _rank(row: Any) -> Any:
    """The organiser first, then by name, guests last."""
    return row.role != "organizer", row.our_name is None, row.our_name or row.name or row.email


def _attendee(row: Any) -> Attendee:
    return Attendee((row.ours or row.email).lower(), row.our_name or row.name, optional=row.role == "optional")


def _comes(row: Any, today: date) -> bool:
    return row.removed_at is None and (row.ended_on is None or row.ended_on >= today)


def _rooms_of(db: Connection, meeting: Meeting) -> dict[datetime | None, Attendee]:
    """The rooms that are booked. The address is "" for one that has no calendar of its own, and for a date somewhere else."""
    room, date = _room.c, _occurrence.c
    own = select(date.original, room.email, room.name).join_from(_occurrence, _room, date.room_id == room.id, isouter=True)
    found: dict[datetime | None, Attendee] = {}
    for row in db.execute(own.where(date.meeting_id == meeting.id, or_(date.room_id.is_not(None), date.place != ""))):
        found[row[0]] = _as_room(row)
    usual = db.execute(select(room.id, room.email, room.name).where(room.id == meeting.room_id)).first()
    return {**found, None: _as_room(usual)} if usual else found


def _as_room(row: Any) -> Attendee:
    return Attendee((row.email or "").lower(), row.name or "", "room")
