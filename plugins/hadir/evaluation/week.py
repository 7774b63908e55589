"""Judging a week of dynamic hours by its total, as Perpres 21/2023 article 9 has it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import groupby

from integration.rulebook import Rule
from integration.workdays import DayPlan, at
from plugins.hadir.evaluation.results import Reason, Result

Judged = tuple[DayPlan, Result]


@dataclass(frozen=True, slots=True)
class Week:
    """Monday to Sunday, from `first`; minutes. `owed` is without holidays and leave, `short` only once the week is `over`."""

    first: date
    owed: int
    worked: int
    short: int
    over: bool
    reasons: tuple[Reason, ...] = field(default=())


def monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def weeks_of(first: date, last: date) -> tuple[date, date]:
    """From which Monday to which Sunday the weeks of these days go: a week belongs to where most of it lies, its Thursday."""
    begin = monday(first + timedelta(days=3))
    end = monday(last - timedelta(days=3)) + timedelta(days=6)
    return begin, end


def evaluate_weeks(days: Iterable[Judged], rules: Mapping[date, Rule], now: datetime) -> tuple[Week, ...]:
    """Each week that has dynamic hours; `days` are in order and whole weeks, `rules` those of the days."""
    weeks = groupby(days, key=lambda judged: monday(judged[0].day))
    found = ((first, list(week)) for first, week in weeks)
    return tuple(evaluate_week(week, rules[first + timedelta(days=3)], now) for first, week in found if _dynamic(week))


def evaluate_week(days: Sequence[Judged], rule: Rule, now: datetime) -> Week:
    """What the days of one week come to; at least one has dynamic hours.

    Work on a day off or in leave counts too: a holiday that is declared late never makes a week worse.
    """
    first = monday(days[0][0].day)
    owed = min(sum(result.owed for _, result in days), most_owed(days, rule))
    worked = sum(result.worked for _, result in days)
    starts = [plan.start for plan, _ in days if plan.start is not None]
    over = now >= at(first + timedelta(days=7), 0, starts[0].tzinfo)  # type: ignore[arg-type]  # a plan's zone is a ZoneInfo
    short = max(0, owed - worked) if over else 0
    code = "week_open" if not over else "week_short" if short else "week_met"
    values = {"first": first, "owed": owed, "worked": worked, "short": short}
    return Week(first, owed, worked, short, over, (Reason(code, rule.name, rule.version, rule.article, values),))


def most_owed(days: Sequence[Judged], rule: Rule) -> int:
    """The week's total by the rule; in a week of two seasons the greater one, since the days say how much less it is."""
    totals: Mapping[str, int] = rule.content.weekly_minutes
    return max(totals.get(plan.season, totals[""]) for plan, _ in days if plan.dynamic)


def _dynamic(days: Sequence[Judged]) -> bool:
    return any(plan.dynamic for plan, _ in days)
