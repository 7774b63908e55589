"""`hadir report …`: attendance as files, what the compliance unit looks at, and everything kept about a person."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Literal

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from sqlalchemy import Connection

from integration import audit, own_data, people
from integration.app import load_plugins
from integration.cli.opened import actor, opened, today
from integration.cli.show import counted
from integration.core import Hadir
from integration.documents import sign
from integration.documents.sign import Certificate, Mark, SigningError
from integration.people import Person
from integration.scheduler import work as work_of
from plugins.hadir import compliance
from plugins.hadir.compliance import Compliance
from plugins.hadir.compliance import commands as compliance_commands
from plugins.hadir.compliance import files as compliance_files
from plugins.hadir.compliance import reply as compliance_reply
from plugins.hadir.reports import making
from plugins.hadir.reports.making import Format, Made
from plugins.hadir.reports.paper import Issue
from plugins.hadir.reports.scope import Scope

Shown = Literal["text", "json", "csv", "xlsx", "pdf"]
_MONTH = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])")


class Month(click.ParamType[date]):
    """`2026-10` as its first day."""

    name = "YYYY-MM"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> date:
        found = _MONTH.fullmatch(str(value))
        if found is None:
            self.fail(f"{value!r} is no month; write it like 2026-10", param, ctx)
        return date(int(found[1]), int(found[2]), 1)


MONTH = click.option("--month", type=Month(), required=True, help="The month, like 2026-10.")


@click.group()
def report() -> None:
    """Recaps as XLSX, PDF or CSV; compliance; everything kept about a person."""


# ---------------------------------------------------------------- recap


@report.command()
@MONTH
@click.option("--unit", metavar="NAME", help="Only this unit.")
@click.option("--person", "nip", metavar="NIP", help="Only this person.")
@click.option("--format", "kind", type=click.Choice(["xlsx", "pdf", "csv"]), default="xlsx", show_default=True)
@click.option("--out", type=click.Path(path_type=Path), help="The file, or the folder to put it into (else this one).")
@click.option("--sign", "signed", is_flag=True, help="Sign the PDF with the certificate that the settings name.")
def recap(month: date, unit: str | None, nip: str | None, kind: Format, out: Path | None, signed: bool) -> None:
    """Write the recap of a month: of the whole office, a unit or a person.

    XLSX holds a matrix of days with totals; PDF has the agency's header and a block for signatures; CSV has a row for each
    person and day, with its description (Satu Data) in a file beside it.
    """
    if unit and nip:
        raise click.UsageError("give --unit or --person, not both")
    if signed and kind != "pdf":
        raise click.UsageError("--sign is for --format pdf")
    with opened() as hadir:
        _check_month(hadir, month)
        with hadir.database.read() as db:
            scope = _scope(hadir, db, unit, nip)
            path = _path(out, making.file_name(scope, month, kind))
            made = _made(hadir, db, scope, month, kind, path)
        click.echo(f"{made.files[0]}: {counted(made.people, 'person', 'people')}")
        for beside in made.files[1:]:
            click.echo(f"{beside}: what the columns mean")
        if signed:
            _sign(hadir, made, scope, month)


def _check_month(hadir: Hadir, month: date) -> None:
    if month > today(hadir):
        raise click.ClickException(f"{month:%Y-%m} has not come yet")


def _scope(hadir: Hadir, db: Connection, unit: str | None, nip: str | None) -> Scope:
    if nip:
        person = one_person(db, nip)
        return Scope("person", person.id, person.name)
    if not unit:
        return Scope("office", 0, hadir.settings.agency_name or "Kantor")
    found = people.units_named(db, unit)
    if not found:
        raise click.ClickException(f"there is no unit named {unit!r}")
    if len(found) > 1:
        names = ", ".join(name for _, name in found)
        raise click.ClickException(f"{unit!r} can mean several units: {names}")
    return Scope("unit", *found[0])


def one_person(db: Connection, nip: str) -> Person:
    """Whose NIP this is; raises a `ClickException`."""
    plain = nip.replace(" ", "")
    found = people.fetch(db, people.people_query().where(people.person.c.nip == plain))
    if not found:
        raise click.ClickException(f"nobody has the NIP {nip}; `hadir people list NAME` finds it")
    return found[0]


def _path(out: Path | None, name: str) -> Path:
    path = out / name if out and out.is_dir() else out or Path(name)
    if not path.parent.is_dir():
        raise click.ClickException(f"there is no folder {path.parent}")
    return path


def _made(hadir: Hadir, db: Connection, scope: Scope, month: date, kind: Format, path: Path) -> Made:
    work = work_of(hadir, db)
    issue = Issue(work.speak(None), hadir.settings, month, "Hadir", hadir.settings.zone, work.now)
    team = making.team_of(work, scope, month)
    nothing = f"there is no record of {scope.name} in {month:%Y-%m}; nothing was written"
    if not team:
        raise click.ClickException(nothing)
    try:
        with whole(path) as unfinished, watched(len(team)) as progress:
            made = making.make(work, issue, scope, team, kind, unfinished, progress)
    except making.NoRecord:
        raise click.ClickException(nothing) from None
    return Made(tuple(path.parent / file.name for file in made.files), made.people, made.document)


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """A folder's file that is there as a whole or not at all; what else is written beside it goes with it."""
    import tempfile

    try:
        with tempfile.TemporaryDirectory(prefix=".hadir-", dir=path.parent) as folder:
            unfinished = Path(folder) / path.name
            yield unfinished
            for file in sorted(Path(folder).iterdir()):
                os.replace(file, path.parent / file.name)
    except OSError as error:
        raise click.ClickException(f"{path} cannot be written: {error.strerror or error}") from None


