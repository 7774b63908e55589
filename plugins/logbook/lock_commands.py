"""`/logbook kunci` and `/logbook buka-kunci`: months in which nobody writes any more, closed and opened by personnel officers.

A line that is not whole goes on in a form, with what was typed: nobody opens a month for everybody by a word too little.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from integration import find, people
from integration.dates import parse_month, show_month, take_month
from integration.deciders import OFFICER
from integration.errors import UserError
from integration.form_values import one_line, read, reason
from integration.i18n import Translate
from integration.messages import (
    Answer,
    Button,
    Command,
    Field,
    Form,
    FormErrors,
    FormSubmission,
    Reply,
    Text,
    fill,
    join,
    plain,
)
from integration.people import Person
from integration.plugin import Context, Subcommand
from integration.workdays import local_day
from plugins.logbook import locking
from plugins.logbook.locking import OFFICE, Lock
from plugins.logbook.review import closed as undecided

SAY, FORM = "logbook.say", "logbook.lock"
LOCK, UNLOCK = "kunci", "buka-kunci"
_EVERYBODY = frozenset({"semua", "kantor", "all", "everybody"})
_QUOTES = "\"'“”"
_SHOWN, _LONGEST_WHOM = 10, 200


@dataclass(frozen=True, slots=True)
class Whom:
    """`scope` as in `logbook_lock`; `said` is what one types for it; `person` where it is one."""

    scope: str
    name: Text
    said: str
    person: Person | None = None


# ---------------------------------------------------------------- the commands


def lock(context: Context, command: Command) -> Answer:
    """`kunci [month] [unit|@person] [reason]`; alone it says what is closed."""
    return _asked(context, command, closed=True) if command.words else _state(context)


def unlock(context: Context, command: Command) -> Answer:
    """`buka-kunci [month] [unit|@person] reason`"""
    return _asked(context, command, closed=False)


def _asked(context: Context, command: Command, *, closed: bool) -> Answer:
    if OFFICER not in context.person.roles:
        return _not_an_officer(context)
    month, words = take_month(command.words, _today(context), context.t)
    whom, why = _whom(context, command, words)
    if isinstance(whom, Reply):
        return whom
    if month is None or whom is None or not (closed or why):
        return _form(context, closed, month, whom.said if whom else "", why)
    return _say(context, month, whom, reason(context.t, why, locking.LONGEST_REASON, required=not closed), closed)


def _whom(context: Context, command: Command, words: tuple[str, ...]) -> tuple[Whom | Reply | None, str]:
    """Who is meant at the beginning of the words, and the rest, which is the reason; None if that cannot be told."""
    if not words:
        return _everybody(context.t), ""
    first, rest = words[0].strip(_QUOTES), " ".join(words[1:])
    if first.lower() in _EVERYBODY:
        return _everybody(context.t), rest
    if first.startswith("@") or (first.isdigit() and len(first) > find.MOST_CHOICES):
        found = find.person(context, command.mentions, first, lambda nip: f"{command.text} {nip}", SAY)
        return (found if isinstance(found, Reply) else _of_person(found)), rest
    for count in range(len(words), 0, -1):
        name = " ".join(words[:count]).strip(_QUOTES)
        units = [
            each for each in people.units_named(context.db, name) if count == len(words) or each[1].lower() == name.lower()
        ]
        if len(units) == 1:
            return _of_unit(units[0]), " ".join(words[count:])
    return None, " ".join(words)


def _not_an_officer(context: Context) -> Reply:
    t = context.t
    officers = people.with_role(context.db, OFFICER, _today(context))
    names = join(", ", [fill("{name}", name=each.name) for each in officers[:3]]) if officers else Text("–")
    return Reply(t("Only personnel officers close and open months: {names}.", names=names), refused=True)


# ---------------------------------------------------------------- the form


def _form(context: Context, closed: bool, month: date | None, whom: str, why: str) -> Form:
    t = context.t
    default = month or _last_month(context)
    longest = locking.LONGEST_REASON
    fields = (
        Field("month", t("Month"), default=plain(show_month(default, t))),
        Field("whom", t("For whom"), default=whom, hint=plain(t("@name, an NIP, a unit, or “semua”."))),
        Field("reason", t("Reason"), "textarea", why[:longest], required=not closed, max_length=longest),
    )
    title = t("Close a month") if closed else t("Open a month")
    return Form(FORM, plain(title), fields, value=LOCK if closed else UNLOCK, submit=plain(title))


def submitted(context: Context, submission: FormSubmission) -> Answer:
    """The form came back; its value says whether it closes or opens."""
    if OFFICER not in context.person.roles:
        return _not_an_officer(context)
    t, values = context.t, submission.values
    closed, errors = submission.value != UNLOCK, dict[str, str]()
    month = read(errors, "month", lambda: parse_month(values.get("month", ""), _today(context), t))
    whom = read(errors, "whom", lambda: _named(context, one_line(values.get("whom", ""))))
    why = read(errors, "reason", lambda: reason(t, values.get("reason", ""), locking.LONGEST_REASON, required=not closed))
    if month is None or whom is None or why is None:
        return FormErrors(errors)
    return _say(context, month, whom, why, closed)


def _named(context: Context, given: str) -> Whom:
    """Whom the form's field means; raises `UserError`."""
    t, name = context.t, given.strip(_QUOTES)[:_LONGEST_WHOM]
    if name.lower() in _EVERYBODY:
        return _everybody(t)
    if not name:
        raise UserError(t("Please say for whom: @name, an NIP, a unit, or “semua”."))
    units = people.units_named(context.db, name)
    if len(units) > 1:
        raise UserError(find.several_units(context, units))
    if units:
        return _of_unit(units[0])
    found = find.person(context, (), name, str, SAY)
    if isinstance(found, Reply):
        raise UserError(found.text)
    return _of_person(found)


