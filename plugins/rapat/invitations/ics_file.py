"""The meeting as a file that one opens on a phone: for those into whose calendar nobody writes."""

from __future__ import annotations

from integration.calendars import ics
from integration.messages import File
from integration.plugin import Work
from integration.safe_names import safe_name
from plugins.rapat import events
from plugins.rapat.invitations import cards
from plugins.rapat.invitations.cards import View


def of(work: Work, view: View, link: str) -> File:
    """An .ics file with the meeting and its single dates, or with its cancellation."""
    meeting = view.meeting
    event = events.alone(work.db, meeting, cards.shown(view, work.speak(None), link))
    off = meeting.state == "cancelled"
    # A calendar takes a file without a METHOD as something to add, and one with CANCEL as something to take out.
    style = ics.Style(now=work.now, cancelled=off, method="CANCEL" if off else "")
    return File(safe_name(f"{meeting.title}.ics"), "text/calendar", ics.to_ical(event, style))