@contextmanager
def watched(total: int) -> Iterator[Callable[[int], None]]:
    """A bar on a terminal, told how many people are done."""
    screen = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=screen, transient=True, disable=not screen.is_terminal) as bar:
        task = bar.add_task("People", total=total)
        yield lambda done: bar.update(task, completed=done)


# ---------------------------------------------------------------- compliance


@report.command(name="compliance")
@MONTH
@click.option("--unit", metavar="NAME", help="Only this unit.")
@click.option("--format", "kind", type=click.Choice(["text", "json", "csv", "xlsx", "pdf"]), default="text", show_default=True)
@click.option(
    "--out", type=click.Path(path_type=Path), help="The file, or the folder to put it into; else text goes to the screen."
)
def compliance_(month: date, unit: str | None, kind: Shown, out: Path | None) -> None:
    """Show a month's attendance of units, corrections of supervisors, patterns worth a look, and outages."""
    with opened() as hadir:
        _check_month(hadir, month)
        with hadir.database.read() as db:
            found, issue = _compliance(hadir, db, month, unit, "en" if kind == "text" else hadir.settings.locale)
        content = _content(found, issue, kind)
        if out is None and kind in ("text", "json", "csv"):
            click.echo(content.decode(), nl=False)
            return
        path = _path(out, compliance_files.name(found, "txt" if kind == "text" else kind))
        with whole(path) as unfinished:
            unfinished.write_bytes(content)
        click.echo(str(path))


def _compliance(hadir: Hadir, db: Connection, month: date, unit: str | None, locale: str) -> tuple[Compliance, Issue]:
    work, scope = work_of(hadir, db), _scope(hadir, db, unit, None)
    team = making.team_of(work, scope, month)
    with watched(len(team)) as progress:
        found = compliance.gather(work, scope.name, team, month, progress)
    if found.empty:
        raise click.ClickException(f"there is no record of {scope.name} in {month:%Y-%m}")
    issue = Issue(hadir.catalogues.speak(locale), hadir.settings, month, "Hadir", hadir.settings.zone, work.now)
    return found, issue


def _content(found: Compliance, issue: Issue, kind: Shown) -> bytes:
    if kind == "xlsx" or kind == "pdf":
        return compliance_commands.content(issue, found, kind)
    if kind == "json":
        said = json.dumps(compliance_files.data(found), ensure_ascii=False, indent=2) + "\n"
    elif kind == "csv":
        said = compliance_files.csv_of_units(issue.t, found)
    else:
        said = compliance_reply.text(issue.t, found, issue.zone) + "\n"
    return said.encode()


# ---------------------------------------------------------------- a person's own data


@report.command("export-person")
@click.argument("nip")
@click.option("--out", type=click.Path(path_type=Path), help="The ZIP file, or the folder to put it into (else this one).")
def export_person(nip: str, out: Path | None) -> None:
    """Write everything kept about the person with that NIP to a ZIP file: JSON, and a CSV file for each table."""
    load_plugins()  # the tables of plugins that are switched off hold data too
    with opened() as hadir:
        with hadir.database.read() as db:
            who = one_person(db, nip)
            path = _path(out, own_data.file_name(who))
            found = own_data.collect(db, who, hadir.clock())
        with whole(path) as unfinished:
            unfinished.write_bytes(own_data.as_zip(found, hadir.catalogues.speak(who.locale or hadir.settings.locale)))
        with hadir.database.write() as db:
            after, name = {"rows": found.count}, f"person:{who.id}"
            audit.record(
                db, hadir.clock(), actor_id=None, actor=actor(), action="person.data_exported", object=name, after=after
            )
    click.echo(f"{path}: {who.name}, {counted(found.count, 'row')} of {counted(len(found.tables), 'table')}")


# ---------------------------------------------------------------- signing


def _sign(hadir: Hadir, made: Made, scope: Scope, month: date) -> None:
    """Put the signed document in the place of the unsigned one, which stays if that fails."""
    path, now = made.files[0], hadir.clock()
    try:
        certificate = sign.open_certificate(hadir.settings, now)
        content = sign.sign(
            path.read_bytes(),
            certificate,
            now,
            reason=f"Rekap kehadiran {month:%Y-%m}",
            place=hadir.settings.agency_place,
            mark=_mark(hadir, made, certificate),
        )
    except SigningError as error:
        raise click.ClickException(f"{error}\nThe unsigned document is in {path}.") from None
    with whole(path) as unfinished:
        unfinished.write_bytes(content)
    _audit(hadir, certificate, scope, month)
    click.echo(f"{path}: signed by {certificate.name} (valid until {certificate.until:%Y-%m-%d})")


def _mark(hadir: Hadir, made: Made, certificate: Certificate) -> Mark | None:
    place = sign.place_for(made.document.places, certificate) if made.document else None
    return Mark(place, hadir.catalogues.speak(hadir.settings.locale), hadir.settings.zone) if place else None


def _audit(hadir: Hadir, certificate: Certificate, scope: Scope, month: date) -> None:
    after = {"month": f"{month:%Y-%m}", "scope": scope.kind, "signer": certificate.name, "issuer": certificate.issuer}
    with hadir.database.write() as db:
        audit.record(
            db, hadir.clock(), actor_id=None, actor=actor(), action="report.signed", object=f"recap:{scope.id}", after=after
        )
