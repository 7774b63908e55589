"""Somebody speaks for the first time: under a username of the people file, or as a stranger."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from integration import accounts, audit, outbox, people
from integration.i18n import Translate
from integration.messages import Command, Incoming, Reply, Sender
from integration.people import Person


def bind(db: Connection, sender: Sender, now: datetime) -> Person | None:
    """Only the username says who this is, and people can rename themselves: so it is written down and checked later."""
    person = people.bind(db, sender)
    if person is not None:
        audit.record(
            db,
            now,
            actor_id=person.id,
            actor=f"{sender.platform}:{sender.name}",
            action="people.bound",
            object=f"account:{sender.platform}:{sender.id}"[:120],
            after={"person_id": person.id, "username": sender.name},
            reason="first contact under an imported username",
        )
        outbox.enqueue(
            db,
            kind="account",
            stream=f"account:{person.id}",
            key=f"account:{sender.platform}:{sender.id}:{now.isoformat()}"[:190],
            payload={"person": person.id, "platform": sender.platform, "external_id": sender.id, "username": sender.name},
            now=now,
        )
    return person


def greet(db: Connection, sender: Sender, incoming: Incoming, t: Translate, now: datetime) -> Reply:
    """The answer to somebody unknown; what they said first is kept for the day they are linked."""
    said = {"name": incoming.name, "text": incoming.text} if isinstance(incoming, Command) else {}
    if accounts.request_link(db, sender, said, now):
        audit.record(
            db,
            now,
            actor_id=None,
            actor=f"{sender.platform}:{sender.name}",
            action="people.link_requested",
            object=f"account:{sender.platform}:{sender.id}"[:120],
        )
    return Reply(
        t(
            "Hello {name}, your account is not in the office's list yet. The administrator has been asked to add you; "
            "what you sent and its time are kept.",
            name=sender.name,
        ),
        refused=True,
    )
