"""What one can look at: the balance, one's own requests, what waits for one's decision, and who of the team is away."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import or_, select

from integration import approval, deciders, find, people, workdays
from integration.i18n import Translate
from integration.messages import Button, Command, Reply, Text, fill, join
from integration.people import Person
from integration.plugin import Context
from integration.rulebook.models import LeaveType
from plugins.izin import absences, asking, counting, letters, types, waiting, withdrawals, wording
from plugins.izin.absences import IS_OPEN, Absence
from plugins.izin.balance import Balance
from plugins.izin.tables import absence

SHOWN_AT_ONCE = 5
OWN_SHOWN = 10
TEAM_SHOWN = 60
_RECENT = timedelta(days=92)


# ---------------------------------------------------------------- balance


def yearly(context: Context) -> LeaveType | None:
    """The type that a year grants days of, in the rules of today."""
    today = workdays.local_day(context.now, context.person)
    return next((each for each in types.rules(context, context.person, today).types if each.per == "year" and each.days), None)


def balances(context: Context, leave: LeaveType, rows: Sequence[Absence] | None = None) -> list[Balance]:
    """This year's, and the next one's once something is asked of it."""
    year = workdays.local_day(context.now, context.person).year
    found = counting.rows_since(context, context.person, year) if rows is None else rows
    account = counting.account_of(context, context.person, leave, found)
    return [account.balance(each) for each in (year, year + 1) if each == year or account.taken.of(each)]


def balance_line(context: Context, leave: LeaveType) -> Text | None:
    """The balance of a type, if a year grants it."""
    if leave.per != "year" or not leave.days:
        return None
    return join(" ", [wording.balance(context.t, leave, found) for found in balances(context, leave)])


def balance(context: Context, _command: Command) -> Reply:
    """`saldo`"""
    t, leave = context.t, yearly(context)
    if leave is None:
        return Reply(t("The rules of this office grant no days by the year."), refused=True)
    lines = [wording.balance(t, leave, found) for found in balances(context, leave)]
    if leave.carry_over:
        most = max(leave.carry_over, leave.carry_over_unused)
        lines.append(
            t(
                "Of what is left, at most {days} days go over into the next year, {most} if nothing was taken for two years.",
                days=leave.carry_over,
                most=most,
            )
        )
    return Reply(join("\n", lines), buttons=(Button(t("Leave"), asking.SAY, "cuti"),))


def menu_lines(context: Context) -> list[Text]:
    """Balance, and what is open."""
    t, leave, person = context.t, yearly(context), context.person
    today = workdays.local_day(context.now, person)
    rows = counting.rows_since(context, person, today.year)
    lines = [t("**Leave, illness, permission, official travel**")]
    if leave is not None:
        lines += [wording.balance(t, leave, found) for found in balances(context, leave, rows)]
    coming = [row for row in rows if row.open and row.last >= today][:SHOWN_AT_ONCE]
    return lines + [_own_line(context, row) for row in coming]


# ---------------------------------------------------------------- requests


def title(t: Translate, kind: str) -> Text:
    """Of a form of that kind."""
    return t("Ask for leave") if kind == "cuti" else t("Ask for absence")


def listing(context: Context, _command: Command) -> Reply:
    """`daftar`: what waits for this person's decision, then the person's own requests."""
    lines: list[Text] = []
    buttons: list[Button] = []
    _to_decide(context, lines, buttons)
    _own(context, lines, buttons)
    if lines:
        return Reply(join("\n", lines), buttons=tuple(buttons))
    t = context.t
    text = t("There are no requests. To ask for an absence: {command}", command=Text("`/izin`"))
    return Reply(text, buttons=(Button(t("Leave"), asking.SAY, "cuti"), Button(t("Ill today"), asking.SAY, "sakit hari ini")))


def _to_decide(context: Context, lines: list[Text], buttons: list[Button]) -> None:
    t, found = context.t, waiting.to_decide(context)
    if not found:
        return
    lines.append(t("**Waiting for your decision**"))
    for index, (row, requester) in enumerate(found[:SHOWN_AT_ONCE], 1):
        lines.append(_waiting_line(context, index, row, requester))
        buttons.extend((*asking.decide_buttons(t, row, str(index)), *letters.show_button(t, row, str(index))))
    lines += approval.more_of_list(t, len(found) - SHOWN_AT_ONCE)


def _waiting_line(context: Context, index: int, row: Absence, requester: Person) -> Text:
    t = context.t
    what = wording.what(context, t, row, requester)
    line = fill("{index}. {name}: {what}", index=index, name=requester.name, what=what)
    if row.state == "cancelling":
        line = fill("{line} — {cancel}", line=line, cancel=t("to be cancelled"))
    if row.reason:
        line = fill("{line} — “{reason}”", line=line, reason=row.reason)
    if row.asked_at > context.now - waiting.patience(context, context.person):
        return line
    return fill("{line} {since}", line=line, since=approval.waiting_since(context, row.asked_at))


def _own(context: Context, lines: list[Text], buttons: list[Button]) -> None:
    t, today = context.t, workdays.local_day(context.now, context.person)
    rows = absences.own(context, context.person.id, today - _RECENT)
    rows = sorted(rows, key=lambda row: (row.state != "waiting", -row.first.toordinal()))[:OWN_SHOWN]
    if not rows:
        return
    lines.append(t("**Your requests**"))
    for row in rows:
        lines.append(_own_line(context, row))
        if row.state == "waiting" or (row.state == "approved" and row.last >= today):
            buttons.append(asking.withdraw_button(t, row, withdrawals.withdraw_label(t, row)))


def _own_line(context: Context, row: Absence) -> Text:
    what = wording.what(context, context.t, row, context.person)
    if row.reason:
        what = fill("{what} — “{reason}”", what=what, reason=row.reason)
    return fill("- {what}: {state}", what=what, state=wording.state(context.t, row))


# ---------------------------------------------------------------- the team


def team(context: Context, command: Command) -> Reply:
    """`tim [unit]`: who is away in this and the next two weeks. Kinds are for those who lead; others read that one is away."""
    words = " ".join(command.words).strip("\"'“”")
    if words:
        return _named_unit(context, words)
    viewer = context.person
    return _team(context, fill("{unit}", unit=viewer.unit), viewer.unit_id, leads=_leads_unit(viewer))


def _named_unit(context: Context, words: str) -> Reply:
    """One's own unit by its name, or any for those who see everybody's record."""
    t, viewer = context.t, context.person
    units = people.units_named(context.db, words[:200])
    if not viewer.sees_everyone:
        units = [unit for unit in units if unit[0] == viewer.unit_id]
    if not units:
        return Reply(t("There is no unit named “{name}” that you can see.", name=words[:60]), refused=True)
    if len(units) > 1:
        return find.which_unit(context, units, lambda name: f"tim {name}", asking.SAY)
    return _team(context, fill("{unit}", unit=units[0][1]), units[0][0], leads=_leads_unit(viewer))


def _leads_unit(viewer: Person) -> bool:
    return viewer.sees_everyone or "pimpinan" in viewer.roles


def _team(context: Context, name: Text, unit_id: int, *, leads: bool) -> Reply:
    t, viewer = context.t, context.person
    today = workdays.local_day(context.now, viewer)
    until = today - timedelta(days=today.weekday()) + timedelta(days=20)
    found = _away(context, unit_id, today, until)
    shown = [line for row, person in found if (line := _away_line(context, row, person, leads=leads, until=until))]
    heading = t("**{unit}** — away until {day}", unit=name, day=wording.days(t, until, until))
    if not shown:
        return Reply(join("\n", [heading, t("Nobody is away.")]))
    return Reply(join("\n", [heading, *shown[:TEAM_SHOWN], *approval.more_of_list(t, len(shown) - TEAM_SHOWN)]))


def _away(context: Context, unit_id: int, first: date, last: date) -> list[tuple[Absence, Person]]:
    """Absences of the unit and of those directly below that touch these days, by day. Two statements."""
    seen = or_(people.person.c.unit_id == unit_id, people.person.c.supervisor_id == context.person.id)
    query = (
        select(absence)
        .join(people.person, people.person.c.id == absence.c.person_id)
        .where(IS_OPEN, absence.c.last >= first, absence.c.first <= last, seen)
        .where(or_(people.person.c.ended_on.is_(None), people.person.c.ended_on >= first))
        .order_by(absence.c.first, people.person.c.name, absence.c.id)
    )
    rows = absences.fetch(context.db, query)
    by_id = deciders.people_by_id(context, {row.person_id for row in rows}) if rows else {}
    return [(row, by_id[row.person_id]) for row in rows]


def _away_line(context: Context, row: Absence, person: Person, *, leads: bool, until: date) -> Text | None:
    """Colleagues do not read what still waits, nor why somebody is away; nobody reads a private reason here."""
    t, viewer = context.t, context.person
    when = wording.when(t, row, person)
    if not (leads or person.supervisor_id == viewer.id or person.id == viewer.id):
        if row.state == "waiting":
            return None
        return fill("- {when}: {name} — {away}", when=when, name=person.name, away=t("not at the office"))
    line = fill("- {when}: {name} — {kind}", when=when, name=person.name, kind=types.kind(t, row.kind))
    return fill("{line} ({waiting})", line=line, waiting=t("waiting")) if row.state == "waiting" else line
