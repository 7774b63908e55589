"""`hadir outages`: when the service could not be reached, and who is excused by it."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import click
from sqlalchemy import Connection

from integration import outages as kept
from integration.cli.opened import actor, opened, today
from integration.cli.show import counted, table
from integration.core import Hadir
from integration.dates import last_of_month
from integration.outages import Outage
from integration.zones import zone_name
from plugins.hadir.outages.report import followed, span

_CLOCK = re.compile(r"(\d{1,2})[:.](\d{2})")
_WHEN = 'YYYY-MM-DD HH:MM, in the office\'s zone, like "2026-11-23 07:12"'
_WHY = click.option("--why", required=True, metavar="TEXT", help="The reason, for the audit and the compliance unit.")


@click.group()
def outages() -> None:
    """When Hadir could not be reached; check-ins that followed are excused by rule."""


@outages.command(name="list")
@click.option("--month", metavar="YYYY-MM", help="Only those of this month.")
@click.option("--all", "everything", is_flag=True, help="Those that were taken back as well.")
@click.option("--json", "as_json", is_flag=True, help="Print what a program can read.")
def list_(month: str | None, everything: bool, as_json: bool) -> None:
    """Show outages, how they became known, and how many check-ins followed."""
    with opened() as hadir, hadir.database.read() as db:
        first, last = _month(hadir, month)
        found = kept.between(db, first, last, removed=everything)
        counts = {one.id: _followers(hadir, db, one) for one in found}
    if as_json:
        click.echo(json.dumps([_plain(one, counts[one.id]) for one in found], ensure_ascii=False, indent=2))
    elif not found:
        click.echo(f"No outages in {month}." if month else "No outages.")
    else:
        table([_shown(one, counts[one.id], ZoneInfo(hadir.settings.zone)) for one in found])


@outages.command()
@click.argument("first", metavar="FROM")
@click.argument("last", metavar="UNTIL", required=False)
@_WHY
def add(first: str, last: str | None, why: str) -> None:
    """Declare an outage that Hadir could not notice, like a Mattermost that was down.

    FROM and UNTIL are YYYY-MM-DD HH:MM in the office's zone (or with an offset); UNTIL may be HH:MM of the same day, and is
    left out while the outage goes on.
    """
    with opened() as hadir, hadir.database.write() as db:
        begin = _moment(hadir, first, None)
        end = _moment(hadir, last, begin) if last else None
        made = _tried(lambda: kept.declare(db, begin, end, _reason(why), actor(), hadir.clock()))
        _report(hadir, db, made, "declared")


@outages.command()
@click.argument("number", metavar="ID", type=int)
@click.argument("last", metavar="UNTIL", required=False)
def close(number: int, last: str | None) -> None:
    """Say that a declared outage is over: at UNTIL, or now."""
    with opened() as hadir, hadir.database.write() as db:
        end = _moment(hadir, last, hadir.clock()) if last else hadir.clock()
        made = _tried(lambda: kept.close(db, number, end, actor(), hadir.clock()))
        _report(hadir, db, made, "closed")


@outages.command()
@click.argument("number", metavar="ID", type=int)
@_WHY
def remove(number: int, why: str) -> None:
    """Take an outage back: it excuses nobody any more. Its row and its history stay."""
    with opened() as hadir, hadir.database.write() as db:
        gone = _tried(lambda: kept.remove(db, number, _reason(why), actor(), hadir.clock()))
        _report(hadir, db, gone, "removed")


# ---------------------------------------------------------------- what is typed


def _tried(change: Any) -> Outage:
    try:
        made: Outage = change()
    except kept.Wrong as wrong:
        raise click.ClickException(f"nothing was changed: {wrong}") from None
    return made


def _reason(why: str) -> str:
    if not why.strip() or len(why) > kept.LONGEST_NOTE:
        raise click.UsageError(f"--why needs a reason of at most {kept.LONGEST_NOTE} characters")
    return why.strip()


def _moment(hadir: Hadir, said: str, day_of: datetime | None) -> datetime:
    """`said` as an instant; a time alone is of the local day of `day_of`."""
    zone = ZoneInfo(hadir.settings.zone)
    said = " ".join(said.split())
    if day_of is not None and (clock := _CLOCK.fullmatch(said)):
        said = f"{day_of.astimezone(zone):%Y-%m-%d} {int(clock[1]):02}:{clock[2]}"
    try:
        moment = datetime.fromisoformat(re.sub(r" (\d\d)\.(\d\d)$", r" \1:\2", said))
    except ValueError:
        raise click.UsageError(f"“{said}” is no time; write {_WHEN}") from None
    if len(said) <= len("2026-11-23"):
        raise click.UsageError(f"“{said}” has no time of day; write {_WHEN}")
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)


def _month(hadir: Hadir, month: str | None) -> tuple[datetime, datetime]:
    """The instants between which an outage is listed."""
    if month is None:
        return datetime.min.replace(tzinfo=UTC), datetime.combine(today(hadir) + timedelta(days=1), datetime.max.time(), UTC)
    try:
        first = date.fromisoformat(f"{month}-01")
    except ValueError:
        raise click.UsageError(f"--month is YYYY-MM, like 2026-11, and not “{month}”") from None
    return span(first, last_of_month(first), hadir.settings.zone)


# ---------------------------------------------------------------- what is printed


def _followers(hadir: Hadir, db: Connection, one: Outage) -> int:
    return followed(db, one, hadir.workdays.rules(db, hadir.clock()), hadir.clock())


def _report(hadir: Hadir, db: Connection, one: Outage, done: str) -> None:
    zone = ZoneInfo(hadir.settings.zone)
    fell = counted(_followers(hadir, db, one), "check-in")
    click.echo(f"Outage {one.id} {done}: {_time(one.first, zone)} – {_time(one.last, zone)}; {fell} in or after it.")


def _time(moment: datetime | None, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M} {zone_name(str(zone), moment)}" if moment else "goes on"


def _plain(one: Outage, count: int) -> dict[str, Any]:
    return {
        "id": one.id,
        "from": one.first.isoformat(),
        "until": one.last.isoformat() if one.last else None,
        "source": one.source,
        "check_ins": count,
        "why": one.note,
        "entered_by": one.entered_by,
        "removed": one.removed,
    }


def _shown(one: Outage, count: int, zone: ZoneInfo) -> dict[str, str]:
    minutes = round((one.last - one.first).total_seconds() / 60) if one.last else None
    return {
        "id": str(one.id),
        "from": _time(one.first, zone),
        "until": _time(one.last, zone),
        "minutes": "" if minutes is None else f"{minutes:,}",
        "source": one.source,
        "check-ins": f"{count:,}",
        "why": one.note,
        "by": one.entered_by,
        "removed": "removed" if one.removed else "",
    }
