"""Speaking for the people of the demo at moments that are past: the plugins' own handlers, in one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select, update

from integration.adapters.browser import store
from integration.core import Hadir
from integration.dispatch import parse
from integration.messages import (
    Answer,
    Button,
    ButtonPress,
    Form,
    FormSubmission,
    Reply,
    Sender,
    reply_from_json,
    reply_to_json,
)
from integration.outbox import outbox
from integration.people import Person
from integration.plugin import Context
from integration.workdays import Workdays


@dataclass(frozen=True, slots=True)
class Stage:
    """Where the story is told: one database transaction, and who is who by username."""

    hadir: Hadir
    db: Connection
    people: dict[str, Person]
    workdays: Workdays

    def says(self, username: str, text: str, at: datetime) -> Answer:
        """A whole line, like `/hadir masuk wfo`; raises `UserError` as the command does."""
        name, word, rest = (*text.removeprefix("/").split(" ", 2), "")[:3]
        plugin = self.hadir.dispatcher.plugins[name]
        subcommand = next(each for each in plugin.subcommands if each.word == word)
        return subcommand.handler(self._context(username, at), parse(name, rest))

    def presses(self, username: str, button: Button, at: datetime) -> Answer:
        plugin, _, action = button.action.partition(".")
        handler = self.hadir.dispatcher.plugins[plugin].buttons[action]
        return handler(self._context(username, at), ButtonPress(button.action, button.value))

    def submits(self, username: str, form: Form, values: dict[str, str], at: datetime) -> Answer:
        plugin, _, action = form.action.partition(".")
        handler = self.hadir.dispatcher.plugins[plugin].forms[action]
        return handler(self._context(username, at), FormSubmission(form.action, values, form.value))

    def _context(self, username: str, at: datetime) -> Context:
        person = self.people[username]
        return Context(
            db=self.db,
            now=at,
            settings=self.hadir.settings,
            workdays=self.workdays,
            catalogues=self.hadir.catalogues,
            person=person,
            sender=Sender(store.PLATFORM, username, username),
            t=self.hadir.catalogues.speak(person.locale or self.hadir.settings.locale),
        )

    def queued(self, at: datetime) -> list[Row[Any]]:
        """The direct messages that were queued at that moment."""
        rows = self.db.execute(select(outbox).where(outbox.c.created_at == at, outbox.c.state == "waiting"))
        return [row for row in rows if row.kind == "chat"]

    def buttons(self, row: Row[Any]) -> tuple[Button, ...]:
        return reply_from_json(row.payload["message"]).buttons

    def deliver(self, row: Row[Any], replaced: Reply | None = None) -> None:
        """Put a queued message into the room as read long ago, or what has taken its place since."""
        reply = replaced or reply_from_json(row.payload["message"])
        person = row.payload["person"]
        store.add(self.db, person, reply_to_json(reply), row.created_at, from_bot=True, key=row.key, seen=True)
        done = {"state": "done", "attempts": 1, "finished_at": row.created_at}
        self.db.execute(update(outbox).where(outbox.c.id == row.id).values(done))
