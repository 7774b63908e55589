"""Who decides on a correction: the direct supervisor, and those who may step in when that takes too long."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from sqlalchemy import ColumnElement, Select, and_, or_, select

from integration import people, workdays
from integration.outbox import outbox
from integration.people import Person
from integration.plugin import Context, Work
from plugins.hadir import corrections
from plugins.hadir.corrections import Correction
from plugins.hadir.tables import attendance_correction

OFFICER = "kepegawaian"


def deciders(work: Work, requester: Person) -> tuple[list[Person], bool]:
    """Those who are asked, and whether it is the direct supervisor; else the personnel officers, perhaps nobody."""
    today = workdays.local_day(work.now, requester)
    superior = people.get(work.db, requester.supervisor_id) if requester.supervisor_id else None
    if is_there(superior, requester, today):
        return first_asked(requester, superior, [], today)
    return first_asked(requester, superior, people.with_role(work.db, OFFICER, today), today)


def first_asked(
    requester: Person, superior: Person | None, officers: Sequence[Person], today: date
) -> tuple[list[Person], bool]:
    """The same from people who were read already."""
    if superior is not None and is_there(superior, requester, today):
        return [superior], True
    return [officer for officer in officers if is_there(officer, requester, today)], False


def stand_ins(
    requester: Person, superior: Person | None, above: Person | None, officers: Sequence[Person], today: date
) -> list[Person]:
    """Those who are told after a while: the supervisor's supervisor, else the personnel officers who were not asked."""
    asked, _ = first_asked(requester, superior, officers, today)
    if above is not None and is_there(above, requester, today):
        return [above] if above not in asked else []
    return [officer for officer in officers if is_there(officer, requester, today) and officer not in asked]


def is_there(someone: Person | None, requester: Person, today: date) -> bool:
    """Whether this is somebody else who works here."""
    return someone is not None and someone.id != requester.id and (someone.ended_on is None or someone.ended_on >= today)


def may_decide(work: Work, decider: Person, requester: Person) -> bool:
    """At this moment: anyone above in line, or a personnel officer; never oneself."""
    if decider.id == requester.id:
        return False
    return OFFICER in decider.roles or people.is_above(work.db, decider.id, requester.id)


def patience(work: Work) -> timedelta:
    """How long a request may wait before others than its first deciders see it."""
    return timedelta(days=work.settings.correction_escalate_days)


# ---------------------------------------------------------------- who was told


def key(correction: Correction, what: str, person_id: int) -> str:
    """The outbox key of a message about a request; `what` is asked, reminded, escalated, decided or withdrawn."""
    return f"correction:{correction.id}:{what}:{person_id}"


def told(work: Work, correction: Correction, requester: Person) -> list[Person]:
    """Those who got the request with its buttons: when it was made, as a reminder, or because it waited."""
    superior = people.get(work.db, requester.supervisor_id) if requester.supervisor_id else None
    above = people.get(work.db, superior.supervisor_id) if superior and superior.supervisor_id else None
    today = workdays.local_day(work.now, requester)
    candidates = {someone.id: someone for someone in people.with_role(work.db, OFFICER, today)}
    candidates |= {someone.id: someone for someone in (superior, above) if someone and is_there(someone, requester, today)}
    keys = {key(correction, what, id): id for id in candidates for what in ("asked", "reminded", "escalated")}
    return [candidates[id] for id in sorted({keys[found] for found in queued(work, keys)})]


def queued(work: Work, keys: Iterable[str]) -> set[str]:
    """Which of these messages are in the outbox already."""
    return set(work.db.scalars(select(outbox.c.key).where(outbox.c.key.in_(list(keys)))))


# ---------------------------------------------------------------- what waits for whom


def to_decide(context: Context, limit: int = 50) -> list[tuple[Correction, Person]]:
    """What waits for this person, the oldest first: of those directly below, and of everybody on whom this person may
    decide once it has waited too long; for personnel officers also of those without a supervisor. Two statements.
    """
    query = (
        select(attendance_correction)
        .join(people.person, people.person.c.id == attendance_correction.c.person_id)
        .outerjoin(_SUPERIOR, _SUPERIOR.c.id == people.person.c.supervisor_id)
        .where(corrections.WAITING, _concerns(context), people.person.c.id != context.person.id)
        .order_by(attendance_correction.c.requested_at, attendance_correction.c.id)
        .limit(limit)
    )
    found = corrections.fetch(context, query)
    by_id = people_by_id(context, {correction.person_id for correction in found})
    return [(correction, by_id[correction.person_id]) for correction in found]


_SUPERIOR = people.person.alias("superior")


def _concerns(context: Context) -> ColumnElement[bool]:
    direct = people.person.c.supervisor_id == context.person.id
    overdue = attendance_correction.c.requested_at <= context.now - patience(context)
    if OFFICER not in context.person.roles:
        return or_(direct, and_(overdue, people.person.c.id.in_(_below(context.person.id))))
    today = workdays.local_day(context.now, context.person)
    return or_(direct, _SUPERIOR.c.id.is_(None), _SUPERIOR.c.ended_on < today, overdue)


def _below(person_id: int) -> Select[tuple[int]]:
    """The ids of everybody whose line of supervisors leads to this person."""
    line = select(people.person.c.id).where(people.person.c.supervisor_id == person_id).cte("line", recursive=True)
    lower = people.person.alias("lower")
    line = line.union(select(lower.c.id).where(lower.c.supervisor_id == line.c.id))
    return select(line.c.id)


def people_by_id(work: Work, ids: Iterable[int]) -> dict[int, Person]:
    """One statement."""
    query = people.people_query().where(people.person.c.id.in_(set(ids)))
    return {someone.id: someone for someone in people.fetch(work.db, query)}
