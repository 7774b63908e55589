"""What leaves the house is a row first: queued in the change's own transaction, delivered by the worker.

Rows of one stream are delivered in the order in which they were queued; streams do not wait for one another.
A row is known by its `key`, which is the same in every repeat: delivery is at least once, never out of order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Index,
    Integer,
    String,
    Table,
    and_,
    case,
    delete,
    exists,
    func,
    not_,
    or_,
    select,
    update,
)

from integration.db import Instant, insert_once, insert_or_nothing, metadata

KEEP_DONE = timedelta(days=90)
_LONGEST_ERROR = 1000

# state: waiting → done, or dead after a permanent error or too many attempts. A lease says who is delivering.
outbox = Table(
    "outbox",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("stream", String(190), nullable=False),
    Column("kind", String(40), nullable=False),
    Column("key", String(190), nullable=False, unique=True),
    Column("payload", JSON, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("state", String(10), nullable=False, server_default="waiting"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("lease_until", Instant),
    Column("lease_owner", String(80)),
    Column("finished_at", Instant),
    Column("result", JSON),
    Column("error", String(1000), nullable=False, server_default=""),
)
Index("ix_outbox_state_stream", outbox.c.state, outbox.c.stream, outbox.c.id)


@dataclass(frozen=True, slots=True)
class Row:
    """A row that somebody is delivering; `attempts` counts this one too."""

    id: int
    stream: str
    kind: str
    key: str
    payload: Mapping[str, Any]
    created_at: datetime
    attempts: int


_ROW = (outbox.c.id, outbox.c.stream, outbox.c.kind, outbox.c.key, outbox.c.payload, outbox.c.created_at, outbox.c.attempts)


def enqueue(
    db: Connection,
    *,
    kind: str,
    stream: str,
    key: str,
    payload: Mapping[str, Any],
    now: datetime,
    due_at: datetime | None = None,
) -> bool:
    """Queue one row; False if a row with that key was queued before, which changes nothing."""
    row = {
        "kind": kind,
        "stream": stream,
        "key": key,
        "payload": dict(payload),
        "created_at": now,
        "due_at": due_at or now,
    }
    return insert_once(db, outbox, row) is not None


def enqueue_all(db: Connection, rows: Sequence[Mapping[str, Any]], now: datetime) -> None:
    """Queue rows of `kind`, `stream`, `key`, `payload` and perhaps `due_at` (none: now) in one statement; those that were
    queued before stay as they are.
    """
    if rows:
        timed = [{**row, "created_at": now, "due_at": row.get("due_at") or now} for row in rows]
        db.execute(insert_or_nothing(db, outbox), timed)


# ---------------------------------------------------------------- delivery: who takes which row


def _unleased(now: datetime) -> ColumnElement[bool]:
    return and_(
        outbox.c.state == "waiting",
        outbox.c.due_at <= now,
        or_(outbox.c.lease_until.is_(None), outbox.c.lease_until <= now),
    )


def _behind_another(now: datetime) -> ColumnElement[bool]:
    """Whether an earlier row of the stream still waits.

    A row that was begun goes before one that was not, then the older one. A row that is planned for later
    (a reminder) holds nobody up before its time.
    """
    other = outbox.alias("other")
    begun, other_begun = outbox.c.attempts > 0, other.c.attempts > 0
    return exists().where(
        other.c.state == "waiting",
        other.c.stream == outbox.c.stream,
        other.c.id != outbox.c.id,
        or_(other_begun, other.c.due_at <= now),
        or_(and_(other_begun, not_(begun)), and_(or_(other_begun, not_(begun)), other.c.id < outbox.c.id)),
    )


def eligible(db: Connection, now: datetime, limit: int) -> list[tuple[int, int]]:
    """(id, attempts) of rows that may be taken now, the longest due first: at most one of each stream."""
    query = select(outbox.c.id, outbox.c.attempts).where(_unleased(now), not_(_behind_another(now)))
    return [(row.id, row.attempts) for row in db.execute(query.order_by(outbox.c.due_at, outbox.c.id).limit(limit))]


def claim(db: Connection, row: tuple[int, int], owner: str, now: datetime, lease: timedelta) -> Row | None:
    """Take a row that `eligible` named; None if another worker was quicker. An attempt counts from here, so that
    a message which kills its deliverer cannot do so for ever.
    """
    row_id, attempts = row
    taken = (
        update(outbox)
        .where(outbox.c.id == row_id, outbox.c.attempts == attempts, _unleased(now))
        .values(lease_owner=owner, lease_until=now + lease, attempts=attempts + 1)
        .returning(*_ROW)
    )
    found = db.execute(taken).first()
    return Row(*found) if found else None


def renew(db: Connection, rows: Sequence[Row], owner: str, until: datetime) -> None:
    """Keep the leases of rows that are still being delivered."""
    mine = and_(outbox.c.id.in_([row.id for row in rows]), outbox.c.lease_owner == owner, outbox.c.state == "waiting")
    db.execute(update(outbox).where(mine).values(lease_until=until))


# ---------------------------------------------------------------- delivery: how it ended


def _finish(db: Connection, row: Row, owner: str, **values: Any) -> bool:
    """Only who still holds the lease of this very attempt decides."""
    mine = and_(
        outbox.c.id == row.id,
        outbox.c.lease_owner == owner,
        outbox.c.attempts == row.attempts,
        outbox.c.state == "waiting",
    )
    return db.execute(update(outbox).where(mine).values(lease_until=None, lease_owner=None, **values)).rowcount == 1


def done(db: Connection, row: Row, owner: str, now: datetime, result: Mapping[str, Any] | None) -> bool:
    return _finish(db, row, owner, state="done", finished_at=now, result=dict(result) if result else None, error="")


def later(db: Connection, row: Row, owner: str, due_at: datetime, error: str) -> bool:
    return _finish(db, row, owner, due_at=due_at, error=error[:_LONGEST_ERROR])


def dead(db: Connection, row: Row, owner: str, now: datetime, error: str) -> bool:
    return _finish(db, row, owner, state="dead", finished_at=now, error=error[:_LONGEST_ERROR])


# ---------------------------------------------------------------- what administrators do and see


def retry(db: Connection, ids: Sequence[int] | None, now: datetime) -> int:
    """Put dead letters (those, or all) back into their streams; how many there were."""
    chosen = outbox.c.state == "dead" if ids is None else and_(outbox.c.state == "dead", outbox.c.id.in_(ids))
    fresh = {"state": "waiting", "attempts": 0, "due_at": now, "finished_at": None}
    return db.execute(update(outbox).where(chosen).values(fresh)).rowcount


def purge(db: Connection, now: datetime, limit: int = 2000) -> int:
    """Forget up to `limit` rows that were delivered long ago; how many."""
    old = select(outbox.c.id).where(outbox.c.state == "done", outbox.c.finished_at < now - KEEP_DONE).limit(limit)
    return db.execute(delete(outbox).where(outbox.c.id.in_(old.scalar_subquery()))).rowcount


@dataclass(frozen=True, slots=True)
class Backlog:
    """`oldest` is when the row was queued that should have been delivered and has waited longest, or None."""

    waiting: int
    dead: int
    oldest: datetime | None


def backlog(db: Connection, now: datetime) -> Backlog:
    late = case((or_(outbox.c.due_at <= now, outbox.c.attempts > 0), outbox.c.created_at))
    query = select(outbox.c.state, func.count(), func.min(late)).where(outbox.c.state.in_(("waiting", "dead")))
    rows = {state: (count, oldest) for state, count, oldest in db.execute(query.group_by(outbox.c.state))}
    waiting, oldest = rows.get("waiting", (0, None))
    return Backlog(waiting, rows.get("dead", (0, None))[0], oldest)
