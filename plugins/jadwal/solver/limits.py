"""What must hold in a rota, and what a given choice of days breaks: arithmetic, no solver.

Nothing asks for days at home but those that were set by hand. So limits contradict one another exactly if these days alone
break one: whoever else stays at the office makes it no worse.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from math import floor

from plugins.jadwal.solver.problem import OFFICE, Cell, Conflict, Limits, Member, Problem, monday


@dataclass(slots=True)
class Duty:
    """Who has a duty on a day, and who of them is absent."""

    there: set[int] = field(default_factory=set)
    absent: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class Day:
    """One day of the rota: who is expected, who of these is absent, who may work from home or stand by, who has which duty."""

    day: date
    expected: int = 0
    absent: Counter[str] = field(default_factory=Counter)
    there: set[int] = field(default_factory=set)
    remote: set[int] = field(default_factory=set)
    stand_by: set[int] = field(default_factory=set)
    on_duty: dict[str, Duty] = field(default_factory=dict)

    def most_away(self, limits: Limits) -> int:
        """How many may be elsewhere, absences included."""
        return floor(limits.away_share * self.expected)

    def most_home(self, limits: Limits) -> int:
        """How many may work from home beside those who are absent."""
        room = self.most_away(limits) - self.absent.total()
        return max(0, min(room, len(self.there) - limits.least_present))

    def standbys(self, limits: Limits) -> int:
        """How many stand by, if there are enough."""
        return min(limits.standby, len(self.stand_by))

    def most_home_of(self, duty: str, wanted: int) -> int:
        """How many of those who have the duty may work from home."""
        return max(0, len(self.having(duty).there) - wanted)

    def having(self, duty: str) -> Duty:
        return self.on_duty.get(duty) or Duty()


def by_day(problem: Problem) -> dict[date, Day]:
    """Every day of the rota, in order."""
    days = {day: Day(day) for day in sorted(problem.days)}
    for member in problem.members:
        for day in member.works & days.keys():
            _enter(days[day], member)
        for duty, held in member.duties.items():
            for day in held & member.works & days.keys():
                _enter_duty(days[day].on_duty.setdefault(duty, Duty()), member, day)
    return days


def _enter_duty(duty: Duty, member: Member, day: date) -> None:
    if day in member.absent:
        duty.absent[member.absent[day]] += 1
    else:
        duty.there.add(member.id)


def _enter(day: Day, member: Member) -> None:
    day.expected += 1
    why = member.absent.get(day.day)
    if why is not None:
        day.absent[why] += 1
        return
    day.there.add(member.id)
    if day.day in member.remote:
        day.remote.add(member.id)
    if member.may_stand_by:
        day.stand_by.add(member.id)


def fixed_away(problem: Problem) -> list[Cell]:
    """The days at home that were set by hand, of those who work on that day."""
    there = {(member.id, day) for member in problem.members for day in member.there.intersection(problem.days)}
    return sorted(cell for cell, place in problem.fixed.items() if place != OFFICE and cell in there)


def week_room(problem: Problem, member: Member, week: date) -> int:
    """How many flexible days the person may still have in that week."""
    return max(0, problem.limits.days_a_week - member.used.get(week, 0))


def conflicts(problem: Problem) -> tuple[Conflict, ...]:
    """What cannot be met, whatever the rota; empty if everything can."""
    return broken(problem, fixed_away(problem))


def broken(problem: Problem, away: Iterable[Cell]) -> tuple[Conflict, ...]:
    """What these days at home break, by day, then by person."""
    days, cells = by_day(problem), sorted(set(away))
    home: dict[date, list[Cell]] = {}
    for cell in cells:
        home.setdefault(cell[1], []).append(cell)
    found = [conflict for day in days.values() for conflict in _of_day(day, problem.limits, home.get(day.day, []))]
    return (*found, *_of_people(problem, cells))


def _of_day(day: Day, limits: Limits, home: list[Cell]) -> Iterator[Conflict]:
    absent, fixed = dict(sorted(day.absent.items())), tuple(home)
    away, most = day.absent.total() + len(home), day.most_away(limits)
    if away > most:
        yield Conflict(kind="away", day=day.day, wanted=most, found=away, absent=absent, fixed=fixed)
    present = len(day.there) - len(home)
    if day.expected and present < limits.least_present:
        yield Conflict(kind="present", day=day.day, wanted=limits.least_present, found=present, absent=absent, fixed=fixed)
    ready = len(day.stand_by - {person for person, _ in home})
    if day.expected and ready < limits.standby:
        fixed = tuple(cell for cell in home if cell[0] in day.stand_by)
        yield Conflict(kind="standby", day=day.day, wanted=limits.standby, found=ready, absent=absent, fixed=fixed)
    if day.expected:
        yield from _of_duties(day, limits, home)


def _of_duties(day: Day, limits: Limits, home: list[Cell]) -> Iterator[Conflict]:
    for duty, wanted in limits.on_duty:
        having = day.having(duty)
        fixed = tuple(cell for cell in home if cell[0] in having.there)
        found, absent = len(having.there) - len(fixed), dict(sorted(having.absent.items()))
        if found < wanted:
            yield Conflict(kind="duty", day=day.day, wanted=wanted, found=found, duty=duty, absent=absent, fixed=fixed)


def _of_people(problem: Problem, away: Collection[Cell]) -> Iterator[Conflict]:
    by_person: dict[int, list[date]] = {}
    for person, day in away:
        by_person.setdefault(person, []).append(day)
    for member in sorted(problem.members, key=lambda member: member.id):
        mine = by_person.get(member.id, [])
        for day in mine:
            if day not in member.remote:
                yield Conflict(kind="remote", day=day, wanted=0, found=1, person=member.id, fixed=((member.id, day),))
        for week, count in sorted(Counter(map(monday, mine)).items()):
            total, most = count + member.used.get(week, 0), problem.limits.days_a_week
            if total > most:
                fixed = tuple((member.id, day) for day in mine if monday(day) == week)
                yield Conflict(kind="week", day=week, wanted=most, found=total, person=member.id, fixed=fixed)
