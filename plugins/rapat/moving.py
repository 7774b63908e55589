"""A meeting of which nobody was told yet goes from one state to the next, or to another time.

Every step is a conditional update: of two who press at once, or of a change and a check that cross, one comes first.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, update

from integration.plugin import Work
from plugins.rapat import meetings, recurrence
from plugins.rapat.meetings import Meeting
from plugins.rapat.tables import meeting as _meeting
from plugins.rapat.tables import meeting_occurrence as _occurrence

# In these nobody has been told of a time.
UNTOLD = ("polling", "checking", "asking")


def settle(work: Work, found: Meeting, state: str) -> bool:
    """From the state and version that `found` has to `state`; False if somebody was quicker."""
    if not _changed(work, found, {"state": state}):
        return False
    work.audit(f"meeting.{state}", f"meeting:{found.id}", before={"state": found.state}, after={"state": state})
    return True


def shift(work: Work, found: Meeting, start: datetime, state: str = "checking") -> Meeting | None:
    """To another time, every date by as much, and as a new version to `state`; None if somebody was quicker, or if no rule
    would say the dates of the series then.

    Whoever calls it books the room for the new times and queues what follows. Dates that have a time of their own move too.
    """
    if found.state not in UNTOLD:
        return None
    by = start - found.starts_at
    values: dict[str, Any] = {
        "starts_at": start,
        "ends_at": found.ends_at + by,
        "last_end": found.last_end + by,
        "version": found.version + 1,
        "state": state,
    }
    if by and found.is_series:
        starts = [each.original for each in sorted(meetings.occurrences(work.db, found.id), key=lambda each: each.original)]
        rule = recurrence.shifted(found.recurrence, found.zone, starts, by)
        if rule is None:
            return None
        values["recurrence"] = rule
    if not _changed(work, found, values):
        return None
    if by:
        _shift_dates(work, found, by)
    work.audit(
        "meeting.moved",
        f"meeting:{found.id}",
        before={"starts_at": found.starts_at.isoformat(), "state": found.state},
        after={"starts_at": start.isoformat(), "state": state, "version": found.version + 1},
    )
    return meetings.get(work.db, found.id)


def stretch(work: Work, found: Meeting, end: datetime) -> None:
    """Another end of a single meeting of which nobody was told: another proposal may be longer."""
    if end == found.ends_at or found.state not in UNTOLD:
        return
    work.db.execute(update(_meeting).where(_meeting.c.id == found.id).values(ends_at=end, last_end=end))
    work.db.execute(update(_occurrence).where(_occurrence.c.meeting_id == found.id).values(ends_at=end))


def _changed(work: Work, found: Meeting, values: dict[str, Any]) -> bool:
    still = (_meeting.c.id == found.id, _meeting.c.version == found.version, _meeting.c.state == found.state)
    done = work.db.execute(update(_meeting).where(*still).values({**values, "changed_at": work.written_at}))
    return done.rowcount == 1


def _shift_dates(work: Work, found: Meeting, by: timedelta) -> None:
    """The last date first where they go later: none may meet another's `original` on the way."""
    dates = sorted(meetings.occurrences(work.db, found.id), key=lambda date: date.original, reverse=by > timedelta(0))
    rows = [
        {"row": date.id, "first": date.original + by, "start": date.starts_at + by, "end": date.ends_at + by} for date in dates
    ]
    times: dict[str, Any] = {"original": bindparam("first"), "starts_at": bindparam("start"), "ends_at": bindparam("end")}
    if rows:
        work.db.execute(update(_occurrence).where(_occurrence.c.id == bindparam("row")).values(times), rows)
