"""How long something took, as it stands in spreadsheets: `2 jam`, `1,5`, `90'`, `08.00–10.30`, a cell of time. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime, time, timedelta
from typing import Literal

from integration.dates.words import tidy
from plugins.logbook.imports import quantities
from plugins.logbook.imports.opening import Cell

Unit = Literal["hours", "minutes"]

_NUMBER = r"\d+(?:[.,]\d+)?"
_HOURS = re.compile(
    rf"(?:(?P<hours>{_NUMBER}) ?(?:jam|j|hours?|hrs?|h)\b\.?)?[ ,]*(?:dan |and )?"
    rf"(?:(?P<minutes>{_NUMBER}) ?(?:menit|mnt|min|minutes?|mins?|m|'|′)(?![a-z])\.?)?"
)
_HALF = {"setengah jam": 30, "sejam": 60, "satu jam": 60, "half an hour": 30}
_CLOCK = r"(?P<{0}h>[01]?\d|2[0-4])(?:[.:](?P<{0}m>[0-5]\d)(?:[.:]\d\d)?)?"
_ZONE = r"(?: ?(?:wib|wita|wit))?"
_SPAN = re.compile(
    rf"(?:pukul |pkl\.? ?|jam )?{_CLOCK.format('a')}{_ZONE} ?(?:-|–|—|~|s/d|s\.d\.?|sd|sampai|hingga|to) ?"
    rf"(?:pukul |pkl\.? ?)?{_CLOCK.format('b')}{_ZONE}"
)
_ONE_CLOCK = re.compile(rf"(?:pukul |pkl\.? ?|jam )?{_CLOCK.format('a')}{_ZONE}")
_AS_CLOCK = re.compile(r"(?P<hours>\d{1,2}):(?P<minutes>[0-5]\d)(?::[0-5]\d)?")
_HALF_DAY = re.compile(r"\b(?P<h>\d{1,2})[:.](?P<m>\d\d)(?:[:.]\d\d)? ?(?P<half>am|pm)\b")
_DAY = 24 * 60


def read(cell: Cell, unit: Unit = "hours") -> int | None:
    """Whole minutes; None where the cell is empty. A bare number is in `unit`.

    Raises `ValueError` for what is no length of time, and for less than nothing or more than a day.
    """
    if cell is None:
        return None
    if isinstance(cell, str):
        return _text(cell, unit)
    if isinstance(cell, timedelta):
        return _checked(cell.total_seconds() / 60)
    if isinstance(cell, datetime):
        raise ValueError(cell.isoformat())
    if isinstance(cell, time):
        return cell.hour * 60 + cell.minute
    if isinstance(cell, (int, float)):
        return _checked(cell * (60 if unit == "hours" else 1))
    raise ValueError(str(cell))


def _checked(minutes: float) -> int:
    if not 0 <= minutes <= _DAY:
        raise ValueError(str(minutes))
    return round(minutes)


def _text(text: str, unit: Unit) -> int | None:
    words = _of_24(" ".join(text.replace("’", "'").lower().split()).strip(" .;,"))
    if words in ("", "-", "–", "—"):
        return None
    if words in _HALF:
        return _HALF[words]
    if span := _SPAN.fullmatch(words):
        return between(_clock(span, "a"), _clock(span, "b"))
    if found := _AS_CLOCK.fullmatch(words):
        return _checked(int(found["hours"]) * 60 + int(found["minutes"]))
    if (found := _HOURS.fullmatch(words)) and (found["hours"] or found["minutes"]):
        return _checked(_float(found["hours"]) * 60 + _float(found["minutes"]))
    return _checked(float(quantities.number(words)) * (60 if unit == "hours" else 1))


def _of_24(words: str) -> str:
    """`01:30:00 pm` as it is written here: `13:30`. A spreadsheet in English saves its times so."""
    return _HALF_DAY.sub(lambda found: f"{int(found['h']) % 12 + 12 * (found['half'] == 'pm')}:{found['m']}", words)


def _float(words: str | None) -> float:
    return float(words.replace(",", ".")) if words else 0.0


def _clock(found: re.Match[str], name: str) -> int:
    return int(found[f"{name}h"]) * 60 + int(found[f"{name}m"] or 0)


def between(start: int, end: int) -> int:
    """Minutes from one clock to another; after midnight where the end is the smaller one."""
    return end - start if end >= start else end - start + _DAY


def clock(cell: Cell) -> int | None:
    """Minutes after midnight of `08.00`, `8:00 WIB` or a cell of time; None where it is empty. Raises `ValueError`."""
    if cell is None or isinstance(cell, str) and tidy(cell) in ("", "-"):
        return None
    if isinstance(cell, (time, datetime)):
        return cell.hour * 60 + cell.minute
    if isinstance(cell, timedelta):
        return _checked(cell.total_seconds() / 60)
    if isinstance(cell, str) and (found := _ONE_CLOCK.fullmatch(_of_24(tidy(cell)))):
        return _clock(found, "a")
    if isinstance(cell, (int, float)) and 0 <= cell <= 24:
        # 0.5 is noon as a spreadsheet keeps it; 7.3 is half past seven as people write it.
        return round(cell * _DAY) if cell < 1 else int(cell) * 60 + round(cell % 1 * 100)
    raise ValueError(str(cell))


def unit_of(heading: str, cells: Iterable[Cell]) -> Unit:
    """What bare numbers of a column are, by its heading, else by their size: nobody works 30 hours at one thing."""
    words = heading.lower()
    if re.search(r"\b(menit|mnt|min|minutes?)\b", words):
        return "minutes"
    if re.search(r"\b(jam|hours?|hrs?)\b", words):
        return "hours"
    numbers = sorted(_numbers(cells))
    return "minutes" if numbers and numbers[len(numbers) // 2] > 12 else "hours"


def _numbers(cells: Iterable[Cell]) -> Sequence[float]:
    found = []
    for cell in cells:
        if isinstance(cell, (int, float)) and not isinstance(cell, bool):
            found.append(float(cell))
        elif isinstance(cell, str) and re.fullmatch(_NUMBER, cell.strip()):
            found.append(_float(cell.strip()))
    return found


def share(cells: Iterable[Cell]) -> float:
    """How many of the cells that hold something are lengths of time and say so, 0 to 1."""
    held = [cell for cell in cells if cell is not None]
    return sum(_says_so(cell) for cell in held) / len(held) if held else 0.0


def _says_so(cell: Cell) -> bool:
    if isinstance(cell, (time, timedelta)):
        return True
    if not isinstance(cell, str):
        return False
    try:
        return read(cell) is not None and not re.fullmatch(_NUMBER, cell.strip())
    except ValueError:
        return False
