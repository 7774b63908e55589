"""The register of who may work from home, and for which duties. No words here."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Select, exists, or_, select, update

from integration.plugin import Work
from plugins.jadwal.tables import remote_register as table

DUTIES_LENGTH, BASIS_LENGTH = 500, 200
LEDGER = ("person_id", "duties", "valid_from", "valid_until", "decided_by", "basis", "active")


@dataclass(frozen=True, slots=True)
class Entry:
    """One row; `valid_until` None for good. Entries that were taken back before they began are not active."""

    id: int
    person_id: int
    duties: str
    valid_from: date
    valid_until: date | None
    decided_by: str
    basis: str
    entered_by: int | None
    entered_at: datetime
    active: bool

    def holds_on(self, day: date) -> bool:
        return self.active and self.valid_from <= day <= (self.valid_until or day)


def fetch(db: Connection, query: Select[Any]) -> list[Entry]:
    return [Entry(**row._mapping) for row in db.execute(query)]


def current(db: Connection, person_ids: Collection[int], day: date) -> list[Entry]:
    """Entries of these people that hold on `day` or later, the earliest first. One statement."""
    query = select(table).where(table.c.active, table.c.person_id.in_(person_ids), not_over(day))
    return fetch(db, query.order_by(table.c.valid_from, table.c.id))


def not_over(day: date) -> Any:
    return or_(table.c.valid_until.is_(None), table.c.valid_until >= day)


def holds(db: Connection, person_id: int, day: date) -> bool:
    """Whether the register lets somebody work from home on that day."""
    begun = table.c.valid_from <= day
    return bool(db.scalar(select(exists().where(table.c.active, table.c.person_id == person_id, begun, not_over(day)))))


def add(
    work: Work, person_id: int, duties: str, first: date, last: date | None, decided_by: str, basis: str, by: int | None
) -> Entry:
    """Enter somebody; entries of theirs that overlap it end the day before, or become inactive."""
    for old in current(work.db, [person_id], first):
        if last is None or old.valid_from <= last:
            end(work, old, first)
    row: dict[str, Any] = {
        "person_id": person_id,
        "duties": duties,
        "valid_from": first,
        "valid_until": last,
        "decided_by": decided_by,
        "basis": basis,
        "entered_by": by,
        "entered_at": work.now,
    }
    [key] = work.db.execute(table.insert().values(row).returning(table.c.id)).one()
    entry = Entry(**row, id=key, active=True)
    work.audit("remote_register.added", f"remote_register:{key}", after=_kept(entry))
    return entry


def end(work: Work, entry: Entry, first_without: date) -> Entry:
    """Let an entry hold no more from that day on."""
    begun = entry.valid_from < first_without
    values: dict[str, Any] = {"valid_until": first_without - timedelta(1)} if begun else {"active": False}
    work.db.execute(update(table).where(table.c.id == entry.id).values(values))
    ended = fetch(work.db, select(table).where(table.c.id == entry.id))[0]
    work.audit("remote_register.ended", f"remote_register:{entry.id}", before=_kept(entry), after=_kept(ended))
    return ended


def registered(db: Connection, person_ids: Sequence[int], first: date, last: date) -> dict[int, list[Entry]]:
    """The entries that hold on any day of a span, by person; for who makes a rota. One statement."""
    query = select(table).where(table.c.active, table.c.person_id.in_(person_ids), table.c.valid_from <= last, not_over(first))
    found: dict[int, list[Entry]] = {}
    for entry in fetch(db, query.order_by(table.c.valid_from)):
        found.setdefault(entry.person_id, []).append(entry)
    return found


def _kept(entry: Entry) -> dict[str, Any]:
    kept = {name: getattr(entry, name) for name in LEDGER}
    until = entry.valid_until.isoformat() if entry.valid_until else None
    return kept | {"valid_from": entry.valid_from.isoformat(), "valid_until": until}
