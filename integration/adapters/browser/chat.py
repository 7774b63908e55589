"""The chat room as a `ChatPlatform`: what the bot sends is a row that the page shows."""

from __future__ import annotations

from sqlalchemy import select

from integration import people
from integration.adapters.browser import store
from integration.core import Clock
from integration.db import Database
from integration.errors import DeliveryError
from integration.messages import Reply, reply_to_json
from integration.ports import Profile, Recipient, Sent


class BrowserChat:
    """Only people of a demo have an account here, so elsewhere nothing is ever sent to it."""

    name = store.PLATFORM

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def send(self, to: Recipient, message: Reply, key: str) -> Sent:
        """A repeat of `key` changes nothing: a button may have replaced the message since."""
        with self._database.write() as db:
            person_id, channel = (store.account_of(db, to.id), "") if to.kind == "person" else (None, to.id)
            if to.kind == "person" and person_id is None:
                raise DeliveryError(f"nobody in the room is called {to.id}", permanent=True)
            body = reply_to_json(message)
            added = store.add(db, person_id, body, self._clock(), from_bot=True, key=key, channel=channel)
            return Sent(str(added or store.by_key(db, key)), channel or f"person:{to.id}")

    def edit(self, sent: Sent, message: Reply, key: str) -> None:
        with self._database.write() as db:
            there = store.by_key(db, key)
            if there is None or str(there) != sent.message_id:
                raise DeliveryError(f"the message {sent.message_id} is gone", permanent=True)
            store.replace(db, there, reply_to_json(message))

    def profile(self, *, id: str = "", username: str = "") -> Profile | None:
        """The account's owner; here the id is the username."""
        columns = (people.account.c.username, people.person.c.email, people.person.c.name)
        query = select(*columns).join_from(people.account, people.person)
        where = (people.account.c.platform == self.name) & (people.account.c.username == (id or username).lower())
        with self._database.read() as db:
            row = db.execute(query.where(where)).first()
        return Profile(row.username, row.username, row.email, row.name) if row else None
