"""Requests to correct the record: what may be asked, and what a decision changes. No replies here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Row, Select, and_, select, text, update

from integration import workdays
from integration.dates import ClockTime
from integration.db import insert_once
from integration.people import Person
from integration.plugin import Context, Work
from integration.workdays import DayPlan
from plugins.hadir import rules, service
from plugins.hadir.service import EMPTY, Day, Event
from plugins.hadir.tables import attendance_correction

REASON_LENGTH = 500
SHOWN_AT_ONCE = 5
KINDS = ("in", "out")

State = Literal["approved", "rejected", "withdrawn"]

# Columns that every audit row repeats, so that a change behind the service's back shows.
LEDGER = ("person_id", "day", "kind", "at", "place", "state", "decider_id")


class Wrong(Exception):
    """A request cannot be taken; `problem` names the sentence, `field` where in the form it belongs."""

    def __init__(self, problem: str, field: str = "", **values: Any) -> None:
        super().__init__(problem)
        self.problem, self.field, self.values = problem, field, values


@dataclass(frozen=True, slots=True)
class Correction:
    """One row; `place` is empty for "as it is", `state` one of waiting, approved, rejected, withdrawn."""

    id: int
    person_id: int
    day: date
    kind: str
    at: datetime
    place: str
    reason: str
    state: str
    requested_at: datetime
    decider_id: int | None
    decided_at: datetime | None
    decision_note: str


# Written out, because SQLite takes a partial index only for the very words of its condition.
WAITING = text("attendance_correction.state = 'waiting'")


# ---------------------------------------------------------------- asking


def moment(spoken: ClockTime, day: date, kind: str, plan: DayPlan, found: Day, person: Person) -> datetime:
    """The instant that a time on the working day `day` means: after a shift over midnight it may be the morning after."""
    same, after = spoken.on(day, person.zone), spoken.on(day + timedelta(days=1), person.zone)
    expected = plan.start if kind == "in" else plan.end
    if expected and plan.end and plan.end.astimezone(person.tz).date() > day:
        return min(same, after, key=lambda at: abs(at - expected))
    overnight = kind == "out" and not plan.end and found.arrival and same <= found.arrival.at
    if overnight and found.arrival and after <= rules.departure_limit(plan, found.arrival.at):
        return after
    return same


def check_day(context: Context, day: date) -> None:
    """Raises `Wrong` for a day to come or one too long ago."""
    today = workdays.local_day(context.now, context.person)
    first = today - timedelta(days=context.settings.correction_days)
    if day > today:
        raise Wrong("future_day", "day", day=day)
    if day < first:
        raise Wrong("too_old", "day", first=first, days=context.settings.correction_days)


def check(context: Context, day: date, kind: str, at: datetime, place: str, found: Day) -> None:
    """Raises `Wrong` if the record cannot be changed so."""
    check_day(context, day)
    if at > context.now:
        raise Wrong("future_time", "time", at=at)
    standing = found.arrival if kind == "in" else found.departure
    if standing and _same_minute(standing.at, at) and place in ("", standing.place):
        raise Wrong("unchanged", "time", at=standing.at)
    other = _other_time(context, day, kind, found)
    if other and not _in_order(kind, at, other):
        raise Wrong("order", "time", at=at, other=other, kind=kind)


def _other_time(context: Context, day: date, kind: str, found: Day) -> datetime | None:
    """What the other end of the day is, or will be once a request that waits is approved."""
    asked = next(
        (row.at for row in service.waiting(context.db, context.person.id) if row.day == day and row.kind != kind), None
    )
    standing = found.departure if kind == "in" else found.arrival
    return asked or (standing.at if standing else None)


def ask(context: Context, day: date, kind: str, at: datetime, place: str, reason: str) -> tuple[Correction, bool]:
    """Record the request; the one that waits for this day and kind already and False, if there is one."""
    row: dict[str, Any] = {
        "person_id": context.person.id,
        "day": day,
        "kind": kind,
        "at": at,
        "place": place,
        "reason": reason,
        "requested_at": context.now,
    }
    key = insert_once(context.db, attendance_correction, row)
    if key is None:
        waiting = waiting_for(context, day, kind)
        if waiting is None:
            raise Wrong("again", "")
        return waiting, False
    correction = Correction(**row, id=key[0], state="waiting", decider_id=None, decided_at=None, decision_note="")
    _audit(context, "correction.requested", correction, reason=reason)
    return correction, True


def waiting_for(context: Context, day: date, kind: str) -> Correction | None:
    """The person's request for this day and kind that nobody has decided yet."""
    rows = service.waiting(context.db, context.person.id)
    return next((Correction(**row._mapping) for row in rows if (row.day, row.kind) == (day, kind)), None)


