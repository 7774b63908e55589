"""What the compliance unit looks at in a month: attendance of units, decisions of supervisors, patterns, outages.

No sentences here. The people are judged a batch at a time, so memory does not grow with the office.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from statistics import median
from typing import Any

from sqlalchemy import select

from integration import people
from integration.dates import last_of_month
from integration.people import Person
from integration.plugin import Work
from integration.rulebook.models import ComplianceRules
from plugins.hadir import recap
from plugins.hadir.compliance import figures
from plugins.hadir.compliance import patterns as compliance_patterns
from plugins.hadir.compliance.patterns import Asked, Pattern
from plugins.hadir.outages import report as outage_report
from plugins.hadir.outages.report import Followed
from plugins.hadir.recap import PersonMonth, Totals
from plugins.hadir.reports import marks, scope
from plugins.hadir.tables import attendance_correction as correction


@dataclass(frozen=True, slots=True)
class UnitFigures:
    """A unit's month; `people` is how many they are."""

    name: str
    people: int
    totals: Totals

    @property
    def rate(self) -> float | None:
        return marks.attendance_rate(self.totals)


@dataclass(frozen=True, slots=True)
class Decisions:
    """What one supervisor was asked about days of the month. `hours` is the median until a decision, None without one."""

    name: str
    unit: str
    asked: int
    approved: int
    rejected: int
    withdrawn: int
    waiting: int
    hours: float | None


@dataclass(frozen=True, slots=True)
class Compliance:
    """Of whom (`name`), which month, and everything found; `totals` is of all units."""

    name: str
    month: date
    until: date
    people: int
    totals: Totals
    units: tuple[UnitFigures, ...]
    decisions: tuple[Decisions, ...]
    patterns: tuple[Pattern, ...]
    limits: ComplianceRules
    outages: tuple[Followed, ...]

    @property
    def rate(self) -> float | None:
        return marks.attendance_rate(self.totals)

    @property
    def empty(self) -> bool:
        return not (self.totals.came or self.totals.due)


def gather(
    work: Work, name: str, team: Sequence[Person], month: date, progress: Callable[[int], None] = scope.silent
) -> Compliance:
    """Everything about the month of `team`, who are the office or a unit of it."""
    last = last_of_month(month)
    limits = work.rules().compliance(month)
    asked = _asked(work, team, month, last)
    watch = compliance_patterns.Watch(limits, compliance_patterns.corrected(work.db, team, month, last))
    many = figures.Many(limits)
    units = _Units()
    for someone in scope.counted(recap.each(work, team, month), progress):
        units.add(someone)
        watch.add(someone)
        many.add(someone)
    totals = marks.added([unit.totals for unit in units.figures()]) if team else Totals()
    patterns = [
        *figures.low_attendance(limits, (name, totals), [(unit.name, unit.totals) for unit in units.figures()]),
        *many.found(),
        *compliance_patterns.approved_at_once(limits, asked, _deciders(work, asked)),
        *watch.found(),
        *compliance_patterns.same_second(work.db, limits, team, month, last),
    ]
    return Compliance(
        name=name,
        month=month,
        until=min(last, work.now.date()),
        people=len(team),
        totals=totals,
        units=tuple(units.figures()),
        decisions=tuple(_decisions(work, asked, team)),
        patterns=tuple(patterns),
        limits=limits,
        outages=tuple(_outages(work, team, month, last)),
    )


@dataclass(slots=True)
class _Units:
    found: dict[tuple[str, int], list[Totals]] = field(default_factory=dict)

    def add(self, someone: PersonMonth) -> None:
        self.found.setdefault((someone.person.unit, someone.person.unit_id), []).append(someone.totals)

    def figures(self) -> list[UnitFigures]:
        return [UnitFigures(name, len(each), marks.added(each)) for (name, _), each in sorted(self.found.items())]


# ---------------------------------------------------------------- corrections


def _asked(work: Work, team: Sequence[Person], first: date, last: date) -> list[Asked]:
    """The corrections of these people for days of the month. One statement."""
    ids = {someone.id for someone in team}
    query = select(correction).where(correction.c.day.between(first, last)).order_by(correction.c.id)
    return [_request(row) for row in work.db.execute(query) if row.person_id in ids]


def _request(row: Any) -> Asked:
    decided = row.state in ("approved", "rejected") and row.decided_at is not None
    return Asked(row.person_id, row.state, row.decider_id, row.decided_at - row.requested_at if decided else None)


def _deciders(work: Work, asked: Iterable[Asked]) -> dict[int, Person]:
    ids = {request.decider_id for request in asked if request.decider_id}
    query = people.people_query().where(people.person.c.id.in_(ids))
    return {someone.id: someone for someone in people.fetch(work.db, query)} if ids else {}


def _decisions(work: Work, asked: Sequence[Asked], team: Sequence[Person]) -> list[Decisions]:
    """By who decided, and what nobody decided by who is the supervisor; the most asked first."""
    above = {someone.id: someone.supervisor_id for someone in team}
    by_decider: dict[int | None, list[Asked]] = {}
    for request in asked:
        decider = request.decider_id if request.took is not None else above[request.person_id]
        by_decider.setdefault(decider, []).append(request)
    known = _deciders(work, asked) | scope.supervisors(work)
    found = [_decided(known.get(id) if id else None, requests) for id, requests in by_decider.items()]
    return sorted(found, key=lambda decisions: (-decisions.asked, decisions.name))


def _decided(who: Person | None, requests: Sequence[Asked]) -> Decisions:
    states = [request.state for request in requests]
    hours = [request.took.total_seconds() / 3600 for request in requests if request.took is not None]
    return Decisions(
        name=who.name if who else "",
        unit=who.unit if who else "",
        asked=len(requests),
        approved=states.count("approved"),
        rejected=states.count("rejected"),
        withdrawn=states.count("withdrawn"),
        waiting=states.count("waiting"),
        hours=median(hours) if hours else None,
    )


# ---------------------------------------------------------------- outages


def _outages(work: Work, team: Sequence[Person], month: date, last: date) -> list[Followed]:
    """Those of the month, with whom of the team they excused."""
    ids = {someone.id for someone in team}
    found = outage_report.report(work, *outage_report.span(month, last, work.settings.zone))
    return [replace(one, excused=tuple(someone for someone in one.excused if someone.id in ids)) for one in found]
