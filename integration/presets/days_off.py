"""The holidays of a year and where each comes from: an administrator's rows first, then our dated files, then the library."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, select

from integration.audit import By
from integration.presets import library, store
from integration.presets.plan import Change
from integration.workdays import holiday

ADMINISTRATOR = "administrator"
Days = Mapping[date, tuple[str, str]]


@dataclass(frozen=True, slots=True)
class DayOff:
    """One holiday; with an empty name it is one that was made a working day."""

    day: date
    name: str
    kind: str
    source: str = ""


def of_year(db: Connection, year: int) -> list[DayOff]:
    """Every holiday of the year, and every day that was made none, in order."""
    rows = db.execute(select(holiday).where(holiday.c.day.between(date(year, 1, 1), date(year, 12, 31))))
    found = {row.day: DayOff(row.day, row.name, row.kind, _source(row)) for row in rows}
    if year not in library.file_years():
        for day in library.days(year):
            found.setdefault(day, _of_library(day))
    return [found[day] for day in sorted(found)]


def on(db: Connection, day: date) -> DayOff | None:
    """What a day is now, if anything is said of it."""
    return next((off for off in of_year(db, day.year) if off.day == day), None)


def known(day: date) -> DayOff | None:
    """What our files or the library say of a day, whatever an administrator did."""
    return _shipped().get(day) or (_of_library(day) if day in library.days(day.year) else None)


def put(db: Connection, wanted: DayOff, by: By) -> None:
    """Let the day be this, with an audit row. An empty name: no holiday, and a row of an administrator's own goes."""
    row = db.execute(select(holiday).where(holiday.c.day == wanted.day)).first()
    before = dict(row._mapping) if row else None
    default = _shipped().get(wanted.day) or (_of_library(wanted.day) if _by_library(wanted.day) else None)
    after: dict[str, Any] | None = {"day": wanted.day, "name": wanted.name, "kind": wanted.kind}
    if default is None and not wanted.name:
        after = None
    store.write(db, [Change(holiday, before, after)], by)


def differences(year: int) -> list[str]:
    """Where the library says something else than our own file of the year."""
    if year not in library.file_years():
        return []
    ours = {day: (off.name, off.kind) for day, off in _shipped().items() if day.year == year}
    return differing(ours, library.days(year))


def differing(ours: Days, theirs: Days) -> list[str]:
    """One sentence for each difference between a file's days and the library's; names may differ."""
    only_here = [f"{day} ({ours[day][0]}) is in {_file(day)} only" for day in sorted(ours.keys() - theirs.keys())]
    only_there = [f"{day} ({theirs[day][0]}) is known to the library only" for day in sorted(theirs.keys() - ours.keys())]
    kinds = [
        f"{day} ({ours[day][0]}) is {ours[day][1]} in {_file(day)}, {theirs[day][1]} in the library"
        for day in sorted(ours.keys() & theirs.keys())
        if ours[day][1] != theirs[day][1]
    ]
    return [*only_here, *only_there, *kinds]


def without_collective(found: Sequence[DayOff]) -> bool:
    """Whether no collective leave is known: the year's decree is not out, or nobody entered it."""
    return not any(off.kind == "collective" and off.name for off in found)


def _source(row: Any) -> str:
    shipped = _shipped().get(row.day)
    return shipped.source if shipped and (shipped.name, shipped.kind) == (row.name, row.kind) else ADMINISTRATOR


def _by_library(day: date) -> bool:
    return day.year not in library.file_years() and day in library.days(day.year)


def _of_library(day: date) -> DayOff:
    name, kind = library.days(day.year)[day]
    return DayOff(day, name, kind, f"library holidays {library.version()}")


@lru_cache(maxsize=1)
def _shipped() -> Mapping[date, DayOff]:
    rows = [wanted.row for wanted in store.shipped() if wanted.table is holiday]
    return {row["day"]: DayOff(row["day"], row["name"], row["kind"], _file(row["day"])) for row in rows}


def _file(day: date) -> str:
    return f"holidays-{day.year}.toml"
