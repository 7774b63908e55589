"""Requests that wait: whom they are shown to, and who is reminded of them or steps in."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import ColumnElement, String, cast, literal, or_, select

from integration import deciders as core
from integration import people, reminding, workdays
from integration.batches import Found, tell_in_batches
from integration.errors import UserError
from integration.i18n import Translate
from integration.messages import Reply
from integration.people import Person
from integration.plugin import Context, Job, Run, Work
from integration.reminding import REMIND_AFTER, Told
from plugins.izin import absences, asking, types
from plugins.izin.absences import WAITS, Absence
from plugins.izin.asking import message_key as key
from plugins.izin.tables import absence

BATCH = 100

# Of those who left before their days began nothing is to be decided any more.
STILL_HERE = or_(people.person.c.ended_on.is_(None), people.person.c.ended_on >= absence.c.first)


def patience(work: Work, person: Person) -> timedelta:
    """How long a request of this person may wait before others than its first deciders see it."""
    try:
        return timedelta(days=types.rules(work, person, workdays.local_day(work.now, person)).escalate_days)
    except UserError:  # no rules in force: requests that wait must not wait for that
        return REMIND_AFTER


def told(work: Work, found: Absence, requester: Person) -> list[Person]:
    """Those who got the request with its buttons."""
    return core.told(work, requester, lambda what, person_id: key(found, what, person_id))


def to_decide(context: Context, limit: int = 50) -> list[tuple[Absence, Person]]:
    """What waits for this person, the oldest first. Two statements."""

    def told_as(what: str) -> ColumnElement[str]:
        number = literal("absence:") + cast(absence.c.id, String) + literal(":") + cast(absence.c.round, String)
        return number + literal(f":{what}:{context.person.id}")

    concerned = core.concerns(context, absence.c.asked_at, patience(context, context.person), told_as)
    query = (
        select(absence)
        .join(people.person, people.person.c.id == absence.c.person_id)
        .outerjoin(core.SUPERIOR, core.SUPERIOR.c.id == people.person.c.supervisor_id)
        .where(WAITS, concerned, STILL_HERE)
        .order_by(absence.c.asked_at, absence.c.id)
        .limit(limit)
    )
    found = absences.fetch(context.db, query)
    by_id = core.people_by_id(context, {row.person_id for row in found}) if found else {}
    return [(row, by_id[row.person_id]) for row in found]


# ---------------------------------------------------------------- the job


class _Asked:
    """An absence as `reminding.due` reads requests: what counts is when its present question was asked."""

    def __init__(self, found: Absence) -> None:
        self.absence = found

    @property
    def id(self) -> int:
        return self.absence.id

    @property
    def person_id(self) -> int:
        return self.absence.person_id

    @property
    def requested_at(self) -> datetime:
        return self.absence.asked_at


def escalate(run: Run) -> None:
    """Remind once, then tell others."""
    tell_in_batches(run, _find)


def _find(work: Work, after: int) -> Found:
    """Whom to tell of the next requests after the id `after`."""
    query = select(absence).join(people.person, people.person.c.id == absence.c.person_id)
    query = query.where(WAITS, STILL_HERE, absence.c.asked_at <= work.now - REMIND_AFTER, absence.c.id > after)
    waiting = [_Asked(row) for row in absences.fetch(work.db, query.order_by(absence.c.id).limit(BATCH))]
    due = reminding.due(
        work,
        waiting,
        lambda asked, what, person_id: key(asked.absence, what, person_id),
        lambda _asked, requester: patience(work, requester),
    )
    about = {key(each.request.absence, each.what, each.reader.id): each for each in due}
    notices = [(each.reader, its_key, _message(work, each)) for its_key, each in about.items()]
    return Found(waiting[-1].id if len(waiting) == BATCH else -1, notices, partial(_still, about=about))


def _still(work: Work, keys: Collection[str], *, about: Mapping[str, Told[_Asked]]) -> set[str]:
    """Those about requests that wait as they did: nobody has decided or changed them meanwhile."""
    ids = {about[each].request.id for each in keys}
    rounds = {
        row.id: row.round for row in work.db.execute(select(absence.c.id, absence.c.round).where(WAITS, absence.c.id.in_(ids)))
    }
    return {each for each in keys if rounds.get(about[each].request.id) == about[each].request.absence.round}


def _message(work: Work, told_now: Told[_Asked]) -> Callable[[Translate], Reply]:
    found = told_now.request.absence

    def build(t: Translate) -> Reply:
        return asking.still_waits(work, t, found, told_now.requester, told_now.superior, told_now.reader)

    return build


JOBS = (Job("requests", "*/15 * * * *", escalate, catch_up_minutes=60),)
