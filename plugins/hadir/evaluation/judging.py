"""What judging a day needs from the database: its rule, and the outages around it; asked for once and only if they matter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from integration import outages
from integration.people import Person
from integration.plugin import Work
from integration.rulebook import Rules
from integration.workdays import DayPlan
from plugins.hadir.evaluation import evaluate
from plugins.hadir.evaluation.results import Result, Window
from plugins.hadir.service import Day

# An outage that ends a day before or begins a day after cannot touch what happens in anybody's day.
_AROUND = timedelta(days=2)


@dataclass(slots=True)
class Judge:
    """Judges days from `first` to `last` as they stand now. One statement at most, whatever is judged."""

    work: Work
    first: date
    last: date
    rules: Rules = field(init=False)
    _outages: tuple[Window, ...] | None = None

    def __post_init__(self) -> None:
        self.rules = self.work.rules()

    def result(self, person: Person, plan: DayPlan, found: Day) -> Result:
        rule, _ = self.rules.attendance(person, plan.day)
        result = evaluate(plan, found, rule, self.work.now)
        windows = self._windows(plan.day) if _outage_may_help(plan, found, result) else ()
        return evaluate(plan, found, rule, self.work.now, windows) if windows else result

    def _windows(self, day: date) -> Sequence[Window]:
        if self._outages is None:
            self._outages = outages.windows(self.work.db, self.first, self.last)
        return [window for window in self._outages if _near(window, day)] if self._outages else ()


def judge(work: Work, person: Person, plan: DayPlan, found: Day) -> Result:
    """One day as it stands now. At most one statement, and none for who is in time."""
    return Judge(work, plan.day, plan.day).result(person, plan, found)


def _outage_may_help(plan: DayPlan, found: Day, result: Result) -> bool:
    if plan.start is None or plan.excuse:
        return False
    if result.status in ("incomplete", "absent"):
        return True
    return found.arrival is not None and found.arrival.at > plan.start


def _near(window: Window, day: date) -> bool:
    return window[0].date() <= day + _AROUND and window[1].date() >= day - _AROUND
