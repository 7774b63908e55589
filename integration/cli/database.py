"""`hadir db …`: the schema of the database, and the calendar in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from sqlalchemy.exc import OperationalError

from integration import schema
from integration.app import utc_now
from integration.cli.opened import quiet
from integration.cli.presets import presets
from integration.db import Database
from integration.settings import load


@click.group()
def db() -> None:
    """The database that HADIR_DATABASE_URL names, or the SQLite file under HADIR_HOME."""


db.add_command(presets)


@db.command()
def upgrade() -> None:
    """Make the tables, or bring them up to this version; harmless when they are."""
    with _database() as database:
        before = schema.present(database)
        schema.upgrade(database, utc_now())
        after = schema.present(database)
    click.echo(
        f"The database is at revision {after}" + ("; nothing to do." if before == after else f" (was: {before or 'empty'}).")
    )


@db.command()
def status() -> None:
    """Say whether the database is up to date; exit 1 if it is not."""
    with _database() as database:
        if database.is_sqlite and not Path(database.url.database or "").exists():
            raise click.ClickException(f"there is no database {database.url.database} yet: run `hadir db upgrade`")
        present, wanted = schema.present(database), schema.wanted()
    click.echo(f"database: {database.url!r}\nrevision: {present or 'none'}\nneeded:   {wanted}")
    if present != wanted:
        raise click.ClickException("run `hadir db upgrade`")


@contextmanager
def _database() -> Iterator[Database]:
    quiet()
    database = Database(load().database)
    try:
        yield database
    except OperationalError as error:
        raise click.ClickException(f"the database {database.url!r} cannot be used: {error.orig}") from None
    finally:
        database.dispose()
