"""Who changed what, when, and why: one row per change of state, sealed into a hash chain by the worker.

`record` runs in the change's own transaction. Sealing comes later and alone, so recording never waits
for a predecessor. A seal is an HMAC under a key that the database does not hold, over the row, its number and the
seal before it: whoever changes rows behind the service's back cannot make the chain fit again.

What the chain cannot show: a row that was added or taken away in the minute before it was sealed, and a database
that was put back as a whole to an older state. For the latter the worker logs each new head (`audit_sealed`).
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Connection,
    Integer,
    LargeBinary,
    Row,
    Select,
    String,
    Table,
    bindparam,
    func,
    select,
    text,
    update,
)

from integration import installation
from integration.db import Instant, metadata

HEAD = "audit_head"
_NOTHING = b"\0" * 32
_AT_ONCE = 2000
# Any number of ours: two sealers on PostgreSQL take turns.
_SEAL_LOCK = 0x41554449

# `actor_id` is a person, or empty for the service itself and for strangers; `actor` names them in words.
# `seq` and `hash` are empty until the worker has sealed the row.
audit = Table(
    "audit",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("at", Instant, nullable=False),
    Column("actor_id", Integer, index=True),
    Column("actor", String(190), nullable=False),
    Column("action", String(60), nullable=False),
    Column("object", String(120), nullable=False, index=True),
    Column("before", JSON),
    Column("after", JSON),
    Column("reason", String(1000), nullable=False, server_default=""),
    Column("seq", BigInteger, unique=True),
    Column("hash", LargeBinary(32)),
)


_INSERT = audit.insert()


@dataclass(frozen=True, slots=True)
class By:
    """Who makes changes from a terminal or a file, why, and when; for the audit rows of all of them."""

    actor: str
    reason: str
    now: datetime


def record(
    db: Connection,
    now: datetime,
    *,
    actor_id: int | None,
    actor: str,
    action: str,
    object: str,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    reason: str = "",
) -> None:
    """Add one row; `before` and `after` are plain JSON data (dates and instants as ISO text)."""
    record_all(db, now, actor_id=actor_id, actor=actor, action=action, changes=[(object, before, after)], reason=reason)


# What a change was of, and how that was before and is after it.
Change = tuple[str, Mapping[str, Any] | None, Mapping[str, Any] | None]


def record_all(
    db: Connection,
    now: datetime,
    *,
    actor_id: int | None,
    actor: str,
    action: str,
    changes: Iterable[Change],
    reason: str = "",
) -> None:
    """`record` for the same done to many objects, in one statement."""
    same = {"at": now, "actor_id": actor_id, "actor": actor[:190], "action": action, "reason": reason[:1000]}
    rows = [{**same, "object": object, "before": before, "after": after} for object, before, after in changes]
    if rows:
        db.execute(_INSERT, rows)


# ---------------------------------------------------------------- sealing


def _canonical(row: Row[Any]) -> bytes:
    """The row as one text that is the same on every database: sorted keys, the instant in UTC to the microsecond."""
    fields = {
        "id": row.id,
        "at": row.at.isoformat(timespec="microseconds"),
        "actor_id": row.actor_id,
        "actor": row.actor,
        "action": row.action,
        "object": row.object,
        "before": row.before,
        "after": row.after,
        "reason": row.reason,
    }
    return json.dumps(fields, sort_keys=True, separators=(",", ":")).encode()


def _seal(key: bytes, seq: int, previous: bytes, row: Row[Any]) -> bytes:
    return hmac.digest(key, b"%d\n%b\n%b" % (seq, previous, _canonical(row)), "sha256")


def _head_mac(key: bytes, seq: int, seal_: bytes) -> str:
    return hmac.digest(key, b"head\n%d\n%b" % (seq, seal_), "sha256").hex()


class ForgedHead(Exception):
    """The head of the chain was not written by this installation, so nothing may be sealed behind it."""


def head(db: Connection) -> tuple[int, bytes, str]:
    """(number of the last sealed row, its seal, the head's own seal); (0, …, "") before the first, (-1, …) if unreadable."""
    stored = installation.get(db, HEAD, {"seq": 0, "hash": _NOTHING.hex(), "mac": ""})
    try:
        return int(stored["seq"]), bytes.fromhex(stored["hash"]), str(stored["mac"])
    except (KeyError, TypeError, ValueError):
        return -1, _NOTHING, ""


def _is_ours(key: bytes, seq: int, seal_: bytes, mac: str) -> bool:
    return not seq or hmac.compare_digest(_head_mac(key, seq, seal_).encode(), mac.encode())


@dataclass(frozen=True, slots=True)
class Seals:
    """Rows and their seals, behind the head `after`; `head` is the new one."""

    after: tuple[int, bytes, str]
    head: tuple[int, bytes]
    rows: Sequence[Mapping[str, Any]]


def seal(db: Connection, key: bytes, limit: int = 1000) -> int:
    """Seal up to `limit` rows in the order in which they were recorded; how many there were. Raises `ForgedHead`."""
    _take_turns(db)
    seals = make_seals(db, key, limit)
    return write_seals(db, key, seals) if seals else 0


def _take_turns(db: Connection) -> None:
    if db.dialect.name == "postgresql":
        db.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _SEAL_LOCK})


