"""What published rotas say of people's days: the place, the standby, and the hours of a shift."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import Connection, select

from integration.people import Person
from integration.workdays import DayPlan, Lookup, PlanRequest, Plans
from plugins.jadwal import service
from plugins.jadwal.tables import ACTIVE, rota_day


def _change(request: PlanRequest, rows: Iterable[Any]) -> Plans:
    """The plans that a rota changes. Holidays and absences win."""
    by_id = {person.id: person for person in request.people}
    changed: Plans = {}
    # People of one schedule share their plans, and so they may afterwards; the old plan is kept so that its id stays its own.
    shared: dict[tuple[int, str, bool], tuple[DayPlan, DayPlan]] = {}
    for person_id, day, place, schedule, standby in rows:
        person = by_id.get(person_id)
        if person is None:
            continue
        plan = request.plans[person_id, day]
        if schedule and schedule != plan.schedule:
            plan = _shift(request, schedule, person, plan)
        if plan.start is not None:
            key = (id(plan), place, standby)
            if key not in shared:
                shared[key] = plan, replace(plan, place=place, standby=standby)
            changed[person_id, day] = shared[key][1]
        elif plan is not request.plans[person_id, day]:
            changed[person_id, day] = plan
    return changed


day_plan = Lookup(service.PLANNED, _change)


def hours_changed(db: Connection, first: date, last: date) -> Collection[int]:
    """Whose hours a rota changes: those of a shift."""
    shift = rota_day.c.schedule != ""
    return set(db.scalars(select(rota_day.c.person_id).distinct().where(ACTIVE, rota_day.c.day.between(first, last), shift)))


def _shift(request: PlanRequest, schedule: str, person: Person, plan: DayPlan) -> DayPlan:
    """The hours of another schedule; an absence that is known already stays."""
    hours = request.hours(schedule, person, plan.day)
    if not plan.excuse and not plan.excused and not plan.asked:
        return hours
    known = ("excuse", "excuse_source", "excused", "asked", "asked_times")
    return replace(hours, **{name: getattr(plan, name) for name in known})
