"""Taking evidence away, and putting it back; the file of what stays away leaves the storage a day later (`sweep`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select

from integration.errors import DeliveryError
from integration.people import Person
from integration.plugin import Run
from integration.work import Work
from plugins.logbook import turns
from plugins.logbook.entries import Entry, get
from plugins.logbook.evidence import keeping as evidence_
from plugins.logbook.evidence.keeping import Evidence
from plugins.logbook.tables import logbook_entry as _entry
from plugins.logbook.tables import logbook_evidence as _evidence

UNDO_FOR = timedelta(days=1)
SWEEP = "evidence_sweep"


def find(db: Connection, evidence_id: int) -> tuple[Evidence, bool] | None:
    """Evidence by its id, and whether it stands."""
    row = db.execute(select(*evidence_.COLUMNS, _evidence.c.removed_at).where(_evidence.c.id == evidence_id)).first()
    return (Evidence(*row[: len(evidence_.COLUMNS)]), row.removed_at is None) if row else None


def remove(work: Work, person: Person, entry: Entry, evidence: Evidence) -> Evidence | None:
    """Take it away; what was taken away, of a revision if the entry was approved, None if it did not stand any more.

    A file of ours leaves the storage a day later, once no other entry needs it.
    """
    now_open = evidence_.open_entry(work, person, entry)
    mine = evidence_.of_entry(work.db, now_open.id)
    meant = next((each for each in mine if each.id == evidence.id), None)
    meant = meant or next((each for each in mine if now_open.id != entry.id and each.same == evidence.same), None)
    if meant is None:
        return None
    evidence_.set_removed(work, now_open, meant, "logbook.evidence_removed", work.now)
    given = {"evidence": meant.id, "removed": work.now.isoformat()}
    stream, due = f"logbook:sweep:{person.id}", work.now + UNDO_FOR + timedelta(hours=1)
    work.later(f"logbook.{SWEEP}", stream, f"{stream}:{meant.id}:{work.now.isoformat()}", given, due_at=due)
    return replace(meant, entry_id=now_open.id)


def put_back(work: Work, person: Person, evidence_id: int) -> Evidence | None:
    """The undo of `remove`; None once it is too late. What stands stays."""
    found = find(work.db, evidence_id)
    if found is not None:  # who approves it at this moment comes first, or waits
        turns.in_turn(work, person)
        work.db.execute(select(_entry.c.id).where(_entry.c.id == found[0].entry_id).with_for_update())
    entry = get(work.db, found[0].entry_id) if found else None
    if found is None or entry is None:
        return None
    evidence, stands = found
    evidence_.check(work, person, entry)
    if stands or entry.state == "approved":
        return evidence if stands else None
    evidence_.open_entry(work, person, entry)
    removed = work.db.scalar(select(_evidence.c.removed_at).where(_evidence.c.id == evidence_id))
    if removed is None or work.now - removed > UNDO_FOR:
        return None
    evidence_.set_removed(work, entry, evidence, "logbook.evidence_put_back", None)
    return evidence


# ---------------------------------------------------------------- a day later


def sweep(run: Run, given: Mapping[str, Any]) -> None:
    """Delete a file that was sent as evidence and taken away again, unless something still needs it or people changed it."""
    with run.read() as work:
        removed = datetime.fromisoformat(given["removed"])
        wanted = select(*evidence_.COLUMNS, _evidence.c.removed_at).where(_evidence.c.id == int(given["evidence"]))
        row = work.db.execute(wanted).first()
        if row is None or row.removed_at != removed or not row.checksum or f"/{evidence_.FOLDER}/" not in row.path:
            return
        if _needed(work, row.path, row.entry_id):
            return
    storage = run.ports.storage
    if storage is None:
        raise DeliveryError("no storage is connected")
    there = storage.stat(row.path)
    if there is None or there.size != row.size:
        return
    storage.delete(row.path)
    with run.begin() as work:
        work.audit("logbook.evidence_deleted", f"logbook_entry:{row.entry_id}", after={"evidence": row.id})


def _needed(work: Work, path: str, entry_id: int) -> bool:
    """Whether any entry of the person still has the file."""
    whose = select(_entry.c.person_id).where(_entry.c.id == entry_id).scalar_subquery()
    theirs = evidence_.query().join_from(_evidence, _entry).where(_entry.c.person_id == whose, _evidence.c.path == path)
    return bool(evidence_.fetch(work.db, theirs.limit(1)))


TASKS = {SWEEP: sweep}
