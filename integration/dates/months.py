"""Months as people type them: `nov`, `november 2026`, `11/2026`, `2026-11`, `bulan lalu`."""

from __future__ import annotations

import calendar
import re
from datetime import date

from integration.dates.words import MONTH_NAME, MONTHS, YEARS, Words, shortened, show_day, show_month, tidy, year_of
from integration.errors import UserError
from integration.i18n import Translate
from integration.messages import Text

_MONTH_FORMS = (
    re.compile(rf"(?P<month>{MONTH_NAME})\.?(?:[ /-]?(?P<year>\d{{4}}|'?\d{{2}}|tahun lalu|last year))?"),
    re.compile(r"(?P<month>\d{1,2})[/.-](?P<year>\d{4})"),
    re.compile(r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})"),
    re.compile(r"bulan (?P<month>\d{1,2})"),
)
_RELATIVE_MONTHS = {"ini": 0, "this month": 0, "lalu": -1, "kemarin": -1, "last month": -1, "depan": 1, "next month": 1}


def parse_month(text: str, today: date, t: Translate) -> date:
    """The first day of the month that `text` names; one without a year is the last such month, this one included."""
    month = _strict_month(tidy(text), text, today, t)
    if month is None and re.fullmatch(r"\d{1,2}", tidy(text)):
        month = _month_of(int(tidy(text)), None, text, today, t)
    if month is None:
        raise UserError(_unknown_month(text, today, t))
    return month


def take_month(words: Words, today: date, t: Translate) -> tuple[date | None, Words]:
    """The month that `words` begin with, None if they do not, and the words after it."""
    for count in range(min(3, len(words)), 0, -1):
        text = " ".join(words[:count])
        month = _strict_month(tidy(text), text, today, t)
        if month is not None:
            return month, words[count:]
    return None, words


def last_of_month(first: date) -> date:
    return first.replace(day=calendar.monthrange(first.year, first.month)[1])


def _strict_month(words: str, text: str, today: date, t: Translate) -> date | None:
    relative = _RELATIVE_MONTHS.get(
        words.removeprefix("bulan ") if words.startswith("bulan ") else words if " " in words else ""
    )
    if relative is not None:
        return months_on(today, relative)
    found = next(
        (m for pattern in _MONTH_FORMS if (m := pattern.fullmatch(words) or pattern.fullmatch(words.removeprefix("bulan ")))),
        None,
    )
    if not found:
        return None
    parts = found.groupdict()
    year = today.year - 1 if parts.get("year") in ("tahun lalu", "last year") else year_of(parts.get("year"))
    return _month_of(MONTHS.get(parts["month"]) or int(parts["month"]), year, text, today, t)


def _month_of(month: int, year: int | None, text: str, today: date, t: Translate) -> date:
    if not 1 <= month <= 12 or (year is not None and year not in YEARS):
        raise UserError(_unknown_month(text, today, t))
    return date(year, month, 1) if year is not None else date(today.year - (month > today.month), month, 1)


def months_on(today: date, count: int) -> date:
    months = today.year * 12 + today.month - 1 + count
    return date(months // 12, months % 12 + 1, 1)


def _unknown_month(text: str, today: date, t: Translate) -> Text:
    return t(
        "“{text}” cannot be read as a month. Write for example: this month, last month, {name}, {year} or {figures}.",
        text=shortened(text),
        name=show_day(today, t, "MMM"),
        year=show_month(today, t),
        figures=Text(f"{today:%m/%Y}"),
    )
