"""Short cuts of the attendance tests; those of all plugins are in `tests/post.py`."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from integration import people
from integration.core import Hadir
from plugins.hadir.tables import attendance_event
from tests.post import person_id


def events(hadir: Hadir, username: str, day: str) -> list[tuple[str, str, str, bool]]:
    """(kind, local HH.MM in the office's zone, source, active) of every event of the day, oldest first."""
    who = person_id(hadir, username)
    with hadir.database.read() as db:
        person = people.get(db, who)
        assert person is not None
        query = select(attendance_event).where(
            attendance_event.c.person_id == who, attendance_event.c.day == date.fromisoformat(day)
        )
        rows = db.execute(query.order_by(attendance_event.c.id)).all()
    return [(row.kind, f"{row.at.astimezone(person.tz):%H.%M}", row.source, row.active) for row in rows]
