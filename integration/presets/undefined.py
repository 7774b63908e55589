"""Whether every day of a schedule says what is expected. Monday to Friday must be named, as worked or as `rest`; Saturday and
Sunday are free unless they are named. A season with hours of its own must name every day that is worked without it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from integration.presets.check import WEEKDAYS, Wanted
from integration.workdays import work_hours

_Rows = Mapping[tuple[Any, ...], Mapping[str, Any]]


def undefined_days(wanted: Sequence[Wanted], after: _Rows, today: date) -> Iterator[str]:
    """What the schedules that a file touches would leave open from today on; `after` are all rows as they would be."""
    touched: dict[tuple[str, str], str] = {}
    for each in wanted:
        if each.table is work_hours:
            touched.setdefault((each.row["schedule"], each.row["season"]), each.where)
    for schedule in dict.fromkeys(name for name, _season in touched):
        where = {season: place for (name, season), place in touched.items() if name == schedule}
        rows = [row for key, row in after.items() if key[:2] == (work_hours.name, schedule)]
        yield from _of_schedule(schedule, where, rows, today)


def _of_schedule(schedule: str, where: Mapping[str, str], rows: Sequence[Mapping[str, Any]], today: date) -> Iterator[str]:
    first_place = next(iter(where.values()))
    if rows and not any(row["season"] == "" for row in rows):
        yield f"{first_place}: {schedule} has hours in seasons only; write [[hours]] without season for all other days"
        return
    for season in sorted({row["season"] for row in rows}):
        missing = list(_missing(rows, season, today))
        if missing:
            days, numbers = ", ".join(WEEKDAYS[day] for day in missing), ", ".join(map(str, missing))
            during = f" during {season}" if season else ""
            yield (
                f"{where.get(season, first_place)}: {schedule} leaves {days} undefined{during}; give {_them(missing)} hours, "
                f"or say that nobody works then: [[hours]] with weekdays = [{numbers}] and rest = true"
            )


def _them(days: Sequence[int]) -> str:
    return "that day" if len(days) == 1 else "those days"


def _missing(rows: Sequence[Mapping[str, Any]], season: str, today: date) -> Iterator[int]:
    begins = _begins(rows, season)
    since = max(today, min(begins.values()))
    for weekday in range(7):
        if begins.get(weekday, date.max) > since and (weekday < 5 if not season else _works(rows, weekday, since)):
            yield weekday


def _begins(rows: Sequence[Mapping[str, Any]], season: str) -> dict[int, date]:
    """From when on each weekday is named."""
    begins: dict[int, date] = {}
    for row in rows:
        if row["season"] == season:
            begins[row["weekday"]] = min(row["valid_from"], begins.get(row["weekday"], date.max))
    return begins


def _works(rows: Sequence[Mapping[str, Any]], weekday: int, day: date) -> bool:
    """Whether the weekday is worked outside every season."""
    normal = [row for row in rows if (row["season"], row["weekday"]) == ("", weekday) and row["valid_from"] <= day]
    return bool(normal) and not max(normal, key=lambda row: row["valid_from"])["rest"]
