"""Which days an absence takes up, by the person's own plan: holidays, shifts and rest days, whatever else excuses them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select, update

from integration.dates import Span, month_later
from integration.people import Person
from integration.plugin import Work
from integration.rulebook.models import LeaveType
from integration.workdays import DayPlan
from plugins.izin import absences
from plugins.izin.absences import Absence
from plugins.izin.balance import Account, Opening, Taken, account
from plugins.izin.tables import leave_balance

Days = Mapping[date, DayPlan]

# So far from its first day a count of working days is looked for: the longest holidays and shifts leave days between.
_LOOK = 45


@dataclass(frozen=True, slots=True)
class Counted:
    """`working` days, `calendar` days."""

    working: int
    calendar: int

    def days(self, leave: LeaveType) -> int:
        """In the type's own unit; months are counted in days."""
        return self.working if leave.unit == "working" else self.calendar


def plans(work: Work, person: Person, first: date, last: date) -> Days:
    """The person's days, both ends included."""
    found = work.workdays.plans(work.db, [person], first, last, work.now)
    return {day: plan for (_, day), plan in found.items()}


def is_working(plan: DayPlan | None) -> bool:
    """Whether it would be worked, were nobody absent."""
    return plan is not None and plan.start is not None


def count(days: Days, first: date, last: date) -> Counted:
    every = each_day(first, last)
    return Counted(sum(is_working(days.get(day)) for day in every), len(every))


def each_day(first: date, last: date) -> list[date]:
    return [first + timedelta(n) for n in range((last - first).days + 1)]


def resolve(work: Work, person: Person, leave: LeaveType, span: Span) -> tuple[date, date] | None:
    """The first and last day of a span; so many days of a type in working days are counted so. None without a first day.

    Where nothing is worked the days are counted as they come, so that the refusal can name them.
    """
    if span.first is None:
        return None
    if span.last is not None:
        return span.first, span.last
    end = span.first + timedelta(days=span.count - 1)
    if leave.unit != "working":
        return span.first, end
    days = plans(work, person, span.first, span.first + timedelta(days=2 * span.count + _LOOK))
    worked = [day for day in sorted(days) if is_working(days[day])]
    return (worked[0], worked[span.count - 1]) if len(worked) >= span.count else (span.first, end)


def month_end(first: date, months: int) -> date:
    """The last day of so many months that begin on `first`."""
    return month_later(first, months) - timedelta(days=1)


# ---------------------------------------------------------------- balance


def openings(work: Work, person_id: int) -> dict[int, Opening]:
    query = select(leave_balance.c.year, leave_balance.c.days, leave_balance.c.carried)
    rows = work.db.execute(query.where(leave_balance.c.person_id == person_id))
    return {year: Opening(days, carried) for year, days, carried in rows}


def set_opening(work: Work, person_id: int, year: int, opening: Opening) -> bool:
    """Write down what is known of a year; False if it stood there already."""
    kept = {"person_id": person_id, "year": year, "days": opening.days, "carried": opening.carried}
    before = openings(work, person_id).get(year)
    if before == opening:
        return False
    same = (leave_balance.c.person_id == person_id, leave_balance.c.year == year)
    if before is None:
        work.db.execute(leave_balance.insert().values(kept))
    else:
        work.db.execute(update(leave_balance).where(*same).values(kept))
    number = work.db.scalar(select(leave_balance.c.id).where(*same))
    old = kept | {"days": before.days, "carried": before.carried} if before else None
    work.audit("leave.opening", f"leave_balance:{number}", before=old, after=kept)
    return True


def rows_since(work: Work, person: Person, year: int) -> list[Absence]:
    """The person's absences that can matter to the balance of `year`: its own and those of two years before."""
    return absences.own(work, person.id, date(year - 2, 1, 1))


def account_of(work: Work, person: Person, leave: LeaveType, rows: Iterable[Absence], days: Days | None = None) -> Account:
    """The balance of a type that a year grants, from the person's absences. `days` are plans that were read already."""
    counted = [row for row in rows if row.type == leave.code and row.open]
    if counted:
        first, last = min(row.first for row in counted), max(row.last for row in counted)
        if days is None or not (first in days and last in days):
            days = plans(work, person, first, last)
    used, waiting = Counter[int](), Counter[int]()
    for row in counted:
        (waiting if row.state == "waiting" else used).update(by_year(days or {}, leave, row.first, row.last))
    return account(person, leave, Taken(used, waiting), openings(work, person.id))


def by_year(days: Days, leave: LeaveType, first: date, last: date) -> Counter[int]:
    """The days that count, by calendar year."""
    return Counter(day.year for day in each_day(first, last) if leave.unit != "working" or is_working(days.get(day)))
