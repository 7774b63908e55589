"""A month of one person or of many: days, results and totals, in a number of statements that does not grow."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Connection, select

from integration import people
from integration.dates import last_of_month
from integration.people import Person
from integration.plugin import Work
from integration.workdays import DayPlan, local_day
from plugins.hadir import results, service
from plugins.hadir.results import Result
from plugins.hadir.rules import PLACES
from plugins.hadir.service import EMPTY, Day


@dataclass(frozen=True, slots=True)
class Line:
    """One day of one person."""

    day: date
    plan: DayPlan
    found: Day
    result: Result


@dataclass(frozen=True, slots=True)
class Totals:
    """Days, but `late_minutes` and `early_minutes`. `due` are working days that have begun, `away` the excused of them."""

    due: int = 0
    came: int = 0
    places: tuple[int, ...] = (0,) * len(PLACES)
    late: int = 0
    late_minutes: int = 0
    early: int = 0
    early_minutes: int = 0
    incomplete: int = 0
    missing: int = 0
    away: int = 0

    def __add__(self, other: Totals) -> Totals:
        return Totals(
            self.due + other.due,
            self.came + other.came,
            tuple(one + two for one, two in zip(self.places, other.places, strict=True)),
            self.late + other.late,
            self.late_minutes + other.late_minutes,
            self.early + other.early,
            self.early_minutes + other.early_minutes,
            self.incomplete + other.incomplete,
            self.missing + other.missing,
            self.away + other.away,
        )


@dataclass(frozen=True, slots=True)
class PersonMonth:
    """A person's days up to their today, and what they add up to."""

    person: Person
    lines: tuple[Line, ...]
    totals: Totals

    @property
    def empty(self) -> bool:
        return not any(line.found != EMPTY for line in self.lines)


def months(work: Work, team: Sequence[Person], month: date) -> list[PersonMonth]:
    """The month of each of `team`, who may be many. One statement for the events."""
    last = last_of_month(month)
    plans = work.workdays.plans(work.db, team, month, last, work.now)
    found = service.days(work.db, [person.id for person in team], month, last)
    return [_month(work, person, month, last, plans, found) for person in team]


def _month(
    work: Work, person: Person, month: date, last: date, plans: dict[tuple[int, date], DayPlan], found: service.Days
) -> PersonMonth:
    until = min(last, local_day(work.now, person), person.ended_on or last)
    days = [month + timedelta(days=n) for n in range((until - month).days + 1)]
    lines = tuple(_line(work, plans[person.id, day], found.get((person.id, day), EMPTY)) for day in days)
    return PersonMonth(person, lines, total(lines))


def _line(work: Work, plan: DayPlan, found: Day) -> Line:
    return Line(plan.day, plan, found, results.judge(plan, found, work.now))


def total(lines: Sequence[Line]) -> Totals:
    """What the days of one person add up to."""
    all_results = [line.result for line in lines]
    status = Counter(result.status for result in all_results)
    late = [result.late for result in all_results if result.late]
    early = [result.early for result in all_results if result.early]
    places = Counter(result.place for result in all_results if result.came)
    return Totals(
        due=sum(result.due for result in all_results),
        came=sum(result.came for result in all_results),
        places=tuple(places[place] for place in PLACES),
        late=len(late),
        late_minutes=sum(late),
        early=len(early),
        early_minutes=sum(early),
        incomplete=status["incomplete"],
        missing=status["missing"],
        away=sum(result.due for result in all_results if result.status == "away"),
    )


# ---------------------------------------------------------------- whom one may see


def of_unit(db: Connection, viewer: Person, unit_id: int, month: date) -> tuple[list[Person], int]:
    """The people of a unit whose record `viewer` may see, by name, and how many others there are."""
    everybody = people.of_unit(db, unit_id, month)
    if viewer.sees_everyone or ("pimpinan" in viewer.roles and viewer.unit_id == unit_id):
        return everybody, 0
    seen = below(db, viewer.id) | {viewer.id}
    visible = [person for person in everybody if person.id in seen]
    return visible, len(everybody) - len(visible)


def below(db: Connection, supervisor_id: int) -> set[int]:
    """Everyone below in line, however far. One statement."""
    person = people.person
    line = select(person.c.id).where(person.c.supervisor_id == supervisor_id).cte("line", recursive=True)
    line = line.union(select(person.c.id).where(person.c.supervisor_id == line.c.id))
    return set(db.scalars(select(line.c.id)))
