"""Days as they stand in spreadsheets: `Senin, 3 Februari 2025`, `03/02/25`, `45691`, `3` below "Februari 2025". Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from integration.dates.words import MONTH_NAME, MONTHS, WEEKDAYS, YEARS, tidy
from plugins.logbook.imports.opening import Cell

# Excel counts days from here (it believes in 29 February 1900); numbers of this century.
_EPOCH = date(1899, 12, 30)
_SERIALS = range((date(YEARS[0], 1, 1) - _EPOCH).days, (date(YEARS[-1], 12, 31) - _EPOCH).days + 1)
_YEAR = r"(?P<year>\d{4}|'?\d{2})"
_FIGURES = re.compile(rf"(?P<one>\d{{1,2}}) ?[/.\-] ?(?P<two>\d{{1,2}})(?: ?[/.\-] ?{_YEAR})?")
_ISO = re.compile(r"(?P<year>\d{4}) ?[/.\-] ?(?P<two>\d{1,2}) ?[/.\-] ?(?P<one>\d{1,2})(?:[t ]\d.*)?")
_WRITTEN = re.compile(rf"(?P<one>\d{{1,2}})(?:st|nd|rd|th)?[ /.\-]*(?P<month>{MONTH_NAME})\.?(?:[ /.\-]*{_YEAR})?")
_AMERICAN = re.compile(rf"(?P<month>{MONTH_NAME})\.? (?P<one>\d{{1,2}})(?:st|nd|rd|th)?(?: {_YEAR})?")
_SERIAL = re.compile(r"\d{5}(?:[.,]\d+)?")
_ALONE = re.compile(r"\d{1,2}(?:[.,]0)?")
_CLOCK = re.compile(r"(?:pukul|jam|pkl)?\s*\d{1,2}[:.]\d{2}(?:[:.]\d{2})?(?: ?(?:am|pm|wib|wita|wit))?")
_MONTH = re.compile(rf"\b(?P<month>{MONTH_NAME})\b\.?(?:[ /.\-]*(?P<year>\d{{4}}|'?\d{{2}}))?(?!\d)")
_MONTH_FIGURES = re.compile(r"\b(?P<two>0?[1-9]|1[0-2])[/.\-](?P<year>20\d{2})\b")


@dataclass(frozen=True, slots=True)
class Around:
    """What is known beside the cell: the `year` that was chosen, and the month that the sheet or a title names.

    `american`: the month comes first, which the whole column has to agree on.
    """

    year: int | None = None
    month: int | None = None
    american: bool = False

    def within(self, month: tuple[int, int | None] | None) -> Around:
        """Below a title that names (month, year or None)."""
        return self if month is None else replace(self, month=month[0], year=month[1] or self.year)


def read(cell: Cell, around: Around = Around()) -> date | None:  # noqa: B008  # frozen
    """The day, or None where the cell is none; raises `ValueError` for one that cannot be: `31/02`, year 1925."""
    if isinstance(cell, datetime):
        return _sensible(cell.date())
    if isinstance(cell, date):
        return _sensible(cell)
    if isinstance(cell, (int, float)):
        return _number(float(cell), around)
    return _text(cell, around) if isinstance(cell, str) else None


def _sensible(day: date) -> date:
    if day.year not in YEARS:
        raise ValueError(day.isoformat())
    return day


def _number(value: float, around: Around) -> date | None:
    """A serial number, or a day of the month that is known."""
    if int(value) in _SERIALS:
        return _EPOCH + timedelta(days=int(value))
    if value == int(value) and 1 <= value <= 31 and around.month and around.year:
        return date(around.year, around.month, int(value))
    return None


def _text(text: str, around: Around) -> date | None:
    words = " ".join(_CLOCK.sub(" ", tidy(text)).split()) if ":" in text else tidy(text)
    words = re.sub(r"^(?:tanggal|tgl|hari)\b[ :.]*", "", words).strip(" .:/-")
    first, _, rest = words.replace("/", " / ", 1).partition(" ") if words[:1].isalpha() else ("", "", words)
    weekday = WEEKDAYS.get(first)
    if weekday is not None:
        words = rest.lstrip(" /-").replace(" / ", "/")
    if _SERIAL.fullmatch(words) or _ALONE.fullmatch(words):
        return _number(float(words.replace(",", ".")), around)
    parts = next((found for pattern in (_ISO, _WRITTEN, _AMERICAN, _FIGURES) if (found := pattern.fullmatch(words))), None)
    return _sensible(_dated(parts.groupdict(), around)) if parts else None


def _dated(parts: dict[str, str | None], around: Around) -> date:
    """Raises `ValueError`: the day does not exist, or its year is not known."""
    written, month = parts.get("year"), parts.get("month")
    year = _year(written) if written else around.year
    if year is None:
        raise ValueError("no year")
    if month:
        return date(year, MONTHS[month], int(parts["one"] or 0))
    one, two = int(parts["one"] or 0), int(parts["two"] or 0)
    swapped = around.american and not (written and len(written) == 4 and parts.get("one") is None)
    return date(year, one, two) if swapped else date(year, two, one)


def _year(text: str) -> int:
    figures = text.strip("'")
    return int(figures) if len(figures) == 4 else 2000 + int(figures)


# ---------------------------------------------------------------- of a column, of a title


def is_american(cells: Iterable[Cell]) -> bool:
    """Whether the dates in figures only make sense with the month first."""
    found = [match for cell in cells if isinstance(cell, str) and (match := _FIGURES.match(tidy(cell)))]
    ours = all(int(each["two"]) <= 12 for each in found)
    theirs = all(int(each["one"]) <= 12 for each in found)
    return bool(found) and theirs and not ours


def share(cells: Iterable[Cell], around: Around) -> float:
    """How many of the cells that hold something are days, 0 to 1."""
    held = [cell for cell in cells if cell is not None]
    return sum(_is_day(cell, around) for cell in held) / len(held) if held else 0.0


def _is_day(cell: Cell, around: Around) -> bool:
    try:
        return read(cell, around) is not None
    except ValueError:
        return False


def month_named(text: str) -> tuple[int, int | None] | None:
    """(month, year or None) that a title or a sheet's name speaks of: `BULAN: FEBRUARI 2025`, `Feb`, `02-2025`."""
    words = tidy(text)
    found = _MONTH.search(words)
    if found:
        year = found["year"]
        return MONTHS[found["month"]], _year(year) if year else _year_in(words)
    figures = _MONTH_FIGURES.search(words)
    return (int(figures["two"]), int(figures["year"])) if figures else None


def _year_in(words: str) -> int | None:
    found = re.search(r"\b20\d{2}\b", words)
    return int(found[0]) if found else None


def same_month(
    texts: Iterable[str], read_month: Callable[[str], tuple[int, int | None] | None] = month_named
) -> tuple[int, int | None] | None:
    """The first month that one of the texts names."""
    return next((found for text in texts if (found := read_month(text))), None)
