"""Who of a team is in, in a constant number of statements: people, then events. No words here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import or_

from integration import people
from integration.people import Person
from integration.plugin import Work
from integration.workdays import local_day
from plugins.hadir import rules, service
from plugins.hadir.service import Today

Group = Literal["present", "late", "expected", "absent", "away"]
GROUPS: tuple[Group, ...] = ("present", "late", "expected", "absent", "away")


@dataclass(frozen=True, slots=True)
class Member:
    """One of the team on the working day that they are in."""

    person: Person
    today: Today
    group: Group
    late: int


def around(work: Work, viewer: Person) -> tuple[list[Person], bool]:
    """Whom `viewer` sees without naming a unit, and whether they lead them. One statement.

    A unit's leader sees the unit and the direct subordinates, a supervisor these, everybody else their unit.
    """
    of_unit, below = people.person.c.unit_id == viewer.unit_id, people.person.c.supervisor_id == viewer.id
    query = people.working(people.people_query().where(or_(of_unit, below)), local_day(work.now, viewer))
    found = people.fetch(work.db, query.order_by(people.person.c.name))
    led = [person for person in found if person.supervisor_id == viewer.id]
    if "pimpinan" in viewer.roles:
        return found, True
    return (led, True) if led else (found, viewer.sees_everyone)


def members(work: Work, team: Sequence[Person]) -> list[Member]:
    """Where each of `team` stands now, each in their own zone and shift. One statement, however many they are."""
    if not team:
        return []
    spans = [rules.candidate_days(work.now, person.tz) for person in team]
    first, last = min(span[0] for span in spans), max(span[1] for span in spans)
    plans = work.workdays.plans(work.db, team, first, last, work.now)
    found = service.days(work.db, [person.id for person in team], first, last)
    days = service.by_person(found)
    plans_of = service.by_person(plans)
    return [
        _member(work, person, service.today_of(person, work.now, plans_of[person.id], days.get(person.id, {})))
        for person in team
    ]


def _member(work: Work, person: Person, today: Today) -> Member:
    arrival = today.day.arrival
    late = rules.minutes_late(today.plan, arrival.at) if arrival else 0
    return Member(person, today, _group(work, today, late), late)


def _group(work: Work, today: Today, late: int) -> Group:
    if today.day.arrival or today.day.departure:
        return "late" if late else "present"
    if not today.plan.works or today.plan.end is None:
        return "away"
    return "expected" if work.now < today.plan.end else "absent"
