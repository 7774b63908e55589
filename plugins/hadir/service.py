"""What attendance reads and writes. Knows tables and rules, never a reply, so that jobs use it as well."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, TypeVar

from sqlalchemy import Connection, Row, Select, bindparam, delete, select, text, update

from integration import people
from integration.activities import Activity
from integration.db import insert_once
from integration.people import Person
from integration.plugin import Context, Work
from integration.workdays import DayPlan
from plugins.hadir import rules
from plugins.hadir.tables import attendance_correction, attendance_event, attendance_preference

T = TypeVar("T")

# How often a change is tried again when somebody else was faster.
TRIES = 5


@dataclass(frozen=True, slots=True)
class Event:
    """One row of `attendance_event`; `day` is the working day it belongs to, `at` the instant in UTC."""

    id: int
    person_id: int
    day: date
    kind: str
    at: datetime
    place: str
    note: str
    source: str


@dataclass(frozen=True, slots=True)
class Day:
    """What counts on one person's day: the active check-in and check-out."""

    arrival: Event | None = None
    departure: Event | None = None

    @property
    def open(self) -> bool:
        """Whether somebody is in: a check-out before the check-in was a slip and does not end it."""
        return self.arrival is not None and (self.departure is None or self.departure.at < self.arrival.at)


EMPTY = Day()
Days = dict[tuple[int, date], Day]


@dataclass(frozen=True, slots=True)
class Today:
    """The working day that a person is in."""

    plan: DayPlan
    day: Day


# ---------------------------------------------------------------- reading

_EVENT = (
    attendance_event.c.id,
    attendance_event.c.person_id,
    attendance_event.c.day,
    attendance_event.c.kind,
    attendance_event.c.at,
    attendance_event.c.place,
    attendance_event.c.note,
    attendance_event.c.source,
)
# Written out, because SQLite takes a partial index only for the very words of its condition.
_ACTIVE = text("attendance_event.active")
_BETWEEN = attendance_event.c.day.between(bindparam("first"), bindparam("last"))
_OF_ALL: Select[Any] = select(*_EVENT).where(_ACTIVE, _BETWEEN)
_OF_ONE = _OF_ALL.where(attendance_event.c.person_id == bindparam("person"))
_OF_SOME = _OF_ALL.where(attendance_event.c.person_id.in_(bindparam("people", expanding=True)))


def days(db: Connection, person_ids: Iterable[int] | None, first: date, last: date) -> Days:
    """The active events by (person id, day), both ends included; None means everybody. One statement."""
    span = {"first": first, "last": last}
    if person_ids is None:
        return _by_day(db.execute(_OF_ALL, span))
    return _by_day(db.execute(_OF_SOME, {"people": list(person_ids), **span}))


def where(db: Connection, person: Person, day: date) -> list[Activity]:
    """Where the person worked on that day, if a check-in says it, for the draft of the day's report."""
    arrival = _arrival(db, person, day)
    return [Activity(f"hadir:{person.id}:{day}", at=arrival.at, place=arrival.place)] if arrival and arrival.place else []


def place(db: Connection, person: Person, day: date) -> str:
    """The place of `where` alone."""
    arrival = _arrival(db, person, day)
    return arrival.place if arrival else ""


def _arrival(db: Connection, person: Person, day: date) -> Event | None:
    rows = db.execute(_OF_ONE, {"person": person.id, "first": day, "last": day})
    return _by_day(rows).get((person.id, day), EMPTY).arrival


def active_event(db: Connection, event_id: int) -> Event | None:
    """The event of that id, if it still counts."""
    row = db.execute(select(*_EVENT).where(_ACTIVE, attendance_event.c.id == event_id)).first()
    return Event(*row) if row else None


def history(db: Connection, person_id: int, day: date) -> list[Event]:
    """Every event of the day, active or not, oldest first."""
    query = select(*_EVENT).where(attendance_event.c.person_id == person_id, attendance_event.c.day == day)
    return [Event(*row) for row in db.execute(query.order_by(attendance_event.c.id))]


def _by_day(rows: Iterable[Row[Any]]) -> Days:
    found: Days = {}
    for row in rows:
        event = Event(*tuple(row))
        key = event.person_id, event.day
        before = found.get(key, EMPTY)
        found[key] = Day(event, before.departure) if event.kind == "in" else Day(before.arrival, event)
    return found


def today(context: Context) -> Today:
    """The working day that the person is in: its plan and its events. One statement."""
    plans, found = around(context)
    return today_of(context.person, context.now, plans, found)


def today_of(person: Person, now: datetime, plans: rules.DayPlans, found: Mapping[date, Day]) -> Today:
    """The same from plans and days that were read already."""
    ins, outs = instants(found, "arrival"), instants(found, "departure")
    day = rules.current_day(now, person.tz, plans, ins, outs)
    return Today(plans.get(day) or DayPlan(day), found.get(day, EMPTY))


def around(context: Context) -> tuple[rules.DayPlans, dict[date, Day]]:
    """The plans and events of the days to which something that happens now can belong."""
    person = context.person
    first, last = rules.candidate_days(context.now, person.tz)
    rows = context.db.execute(_OF_ONE, {"person": person.id, "first": first, "last": last})
    return plans_around(context, first, last), {day: found for (_, day), found in _by_day(rows).items()}


