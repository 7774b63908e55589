"""`/hadir kepatuhan`: what the compliance unit looks at in a month, and the same as files by a button."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import select

from integration import find, meant, people, workdays
from integration.dates import at_an_end, last_of_month, show_month, take_month
from integration.errors import UserError
from integration.i18n import Translate
from integration.messages import Button, ButtonPress, Command, File, Reply, Text, plain
from integration.people import Person
from integration.plugin import Context, Run, Subcommand, Work
from plugins.hadir import compliance
from plugins.hadir.compliance import Compliance, wording
from plugins.hadir.compliance import reply as compliance_reply
from plugins.hadir.reports.scope import everybody

if TYPE_CHECKING:
    from plugins.hadir.reports.paper import Issue

# Whoever sees everybody's record sees the office; who leads a unit sees that unit.
MAY_SEE = "pimpinan"
# Judging a month of more people takes longer than a chat platform waits for an answer.
MOST_AT_ONCE = 2_000

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_PDF = "application/pdf"
Kind = Literal["xlsx", "pdf"]


@dataclass(frozen=True, slots=True)
class Scope:
    """The unit of that id, or with 0 the whole office."""

    unit_id: int
    name: str

    def encode(self, month: date) -> str:
        return f"{month:%Y-%m}:{self.unit_id}"


def show(context: Context, command: Command) -> Reply:
    """`kepatuhan [month] [unit]`"""
    month, words = _month(context, command.words)
    return _answer(context, _scope(context, " ".join(words)), month)


def turn(context: Context, press: ButtonPress) -> Reply:
    """Another month of the same."""
    scope, month = _decode(context, press.value)
    return _answer(context, scope, month)


def _answer(context: Context, scope: Scope, month: date) -> Reply:
    today = workdays.local_day(context.now, context.person)
    t = context.t
    meant.check_month(context, month)
    team = _team(context, scope, month)
    buttons = (*_downloads(t, scope, month), *_neighbours(t, scope, month, today))
    if len(team) > MOST_AT_ONCE:
        said = t(
            "{name} has {count} people: that is too much for a message. Take it as a file; it comes in a direct message.",
            name=scope.name,
            count=len(team),
        )
        return Reply(said, buttons=buttons)
    found = compliance.gather(context, scope.name, team, month)
    if found.empty:
        said = t("There is no record of {name} in {month}.", name=scope.name, month=show_month(month, t))
        return Reply(said, buttons=_neighbours(t, scope, month, today))
    return Reply(compliance_reply.message(t, found, context.person.zone), buttons=buttons)


def _downloads(t: Translate, scope: Scope, month: date) -> tuple[Button, ...]:
    return (
        Button(t("Download XLSX"), "hadir.compliance_xlsx", scope.encode(month), days=2),
        Button(t("Download PDF"), "hadir.compliance_pdf", scope.encode(month), days=2),
    )


def _neighbours(t: Translate, scope: Scope, month: date, today: date) -> tuple[Button, ...]:
    before, after = (month - timedelta(days=1)).replace(day=1), last_of_month(month) + timedelta(days=1)
    shown = [before, *([after] if after <= today else [])]
    return tuple(
        Button(show_month(first, t), "hadir.compliance", scope.encode(first), days=2) for first in shown if first.year >= 2000
    )


# ---------------------------------------------------------------- of whom, and who may see it


def _month(context: Context, words: tuple[str, ...]) -> tuple[date, tuple[str, ...]]:
    """The month at the beginning or at the end of the words, else this one; and the rest."""
    today = workdays.local_day(context.now, context.person)
    month, rest = at_an_end(words, lambda some: take_month(some, today, context.t))
    return month or today.replace(day=1), rest


def _scope(context: Context, words: str) -> Scope:
    person, words = context.person, words.strip("\"'“”")
    _check_role(context)
    if not words:
        return _office(context) if person.sees_everyone else Scope(person.unit_id, person.unit)
    found = people.units_named(context.db, words)
    if not found:
        raise UserError(find.no_unit(context, words))
    if len(found) > 1:
        raise UserError(find.several_units(context, found))
    return _permitted(context, Scope(*found[0]))


def _office(context: Context) -> Scope:
    return Scope(0, context.settings.agency_name or plain(context.t("The office")))


def _check_role(context: Context) -> None:
    person = context.person
    if not (person.sees_everyone or MAY_SEE in person.roles):
        said = context.t(
            "This view is for compliance, personnel and heads of units. Your own days: {command}",
            command=Text("`/hadir rekap`"),
        )
        raise UserError(said)


def _permitted(context: Context, scope: Scope) -> Scope:
    """Raises `UserError`; asked again at every button."""
    _check_role(context)
    person = context.person
    if not person.sees_everyone and scope.unit_id != person.unit_id:
        said = context.t("You can see your own unit ({unit}): {command}", unit=person.unit, command=Text("`/hadir kepatuhan`"))
        raise UserError(said)
    return scope


def _decode(context: Context, value: str) -> tuple[Scope, date]:
    found = re.fullmatch(r"(20\d\d)-(0[1-9]|1[0-2]):(\d{1,9})", value)
    scope = _scope_of(context, int(found[3])) if found else None
    if found is None or scope is None:
        raise UserError(context.t("This view does not exist any more."))
    return _permitted(context, scope), date(int(found[1]), int(found[2]), 1)


def _scope_of(context: Context, unit_id: int) -> Scope | None:
    if unit_id == 0:
        return _office(context)
    name: str | None = context.db.scalar(select(people.unit.c.name).where(people.unit.c.id == unit_id))
    return Scope(unit_id, name) if name else None


def _team(work: Work, scope: Scope, month: date) -> list[Person]:
    found = people.of_unit(work.db, scope.unit_id, month) if scope.unit_id else everybody(work, month)
    last = last_of_month(month)
    return [someone for someone in found if (someone.started_on or month) <= last]


# ---------------------------------------------------------------- as a file


def download_xlsx(context: Context, press: ButtonPress) -> Reply:
    return _download(context, press, "xlsx")


def download_pdf(context: Context, press: ButtonPress) -> Reply:
    return _download(context, press, "pdf")


def _download(context: Context, press: ButtonPress, kind: Kind) -> Reply:
    scope, month = _decode(context, press.value)
    team = _team(context, scope, month)
    if len(team) > MOST_AT_ONCE:
        return _later(context, scope, month, kind)
    return _reply(context, context.person, scope, team, month, kind)


def _later(context: Context, scope: Scope, month: date, kind: Kind) -> Reply:
    given = {"person": context.person.id, "value": scope.encode(month), "name": scope.name, "kind": kind}
    key = f"compliance:{context.person.id}:{scope.encode(month)}:{kind}:{context.now:%Y%m%d%H}"
    new = context.later("hadir.compliance", f"reports:{context.person.id}", key, given | {"key": key})
    name = scope.name
    if not new:
        return Reply(context.t("The file about {name} is being made already; it comes in a direct message.", name=name))
    return Reply(context.t("The file about {name} is being made; it comes in a direct message.", name=name))


def send(run: Run, given: Mapping[str, Any]) -> None:
    """Make the file for somebody who asked for it, unless they have it already or left meanwhile."""
    month, unit_id = str(given["value"]).split(":")
    with run.read() as work:
        person = people.get(work.db, given["person"])
        if person is None or not _still_may(work, person, int(unit_id)):
            return
        first, scope = date.fromisoformat(f"{month}-01"), Scope(int(unit_id), given["name"])
        reply = _reply(work, person, scope, _team(work, scope, first), first, given["kind"])
    with run.begin() as work:
        person = people.get(work.db, person.id)
        if person is not None and _still_may(work, person, int(unit_id)):
            work.tell(person, f"{given['key']}:done", lambda _t: reply)


def _still_may(work: Work, person: Person, unit_id: int) -> bool:
    """Since it was asked for, somebody may have left, moved to another unit or lost the role."""
    if person.ended_on is not None and person.ended_on < workdays.local_day(work.now, person):
        return False
    return person.sees_everyone or (MAY_SEE in person.roles and person.unit_id == unit_id)


def _reply(work: Work, person: Person, scope: Scope, team: list[Person], month: date, kind: Kind) -> Reply:
    from plugins.hadir.compliance import files as compliance_files  # heavy: only who asks for a file pays for it
    from plugins.hadir.reports.paper import Issue

    t = work.speak(person)
    found = compliance.gather(work, scope.name, team, month)
    issue = Issue(t, work.settings, month, person.name, person.zone, work.now)
    file = File(compliance_files.name(found, kind), _XLSX if kind == "xlsx" else _PDF, content(issue, found, kind))
    return Reply(wording.title(t, found), files=(file,))


def content(issue: Issue, found: Compliance, kind: Kind) -> bytes:
    """The bytes of the file."""
    from plugins.hadir.compliance import files as compliance_files

    if kind == "pdf":
        return compliance_files.draw(issue, found).finish()
    with TemporaryDirectory(prefix="hadir-") as folder:
        path = Path(folder) / "compliance.xlsx"
        compliance_files.write_workbook(path, issue, found)
        return path.read_bytes()


SUBCOMMANDS = (
    Subcommand(
        "kepatuhan",
        show,
        "Attendance, corrections and what to look at, for compliance and heads of units",
        arguments="[month] [unit]",
        example="/hadir kepatuhan bulan lalu",
        aliases=("compliance",),
    ),
)
BUTTONS = {"compliance": turn, "compliance_xlsx": download_xlsx, "compliance_pdf": download_pdf}
TASKS = {"compliance": send}
