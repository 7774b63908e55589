"""The commands that setup registered, in memory: a check-in costs no statement for its token."""

from __future__ import annotations

import hashlib
import hmac
import threading
import time

from sqlalchemy import select

from integration import installation
from integration.adapters.mattermost.tables import mattermost_command
from integration.db import Database

RELOAD_SECONDS = 3.0


def token_hash(token: str) -> bytes:
    """Tokens are long and random, so one plain SHA-256 keeps them secret."""
    return hashlib.sha256(token.encode()).digest()


class KnownCommands:
    """Which token belongs to which team's command. An unknown one makes it look again, but not more often than that."""

    def __init__(self, database: Database, reload_seconds: float = RELOAD_SECONDS) -> None:
        self._database = database
        self._reload_seconds = reload_seconds
        self._hashes: dict[tuple[str, str], bytes] = {}
        self._callback = ""
        self._loaded = float("-inf")
        self._lock = threading.Lock()

    def accepts(self, token: str, team_id: str, trigger: str) -> bool:
        """Whether `token` is that of `/trigger` in that team; raises `SQLAlchemyError` if it cannot be known."""
        if not token:  # what the server left empty because it hides tokens is no secret
            return False
        given = token_hash(token)
        return self._matches(given, team_id, trigger) or (self._reloaded() and self._matches(given, team_id, trigger))

    def callback(self) -> str:
        """The address that setup was given for us, or ""."""
        if self._loaded == float("-inf"):
            self._reloaded()
        return self._callback

    def _matches(self, given: bytes, team_id: str, trigger: str) -> bool:
        return hmac.compare_digest(self._hashes.get((team_id, trigger), b""), given)

    def _reloaded(self) -> bool:
        """Read the table again unless that was done a moment ago; True if it was read."""
        with self._lock:
            if time.monotonic() - self._loaded < self._reload_seconds:
                return self._loaded > 0  # another thread may just have read it
            self._load()
            self._loaded = time.monotonic()
            return True

    def _load(self) -> None:
        columns = mattermost_command.c
        with self._database.read() as db:
            rows = db.execute(select(columns.team_id, columns.trigger, columns.token_hash)).all()
            self._callback = installation.get(db, "mattermost.callback_url", "").rstrip("/")
        self._hashes = {(row.team_id, row.trigger): bytes(row.token_hash) for row in rows}
