"""Answers that come from calendars and by mail, into the same list as those by button."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from integration import people
from integration.i18n import Translate
from integration.messages import Reply, Text
from integration.plugin import Work
from integration.ports import Answer
from integration.workdays import local_day, works_here
from plugins.rapat import answering, answers, events, meetings
from plugins.rapat.answers import ALL, Said
from plugins.rapat.invitations import cards
from plugins.rapat.invitations.cards import View
from plugins.rapat.meetings import Invitee, Meeting
from plugins.rapat.tables import meeting_invitee as _invitee
from plugins.rapat.tables import meeting_occurrence as _occurrence


def heard(work: Work, uid: str, answer: Answer) -> None:
    """`Plugin.answered`: what somebody said in their calendar or by mail goes into the same list."""
    found = _of_event(work, uid, answer)
    if found is None:
        return
    meeting, invitee, occurrence_id = found
    answers.record(work, invitee, Said(answer.answer, "", answer.via), occurrence_id)


def heard_late(work: Work, uid: str, answer: Answer) -> None:
    """`Plugin.answered_late`: an answer by mail to what was called off, or to a time that holds no more, is none; who gave it
    is told so where they chat.
    """
    meeting = meetings.by_uid(work.db, events.whole(uid))
    invitee = _invitee_of(work, meeting, answer.email) if meeting else None
    person = people.get(work.db, invitee.person_id) if invitee and invitee.person_id else None
    here = person is not None and works_here(person, local_day(work.now, person))
    if meeting is None or person is None or not here or meeting.last_end <= work.now:
        return
    view = cards.view(work, meeting)
    key = f"meeting:{meeting.id}:{meeting.version}:late:{person.id}"
    work.tell(person, key, lambda t: _too_late(t, view, person.zone, work.now), until=meeting.last_end)


def _too_late(t: Translate, view: View, zone: str, now: datetime) -> Reply:
    meeting = view.meeting
    if meeting.state != "planned":
        return Reply(cards.cancelled(view, t, zone=zone))
    asks = t("Your answer by mail was to an earlier time and was not recorded. Please answer to the new time.")
    return Reply(Text(f"{cards.in_short(view, t, zone)}\n{asks}"), answering.buttons(t, meeting, now))


def _of_event(work: Work, uid: str, answer: Answer) -> tuple[Meeting, Invitee, int] | None:
    """The meeting, who of those invited it was, and the date; None where it is none of ours, or nothing counts any more."""
    meeting = meetings.by_uid(work.db, events.whole(uid))
    if meeting is None or meeting.state != "planned" or meeting.last_end <= work.now:
        return None
    invitee = _invitee_of(work, meeting, answer.email)
    if invitee is None:
        return None
    if answer.occurrence is None or not meeting.is_series:
        return meeting, invitee, ALL
    here = (_occurrence.c.meeting_id == meeting.id, _occurrence.c.original == answer.occurrence)
    date = work.db.scalar(select(_occurrence.c.id).where(*here))
    return (meeting, invitee, date) if date else None


def _invitee_of(work: Work, meeting: Meeting, email: str) -> Invitee | None:
    """Whose address that is: one of ours before a guest, and those who still work here before those who have left."""
    person = people.person.c
    query = select(_invitee.c.id).join_from(_invitee, people.person, _invitee.c.person_id == person.id, isouter=True)
    mine = (_invitee.c.meeting_id == meeting.id, _invitee.c.removed_at.is_(None))
    theirs = (person.email == email) | (_invitee.c.email == email)
    order = _invitee.c.person_id.is_(None), person.ended_on.is_not(None), _invitee.c.id
    found = work.db.scalars(query.where(*mine, theirs).order_by(*order).limit(1)).first()
    return meetings.invitee(work.db, found) if found else None
