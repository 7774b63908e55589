"""What absences change in people's days: whole days and times that are excused, and those that may be. One statement."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, bindparam, select

from integration.lookups import OfPeople
from integration.workdays import DayPlan, Lookup, PlanRequest, Plans
from plugins.izin.absences import IS_OPEN
from plugins.izin.tables import absence

# More people than this are not named in the statement: those of the days are few, and are looked through here.
_NAMED = 500

_OPEN = OfPeople(
    select(
        absence.c.id,
        absence.c.person_id,
        absence.c.kind,
        absence.c.state,
        absence.c.first,
        absence.c.last,
        absence.c.start,
        absence.c.end,
        absence.c.letter_number,
    ).where(IS_OPEN, absence.c.last >= bindparam("first"), absence.c.first <= bindparam("last")),
    absence.c.person_id,
    _NAMED,
)
_Times = tuple[tuple[datetime, datetime], ...]


def _change(request: PlanRequest, rows: Iterable[Any]) -> Plans:
    """Days that were to be worked and are excused, or may be once somebody decides; a day off stays what it is."""
    changed: Plans = {}
    for id, person_id, kind, state, first, last, start, end, number in sorted(rows, key=itemgetter(0)):
        times = ((start, end),) if start and end else ()
        day, until = max(first, request.first), min(last, request.last)
        while day <= until:
            key = person_id, day
            plan = changed.get(key) or request.plans.get(key)
            if plan is not None and plan.start is not None:
                waits = state == "waiting"
                changed[key] = _asked(plan, kind, times) if waits else _excused(plan, kind, times, number or f"izin no. {id}")
            day += timedelta(days=1)
    return changed


day_plan = Lookup(_OPEN, _change)


def _excused(plan: DayPlan, kind: str, times: _Times, source: str) -> DayPlan:
    if times:
        return replace(plan, excused=(*plan.excused, *times), excuse_source=plan.excuse_source or source)
    return replace(plan, excuse=kind, excuse_source=source, asked="", asked_times=())


def _asked(plan: DayPlan, kind: str, times: _Times) -> DayPlan:
    """What is approved wins over what waits, and a whole day over a part of it."""
    if plan.excuse or plan.asked_whole:
        return plan
    return replace(plan, asked=kind, asked_times=(*plan.asked_times, *times) if times else ())


def hours_changed(_db: Connection, _first: date, _last: date) -> Collection[int]:
    """Nobody's: absences excuse, and leave the hours as they are."""
    return ()
