"""What somebody did on a day, for the logbook (`Plugin.activities`): meetings that they attended, tasks of meetings done.

Only that: nothing here or elsewhere in `/rapat` touches attendance at the office. Who is at a virtual meeting may be anywhere.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from sqlalchemy import Connection, func, select

from integration import workdays
from integration.activities import Activity
from integration.people import Person
from plugins.rapat.tables import meeting, meeting_occurrence, meeting_presence
from plugins.rapat.tasks.commands import closed_tasks


def did(db: Connection, person: Person, day: date) -> list[Activity]:
    """In Indonesian, the language of the record."""
    return [*attended(db, person, day), *closed_tasks(db, person, day)]


def attended(db: Connection, person: Person, day: date) -> list[Activity]:
    """`Rapat “Koordinasi SPBE”, 09.00–10.30 WIB`, in order."""
    start = datetime.combine(day, time(), person.tz)
    o, p = meeting_occurrence.c, meeting_presence.c
    title = func.coalesce(func.nullif(o.title, ""), meeting.c.title).label("title")
    query = (
        select(o.id, title, o.starts_at, o.ends_at, p.in_at, p.out_at)
        .join_from(meeting_presence, meeting_occurrence, p.occurrence_id == o.id)
        .join(meeting, o.meeting_id == meeting.c.id)
        .where(p.person_id == person.id, p.removed_at.is_(None))
        .where(o.starts_at >= start, o.starts_at < start + timedelta(days=1))
    )
    rows = db.execute(query.order_by(o.starts_at, o.id))
    return [_was_at(row.id, row.title, max(row.in_at, row.starts_at), row.out_at or row.ends_at, person) for row in rows]


def _was_at(id: int, title: str, start: datetime, end: datetime, person: Person) -> Activity:
    """From when to when they were there; who came early came for the start."""
    end = max(start, end)
    first, last = workdays.clock(start, person.zone).partition(" ")[0], workdays.clock(end, person.zone)
    minutes = int((end - start).total_seconds()) // 60
    return Activity(f"rapat:{id}", f"Rapat “{title}”, {first}–{last}", at=start, minutes=minutes)
