"""Reminders and unit summaries, every five minutes. Whoever has been told is never told twice: the outbox key decides.

Reminders look for groups first: people of one zone and one schedule begin and end together, so a run at noon reads a
few rows and no people. Then the people of the groups that are due are read in batches; a transaction that writes only
queues. Those to whom a plugin may give other hours (a shift that was assigned or swapped) are looked at by themselves.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, String, cast, exists, literal, or_, select, text

from integration import people, phrases
from integration.batches import Found, tell_in_batches
from integration.deciders import awake
from integration.i18n import Translate
from integration.messages import Button, Reply, Text
from integration.outbox import outbox
from integration.people import Person
from integration.plugin import Job, Notice, Run, Work
from integration.workdays import DayPlan, person_schedule
from plugins.hadir import summary
from plugins.hadir.tables import attendance_event, attendance_preference

BATCH = 500
# A reminder to check out helps for so long after it was due; one to check in until the day's start.
AFTER_HELPS = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class Due:
    """Those of one zone may have to be reminded of one end of one day: of one schedule, or of any (None), and only these
    `ids` where some are named.
    """

    zone: str
    schedule: str | None
    day: date
    kind: str
    ids: tuple[int, ...] = ()

    def key(self) -> str:
        """The outbox key without the person."""
        return f"reminder:{self.kind}:{self.day.isoformat()}:"


def remind(run: Run) -> None:
    """Remind those who are not in shortly before their start, and those who are still in after their end."""
    with run.read() as work:
        groups = list(_candidates(work))
    for due in groups:
        tell_in_batches(run, partial(_find, due=due))


# ---------------------------------------------------------------- which groups


def _candidates(work: Work) -> Iterator[Due]:
    """The groups, days and kinds that are due now."""
    for zone, schedules in _groups(work).items():
        if not awake(work, zone):
            continue
        team = [_anybody(zone, schedule, -number) for number, schedule in enumerate(schedules, 1)]
        for kind, days in _days(work, zone).items():
            plans = work.workdays.by_schedule(work.db, team, min(days), max(days), work.now)
            for day in sorted(days):
                changed = work.workdays.hours_changed(work.db, day, day)
                if changed is None:  # a plugin that cannot tell may give anybody other hours
                    yield Due(zone, None, day, kind)
                    continue
                yield from (Due(zone, who.schedule, day, kind) for who in team if due_until(work, plans[who.id, day], kind))
                yield from (Due(zone, None, day, kind, ids) for ids in _parts(changed))


def _groups(work: Work) -> dict[str, list[str]]:
    """{zone: schedules by which somebody there works, has worked or will}"""
    person, dated = people.person.c, person_schedule.c
    base = select(person.zone, person.schedule)
    later = select(person.zone, dated.schedule).join_from(people.person, person_schedule, dated.person_id == person.id)
    groups: dict[str, list[str]] = {}
    for zone, schedule in sorted(work.db.execute(base.union(later)).all()):
        groups.setdefault(zone, []).append(schedule)
    return groups


def _parts(ids: Iterable[int]) -> Iterator[tuple[int, ...]]:
    """Few enough for one statement each."""
    ordered = sorted(ids)
    return (tuple(ordered[start : start + BATCH]) for start in range(0, len(ordered), BATCH))


def _days(work: Work, zone: str) -> dict[str, set[date]]:
    """The days whose start can be near, and those whose end can be: a night shift ends on the day after its own."""
    tz = ZoneInfo(zone)
    today = work.now.astimezone(tz).date()
    soon = (work.now + timedelta(minutes=work.settings.reminder_before_minutes)).astimezone(tz).date()
    return {"in": {today, soon}, "out": {today - timedelta(days=1), today}}


def _anybody(zone: str, schedule: str, number: int) -> Person:
    """Stands for everyone of a group; no row of the database has this id."""
    return Person(number, "", "", 0, "", None, "", zone, frozenset(), schedule=schedule)


def due_until(work: Work, plan: DayPlan, kind: str) -> datetime | None:
    """Until when a reminder of this end of the day helps, if it is due now. With dynamic hours there is no start to miss.

    Nobody who asked to be away is reminded, whether it is decided or not.
    """
    if not plan.works or plan.dynamic or plan.start is None or plan.end is None:
        return None
    if plan.asked_whole or _excused(plan, plan.start if kind == "in" else plan.end):
        return None
    if kind == "in":
        begin, until = plan.start - timedelta(minutes=work.settings.reminder_before_minutes), plan.start
    else:
        begin = plan.end + timedelta(minutes=work.settings.reminder_after_minutes)
        until = begin + AFTER_HELPS
    return until if begin <= work.now < until else None


def _excused(plan: DayPlan, moment: datetime) -> bool:
    """Whether a permission covers this end of the day, or will if it is approved."""
    return any(first <= moment <= last for first, last in (*plan.excused, *plan.asked_times))


# ---------------------------------------------------------------- which people


def _find(work: Work, after: int, *, due: Due) -> Found:
    """Whom to remind of the next people of the group after the id `after`."""
    query = people.working(people.people_query(), due.day).where(*_conditions(due), people.person.c.id > after)
    batch = people.fetch(work.db, query.order_by(people.person.c.id).limit(BATCH))
    plans = work.workdays.plans(work.db, batch, due.day, due.day, work.now)
    planned = ((person, plans[person.id, due.day]) for person in batch)
    waiting = ((person, plan, due_until(work, plan, due.kind)) for person, plan in planned)
    notices = [_notice(person, plan, due, until) for person, plan, until in waiting if until]
    return Found(batch[-1].id if len(batch) == BATCH else -1, notices, partial(_still, due=due))


def _still(work: Work, keys: Collection[str], *, due: Due) -> set[str]:
    """Those who have not checked in or out meanwhile, nor asked for silence."""
    ids = [int(key.removeprefix(due.key())) for key in keys]
    found = work.db.scalars(select(people.person.c.id).where(*_conditions(due), people.person.c.id.in_(ids)))
    return {f"{due.key()}{id}" for id in found}


def _conditions(due: Due) -> Sequence[ColumnElement[bool]]:
    """Of the group, reachable, not silent, not told yet, and with that end of the day missing."""
    person = people.person.c
    quiet = exists().where(attendance_preference.c.person_id == person.id, attendance_preference.c.reminders.is_(False))
    reachable = exists().where(people.account.c.person_id == person.id)
    told = exists().where(outbox.c.key == literal(due.key()) + cast(person.id, String))
    missing = ~_recorded(due.day, due.kind)
    came = _recorded(due.day, "in") if due.kind == "out" else literal(True)
    return (person.zone == due.zone, *_of_group(due), reachable, ~quiet, ~told, missing, came)


def _of_group(due: Due) -> Iterator[ColumnElement[bool]]:
    """Everyone who may belong to it; the plan of each then decides."""
    person, dated = people.person.c, person_schedule.c
    if due.schedule is not None:
        scheduled = exists().where(dated.person_id == person.id, dated.schedule == due.schedule)
        yield or_(person.schedule == due.schedule, scheduled)
    if due.ids:
        yield person.id.in_(due.ids)


def _recorded(day: date, kind: str) -> Any:
    event = attendance_event.c
    active = text("attendance_event.active")  # SQLite takes the partial index only for these very words
    return exists().where(event.person_id == people.person.c.id, event.day == day, event.kind == kind, active)


def _notice(person: Person, plan: DayPlan, due: Due, until: datetime) -> Notice:
    build = _before(person, plan) if due.kind == "in" else _after(person, plan)
    return Notice(person, f"{due.key()}{person.id}", build, until=until)


def _before(person: Person, plan: DayPlan) -> Any:
    def build(t: Translate) -> Reply:
        assert plan.start is not None  # noqa: S101  # nobody is reminded of a day off
        said = t("Your working day begins at {time}; you have not checked in yet.", time=phrases.clock(plan.start, person))
        places = [plan.place] if plan.place else ["wfo", "wfh"]
        buttons = [
            Button(t("Check in {place}", place=phrases.place(p)), "hadir.say", f"masuk {p}", style="good") for p in places
        ]
        return Reply(_with_hint(t, said), buttons=tuple(buttons))

    return build


def _after(person: Person, plan: DayPlan) -> Any:
    def build(t: Translate) -> Reply:
        assert plan.end is not None  # noqa: S101  # nobody is reminded of a day off
        said = t("Your working day ended at {time}; you have not checked out yet.", time=phrases.clock(plan.end, person))
        return Reply(_with_hint(t, said), buttons=(Button(t("Check out"), "hadir.say", "pulang", style="good"),))

    return build


def _with_hint(t: Translate, said: Text) -> Text:
    return t("{text} No reminders: {command}", text=said, command=Text("`/hadir pengingat mati`"))


JOBS = (
    Job("reminders", "*/5 * * * *", remind, catch_up_minutes=15),
    Job("summaries", "*/5 * * * *", summary.post_all, catch_up_minutes=summary.HELPS_MINUTES),
)
