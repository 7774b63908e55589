"""What setup needs from whoever runs it: addresses, and secrets that are asked for without being shown."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from integration import installation
from integration.core import Hadir


def secret(
    what: str, variable: str, _context: click.Context, option: click.Parameter, given: str | None, *, hidden: bool = True
) -> str:
    """What was given, else what is typed at the terminal; raises `UsageError` where there is nobody to ask."""
    if given:
        return given
    if not terminal():
        raise click.UsageError(
            f"the {what[0].lower()}{what[1:]} is needed, and there is no terminal to ask for it: "
            f"put it into the environment variable {variable}, or give {option.opts[0]}"
        )
    asked: str = click.prompt(what, hide_input=hidden)
    return asked


def terminal() -> bool:
    """Whether there is one on which what is typed can be hidden, whatever the standard input is."""
    try:
        Path("/dev/tty").open("rb").close()
    except OSError:
        return sys.stdin.isatty()
    return True


def stored(hadir: Hadir, key: str) -> str:
    with hadir.database.read() as db:
        return str(installation.get(db, key, ""))


def address(option: str, value: str) -> str:
    """`value` without a slash at its end; raises `UsageError` for what is no address."""
    if not value.startswith(("http://", "https://")):
        raise click.UsageError(f"{option} is needed and begins with http:// or https:// (got {value!r})")
    return value.rstrip("/")
