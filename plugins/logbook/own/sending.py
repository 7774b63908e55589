"""`/logbook kirim`: everything of a day, or what was named; what cannot go yet is kept and asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from integration.errors import UserError
from integration.messages import ButtonPress, Reply, Text, join
from integration.phrases import duration
from integration.plugin import Context
from integration.workdays import local_day
from plugins.logbook import wording, writing
from plugins.logbook.entries import Entry
from plugins.logbook.own import asking, drafting, streak
from plugins.logbook.own.drafting import Day, Draft
from plugins.logbook.own.telling import day_total, supervisor_name
from plugins.logbook.wording import say

_LONGEST_VALUE = 1500


@dataclass(slots=True)
class _Outcome:
    sent: list[Entry] = field(default_factory=list)
    # What could not go, because something is missing.
    waiting: list[Entry] = field(default_factory=list)


def send_lines(context: Context, day: date, lines: Sequence[Entry | Draft]) -> _Outcome:
    """Store what was drafted and send everything that is complete; the rest is kept."""
    outcome, ready = _Outcome(), list[Entry]()
    for line in lines:
        entry = drafting.take(context, context.person, day, line) if isinstance(line, Draft) else line
        if not entry.open:
            continue
        complete = entry.content.minutes and not writing.lacks(context, context.person, entry.content)
        (ready if complete else outcome.waiting).append(entry)
    outcome.sent = asking.sent(context, ready)
    return outcome


def reply(context: Context, found: Day, lines: Sequence[Entry | Draft], *, replaces: bool = False) -> Reply:
    """Send them, and say what was sent, what is missing, and what came back and wants a correction."""
    t = context.t
    outcome = send_lines(context, found.day, lines)
    day = wording.day(t, found.day, local_day(context.now, context.person))
    said: list[Text] = []
    if outcome.sent:
        minutes = duration(t, wording.minutes_of(outcome.sent))
        name = supervisor_name(context)
        if name:
            said.append(t("{count} sent to {name}, {time}.", count=len(outcome.sent), name=name, time=minutes))
        else:
            said.append(t("{count} sent, {time}.", count=len(outcome.sent), time=minutes))
        said.append(day_total(context, found.day, found.plan))
        said += streak.in_a_row(context, found.day, outcome.sent, found.entries)
    elif not outcome.waiting:
        said.append(_nothing(context, found, day))
    if outcome.waiting:
        return _ask_rest(context, outcome.waiting, said, replaces=replaces)
    buttons = (say(t("See the day"), f"lihat {found.day:%d/%m/%Y}"), say(t("Add an activity"), f"tambah {found.day:%d/%m/%Y}"))
    return Reply(join("\n", said), buttons=buttons, replaces=replaces)


def _ask_rest(context: Context, waiting: Sequence[Entry], said: Sequence[Text], *, replaces: bool) -> Reply:
    first = waiting[0]
    ask = asking.ask_fields if first.content.minutes else asking.ask_time
    asked = ask(context, first)
    more = [context.t("{count} more want something, too: {how}", count=len(waiting) - 1, how=_day_command(first))]
    text = join("\n", [*said, asked.text, *(more if len(waiting) > 1 else [])])
    return Reply(text, buttons=asked.buttons, replaces=replaces)


def _day_command(entry: Entry) -> Text:
    return Text(f"`/logbook lihat {entry.day:%d/%m/%Y}`")


def _nothing(context: Context, found: Day, day: Text) -> Text:
    t = context.t
    if any(each.state == "returned" for each in found.entries):
        return t("What came back wants a correction first: press its button below the day, {how}.", how=_shown(found.day))
    if any(each.state in ("sent", "approved") for each in found.entries):
        return t("Everything of {day} is sent already.", day=day)
    how = Text("`/logbook menyusun laporan 2 jam`")
    return t("There is nothing to send of {day} yet. Write for example {how}", day=day, how=how)


def _shown(day: date) -> Text:
    return Text(f"`/logbook lihat {day:%d/%m/%Y}`")


def send_pressed(context: Context, press: ButtonPress) -> Reply:
    """Lines by their references, `12 2026-11-23/rapat:4`: exactly what was shown. `2026-11-23`: all of the day."""
    refs = press.value.split()
    day = drafting.day_of(refs[0]) if len(refs) == 1 else None
    if day is not None:
        found = drafting.of_day(context, context.person, day)
        return reply(context, found, found.open, replaces=True)
    named = [drafting.named(context, context.person, ref) for ref in refs]
    if not named:
        raise UserError(drafting.gone(context, context.person))
    if len(named) == 1 and isinstance(named[0][1], Entry):
        return asking.finished(context, named[0][1], send=True, replaces=True)
    found = drafting.of_day(context, context.person, named[0][0])
    return reply(context, found, [line for _, line in named], replaces=True)


def send_value(found: Day) -> str:
    """What the button of a day means: the lines that it stands under, where they fit."""
    value = " ".join(drafting.reference(found.day, each) for each in found.open)
    return value if len(value) <= _LONGEST_VALUE else str(found.day)


BUTTONS = {"send": send_pressed}
