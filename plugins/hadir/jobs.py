"""Reminders and unit summaries, every five minutes. Whoever has been told is never told twice: the outbox key decides.

Reminders look for groups first: people of one zone and one schedule begin and end together, so a run at noon reads a
few rows and no people. Then the people of the groups that are due are read in batches, a short transaction each.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, String, cast, exists, literal, select, text

from integration import people
from integration.i18n import Translate
from integration.messages import Button, Reply, Text
from integration.outbox import outbox
from integration.people import Person
from integration.plugin import Job, Run, Work
from integration.workdays import DayPlan
from plugins.hadir import summary, wording
from plugins.hadir.tables import attendance_event, attendance_preference

BATCH = 500
# A reminder to check out helps for so long after it was due; one to check in until the day's start.
AFTER_HELPS = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class Due:
    """Those of one zone and schedule may have to be reminded of one end of one day."""

    zone: str
    schedule: str
    day: date
    kind: str

    def key(self) -> str:
        """The outbox key without the person."""
        return f"reminder:{self.kind}:{self.day.isoformat()}:"


def remind(run: Run) -> None:
    """Remind those who are not in shortly before their start, and those who are still in after their end."""
    with run.begin() as work:
        groups = list(_candidates(work))
    for due in groups:
        after = 0
        while after >= 0:
            with run.begin() as work:
                after = _remind_batch(work, due, after)


# ---------------------------------------------------------------- which groups


def _candidates(work: Work) -> Iterator[Due]:
    """The groups, days and kinds that are due now. Where plugins know better, every awake group may be."""
    columns = (people.person.c.zone, people.person.c.schedule)
    for zone, schedule in work.db.execute(select(*columns).distinct().order_by(*columns)).all():
        if not awake(work, zone):
            continue
        anybody = _anybody(zone, schedule)
        for kind, days in _days(work, zone).items():
            plans = work.workdays.plans(work.db, [anybody], min(days), max(days), work.now)
            for day in sorted(days):
                if work.workdays.providers or due_until(work, plans[anybody.id, day], kind):
                    yield Due(zone, schedule, day, kind)


def _days(work: Work, zone: str) -> dict[str, set[date]]:
    """The days whose start can be near, and those whose end can be: a night shift ends on the day after its own."""
    tz = ZoneInfo(zone)
    today = work.now.astimezone(tz).date()
    soon = (work.now + timedelta(minutes=work.settings.reminder_before_minutes)).astimezone(tz).date()
    return {"in": {today, soon}, "out": {today - timedelta(days=1), today}}


def _anybody(zone: str, schedule: str) -> Person:
    """Stands for everyone of a group; no row of the database has this id."""
    return Person(0, "", "", 0, "", None, "", zone, frozenset(), schedule=schedule)


def awake(work: Work, zone: str) -> bool:
    """Whether reminders may be sent at this hour of that zone."""
    now = work.now.astimezone(ZoneInfo(zone)).time()
    return time.fromisoformat(work.settings.reminder_from) <= now < time.fromisoformat(work.settings.reminder_until)


def due_until(work: Work, plan: DayPlan, kind: str) -> datetime | None:
    """Until when a reminder of this end of the day helps, if it is due now."""
    if not plan.works or plan.start is None or plan.end is None:
        return None
    if kind == "in":
        begin, until = plan.start - timedelta(minutes=work.settings.reminder_before_minutes), plan.start
    else:
        begin = plan.end + timedelta(minutes=work.settings.reminder_after_minutes)
        until = begin + AFTER_HELPS
    return until if begin <= work.now < until else None


# ---------------------------------------------------------------- which people


def _remind_batch(work: Work, due: Due, after: int) -> int:
    """Remind the next people of the group after the id `after`; the last id looked at, or -1 after the last batch."""
    query = people.working(people.people_query(), due.day).where(*_conditions(due), people.person.c.id > after)
    batch = people.fetch(work.db, query.order_by(people.person.c.id).limit(BATCH))
    plans = work.workdays.plans(work.db, batch, due.day, due.day, work.now)
    for person in batch:
        plan = plans[person.id, due.day]
        until = due_until(work, plan, due.kind)
        if until is not None:
            _tell(work, person, plan, due, until)
    return batch[-1].id if len(batch) == BATCH else -1


def _conditions(due: Due) -> Sequence[ColumnElement[bool]]:
    """Of the group, reachable, not silent, not told yet, and with that end of the day missing."""
    person = people.person.c
    quiet = exists().where(attendance_preference.c.person_id == person.id, attendance_preference.c.reminders.is_(False))
    reachable = exists().where(people.account.c.person_id == person.id)
    told = exists().where(outbox.c.key == literal(due.key()) + cast(person.id, String))
    missing = ~_recorded(due.day, due.kind)
    came = _recorded(due.day, "in") if due.kind == "out" else literal(True)
    return (person.zone == due.zone, person.schedule == due.schedule, reachable, ~quiet, ~told, missing, came)


def _recorded(day: date, kind: str) -> Any:
    event = attendance_event.c
    active = text("attendance_event.active")  # SQLite takes the partial index only for these very words
    return exists().where(event.person_id == people.person.c.id, event.day == day, event.kind == kind, active)


def _tell(work: Work, person: Person, plan: DayPlan, due: Due, until: datetime) -> None:
    build = _before(person, plan) if due.kind == "in" else _after(person, plan)
    work.tell(person, f"{due.key()}{person.id}", build, until=until)


def _before(person: Person, plan: DayPlan) -> Any:
    def build(t: Translate) -> Reply:
        assert plan.start is not None  # noqa: S101  # nobody is reminded of a day off
        said = t("Your working day begins at {time}; you have not checked in yet.", time=wording.clock(plan.start, person))
        places = [plan.place] if plan.place else ["wfo", "wfh"]
        buttons = [
            Button(t("Check in {place}", place=wording.place(p)), "hadir.say", f"masuk {p}", style="good") for p in places
        ]
        return Reply(_with_hint(t, said), buttons=tuple(buttons))

    return build


def _after(person: Person, plan: DayPlan) -> Any:
    def build(t: Translate) -> Reply:
        assert plan.end is not None  # noqa: S101  # nobody is reminded of a day off
        said = t("Your working day ended at {time}; you have not checked out yet.", time=wording.clock(plan.end, person))
        return Reply(_with_hint(t, said), buttons=(Button(t("Check out"), "hadir.say", "pulang", style="good"),))

    return build


def _with_hint(t: Translate, said: Text) -> Text:
    return t("{text} No reminders: {command}", text=said, command=Text("`/hadir pengingat mati`"))


JOBS = (
    Job("reminders", "*/5 * * * *", remind, catch_up_minutes=15),
    Job("summaries", "*/5 * * * *", summary.post_all, catch_up_minutes=summary.HELPS_MINUTES),
)
