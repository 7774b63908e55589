"""The rows of who was there: in, out, taken off, put back. A meeting's presence is no attendance at the office."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Connection, func, select, update

from integration.db import insert_once, insert_or_nothing
from integration.people import Person
from integration.plugin import Work
from integration.ports import Span
from plugins.rapat.meetings import Meeting, Occurrence
from plugins.rapat.tables import meeting_presence as _presence

How = Literal["button", "command", "code", "provider", "organizer"]
Place = Literal["online", "room"]

EARLY, LATE = timedelta(minutes=15), timedelta(minutes=30)
# Beyond this somebody is making names up; the organiser can still add people by hand.
MOST_GUESTS = 2_000


@dataclass(frozen=True, slots=True)
class Here:
    """A row of `meeting_presence`."""

    id: int
    occurrence_id: int
    who: str
    person_id: int | None
    name: str
    office: str
    position: str
    place: str
    how: str
    in_at: datetime
    out_at: datetime | None
    removed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Noted:
    """What became of a check-in. `fresh`: the first one; `back`: they had left and are in again; `removed`: the organiser
    has taken them off the list, and nothing was done.
    """

    here: Here
    fresh: bool = False
    back: bool = False
    removed: bool = False


_COLUMNS = [_presence.c[name] for name in Here.__dataclass_fields__]


def window(occurrence: Occurrence) -> Span:
    """When one can check in: from a quarter of an hour before the start (or its true start) to half an hour after the end."""
    opens = occurrence.starts_at - EARLY
    return Span(min(opens, occurrence.begun_at or opens), occurrence.ends_at + LATE)


def is_open(occurrence: Occurrence, now: datetime) -> bool:
    span = window(occurrence)
    return occurrence.state == "planned" and span.start <= now < span.end


def place_of(meeting: Meeting, how: How) -> Place:
    """Whoever has the code was in the room, and who meets in a room only is there; else nobody can say so."""
    return "room" if how == "code" or meeting.mode == "room" else "online"


def guest_key(name: str, office: str, position: str) -> str:
    """The same guest, however they write capitals and spaces."""
    words = "\0".join(" ".join(each.casefold().split()) for each in (name, office, position))
    return f"g:{hashlib.sha256(words.encode()).hexdigest()[:32]}"


def of_occurrence(db: Connection, occurrence_id: int) -> list[Here]:
    """Who was there, in order of coming; without those who were taken off."""
    query = select(*_COLUMNS).where(_presence.c.occurrence_id == occurrence_id, _presence.c.removed_at.is_(None))
    return [Here(*row) for row in db.execute(query.order_by(_presence.c.in_at, _presence.c.id))]


def find(db: Connection, occurrence_id: int, who: str) -> Here | None:
    """The row of somebody, taken off or not."""
    row = db.execute(select(*_COLUMNS).where(_presence.c.occurrence_id == occurrence_id, _presence.c.who == who)).first()
    return Here(*row) if row else None


def get(db: Connection, presence_id: int) -> Here | None:
    row = db.execute(select(*_COLUMNS).where(_presence.c.id == presence_id)).first()
    return Here(*row) if row else None


def count(db: Connection, occurrence_id: int, *, guests_only: bool = False) -> int:
    query = select(func.count()).where(_presence.c.occurrence_id == occurrence_id, _presence.c.removed_at.is_(None))
    return db.scalar(query.where(_presence.c.person_id.is_(None)) if guests_only else query) or 0


def check_in(work: Work, meeting: Meeting, occurrence: Occurrence, person: Person, how: How) -> Noted:
    """Note that one of ours is there now; a second time changes nothing but that they are in again if they had left."""
    row = {"who": f"p:{person.id}", "person_id": person.id, "name": person.name, "office": person.unit}
    return _note(work, occurrence, row | {"place": place_of(meeting, how), "how": how, "in_at": work.now})


def guest_in(work: Work, occurrence: Occurrence, name: str, office: str, position: str, how: How = "code") -> Noted:
    """Note a guest; the same name, office and position is the same guest."""
    row = {"who": guest_key(name, office, position), "name": name, "office": office, "position": position}
    return _note(work, occurrence, row | {"place": "room", "how": how, "in_at": work.now})


def _note(work: Work, occurrence: Occurrence, row: Mapping[str, Any], reason: str = "") -> Noted:
    values = {"occurrence_id": occurrence.id, "person_id": None, "office": "", "position": "", "out_at": None, **row}
    if (key := insert_once(work.db, _presence, values)) is not None:
        fresh = Here(id=key[0], removed_at=None, **values)
        work.audit("meeting.presence", _named(fresh), after=_state(fresh), reason=reason)
        return Noted(fresh, fresh=True)
    here = find(work.db, occurrence.id, row["who"])
    assert here is not None  # noqa: S101  # it was there
    if here.removed_at is not None:
        return Noted(here, removed=True)
    if here.out_at is not None and row["how"] != "organizer":
        return Noted(_change(work, here, out_at=None), back=True)
    return Noted(here)


def leave(work: Work, here: Here) -> Here:
    """They go now; who has left already, left then."""
    return here if here.out_at is not None else _change(work, here, out_at=max(work.now, here.in_at))


def remove(work: Work, here: Here, reason: str) -> Here:
    """Off the list, by the organiser's hand; the row stays."""
    return _change(work, here, reason, removed_at=work.now)


def put(work: Work, occurrence: Occurrence, row: Mapping[str, Any], reason: str) -> tuple[Here, bool]:
    """On the list by the organiser's hand, also who had been taken off it; and whether that changed anything.

    `row`: who, name, in_at, place, and for one of ours person_id.
    """
    noted = _note(work, occurrence, {**row, "how": "organizer"}, reason)
    here = noted.here
    if noted.fresh or (here.removed_at is None and here.in_at == row["in_at"]):
        return here, noted.fresh
    left = here.out_at if here.out_at is None or here.out_at >= row["in_at"] else None
    return _change(work, here, reason, removed_at=None, in_at=row["in_at"], out_at=left, how="organizer"), True


def restore(work: Work, here: Here, reason: str) -> Here:
    """Back on the list as they were."""
    return _change(work, here, reason, removed_at=None)


def times(work: Work, here: Here, out_at: datetime | None) -> Here:
    """The provider knows when they left."""
    return here if here.out_at is not None or out_at is None else _change(work, here, out_at=max(out_at, here.in_at))


def _change(work: Work, here: Here, reason: str = "", **values: Any) -> Here:
    work.db.execute(update(_presence).where(_presence.c.id == here.id).values(values))
    changed = get(work.db, here.id)
    assert changed is not None  # noqa: S101  # rows are never deleted
    work.audit("meeting.presence", _named(here), before=_state(here), after=_state(changed), reason=reason)
    return changed


def add_all(work: Work, rows: Iterable[Mapping[str, Any]]) -> None:
    """Many rows in one statement, as the provider reports them; who has checked in meanwhile stays as they are."""
    if values := [{"position": "", "office": "", "person_id": None, "out_at": None, **row} for row in rows]:
        work.db.execute(insert_or_nothing(work.db, _presence), values)


def _named(here: Here) -> str:
    return f"meeting_occurrence:{here.occurrence_id}"


def _state(here: Here) -> dict[str, Any]:
    def iso(moment: datetime | None) -> str | None:
        return moment.isoformat() if moment else None

    times = {"in_at": iso(here.in_at), "out_at": iso(here.out_at), "removed_at": iso(here.removed_at)}
    # A guest's name is their own; what the row is can be found by its key.
    return {"who": here.who, "how": here.how, **times}
