"""Reminders: to the person at the day's end, if nothing was sent; to the supervisor on Monday, of last week's gaps.

Silent on days off, on leave, while an absence waits, after sending, at night, and for whoever has turned reminders off.
Gaps are told to the supervisor alone, and nowhere shown.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import partial

from sqlalchemy import ColumnElement, exists, func, select

from integration import people, silence
from integration.batches import Found, tell_in_batches
from integration.i18n import Translate
from integration.messages import Button, Reply, Text, fill, join
from integration.people import Person
from integration.phrases import day_name, short_day
from integration.plugin import Job, Notice, Run, Work
from integration.work import Build
from integration.workdays import DayPlan, Plans
from plugins.logbook import hours
from plugins.logbook.entries import REPORTED
from plugins.logbook.review import digest, teams
from plugins.logbook.review.teams import Team
from plugins.logbook.tables import logbook_entry as _entry

BATCH = 500
_HELPS, _DROPPED_AFTER = timedelta(minutes=60), timedelta(hours=4)
GAPS_AT = "08:00"
_GAPS_HELP, _GAPS_DROPPED = timedelta(hours=3), timedelta(hours=9)
# Lines of one message; a longer list is several.
_LINES = 50


# ---------------------------------------------------------------- the day's end


def remind(run: Run) -> None:
    """Whoever works today and has sent nothing, once."""
    with run.read() as work:
        due = hours.zones_at(work, work.settings.logbook_remind_at, _HELPS)
    for zone, day in due:
        tell_in_batches(run, partial(find, zone=zone, day=day))


def find(work: Work, after: int, *, zone: str, day: date) -> Found:
    """Whom to remind of the next people after the id `after`."""
    prefix = _prefix(day)
    conditions = (hours.reachable(), hours.not_told(prefix), silence.wanted(people.person.c.id), ~_sent(day))
    found = hours.batch(work, zone, day, after, BATCH, *conditions)
    plans = work.workdays.plans(work.db, found, day, day, work.now)
    missing = [each for each in found if _begun(work, plans[each.id, day])]
    drafts = _drafts(work, missing, day)
    until = work.now + _DROPPED_AFTER
    notices = [Notice(each, f"{prefix}{each.id}", _reminder(day, drafts.get(each.id, 0)), until=until) for each in missing]
    return Found(found[-1].id if len(found) == BATCH else -1, notices, partial(_still, day=day))


def _prefix(day: date) -> str:
    return f"logbook:remind:{day.isoformat()}:"


def _sent(day: date) -> ColumnElement[bool]:
    """Whether somebody, of a query about people, has sent anything of that day."""
    mine = (_entry.c.person_id == people.person.c.id, _entry.c.day == day, _entry.c.state.in_(REPORTED))
    return exists().where(*mine)


def _begun(work: Work, plan: DayPlan) -> bool:
    """Whether the day is worked, and not about to begin tonight."""
    return plan.works and not plan.asked_whole and plan.start is not None and plan.start <= work.now


def _drafts(work: Work, found: Sequence[Person], day: date) -> Mapping[int, int]:
    """How many drafts each has kept of that day; what could be drafted besides is looked up when the report is opened."""
    if not found:
        return {}
    mine = (_entry.c.person_id.in_([each.id for each in found]), _entry.c.day == day, _entry.c.state == "draft")
    counts = select(_entry.c.person_id, func.count().label("drafts")).where(*mine).group_by(_entry.c.person_id)
    return {row.person_id: row.drafts for row in work.db.execute(counts)}


def _still(work: Work, keys: Collection[str], *, day: date) -> set[str]:
    """Those who have not sent anything meanwhile, nor asked for silence."""
    prefix = _prefix(day)
    ids = [int(key.removeprefix(prefix)) for key in keys]
    query = select(people.person.c.id).where(people.person.c.id.in_(ids), silence.wanted(people.person.c.id), ~_sent(day))
    return {f"{prefix}{id}" for id in work.db.scalars(query)}


def _reminder(day: date, drafts: int) -> Build:
    def build(t: Translate) -> Reply:
        said = t("Your report of {day} is not sent yet.", day=day_name(t, day))
        if drafts:
            said = t("Your report of {day} is not sent yet; {count} drafts wait in it.", day=day_name(t, day), count=drafts)
        hint = t("{text} No reminders: {command}", text=said, command=Text("`/hadir pengingat mati`"))
        return Reply(hint, (Button(t("Open the report"), "logbook.say", f"lihat {day:%d/%m/%Y}", "good", 3),))

    return build


# ---------------------------------------------------------------- last week's gaps


def tell_gaps(run: Run) -> None:
    """On the first working day of a week, in the morning."""
    with run.read() as work:
        due = hours.zones_at(work, GAPS_AT, _GAPS_HELP)
    for zone, day in due:
        tell_in_batches(run, partial(find_gaps, zone=zone, day=day))


def find_gaps(work: Work, after: int, *, zone: str, day: date) -> Found:
    """The lists of the next supervisors after the id `after`."""
    monday = day - timedelta(days=day.weekday())
    prefix = f"logbook:gaps:{monday.isoformat()}:"
    found = hours.readers(work, zone, day, after, prefix, officers=False)
    last = found[-1].id if len(found) == hours.READERS else -1
    plans = work.workdays.plans(work.db, found, monday, day, work.now)
    first = [each for each in hours.at_work(plans, found, day) if not worked_before(plans, each, monday, day)]
    led = list(teams.of(work, first).values()) if first else []
    return Found(last, list(_gap_notices(work, led, monday, prefix)))


def worked_before(plans: Plans, someone: Person, monday: date, day: date) -> bool:
    """Whether it is not their first working day of the week."""
    return any(plans[someone.id, monday + timedelta(days=n)].works for n in range((day - monday).days))


def _gap_notices(work: Work, led: Sequence[Team], monday: date, prefix: str) -> Iterator[Notice]:
    everyone = {each.id: each for team in led for each in (*team.own, *team.instead)}
    if not everyone:
        return
    first, last = monday - timedelta(days=7), monday - timedelta(days=1)
    plans = work.workdays.plans(work.db, everyone.values(), first, last, work.now)
    there = digest.days_with_entries(work, list(everyone), first, last)
    week = [first + timedelta(days=n) for n in range(7)]
    for team in led:
        lacking = [(each, [day for day in week if _lacks(plans, there, each, day)]) for each in (*team.own, *team.instead)]
        lines = [(each, days) for each, days in lacking if days]
        for start in range(0, len(lines), _LINES):
            # The first has the key that says that this supervisor was told.
            key = f"{prefix}{team.reader.id}" + (f":{start}" if start else "")
            until = work.now + _GAPS_DROPPED
            yield Notice(team.reader, key, _gaps(lines[start : start + _LINES], first, last), until=until)


def _lacks(plans: Plans, there: Collection[tuple[int, date]], someone: Person, day: date) -> bool:
    plan = plans[someone.id, day]
    return plan.works and not plan.asked_whole and (someone.id, day) not in there


def _gaps(lines: Sequence[tuple[Person, Sequence[date]]], first: date, last: date) -> Build:
    def build(t: Translate) -> Reply:
        said = [t("**Working days without a report**, {first} to {last}:", first=short_day(t, first), last=short_day(t, last))]
        for someone, days in lines:
            shown = join(", ", [short_day(t, day) for day in days])
            said.append(fill("- {name}: {days}", name=someone.name, days=shown))
        said.append(t("Only you see this list."))
        return Reply(join("\n", said))

    return build


JOBS = (
    Job("remind", "*/10 * * * *", remind, catch_up_minutes=60),
    Job("gaps", "*/15 * * * *", tell_gaps, catch_up_minutes=180),
)
