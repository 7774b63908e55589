"""How many working days in a row somebody has reported: said to themselves alone, after sending, and nowhere kept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import bindparam, select

from integration.messages import Text
from integration.people import Person
from integration.plugin import Context
from integration.work import Work
from integration.workdays import Plans, local_day
from plugins.logbook import entries
from plugins.logbook.entries import REPORTED, Entry
from plugins.logbook.tables import logbook_entry as _entry

# Looked back so far; more is said as so many.
_BACK = timedelta(days=45)
# Fewer are nothing to speak of.
_LEAST = 3


# Built once: this is asked for everybody's first report of a day.
_REPORTED = (
    select(_entry.c.day)
    .where(_entry.c.person_id == bindparam("person"), _entry.c.day.between(bindparam("first"), bindparam("last")))
    .where(_entry.c.state.in_(REPORTED))
    .distinct()
)


def begins(until: date) -> date:
    """The first day that `days` looks at."""
    return until - _BACK


def days(work: Work, person: Person, until: date, plans: Plans | None = None) -> int:
    """Working days in a row with a report, up to and with `until`; a day off with a report is no working day.

    One statement for the reports, and those of the plans from `begins` on unless they are given.
    """
    first = begins(until)
    there = set(work.db.scalars(_REPORTED, {"person": person.id, "first": first, "last": until}))
    if until not in there:
        return 0
    plans = work.workdays.plans(work.db, [person], first, until, work.now) if plans is None else plans
    count, day = 0, until
    while day >= first:
        if plans[person.id, day].works:
            if day not in there:
                break
            count += 1
        day -= timedelta(days=1)
    return count


def line(work: Work, person: Person, day: date, plans: Plans | None = None) -> Text | None:
    """`10 hari kerja berturut-turut dengan laporan.`, for the answer to whoever has just sent; None while it is short."""
    count = days(work, person, day, plans)
    if count < _LEAST:
        return None
    return work.speak(person)("{count} working days in a row with a report.", count=count)


def in_a_row(
    context: Context, day: date, done: Sequence[Entry], there: Sequence[Entry] | None, plans: Plans | None = None
) -> list[Text]:
    """For how many days in a row: said once a day, with what is reported of today first."""
    there = entries.of_day(context.db, context.person.id, day) if there is None else there
    if not is_first(context, day, there, done):
        return []
    said = line(context, context.person, day, plans)
    return [said] if said else []


def is_first(context: Context, day: date, there: Sequence[Entry], done: Sequence[Entry] = ()) -> bool:
    """Whether it is today, and nothing but `done` is reported of it."""
    new = {each.id for each in done}
    reported = any(each.state in REPORTED and each.id not in new for each in there)
    return day == local_day(context.now, context.person) and not reported
