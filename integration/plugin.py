"""The whole contract of a plugin: a folder whose `plugin.py` holds one declared `Plugin` value.

A handler gets what was said and a `Context`, and returns the answer. It never calls a chat platform, a
storage or the clock, and never commits.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from sqlalchemy import Connection, Table

from integration import audit, outbox
from integration.i18n import Catalogues, Translate
from integration.messages import Answer, Channel, Incoming, Reply, Sender, reply_to_json
from integration.people import Person
from integration.rulebook import Rules
from integration.settings import Settings
from integration.workdays import DayPlan, DayPlanProvider, HoursChanged, Workdays

# Words a message in its reader's language.
Build = Callable[[Translate], Reply]


class Notice(NamedTuple):
    """A direct message under a `key` of its own: sent from `due_at` on (none: now), dropped after `until`, when it would
    help nobody any more.
    """

    person: Person
    key: str
    build: Build
    due_at: datetime | None = None
    until: datetime | None = None


@dataclass(slots=True, kw_only=True)
class Work:
    """One transaction of the service: `db` to read and write, `now` (aware, UTC), and ways to tell people."""

    db: Connection
    now: datetime
    settings: Settings
    workdays: Workdays
    catalogues: Catalogues

    def plan(self, person: Person, day: date) -> DayPlan:
        return self.workdays.plan(self.db, person, day, self.now)

    def rules(self) -> Rules:
        """The rules in force, by kind, person and day."""
        return self.workdays.rules(self.db, self.now)

    def speak(self, person: Person | None) -> Translate:
        """The reader's language; the office's default for a channel."""
        return self.catalogues.speak((person.locale if person else "") or self.settings.locale)

    def tell(
        self, person: Person, key: str, build: Build, *, due_at: datetime | None = None, until: datetime | None = None
    ) -> bool:
        """Queue a `Notice`; False if `key` was queued before."""
        return outbox.enqueue(self.db, **self._queued(Notice(person, key, build, due_at, until)), now=self.now)

    def tell_all(self, notices: Iterable[Notice | tuple[Person, str, Build]]) -> None:
        """`tell` for many in one statement; a key that was queued before changes nothing."""
        outbox.enqueue_all(self.db, [self._queued(Notice(*notice)) for notice in notices], self.now)

    def _queued(self, notice: Notice) -> dict[str, Any]:
        person = notice.person
        payload: dict[str, Any] = {"person": person.id, "message": reply_to_json(notice.build(self.speak(person)))}
        if notice.until is not None:
            payload["until"] = notice.until.isoformat()
        stream = f"person:{person.id}"
        return {"kind": "chat", "stream": stream, "key": notice.key, "payload": payload, "due_at": notice.due_at}

    def post(self, platform: str, channel_id: str, key: str, build: Build) -> bool:
        """Queue a post to a channel in the office's language; False if `key` was queued before."""
        payload = {"platform": platform, "channel": channel_id, "message": reply_to_json(build(self.speak(None)))}
        stream = f"channel:{platform}:{channel_id}"
        return outbox.enqueue(self.db, kind="chat", stream=stream, key=key, payload=payload, now=self.now)

    def file(self, path: str, content: bytes, media_type: str, key: str) -> bool:
        """Queue a file for the office's storage, made of safe names; False if `key` was queued before."""
        payload = {"path": path, "media_type": media_type, "content": base64.b64encode(content).decode()}
        return outbox.enqueue(self.db, kind="storage", stream=f"file:{path}"[:190], key=key, payload=payload, now=self.now)

    def later(self, task: str, stream: str, key: str, given: Mapping[str, Any]) -> bool:
        """Queue work for the worker, named `plugin.name`; False if `key` was queued before. One at a time in a stream."""
        payload = {"task": task, "given": dict(given)}
        return outbox.enqueue(self.db, kind="task", stream=stream, key=key, payload=payload, now=self.now)

    def audit(
        self,
        action: str,
        object: str,
        *,
        before: Mapping[str, Any] | None = None,
        after: Mapping[str, Any] | None = None,
        reason: str = "",
    ) -> None:
        """Record a change of state, made by whoever acts here."""
        actor_id, actor = self._actor()
        audit.record(
            self.db,
            self.now,
            actor_id=actor_id,
            actor=actor,
            action=action,
            object=object,
            before=before,
            after=after,
            reason=reason,
        )

    def _actor(self) -> tuple[int | None, str]:
        return None, "hadir"


