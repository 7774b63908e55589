"""`hadir logbook targets`: the SKP targets of many people from a file."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from integration import scheduler
from integration.cli.opened import actor, opened, today
from integration.cli.show import counted
from integration.core import Hadir
from integration.messages import plain
from plugins.logbook.imports import opening, problems, reading, store, target_rows, target_taking, target_undoing, telling
from plugins.logbook.imports.opening import Unreadable
from plugins.logbook.imports.problems import Problems
from plugins.logbook.imports.reading import Reading
from plugins.logbook.targets.reading import Target
from plugins.logbook.targets.writing import FIRST_YEAR

_CODES = 8


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--year", type=int, help="The year of rows that name none; this one if it is left out.")
@click.option("--dry-run", is_flag=True, help="Check everything and print what would change; change nothing.")
@click.option("--undo", is_flag=True, help="Take back, within a day, what the last import of a file of this name changed.")
def targets(file: Path, year: int | None, dry_run: bool, undo: bool) -> None:
    """Read FILE (XLSX, XLS, ODS or CSV): columns NIP, code, target (rencana hasil kerja), quantity, unit, and perhaps year.

    A person's targets of a year become those of the file: what it does not name is taken out, and stays readable where it
    was reported on. Nothing changes unless every row is right. A second time changes nothing.
    """
    if undo:
        _undo(file, dry_run=dry_run)
        return
    with opened() as hadir:
        this_year = today(hadir).year
        if year is not None and not FIRST_YEAR <= year <= this_year + 1:
            raise click.UsageError(f"--year is from {FIRST_YEAR} to {this_year + 1}")
        wrong = Problems()
        read = _read(hadir, file, year or this_year, wrong)
        plan = _check(hadir, read, year or this_year, wrong)
        if not dry_run:
            _take(hadir, file, plan)
    if dry_run:
        click.echo("Nothing was changed: this was a dry run.")
    numbers = f"{plan.added:,} added, {plan.changed:,} changed, {plan.same:,} as before, {len(plan.removed):,} taken out"
    click.echo(f"{counted(len(plan.owners), 'employee')}: {numbers}.")
    if not dry_run and (plan.added or plan.changed or plan.removed):
        click.echo(f"To take it back within a day: hadir logbook targets {shlex.quote(str(file))} --undo")


def _read(hadir: Hadir, file: Path, year: int, wrong: Problems) -> Reading:
    t = hadir.catalogues.speak("en")
    try:
        content = file.read_bytes() if file.stat().st_size <= opening.LARGEST_BYTES else b"\0" * (opening.LARGEST_BYTES + 1)
        sheets = opening.read(content, t)
    except OSError as error:
        raise click.ClickException(f"{file} cannot be read: {error.strerror}") from None
    except Unreadable as why:
        raise click.ClickException(plain(why.text)) from None
    read = reading.understand(t, "targets", sheets, None, year, today(hadir), wrong)
    for column, name in [(column, name) for name, key in read.mapping.items() for column in read.columns if column.key == key]:
        click.echo(f"  {name}: {telling.shown(column)}")
    if read.lacking:
        raise click.ClickException(f"no column is called like {', '.join(read.lacking)}: is it the list of targets?")
    return read


def _check(hadir: Hadir, read: Reading, year: int, wrong: Problems) -> target_rows.Plan:
    with hadir.database.read() as db:
        work = scheduler.work(hadir, db)
        t = hadir.catalogues.speak("en")
        plan = target_rows.check(work, t, None, read.targets, year, wrong)
    for line in problems.lines(t, wrong):
        click.echo(f"  {plain(line)}", err=True)
    if wrong:
        raise click.ClickException(f"{counted(wrong.count, 'problem')}; nothing was changed")
    return plan


def _take(hadir: Hadir, file: Path, plan: target_rows.Plan) -> None:
    reason = _reason(file)
    with hadir.database.write() as db:
        work = scheduler.work(hadir, db)
        target_taking.take(db, lambda rows: target_taking.audit_all(work, None, actor(), rows, reason), plan, work.now)


def _reason(file: Path) -> str:
    """Under which its audit rows stand."""
    return f"import of {file.name}"


def _undo(file: Path, *, dry_run: bool) -> None:
    if dry_run:
        raise click.UsageError("--undo takes back what was changed; leave --dry-run out")
    with opened() as hadir, hadir.database.write() as db:
        work = scheduler.work(hadir, db)
        of = target_undoing.Written(None, _reason(file), work.now - store.UNDO)
        made = target_undoing.plan(db, target_undoing.steps(db, of))
        _check_undo(file, made)
        target_undoing.undo(db, lambda rows: target_taking.audit_all(work, None, actor(), rows, of.undone), made, work.now)
    click.echo(f"Undone: {counted(len(made.steps), 'target')} as before the import of {file.name}.")


def _check_undo(file: Path, made: target_undoing.Plan) -> None:
    if not made.steps:
        raise click.ClickException(f"nothing that an import of {file.name} changed within the last day is left to be undone")
    if made.other:
        raise click.ClickException(
            f"nothing was undone: {_codes(made.other)} was changed since; change single targets with /logbook target ubah"
        )
    if made.needed:
        raise click.ClickException(
            f"nothing was undone: {counted(sum(made.used.values()), 'activity')} reported for {_codes(made.needed)}; their "
            "writers give them another target first (/logbook ubah), or take single targets out with /logbook target hapus"
        )


def _codes(found: list[Target]) -> str:
    shown = sorted({each.code for each in found})
    return ", ".join(shown[:_CODES]) + (f" and {len(shown) - _CODES} more" if len(shown) > _CODES else "")
