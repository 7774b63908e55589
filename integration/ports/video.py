"""Rooms in which people see one another: what a video provider does for a meeting.

Five moments call it: a worker makes or changes the room (`ensure`), a person joins (`join`), the list of who was there is
drawn up (`attended`), the recording is looked for (`recordings`), and the meeting is called off (`delete`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from integration.ports.calendar import Span


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who takes part. `id` is ours and the same for ever, "" for a guest; `email` in lower case or "".

    `accounts` are their ids on platforms by name ("nextcloud", "mattermost"), as far as they are known.
    """

    name: str
    id: str = ""
    email: str = ""
    moderator: bool = False
    accounts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class VideoMeeting:
    """What a provider is told. `uid` is for ever; `span` is the time of the meeting, of a series the next one.

    `channel` is the chat channel in which it takes place (platform, id), for a provider that holds calls in channels.
    """

    uid: str
    title: str
    span: Span
    zone: str
    organizer: Member
    channel: tuple[str, str] | None = None
    guests: bool = True


@dataclass(frozen=True, slots=True)
class Room:
    """A room as its provider keeps it. `url` opens it for everybody invited and holds no secret of one person; "" where
    each needs an address of their own (`join`). `data` is the provider's plain data, kept by us and shown to nobody.
    """

    provider: str
    id: str
    url: str = ""
    data: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Stay:
    """Somebody was in the room from `joined` until `left` (None: still there, or nobody knows), as the provider names them.

    `name` is "" for a guest without one. Not `exact`: they are there now, nobody knows since when, and `joined` is when the
    call began; whoever wants their times has to ask again and again while it goes on.
    """

    name: str
    joined: datetime
    left: datetime | None = None
    email: str = ""
    member: str = ""  # `Member.id`, where the provider gives it back
    account: str = ""  # the id on the provider's own platform
    exact: bool = True


@dataclass(frozen=True, slots=True)
class Recording:
    """A recording that people can open: `url` says nothing that only one person may know."""

    id: str
    title: str
    url: str
    made_at: datetime


class VideoProvider(Protocol):
    """Every method may raise `DeliveryError`; one that the provider does not have gives an empty answer."""

    name: str
    # Whether `attended` can know anything; whether `join` may call the provider (else it only computes); whether a meeting
    # without a channel on its platform has no room there.
    reports_attendance: bool
    join_calls: bool
    needs_channel: bool

    def ensure(self, meeting: VideoMeeting, room: Room | None) -> Room:
        """The room of the meeting with its present title and time; made if there is none, or none any more. `room` is what
        was answered last time. A repeat after a lost answer finds the room that was made; where a provider offers no way to
        look (Google Meet), it makes another, and the first, which nobody was told of, stays unused.
        """
        ...

    def join(self, room: Room, meeting: VideoMeeting, who: Member) -> str:
        """The address at which `who` joins now. It may hold a token: it is for a redirect, never for a message."""
        ...

    def attended(self, room: Room, span: Span) -> Sequence[Stay]:
        """Who was in the room in `span`, in order of joining."""
        ...

    def recordings(self, room: Room, span: Span) -> Sequence[Recording]: ...
    def delete(self, room: Room) -> None:
        """End the meeting if it is under way, and take the room away; harmless if it is gone."""
        ...

    def within(self, seconds: float = 2.0) -> AbstractContextManager[None]:
        """Calls of this thread inside the block end in about that time, because a person is waiting."""
        ...
