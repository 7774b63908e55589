"""Mail that goes out and replies that come in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail; `calendar` is an iCalendar object with its METHOD, "" in a mail without one. `key` makes the Message-ID."""

    to: str
    subject: str
    text: str
    key: str
    calendar: bytes = b""
    method: Literal["", "REQUEST", "CANCEL", "REPLY"] = ""


def letter_to_json(letter: Letter) -> dict[str, Any]:
    """A `Letter` as plain data for an outbox row."""
    plain = {name: getattr(letter, name) for name in ("to", "subject", "text", "key", "method")}
    return {**plain, "calendar": letter.calendar.decode()}


def letter_from_json(data: Mapping[str, Any]) -> Letter:
    """The inverse of `letter_to_json`."""
    return Letter(**{**data, "calendar": data["calendar"].encode()})


class Mail(Protocol):
    name: str
    sender: str

    def send(self, letter: Letter) -> None:
        """Hand it over; a repeat has the same Message-ID."""
        ...

    def check(self) -> str:
        """What a letter would meet, without sending one: where it would go, in a few words. Raises `DeliveryError`."""
        ...


@dataclass(frozen=True, slots=True)
class MailedReply:
    """An answer to an invitation that came by mail; `sender` is the address that it came from, in lower case."""

    id: str
    sender: str
    calendar: bytes


class Mailbox(Protocol):
    """Where answers to our own invitations come by mail."""

    name: str

    def replies(self, limit: int) -> Sequence[MailedReply]:
        """Those that nobody has marked as read, the oldest first."""
        ...

    def seen(self, ids: Sequence[str]) -> None:
        """Mark them as read."""
        ...
