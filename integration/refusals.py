"""Requests that nobody honest makes: logged, audited, and kept from filling the database."""

from __future__ import annotations

import threading
from datetime import datetime

import structlog

from integration import audit
from integration.db import Database
from integration.messages import Sender, clean

log = structlog.get_logger()

# Anybody who reaches a callback can be refused as often as they like; the database must not be kept busy by it.
A_MINUTE = 100


class Refusals:
    """Writes down who was refused: one by one, but of a flood only how many more there were.

    Whoever is refused has proved nothing, so every word here may be a stranger's, of any length.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._allowance = _Allowance(A_MINUTE)

    def record(self, sender: Sender, what: str, reason: str, now: datetime) -> None:
        actor, what, reason = _short(f"{sender.platform}:{sender.id}", 100), _short(what, 120), _short(reason, 200)
        log.warning("refused", what=what, reason=reason, sender=actor)
        left_out = self._allowance.left_out_before(now)
        if left_out is None:
            return
        with self._database.write() as db:
            if left_out:
                more = f"{left_out} more were refused; they are in the log"
                audit.record(db, now, actor_id=None, actor="hadir", action="refused", object="flood", reason=more)
            audit.record(db, now, actor_id=None, actor=actor, action="refused", object=what, reason=reason)


class _Allowance:
    """So many a minute; the rest is counted."""

    def __init__(self, a_minute: int) -> None:
        self._a_minute = a_minute
        self._minute: datetime | None = None
        self._used = self._left_out = 0
        self._lock = threading.Lock()

    def left_out_before(self, now: datetime) -> int | None:
        """None if this minute's allowance is used up; else how many were left out since the last time it was not."""
        with self._lock:
            if (minute := now.replace(second=0, microsecond=0)) != self._minute:
                self._minute, self._used = minute, 0
            if self._used >= self._a_minute:
                self._left_out += 1
                return None
            self._used += 1
            left_out, self._left_out = self._left_out, 0
            return left_out


def _short(words: str, length: int) -> str:
    return clean(words[: length + 1])[:length].replace("\n", " ")
