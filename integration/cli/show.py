"""How the commands print: counts, lists and tables."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

# A pipe has no width: a line is then as long as it has to be.
_PIPE_WIDTH = 400


def counted(number: int, one: str, many: str = "") -> str:
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def listed(mark: str, lines: Sequence[str], shown: int | None) -> None:
    """One line each, behind a mark; at most `shown`, and how many more there are."""
    for line in lines[:shown]:
        click.echo(f"  {mark} {line}")
    if shown is not None and len(lines) > shown:
        click.echo(f"  {mark} … and {len(lines) - shown:,} more (--verbose prints all)")


def table(rows: Sequence[Mapping[str, str]]) -> None:
    """The rows under their keys; a column that is empty everywhere is left out. Words are shown as they are."""
    names = [name for name in rows[0] if any(row[name] for row in rows)]
    console = Console(width=None if sys.stdout.isatty() else _PIPE_WIDTH)
    drawn = Table(*names, box=None, pad_edge=False, header_style="bold")
    for row in rows:
        drawn.add_row(*(Text(row[name]) for name in names))
    console.print(drawn)
