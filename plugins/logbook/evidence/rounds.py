"""An entry whose evidence is another now: its files are drawn again, and nobody approves what they were not shown."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import update

from integration.work import Work
from plugins.logbook.entries import Entry, get
from plugins.logbook.tables import logbook_entry as _entry


def another(work: Work, entry_id: int) -> Entry:
    """A person has changed its evidence, which is the correction of an entry that was returned.

    One that was sent is sent again, in a new round; unless that happened just now, as a line brings its links along.
    """
    from plugins.logbook import writing  # it may hand evidence on, and so know this module

    entry = get(work.db, entry_id)
    if entry is None:
        raise RuntimeError("evidence of no entry")
    if entry.state == "sent" and entry.sent_at != work.written_at:
        again = {"round": entry.round + 1, "sent_at": work.written_at}
        return writing.update_(work, entry, "logbook.changed", ("sent",), "evidence", **again)
    work.db.execute(update(_entry).where(_entry.c.id == entry_id).values(changed_at=work.written_at))
    return replace(entry, changed_at=work.written_at)


def touch(work: Work, entry_id: int) -> None:
    """Somebody else has moved or deleted a file of it in the storage: drawn again, but no correction by its author."""
    mine = update(_entry).where(_entry.c.id == entry_id, _entry.c.state != "returned")
    work.db.execute(mine.values(changed_at=work.written_at))
