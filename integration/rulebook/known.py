"""What was known when: rows are never changed, so the newest row that was known at a moment says what held then."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any, Protocol, TypeVar
from zoneinfo import ZoneInfo

from integration.people import Person


class Dated(Protocol):
    """A row with two dates: `valid_from` when it holds, `entered_at` when it was written (none: known from the beginning)."""

    @property
    def valid_from(self) -> date: ...
    @property
    def entered_at(self) -> datetime | None: ...
    @property
    def removed(self) -> bool: ...


Row = TypeVar("Row", bound=Dated)


@lru_cache(maxsize=8192)
def end_of_day(zone: str, day: date) -> datetime:
    """The end of a local day, in UTC: what is known then decides on the day."""
    return datetime.combine(day + timedelta(days=1), datetime.min.time(), ZoneInfo(zone)).astimezone(UTC)


def known_at(reevaluations: Sequence[Any], person: Person, day: date) -> datetime:
    """The moment whose knowledge decides on `day`: its end in the person's zone, or a later re-evaluation. In UTC.

    `reevaluations` are rows of that table.
    """
    end = end_of_day(person.zone, day)
    if not reevaluations:
        return end
    later: list[datetime] = [
        row.at
        for row in reevaluations
        if row.first <= day <= row.last and row.unit_id in (None, person.unit_id) and row.person_id in (None, person.id)
    ]
    return max([end, *later])


def live(rows: Iterable[Row], known_at: datetime, key: Callable[[Row], Any]) -> list[Row]:
    """The newest row of each key that was known then, without those that took theirs back. `rows`: last written first."""
    newest: dict[Any, Row] = {}
    for row in rows:
        if row.entered_at is None or row.entered_at <= known_at:
            newest.setdefault(key(row), row)
    return [row for row in newest.values() if not row.removed]


def in_force(rows: Iterable[Row], day: date, known_at: datetime) -> Row | None:
    """The row that holds on a day: of those that have begun, the one that began last. `rows`: last written first."""
    begun = [row for row in live(rows, known_at, _valid_from) if row.valid_from <= day]
    return max(begun, key=_valid_from, default=None)


def _valid_from(row: Dated) -> date:
    return row.valid_from
