"""What the chat room reads and writes: its messages, and who can be picked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select, update

from integration import people
from integration.adapters.browser.tables import room_message
from integration.db import insert_or_nothing
from integration.people import Person

PLATFORM = "browser"
LAST = 2**31 - 1  # no message has a greater id, and no database takes one


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who can be picked in the room; `reports` is how many people they supervise."""

    person: Person
    username: str
    supervisor: str
    reports: int

    @property
    def initials(self) -> str:
        words = [word for word in self.person.name.split() if word[0].isalpha()]
        return (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper() if words else "?"


def members(db: Connection, day: date) -> list[Member]:
    """Everyone with an account in the room: by unit, those who supervise first, then by name."""
    everyone = people.everyone(db, day)
    names = {person.id: person.name for person in everyone}
    reports: dict[int | None, int] = {}
    for person in everyone:
        reports[person.supervisor_id] = reports.get(person.supervisor_id, 0) + 1
    usernames = _usernames(db)
    found = [
        Member(person, usernames[person.id], names.get(person.supervisor_id or 0, ""), reports.get(person.id, 0))
        for person in everyone
        if person.id in usernames
    ]
    return sorted(found, key=lambda member: (member.person.unit, -member.reports, member.person.name))


def _usernames(db: Connection) -> dict[int, str]:
    query = select(people.account.c.person_id, people.account.c.username).where(people.account.c.platform == PLATFORM)
    return {row.person_id: row.username for row in db.execute(query)}


def add(
    db: Connection,
    person_id: int | None,
    body: Mapping[str, Any],
    at: datetime,
    *,
    from_bot: bool,
    key: str | None = None,
    seen: bool = False,
    channel: str = "",
) -> int | None:
    """The new message's id; None if `key` was there before, which changes nothing."""
    row = {"person_id": person_id, "body": dict(body), "at": at, "from_bot": from_bot, "key": key, "seen": seen}
    statement = insert_or_nothing(db, room_message).values(row | {"channel": channel}).returning(room_message.c.id)
    found: int | None = db.scalar(statement)
    return found


def replace(db: Connection, message_id: int, body: Mapping[str, Any]) -> None:
    """Let `body` take the place of what the message said, buttons and files included."""
    db.execute(update(room_message).where(room_message.c.id == message_id).values(body=dict(body)))


def by_key(db: Connection, key: str) -> int | None:
    found: int | None = db.scalar(select(room_message.c.id).where(room_message.c.key == key))
    return found


def one(db: Connection, person_id: int, message_id: int) -> Row[Any] | None:
    """A message of this person's conversation."""
    query = select(room_message).where(room_message.c.id == message_id, _of(person_id))
    return db.execute(query).first() if message_id <= LAST else None


def window(db: Connection, person_id: int, limit: int) -> Sequence[Row[Any]]:
    """The newest `limit` messages of the person's conversation, oldest first."""
    query = select(room_message).where(_of(person_id)).order_by(room_message.c.id.desc()).limit(limit)
    return list(reversed(db.execute(query).all()))


def unread(db: Connection) -> dict[str, int]:
    """How many messages of the bot each username has not seen; those with none are left out."""
    usernames = _usernames(db)
    query = (
        select(room_message.c.person_id, func.count().label("number"))
        .where(room_message.c.from_bot.is_(True), room_message.c.seen.is_(False), room_message.c.person_id.is_not(None))
        .group_by(room_message.c.person_id)
    )
    return {usernames[row.person_id]: row.number for row in db.execute(query) if row.person_id in usernames}


def mark_seen(db: Connection, person_id: int, up_to: int) -> None:
    unseen = room_message.c.seen.is_(False) & (room_message.c.id <= up_to)
    db.execute(update(room_message).where(_of(person_id), unseen).values(seen=True))


def _of(person_id: int) -> Any:
    return room_message.c.person_id == person_id


def account_of(db: Connection, username: str) -> int | None:
    """Whose room account that is."""
    where = (people.account.c.platform == PLATFORM) & (people.account.c.username == username.lower())
    found: int | None = db.scalar(select(people.account.c.person_id).where(where))
    return found
