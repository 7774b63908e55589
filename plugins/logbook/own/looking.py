"""A person's own days as they read them: one with its lines and buttons, or several with a line each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from integration.dates import show_day, show_month
from integration.errors import UserError
from integration.messages import Button, Command, Reply, Text, fill, join, quote
from integration.phrases import day_name, duration, excuse
from integration.plugin import Context
from integration.workdays import DayPlan, local_day
from plugins.logbook import entries, limits, wording
from plugins.logbook.entries import Entry
from plugins.logbook.evidence import keeping as evidence
from plugins.logbook.own import drafting, sending
from plugins.logbook.own.drafting import Day, Draft
from plugins.logbook.own.late_wording import ASK
from plugins.logbook.own.telling import ADD, EDIT, SEND
from plugins.logbook.review import digest
from plugins.logbook.wording import DAYS_OPEN, say

# So far back drafts and returned entries are brought to mind.
_BACK = timedelta(days=62)
_NUMBERED_BUTTONS = 4
# Whose home also says what waits of others.
_LEADING = frozenset({"atasan", "pimpinan"})


# ---------------------------------------------------------------- a day


def home(context: Context, _command: Command) -> Reply:
    """The day's report: what is there, what is known, and what came back first of all."""
    shown = show(context, local_day(context.now, context.person), at_home=True)
    return _with_team(context, shown) if _LEADING & set(context.person.roles) else shown


def _with_team(context: Context, own: Reply) -> Reply:
    """Whoever leads is told what waits for them, so that nobody has to know another command."""
    t, count = context.t, digest.count_waiting(context, context.person)
    if not count:
        return own
    line = t("Of your team {count} activities wait for you.", count=count)
    return replace(own, text=join("\n\n", [own.text, line]), buttons=(say(t("To be checked"), "periksa"), *own.buttons))


def show(context: Context, day: date, *, at_home: bool = False) -> Reply:
    """One day. Raises `UserError` for one to come."""
    t, today = context.t, local_day(context.now, context.person)
    if day > today:
        raise UserError(t("{day} is still to come.", day=day_name(t, day)))
    found = drafting.of_day(context, context.person, day)
    closed = None if at_home else limits.why_closed(context, context.person, day)
    others = _elsewhere(context, day) if at_home else []
    returned = [each for each in others if each.state == "returned"]
    shown = [*_returned(context, returned), fill("**{day}**", day=day_name(t, day)), *_about(context, found, closed)]
    shown += _lines(context, found)
    if found.entries:
        shown.append(fill("{total}.", total=wording.total(t, found.minutes, found.plan.minutes)))
    shown += _unsent(context, [each for each in others if each.state == "draft"])
    if at_home and not found.lines:
        shown.append(t("In one line: {example}", example=Text("`/logbook menyusun laporan keuangan 2 jam #RHK-3`")))
    return Reply(
        wording.under(shown),
        buttons=_closed(context, found, closed) if closed else _buttons(context, found, returned, at_home=at_home),
    )


def _elsewhere(context: Context, today: date) -> list[Entry]:
    """What of other days waits for the person: it came back, or was never sent."""
    wanted = (today - _BACK, today - timedelta(days=1), ("returned", "draft"))
    return entries.between(context.db, [context.person.id], *wanted)


def _returned(context: Context, found: Sequence[Entry]) -> list[Text]:
    """Of other days; those of the day itself stand among its lines."""
    t = context.t
    lines = [
        t(
            "↩ Came back ({day}): {what}. Your supervisor: “{note}”",
            day=show_day(each.day, t, "EEEE d MMM"),
            what=wording.activity(each.content, 60),
            note=" ".join(each.note.split()),
        )
        for each in found[:_NUMBERED_BUTTONS]
    ]
    more = [t("… and {count} more that came back", count=len(found) - len(lines))] if len(found) > len(lines) else []
    return [*lines, *more, *([Text("")] if lines else [])]


def _about(context: Context, found: Day, closed: UserError | None) -> list[Text]:
    """What kind of day it is, and whether anything is left to do, or may be done."""
    t, plan = context.t, found.plan
    if _asked(closed):
        return [quote(closed.args[0])] if closed else []
    if found.lines:
        if found.entries and not found.open and all(each.state in ("sent", "approved") for each in found.entries):
            return [t("Everything is sent. Thank you.")]
        return []
    if not plan.works:
        return [_free(context, plan)]
    return [quote(closed.args[0]) if closed else t("Nothing is known of this day yet. What did you do?")]


def _free(context: Context, plan: DayPlan) -> Text:
    t = context.t
    if plan.excuse == "dinas":
        return t("You are on official travel. Write what you do there, if you like.")
    if plan.excuse:
        return t("You are away on this day ({why}): no report is expected.", why=excuse(t, plan.excuse))
    if plan.free:
        return t("A day off ({why}): no report is expected.", why=plan.free)
    return t("A day off: no report is expected.")


def _lines(context: Context, found: Day) -> list[Text]:
    t = context.t
    counts = {id: len(these) for id, these in evidence.of_entries(context.db, [each.id for each in found.entries]).items()}
    shown = [
        fill(
            "{number}. {line}", number=number, line=wording.entry_line(t, each, found.targets, evidence=counts.get(each.id, 0))
        )
        for number, each in enumerate(found.entries, 1)
    ]
    if found.drafts:
        shown.append(t("Known and not reported yet:"))
    for number, draft in enumerate(found.drafts, len(found.entries) + 1):
        line = wording.drafted_line(t, draft.content, found.targets, evidence=len(draft.files))
        shown.append(fill("{number}. {line}", number=number, line=line))
    return shown


