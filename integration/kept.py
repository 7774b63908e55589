"""What every command needs and what seldom changes, kept by each process: working hours, seasons, holidays, rules.

Once it is older than `FRESH_SECONDS`, one statement asks whether it is still true. Hours, dated schedules, rules, their
choices and re-evaluations are only ever added to: how many rows a table has says whether there are new ones, and only a
table that has grown is read again. Seasons and holidays do change, are few, and come along in the same answer. What was
recorded never depends on what is kept, only what is said about it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Date, Select, Table, cast, func, literal, null, select, union_all

from integration import office_calendar, rulebook
from integration.office_calendar import Calendar, holiday, person_schedule, season, work_hours
from integration.rulebook import Rules
from integration.rulebook.tables import reevaluation, rule, rule_choice

FRESH_SECONDS = 30
# After so long everything is read again, whatever the numbers say: somebody may have changed rows by hand.
WHOLE = timedelta(minutes=10)

# How many rows there are, and the highest id among them.
Stamp = tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Part:
    """A table whose rows are only ever added, what is made of its rows, and what of none."""

    table: Table
    read: Callable[[Connection], Any]
    empty: Any


_PARTS = (
    _Part(work_hours, office_calendar.hours, {}),
    _Part(person_schedule, office_calendar.dated_schedules, {}),
    _Part(rule, rulebook.versions, {}),
    _Part(rule_choice, rulebook.choices, ()),
    _Part(reevaluation, rulebook.reevaluations, ()),
)
GROWING = tuple(part.table for part in _PARTS)
_GROW = frozenset(table.name for table in GROWING)


@dataclass(frozen=True, slots=True)
class Kept:
    """What was true at `read_at`; `whole_at`: when every table was read last."""

    calendar: Calendar
    rules: Rules
    read_at: datetime
    whole_at: datetime
    stamps: Mapping[str, Stamp]
    parts: Mapping[str, Any]


@dataclass
class Keeper:
    """Keeps it for a process; `fresh` is for how long nothing is asked."""

    fresh: timedelta = timedelta(seconds=FRESH_SECONDS)
    _kept: Kept | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def kept(self, db: Connection, now: datetime) -> Kept:
        """What was true at most `fresh` ago."""
        kept = self._kept
        if kept is None or self._old(kept, now):
            with self._lock:
                kept = self._kept
                if kept is None or self._old(kept, now):  # another thread may have asked meanwhile
                    kept = self._kept = read(db, now, kept)
        return kept

    def forget(self) -> None:
        """Read everything anew: this process has just changed it."""
        self._kept = None

    def _old(self, kept: Kept, now: datetime) -> bool:
        return abs(now - kept.read_at) > self.fresh


def read(db: Connection, now: datetime, before: Kept | None = None) -> Kept:
    """One statement, and one more for each table that has grown since `before`; without it, for each that has rows.

    The numbers are read first: what is added in between is read with them, or found to be missing the next time.
    """
    if before is not None and abs(now - before.whole_at) > WHOLE:
        before = None
    stamps, seasons, holidays = _look(db)
    parts = {part.table.name: _part(db, part, stamps[part.table.name], before) for part in _PARTS}
    dated = parts[person_schedule.name]
    judged_anew = parts[reevaluation.name]
    return Kept(
        Calendar(parts[work_hours.name], seasons, holidays, dated=dated, reevaluations=judged_anew),
        Rules(parts[rule.name], parts[rule_choice.name], judged_anew, now),
        read_at=now,
        whole_at=now if before is None else before.whole_at,
        stamps=stamps,
        parts=parts,
    )


def _part(db: Connection, part: _Part, stamp: Stamp, before: Kept | None) -> Any:
    name, count = part.table.name, stamp[0]
    if not count:
        return part.empty
    if part.table is person_schedule and count > office_calendar.DATED_KEPT:
        return None
    return before.parts[name] if before is not None and before.stamps[name] == stamp else part.read(db)


Seasons = tuple[tuple[str, date, date], ...]
Holidays = dict[date, tuple[str, str]]


def _look(db: Connection) -> tuple[dict[str, Stamp], Seasons, Holidays]:
    """How many rows the growing tables have, and the rows of the others. One statement."""
    rows = db.execute(_LOOK).all()
    stamps = {row.table: (row.rows, row.newest) for row in rows if row.table in _GROW}
    seasons = tuple((row.name, row.first, row.last) for row in rows if row.table == season.name)
    return stamps, seasons, {row.first: (row.name, row.kind) for row in rows if row.table == holiday.name}


def _seasons() -> Select[Any]:
    return select(
        literal(season.name).label("table"),
        season.c.name,
        season.c.first,
        season.c.last,
        literal("").label("kind"),
        literal(0).label("rows"),
        literal(0).label("newest"),
    )


def _holidays() -> Select[Any]:
    day = holiday.c.day
    return select(literal(holiday.name), holiday.c.name, day, day, holiday.c.kind, literal(0), literal(0))


def _stamp(table: Table) -> Select[Any]:
    nothing, no_day = literal(""), cast(null(), Date)
    newest = func.coalesce(func.max(table.c.id), 0)
    return select(literal(table.name), nothing, no_day, no_day, nothing, func.count(), newest).select_from(table)


_LOOK = union_all(_seasons(), _holidays(), *map(_stamp, GROWING))
