"""Showing where a person works, as that person."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from integration.ports.calendar import Event


class Presence(Protocol):
    """Shows on a platform where a person works, as that person: in their own status and calendar.

    `account` is the person's id on the platform. Nobody is shown who did not ask for it: that is the caller's to see to.
    """

    name: str

    def status(self, account: str, text: str, emoji: str, until: datetime) -> None:
        """Make this the person's status message until then, in the place of the one that is there."""
        ...

    def clear(self, account: str, text: str) -> None:
        """End the status message, if it still is `text`."""
        ...

    def put(self, account: str, event: Event) -> None:
        """Write an event without attendees into the person's own calendar; it takes no time there. One that the person
        has deleted stays deleted.
        """
        ...

    def remove(self, account: str, uid: str) -> None:
        """Take it out again; harmless if it is gone."""
        ...
