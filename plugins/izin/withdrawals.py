"""Taking back: a request that waits, an absence to come, the rest of one that has begun; with the supervisor all of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from integration import approval, deciders, people, phrases, workdays
from integration.dates import parse_day
from integration.errors import UserError
from integration.i18n import Translate
from integration.messages import Button, ButtonPress, Command, Reply, Text, join
from integration.plugin import Context
from plugins.izin import absences, asking, waiting, wording
from plugins.izin.absences import Absence

BACK = "izin.back"
CANCEL = "izin.cancel"


def _own(context: Context, value: str) -> Absence:
    found = absences.get(context, approval.number(context, value))
    if found is None or found.person_id != context.person.id:
        raise UserError(context.t("This request is not yours."))
    return found


def withdraw(context: Context, press: ButtonPress) -> Reply:
    """What waits or has not begun is gone at once; of what has begun the person chooses how much."""
    found = _own(context, press.value)
    today = workdays.local_day(context.now, context.person)
    if found.state == "waiting":
        return _end(context, found, "withdrawn")
    if found.state == "approved":
        return _end(context, found, "cancelled") if found.first >= today else _begun(context, found, today)
    if found.state == "cancelling":
        return Reply(context.t("The cancelling waits for your supervisor already."), refused=True)
    return approval.too_late(wording.state_line(context, found))


def _end(context: Context, found: Absence, state: str) -> Reply:
    ended = absences.change(context, found, f"absence.{state}", state=state, decided_at=context.now)
    if ended is None:
        return _changed(context, found)
    _tell(context, ended, state, _ended(context, ended))
    what = wording.what(context, context.t, ended, context.person)
    if state == "withdrawn":
        return Reply(context.t("Withdrawn: {what}.", what=what), replaces=True)
    return Reply(context.t("Cancelled: {what}. Your supervisor is told.", what=what), replaces=True)


def _changed(context: Context, found: Absence) -> Reply:
    now = absences.get(context, found.id) or found
    return Reply(wording.state_line(context, now), replaces=True, refused=True)


def _ended(context: Context, found: Absence) -> Callable[[Translate], Reply]:
    def message(t: Translate) -> Reply:
        values = {"name": context.person.name, "what": wording.what(context, t, found, context.person)}
        if found.state == "withdrawn":
            return Reply(t("{name} has withdrawn the request: {what}.", **values))
        return Reply(t("{name} does not take it: {what}. It is cancelled.", **values))

    return message


def _tell(context: Context, found: Absence, what: str, build: Callable[[Translate], Reply]) -> None:
    """Those who were asked, and who decided."""
    told = {someone.id: someone for someone in waiting.told(context, found, context.person)}
    decider = people.get(context.db, found.decider_id) if found.decider_id else None
    today = workdays.local_day(context.now, context.person)
    if decider is not None and deciders.is_there(decider, context.person, today):
        told[decider.id] = decider
    for someone in told.values():
        context.tell(someone, asking.message_key(found, what, someone.id), build)


# ---------------------------------------------------------------- what has begun


def _begun(context: Context, found: Absence, today: date) -> Reply:
    """Days that have passed are not undone alone; those to come are the person's own."""
    t = context.t
    what = wording.what(context, t, found, context.person)
    whole = Button(t("Cancel all of it"), CANCEL, str(found.id), style="danger")
    if found.last < today:
        return Reply(t("It is over: {what}. Only your supervisor can undo it.", what=what), buttons=(whole,))
    days = [day for day in (today, today + timedelta(days=1)) if found.first < day <= found.last]
    backs = [Button(t("Back on {day}", day=phrases.short_day(t, day)), BACK, f"{found.id} {day}") for day in days]
    text = t("It has begun: {what}. Come back early, or ask your supervisor to cancel all of it?", what=what)
    return Reply(text, buttons=(*backs, whole))


