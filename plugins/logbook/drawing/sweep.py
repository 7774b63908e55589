"""Finds what is to be drawn again, twice a minute, and the months that have closed, each hour; the worker's tasks draw it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import Any, NamedTuple

from sqlalchemy import func, select

from integration.plugin import Job, Run
from integration.work import Work
from plugins.logbook import locking
from plugins.logbook.drawing import material, scopes
from plugins.logbook.drawing.scopes import LATE, Changes, Drawing, Scope
from plugins.logbook.tables import logbook_lock as _lock

# While people write, one waits for a pause; not for ever.
QUIET, LONGEST = timedelta(seconds=30), timedelta(seconds=75)
# So seldom it is written down how far was looked: every write waits for the disk.
_REMEMBERED = timedelta(minutes=5)
# While these are queued, on SQLite nobody else writes.
_QUEUED_AT_ONCE, _READ_AT_ONCE = 200, 500


class Wanted(NamedTuple):
    """A drawing to be made from `due` on; `key` is the same for the same changes."""

    scope: Scope
    key: str
    due: datetime


def due(unseen: Changes, now: datetime) -> datetime:
    """When there has been a pause since the last of these changes, or the first has waited long enough; now at the earliest."""
    quiet, longest = max(unseen.values()) + QUIET, min(unseen.values()) + LONGEST
    return max(now, min(quiet, longest))


def wanted(scope: Scope, unseen: Changes, now: datetime) -> Wanted:
    marks = ",".join(f"{id}={at.isoformat()}" for id, at in sorted(unseen.items()))
    return Wanted(scope, f"logbook:{scope}:{hashlib.sha256(marks.encode()).hexdigest()[:24]}", due(unseen, now))


# ---------------------------------------------------------------- what was changed


def look(run: Run) -> None:
    """Queue a drawing for everything with changes that its files do not show; where there are none nothing is written."""
    with run.read() as work:
        begun, until = work.now, scopes.looked_until(work.db)
        found = [each for changed in scopes.changed(work.db, until - LATE) for each in _unseen(work, changed)]
    _queue(run, found)
    if begun - until > _REMEMBERED:
        with run.begin() as work:
            scopes.remember_look(work.db, begun)


def _unseen(work: Work, changed: Mapping[Scope, Changes]) -> Iterator[Wanted]:
    drawn = scopes.drawings(work.db, changed)
    for scope, changes in changed.items():
        if unseen := scopes.unseen(drawn.get(scope), changes):
            yield wanted(scope, unseen, work.now)


def _queue(run: Run, found: Sequence[Wanted]) -> None:
    """Units before people: they wait for the most."""
    rest = iter(sorted(found, key=lambda each: (each.due, each.scope.kind == "person")))
    while part := list(islice(rest, _QUEUED_AT_ONCE)):
        with run.begin() as work:
            work.queue([row(each) for each in part])


def row(each: Wanted) -> dict[str, Any]:
    """One at a time in each scope, so there are never two writers."""
    payload = {"task": "logbook.draw", "given": {"scope": str(each.scope)}}
    return {"kind": "task", "stream": f"logbook:{each.scope}", "key": each.key, "payload": payload, "due_at": each.due}


# ---------------------------------------------------------------- months that have closed


def close(run: Run) -> None:
    """Queue the last drawing of everything whose month has closed since it was drawn."""
    today = run.planned.astimezone(UTC).date()
    with run.read() as work:
        months = [month for month in scopes.open_months(work.db, today.replace(day=1)) if _may_be_closed(work, month, today)]
    for month in months:
        after: str | None = ""
        while after is not None:
            with run.read() as work:
                found = scopes.open_in(work.db, month, after, _READ_AT_ONCE)
                closed = [_last(each, work.now) for each in found if material.is_closed(work, each.scope)]
            _queue(run, closed)
            after = str(found[-1].scope) if len(found) == _READ_AT_ONCE else None


def _last(drawing: Drawing, now: datetime) -> Wanted:
    return Wanted(drawing.scope, f"logbook:{drawing.scope}:final:{drawing.drawn_at.isoformat()}", now)


def _may_be_closed(work: Work, month: date, today: date) -> bool:
    """A look at the month alone: whether it may be closed to anybody."""
    last = locking.closes_after(work.settings, month)
    if last is not None and last <= today:
        return True
    said = select(func.count()).select_from(_lock).where(_lock.c.month == month, _lock.c.locked)
    return bool(work.db.scalar(said))


JOBS = (
    Job("draw", "*/30 * * * * *", look, catch_up_minutes=10),
    Job("draw_closed", "7 * * * *", close, catch_up_minutes=24 * 60),
)
