"""The words that dates are made of, and how a line is tidied before it is read."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date
from typing import TypeVar

from babel.dates import format_date

from integration.i18n import Translate
from integration.messages import Text, clean, quote

Words = tuple[str, ...]
_Found = TypeVar("_Found")
YEARS = range(2000, 2100)
# Words, as in "hari senin 24 november 2026".
_LONGEST_END = 5

MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "januari january jan",
            "februari february pebruari feb peb",
            "maret march mar mrt",
            "april apr",
            "mei may",
            "juni june jun",
            "juli july jul",
            "agustus august agu ags agt agst aug",
            "september sept sep",
            "oktober october okt oct",
            "november nopember nov nop",
            "desember december des dec",
        ),
        1,
    )
    for name in names.split()
}
WEEKDAYS = {
    name: number
    for number, names in enumerate(
        (
            "senin monday mon sen",
            "selasa tuesday tue tues sel",
            "rabu wednesday wed rab",
            "kamis thursday thu thur thurs kam",
            "jumat friday fri jum",
            "sabtu saturday sat sab",
            "minggu ahad sunday sun min",
        )
    )
    for name in names.split()
}
_FIXED = {
    "hari ini|hr ini|hari ni|today|sekarang|now": 0,
    "kemarin|kmrn|kmarin|kemaren|yesterday": -1,
    "kemarin lusa|kemarin dulu|day before yesterday": -2,
    "besok|bsk|besuk|tomorrow": 1,
    "lusa|besok lusa|day after tomorrow": 2,
}
OFFSETS = {phrase: days for phrases, days in _FIXED.items() for phrase in phrases.split("|")}
_NUMBERS = ("satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan", "sepuluh", "sebelas")
NUMBERS = {word: number for number, word in enumerate(_NUMBERS, 1)}
MONTH_NAME = "|".join(sorted(MONTHS, key=len, reverse=True))


def tidy(text: str) -> str:
    """`text` in lower case with single spaces, plain digits, and no commas or apostrophes inside words."""
    text = unicodedata.normalize("NFKC", clean(text)).lower().replace("’", "'")
    text = re.sub(r"(?<=[a-z])'(?=[a-z])", "", text).replace(",", " ")
    return " ".join(text.split()).rstrip(".!?")


def at_an_end(words: Words, take: Callable[[Words], tuple[_Found | None, Words]]) -> tuple[_Found | None, Words]:
    """What `take` finds at the beginning of a line, else as its whole end; and the other words of the line."""
    found, rest = take(words)
    if found is not None:
        return found, rest
    for start in range(max(1, len(words) - _LONGEST_END), len(words)):
        found, rest = take(words[start:])
        if found is not None and not rest:
            return found, words[:start]
    return None, words


def show_day(day: date, t: Translate, pattern: str = "EEEE, d MMMM y") -> Text:
    """`Senin, 23 November 2026`; the pattern is Babel's."""
    return Text(format_date(day, pattern, locale=t.locale))


def show_month(first: date, t: Translate) -> Text:
    """`November 2026`"""
    return Text(format_date(first, "MMMM y", locale=t.locale))


def year_of(text: str | None) -> int | None:
    """The year that `2026`, `26` or `'26` means."""
    if text is None:
        return None
    figures = text.strip("'")
    return int(figures) if len(figures) == 4 else 2000 + int(figures)


def shortened(text: str) -> Text:
    return quote(text if len(text) <= 60 else text[:59] + "…")
