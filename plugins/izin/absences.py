"""Absences as rows: asking, deciding, changing. A conditional update decides between simultaneous requests. No replies here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Connection, Select, or_, select, text, update

from integration import people
from integration.people import Person
from integration.plugin import Work
from plugins.izin.tables import absence

REASON_LENGTH = 500
NUMBER_LENGTH = 100

# Written out, because SQLite takes a partial index only for the very words of its condition.
EXCUSES = text("absence.state in ('approved', 'cancelling')")
IS_OPEN = text("absence.state in ('waiting', 'approved', 'cancelling')")
WAITS = text("absence.state in ('waiting', 'cancelling')")
# What takes up days: nothing else of the same person may lie there.
OPEN = ("waiting", "approved", "cancelling")

# Columns that every audit row repeats, so that a change behind the service's back shows. The private words stay out.
LEDGER = (
    "person_id",
    "type",
    "kind",
    "first",
    "last",
    "start",
    "end",
    "letter_number",
    "letter_path",
    "state",
    "source",
    "decider_id",
)


@dataclass(frozen=True, slots=True)
class Absence:
    """One row. `first` to `last`, both included; `start` and `end` only for a part of one day."""

    id: int
    person_id: int
    type: str
    kind: str
    first: date
    last: date
    start: datetime | None
    end: datetime | None
    reason: str
    letter_number: str
    letter_path: str
    state: str
    source: str
    requested_at: datetime
    asked_at: datetime
    round: int
    decider_id: int | None
    decided_at: datetime | None
    decision_note: str

    @property
    def open(self) -> bool:
        return self.state in OPEN

    def overlaps(self, first: date, last: date, start: datetime | None = None, end: datetime | None = None) -> bool:
        """Whether some time is in both; two parts of one day may stand beside each other."""
        if self.last < first or last < self.first:
            return False
        if self.start is None or self.end is None or start is None or end is None:
            return True
        return self.start < end and start < self.end


# ---------------------------------------------------------------- reading


def fetch(db: Connection, query: Select[Any]) -> list[Absence]:
    """The rows of a query of whole absences."""
    return [Absence(*row[: len(absence.c)]) for row in db.execute(query)]


def get(work: Work, absence_id: int) -> Absence | None:
    found = fetch(work.db, select(absence).where(absence.c.id == absence_id))
    return found[0] if found else None


def own(work: Work, person_id: int, since: date) -> list[Absence]:
    """Everything of one person that did not end before `since`, by its first day."""
    query = select(absence).where(absence.c.person_id == person_id, absence.c.last >= since)
    return fetch(work.db, query.order_by(absence.c.first, absence.c.id))


def of_unit(work: Work, person: Person, first: date, last: date, limit: int = 20) -> list[tuple[Absence, str]]:
    """Who else of the unit is away for whole days between these, or has asked to be: (absence, name)."""
    query = (
        select(absence, people.person.c.name)
        .join(people.person, people.person.c.id == absence.c.person_id)
        .where(people.person.c.unit_id == person.unit_id, absence.c.person_id != person.id, absence.c.start.is_(None))
        .where(absence.c.state.in_(OPEN), absence.c.last >= first, absence.c.first <= last)
        .where(or_(people.person.c.ended_on.is_(None), people.person.c.ended_on >= first))
        .order_by(absence.c.first, people.person.c.name)
        .limit(limit)
    )
    return [(Absence(*row[: len(absence.c)]), row.name) for row in work.db.execute(query)]


# ---------------------------------------------------------------- writing


def lock(work: Work, person_id: int) -> None:
    """One request of a person after the other: what overlaps cannot be asked for twice at once."""
    work.db.execute(select(people.person.c.id).where(people.person.c.id == person_id).with_for_update())


def add(work: Work, action: str, row: Mapping[str, Any]) -> Absence:
    """Write a new absence and its audit row; `row` holds its columns."""
    values = {"requested_at": work.now, "asked_at": work.now, **row}
    key = work.db.execute(absence.insert().values(values)).inserted_primary_key
    assert key is not None  # noqa: S101  # an INSERT of one row has a key
    new = get(work, key[0])
    assert new is not None  # noqa: S101  # its row has just been written here
    work.audit(action, f"absence:{new.id}", after=_kept(new))
    return new


def change(work: Work, found: Absence, action: str, **values: Any) -> Absence | None:
    """Change the row if it is still as `found` has it, else None: whoever comes first decides, and only once."""
    still = (absence.c.id == found.id, absence.c.state == found.state, absence.c.last == found.last)
    if work.db.execute(update(absence).where(*still, absence.c.round == found.round).values(values)).rowcount != 1:
        return None
    changed = get(work, found.id)
    assert changed is not None  # noqa: S101  # its row has just been changed here
    work.audit(action, f"absence:{found.id}", before=_kept(found), after=_kept(changed))
    return changed


def _kept(row: Absence) -> dict[str, Any]:
    return {name: _plain(getattr(row, name)) for name in LEDGER}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return value.isoformat() if isinstance(value, date) else value


def clash(rows: Iterable[Absence], first: date, last: date, start: datetime | None, end: datetime | None) -> Absence | None:
    """The first of them that takes up some of this time already."""
    return next((row for row in rows if row.open and row.overlaps(first, last, start, end)), None)
