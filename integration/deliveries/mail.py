"""Delivers outbox rows of the kind "mail": one letter to one address.

payload: `ports.letter_to_json`. The row's key is the letter's, so a repeat carries the same Message-ID.
"""

from __future__ import annotations

from integration.core import Hadir
from integration.errors import DeliveryError
from integration.outbox import Row
from integration.ports import letter_from_json

KIND = "mail"


def deliver(hadir: Hadir, row: Row) -> None:
    """Send it; raises `DeliveryError`."""
    if hadir.ports.mail is None:
        hadir.reconnect()
    if hadir.ports.mail is None:
        raise DeliveryError("no mail server is set up: HADIR_SMTP_HOST and HADIR_SMTP_FROM", permanent=True)
    hadir.ports.mail.send(letter_from_json(row.payload))
