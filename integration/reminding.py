"""Requests that have waited: who is to be told of them now, as many statements for a hundred of them as for one.

Who decides on a request says `integration.deciders`; a plugin's job asks `due`, and words what they read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, Protocol, TypeVar

from integration import people, workdays
from integration.deciders import OFFICER, Line, awake, first_asked, people_by_id, queued, stand_ins, standing
from integration.people import Person
from integration.plugin import Work

REMIND_AFTER = timedelta(days=1)


class Waiting(Protocol):
    """What a request that waits has to say of itself."""

    @property
    def id(self) -> int: ...
    @property
    def person_id(self) -> int: ...
    @property
    def requested_at(self) -> datetime: ...


R = TypeVar("R", bound=Waiting)


@dataclass(frozen=True, slots=True)
class Told(Generic[R]):
    """One person to be told of one request; `superior` is the supervisor for whom it waits, if there is one.

    `what` is reminded (it waits for the reader) or escalated (it waits for somebody else). `away`: the supervisor is.
    """

    reader: Person
    request: R
    requester: Person
    superior: Person | None
    what: str
    away: bool = False


@dataclass(frozen=True, slots=True)
class _Office:
    """Everybody whom a batch of requests concerns: those who asked, two levels above them, the personnel officers."""

    everyone: dict[int, Person]
    officers: Sequence[Person]
    reachable: frozenset[int]
    away: frozenset[int]
    at_work: frozenset[int]

    def above(self, someone: Person | None) -> Person | None:
        return self.everyone.get(someone.supervisor_id) if someone and someone.supervisor_id else None

    def line(self, requester: Person) -> Line:
        superior = self.above(requester)
        above = self.above(superior)
        return Line(superior, above if above and above.id in self.reachable else None, self.officers, self.away)


def due(
    work: Work,
    waiting: Sequence[R],
    key: Callable[[R, str, int], str],
    patience: Callable[[R, Person], timedelta],
) -> list[Told[R]]:
    """Who is to be told now of which request that has waited, and has not been: reachable, at work, and not at night.

    `waiting` has waited longer than `REMIND_AFTER`; `patience` is how long one may before others are told.
    """
    if not waiting:
        return []
    office = _office(work, waiting)
    wanted = [each for request in waiting for each in _of(work, office, request, patience)]
    wanted = [each for each in wanted if each.reader.id in office.reachable & office.at_work and awake(work, each.reader.zone)]
    before = queued(work, [key(each.request, each.what, each.reader.id) for each in wanted]) if wanted else set()
    return [each for each in wanted if key(each.request, each.what, each.reader.id) not in before]


def _office(work: Work, waiting: Sequence[Waiting]) -> _Office:
    everyone = people_by_id(work, {request.person_id for request in waiting})
    for _ in range(2):
        everyone |= people_by_id(work, {someone.supervisor_id for someone in everyone.values() if someone.supervisor_id})
    officers = people.with_role(work.db, OFFICER, work.now.date())
    everyone |= {officer.id: officer for officer in officers}
    accounts = people.accounts(work.db, everyone)
    gone, at_work = standing(work, everyone)
    return _Office(everyone, officers, frozenset(accounts), frozenset(gone), frozenset(at_work))


def _of(work: Work, office: _Office, request: R, patience: Callable[[R, Person], timedelta]) -> Iterator[Told[R]]:
    """Everybody who is to be told of this request by now."""
    requester = office.everyone[request.person_id]
    line, today = office.line(requester), workdays.local_day(work.now, requester)
    asked = first_asked(requester, line, today)
    gone = asked.superior is not None and asked.superior.id in office.away
    for reader in asked.people:
        # A substitute is told once, whether it is for an absence or for having waited.
        what = "escalated" if asked.how == "substitute" else "reminded"
        yield Told(reader, request, requester, asked.superior, what, gone)
    if request.requested_at > work.now - patience(request, requester):
        return
    for reader in stand_ins(requester, line, today):
        yield Told(reader, request, requester, asked.superior, "escalated", gone)
