"""`hadir people schedule`: by which working hours somebody works, from which day on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import click
from sqlalchemy import Connection

from integration import audit, schedules
from integration.cli.one import one_person
from integration.cli.opened import actor, opened, today
from integration.core import Hadir
from integration.office_calendar import Scheduled, live_hours, schedule_names
from integration.people import Person
from integration.presets.values import meant
from integration.workdays import FRESH_SECONDS, STANDARD

DAY = click.DateTime(["%Y-%m-%d"])


@click.command()
@click.argument("nip")
@click.argument("name", required=False)
@click.option("--from", "first", metavar="YYYY-MM-DD", type=DAY, help="The first day; without it, today.")
@click.option("--remove", is_flag=True, help="Take back what begins on the day of --from.")
def schedule(nip: str, name: str | None, first: datetime | None, remove: bool) -> None:
    """Give somebody other working hours from a day on: NAME is a schedule of the database, `standar` the office's own.

    Without NAME, show by which schedules they work. Days that are over keep the one that was known then.
    """
    if remove and (name is not None or first is None):
        raise click.UsageError("--remove takes no NAME, and --from says what is taken back")
    if name is None and first is not None and not remove:
        raise click.UsageError("give the NAME of a schedule")
    with opened() as hadir, hadir.database.write() as db:
        person = one_person(db, nip)
        rows = schedules.rows_of(db, person, hadir.clock())
        begins = first.date() if first else today(hadir)
        if remove:
            _remove(hadir, db, person, rows, begins)
        elif name is not None:
            _put(hadir, db, person, rows, begins, name)
        else:
            _show(person, rows)


def _put(hadir: Hadir, db: Connection, person: Person, rows: Sequence[Scheduled], first: date, name: str) -> None:
    names = schedule_names(db)
    if name not in names:
        raise click.ClickException(f"there is no schedule {name}{meant(name, names)}")
    if person.ended_on and first > person.ended_on:
        raise click.ClickException(f"{person.name} left on {person.ended_on}; give an earlier day")
    wanted = "" if name == STANDARD else name
    before = schedules.on(rows, person, first)
    if before == wanted:
        click.echo(f"{person.name} ({person.nip}): schedule {name} on {first}; nothing changed.")
    else:
        schedules.put(db, person, first, wanted, by=actor(), now=hadir.clock())
        _audit(hadir, db, person, {"schedule": before}, {"schedule": wanted, "from": first.isoformat()})
        click.echo(f"{person.name} ({person.nip}): schedule {name} from {first}. {_SOON}")
        _note_past(hadir, person, first)
    _note_later(rows, first)
    _note_undefined(db, name, first)


def _remove(hadir: Hadir, db: Connection, person: Person, rows: Sequence[Scheduled], first: date) -> None:
    found = next((row for row in rows if row.valid_from == first), None)
    if found is None:
        days = ", ".join(str(row.valid_from) for row in rows) or "none"
        raise click.ClickException(f"no schedule of {person.name} begins on {first}; there are: {days}")
    schedules.put(db, person, first, found.schedule, by=actor(), now=hadir.clock(), removed=True)
    _audit(hadir, db, person, {"schedule": found.schedule, "from": first.isoformat()}, None)
    left = schedules.on([row for row in rows if row is not found], person, first) or STANDARD
    click.echo(f"{person.name} ({person.nip}): schedule {left} on {first} again. {_SOON}")
    _note_past(hadir, person, first)


def _show(person: Person, rows: Sequence[Scheduled]) -> None:
    click.echo(f"{person.name} ({person.nip}): {person.schedule or STANDARD}")
    for row in rows:
        click.echo(f"  from {row.valid_from}: {row.schedule or STANDARD}")


_SOON = f"Running services notice within {FRESH_SECONDS} seconds."


def _audit(hadir: Hadir, db: Connection, person: Person, before: dict[str, str] | None, after: dict[str, str] | None) -> None:
    audit.record(
        db,
        hadir.clock(),
        actor_id=None,
        actor=actor(),
        action="people.scheduled",
        object=f"person:{person.id}",
        before=before,
        after=after,
    )


def _note_past(hadir: Hadir, person: Person, first: date) -> None:
    now = today(hadir)
    if first < now:
        click.echo(
            f"note: days before today ({now}) keep the schedule that was known then; to judge them anew: hadir reevaluate "
            f"--from {first} --until {now - timedelta(days=1)} --person {person.nip} --why TEXT",
            err=True,
        )


def _note_later(rows: Sequence[Scheduled], first: date) -> None:
    later = [row for row in rows if row.valid_from > first]
    if later:
        click.echo(f"note: only until {later[0].schedule or STANDARD} begins on {later[0].valid_from}", err=True)


def _note_undefined(db: Connection, name: str, first: date) -> None:
    begins = min(row.valid_from for row in live_hours(db) if row.schedule == name)
    if begins > first:
        click.echo(f"note: {name} has hours from {begins} only; before, nothing is expected of anybody on it", err=True)
