"""What leaves the house is a row first: queued in the change's own transaction, delivered by the worker.

Rows of one stream are delivered in the order in which they were queued; streams do not wait for one another.
A row is known by its `key`, which is the same in every repeat: delivery is at least once, never out of order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
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
    Subquery,
    Table,
    and_,
    bindparam,
    case,
    func,
    null,
    or_,
    select,
    update,
)

from integration import outbox_content
from integration.db import Instant, insert_once, insert_or_nothing, metadata

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


_other = outbox.alias()
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
    contents: Sequence[bytes] = (),
) -> bool:
    """Queue one row; False if a row with that key was queued before, which changes nothing.

    `contents` are the bytes of its files (`outbox_content`); those in a `message` are found by themselves.
    """
    written, found = outbox_content.apart(payload)
    contents = [*contents, *found]
    if contents:
        written["contents"] = len(contents)
    row = {
        "kind": kind,
        "stream": stream,
        "key": key,
        "payload": written,
        "created_at": now,
        "due_at": due_at or now,
    }
    if insert_once(db, outbox, row) is None:
        return False
    if contents:
        outbox_content.keep(db, key, contents)
    return True


def enqueue_all(db: Connection, rows: Sequence[Mapping[str, Any]], now: datetime) -> None:
    """Queue rows of `kind`, `stream`, `key`, `payload` and perhaps `due_at` (none: now) in one statement; those that were
    queued before stay as they are.
    """
    timed = []
    for row in rows:
        if row["payload"].get("message", {}).get("files"):
            enqueue(db, **row, now=now)
        else:
            timed.append({**row, "created_at": now, "due_at": row.get("due_at") or now})
    if timed:
        db.execute(insert_or_nothing(db, outbox), timed)


# ---------------------------------------------------------------- delivery: who takes which row


@dataclass(frozen=True, slots=True)
class Kinds:
    """Rows of these kinds, or with `these` False of all the others."""

    names: tuple[str, ...]
    these: bool = True


def _unleased(now: datetime) -> ColumnElement[bool]:
    return and_(
        outbox.c.state == "waiting",
        outbox.c.due_at <= now,
        or_(outbox.c.lease_until.is_(None), outbox.c.lease_until <= now),
    )


def _in_streams(now: datetime, among: Sequence[int] | None) -> Subquery:
    """Rows with their place in their stream: one that was begun goes before one that was not, then the older one.

    A row that is planned for later (a reminder) holds nobody up before its time. No join with itself: after an outage there
    are suddenly thousands of rows, of which PostgreSQL's statistics do not know yet.
    """
    begun = case((outbox.c.attempts > 0, 0), else_=1)
    place = func.row_number().over(partition_by=outbox.c.stream, order_by=(begun, outbox.c.id)).label("place")
    there = and_(outbox.c.state == "waiting", or_(outbox.c.attempts > 0, outbox.c.due_at <= now))
    if among is not None:
        there = and_(there, outbox.c.stream.in_(select(_other.c.stream).where(_other.c.id.in_(among)).scalar_subquery()))
    known = (outbox.c.id, outbox.c.attempts, outbox.c.kind, outbox.c.due_at, outbox.c.lease_until)
    return select(*known, place).where(there).subquery()


def in_line(
    db: Connection, now: datetime, limit: int, kinds: Kinds | None = None, among: Sequence[int] | None = None
) -> list[int]:
    """The ids of rows that may be taken now, the longest due first: at most one of each stream. It goes through everything
    that is waiting, or with `among` only through the streams of these rows.
    """
    row = _in_streams(now, among).c
    free = or_(row.lease_until.is_(None), row.lease_until <= now)
    query = select(row.id).where(row.place == 1, row.due_at <= now, free)
    if among is not None:
        query = query.where(row.id.in_(among))
    if kinds is not None:
        query = query.where(row.kind.in_(kinds.names) if kinds.these else row.kind.not_in(kinds.names))
    return list(db.scalars(query.order_by(row.due_at, row.id).limit(limit)))


def eligible(db: Connection, now: datetime, limit: int, kinds: Kinds | None = None) -> list[Row]:
    """The rows that are `in_line`."""
    return rows(db, in_line(db, now, limit, kinds))


def rows(db: Connection, ids: Sequence[int]) -> list[Row]:
    """These rows, in that order. Nothing of them but their attempts and leases changes until they are taken."""
    if not ids:
        return []
    found = {each.id: Row(*each) for each in db.execute(select(*_ROW).where(outbox.c.id.in_(ids)))}
    return [found[id] for id in ids if id in found]


def _as_seen(rows: Sequence[Row]) -> ColumnElement[bool]:
    """These very attempts; nearly all are the first. Not as pairs, for which SQLite would go through everything that waits."""
    tried: dict[int, list[int]] = {}
    for row in rows:
        tried.setdefault(row.attempts, []).append(row.id)
    return or_(*(and_(outbox.c.id.in_(ids), outbox.c.attempts == attempts) for attempts, ids in tried.items()))


def claim(db: Connection, rows: Sequence[Row], owner: str, now: datetime, lease: timedelta) -> list[Row]:
    """Take rows that `eligible` found, as many of them as no other worker was quicker to take. An attempt counts from
    here, so that a message which kills its deliverer cannot do so for ever.
    """
    if not rows:
        return []
    free = select(outbox.c.id).where(_as_seen(rows), _unleased(now)).order_by(outbox.c.id).with_for_update(skip_locked=True)
    taken = (
        update(outbox)
        .where(outbox.c.id.in_(free.scalar_subquery()))
        .values(lease_owner=owner, lease_until=now + lease, attempts=outbox.c.attempts + 1)
        .returning(outbox.c.id)
    )
    ours = set(db.scalars(taken))
    return [replace(row, attempts=row.attempts + 1) for row in rows if row.id in ours]


def hand_back(db: Connection, rows: Sequence[Row], owner: str) -> None:
    """Leave rows that were taken and not begun to whoever comes next: as if they had never been taken."""
    mine = and_(outbox.c.id.in_([row.id for row in rows]), outbox.c.lease_owner == owner, outbox.c.state == "waiting")
    untouched = {"lease_owner": None, "lease_until": None, "attempts": outbox.c.attempts - 1}
    db.execute(update(outbox).where(mine).values(untouched))


def renew(db: Connection, rows: Sequence[Row], owner: str, until: datetime) -> None:
    """Keep the leases of rows that are still being delivered."""
    mine = and_(outbox.c.id.in_([row.id for row in rows]), outbox.c.lease_owner == owner, outbox.c.state == "waiting")
    db.execute(update(outbox).where(mine).values(lease_until=until))


# ---------------------------------------------------------------- delivery: how it ended


class Delivered(dict[str, Any]):
    """The result of a delivery, with what else is to be written down in the transaction that ends it."""

    def __init__(self, result: Mapping[str, Any], record: Callable[[Connection], None]) -> None:
        super().__init__(result)
        self.record = record


def _finish(db: Connection, row: Row, owner: str, **values: Any) -> bool:
    """Only who still holds the lease of this very attempt decides."""
    mine = and_(
        outbox.c.id == row.id,
        outbox.c.lease_owner == owner,
        outbox.c.attempts == row.attempts,
        outbox.c.state == "waiting",
    )
    return db.execute(update(outbox).where(mine).values(lease_until=None, lease_owner=None, **values)).rowcount == 1


def done(db: Connection, ended: Sequence[tuple[Row, Mapping[str, Any] | None]], owner: str, now: datetime) -> list[bool]:
    """Of each row and its result, whether this delivery decided; then the bytes of the row's files are to be forgotten
    (`forget_contents`). Two statements however many they are: on SQLite nobody else writes meanwhile.
    """
    if not ended:
        return []
    ids = [row.id for row, _ in ended]  # of which attempt they are is seen below
    mine = and_(outbox.c.id.in_(ids), outbox.c.lease_owner == owner, outbox.c.state == "waiting")
    held = select(outbox.c.id, outbox.c.attempts).where(mine).order_by(outbox.c.id).with_for_update()
    ours = {tuple(found) for found in db.execute(held)}
    kept = [(row.id, row.attempts) in ours for row, _ in ended]
    values = [
        {"row_id": row.id, "row_result": dict(result) if result else None, "at": now}
        for (row, result), its_lease in zip(ended, kept, strict=True)
        if its_lease
    ]
    if values:
        db.execute(_DONE, values)
    return kept


_DONE = (
    update(outbox)
    .where(outbox.c.id == bindparam("row_id"))
    .values(
        state="done",
        finished_at=bindparam("at"),
        result=bindparam("row_result"),
        error="",
        lease_until=null(),
        lease_owner=null(),
    )
)


def forget_contents(db: Connection, rows: Iterable[Row]) -> None:
    """What has arrived needs no copy here."""
    outbox_content.forget(db, [row.key for row in rows if row.payload.get("contents")])


def later(db: Connection, row: Row, owner: str, due_at: datetime, error: str) -> bool:
    return _finish(db, row, owner, due_at=due_at, error=error[:_LONGEST_ERROR])


def dead(db: Connection, row: Row, owner: str, now: datetime, error: str) -> bool:
    return _finish(db, row, owner, state="dead", finished_at=now, error=error[:_LONGEST_ERROR])
