"""A PostgreSQL server of our own for tests and benchmarks: Debian's binaries, a temporary folder, a free port."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg.sql import SQL, Identifier

USER = "postgres"


def binaries() -> Path:
    """The newest PostgreSQL that Debian has installed; a missing one is an error, never a skipped test."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
    if not found:
        raise RuntimeError("PostgreSQL is not installed; `make test` installs it, or: apt-get install postgresql")
    return found[-1].parent


def _run(*command: str | Path) -> None:
    as_user = ["runuser", "-u", USER, "--"] if os.geteuid() == 0 else []
    done = subprocess.run([*as_user, *map(str, command)], capture_output=True, text=True, cwd="/", check=False)
    if done.returncode:
        raise RuntimeError(f"{command[0]} failed: {done.stdout}{done.stderr}")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _memory() -> Path | None:
    """A folder in memory, if there is room enough: there a server empties its tables twice as fast."""
    memory = Path("/dev/shm")  # noqa: S108  # the folder that we make in it is ours alone
    return memory if memory.is_dir() and shutil.disk_usage(memory).free > 4 << 30 else None


@contextmanager
def server(*options: str, in_memory: bool = False) -> Iterator[str]:
    """A running server; gives the URL up to the database's name, without a slash. `options` are name=value settings."""
    folder = Path(tempfile.mkdtemp(prefix="hadir-pg-", dir=_memory() if in_memory else None))
    if os.geteuid() == 0:
        account = pwd.getpwnam(USER)
        os.chown(folder, account.pw_uid, account.pw_gid)
    port = free_port()
    data = folder / "data"
    settings = [f"port={port}", f"unix_socket_directories={folder}", "listen_addresses=127.0.0.1", *options]
    try:
        _run(
            binaries() / "initdb", "-D", data, "-A", "trust", "-U", "hadir", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"
        )
        switches = " ".join(f"-c {setting}" for setting in settings)
        _run(binaries() / "pg_ctl", "-D", data, "-l", folder / "log", "-o", switches, "-w", "start")
        try:
            yield f"postgresql://hadir@127.0.0.1:{port}"
        finally:
            _run(binaries() / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


_USED = """
    SELECT t.relname, s.relname FROM pg_class s
    JOIN pg_depend d ON d.objid = s.oid AND d.deptype IN ('a', 'i') JOIN pg_class t ON t.oid = d.refobjid
    JOIN pg_sequences q ON q.sequencename = s.relname WHERE s.relkind = 'S' AND q.last_value IS NOT NULL
"""
_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
# Of these the migrations have written rows; `keep` lays copies of them beside, in a schema of their own.
_KEPT = ("work_hours", "season", "holiday", "rule")
_SAME = "SELECT md5(string_agg(t::text, '' ORDER BY t::text)) FROM {} t"


def keep(url: str) -> None:
    """Remember what the migrations have written, for `empty`."""
    with psycopg.connect(url) as db:
        db.execute("CREATE SCHEMA migrated")
        for name in _KEPT:
            db.execute(SQL("CREATE TABLE {} AS TABLE {}").format(Identifier("migrated", name), Identifier(name)))


def empty(url: str) -> None:
    """Forget every row that no migration wrote, and count from 1 again; what `keep` has remembered is as it was.

    Only tables that were used are emptied, and by TRUNCATE: after a DELETE new rows may lie before older ones.
    """
    with psycopg.connect(url) as db:
        used: dict[str, str] = dict(db.execute(_USED).fetchall())
        names = [*used, *_filled(db, [name for (name,) in db.execute(_TABLES) if name not in used])]
        if tables := [Identifier(name) for name in names if name not in _KEPT]:
            db.execute(SQL("TRUNCATE {} RESTART IDENTITY CASCADE").format(SQL(", ").join(tables)))
        for name in _KEPT:
            _restore(db, name, used.get(name, ""))


def _restore(db: psycopg.Connection, name: str, sequence: str) -> None:
    """What the migrations wrote, if a test has changed it."""
    table, kept = Identifier(name), Identifier("migrated", name)
    if db.execute(SQL(_SAME).format(table)).fetchone() == db.execute(SQL(_SAME).format(kept)).fetchone():
        return
    db.execute(SQL("DELETE FROM {}").format(table))
    db.execute(SQL("INSERT INTO {} TABLE {}").format(table, kept))
    if sequence:
        db.execute(SQL("SELECT setval({}, max(id)) FROM {}").format(sequence, kept))


def _filled(db: psycopg.Connection, names: list[str]) -> list[str]:
    """Those of the tables that have rows."""
    looks = SQL(", ").join(SQL("EXISTS (SELECT FROM {})").format(Identifier(name)) for name in names)
    found = db.execute(SQL("SELECT {}").format(looks)).fetchone() or ()
    return [name for name, is_filled in zip(names, found, strict=True) if is_filled]