def make_seals(db: Connection, key: bytes, limit: int) -> Seals | None:
    """The next seals, of up to `limit` rows, without writing anything.

    Raises `ForgedHead`: whoever took rows off the end and moved the head back would else get a good one from us.
    """
    rows = db.execute(select(audit).where(audit.c.seq.is_(None)).order_by(audit.c.id).limit(limit)).all()
    if not rows:
        return None
    seq, previous, mac = after = head(db)
    if not _is_ours(key, seq, previous, mac):
        raise ForgedHead("the head of the audit chain was changed, or HADIR_SECRET_KEY differs: run hadir audit verify")
    seals = []
    for row in rows:
        seq += 1
        previous = _seal(key, seq, previous, row)
        seals.append({"row": row.id, "number": seq, "seal": previous})
    return Seals(after, (seq, previous), seals)


def write_seals(db: Connection, key: bytes, seals: Seals) -> int:
    """Write them unless another sealer was quicker; how many were written."""
    _take_turns(db)
    if head(db) != seals.after:
        return 0
    seq, previous = seals.head
    statement = update(audit).where(audit.c.id == bindparam("row")).values(seq=bindparam("number"), hash=bindparam("seal"))
    db.execute(statement, seals.rows)
    installation.put(db, HEAD, {"seq": seq, "hash": previous.hex(), "mac": _head_mac(key, seq, previous)})
    return len(seals.rows)


# ---------------------------------------------------------------- verifying


@dataclass(frozen=True, slots=True)
class Problem:
    """`kind`: changed | removed | inserted | head | differs | unrecorded | deleted. `what` is a row in words."""

    kind: str
    what: str
    detail: str


def stream(db: Connection, query: Select[Any]) -> Iterator[Row[Any]]:
    """The rows of `query` without holding them all; a long read is not cut off by the statement time-out."""
    if db.dialect.name == "postgresql":
        db.execute(text("SET LOCAL statement_timeout = 0"))
    yield from db.execute(query.execution_options(yield_per=_AT_ONCE))


def sealed(db: Connection) -> int:
    """How many rows `verify` is going to read."""
    return db.scalar(select(func.count()).where(audit.c.seq.is_not(None))) or 0


def verify(db: Connection, key: bytes) -> Iterator[Problem | Row[Any]]:
    """Read the chain from its beginning: every sealed row that was read, and before it what is wrong with it.

    After rows that are missing, the next row's seal cannot be computed; it counts as whole and the chain goes on.
    """
    last, previous = 0, _NOTHING
    for row in stream(db, select(audit).where(audit.c.seq.is_not(None)).order_by(audit.c.seq)):
        if row.seq != last + 1:
            yield _gap(last + 1, row.seq - 1)
        elif not hmac.compare_digest(_seal(key, row.seq, previous, row), row.hash or b""):
            yield Problem("changed", f"audit row {row.id} (number {row.seq})", f"{row.action} {row.object} by {row.actor}")
        last, previous = row.seq, row.hash or b""
        yield row
    yield from _head_problems(db, key, last, previous)


def _gap(first: int, final: int) -> Problem:
    numbers = f"number {first}" if first == final else f"numbers {first} to {final}"
    return Problem("removed", f"audit {numbers}", f"{final - first + 1} sealed row(s) are gone")


def _head_problems(db: Connection, key: bytes, last: int, previous: bytes) -> Iterator[Problem]:
    seq, stored, mac = head(db)
    if not _is_ours(key, seq, stored, mac):
        yield Problem("head", "head of the chain", "it was not written by this installation (or HADIR_SECRET_KEY differs)")
    elif last < seq:
        yield _gap(last + 1, seq)
    elif last > seq:
        yield Problem("inserted", f"audit numbers {seq + 1} to {last}", "rows stand behind the head of the chain")
    elif not hmac.compare_digest(stored, previous):
        yield Problem("changed", f"audit number {last}", "its seal is not the one that the head names")


def history(db: Connection, object: str) -> list[Row[Any]]:
    """Every change of one object (`table:id`), oldest first."""
    return list(db.execute(select(audit).where(audit.c.object == object).order_by(audit.c.id)))
