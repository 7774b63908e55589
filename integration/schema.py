"""Bringing a database to the schema that this version wants, and telling whether it is there."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from integration.db import Database
from integration.presets import store as presets
from integration.rulebook import store as rulebook

# Any number: it only has to be ours, so that two processes do not migrate at once.
_MIGRATION_LOCK = 0x4841444952


def upgrade(database: Database, now: datetime | None = None) -> None:
    """Run the missing migrations and add the missing preset rows; harmless when there are none.

    Rows that arrive in a database with others are known from `now` on: no day that is over is judged by them.
    """
    with database.write() as db:
        if not database.is_sqlite:
            db.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _MIGRATION_LOCK})
        config = _config()
        config.attributes["connection"] = db
        command.upgrade(config, "head")
        presets.load(db, now)
        rulebook.load(db, now)


def wanted() -> str:
    """The newest revision that this version knows."""
    return ScriptDirectory.from_config(_config()).get_current_head() or ""


def present(database: Database) -> str:
    """The revision of the database, "" if it is empty."""
    with database.read() as db:
        return MigrationContext.configure(db).get_current_revision() or ""


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config
