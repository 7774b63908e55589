"""Stamps that were typed as a message while Hadir could not hear: when they were made, when they were read, what gave way."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import Row, select

from integration import phrases
from integration.messages import Text
from integration.people import Person
from integration.plugin import Context
from plugins.hadir.tables import attendance_event as event

# What is written down within that is as good as at once.
AT_ONCE = timedelta(minutes=2)
_COLUMNS = (event.c.kind, event.c.at, event.c.recorded_at, event.c.active)


def said(context: Context, person: Person, day: date) -> list[Text]:
    """A sentence for each stamp of the day that counts and was heard late, and one for what it replaced. One statement."""
    mine = (event.c.person_id == person.id, event.c.day == day, event.c.source == "chat")
    rows = list(context.db.execute(select(*_COLUMNS).where(*mine).order_by(event.c.id)))
    late = [row for row in rows if row.active and row.recorded_at - row.at >= AT_ONCE]
    return [sentence for row in late for sentence in _about(context, person, row, rows)]


def _about(context: Context, person: Person, row: Row, rows: list[Row]) -> list[Text]:  # type: ignore[type-arg]
    t, times = (
        context.t,
        {"at": phrases.clock(row.at, person), "read": phrases.clock_and_day(context.t, row.recorded_at, person, row.at)},
    )
    if row.kind == "out":
        return [t("The check-out was a message of {at}, which could be read only at {read} because of a disturbance.", **times)]
    lines = [t("The check-in was a message of {at}, which could be read only at {read} because of a disturbance.", **times)]
    gave_way = [other for other in rows if other.kind == "in" and not other.active and other.at > row.at]
    if gave_way:
        lines.append(t("It replaced the check-in at {time}, which came later.", time=phrases.clock(gave_way[-1].at, person)))
    return lines
