"""What leaves the house is a row first: queued in the change's own transaction, delivered by the worker.

Rows of one stream are delivered in the order in which they were queued; streams do not wait for one another.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Column, Connection, Index, Integer, String, Table

from integration.db import Instant, insert_once, metadata

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