def cancel(context: Context, press: ButtonPress) -> Reply:
    """The supervisor confirms that days which have passed were worked, or whatever they were."""
    found = _own(context, press.value)
    if found.state != "approved":
        return withdraw(context, press)
    values = {"state": "cancelling", "asked_at": context.now, "round": found.round + 1}
    asked_to = absences.change(context, found, "absence.cancelling", **values)
    if asked_to is None:
        return _changed(context, found)
    asked = deciders.asked_now(context, context.person)

    def message(t: Translate) -> Reply:
        lines = asking.request_lines(context, t, asked_to, context.person)
        return Reply(join("\n", lines), buttons=asking.decide_buttons(t, asked_to))

    for decider in asked.people:
        context.tell(decider, asking.message_key(asked_to, "asked", decider.id), message)
    what = wording.what(context, context.t, asked_to, context.person)
    who = approval.who_decides(context.t, asked)
    return Reply(context.t("Asked to cancel: {what}. Until then it stays approved. {who}", what=what, who=who), replaces=True)


def back(context: Context, press: ButtonPress) -> Reply:
    value, _, day = press.value.partition(" ")
    found = _own(context, value)
    try:
        return _shorten(context, found, date.fromisoformat(day))
    except ValueError:
        raise UserError(context.t("This request does not exist any more.")) from None


def come_back(context: Context, command: Command) -> Reply:
    """`kembali [day]`: the present absence ends before that day, today if none is said."""
    t, today = context.t, workdays.local_day(context.now, context.person)
    words = " ".join(command.words)
    day = parse_day(words, today, t, "future") if words else today
    rows = absences.own(context, context.person.id, today)
    found = next((row for row in rows if row.open and row.start is None and row.first <= day <= row.last), None)
    if found is None:
        return Reply(t("You are not recorded as away on {day}.", day=phrases.day_name(t, day)), refused=True)
    if found.first >= day:
        return Reply(
            t("It begins on that day: {what}. Withdraw all of it?", what=wording.what(context, t, found, context.person)),
            buttons=(asking.withdraw_button(t, found),),
        )
    return _shorten(context, found, day)


def _shorten(context: Context, found: Absence, day: date) -> Reply:
    """The absence ends on the day before `day`, which has not passed."""
    t, today = context.t, workdays.local_day(context.now, context.person)
    if found.state not in ("waiting", "approved") or not found.first < day <= found.last:
        return Reply(wording.state_line(context, found), replaces=True, refused=True)
    if day < today:
        raise UserError(
            t("Days that have passed are not changed this way; ask your supervisor: {command}", command=Text("`/izin batal`"))
        )
    shortened = absences.change(context, found, "absence.shortened", last=day - timedelta(days=1))
    if shortened is None:
        return _changed(context, found)
    _tell(context, shortened, f"shortened-{day}", _shortened(context, shortened, found, day))
    what = wording.what(context, t, shortened, context.person)
    return Reply(t("Welcome back on {day}. It ends earlier now: {what}.", day=_day(t, day), what=what), replaces=True)


def _shortened(context: Context, found: Absence, before: Absence, day: date) -> Callable[[Translate], Reply]:
    def message(t: Translate) -> Reply:
        what = wording.what(context, t, before, context.person)
        return Reply(t("{name} is back on {day}, earlier than asked for: {what}.", name=context.person.name, day=_day(t, day),
                       what=what))  # fmt: skip

    return message


def _day(t: Translate, day: date) -> Text:
    return phrases.short_day(t, day)


def which(context: Context, _command: Command) -> Reply:
    """`batal`: what can be withdrawn, a button each."""
    t, person = context.t, context.person
    today = workdays.local_day(context.now, person)
    rows = [row for row in absences.own(context, person.id, today - timedelta(days=31)) if row.state in ("waiting", "approved")]
    if not rows:
        return Reply(t("There is nothing to withdraw."), refused=True)
    lines = [t("What do you want to withdraw?")]
    lines += [Text(f"- {wording.what(context, t, row, person)}: {wording.state(t, row)}") for row in rows[:8]]
    buttons = tuple(asking.withdraw_button(t, row, withdraw_label(t, row)) for row in rows[:8])
    return Reply(join("\n", lines), buttons=buttons)


def withdraw_label(t: Translate, found: Absence) -> Text:
    return t("Withdraw {what}", what=phrases.short_day(t, found.first))


BUTTONS = {"withdraw": withdraw, "cancel": cancel, "back": back}
