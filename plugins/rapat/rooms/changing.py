"""Rooms come, change and are closed; one of which a booking speaks is never deleted."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, insert, update

from integration import audit
from integration.audit import By
from plugins.rapat.rooms import booking
from plugins.rapat.rooms.booking import Room
from plugins.rapat.tables import meeting_room as _room

MOST_PEOPLE = 100_000


def put(db: Connection, by: By, wanted: Room, actor_id: int | None = None) -> str:
    """Add the room, or change the one of that name: "added", "changed" or "same"."""
    known = _named(db, wanted.name)
    values = {"name": wanted.name, "capacity": wanted.capacity, "unit_id": wanted.unit_id, "email": wanted.email}
    values["closed"] = wanted.closed
    if known is None:
        new = db.execute(insert(_room).values(values).returning(_room.c.id)).scalar_one()
        _audit(db, by, actor_id, "room.added", int(new), None, values)
        return "added"
    if replace(known, id=wanted.id, name=wanted.name) == wanted:
        return "same"
    db.execute(update(_room).where(_room.c.id == known.id).values(values))
    _audit(db, by, actor_id, "room.changed", known.id, _kept(known), values)
    return "changed"


def close(db: Connection, by: By, found: Room, closed: bool, actor_id: int | None = None) -> bool:
    """Close or open it; False if it is so already. What is booked stays booked."""
    if found.closed == closed:
        return False
    db.execute(update(_room).where(_room.c.id == found.id).values(closed=closed))
    action = "room.closed" if closed else "room.opened"
    _audit(db, by, actor_id, action, found.id, {"closed": found.closed}, {"closed": closed})
    return True


def _named(db: Connection, name: str) -> Room | None:
    """By the same name, however it is written."""
    wanted = name.casefold()
    return next((room for room in booking.every(db, closed=True) if room.name.casefold() == wanted), None)


def _kept(room: Room) -> dict[str, Any]:
    return {name: getattr(room, name) for name in ("name", "capacity", "unit_id", "email", "closed")}


def _audit(
    db: Connection,
    by: By,
    actor_id: int | None,
    action: str,
    room_id: int,
    before: dict[str, Any] | None,
    after: dict[str, Any],
) -> None:
    audit.record(
        db,
        by.now,
        actor_id=actor_id,
        actor=by.actor,
        action=action,
        object=f"meeting_room:{room_id}",
        before=before,
        after=after,
        reason=by.reason,
    )
