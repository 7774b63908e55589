"""`tukar @dewi selasa rabu antar anak ke sekolah`: name, days and note of a swap, in any order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from integration.dates import Words, take_day
from integration.plugin import Context
from integration.workdays import local_day
from plugins.jadwal.swaps import NOTE_LENGTH

_FILLERS = frozenset({"dengan", "sama", "dgn", "with", "dan", "and", "hari", "untuk", "for", "ganti", "ke", "lawan", "&", "↔"})


@dataclass(frozen=True, slots=True)
class Said:
    """What a line has said so far."""

    name: str
    days: tuple[date, ...]
    note: str


def whole(name: str, said: Said) -> str:
    return " ".join(["tukar", name, *(f"{day:%d/%m/%Y}" for day in said.days), said.note]).strip()


def read(context: Context, words: Words) -> Said:
    """Name and days in any order; what follows once both are known is a note to the colleague."""
    today = local_day(context.now, context.person)
    name: list[str] = []
    days: list[date] = []
    naming = True
    while words:
        day, rest = take_day(words, today, context.t, "future") if len(days) < 2 else (None, words)
        if day is not None:
            days, naming = [*days, day], not name
        elif words[0].lower() in _FILLERS:
            rest = words[1:]
        elif naming:
            name, rest = [*name, words[0]], words[1:]
            naming = not name[0].startswith("@")
        elif not days:
            rest = words[1:]  # a second name after `@dewi`
        else:
            break
        words = rest
    note = " ".join(words).strip("\"'“” ")
    return Said(" ".join(name), tuple(dict.fromkeys(days)), note[:NOTE_LENGTH])
