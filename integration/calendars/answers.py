"""Reads what invited people have answered: in the calendar where its server keeps our copy up to date, and by mail."""

from __future__ import annotations

from collections.abc import Sequence

import structlog
from sqlalchemy import Connection

from integration import audit, scheduler
from integration.calendars import reading
from integration.calendars import store as calendar_store
from integration.core import Hadir
from integration.errors import DeliveryError
from integration.ports import Answer, Calendar, Event, MailedReply

log = structlog.get_logger()

# A run asks for so many events and reads so many mails; the rest waits for the next one.
EVENTS_AT_ONCE, MAILS_AT_ONCE = 100, 50


def read(hadir: Hadir) -> None:
    """One look at both; trouble with one does not keep from the other."""
    for look in (_look_at_calendar, _look_at_mail):
        try:
            look(hadir)
        except DeliveryError as error:
            log.warning("answers_not_read", error=str(error))


def _look_at_calendar(hadir: Hadir) -> None:
    calendar = hadir.ports.calendar
    if calendar is None or not calendar.schedules:
        return
    with hadir.database.read() as db:
        uids = calendar_store.to_ask(db, hadir.clock(), EVENTS_AT_ONCE)
    for uid in uids:
        found = _answers(calendar, uid)
        with hadir.database.write() as db:
            calendar_store.asked(db, uid, hadir.clock())
        for answer in found:
            hear(hadir, uid, answer)


def _answers(calendar: Calendar, uid: str) -> Sequence[Answer]:
    """One event with which something is wrong for good must not keep the others from being asked about."""
    try:
        return calendar.answers(uid)
    except DeliveryError as error:
        if not error.permanent:
            raise
        log.warning("answers_not_read", uid=uid, error=str(error))
        return []


def _look_at_mail(hadir: Hadir) -> None:
    mailbox = hadir.ports.mailbox
    if mailbox is None:
        return
    mails = mailbox.replies(MAILS_AT_ONCE)
    for mail in mails:
        for uid, answer in _said(mail):
            hear(hadir, uid, answer)
    mailbox.seen([mail.id for mail in mails])


def _said(mail: MailedReply) -> list[tuple[str, Answer]]:
    """Anybody may mail us anything, and one mail must not keep the others from being read."""
    try:
        return reading.replies(mail.calendar, mail.sender)
    except Exception as error:
        log.warning("answer_not_understood", mail=mail.id, error=type(error).__name__)
        return []


def hear(hadir: Hadir, uid: str, answer: Answer) -> bool:
    """Keep an answer to an event of ours by somebody who was invited, and tell the plugins; False if it is nothing new.

    An answer to an event that was called off, or to an earlier time of it, is nothing, but the plugins hear of it; one from a
    stranger is nothing at all.
    """
    try:
        with hadir.database.write() as db:
            there = calendar_store.delivered(db, uid)
            if there is None or not _invited(there.event, answer.email):
                return False
            if there.cancelled or (answer.sequence is not None and answer.sequence < there.event.sequence):
                _late(hadir, db, uid, answer)
                return False
            if not calendar_store.answer(db, uid, answer, hadir.clock()):
                return False
            work = scheduler.work(hadir, db)
            after = {"email": answer.email, "answer": answer.answer}
            after |= {"occurrence": answer.occurrence.isoformat()} if answer.occurrence else {}
            audit.record(
                db, work.now, actor_id=None, actor="hadir", action="calendar.answered", object=f"event:{uid}", after=after
            )
            for plugin in hadir.plugins:
                if plugin.answered:
                    plugin.answered(work, uid, answer)
    except DeliveryError:
        raise
    except Exception:
        # One event that a plugin stumbles over must not keep the others from being heard.
        log.exception("answer_not_heard", uid=uid)
        return False
    return True


def _late(hadir: Hadir, db: Connection, uid: str, answer: Answer) -> None:
    for plugin in hadir.plugins:
        if plugin.answered_late:
            plugin.answered_late(scheduler.work(hadir, db), uid, answer)


def _invited(event: Event, email: str) -> bool:
    events = [event, *(change for _, change in event.changes if change)]
    return any(attendee.email == email for each in events for attendee in each.attendees)
