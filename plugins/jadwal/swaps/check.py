"""Whether two people may exchange their days, and why not.

Both are of one unit and both work on these days, so an exchange leaves as many at the office, and as many on standby, as
before: the least present and the largest share away are kept by themselves. What it can break is about one person: the
days away in a week, who must come, who may work from home at all, and hours that would run into one another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from integration import people
from integration.people import Person
from integration.plugin import Work
from integration.workdays import Plans, local_day
from plugins.jadwal import register, service, swaps
from plugins.jadwal.service import RotaDay, RotaDays
from plugins.jadwal.swaps import Exchange, Swap, duties
from plugins.jadwal.swaps.duties import Demands
from plugins.jadwal.swaps.wrong import Wrong


@dataclass(frozen=True, slots=True)
class Facts:
    """What is planned for the two in whole weeks; the plans begin a day earlier and end a day later."""

    rota: RotaDays
    plans: Plans
    demands: Demands = field(default_factory=Demands)


def check(work: Work, requester: Person, partner: Person, days: Sequence[date]) -> list[Exchange]:
    """What a new swap exchanges, the earlier day first. Raises `Wrong`."""
    days = sorted(set(days))
    _people(work, requester, partner, days)
    _not_waiting(work, requester, partner, days)
    return possible(work, requester, partner, days, facts(work, requester, partner, *_weeks(days)))


def again(work: Work, found: Swap, requester: Person, partner: Person) -> list[Exchange]:
    """What a swap that was asked for exchanges, if it still can be and is what was asked for. Raises `Wrong`."""
    _people(work, requester, partner, found.days)
    known = facts(work, requester, partner, *_weeks(found.days))
    exchanges = [_exchange(known.rota, requester, partner, day) for day in found.days]
    if swaps.ids(exchanges) != list(found.rota_days):
        raise Wrong("changed")
    return possible(work, requester, partner, found.days, known)


def facts(work: Work, requester: Person, partner: Person, first: date, last: date) -> Facts:
    """`first` is a Monday, `last` a Sunday. One statement and those of the plans."""
    rota = service.days(work.db, [requester.id, partner.id], first, last)
    return Facts(rota, work.workdays.plans(work.db, [requester, partner], first - timedelta(1), last + timedelta(1), work.now))


def possible(work: Work, requester: Person, partner: Person, days: Sequence[date], known: Facts) -> list[Exchange]:
    """What an exchange of these days means, the earlier one first. Raises `Wrong` if it cannot be."""
    exchanges = [_exchange(known.rota, requester, partner, day) for day in days]
    for exchange in exchanges:
        _both_work(known.plans, requester, partner, exchange.day)
    for person, after in ((requester, _after(exchanges, 0)), (partner, _after(exchanges, 1))):
        _rules(work, person, known.rota, after)
        _rest(work, person, requester if person is partner else partner, known.plans, after)
    duties.check(work, requester, partner, exchanges, known.demands)
    return exchanges


def today(work: Work, requester: Person, partner: Person) -> date:
    """The later one: a day has begun for both once it has for whoever lives east."""
    return max(local_day(work.now, person) for person in (requester, partner))


def _people(work: Work, requester: Person, partner: Person, days: Sequence[date]) -> None:
    if partner.id == requester.id:
        raise Wrong("self")
    if days[0] <= today(work, requester, partner):
        raise Wrong("past", day=days[0])
    for person in (requester, partner):
        if person.ended_on is not None and person.ended_on < days[-1]:
            raise Wrong("left", person=person, day=days[-1])
    if partner.unit_id != requester.unit_id:
        raise Wrong("unit", partner=partner)
    if partner.id not in people.accounts(work.db, [partner.id]):
        raise Wrong("unreachable", partner=partner)


def _not_waiting(work: Work, requester: Person, partner: Person, days: Sequence[date]) -> None:
    for found in swaps.open_of(work, [requester.id, partner.id], days):
        raise Wrong("waiting", person=requester if requester.id in (found.requester_id, found.partner_id) else partner)


def _weeks(days: Sequence[date]) -> tuple[date, date]:
    """From the Monday before the first to the Sunday after the last."""
    return days[0] - timedelta(days[0].weekday()), days[-1] + timedelta(6 - days[-1].weekday())


def _exchange(rota: RotaDays, requester: Person, partner: Person, day: date) -> Exchange:
    for person in (requester, partner):
        if (person.id, day) not in rota:
            raise Wrong("no_rota", person=person, day=day)
    mine, theirs = rota[requester.id, day], rota[partner.id, day]
    if mine.same_as(theirs):
        raise Wrong("same", day=day, both=mine, partner=partner)
    return Exchange(day, mine, theirs)


def _both_work(plans: Plans, requester: Person, partner: Person, day: date) -> None:
    for person in (requester, partner):
        plan = plans[person.id, day]
        if not plan.works:
            raise Wrong("away", person=person, day=day)


def _after(exchanges: Sequence[Exchange], side: int) -> dict[date, RotaDay]:
    return {exchange.day: swaps.exchanged(exchange)[side] for exchange in exchanges}


# ---------------------------------------------------------------- the rules of the unit


def _rules(work: Work, person: Person, rota: RotaDays, after: dict[date, RotaDay]) -> None:
    rules, before = work.rules(), {day: rota[person.id, day] for day in after}
    for day, new in after.items():
        if new.place == "wfo" or before[day].place != "wfo":
            continue
        rule, said = rules.rota(person.unit_id, day)
        if person.roles & set(said.on_site):
            raise Wrong("on_site", person=person, rule=rule)
        if said.registered_only and not register.holds(work.db, person.id, day):
            raise Wrong("register", person=person, day=day)
    for monday in {day - timedelta(day.weekday()) for day in after}:
        _, said = rules.rota(person.unit_id, monday)
        week = [monday + timedelta(n) for n in range(7)]
        were = _away(rota.get((person.id, day)) for day in week)
        will = _away(after.get(day) or rota.get((person.id, day)) for day in week)
        if will > max(were, said.flexible_days_a_week):
            raise Wrong("week", person=person, most=said.flexible_days_a_week, will=will)


def _away(days: Iterable[RotaDay | None]) -> int:
    return sum(1 for day in days if day is not None and day.place != "wfo")


def _rest(work: Work, person: Person, other: Person, plans: Plans, after: dict[date, RotaDay]) -> None:
    """Hours of an exchanged shift must not run into those of the day before or after."""
    if not any(day.schedule for day in after.values()) and not any(_shifted(plans, person, day) for day in after):
        return
    spans = {day: plans[person.id, day] for day in _around(after)}
    own = work.workdays.by_schedule(work.db, [person], min(spans), max(spans), work.now)
    taken: Callable[[date], Any] = lambda day: plans[other.id, day] if after[day].schedule else own[person.id, day]  # noqa: E731
    spans |= {day: taken(day) for day in after}
    for day in sorted(spans)[:-1]:
        today, tomorrow = spans[day], spans.get(day + timedelta(1))
        if today.end and tomorrow and tomorrow.start and today.end > tomorrow.start:
            raise Wrong("rest", person=person, day=day)


def _shifted(plans: Plans, person: Person, day: date) -> bool:
    return plans[person.id, day].schedule not in ("", person.schedule or "standar")


def _around(after: Iterable[date]) -> list[date]:
    return sorted({day + timedelta(n) for day in after for n in (-1, 0, 1)})
