"""A unit's week: where everybody is planned to be, as a colleague may see it. No words here.

Of an absence a colleague learns only that somebody is not there, whatever the reason.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from integration import people
from integration.people import Person
from integration.plugin import Work
from integration.workdays import DayPlan, local_day, works_here
from plugins.jadwal import service
from plugins.jadwal.service import RotaDays

# O office, H home, A elsewhere, K working but no rota says where, - not there, L holiday, "" a day off or not of the unit yet.
Code = Literal["O", "H", "A", "K", "-", "L", ""]
_OF_PLACE: dict[str, Code] = {"wfo": "O", "wfh": "H", "wfa": "A", "": "K"}


@dataclass(frozen=True, slots=True)
class Cell:
    code: Code
    standby: bool = False


@dataclass(frozen=True, slots=True)
class TeamWeek:
    """`rows` are people by name with a cell for each of `days`; `rota` says whether a published rota gives any place."""

    unit_id: int
    unit: str
    days: tuple[date, ...]
    rows: tuple[tuple[Person, tuple[Cell, ...]], ...]
    rota: bool

    def present(self, index: int) -> int:
        """How many are planned at the office on that day."""
        return sum(cells[index].code == "O" for _, cells in self.rows)

    def codes(self) -> set[str]:
        return {cell.code for _, cells in self.rows for cell in cells}


def week(work: Work, unit: tuple[int, str], monday: date, draft: Draft | None = None) -> TeamWeek:
    """Monday to Friday, and the weekend if anybody works then. Two statements and those of the plans."""
    everyone = people.of_unit(work.db, unit[0], monday)
    days = [monday + timedelta(n) for n in range(7)]
    everyone = [person for person in everyone if any(works_here(person, day) for day in days)]
    plans = work.workdays.plans(work.db, everyone, days[0], days[-1], work.now)
    shown = tuple(day for day in days if day.weekday() < 5 or any(plans[person.id, day].works for person in everyone))
    if draft is not None:
        plans = {key: draft.instead(key, plan) for key, plan in plans.items()}
    rows = tuple((person, tuple(_cell(plans[person.id, day]) for day in shown)) for person in everyone)
    return TeamWeek(unit[0], unit[1], shown, rows, any(plan.place and plan.works for plan in plans.values()))


@dataclass(frozen=True, slots=True)
class Draft:
    """What a draft has for the days from `first` to `last`, in the place of what is published."""

    first: date
    last: date
    days: RotaDays

    def instead(self, key: tuple[int, date], plan: DayPlan) -> DayPlan:
        """The plan with the draft's place; hours stay."""
        if not self.first <= key[1] <= self.last:
            return plan
        row = self.days.get(key)
        return replace(plan, place=row.place if row else "", standby=bool(row and row.standby))


def _cell(plan: DayPlan) -> Cell:
    if plan.excuse:
        return Cell("-")
    if plan.start is None:
        return Cell("L" if plan.free else "")
    return Cell(_OF_PLACE.get(plan.place, "K"), plan.standby)


def may_see(work: Work, viewer: Person, unit_id: int) -> bool:
    """One's own unit; any for those who see everybody; those in which somebody stands below oneself."""
    return viewer.unit_id == unit_id or viewer.sees_everyone or service.leads_in(work.db, viewer, unit_id)


def this_week(work: Work, viewer: Person) -> date:
    """The Monday of the viewer's week; from Saturday on of the coming one."""
    today = local_day(work.now, viewer)
    monday = today - timedelta(today.weekday())
    return monday + timedelta(7) if today.weekday() > 4 else monday
