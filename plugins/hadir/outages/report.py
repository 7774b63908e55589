"""What followed an outage: how many checked in, and whom it excused. No sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, TextClause, func, select, text

from integration import outages, people
from integration.outages import Outage
from integration.people import Person
from integration.plugin import Work
from integration.rulebook import Rules
from plugins.hadir import recap
from plugins.hadir.evaluation.results import Result, Window
from plugins.hadir.tables import attendance_event


@dataclass(frozen=True, slots=True)
class Followed:
    """An outage, how many check-ins fell into it or followed, and whose lateness it took away."""

    outage: Outage
    check_ins: int
    excused: tuple[Person, ...]


def span(first: date, last: date, zone: str) -> Window:
    """The instants between the beginning of one day and the end of another, in a zone."""
    tz = ZoneInfo(zone)
    return datetime.combine(first, time(), tz).astimezone(UTC), datetime.combine(last, time.max, tz).astimezone(UTC)


def followed(db: Connection, outage: Outage, rules: Rules, now: datetime) -> int:
    """How many check-ins fell into the outage or into the time of grace after it. One statement."""
    query = select(func.count()).select_from(attendance_event).where(*_in(outage, grace(outage, rules), now))
    return db.scalar(query) or 0


def grace(outage: Outage, rules: Rules) -> timedelta:
    """How long after an outage the office's own rule excuses; a unit's own rule may say something else."""
    day = outage.first.date()
    rule = rules.in_force("attendance", 0, day, rules.read_at)
    return timedelta(minutes=rule.content.outage_grace_minutes)


def _in(outage: Outage, after: timedelta, now: datetime) -> tuple[ColumnElement[bool] | TextClause, ...]:
    event = attendance_event.c
    until = outage.last + after if outage.last else now
    # The days are for the index; a shift's day is that of its beginning.
    days = event.day.between(outage.first.date() - timedelta(days=2), until.date() + timedelta(days=2))
    return days, event.kind == "in", event.at >= outage.first, event.at <= until, text("attendance_event.active")


def report(work: Work, first: datetime, last: datetime) -> list[Followed]:
    """The outages that touch the span, the latest first."""
    found = outages.between(work.db, first, last)
    return [_followed(work, outage) for outage in reversed(found)]


def _followed(work: Work, outage: Outage) -> Followed:
    came = _came(work, outage)
    excused = [who for day, team in came.items() for who in _excused(work, outage, day, team)]
    by_id = {person.id: person for person in excused}
    return Followed(outage, sum(map(len, came.values())), tuple(sorted(by_id.values(), key=lambda person: person.name)))


def _came(work: Work, outage: Outage) -> Mapping[date, Sequence[int]]:
    """Who checked in, by working day. One statement."""
    columns = (attendance_event.c.day, attendance_event.c.person_id)
    days: dict[date, list[int]] = {}
    query = select(*columns).where(*_in(outage, grace(outage, work.rules()), work.now))
    for day, person_id in work.db.execute(query):
        days.setdefault(day, []).append(person_id)
    return days


def _excused(work: Work, outage: Outage, day: date, person_ids: Sequence[int]) -> list[Person]:
    team = people.everyone(work.db, date.min, person_ids)
    lines = recap.days(work, team, day, day)
    return [person for person in team for line in lines[person.id] if _by(outage, line.result)]


def _by(outage: Outage, result: Result) -> bool:
    return result.outage is not None and outage.overlaps(*result.outage)
