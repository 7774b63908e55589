"""Files on their way in: rows of `logbook_import`, and who has which under way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, insert, select, update

from integration.work import Work
from plugins.logbook.tables import logbook_import as _import

OPEN = ("reading", "asked", "taking")
# After so long nobody answers any more, and the bytes go; so long an import can be undone.
FORGOTTEN = timedelta(days=2)
UNDO = timedelta(days=1)
# The state of targets that were taken back: all of them, so there is nothing left to be undone.
UNDONE = "undone"


@dataclass(frozen=True, slots=True)
class Import:
    """A row without its bytes. `round` counts how often it was read: a button of an older reading does nothing.

    `chosen` is the mapping that the sender confirmed, None as long as it is guessed; `columns` are (key, heading, example).
    """

    id: int
    person_id: int
    kind: str
    name: str
    state: str
    year: int | None
    mapping: Mapping[str, Any]
    report: str
    sent_at: datetime
    ended_at: datetime | None

    @property
    def round(self) -> int:
        return int(self.mapping.get("round", 1))

    @property
    def chosen(self) -> dict[str, str] | None:
        return self.mapping.get("chosen")

    @property
    def fields(self) -> dict[str, str]:
        """What was read last: guessed or chosen."""
        return dict(self.mapping.get("fields", {}))

    @property
    def columns(self) -> Sequence[Sequence[str]]:
        return list(self.mapping.get("columns", ()))

    @property
    def clean(self) -> bool:
        """Whether nothing was wrong at the last reading."""
        return bool(self.mapping.get("clean"))


_NAMES = ("id", "person_id", "kind", "name", "state", "year", "mapping", "report", "sent_at", "ended_at")
_COLUMNS = tuple(_import.c[name] for name in _NAMES)


def get(db: Connection, import_id: int) -> Import | None:
    row = db.execute(select(*_COLUMNS).where(_import.c.id == import_id)).first()
    return _of(row) if row else None


def _of(row: Any) -> Import:
    values = dict(zip(_NAMES, row, strict=True))
    return Import(**values | {"mapping": values["mapping"] or {}})


def content(db: Connection, import_id: int) -> bytes:
    return bytes(db.scalar(select(_import.c.content).where(_import.c.id == import_id)) or b"")


def open_of(db: Connection, person_id: int) -> Import | None:
    """What the person has under way: the latest."""
    wanted = select(*_COLUMNS).where(_import.c.person_id == person_id, _import.c.state.in_(OPEN))
    row = db.execute(wanted.order_by(_import.c.id.desc()).limit(1)).first()
    return _of(row) if row else None


def last_taken(db: Connection, person_id: int, since: datetime) -> Import | None:
    """What the person brought in last and may still undo."""
    wanted = select(*_COLUMNS).where(_import.c.person_id == person_id, _import.c.state == "taken", _import.c.ended_at >= since)
    row = db.execute(wanted.order_by(_import.c.id.desc()).limit(1)).first()
    return _of(row) if row else None


def new(work: Work, person_id: int, kind: str, name: str, bytes_: bytes, year: int | None) -> int:
    """A file that is to be read; whatever the person had under way is over."""
    waiting = select(_import.c.id).where(_import.c.person_id == person_id, _import.c.state.in_(("reading", "asked")))
    for other in list(work.db.scalars(waiting)):
        end(work, other, ("reading", "asked"), "dropped")
    row = {"person_id": person_id, "kind": kind, "name": name[:200], "state": "reading", "year": year, "content": bytes_}
    row |= {"mapping": {"round": 1}, "sent_at": work.now}
    added = work.db.execute(insert(_import).values(row).returning(_import.c.id)).scalar_one()
    work.audit("logbook.import_sent", f"logbook_import:{added}", after={"kind": kind, "size": len(bytes_), "year": year})
    return int(added)


def move(db: Connection, import_id: int, before: Sequence[str], state: str, **values: Any) -> bool:
    """To another state, if it is in one of those; False where somebody was quicker."""
    here = (_import.c.id == import_id, _import.c.state.in_(before))
    return db.execute(update(_import).where(*here).values(state=state, **values)).rowcount == 1


def end(work: Work, import_id: int, before: Sequence[str], state: str, **after: Any) -> bool:
    """It is over: the bytes and the words of the report go."""
    if not move(work.db, import_id, before, state, content=None, report="", ended_at=work.now):
        return False
    work.audit(f"logbook.import_{state}", f"logbook_import:{import_id}", after={"state": state, **after})
    return True


def forgotten(work: Work) -> int:
    """End what nobody has answered for long; how many there were."""
    old = select(_import.c.id).where(_import.c.state.in_(OPEN), _import.c.sent_at < work.now - FORGOTTEN)
    return sum(end(work, each, OPEN, "dropped") for each in list(work.db.scalars(old)))
