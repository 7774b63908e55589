"""`hadir leave …`: opening balances, absences that an officer enters, and who is away."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any

import click
from sqlalchemy import Connection, select

from integration import people as office
from integration.cli.opened import actor, opened, today
from integration.cli.show import counted, table
from integration.core import Hadir
from integration.messages import Sender, plain
from integration.people import Person
from integration.plugin import Context
from plugins.izin import absences, asking, counting, types, wording
from plugins.izin.absences import Absence
from plugins.izin.balance import Opening
from plugins.izin.checks import Clash, Wish, Wrong
from plugins.izin.tables import absence

DAY = click.DateTime(["%Y-%m-%d"])
MOST_DAYS = 366


@click.group()
def leave() -> None:
    """Leave: opening balances, absences that were decided on paper, who is away."""


class _Terminal(Context):
    """An officer at a terminal at work on somebody's record; the audit names the terminal's user."""

    __slots__ = ()

    def _actor(self) -> tuple[int | None, str]:
        return None, actor()


def _context(hadir: Hadir, db: Connection, person: Person) -> Context:
    return _Terminal(
        db=db,
        now=hadir.clock(),
        settings=hadir.settings,
        workdays=hadir.workdays,
        catalogues=hadir.catalogues,
        person=person,
        sender=Sender("terminal", actor(), actor()),
        t=hadir.catalogues.speak("en"),
    )


def _one(db: Connection, nip: str) -> Person:
    found = [who for who in office.search(db, nip) if who.nip == nip.replace(" ", "")]
    if not found:
        raise click.ClickException(f"nobody has the NIP {nip}: see hadir people list")
    return found[0]


# ---------------------------------------------------------------- balance


@leave.command()
@click.argument("nip")
@click.argument("year", type=click.IntRange(2000, 2100))
@click.option("--days", type=click.IntRange(0, MOST_DAYS), help="The year's own days that were left when Hadir began to count.")
@click.option("--carried", type=click.IntRange(0, MOST_DAYS), help="Days carried into the year that were left then.")
@click.option("--json", "as_json", is_flag=True, help="Print what a program can read.")
def balance(nip: str, year: int, days: int | None, carried: int | None, as_json: bool) -> None:
    """Show how much annual leave somebody has in YEAR; with --days and --carried, write down what was left at the start.

    Hadir counts from the absences that it holds. For the year in which it was introduced, an officer says what was left.
    """
    if (days is None) != (carried is None):
        raise click.UsageError("give both --days N and --carried N, or neither")
    with opened() as hadir, hadir.database.write() as db:
        person = _one(db, nip)
        context = _context(hadir, db, person)
        if days is not None and carried is not None:
            changed = counting.set_opening(context, person.id, year, Opening(days, carried))
            click.echo(f"{person.name} ({person.nip}) {year}: {days} own, {carried} carried{'' if changed else '; no change'}.")
        rows = _figures(context, year)
        if as_json:
            click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        else:
            table([{name: str(value) for name, value in row.items()} for row in rows])


def _figures(context: Context, year: int) -> list[dict[str, Any]]:
    found = []
    for each in types.rules(context, context.person, min(date(year, 12, 31), context.now.date())).types:
        if each.per == "year" and each.days:
            rows = counting.rows_since(context, context.person, year)
            it = counting.account_of(context, context.person, each, rows).balance(year)
            found.append(
                {"type": each.code, "year": year, "granted": it.granted, "carried": it.carried, "taken": it.used}
                | {"waiting": it.waiting, "left": it.left, "complete": it.known}
            )
    if not found:
        raise click.ClickException("the rules in force grant no days by the year")
    return found


# ---------------------------------------------------------------- entering


@leave.command()
@click.argument("nip")
@click.argument("type_code", metavar="TYPE")
@click.argument("first", type=DAY, metavar="FIRST")
@click.argument("last", type=DAY, metavar="LAST")
@click.option("--number", default="", help="The number of the letter.")
def add(nip: str, type_code: str, first: datetime, last: datetime, number: str) -> None:
    """Enter an absence that was approved on paper, also for past days: TYPE is a code of the rules (tahunan, sakit, dinas …).

    FIRST and LAST are written YYYY-MM-DD. The person is told. No reason is kept.
    """
    with opened() as hadir, hadir.database.write() as db:
        person = _one(db, nip)
        context = _context(hadir, db, person)
        wish = Wish(_type(context, type_code, first.date()), first.date(), last.date(), number=number.strip()[:100])
        try:
            new, looked = asking.enter(context, wish)
        except Wrong as wrong:
            raise click.ClickException(plain(wording.explain(context, wrong))) from None
        except Clash as clash:
            raise click.ClickException(f"{person.name} has something else then: {_line(context, clash.other)}") from None
        click.echo(f"{person.name} ({person.nip}): {_line(context, new)}, {counted(looked.counted.working, 'working day')}.")
        for line in wording.warnings(context.t, looked, person, deciding=True):
            click.echo(f"note: {plain(line)}", err=True)


def _type(context: Context, code: str, day: date) -> Any:
    known = types.rules(context, context.person, day).types
    found = next((each for each in known if code.lower() in (each.code, *each.aliases)), None)
    if found is None:
        raise click.ClickException(f"there is no type {code}; there are: {', '.join(each.code for each in known)}")
    return found


def _line(context: Context, row: Absence) -> str:
    return plain(wording.what(context, context.t, row, context.person))


# ---------------------------------------------------------------- looking


@leave.command("list")
@click.option("--from", "first", type=DAY, metavar="YYYY-MM-DD", help="The first day; without it, today.")
@click.option("--to", "last", type=DAY, metavar="YYYY-MM-DD", help="The last day; without it, the first.")
@click.option("--json", "as_json", is_flag=True, help="Print what a program can read.")
def list_(first: datetime | None, last: datetime | None, as_json: bool) -> None:
    """Show who is away on these days, and who has asked to be; no reasons."""
    with opened() as hadir, hadir.database.read() as db:
        begin = first.date() if first else today(hadir)
        rows = [_row(row) for row in _between(db, begin, last.date() if last else begin)]
        if as_json:
            click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        elif rows:
            table(rows)
            click.echo(counted(len(rows), "absence"))
        else:
            click.echo("Nobody is away.")


def _between(db: Connection, first: date, last: date) -> list[Any]:
    if last < first:
        raise click.UsageError("--to lies before --from")
    columns: list[Any] = [absence.c.id, office.person.c.nip, office.person.c.name, office.unit.c.name.label("unit")]
    columns += [absence.c.type, absence.c.first, absence.c.last, absence.c.state, absence.c.letter_number]
    query = select(*columns).join_from(absence, office.person, office.person.c.id == absence.c.person_id).join(office.unit)
    query = query.where(absence.c.state.in_(absences.OPEN), absence.c.last >= first, absence.c.first <= last)
    return list(db.execute(query.order_by(absence.c.first, office.person.c.name)))


def _row(row: Any) -> dict[str, str]:
    return {name: str(value) for name, value in row._mapping.items()}
