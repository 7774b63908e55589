"""A team's day: who has reported, how long they worked on which target, what came last. No words here.

A team is what its viewer may see and nothing beyond: the line below them, for a unit's leader the unit too, for personnel
and compliance everybody. It is looked up again every time, so whoever leads no more sees no more.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from sqlalchemy import ColumnElement, or_, true

from integration import deciders, people
from integration.people import Person
from integration.work import Work
from integration.workdays import DayPlan
from plugins.logbook import entries, seeing
from plugins.logbook.entries import REPORTED, Entry
from plugins.logbook.targets import reading as targets
from plugins.logbook.targets.reading import Target

Group = Literal["sent", "draft", "nothing", "away"]
GROUPS: tuple[Group, ...] = ("sent", "draft", "nothing", "away")
Kind = Literal["line", "unit", "person"]


@dataclass(frozen=True, slots=True)
class Scope:
    """`line`: those below the viewer (of a unit's leader the unit too); a `unit`; a `person` and those below. `id` of it."""

    kind: Kind
    id: int = 0


@dataclass(frozen=True, slots=True)
class Member:
    """One of the team on that day; `reported` are entries that were sent, `minutes` those that count."""

    person: Person
    plan: DayPlan
    reported: tuple[Entry, ...] = ()
    drafts: int = 0

    @property
    def minutes(self) -> int:
        return sum(each.content.minutes for each in entries.counting(self.reported))

    @property
    def group(self) -> Group:
        if self.reported:
            return "sent"
        if not self.plan.works:
            return "away"
        return "draft" if self.drafts else "nothing"

    @property
    def due(self) -> bool:
        """Whether a report is expected; one that came on a day off counts as well."""
        return self.group != "away"


@dataclass(frozen=True, slots=True)
class Bar:
    """Minutes on one target; people of one unit may have the same. Without a `code`: on none. `others` joined into it."""

    code: str
    title: str
    minutes: int
    others: int = 0


@dataclass(frozen=True, slots=True)
class TeamDay:
    """`members` by name. `targets` of their entries, by id."""

    day: date
    members: tuple[Member, ...]
    targets: dict[int, Target] = field(default_factory=dict)

    def of(self, group: Group) -> list[Member]:
        return [each for each in self.members if each.group == group]

    @property
    def due(self) -> int:
        return sum(each.due for each in self.members)

    @property
    def filled(self) -> int:
        return len(self.of("sent"))

    @property
    def share(self) -> int | None:
        """Per cent of those who are to report; None on a day off. Never 100 before everybody has."""
        return self.filled * 100 // self.due if self.due else None

    @property
    def minutes(self) -> int:
        return sum(each.minutes for each in self.members)

    def by_unit(self) -> list[tuple[int, str, TeamDay]]:
        """(id, name, its part of the team), by name."""
        units = sorted({(each.person.unit, each.person.unit_id) for each in self.members})
        return [(id, name, self._part(id)) for name, id in units]

    def _part(self, unit_id: int) -> TeamDay:
        return TeamDay(self.day, tuple(each for each in self.members if each.person.unit_id == unit_id), self.targets)

    def newest(self, most: int) -> list[tuple[Member, Entry]]:
        """What came last, the latest first."""
        sent = [(member, each) for member in self.members for each in member.reported]
        return sorted(sent, key=lambda pair: (pair[1].sent_at or pair[1].created_at, pair[1].id), reverse=True)[:most]

    def bars(self, most: int) -> list[Bar]:
        """Minutes by target, the longest first; what names none comes last, and what does not fit is joined."""
        sums: dict[tuple[str, str], int] = {}
        for member in self.members:
            for entry in entries.counting(member.reported):
                key = self._key(entry)
                sums[key] = sums.get(key, 0) + entry.content.minutes
        without = sums.pop(("", ""), 0)
        bars = [
            Bar(code, title, minutes) for (code, title), minutes in sorted(sums.items(), key=lambda item: (-item[1], item[0]))
        ]
        rest = bars[most:]
        bars = bars[:most] + ([Bar("…", "", sum(each.minutes for each in rest), len(rest))] if rest else [])
        return [each for each in (*bars, Bar("", "", without)) if each.minutes]

    def _key(self, entry: Entry) -> tuple[str, str]:
        target = self.targets.get(entry.content.target_id or 0)
        return (target.code, target.title) if target else ("", "")


# ---------------------------------------------------------------- who


def visible(viewer: Person) -> ColumnElement[bool]:
    """Whose reports `viewer` may see, as `seeing.may_see` says of one: a condition on `people.person`."""
    if viewer.sees_everyone:
        return true()
    return or_(people.person.c.id == viewer.id, seeing.led(viewer))


def members_of(work: Work, viewer: Person, scope: Scope, day: date) -> list[Person]:
    """Those of the scope who worked here on that day and whom `viewer` may see, by name; nobody of a person above them."""
    person = people.person.c
    query = people.working(people.people_query().where(visible(viewer)), day)
    query = query.where(or_(person.started_on.is_(None), person.started_on <= day))
    if scope.kind == "unit":
        query = query.where(person.unit_id == scope.id)
    elif scope.kind == "person":
        meant = people.get(work.db, scope.id)
        if meant is None or not seeing.may_see(work, viewer, meant):
            return []
        query = query.where(person.id.in_([scope.id, *work.db.scalars(deciders.below(scope.id))]))
    else:
        query = query.where(person.id != viewer.id)
        if viewer.sees_everyone:  # who sees everybody leads only their own
            query = query.where(seeing.led(viewer))
    return people.fetch(work.db, query.order_by(person.name, person.id))


# ---------------------------------------------------------------- their day


def day_of(work: Work, team: Sequence[Person], day: date) -> TeamDay:
    """Their plans, entries and targets of that day: as many statements for a hundred people as for one."""
    plans = work.workdays.plans(work.db, team, day, day, work.now)
    found: dict[int, list[Entry]] = {}
    for entry in entries.each_between(work.db, [each.id for each in team], day, day):
        found.setdefault(entry.person_id, []).append(entry)
    members = tuple(_member(each, plans[each.id, day], found.get(each.id, [])) for each in team)
    ids = {entry.content.target_id for member in members for entry in member.reported}
    return TeamDay(day, members, targets.by_ids(work.db, ids))


def _member(person: Person, plan: DayPlan, found: Iterable[Entry]) -> Member:
    found = list(found)
    return Member(person, plan, tuple(e for e in found if e.state in REPORTED), sum(e.state == "draft" for e in found))
