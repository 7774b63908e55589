"""The rota as a mixed-integer programme, given to HiGHS; one thread and no randomness, so it is the same every time.

Fairness is a cost that grows with every further day of the same person: then the cheapest rota is the most even one. The
costs of one rank can never add up to one of the rank before it for a single change of days.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from math import ceil

import highspy
import numpy as np

from plugins.jadwal.solver import start as solver_start
from plugins.jadwal.solver.limits import Day, by_day, fixed_away, week_room
from plugins.jadwal.solver.problem import OFFICE, Cell, Member, Problem, SolverError, monday

# What one day at home (or one wish, one change) is worth.
SET_BY_HAND, ONE_MORE = 60_000, 20_000
EVEN, EVEN_STANDBY = 60, 30
WISH, CROWDED, STABLE, SAME_WEEK, SAME_WEEKDAY = 14, 8, 6, 3, 2
# Where duties are stated the best may take minutes to prove; so many seconds are enough for a good one.
WITH_DUTIES = 12
# Nobody is made to pay for more than so many days of the weeks before.
PAST_COUNTS = 3

_Columns = dict[Cell, int]


class _Programme:
    """Columns with a cost each and rows between bounds, collected and then solved for the least cost."""

    def __init__(self) -> None:
        self.cost: list[float] = []
        self.upper: list[float] = []
        self.whole: list[bool] = []
        self._low: list[float] = []
        self._high: list[float] = []
        self._start, self._index, self._value = [0], [], []  # type: tuple[list[int], list[int], list[float]]

    def column(self, cost: float, upper: float = 1, *, whole: bool = True) -> int:
        self.cost.append(cost)
        self.upper.append(upper)
        self.whole.append(whole)
        return len(self.cost) - 1

    def row(self, low: float, high: float, columns: Sequence[int], minus: Sequence[int] = ()) -> None:
        """low ≤ Σ columns − Σ minus ≤ high"""
        self._low.append(low)
        self._high.append(high)
        self._index += [*columns, *minus]
        self._value += [1.0] * len(columns) + [-1.0] * len(minus)
        self._start.append(len(self._index))

    def growing(self, columns: Sequence[int], costs: Iterable[float]) -> None:
        """The n-th of the columns that is chosen costs `costs[n]`, whichever it is; the costs grow."""
        self.row(0, 0, columns, [self.column(cost, whole=False) for cost in costs])

    def best(self, seconds: float, begin: Mapping[int, bool] | None = None) -> tuple[list[bool], bool]:
        """Which columns are chosen, and whether that is certainly the best; raises `SolverError`. `begin` is a choice to
        better.
        """
        solver = _solver(seconds)
        solver.passModel(self._model())
        if begin:
            values = np.array([float(each) for each in begin.values()])
            solver.setSolution(len(begin), np.array(list(begin), dtype=np.int32), values)
        solver.run()
        if solver.getInfo().primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
            raise SolverError(solver.modelStatusToString(solver.getModelStatus()))
        proven = solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
        return [value > 0.5 for value in solver.getSolution().col_value], proven

    def _model(self) -> highspy.HighsLp:
        model = highspy.HighsLp()
        model.num_col_, model.num_row_ = len(self.cost), len(self._low)
        model.col_cost_ = np.array(self.cost)
        model.col_lower_, model.col_upper_ = np.zeros(len(self.cost)), np.array(self.upper, dtype=float)
        model.row_lower_, model.row_upper_ = np.array(self._low, dtype=float), np.array(self._high, dtype=float)
        kinds = highspy.HighsVarType
        model.integrality_ = [kinds.kInteger if whole else kinds.kContinuous for whole in self.whole]
        matrix = model.a_matrix_
        matrix.format_ = highspy.MatrixFormat.kRowwise
        matrix.start_, matrix.index_, matrix.value_ = np.array(self._start), np.array(self._index), np.array(self._value)
        return model


def _solver(seconds: float) -> highspy.Highs:
    solver = highspy.Highs()  # type: ignore[no-untyped-call]  # its own stub leaves this one out
    given: Mapping[str, bool | int | float | str] = {
        "output_flag": False,
        "threads": 1,
        "parallel": "off",
        "random_seed": 1,
        "time_limit": float(seconds),
        "mip_rel_gap": 0.0,
        "mip_abs_gap": 2.9,  # less than one weekday that comes back too soon
    }
    for option, value in given.items():
        solver.setOptionValue(option, value)
    return solver


def best(problem: Problem, seconds: float) -> tuple[frozenset[Cell], frozenset[Cell], bool]:
    """Days at home, standbys, and whether nothing is certainly better."""
    members = sorted(problem.members, key=lambda member: member.id)
    days, programme = by_day(problem), _Programme()
    home = _home(programme, problem, members, days)
    standby = _standby(programme, problem, members, days, home)
    if not home and not standby:
        return frozenset(), frozenset(), True
    begin = _begin(problem, days, home) if problem.limits.on_duty and home else None
    chosen, proven = programme.best(min(seconds, WITH_DUTIES) if problem.limits.on_duty else seconds, begin)
    picked = (frozenset(cell for cell, column in columns.items() if chosen[column]) for columns in (home, standby))
    return next(picked), next(picked), proven


# ---------------------------------------------------------------- days at home


def _begin(problem: Problem, days: Mapping[date, Day], home: _Columns) -> dict[int, bool]:
    """As many days as the limits allow, then evened out: where several duties bind, the whole is too much at once."""
    programme, by_hand = _Programme(), set(fixed_away(problem))
    by_date: dict[date, dict[int, int]] = {day: {} for day in days}
    weeks: dict[Cell, list[int]] = {}
    columns: _Columns = {}
    for person, day in home:
        worth = SET_BY_HAND if (person, day) in by_hand else 0 if problem.wishes.get((person, day)) == OFFICE else 1
        column = columns[person, day] = by_date[day][person] = programme.column(-worth)
        weeks.setdefault((person, monday(day)), []).append(column)
    for day, facts in days.items():
        programme.row(-highspy.kHighsInf, facts.most_home(problem.limits), list(by_date[day].values()))
        ready = [column for person, column in by_date[day].items() if person in facts.stand_by]
        programme.row(-highspy.kHighsInf, len(facts.stand_by) - facts.standbys(problem.limits), ready)
    members = {member.id: member for member in problem.members}
    for (person, week), these in weeks.items():
        programme.row(-highspy.kHighsInf, week_room(problem, members[person], week), these)
    _keep_duties(programme, problem, days, columns)
    chosen, _ = programme.best(WITH_DUTIES / 2)
    most = [cell for cell, column in columns.items() if chosen[column]]
    rate = _rate(problem, days)
    start = {member.id: _bounded(member.past_away) + rate * len(member.absent) for member in problem.members}
    evened = solver_start.evened(problem, days, home, most, start)
    return {column: cell in evened for cell, column in home.items()}


def _home(programme: _Programme, problem: Problem, members: Sequence[Member], days: Mapping[date, Day]) -> _Columns:
    by_hand = set(fixed_away(problem))
    columns: _Columns = {}
    for member in members:
        for day in sorted(member.there & member.remote & days.keys()):
            if problem.fixed.get((member.id, day)) != OFFICE:
                columns[member.id, day] = programme.column(_worth(problem, (member.id, day), by_hand))
    rate, mine = _rate(problem, days), _by_person(columns)
    for member in members:
        _keep_person(programme, problem, member, mine.get(member.id, {}), rate)
    _keep_days(programme, problem, days, columns)
    _keep_duties(programme, problem, days, columns)
    return columns


def _by_person(columns: _Columns) -> dict[int, dict[date, int]]:
    found: dict[int, dict[date, int]] = {}
    for (person, day), column in columns.items():
        found.setdefault(person, {})[day] = column
    return found


def _worth(problem: Problem, cell: Cell, by_hand: set[Cell]) -> float:
    """Less than nothing, for what shall be chosen. Who wishes to be at the office is never sent home to fill it up."""
    wish, earlier = problem.wishes.get(cell, ""), problem.earlier.get(cell, "")
    cost = -WISH if wish and wish != OFFICE else WISH if wish else 0
    cost += -STABLE if earlier and earlier != OFFICE else STABLE if earlier else 0
    if cell in by_hand:
        return cost - SET_BY_HAND - ONE_MORE
    return cost if wish == OFFICE else cost - ONE_MORE


def _rate(problem: Problem, days: Mapping[date, Day]) -> float:
    """Which part of their days somebody may expect to be at home."""
    could = sum(len(day.remote) for day in days.values())
    room = sum(min(day.most_home(problem.limits), len(day.remote)) for day in days.values())
    return min(room / could, problem.limits.days_a_week / 5) if could else 0


def _keep_person(programme: _Programme, problem: Problem, member: Member, columns: Mapping[date, int], rate: float) -> None:
    if not columns:
        return
    weeks: dict[date, list[int]] = {}
    weekdays: dict[int, list[int]] = {}
    for day, column in columns.items():
        weeks.setdefault(monday(day), []).append(column)
        weekdays.setdefault(day.weekday(), []).append(column)
    most = 0
    for week, these in weeks.items():
        room = min(len(these), week_room(problem, member, week))
        most += room
        programme.growing(these, [SAME_WEEK * n for n in range(room)])
    missed = sum(problem.wishes.get((member.id, day)) == OFFICE for day in columns) + len(member.absent)
    start = _bounded(member.past_away) + rate * missed
    programme.growing(list(columns.values()), [round(EVEN * (start + n)) for n in range(most)])
    for weekday, these in weekdays.items():
        before = min(member.past_weekdays[weekday], PAST_COUNTS)
        programme.growing(these, [SAME_WEEKDAY * (before + 2 * n) for n in range(len(these))])


def _bounded(days: float) -> float:
    return PAST_COUNTS + max(-PAST_COUNTS, min(days, PAST_COUNTS))


def _keep_days(programme: _Programme, problem: Problem, days: Mapping[date, Day], columns: _Columns) -> None:
    """The limits of each day, and a little for days on which more are at home than on others of the week."""
    by_date: dict[date, list[int]] = {}
    for (_, day), column in columns.items():
        by_date.setdefault(day, []).append(column)
    usual = _usual(problem, days, by_date)
    for day, these in sorted(by_date.items()):
        most = days[day].most_home(problem.limits)
        programme.row(-highspy.kHighsInf, most, these)
        for crowd in _crowds(usual[monday(day)]):
            if crowd < min(most, len(these)):
                over = programme.column(CROWDED, len(these), whole=False)
                programme.row(-highspy.kHighsInf, crowd, these, [over])


def _keep_duties(programme: _Programme, problem: Problem, days: Mapping[date, Day], columns: _Columns) -> None:
    """Of those who have a duty only so many are at home that enough are left."""
    for duty, wanted in problem.limits.on_duty:
        for day, facts in days.items():
            these = [columns[person, day] for person in sorted(facts.having(duty).there) if (person, day) in columns]
            most = facts.most_home_of(duty, wanted)
            if most < len(these):
                programme.row(-highspy.kHighsInf, most, these)


def _crowds(usual: float) -> tuple[int, int]:
    """From so many on each further one costs; from the second on, more."""
    return ceil(usual), ceil(usual * 1.15) + 1


def _usual(problem: Problem, days: Mapping[date, Day], by_date: Mapping[date, Sequence[int]]) -> dict[date, float]:
    """How many are at home on a day if all days of its week are alike, by the week's Monday."""
    weeks: dict[date, list[int]] = {}
    for day, these in by_date.items():
        weeks.setdefault(monday(day), []).append(min(days[day].most_home(problem.limits), len(these)))
    return {week: min(sum(rooms), _rooms(problem, week)) / len(rooms) for week, rooms in weeks.items()}


