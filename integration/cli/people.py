"""`hadir people …`: the office's list."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click
from rich.console import Console
from rich.progress import Progress
from sqlalchemy import Connection, update

from integration import accounts, audit, linking, schedules, workdays
from integration import people as office
from integration.audit import By
from integration.cli.one import one_person
from integration.cli.opened import actor, opened, today
from integration.cli.schedule import schedule
from integration.cli.show import counted, listed, table
from integration.core import Hadir
from integration.messages import plain
from integration.people import Person
from integration.roster import export as exporting
from integration.roster.importing import Options, Outcome, import_file
from integration.roster.model import PLATFORMS, FileError

DAY = click.DateTime(["%Y-%m-%d"])
SHOWN = 20


@click.group()
def people() -> None:
    """The office's list: import and export it, link accounts, end, schedules."""


people.add_command(schedule)


# ---------------------------------------------------------------- import and export


@people.command("import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--dry-run", is_flag=True, help="Check everything and print what would change; change nothing.")
@click.option("--end-missing", metavar="YYYY-MM-DD", type=DAY, help="Last working day of those who are not in the file.")
@click.option("--verbose", "-v", is_flag=True, help=f"Print every change, not only the first {SHOWN} of each kind.")
def import_(file: Path, dry_run: bool, end_missing: datetime | None, verbose: bool) -> None:
    """Read FILE (CSV or XLSX), check all of it, and bring the list up to date in one go.

    Columns, in any order: nip, nama, unit, atasan, peran, email, zona, mattermost, nextcloud. Nothing changes unless
    every row is right. Run it again as often as you like: a second time changes nothing. An empty username cell
    leaves the account that a person has.
    """
    with opened() as hadir:
        options = Options(
            by=By(actor(), f"import of {file.name}", hadir.clock()),
            today=today(hadir),
            zone=hadir.settings.zone,
            end_missing=end_missing.date() if end_missing else None,
            dry_run=dry_run,
        )
        outcome = _with_progress(hadir, file, options)
        _report(outcome, options, SHOWN if not verbose else None)
        if outcome.findings.problems:
            raise click.exceptions.Exit(1)


def _with_progress(hadir: Hadir, file: Path, options: Options) -> Outcome:
    """The import, with a bar on a terminal."""
    screen = Console(stderr=True)
    with Progress(console=screen, transient=True, disable=not screen.is_terminal) as bar:
        task = bar.add_task("Checking", total=None)
        try:
            return import_file(
                hadir.database,
                file,
                options,
                lambda done, total: bar.update(task, description="Writing", completed=done, total=total),
            )
        except FileError as error:
            raise click.ClickException(str(error)) from None


def _report(outcome: Outcome, options: Options, shown: int | None) -> None:
    plan, problems = outcome.plan, outcome.findings.problems
    for warning in outcome.findings.warnings:
        click.echo(f"note: {warning}", err=True)
    if problems:
        for problem in problems:
            click.echo(str(problem), err=True)
        click.echo(f"{counted(len(problems), 'problem')}; nothing was changed.", err=True)
        return
    listed("+", [f"{change.nip} {change.name}" for change in plan.added], shown)
    listed("~", [f"{change.nip} {change.name}: {_difference(change)}" for change in plan.changed], shown)
    listed("-", [f"{change.nip} {change.name}: last day {options.end_missing}" for change in plan.ended], shown)
    listed("+ unit", plan.new_units, shown)
    if plan.unused_units:
        click.echo("Units with nobody in them:")
        listed("? unit", plan.unused_units, shown)
    if not options.end_missing and plan.missing:
        click.echo(f"{counted(len(plan.missing), 'person', 'people')} not in the file, left as they are:")
        listed("?", [f"{who.nip} {who.name}" for who in plan.missing], shown)
    click.echo(_summary(outcome, dry_run=options.dry_run))


def _difference(change: Any) -> str:
    return ", ".join(f"{name} {_value(change.before[name])} → {_value(value)}" for name, value in change.after.items())


