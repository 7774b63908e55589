"""Who decides on what people ask: the direct supervisor, a substitute while the supervisor is away, and others after a while.

A plugin keeps its own requests. Here stands whom it asks, who may decide, and what a decider's list holds; who is to be
told of requests that have waited says `integration.reminding`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select

from integration import people, workdays
from integration.outbox import outbox
from integration.people import Person
from integration.plugin import Context, Work

OFFICER = "kepegawaian"
_NEXT_WORKING_DAY = timedelta(days=7)

# The kinds of message that ask somebody to decide; all are told when it is decided or withdrawn.
ASKING = ("asked", "reminded", "escalated")

SUPERIOR = people.person.alias("superior")


# ---------------------------------------------------------------- who is asked


@dataclass(frozen=True, slots=True)
class Line:
    """Those who may be asked, read already: the supervisor, the supervisor's own, the personnel officers. `away`: ids."""

    superior: Person | None = None
    above: Person | None = None
    officers: Sequence[Person] = ()
    away: Collection[int] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """`how`: the supervisor is asked, a substitute because the supervisor is away, or the personnel officers (maybe none).

    `superior` is the direct supervisor, if there is one; with the officers it may be one who is away.
    """

    people: tuple[Person, ...]
    superior: Person | None
    how: Literal["superior", "substitute", "officers"]


def first_asked(requester: Person, line: Line, today: date) -> Asked:
    """Whom a new request goes to."""
    superior = line.superior if is_there(line.superior, requester, today) else None
    if superior is not None and superior.id not in line.away:
        return Asked((superior,), superior, "superior")
    above = line.above
    if superior is not None and above is not None and is_there(above, requester, today) and above.id not in line.away:
        return Asked((above,), superior, "substitute")
    officers = [officer for officer in line.officers if is_there(officer, requester, today)]
    present = [officer for officer in officers if officer.id not in line.away]
    if superior is not None and not present:
        return Asked((superior,), superior, "superior")  # everybody is away: it waits for the one whose task it is
    return Asked(tuple(present or officers), superior, "officers")


def stand_ins(requester: Person, line: Line, today: date) -> list[Person]:
    """Those who are told after a while: the supervisor's supervisor, else the personnel officers who were not asked."""
    asked = {someone.id for someone in first_asked(requester, line, today).people}
    if line.above is not None and is_there(line.above, requester, today):
        return [line.above] if line.above.id not in asked else []
    return [officer for officer in line.officers if is_there(officer, requester, today) and officer.id not in asked]


def is_there(someone: Person | None, requester: Person, today: date) -> bool:
    """Whether this is somebody else who works here."""
    return someone is not None and someone.id != requester.id and (someone.ended_on is None or someone.ended_on >= today)


def asked_now(work: Work, requester: Person) -> Asked:
    """`first_asked` at this moment; reads no more people than it needs."""
    today = workdays.local_day(work.now, requester)
    superior = people.get(work.db, requester.supervisor_id) if requester.supervisor_id else None
    if superior is not None and is_there(superior, requester, today):
        if not away(work, [superior]):
            return first_asked(requester, Line(superior), today)
        above = people.get(work.db, superior.supervisor_id) if superior.supervisor_id else None
    else:
        above = None
    officers = people.with_role(work.db, OFFICER, today)
    others = [*officers, *([above] if above else [])]
    gone = away(work, others) | ({superior.id} if superior else set())
    return first_asked(requester, Line(superior, above, officers, gone), today)


def away(work: Work, someone: Iterable[Person]) -> set[int]:
    """Those of them who are excused today, where they are: on leave, ill, travelling.

    A day off is no absence; on one it is the next working day that counts.
    """
    found = {each.id: each for each in someone}
    return standing(work, found)[0] if found else set()


def standing(work: Work, found: Mapping[int, Person]) -> tuple[set[int], set[int]]:
    """Of these people, by their ids: who is away, and who works today."""
    today = {id: workdays.local_day(work.now, each) for id, each in found.items()}
    last = max(today.values()) + _NEXT_WORKING_DAY
    plans = work.workdays.plans(work.db, found.values(), min(today.values()), last, work.now)
    gone = set()
    for id, day in today.items():
        coming = (plans[id, day + timedelta(days=n)] for n in range(_NEXT_WORKING_DAY.days + 1))
        if next((plan.excuse for plan in coming if plan.start is not None), ""):
            gone.add(id)
    return gone, {id for id, day in today.items() if plans[id, day].works}