def _rooms(problem: Problem, week: date) -> int:
    """How many flexible days all of them may have in that week."""
    able = [member for member in problem.members if any(monday(day) == week for day in member.there & member.remote)]
    return sum(week_room(problem, member, week) for member in able)


# ---------------------------------------------------------------- standby


def _standby(
    programme: _Programme, problem: Problem, members: Sequence[Member], days: Mapping[date, Day], home: _Columns
) -> _Columns:
    """So many of those who may, each day, at the office; the duty goes round."""
    if not problem.limits.standby:
        return {}
    columns: _Columns = {}
    for member in members:
        for day in sorted(member.there & days.keys()) if member.may_stand_by else ():
            cell = (member.id, day)
            columns[cell] = programme.column(-STABLE if cell in problem.earlier_standby else 0)
            if cell in home:
                programme.row(-highspy.kHighsInf, 1, [columns[cell], home[cell]])
    for day, facts in days.items():
        count = facts.standbys(problem.limits)
        programme.row(count, count, [columns[person, day] for person in sorted(facts.stand_by)])
    _share_standby(programme, problem, members, days, columns)
    return columns


def _share_standby(
    programme: _Programme, problem: Problem, members: Sequence[Member], days: Mapping[date, Day], columns: _Columns
) -> None:
    could = sum(len(facts.stand_by) for facts in days.values())
    rate = sum(facts.standbys(problem.limits) for facts in days.values()) / could if could else 0
    by_person = _by_person(columns)
    for member in members:
        mine = by_person.get(member.id, {})
        start = _bounded(member.past_standby) + rate * len(member.absent)
        weeks: dict[date, list[int]] = {}
        for day, column in mine.items():
            weeks.setdefault(monday(day), []).append(column)
        for these in weeks.values():
            programme.growing(these, [SAME_WEEK * n for n in range(len(these))])
        programme.growing(list(mine.values()), [round(EVEN_STANDBY * (start + n)) for n in range(len(mine))])
