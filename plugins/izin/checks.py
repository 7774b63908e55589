"""What may be asked for: a request is refused with the cure, or taken with warnings that its approver reads too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from integration import workdays
from integration.dates import Hours
from integration.people import Person
from integration.plugin import Work
from integration.rulebook.models import LeaveType
from integration.workdays import DayPlan
from plugins.izin import absences, counting
from plugins.izin.absences import Absence
from plugins.izin.balance import Account, Balance, service
from plugins.izin.counting import Counted, Days

# Nobody plans further; a year that was mistyped is noticed.
FARTHEST = timedelta(days=400)
# Study assignments take years; nothing is longer.
LONGEST_DAYS = 5 * 366
COLLEAGUES = 6
# A part of a day can be asked for; the other types take whole days.
BY_THE_HOUR = ("izin", "dinas")
# These may lie on days that are off.
ON_DAYS_OFF = ("dinas", "tugas_belajar")


class Wrong(Exception):
    """A request cannot be taken; `problem` names the sentence, `field` where in the form it belongs."""

    def __init__(self, problem: str, field: str = "days", **values: Any) -> None:
        super().__init__(problem)
        self.problem, self.field, self.values = problem, field, values


class Clash(Exception):
    """The person has asked for these days already; `wish` is what was asked for now."""

    def __init__(self, wish: Wish, other: Absence) -> None:
        super().__init__(other.id)
        self.wish, self.other = wish, other


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody asks for, read and complete."""

    leave: LeaveType
    first: date
    last: date
    hours: Hours | None = None
    reason: str = ""
    number: str = ""


@dataclass(frozen=True, slots=True)
class Looked:
    """What was found about a wish: the time it takes, the balances of its years, and what its approver should know.

    `start` and `end` only for a part of a day. `colleagues`: who of the unit is away then, as (absence, name).
    """

    wish: Wish
    counted: Counted
    start: datetime | None = None
    end: datetime | None = None
    balances: tuple[Balance, ...] = ()
    colleagues: tuple[tuple[Absence, str], ...] = ()
    notice: int = 0

    @property
    def short(self) -> tuple[Balance, ...]:
        """The years in which more is asked for than there is."""
        return tuple(balance for balance in self.balances if balance.left < 0)


def look(work: Work, person: Person, wish: Wish, *, backdated: bool = False) -> Looked:
    """Everything about a wish; raises `Wrong` or `Clash`. `backdated`: an officer enters what is long past."""
    today = workdays.local_day(work.now, person)
    _check_dates(person, wish, today, backdated=backdated)
    rows = counting.rows_since(work, person, wish.first.year)
    days = counting.plans(work, person, *_around(wish, rows))
    start, end = _part(wish, days.get(wish.first), person) if wish.hours else (None, None)
    _check_days(wish, days)
    counted = counting.count(days, wish.first, wish.last)
    _check_length(wish, counted)
    _check_service(person, wish)
    other = absences.clash(rows, wish.first, wish.last, start, end)
    if other is not None:
        raise Clash(wish, other)
    colleagues = absences.of_unit(work, person, wish.first, wish.last, COLLEAGUES) if start is None else []
    balances = _balances(work, person, wish, rows, days)
    short_notice = max(0, wish.leave.notice_days - (wish.first - today).days) and wish.leave.notice_days
    return Looked(wish, counted, start, end, balances, tuple(colleagues), short_notice)


def _around(wish: Wish, rows: Sequence[Absence]) -> tuple[date, date]:
    """One span of plans for everything that is counted."""
    same = [row for row in rows if row.type == wish.leave.code and row.open] if wish.leave.per == "year" else []
    return min([wish.first, *(row.first for row in same)]), max([wish.last, *(row.last for row in same)])


# ---------------------------------------------------------------- dates


