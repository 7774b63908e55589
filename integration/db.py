"""The database: one set of tables for SQLite and PostgreSQL, and how a transaction begins.

SQLite takes one writer at a time. A deferred transaction that turns into a writer fails under load
whatever its time-out, so writers begin IMMEDIATE, and a lock file shared by all processes queues them
fairly instead of letting them poll.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from sqlalchemy import Column, Connection, DateTime, Dialect, Engine, MetaData, TypeDecorator, create_engine, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.sql.dml import Insert
from sqlalchemy.sql.schema import Table

BUSY_TIMEOUT_SECONDS = 5
STATEMENT_TIMEOUT_MS = 15_000
# Connections to PostgreSQL of one process, opened when they are needed: those of a worker with all its lanes and jobs.
DEFAULT_POOL = 16

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Instant(TypeDecorator[datetime]):
    """An aware datetime, stored and returned in UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"an instant needs a time zone: {value!r}")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Database:
    """An engine and the two ways to begin: `read` and `write`. Leaving the block commits, an exception rolls back.

    Errors never show a statement's parameters: what people wrote is among them.
    """

    def __init__(self, url: str, *, pool_size: int = DEFAULT_POOL) -> None:
        self.url = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.engine = _sqlite_engine(url) if self.is_sqlite else _postgresql_engine(url, pool_size)
        self._queue = _WriterQueue(Path(f"{self.url.database}.lock")) if self.is_sqlite else None

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that only reads."""
        with self.engine.begin() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that may write; on SQLite it waits for its turn first."""
        if self._queue is None:
            with self.engine.begin() as connection:
                yield connection
            return
        with self._queue.turn(), self.engine.connect() as connection:
            connection = connection.execution_options(hadir_begin="BEGIN IMMEDIATE")
            with connection.begin():
                yield connection

    def dispose(self) -> None:
        self.engine.dispose()


class _WriterQueue:
    """One writer at a time, over all threads (a lock) and all processes (a lock on a file)."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._threads = threading.Lock()

    @contextmanager
    def turn(self) -> Iterator[None]:
        with self._threads, open(self._path, "wb", opener=_private) as file:  # Path.open has no opener
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


def _private(path: str, flags: int) -> int:
    """Open a file that only its owner may read, if it is made now."""
    return os.open(path, flags, 0o600)


def _sqlite_engine(url: str) -> Engine:
    database = make_url(url).database
    if not database or database == ":memory:":
        raise ValueError("Hadir needs a database file that several processes can open, not an SQLite database in memory")
    # What people wrote is in the file: a folder that we make is nobody else's to read.
    Path(database).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    engine = create_engine(url, hide_parameters=True, connect_args={"timeout": BUSY_TIMEOUT_SECONDS})

    @event.listens_for(engine, "do_connect")
    def _make(*_: object) -> None:
        # Made and not opened: closing a file takes away the locks that SQLite holds on it in this process. What SQLite
        # puts beside it gets the same mode; a file that is there already keeps its own.
        with suppress(OSError):
            os.mknod(database, 0o600)

    @event.listens_for(engine, "connect")
    def _connect(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None  # the driver must not begin by itself
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            f"busy_timeout={BUSY_TIMEOUT_SECONDS * 1000}",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql(connection.get_execution_options().get("hadir_begin", "BEGIN"))

    return engine


def _postgresql_engine(url: str, pool_size: int) -> Engine:
    return create_engine(
        url,
        hide_parameters=True,
        pool_size=pool_size,
        max_overflow=4,
        pool_timeout=5,
        pool_pre_ping=False,
        pool_recycle=1800,
        connect_args={"connect_timeout": 5, "options": f"-c timezone=UTC -c statement_timeout={STATEMENT_TIMEOUT_MS}"},
    )


def insert_or_nothing(connection: Connection, table: Table) -> Insert:
    """An INSERT that a unique key may turn into nothing; ask for RETURNING to see which it was."""
    module: Any = sqlite if connection.dialect.name == "sqlite" else postgresql
    statement: Insert = module.insert(table).on_conflict_do_nothing()
    return statement


def insert_once(
    connection: Connection, table: Table, row: Mapping[str, Any], columns: tuple[Column[Any], ...] = ()
) -> tuple[Any, ...] | None:
    """Insert `row` unless a unique key forbids it: the new primary key, or the new row's `columns`; None if nothing was
    inserted.
    """
    new = connection.execute(_insert_once(connection.dialect.name, table, columns), dict(row)).first()
    return None if new is None else tuple(new)


@lru_cache(maxsize=200)
def _insert_once(dialect: str, table: Table, columns: tuple[Column[Any], ...]) -> Insert:
    """Built once: it stands in the way of every check-in and every report."""
    module: Any = sqlite if dialect == "sqlite" else postgresql
    statement: Insert = module.insert(table).on_conflict_do_nothing()
    return statement.returning(*(columns or table.primary_key.columns))
