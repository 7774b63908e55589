"""Where people would like to work: on a day, or on every such weekday. Who makes a rota considers it. No words here."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, or_, select, update

from integration.plugin import Context, Work
from plugins.jadwal.tables import rota_wish as table

NOTE_LENGTH = 200
LEDGER = ("person_id", "day", "weekday", "place", "valid_from", "valid_until", "active")


@dataclass(frozen=True, slots=True)
class Wish:
    """One row: of one `day`, or of every `weekday` (Monday 0) from `valid_from` to `valid_until` (None: for good)."""

    id: int
    person_id: int
    day: date | None
    weekday: int | None
    place: str
    valid_from: date
    valid_until: date | None
    note: str
    made_at: datetime
    active: bool

    def holds_on(self, day: date) -> bool:
        if self.day is not None:
            return self.day == day
        return self.weekday == day.weekday() and self.valid_from <= day <= (self.valid_until or day)


def fetch(db: Connection, query: Select[Any]) -> list[Wish]:
    return [Wish(**row._mapping) for row in db.execute(query)]


def of(db: Connection, person_ids: Collection[int], first: date, last: date) -> list[Wish]:
    """The wishes of these people that touch a span of days; one of a single day goes before one of every week."""
    weekly = and_(table.c.weekday.is_not(None), table.c.valid_from <= last, _not_over(first))
    touches = or_(table.c.day.between(first, last), weekly)
    query = select(table).where(table.c.active, table.c.person_id.in_(person_ids), touches)
    return fetch(db, query.order_by(table.c.weekday.is_not(None), table.c.day, table.c.weekday, table.c.id))


def own(db: Connection, person_id: int, today: date) -> list[Wish]:
    """Those that still mean something."""
    return of(db, [person_id], today, date.max)


def _not_over(day: date) -> ColumnElement[bool]:
    return or_(table.c.valid_until.is_(None), table.c.valid_until >= day)


def add(
    context: Context, *, place: str, day: date | None, weekday: int | None, first: date, last: date | None, note: str
) -> tuple[Wish, Wish | None]:
    """Record a wish; the older one of the same day or weekday that it takes the place of, if there was one."""
    same = table.c.day == day if day is not None else table.c.weekday == weekday
    old = fetch(context.db, select(table).where(table.c.active, table.c.person_id == context.person.id, same))
    for wish in old:
        remove(context, wish)
    row: dict[str, Any] = {
        "person_id": context.person.id,
        "day": day,
        "weekday": weekday,
        "place": place,
        "valid_from": first,
        "valid_until": last,
        "note": note,
        "made_at": context.now,
    }
    [key] = context.db.execute(table.insert().values(row).returning(table.c.id)).one()
    wish = Wish(**row, id=key, active=True)
    context.audit("rota_wish.added", f"rota_wish:{key}", after=_kept(wish))
    return wish, old[0] if old else None


def get(db: Connection, wish_id: int) -> Wish | None:
    found = fetch(db, select(table).where(table.c.id == wish_id))
    return found[0] if found else None


def remove(work: Work, wish: Wish) -> bool:
    """Take a wish back; False if that was done before."""
    gone = update(table).where(table.c.id == wish.id, table.c.active).values(active=False)
    if work.db.execute(gone).rowcount != 1:
        return False
    after = _kept(wish) | {"active": False}
    work.audit("rota_wish.removed", f"rota_wish:{wish.id}", before=_kept(wish), after=after)
    return True


def _kept(wish: Wish) -> dict[str, Any]:
    kept = {name: getattr(wish, name) for name in LEDGER}
    dates = {name: value.isoformat() if value else None for name, value in kept.items() if name in _DATES}
    return kept | dates


_DATES = ("day", "valid_from", "valid_until")
