"""Days as people type them: `kemarin`, `Senin`, `24/11`, `24 Nov 2026`, `2 hari lalu`.

Our own strict patterns come first. `dateparser` is asked only about words of which each one is known to belong
to a date, so it never guesses a day from a sentence. What cannot be read raises `UserError` with an example.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Literal, NoReturn

from integration.dates.months import months_on
from integration.dates.words import (
    MONTH_NAME,
    MONTHS,
    NUMBERS,
    OFFSETS,
    WEEKDAYS,
    YEARS,
    Words,
    shortened,
    show_day,
    show_month,
    tidy,
    year_of,
)
from integration.errors import UserError
from integration.i18n import Translate
from integration.messages import Text

Prefer = Literal["past", "future"]

# A date without a year that lies this little on the other side of today is meant so: nobody who types tomorrow's
# date by mistake means the one of last year.
_SLACK = timedelta(days=60)
_LONGEST = 5

_COUNT = rf"(?P<count>\d{{1,3}}|se|{'|'.join(NUMBERS)})"
_AGO = re.compile(rf"{_COUNT} ?(?P<unit>hari|days?|minggu|pekan|weeks?)(?: yang)? (?P<way>lalu|ago|lagi|ke depan)")
_WEEKDAY = re.compile(
    rf"(?:(?P<before>last|next|this) )?(?P<name>{'|'.join(sorted(WEEKDAYS, key=len, reverse=True))})"
    r"(?: (?P<after>(?:(?:minggu|pekan) )?(?:lalu|kemarin|depan|ini)))?"
)
_WEEK = re.compile(r"(?:minggu|pekan) (?:lalu|kemarin|depan|ini)|(?:last|next|this) week")
_YEAR = r"(?P<year>\d{4}|'\d{2})"
_DATES = (
    re.compile(r"(?P<day>\d{1,2}) ?[/-] ?(?P<month>\d{1,2})(?: ?[/-] ?(?P<year>\d{4}|'?\d{2}))?"),
    re.compile(r"(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{4}|\d{2})"),
    re.compile(r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})"),
    re.compile(rf"(?P<day>\d{{1,2}})[ /-]?(?P<month>{MONTH_NAME})\.?(?:[ /-]?{_YEAR})?"),
    re.compile(rf"(?P<month>{MONTH_NAME})\.? (?P<day>\d{{1,2}})(?: {_YEAR})?"),
    re.compile(r"(?:tgl|tanggal) ?(?P<day>\d{1,2})"),
)
# Every word that dateparser may be shown, beside numbers and the names above.
_DATE_WORDS = frozenset(
    {"a", "an", "ago", "in", "of", "on", "the", "next", "last", "day", "days", "week", "weeks", "month", "months", "year"}
    | {"years", "yang", "lalu", "lagi", "hari", "sehari", "minggu", "pekan", "seminggu", "sepekan", "bulan", "sebulan"}
    | {"tahun", "setahun", "tanggal", "tgl"}
)
_ORDINAL = re.compile(r"\d{1,4}(?:st|nd|rd|th)?")


def parse_day(text: str, today: date, t: Translate, prefer: Prefer = "past") -> date:
    """The day that `text` names; a day without a year or week is the last one (`past`) or the coming one (`future`).

    Raises `UserError`: impossible, ambiguous or unreadable, and what is accepted.
    """
    words = tidy(text)
    day = _strict_day(words, text, today, t, prefer) or _asked_dateparser(words, today, prefer)
    if day is None:
        raise UserError(
            t(
                "“{text}” cannot be read as a day. Write for example: today, yesterday, Monday, {short} or {long}.",
                text=shortened(text),
                short=Text(f"{today:%d/%m}"),
                long=show_day(today, t, "d MMMM y"),
            )
        )
    return day


def take_day(words: Words, today: date, t: Translate, prefer: Prefer = "past") -> tuple[date | None, Words]:
    """The day that `words` begin with, None if they do not, and the words after it. Raises `UserError` as above."""
    for count in range(min(_LONGEST, len(words)), 0, -1):
        text = " ".join(words[:count])
        day = _strict_day(tidy(text), text, today, t, prefer)
        if day is not None:
            return day, words[count:]
    return None, words


def exact_day(text: str, today: date, t: Translate, prefer: Prefer = "past") -> date | None:
    """The day that `text` is and nothing else, None if it is none. Raises `UserError` for one that cannot be."""
    return _strict_day(tidy(text), text, today, t, prefer)


# ---------------------------------------------------------------- days


def _strict_day(words: str, text: str, today: date, t: Translate, prefer: Prefer) -> date | None:
    if words in OFFSETS:
        return today + timedelta(OFFSETS[words])
    if _WEEK.fullmatch(words):
        raise UserError(
            t(
                "“{text}” can be a whole week or a Sunday: write the date, for example {example}, or “hari Minggu lalu”.",
                text=text,
                example=Text(f"{today:%d/%m}"),
            )
        )
    words = re.sub(r"^(?:hari|pada|on) ", "", words)
    readers: tuple[Callable[[], date | None], ...] = (
        lambda: _counted(words, today),
        lambda: _weekday(words, today, prefer),
        lambda: _written(words, text, today, t, prefer),
    )
    return next((day for read in readers if (day := read()) is not None), None)


def _counted(words: str, today: date) -> date | None:
    found = _AGO.fullmatch(words)
    if not found:
        return None
    count = {"se": 1, **NUMBERS}.get(found["count"]) or int(found["count"])
    days = count * (1 if found["unit"].startswith(("hari", "day")) else 7)
    return today + timedelta(-days if found["way"] in ("lalu", "ago") else days)


def _weekday(words: str, today: date, prefer: Prefer) -> date | None:
    found = _WEEKDAY.fullmatch(words)
    if not found:
        return None
    monday = today - timedelta(today.weekday())
    target = WEEKDAYS[found["name"]]
    which = found["after"] or {"last": "lalu", "next": "depan", "this": "ini", None: ""}[found["before"]]
    week, _, way = which.rpartition(" ")
    if week or way == "ini":
        return monday + timedelta(target + {"lalu": -7, "kemarin": -7, "ini": 0, "depan": 7}[way])
    back = (today.weekday() - target) % 7
    if way in ("lalu", "kemarin") or (not way and prefer == "past"):
        return today - timedelta(back or (7 if way else 0))
    ahead = -back % 7
    return today + timedelta(ahead or (7 if way else 0))


def _written(words: str, text: str, today: date, t: Translate, prefer: Prefer) -> date | None:
    """A date in figures or with a month's name, perhaps after the weekday that it must then be."""
    first, _, rest = words.partition(" ")
    expected = WEEKDAYS.get(first) if rest else None
    words = re.sub(r"^(?:tanggal|tgl) (?=\d+\D)", "", rest if expected is not None else words)
    found = next((match for pattern in _DATES if (match := pattern.fullmatch(words))), None)
    if found is None:
        return None
    day = _date_of(found.groupdict(), text, today, t, prefer)
    if expected is not None and day.weekday() != expected:
        raise UserError(
            t(
                "{day} is a {weekday}. Please check the day or the date.",
                day=show_day(day, t, "d MMMM y"),
                weekday=show_day(day, t, "EEEE"),
            )
        )
    return day


