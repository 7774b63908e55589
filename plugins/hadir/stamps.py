"""Checking in and out: the two writes that everybody makes every day, in as few statements as they need."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Insert, bindparam, case, select, text
from sqlalchemy.dialects import postgresql, sqlite

from integration.errors import UserError
from integration.plugin import Context
from integration.workdays import DayPlan
from plugins.hadir import rules, service
from plugins.hadir.evaluation.case import stamp_counts
from plugins.hadir.service import EMPTY, Day, Event
from plugins.hadir.tables import attendance_event

# A second check-out so soon is the same one, pressed again.
SAME_PRESS = timedelta(minutes=1)
# Why an earlier check-in took the place of one that stood there, in the audit row.
HEARD_LATER = "made earlier, heard later"
# A forgotten check-out older than this is not mentioned any more.
FORGOTTEN_DAYS = 14


@dataclass(frozen=True, slots=True)
class CheckIn:
    """`event` counts; `new` is False if it stood there before; `replaced` counted until now. `forgotten`: a day whose
    check-out is missing.
    """

    event: Event
    day: Day
    plan: DayPlan
    new: bool
    forgotten: date | None = None
    replaced: Event | None = None


@dataclass(frozen=True, slots=True)
class CheckOut:
    """`event` counts; `new` is False if it stood there before; `replaced` counted until now."""

    event: Event
    day: Day
    plan: DayPlan
    new: bool
    replaced: Event | None = None


def _insert_arrival(insert: Any) -> Insert:
    """The check-in, unless one stands already, and in the same statement the latest day left without a check-out."""
    before = attendance_event.alias("before")
    latest = (
        select(case((before.c.kind == "in", before.c.day)))
        .where(text("before.active"), before.c.person_id == bindparam("person_id"))
        .where(before.c.day.between(bindparam("since"), bindparam("eve")))
        .order_by(before.c.day.desc(), before.c.kind.desc())
        .limit(1)
    )
    row: dict[str, Any] = {
        name: bindparam(name)
        for name in ("person_id", "day", "kind", "at", "place", "note", "source", "platform", "recorded_at")
    }
    statement: Insert = insert(attendance_event).values(row).on_conflict_do_nothing()
    return statement.returning(attendance_event.c.id, latest.scalar_subquery().label("forgotten"))


_ARRIVE = {"sqlite": _insert_arrival(sqlite.insert), "postgresql": _insert_arrival(postgresql.insert)}


def check_in(context: Context, place: str, note: str, *, doubtful: bool = False) -> CheckIn:
    """Record an arrival now; the unique key decides who was first. `place` may be empty: then the planned one, else WFO.

    `doubtful`: the place could not be read and is left open; the time counts all the same, and `choose_place` follows.
    """
    first, last = rules.candidate_days(context.now, context.person.tz)
    plans = service.plans_around(context, first, last)
    plan = plans[rules.day_of_arrival(context.now, context.person.tz, plans)]
    row = _row(context, plan.day, "in", "" if doubtful else place or plan.place or "wfo", note)
    row["recorded_at"] = context.written_at
    before = {"since": plan.day - timedelta(days=FORGOTTEN_DAYS), "eve": plan.day - timedelta(days=1)}
    new = context.db.execute(_ARRIVE[context.db.dialect.name], row | before).first()
    if new is None:
        return _standing(context, plan, row, place)
    event = service.event_of(new.id, row)
    service.audit_event(context, "attendance.check_in", event, active=True)
    return CheckIn(event, Day(event), plan, new=True, forgotten=_not_yet_corrected(context, new.forgotten))


def choose_place(context: Context, event_id: int, place: str, *, dropped_word: bool) -> Event | None:
    """Settle the place that a check-in of one's own left open; None if it is settled or gone.

    `dropped_word`: the first word of the note was the place.
    """
    event = service.active_event(context.db, event_id)
    if event is None or event.person_id != context.person.id or event.kind != "in" or event.place:
        return None
    note = event.note.partition(" ")[2] if dropped_word else event.note
    row = _row(context, event.day, "in", place, note) | {"at": event.at}
    return service.succeed(context, row, event, "attendance.place_chosen")


def check_out(context: Context, note: str) -> CheckOut:
    """Record a departure now, on the day of the check-in that it closes; the latest one counts."""
    for _ in range(service.TRIES):
        plans, found = service.around(context)
        day = rules.day_of_departure(context.now, context.person.tz, plans, service.instants(found, "arrival"))
        plan, standing = plans.get(day) or DayPlan(day), found.get(day, EMPTY)
        if standing.departure and (context.now < standing.departure.at + SAME_PRESS or _decided(context, standing.departure)):
            return CheckOut(standing.departure, standing, plan, new=False)
        row = _row(context, day, "out", "", note)
        event = service.succeed(context, row, standing.departure, "attendance.check_out")
        if event is not None:
            return CheckOut(event, Day(standing.arrival, event), plan, new=True, replaced=standing.departure)
    raise UserError(context.t("Somebody else is changing the same record. Please try again."))


def _standing(context: Context, plan: DayPlan, row: dict[str, Any], place: str) -> CheckIn:
    """The check-in that was there before. It gives way to one inside the hours in which stamps count if it is outside them,
    and to an earlier one that could be heard only now: that is when the person came.
    """
    _, content = context.rules().attendance(context.person, plan.day)
    counts = stamp_counts(plan, content, service.event_of(0, row))
    for _ in range(service.TRIES):
        day = service.days(context.db, [context.person.id], plan.day, plan.day).get((context.person.id, plan.day), EMPTY)
        if day.arrival is None:  # a correction took it away in this very moment
            break
        outside = not stamp_counts(plan, content, day.arrival)
        if not counts or not (outside or _came_earlier(context, day.arrival)):
            return CheckIn(day.arrival, day, plan, new=False)
        better, reason = (row, "") if outside else (_with_what_was_known(row, place, day.arrival), HEARD_LATER)
        if event := service.succeed(context, better, day.arrival, "attendance.check_in", reason):
            return CheckIn(event, Day(event, day.departure), plan, new=True, replaced=day.arrival)
    raise UserError(context.t("Somebody else is changing the same record. Please try again."))


def _with_what_was_known(row: Mapping[str, Any], place: str, standing: Event) -> dict[str, Any]:
    """Of the earlier check-in the time, and the place and the note as far as it had any."""
    return {**row, "place": place or standing.place, "note": row["note"] or standing.note}


def _came_earlier(context: Context, standing: Event) -> bool:
    """By the minute on the clock, as everything counts here. What somebody decided or imported stays."""
    earlier = context.now.replace(second=0, microsecond=0) < standing.at.replace(second=0, microsecond=0)
    return context.heard_at is not None and earlier and standing.source == "chat"


def _decided(context: Context, standing: Event) -> bool:
    """What was heard late does not take the place of a correction, which was decided in the meantime."""
    return context.heard_at is not None and standing.source != "chat"


def _not_yet_corrected(context: Context, day: date | None) -> date | None:
    """`day`, unless a correction that adds its check-out is waiting already."""
    if day is None or any(row.day == day and row.kind == "out" for row in service.waiting(context.db, context.person.id)):
        return None
    return day


def _row(context: Context, day: date, kind: str, place: str, note: str) -> dict[str, Any]:
    return {
        "person_id": context.person.id,
        "day": day,
        "kind": kind,
        "at": context.now,
        "place": place,
        "note": note,
        "source": "chat",
        "platform": context.sender.platform,
    }
