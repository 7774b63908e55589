"""Who organises a meeting, as long as they work here: nobody writes to those who have left."""

from __future__ import annotations

from integration import people
from integration.people import Person
from integration.plugin import Work
from integration.workdays import local_day, works_here
from plugins.rapat.meetings import Meeting


def of(work: Work, found: Meeting) -> Person | None:
    someone = people.get(work.db, found.organizer_id)
    return someone if someone is not None and works_here(someone, local_day(work.now, someone)) else None
