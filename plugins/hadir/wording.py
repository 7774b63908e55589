"""Times, places and durations in words, the same in every reply of the plugin."""

from __future__ import annotations

from datetime import date, datetime

from integration.i18n import Translate
from integration.messages import Text
from integration.people import Person


def clock(moment: datetime, person: Person) -> Text:
    """`07.28 WIB` where the person's office is."""
    raise NotImplementedError


def duration(t: Translate, minutes: int) -> Text:
    """`16 menit`, `1 jam 16 menit`, `2 jam`."""
    raise NotImplementedError


def place(code: str) -> Text:
    """`WFO`, `WFH`, `WFA`, `Dinas`; `` for an unknown place."""
    raise NotImplementedError


def day_name(t: Translate, day: date) -> Text:
    """`Senin, 23 November 2026`"""
    raise NotImplementedError
