"""Throwing a line away, with the way back."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from integration.errors import UserError
from integration.messages import Button, ButtonPress, Reply, join
from integration.plugin import Context
from plugins.logbook import writing
from plugins.logbook.entries import Entry
from plugins.logbook.own import drafting
from plugins.logbook.own.drafting import Draft
from plugins.logbook.own.telling import EDIT, RESTORE, day_shown, day_total, told
from plugins.logbook.wording import DAYS_OPEN, say


def drop_pressed(context: Context, press: ButtonPress) -> Reply:
    day, line = drafting.named(context, context.person, press.value)
    return dropped(context, day, line, replaces=True)


def dropped(context: Context, day: date, line: Entry | Draft, *, replaces: bool = False) -> Reply:
    """Throw a line away, with the way back. Of a draft it is remembered that it is not wanted."""
    t, entry = context.t, drafting.take(context, context.person, day, line) if isinstance(line, Draft) else line
    if entry.state == "approved":
        how = Button(t("Change"), EDIT, str(entry.id), days=DAYS_OPEN)
        said = t(
            "“{what}” is approved and stays. You may change it; then your supervisor is asked.",
            what=writing.short(entry.content),
        )
        return Reply(said, buttons=(how,), refused=True)
    entry = writing.drop(context, entry)
    undo = Button(t("Put it back"), RESTORE, str(entry.id), days=DAYS_OPEN)
    lines = [
        t("Deleted: {what} ({day}).", what=writing.short(entry.content), day=day_shown(context, entry)),
        day_total(context, entry.day),
    ]
    return Reply(join("\n", lines), buttons=(undo, say(t("See the day"), f"lihat {entry.day:%d/%m/%Y}")), replaces=replaces)


def restore_pressed(context: Context, press: ButtonPress) -> Reply:
    _, line = drafting.named(context, context.person, press.value)
    if isinstance(line, Draft):
        raise UserError(drafting.gone(context, context.person))
    entry = writing.restore(context, line)
    return replace(told(context, entry), replaces=True)


BUTTONS = {"drop": drop_pressed, "restore": restore_pressed}
