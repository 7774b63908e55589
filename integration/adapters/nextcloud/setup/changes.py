"""What a run of setup changes: said, done unless it is a dry run, and written into the audit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from sqlalchemy import Connection

from integration import audit, installation
from integration.core import Hadir

Say = Callable[[str], None]
T = TypeVar("T")
State = Mapping[str, Any] | None


class SetupError(Exception):
    """Setup cannot go on; the text says why and what to do."""


class Changes:
    """`say` gets a line for every change and for every note; with `dry_run` nothing but that happens."""

    def __init__(self, hadir: Hadir, say: Say, *, dry_run: bool) -> None:
        self._hadir, self._say = hadir, say
        self.dry_run = dry_run
        self.count = 0

    def make(self, text: str, act: Callable[[], T], *, object: str, before: State = None, after: State = None) -> T | None:
        """Change something on the server, then record it; what `act` gave, or None in a dry run."""
        if not self._announced(text):
            return None
        made = act()
        with self._hadir.database.write() as db:
            self._record(db, text, object, before, after)
        return made

    def store(self, text: str, act: Callable[[Connection], object], *, object: str = "installation") -> None:
        """Change what we keep, recorded with it."""
        if self._announced(text):
            with self._hadir.database.write() as db:
                act(db)
                self._record(db, text, object, None, None)

    def remember(self, key: str, value: str) -> None:
        """Keep `value` as `key` of the installation, if it is not what is kept."""
        with self._hadir.database.read() as db:
            stored = installation.get(db, key, "")
        if value and stored != value:
            self.store(f"store {key} = {value}", lambda db: installation.put(db, key, value))

    def note(self, text: str) -> None:
        """Something to know or to do; no change."""
        self._say(f"note: {text}")

    def _announced(self, text: str) -> bool:
        self.count += 1
        self._say(f"would {text}" if self.dry_run else text)
        return not self.dry_run

    def _record(self, db: Connection, text: str, object: str, before: State, after: State) -> None:
        audit.record(
            db,
            self._hadir.clock(),
            actor_id=None,
            actor="setup",
            action="nextcloud.setup",
            object=object[:120],
            before=before,
            after=after,
            reason=text,
        )
