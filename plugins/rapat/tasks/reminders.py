"""Reminders of tasks: on the last working day before the day, on the day, and every week after it.

One message a day for each person, on days on which they work; nothing on holidays and leave. Of those who have left, or whom
nobody knows, the organiser hears.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select

from integration import people
from integration.deciders import awake
from integration.i18n import Translate
from integration.messages import Reply, Text, fill, join
from integration.outbox import outbox
from integration.people import Person
from integration.plugin import Job, Notice, Run, Work
from integration.workdays import Plans, local_day
from plugins.rapat import meetings, organizers
from plugins.rapat.meetings import Meeting
from plugins.rapat.tasks import keeping, wording
from plugins.rapat.tasks.matching import Task
from plugins.rapat.wording import say

# Holidays together are not longer than this.
_AHEAD, _BACK = timedelta(days=14), timedelta(days=7)
_HELPS = timedelta(hours=12)
SHOWN = 12
BATCH = 50


@dataclass(frozen=True, slots=True)
class Mine:
    """What one person may have to be reminded of: their own, and those of people who cannot be told."""

    reader: Person
    tasks: Sequence[Task]


def remind(run: Run) -> None:
    """Everybody once a day."""
    with run.read() as work:
        found = _by_reader(work)
    for start in range(0, len(found), BATCH):
        part = found[start : start + BATCH]
        with run.read() as work:
            messages = work.worded(_notices(work, part))
        if messages:
            with run.begin() as work:
                work.queue(messages)


def _key(person_id: int, day: date) -> str:
    return f"rapat:tasks:{day.isoformat()}:{person_id}"


def _by_reader(work: Work) -> list[Mine]:
    """The tasks that may have to be spoken of, by whoever hears of them."""
    latest = (work.now + _AHEAD).date() + timedelta(days=1)
    found = keeping.fetch(work.db, keeping.waiting(latest))
    known = meetings.many(work.db, list({row.meeting_id for row in found}))
    ids = {id for row in found for id in (row.person_id, *_leaders(known[row.meeting_id])) if id is not None}
    here = {each.id: each for each in people.everyone(work.db, work.now.date(), sorted(ids))}
    mine: dict[int, list[Task]] = {}
    for row in found:
        candidates = (row.person_id, *_leaders(known[row.meeting_id]))
        reader = next((id for id in candidates if id is not None and id in here), None)
        if reader is None and (leader := organizers.of(work, known[row.meeting_id])):
            reader, here[leader.id] = leader.id, leader
        if reader is not None:
            mine.setdefault(reader, []).append(row)
    return [Mine(here[id], mine[id]) for id in sorted(mine)]


def _leaders(meeting: Meeting) -> tuple[int | None, ...]:
    return meeting.organizer_id, meeting.secretary_id


def _notices(work: Work, found: Sequence[Mine]) -> list[Notice]:
    today = {each.reader.id: local_day(work.now, each.reader) for each in found}
    keys = {_key(id, day) for id, day in today.items()}
    told = set(work.db.scalars(select(outbox.c.key).where(outbox.c.key.in_(keys))))
    waiting = [
        each for each in found if _key(each.reader.id, today[each.reader.id]) not in told and awake(work, each.reader.zone)
    ]
    if not waiting:
        return []
    first, last = min(today.values()) - _BACK, max(today.values()) + _AHEAD
    plans = work.workdays.plans(work.db, [each.reader for each in waiting], first, last, work.now)
    notices = [_notice(work, each, today[each.reader.id], plans) for each in waiting]
    return [notice for notice in notices if notice is not None]


def _notice(work: Work, mine: Mine, today: date, plans: Plans) -> Notice | None:
    def works(day: date) -> bool:
        plan = plans.get((mine.reader.id, day))
        return plan is not None and plan.works and not plan.asked_whole

    plan = plans[mine.reader.id, today]
    if not works(today) or (plan.start is not None and work.now < plan.start):
        return None
    due = [row for row in mine.tasks if _told_at(row, mine.reader) != today and is_day(row.due_on, today, works)]
    if not due:
        return None
    titles = meetings.many(work.db, list({row.meeting_id for row in due}))
    names = wording.names(work.db, due)
    until: datetime = work.now + _HELPS
    return Notice(
        mine.reader, _key(mine.reader.id, today), lambda t: _reply(t, mine.reader, due, titles, names, today), until=until
    )


def _told_at(row: Task, reader: Person) -> date | None:
    """Whoever was told of it today needs no reminder yet."""
    return local_day(row.published_at, reader) if row.published_at else None


def is_day(due: date | None, today: date, works: Callable[[date], bool]) -> bool:
    """Whether `today`, a working day, is one for a reminder of what is to be done until `due`.

    Before: no other working day is left. From then on each week begins with one, which waits for a working day.
    """
    if due is None:
        return False
    if today < due:
        between = (due - today).days
        return between <= _AHEAD.days and not any(works(today + timedelta(days=n)) for n in range(1, between))
    start = due + timedelta(days=(today - due).days // 7 * 7)
    return not any(works(start + timedelta(days=n)) for n in range((today - start).days))


def _reply(
    t: Translate, reader: Person, due: Sequence[Task], titles: Mapping[int, Meeting], names: Mapping[int, str], today: date
) -> Reply:
    lines = [t("**Action items of meetings**")]
    for number, row in enumerate(due[:SHOWN], 1):
        line = wording.line(t, row, today=today)
        if row.person_id != reader.id:
            line = fill("{line} ({who})", line=line, who=_who(t, row, names))
        title = titles[row.meeting_id].title
        lines.append(fill("{number}. {line} · {title}", number=Text(str(number)), line=line, title=title))
    if len(due) > SHOWN:
        lines.append(t("… and {count} more", count=len(due) - SHOWN))
    buttons = wording.done_buttons(t, due)
    return Reply(join("\n", lines), buttons=(*buttons, say(t("All of mine"), "tugas", days=7)))


def _who(t: Translate, row: Task, names: Mapping[int, str]) -> Text:
    """Why the organiser hears of somebody else's task."""
    if row.person_id is not None:
        return t("{name} does not work here any more", name=names.get(row.person_id, ""))
    return t("for {name}, who cannot be told", name=row.name) if row.name else t("nobody is named")


JOBS = (Job("tasks", "*/30 * * * *", remind, catch_up_minutes=240),)
