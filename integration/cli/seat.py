"""Speaking for a person at the server's terminal: the same dispatcher, and a trace in the audit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, select

from integration import audit, people, uploads
from integration.cli.opened import actor
from integration.core import Hadir
from integration.db import insert_once
from integration.dispatch import parse
from integration.errors import Refused
from integration.messages import (
    Answer,
    Button,
    ButtonPress,
    Field,
    File,
    Form,
    FormErrors,
    FormSubmission,
    Incoming,
    Reply,
    Sender,
    Text,
    fill,
    plain,
    reply_from_json,
)
from integration.outbox import outbox
from integration.people import Person

PLATFORM = "local"
REMEMBERED = 30


class NobodyThere(Exception):
    """Nobody, or more than one person, has that username."""


@dataclass(frozen=True, slots=True)
class Message:
    """A direct message as it was queued; whether a platform has delivered it does not matter here."""

    key: str
    reply: Reply
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Seat:
    """One person, spoken for by whoever sits at the terminal. Their account here is their NIP: it names one person."""

    hadir: Hadir
    person: Person
    username: str

    def says(self, line: str, now: datetime) -> Answer:
        name, *rest = line.strip().split(maxsplit=1)
        command = parse(name.removeprefix("/"), rest[0] if rest else "")
        return self._handle(command, f"/{command.name} {' '.join(command.words[:1])}".strip(), now)

    def presses(self, button: Button, now: datetime) -> Answer:
        return self._handle(ButtonPress(button.action, button.value), f"button {button.action}", now)

    def submits(self, form: Form, values: Mapping[str, str], now: datetime) -> Answer:
        """Send the form with `values` for its fields, defaults for the others."""
        filled, wrong = fill_in(form, values)
        files = self._files(form, filled, wrong)
        if wrong:
            return FormErrors(wrong)
        named = filled | {name: file.name for name, file in files.items()}
        return self._handle(FormSubmission(form.action, named, form.value, files=files), f"form {form.action}", now)

    def _files(self, form: Form, filled: Mapping[str, str], wrong: dict[str, str]) -> dict[str, File]:
        """What the fields for files name by path on this machine; what cannot be taken is noted in `wrong`."""
        files: dict[str, File] = {}
        t = self.hadir.catalogues.speak(self.person.locale or self.hadir.settings.locale)
        for field in form.fields:
            if field.kind == "file" and filled[field.name]:
                path = Path(filled[field.name]).expanduser()
                try:
                    with path.open("rb") as file:
                        files[field.name] = uploads.receiver(field)(path.name, file.read(uploads.LARGEST_BYTES + 1), t)
                except uploads.Unusable as error:
                    wrong[field.name] = plain(error.text)
                except OSError as error:
                    wrong[field.name] = f"{path} cannot be read: {error.strerror}"
        return files

    def messages(self, now: datetime) -> list[Message]:
        """The latest direct messages to the person that are due and still of use, oldest first."""
        query = (
            select(outbox.c.key, outbox.c.payload, outbox.c.created_at)
            .where(outbox.c.stream == f"person:{self.person.id}", outbox.c.kind == "chat")
            .where(outbox.c.due_at <= now)
            .order_by(outbox.c.id.desc())
            .limit(REMEMBERED)
        )
        with self.hadir.database.read() as db:
            rows = db.execute(query).all()
        return [
            Message(row.key, reply_from_json(row.payload["message"]), row.created_at)
            for row in reversed(rows)
            if "until" not in row.payload or datetime.fromisoformat(row.payload["until"]) >= now
        ]

    def _handle(self, incoming: Incoming, what: str, now: datetime) -> Answer:
        last = self.person.ended_on
        if last is not None and last < now.astimezone(self.person.tz).date():
            # The dispatcher would take them for a stranger who asks to be linked.
            return Reply(
                fill("{name} has left; the last working day was {last}", name=self.person.name, last=last), refused=True
            )
        with self.hadir.database.write() as db:
            self._leave_a_trace(db, what)
        try:
            return self.hadir.dispatcher.handle(Sender(PLATFORM, self.person.nip, self.username), incoming, now)
        except Refused as error:
            return Reply(Text(str(error)), refused=True)

    def _leave_a_trace(self, db: Connection, what: str) -> None:
        """The dispatcher must find the person, and the audit must show that they did not type this themselves."""
        account = {"platform": PLATFORM, "username": self.person.nip, "external_id": self.person.nip}
        insert_once(db, people.account, account | {"person_id": self.person.id})
        audit.record(
            db,
            self.hadir.clock(),
            actor_id=None,
            actor=actor(),
            action="terminal.said",
            object=f"person:{self.person.id}",
            after={"what": what[:100]},
            reason="spoken for at the server's terminal",
        )


def take(hadir: Hadir, username: str) -> Seat:
    """The seat of the person with that username on any platform, or that NIP; raises `NobodyThere`."""
    username = username.strip().removeprefix("@").lower()
    with hadir.database.read() as db:
        found = _named(db, username)
        if len(found) == 1:
            return Seat(hadir, found[0], username)
        if found:
            raise NobodyThere(f"{username} is {len(found)} people; name one by NIP: {_listed(found)}")
        close = people.search(db, username, limit=3)
    raise NobodyThere(f"nobody has the username {username}" + (f"; did you mean {_listed(close)}?" if close else ""))


def _named(db: Connection, username: str) -> list[Person]:
    account = people.account
    has_account = select(account.c.person_id).where(account.c.username == username, account.c.platform != PLATFORM)
    found = people.fetch(db, people.people_query().where(people.person.c.id.in_(has_account)))
    return found or people.fetch(db, people.people_query().where(people.person.c.nip == username))


def _listed(found: list[Person]) -> str:
    return ", ".join(f"{who.name} ({who.nip})" for who in found)


# ---------------------------------------------------------------- forms by name


def fill_in(form: Form, values: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """(the value of every field, what is wrong by field); a choice may be given by its label."""
    wrong = {name: "there is no such field" for name in values if name not in {field.name for field in form.fields}}
    filled = {field.name: _chosen(field, values.get(field.name, field.default)) for field in form.fields}
    for field in form.fields:
        if field.required and not filled[field.name].strip():
            wrong[field.name] = "is missing"
        elif len(filled[field.name]) > field.max_length and field.kind in ("text", "textarea"):
            wrong[field.name] = f"is longer than {field.max_length} characters"
    return filled, wrong


def _chosen(field: Field, given: str) -> str:
    """The handler judges an unknown choice; it knows how to say what is accepted."""
    labels = {label.casefold(): value for value, label in field.choices}
    return labels.get(given.strip().casefold(), given)
