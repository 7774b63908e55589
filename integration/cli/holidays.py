"""`hadir holidays …`: national holidays, collective leave and an office's own days off; where each of them comes from."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import date

import click
from sqlalchemy import Connection

from integration import people
from integration.audit import By
from integration.cli.opened import actor, opened, today
from integration.cli.show import table
from integration.core import Hadir
from integration.messages import clean
from integration.presets import days_off, ramadan, values
from integration.presets.check import WEEKDAYS, no_date
from integration.presets.days_off import DayOff
from integration.workdays import FRESH_SECONDS


class _Day(click.ParamType[date]):
    name = "YYYY-MM-DD"

    def convert(self, value: str | date, param: click.Parameter | None, ctx: click.Context | None) -> date:
        if isinstance(value, date):
            return value
        wrong = no_date(value) if re.fullmatch(r"\d{4}-\d\d-\d\d", value) else f"{value} is no date"
        if wrong:
            self.fail(f"{wrong}; write year, month and day like 2026-12-24", param, ctx)
        try:
            return values.day(date.fromisoformat(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)


DAY = _Day()


@click.group()
def holidays() -> None:
    """Days off: an administrator's first, then those of Hadir's files, then those that the library knows."""


# ---------------------------------------------------------------- looking


@holidays.command("list")
@click.option("--year", type=click.IntRange(2000, 2099), help="Of which year; without it, this one.")
@click.option("--json", "as_json", is_flag=True, help="Print what a program can read.")
def list_(year: int | None, as_json: bool) -> None:
    """Show the holidays of a year, where each comes from, and where the library says something else."""
    with opened() as hadir, hadir.database.read() as db:
        year = year or today(hadir).year
        found = days_off.of_year(db, year)
        differences = days_off.differences(year)
        season = ramadan.suggestion(db, today(hadir)) if year >= today(hadir).year else ""
    if as_json:
        rows = [{"day": str(off.day), "name": off.name, "kind": off.kind, "source": off.source} for off in found]
        click.echo(json.dumps({"year": year, "holidays": rows, "differences": differences}, ensure_ascii=False, indent=2))
        return
    table([_row(off) for off in found]) if found else click.echo(f"No holidays in {year}.")
    click.echo(_counts(found))
    for difference in differences:
        click.echo(f"note: {difference}", err=True)
    if days_off.without_collective(found):
        click.echo(_NO_COLLECTIVE.format(year=year), err=True)
    if season:
        click.echo(f"note: {season}", err=True)


_NO_COLLECTIVE = (
    "note: no collective leave (cuti bersama) of {year} is known: take the year's SKB 3 Menteri and add its days with "
    "hadir holidays add DATE NAME --kind collective"
)


def _row(off: DayOff) -> dict[str, str]:
    return {
        "day": f"{off.day} {WEEKDAYS[off.day.weekday()]}",
        "holiday": off.name or "a working day after all",
        "kind": off.kind if off.name else "",
        "source": off.source,
    }


def _counts(found: Sequence[DayOff]) -> str:
    kinds = [off.kind for off in found if off.name]
    return ", ".join(f"{kinds.count(kind)} {kind}" for kind in dict.fromkeys(("national", "collective", *kinds)))


# ---------------------------------------------------------------- changing


@holidays.command()
@click.argument("day", metavar="DATE", type=DAY)
@click.argument("name", required=False)
@click.option("--kind", type=click.Choice(values.KINDS), help="What it is; `office` if nothing else is known of the day.")
@click.option("--dry-run", is_flag=True, help="Say whom it would touch; change nothing.")
def add(day: date, name: str | None, kind: str | None, dry_run: bool) -> None:
    """Make DATE a day off for everybody (but shifts that work on holidays). Without NAME, as file or library know it."""
    known = days_off.known(day)
    wanted = DayOff(day, _name(name, known), kind or (known.kind if known and known.kind else "office"))
    with opened() as hadir:
        with hadir.database.write() as db:
            there = days_off.on(db, day)
            if there and there.name:
                same = (there.name, there.kind) == (wanted.name, wanted.kind)
                if same:
                    click.echo(f"{_named(day)} is {there.name} ({there.kind}, {there.source}) already; nothing changed.")
                    return
                click.echo(f"{_named(day)} was {there.name} ({there.kind}, {there.source}); it gets another name or kind.")
            touched = _put(hadir, db, wanted, dry_run)
        click.echo(f"{_named(day)}: {wanted.name} ({wanted.kind}). {_touches(touched, 'become free')} {_later(dry_run)}")
        _notes(day, today(hadir))


def _name(given: str | None, known: DayOff | None) -> str:
    if given is None:
        if known is None:
            raise click.UsageError("neither file nor library know a holiday on that day: give it a NAME")
        return known.name
    name = " ".join(clean(given).split())
    if not name or len(name) > 200:
        raise click.ClickException("give the holiday a name of up to 200 characters")
    return name


@holidays.command()
@click.argument("day", metavar="DATE", type=DAY)
@click.option("--dry-run", is_flag=True, help="Say whom it would touch; change nothing.")
def remove(day: date, dry_run: bool) -> None:
    """Make DATE a working day again: a day of your own goes, one of file or library is overridden."""
    with opened() as hadir:
        with hadir.database.write() as db:
            there = days_off.on(db, day)
            if there is None or not there.name:
                state = "a working day after all already" if there else "no holiday"
                raise click.ClickException(f"{_named(day)} is {state}; nothing to remove. {_near(db, day)}")
            touched = _put(hadir, db, DayOff(day, "", "office"), dry_run)
        click.echo(
            f"{_named(day)} is no holiday any more ({there.name}). {_touches(touched, 'become working days')} {_later(dry_run)}"
        )
        _notes(day, today(hadir))


def _near(db: Connection, day: date) -> str:
    others = sorted((off for off in days_off.of_year(db, day.year) if off.name), key=lambda off: abs(off.day - day))
    return f"The nearest is {_named(others[0].day)} ({others[0].name})." if others else ""


def _put(hadir: Hadir, db: Connection, wanted: DayOff, dry_run: bool) -> int:
    """Write it; for how many people the day changes between work and rest."""
    team = people.everyone(db, wanted.day)
    before = _working(hadir, db, team, wanted.day)
    days_off.put(db, wanted, By(actor(), "hadir holidays", hadir.clock()))
    touched = len(before ^ _working(hadir, db, team, wanted.day))
    if dry_run:
        db.rollback()
    return touched


def _working(hadir: Hadir, db: Connection, team: Sequence[people.Person], day: date) -> set[int]:
    hadir.workdays.forget()
    plans = hadir.workdays.by_schedule(db, team, day, day, hadir.clock())
    return {person.id for person in team if plans[person.id, day].works}


def _named(day: date) -> str:
    return f"{day} {WEEKDAYS[day.weekday()]}"


def _touches(person_days: int, what: str) -> str:
    return f"Person-days that {what}: {person_days:,}."


def _later(dry_run: bool) -> str:
    return "Dry run: nothing was changed." if dry_run else f"Running services notice within {FRESH_SECONDS} seconds."


def _notes(day: date, now: date) -> None:
    if day < now:
        click.echo("note: that day is over; holidays are facts, so its results and recaps change at once", err=True)
    if day.weekday() > 4:
        click.echo("note: it is a weekend; only schedules that work then are touched", err=True)
