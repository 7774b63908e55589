"""A draft becomes what holds: looked at again before, in the place of what held, and told to whom it concerns."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import delete, select

from integration import people, workdays
from integration.i18n import Translate
from integration.messages import Text, fill, join
from integration.people import Person
from integration.plugin import Context, Work
from plugins.jadwal import service, wording
from plugins.jadwal.rota import conflicts, data, store
from plugins.jadwal.rota import wording as rota_wording
from plugins.jadwal.rota.data import Gathered
from plugins.jadwal.rota.request import percent
from plugins.jadwal.rota.store import Rota
from plugins.jadwal.service import Change, RotaDay, RotaDays
from plugins.jadwal.solver import limits as solver_limits
from plugins.jadwal.solver.problem import OFFICE, Conflict
from plugins.jadwal.tables import rota_day

_NAMES = 5


@dataclass(frozen=True, slots=True)
class Differences:
    """What is not any more as it was when the draft was made; `nobody` of it is left, or no day."""

    lines: tuple[Text, ...]
    nobody: bool = False
    too_late: bool = False

    @property
    def mark(self) -> str:
        """The same for the same differences: who agreed to these has not agreed to others."""
        return hashlib.sha256("\n".join(self.lines).encode()).hexdigest()[:8] if self.lines else ""


def differences(work: Work, one: Rota, reader: Person) -> Differences:
    """The draft beside the unit of today."""
    t, days = work.speak(reader), store.days_of(work.db, one)
    today = workdays.local_day(work.now, reader)
    to_come = {cell: row for cell, row in days.items() if cell[1] > today}
    request = one.request
    if not to_come or request is None:
        return Differences((), too_late=True)
    _, rules = work.rules().rota(one.unit_id, one.first)
    now = data.gather(work, request, rules)
    if not now.team.keys() & {person for person, _ in to_come}:
        return Differences((), nobody=True)
    everyone = service.by_id(work.db, {person for person, _ in days} | now.team.keys())
    lines = [
        *_gone_days(t, days, today),
        *_people(t, to_come, now, everyone),
        *_absences(t, to_come, now, everyone),
        *_free_days(t, to_come, now),
        *_newer(work, t, one),
        *_limits(t, one, to_come, now, everyone),
    ]
    if request.away_share > rules.away_share:
        share = percent(rules.away_share)
        lines.append(t("- The rule now allows only {share} % to be away.", share=share))
    return Differences(tuple(lines))


def _gone_days(t: Translate, days: RotaDays, today: date) -> list[Text]:
    gone = sorted({day for _, day in days if day <= today})
    return [t("- These days are over or have begun, and are left out: {days}.", days=wording.day_list(t, gone))] if gone else []


def _people(t: Translate, days: RotaDays, now: Gathered, everyone: Mapping[int, Person]) -> list[Text]:
    planned = {person for person, _ in days}
    working = {member.id for member in now.problem.members if member.there}
    left, new = planned - now.team.keys(), working - planned
    lines = []
    if left:
        lines.append(t("- Not in the unit any more, left out: {names}.", names=names(everyone, left)))
    if new:
        lines.append(t("- New in the unit, without days in this draft: {names}.", names=names(everyone, new)))
    return lines


def _absences(t: Translate, days: RotaDays, now: Gathered, everyone: Mapping[int, Person]) -> list[Text]:
    """Who has rows only where they were not absent."""
    lines = []
    for member in now.problem.members:
        new = [day for day in sorted(member.absent) if (member.id, day) in days]
        if new:
            shown = wording.day_list(t, new)
            lines.append(t("- {name} is away now: {days}.", name=everyone[member.id].name, days=shown))
    return rota_wording.shortened(t, lines)


def _free_days(t: Translate, days: RotaDays, now: Gathered) -> list[Text]:
    free = sorted({day for _, day in days}.difference(now.problem.days))
    return [t("- Not working days any more: {days}.", days=wording.day_list(t, free))] if free else []


def _newer(work: Work, t: Translate, one: Rota) -> list[Text]:
    """Published after this draft was made, for the same days."""
    lines = []
    for other in store.overlapping(work.db, one, ("published",)):
        if other.id not in one.statement["beside"] and store.holds_from(work.db, other.id, one.first):
            span = wording.span(t, other.first, other.last)
            lines.append(
                t("- Rota no. {number} ({span}) was published meanwhile; this one replaces it.", number=other.id, span=span)
            )
    return lines


def _limits(t: Translate, one: Rota, days: RotaDays, now: Gathered, everyone: Mapping[int, Person]) -> list[Text]:
    """Limits that the draft breaks now and did not break when it was made."""
    known = {_which(store.conflict_from_json(said)) for said in one.statement["conflicts"]}
    at_office = {day for _, day in days}
    problem = replace(now.problem, days=tuple(day for day in now.problem.days if day in at_office))
    away = [cell for cell, row in days.items() if row.place != OFFICE and cell[0] in now.team and cell[1] in problem.days]
    absent = {(member.id, day) for member in now.problem.members for day in member.absent}
    found = solver_limits.broken(problem, set(away) - absent)
    new = [conflict for conflict in found if _which(conflict) not in known]
    return rota_wording.shortened(t, conflicts.lines(t, new, everyone))


def _which(conflict: Conflict) -> tuple[str, date, int | None, str]:
    return conflict.kind, conflict.day, conflict.person, conflict.duty


def names(everyone: Mapping[int, Person], ids: Sequence[int] | set[int]) -> Text:
    """`Siti Rahayu, Dewi Lestari, …`"""
    shown = sorted((everyone[id].name for id in ids), key=str.lower)
    more = ["…"] if len(shown) > _NAMES else []
    return join(", ", [fill("{name}", name=name) for name in [*shown[:_NAMES], *more]])


# ---------------------------------------------------------------- publishing


def one_at_a_time(work: Work, unit_id: int) -> None:
    """Until this transaction ends nobody else changes what holds for the unit; SQLite has one writer anyway."""
    work.db.execute(select(people.unit.c.id).where(people.unit.c.id == unit_id).with_for_update())


def publish(context: Context, one: Rota) -> list[Change] | None:
    """Let the draft hold from tomorrow on: what that changes. None if it is no draft any more."""
    one_at_a_time(context, one.unit_id)
    tomorrow = rota_wording.tomorrow(context, context.person)
    told = {"days": _kept(store.days_of(context.db, one), tomorrow)}
    if not store.move(context, one, "published", told=told, published_by=context.person.id, published_at=context.now):
        return None
    context.db.execute(delete(rota_day).where(rota_day.c.rota_id == one.id, rota_day.c.day < tomorrow))
    older = store.held_by(context.db, one.unit_id, max(one.first, tomorrow), one.last, one.id)
    changes = service.activate(context, one.id)
    changes += _end(context, older, changes)
    for other in store.overlapping(context.db, one, ("published",)):
        if not store.holds_from(context.db, other.id, tomorrow):
            store.move(context, other, "replaced")
    return changes


def _end(work: Work, older: Sequence[RotaDay], changes: Sequence[Change]) -> list[Change]:
    """Days of older rotas that the new one says nothing of hold no more either."""
    still = (
        service.days(work.db, {day.person_id for day in older}, min(d.day for d in older), max(d.day for d in older))
        if older
        else {}
    )
    left = [day for day in older if still.get((day.person_id, day.day)) == day]
    service.deactivate(work, [day.id for day in left])
    return [Change(day.person_id, day.day, day, None) for day in left]


def _kept(days: RotaDays, first: date) -> dict[str, list[str]]:
    """By person: `2026-12-01 wfh`, with `siaga` for a standby; days at the office alone are not worth a word."""
    kept: dict[str, list[str]] = {}
    for (person, day), row in sorted(days.items()):
        if day >= first and (row.place != OFFICE or row.standby):
            kept.setdefault(str(person), []).append(f"{day} {row.place}{' siaga' if row.standby else ''}")
    return kept


def withdraw(context: Context, one: Rota) -> list[Change] | None:
    """Let a published rota hold no more from tomorrow on; None if it does not hold."""
    one_at_a_time(context, one.unit_id)
    tomorrow: date = rota_wording.tomorrow(context, context.person)
    days = [row for row in store.days_of(context.db, one).values() if row.day >= tomorrow]
    if not store.move(context, one, "withdrawn"):
        return None
    service.deactivate(context, [row.id for row in days])
    return [Change(row.person_id, row.day, row, None) for row in sorted(days, key=lambda row: (row.person_id, row.day))]
