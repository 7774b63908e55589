"""What a handler, a job or a task works with: one transaction, and ways to tell people, to file and to schedule."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection

from integration import audit, outbox, page_addresses
from integration.audit import Change
from integration.i18n import Catalogues, Translate
from integration.messages import Channel, Reply, Sender, reply_to_json
from integration.people import Person
from integration.ports import Event, Letter, Ports, event_to_json, letter_to_json
from integration.rulebook import Rules
from integration.settings import Settings
from integration.workdays import DayPlan, Workdays

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


# A message, a task or a mail as the outbox takes it.
Worded = dict[str, Any]


@dataclass(slots=True, kw_only=True)
class Work:
    """One transaction of the service: `db` to read and write, `now` (aware, UTC), and ways to tell people.

    `heard_at` is set where something is done as of a `now` that is over: then it is the moment at which it is written down.

    `ports` are for a task, between its transactions; a handler uses at most one, where a person must see live data.
    """

    db: Connection
    now: datetime
    settings: Settings
    workdays: Workdays
    catalogues: Catalogues
    ports: Ports = field(default_factory=Ports)
    heard_at: datetime | None = None

    @property
    def written_at(self) -> datetime:
        """The moment of the writing itself."""
        return self.heard_at or self.now

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
        self.queue(self.worded(notices))

    def worded(self, notices: Iterable[Notice | tuple[Person, str, Build]]) -> list[Worded]:
        """Messages in their readers' languages, for `queue` in this transaction or a later one."""
        return [self._queued(Notice(*notice)) for notice in notices]

    def queue(self, rows: Sequence[Worded]) -> None:
        """Queue them in one statement; a key that was queued before changes nothing."""
        outbox.enqueue_all(self.db, rows, self.now)

    def _queued(self, notice: Notice) -> Worded:
        person = notice.person
        payload: dict[str, Any] = {"person": person.id, "message": reply_to_json(notice.build(self.speak(person)))}
        if notice.until is not None:
            payload["until"] = notice.until.isoformat()
        stream = f"person:{person.id}"
        return {"kind": "chat", "stream": stream, "key": notice.key, "payload": payload, "due_at": notice.due_at}

    def post(self, platform: str, channel_id: str, key: str, build: Build, *, under: str = "", instead_of: str = "") -> bool:
        """Queue a post to a channel in the office's language; False if `key` was queued before.

        It stands below the post that was queued there under the key `under`, where that is still known; or it is what the post
        that was queued under the key `instead_of` says from then on, and nothing where that cannot be changed any more.
        """
        payload = {"platform": platform, "channel": channel_id, "message": reply_to_json(build(self.speak(None)))}
        payload |= {"under": under} if under else {}
        payload |= {"instead_of": instead_of} if instead_of else {}
        stream = f"channel:{platform}:{channel_id}"
        return outbox.enqueue(self.db, kind="chat", stream=stream, key=key, payload=payload, now=self.now)

    def file(self, path: str, content: bytes, media_type: str, key: str, *, tell: Sequence[int] = ()) -> bool:
        """Queue a file for the office's storage, made of safe names; False if `key` was queued before.

        Where people have changed the file meanwhile, the new one goes beside it, and those people (ids) are told.
        """
        payload: dict[str, Any] = {"path": path, "media_type": media_type}
        if tell:
            payload["tell"] = list(tell)
        stream = f"file:{path}"[:190]
        return outbox.enqueue(
            self.db, kind="storage", stream=stream, key=key, payload=payload, now=self.now, contents=[content]
        )

    def schedule(self, event: Event, key: str, *, cancel: bool = False) -> bool:
        """Queue an event for the calendar, or its cancellation; False if `key` was queued before. In order for each UID."""
        payload = {"event": event_to_json(event), "cancel": cancel}
        stream = f"event:{event.uid}"[:190]
        return outbox.enqueue(self.db, kind="calendar", stream=stream, key=key, payload=payload, now=self.now)

    def write(self, letter: Letter, stream: str) -> bool:
        """Queue a mail under its own key; False if that was queued before. In order for each stream."""
        return outbox.enqueue(self.db, **self.letter(letter, stream), now=self.now)

    def letter(self, letter: Letter, stream: str) -> Worded:
        """The same for `queue`, in this transaction or a later one."""
        return {"kind": "mail", "stream": stream, "key": letter.key, "payload": letter_to_json(letter)}

    def later(self, task: str, stream: str, key: str, given: Mapping[str, Any], *, due_at: datetime | None = None) -> bool:
        """Queue work for the worker, named `plugin.name`; False if `key` was queued before. One at a time in a stream.

        It is begun from `due_at` on (none: now).
        """
        return outbox.enqueue(self.db, **self.task(task, stream, key, given), now=self.now, due_at=due_at)

    def task(self, task: str, stream: str, key: str, given: Mapping[str, Any]) -> Worded:
        """The same for `queue`, in this transaction or a later one."""
        return {"kind": "task", "stream": stream, "key": key, "payload": {"task": task, "given": dict(given)}}

    def page(self, name: str, value: str, *, days: float, person: Person | None = None) -> str:
        """The absolute, signed address of a plugin's page (`Plugin.pages`), named `plugin.page`; good for `days`.

        `value` is given back to the page: letters, digits, `.` and `-`, no secret. With a `person` it is theirs alone.
        """
        person_id = person.id if person else None
        return page_addresses.make(self.settings, name, value, now=self.now, days=days, person_id=person_id)

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
            self.written_at,
            actor_id=actor_id,
            actor=actor,
            action=action,
            object=object,
            before=before,
            after=after,
            reason=reason,
        )

    def audit_all(self, action: str, changes: Iterable[Change]) -> None:
        """`audit` for the same done to many objects, in one statement."""
        actor_id, actor = self._actor()
        audit.record_all(self.db, self.written_at, actor_id=actor_id, actor=actor, action=action, changes=changes)

    def _actor(self) -> tuple[int | None, str]:
        return None, "hadir"


@dataclass(slots=True, kw_only=True)
class Context(Work):
    """A person's request. `now` is the moment at which it was made, which is when the service received it unless it could
    be heard only later (`heard_at`); `t` speaks the person's language.
    """

    person: Person
    sender: Sender
    t: Translate
    channel: Channel = field(default_factory=Channel)

    def _actor(self) -> tuple[int | None, str]:
        return self.person.id, self.person.nip
