"""Which version of every event the calendar holds, and who has answered: what we know without asking anybody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from icalendar import vRecur
from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Connection,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    UniqueConstraint,
    delete,
    insert,
    select,
    update,
)

from integration.calendars.reading import instant
from integration.db import Instant, metadata
from integration.people import person
from integration.ports import Answer, Event, event_from_json, event_to_json

# How long answers to a series without an end are looked for.
_SERIES = timedelta(days=5 * 366)

# The last version that was delivered. state: put | cancelled. `revision` counts what was delivered, `outbox_id` is the row.
calendar_event = Table(
    "calendar_event",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("uid", String(255), nullable=False, unique=True),
    Column("sequence", Integer, nullable=False),
    Column("state", String(10), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("outbox_id", BigInteger, nullable=False),
    Column("payload", JSON, nullable=False),
    Column("starts_at", Instant, nullable=False),
    Column("ends_at", Instant, nullable=False),
    Column("delivered_at", Instant, nullable=False),
    Column("asked_at", Instant),
)
Index("ix_calendar_event_state_ends_at", calendar_event.c.state, calendar_event.c.ends_at)

# `occurrence`: the start (ISO, UTC) of the one that was answered, "" for the whole.
calendar_answer = Table(
    "calendar_answer",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("uid", String(255), nullable=False),
    Column("email", String(254), nullable=False),
    Column("occurrence", String(40), nullable=False, server_default=""),
    Column("person_id", ForeignKey(person.c.id), index=True),
    Column("answer", String(10), nullable=False),
    Column("at", Instant, nullable=False),
    UniqueConstraint("uid", "email", "occurrence"),
)


@dataclass(frozen=True, slots=True)
class Delivered:
    """What the calendar was last told of an event."""

    event: Event
    cancelled: bool
    revision: int
    outbox_id: int


def delivered(db: Connection, uid: str) -> Delivered | None:
    """None if nothing was delivered yet."""
    row = db.execute(select(calendar_event).where(calendar_event.c.uid == uid)).first()
    if row is None:
        return None
    return Delivered(event_from_json(row.payload), row.state == "cancelled", row.revision, row.outbox_id)


def record(db: Connection, new: Delivered, now: datetime) -> None:
    """Keep what was delivered just now. A new time makes the answers to the old one void."""
    old = delivered(db, new.event.uid)
    values = {
        "sequence": new.event.sequence,
        "state": "cancelled" if new.cancelled else "put",
        "revision": new.revision,
        "outbox_id": new.outbox_id,
        "payload": event_to_json(new.event),
        "starts_at": new.event.span.start,
        "ends_at": ends(new.event),
        "delivered_at": now,
    }
    if old is None:
        db.execute(insert(calendar_event).values(uid=new.event.uid, **values))
        return
    db.execute(update(calendar_event).where(calendar_event.c.uid == new.event.uid).values(values))
    if (old.event.span, old.event.recurrence) != (new.event.span, new.event.recurrence):
        db.execute(delete(calendar_answer).where(calendar_answer.c.uid == new.event.uid))


def ends(event: Event) -> datetime:
    """When its last occurrence is over, as far as the rule says so without being expanded."""
    if not event.recurrence:
        return event.span.end
    until: Any = vRecur.from_ical(event.recurrence).get("UNTIL")
    if until:
        return max(event.span.end, instant(until[0] if isinstance(until, list) else until) + timedelta(days=2))
    return event.span.end + _SERIES


def to_ask(db: Connection, now: datetime, limit: int) -> list[str]:
    """UIDs of coming events, those first that have waited longest for a look."""
    coming = calendar_event.c.state == "put", calendar_event.c.ends_at > now
    order = calendar_event.c.asked_at.is_not(None), calendar_event.c.asked_at, calendar_event.c.starts_at
    return list(db.scalars(select(calendar_event.c.uid).where(*coming).order_by(*order).limit(limit)))


def asked(db: Connection, uid: str, now: datetime) -> None:
    db.execute(update(calendar_event).where(calendar_event.c.uid == uid).values(asked_at=now))


# ---------------------------------------------------------------- answers


def answers(db: Connection, uid: str) -> Sequence[Answer]:
    """Who has answered, by address; to one occurrence only where it differs."""
    rows = db.execute(select(calendar_answer).where(calendar_answer.c.uid == uid).order_by(calendar_answer.c.email))
    return [Answer(row.email, row.answer, datetime.fromisoformat(row.occurrence) if row.occurrence else None) for row in rows]


def answer(db: Connection, uid: str, new: Answer, now: datetime) -> bool:
    """Keep an answer; False if it was known."""
    occurrence = instant(new.occurrence).isoformat() if new.occurrence else ""
    table = calendar_answer.c
    mine = (table.uid == uid, table.email == new.email, table.occurrence == occurrence)
    before = db.scalar(select(table.answer).where(*mine))
    if before == new.answer:
        return False
    if before is not None:
        db.execute(update(calendar_answer).where(*mine).values(answer=new.answer, at=now))
        return True
    who = db.scalars(select(person.c.id).where(person.c.email == new.email).limit(1)).first()
    row = {"uid": uid, "email": new.email, "occurrence": occurrence, "person_id": who, "answer": new.answer, "at": now}
    db.execute(insert(calendar_answer).values(row))
    return True
