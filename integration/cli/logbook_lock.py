"""`hadir logbook lock|unlock`: months in which nobody writes any more, and those that are opened again."""

from __future__ import annotations

from datetime import date, datetime

import click
from sqlalchemy import Connection

from integration import audit
from integration.cli.one import one_person, one_unit
from integration.cli.opened import actor, opened, today
from plugins.logbook import locking
from plugins.logbook.locking import OFFICE

_MONTH = click.argument("month", metavar="YYYY-MM", type=click.DateTime(["%Y-%m"]))
_UNIT = click.option("--unit", "unit_name", metavar="NAME", help="Only this unit.")
_PERSON = click.option("--person", "nip", metavar="NIP", help="Only this person.")
_WHY = click.option("--why", metavar="TEXT", required=True, help="Why; it is written into the audit.")


@click.command()
@_MONTH
@_UNIT
@_PERSON
@_WHY
def lock(month: datetime, unit_name: str | None, nip: str | None, why: str) -> None:
    """Close the reports of a month that is over, before it closes by itself."""
    _say(month.date(), unit_name, nip, why, closed=True)


@click.command()
@_MONTH
@_UNIT
@_PERSON
@_WHY
def unlock(month: datetime, unit_name: str | None, nip: str | None, why: str) -> None:
    """Open the reports of a closed month again, for one person, a unit, or everybody; close them again with `lock`."""
    _say(month.date(), unit_name, nip, why, closed=False)


def _say(month: date, unit_name: str | None, nip: str | None, why: str, *, closed: bool) -> None:
    if unit_name is not None and nip is not None:
        raise click.UsageError("give --unit or --person, not both")
    if not why.strip() or len(why) > locking.LONGEST_REASON:
        raise click.UsageError(f"--why takes 1 to {locking.LONGEST_REASON} characters")
    with opened() as hadir, hadir.database.write() as db:
        now = today(hadir)
        if closed and not locking.may_be_closed(month, now):
            raise click.ClickException(f"{month:%Y-%m} is not over yet; people still write into it")
        if not closed and month > now:
            raise click.ClickException(f"{month:%Y-%m} has not begun; it is open then")
        scope, whom = _whom(db, unit_name, nip)
        said, before = locking.say(db, scope, month, closed, why.strip(), hadir.clock(), None)
        state = "closed" if closed else "open"
        if not said.changed:
            click.echo(f"{month:%Y-%m} is {state} for {whom} already; nothing changed.")
            return
        audit.record(
            db,
            hadir.clock(),
            actor_id=None,
            actor=actor(),
            action=locking.action(closed),
            object=f"logbook_lock:{said.lock.id}",
            before=locking.plain(before),
            after=locking.plain(said.lock),
            reason=why.strip(),
        )
        click.echo(f"{month:%Y-%m} is {state} for {whom} now.")


def _whom(db: Connection, unit_name: str | None, nip: str | None) -> tuple[str, str]:
    if nip is not None:
        person = one_person(db, nip)
        return locking.of_person(person.id), person.name
    if unit_name is not None:
        unit_id, name = one_unit(db, unit_name)
        return locking.of_unit(unit_id), name
    return OFFICE, "everybody"
