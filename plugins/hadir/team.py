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
from plugins.hadir.evaluation.judging import Judge
from plugins.hadir.evaluation.results import Result
from plugins.hadir.service import Today

Group = Literal["present", "late", "expected", "absent", "away"]
GROUPS: tuple[Group, ...] = ("present", "late", "expected", "absent", "away")


@dataclass(frozen=True, slots=True)
class Member:
    """One of the team on the working day that they are in."""

    person: Person
    today: Today
    group: Group
    result: Result

    @property
    def late(self) -> int:
        return self.result.late


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
    """Where each of `team` stands now, each in their own zone and shift. Two statements, however many they are."""
    if not team:
        return []
    spans = [rules.candidate_days(work.now, person.tz) for person in team]
    first, last = min(span[0] for span in spans), max(span[1] for span in spans)
    plans = work.workdays.plans(work.db, team, first, last, work.now)
    found = service.days(work.db, [person.id for person in team], first, last)
    days = service.by_person(found)
    plans_of = service.by_person(plans)
    judge = Judge(work, first, last)
    return [
        _member(judge, person, service.today_of(person, work.now, plans_of[person.id], days.get(person.id, {})))
        for person in team
    ]


def _member(judge: Judge, person: Person, today: Today) -> Member:
    result = judge.result(person, today.plan, today.day)
    return Member(person, today, _group(result), result)


def _group(result: Result) -> Group:
    if result.came:
        return "late" if result.late else "present"
    if result.status == "expected":
        return "expected"
    return "absent" if result.status == "absent" else "away"