def _value(value: Any) -> str:
    return ";".join(value) if isinstance(value, list) else str(value or "–")


def _summary(outcome: Outcome, *, dry_run: bool) -> str:
    plan = outcome.plan
    figures = f"{len(plan.added)} added, {len(plan.changed)} changed, {len(plan.ended)} ended, {plan.left} as they were"
    if dry_run:
        return f"Dry run, nothing was written. An import would give: {figures}."
    return f"Done: {figures}." if plan.changes else f"Nothing changed: {figures}."


@people.command()
def export() -> None:
    """Print those who work here as CSV, in the columns that `import` reads."""
    with opened() as hadir, hadir.database.read() as db:
        click.echo(exporting.as_csv(exporting.working_people(db, today(hadir))), nl=False)


# ---------------------------------------------------------------- looking


@people.command("list")
@click.argument("words", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="Print what a program can read.")
def list_(words: tuple[str, ...], as_json: bool) -> None:
    """Show the people whom WORDS name: an NIP, a username, parts of a name or a unit. Without WORDS, everyone."""
    with opened() as hadir, hadir.database.read() as db:
        found = _found(db, " ".join(words), today(hadir))
        accounts = office.accounts(db, [who.id for who in found])
        current = schedules.current(db, found, today(hadir), hadir.clock())
        rows = [_row(who, accounts.get(who.id, []), current[who.id]) for who in found]
        if as_json:
            click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        elif rows:
            table(rows)
            click.echo(counted(len(rows), "person", "people"))
        else:
            click.echo(f"Nobody is called “{' '.join(words)}”." if words else "Nobody yet: hadir people import FILE.csv")
        if not rows and words:
            raise click.exceptions.Exit(1)


def _found(db: Connection, words: str, day: date) -> list[Person]:
    if not words:
        return sorted(office.everyone(db, day), key=lambda who: (who.unit, who.name))
    found = office.search(db, words, limit=1000)
    return found or [who for unit_id, _ in office.units_named(db, words) for who in office.of_unit(db, unit_id, day)]


def _row(who: Person, accounts: list[office.Account], schedule: str) -> dict[str, str]:
    usernames = {account.platform: account.username for account in accounts}
    return {
        "nip": who.nip,
        "name": who.name,
        "unit": who.unit,
        "roles": ";".join(role for role in office.ROLES if role in who.roles),
        "zone": workdays.ZONE_NAMES.get(who.zone, who.zone),
        "email": who.email,
        **{platform: usernames.get(platform, "") for platform in PLATFORMS},
        "schedule": schedule,
        "ended": who.ended_on.isoformat() if who.ended_on else "",
    }


@people.command()
@click.option("--json", "as_json", is_flag=True, help="Print what a program can read.")
def requests(as_json: bool) -> None:
    """Show the chat users who spoke to Hadir and are not in the list."""
    with opened() as hadir, hadir.database.read() as db:
        zone = ZoneInfo(hadir.settings.zone)
        rows = [
            {
                "platform": request.sender.platform,
                "username": request.sender.name,
                "id": request.sender.id,
                "since": f"{request.received_at.astimezone(zone):%Y-%m-%d %H:%M}",
                # Not the whole of it: a note is the person's own.
                "said": " ".join(("/" + request.said["name"], *request.said["text"].split()[:1])) if request.said else "",
            }
            for request in linking.requests(db)
        ]
        if as_json:
            click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        elif rows:
            table(rows)
            click.echo("Link one with: hadir people link --platform P --username U --nip N")
        else:
            click.echo("Nobody is waiting to be linked.")


# ---------------------------------------------------------------- changing one person


