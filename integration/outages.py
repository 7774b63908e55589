"""When the service could not be reached: gaps in the heartbeat of the web processes, and what somebody declared.

A web process gives a sign of life by writing to the database, so a database that is down is an outage as well. A row is
never deleted: `removed` takes it back, with an audit row. What an outage excuses is for attendance to say.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import structlog
from sqlalchemy import Boolean, Column, Connection, Index, Integer, String, Table, and_, false, func, or_, select, text, update

from integration import audit
from integration.db import Instant, insert_once, metadata

log = structlog.get_logger()

LONGEST_NOTE = 500
# Where an outage that is not over yet ends, for whoever reckons with windows.
NOT_OVER = datetime(9999, 1, 1, tzinfo=UTC)
# A machine whose clock goes ahead of this one's by more than that counts for nothing here.
_AHEAD = timedelta(hours=1)
# Any number of ours: processes that notice the same gap on PostgreSQL take turns.
_FOUND_LOCK = 0x4F555441
_FORGET_HOSTS = timedelta(days=7)
# A window can matter to a day that begins or ends so long after or before it: shifts, zones, the time of grace.
_AROUND = timedelta(days=2)

# One row a machine: `who` beats, `at` was the last time.
heartbeat = Table(
    "heartbeat",
    metadata,
    Column("who", String(190), primary_key=True),
    Column("at", Instant, nullable=False),
)

# From `first` (the last sign of life) until `last` (the next one); `last` is empty while a declared outage goes on.
# source: heartbeat | declared.
outage = Table(
    "outage",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("first", Instant, nullable=False),
    Column("last", Instant),
    Column("source", String(10), nullable=False),
    Column("note", String(LONGEST_NOTE), nullable=False, server_default=""),
    Column("entered_by", String(190), nullable=False),
    Column("entered_at", Instant, nullable=False),
    Column("removed", Boolean, nullable=False, server_default=false()),
)
Index("ix_outage_first", outage.c.first)

# The columns that every audit row repeats, so that a row made behind the service's back shows.
AUDITED = ("first", "last", "source", "removed")

Window = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Outage:
    """One row; `last` is None while it goes on."""

    id: int
    first: datetime
    last: datetime | None
    source: str
    note: str
    entered_by: str
    entered_at: datetime
    removed: bool

    def overlaps(self, first: datetime, last: datetime | None) -> bool:
        return first < (self.last or NOT_OVER) and self.first < (last or NOT_OVER)


# ---------------------------------------------------------------- signs of life


def last_beat(db: Connection, now: datetime) -> datetime | None:
    """The latest sign of life of any machine, None if there never was one."""
    found: datetime | None = db.scalar(select(func.max(heartbeat.c.at)).where(heartbeat.c.at <= now + _AHEAD))
    return found


def beat(db: Connection, who: str, now: datetime) -> None:
    """This machine lives; those that have not for long are forgotten."""
    mine = update(heartbeat).where(heartbeat.c.who == who).values(at=now)
    if not db.execute(mine).rowcount and insert_once(db, heartbeat, {"who": who, "at": now}):
        db.execute(heartbeat.delete().where(heartbeat.c.at < now - _FORGET_HOSTS))


def found(db: Connection, first: datetime, last: datetime, again_after: timedelta) -> None:
    """Nobody gave a sign of life between these instants: one row, whoever notices, and however many do at once.

    A second notice more than `again_after` later makes it longer: the service started, and died before its first beat.
    """
    if db.dialect.name == "postgresql":
        db.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _FOUND_LOCK})
    standing = _noticed(db, first, last)
    if standing is None:
        row = {"first": first, "last": last, "source": "heartbeat", "entered_by": "hadir", "entered_at": last}
        made = _add(db, row)
        _record(db, last, "hadir", "outage.found", made)
        log.warning("outage_found", first=first.isoformat(), last=last.isoformat())
    elif not standing.removed and standing.last and standing.last < last - again_after:
        _change(db, standing, "hadir", last, "outage.longer", last=last)


def _noticed(db: Connection, first: datetime, last: datetime) -> Outage | None:
    """The gap that another process found, also if it was taken back meanwhile."""
    known = (row for row in between(db, first, last, removed=True) if row.source == "heartbeat")
    return next((row for row in known if row.overlaps(first, last)), None)


def _add(db: Connection, row: dict[str, Any]) -> Outage:
    key = db.execute(outage.insert().values(row)).inserted_primary_key
    assert key is not None  # noqa: S101  # the database makes one
    return _get(db, key[0])


# ---------------------------------------------------------------- declared


class Wrong(Exception):
    """The outage cannot be taken so; the text says why and names the cure."""


def declare(db: Connection, first: datetime, last: datetime | None, note: str, actor: str, now: datetime) -> Outage:
    """Add an outage of which Hadir could not know; it goes on if `last` is None. Raises `Wrong`."""
    _check_span(first, last, now)
    clash = next((other for other in between(db, first, last or NOT_OVER) if other.overlaps(first, last)), None)
    if clash:
        raise Wrong(
            f"it overlaps the outage {clash.id} ({clash.source}); give times beside it, "
            f'or take that one back first: hadir outages remove {clash.id} --why "…"'
        )
    row = {"first": first, "last": last, "source": "declared", "note": note, "entered_by": actor, "entered_at": now}
    made = _add(db, row)
    _record(db, now, actor, "outage.declared", made, reason=note)
    return made


def _check_span(first: datetime, last: datetime | None, now: datetime) -> None:
    if first > now:
        raise Wrong("it begins in the future; declare it when it has begun")
    if last is not None and last <= first:
        raise Wrong("it ends before it begins; the earlier time comes first")
    if last is not None and last > now:
        raise Wrong("it ends in the future; leave the end out, and close it when it is over: hadir outages close ID")


def close(db: Connection, id: int, last: datetime, actor: str, now: datetime) -> Outage:
    """The outage that goes on was over at `last`. Raises `Wrong`."""
    standing = _standing(db, id)
    if standing.last is not None:
        raise Wrong(f"the outage {id} is over already")
    _check_span(standing.first, last, now)
    return _change(db, standing, actor, now, "outage.closed", last=last)


def remove(db: Connection, id: int, why: str, actor: str, now: datetime) -> Outage:
    """Take an outage back; it excuses nobody any more. Raises `Wrong`."""
    return _change(db, _standing(db, id), actor, now, "outage.removed", reason=why, removed=True)


def _standing(db: Connection, id: int) -> Outage:
    row = db.execute(select(outage).where(outage.c.id == id)).first()
    if row is None:
        raise Wrong(f"there is no outage {id}; see: hadir outages list --all")
    if row.removed:
        raise Wrong(f"the outage {id} was removed already; nothing was changed")
    return Outage(*row)


def _change(
    db: Connection, standing: Outage, actor: str, now: datetime, action: str, reason: str = "", **values: Any
) -> Outage:
    db.execute(update(outage).where(outage.c.id == standing.id).values(values))
    changed = _get(db, standing.id)
    _record(db, now, actor, action, changed, before=standing, reason=reason)
    return changed


def _record(
    db: Connection, now: datetime, actor: str, action: str, made: Outage, *, before: Outage | None = None, reason: str = ""
) -> None:
    kept = _kept(before) if before else None
    audit.record(
        db,
        now,
        actor_id=None,
        actor=actor,
        action=action,
        object=f"outage:{made.id}",
        before=kept,
        after=_kept(made),
        reason=reason,
    )


def _kept(one: Outage) -> dict[str, Any]:
    last = one.last.isoformat() if one.last else None
    return {"first": one.first.isoformat(), "last": last, "source": one.source, "removed": one.removed}


# ---------------------------------------------------------------- reading


def _get(db: Connection, id: int) -> Outage:
    return Outage(*db.execute(select(outage).where(outage.c.id == id)).one())


def between(db: Connection, first: datetime, last: datetime, *, removed: bool = False) -> list[Outage]:
    """The outages that touch the span, the earliest first; `removed`: those that were taken back as well. One statement."""
    touching = and_(outage.c.first <= last, or_(outage.c.last.is_(None), outage.c.last >= first))
    wanted = touching if removed else and_(touching, outage.c.removed.is_(False))
    return [Outage(*row) for row in db.execute(select(outage).where(wanted).order_by(outage.c.first, outage.c.id))]


def windows(db: Connection, first: date, last: date) -> tuple[Window, ...]:
    """What can matter to the days from `first` to `last`, in any zone, merged and in order; `NOT_OVER` ends what goes on.

    One statement.
    """
    begin, end = (datetime.combine(day, time(), UTC) for day in (first, last))
    return merged(between(db, begin - _AROUND, end + timedelta(days=1) + _AROUND))


def merged(rows: Sequence[Outage]) -> tuple[Window, ...]:
    """Windows that overlap or touch are one; `rows` are in order."""
    windows: list[Window] = []
    for row in rows:
        until = row.last or NOT_OVER
        if windows and row.first <= windows[-1][1]:
            windows[-1] = (windows[-1][0], max(windows[-1][1], until))
        else:
            windows.append((row.first, until))
    return tuple(windows)
