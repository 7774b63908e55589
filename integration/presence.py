"""Who wants their place of work shown elsewhere as their own status or calendar entry, and what is shown of them.

Nobody is shown who did not ask for it; who asked can take it back at any time, and what is shown then is taken away.
What is to be shown is an outbox row (`presence_delivery`), queued only for those who have chosen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Connection,
    ForeignKey,
    String,
    Table,
    bindparam,
    delete,
    literal,
    or_,
    select,
)

from integration import outbox
from integration.db import Instant, insert_once, insert_or_nothing, metadata
from integration.ports import Event, event_from_json, event_to_json

KIND = "presence"
LONGEST_STATUS = 80

presence_choice = Table(
    "presence_choice",
    metadata,
    Column("person_id", ForeignKey("person.id"), primary_key=True),
    Column("status", Boolean, nullable=False),
    Column("calendar", Boolean, nullable=False),
    Column("since", Instant, nullable=False),
)

# What was last put there by us: only that is ever taken away.
presence_shown = Table(
    "presence_shown",
    metadata,
    Column("person_id", ForeignKey("person.id"), primary_key=True),
    Column("status", String(LONGEST_STATUS), nullable=False, server_default=""),
    Column("status_until", Instant),
    Column("event", JSON(none_as_null=True)),
)


@dataclass(frozen=True, slots=True)
class Choice:
    """What somebody wants to be shown."""

    status: bool = False
    calendar: bool = False


@dataclass(frozen=True, slots=True)
class Shown:
    """What we have shown of somebody: a status ("" if none) until then, an event in their calendar."""

    status: str = ""
    status_until: datetime | None = None
    event: Event | None = None


NOTHING = Choice()


def choice(db: Connection, person_id: int) -> Choice:
    row = db.execute(select(presence_choice).where(presence_choice.c.person_id == person_id)).first()
    return Choice(row.status, row.calendar) if row else NOTHING


def choose(db: Connection, person_id: int, wished: Choice, now: datetime) -> None:
    """From now on this; nothing is kept of those who want nothing."""
    db.execute(delete(presence_choice).where(presence_choice.c.person_id == person_id))
    if wished != NOTHING:
        insert_once(db, presence_choice, {"person_id": person_id, **asdict(wished), "since": now})


def shown(db: Connection, person_id: int) -> Shown:
    row = db.execute(select(presence_shown).where(presence_shown.c.person_id == person_id)).first()
    return Shown(row.status, row.status_until, event_from_json(row.event) if row.event else None) if row else Shown()


def keep(db: Connection, person_id: int, now_shown: Shown) -> None:
    db.execute(delete(presence_shown).where(presence_shown.c.person_id == person_id))
    if now_shown != Shown():
        event = event_to_json(now_shown.event) if now_shown.event else None
        row = {"person_id": person_id, "status": now_shown.status, "status_until": now_shown.status_until, "event": event}
        db.execute(presence_shown.insert().values(row))


# ---------------------------------------------------------------- queueing


def queue(db: Connection, person_id: int, key: str, payload: Mapping[str, Any], now: datetime) -> None:
    """Queue a row for who wants to be shown, and nothing for who does not; in one statement, after every check-in."""
    row = {
        "kind": KIND,
        "stream": stream(person_id),
        "key": key,
        "payload": {"person": person_id, **payload},
        "created_at": now,
        "due_at": now,
    }
    columns = outbox.outbox.c
    values = [literal(value, columns[name].type).label(name) for name, value in row.items()]
    wants = or_(presence_choice.c.status, presence_choice.c.calendar)
    chosen = select(*values).where(presence_choice.c.person_id == bindparam("chooser", person_id), wants)
    db.execute(insert_or_nothing(db, outbox.outbox).from_select(list(row), chosen))


def queue_withdrawal(db: Connection, person_id: int, key: str, now: datetime) -> None:
    """Take away what is shown and not wanted any more, whoever it is: it was put there by us."""
    payload = {"person": person_id, "do": "withdraw"}
    outbox.enqueue(db, kind=KIND, stream=stream(person_id), key=key, payload=payload, now=now)


def stream(person_id: int) -> str:
    return f"presence:{person_id}"
