"""`hadir logbook form …`: what an office or a unit asks of an entry, beside what every entry has."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import click
from sqlalchemy import Connection, func, select

from integration import audit, people
from integration.cli.one import one_unit
from integration.cli.opened import actor, opened, today
from integration.cli.show import counted, table
from integration.presets.store import FileError, text_of
from plugins.logbook.declared import file as form_file
from plugins.logbook.declared import forms as form_fields
from plugins.logbook.declared.fields import Declared, to_json
from plugins.logbook.declared.forms import OFFICE, FormVersion
from plugins.logbook.tables import logbook_form

_UNIT = click.option("--unit", "unit_name", metavar="NAME", help="Only this unit; without it, the whole office.")
_FILE = click.argument("file", type=click.Path(path_type=Path, dir_okay=False))


@click.group()
def form() -> None:
    """Fields that entries have beside activity, result, quantity, time, target and place. Old entries keep their form."""


@form.command()
@_UNIT
@click.option("--version", type=click.IntRange(1), help="An older version; without it, the one in force.")
@click.option("--file", "as_file", is_flag=True, help="Print a file that `set` reads, to change it there.")
@click.option("--json", "as_json", is_flag=True, help="Print what a program can read.")
def show(unit_name: str | None, version: int | None, as_file: bool, as_json: bool) -> None:
    """Show the form in force, its versions, and the units that have one of their own."""
    with opened() as hadir, hadir.database.read() as db:
        scope, whom = _scope(db, unit_name)
        found = _wanted(db, scope, version)
        own = _units_with_own(db) if scope == OFFICE and not version else []
    if as_json:
        fields = [to_json(each) for each in found.fields] if found else []
        data = {"scope": scope, "version": found.version if found else 0, "fields": fields}
        click.echo(json.dumps(data | {"as_office": found is not None and found.as_office}, ensure_ascii=False, indent=2))
    elif as_file:
        click.echo(form_file.text_of(found.fields) if found else "", nl=False)
    else:
        _print(found, whom)
        for name in own:
            click.echo(f"{name} has a form of its own: hadir logbook form show --unit “{name}”")


@form.command()
@_FILE
def check(file: Path) -> None:
    """Read FILE (TOML, [[field]] blocks) and tell every problem with its line and its cure; change nothing."""
    fields = _read(file)
    click.echo(f"{counted(len(fields), 'field')}, nothing wrong with them: hadir logbook form set {file}")


@form.command("set")
@_FILE
@_UNIT
@click.option("--dry-run", is_flag=True, help="Check everything and print what would change; change nothing.")
def set_(file: Path, unit_name: str | None, dry_run: bool) -> None:
    """Ask from now on what FILE declares, of the whole office or of one unit. A second time changes nothing."""
    fields = _read(file)
    _put(unit_name, fields, f"form of {file.name}", dry_run)


@form.command()
@_UNIT
@click.option("--as-office", is_flag=True, help="With --unit: from now on the unit uses the office's form again.")
def clear(unit_name: str | None, as_office: bool) -> None:
    """Ask nothing beside what every entry has; entries that were written keep what they answered."""
    if as_office and unit_name is None:
        raise click.UsageError("--as-office belongs to --unit")
    _put(unit_name, None if as_office else (), "hadir logbook form clear", dry_run=False)


# ---------------------------------------------------------------- shared


def _scope(db: Connection, unit_name: str | None) -> tuple[str, str]:
    if unit_name is None:
        return OFFICE, "the whole office"
    unit_id, name = one_unit(db, unit_name)
    return form_fields.scope_of_unit(unit_id), name


def _read(file: Path) -> tuple[Declared, ...]:
    try:
        fields, problems = form_file.read(text_of(file))
    except FileError as error:
        raise click.ClickException(str(error)) from None
    for problem in problems:
        click.echo(problem, err=True)
    if problems:
        click.echo(f"{counted(len(problems), 'problem')}; nothing was changed.", err=True)
        raise click.exceptions.Exit(1)
    return fields


def _put(unit_name: str | None, fields: Sequence[Declared] | None, reason: str, dry_run: bool) -> None:
    with opened() as hadir, hadir.database.write() as db:
        scope, whom = _scope(db, unit_name)
        before = form_fields.latest(db, [scope]).get(scope)
        if _same(before, fields):
            click.echo(f"Nothing changed: {whom} {_asks(before)} already.")
            return
        if dry_run:
            click.echo(f"{whom} would ask {_asked(fields)}. Dry run: nothing was changed.")
            return
        made = form_fields.put(db, scope, fields, hadir.clock())
        if made is None:
            raise click.ClickException("the form was changed by somebody else at the same moment; run it again")
        _record(db, before, made, reason, hadir.clock())
        click.echo(f"Version {made.version}: {whom} {_asks(made)} from now on. Entries that were written keep their form.")
        _note(db, scope, whom, people_there=_people_of(db, scope, today(hadir)))


def _same(before: FormVersion | None, fields: Sequence[Declared] | None) -> bool:
    if before is None:
        return not fields  # nobody asked anything, and a unit without a form uses the office's
    return before.as_office if fields is None else not before.as_office and before.fields == tuple(fields)


def _record(db: Connection, before: FormVersion | None, made: FormVersion, reason: str, now: datetime) -> None:
    audit.record(
        db,
        now,
        actor_id=None,
        actor=actor(),
        action="logbook.form",
        object=f"logbook_form:{made.id}",
        before=_plain(before),
        after=_plain(made),
        reason=reason,
    )


def _plain(form: FormVersion | None) -> dict[str, object] | None:
    if form is None:
        return None
    fields = None if form.as_office else [to_json(each) for each in form.fields]
    return {"scope": form.scope, "version": form.version, "fields": fields}


def _asks(form: FormVersion | None) -> str:
    """The end of a sentence about who asks."""
    if form is not None and form.as_office:
        return "uses the office's form"
    return f"asks {_asked(form.fields if form else ())}"


def _asked(fields: Sequence[Declared] | None) -> str:
    if fields is None:
        return "what the office asks"
    return ", ".join(each.label for each in fields) if fields else "nothing beside what every entry has"


def _people_of(db: Connection, scope: str, day: object) -> int:
    if scope == OFFICE:
        return 1
    of_unit = people.person.c.unit_id == int(scope.partition(":")[2])
    left = people.person.c.ended_on.is_(None) | (people.person.c.ended_on >= day)
    return db.scalar(select(func.count()).select_from(people.person).where(of_unit, left)) or 0


def _note(db: Connection, scope: str, whom: str, people_there: int) -> None:
    if scope != OFFICE and not people_there:
        click.echo(f"note: nobody works in {whom} now; people who moved to another unit use the form of that one", err=True)
    own = _units_with_own(db) if scope == OFFICE else []
    if own:
        click.echo(f"note: {', '.join(own)} keep a form of their own", err=True)


def _units_with_own(db: Connection) -> list[str]:
    units = {form_fields.scope_of_unit(row.id): row.name for row in db.execute(select(people.unit.c.id, people.unit.c.name))}
    scopes = [scope for scope in db.scalars(select(logbook_form.c.scope).distinct()) if scope in units]
    found = form_fields.latest(db, scopes)
    return sorted(units[scope] for scope, version in found.items() if not version.as_office)


def _wanted(db: Connection, scope: str, version: int | None) -> FormVersion | None:
    if version is None:
        return form_fields.latest(db, [scope]).get(scope)
    wanted = select(logbook_form.c.id).where(logbook_form.c.scope == scope, logbook_form.c.version == version)
    found = db.scalar(wanted)
    if found is None:
        there = db.scalar(select(func.max(logbook_form.c.version)).where(logbook_form.c.scope == scope)) or 0
        raise click.ClickException(f"there is no version {version}; there are {there}")
    return form_fields.by_ids(db, [found])[found]


def _print(found: FormVersion | None, whom: str) -> None:
    if found is None or found.as_office or not found.fields:
        click.echo(f"{whom}: {_asks(found)}{f' (version {found.version})' if found else ''}.")
        return
    click.echo(f"{whom}, version {found.version}:")
    table([_row(each) for each in found.fields])


def _row(each: Declared) -> dict[str, str]:
    low, high = (f"{bound:f}" if bound is not None else "" for bound in (each.least, each.most))
    limits = f"{low}–{high}" if low or high else ""
    return {
        "name": each.name,
        "label": each.label,
        "kind": each.kind,
        "required": "yes" if each.required else "",
        "limits": limits or (f"up to {each.longest} characters" if each.kind == "text" else ""),
        "decimals": str(each.decimals or ""),
        "choices": ", ".join(each.choices),
        "hint": each.hint,
    }