def may_decide(work: Work, decider: Person, requester: Person) -> bool:
    """At this moment: anyone above in line, or a personnel officer; never oneself."""
    if decider.id == requester.id:
        return False
    return OFFICER in decider.roles or people.is_above(work.db, decider.id, requester.id)


def may_decide_of(work: Work, decider: Person, requester_ids: Iterable[int]) -> set[int]:
    """Those of them on whom `may_decide` says yes. One statement."""
    ids, person, higher = set(requester_ids) - {decider.id}, people.person.c, people.person.alias("higher").c
    if OFFICER in decider.roles or not ids:
        return ids
    line = select(person.id.label("who"), person.supervisor_id.label("above")).where(person.id.in_(ids))
    up = line.cte("up", recursive=True)
    up = up.union(select(up.c.who, higher.supervisor_id).where(higher.id == up.c.above))
    return set(work.db.scalars(select(up.c.who).where(up.c.above == decider.id)))


def awake(work: Work, zone: str) -> bool:
    """Whether messages that nobody asked for may be sent at this hour of that zone."""
    now = work.now.astimezone(ZoneInfo(zone)).time()
    return time.fromisoformat(work.settings.reminder_from) <= now < time.fromisoformat(work.settings.reminder_until)


# ---------------------------------------------------------------- who was told

# The outbox key of a message about one request: (what, id of the reader) → key.
KeyOf = Callable[[str, int], str]


def told(work: Work, requester: Person, key: KeyOf) -> list[Person]:
    """Those who got the request with its buttons: when it was made, as a reminder, or because it waited."""
    superior = people.get(work.db, requester.supervisor_id) if requester.supervisor_id else None
    above = people.get(work.db, superior.supervisor_id) if superior and superior.supervisor_id else None
    today = workdays.local_day(work.now, requester)
    candidates = {someone.id: someone for someone in people.with_role(work.db, OFFICER, today)}
    candidates |= {someone.id: someone for someone in (superior, above) if someone and is_there(someone, requester, today)}
    keys = {key(what, id): id for id in candidates for what in ASKING}
    return [candidates[id] for id in sorted({keys[found] for found in queued(work, keys)})]


def queued(work: Work, keys: Iterable[str]) -> set[str]:
    """Which of these messages are in the outbox already."""
    return set(work.db.scalars(select(outbox.c.key).where(outbox.c.key.in_(list(keys)))))


# ---------------------------------------------------------------- what waits for whom


def concerns(
    context: Context, since: ColumnElement[datetime], patience: timedelta, told_as: Callable[[str], ColumnElement[str]]
) -> ColumnElement[bool]:
    """Whether a request stands in this person's list; for a query that joins `people.person` and, outer, `SUPERIOR`.

    It does if it comes from somebody directly below, if this person was told of it (`told_as`: the key of such a message),
    and, for everybody who may decide, once it has waited from `since` longer than `patience`; for personnel officers also
    if nobody is above. Never one's own.
    """
    officer, today = OFFICER in context.person.roles, workdays.local_day(context.now, context.person)
    direct = people.person.c.supervisor_id == context.person.id
    overdue = or_(since <= context.now - patience, exists().where(outbox.c.key.in_([told_as(what) for what in ASKING])))
    if officer:
        shown = or_(direct, SUPERIOR.c.id.is_(None), SUPERIOR.c.ended_on < today, overdue)
    else:
        shown = or_(direct, and_(overdue, people.person.c.id.in_(below(context.person.id))))
    return and_(shown, people.person.c.id != context.person.id)


def below(person_id: int) -> Select[tuple[int]]:
    """The ids of everybody whose line of supervisors leads to this person."""
    line = select(people.person.c.id).where(people.person.c.supervisor_id == person_id).cte("line", recursive=True)
    lower = people.person.alias("lower")
    line = line.union(select(lower.c.id).where(lower.c.supervisor_id == line.c.id))
    return select(line.c.id)


def above(person_id: int) -> Select[Any]:
    """The ids of everybody in this person's line of supervisors."""
    line = select(people.person.c.supervisor_id).where(people.person.c.id == person_id).cte("over", recursive=True)
    higher = people.person.alias("higher")
    line = line.union(select(higher.c.supervisor_id).where(higher.c.id == line.c.supervisor_id))
    return select(line.c.supervisor_id).where(line.c.supervisor_id.is_not(None))


def people_by_id(work: Work, ids: Iterable[int]) -> dict[int, Person]:
    """One statement."""
    query = people.people_query().where(people.person.c.id.in_(set(ids)))
    return {someone.id: someone for someone in people.fetch(work.db, query)}
