"""Short cuts of the tests of absences: a request that waits or is approved, rows, and the ledger."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from integration import ledger
from integration.audit import Problem
from integration.core import Hadir
from plugins.izin.tables import absence
from tests.cast import Talker
from tests.post import button, inbox, person_id

Chat = Callable[[str], Talker]


def approved(hadir: Hadir, chat: Chat, line: str, username: str = "siti", by: str = "budi", at: datetime | None = None) -> None:
    """Somebody asks, and it is approved."""
    chat(username).says(line, at=at)
    assert "Disetujui" in chat(by).presses(button(inbox(hadir, by)[-1], "Setujui"), at=at)


def rows(hadir: Hadir, username: str = "siti") -> list[tuple[Any, ...]]:
    """(type, first, last, state) of the person's absences, in the order of asking."""
    with hadir.database.read() as db:
        found = db.execute(absence.select().where(absence.c.person_id == person_id(hadir, username)).order_by(absence.c.id))
        return [(row.type, f"{row.first:%d/%m}", f"{row.last:%d/%m}", row.state) for row in found]


def problems(hadir: Hadir) -> list[Problem]:
    """Where tables and audit do not agree."""
    with hadir.database.read() as db, hadir.database.read() as second:
        return [each for each in ledger.compare(db, second, ledger.of(hadir.plugins)) if isinstance(each, Problem)]
