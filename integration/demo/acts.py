"""Speaking for the people of the demo at moments that are past: the plugins' own handlers, in one transaction."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select, update

from integration import outbox_content
from integration.adapters.browser import store
from integration.core import Hadir
from integration.dispatch import parse
from integration.errors import UserError
from integration.messages import (
    Answer,
    Button,
    ButtonPress,
    Form,
    FormSubmission,
    Reply,
    Sender,
    plain,
    reply_from_json,
    reply_to_json,
)
from integration.outbox import outbox
from integration.people import Person
from integration.plugin import Context, Work
from integration.scheduler import JobRun
from integration.workdays import Workdays

# What needs the office's drive, or draws papers: the demo's own worker does it, so that nobody waits for the filling.
LEFT = frozenset(
    f"rapat.{name}" for name in ("undangan", "attendance", "minutes_paper", "minutes_file", "open_folder", "attendance_copy")
) | frozenset(f"logbook.{name}" for name in ("draw", "evidence_find", "evidence_send", "evidence_sweep"))


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
        subcommand = next((each for each in plugin.subcommands if each.word == word), None)
        if subcommand is None and plugin.otherwise is not None:
            return plugin.otherwise(self._context(username, at), parse(name, f"{word} {rest}"))
        if subcommand is None:
            raise ValueError(f"the demo's {username} was not understood: {text}")
        return subcommand.handler(self._context(username, at), parse(name, rest))

    def understood(self, username: str, text: str, at: datetime) -> Reply:
        """The answer to a line that has to be one; raises `ValueError` where it was refused or asked for more."""
        try:
            answer = self.says(username, text, at)
        except UserError as error:
            raise ValueError(f"the demo's {username} was refused: {text}: {plain(error.args[0])}") from error
        if not isinstance(answer, Reply) or answer.refused:
            raise ValueError(f"the demo's {username} was not understood: {text}")
        return answer

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
        return [row for row in self._waiting(at) if row.kind == "chat"]

    def _waiting(self, at: datetime) -> list[Row[Any]]:
        return list(self.db.execute(select(outbox).where(outbox.c.created_at == at, outbox.c.state == "waiting")))

    def read(self, at: datetime) -> None:
        """Everybody has read what was sent at that moment."""
        for row in self.queued(at):
            self.deliver(row)

    def work(self, at: datetime) -> None:
        """Do at once what was left to the worker at that moment."""
        while tasks := [row for row in self._waiting(at) if row.kind == "task" and row.payload["task"] not in LEFT]:
            for row in tasks:
                plugin, _, name = row.payload["task"].partition(".")
                self.hadir.dispatcher.plugins[plugin].tasks[name](_Run(self, at), row.payload["given"])
                self._done(row)

    def run(self, plugin: str, job: str, at: datetime) -> None:
        """The worker's job at its planned time."""
        found = next(each for each in self.hadir.dispatcher.plugins[plugin].jobs if each.name == job)
        found.run(_Run(self, at))

    def buttons(self, row: Row[Any]) -> tuple[Button, ...]:
        return reply_from_json(row.payload["message"]).buttons

    def deliver(self, row: Row[Any], replaced: Reply | None = None) -> None:
        """Put a queued message into the room as read long ago, or what has taken its place since."""
        reply = replaced or reply_from_json(outbox_content.message(self.db, row.key, row.payload))
        person = row.payload["person"]
        store.add(self.db, person, reply_to_json(reply), row.created_at, from_bot=True, key=row.key, seen=True)
        self._done(row)

    def _done(self, row: Row[Any]) -> None:
        done = {"state": "done", "attempts": 1, "finished_at": row.created_at}
        self.db.execute(update(outbox).where(outbox.c.id == row.id).values(done))


class _Run(JobRun):
    """The worker of the story: its transactions are the one of the stage, at that moment."""

    def __init__(self, stage: Stage, planned: datetime) -> None:
        super().__init__(stage.hadir, planned)
        self._stage = stage

    @contextmanager
    def begin(self) -> Iterator[Work]:
        yield Work(
            db=self._stage.db,
            now=self.planned,
            settings=self.settings,
            workdays=self._stage.workdays,
            catalogues=self.hadir.catalogues,
        )

    read = begin
