"""Days that are past the time for reports: of these nobody brings in their own without the supervisor's leave.

They come in as drafts. The supervisor gives leave to all of them at once (`superior`), and with it they are sent, as late ones.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Literal

from sqlalchemy import select

from integration.people import Person
from integration.work import Work
from plugins.logbook import limits
from plugins.logbook.tables import logbook_late as _late

# free: no leave is wanted; late: the supervisor gave it for that day (`/logbook susulan`); unasked: it is still to be given.
Leave = Literal["free", "late", "unasked"]


def of_days(work: Work, person: Person, days: Collection[date]) -> dict[date, Leave]:
    """What each of the person's own days wants."""
    if not days:
        return {}
    first = limits.first_free(work, person)
    given = select(_late.c.day).where(_late.c.person_id == person.id, _late.c.state == "approved")
    let = set(work.db.scalars(given.where(_late.c.day.between(min(days), max(days)))))
    return {day: "free" if day >= first else "late" if day in let else "unasked" for day in days}
