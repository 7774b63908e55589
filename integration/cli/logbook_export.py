"""`hadir logbook export|columns`: reports as CSV for e-Kinerja, and the office's own columns."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import click

from integration import audit
from integration.cli.one import one_unit
from integration.cli.opened import actor, opened, today
from integration.cli.report import watched, whole
from integration.cli.show import counted
from integration.core import Hadir
from integration.scheduler import work as work_of
from plugins.logbook.recap import export as exporting
from plugins.logbook.recap import export_columns
from plugins.logbook.recap.export import Made, Scope
from plugins.logbook.recap.export_columns import Columns, WrongColumns

_COLUMNS = click.option(
    "--columns", type=click.Path(path_type=Path, dir_okay=False), help="A TOML file of columns, instead of the settings'."
)


@click.command()
@click.option("--month", metavar="YYYY-MM", type=click.DateTime(["%Y-%m"]), required=True, help="The month, like 2026-10.")
@click.option("--unit", "unit_name", metavar="NAME", help="Only this unit.")
@click.option("--out", type=click.Path(path_type=Path), help="The file, or the folder to put it into (else this one).")
@_COLUMNS
def export(month: datetime, unit_name: str | None, out: Path | None, columns: Path | None) -> None:
    """Write the reports of a month as CSV for e-Kinerja, with its description (Satu Data) in a file beside it."""
    with opened() as hadir:
        if month.date() > today(hadir):
            raise click.ClickException(f"{month:%Y-%m} has not come yet")
        given = _given(hadir, columns)
        scope, made = _made(hadir, given, month.date(), unit_name, out)
        _audit(hadir, scope, made, given)
    click.echo(f"{made.path}: {counted(made.written.rows, 'row')} of {counted(made.people, 'person', 'people')}")
    click.echo(f"{made.beside}: what the columns mean")
    if made.written.lost:
        click.echo(f"  ! {counted(made.written.lost, 'letter')} became ?: the encoding lacks them; utf-8 has all", err=True)


def _given(hadir: Hadir, path: Path | None) -> Columns:
    try:
        found = export_columns.load(path) if path else export_columns.of_settings(hadir.settings)
    except WrongColumns as error:
        raise _refused(error) from None
    with hadir.database.read() as db:
        work = work_of(hadir, db)
        problems = export_columns.unknown_fields(found, lambda: exporting.form_fields(work))
    if problems:
        raise _refused(WrongColumns(str(path or hadir.settings.logbook_columns), problems))
    return found


def _refused(error: WrongColumns) -> click.ClickException:
    for problem in error.problems:
        click.echo(f"  ! {problem}", err=True)
    return click.ClickException(f"{error.name}: {counted(len(error.problems), 'problem')}; nothing was written")


def _made(hadir: Hadir, given: Columns, month: date, unit_name: str | None, out: Path | None) -> tuple[Scope, Made]:
    with hadir.database.read() as db:
        unit_id, name = one_unit(db, unit_name) if unit_name else (0, hadir.settings.agency_name or "Kantor")
        scope = Scope(month, unit_id, name)
        path = _path(out, f"{scope.stem}.csv")
        work = work_of(hadir, db)
        with whole(path) as unfinished, watched(len(exporting.team(work, scope))) as progress:
            made = exporting.write(work, given, scope, unfinished, progress)
    beside = path.with_name(made.beside.name)
    return scope, Made(path, beside, made.written, made.people)


def _path(out: Path | None, name: str) -> Path:
    path = out / name if out and out.is_dir() else out or Path(name)
    if not path.parent.is_dir():
        raise click.ClickException(f"there is no folder {path.parent}")
    return path


def _audit(hadir: Hadir, scope: Scope, made: Made, given: Columns) -> None:
    after, name = exporting.audited(scope, made, given.states), scope.object
    with hadir.database.write() as db:
        audit.record(db, hadir.clock(), actor_id=None, actor=actor(), action="logbook.exported", object=name, after=after)


@click.command()
@click.argument("file", required=False, type=click.Path(path_type=Path, dir_okay=False))
def columns(file: Path | None) -> None:
    """Check FILE, a TOML file of columns for `export`; without it print ours, to begin with."""
    if file is None:
        click.echo(export_columns.SHIPPED.read_text(encoding="utf-8"), nl=False)
        return
    try:
        found = export_columns.load(file)
    except WrongColumns as error:
        raise _refused(error) from None
    titles = ", ".join(column.title or "(no title)" for column in found.columns)
    click.echo(f"{file}: {counted(len(found.columns), 'column')}: {titles}")
    click.echo("Let HADIR_LOGBOOK_COLUMNS_FILE name this file, and exports have these columns.")
