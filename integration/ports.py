"""What Hadir needs of the world outside. Every write is an upsert under our id, so a repeat is harmless.

Every method may raise `DeliveryError`; none is called inside a handler's transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from integration.messages import Reply


@dataclass(frozen=True, slots=True)
class Recipient:
    """A person (their account's id on the platform) or a channel, on one platform."""

    platform: str
    kind: Literal["person", "channel"]
    id: str
    person_id: int | None = None


@dataclass(frozen=True, slots=True)
class Profile:
    """What a chat platform says about one of its users; `email` is empty if it does not tell."""

    id: str
    username: str
    email: str
    name: str


@dataclass(frozen=True, slots=True)
class Sent:
    """Where a message ended up: the platform's ids of the message and of its channel."""

    message_id: str
    channel_id: str


class ChatPlatform(Protocol):
    name: str

    def send(self, to: Recipient, message: Reply, key: str) -> Sent:
        """Post `message`; `key` is ours and the same in every repeat."""
        ...

    def profile(self, *, id: str = "", username: str = "") -> Profile | None:
        """The user with that id or username, or None."""
        ...


@dataclass(frozen=True, slots=True)
class StoredFile:
    path: str
    size: int
    modified: datetime


class Storage(Protocol):
    """A tree of files; `path` is relative, with `/`, already made of safe names."""

    name: str

    def put(self, path: str, content: bytes, media_type: str) -> StoredFile: ...
    def get(self, path: str) -> bytes: ...
    def list(self, folder: str) -> Sequence[StoredFile]: ...
    def share(self, path: str, *, expires: datetime | None = None) -> str:
        """A link that opens the file."""
        ...

    def delete(self, path: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Span:
    """From `start` until before `end`, both aware."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Event:
    """A calendar event; `uid` is for ever, `sequence` grows as RFC 5546 wants, `zone` is an IANA name."""

    uid: str
    title: str
    span: Span
    zone: str
    sequence: int = 0
    description: str = ""
    place: str = ""
    attendees: tuple[str, ...] = ()


class Calendar(Protocol):
    name: str

    def put(self, event: Event) -> None: ...
    def delete(self, uid: str) -> None: ...
    def busy(self, people: Iterable[str], span: Span) -> dict[str, list[Span]]:
        """Busy times by e-mail address."""
        ...


class VideoProvider(Protocol):
    name: str

    def ensure(self, uid: str, title: str, span: Span) -> str:
        """The join URL of the meeting `uid`, made if it did not exist."""
        ...

    def delete(self, uid: str) -> None: ...
