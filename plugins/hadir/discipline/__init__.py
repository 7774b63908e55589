"""Counting unexcused working days against the thresholds of a discipline rule (PP 94/2021). Pure.

Two counts: all such days of a calendar year, and the working days in a row up to now. A day off neither counts nor
interrupts a row; a day on which somebody came, or was excused, interrupts it. A row does not end with the year.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from integration.rulebook.models import DisciplineRules, Threshold
from plugins.hadir.evaluation.results import Status

# They say nothing about a row: nothing was expected, or the day is not over.
SILENT: frozenset[Status] = frozenset({"off", "expected"})


@dataclass(frozen=True, slots=True)
class Standing:
    """`days`: the unexcused working days of the `year`, in order; `row`: those in a row up to the latest working day."""

    year: int
    days: tuple[date, ...]
    row: tuple[date, ...]

    @property
    def latest(self) -> date | None:
        """The last day that counts for either."""
        return max((*self.days[-1:], *self.row[-1:]), default=None)


@dataclass(frozen=True, slots=True)
class Mark:
    """A threshold that is near or reached. `needs`: from so many days on; `year`: in which it is told once."""

    what: Literal["before", "reached"]
    in_a_row: bool
    threshold: Threshold
    needs: int
    year: int

    @property
    def code(self) -> str:
        return f"{self.what}-{'row-' if self.in_a_row else ''}{self.threshold.days}"


def standing(statuses: Iterable[tuple[date, Status]], year: int) -> Standing:
    """`statuses` are the judged days in order, until the day of interest, and from well before the year's first day."""
    days: list[date] = []
    row: list[date] = []
    for day, status in statuses:
        if status == "absent":
            row.append(day)
            if day.year == year:
                days.append(day)
        elif status not in SILENT:
            row.clear()
    return Standing(year, tuple(days), tuple(row))


def reached(rules: DisciplineRules, count: int) -> Threshold | None:
    """The highest threshold that so many days in a year reach."""
    found = [threshold for threshold in rules.thresholds if threshold.days <= count]
    return max(found, key=lambda threshold: threshold.days, default=None)


def upcoming(rules: DisciplineRules, count: int) -> Threshold | None:
    """The next threshold above so many days in a year."""
    found = [threshold for threshold in rules.thresholds if threshold.days > count]
    return min(found, key=lambda threshold: threshold.days, default=None)


def in_a_row(rules: DisciplineRules) -> Threshold:
    return Threshold(days=rules.in_a_row, consequence=rules.in_a_row_consequence, consequence_en=rules.in_a_row_consequence_en)


def marks(rules: DisciplineRules, stands: Standing) -> tuple[Mark, ...]:
    """What is reached or near now: of the year at most one of each, and one of the row."""
    count, year, row = len(stands.days), stands.year, in_a_row(rules)
    begun = stands.row[0].year if stands.row else year
    found = [_reached(reached(rules, count), count, year), _before(rules, upcoming(rules, count), count, year)]
    found += [_reached(row, len(stands.row), begun, True), _before(rules, row, len(stands.row), begun, True)]
    return tuple(mark for mark in found if mark)


def _reached(threshold: Threshold | None, count: int, year: int, in_a_row: bool = False) -> Mark | None:
    if threshold is None or count < threshold.days:
        return None
    return Mark("reached", in_a_row, threshold, threshold.days, year)


def _before(rules: DisciplineRules, threshold: Threshold | None, count: int, year: int, in_a_row: bool = False) -> Mark | None:
    if threshold is None or not max(threshold.days - rules.warn_before, 1) <= count < threshold.days:
        return None
    return Mark("before", in_a_row, threshold, max(threshold.days - rules.warn_before, 1), year)


def untold(found: Iterable[Mark], stands: Standing, told: Mapping[tuple[int, str], date]) -> tuple[Mark, ...]:
    """The marks of which nobody has been told since the count last rose to them.

    `told` has the last day on which each (year, code) stood and was told. If so many days until then do not count any
    more, after a correction or a leave, the count has risen anew.
    """
    return tuple(mark for mark in found if not _still_told(mark, stands, told.get((mark.year, mark.code))))


def _still_told(mark: Mark, stands: Standing, day: date | None) -> bool:
    counted = stands.row if mark.in_a_row else stands.days
    return day is not None and sum(each <= day for each in counted) >= mark.needs
