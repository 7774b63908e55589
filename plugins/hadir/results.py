"""What one person's day comes to: the one place where a day is judged. Pure: from plan and events to a result."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from integration.workdays import DayPlan
from plugins.hadir import rules
from plugins.hadir.service import EMPTY, Day

# present: in and out; open: still in; incomplete: an end is missing; missing: a finished working day without a record;
# expected: not over yet; away: excused; off: nothing was expected.
Status = Literal["present", "open", "incomplete", "missing", "expected", "away", "off"]
CAME: frozenset[Status] = frozenset({"present", "open", "incomplete"})


@dataclass(frozen=True, slots=True)
class Result:
    """`late`, `early` and `worked` in minutes; `due`: a working day that has begun (by the clock, or by coming early)."""

    status: Status
    due: bool = False
    late: int = 0
    early: int = 0
    worked: int = 0
    place: str = ""

    @property
    def came(self) -> bool:
        return self.status in CAME


def judge(plan: DayPlan, found: Day, now: datetime) -> Result:
    """The result of a day as it stands `now`."""
    due = plan.start is not None and (plan.start <= now or found != EMPTY)
    arrival, departure = found.arrival, None if found.open else found.departure
    if arrival is None and departure is None:
        return Result(_without_events(plan, now), due)
    return Result(
        status=_with_events(plan, found, now),
        due=due,
        late=rules.minutes_late(plan, arrival.at) if arrival else 0,
        early=rules.minutes_early(plan, departure.at) if departure else 0,
        worked=rules.minutes_worked(plan, arrival.at, departure.at) if arrival and departure else 0,
        place=arrival.place if arrival else "",
    )


def _without_events(plan: DayPlan, now: datetime) -> Status:
    if plan.excuse:
        return "away"
    if plan.end is None:
        return "off"
    return "missing" if plan.end <= now else "expected"


def _with_events(plan: DayPlan, found: Day, now: datetime) -> Status:
    if found.arrival is None:
        return "incomplete"
    if not found.open:
        return "present"
    return "open" if now <= rules.departure_limit(plan, found.arrival.at) else "incomplete"
