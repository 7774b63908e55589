"""To another day: `/logbook ubah 3 tanggal kemarin`, with the way back."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

from integration.dates import Words, take_day
from integration.errors import UserError
from integration.i18n import Translate
from integration.messages import Button, ButtonPress, Reply, join, quote
from integration.plugin import Context
from plugins.logbook import entries, limits, writing
from plugins.logbook.entries import Entry
from plugins.logbook.own import asking, drafting, looking, templates
from plugins.logbook.own.drafting import Draft
from plugins.logbook.own.telling import EDIT, day_shown, told
from plugins.logbook.wording import DAYS_OPEN

_TO = frozenset({"tanggal", "tgl", "tanggalnya", "ke", "pindah", "pindahkan", "jadi", "menjadi", "to", "date", "move"})
# More words are an activity.
LONGEST = 14
_VALUE = re.compile(r"(\d{1,9}):(\d{4}-\d{2}-\d{2})")


def take(words: Words, today: date, t: Translate) -> tuple[Words, date | None]:
    """`3 tanggal kemarin`: the words that name the entry, and the day to which it is to go, None where none is named.

    Raises `UserError` for a date that cannot be.
    """
    if len(words) > LONGEST:
        return words, None
    for at in (place for place, word in enumerate(words) if _means_to(word)):
        rest = words[at:]
        while rest and _means_to(rest[0]):
            rest = rest[1:]
        to = _day(rest, today, t)
        if to is not None:
            return _others(words[:at]), to
    return (_others(words) if words and _means_to(words[-1]) else words), None


def _means_to(word: str) -> bool:
    return word.lower().strip(":,=") in _TO


def _others(words: Words) -> Words:
    return tuple(word for word in words if not _means_to(word))


def _day(words: Words, today: date, t: Translate) -> date | None:
    """All of the words; `5` is the fifth."""
    for these in (words, ("tanggal", *words)):
        day, rest = take_day(these, today, t) if words else (None, ())
        if day is not None and not rest:
            return day
    return None


def moved(context: Context, day: date, line: Entry | Draft, to: date, *, replaces: bool = False) -> Reply:
    """Let the line stand on the day `to`, under the rules of an entry that is new there."""
    t, person = context.t, context.person
    if isinstance(line, Entry) and line.state in ("dropped", "replaced"):
        raise UserError(writing.changed(context, line))
    if isinstance(line, Entry) and day == to:
        said = told(context, line)
        first = t("It stands under {day} already.", day=day_shown(context, line))
        return replace(said, text=join("\n", [first, said.text]), replaces=replaces)
    aim = line.content.target_id
    content = replace(line.content, target_id=templates.target_in(context, person, aim, to) or aim)  # refused below
    try:
        if isinstance(line, Draft):
            entry = drafting.take(context, person, to, line, content=content)
        else:
            entry = writing.change(context, line, content, to)
    except UserError as error:
        return _refused(context, day, line, error)
    before = line.state if isinstance(line, Entry) else ""
    return asking.finished(context, entry, send=False, before=before, left=day, replaces=replaces)


def _refused(context: Context, day: date, line: Entry | Draft, error: UserError) -> Reply:
    """It stands where it stood, and can be changed in its form."""
    ask = looking.ask_late(context, error) if isinstance(error, limits.TooLate) else ()
    change = Button(context.t("Change"), EDIT, drafting.reference(day, line), days=DAYS_OPEN)
    return Reply(quote(error.args[0]), buttons=(*ask, change), refused=True)


def pressed(context: Context, press: ButtonPress) -> Reply:
    """`12:2026-11-20`"""
    found = _VALUE.fullmatch(press.value)
    to = drafting.day_of(found[2]) if found else None
    if found is None or to is None:
        raise UserError(drafting.gone(context, context.person))
    entry = entries.mine(context, context.person, int(found[1]))
    return moved(context, *drafting.latest(context, entry.day, entry), to, replaces=True)


BUTTONS = {"move": pressed}
