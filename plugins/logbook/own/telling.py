"""What stands once an entry was written, in words, and what one may do about it: the buttons below."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from integration import people
from integration.messages import Button, Reply, Text, fill, join
from integration.plugin import Context
from integration.workdays import DayPlan, Plans, local_day
from plugins.logbook import entries, turns, wording
from plugins.logbook.entries import Entry
from plugins.logbook.own import streak
from plugins.logbook.targets import reading as targets
from plugins.logbook.targets.reading import Target
from plugins.logbook.wording import DAYS_OPEN, say

EDIT, ADD, DROP, RESTORE = "logbook.edit", "logbook.add", "logbook.drop", "logbook.restore"
SEND, TIME, AIM, MOVE = "logbook.send", "logbook.time", "logbook.aim", "logbook.move"
_RESULT_SHOWN = 160


@dataclass(frozen=True, slots=True)
class Known:
    """What has been read already, and need not be read again to say what stands now: `superior` is the supervisor's name, ""
    without one, `there` the day's entries before this one; `plans` are those of `streak.days`, None
    where something was reported of the day before.
    """

    plan: DayPlan
    plans: Plans | None
    superior: str
    there: Sequence[Entry]
    target: Target | None = None

    def day_with(self, entry: Entry) -> tuple[DayPlan, Iterable[Entry]]:
        """The day's plan, and its entries now."""
        return self.plan, ({each.id: each for each in self.there} | {entry.id: entry}).values()


def before(context: Context, day: date) -> Known:
    """What is read before somebody's entry of that day is written, in their turn (`turns.in_turn`)."""
    person, superior = context.person, turns.take_turn(context, context.person)
    there = entries.of_day(context.db, person.id, day)
    first = streak.is_first(context, day, there)
    plans = context.workdays.plans(context.db, [person], streak.begins(day) if first else day, day, context.now)
    return Known(plans[person.id, day], plans if first else None, superior, there)


def told(context: Context, entry: Entry, before: str = "", known: Known | None = None, left: date | None = None) -> Reply:
    """What stands now, and what one may do about it; `before` is the state from which it was changed, `left` the day from
    which it was moved.
    """
    t = context.t
    target = {known.target.id: known.target} if known and known.target else None
    details = wording.details(t, entry.content, target or targets.by_ids(context.db, [entry.content.target_id]))
    what = fill(
        "**{what}** — {details}{day}", what=wording.activity(entry.content), details=details, day=_of_day(context, entry)
    )
    total = day_total(context, entry.day, *(known.day_with(entry) if known else ()))
    lines = [_headline(context, entry, what, before, known), *_result(context, entry), total]
    if entry.state == "sent" and not before:
        lines += _streak(context, entry, known)
    buttons = _ways(context, entry)
    if left is not None:
        lines.insert(0, t("Moved from {from_} to {to}.", from_=_day(context, left), to=_day(context, entry.day)))
        if before != "approved":  # the change itself can be taken back
            label = t("Back to {day}", day=_day(context, left))
            buttons = (*buttons, Button(label, MOVE, f"{entry.id}:{left}", days=DAYS_OPEN))
    return Reply(join("\n", lines), buttons=buttons)


def _result(context: Context, entry: Entry) -> list[Text]:
    """So that who wrote a line sees what of it was understood as the result."""
    result = " ".join(entry.content.result.split())
    short = result if len(result) <= _RESULT_SHOWN else result[: _RESULT_SHOWN - 1] + "…"
    return [context.t("Result: {result}", result=short)] if short else []


def _streak(context: Context, entry: Entry, known: Known | None) -> list[Text]:
    if known is None:
        return streak.in_a_row(context, entry.day, [entry], None)
    return streak.in_a_row(context, entry.day, [entry], known.there, known.plans) if known.plans else []


def _of_day(context: Context, entry: Entry) -> Text:
    """Of today it need not be said."""
    if entry.day == local_day(context.now, context.person):
        return Text("")
    return fill(" ({day})", day=day_shown(context, entry))


def _headline(context: Context, entry: Entry, what: Text, before: str, known: Known | None) -> Text:
    t = context.t
    if entry.state == "draft":
        return t("Kept as a draft: {what}. Send it when it is done.", what=what)
    if entry.state == "returned":
        return t("Kept: {what}. Send it again when it is done.", what=what)
    if entry.state != "sent":
        return fill("{what} · {state}", what=what, state=wording.state(t, entry.state))
    if before == "approved" or entry.revises_id is not None:
        return t("Changed: {what}. Your supervisor is asked again; until then what was approved counts.", what=what)
    superior = known.superior if known else supervisor_name(context)
    if not superior:
        return t("Sent: {what}. You have no supervisor in the list: the personnel officers read it.", what=what)
    return t("Sent to {name}: {what}.", name=superior, what=what)


def supervisor_name(context: Context) -> str:
    above = people.get(context.db, context.person.supervisor_id) if context.person.supervisor_id else None
    return above.name if above else ""


def day_shown(context: Context, entry: Entry) -> Text:
    return _day(context, entry.day)


def _day(context: Context, day: date) -> Text:
    return wording.day(context.t, day, local_day(context.now, context.person))


def day_total(context: Context, day: date, plan: DayPlan | None = None, there: Iterable[Entry] | None = None) -> Text:
    """What the day comes to; with what is known of it, nothing is read."""
    found = entries.standing(entries.of_day(context.db, context.person.id, day) if there is None else there)
    planned = (plan or context.plan(context.person, day)).minutes
    total = wording.total(context.t, wording.minutes_of(found), planned)
    return fill("{total} ({day}).", total=total, day=_day(context, day))


def _ways(context: Context, entry: Entry) -> tuple[Button, ...]:
    t, buttons = context.t, list[Button]()
    if entry.open:
        buttons.append(Button(t("Send"), SEND, str(entry.id), "good", DAYS_OPEN))
    if entry.state != "dropped":
        buttons.append(Button(t("Change"), EDIT, str(entry.id), days=DAYS_OPEN))
    if entry.state in entries.CHANGEABLE:
        label = t("Take it back") if entry.state == "sent" else t("Delete")
        buttons.append(Button(label, DROP, str(entry.id), days=DAYS_OPEN))
    buttons.append(say(t("See the day"), f"lihat {entry.day:%d/%m/%Y}"))
    return tuple(buttons)


def nothing_changed(context: Context, entry: Entry) -> Reply:
    return Reply(join("\n", [context.t("Nothing was changed."), told(context, entry).text]), buttons=_ways(context, entry))