# ---------------------------------------------------------------- saying


def _say(context: Context, month: date, whom: Whom, why: str, closed: bool) -> Reply:
    t, shown = context.t, show_month(month, context.t)
    _check(context, month, whom, closed)
    said, before = locking.say(context.db, whom.scope, month, closed, why, context.now, context.person.id)
    if not said.changed:
        if closed:
            return Reply(t("{month} is closed already: {whom}.", month=shown, whom=whom.name))
        return Reply(t("{month} is open already: {whom}.", month=shown, whom=whom.name))
    was, now = locking.plain(before), locking.plain(said.lock)
    context.audit(locking.action(closed), f"logbook_lock:{said.lock.id}", before=was, after=now, reason=why)
    line = f"{month:%m/%Y} {whom.said}"
    if closed:
        text = t("{month} is closed now: {whom}. Nothing is written into it any more.", month=shown, whom=whom.name)
        left = undecided.left(context, context.person, whom.scope, month)
        return Reply(join("\n", [text, *left]), buttons=(Button(t("Open it again"), SAY, f"{UNLOCK} {line}"),))
    _tell(context, said.lock, whom, month)
    text = t(
        "{month} is open again: {whom}. Close it when everything is written: it does not close by itself.",
        month=shown,
        whom=whom.name,
    )
    return Reply(text, buttons=(Button(t("Close it"), SAY, f"{LOCK} {line}"),))


def _check(context: Context, month: date, whom: Whom, closed: bool) -> None:
    t, today = context.t, _today(context)
    if closed and not locking.may_be_closed(month, today):
        raise UserError(t("{month} is not over yet; people still write into it.", month=show_month(month, t)))
    if not closed and month > today:
        raise UserError(t("{month} has not begun yet; it is open then.", month=show_month(month, t)))
    if not closed and whom.person is not None and whom.person.id == context.person.id:
        raise UserError(t("Nobody opens a month for themselves. Please ask another personnel officer or the administrator."))


