"""Corrections as `integration.deciders` sees them: their messages' keys, how long one may wait, and what waits for whom."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import ColumnElement, String, cast, literal, select

from integration import deciders as core
from integration import people
from integration.people import Person
from integration.plugin import Context, Work
from plugins.hadir import corrections
from plugins.hadir.corrections import Correction
from plugins.hadir.tables import attendance_correction


def patience(work: Work) -> timedelta:
    """How long a request may wait before others than its first deciders see it."""
    return timedelta(days=work.settings.correction_escalate_days)


def key(correction: Correction, what: str, person_id: int) -> str:
    """The outbox key of a message about a request; `what` is asked, reminded, escalated, decided or withdrawn."""
    return f"correction:{correction.id}:{what}:{person_id}"


def told(work: Work, correction: Correction, requester: Person) -> list[Person]:
    """Those who got the request with its buttons."""
    return core.told(work, requester, lambda what, person_id: key(correction, what, person_id))


def to_decide(context: Context, limit: int = 50) -> list[tuple[Correction, Person]]:
    """What waits for this person, the oldest first. Two statements."""

    def told_as(what: str) -> ColumnElement[str]:
        number = cast(attendance_correction.c.id, String)
        return literal("correction:") + number + literal(f":{what}:{context.person.id}")

    concerned = core.concerns(context, attendance_correction.c.requested_at, patience(context), told_as)
    query = (
        select(attendance_correction)
        .join(people.person, people.person.c.id == attendance_correction.c.person_id)
        .outerjoin(core.SUPERIOR, core.SUPERIOR.c.id == people.person.c.supervisor_id)
        .where(corrections.WAITING, concerned)
        .order_by(attendance_correction.c.requested_at, attendance_correction.c.id)
        .limit(limit)
    )
    found = corrections.fetch(context, query)
    by_id = core.people_by_id(context, {correction.person_id for correction in found})
    return [(correction, by_id[correction.person_id]) for correction in found]
