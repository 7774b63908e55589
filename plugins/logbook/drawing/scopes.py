"""What is drawn by itself (a person's or a unit's month), which changes its files show, and which they do not.

Changes are found by the moment at which an entry was changed. A transaction may commit a while after that moment, so what
changed shortly before a drawing is remembered one by one, and whatever of it was not seen is seen the next time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Connection, and_, or_, select, update

from integration import people
from integration.db import insert_once
from plugins.logbook.entries import month_of
from plugins.logbook.tables import logbook_drawing as _drawing
from plugins.logbook.tables import logbook_entry as _entry

# No transaction ends so long after the moment that it wrote down, even on a server whose clock is a little behind.
LATE = timedelta(minutes=10)
_SWEEP = "sweep"
_AT_ONCE, _SCOPES_AT_ONCE = 20_000, 500
_EPOCH = datetime.fromisoformat("2000-01-01T00:00+00:00")

# {entry: when it was changed}
Changes = Mapping[int, datetime]


@dataclass(frozen=True, slots=True)
class Scope:
    """A month (its first day) of a unit, or of a person for a unit: who changes units in mid-month has files in both."""

    kind: Literal["person", "unit"]
    unit_id: int
    month: date
    person_id: int = 0

    def __str__(self) -> str:
        whose = f"{self.person_id}:" if self.kind == "person" else ""
        return f"{self.kind}:{whose}{self.unit_id}:{self.month:%Y-%m}"

    @classmethod
    def of(cls, text: str) -> Scope:
        kind, *ids, month = text.split(":")
        first = date.fromisoformat(f"{month}-01")
        return cls("unit", int(ids[0]), first) if kind == "unit" else cls("person", int(ids[1]), first, int(ids[0]))


@dataclass(frozen=True, slots=True)
class Drawing:
    """A row of `logbook_drawing`, whose comment says what its columns mean."""

    scope: Scope
    seen: Changes
    path: str
    drawn_at: datetime
    final: bool

    def unseen(self, changes: Changes) -> dict[int, datetime]:
        """Those of the changes that the files do not show."""
        since = self.drawn_at - LATE
        return {id: at for id, at in changes.items() if at > since and self.seen.get(id) != at}


def unseen(drawing: Drawing | None, changes: Changes) -> dict[int, datetime]:
    """The same, where nothing may have been drawn yet."""
    return dict(changes) if drawing is None else drawing.unseen(changes)


# ---------------------------------------------------------------- what was changed

# A draft is its writer's alone: it is in no file, and changes none.
_REPORTED_ONCE = _entry.c.round > 0


def changed(db: Connection, since: datetime, at_once: int = _AT_ONCE) -> Iterator[dict[Scope, dict[int, datetime]]]:
    """The changes after `since` by what they are drawn in, in parts of so many entries."""
    e = _entry.c
    after: tuple[datetime, int] = (since, 0)
    while True:
        later = and_(e.changed_at >= after[0], or_(e.changed_at > after[0], e.id > after[1]))
        query = select(e.id, e.person_id, e.unit_id, e.day, e.changed_at).where(later, _REPORTED_ONCE)
        rows = db.execute(query.order_by(e.changed_at, e.id).limit(at_once)).all()
        found: dict[Scope, dict[int, datetime]] = {}
        for row in rows:
            month = row.day.replace(day=1)
            for scope in (Scope("person", row.unit_id, month, row.person_id), Scope("unit", row.unit_id, month)):
                found.setdefault(scope, {})[row.id] = row.changed_at
        if found:
            yield found
        if len(rows) < at_once:
            return
        after = (rows[-1].changed_at, rows[-1].id)


def changes_in(db: Connection, scope: Scope, since: datetime) -> dict[int, datetime]:
    """The changes of one scope after `since`."""
    e = _entry.c
    query = select(e.id, e.changed_at).where(e.unit_id == scope.unit_id, e.day.between(*month_of(scope.month)))
    if scope.kind == "person":
        query = query.where(e.person_id == scope.person_id)
    return {row.id: row.changed_at for row in db.execute(query.where(_REPORTED_ONCE, e.changed_at > since))}


# ---------------------------------------------------------------- what was drawn


def drawing(db: Connection, scope: Scope) -> Drawing | None:
    return drawings(db, [scope]).get(scope)


def drawings(db: Connection, scopes: Iterable[Scope]) -> dict[Scope, Drawing]:
    names = [str(each) for each in scopes]
    found = {}
    for start in range(0, len(names), _SCOPES_AT_ONCE):
        rows = db.execute(select(_drawing).where(_drawing.c.scope.in_(names[start : start + _SCOPES_AT_ONCE])))
        found.update({Scope.of(row.scope): _of_row(row) for row in rows})
    return found


def neighbours(db: Connection, scope: Scope) -> list[Scope]:
    """Those whose files may have the same name in the same folder: of the same person for other units, or of other units."""
    if scope.kind == "unit":
        ids = db.scalars(select(people.unit.c.id).where(people.unit.c.id != scope.unit_id))
        return [Scope("unit", id, scope.month) for id in ids]
    e = _entry.c
    mine = e.person_id == scope.person_id, e.day.between(*month_of(scope.month)), e.unit_id != scope.unit_id
    ids = db.scalars(select(e.unit_id).where(*mine).distinct())
    return [Scope("person", id, scope.month, scope.person_id) for id in ids]


def open_months(db: Connection, before: date) -> list[date]:
    """The months before that one of which something was last drawn while they were open."""
    d = _drawing.c
    return list(db.scalars(select(d.month).where(~d.final, d.month < before).group_by(d.month).order_by(d.month)))


def open_in(db: Connection, month: date, after: str, limit: int) -> list[Drawing]:
    """Of that month, by the name of their scope."""
    d = _drawing.c
    query = select(_drawing).where(~d.final, d.month == month, d.scope > after).order_by(d.scope).limit(limit)
    return [_of_row(row) for row in db.execute(query)]


def _of_row(row: Any) -> Drawing:
    seen = {int(id): datetime.fromisoformat(at) for id, at in row.seen}
    return Drawing(Scope.of(row.scope), seen, row.path, row.drawn_at, row.final)


def keep(db: Connection, now: Drawing, before: Drawing | None) -> bool:
    """Write down what was drawn; False if somebody has drawn the same meanwhile, and then nothing is written."""
    shown = [[id, at.isoformat()] for id, at in now.seen.items() if at > now.drawn_at - LATE]
    values = {"seen": shown, "path": now.path, "drawn_at": now.drawn_at, "final": now.final}
    if before is None:
        row = {"scope": str(now.scope), "month": now.scope.month, **values}
        return insert_once(db, _drawing, row) is not None
    as_read = _drawing.c.scope == str(now.scope), _drawing.c.drawn_at == before.drawn_at, _drawing.c.final == before.final
    return db.execute(update(_drawing).where(*as_read).values(values)).rowcount == 1


# ---------------------------------------------------------------- up to where was looked


def looked_until(db: Connection) -> datetime:
    """Up to here all changes were looked for."""
    return db.scalar(select(_drawing.c.drawn_at).where(_drawing.c.scope == _SWEEP)) or _EPOCH


def remember_look(db: Connection, at: datetime) -> None:
    row = {"scope": _SWEEP, "seen": [], "drawn_at": at}
    if insert_once(db, _drawing, row) is None:
        db.execute(update(_drawing).where(_drawing.c.scope == _SWEEP).values(drawn_at=at))
