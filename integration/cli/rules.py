"""`hadir rules …`: the rules by which days are judged, absences counted and rotas made; an administrator's own, and who uses
which.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import click
from sqlalchemy import Connection, select

from integration import people
from integration.audit import By
from integration.cli.one import one_unit
from integration.cli.opened import actor, opened, today
from integration.cli.show import counted, listed, table
from integration.kept import FRESH_SECONDS
from integration.presets.store import FileError
from integration.presets.store import text_of as text_of_file
from integration.presets.values import meant
from integration.rulebook import DEFAULTS, store, text
from integration.rulebook.check import Key, read
from integration.rulebook.models import MODELS
from integration.rulebook.plan import Change, Plan, compare

DAY = click.DateTime(["%Y-%m-%d"])
KIND = click.Choice(sorted(MODELS))
_Rows = Mapping[Key, Mapping[str, Any]]


@click.group()
def rules() -> None:
    """The rules in force: attendance, leave, discipline, rota. Rows are never changed; past days keep what was known."""


# ---------------------------------------------------------------- looking


@rules.command("list")
@click.option("--kind", type=KIND, help="Only rules of this kind.")
@click.option("--json", "as_json", is_flag=True, help="Print what a program can read.")
def list_(kind: str | None, as_json: bool) -> None:
    """Show every rule, its versions, and who uses it."""
    with opened() as hadir, hadir.database.read() as db:
        there = {key: row for key, row in store.present(db).items() if kind in (None, key[0])}
        used = _used(db, today(hadir))
    rows = [_listed(row, used) for _, row in sorted(there.items(), key=lambda item: (*item[0][:2], item[1]["valid_from"]))]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
    else:
        table(rows)


def _listed(row: Mapping[str, Any], used: Mapping[tuple[str, str], list[str]]) -> dict[str, str]:
    return {
        "kind": row["kind"],
        "name": row["name"],
        "version": row["version"],
        "from": str(row["valid_from"]),
        "until": str(row["valid_until"] or ""),
        "article": row["article"],
        "used by": "; ".join(used.get((row["kind"], row["name"]), [])),
        "known since": f"{row['entered_at']:%Y-%m-%d %H:%M} UTC" if row["entered_at"] else "",
    }


def _used(db: Connection, day: date) -> dict[tuple[str, str], list[str]]:
    """{(kind, name): who uses it now or will} in words."""
    units = {row.id: row.name for row in db.execute(select(people.unit))}
    used: dict[tuple[str, str], list[str]] = {}
    current: dict[tuple[str, int | None], tuple[str, str]] = {(kind, None): (kind, name) for kind, name in DEFAULTS.items()}
    since: dict[tuple[str, int | None], str] = {}
    for row in store.choices(db):
        if row.valid_from <= day:
            current[row.kind, row.unit_id] = (row.kind, row.name)
            since[row.kind, row.unit_id] = f" since {row.valid_from}"
        elif row.name:
            used.setdefault((row.kind, row.name), []).append(f"{_whom(units, row.unit_id)} from {row.valid_from}")
    for scope, rule in current.items():
        if rule[1]:
            used.setdefault(rule, []).insert(0, _whom(units, scope[1]) + since.get(scope, ""))
    return used


def _whom(units: Mapping[int, str], unit_id: int | None) -> str:
    return "the whole office" if unit_id is None else units[unit_id]


@rules.command()
@click.argument("kind", type=KIND)
@click.argument("name")
def show(kind: str, name: str) -> None:
    """Print a rule: what each of its versions says, how sure that is, and who uses it."""
    with opened() as hadir, hadir.database.read() as db:
        rows = _named(store.present(db), kind, name)
        used = _used(db, today(hadir)).get((kind, name), [])
    click.echo(f"{kind} {name}; used by: {'; '.join(used) or 'nobody'}")
    for row in rows:
        until = f" until {row['valid_until']}" if row["valid_until"] else ""
        click.echo(f"\nversion {row['version']}, from {row['valid_from']}{until} ({row['article']})")
        if row["comment"]:
            click.echo(f"  {row['comment']}")
        for line in text.content(row["content"]):
            click.echo(f"  {line}" if line else "")


@rules.command()
@click.argument("kind", type=KIND)
@click.argument("name")
def export(kind: str, name: str) -> None:
    """Print a rule as a file that `load` reads: change it there, under a version or a name of your own."""
    with opened() as hadir, hadir.database.read() as db:
        rows = _named(store.present(db), kind, name)
    click.echo(text.file_of(rows), nl=False)


def _named(there: _Rows, kind: str, name: str) -> list[Mapping[str, Any]]:
    rows = [row for key, row in there.items() if key[:2] == (kind, name)]
    if not rows:
        names = sorted({key[1] for key in there if key[0] == kind})
        raise click.ClickException(f"there is no {kind} rule {name}{meant(name, names)}")
    return sorted(rows, key=lambda row: row["valid_from"])


# ---------------------------------------------------------------- a file


@rules.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def check(file: Path) -> None:
    """Read FILE (TOML) and tell every problem with its line and its cure; change nothing."""
    _load(file, dry_run=True)


@rules.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--dry-run", is_flag=True, help="Check everything and print what would change; change nothing.")
def load(file: Path, dry_run: bool) -> None:
    """Take the rules in FILE (TOML, [[rule]] blocks as `export` prints them); all of them or, if one is wrong, none.

    Run it again as often as you like: a second time changes nothing. Days that are over keep the rules known then.
    """
    _load(file, dry_run)


def _load(file: Path, dry_run: bool) -> None:
    with opened() as hadir:
        by = By(actor(), f"rules of {file.name}", hadir.clock())
        try:
            wanted, problems = read(text_of_file(file))
        except FileError as error:
            raise click.ClickException(str(error)) from None
        with hadir.database.write() as db:
            plan = Plan(problems=problems)
            if not problems:
                plan = compare(wanted, store.present(db), store.choices(db), today(hadir))
            if not plan.problems and not dry_run:
                _write(db, plan.changes, by)
    _report(plan, dry_run)


def _write(db: Connection, changes: Sequence[Change], by: By) -> None:
    for change in changes:
        row = change.after or change.before or {}
        store.enter(db, row, change.before, by, removed=change.after is None)


def _report(plan: Plan, dry_run: bool) -> None:
    if plan.problems:
        for problem in plan.problems:
            click.echo(problem, err=True)
        click.echo(f"{counted(len(plan.problems), 'problem')}; nothing was changed.", err=True)
        raise click.exceptions.Exit(1)
    for note in plan.notes:
        click.echo(f"note: {note}", err=True)
    marks = {"+": "added", "~": "replaced", "-": "removed"}
    for mark in marks:
        listed(mark, [_line(change) for change in plan.changes if _mark(change) == mark], None)
    as_they_are = f"{counted(plan.unchanged, 'version')} as the file says already"
    if not plan.changes:
        click.echo(f"Nothing changed: {as_they_are}.")
        return
    figures = ", ".join(f"{sum(_mark(change) == mark for change in plan.changes)} {done}" for mark, done in marks.items())
    later = "Dry run: nothing was changed." if dry_run else f"Running services notice within {FRESH_SECONDS} seconds."
    click.echo(f"{figures}; {as_they_are}. {later}")


def _mark(change: Change) -> str:
    return "+" if change.before is None else "-" if change.after is None else "~"


def _line(change: Change) -> str:
    kind, name, version = change.key
    row = change.after or change.before or {}
    until = f" until {row['valid_until']}" if row["valid_until"] else ""
    return f"{kind} {name}, version {version}: from {row['valid_from']}{until} ({row['article']})"


# ---------------------------------------------------------------- who uses it


@rules.command()
@click.argument("kind", type=KIND)
@click.argument("name", required=False)
@click.option("--unit", "unit_name", help="Only this unit; without it, the whole office.")
@click.option("--from", "first", metavar="YYYY-MM-DD", type=DAY, required=True, help="The first day on which it rules.")
@click.option("--as-office", is_flag=True, help="With --unit and no NAME: from that day the unit uses the office's rule again.")
def use(kind: str, name: str | None, unit_name: str | None, first: datetime, as_office: bool) -> None:
    """Choose the rule NAME for the whole office, or with --unit for one unit, from a day on."""
    if (name is None) != as_office or (as_office and unit_name is None):
        raise click.UsageError("give the NAME of a rule, or --unit with --as-office")
    with opened() as hadir, hadir.database.write() as db:
        unit = one_unit(db, unit_name) if unit_name is not None else None
        unit_id, whom = unit or (None, "the whole office")
        if name is not None:
            _may_begin(_named(store.present(db), kind, name), name, first.date())
        if _already(db, kind, name or "", unit_id, first.date()):
            click.echo(f"{kind}: {whom} uses {name or DEFAULTS[kind]} on {first:%Y-%m-%d} already; nothing changed.")
            return
        store.choose(db, kind, name or "", unit_id, first.date(), By(actor(), "hadir rules use", hadir.clock()))
        click.echo(f"{kind}: {whom} uses {name or 'the rule of the whole office'} from {first:%Y-%m-%d}.")
        _note_later(db, kind, unit_id, first.date())
        _note_past(first.date(), today(hadir))


def _may_begin(rows: Sequence[Mapping[str, Any]], name: str, first: date) -> None:
    earliest = min(row["valid_from"] for row in rows)
    if first < earliest:
        raise click.ClickException(f"{name} holds from {earliest}; choose it from that day on, or load an earlier version")
    ends = [row["valid_until"] for row in rows]
    if all(ends) and max(ends) < first:
        raise click.ClickException(f"{name} ended on {max(ends)}; load a newer version first: hadir rules load FILE")


def _already(db: Connection, kind: str, name: str, unit_id: int | None, first: date) -> bool:
    before = [row.name for row in store.choices(db) if (row.kind, row.unit_id) == (kind, unit_id) and row.valid_from <= first]
    return (before[-1] if before else DEFAULTS[kind] if unit_id is None else "") == name


def _note_later(db: Connection, kind: str, unit_id: int | None, first: date) -> None:
    later = [row for row in store.choices(db) if (row.kind, row.unit_id) == (kind, unit_id) and row.valid_from > first]
    if later:
        name = later[0].name or "the rule of the whole office"
        click.echo(f"note: only until {name} begins on {later[0].valid_from}, which was chosen before", err=True)


def _note_past(first: date, now: date) -> None:
    if first < now:
        click.echo(
            f"note: days before today ({now}) keep the rules that were known then; to judge them anew: "
            f"hadir reevaluate --from {first} --until {now - timedelta(days=1)} --why TEXT",
            err=True,
        )
