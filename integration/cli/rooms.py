"""`hadir rooms …`: the rooms in which people meet."""

from __future__ import annotations

import json
from pathlib import Path

import click

from integration.audit import By
from integration.cli.opened import actor, opened
from integration.cli.show import counted, table
from integration.roster.model import FileError
from plugins.rapat.rooms import booking, importing

SHOWN = 20


class _Undo(Exception):
    """Carries a dry run out of the transaction."""


@click.group()
def rooms() -> None:
    """The rooms that `/rapat` books: list and import them."""


@rooms.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print what a program can read.")
def list_(as_json: bool) -> None:
    """Show every room, closed ones too."""
    with opened() as hadir, hadir.database.read() as db:
        found = booking.every(db, closed=True)
    if as_json:
        rows = [{"name": room.name, "capacity": room.capacity, "email": room.email, "closed": room.closed} for room in found]
        click.echo(json.dumps({"rooms": rows}, ensure_ascii=False, indent=2))
    elif not found:
        click.echo("There are no rooms yet: hadir rooms import FILE, or /rapat ruang tambah in the chat.")
    else:
        shown = [(room.name, str(room.capacity or ""), room.email, "closed" if room.closed else "") for room in found]
        table([dict(zip(("room", "capacity", "email", "state"), row, strict=True)) for row in shown])


@rooms.command("import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--dry-run", is_flag=True, help="Check everything and print what would change; change nothing.")
def import_(file: Path, dry_run: bool) -> None:
    """Read FILE (CSV or XLSX): columns nama, kapasitas, unit, email; all but nama may be empty.

    Rooms are added or changed; those that the file does not name stay. Nothing changes unless every row is right. A second
    time changes nothing.
    """
    try:
        rows = importing.read(file)
    except FileError as error:
        raise click.ClickException(str(error)) from None
    with opened() as hadir:
        by = By(actor(), f"import of {file.name}", hadir.clock())
        try:
            with hadir.database.write() as db:
                outcome = importing.write(db, rows, by)
                if dry_run:
                    raise _Undo
        except _Undo:
            click.echo("Nothing was changed: this was a dry run.")
    for problem in outcome.problems[:SHOWN]:
        click.echo(f"  ! {problem}", err=True)
    if outcome.problems:
        raise click.ClickException(f"{counted(len(outcome.problems), 'problem')}; nothing was changed")
    click.echo(f"{counted(outcome.added, 'room')} added, {outcome.changed:,} changed, {outcome.same:,} as before.")