@people.command()
@click.option("--platform", type=click.Choice(PLATFORMS), required=True)
@click.option("--username", required=True, help="The name there, without @.")
@click.option("--nip", required=True)
@click.option("--id", "external_id", default="", help="The platform's id, if several requests have that username.")
def link(platform: str, username: str, nip: str, external_id: str) -> None:
    """Say whose account it is. What the person first sent is then done, as of the moment they sent it."""
    username = username.strip().removeprefix("@").lower()
    with opened() as hadir:
        with hadir.database.read() as db:
            person = one_person(db, nip)
            waiting = linking.requests(db, platform, username)
        waiting = [request for request in waiting if external_id in ("", request.sender.id)]
        if len(waiting) > 1 or (external_id and not waiting):
            ids = ", ".join(request.sender.id for request in waiting) or "none with that id"
            raise click.ClickException(f"which {username} on {platform}? Choose with --id: {ids}")
        try:
            click.echo(_link(hadir, waiting, platform, username, person))
        except accounts.AccountTaken as error:
            raise click.ClickException(
                f"{username} on {platform} belongs to {error.holder.name} ({error.holder.nip})"
            ) from None


def _link(hadir: Hadir, waiting: list[linking.Request], platform: str, username: str, person: Person) -> str:
    if waiting:
        answer = linking.link(hadir, waiting[0], person, actor=actor())
        done = f"\nWhat they sent first was answered: {plain(answer.text)}" if answer else ""
        return f"{username} on {platform} is {person.name} now.{done}"
    with hadir.database.write() as db:
        if not linking.name_account(db, platform, username, person, now=hadir.clock(), actor=actor()):
            return f"{username} on {platform} is {person.name} already; nothing changed."
    # Anybody may take a username: the address is compared then.
    address = f", if their e-mail address there is {person.email}" if person.email else ""
    return f"{username} on {platform} is {person.name}, from their first message on{address}."


@people.command()
@click.argument("nip")
@click.option("--on", "day", metavar="YYYY-MM-DD", type=DAY, help="The last working day.")
@click.option("--undo", is_flag=True, help="They work here again, or still.")
def end(nip: str, day: datetime | None, undo: bool) -> None:
    """Say when somebody leaves: after that day Hadir no longer knows them; their records stay."""
    if (day is None) != undo:
        raise click.UsageError("give --on YYYY-MM-DD (the last working day), or --undo")
    last = day.date() if day else None
    with opened() as hadir, hadir.database.write() as db:
        person = one_person(db, nip)
        changed = _set(hadir, db, person, "ended_on", person.ended_on, last, action="people.ended")
        state = f"last working day {last}" if last else "works here"
        click.echo(f"{person.name} ({person.nip}): {state}{'' if changed else '; nothing changed'}.")
        below = office.subordinates(db, person.id, today(hadir)) if last else []
        if below:
            names = ", ".join(who.name for who in below[:5]) + (" …" if len(below) > 5 else "")
            click.echo(f"note: {counted(len(below), 'person', 'people')} will have no supervisor: {names}", err=True)


@people.command()
@click.argument("nip")
@click.option("--on", "day", metavar="YYYY-MM-DD", type=DAY, required=True, help="The first working day here.")
def start(nip: str, day: datetime) -> None:
    """Say when somebody began: nothing is expected of them before (at first, the day of their import)."""
    first = day.date()
    with opened() as hadir, hadir.database.write() as db:
        person = one_person(db, nip)
        if person.ended_on and person.ended_on < first:
            raise click.ClickException(
                f"{person.name} left on {person.ended_on}: give an earlier day, or first: hadir people end --undo"
            )
        changed = _set(hadir, db, person, "started_on", person.started_on, first, action="people.started")
        click.echo(f"{person.name} ({person.nip}): first working day {first}{'' if changed else '; nothing changed'}.")


def _set(hadir: Hadir, db: Connection, person: Person, column: str, before: object, after: object, *, action: str) -> bool:
    if before == after:
        return False
    db.execute(update(office.person).where(office.person.c.id == person.id).values({column: after}))
    states = [{column: value.isoformat() if isinstance(value, date) else value} for value in (before, after)]
    audit.record(
        db,
        hadir.clock(),
        actor_id=None,
        actor=actor(),
        action=action,
        object=f"person:{person.id}",
        before=states[0],
        after=states[1],
    )
    return True
