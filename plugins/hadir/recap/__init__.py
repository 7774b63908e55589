"""A month of one person or of many: days, results and totals, in a number of statements that does not grow."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from integration.dates import last_of_month
from integration.people import Person
from integration.plugin import Work
from integration.workdays import DayPlan, local_day
from plugins.hadir import service
from plugins.hadir.evaluation.judging import Judge
from plugins.hadir.evaluation.results import EXCUSES, NOTHING, Result
from plugins.hadir.evaluation.week import Week, evaluate_weeks, monday, weeks_of
from plugins.hadir.rules import PLACES
from plugins.hadir.service import EMPTY, Day

# So many people are read and judged together: memory does not grow with the office, and statements hardly do.
AT_ONCE = 2_000
KINDS = tuple(EXCUSES)
Plans = Mapping[tuple[int, date], DayPlan]


@dataclass(frozen=True, slots=True)
class Line:
    """One day of one person."""

    day: date
    plan: DayPlan
    found: Day
    result: Result


@dataclass(frozen=True, slots=True)
class Totals:
    """Days, but minutes in `…_minutes`, `worked` and `owed`, and percent of a day's allowance in `deduction`.

    `due` are working days that have begun, `away` the excused of them. `kinds` counts the excused days by `KINDS`,
    `bands` the days of each code, `outage` those that an outage excused in part or whole, `off_plan` those at another place
    than planned. `short_minutes` are what weeks of dynamic hours lack.
    """

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
    worked: int = 0
    owed: int = 0
    short_minutes: int = 0
    outage: int = 0
    off_plan: int = 0
    deduction: Decimal = NOTHING
    kinds: tuple[int, ...] = (0,) * len(KINDS)
    bands: tuple[tuple[str, int], ...] = ()

    def __add__(self, other: Totals) -> Totals:
        return Totals(*(_plus(getattr(self, name), getattr(other, name), name) for name in _FIGURES))


_FIGURES = tuple(figure.name for figure in fields(Totals))


def _plus(one: Any, other: Any, name: str) -> Any:
    if name == "bands":
        return tuple(sorted((Counter(dict(one)) + Counter(dict(other))).items()))
    if isinstance(one, tuple):
        return tuple(first + second for first, second in zip(one, other, strict=True))
    return one + other


@dataclass(frozen=True, slots=True)
class PersonMonth:
    """A person's days up to their today, the weeks of dynamic hours that belong to the month, and what it adds up to."""

    person: Person
    lines: tuple[Line, ...]
    totals: Totals
    weeks: tuple[Week, ...] = ()

    @property
    def empty(self) -> bool:
        return not any(line.found != EMPTY for line in self.lines)


def months(work: Work, team: Sequence[Person], month: date) -> list[PersonMonth]:
    """The month of each of `team`; of everybody rather take `each`, which keeps no more than it must."""
    return list(each(work, team, month))


def each(work: Work, team: Sequence[Person], month: date) -> Iterator[PersonMonth]:
    """The months one after the other; the same few statements for every `AT_ONCE` people."""
    for start in range(0, len(team), AT_ONCE):
        yield from _some(work, team[start : start + AT_ONCE], month)


def days(work: Work, team: Sequence[Person], first: date, last: date) -> dict[int, list[Line]]:
    """The judged days of each person from `first` to `last`, both included, without those to come; by person id."""
    plans = work.workdays.plans(work.db, team, first, last, work.now)
    found = service.days(work.db, [person.id for person in team], first, last)
    judge = Judge(work, first, last)
    return {person.id: _lines(judge, person, first, last, plans, found) for person in team}


def day(work: Work, person: Person, on: date) -> Line:
    """One day as it stands now, also one to come."""
    found = service.days(work.db, [person.id], on, on).get((person.id, on), EMPTY)
    return _line(Judge(work, on, on), person, work.plan(person, on), found)


def week(work: Work, person: Person, line: Line) -> Week | None:
    """The week of a day with dynamic hours."""
    if not line.plan.dynamic:
        return None
    first = monday(line.day)
    return next(iter(_weeks(work, [person], first, first + timedelta(days=6))[person.id]), None)


