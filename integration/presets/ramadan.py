"""When Ramadan probably is, while no season says so: a suggestion to administrators, never written by itself.

The first day is that of the Umm al-Qura calendar (the PyPI package `hijridate`); the government's may be a day earlier or
later. The last is the eve of Idul Fitri as the office's calendar has it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Connection, exists, select

from integration.presets import days_off
from integration.workdays import season

SEASON = "ramadan"
AHEAD = timedelta(days=120)
# So far from the calculated day Idul Fitri is still that of the year.
_NEAR = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Ramadan:
    """`year` is of the Hijri calendar; `first` and `last` day are both included."""

    year: int
    first: date
    last: date


def suggestion(db: Connection, today: date) -> str:
    """What an administrator should add for the Ramadan that goes on or begins soon; empty if there is nothing to add."""
    coming = probable(db, today)
    if coming is None or coming.first - today > AHEAD or _known(db, coming):
        return ""
    return (
        f"Ramadan {coming.first.year} is probably {_span(coming)} (a suggestion; the government decides): add a [[season]] "
        f'with name = "{SEASON}", first = {coming.first}, last = {coming.last} to a file, then: hadir db presets FILE'
    )


def probable(db: Connection, today: date) -> Ramadan | None:
    """The Ramadan of today or the next one; None in years that the library does not know (from 2077 on)."""
    from hijridate import Gregorian  # loaded here: most processes never need it

    try:
        this_year = Gregorian.fromdate(today).to_hijri().year
        both = [_of_year(db, this_year), _of_year(db, this_year + 1)]
    except OverflowError:
        return None
    return next(each for each in both if each.last >= today)


def _of_year(db: Connection, year: int) -> Ramadan:
    from hijridate import Hijri

    first, after = (date.fromordinal(Hijri(year, month, 1).to_gregorian().toordinal()) for month in (9, 10))
    near = (off for off in days_off.of_year(db, after.year) if off.kind == "national" and abs(off.day - after) <= _NEAR)
    eve = min((off.day for off in near if "idul fitri" in off.name.lower()), default=after) - timedelta(days=1)
    return Ramadan(year, first, eve)


def _known(db: Connection, coming: Ramadan) -> bool:
    overlaps = (season.c.name == SEASON, season.c.first <= coming.last, season.c.last >= coming.first)
    return bool(db.scalar(select(exists().where(*overlaps))))


def _span(coming: Ramadan) -> str:
    """`8 Feb – 9 Mar 2027`"""
    year = f" {coming.first.year}" if coming.first.year != coming.last.year else ""
    return f"{coming.first.day} {coming.first:%b}{year} – {coming.last.day} {coming.last:%b} {coming.last.year}"
