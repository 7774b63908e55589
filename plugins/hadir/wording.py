"""Times, places and durations in words, the same in every reply of the plugin."""

from __future__ import annotations

from datetime import date, datetime

from babel.dates import format_date

from integration import workdays
from integration.i18n import Translate
from integration.messages import Text
from integration.people import Person

_PLACES = {"wfo": Text("WFO"), "wfh": Text("WFH"), "wfa": Text("WFA"), "dinas": Text("Dinas")}


def clock(moment: datetime, person: Person) -> Text:
    """`07.28 WIB` where the person's office is."""
    return Text(workdays.clock(moment, person.zone))


def hours(start: datetime, end: datetime, person: Person) -> Text:
    """`07.30–16.00 WIB` where the person's office is."""
    return Text(f"{start.astimezone(person.tz):%H.%M}–{clock(end, person)}")


def duration(t: Translate, minutes: int) -> Text:
    """`16 menit`, `1 jam 16 menit`, `2 jam`."""
    whole, rest = divmod(minutes, 60)
    if not whole:
        return t("{minutes} min", minutes=rest)
    return t("{hours} h {minutes} min", hours=whole, minutes=rest) if rest else t("{hours} h", hours=whole)


def place(code: str) -> Text:
    """`WFO`, `WFH`, `WFA`, `Dinas`; empty for an unknown place."""
    return _PLACES.get(code, Text(""))


def day_name(t: Translate, day: date) -> Text:
    """`Senin, 23 November 2026`"""
    return Text(format_date(day, "EEEE, d MMMM y", locale=t.locale))


def short_day(t: Translate, day: date) -> Text:
    """`Senin 23 Nov`"""
    return Text(format_date(day, "EEEE d MMM", locale=t.locale))
