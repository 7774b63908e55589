"""What reports of a month come to, by person: days filled, hours, entries by state and by target. Added up by the database."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from sqlalchemy import func, or_, select

from integration.people import Person
from integration.work import Work
from integration.workdays import local_day
from plugins.logbook import entries
from plugins.logbook.tables import logbook_entry as _entry

# A list of ids longer than this is asked for in parts.
_IDS_AT_ONCE = 5_000


@dataclass(slots=True)
class Figures:
    """A person's month, without changes that wait for approval: what they change counts until then.

    `due` are the working days up to today, `filled` those of them with something reported, `empty` the others; of `others`
    (days off) something was reported too. `minutes` are of what was reported; `approved` of what is approved. `states`
    counts entries, `targets` are {target id or None: (entries, minutes)} of what was reported.
    """

    person: Person
    due: int = 0
    filled: int = 0
    others: int = 0
    minutes: int = 0
    approved: int = 0
    empty: list[date] = field(default_factory=list)
    states: Counter[str] = field(default_factory=Counter)
    targets: dict[int | None, tuple[int, int]] = field(default_factory=dict)

    @property
    def nothing(self) -> bool:
        return not self.states

    def add(self, state: str, target_id: int | None, count: int, minutes: int) -> None:
        self.states[state] += count
        if state in entries.REPORTED:
            self.minutes += minutes
            self.approved += minutes if state == "approved" else 0
            before = self.targets.get(target_id, (0, 0))
            self.targets[target_id] = (before[0] + count, before[1] + minutes)


def of_people(work: Work, staff: Sequence[Person], month: date, *, drafts: bool = False) -> list[Figures]:
    """The month of each of `staff`, in their order; `drafts` are counted for their writer alone. Few statements for many."""
    first, last = entries.month_of(month)
    found = {person.id: Figures(person) for person in staff}
    reported: dict[int, set[date]] = {person.id: set() for person in staff}
    for row in _sums(work, list(found), first, last):
        if row.state == "draft" and not drafts:
            continue
        found[row.person_id].add(row.state, row.target_id, row.entries, row.minutes)
        if row.state in entries.REPORTED:
            reported[row.person_id].add(row.day)
    plans = work.workdays.plans(work.db, staff, first, last, work.now) if staff else {}
    for person in staff:
        until = min(last, local_day(work.now, person), person.ended_on or last)
        days = [first + timedelta(n) for n in range((until - first).days + 1)]
        days = [day for day in days if plans[person.id, day].works]
        figures, there = found[person.id], reported[person.id]
        figures.due, figures.filled = len(days), sum(day in there for day in days)
        figures.others = len(there - set(days))
        figures.empty = [day for day in days if day not in there]
    return list(found.values())


def _sums(work: Work, ids: Sequence[int], first: date, last: date) -> list[Sum]:
    e = _entry.c
    columns = (e.person_id, e.day, e.state, e.target_id)
    wanted = select(*columns, func.count(), func.sum(e.minutes)).where(e.day.between(first, last), e.state.in_(entries.LIVE))
    wanted = wanted.where(or_(e.revises_id.is_(None), e.state == "approved")).group_by(*columns)
    found: list[Sum] = []
    for start in range(0, len(ids), _IDS_AT_ONCE):
        rows = work.db.execute(wanted.where(e.person_id.in_(ids[start : start + _IDS_AT_ONCE])))
        found += [Sum(*row) for row in rows]
    return found


@dataclass(frozen=True, slots=True)
class Sum:
    """Entries of one person, day, state and target."""

    person_id: int
    day: date
    state: str
    target_id: int | None
    entries: int
    minutes: int
