"""What a supervisor has to know of a day: what came, what is missing, what waits from earlier days, what was given back.

As many statements for fifty people as for one, and for the teams of a hundred supervisors as for one team.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import not_, select

from integration.people import Person
from integration.work import Work
from integration.workdays import DayPlan, Plans, local_day
from plugins.logbook import entries
from plugins.logbook.entries import REPORTED, Entry
from plugins.logbook.review import closed, teams
from plugins.logbook.review.teams import RETURNED, WAITS, Team
from plugins.logbook.tables import logbook_entry as _entry

# What was given back longer ago is not spoken of any more.
BACK = timedelta(days=62)

Of = tuple[Person, Sequence[Entry]]


@dataclass(frozen=True, slots=True)
class Digest:
    """`came`: reports of `day`, whatever became of them; `missing`: who should have worked by now, and has sent nothing.

    `earlier` waits from other days, `returned` was given back and has not come again. `shut` waits in months that are closed:
    nobody can decide on it, and it is in none of the others but `came`. People by name, entries by day. `closing`: the last
    day on which something of what waits may be approved, where that is soon, and the first of its month.
    """

    team: Team
    day: date
    came: Sequence[Of] = ()
    missing: Sequence[Person] = ()
    earlier: Sequence[Of] = ()
    returned: Sequence[Of] = ()
    shut: Sequence[Of] = ()
    closing: tuple[date, date] | None = None

    @property
    def empty(self) -> bool:
        """Whether there is nothing to look at; of what is shut nobody is told day by day."""
        return not (self.came or self.missing or self.earlier or self.returned)

    def decidable(self, those: Iterable[Entry]) -> list[Entry]:
        """Those of them that wait, and may be decided on."""
        shut = {each.id for _, theirs in self.shut for each in theirs}
        return [each for each in those if each.state == "sent" and each.id not in shut]

    @property
    def waiting(self) -> list[Of]:
        """What is still to be decided, by person."""
        found: dict[int, tuple[Person, list[Entry]]] = {}
        for person, those in (*self.came, *self.earlier):
            if waits := self.decidable(those):
                found.setdefault(person.id, (person, []))[1].extend(waits)
        ordered = sorted(found.values(), key=lambda each: (each[0].name, each[0].id))
        return [(person, sorted(those, key=lambda each: (each.day, each.id))) for person, those in ordered]


def of(work: Work, reader: Person, day: date | None = None) -> Digest:
    """One reader's, of today or of another day."""
    return build(work, [teams.of(work, [reader])[reader.id]], day)[0]


def build(work: Work, found: Sequence[Team], day: date | None = None) -> list[Digest]:
    """The digests of these teams. Without `day` each person's own today is meant, where they are."""
    everyone = {each.id: each for team in found for each in team.everyone}
    if not everyone:
        return [Digest(team, day or local_day(work.now, team.reader)) for team in found]
    days = {id: day or local_day(work.now, each) for id, each in everyone.items()}
    plans = work.workdays.plans(work.db, everyone.values(), min(days.values()), max(days.values()), work.now)
    read = _read(work, days)
    shut = closed.ids(work, everyone, [each for those in read.values() for each in those if each.state == "sent"])
    return [_digest(work, team, day, days, plans, read, shut) for team in found]


def _read(work: Work, days: Mapping[int, date]) -> dict[int, list[Entry]]:
    """By person: what was sent of the day; what waits at all; what was given back. Three statements, each by an index."""
    e, first, last = _entry.c, min(days.values()), max(days.values())
    of_day = entries.query().where(e.day.between(first, last), e.state.in_(REPORTED))
    waits = entries.query().where(WAITS, not_(e.day.between(first, last)))
    back = entries.query().where(RETURNED, e.day.between(first - BACK, first - timedelta(days=1)))
    found: list[Entry] = []
    for wanted in (of_day, waits, back):
        for part in teams.in_parts(days):
            found += entries.fetch(work.db, wanted.where(e.person_id.in_(part)))
    by_person: dict[int, list[Entry]] = {}
    for each in sorted(found, key=lambda each: (each.day, each.id)):
        by_person.setdefault(each.person_id, []).append(each)
    return by_person


