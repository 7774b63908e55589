"""`hadir audit`: show who changed what, and prove that nobody did so behind the service's back."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any
from zoneinfo import ZoneInfo

import click
from rich.console import Console
from rich.progress import Progress
from sqlalchemy import Connection, Row

from integration import audit as record
from integration import explained, ledger
from integration.audit import Problem
from integration.cli.opened import opened
from integration.cli.show import counted, table
from integration.core import Hadir

_LOOKED_UP_AT_ONCE = 400


@click.group()
def audit() -> None:
    """See and verify the record of all changes."""


@audit.command()
@click.option("--json", "as_json", is_flag=True, help="Print what a program can read.")
def verify(as_json: bool) -> None:
    """Recompute the chain and compare it with the tables; exit 1 if anything was changed behind the service's back."""
    problems: list[Problem] = []
    with opened() as hadir, hadir.database.read() as db, hadir.database.read() as second:
        sealed, rows = record.sealed(db), ledger.rows(db, ledger.of(hadir.plugins))
        with Progress(console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as bar:
            task = bar.add_task("Verifying", total=sealed + rows)
            for found in _everything(hadir, db, second):
                if isinstance(found, Problem):
                    problems.append(found)
                    if not as_json:
                        click.echo(f"{found.kind}: {found.what}: {found.detail}")
                else:
                    bar.advance(task)
        number, seal, _ = record.head(db)
    head = f"{number}:{seal.hex()}"
    if as_json:
        wrong = [asdict(problem) for problem in problems]
        click.echo(json.dumps({"ok": not wrong, "sealed": sealed, "compared": rows, "head": head, "problems": wrong}, indent=2))
    else:
        verdict = f"{counted(len(problems), 'problem')}." if problems else "everything agrees."
        click.echo(f"{counted(sealed, 'sealed audit row')} and {counted(rows, 'ledger row')} read: {verdict}\nhead {head}")
    if problems:
        sys.exit(1)


def _everything(hadir: Hadir, db: Connection, second: Connection) -> Iterator[Problem | Row[Any]]:
    """The chain, on the way the audited rows that are gone from their tables, then the tables."""
    ledgers = ledger.of(hadir.plugins)
    objects: set[str] = set()
    gone: set[str] = set()
    for found in record.verify(db, hadir.signer.key("audit")):
        yield found
        if not isinstance(found, Problem) and found.object.partition(":")[0] in ledgers:
            objects.add(found.object)
        if len(objects) >= _LOOKED_UP_AT_ONCE:
            yield from _deleted(second, ledgers, objects, gone)
            objects.clear()
    yield from _deleted(second, ledgers, objects, gone)
    yield from ledger.compare(db, second, ledgers)
    yield from explained.problems(second)
    for plugin in hadir.plugins:
        for check in plugin.checks:
            yield from check(second)


def _deleted(second: Connection, ledgers: ledger.Ledgers, objects: set[str], gone: set[str]) -> Iterator[Problem]:
    """An object has several audit rows; its absence is said once."""
    for problem in ledger.deleted(second, ledgers, objects):
        if problem.what not in gone:
            gone.add(problem.what)
            yield problem


@audit.command()
@click.argument("object")
@click.option("--json", "as_json", is_flag=True, help="Print what a program can read.")
def show(object: str, as_json: bool) -> None:
    """Show every change of OBJECT, like attendance_event:17 or person:3."""
    with opened() as hadir, hadir.database.read() as db:
        rows = record.history(db, object)
        zone = ZoneInfo(hadir.settings.zone)
    if as_json:
        click.echo(json.dumps([_plain(row) for row in rows], ensure_ascii=False, indent=2))
    elif not rows:
        raise click.ClickException(f"the audit knows no {object}")
    else:
        table([_shown(row, zone) for row in rows])


def _plain(row: Row[Any]) -> dict[str, Any]:
    columns = ("id", "actor", "action", "object", "before", "after", "reason", "seq")
    return {"at": row.at.isoformat(), **{column: row._mapping[column] for column in columns}}


def _shown(row: Row[Any], zone: ZoneInfo) -> dict[str, str]:
    return {
        "at": f"{row.at.astimezone(zone):%Y-%m-%d %H:%M:%S %Z}",
        "who": row.actor,
        "action": row.action,
        "before": _values(row.before),
        "after": _values(row.after),
        "reason": row.reason,
        "sealed": str(row.seq or "not yet"),
    }


def _values(state: dict[str, Any] | None) -> str:
    return ", ".join(f"{name}={value}" for name, value in state.items()) if state else ""
