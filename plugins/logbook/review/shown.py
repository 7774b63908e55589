"""Which entries a button means, as they were when it was shown: ids and rounds, short enough for two hundred of them.

An entry that was changed or sent again has another round, so nothing is approved that nobody has seen.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from integration.work import Context
from plugins.logbook import entries, seeing
from plugins.logbook.entries import Entry

MOST = 500
_PART = re.compile(r"([0-9a-z]{1,6})(?:~([0-9]{1,4}))?")
_LARGEST_ID = 2**31 - 1
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def pack(found: Iterable[Entry]) -> str:
    """Steps from id to id in base 36; after `~` the round, if it is not the first."""
    parts, last = [], 0
    for each in sorted(found, key=lambda each: each.id):
        parts.append(_in_36(each.id - last) + (f"~{each.round}" if each.round != 1 else ""))
        last = each.id
    return ".".join(parts)


def unpack(value: str) -> dict[int, int] | None:
    """{id: round}; None for what `pack` did not make."""
    found: dict[int, int] = {}
    last = 0
    parts = value.split(".", MOST)
    for part in parts:
        match = _PART.fullmatch(part)
        step = int(match[1], 36) if match else 0
        last += step
        if match is None or not step or last > _LARGEST_ID:
            return None
        found[last] = int(match[2] or 1)
    return found if len(parts) <= MOST else None


def opened(context: Context, value: str) -> tuple[list[Entry], dict[int, int]]:
    """The entries behind a button as they stand, and the round in which each was shown; raises `UserError`."""
    rounds = unpack(value)
    found = list(entries.by_ids(context.db, rounds).values()) if rounds else []
    if not rounds or not found:
        raise seeing.gone(context)
    return found, rounds


def _in_36(number: int) -> str:
    digits = ""
    while number:
        number, rest = divmod(number, 36)
        digits = _DIGITS[rest] + digits
    return digits or "0"
