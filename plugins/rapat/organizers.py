"""Who leads a meeting: who organises it, and its secretary; and nobody writes to those who have left.

Where the organiser has left and no secretary works here, their supervisor leads it, so that somebody can change it or call it
off. Nothing is written down for that: it follows from the list of employees, and ends when that says otherwise.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, exists, or_, select

from integration import people
from integration.messages import Text
from integration.people import Person
from integration.plugin import Context, Work
from integration.workdays import local_day, works_here
from plugins.rapat.meetings import Meeting
from plugins.rapat.tables import meeting as _meeting


def of(work: Work, found: Meeting) -> Person | None:
    """Who is asked and told as its organiser: they, else the secretary, else the organiser's supervisor; None if none of them
    works here.
    """
    organizer = people.get(work.db, found.organizer_id)
    if organizer is not None and _here(work, organizer):
        return organizer
    for person_id in (found.secretary_id, organizer.supervisor_id if organizer else None):
        someone = people.get(work.db, person_id) if person_id is not None else None
        if someone is not None and _here(work, someone):
            return someone
    return None


def writer(work: Work, found: Meeting) -> Person | None:
    """Who takes its minutes: the secretary, else who leads it."""
    someone = people.get(work.db, found.secretary_id) if found.secretary_id is not None else None
    return someone if someone is not None and _here(work, someone) else of(work, found)


def leads(context: Context, found: Meeting) -> bool:
    """Whether the person may do everything about the meeting: change it, call it off, decide, keep its list and minutes."""
    return is_leader(context, found, context.person)


def is_leader(work: Work, found: Meeting, person: Person | None) -> bool:
    """The same of anybody; a stranger is none."""
    if person is None or found.is_led_by(person.id):
        return person is not None
    leader = of(work, found)
    return leader is not None and leader.id == person.id


def stands_in(context: Context, found: Meeting) -> bool:
    """Whether the person leads it only because its organiser has left."""
    return not found.is_led_by(context.person.id) and leads(context, found)


def note(context: Context, found: Meeting) -> list[Text]:
    """What a supervisor is told who has not led it so far."""
    if not stands_in(context, found):
        return []
    return [context.t("Its organiser has left the office, so you lead this meeting now.")]


def led_by(context: Context) -> ColumnElement[bool]:
    """Of a query for meetings: those that the person leads."""
    me, today = context.person, local_day(context.now, context.person)
    left, other = people.person.alias(), people.person.alias()
    organizer = exists(select(left.c.id)).where(
        left.c.id == _meeting.c.organizer_id, left.c.supervisor_id == me.id, left.c.ended_on < today
    )
    secretary = exists(select(other.c.id)).where(
        other.c.id == _meeting.c.secretary_id, or_(other.c.ended_on.is_(None), other.c.ended_on >= today)
    )
    return or_(_meeting.c.organizer_id == me.id, _meeting.c.secretary_id == me.id, and_(organizer, ~secretary))


def _here(work: Work, someone: Person) -> bool:
    return works_here(someone, local_day(work.now, someone))
