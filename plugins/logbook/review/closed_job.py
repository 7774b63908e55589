"""When a month has closed: whoever has reports in it that nobody had decided on hears it, once, on a working morning."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial

from sqlalchemy import exists

from integration import people
from integration.batches import Found, tell_in_batches
from integration.dates import last_of_month, show_month
from integration.i18n import Translate
from integration.messages import Reply
from integration.plugin import Job, Notice, Run, Work
from integration.work import Build
from plugins.logbook import entries, hours, locking
from plugins.logbook.review import closed, reminders, teams
from plugins.logbook.tables import logbook_entry as _entry

BATCH = 500
# So many days after the closing one is still told: the first of them may all be days off.
_DAYS = 7
_HELPS, _DROPPED = timedelta(hours=3), timedelta(hours=9)


def tell(run: Run) -> None:
    with run.read() as work:
        due = [(zone, day, closed_before(work, day)) for zone, day in hours.zones_at(work, reminders.GAPS_AT, _HELPS)]
    for zone, day, month in due:
        if month is not None:
            tell_in_batches(run, partial(find, zone=zone, day=day, month=month))


def closed_before(work: Work, day: date) -> date | None:
    """The first of the month that closed by itself within the last days, if one did."""
    month = day.replace(day=1)
    for _ in range(2):
        month = (month - timedelta(days=1)).replace(day=1)
        last = locking.closes_after(work.settings, month)
        if last is not None and last < day <= last + timedelta(days=_DAYS):
            return month
    return None


def find(work: Work, after: int, *, zone: str, day: date, month: date) -> Found:
    """The next people after the id `after`."""
    prefix = f"logbook:closed:{month.isoformat()}:"
    of_month = (teams.WAITS, _entry.c.day.between(month, last_of_month(month)))
    waits = exists().where(_entry.c.person_id == people.person.c.id, *of_month)
    found = hours.batch(work, zone, day, after, BATCH, hours.reachable(), hours.not_told(prefix), waits)
    plans = work.workdays.plans(work.db, found, day, day, work.now)
    here = {each.id: each for each in hours.at_work(plans, found, day)}
    theirs = entries.fetch(work.db, entries.query().where(_entry.c.person_id.in_(list(here)), *of_month)) if here else []
    shut = closed.ids(work, here, theirs)
    counts = {id: sum(each.person_id == id and each.id in shut for each in theirs) for id in here}
    notices = [
        Notice(here[id], f"{prefix}{id}", _build(month, count), until=work.now + _DROPPED)
        for id, count in counts.items()
        if count
    ]
    return Found(found[-1].id if len(found) == BATCH else -1, notices)


def _build(month: date, count: int) -> Build:
    def build(t: Translate) -> Reply:
        return Reply(
            t(
                "{month} is closed, and {count} activities of yours were not decided on by then. Please ask your supervisor: "
                "a personnel officer can open the month again.",
                month=show_month(month, t),
                count=count,
            )
        )

    return build


JOBS = (Job("closed", "*/15 * * * *", tell, catch_up_minutes=180),)
