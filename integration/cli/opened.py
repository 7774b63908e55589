"""How a command opens the installation: one assembled service, and trouble as one clear line."""

from __future__ import annotations

import getpass
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import click
import structlog
from sqlalchemy.exc import OperationalError

from integration import schema
from integration.app import assemble, utc_now
from integration.core import Hadir
from integration.db import Database
from integration.settings import load


@contextmanager
def opened() -> Iterator[Hadir]:
    """The service on the database that the settings name, which must exist and be up to date."""
    quiet()
    settings = load()
    # Whoever runs a command in their own program may hand it a clock.
    hadir = assemble(settings, clock=click.get_current_context().obj or utc_now)
    try:
        _check(hadir.database)
        yield hadir
    except OperationalError as error:
        raise click.ClickException(f"the database {hadir.database.url!r} cannot be used: {error.orig}") from None
    finally:
        hadir.database.dispose()


def quiet() -> None:
    """A command's output is its answer: only warnings are logged, to standard error."""
    structlog.configure(
        # The default would print the local variables of a traceback, and what somebody wrote is among them.
        processors=[
            structlog.processors.add_log_level,
            structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
    )


def _check(database: Database) -> None:
    if database.is_sqlite and not Path(database.url.database or "").exists():
        raise click.ClickException(f"there is no database {database.url.database} yet: run `hadir demo` or `hadir db upgrade`")
    present = schema.present(database)
    if present != schema.wanted():
        state = f"at revision {present}, this version needs {schema.wanted()}" if present else "empty"
        raise click.ClickException(f"the database is {state}: run `hadir db upgrade`")


def actor() -> str:
    """Who sits at the terminal, for the audit."""
    try:
        return f"terminal:{getpass.getuser()}"
    except (KeyError, OSError):
        return "terminal"


def today(hadir: Hadir) -> date:
    """The date in the office's own zone."""
    return hadir.clock().astimezone(ZoneInfo(hadir.settings.zone)).date()