def _digest(
    work: Work,
    team: Team,
    day: date | None,
    days: Mapping[int, date],
    plans: Plans,
    read: Mapping[int, Sequence[Entry]],
    shut: Collection[int],
) -> Digest:
    came, missing, earlier, returned, closed_to = [], [], [], [], []
    lone = {each.id for each in team.lone}
    for person in sorted(team.everyone, key=lambda each: (each.name, each.id)):
        own, today = read.get(person.id, ()), days[person.id]
        of_today = [each for each in own if each.day == today]
        if sent := [each for each in of_today if each.state != "returned"]:
            came.append((person, sent))
        elif not of_today and person.id not in lone and _expected(work, plans[person.id, today]):
            missing.append(person)
        if waits := [each for each in own if each.day != today and each.state == "sent" and each.id not in shut]:
            earlier.append((person, waits))
        if late := [each for each in own if each.id in shut]:
            closed_to.append((person, late))
        if back := [each for each in own if each.state == "returned"]:
            returned.append((person, back))
    closing = closed.closing(work, team.reader, [each for _, those in earlier for each in those])
    return Digest(team, day or local_day(work.now, team.reader), came, missing, earlier, returned, closed_to, closing)


def _expected(work: Work, plan: DayPlan) -> bool:
    """Whether a report is missed: the day is worked and has begun, and no absence waits for approval."""
    return plan.works and not plan.asked_whole and plan.start is not None and plan.start <= work.now


def waiting(work: Work, reader: Person) -> list[Of]:
    """What this person has to decide, by person: their own people's, and those for whom they stand in.

    Nothing of closed months.
    """
    everyone = {each.id: each for each in teams.of(work, [reader])[reader.id].everyone}
    wanted = entries.query().where(WAITS).order_by(_entry.c.day, _entry.c.id)
    read = [
        each for part in teams.in_parts(everyone) for each in entries.fetch(work.db, wanted.where(_entry.c.person_id.in_(part)))
    ]
    shut, found = closed.ids(work, everyone, read), dict[int, list[Entry]]()
    for each in read:
        if each.id not in shut:
            found.setdefault(each.person_id, []).append(each)
    ordered = sorted((everyone[id] for id in found), key=lambda each: (each.name, each.id))
    return [(person, found[person.id]) for person in ordered]


def count_waiting(work: Work, reader: Person) -> int:
    return sum(len(those) for _, those in waiting(work, reader))


def of_person(work: Work, person: Person) -> list[Entry]:
    """Everything of this person that waits and may be decided on, the oldest day first."""
    return open_and_shut(work, person)[0]


def open_and_shut(work: Work, person: Person) -> tuple[list[Entry], list[Entry]]:
    """What of this person waits, the oldest day first; and what waits in closed months."""
    wanted = entries.query().where(_entry.c.person_id == person.id, WAITS)
    found = entries.fetch(work.db, wanted.order_by(_entry.c.day, _entry.c.id))
    shut = closed.ids(work, {person.id: person}, found)
    return [each for each in found if each.id not in shut], [each for each in found if each.id in shut]


def days_with_entries(work: Work, ids: Iterable[int], first: date, last: date) -> set[tuple[int, date]]:
    """{(person, day)} of which something was sent. One statement for up to 5,000 people."""
    e = _entry.c
    wanted = select(e.person_id, e.day).where(e.day.between(first, last), e.state.in_(REPORTED)).distinct()
    parts = [work.db.execute(wanted.where(e.person_id.in_(part))) for part in teams.in_parts(ids)]
    return {(row.person_id, row.day) for part in parts for row in part}