def plans_around(context: Context, first: date, last: date) -> rules.DayPlans:
    plans = context.workdays.plans(context.db, [context.person], first, last, context.now)
    return {day: plan for (_, day), plan in plans.items()}


def instants(found: Mapping[date, Day], which: str) -> dict[date, datetime]:
    return {day: event.at for day, events in found.items() if (event := getattr(events, which))}


def by_person(found: Mapping[tuple[int, date], T]) -> dict[int, dict[date, T]]:
    """What is keyed by (person id, day), sorted by person."""
    people_found: dict[int, dict[date, T]] = {}
    for (person_id, day), value in found.items():
        people_found.setdefault(person_id, {})[day] = value
    return people_found


# ---------------------------------------------------------------- recording


def supersede(
    work: Work,
    *,
    person_id: int,
    day: date,
    kind: str,
    at: datetime,
    place: str = "",
    note: str = "",
    source: str,
    platform: str = "",
    correction_id: int | None = None,
    action: str,
    reason: str = "",
) -> tuple[Event, Event | None]:
    """Record an event in the place of the active one, which stays in history: (new, replaced). Audits both rows.

    `action` names the audit rows, as in "attendance.corrected". Raises RuntimeError if others keep changing the day.
    """
    row = {
        "person_id": person_id,
        "day": day,
        "kind": kind,
        "at": at,
        "place": place,
        "note": note,
        "source": source,
        "platform": platform,
        "correction_id": correction_id,
    }
    for _ in range(TRIES):
        found = days(work.db, [person_id], day, day).get((person_id, day), EMPTY)
        standing = found.arrival if kind == "in" else found.departure
        event = succeed(work, row, standing, action, reason)
        if event is not None:
            return event, standing
    raise RuntimeError(f"the record of person {person_id} on {day} keeps changing")


def succeed(work: Work, row: Mapping[str, Any], standing: Event | None, action: str, reason: str = "") -> Event | None:
    """Insert `row` after making `standing` inactive; None if somebody else was faster, and then nothing is changed.

    Whoever makes the standing row inactive holds its key until the transaction ends, so the insert cannot fail then.
    """
    if standing is not None and not _deactivate(work, standing, action, reason):
        return None
    key = insert_once(work.db, attendance_event, {**row, "recorded_at": work.written_at})
    if key is None:
        return None
    event = event_of(key[0], row)
    audit_event(work, action, event, active=True, reason=reason)
    return event


def _deactivate(work: Work, event: Event, action: str, reason: str) -> bool:
    where = (attendance_event.c.id == event.id, text("attendance_event.active"))
    if work.db.execute(update(attendance_event).where(*where).values(active=False)).rowcount != 1:
        return False
    audit_event(work, action, event, active=False, reason=reason)
    return True


def event_of(id: int, row: Mapping[str, Any]) -> Event:
    return Event(id, row["person_id"], row["day"], row["kind"], row["at"], row["place"], row["note"], row["source"])


# The columns that an audit row repeats; the note is the person's own and stays out.
AUDITED = ("person_id", "day", "kind", "at", "place", "source", "active")


def audit_event(work: Work, action: str, event: Event, *, active: bool, reason: str = "") -> None:
    state = {
        "person_id": event.person_id,
        "day": event.day.isoformat(),
        "kind": event.kind,
        "at": event.at.astimezone(UTC).isoformat(),
        "place": event.place,
        "source": event.source,
        "active": active,
    }
    before = None if active else {**state, "active": True}
    work.audit(action, f"attendance_event:{event.id}", before=before, after=state, reason=reason)


# ---------------------------------------------------------------- corrections that wait, reminders, language

_WAITING = (
    select(attendance_correction)
    .where(attendance_correction.c.person_id == bindparam("person"), text("attendance_correction.state = 'waiting'"))
    .order_by(attendance_correction.c.day, attendance_correction.c.kind.desc())
)


def waiting(db: Connection, person_id: int) -> list[Row[Any]]:
    """The person's corrections that nobody has decided yet, by day."""
    return list(db.execute(_WAITING, {"person": person_id}))


def silent(db: Connection, person_ids: Iterable[int] | None = None) -> set[int]:
    """Those who turned reminders off."""
    query = select(attendance_preference.c.person_id).where(attendance_preference.c.reminders.is_(False))
    if person_ids is not None:
        query = query.where(attendance_preference.c.person_id.in_(list(person_ids)))
    return set(db.scalars(query))


def set_reminders(context: Context, on: bool) -> bool:
    """Turn the person's reminders on or off; False if they were so already."""
    was_on = not silent(context.db, [context.person.id])
    if was_on == on:
        return False
    context.db.execute(delete(attendance_preference).where(attendance_preference.c.person_id == context.person.id))
    insert_once(context.db, attendance_preference, {"person_id": context.person.id, "reminders": on})
    _audit_person(context, "attendance.reminders", {"reminders": was_on}, {"reminders": on})
    return True


def set_language(context: Context, locale: str) -> None:
    """The language in which the person is answered from now on."""
    people.set_locale(context.db, context.person.id, locale)
    _audit_person(context, "person.language", {"locale": context.person.locale}, {"locale": locale})


def _audit_person(context: Context, action: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    context.audit(action, f"person:{context.person.id}", before=before, after=after)
