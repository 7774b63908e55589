"""Which days somebody means: one day, a week or a month, as people type them on a phone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from integration.dates import Words, last_of_month, take_day, take_month
from integration.dates.words import tidy
from integration.i18n import Translate

_WEEK = {"pekan", "minggu", "week", "sepekan", "seminggu"}
_THIS = frozenset({"ini", "this"})
_NEXT = frozenset({"depan", "next", "berikutnya"})
_LAST = frozenset({"lalu", "last", "kemarin"})
_DATED = re.compile(r"\d{4}|'\d\d|lalu|last|ini|this|depan|next|[/.-]\d\d$")


@dataclass(frozen=True, slots=True)
class Period:
    """From `first` to `last`, both included; a week begins on Monday."""

    kind: Literal["day", "week", "month"]
    first: date
    last: date


def week_of(day: date) -> Period:
    monday = day - timedelta(day.weekday())
    return Period("week", monday, monday + timedelta(6))


def month_of(day: date) -> Period:
    first = day.replace(day=1)
    return Period("month", first, last_of_month(first))


def take(words: Words, today: date, t: Translate) -> tuple[Period | None, Words]:
    """The period that `words` begin with, None if they do not, and the words after it.

    A day or month without a year is the coming one. Raises `UserError` for a date that does not exist.
    """
    week, rest = _take_week(words, today, t)
    if week is not None:
        return week, rest
    month, rest = _take_month(words, today, t)
    if month is not None:
        return month, rest
    day, rest = take_day(words, today, t, "future")
    return (Period("day", day, day), rest) if day is not None else (None, words)


def take_last(words: Words, today: date, t: Translate) -> tuple[Period | None, Words]:
    """The same at the end of `words`, else at their beginning: the longest words that are a period as a whole."""
    for start in range(max(0, len(words) - 5), len(words)):
        period, rest = take(words[start:], today, t)
        if period is not None and not rest:
            return period, words[:start]
    return take(words, today, t)


def _take_week(words: Words, today: date, t: Translate) -> tuple[Period | None, Words]:
    """`pekan`, `pekan ini`, `minggu depan`, `next week`, `pekan 30/11`, `2 pekan lagi`."""
    first, second = (words[n].lower() if n < len(words) else "" for n in (0, 1))
    if first in _WEEK and second in _THIS | _NEXT | _LAST:
        return week_of(today + timedelta(_weeks(second))), words[2:]
    if second in ("week", "pekan") and first in _THIS | _NEXT | _LAST:
        return week_of(today + timedelta(_weeks(first))), words[2:]
    if first not in _WEEK - {"minggu"}:
        return None, words
    if len(words) > 1:
        day, rest = take_day(words[1:], today, t, "future")
        if day is not None:
            return week_of(day), rest
    return week_of(today), words[1:]


def _weeks(word: str) -> int:
    return 7 if word in _NEXT else -7 if word in _LAST else 0


def _take_month(words: Words, today: date, t: Translate) -> tuple[Period | None, Words]:
    month, rest = take_month(words, today, t)
    if month is None:
        return None, words
    typed = tidy(" ".join(words[: len(words) - len(rest)]))
    # `1 des` and `des 1` are days, which are read as such; a year or "last" says which December it is.
    if rest and _begins_day(words, today, t):
        return None, words
    if not _DATED.search(typed) and month < today.replace(day=1):
        month = month.replace(year=month.year + 1)
    return month_of(month), rest


def _begins_day(words: Words, today: date, t: Translate) -> bool:
    return take_day(words, today, t, "future")[0] is not None
