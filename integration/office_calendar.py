"""What the database says of days: hours of schedules, seasons, holidays, and who changed schedule when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Date,
    ForeignKey,
    Integer,
    Row,
    String,
    Table,
    UniqueConstraint,
    false,
    select,
)

from integration.db import Instant, metadata
from integration.people import Person
from integration.presets import library

# So many dated schedules are kept in memory; of more, those of the people in question are read each time.
DATED_KEPT = 2_000
_IDS_AT_ONCE = 1_000

# A row is never changed: what replaces it has a later `entered_at` (see integration/rulebook). Minutes are counted from
# local midnight; `end` beyond 1,440 lies on the next day. `minutes` are owed net, where they are not the span less the
# break. A `rest` row says that the weekday is free. `on_collective`: worked on collective leave, not on national holidays.
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
    Column("on_collective", Boolean, nullable=False, server_default=false()),
    Column("dynamic", Boolean, nullable=False, server_default=false()),
    Column("minutes", Integer),
    Column("rest", Boolean, nullable=False, server_default=false()),
    Column("entered_at", Instant),
    Column("removed", Boolean, nullable=False, server_default=false()),
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

# From which day on somebody works by which schedule; before the first row it is `person.schedule`. An empty name is the
# office's own. Like hours, a row is never changed: a later one for the same day replaces it or takes it back.
person_schedule = Table(
    "person_schedule",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("person_id", ForeignKey("person.id"), nullable=False, index=True),
    Column("valid_from", Date, nullable=False),
    Column("schedule", String(40), nullable=False),
    Column("entered_at", Instant, nullable=False),
    Column("by", String(190), nullable=False),
    Column("removed", Boolean, nullable=False, server_default=false()),
)


@dataclass(frozen=True, slots=True)
class Hours:
    """One weekday of one schedule, as `work_hours` says."""

    start: int
    end: int
    break_minutes: int
    on_holidays: bool
    source: str
    valid_from: date
    season: str
    on_collective: bool
    dynamic: bool
    minutes: int
    rest: bool
    entered_at: datetime | None
    removed: bool

    def worked(self, kind: str) -> bool:
        """Whether these hours hold on a day that is a holiday of this kind ("" for none)."""
        if self.rest:
            return False
        return not kind or self.on_holidays or (kind == "collective" and self.on_collective)


@dataclass(frozen=True, slots=True)
class Scheduled:
    """From `valid_from` on somebody works by `schedule`."""

    valid_from: date
    schedule: str
    entered_at: datetime | None
    removed: bool = False


Schedules = Mapping[int, Sequence[Scheduled]]


@dataclass(frozen=True, slots=True)
class Calendar:
    """What holds now (see `integration.kept`); rows of a key last written first. `dated`: None if they are too many to keep."""

    hours: Mapping[tuple[str, str, int], Sequence[Hours]]
    seasons: tuple[tuple[str, date, date], ...]
    holidays: Mapping[date, tuple[str, str]]
    dated: Schedules | None
    reevaluations: Sequence[Any]
    # Plans that were drawn of it (`integration.workdays`), for as long as it is kept.
    drawn: dict[Any, Any] = field(default_factory=dict, compare=False, repr=False)

    def seasons_of(self, day: date) -> list[str]:
        return [name for name, first, last in self.seasons if first <= day <= last]

    def holiday(self, day: date) -> tuple[str, str]:
        """(name, kind), both empty on other days; of years without a file of our own, what the library knows."""
        name, kind = self.holidays.get(day) or library.holiday(day)
        return (name, kind) if name else ("", "")

    def schedules(self, db: Connection, people: Sequence[Person]) -> Schedules:
        """The dated schedules of these people, by their ids. At most one statement."""
        return dated_schedules(db, [person.id for person in people]) if self.dated is None else self.dated


def hours(db: Connection) -> dict[tuple[str, str, int], list[Hours]]:
    """The hours of every schedule, season and weekday, last written first. One statement."""
    found: dict[tuple[str, str, int], list[Hours]] = {}
    for row in db.execute(select(work_hours).order_by(work_hours.c.id.desc())):
        found.setdefault((row.schedule, row.season, row.weekday), []).append(_hours(row))
    return found


def _hours(row: Row[Any]) -> Hours:
    columns = {name: getattr(row, name) for name in Hours.__slots__}
    if row.minutes is None:
        columns["minutes"] = row.end - row.start - row.break_minutes
    return Hours(**columns)


def dated_schedules(db: Connection, person_ids: Sequence[int] | None = None) -> dict[int, list[Scheduled]]:
    """Last written first. One statement; without ids, or for very many, everybody's."""
    query = select(person_schedule).order_by(person_schedule.c.id.desc())
    if person_ids is not None and len(person_ids) <= _IDS_AT_ONCE:
        query = query.where(person_schedule.c.person_id.in_(person_ids))
    found: dict[int, list[Scheduled]] = {}
    for row in db.execute(query):
        found.setdefault(row.person_id, []).append(Scheduled(row.valid_from, row.schedule, row.entered_at, row.removed))
    return found


def schedule_names(db: Connection) -> list[str]:
    """Every schedule that has hours, by name."""
    newest = live_hours(db)
    return sorted({row.schedule for row in newest})


def live_hours(db: Connection) -> list[Row[Any]]:
    """The rows of hours as known now: of each key the last written, without those that were taken back."""
    rows: dict[tuple[Any, ...], Row[Any]] = {}
    for row in db.execute(select(work_hours).order_by(work_hours.c.id)):
        rows[row.schedule, row.season, row.weekday, row.valid_from] = row
    return [row for row in rows.values() if not row.removed]
