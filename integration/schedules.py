"""By which schedule somebody works from which day on: dated rows that are never changed, only replaced or taken back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import Connection, insert, select

from integration import people
from integration.office_calendar import Scheduled, dated_schedules, person_schedule
from integration.people import Person
from integration.rulebook.known import in_force, live


def rows_of(db: Connection, person: Person, now: datetime) -> list[Scheduled]:
    """What is known now, the first day first."""
    rows = live(dated_schedules(db, [person.id]).get(person.id, []), now, lambda row: row.valid_from)
    return sorted(rows, key=lambda row: row.valid_from)


def current(db: Connection, team: Sequence[Person], day: date, now: datetime) -> dict[int, str]:
    """By which schedule each works on a day, as known now. One statement."""
    dated = dated_schedules(db, [person.id for person in team])
    found = {person.id: in_force(dated.get(person.id, ()), day, now) for person in team}
    return {person.id: row.schedule if (row := found[person.id]) else person.schedule for person in team}


def on(rows: Sequence[Scheduled], person: Person, day: date) -> str:
    """The schedule on a day; "" is the office's own."""
    begun = [row.schedule for row in rows if row.valid_from <= day]
    return begun[-1] if begun else person.schedule


def put(db: Connection, person: Person, first: date, schedule: str, *, by: str, now: datetime, removed: bool = False) -> int:
    """From `first` on they work by `schedule`, or no longer; the id of the row."""
    row = {"person_id": person.id, "valid_from": first, "schedule": schedule, "entered_at": now, "by": by, "removed": removed}
    added = db.execute(insert(person_schedule).values(row)).inserted_primary_key
    return int(added[0]) if added else 0


def people_on(db: Connection, schedule: str) -> list[str]:
    """The NIP of everybody who works, worked or will work by a schedule, as known now."""
    person = people.person.c
    found = set(db.scalars(select(person.nip).where(person.schedule == schedule)))
    newest: dict[tuple[int, date], tuple[str, bool]] = {}
    query = select(person_schedule, person.nip).join(people.person, person.id == person_schedule.c.person_id)
    for row in db.execute(query.order_by(person_schedule.c.id)):
        newest[row.person_id, row.valid_from] = (row.nip, row.schedule == schedule and not row.removed)
    return sorted(found | {nip for nip, uses in newest.values() if uses})
