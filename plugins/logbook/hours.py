"""When jobs speak to people: at an hour of theirs, never at night, in batches of few statements each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, String, cast, exists, literal, or_, select

from integration import deciders, people
from integration.outbox import outbox
from integration.people import Person
from integration.work import Work
from integration.workdays import Plans

# Supervisors at once: their teams are read together.
READERS = 100
_LOWER = people.person.alias("lower")


def zones_at(work: Work, at: str, helps: timedelta) -> list[tuple[str, date]]:
    """(zone, the day there) of zones where it is `at` (HH:MM), or not longer than `helps` after it, and not night."""
    found = []
    for zone in sorted(work.db.scalars(select(people.person.c.zone).distinct())):
        local = work.now.astimezone(ZoneInfo(zone))
        planned = datetime.combine(local.date(), datetime.strptime(at, "%H:%M").time(), ZoneInfo(zone))  # noqa: DTZ007
        if planned <= work.now < planned + helps and deciders.awake(work, zone):
            found.append((zone, local.date()))
    return found


def reachable() -> ColumnElement[bool]:
    """Whether somebody, of a query about people, has an account to write to."""
    return exists().where(people.account.c.person_id == people.person.c.id)


def not_told(prefix: str) -> ColumnElement[bool]:
    """Whether no message under the key `prefix` + id was queued for somebody, of a query about people."""
    return ~exists().where(outbox.c.key == literal(prefix) + cast(people.person.c.id, String))


def leads() -> ColumnElement[bool]:
    """Whether anybody reports to somebody, of a query about people."""
    return exists().where(_LOWER.c.supervisor_id == people.person.c.id)


def is_officer() -> ColumnElement[bool]:
    return cast(people.person.c.roles, String).contains(f'"{deciders.OFFICER}"', autoescape=True)


def batch(work: Work, zone: str, day: date, after: int, most: int, *conditions: ColumnElement[bool]) -> list[Person]:
    """The next people of a zone after the id `after` for whom all of it is true. One statement."""
    person = people.person.c
    query: Any = people.working(people.people_query(), day).where(person.zone == zone, person.id > after, *conditions)
    return people.fetch(work.db, query.order_by(person.id).limit(most))


def readers(work: Work, zone: str, day: date, after: int, prefix: str, *, officers: bool) -> list[Person]:
    """The next supervisors (and personnel officers) who can be told and have not been."""
    who = or_(leads(), is_officer()) if officers else leads()
    return batch(work, zone, day, after, READERS, who, reachable(), not_told(prefix))


def at_work(plans: Plans, found: Sequence[Person], day: date) -> list[Person]:
    """Those of them who work on that day. Whoever has asked to be away and has no answer yet is nobody's to stand in for."""
    return [each for each in found if plans[each.id, day].works]
