"""`/jadwal libur`: the holidays ahead, or those of a year."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import groupby

from integration import phrases
from integration.dates.words import YEARS
from integration.i18n import Translate
from integration.messages import Button, Command, Reply, Text, fill, join
from integration.office_calendar import Calendar
from integration.plugin import Context, Subcommand
from integration.workdays import local_day
from plugins.jadwal import wording
from plugins.jadwal.notices import SAY

COLLECTIVE = "collective"


def holidays(context: Context, command: Command) -> Reply:
    """`libur`: the rest of this year and the next, as far as it is known; `libur 2027`."""
    t, today = context.t, local_day(context.now, context.person)
    word = command.words[0] if command.words else ""
    if not word:
        return _listed(context, today, date(today.year, 12, 31), t("**Holidays ahead in {year}**", year=Text(str(today.year))))
    if not word.isdecimal() or int(word) not in YEARS:
        example = Text(f"`/jadwal libur {today.year + 1}`")
        return Reply(t("“{word}” is no year. For example: {example}", word=word[:20], example=example), refused=True)
    year = int(word)
    return _listed(context, date(year, 1, 1), date(year, 12, 31), t("**Holidays of {year}**", year=Text(word)))


def _listed(context: Context, first: date, last: date, title: Text) -> Reply:
    t, calendar = context.t, context.workdays.calendar(context.db, context.now)
    rows = [fill("- {day}: {name}", day=day, name=name) for day, name in _named(t, calendar, first, last)]
    buttons = (Button(str(last.year + 1), SAY, f"libur {last.year + 1}"),)
    if not rows:
        return Reply(t("No holidays are known from {first} to {last}.", first=wording.date_in(t, first),
                       last=wording.date_in(t, last)), buttons=buttons)  # fmt: skip
    return Reply(join("\n", [title, *rows]), buttons=buttons)


def _named(t: Translate, calendar: Calendar, first: date, last: date) -> Iterator[tuple[Text, Text]]:
    """Days that follow one another under one name share a line."""
    days = [first + timedelta(n) for n in range((last - first).days + 1)]
    for (name, kind), group in groupby(days, calendar.holiday):
        if name:
            run = list(group)
            shown = phrases.short_day(t, run[0]) if len(run) == 1 else _run(t, run[0], run[-1])
            yield shown, t("{name} (collective leave)", name=name) if _says(name, kind) else fill("{name}", name=name)


def _run(t: Translate, first: date, last: date) -> Text:
    return Text(f"{phrases.short_day(t, first)} – {phrases.short_day(t, last)}")


def _says(name: str, kind: str) -> bool:
    """Whether it has to be said that it is collective leave: many names say so already."""
    return kind == COLLECTIVE and "cuti bersama" not in name.lower()


SUBCOMMANDS = (
    Subcommand("libur", holidays, "Holidays ahead, or of a year", arguments="[year]", aliases=("holidays", "holiday")),
)
