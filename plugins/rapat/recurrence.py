"""Repetitions as people say them: *tiap 2 minggu hari Selasa* is read as a `Rule`."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta

from integration.dates import Words, last_of_month, month_later, parse_day
from integration.dates.days import exact_day
from integration.dates.words import MONTHS, NUMBERS, WEEKDAYS, shortened, tidy
from integration.errors import UserError
from integration.i18n import Translate
from plugins.rapat.recurrence_words import WORKDAYS, said
from plugins.rapat.rrules import MOST_DATES, MOST_YEARS, Frequency, Rule, Series, example, from_rrule, rrule, series, shifted

# More words than the longest phrase has.
_LONGEST = 14

# ---------------------------------------------------------------- from words

_EVERY = r"(?:(?:se)?tiap(?:[- ]tiap)?|saban|every|each)"
_NUMBER = rf"[-−]?\d{{1,30}}|{'|'.join(NUMBERS)}"
_N = rf"(?:(?P<n>{_NUMBER}) ?)?"
_NAME = "|".join(sorted(WEEKDAYS, key=len, reverse=True))
_AND = r"(?: ?& ?| dan | and | hari | )"
_TO = r"(?: ?[-–] ?| s\.?/?d\.? | sampai | hingga | to )"
_LIST = rf"(?P<days>(?:{_NAME})(?:(?:{_TO}|{_AND})(?:dan |hari )*(?:{_NAME}))*)"
_NTH = {"pertama": 1, "kedua": 2, "ketiga": 3, "keempat": 4, "terakhir": -1, "first": 1, "second": 2, "third": 3}
_NTH |= {"fourth": 4, "last": -1, **{f"ke{dash}{n}": n for dash in ("-", "") for n in range(1, 5)}}
_ON = r"(?:pada |on |di )?(?:hari )?"
_DATES = rf"(?:pada |on )?(?:tanggal|tgl|the)\.? ?(?P<dates>\d{{1,2}}(?:th|st|nd|rd)?(?:{_AND}(?:tanggal |tgl )?\d{{1,2}})*)"
_OF_MONTH = r"(?: (?:(?:se)?tiap |dalam |di |of (?:the|every|each) )?(?:bulan(?:nya)?|month))?"
_WEEKS, _MONTHS, _YEARS = "(?:minggu|pekan|weeks?)", "(?:bulan|months?)", "(?:tahun|years?)"
_UNITS: dict[str, Frequency] = {"hari": "DAILY", "minggu": "WEEKLY", "bulan": "MONTHLY", "tahun": "YEARLY"}

_PATTERNS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"{_EVERY} (?P<workdays>hari kerja|weekdays?|working days?)",
        rf"{_EVERY} {_N}(?P<weekly>{_WEEKS})(?: sekali)?(?: {_ON}{_LIST})?",
        rf"{_EVERY} (?P<eom>akhir bulan|end of (?:the )?month)",
        rf"{_EVERY} {_DATES}{_OF_MONTH}",
        rf"{_EVERY} {_N}{_MONTHS}(?: sekali)? (?:pada |on )?(?P<eom>hari terakhir|akhir bulan|the last day)",
        rf"{_EVERY} {_N}{_MONTHS} on the (?P<nth>{'|'.join(_NTH)}) {_LIST}",
        rf"{_EVERY} {_N}(?P<monthly>{_MONTHS})(?: sekali)?(?: {_DATES}| {_ON}{_LIST} (?P<nth>{'|'.join(_NTH)}))?",
        rf"{_EVERY} {_ON}{_LIST}(?: (?P<nth>{'|'.join(_NTH)}))?{_OF_MONTH}",
        rf"{_EVERY} (?P<nth>{'|'.join(_NTH)}) {_LIST}{_OF_MONTH}",
        rf"{_EVERY} (?P<quarterly>triwulan|kuartal|quarter)",
        rf"{_EVERY} (?P<halfyearly>semester)",
        rf"{_EVERY} {_N}(?P<daily>hari|days?)(?: sekali)?",
        rf"{_EVERY} {_N}(?P<yearly>{_YEARS})(?: sekali)?",
        rf"(?:(?P<n>{_NUMBER}) |se)(?P<once>hari|minggu|pekan|bulan|tahun) sekali(?: {_ON}{_LIST})?",
    )
)
# A word by itself is a repetition only where one is asked for: "rapat bulanan" may well be a single one.
_BARE = {"harian": "DAILY", "daily": "DAILY", "mingguan": "WEEKLY", "weekly": "WEEKLY", "bulanan": "MONTHLY"}
_BARE |= {"monthly": "MONTHLY", "tahunan": "YEARLY", "yearly": "YEARLY"}
# "tiap tanggal 5, 6 kali": the 6 is no day of the month.
_COUNTED = frozenset({"kali", "x", "times"})
_NONE = frozenset({"", "-", "tidak", "sekali", "tidak berulang", "tidak ada", "tdk", "no", "none", "once", "never"})


def take(words: Words, t: Translate) -> tuple[Rule | None, Words]:
    """The repetition that `words` begin with, None if with none, and the words after it. Raises `UserError`."""
    for count in range(min(_LONGEST, len(words)), 1, -1):
        behind = tidy(words[count]) if count < len(words) else ""
        rule = _read(_tidied(" ".join(words[:count])), t) if behind not in _COUNTED else None
        if rule is not None:
            return rule, words[count:]
    return None, words


def _tidied(text: str) -> str:
    return tidy(text.replace("/", " "))


def _read(text: str, t: Translate) -> Rule | None:
    found = next((match for pattern in _PATTERNS if (match := pattern.fullmatch(text))), None)
    if found is None:
        return None
    part = found.groupdict()
    interval = _interval(part.get("n"), text, t)
    weekdays = _weekdays(part.get("days") or "")
    monthdays = _monthdays(part.get("dates") or "", text, t)
    if part.get("workdays"):
        return Rule("WEEKLY", weekdays=WORKDAYS)
    if part.get("eom"):
        return Rule("MONTHLY", interval, monthdays=(-1,))
    if part.get("quarterly") or part.get("halfyearly"):
        return Rule("MONTHLY", 3 if part.get("quarterly") else 6)
    if part.get("daily") or part.get("yearly"):
        return Rule("DAILY" if part.get("daily") else "YEARLY", interval)
    if part.get("once"):
        return Rule(_UNITS[part["once"].replace("pekan", "minggu")], interval, weekdays)
    if part.get("nth"):
        return Rule("MONTHLY", interval, weekdays, nth=_NTH[part["nth"]])
    if part.get("monthly") or monthdays:
        return Rule("MONTHLY", interval, monthdays=monthdays)
    return Rule("WEEKLY", interval, weekdays)


def _interval(text: str | None, phrase: str, t: Translate) -> int:
    number = 1 if text is None else _int(text)
    if not 1 <= number <= 60:
        raise _none(phrase, t)
    return number


def _weekdays(text: str) -> tuple[int, ...]:
    """`senin dan kamis`, `senin-jumat`"""
    days: list[int] = []
    to = False
    for word in re.findall(rf"\b(?:{_NAME})\b|[-–]|s\.?/?d\.?(?= )|sampai|hingga|\bto\b", text):
        if word not in WEEKDAYS:
            to = True
            continue
        day = WEEKDAYS[word]
        days += [(days[-1] + n) % 7 for n in range(1, (day - days[-1]) % 7 + 1)] if to and days else [day]
        to = False
    return tuple(sorted(set(days)))


def _monthdays(text: str, phrase: str, t: Translate) -> tuple[int, ...]:
    days = tuple(sorted({int(number) for number in re.findall(r"\d+", text)}))
    if any(not 1 <= day <= 31 for day in days):
        raise UserError(t("“{text}”: a month has the days 1 to 31.", text=phrase))
    return days


# ---------------------------------------------------------------- the end of a series

_TIMES = re.compile(rf"(?:sebanyak |for )?(?P<n>{_NUMBER}) ?(?:kali|x|times?)(?: (?:pertemuan|rapat))?")
_FOR = re.compile(rf"(?:selama|for) (?P<n>{_NUMBER}|se) ?(?P<unit>{_WEEKS}|{_MONTHS}|{_YEARS})")
_UNTIL = re.compile(r"(?:sampai(?: dengan)?|hingga|s\.?/?d\.?|until|till?) (?P<day>.+)")


def take_end(words: Words, today: date, t: Translate) -> tuple[str, Words]:
    """The words at the beginning that say how long a series goes on ("sampai 30 Juni", "10 kali"), "" if none, and the rest."""
    for count in range(min(8, len(words)), 0, -1):
        text = tidy(" ".join(words[:count]))
        if (
            _TIMES.fullmatch(text)
            or _FOR.fullmatch(text)
            or ((found := _UNTIL.fullmatch(text)) and _is_day(found["day"], today, t))
        ):
            return " ".join(words[:count]), words[count:]
    return "", words


def is_odd_count(text: str) -> bool:
    """Whether it is a number of dates that no title has: less than none, or thousands."""
    found = _TIMES.fullmatch(tidy(text))
    return bool(found and found["n"] not in NUMBERS and not 0 <= _int(found["n"]) <= 999)


def _is_day(text: str, today: date, t: Translate) -> bool:
    try:
        return _last_day(text, today, t) is not None
    except UserError:
        return True  # it is a day, though an impossible one: who reads it says so


def _last_day(text: str, today: date, t: Translate) -> date | None:
    if text in ("akhir tahun", "akhir tahun ini", "end of the year"):
        return date(today.year, 12, 31)
    if text in ("akhir bulan", "akhir bulan ini", "end of the month"):
        return last_of_month(today.replace(day=1))
    words = text.removeprefix("akhir ").removeprefix("bulan ").split()
    if words and words[0] in MONTHS and (len(words) == 1 or (len(words) == 2 and re.fullmatch(r"\d{4}", words[1]))):
        month = MONTHS[words[0]]
        year = int(words[1]) if len(words) == 2 else today.year + (month < today.month)
        return last_of_month(date(year, month, 1))
    return exact_day(text, today, t, "future")


def parse(text: str, today: date, t: Translate) -> Rule | None:
    """The whole text of the field *repeat*; None for a single meeting. Raises `UserError` with what is accepted."""
    words = tuple(text.split())
    if tidy(text) in _NONE:
        return None
    rule, rest = take(words, t)
    if rule is None and words and tidy(words[0]) in _BARE:
        rule, rest = Rule(_BARE[tidy(words[0])]), words[1:]  # type: ignore[arg-type]  # four of its words
    while rule is not None and rest:
        end, more = take_end(rest, today, t)
        if not end:
            break
        rule, rest = _ended(rule, tidy(end), today, t), more
    if rule is None or rest:
        raise _none(text, t)
    return rule


def _ended(rule: Rule, text: str, today: date, t: Translate) -> Rule:
    if found := _TIMES.fullmatch(text):
        return replace(rule, count=_count(found["n"], text, t), until=None)
    if found := _FOR.fullmatch(text):
        number = 1 if found["n"] == "se" else _int(found["n"])
        unit = found["unit"]
        if number < 1:
            raise _none(text, t)
        if re.fullmatch(_WEEKS, unit):
            return replace(rule, until=today + timedelta(days=7 * min(number, 53 * 50)), count=0)
        months = number if re.fullmatch(_MONTHS, unit) else 12 * number
        return replace(rule, until=month_later(today, min(months, 12 * 50)), count=0)
    found = _UNTIL.fullmatch(text)
    day = found["day"] if found else text
    return replace(rule, until=_last_day(day, today, t) or parse_day(day, today, t, "future"), count=0)


def _count(text: str, phrase: str, t: Translate) -> int:
    number = _int(text)
    if number < 1:
        raise _none(phrase, t)
    if number > MOST_DATES:
        raise UserError(t("A series lasts five years and {count} dates at most.", count=MOST_DATES))
    return number


def _int(text: str) -> int:
    return NUMBERS.get(text) or int(text.replace("−", "-"))


def _none(text: str, t: Translate) -> UserError:
    return UserError(t("“{text}” is no repetition. Write for example: {example}", text=shortened(text), example=example(t)))


__all__ = [
    "MOST_DATES",
    "MOST_YEARS",
    "Rule",
    "Series",
    "from_rrule",
    "is_odd_count",
    "parse",
    "rrule",
    "said",
    "series",
    "shifted",
    "take",
    "take_end",
]
