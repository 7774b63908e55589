"""Days of rotas: which hold, and how newer ones take their place. No words here.

For many people a month is some hundred thousand rows, so rows are read by position and only those that hold.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Select, bindparam, exists, select, update

from integration import people
from integration.db import insert_once
from integration.lookups import OfPeople
from integration.people import Person
from integration.plugin import Work
from plugins.jadwal.tables import ACTIVE, rota, rota_day, rota_preference

PLACES = ("wfo", "wfh", "wfa")
# More ids than these are not worth a list in SQL: the days alone find the rows.
_FEW = 1_000


@dataclass(frozen=True, slots=True)
class RotaDay:
    """A day of a published rota that holds; `schedule` is empty for the person's own hours."""

    id: int
    rota_id: int
    person_id: int
    day: date
    place: str
    schedule: str
    standby: bool
    source: str

    def same_as(self, other: RotaDay | None) -> bool:
        """Whether it means the same for the person."""
        mine = (self.place, self.schedule, self.standby)
        return other is not None and mine == (other.place, other.schedule, other.standby)


RotaDays = dict[tuple[int, date], RotaDay]


@dataclass(frozen=True, slots=True)
class Change:
    """What a rota says of a person's day now, and said before; None for nothing."""

    person_id: int
    day: date
    before: RotaDay | None
    after: RotaDay | None


_COLUMNS = (
    rota_day.c.id,
    rota_day.c.rota_id,
    rota_day.c.person_id,
    rota_day.c.day,
    rota_day.c.place,
    rota_day.c.schedule,
    rota_day.c.standby,
    rota_day.c.source,
)


_BETWEEN = rota_day.c.day.between(bindparam("first"), bindparam("last"))
# Person, day, place, schedule, standby: what plans need.
PLANNED = OfPeople(select(*_COLUMNS[2:7]).where(ACTIVE, _BETWEEN), rota_day.c.person_id, _FEW)
_WHOLE = OfPeople(select(*_COLUMNS).where(ACTIVE, _BETWEEN), rota_day.c.person_id, _FEW)


def days(db: Connection, ids: Collection[int], first: date, last: date) -> RotaDays:
    """The days that hold, by person and day. One statement."""
    wanted = set(ids)
    found = _WHOLE.rows(db, wanted, first=first, last=last)
    return {(row.person_id, row.day): RotaDay(*row) for row in found if row.person_id in wanted}


def has_rota(db: Connection, person_id: int, first: date, last: date) -> bool:
    """Whether a published rota says anything about these days of the person."""
    query = select(exists().where(ACTIVE, rota_day.c.person_id == person_id, rota_day.c.day.between(first, last)))
    return bool(db.scalar(query))


# ---------------------------------------------------------------- newer days take the place of older ones


def activate(work: Work, rota_id: int) -> list[Change]:
    """Let the days of this rota hold, in the place of those that held; what that changes. For publishing.

    Of people who have left or moved to another unit since it was made nothing is taken. A few statements, however many.
    """
    new = {(row.person_id, row.day): RotaDay(*row) for row in work.db.execute(_of_rota(rota_id))}
    if not new:
        return []
    ids, span = {person_id for person_id, _ in new}, [day for _, day in new]
    old = {key: day for key, day in days(work.db, ids, min(span), max(span)).items() if key in new}
    _set_active(work, [day.id for day in old.values()], False)
    _set_active(work, [day.id for day in new.values()], True)
    return [Change(*key, old.get(key), day) for key, day in sorted(new.items()) if not day.same_as(old.get(key))]


def _of_rota(rota_id: int) -> Select[Any]:
    person = people.person.c
    query = select(*_COLUMNS).join(rota, rota.c.id == rota_day.c.rota_id).join(people.person, person.id == rota_day.c.person_id)
    here = person.ended_on.is_(None) | (person.ended_on >= rota_day.c.day)
    return query.where(rota_day.c.rota_id == rota_id, person.unit_id == rota.c.unit_id, here)


def deactivate(work: Work, ids: Sequence[int]) -> None:
    """These days of rotas hold no more."""
    _set_active(work, ids, False)


def _set_active(work: Work, ids: Sequence[int], active: bool) -> None:
    for start in range(0, len(ids), 5_000):
        some = ids[start : start + 5_000]
        work.db.execute(update(rota_day).where(rota_day.c.id.in_(some)).values(active=active))


def replace_days(work: Work, new: Sequence[RotaDay], old: Sequence[RotaDay], swap_id: int | None = None) -> bool:
    """Put `new` (their ids do not count) in the place of `old`; False if one of the old ones holds no more."""
    ids = [day.id for day in old]
    gone = update(rota_day).where(rota_day.c.id.in_(ids), rota_day.c.active).values(active=False)
    if work.db.execute(gone).rowcount != len(ids):
        return False
    for day in new:
        row = {
            "rota_id": day.rota_id,
            "person_id": day.person_id,
            "day": day.day,
            "place": day.place,
            "schedule": day.schedule,
            "standby": day.standby,
            "source": day.source,
            "swap_id": swap_id,
            "active": True,
        }
        if insert_once(work.db, rota_day, row) is None:
            return False
    return True


# ---------------------------------------------------------------- people around


def by_id(db: Connection, ids: Iterable[int]) -> dict[int, Person]:
    """One statement."""
    query = people.people_query().where(people.person.c.id.in_(set(ids)))
    return {someone.id: someone for someone in people.fetch(db, query)}


def unit_named(db: Connection, unit_id: int) -> tuple[int, str] | None:
    """(id, name) of a unit."""
    name = db.scalar(select(people.unit.c.name).where(people.unit.c.id == unit_id))
    return None if name is None else (unit_id, name)


def leads_in(db: Connection, viewer: Person, unit_id: int) -> bool:
    """Whether anybody of that unit stands below `viewer`, however far."""
    line = select(people.person.c.id).where(people.person.c.supervisor_id == viewer.id).cte("line", recursive=True)
    lower = people.person.alias("lower")
    line = line.union(select(lower.c.id).where(lower.c.supervisor_id == line.c.id))
    below = exists().where(people.person.c.unit_id == unit_id, people.person.c.id.in_(select(line.c.id)))
    return bool(db.scalar(select(below)))


# ---------------------------------------------------------------- the weekly message


def wants_week(db: Connection, person_id: int) -> bool:
    query = select(rota_preference.c.weekly).where(rota_preference.c.person_id == person_id)
    return bool(db.scalar(query))


def set_weekly(work: Work, person: Person, wanted: bool) -> bool:
    """Whether that changes anything."""
    before = wants_week(work.db, person.id)
    if before == wanted:
        return False
    row = {"person_id": person.id, "weekly": wanted}
    if insert_once(work.db, rota_preference, row) is None:
        work.db.execute(update(rota_preference).where(rota_preference.c.person_id == person.id).values(weekly=wanted))
    work.audit("rota.preference", f"rota_preference:{person.id}", before={"weekly": before}, after={"weekly": wanted})
    return True
