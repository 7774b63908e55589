"""Whether an exchange leaves the duties covered that its rota was made for.

The two have different duties, so what is covered by one may not be by the other: that an exchange leaves as many people at
the office is not enough here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from integration import people
from integration.people import Person
from integration.plugin import Work
from plugins.jadwal import register, service, swaps
from plugins.jadwal.register import Entry, duties
from plugins.jadwal.rota import store as rota_store
from plugins.jadwal.rota.request import Request
from plugins.jadwal.service import RotaDay
from plugins.jadwal.swaps import Exchange
from plugins.jadwal.swaps.wrong import Wrong


@dataclass(slots=True)
class Demands:
    """What rotas ask of duties, by rota, read once for as many days as are looked at."""

    requests: dict[int, Request] = field(default_factory=dict)
    read: set[int] = field(default_factory=set)

    def of(self, work: Work, exchanges: Sequence[Exchange]) -> None:
        new = {day.rota_id for exchange in exchanges for day in (exchange.requester, exchange.partner)} - self.read
        if new:
            self.requests |= rota_store.requests(work.db, new)
            self.read |= new

    def on(self, exchange: Exchange) -> list[Request]:
        """Those of the day that speak of duties; one, but where the two have days of different rotas."""
        rotas = {exchange.requester.rota_id, exchange.partner.rota_id}
        return [one for id in sorted(rotas) if (one := self.requests.get(id)) and (one.on_duty or one.home_duties)]


def check(work: Work, requester: Person, partner: Person, exchanges: Sequence[Exchange], demands: Demands) -> None:
    """Raises `Wrong` for a duty that too few would be left for, and for who is not registered for one that is done at home.

    One statement; four more for a day whose rota speaks of duties.
    """
    demands.of(work, exchanges)
    for exchange in exchanges:
        for request in demands.on(exchange):
            _day(work, {requester.id: requester, partner.id: partner}, exchange, request)


def _day(work: Work, both: Mapping[int, Person], exchange: Exchange, request: Request) -> None:
    unit = [person for person in people.of_unit(work.db, request.unit_id, exchange.day) if person.id not in both]
    team = {**both, **{person.id: person for person in unit}}
    entries = register.registered(work.db, list(team), exchange.day, exchange.day)
    before = {exchange.requester.person_id: exchange.requester, exchange.partner.person_id: exchange.partner}
    after = {row.person_id: row for row in swaps.exchanged(exchange)}
    if request.home_duties:
        _home(both, before, after, entries, request, exchange.day)
    if request.on_duty:
        _cover(work, team, before, after, entries, request, exchange.day)


_Rows = Mapping[int, RotaDay]
_Entries = Mapping[int, Sequence[Entry]]


def _home(both: Mapping[int, Person], before: _Rows, after: _Rows, entries: _Entries, request: Request, day: date) -> None:
    """Who is sent home by the exchange is registered for a duty of this rota."""
    for id, person in both.items():
        goes = before[id].place == "wfo" and after[id].place != "wfo"
        if goes and not any(duties.names_any(entry, request.home_duties) for entry in entries.get(id, ())):
            raise Wrong("home_duty", person=person, day=day, duties=request.home_duties)


def _cover(
    work: Work,
    team: Mapping[int, Person],
    before: _Rows,
    after: _Rows,
    entries: _Entries,
    request: Request,
    day: date,
) -> None:
    """No duty has fewer at the office than the rota wants, or than it has without the exchange."""
    having = {
        duty: {id for id, theirs in entries.items() if any(duties.names_any(entry, [duty]) for entry in theirs)}
        for duty, _ in request.on_duty
    }
    concerned = [team[id] for id in set().union(*having.values())]
    plans = work.workdays.plans(work.db, concerned, day, day, work.now)
    rota = {id: row for (id, _), row in service.days(work.db, [person.id for person in concerned], day, day).items()}
    there = {id for id, row in rota.items() if row.place == "wfo" and plans[id, day].works}
    moved = {id for id in before if id in rota and plans[id, day].works}
    will = there - moved | {id for id in moved if after[id].place == "wfo"}
    for duty, wanted in request.on_duty:
        count = len(will & having[duty])
        if count < wanted and count < len(there & having[duty]):
            raise Wrong("duty", day=day, duty=duty, wanted=wanted, count=count)
