"""One line that reports: `kemarin menyusun laporan keuangan 2 jam = 3 laporan #RHK-3 wfh https://…`.

What is unmistakable is taken off the ends of the line; everything else is the activity, word for word.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from integration.dates import Words, take_day
from integration.i18n import Translate
from plugins.logbook.entries import PLACES
from plugins.logbook.own.amounts import minutes_within, quantity_of, take_minutes

_LINK = re.compile(r"(?<![\w/])(?:https?://|www\.)[^\s<>\"]+", re.IGNORECASE)
_WITH_BRACKET = re.compile(rf"[(\[]?{_LINK.pattern}", re.IGNORECASE)
_AFTER_LINK = ".,;:!?)]}'\""
_CODE = r"#\s?(?P<code>[^\W_][\w./-]{0,29}?)(?P<number> \d{1,3})?"
_CODE_AT_END = re.compile(rf"(?:^|(?<=[\s,;(])){_CODE}[\s,;.)]*$")
_CODE_IN_FRONT = re.compile(r"#(?P<code>[^\W_][\w./-]{0,29})(?P<number>)[\s,:;]+")
# Within the words it stays there, and counts where it cannot be a number of anything else.
_CODE_WITHIN = re.compile(r"(?<![\w/&])#(?P<code>[^\W\d_][\w./-]{0,29})(?P<number>)")
_PLACE = re.compile(rf"(?:^|[\s,;(])(?:(?:di|dari|secara) )?(?P<place>{'|'.join(PLACES)})[\s,;.)]*$", re.IGNORECASE)
_FAR = re.compile(r"(?:^|[\s,;(])(?:dinas luar|dl)[\s,;.)]*$", re.IGNORECASE)
_YIELD = r"(?:hasil(?:nya)?|output)"
_AMOUNT = r"(?:jumlah(?:nya)?|volume(?:nya)?|sebanyak|sejumlah)"
# What is counted ends where a result in words begins: `= 1 dokumen hasil: nota dinas`.
_MEASURE = rf"[^\W\d](?:(?! {_YIELD} ?[:=])[^=#\d]){{0,39}}"
_SIGN = rf"(?:(?<![\s,;])[\s,;]+(?:{_YIELD}\s*=|{_AMOUNT}\s*[:=])|\s*(?:=|=>|→|->))"
_EQUALS = re.compile(rf"{_SIGN}\s*(?P<number>[\d.,]*\d)\s*(?P<measure>{_MEASURE})?[\s,;.]*$", re.IGNORECASE)
_COUNTED = r"(?P<number>[\d.,]*\d)\s+(?P<measure>[^\W\d][\w-]{0,39})[\s,;.]*$"
_HASIL = re.compile(rf"(?<![\s,;])[\s,;]+{_YIELD}\s*[:=]?\s*{_COUNTED}", re.IGNORECASE)
# Without a sign it counts only behind words enough: in `merekap jumlah 12 surat` it is what was done.
_JUMLAH = re.compile(rf"(?<=\S)(?P<sign>[,;]?) {_AMOUNT} {_COUNTED}", re.IGNORECASE)
_RESULT = re.compile(rf"(?<![\s,;])[\s,;]+{_YIELD}\s*[:=]\s*(?P<result>\S.*)$", re.IGNORECASE | re.DOTALL)
_NUMBER = re.compile(r"\d{1,3}(?:\.\d{3})+(?:,\d{1,2})?|\d{1,9}(?:[.,]\d{1,2})?")
_DAY_AT_END = re.compile(r"(?<![\s,;])[\s,;]+(?P<day>kemarin|kmrn|hari ini|yesterday|today)[\s.]*$", re.IGNORECASE)
_MOST_ENDS = 12
_MARK = re.compile(r"^\s*(?:[-*•–]|\d{1,2}[.)])\s+")
# `Jumat bersih` is an activity and no day; `08.00` is a time.
_NO_DAY = re.compile(r"(?:jum'?at|sabtu|minggu|kamis|rabu|selasa|senin)\s+(?:bersih|sehat|berkah|berbagi|ceria|krida)\b", re.I)
_CLOCK = re.compile(r"(?:jam|pukul|pkl)\b|\d{1,2}[.:]\d{2}(?![.\d])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Line:
    """What a line has said. `codes` are targets as they were written, `links` evidence; `minutes` 0 where nobody said."""

    activity: str
    day: date | None = None
    minutes: int = 0
    quantity: Decimal | None = None
    measure: str = ""
    result: str = ""
    place: str = ""
    codes: Sequence[str] = field(default=())
    links: Sequence[str] = field(default=())


def read(text: str, today: date, t: Translate) -> Line:
    """Raises `UserError` for a date or hours that cannot be."""
    links, text = _links(text)
    day, text = _day(" ".join(text.split()), today, t)
    line = _ends(Line(text, day, links=links), today, t)
    if line.day is None and line.minutes:
        day, rest = _day(line.activity, today, t)
        line = replace(line, day=day, activity=rest)
    if not line.minutes:
        line = replace(line, minutes=minutes_within(line.activity, t))
    within = [_code(found) for found in _CODE_WITHIN.finditer(line.activity)]
    codes = tuple(dict.fromkeys([*within, *line.codes]))
    return replace(line, codes=codes, activity=line.activity.strip(" ,;:–—-"))


def several(text: str) -> list[str]:
    """The lines of a text, without what marks them in a list."""
    return [line for each in text.splitlines() if (line := _MARK.sub("", each).strip())]


def take_day_of(words: Words, today: date, t: Translate) -> tuple[date | None, str]:
    """The day with which words begin, and the others as text. Raises `UserError` for a date that cannot be."""
    return _day(" ".join(words), today, t)


# ---------------------------------------------------------------- taken out


def _links(text: str) -> tuple[list[str], str]:
    found = [match[0].rstrip(_AFTER_LINK) for match in _LINK.finditer(text)]
    return list(dict.fromkeys(found)), _WITH_BRACKET.sub(" ", text)


def _code(found: re.Match[str]) -> str:
    return found["code"].rstrip("./-") + (found["number"] or "")


def _day(text: str, today: date, t: Translate) -> tuple[date | None, str]:
    if _CLOCK.match(text) or _NO_DAY.match(text):
        return None, text
    words = text.split()
    day, rest = take_day(tuple(word.rstrip(":;,") for word in words), today, t)
    if day is None:
        return None, text
    return day, " ".join(words[len(words) - len(rest) :])


# ---------------------------------------------------------------- taken off the ends


def _ends(line: Line, today: date, t: Translate) -> Line:
    """Place, time, quantity, result and day at the end, in any order."""
    for _ in range(_MOST_ENDS):
        before = line
        line = _code_at_end(line) or line
        line = _place(line, t) or line
        line = _time(line, t) or line
        line = _quantity(line) or line
        line = _day_behind(line, today, t) or line
        if line == before:  # a result goes on to the end: nothing else may stand there any more
            line = _result(line) or line
        if line == before:
            return line
    return line


def _code_at_end(line: Line) -> Line | None:
    found = _CODE_AT_END.search(line.activity)
    if found:
        return replace(line, codes=(_code(found), *line.codes), activity=line.activity[: found.start()].rstrip())
    found = _CODE_IN_FRONT.match(line.activity)
    return replace(line, codes=(_code(found), *line.codes), activity=line.activity[found.end() :]) if found else None


def _place(line: Line, t: Translate) -> Line | None:
    if line.place:
        return None
    far = _FAR.search(line.activity)
    found = far or _PLACE.search(line.activity)
    if found is None:
        return None
    place, rest = "dinas" if far else found["place"].lower(), line.activity[: found.start()]
    if place == "dinas" and not far and not (not line.minutes and _ends_in_time(rest, t)):
        return None  # `koordinasi dengan dinas`
    return replace(line, place=place, activity=rest.rstrip()) if rest.strip() else None


def _ends_in_time(text: str, t: Translate) -> bool:
    taken = take_minutes(text, t)
    return taken is not None and text.startswith(taken.rest) and taken.rest != text


def _time(line: Line, t: Translate) -> Line | None:
    taken = take_minutes(line.activity, t) if not line.minutes else None
    return replace(line, minutes=taken.minutes, activity=taken.rest) if taken else None


def _quantity(line: Line) -> Line | None:
    """`= 3 laporan`, `hasil 3 laporan`, `jumlah: 3 laporan`."""
    found = _counted(line.activity) if line.quantity is None else None
    if found is None or not line.activity[: found.start()].strip():
        return None
    measure = " ".join((found["measure"] or "").split()).rstrip(" ,;.")
    return replace(line, quantity=quantity_of(found["number"]), measure=measure, activity=line.activity[: found.start()])


def _counted(text: str) -> re.Match[str] | None:
    found = _EQUALS.search(text) or _HASIL.search(text) or _JUMLAH.search(text)
    if found is None or not _NUMBER.fullmatch(found["number"]):
        return None
    bare = found.re is _JUMLAH and not found["sign"]
    return None if bare and " " not in text[: found.start()].strip() else found


def _result(line: Line) -> Line | None:
    """A result in words behind `hasil:`."""
    words = _RESULT.search(line.activity) if not line.result else None
    if words is None or not line.activity[: words.start()].strip():
        return None
    return replace(line, result=words["result"].strip(" ,;"), activity=line.activity[: words.start()])


def _day_behind(line: Line, today: date, t: Translate) -> Line | None:
    """`… 2 jam kemarin`: a day behind the time, where it is no part of what was done."""
    found = _DAY_AT_END.search(line.activity) if line.day is None else None
    if found is None or line.minutes or not _ends_in_time(line.activity[: found.start()], t):
        return None  # `rapat evaluasi kemarin 2 jam`: it may be the meeting that was yesterday
    day, _ = take_day(tuple(found["day"].split()), today, t)
    return replace(line, day=day, activity=line.activity[: found.start()])
