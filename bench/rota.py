"""`python -m bench.rota [--rounds N]`: times the rota of 200 people over four weeks and writes bench/ROTA.md.

Beside it, in the same run, two things that do less. *Any rota*: the same solver with the same limits, but with nothing to
weigh, so the first rota that keeps them is as good as any. *In turn*: no solver, the days dealt out one after the other.
"""

from __future__ import annotations

import argparse
import random
import statistics
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from bench.machine import Machine, memory, over, ratio
from plugins.jadwal.solver import limits as solver_limits
from plugins.jadwal.solver import model, solve
from plugins.jadwal.solver.problem import HOME, OFFICE, Cell, Limits, Member, Problem, monday

RESULTS = Path(__file__).parent / "ROTA.md"
PEOPLE, WEEKS = 200, 4
FIRST = date(2026, 11, 30)
DAYS = tuple(FIRST + timedelta(7 * week + n) for week in range(WEEKS) for n in range(5))


def problem(share: str, standby: int, seed: int = 1) -> Problem:
    """Eight in a hundred absent on a day, a third with a wish, everybody with a past of their own."""
    dice = random.Random(seed)  # noqa: S311 - the same office every time
    members = tuple(_member(dice, number) for number in range(1, PEOPLE + 1))
    wishes = {(n, dice.choice(DAYS)): dice.choice((HOME, OFFICE)) for n in range(1, PEOPLE + 1) if dice.random() < 0.3}
    limits = Limits(away_share=Decimal(share), least_present=20, standby=standby, days_a_week=2)
    return Problem(days=DAYS, members=members, limits=limits, wishes=wishes)


def _member(dice: random.Random, number: int) -> Member:
    leads = number <= 5
    return Member(
        id=number,
        works=frozenset(DAYS),
        absent={day: "cuti" for day in DAYS if dice.random() < 0.08},
        remote=frozenset() if leads else frozenset(DAYS),
        may_stand_by=not leads,
        past_away=dice.uniform(-3, 3),
        past_standby=dice.uniform(-1, 1),
        past_weekdays=tuple(dice.randint(0, 3) for _ in range(7)),
    )


# ---------------------------------------------------------------- what is timed


def fair(given: Problem) -> frozenset[Cell]:
    return solve(given).away


def any_rota(given: Problem) -> frozenset[Cell]:
    """The limits and as many days as they allow, nothing else."""
    programme = model._Programme()
    columns = {
        (member.id, day): programme.column(-1)
        for member in given.members
        for day in sorted(member.there & member.remote)
    }  # fmt: skip
    rows: dict[object, list[int]] = {}
    for (person, day), column in columns.items():
        rows.setdefault(day, []).append(column)
        rows.setdefault((person, monday(day)), []).append(column)
    for day, facts in solver_limits.by_day(given).items():
        programme.row(0, facts.most_home(given.limits), rows.pop(day, []))
    for these in rows.values():
        programme.row(0, given.limits.days_a_week, these)
    chosen, _ = programme.best(60)
    return frozenset(cell for cell, column in columns.items() if chosen[column])


def in_turn(given: Problem) -> frozenset[Cell]:
    """Who may, one after the other, until the day is full; the next day begins where this one ended."""
    members, used, next_one = list(given.members), Counter[tuple[int, date]](), 0
    away: set[Cell] = set()
    for day, facts in solver_limits.by_day(given).items():
        left = facts.most_home(given.limits)
        for _ in range(len(members)):
            member, next_one = members[next_one], (next_one + 1) % len(members)
            week = (member.id, monday(day))
            if left and member.id in facts.remote and used[week] < given.limits.days_a_week:
                away.add((member.id, day))
                used[week], left = used[week] + 1, left - 1
            if not left:
                break
    return frozenset(away)


@dataclass(frozen=True, slots=True)
class Row:
    """`seconds` of every round; `spread` is how far days at home differ, the weeks before and days of absence counted in."""

    what: str
    seconds: dict[str, list[float]]
    days: dict[str, int]
    spread: dict[str, float]


WAYS: dict[str, Callable[[Problem], frozenset[Cell]]] = {"fair": fair, "any": any_rota, "turn": in_turn}


def measure(what: str, given: Problem, rounds: int) -> Row:
    taken: dict[str, list[float]] = {name: [] for name in WAYS}
    made: dict[str, frozenset[Cell]] = {}
    for _ in range(rounds):
        for name, way in WAYS.items():
            began = time.perf_counter()
            made[name] = way(given)
            taken[name].append(time.perf_counter() - began)
    return Row(
        what,
        taken,
        {name: len(away) for name, away in made.items()},
        {name: _spread(given, away) for name, away in made.items()},
    )


def _spread(given: Problem, away: frozenset[Cell]) -> float:
    counts = Counter(person for person, _ in away)
    full = [member for member in given.members if member.remote and len(member.absent) <= 1]
    totals = [counts[member.id] + member.past_away for member in full]
    return max(totals) - min(totals)


def line(row: Row) -> str:
    s, d, x = row.seconds, row.days, row.spread
    return (
        f"| {row.what} | {over(s['fair'], 2)} | {over(s['any'], 2)} | {statistics.median(s['turn']):.3f} "
        f"| {over(ratio(s['fair'], s['any']))} "
        f"| {d['fair']} / {d['any']} / {d['turn']} | {x['fair']:.1f} / {x['any']:.1f} / {x['turn']:.1f} |"
    )


HEAD = (
    "| largest share away, standby | fair s | any rota s | in turn s | fair : any | days at home (fair / any / in turn) "
    "| difference between people, days |\n|---|---|---|---|---|---|---|"
)


def report(machine: Machine, rows: list[Row], rounds: int) -> str:
    shown = "\n".join(map(line, rows))
    return f"""# A rota of {PEOPLE} people over {WEEKS} weeks

{machine.made("python -m bench rota", "highspy")} One thread.

*Fair* is what `/jadwal susun` does (`plugins/jadwal/solver/`): the limits, as many days at home as they allow, evenly
over this rota and the weeks before, standby going round, wishes, changing weekdays. *Any rota* is the same solver with
the limits only, *in turn* deals the days out without one. {rounds} rounds; figures are medians, in brackets the range. The
difference between people counts those with at most one day of absence; where the limits give everybody the most days, the
past cannot be made up.

{HEAD}
{shown}

Memory of the process: {memory():.0f} MB. Only the worker loads the solver.

Goal: under 20 s.
"""


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench.rota", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    rounds, machine = parser.parse_args().rounds, Machine()
    rows = []
    print(HEAD)
    for share, standby in (("0.5", 0), ("0.5", 5), ("0.25", 5), ("0.2", 20)):
        rows.append(measure(f"{Decimal(share):.0%}, {standby}", problem(share, standby), rounds))
        print(line(rows[-1]), flush=True)
    RESULTS.write_text(report(machine, rows, rounds), encoding="utf-8")


if __name__ == "__main__":
    main()
