"""What attendance reads and writes. Knows tables and rules, never a reply, so that jobs use it as well."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from integration.plugin import Context, Work


@dataclass(frozen=True, slots=True)
class Event:
    """One row of `attendance_event`; `day` is the working day it belongs to, `at` the instant in UTC."""

    id: int
    person_id: int
    day: date
    kind: str
    at: datetime
    place: str
    note: str
    source: str


@dataclass(frozen=True, slots=True)
class Day:
    """What counts on one person's day: the active check-in and check-out."""

    arrival: Event | None = None
    departure: Event | None = None


EMPTY = Day()
Days = Mapping[tuple[int, date], Day]


def days(db: Connection, person_ids: Iterable[int] | None, first: date, last: date) -> dict[tuple[int, date], Day]:
    """The active events by (person id, day), both ends included; None means everybody. One statement."""
    raise NotImplementedError


def history(db: Connection, person_id: int, day: date) -> list[Event]:
    """Every event of the day, active or not, oldest first."""
    raise NotImplementedError


def supersede(
    work: Work,
    *,
    person_id: int,
    day: date,
    kind: str,
    at: datetime,
    place: str = "",
    note: str = "",
    source: str,
    platform: str = "",
    correction_id: int | None = None,
    action: str,
    reason: str = "",
) -> tuple[Event, Event | None]:
    """Record an event in the place of the active one, which stays in history; (new, replaced). Audits both rows."""
    raise NotImplementedError


def silent(db: Connection, person_ids: Iterable[int] | None = None) -> set[int]:
    """Those who turned reminders off."""
    raise NotImplementedError


def set_reminders(context: Context, on: bool) -> None:
    raise NotImplementedError