@dataclass(slots=True, kw_only=True)
class Context(Work):
    """A person's request. `now` is the moment the service received it; `t` speaks the person's language."""

    person: Person
    sender: Sender
    t: Translate
    channel: Channel = field(default_factory=Channel)

    def _actor(self) -> tuple[int | None, str]:
        return self.person.id, self.person.nip


Handler = Callable[[Context, Any], Answer]


@dataclass(frozen=True, slots=True)
class Subcommand:
    """`/plugin word …`. `help` is an English message id and `example` a whole line as one types it: both are the help that
    people read. `arguments` is the same for the books, like `[day] [reason]`.

    `writes` says whether the transaction may change anything; a reader never waits for a writer.
    """

    word: str
    handler: Handler
    help: str
    arguments: str = ""
    example: str = ""
    aliases: tuple[str, ...] = ()
    writes: bool = False
    hidden: bool = False


class Run(Protocol):
    """What a scheduled job gets: the time it was planned for, and transactions as many as it needs."""

    planned: datetime
    settings: Settings

    def begin(self) -> AbstractContextManager[Work]: ...


def in_batches(run: Run, batch: Callable[[Work, int], int]) -> None:
    """A transaction for each batch: `batch` gets the id to go on after (0 at first), returns the next one, -1 at the end."""
    after = 0
    while after >= 0:
        with run.begin() as work:
            after = batch(work, after)


@dataclass(frozen=True, slots=True)
class Job:
    """`cron` is an APScheduler crontab in UTC, weekdays by name. `catch_up_minutes`: how late a missed run still helps."""

    name: str
    cron: str
    run: Callable[[Run], None]
    catch_up_minutes: int = 60


# Work that a handler has no time for; `given` is what `Work.later` was told. It may be begun again after a crash.
Task = Callable[[Run, Mapping[str, Any]], None]

# What a person did on a day: (db, person, day) -> sentences, for the logbook.
ActivityProvider = Callable[[Connection, Person, date], Sequence[str]]


@dataclass(frozen=True, slots=True)
class Plugin:
    """Everything a plugin is; `home` answers the bare command, `buttons` and `forms` are keyed by action name.

    `otherwise` answers what begins with no subcommand's word (a day, a month); without it the nearest words are offered.
    Actions are written `plugin.action` outside; here without the prefix. `ledgers` are tables of which every
    row must agree with its last audit row (object `table:id`, `after` holding the columns named).
    """

    name: str
    description: str
    hint: str
    home: Handler
    subcommands: tuple[Subcommand, ...]
    translations: Path
    otherwise: Handler | None = None
    buttons: Mapping[str, Handler] = field(default_factory=dict)
    forms: Mapping[str, Handler] = field(default_factory=dict)
    jobs: tuple[Job, ...] = ()
    tasks: Mapping[str, Task] = field(default_factory=dict)
    tables: tuple[Table, ...] = ()
    ledgers: Mapping[str, tuple[Table, tuple[str, ...]]] = field(default_factory=dict)
    # What `ledgers` cannot say: rows that one audit row explains together. Yields what does not agree with the audit.
    checks: tuple[Callable[[Connection], Iterator[audit.Problem]], ...] = ()
    day_plan: DayPlanProvider | None = None
    # Whose hours `day_plan` may change; without it, anybody's: reminders then have to look at everybody.
    hours_changed: HoursChanged | None = None
    activities: ActivityProvider | None = None


__all__ = [
    "Answer",
    "Build",
    "Context",
    "Handler",
    "Incoming",
    "Job",
    "Notice",
    "Plugin",
    "Run",
    "Subcommand",
    "Work",
    "in_batches",
]
