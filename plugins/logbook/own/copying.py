"""`/logbook salin`: the entries of another day as drafts of this one, without those that are there already."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from sqlalchemy import func, select

from integration.dates import take_day
from integration.messages import Answer, Button, ButtonPress, Command, Reply, Text, fill, join
from integration.plugin import Context, Subcommand
from integration.workdays import local_day
from plugins.logbook import entries, wording, writing
from plugins.logbook.entries import LIVE, Entry
from plugins.logbook.own import drafting, reporting, templates
from plugins.logbook.own.telling import EDIT, SEND
from plugins.logbook.tables import logbook_entry as _entry
from plugins.logbook.targets import reading as targets
from plugins.logbook.targets.reading import Target
from plugins.logbook.wording import DAYS_OPEN, say

DROP_ALL = "logbook.drop_all"
_BACK = timedelta(days=31)


def copy(context: Context, command: Command) -> Answer:
    """`salin`, `salin kemarin`, `salin 20/11`, `salin ke 20/11`, `salin 19/11 ke 20/11`."""
    today = local_day(context.now, context.person)
    words = tuple(word for word in command.words if word.lower() not in ("dari", "from"))
    at = next((place for place, word in enumerate(words) if word.lower() in ("ke", "to")), len(words))
    from_, left = take_day(words[:at], today, context.t) if words[:at] else (None, ())
    to, right = take_day(words[at + 1 :], today, context.t) if words[at + 1 :] else (None, ())
    if left or right:
        return reporting.line_of(context, command, "salin")
    return _copied(context, from_, to or today)


def _copied(context: Context, from_: date | None, to: date) -> Reply:
    t, today = context.t, local_day(context.now, context.person)
    from_ = from_ or _last_day(context, to)
    found = entries.standing(entries.of_day(context.db, context.person.id, from_)) if from_ else []
    how = Text("`/logbook menyusun laporan 2 jam`")
    if from_ is None or not found or from_ == to:
        day = wording.day(t, from_, today) if from_ else wording.day(t, to - timedelta(days=1), today)
        return Reply(t("There is nothing to copy from {day}. Write for example {how}", day=day, how=how), refused=True)
    days = {"from_": wording.day(t, from_, today), "to": wording.day(t, to, today)}
    made = _write(context, found, to)
    if not made:
        said = t("Everything of {from_} stands in {to} already.", **days)
        return Reply(said, buttons=(say(t("See the day"), f"lihat {to:%d/%m/%Y}"),))
    lines = [t("{count} copied from {from_} to {to} as drafts. Change what was different:", count=len(made), **days)]
    known = targets.by_ids(context.db, [each.content.target_id for each in made])
    lines += [fill("{number}. {line}", number=n, line=_line(context, each, known)) for n, each in enumerate(made, 1)]
    return Reply(join("\n", lines), buttons=_buttons(context, made))


def _last_day(context: Context, to: date) -> date | None:
    """The last day before, on which the person reported anything."""
    e = _entry.c
    mine = e.person_id == context.person.id, e.day.between(to - _BACK, to - timedelta(days=1)), e.state.in_(LIVE)
    found: date | None = context.db.scalar(select(func.max(e.day)).where(*mine))
    return found


def _write(context: Context, found: Sequence[Entry], to: date) -> list[Entry]:
    person = context.person
    there = entries.of_day(context.db, person.id, to)
    known = {_key(each) for each in there}
    place = drafting.place_of(context, person, to)
    made = []
    for each in found:
        if _key(each) not in known:
            content = replace(each.content, source="", place=place or each.content.place)
            made.append(writing.add(context, person, to, templates.current(context, person, to, content)))
            known.add(_key(each))
    return made


def _key(entry: Entry) -> str:
    """What makes it the same work."""
    return " ".join(entry.content.activity.split()).casefold()


def _line(context: Context, entry: Entry, known: Mapping[int, Target]) -> Text:
    return wording.drafted_line(context.t, entry.content, known)


def _buttons(context: Context, made: Sequence[Entry]) -> tuple[Button, ...]:
    t, value = context.t, " ".join(str(each.id) for each in made)
    send = Button(t("Send all") if len(made) > 1 else t("Send"), SEND, value, "good", DAYS_OPEN)
    change = [
        Button(t("Change {number}", number=number), EDIT, str(each.id), days=DAYS_OPEN)
        for number, each in enumerate(made[:4], 1)
    ]
    undo = Button(t("Delete the copies"), DROP_ALL, value, days=DAYS_OPEN)
    return (send, *change, undo)


def drop_all_pressed(context: Context, press: ButtonPress) -> Reply:
    """Undo a copy: what of it was not sent meanwhile."""
    gone = []
    for ref in press.value.split():
        _, line = drafting.named(context, context.person, ref)
        if isinstance(line, Entry) and line.state == "draft":
            gone.append(writing.drop(context, line))
    return Reply(context.t("{count} drafts deleted.", count=len(gone)), replaces=True)


SUBCOMMANDS = (
    Subcommand(
        "salin",
        copy,
        "Copy the entries of your last day, or of another, as drafts",
        arguments="[day] [ke day]",
        example="/logbook salin kemarin",
        aliases=("copy",),
        writes=True,
    ),
)
BUTTONS = {"drop_all": drop_all_pressed}
