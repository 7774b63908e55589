"""Rooms and their bookings. A booking is a date of a meeting with the room on it; no table of its own could say otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select, update

from integration.plugin import Work
from integration.ports import Span
from plugins.rapat.tables import meeting as _meeting
from plugins.rapat.tables import meeting_occurrence as _occurrence
from plugins.rapat.tables import meeting_room as _room

# A date that is looked for by its time began at most so long before it.
LONGEST = timedelta(days=31)
# Meetings in these hold their room; one that looks for a time, or came to nothing, holds none.
HOLDS = ("checking", "asking", "planned")


@dataclass(frozen=True, slots=True)
class Room:
    """A row of `meeting_room`; `capacity` 0: nobody has said how many fit in."""

    id: int
    name: str
    capacity: int
    unit_id: int | None
    email: str
    closed: bool


@dataclass(frozen=True, slots=True)
class Booked:
    """A date for which a room is taken, and by whose meeting."""

    room_id: int
    meeting_id: int
    organizer_id: int
    span: Span


class Taken(Exception):
    """The room is somebody's already: `by`, where it was wanted for `wanted`. `room` may be closed, then `by` is None."""

    def __init__(self, room: Room | None, wanted: Span, by: Booked | None = None) -> None:
        super().__init__("the room is taken" if by else "the room is closed")
        self.room, self.wanted, self.by = room, wanted, by


_COLUMNS = [_room.c[name] for name in Room.__dataclass_fields__]


def get(db: Connection, room_id: int) -> Room | None:
    row = db.execute(select(*_COLUMNS).where(_room.c.id == room_id)).first()
    return Room(*row) if row else None


def every(db: Connection, *, closed: bool = False) -> list[Room]:
    """By name; closed ones only if asked for."""
    query = select(*_COLUMNS).order_by(func.lower(_room.c.name))
    return [Room(*row) for row in db.execute(query if closed else query.where(_room.c.closed.is_(False)))]


def named(db: Connection, words: str, *, closed: bool = False) -> list[Room]:
    """The rooms that `words` can mean: the exact name, else those of which it is a part."""
    wanted = " ".join(words.lower().split()).removeprefix("ruang ").removeprefix("r. ")
    if not wanted:
        return []
    rooms = every(db, closed=closed)
    exact = [room for room in rooms if _bare(room) == wanted]
    return exact or [room for room in rooms if wanted in _bare(room)]


def _bare(room: Room) -> str:
    return " ".join(room.name.lower().split()).removeprefix("ruang ")


# ---------------------------------------------------------------- booking


def book(work: Work, room_id: int, spans: Sequence[Span], *, except_meeting: int | None = None) -> Room:
    """Make sure that the room is free for all of `spans`, and that nobody else can take it before this transaction ends.

    Whoever calls it writes the meeting's dates with the room on them in the same transaction. Raises `Taken`.
    """
    held = update(_room).where(_room.c.id == room_id, _room.c.closed.is_(False)).values(bookings=_room.c.bookings + 1)
    if work.db.execute(held).rowcount != 1:
        raise Taken(get(work.db, room_id), spans[0])
    clash = first_clash(spans, bookings(work.db, around(spans), room_id=room_id, except_meeting=except_meeting))
    room = get(work.db, room_id)
    if clash is not None or room is None:
        raise Taken(room, *(clash or (spans[0],)))
    return room


def around(spans: Sequence[Span]) -> Span:
    """From the first beginning to the last end."""
    return Span(min(span.start for span in spans), max(span.end for span in spans))


def first_clash(spans: Sequence[Span], taken: Sequence[Booked]) -> tuple[Span, Booked] | None:
    """The first of `spans` in which something is taken, with that; both in order of time."""
    place = 0
    for span in sorted(spans, key=lambda each: each.start):
        while place < len(taken) and taken[place].span.end <= span.start:
            place += 1
        if place < len(taken) and taken[place].span.start < span.end:
            return span, taken[place]
    return None


def bookings(db: Connection, span: Span, *, room_id: int | None = None, except_meeting: int | None = None) -> list[Booked]:
    """What is booked in `span`, of one room or of all, in order of time. One statement."""
    room = func.coalesce(_occurrence.c.room_id, _meeting.c.room_id)
    query = (
        select(room, _meeting.c.id, _meeting.c.organizer_id, _occurrence.c.starts_at, _occurrence.c.ends_at)
        .join_from(_occurrence, _meeting, _occurrence.c.meeting_id == _meeting.c.id)
        .where(*_in(span), _in_room(room_id), _meeting.c.id != (except_meeting or 0))
        .order_by(_occurrence.c.starts_at, _occurrence.c.id)
    )
    return [Booked(*row[:3], Span(row[3], row[4])) for row in db.execute(query)]


def _in(span: Span) -> tuple[ColumnElement[bool], ...]:
    return (
        _occurrence.c.starts_at < span.end,
        _occurrence.c.starts_at > span.start - LONGEST,
        _occurrence.c.ends_at > span.start,
        _occurrence.c.state == "planned",
        _meeting.c.state.in_(HOLDS),
    )


def _in_room(room_id: int | None) -> ColumnElement[bool]:
    if room_id is None:
        return or_(_occurrence.c.room_id.is_not(None), _meeting.c.room_id.is_not(None))
    return or_(_occurrence.c.room_id == room_id, and_(_occurrence.c.room_id.is_(None), _meeting.c.room_id == room_id))


# ---------------------------------------------------------------- which are free


def free(db: Connection, spans: Sequence[Span], people: int = 0, *, except_meeting: int | None = None) -> list[Room]:
    """The rooms that are free for all of `spans`: those in which `people` fit first, the smallest of these before others."""
    taken: dict[int, list[Booked]] = {}
    for booked in bookings(db, around(spans), except_meeting=except_meeting):
        taken.setdefault(booked.room_id, []).append(booked)
    found = [room for room in every(db) if first_clash(spans, taken.get(room.id, [])) is None]
    return sorted(
        found, key=lambda room: (room.capacity < people, room.capacity if room.capacity >= people else -room.capacity)
    )


def gaps(taken: Sequence[Booked], window: Span) -> list[Span]:
    """When a room is free in `window`; `taken` in order of time."""
    found, at = [], window.start
    for booked in taken:
        if booked.span.start > at:
            found.append(Span(at, min(booked.span.start, window.end)))
        at = max(at, booked.span.end)
        if at >= window.end:
            return found
    return [*found, Span(at, window.end)] if at < window.end else found
