"""Delivers outbox rows of the kind "calendar": an event into the office's calendar, in order for each UID.

payload: `event` (`ports.event_to_json`), `cancel`; a row that invites again those whom the calendar's server could not reach
also has `resend` (addresses), `of` (the row that put the version) and `tried`.
result: `dropped` with the reason, or `unreached` with how many could not be invited.

A version that is older than what was delivered is dropped, also when it is an old dead letter that is put back. What has to
be mailed is queued in the transaction that says what was delivered, so that nobody is told twice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy import Connection

from integration import outbox, people
from integration.calendars import invitations
from integration.calendars import store as calendar_store
from integration.calendars.store import Delivered
from integration.core import Hadir
from integration.deliveries.mail import KIND as MAIL
from integration.errors import DeliveryError
from integration.messages import Reply, reply_to_json
from integration.outbox import Row
from integration.ports import Calendar, Event, Letter, event_from_json, event_to_json, letter_to_json

log = structlog.get_logger()

KIND = "calendar"
# How often, and after how long first, somebody is invited again whom the calendar's server could not mail: for two days.
RESENDS, FIRST_RESEND = 10, timedelta(minutes=5)
LONGEST_UID = 190


def deliver(hadir: Hadir, row: Row) -> Mapping[str, Any]:
    """Put the event or call it off; raises `DeliveryError`."""
    calendar, event, cancel = _calendar(hadir), event_from_json(row.payload["event"]), bool(row.payload["cancel"])
    if len(event.uid) > LONGEST_UID:
        raise DeliveryError(f"the UID of an event has more than {LONGEST_UID} characters", permanent=True)
    if "resend" in row.payload:
        return _resend(hadir, calendar, event, row)
    with hadir.database.read() as db:
        before = calendar_store.delivered(db, event.uid)
    if before and (reason := _stale(before, event, row, cancel=cancel)):
        return {"dropped": reason}
    unreached = calendar.cancel(event) if cancel else calendar.put(event)
    if before is None or before.outbox_id < row.id:
        _keep(hadir, calendar, before, Delivered(event, cancel, before.revision + 1 if before else 1, row.id), unreached)
    if cancel and unreached and hadir.ports.mail is None:
        raise DeliveryError(
            f"{event.uid} was called off, but {calendar.name} could not mail it to {_some(unreached)}: tell them, and see to "
            "its mail server",
            permanent=True,
        )
    return {"unreached": len(unreached)}


def _calendar(hadir: Hadir) -> Calendar:
    if hadir.ports.calendar is None:
        hadir.reconnect()
    if hadir.ports.calendar is None:
        raise DeliveryError("no calendar is connected", permanent=True)
    return hadir.ports.calendar


def _stale(before: Delivered, event: Event, row: Row, *, cancel: bool) -> str:
    """Why a row must not be delivered any more, "" if it must."""
    if before.outbox_id > row.id:
        return "a later version was delivered"
    if not cancel and before.outbox_id < row.id and before.event.sequence > event.sequence:
        return "a version with a greater SEQUENCE was delivered"
    if not cancel and before.cancelled and before.event.sequence >= event.sequence:
        return "the event was called off"
    return ""


def _keep(hadir: Hadir, calendar: Calendar, before: Delivered | None, now: Delivered, unreached: Sequence[str]) -> None:
    """Write down what was delivered, and queue what has to be mailed about it."""
    if unreached:
        log.warning("invitations_not_mailed", uid=now.event.uid, count=len(unreached))
    # Thousands of letters take seconds to write: no transaction waits for them.
    letters = _letters(hadir, calendar, before, now, unreached)
    with hadir.database.write() as db:
        if calendar_store.delivered(db, now.event.uid) != before:
            return  # another deliverer, whose lease we have lost, was quicker
        calendar_store.record(db, now, hadir.clock())
        _queue(hadir, db, now.event.uid, letters)
        if unreached and hadir.ports.mail is None:
            _alarm(hadir, db)
            if not now.cancelled:
                _queue_resend(hadir, db, now.event, unreached, of=now.outbox_id, tried=0)


# ---------------------------------------------------------------- mail


def _letters(
    hadir: Hadir, calendar: Calendar, before: Delivered | None, now: Delivered, unreached: Sequence[str]
) -> list[Letter]:
    """Where the calendar invites nobody itself, everybody's; else those of whom its server could not reach."""
    if hadir.ports.mail is None:
        return []
    sending = _sending(hadir, now.revision)
    with hadir.database.read() as db:
        if calendar.schedules:
            return invitations.letters_to(db, unreached, now.event, sending, cancelled=now.cancelled)
        old = before.event if before and not before.cancelled else None
        if now.cancelled and old is None:
            return []  # nobody has been invited, or everybody knows
        return invitations.letters(db, old, now.event, sending, cancelled=now.cancelled)


