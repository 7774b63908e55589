"""When somebody reads a message that can wait: the next time they work, and never at night."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from integration import deciders
from integration.people import Person
from integration.plugin import Work
from integration.workdays import Plans, local_day

# Plans of so many days are looked at.
AHEAD = 14


def morning(work: Work, reader: Person, plans: Plans) -> datetime:
    """When the reader works next: at the beginning, and never at night. Now, if they work now."""
    today = local_day(work.now, reader)
    for day in (today + timedelta(days=number) for number in range(AHEAD)):
        plan = plans.get((reader.id, day))
        if plan is None or not plan.works or plan.start is None or plan.end is None:
            continue
        if plan.start <= work.now < plan.end and deciders.awake(work, reader.zone):
            return work.now
        begins = _by_day(work, reader, plan.start)
        if begins > work.now:
            return begins
    return _by_day(work, reader, datetime.combine(today + timedelta(days=AHEAD), time(8), reader.tz))


def _by_day(work: Work, reader: Person, moment: datetime) -> datetime:
    """`moment`, moved into the hours of that day in which reminders may be sent: a night shift is told in the evening."""
    local = moment.astimezone(reader.tz)
    first, last = (time.fromisoformat(each) for each in (work.settings.reminder_from, work.settings.reminder_until))
    if local.time() < first:
        return datetime.combine(local.date(), first, reader.tz)
    return min(local, datetime.combine(local.date(), last, reader.tz) - timedelta(hours=1))
