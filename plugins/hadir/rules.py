"""Which day an event belongs to, and what its time means. Pure: from instants and plans to results.

The minute on the clock counts, seconds do not: with a start at 07:30, 07:30:59 is on time and 07:31:00 is one
minute late; with an end at 16:00, 15:59:59 is one minute early.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from integration.workdays import DayPlan

PLACES = ("wfo", "wfh", "wfa", "dinas")


def minutes_late(plan: DayPlan, arrived: datetime) -> int:
    """Whole minutes after the start; 0 on time, on a day off or when excused."""
    return _minutes(plan.start, arrived) if plan.works and plan.start else 0


def minutes_early(plan: DayPlan, left: datetime) -> int:
    """Minutes on the clock before the end; 0 at or after it, on a day off or when excused."""
    return _minutes(left, plan.end) if plan.works and plan.end else 0


def minutes_worked(plan: DayPlan, arrived: datetime, left: datetime) -> int:
    """Minutes present less the break; the break is taken from what exceeds `BREAK_AFTER`."""
    raise NotImplementedError


def _minutes(earlier: datetime, later: datetime) -> int:
    raise NotImplementedError
