"""From the database to the solver's problem: who works when, who may be at home, and what was before. A dozen statements."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Row, select

from integration import people
from integration.people import Person
from integration.plugin import Work
from integration.rulebook.models import RotaRules
from integration.workdays import Plans
from plugins.jadwal import register, service
from plugins.jadwal.register import Entry, duties
from plugins.jadwal.rota.request import Request, Team
from plugins.jadwal.service import RotaDay, RotaDays
from plugins.jadwal.solver.problem import OFFICE, Cell, Member, Problem, monday
from plugins.jadwal.tables import rota_day, rota_wish

# Rotas of so long before weigh in.
PAST = timedelta(weeks=8)
# What people agreed on, or somebody decided by hand, stays when a rota is made again.
_KEPT = ("hand", "swap")


@dataclass(frozen=True, slots=True)
class Gathered:
    """The problem, the people in it, and what is published for its days."""

    problem: Problem
    team: Mapping[int, Person]
    published: RotaDays


def team_of(work: Work, unit_id: int, day: date) -> list[Person]:
    return people.of_unit(work.db, unit_id, day)


def count(work: Work, request: Request, rules: RotaRules) -> Team:
    """Who could take part at all; two statements."""
    team = team_of(work, request.unit_id, request.first)
    ready = [person for person in team if not _on_site(person, rules)]
    entries = register.registered(work.db, [person.id for person in team], request.first, request.last)
    remote = [person for person in ready if _let(entries.get(person.id, ()), request, rules) is not None]
    return Team(len(team), len(remote), len(ready), duties.known(entries))


def known_duties(work: Work, unit_id: int, first: date, last: date) -> dict[str, int]:
    """What the people of a unit are registered for in these days, and how many are; two statements."""
    team = team_of(work, unit_id, first)
    return duties.known(register.registered(work.db, [person.id for person in team], first, last))


def _let(entries: Sequence[Entry], request: Request, rules: RotaRules) -> Sequence[Entry] | None:
    """The entries that let somebody work from home, empty if none is needed; None if they may not."""
    if request.home_duties:
        return [entry for entry in entries if duties.names_any(entry, request.home_duties)] or None
    return (entries or None) if rules.registered_only else ()


def gather(work: Work, request: Request, rules: RotaRules, by_hand: Mapping[Cell, str] | None = None) -> Gathered:
    """`by_hand` are days that were set in the draft that this one replaces."""
    team = team_of(work, request.unit_id, request.first)
    ids = [person.id for person in team]
    plans = work.workdays.plans(work.db, team, request.first, request.last, work.now)
    days = rota_days(plans)
    published = service.days(work.db, ids, request.first, request.last)
    problem = Problem(
        days=days,
        members=_with_past(work, request, _members(work, request, rules, team, days, plans)),
        limits=request.limits,
        wishes=_wishes(work, ids, days),
        fixed=_kept(published) | dict(by_hand or {}),
        earlier={cell: day.place for cell, day in published.items()},
        earlier_standby=frozenset(cell for cell, day in published.items() if day.standby),
    )
    return Gathered(problem, {person.id: person for person in team}, published)


def rota_days(plans: Plans) -> tuple[date, ...]:
    """The days on which the unit works; one on which only a few shifts do is no day of the rota."""
    expected = Counter(day for (_, day), plan in plans.items() if plan.start is not None)
    most = max(expected.values(), default=0)
    return tuple(sorted(day for day, number in expected.items() if 2 * number >= most))


def _kept(published: RotaDays) -> dict[Cell, str]:
    return {cell: day.place for cell, day in published.items() if day.source in _KEPT}


def _on_site(person: Person, rules: RotaRules) -> bool:
    return bool(person.roles.intersection(rules.on_site))


def _members(
    work: Work, request: Request, rules: RotaRules, team: Sequence[Person], days: Sequence[date], plans: Plans
) -> list[Member]:
    entries = register.registered(work.db, [person.id for person in team], request.first, request.last)
    found = []
    for person in team:
        mine = entries.get(person.id, ())
        works = frozenset(day for day in days if plans[person.id, day].start is not None)
        member = Member(
            id=person.id,
            works=works,
            absent={day: plans[person.id, day].excuse for day in sorted(works) if plans[person.id, day].excuse},
            remote=frozenset() if _on_site(person, rules) else _remote(mine, request, rules, works),
            may_stand_by=not _on_site(person, rules),
            duties={duty: held for duty, _ in request.on_duty if (held := _on_duty(mine, duty, works))},
        )
        found.append(member)
    return found


def _remote(entries: Sequence[Entry], request: Request, rules: RotaRules, works: frozenset[date]) -> frozenset[date]:
    """The days on which somebody may work from home."""
    let = _let(entries, request, rules)
    if let is None:
        return frozenset()
    return frozenset(day for day in works for entry in let if entry.holds_on(day)) if let else works


def _on_duty(entries: Sequence[Entry], duty: str, works: frozenset[date]) -> frozenset[date]:
    theirs = [entry for entry in entries if duties.names_any(entry, [duty])]
    return frozenset(day for day in works for entry in theirs if entry.holds_on(day))


# ---------------------------------------------------------------- what was before


def _with_past(work: Work, request: Request, members: Sequence[Member]) -> tuple[Member, ...]:
    """Each member with what the published rotas around this one had for them."""
    first, last = request.first - PAST, request.last + timedelta(7)
    past: dict[int, list[RotaDay]] = {member.id: [] for member in members}
    beside: dict[int, Counter[date]] = {member.id: Counter() for member in members}
    for (person, day), row in service.days(work.db, list(past), first, last).items():
        if day < request.first:
            past[person].append(row)
        if not request.first <= day <= request.last and row.place != OFFICE:
            beside[person][monday(day)] += 1
    away, standby = _rate(past.values(), _is_away), _rate(past.values(), _is_standby)
    return tuple(
        replace(
            member,
            past_away=_ahead(past[member.id], _is_away, away),
            past_standby=_ahead(past[member.id], _is_standby, standby),
            past_weekdays=_weekdays(past[member.id]),
            used=beside[member.id],
        )
        for member in members
    )


def _is_away(day: RotaDay) -> bool:
    return day.place != OFFICE


def _is_standby(day: RotaDay) -> bool:
    return day.standby


def _rate(past: Iterable[Sequence[RotaDay]], which: Callable[[RotaDay], bool]) -> float:
    """Such days among all the days of those who had any of them."""
    theirs = [days for days in past if any(map(which, days))]
    everything = sum(map(len, theirs))
    return sum(which(day) for days in theirs for day in days) / everything if everything else 0


def _ahead(days: Sequence[RotaDay], which: Callable[[RotaDay], bool], rate: float) -> float:
    """How many such days somebody had more than others would have had in as many days of a rota."""
    return sum(map(which, days)) - rate * len(days)


def _weekdays(days: Sequence[RotaDay]) -> tuple[int, ...]:
    counted = Counter(day.day.weekday() for day in days if _is_away(day))
    return tuple(counted[weekday] for weekday in range(7))


# ---------------------------------------------------------------- wishes


def _wishes(work: Work, ids: Sequence[int], days: Sequence[date]) -> dict[Cell, str]:
    """A wish for a day counts before one for its weekday."""
    rows = work.db.execute(select(rota_wish).where(rota_wish.c.active, rota_wish.c.person_id.in_(ids))).all()
    wishes: dict[Cell, str] = {}
    for row in sorted(rows, key=lambda row: row.day is not None):
        wishes.update({(row.person_id, day): row.place for day in days if _meant(row, day)})
    return wishes


def _meant(row: Row[Any], day: date) -> bool:
    if row.day is not None:
        return bool(row.day == day)
    return bool(row.weekday == day.weekday() and row.valid_from <= day <= (row.valid_until or day))


def hand_set(work: Work, rota_id: int) -> dict[Cell, str]:
    """The days of a draft that an officer set."""
    rows = work.db.execute(
        select(rota_day.c.person_id, rota_day.c.day, rota_day.c.place).where(
            rota_day.c.rota_id == rota_id, rota_day.c.source == "hand"
        )
    )
    return {(row.person_id, row.day): row.place for row in rows}
