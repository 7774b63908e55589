"""When an entry goes to another month, the files of the one that it leaves are drawn again: no change in that one shows it.

This is queued with the change itself, so it is not lost; what the entry comes to is found as every change is (`sweep`).
"""

from __future__ import annotations

from datetime import date
from typing import Any

from integration.work import Work
from plugins.logbook.drawing import sweep
from plugins.logbook.drawing.scopes import Scope
from plugins.logbook.drawing.sweep import Wanted
from plugins.logbook.entries import Entry


def tell(work: Work, entry: Entry, to: date) -> None:
    """To be called with the entry as it was, once it is written that it stands on the day `to`."""
    month = entry.day.replace(day=1)
    if entry.round and to.replace(day=1) != month:  # a draft is in no file
        scopes = (Scope("person", entry.unit_id, month, entry.person_id), Scope("unit", entry.unit_id, month))
        work.queue([_row(work, entry, each) for each in scopes])


def _row(work: Work, entry: Entry, scope: Scope) -> dict[str, Any]:
    at = work.written_at.isoformat()
    row = sweep.row(Wanted(scope, f"logbook:{scope}:left:{entry.id}:{at}", work.written_at + sweep.QUIET))
    row["payload"]["given"] |= {"left": at, "entry": entry.id}
    return row
