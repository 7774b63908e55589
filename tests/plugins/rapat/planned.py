"""What a meeting planned by talk has become: rows, checks that ran, and who was told."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import icalendar
import recurring_ical_events
from sqlalchemy import select

from integration.calendars import ics
from integration.core import Hadir
from plugins.rapat import events, meetings, planning
from plugins.rapat.meetings import Meeting, Occurrence
from plugins.rapat.tables import meeting_invitee
from tests.plugins.rapat.house import tasks, work_off


def check(hadir: Hadir) -> None:
    """The worker does every check that was queued, those that it has done before too."""
    for given in tasks(hadir, planning.CHECK):
        work_off(hadir, planning.CHECK, given)


def meeting(hadir: Hadir, number: int = 1) -> Meeting:
    with hadir.database.read() as db:
        found = meetings.get(db, number)
    assert found is not None, number
    return found


def dates(hadir: Hadir, number: int = 1) -> list[Occurrence]:
    with hadir.database.read() as db:
        return meetings.occurrences(db, number)


def starts(hadir: Hadir, number: int = 1) -> list[str]:
    """`30/11 08.30` of every date that takes place, in the meeting's zone."""
    tz = meeting(hadir, number).tz
    return [f"{each.starts_at.astimezone(tz):%d/%m %H.%M}" for each in dates(hadir, number) if each.state == "planned"]


def in_a_calendar(hadir: Hadir, number: int = 1) -> list[str]:
    """The same as a calendar program finds it in the event that it gets."""
    found = meeting(hadir, number)
    with hadir.database.read() as db:
        event = events.alone(db, found, events.Shown("", ""))
    content = ics.to_ical(event, ics.Style(now=hadir.clock(), organizer="rapat@kantor.example", method="REQUEST"))
    span = found.starts_at - timedelta(days=1), found.last_end + timedelta(days=800)
    shown = recurring_ical_events.of(icalendar.Calendar.from_ical(content)).between(*span)
    return [f"{each:%d/%m %H.%M}" for each in sorted(event.start.astimezone(found.tz) for event in shown)]


def invited(hadir: Hadir, number: int = 1) -> list[str]:
    """`who` of everybody invited, the organiser first."""
    with hadir.database.read() as db:
        return [each.who for each in meetings.invitees(db, number)]


def invitations(hadir: Hadir, number: int = 1) -> list[Any]:
    """Their rows, of those who were taken off too."""
    c = meeting_invitee.c
    with hadir.database.read() as db:
        return list(db.execute(select(meeting_invitee).where(c.meeting_id == number).order_by(c.id)))
