"""Makes a rota: who works from home on which day, and who stands by. Pure: plain values in, plain values out.

What must hold comes first (`limits`): where absences or days that were set by hand make it impossible, that is named,
and the rota keeps as much of it as can be kept. Then, in this order: as many days at home as the limits allow, shared out
evenly over this rota and the weeks before it, and at last wishes, changing weekdays, and little change to what was
published before. The same problem has the same answer, on every machine and in every order of its members.
"""

from __future__ import annotations

from plugins.jadwal.solver import limits
from plugins.jadwal.solver.problem import OFFICE, Cell, Problem, Solution


def solve(problem: Problem, seconds: float = 15) -> Solution:
    """The fairest rota. Raises `SolverError` if there is none after so many seconds, which takes thousands of people."""
    from plugins.jadwal.solver import model  # it loads the library, which only the worker needs

    away, standby, proven = model.best(problem, seconds)
    given_up = {cell for cell in limits.fixed_away(problem) if cell not in away}
    return Solution(
        away=away,
        standby=standby,
        conflicts=limits.conflicts(problem),
        given_up=tuple(sorted(given_up)),
        denied=tuple(sorted(_denied(problem, away))),
        proven=proven,
    )


def _denied(problem: Problem, away: frozenset[Cell]) -> set[Cell]:
    there = {(member.id, day) for member in problem.members for day in member.there}
    return {cell for cell, place in problem.wishes.items() if cell in there and (place != OFFICE) != (cell in away)}
