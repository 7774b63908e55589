"""The SQLite file: people's records are in it, so nobody else on the machine may read it."""

from __future__ import annotations

import stat
from pathlib import Path

from sqlalchemy import text

from integration import schema
from integration.db import Database


def modes(folder: Path) -> dict[str, str]:
    return {path.name: stat.filemode(path.stat().st_mode) for path in folder.iterdir()}


def test_a_new_file_and_what_lies_beside_it_belong_to_their_owner_alone(tmp_path: Path) -> None:
    """Even in a folder that others may read, and under the usual umask."""
    folder = tmp_path / "shared"
    folder.mkdir(mode=0o755)
    database = Database(f"sqlite:///{folder}/hadir.db")
    schema.upgrade(database)
    with database.write() as db:
        db.execute(text("CREATE TABLE note (words TEXT)"))
        assert set(modes(folder)) == {"hadir.db", "hadir.db-wal", "hadir.db-shm", "hadir.db.lock"}
        assert set(modes(folder).values()) == {"-rw-------"}
    database.dispose()


def test_a_file_that_is_there_keeps_what_its_administrator_chose(tmp_path: Path) -> None:
    path = tmp_path / "hadir.db"
    path.touch()
    path.chmod(0o660)
    database = Database(f"sqlite:///{path}")
    schema.upgrade(database)
    assert modes(tmp_path)["hadir.db"] == "-rw-rw----"
    database.dispose()