def _some(work: Work, team: Sequence[Person], month: date) -> Iterator[PersonMonth]:
    last = last_of_month(month)
    plans = work.workdays.plans(work.db, team, month, last, work.now)
    found = service.days(work.db, [person.id for person in team], month, last)
    judge = Judge(work, month, last)
    weeks = _weeks(work, [person for person in team if _dynamic(plans, person, month, last)], month, last)
    for person in team:
        lines = _lines(judge, person, month, last, plans, found)
        own = weeks.get(person.id, ())
        yield PersonMonth(person, tuple(lines), total(lines, own), own)


def _lines(judge: Judge, person: Person, first: date, last: date, plans: Plans, found: service.Days) -> list[Line]:
    until = min(last, local_day(judge.work.now, person), person.ended_on or last)
    return [
        _line(judge, person, plans[person.id, day], found.get((person.id, day), EMPTY))
        for day in (first + timedelta(days=n) for n in range((until - first).days + 1))
    ]


def _line(judge: Judge, person: Person, plan: DayPlan, found: Day) -> Line:
    return Line(plan.day, plan, found, judge.result(person, plan, found))


# ---------------------------------------------------------------- weeks of dynamic hours


def _dynamic(plans: Plans, person: Person, first: date, last: date) -> bool:
    return any(plans[person.id, first + timedelta(days=n)].dynamic for n in range((last - first).days + 1))


def _weeks(work: Work, team: Sequence[Person], first: date, last: date) -> dict[int, tuple[Week, ...]]:
    """The weeks that belong to the span, whole, also the days of them that lie outside; by person id."""
    if not team:
        return {}
    first, last = weeks_of(first, last)
    plans = work.workdays.plans(work.db, team, first, last, work.now)
    found = service.days(work.db, [person.id for person in team], first, last)
    judge = Judge(work, first, last)
    return {person.id: _weeks_of(judge, person, plans, found) for person in team}


def _weeks_of(judge: Judge, person: Person, plans: Plans, found: service.Days) -> tuple[Week, ...]:
    every = [judge.first + timedelta(days=n) for n in range((judge.last - judge.first).days + 1)]
    lines = [_line(judge, person, plans[person.id, day], found.get((person.id, day), EMPTY)) for day in every]
    rules = {day: judge.rules.attendance(person, day)[0] for day in every}
    until = min(local_day(judge.work.now, person), person.ended_on or judge.last)
    weeks = evaluate_weeks(((line.plan, line.result) for line in lines), rules, judge.work.now)
    return tuple(week for week in weeks if week.first <= until)


# ---------------------------------------------------------------- totals


def total(lines: Sequence[Line], weeks: Sequence[Week] = ()) -> Totals:
    """What the days of one person add up to."""
    results = [line.result for line in lines]
    status = Counter(result.status for result in results)
    places = Counter(result.place for result in results if result.came)
    excuses = Counter((line.plan.excuse or "izin").lower() for line in lines if line.result.excused and line.result.due)
    late = [result.late for result in results if result.late]
    early = [result.early for result in results if result.early]
    due = [result for result in results if result.due]
    return Totals(
        due=len(due),
        came=sum(result.came for result in results),
        places=tuple(places[place] for place in PLACES),
        late=len(late),
        late_minutes=sum(late),
        early=len(early),
        early_minutes=sum(early),
        incomplete=status["incomplete"],
        missing=status["absent"],
        away=sum(result.excused for result in due),
        worked=sum(result.worked for result in results),
        owed=sum(result.owed for result in due),
        short_minutes=sum(week.short for week in weeks),
        outage=sum(result.outage is not None for result in results),
        off_plan=sum(result.off_plan for result in results),
        deduction=sum((result.deduction for result in results if result.bands), NOTHING),
        kinds=tuple(excuses[kind] for kind in KINDS),
        bands=tuple(sorted(Counter(code for result in results for code in result.bands).items())),
    )
