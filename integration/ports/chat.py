"""Chat platforms: what is sent, what people say, the files and members of channels."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol, runtime_checkable

from integration.messages import Channel, Reply, Sender


@dataclass(frozen=True, slots=True)
class Recipient:
    """A person (their account's id on the platform) or a channel, on one platform.

    `thread`: the platform's id of the message in the channel below which it is to stand, "" for none. Where that message is
    gone, or the platform has nothing like it, the message stands in the channel itself.
    """

    platform: str
    kind: Literal["person", "channel"]
    id: str
    person_id: int | None = None
    thread: str = ""


@dataclass(frozen=True, slots=True)
class Profile:
    """What a chat platform says about one of its users; `email` is empty if it does not tell."""

    id: str
    username: str
    email: str
    name: str


@dataclass(frozen=True, slots=True)
class Sent:
    """Where a message ended up: the platform's ids of the message and of its channel, and the message below which it stands."""

    message_id: str
    channel_id: str
    thread: str = ""


class ChatPlatform(Protocol):
    name: str

    def send(self, to: Recipient, message: Reply, key: str) -> Sent:
        """Post `message`; `key` is ours and the same in every repeat."""
        ...

    def profile(self, *, id: str = "", username: str = "") -> Profile | None:
        """The user with that id or username, or None."""
        ...


@runtime_checkable
class Edits(Protocol):
    """A chat platform on which a message of ours can say something else afterwards."""

    def edit(self, sent: Sent, message: Reply, key: str) -> None:
        """Let `sent`, which went out under `key`, say `message`; a repeat is harmless.

        Raises `DeliveryError`, a permanent one where it is gone, too old, or not ours to change.
        """
        ...


@runtime_checkable
class HasAddress(Protocol):
    """A chat platform that people open in a browser: `address` is where they find their conversation with Hadir."""

    @property
    def address(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that somebody put into a message: `id` is the platform's, `size` in bytes."""

    id: str
    name: str
    size: int
    media_type: str
    message_id: str
    by: str  # the platform's id of whoever attached it
    at: datetime


@runtime_checkable
class Attachments(Protocol):
    """A chat platform whose messages carry files. Raises `NotMember` where the bot may not look."""

    def attachments(self, channel: Channel, limit: int) -> Sequence[Attachment]:
        """Those of `channel.message`, else of `channel.thread`, else the last ones of the channel, newest first."""
        ...

    def download(self, attachment: Attachment) -> Iterator[bytes]:
        """Its content in pieces."""
        ...


@runtime_checkable
class Members(Protocol):
    """A chat platform whose channels have members that can be listed. Raises `NotMember`."""

    def members(self, channel_id: str) -> Sequence[Profile]:
        """Everybody in the channel but bots."""
        ...

    def channel_name(self, channel_id: str) -> str:
        """As people see it."""
        ...


@runtime_checkable
class Named(Protocol):
    """A chat platform whose channels people call by their names."""

    def channel_named(self, name: str, account: str) -> Channel | None:
        """The channel of that name (without the `~`) among those in which `account` (the platform's id) is; None if there is
        none that we can see. Ends within about two seconds. Raises `NotMember` where we see the channel and not who is in it.
        """
        ...


@dataclass(frozen=True, slots=True)
class Said:
    """Something that somebody typed to the bot, or in a channel that it reads; `at` is when the chat server received it.

    `text` begins without a mention of the bot; `addressed` says that there was one. `replies_to` is the message that it
    answers, "" if none. `files` is how many are attached. What was edited counts as said when it was edited.
    """

    sender: Sender
    channel: Channel
    message_id: str
    text: str
    at: datetime
    replies_to: str = ""
    addressed: bool = False
    files: int = 0


@runtime_checkable
class Inbox(Protocol):
    """A chat platform that can be asked what was said."""

    def said(self, since: datetime) -> Iterable[Said]:
        """What people have typed to the bot, and in the channels that it reads, since then; in order in each channel."""
        ...


@runtime_checkable
class Live(Inbox, Protocol):
    """A chat platform that says by itself what is said, over a connection that we hold."""

    def listen(self, ears: Ears, stop: threading.Event) -> None:
        """Bring what is said until `stop`. Raises `DeliveryError` when the connection ends or may have missed something,
        and what `ears` raises.
        """
        ...


class Ears(Protocol):
    """Who listens."""

    def opened(self) -> None:
        """Whatever is said from now on will come."""
        ...

    def hear(self, said: Said) -> None: ...
    def still(self) -> None:
        """Called every few seconds while it is certain that nothing was missed since `opened`."""
        ...
