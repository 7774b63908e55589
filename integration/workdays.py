"""Office days: whose day it is where, which hours are expected of whom, and which days are free.

Hours, seasons (Ramadan) and holidays are dated rows. They are few and change seldom, so a process keeps
them for `FRESH_SECONDS`; what is recorded never depends on them, only what is said about it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Boolean, Column, Connection, Date, Integer, String, Table, UniqueConstraint, select

from integration.db import metadata
from integration.people import Person

FRESH_SECONDS = 30
STANDARD = "standar"

# Minutes are counted from local midnight; `end` beyond 1,440 lies on the next day.
work_hours = Table(
    "work_hours",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("schedule", String(40), nullable=False),
    Column("season", String(20), nullable=False, server_default=""),
    Column("weekday", Integer, nullable=False),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("break_minutes", Integer, nullable=False),
    Column("on_holidays", Boolean, nullable=False),
    Column("source", String(200), nullable=False),
    Column("valid_from", Date, nullable=False),
    UniqueConstraint("schedule", "season", "weekday", "valid_from"),
)

season = Table(
    "season",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(20), nullable=False),
    Column("first", Date, nullable=False),
    Column("last", Date, nullable=False),
    UniqueConstraint("name", "first"),
)

holiday = Table(
    "holiday",
    metadata,
    Column("day", Date, primary_key=True),
    Column("name", String(200), nullable=False),
    Column("kind", String(20), nullable=False),
)


@dataclass(frozen=True, slots=True)
class DayPlan:
    """What is expected of a person on a day; `start` and `end` are aware, None on a day off.

    `free` names why the day is off (a holiday's name; empty for a weekend or a shift's rest day). `excuse` is
    why the person is away (leave, travel): a public word, never a private reason. `place` is the planned one.
    """

    day: date
    start: datetime | None = None
    end: datetime | None = None
    break_minutes: int = 0
    free: str = ""
    excuse: str = ""
    place: str = ""
    source: str = ""

    @property
    def works(self) -> bool:
        return self.start is not None and not self.excuse


Plans = dict[tuple[int, date], DayPlan]
# (db, people, first, last, plans so far) -> the plans that change
DayPlanProvider = Callable[[Connection, Sequence[Person], date, date, Mapping[tuple[int, date], DayPlan]], Plans]


@dataclass(frozen=True, slots=True)
class _Hours:
    start: int
    end: int
    break_minutes: int
    on_holidays: bool
    source: str
    valid_from: date


@dataclass(frozen=True, slots=True)
class _Calendar:
    hours: Mapping[tuple[str, str, int], tuple[_Hours, ...]]  # newest first
    seasons: tuple[tuple[str, date, date], ...]
    holidays: Mapping[date, str]
    read_at: datetime


@dataclass
class Workdays:
    """Plans of days: the dated hours of a person's schedule, then whatever the plugins know better."""

    providers: tuple[DayPlanProvider, ...] = ()
    _calendar: _Calendar | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def plan(self, db: Connection, person: Person, day: date, now: datetime) -> DayPlan:
        return self.plans(db, [person], day, day, now)[person.id, day]

    def plans(self, db: Connection, people: Iterable[Person], first: date, last: date, now: datetime) -> Plans:
        """The plan of every person for every day from `first` to `last`, both included."""
        people = list(people)
        calendar = self._fresh(db, now)
        days = [first + timedelta(n) for n in range((last - first).days + 1)]
        plans = {(person.id, day): _planned(calendar, person, day) for person in people for day in days}
        for provide in self.providers:
            plans.update(provide(db, people, first, last, plans))
        return plans

    def forget(self) -> None:
        """Read the calendar anew: this process has just changed it."""
        self._calendar = None

    def _fresh(self, db: Connection, now: datetime) -> _Calendar:
        calendar = self._calendar
        if calendar is None or abs((now - calendar.read_at).total_seconds()) > FRESH_SECONDS:
            with self._lock:
                calendar = self._calendar = _read(db, now)
        return calendar


def _read(db: Connection, now: datetime) -> _Calendar:
    hours: dict[tuple[str, str, int], list[_Hours]] = {}
    for row in db.execute(select(work_hours).order_by(work_hours.c.valid_from.desc())):
        hours.setdefault((row.schedule, row.season, row.weekday), []).append(
            _Hours(row.start, row.end, row.break_minutes, row.on_holidays, row.source, row.valid_from)
        )
    seasons = tuple((row.name, row.first, row.last) for row in db.execute(select(season)))
    holidays = {row.day: row.name for row in db.execute(select(holiday))}
    return _Calendar({key: tuple(rows) for key, rows in hours.items()}, seasons, holidays, now)


def _planned(calendar: _Calendar, person: Person, day: date) -> DayPlan:
    if not works_here(person, day):
        return DayPlan(day)
    schedule = person.schedule or STANDARD
    seasons = [name for name, first, last in calendar.seasons if first <= day <= last]
    hours = next((found for name in (*seasons, "") if (found := _in_force(calendar, schedule, name, day))), None)
    free = calendar.holidays.get(day, "")
    if hours is None or (free and not hours.on_holidays):
        return DayPlan(day, free=free)
    return DayPlan(
        day,
        start=at(day, hours.start, person.tz),
        end=at(day, hours.end, person.tz),
        break_minutes=hours.break_minutes,
        source=hours.source,
    )


def works_here(person: Person, day: date) -> bool:
    """Nothing is expected before the first day on which Hadir knows somebody, nor after their last."""
    return (person.started_on or day) <= day <= (person.ended_on or day)


def _in_force(calendar: _Calendar, schedule: str, season_name: str, day: date) -> _Hours | None:
    rows = calendar.hours.get((schedule, season_name, day.weekday()), ())
    return next((row for row in rows if row.valid_from <= day), None)


def at(day: date, minute: int, tz: ZoneInfo) -> datetime:
    """The instant `minute` minutes after local midnight of `day`; a zone with summer time is met by the wall clock."""
    return datetime.combine(day + timedelta(days=minute // 1440), time(minute % 1440 // 60, minute % 60), tz)


def local_day(now: datetime, person: Person) -> date:
    """The date on the calendar in the person's office."""
    return now.astimezone(person.tz).date()


ZONE_NAMES = {"Asia/Jakarta": "WIB", "Asia/Pontianak": "WIB", "Asia/Makassar": "WITA", "Asia/Jayapura": "WIT"}
ZONES_BY_NAME = {"WIB": "Asia/Jakarta", "WITA": "Asia/Makassar", "WIT": "Asia/Jayapura"}


def zone_name(zone: str, moment: datetime) -> str:
    """WIB, WITA or WIT; elsewhere the zone's own abbreviation."""
    return ZONE_NAMES.get(zone) or moment.astimezone(ZoneInfo(zone)).tzname() or zone


def clock(moment: datetime, zone: str) -> str:
    """`07.28 WIB`"""
    return f"{moment.astimezone(ZoneInfo(zone)):%H.%M} {zone_name(zone, moment)}"
