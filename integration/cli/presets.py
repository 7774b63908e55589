"""`hadir db presets`: an office's own hours, seasons and holidays, from a file; and what is in force."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import Any

import click
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from integration.audit import By
from integration.cli.opened import actor, opened, today
from integration.cli.show import counted, listed, table
from integration.presets import days_off, ramadan, store
from integration.presets.check import WEEKDAYS, shown_key
from integration.presets.plan import Change, Plan, present
from integration.workdays import FRESH_SECONDS, season, work_hours


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False), required=False)
@click.option("--dry-run", is_flag=True, help="Check everything and print what would change; change nothing.")
@click.option("--show", is_flag=True, help="Print what is in force.")
@click.option("--year", type=click.IntRange(2000, 2099), help="With --show: of which year; without it, this one.")
@click.option("--json", "as_json", is_flag=True, help="With --show: print what a program can read.")
def presets(file: Path | None, dry_run: bool, show: bool, year: int | None, as_json: bool) -> None:
    """Take working hours, seasons (Ramadan) and holidays from FILE (TOML), or show those in force.

    Nothing changes unless the whole file is right. Run it again as often as you like: a second time changes nothing.
    """
    if (file is not None) == show:
        raise click.UsageError("give a FILE to take over, or --show to see what is in force")
    if file is None and dry_run:
        raise click.UsageError("--dry-run belongs to a FILE")
    if file is not None and (year is not None or as_json):
        raise click.UsageError("--year and --json belong to --show")
    if file is not None:
        _bring(file, dry_run)
    else:
        _show(year, as_json)


# ---------------------------------------------------------------- a file


def _bring(file: Path, dry_run: bool) -> None:
    with opened() as hadir:
        by = By(actor(), f"presets of {file.name}", hadir.clock())
        try:
            with hadir.database.write() as db:
                plan = store.bring(db, file, by, today(hadir), dry_run=dry_run)
                season = "" if plan.problems or dry_run else ramadan.suggestion(db, today(hadir))
        except store.FileError as error:
            raise click.ClickException(str(error)) from None
        except IntegrityError:
            raise click.ClickException("the calendar was changed by somebody else at the same moment; run it again") from None
    _report(plan, dry_run)
    _note(season)
    if plan.problems:
        raise click.exceptions.Exit(1)


def _report(plan: Plan, dry_run: bool) -> None:
    if plan.problems:
        for problem in plan.problems:
            click.echo(problem, err=True)
        click.echo(f"{counted(len(plan.problems), 'problem')}; nothing was changed.", err=True)
        return
    for note in plan.notes:
        click.echo(f"note: {note}", err=True)
    for mark, of_kind in (("+", _added), ("~", _changed), ("-", _removed)):
        listed(mark, [_line(change) for change in plan.changes if of_kind(change)], None)
    as_they_are = f"{counted(plan.unchanged, 'row')} as the file says already"
    if not plan.changes:
        click.echo(f"Nothing changed: {as_they_are}.")
        return
    counts = [sum(map(of_kind, plan.changes)) for of_kind in (_added, _changed, _removed)]
    said = f"{counts[0]} added, {counts[1]} changed, {counts[2]} removed; {as_they_are}."
    later = "Dry run: nothing was changed." if dry_run else f"Running services notice within {FRESH_SECONDS} seconds."
    click.echo(f"{said} {later}")


def _added(change: Change) -> bool:
    return change.before is None


def _changed(change: Change) -> bool:
    return change.before is not None and change.after is not None


def _removed(change: Change) -> bool:
    return change.after is None


def _line(change: Change) -> str:
    row = change.after or change.before or {}
    if change.before and change.after:
        states = f"{_state(change, change.before)} → {_state(change, change.after)}"
    else:
        states = _state(change, row)
    key = row["name"] if change.table is season else shown_key(change.table, row)
    return f"{_KINDS[change.table.name]} {key}: {states}"


_KINDS = {"work_hours": "hours", "season": "season", "holiday": "holiday"}


def _state(change: Change, row: Mapping[str, Any]) -> str:
    if change.table is work_hours:
        return _day(row) + f" ({row['source']})"
    if change.table is season:
        return f"{row['first']} to {row['last']}"
    return _holiday(row)


def _day(row: Mapping[str, Any]) -> str:
    """`07:30–16:00, break 60 min, holidays too`"""
    if row["rest"]:
        return "rest"
    hours = f"{_clock(row['start'])}–{_clock(row['end'])}, break {row['break_minutes']} min"
    hours += f", dynamic: {row['minutes']} min are owed" if row["dynamic"] else ""
    return hours + (", holidays too" if row["on_holidays"] else ", collective leave too" if row["on_collective"] else "")


def _clock(minute: int) -> str:
    return f"{minute % 1440 // 60:02}:{minute % 60:02}"


def _holiday(row: Mapping[str, Any]) -> str:
    return f"{row['name']} ({row['kind']})" if row["name"] else "a working day after all"


def _note(said: str) -> None:
    if said:
        click.echo(f"note: {said}", err=True)


# ---------------------------------------------------------------- what is in force


def _show(year: int | None, as_json: bool) -> None:
    with opened() as hadir, hadir.database.read() as db:
        year = year or today(hadir).year
        found = _in_force(db, year)
        suggested = ramadan.suggestion(db, today(hadir)) if year >= today(hadir).year else ""
    if as_json:
        click.echo(json.dumps({"year": year, **found}, default=str, ensure_ascii=False, indent=2))
        return
    click.echo(f"Working hours in {year}")
    table([_hours_line(row) for row in found["hours"]])
    click.echo(f"\nSeasons in {year}")
    _table_or_none([{"name": row["name"], "first": str(row["first"]), "last": str(row["last"])} for row in found["seasons"]])
    _note(suggested)
    click.echo(f"\nHolidays in {year}")
    _table_or_none([{"day": _named(row["day"]), "holiday": _holiday(row)} for row in found["holidays"]])


def _named(day: date) -> str:
    return f"{day} {WEEKDAYS[day.weekday()]}"


def _table_or_none(rows: list[dict[str, str]]) -> None:
    if rows:
        table(rows)
    else:
        click.echo("none")


def _in_force(db: Connection, year: int) -> dict[str, Any]:
    """The rows that hold on any day of the year."""
    rows = present(db)
    hours = [row for key, row in rows.items() if key[0] == "work_hours"]
    seasons = [row for key, row in rows.items() if key[0] == "season"]
    days = [{"day": off.day, "name": off.name, "kind": off.kind} for off in days_off.of_year(db, year)]
    return {
        "hours": list(_of_year(hours, year)),
        "seasons": [
            {name: row[name] for name in ("name", "first", "last")}
            for row in sorted(seasons, key=lambda row: row["first"])
            if row["first"].year <= year <= row["last"].year
        ],
        "holidays": days,
    }


def _of_year(hours: list[Mapping[str, Any]], year: int) -> Iterator[dict[str, Any]]:
    """The hours of the year; weekdays with the same ones stand together. `superseded`: from when on others hold."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    held = []
    for _, dated in groupby(sorted(hours, key=_by_weekday), key=lambda row: _by_weekday(row)[:3]):
        newest_first = list(dated)[::-1]
        for number, row in enumerate(newest_first):
            next_one = newest_first[number - 1]["valid_from"] if number else None
            if row["valid_from"] <= last and (next_one is None or next_one > first):
                held.append({**row, "superseded": next_one})
    key = ("schedule", "season", "valid_from", "superseded")
    alike = (*key, "start", "end", "break_minutes", "on_holidays", "source", "on_collective", "dynamic", "minutes", "rest")
    for values, of_weekdays in groupby(
        sorted(held, key=lambda row: ([str(row[name]) for name in key], row["weekday"])),
        key=lambda row: {name: row[name] for name in alike},
    ):
        yield {"weekdays": [row["weekday"] for row in of_weekdays], **values}


def _by_weekday(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return row["schedule"], row["season"], row["weekday"], row["valid_from"]


def _hours_line(row: Mapping[str, Any]) -> dict[str, str]:
    return {
        "schedule": row["schedule"],
        "season": row["season"],
        "days": _days(row["weekdays"]),
        "hours": _day(row),
        "since": str(row["valid_from"]),
        "superseded on": str(row["superseded"] or ""),
        "source": row["source"],
    }


def _days(weekdays: list[int]) -> str:
    """`Mon–Thu`, `Fri`, `Mon, Wed`"""
    if len(weekdays) > 2 and weekdays == list(range(weekdays[0], weekdays[-1] + 1)):
        return f"{WEEKDAYS[weekdays[0]]}–{WEEKDAYS[weekdays[-1]]}"
    return ", ".join(WEEKDAYS[day] for day in weekdays)
