"""Absences in words: days, lengths, balances, what becomes of them, and why something cannot be asked."""

from __future__ import annotations

from datetime import date

from integration import approval, phrases
from integration.dates import show_day
from integration.i18n import Translate
from integration.messages import Text, fill, join
from integration.people import Person
from integration.plugin import Context, Work
from integration.rulebook.models import LeaveType
from plugins.izin import types
from plugins.izin.absences import Absence
from plugins.izin.balance import Balance
from plugins.izin.checks import Looked, Wrong

NAMES_SHOWN = 3
NAMES_OF_HOLIDAYS = 3


def days(t: Translate, first: date, last: date) -> Text:
    """`Selasa 1 – Kamis 3 Des 2026`, `Senin 28 Des 2026 – Sabtu 2 Jan 2027`, or one day."""
    if first == last:
        return show_day(first, t, "EEEE d MMM y")
    if first.year != last.year:
        left = show_day(first, t, "EEEE d MMM y")
    else:
        left = show_day(first, t, "EEEE d" if first.month == last.month else "EEEE d MMM")
    return Text(f"{left} – {show_day(last, t, 'EEEE d MMM y')}")


def when(t: Translate, found: Absence, person: Person) -> Text:
    shown = days(t, found.first, found.last)
    if found.start is None or found.end is None:
        return shown
    return fill("{days}, {hours}", days=shown, hours=phrases.hours(found.start, found.end, person))


def what(work: Work, t: Translate, found: Absence, person: Person) -> Text:
    """`Cuti tahunan, Selasa 1 – Kamis 3 Des 2026`"""
    return fill("{name}, {when}", name=types.name_of(work, t, person, found), when=when(t, found, person))


def length(t: Translate, looked: Looked) -> Text:
    """How long it is, in the type's own days; nothing for a part of a day."""
    if looked.start is not None:
        return Text("")
    leave, counted = looked.wish.leave, looked.counted
    if leave.unit == "working":
        return t(" ({days} working days)", days=counted.working) if counted.working != 1 else t(" (1 working day)")
    return t(" ({days} days)", days=counted.calendar) if counted.calendar != 1 else t(" (1 day)")


def when_of(t: Translate, looked: Looked, person: Person) -> Text:
    """The time that a wish takes, and how much that is."""
    shown = days(t, looked.wish.first, looked.wish.last)
    if looked.start is not None and looked.end is not None:
        return fill("{days}, {hours}", days=shown, hours=phrases.hours(looked.start, looked.end, person))
    return Text(f"{shown}{length(t, looked)}")


# ---------------------------------------------------------------- balances


def balance(t: Translate, leave: LeaveType, found: Balance) -> Text:
    """`Cuti tahunan 2026: sisa 9 hari (hak 12 + bawaan 0 − dipakai 3).`"""
    parts = [t("granted {days}", days=found.granted)]
    if found.carried:
        parts.append(t("carried over {days}", days=found.carried))
    if found.used:
        parts.append(t("taken {days}", days=found.used))
    if found.waiting:
        parts.append(t("waiting {days}", days=found.waiting))
    values = {"name": types.name(t, leave), "year": Text(str(found.year)), "parts": join(", ", parts)}
    if found.left < 0:
        left = t("{name} {year}: {over} days more are asked for than are left ({parts}).", over=-found.left, **values)
    else:
        left = t("{name} {year}: {left} days left ({parts}).", left=found.left, **values)
    return left if found.known else Text(f"{left} {_unknown(t, found)}")


def _unknown(t: Translate, found: Balance) -> Text:
    return t(
        "Hadir has not counted since the beginning of {year}: leave taken before is not in it.", year=Text(str(found.year))
    )


def left(t: Translate, leave: LeaveType, found: Balance) -> Text:
    """What a year has left after a request, in one short sentence."""
    name, year = types.name(t, leave), Text(str(found.year))
    return t("{name} {year} left after this: {days} days.", name=name, year=year, days=found.left)


# ---------------------------------------------------------------- warnings


def warnings(t: Translate, looked: Looked, person: Person, *, deciding: bool) -> list[Text]:
    """What the asker and the approver should know; nobody's private reason. What waits is not told to a colleague."""
    leave, said = looked.wish.leave, []
    names = [name for row, name in looked.colleagues if deciding or row.state != "waiting"]
    for short in looked.short:
        said.append(
            t(
                "⚠ {days} days more than are left of {name} {year}.",
                days=-short.left,
                name=types.name(t, leave),
                year=Text(str(short.year)),
            )
        )
    if looked.notice:
        said.append(t("⚠ It is to be asked for {days} days before.", days=looked.notice))
    if names:
        said.append(t("⚠ Also away from {unit}: {names}.", unit=person.unit, names=_colleagues(names)))
    return said


def _colleagues(names: list[str]) -> Text:
    names = list(dict.fromkeys(names))
    shown = join(", ", [fill("{name}", name=name) for name in names[:NAMES_SHOWN]])
    return shown if len(names) <= NAMES_SHOWN else fill("{names}, …", names=shown)


