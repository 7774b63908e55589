"""Who changed what, when, and why: one row per change of state, sealed into a hash chain by the worker.

`record` runs in the change's own transaction. Sealing comes later and alone, so recording never waits
for a predecessor.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Column, Connection, Integer, LargeBinary, String, Table

from integration.db import Instant, metadata

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
    db.execute(
        audit.insert().values(
            at=now,
            actor_id=actor_id,
            actor=actor[:190],
            action=action,
            object=object,
            before=before,
            after=after,
            reason=reason[:1000],
        )
    )