def _unsent(context: Context, found: Sequence[Entry]) -> list[Text]:
    days = sorted({each.day for each in found})[-3:]
    if not days:
        return []
    shown = join(", ", [show_day(day, context.t, "EEEE d MMM") for day in days])
    return [context.t("Drafts that were not sent yet: {days}.", days=shown)]


def _buttons(context: Context, found: Day, returned: Sequence[Entry], *, at_home: bool) -> tuple[Button, ...]:
    t, buttons = context.t, list[Button]()
    for each in returned[:2]:
        label = t("Correct ({day})", day=show_day(each.day, t, "d MMM"))
        buttons.append(Button(label, EDIT, str(each.id), "good", DAYS_OPEN))
    if found.open:
        label = t("Send all") if len(found.open) > 1 else t("Send")
        buttons.append(Button(label, SEND, sending.send_value(found), "good", DAYS_OPEN))
    buttons.append(Button(t("Add an activity"), ADD, found.day.isoformat(), days=DAYS_OPEN))
    buttons += [
        _change(context, found, *each) for each in sorted(_changeable(found)[:_NUMBERED_BUTTONS], key=lambda pair: pair[0])
    ]
    if not found.lines and found.plan.works:
        buttons.append(say(t("Copy from the last day"), f"salin ke {found.day:%d/%m/%Y}"))
    if at_home:
        buttons.append(say(t("Help"), "bantuan"))
    return tuple(buttons)


def _change(context: Context, found: Day, number: int, line: Entry | Draft) -> Button:
    label = context.t("Change {number}", number=number)
    return Button(label, EDIT, drafting.reference(found.day, line), days=DAYS_OPEN)


def _closed(context: Context, found: Day, closed: UserError) -> tuple[Button, ...]:
    """Past the time for reports, what came back may still be corrected."""
    if not isinstance(closed, limits.TooLate):
        return ()
    returned = [(number, each) for number, each in enumerate(found.entries, 1) if each.state == "returned"]
    return (*(_change(context, found, *each) for each in returned[:_NUMBERED_BUTTONS]), *ask_late(context, closed))


def ask_late(context: Context, closed: limits.TooLate) -> tuple[Button, ...]:
    """None while the request waits: the sentence says with whom."""
    if closed.asked:
        return ()
    return (Button(context.t("Ask my supervisor"), ASK, closed.day.isoformat(), "good", DAYS_OPEN),)


def _asked(closed: UserError | None) -> bool:
    return isinstance(closed, limits.TooLate) and closed.asked


def _changeable(found: Day) -> list[tuple[int, Entry | Draft]]:
    """What came back and what is not sent first of all; it keeps its number."""
    numbered = [(number, each) for number, each in enumerate(found.lines, 1) if not _approved(each)]
    return sorted(numbered, key=lambda pair: (not _waits(pair[1]), pair[0]))


def _approved(line: Entry | Draft) -> bool:
    return isinstance(line, Entry) and line.state == "approved"


def _waits(line: Entry | Draft) -> bool:
    return isinstance(line, Draft) or line.open


# ---------------------------------------------------------------- /logbook lihat


def month(context: Context, first: date) -> Reply:
    """The month so far. Raises `UserError` for one to come."""
    today, (first, last) = local_day(context.now, context.person), entries.month_of(first)
    if first > today:
        raise UserError(context.t("{day} is still to come.", day=show_month(first, context.t)))
    return days(context, first, min(last, today), show_month(first, context.t))


def days(context: Context, first: date, last: date, title: Text) -> Reply:
    """A line for each day that has entries, and for each working day that has none."""
    t, person = context.t, context.person
    found: dict[date, list[Entry]] = {}
    for each in entries.between(context.db, [person.id], first, last):
        found.setdefault(each.day, []).append(each)
    plans = context.workdays.plans(context.db, [person], first, last, context.now) if first <= last else {}
    shown, minutes = [fill("**{title}**", title=title)], 0
    for count in range((last - first).days + 1):
        day = first + timedelta(days=count)
        standing = entries.standing(found.get(day, []))
        minutes += wording.minutes_of(standing)
        if standing or plans[person.id, day].works:
            shown.append(_day_line(context, day, standing))
    shown.append(fill("{total}.", total=wording.total(t, minutes, 0)))
    return Reply(wording.under(shown), buttons=_of_days(context, last))


def _of_days(context: Context, last: date) -> tuple[Button, ...]:
    t, before = context.t, last.replace(day=1) - timedelta(days=1)
    month = say(show_month(last.replace(day=1), t), f"lihat {last:%m/%Y}")
    return (month, say(show_month(before.replace(day=1), t), f"lihat {before:%m/%Y}"), say(t("Today"), "lihat hari ini"))


def _day_line(context: Context, day: date, found: Sequence[Entry]) -> Text:
    t, shown = context.t, show_day(day, context.t, "EEEE d MMM")
    if not found:
        return fill("- {day}: –", day=shown)
    states = {state: sum(each.state == state for each in found) for state in ("draft", "sent", "returned", "approved")}
    words = [fill("{count} {state}", count=count, state=wording.state(t, state)) for state, count in states.items() if count]
    return fill("- {day}: {time} · {states}", day=shown, time=duration(t, wording.minutes_of(found)), states=join(", ", words))