# ---------------------------------------------------------------- what became of it


def state(t: Translate, found: Absence) -> Text:
    if found.state == "cancelled":
        return t("cancelled")
    if found.state == "cancelling":
        return t("approved; cancelling waits")
    return approval.outcome(t, found.state, found.decision_note)


def state_line(context: Context, found: Absence) -> Text:
    """What became of a request, by whom and when."""
    t = context.t
    if found.state in ("approved", "rejected"):
        return approval.already_decided(context, found)
    if found.state == "cancelled":
        return t("This absence is cancelled already.")
    if found.state == "withdrawn":
        at = phrases.clock_and_day(t, found.decided_at, context.person, context.now)
        return t("This request was withdrawn at {at}.", at=at)
    return t("This request has changed meanwhile: {command}", command=Text("`/izin daftar`"))


# ---------------------------------------------------------------- why not


def explain(context: Context, wrong: Wrong) -> Text:
    """Why a request cannot be taken, and what would be."""
    explained = _about_dates(context, wrong) or _about_length(context, wrong) or _about_hours(context, wrong)
    assert explained is not None, wrong.problem  # noqa: S101  # every problem has its sentence; a test goes through them
    return explained


def _about_dates(context: Context, wrong: Wrong) -> Text | None:
    t, values = context.t, wrong.values
    if wrong.problem == "backwards":
        return t("The last day lies before the first: {first}, {last}.", **_shown(t, values, "first", "last"))
    if wrong.problem == "far":
        return t("{first} is more than a year away. Is the year right?", **_shown(t, values, "first"))
    if wrong.problem == "past":
        return _past(context, values["leave"], values["earliest"])
    if wrong.problem == "not_here":
        first, last = (phrases.long_day(t, day) if day else Text("…") for day in (values["first"], values["last"]))
        return t("You work here from {first} to {last}: other days need no request.", first=first, last=last)
    if wrong.problem == "free":
        names = join(", ", [fill("{name}", name=name) for name in values["names"][:NAMES_OF_HOLIDAYS]])
        reason = fill(" ({names})", names=names) if values["names"] else Text("")
        shown = days(t, values["first"], values["last"])
        return t("{days}: you do not work then{why}, so nothing is to be asked for. Please choose working days.",
                 days=shown, why=reason)  # fmt: skip
    return None


def _past(context: Context, leave: LeaveType, earliest: date) -> Text:
    t = context.t
    name, officers = types.name(t, leave), approval.officers(context)
    if not leave.backdate_days:
        return t("{name} cannot be asked for past days. A personnel officer can enter them: {officers}.",
                 name=name, officers=officers)  # fmt: skip
    return t(
        "{name} can be asked back to {day}. A personnel officer can enter older days: {officers}.",
        name=name,
        day=show_day(earliest, t, "EEEE d MMM y"),
        officers=officers,
    )


def _about_length(context: Context, wrong: Wrong) -> Text | None:
    t, values = context.t, wrong.values
    if wrong.problem == "endless":
        return t("That is more than five years. Please check the dates: {first}, {last}.", **_shown(t, values, "first", "last"))
    if wrong.problem == "long":
        leave: LeaveType = values["leave"]
        return t(
            "{name} is {most} days at most; these are {days}. Please shorten it or choose another type.",
            name=types.name(t, leave),
            most=leave.days or 0,
            days=values["days"],
        )
    if wrong.problem == "months":
        return t(
            "{name} is {months} months at most: from {first} to {last}.",
            name=types.name(t, values["leave"]),
            months=values["leave"].days,
            **_shown(t, values, "first", "last"),
        )
    if wrong.problem == "service":
        return t(
            "{name} is for those with {months} months of service. Yours began on {began}, so it can begin on {entitled}. "
            "Is the beginning wrong? Ask a personnel officer: {officers}.",
            name=types.name(t, values["leave"]),
            months=values["leave"].service_months,
            officers=approval.officers(context),
            **_shown(t, values, "began", "entitled"),
        )
    return None


def _about_hours(context: Context, wrong: Wrong) -> Text | None:
    t, values = context.t, wrong.values
    if wrong.problem == "whole_days":
        return t(
            "{name} takes whole days. For some hours: {command}",
            name=types.name(t, values["leave"]),
            command=Text("`/izin izin besok 08.00-10.00 …`"),
        )
    if wrong.problem == "one_day":
        return t("Hours are for one day. Please ask for each day on its own, or for whole days without hours.")
    if wrong.problem == "no_time":
        return t("The end must lie after the beginning, for example 08.00–10.00.")
    if wrong.problem == "outside":
        return t("Your working hours are {hours} then.", hours=phrases.hours(values["start"], values["end"], context.person))
    return None


def _shown(t: Translate, values: dict[str, date], *names: str) -> dict[str, Text]:
    return {name: phrases.long_day(t, values[name]) for name in names}
