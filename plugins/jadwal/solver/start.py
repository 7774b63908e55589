"""A rota to begin with, where duties make the best one hard to find: days handed on until nobody is far ahead of others.

It keeps what it is given keeps: each day stays with somebody who may have it, has room in that week, and leaves every duty
covered.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date

from plugins.jadwal.solver.limits import Day, week_room
from plugins.jadwal.solver.problem import OFFICE, Cell, Problem, monday


def evened(
    problem: Problem, days: Mapping[date, Day], could: Iterable[Cell], away: Iterable[Cell], start: Mapping[int, float]
) -> set[Cell]:
    """`could` are all the days at home that may be chosen, `away` those that are; `start` is how far ahead each person was.

    1. Of the day's people, the one who is most ahead hands it to the one who is least, if that one may take it.
    2. Days are gone through until none is handed on any more; each time two people come closer, so that comes to an end.
    """
    rota = _Rota(problem, days, away, start)
    able = _able(problem, could)
    moved = True
    while moved:
        moved = False
        for day, people in able.items():
            if pair := rota.pair(day, people):
                rota.hand_on(day, *pair)
                moved = True
    return rota.chosen


def _able(problem: Problem, could: Iterable[Cell]) -> dict[date, list[int]]:
    """Who may have each day at home, the earliest day first; nobody is given one who wished to come."""
    able: dict[date, list[int]] = {}
    for day, person in sorted((day, person) for person, day in could):
        if problem.wishes.get((person, day)) != OFFICE:
            able.setdefault(day, []).append(person)
    return able


class _Rota:
    """Days at home as they are handed on, and how far ahead that leaves each person."""

    def __init__(self, problem: Problem, days: Mapping[date, Day], away: Iterable[Cell], start: Mapping[int, float]) -> None:
        self._problem, self._days, self.chosen = problem, days, set(away)
        self._members = {member.id: member for member in problem.members}
        self._level = {id: start.get(id, 0) for id in self._members}
        self._weeks: Counter[tuple[int, date]] = Counter()
        for person, day in self.chosen:
            self._level[person] += 1
            self._weeks[person, monday(day)] += 1

    def pair(self, day: date, people: Iterable[int]) -> tuple[int, int] | None:
        """Who hands the day on to whom, of the `people` who may have it."""
        home = {person for person, at in self.chosen if at == day}
        givers = sorted((p for p in home if (p, day) not in self._problem.fixed), key=lambda p: (-self._level[p], p))
        takers = sorted((p for p in people if p not in home and self._has_room(p, day)), key=lambda p: (self._level[p], p))
        for giver in givers:
            for taker in takers:
                if self._level[giver] - self._level[taker] > 1 and self._covered(day, home - {giver} | {taker}):
                    return giver, taker
        return None

    def hand_on(self, day: date, giver: int, taker: int) -> None:
        self.chosen.remove((giver, day))
        self.chosen.add((taker, day))
        for person, change in ((giver, -1), (taker, 1)):
            self._level[person] += change
            self._weeks[person, monday(day)] += change

    def _has_room(self, person: int, day: date) -> bool:
        week = monday(day)
        return self._weeks[person, week] < week_room(self._problem, self._members[person], week)

    def _covered(self, day: date, home: set[int]) -> bool:
        facts, limits = self._days[day], self._problem.limits
        if len(facts.stand_by - home) < facts.standbys(limits):
            return False
        return all(len(facts.having(duty).there & home) <= facts.most_home_of(duty, wanted) for duty, wanted in limits.on_duty)
