"""What is to be spoken of: points that those invited propose, carried from date to date until they are dealt with.

A point stays open on every later date of its series: nothing has to be copied, and none is lost where a date is called off.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, and_, func, insert, or_, select, update

from integration import people
from integration.plugin import Work
from plugins.rapat import meetings
from plugins.rapat.meetings import Meeting, Occurrence
from plugins.rapat.tables import meeting_agenda_item as _item
from plugins.rapat.tables import meeting_occurrence as _occurrence

LONGEST = 500
# Of one meeting; more is no agenda.
MOST_OPEN = 50
_SIGN = re.compile(r"^\s*(?:[-*+•–]|\d{1,3}[.)]|[a-z][.)])\s+")
State = Literal["open", "done", "withdrawn", "dropped"]


@dataclass(frozen=True, slots=True)
class Point:
    """A row of `tables.meeting_agenda_item`; `name` is who proposed it, `starts_at` the date for which."""

    id: int
    meeting_id: int
    occurrence_id: int | None
    text: str
    person_id: int
    state: State
    carried_to: int | None
    name: str
    starts_at: datetime | None


_COLUMNS = (
    _item.c.id,
    _item.c.meeting_id,
    _item.c.occurrence_id,
    _item.c.text,
    _item.c.person_id,
    _item.c.state,
    _item.c.carried_to,
    people.person.c.name,
    _occurrence.c.starts_at,
)


def _query() -> Any:
    return (
        select(*_COLUMNS)
        .join_from(_item, people.person, people.person.c.id == _item.c.person_id)
        .outerjoin(_occurrence, _occurrence.c.id == _item.c.occurrence_id)
    )


def proposed(db: Connection, occurrence: Occurrence) -> list[Point]:
    """What stands on the agenda of a date: open ones of this and earlier dates, and those dealt with on it."""
    by_then = or_(_item.c.occurrence_id.is_(None), _occurrence.c.starts_at <= occurrence.starts_at)
    dealt = func.coalesce(_item.c.carried_to, _item.c.occurrence_id) == occurrence.id
    here = or_(and_(_item.c.state == "open", by_then), and_(_item.c.state == "done", dealt))
    query = _query().where(_item.c.meeting_id == occurrence.meeting_id, here).order_by(_item.c.id)
    return [Point(*row) for row in db.execute(query)]


def get(db: Connection, point_id: int) -> Point | None:
    row = db.execute(_query().where(_item.c.id == point_id)).first()
    return Point(*row) if row else None


def of_text(meeting: Meeting) -> list[str]:
    """The organiser's own points: the lines of the agenda, without what numbers them."""
    return [words for line in meeting.agenda.split("\n") if (words := _SIGN.sub("", line).strip())]


def points(db: Connection, meeting: Meeting, occurrence: Occurrence | None) -> list[str]:
    """The whole agenda of a date as plain lines: the organiser's, then what people have proposed. None: the next date's."""
    found = proposed(db, occurrence) if occurrence else []
    return list(dict.fromkeys([*of_text(meeting), *(point.text for point in found)]))


# ---------------------------------------------------------------- changes


def propose(work: Work, meeting: Meeting, occurrence: Occurrence, person_id: int, text: str) -> Point | None:
    """A new point; None if the very same one is open already."""
    words = " ".join(text.split())
    same = [point for point in proposed(work.db, occurrence) if point.text.casefold() == words.casefold()]
    if any(point.state == "open" for point in same):
        return None
    row = {"meeting_id": meeting.id, "occurrence_id": occurrence.id, "text": words, "person_id": person_id}
    new = work.db.execute(insert(_item).values({**row, "at": work.written_at}).returning(_item.c.id)).scalar_one()
    work.audit("meeting.agenda", f"meeting:{meeting.id}", after={"item": new, "state": "open", "occurrence": occurrence.id})
    return get(work.db, new)


def settle(work: Work, point: Point, state: State, occurrence: Occurrence | None = None) -> bool:
    """From open to `state`, or back to open; False if somebody was quicker. `occurrence`: where it was dealt with."""
    wanted = {"state": state, "carried_to": occurrence.id if occurrence and occurrence.id != point.occurrence_id else None}
    still = (_item.c.id == point.id, _item.c.state == point.state, _item.c.state != state)
    if work.db.execute(update(_item).where(*still).values(wanted)).rowcount != 1:
        return False
    work.audit(
        "meeting.agenda",
        f"meeting:{point.meeting_id}",
        before={"item": point.id, "state": point.state},
        after={"item": point.id, "state": state},
    )
    return True


def dealt_with(work: Work, occurrence: Occurrence, headings: Iterable[str]) -> None:
    """Open points under whose heading the minutes of this date say something are done."""
    said = {_folded(heading) for heading in headings}
    for point in proposed(work.db, occurrence):
        if point.state == "open" and _folded(point.text) in said:
            settle(work, point, "done", occurrence)


def _folded(words: str) -> str:
    return " ".join(re.findall(r"\w+", words.casefold()))


def next_date(db: Connection, meeting: Meeting, now: datetime) -> Occurrence | None:
    return meetings.next_one(db, meeting.id, now)
