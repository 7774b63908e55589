"""Early warning of unexcused absence, every night: who was absent since the last run, and stands at a threshold.

Only the days since the last run are judged for everybody; the whole year only for those who were absent then. A day on
which most were absent is held and asked about first. Messages wait for the reader's next working morning.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from integration import deciders, installation, people
from integration.batches import read_in_batches
from integration.deciders import Asked, Line
from integration.messages import Reply
from integration.people import Person
from integration.plugin import Job, Notice, Run, Work
from integration.workdays import Plans, local_day
from plugins.hadir import discipline, recap
from plugins.hadir.discipline import Mark
from plugins.hadir.discipline import hold as discipline_hold
from plugins.hadir.discipline import mass as discipline_mass
from plugins.hadir.discipline import service as discipline_service
from plugins.hadir.discipline import wording as discipline_wording
from plugins.hadir.discipline.mass import Roll
from plugins.hadir.discipline.mornings import AHEAD, morning
from plugins.hadir.discipline.service import Record

BATCH = 500
# Whole years of so many people are held at once.
YEARS_AT_ONCE = 50
# Days that were looked at before are looked at again: a night shift ends late, a leave may be withdrawn.
_AGAIN = timedelta(days=1)
_MOST_DAYS = timedelta(days=31)
_DONE = "discipline.done"


def warn(run: Run) -> None:
    """Warn of thresholds, a transaction for each batch; nobody waits while everybody's days are judged.

    1. Look at everybody, so that a day on which too many are absent is known before anybody is warned.
    2. Hold such days, and ask about them.
    3. Warn those who were absent on the others.
    """
    with run.read() as work:
        first, new, last = _days(work)
    roll = Roll()
    read_in_batches(run, lambda work, after: _look(work, roll, after, first, last))
    with run.begin() as work:
        found = sorted(roll.years(without=discipline_mass.hold(work, roll, new)).items())
    for start in range(0, len(found), YEARS_AT_ONCE):
        with run.read() as work:
            judged = list(_judged(work, dict(found[start : start + YEARS_AT_ONCE]), last))
        with run.begin() as work:
            _warn(work, judged)
    with run.begin() as work:
        installation.put(work.db, _DONE, last.isoformat())
        discipline_hold.forget(work)


def _days(work: Work) -> tuple[date, date, date]:
    """The first day that is looked at, the first that never was before (yesterday at the very first), and yesterday."""
    last = discipline_hold.office_day(work) - timedelta(days=1)
    done = installation.get(work.db, _DONE)
    new = min(date.fromisoformat(done) + timedelta(days=1), last) if done else last
    first = min(new - _AGAIN if done else last, *discipline_hold.known(work), last)
    return max(first, last - _MOST_DAYS), new, last


def _look(work: Work, roll: Roll, after: int, first: date, last: date) -> int:
    """Enter the next people after the id `after` into the roll; the last id looked at, -1 after the last."""
    query = people.working(people.people_query(), first).where(people.person.c.id > after)
    batch = people.fetch(work.db, query.order_by(people.person.c.id).limit(BATCH))
    for person_id, lines in recap.days(work, batch, first, last).items():
        roll.add(person_id, lines)
    return batch[-1].id if len(batch) == BATCH else -1


def _judged(work: Work, absent: Mapping[int, Collection[int]], last: date) -> Iterator[tuple[Record, Sequence[Mark]]]:
    """The years of those people, and at which thresholds they stand."""
    team = [person for person in people.everyone(work.db, date.min, list(absent)) if not _gone(work, person)]
    for year in sorted({year for years in absent.values() for year in years}):
        those = [person for person in team if year in absent[person.id]]
        for record in discipline_service.records(work, those, year, min(last, date(year, 12, 31))):
            yield record, discipline.marks(record.rules, record.stands)


def _warn(work: Work, judged: Sequence[tuple[Record, Sequence[Mark]]]) -> None:
    """Warn of those who stand at a threshold of which nobody was told."""
    told = discipline_service.told(work, [record.person.id for record, _ in judged])
    due = []
    for record, marks in judged:
        if discipline.untold(marks, record.stands, told.get(record.person.id, {})):
            due.append((record, marks))
        discipline_service.remember(work, record, marks)
    if due:
        _tell(work, due)


def _gone(work: Work, person: Person) -> bool:
    return person.ended_on is not None and person.ended_on < local_day(work.now, person)


# ---------------------------------------------------------------- who is told, and when


@dataclass(frozen=True, slots=True)
class _Readers:
    """Those whom a batch of warnings concerns: the absent, two levels above them, the personnel officers."""

    everyone: Mapping[int, Person]
    officers: Sequence[Person]
    reachable: Collection[int]
    plans: Plans

    def above(self, someone: Person | None) -> Person | None:
        """The supervisor, if a message can reach them."""
        found = self.everyone.get(someone.supervisor_id) if someone and someone.supervisor_id else None
        return found if found and found.id in self.reachable else None

    def away(self, today: date) -> set[int]:
        return {id for id in self.everyone if (plan := self.plans.get((id, today))) and plan.excuse}

    def asked(self, work: Work, person: Person) -> Asked:
        superior, today = self.above(person), local_day(work.now, person)
        line = Line(superior, self.above(superior), self.officers, self.away(today))
        return deciders.first_asked(person, line, today)


def _readers(work: Work, absent: Iterable[Person]) -> _Readers:
    everyone = {person.id: person for person in absent}
    for _ in range(2):
        everyone |= deciders.people_by_id(work, {each.supervisor_id for each in everyone.values() if each.supervisor_id})
    officers = people.with_role(work.db, deciders.OFFICER, work.now.date())
    everyone |= {officer.id: officer for officer in officers}
    reachable = set(people.accounts(work.db, everyone))
    today = {local_day(work.now, each) for each in everyone.values()}
    last = max(today) + timedelta(days=AHEAD)
    plans = work.workdays.plans(work.db, everyone.values(), min(today), last, work.now)
    return _Readers(everyone, [officer for officer in officers if officer.id in reachable], reachable, plans)


def _tell(work: Work, due: Sequence[tuple[Record, Sequence[Mark]]]) -> None:
    """The absent, and whoever has to act: one message of several people, if there are several."""
    readers = _readers(work, [record.person for record, _ in due])
    notices: list[Notice] = []
    for_reader: dict[int, list[tuple[Record, str]]] = {}
    for record, marks in due:
        asked = readers.asked(work, record.person)
        key = _key(record, marks)
        if record.person.id in readers.reachable:
            notices.append(_to_absent(work, readers, record, asked, key))
        for reader in asked.people:
            for_reader.setdefault(reader.id, []).append((record, key))
        _audit(work, record, marks, asked)
    notices += [_to_reader(work, readers, readers.everyone[id], about) for id, about in for_reader.items()]
    work.tell_all(notices)


def _key(record: Record, marks: Sequence[Mark]) -> str:
    """It makes a second run harmless."""
    codes = "+".join(mark.code for mark in marks)
    return f"discipline:{record.person.id}:{record.stands.year}:{codes}:{record.stands.latest}"


def _to_absent(work: Work, readers: _Readers, record: Record, asked: Asked, key: str) -> Notice:
    person = record.person
    names = [each.name for each in asked.people] if asked.how != "officers" else []
    due_at = morning(work, person, readers.plans)
    return Notice(person, f"{key}:{person.id}", lambda t: Reply(discipline_wording.warning(t, record, names)), due_at)


def _to_reader(work: Work, readers: _Readers, reader: Person, about: Sequence[tuple[Record, str]]) -> Notice:
    records = [record for record, _ in about]
    key = about[0][1] if len(about) == 1 else f"discipline:{_digest(key for _, key in about)}"
    due_at = morning(work, reader, readers.plans)
    return Notice(reader, f"{key}:{reader.id}", lambda t: Reply(discipline_wording.warning_about(t, records)), due_at)


def _digest(keys: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(keys).encode()).hexdigest()[:32]


def _audit(work: Work, record: Record, marks: Sequence[Mark], asked: Asked) -> None:
    after = {"year": record.stands.year, "days": len(record.stands.days), "marks": [mark.code for mark in marks]}
    told = [reader.id for reader in asked.people]
    work.audit("discipline.warned", f"person:{record.person.id}", after={**after, "told": told})


# 22:00 UTC is early morning in all of Indonesia.
JOBS = (Job("discipline", "0 22 * * *", warn, catch_up_minutes=20 * 60),)
