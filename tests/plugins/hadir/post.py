"""What was sent to whom, read from the outbox, and other short cuts of the attendance tests."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import select, update

from integration import people
from integration.audit import audit
from integration.core import Hadir
from integration.messages import Button, Reply, plain, reply_from_json
from integration.outbox import outbox
from plugins.hadir.tables import attendance_event
from tests.cast import NIP


def person_id(hadir: Hadir, username: str) -> int:
    with hadir.database.read() as db:
        found: int = db.scalars(select(people.person.c.id).where(people.person.c.nip == NIP[username])).one()
    return found


def inbox(hadir: Hadir, username: str) -> list[Reply]:
    """The direct messages that were queued for a person, oldest first."""
    with hadir.database.read() as db:
        rows = db.scalars(select(outbox.c.payload).order_by(outbox.c.id)).all()
    who = person_id(hadir, username)
    return [reply_from_json(payload["message"]) for payload in rows if payload.get("person") == who]


def texts(messages: list[Reply]) -> list[str]:
    return [plain(message.text) for message in messages]


def channel(hadir: Hadir, channel_id: str) -> list[str]:
    """The posts that were queued for a channel, oldest first."""
    with hadir.database.read() as db:
        rows = db.scalars(select(outbox.c.payload).order_by(outbox.c.id)).all()
    return [plain(reply_from_json(p["message"]).text) for p in rows if p.get("channel") == channel_id]


def button(message: Reply, label: str) -> Button:
    return next(b for b in message.buttons if str(b.label) == label)


def labels(answer: Any) -> list[str]:
    return [str(b.label) for b in answer.buttons]


def change(hadir: Hadir, username: str, **values: Any) -> None:
    """Change a person's row, as an import would."""
    with hadir.database.write() as db:
        db.execute(update(people.person).where(people.person.c.nip == NIP[username]).values(values))


def events(hadir: Hadir, username: str, day: str) -> list[tuple[str, str, str, bool]]:
    """(kind, local HH.MM in the office's zone, source, active) of every event of the day, oldest first."""
    who = person_id(hadir, username)
    with hadir.database.read() as db:
        person = people.get(db, who)
        assert person is not None
        query = select(attendance_event).where(
            attendance_event.c.person_id == who, attendance_event.c.day == date.fromisoformat(day)
        )
        rows = db.execute(query.order_by(attendance_event.c.id)).all()
    return [(row.kind, f"{row.at.astimezone(person.tz):%H.%M}", row.source, row.active) for row in rows]


def audited(hadir: Hadir, action: str) -> list[Any]:
    with hadir.database.read() as db:
        return list(db.execute(select(audit).where(audit.c.action == action).order_by(audit.c.id)))