def _same_minute(one: datetime, other: datetime) -> bool:
    return one.replace(second=0, microsecond=0) == other.astimezone(one.tzinfo).replace(second=0, microsecond=0)


def _in_order(kind: str, at: datetime, other: datetime) -> bool:
    return at < other if kind == "in" else at > other


# ---------------------------------------------------------------- deciding


def get(work: Work, correction_id: int) -> Correction | None:
    row = work.db.execute(select(attendance_correction).where(attendance_correction.c.id == correction_id)).first()
    return Correction(**row._mapping) if row else None


def decide(context: Context, correction: Correction, state: State, note: str = "") -> Correction | None:
    """Take the decision if it still waits, else None: whoever comes first decides, and only once."""
    values: dict[str, Any] = {"state": state, "decided_at": context.now, "decision_note": note}
    if state != "withdrawn":
        values["decider_id"] = context.person.id
    still = and_(attendance_correction.c.id == correction.id, attendance_correction.c.state == "waiting")
    if context.db.execute(update(attendance_correction).where(still).values(values)).rowcount != 1:
        return None
    decided = get(context, correction.id)
    assert decided is not None  # noqa: S101  # its row has just been changed here
    _audit(context, f"correction.{state}", decided, before=correction, reason=note)
    return decided


def apply(context: Context, correction: Correction) -> Event:
    """Let the approved time count; raises `Wrong` if the check-out would lie before the check-in."""
    found = on_day(context, correction.person_id, correction.day)
    other = found.departure if correction.kind == "in" else found.arrival
    if other and not _in_order(correction.kind, correction.at, other.at):
        raise Wrong("order", at=correction.at, other=other.at, kind=correction.kind)
    standing = found.arrival if correction.kind == "in" else found.departure
    event, _ = service.supersede(
        context,
        person_id=correction.person_id,
        day=correction.day,
        kind=correction.kind,
        at=correction.at,
        place=correction.place or (standing.place if standing else ""),
        note=standing.note if standing else "",
        source="correction",
        correction_id=correction.id,
        action="attendance.corrected",
        reason=correction.reason,
    )
    return event


def on_day(work: Work, person_id: int, day: date) -> Day:
    return service.days(work.db, [person_id], day, day).get((person_id, day), EMPTY)


def _audit(context: Context, action: str, correction: Correction, before: Correction | None = None, reason: str = "") -> None:
    object = f"attendance_correction:{correction.id}"
    context.audit(action, object, before=_kept(before) if before else None, after=_kept(correction), reason=reason)


def _kept(correction: Correction) -> Mapping[str, Any]:
    kept = {name: getattr(correction, name) for name in LEDGER}
    return kept | {"day": correction.day.isoformat(), "at": correction.at.astimezone(UTC).isoformat()}


# ---------------------------------------------------------------- lists


def own(context: Context, limit: int = 10) -> list[Correction]:
    """The person's own requests, those that wait first, then the newest."""
    query = select(attendance_correction).where(attendance_correction.c.person_id == context.person.id)
    order = (attendance_correction.c.state != "waiting", attendance_correction.c.id.desc())
    return fetch(context, query.order_by(*order).limit(limit))


def fetch(work: Work, query: Select[Any]) -> list[Correction]:
    """The rows of a query of whole corrections."""
    rows: list[Row[Any]] = list(work.db.execute(query))
    return [Correction(**row._mapping) for row in rows]


# ---------------------------------------------------------------- what is probably missing


def suggest(context: Context, day: date | None, kind: str) -> tuple[date, str]:
    """The day and kind that a form begins with: what was said, else the latest finished day that lacks one, else today."""
    today = workdays.local_day(context.now, context.person)
    first = day or today - timedelta(days=context.settings.correction_days)
    found = service.days(context.db, [context.person.id], first, today)
    plans = context.workdays.plans(context.db, [context.person], first, today, context.now)
    asked = {(row.day, row.kind) for row in service.waiting(context.db, context.person.id)}
    past = [today - timedelta(days=n) for n in range(1, (today - first).days + 1)]
    for candidate in [day] if day else [*past, today]:
        there = found.get((context.person.id, candidate), EMPTY)
        expected = candidate in (day, today) or _finished(plans[context.person.id, candidate], there, context.now)
        for lacks in _lacking(there) if expected else ():
            if kind in ("", lacks) and (candidate, lacks) not in asked:
                return candidate, lacks
    return day or today, kind or "in"


def _finished(plan: DayPlan, found: Day, now: datetime) -> bool:
    """Whether somebody was expected, or came, and the day is over."""
    return (plan.works or found.arrival is not None) and (plan.end is None or plan.end <= now)


def _lacking(found: Day) -> tuple[str, ...]:
    lacking = (("in", found.arrival), ("out", found.departure))
    return tuple(kind for kind, event in lacking if event is None)