def _tell(context: Context, said: Lock, whom: Whom, month: date) -> None:
    """The person for whom it was opened; a unit hears it from its officer."""
    command = Text(f"`/logbook lihat {month:%d/%m/%Y}`")

    def build(t: Translate) -> Reply:
        return Reply(t("{month} is open for your reports again: {command}", month=show_month(month, t), command=command))

    if whom.person is not None:
        context.tell(whom.person, f"logbook:unlocked:{said.id}:{said.made_at:%Y%m%d%H%M%S}", build)


# ---------------------------------------------------------------- how it stands


def _state(context: Context) -> Reply:
    """The two months that are over, for oneself; for an officer also what officers said."""
    t = context.t
    months = [_last_month(context), _last_month(context, 2)]
    closed = locking.locked_months(context.db, context.settings, context.person, months, context.now)
    lines = [_month_line(context, month, closed.get(month, "")) for month in months]
    if OFFICER not in context.person.roles:
        return Reply(join("\n", lines))
    said, count = locking.words_of_officers(context.db, _SHOWN)
    lines += [Text(""), t("**What was closed and opened by hand:**")] if said else []
    lines += [_said_line(context, each) for each in said]
    lines += [t("… and {count} more", count=count - len(said))] if count > len(said) else []
    example = Text(f"`/logbook {UNLOCK} {months[0]:%m/%Y} @nama alasan`")
    lines += [Text(""), t("Open a month for one person: {example}", example=example)]
    return Reply(join("\n", lines))


def _month_line(context: Context, month: date, why: str) -> Text:
    t, shown = context.t, show_month(month, context.t)
    if why:
        return t("- {month}: closed", month=shown)
    last = locking.closes_after(context.settings, month)
    if last is None or last < _today(context):
        return t("- {month}: open", month=shown)
    return t("- {month}: open until {day}", month=shown, day=locking.shown_day(t, last))


def _said_line(context: Context, said: Lock) -> Text:
    t = context.t
    day = locking.shown_day(t, local_day(said.made_at, context.person))
    facts = {"month": show_month(said.month, t), "whom": _name_of(context, said), "day": day}
    line = t("- {month}, {whom}: closed on {day}", **facts) if said.locked else t("- {month}, {whom}: opened on {day}", **facts)
    return fill("{line} — {reason}", line=line, reason=said.reason) if said.reason else line


def _name_of(context: Context, said: Lock) -> Text:
    if said.of is None:
        return context.t("everybody")
    if said.kind == "person":
        person = people.get(context.db, said.of)
        return fill("{name}", name=person.name if person else "–")
    name = context.db.scalar(people.unit.select().with_only_columns(people.unit.c.name).where(people.unit.c.id == said.of))
    return fill("{name}", name=name or "–")


# ---------------------------------------------------------------- shared


def _everybody(t: Translate) -> Whom:
    return Whom(OFFICE, t("everybody"), "semua")


def _of_unit(unit: tuple[int, str]) -> Whom:
    return Whom(locking.of_unit(unit[0]), fill("{name}", name=unit[1]), unit[1])


def _of_person(person: Person) -> Whom:
    return Whom(locking.of_person(person.id), fill("{name}", name=person.name), person.nip, person)


def _today(context: Context) -> date:
    return local_day(context.now, context.person)


def _last_month(context: Context, back: int = 1) -> date:
    today = _today(context)
    months = today.year * 12 + today.month - 1 - back
    return date(months // 12, months % 12 + 1, 1)


SUBCOMMANDS = (
    Subcommand(
        LOCK,
        lock,
        "Which months are closed; personnel officers close one",
        arguments="[month] [unit|@person] [reason]",
        example="/logbook kunci",
        aliases=("lock", "terkunci"),
        writes=True,
    ),
    Subcommand(
        UNLOCK,
        unlock,
        "Personnel officers open a closed month again",
        arguments="month [unit|@person] reason",
        example="/logbook buka-kunci oktober",
        aliases=("bukakunci", "unlock"),
        writes=True,
    ),
)
FORMS = {"lock": submitted}
