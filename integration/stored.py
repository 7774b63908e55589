"""What Hadir last put into the storage, so that it sees when people have changed it."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, ColumnElement, Connection, Integer, String, Table, UniqueConstraint, select
from sqlalchemy.dialects import postgresql, sqlite

from integration.db import Instant, metadata
from integration.ports import StoredFile

_UNIQUE = ("storage", "path_key")
_stored_file = Table(
    "stored_file",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("storage", String(20), nullable=False),
    Column("path_key", String(64), nullable=False),  # a path is longer than an index takes
    Column("path", String(3000), nullable=False),
    Column("version", String(190), nullable=False),
    Column("checksum", String(64), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("put_at", Instant, nullable=False),
    UniqueConstraint(*_UNIQUE),
)


def expected(db: Connection, storage: str, path: str) -> str | None:
    """What `Storage.put` is to expect at `path`: the version that we put there, "" if we never put anything there."""
    version = db.scalar(select(_stored_file.c.version).where(*_at(storage, path)))
    return "" if version is None else version or None


def remember(db: Connection, storage: str, file: StoredFile, checksum: str, now: datetime) -> int:
    """Keep what was put; the id of its row. `checksum` is SHA-256 in hexadecimal digits."""
    put = {"version": file.version[:190], "checksum": checksum, "size": file.size, "put_at": now}
    row = {"storage": storage, "path_key": _key(file.path), "path": file.path, **put}
    module: Any = sqlite if db.dialect.name == "sqlite" else postgresql
    statement = module.insert(_stored_file).values(row).on_conflict_do_update(index_elements=_UNIQUE, set_=put)
    return int(db.execute(statement.returning(_stored_file.c.id)).scalar_one())


def _at(storage: str, path: str) -> tuple[ColumnElement[bool], ...]:
    return _stored_file.c.storage == storage, _stored_file.c.path_key == _key(path)


def _key(path: str) -> str:
    return hashlib.sha256(path.encode()).hexdigest()