def _sending(hadir: Hadir, revision: int) -> invitations.Sending:
    assert hadir.ports.mail is not None  # noqa: S101  # the callers have looked
    return invitations.Sending(
        sender=hadir.ports.mail.sender,
        now=hadir.clock(),
        revision=revision,
        locale=hadir.settings.locale,
        catalogues=hadir.catalogues,
    )


def _queue(hadir: Hadir, db: Connection, uid: str, letters: Sequence[Letter]) -> None:
    rows = [
        {"kind": MAIL, "stream": invitations.stream(uid, each.to), "key": each.key, "payload": letter_to_json(each)}
        for each in letters
    ]
    outbox.enqueue_all(db, rows, hadir.clock())


# ---------------------------------------------------------------- again


def _queue_resend(hadir: Hadir, db: Connection, event: Event, to: Sequence[str], *, of: int, tried: int) -> None:
    """A row of its own for later: it holds up no change of the event meanwhile."""
    payload = {"event": event_to_json(event), "cancel": False, "resend": list(to), "of": of, "tried": tried + 1}
    now = hadir.clock()
    due_at = now + FIRST_RESEND * 2**tried
    key, stream = f"calendar-again:{of}:{tried + 1}", f"event:{event.uid}"[:190]
    outbox.enqueue(db, kind=KIND, stream=stream, key=key, payload=payload, now=now, due_at=due_at)


def _resend(hadir: Hadir, calendar: Calendar, event: Event, row: Row) -> Mapping[str, Any]:
    of, tried = int(row.payload["of"]), int(row.payload["tried"])
    with hadir.database.read() as db:
        there = calendar_store.delivered(db, event.uid)
    if there is None or there.outbox_id != of:
        return {"dropped": "the event has changed meanwhile"}
    wanted = set(row.payload["resend"])
    unreached = [address for address in calendar.put(event, resend=sorted(wanted)) if address in wanted]
    if unreached and tried >= RESENDS:
        raise DeliveryError(
            f"{calendar.name} could not mail the invitation to {_some(unreached)}: see to its mail server, or to them",
            permanent=True,
        )
    if unreached:
        with hadir.database.write() as db:
            _queue_resend(hadir, db, event, unreached, of=of, tried=tried)
    return {"unreached": len(unreached)}


def _some(addresses: Sequence[str]) -> str:
    more = len(addresses) - 5
    return ", ".join(addresses[:5]) + (f" and {more} more" if more > 0 else "")


def _alarm(hadir: Hadir, db: Connection) -> None:
    """Tell the administrators, once a day."""
    now = hadir.clock()
    for admin in people.with_role(db, "admin", now.date()):
        t = hadir.catalogues.speak(admin.locale or hadir.settings.locale)
        text = t("The calendar server could not mail some invitations. See why with {command}.", command="hadir calendar test")
        payload = {"person": admin.id, "message": reply_to_json(Reply(text))}
        key = f"calendar-mail:{now:%Y-%m-%d}:{admin.id}"
        outbox.enqueue(db, kind="chat", stream=f"alarm:person:{admin.id}", key=key, payload=payload, now=now)
