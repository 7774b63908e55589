"""A request on its way through the dispatcher: who asks, as of when, and what goes with its transaction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from integration.messages import Answer, Sender
from integration.plugin import Context


@dataclass(frozen=True, slots=True)
class Once:
    """Makes a request single-use: `nonce` was made by us, and is remembered until `expires_at`."""

    nonce: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Queued:
    """A request that waited, and was read at `heard_at`. `answered` is called with its answer inside the handler's own
    transaction, so that what was done and what is said about it are kept together or not at all. Trouble is the caller's,
    who can try again, unless this is the `last` try.
    """

    heard_at: datetime
    answered: Callable[[Context, Answer], None]
    last: bool = False


@dataclass(frozen=True, slots=True)
class Request:
    """Who said it, when, and when that came to us."""

    sender: Sender
    at: datetime
    received_at: datetime
    once: Once | None
    queued: Queued | None

    @property
    def writes(self) -> bool:
        return self.once is not None or self.queued is not None

    @property
    def heard_at(self) -> datetime | None:
        heard = self.queued.heard_at if self.queued else self.received_at
        return heard if heard > self.at else None