def _check_dates(person: Person, wish: Wish, today: date, *, backdated: bool) -> None:
    if wish.last < wish.first:
        raise Wrong("backwards", first=wish.first, last=wish.last)
    if wish.first > today + FARTHEST:
        raise Wrong("far", first=wish.first)
    if (wish.last - wish.first).days >= LONGEST_DAYS:
        raise Wrong("endless", first=wish.first, last=wish.last)
    earliest = today - timedelta(days=wish.leave.backdate_days)
    if wish.first < earliest and not backdated:
        raise Wrong("past", leave=wish.leave, earliest=earliest)
    if not (workdays.works_here(person, wish.first) and workdays.works_here(person, wish.last)):
        raise Wrong("not_here", first=person.started_on, last=person.ended_on)


def _check_days(wish: Wish, days: Days) -> None:
    if wish.leave.kind in ON_DAYS_OFF and wish.hours is None:
        return
    every = counting.each_day(wish.first, wish.last)
    if not any(counting.is_working(days.get(day)) for day in every):
        names = {days[day].free for day in every if day in days and days[day].free}
        raise Wrong("free", first=wish.first, last=wish.last, names=sorted(names))


def _check_length(wish: Wish, counted: Counted) -> None:
    leave = wish.leave
    if leave.per != "request" or leave.days is None:
        return
    if leave.unit == "month":
        last = counting.month_end(wish.first, leave.days)
        if wish.last > last:
            raise Wrong("months", leave=leave, last=last, first=wish.first)
    elif counted.days(leave) > leave.days:
        raise Wrong("long", leave=leave, days=counted.days(leave))


def _check_service(person: Person, wish: Wish) -> None:
    """Only a beginning that is certain refuses; else somebody would wait for a year because the office's list is new."""
    began = service(person)
    entitled = began.entitled_on(wish.leave.service_months)
    if wish.leave.service_months and began.certain and entitled and wish.first < entitled:
        raise Wrong("service", leave=wish.leave, began=began.began, entitled=entitled)


# ---------------------------------------------------------------- a part of a day


def _part(wish: Wish, plan: DayPlan | None, person: Person) -> tuple[datetime, datetime]:
    """The instants of a part of a day, which must lie in its working hours."""
    assert wish.hours is not None  # noqa: S101  # asked only for a wish with hours
    if wish.leave.kind not in BY_THE_HOUR:
        raise Wrong("whole_days", "hours", leave=wish.leave)
    if wish.first != wish.last:
        raise Wrong("one_day", "hours")
    if plan is None or plan.start is None or plan.end is None:
        raise Wrong("free", first=wish.first, last=wish.last, names=[plan.free] if plan and plan.free else [])
    start, end = (time.on(wish.first, person.zone) for time in (wish.hours.start, wish.hours.end))
    if plan.end.astimezone(person.tz).date() > wish.first:  # a shift over midnight
        start, end = (at + timedelta(days=1) if at < plan.start else at for at in (start, end))
    if end <= start:
        raise Wrong("no_time", "hours")
    if end <= plan.start or start >= plan.end:
        raise Wrong("outside", "hours", start=plan.start, end=plan.end)
    return max(start, plan.start), min(end, plan.end)


# ---------------------------------------------------------------- balances


def _balances(work: Work, person: Person, wish: Wish, rows: Sequence[Absence], days: Days) -> tuple[Balance, ...]:
    """What is left of each year that the wish touches, the wish itself taken off."""
    leave = wish.leave
    if leave.per != "year" or leave.days is None:
        return ()
    account = counting.account_of(work, person, leave, rows, days)
    return tuple(_less(account, year, asked) for year, asked in sorted(_asked(wish, days).items()))


def _asked(wish: Wish, days: Days) -> dict[int, int]:
    return dict(counting.by_year(days, wish.leave, wish.first, wish.last))


def _less(account: Account, year: int, asked: int) -> Balance:
    found = account.balance(year)
    return Balance(year, found.granted, found.carried, found.used, found.waiting + asked, found.known)
