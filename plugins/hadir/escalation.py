"""A supervisor who is away must be no dead end: requests that wait are brought to mind once, then to others.

After a day those who decide are reminded; after `correction_escalate_days` the supervisor's supervisor, or the personnel
officers, are told as well. Everybody is told once, the outbox key decides, and on a day and at an hour at which they work.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select

from integration import people, workdays
from integration.i18n import Translate
from integration.messages import Reply
from integration.people import Person
from integration.plugin import Job, Run, Work
from plugins.hadir import correction_wording, corrections, deciders, service
from plugins.hadir.corrections import Correction
from plugins.hadir.jobs import awake
from plugins.hadir.service import EMPTY, Days, Event
from plugins.hadir.tables import attendance_correction

BATCH = 100
REMIND_AFTER = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class _Office:
    """Everybody whom a batch of requests concerns: those who asked, two levels above them, the personnel officers."""

    everyone: dict[int, Person]
    officers: Sequence[Person]
    reachable: frozenset[int]

    def above(self, someone: Person | None) -> Person | None:
        return self.everyone.get(someone.supervisor_id) if someone and someone.supervisor_id else None


@dataclass(frozen=True, slots=True)
class _Told:
    """One person to be told of one request; `superior` is the supervisor for whom it waits, if there is one."""

    reader: Person
    correction: Correction
    requester: Person
    superior: Person | None
    what: str

    def key(self) -> str:
        return deciders.key(self.correction, self.what, self.reader.id)


def escalate(run: Run) -> None:
    """Tell of the requests that have waited too long, a transaction for each batch."""
    after = 0
    while after >= 0:
        with run.begin() as work:
            after = _batch(work, after)


def _batch(work: Work, after: int) -> int:
    """The next requests after the id `after`; the last id looked at, or -1 after the last batch.

    They are read and written together: as many statements for a hundred as for one.
    """
    waiting = _waiting(work, after)
    due = _due(work, waiting) if waiting else []
    if due:
        _tell(work, due)
    return waiting[-1].id if len(waiting) == BATCH else -1


def _waiting(work: Work, after: int) -> list[Correction]:
    request = attendance_correction.c
    old = request.requested_at <= work.now - REMIND_AFTER
    query = select(attendance_correction).where(corrections.WAITING, old, request.id > after)
    return corrections.fetch(work, query.order_by(request.id).limit(BATCH))


# ---------------------------------------------------------------- who is told


def _due(work: Work, waiting: Sequence[Correction]) -> list[_Told]:
    """Who is to be told now of which request, and has not been."""
    office = _office(work, waiting)
    wanted = [told for correction in waiting for told in _of(work, office, correction)]
    wanted = [told for told in wanted if told.reader.id in office.reachable and awake(work, told.reader.zone)]
    if not wanted:
        return []
    before = deciders.queued(work, [told.key() for told in wanted])
    at_work = _at_work(work, {told.reader.id: told.reader for told in wanted})
    return [told for told in wanted if told.reader.id in at_work and told.key() not in before]


def _office(work: Work, waiting: Sequence[Correction]) -> _Office:
    everyone = deciders.people_by_id(work, {correction.person_id for correction in waiting})
    for _ in range(2):
        superiors = {someone.supervisor_id for someone in everyone.values() if someone.supervisor_id}
        everyone |= deciders.people_by_id(work, superiors)
    officers = people.with_role(work.db, deciders.OFFICER, work.now.date())
    accounts = people.accounts(work.db, {*everyone, *(officer.id for officer in officers)})
    return _Office(everyone, officers, frozenset(accounts))


def _of(work: Work, office: _Office, correction: Correction) -> Iterator[_Told]:
    """Everybody who is to be told of this request by now."""
    requester = office.everyone[correction.person_id]
    superior, today = office.above(requester), workdays.local_day(work.now, requester)
    asked, is_superior = deciders.first_asked(requester, superior, office.officers, today)
    waits_for = superior if is_superior else None
    for reader in asked:
        yield _Told(reader, correction, requester, waits_for, "reminded")
    if correction.requested_at > work.now - deciders.patience(work):
        return
    above = office.above(superior)
    above = above if above and above.id in office.reachable else None
    for reader in deciders.stand_ins(requester, superior, above, office.officers, today):
        yield _Told(reader, correction, requester, waits_for, "escalated")


def _at_work(work: Work, readers: dict[int, Person]) -> set[int]:
    """Those of them who work today, where they are."""
    today = {id: workdays.local_day(work.now, reader) for id, reader in readers.items()}
    plans = work.workdays.plans(work.db, readers.values(), min(today.values()), max(today.values()), work.now)
    return {id for id, day in today.items() if plans[id, day].works}


# ---------------------------------------------------------------- what they read


def _tell(work: Work, due: Sequence[_Told]) -> None:
    days = {told.correction.day for told in due}
    found = service.days(work.db, {told.requester.id for told in due}, min(days), max(days))
    work.tell_all((told.reader, told.key(), _message(told, _standing(found, told.correction))) for told in due)


def _standing(found: Days, correction: Correction) -> Event | None:
    day = found.get((correction.person_id, correction.day), EMPTY)
    return day.arrival if correction.kind == "in" else day.departure


def _message(told: _Told, standing: Event | None) -> Callable[[Translate], Reply]:
    def build(t: Translate) -> Reply:
        superior = told.superior if told.what == "escalated" else told.reader
        text = correction_wording.still_waits(t, told.correction, told.requester, superior, told.reader, standing)
        return Reply(text, buttons=correction_wording.decide_buttons(t, told.correction))

    return build


# Often enough for short hours of reminders, too; a run that finds nothing new reads a few rows.
JOBS = (Job("corrections", "*/15 * * * *", escalate, catch_up_minutes=60),)
