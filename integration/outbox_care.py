"""What administrators do with the outbox, and what they see of it: how much waits, dead letters, what is to be forgotten."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, and_, case, delete, func, or_, select, update

from integration.outbox import outbox as _outbox

KEEP_DONE = timedelta(days=90)


def retry(db: Connection, ids: Sequence[int] | None, now: datetime) -> int:
    """Put dead letters (those, or all) back into their streams; how many there were."""
    chosen = _outbox.c.state == "dead" if ids is None else and_(_outbox.c.state == "dead", _outbox.c.id.in_(ids))
    fresh = {"state": "waiting", "attempts": 0, "due_at": now, "finished_at": None}
    return db.execute(update(_outbox).where(chosen).values(fresh)).rowcount


def hurry(db: Connection, now: datetime) -> int:
    """What failed and waits for its next attempt is due now: what stood in the way was mended. How many rows."""
    waits = and_(_outbox.c.state == "waiting", _outbox.c.attempts > 0, _outbox.c.due_at > now)
    return db.execute(update(_outbox).where(waits).values(due_at=now)).rowcount


def purge(db: Connection, now: datetime, limit: int = 2000) -> int:
    """Forget up to `limit` rows that were delivered long ago; how many."""
    old = select(_outbox.c.id).where(_outbox.c.state == "done", _outbox.c.finished_at < now - KEEP_DONE).limit(limit)
    return db.execute(delete(_outbox).where(_outbox.c.id.in_(old.scalar_subquery()))).rowcount


@dataclass(frozen=True, slots=True)
class Backlog:
    """`oldest` is when the row was queued that should have been delivered and has waited longest, or None."""

    waiting: int
    dead: int
    oldest: datetime | None


def backlog(db: Connection, now: datetime) -> Backlog:
    late = case((or_(_outbox.c.due_at <= now, _outbox.c.attempts > 0), _outbox.c.created_at))
    query = select(_outbox.c.state, func.count(), func.min(late)).where(_outbox.c.state.in_(("waiting", "dead")))
    rows = {state: (count, oldest) for state, count, oldest in db.execute(query.group_by(_outbox.c.state))}
    waiting, oldest = rows.get("waiting", (0, None))
    return Backlog(waiting, rows.get("dead", (0, None))[0], oldest)
