"""The whole contract of a plugin: a folder whose `plugin.py` holds one declared `Plugin` value.

A handler gets what was said and a `Context`, and returns the answer. It never calls a chat platform, a
storage or the clock, and never commits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import Connection, Table

from integration import audit
from integration.activities import ActivityProvider, PlaceProvider
from integration.messages import Answer, Incoming
from integration.pages import PageHandler
from integration.people import Person
from integration.ports import Answer as Answered
from integration.ports import Ports
from integration.settings import Settings
from integration.work import Build, Context, Notice, Worded, Work
from integration.workdays import DayPlanProvider, HoursChanged

Handler = Callable[[Context, Any], Answer]


@dataclass(frozen=True, slots=True)
class Subcommand:
    """`/plugin word …`. `help` is an English message id and `example` a whole line as one types it: both are the help that
    people read. `arguments` is the same for the books, like `[day] [reason]`.

    `writes` says whether the transaction may change anything; a reader never waits for a writer. Where that depends on the
    words behind the subcommand's own, it is a function of them (`may_write`). `aloud` are the words that
    may follow, all of them, when it is said to everybody in the attendance channel; None: it is not heard there.
    """

    word: str
    handler: Handler
    help: str
    arguments: str = ""
    example: str = ""
    aliases: tuple[str, ...] = ()
    writes: bool | Callable[[Sequence[str]], bool] = False
    hidden: bool = False
    aloud: frozenset[str] | None = None

    def may_write(self, words: Sequence[str]) -> bool:
        return self.writes(words) if callable(self.writes) else self.writes


class Run(Protocol):
    """What a scheduled job gets: the time it was planned for, and transactions as many as it needs.

    `read` is for finding out what is to be done: while a transaction of `begin` is open, SQLite lets nobody else write, so
    whoever checks in waits for it.
    """

    planned: datetime
    settings: Settings
    ports: Ports

    def begin(self) -> AbstractContextManager[Work]: ...
    def read(self) -> AbstractContextManager[Work]: ...
    def whisper(self, person: Person, key: str, build: Build) -> None:
        """Send a message now and by no outbox row, because it holds a secret; `key` as ever. Raises `DeliveryError`."""
        ...


@dataclass(frozen=True, slots=True)
class Job:
    """`cron` is an APScheduler crontab in UTC, weekdays by name, with seconds in front if it has six fields.

    `catch_up_minutes`: how late a missed run still helps.
    """

    name: str
    cron: str
    run: Callable[[Run], None]
    catch_up_minutes: int = 60


# Work that a handler has no time for; `given` is what `Work.later` was told. It may be begun again after a crash.
Task = Callable[[Run, Mapping[str, Any]], None]


@dataclass(frozen=True, slots=True)
class Plugin:
    """Everything a plugin is; `home` answers the bare command, `buttons` and `forms` are keyed by action name.

    `otherwise` answers what begins with no subcommand's word (a day, a month); without it the nearest words are offered.
    `otherwise_writes` says of it what `Subcommand.writes` says.
    Actions and pages are written `plugin.action` outside; here without the prefix. `ledgers` are tables of which every
    row must agree with its last audit row (object `table:id`, `after` holding the columns named).
    """

    name: str
    description: str
    hint: str
    home: Handler
    subcommands: tuple[Subcommand, ...]
    translations: Path
    otherwise: Handler | None = None
    otherwise_writes: bool = False
    buttons: Mapping[str, Handler] = field(default_factory=dict)
    forms: Mapping[str, Handler] = field(default_factory=dict)
    jobs: tuple[Job, ...] = ()
    tasks: Mapping[str, Task] = field(default_factory=dict)
    pages: Mapping[str, PageHandler] = field(default_factory=dict)
    tables: tuple[Table, ...] = ()
    ledgers: Mapping[str, tuple[Table, tuple[str, ...]]] = field(default_factory=dict)
    # What `ledgers` cannot say: rows that one audit row explains together. Yields what does not agree with the audit.
    checks: tuple[Callable[[Connection], Iterator[audit.Problem]], ...] = ()
    day_plan: DayPlanProvider | None = None
    # Whose hours `day_plan` may change; without it, anybody's: reminders then have to look at everybody.
    hours_changed: HoursChanged | None = None
    activities: ActivityProvider | None = None
    # What `activities` say of the place alone, for those who ask nothing else.
    place: PlaceProvider | None = None
    # Hears what an invited person has answered in their calendar or by mail: (work, the event's uid, the answer).
    answered: Callable[[Work, str, Answered], None] | None = None
    # Hears an answer by mail that counts no more: to an event that was called off, or to an earlier time of it.
    answered_late: Callable[[Work, str, Answered], None] | None = None


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
    "Worded",
]
