"""Which day an event belongs to, and what its time means. Pure: from instants and plans to results.

The minute on the clock counts, seconds do not: with a start at 07:30, 07:30:59 is on time and 07:31:00 is one
minute late; with an end at 16:00, 15:59:59 is one minute early. So the result always agrees with the time shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from integration.workdays import DayPlan

PLACES = ("wfo", "wfh", "wfa", "dinas")

# A shift's arrivals are expected from so long before its start until its end.
ARRIVE_BEFORE = timedelta(hours=4)
# A check-out belongs to its check-in until so long after the planned end; without a plan, after the check-in.
LEAVE_AFTER = timedelta(hours=12)
LEAVE_UNPLANNED = timedelta(hours=16)
# The break is taken from what exceeds this presence: nobody owes a break for a morning.
BREAK_AFTER = 240

DayPlans = Mapping[date, DayPlan]


def minutes_late(plan: DayPlan, arrived: datetime) -> int:
    """Minutes on the clock after the start; 0 on time, on a day off or when excused."""
    return _minutes(plan.start, arrived) if plan.works and plan.start else 0


def minutes_worked(plan: DayPlan, arrived: datetime, left: datetime) -> int:
    """Minutes present, less the planned break as far as the presence exceeds four hours."""
    present = _minutes(arrived, left)
    return present - min(plan.break_minutes, max(0, present - BREAK_AFTER))


def candidate_days(now: datetime, tz: ZoneInfo) -> tuple[date, date]:
    """The first and the last working day to which something that happens `now` can belong."""
    today = now.astimezone(tz).date()
    return today - timedelta(days=2), today + timedelta(days=1)


def day_of_arrival(now: datetime, tz: ZoneInfo, plans: DayPlans) -> date:
    """The working day of a check-in: the planned shift whose window is open and whose start is nearest.

    With no open window (a day off, long before or after the hours) it is the calendar day in `tz`.
    """
    starts = [(abs(now - plan.start), plan.day) for plan in _open_for_arrival(now, plans) if plan.start]
    return min(starts)[1] if starts else now.astimezone(tz).date()


def day_of_departure(now: datetime, tz: ZoneInfo, plans: DayPlans, check_ins: Mapping[date, datetime]) -> date:
    """The working day of a check-out: that of the latest check-in, as long as its plan allows.

    `check_ins` are the instants of the person's check-ins by day, those before `now` count. Without one it is the
    planned shift that has begun and whose end is nearest, else the calendar day in `tz`.
    """
    latest = latest_check_in(now, plans, check_ins)
    if latest:
        return latest
    ends = [(abs(now - plan.end), plan.day) for plan in _open_for_departure(now, plans) if plan.end]
    return min(ends)[1] if ends else now.astimezone(tz).date()


def latest_check_in(now: datetime, plans: DayPlans, check_ins: Mapping[date, datetime]) -> date | None:
    """The day of the latest check-in, if a check-out `now` can still belong to it."""
    day = max((day for day, at in check_ins.items() if at <= now), key=lambda day: check_ins[day], default=None)
    return day if day is not None and now <= departure_limit(plans.get(day), check_ins[day]) else None


def departure_limit(plan: DayPlan | None, checked_in: datetime) -> datetime:
    """Until when a check-out belongs to this check-in."""
    unplanned = checked_in + LEAVE_UNPLANNED
    return plan.end + LEAVE_AFTER if plan and plan.end and plan.end + LEAVE_AFTER > checked_in else unplanned


def current_day(
    now: datetime, tz: ZoneInfo, plans: DayPlans, check_ins: Mapping[date, datetime], check_outs: Mapping[date, datetime]
) -> date:
    """The working day that a person is in: that of an open check-in, else the one that an arrival would get.

    After a night shift it stays that shift's day until the next one may begin.
    """
    arrival = day_of_arrival(now, tz, plans)
    latest = latest_check_in(now, plans, check_ins)
    if latest is None or latest == arrival:
        return arrival
    next_is_open = any(plan.day == arrival for plan in _open_for_arrival(now, plans))
    return arrival if latest in check_outs and next_is_open else latest


def _open_for_arrival(now: datetime, plans: DayPlans) -> Iterator[DayPlan]:
    for plan in plans.values():
        if plan.start and plan.end and plan.start - ARRIVE_BEFORE <= now < plan.end:
            yield plan


def _open_for_departure(now: datetime, plans: DayPlans) -> Iterator[DayPlan]:
    for plan in plans.values():
        if plan.start and plan.end and plan.start <= now <= plan.end + LEAVE_AFTER:
            yield plan


def _minutes(earlier: datetime, later: datetime) -> int:
    """Whole minutes between the minutes on the clock of two instants, at least 0."""
    span = later.replace(second=0, microsecond=0) - earlier.replace(second=0, microsecond=0)
    return max(0, int(span.total_seconds()) // 60)
