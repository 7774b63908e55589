"""An entry on its way: complete, it goes to the supervisor; what it still lacks is asked by buttons."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from integration.errors import UserError
from integration.messages import Button, ButtonPress, Reply, Text, join
from integration.phrases import duration
from integration.plugin import Context
from plugins.logbook import entries, wording, writing
from plugins.logbook.entries import Entry
from plugins.logbook.own import drafting
from plugins.logbook.own.telling import DROP, EDIT, TIME, Known, told
from plugins.logbook.review import reviewing
from plugins.logbook.wording import DAYS_OPEN

OFFERED = (30, 60, 90, 120, 180, 240)


def finished(
    context: Context,
    entry: Entry,
    *,
    send: bool,
    before: str = "",
    replaces: bool = False,
    known: Known | None = None,
    left: date | None = None,
) -> Reply:
    """What is said once an entry was written: it goes to the supervisor if it is complete, else what is missing is asked.

    `before` is the state from which it was changed, `left` the day from which it was moved.
    """
    if send and entry.open:
        if not entry.content.minutes:
            return ask_time(context, entry, replaces=replaces)
        if writing.lacks(context, context.person, entry.content):
            return ask_fields(context, entry, replaces=replaces)
        entry = sent(context, [entry])[0]
    elif before == "sent":
        reviewing.tell_resent(context, context.person, [entry])
    return replace(told(context, entry, before, known, left), replaces=replaces)


def sent(context: Context, these: Sequence[Entry]) -> list[Entry]:
    """Send them; whoever gave one of them back hears at once that it was corrected."""
    done = writing.send(context, context.person, these)
    reviewing.tell_resent(context, context.person, done)
    return done


# ---------------------------------------------------------------- what is missing


def ask_time(context: Context, entry: Entry, first: Text | None = None, *, replaces: bool = False) -> Reply:
    """The one thing that a line forgets most: a press, and it is sent."""
    t = context.t
    text = t("How long did “{what}” take? It is kept as a draft until then.", what=wording.activity(entry.content))
    times = [Button(duration(t, each), TIME, f"{entry.id}:{each}", days=DAYS_OPEN) for each in OFFERED]
    other = Button(t("Another time"), EDIT, str(entry.id), days=DAYS_OPEN)
    drop = Button(t("Delete"), DROP, str(entry.id), days=DAYS_OPEN)
    shown = join("\n", [first, text]) if first else text
    return Reply(shown, buttons=(*times, other, drop), replaces=replaces)


def ask_fields(context: Context, entry: Entry, *, replaces: bool = False) -> Reply:
    """Fields that the unit wants of every report."""
    t, lacking = context.t, ", ".join(writing.lacks(context, context.person, entry.content))
    text = t(
        "“{what}” is kept as a draft. Your unit also wants: {fields}.", what=wording.activity(entry.content), fields=lacking
    )
    complete = Button(t("Complete it"), EDIT, str(entry.id), "good", DAYS_OPEN)
    drop = Button(t("Delete"), DROP, str(entry.id), days=DAYS_OPEN)
    return Reply(text, buttons=(complete, drop), replaces=replaces)


def time_pressed(context: Context, press: ButtonPress) -> Reply:
    """`12:90`"""
    entry, minutes = _valued(context, press.value)
    if entry.state != "draft" or entry.content.minutes:
        return replace(told(context, entry), replaces=True)  # a second press
    if minutes not in OFFERED:
        raise UserError(drafting.gone(context, context.person))
    entry = writing.change(context, entry, replace(entry.content, minutes=minutes))
    return finished(context, entry, send=True, replaces=True)


def aim_pressed(context: Context, press: ButtonPress) -> Reply:
    """`12:7`: the target that was meant; 0: none."""
    entry, target = _valued(context, press.value)
    if entry.state != "draft":
        return replace(told(context, entry), replaces=True)
    if target and entry.content.target_id != target:
        entry = writing.change(context, entry, replace(entry.content, target_id=target))
    return finished(context, entry, send=True, replaces=True)


def _valued(context: Context, value: str) -> tuple[Entry, int]:
    found = re.fullmatch(r"(\d{1,9}):(\d{1,9})", value)
    if found is None:
        raise UserError(drafting.gone(context, context.person))
    return entries.mine(context, context.person, int(found[1])), int(found[2])


BUTTONS = {"time": time_pressed, "aim": aim_pressed}