def _date_of(parts: dict[str, str | None], text: str, today: date, t: Translate, prefer: Prefer) -> date:
    number, month, year = int(parts["day"] or 0), parts.get("month"), year_of(parts.get("year"))
    if month is None:
        return _nearest([_day_in(months_on(today, n), number) for n in (-1, 0, 1)], text, today, t, prefer, timedelta(0))
    month_number = MONTHS.get(month) or int(month)
    if year is not None:
        day = _real(year, month_number, number) if year in YEARS else None
        return day or _impossible(text, number, month_number, year, today, t)
    found = [_real(today.year + n, month_number, number) for n in (-1, 0, 1)]
    if not any(found):
        _impossible(text, number, month_number, today.year, today, t)
    return _nearest(found, text, today, t, prefer)


def _nearest(found: list[date | None], text: str, today: date, t: Translate, prefer: Prefer, slack: timedelta = _SLACK) -> date:
    if prefer == "past":
        fitting = [day for day in found if day and day <= today + slack][-1:]
    else:
        fitting = [day for day in found if day and day >= today - slack][:1]
    if not fitting:
        raise UserError(t("“{text}” is not a real date. Please write the year too.", text=text))
    return fitting[0]


def _day_in(month: date, day: int) -> date | None:
    return _real(month.year, month.month, day)


def _real(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _impossible(text: str, day: int, month: int, year: int, today: date, t: Translate) -> NoReturn:
    example = Text(f"{today:%d/%m/%Y}")
    if not 1 <= month <= 12:
        raise UserError(
            t(
                "“{text}” is not a real date: there is no month {month}. The day comes first, for example {example}.",
                text=text,
                month=month,
                example=example,
            )  # fmt: skip
        )
    if year not in YEARS:
        raise UserError(t("“{text}” is not a date of this century. Write for example {example}.", text=text, example=example))
    raise UserError(
        t(
            "“{text}” is not a real date: {month} has {days} days. Write for example {example}.",
            text=text,
            month=show_month(date(year, month, 1), t),
            days=calendar.monthrange(year, month)[1],
            example=example,
        )
    )


def _asked_dateparser(words: str, today: date, prefer: Prefer) -> date | None:
    """What `dateparser` reads, if every single word belongs to a date; otherwise it would guess."""
    parts = words.replace(".", " ").split()
    if (
        len(parts) < 2
        or not re.search("[a-z]", words)
        or not all(p in _DATE_WORDS or p in MONTHS or p in WEEKDAYS or _ORDINAL.fullmatch(p) for p in parts)
    ):
        return None
    import dateparser  # heavy: only who types something unusual pays for it

    found = dateparser.parse(
        words,
        languages=["id", "en"],
        settings={
            "DATE_ORDER": "DMY",
            "PREFER_DATES_FROM": prefer,
            "RELATIVE_BASE": datetime.combine(today, time(12)),
            "REQUIRE_PARTS": ["day", "month"],
            "TIMEZONE": "UTC",
        },
    )
    return found.date() if found and found.year in YEARS else None
