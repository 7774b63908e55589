"""`hadir reevaluate`: judge days that are over by the rules and hours known now, on purpose, with a reason that is kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import click
from sqlalchemy import Connection, or_
from sqlalchemy.sql.elements import ColumnElement

from integration import people
from integration.audit import By
from integration.cli.one import one_person, one_unit
from integration.cli.opened import actor, opened, today
from integration.cli.show import counted, listed
from integration.core import Hadir
from integration.people import Person
from integration.plugin import Work
from integration.rulebook import store
from integration.workdays import FRESH_SECONDS, Workdays
from plugins.hadir import recap

DAY = click.DateTime(["%Y-%m-%d"])
SHOWN = 20
_AT_ONCE = 500
Results = dict[tuple[int, date], Any]


@click.command()
@click.option("--from", "first", metavar="YYYY-MM-DD", type=DAY, required=True, help="The first day to judge anew.")
@click.option("--until", "last", metavar="YYYY-MM-DD", type=DAY, required=True, help="The last day.")
@click.option("--unit", "unit_name", help="Only the people of this unit.")
@click.option("--person", "nip", metavar="NIP", help="Only this person.")
@click.option("--why", required=True, help="The reason; it is kept in the audit.")
@click.option("--dry-run", is_flag=True, help="Count what would change; change nothing.")
@click.option("--verbose", "-v", is_flag=True, help=f"Print every result that changes, not only the first {SHOWN}.")
def reevaluate(
    first: datetime, last: datetime, unit_name: str | None, nip: str | None, why: str, dry_run: bool, verbose: bool
) -> None:
    """Judge days that are over by what is known now: rules, working hours and schedules that were entered since.

    A day that is over keeps what was known when it ended, until this is run for it. What was recorded never changes.
    """
    if unit_name is not None and nip is not None:
        raise click.UsageError("give --unit or --person, not both")
    with opened() as hadir:
        span = _span(first.date(), last.date(), today(hadir))
        by = By(actor(), _reason(why), hadir.clock())
        with hadir.database.write() as db:
            unit_id, whom = _unit(db, unit_name)
            person = one_person(db, nip) if nip is not None else None
            before, after = _workdays(hadir, db, by.now, span, unit_id, person.id if person else None, by)
            changed = list(_changed(hadir, db, by.now, _people(db, span, unit_id, person), span, (before, after)))
            if dry_run:
                db.rollback()
    _report(changed, span, person.name if person else whom, dry_run, None if verbose else SHOWN)


def _span(first: date, last: date, now: date) -> tuple[date, date]:
    if last < first:
        raise click.ClickException(f"--until {last} lies before --from {first}")
    if first >= now:
        raise click.ClickException(f"{first} is not over yet: until it ends it is judged by what is known now anyway")
    return first, last


def _reason(why: str) -> str:
    reason = " ".join(why.split())
    if not reason or len(reason) > 1000:
        raise click.ClickException("say why in up to 1,000 characters, like --why 'SK Kepala 12/2026 came late'")
    return reason


def _unit(db: Connection, name: str | None) -> tuple[int | None, str]:
    return (None, "everybody") if name is None else one_unit(db, name)


def _workdays(
    hadir: Hadir,
    db: Connection,
    now: datetime,
    span: tuple[date, date],
    unit_id: int | None,
    person_id: int | None,
    by: By,
) -> tuple[Workdays, Workdays]:
    """The days as they are judged without this re-evaluation and with it; it is written in between."""
    before, after = (Workdays(hadir.workdays.providers, hadir.workdays.changed) for _ in range(2))
    _read(before, db, now, span)  # and it keeps what is known
    store.reevaluate(db, *span, unit_id, person_id, by)
    _read(after, db, now, span)
    return before, after


def _read(workdays: Workdays, db: Connection, now: datetime, span: tuple[date, date]) -> None:
    workdays.by_schedule(db, [], *span, now)


def _people(db: Connection, span: tuple[date, date], unit_id: int | None, person: Person | None) -> Sequence[Person]:
    if person is not None:
        return [person]
    table = people.person.c
    there: list[ColumnElement[bool]] = [or_(table.ended_on.is_(None), table.ended_on >= span[0])]
    if unit_id is not None:
        there.append(table.unit_id == unit_id)
    return people.fetch(db, people.people_query().where(*there).order_by(table.name, table.id))


# ---------------------------------------------------------------- what changes


def _changed(
    hadir: Hadir,
    db: Connection,
    now: datetime,
    team: Sequence[Person],
    span: tuple[date, date],
    ways: tuple[Workdays, Workdays],
) -> Iterator[str]:
    """A line for each day whose result changes; the people in parts, as they may be many."""
    for start in range(0, len(team), _AT_ONCE):
        part = team[start : start + _AT_ONCE]
        for month in _months(*span):
            before, after = (_results(hadir, db, now, part, month, way) for way in ways)
            for person in part:
                for day in sorted(day for who, day in after if who == person.id and span[0] <= day <= span[1]):
                    if before.get((person.id, day)) != after[person.id, day]:
                        yield f"{day} {person.nip} {person.name}"


def _months(first: date, last: date) -> Iterator[date]:
    month = first.replace(day=1)
    while month <= last:
        yield month
        month = (month + timedelta(days=32)).replace(day=1)


def _results(hadir: Hadir, db: Connection, now: datetime, team: Sequence[Person], month: date, workdays: Workdays) -> Results:
    """How the plugin judges each day of a month."""
    work = Work(db=db, now=now, settings=hadir.settings, workdays=workdays, catalogues=hadir.catalogues)
    found = recap.months(work, team, month)
    return {(of.person.id, line.day): line.result for of in found for line in of.lines}


def _report(changed: Sequence[str], span: tuple[date, date], whom: str, dry_run: bool, shown: int | None) -> None:
    listed("~", changed, shown)
    said = f"{counted(len(changed), 'result')} of {whom}, {span[0]} to {span[1]}"
    if dry_run:
        click.echo(f"Dry run, nothing was written. Judged anew, there would change: {said}.")
    else:
        click.echo(f"Judged by what is known now. Changed: {said}. Running services notice within {FRESH_SECONDS} seconds.")
