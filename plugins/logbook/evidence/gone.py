"""Evidence as it is in the storage: on its way, there, moved or gone; and the nightly look that tells whose is gone.

The storage is asked between transactions, never in one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import structlog
from sqlalchemy import select, update

from integration import people, tree
from integration.dates import show_day
from integration.errors import DeliveryError
from integration.i18n import Translate
from integration.messages import Button, Reply, plain
from integration.outbox import outbox
from integration.plugin import Job, Run
from integration.ports import Storage, StoredFile
from integration.work import Work
from plugins.logbook import entries, writing
from plugins.logbook.entries import Entry
from plugins.logbook.evidence import keeping as evidence
from plugins.logbook.evidence import rounds
from plugins.logbook.evidence.keeping import Evidence
from plugins.logbook.tables import logbook_entry as _entry
from plugins.logbook.tables import logbook_evidence as _evidence

log = structlog.get_logger()

MOST_FOUND = 5
# So long evidence is looked after every night; later it is when somebody asks for it.
LOOKED_AFTER = timedelta(days=45)
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Looked:
    """Evidence as it is in the storage: `there` None if it is gone, `waiting` if it is still on its way there."""

    evidence: Evidence
    there: StoredFile | None = None
    link: str = ""
    waiting: bool = False


def placed(each: Evidence, moved: Mapping[int, str]) -> Evidence:
    return replace(each, path=moved.get(each.id, each.path))


def deliveries(work: Work, kept: Iterable[Evidence]) -> tuple[set[str], dict[int, str]]:
    """Paths of files that are still on their way, and where those lie that went beside another file."""
    ids = {f"logbook:evidence:{each.id}": each for each in kept if each.checksum}
    o = outbox.c
    rows = work.db.execute(select(o.key, o.state, o.result, o.payload).where(o.key.in_(list(ids))))
    waiting: set[str] = set()
    moved: dict[int, str] = {}
    for row in rows:
        each = ids[row.key]
        if row.state != "done":
            waiting.add(each.path)
        elif row.payload["path"] == each.path and (row.result or {}).get("path", each.path) != each.path:
            moved[each.id] = row.result["path"]
    return waiting, moved


def look(storage: Storage, each: Evidence, waiting: set[str]) -> Looked:
    there = storage.stat(each.path)
    if there is None and each.path in waiting:
        return Looked(each, waiting=True)
    there = there or _moved(storage, each)
    return Looked(each, there, storage.link_for_members(there.path) if there else "")


def _moved(storage: Storage, each: Evidence) -> StoredFile | None:
    """The same file where somebody has put it; only where its content says that it is the one."""
    if not each.checksum:
        return None
    for found in storage.find([each.path.rpartition("/")[2]], tree.ROOT, MOST_FOUND):
        if found.size == each.size and hashlib.sha256(storage.get(found.path)).hexdigest() == each.checksum:
            return found
    return None


def note(work: Work, looked: Iterable[Looked]) -> list[Evidence]:
    """Write down where files are now, which are gone, and which are back; the ones that are newly gone."""
    gone = []
    for each in looked:
        before = each.evidence
        if before.kind != "file" or each.waiting:
            continue
        now_gone = each.there is None
        path = each.there.path if each.there else before.path
        known = work.db.execute(select(_evidence.c.path, _evidence.c.gone_at).where(_evidence.c.id == before.id)).one()
        if (path, now_gone) == (known.path, known.gone_at is not None):
            continue
        values = {"path": path, "gone_at": work.now if now_gone else None}
        work.db.execute(update(_evidence).where(_evidence.c.id == before.id).values(values))
        rounds.touch(work, before.entry_id)
        after = {"evidence": before.id, "gone": now_gone, "moved": path != known.path}
        work.audit("logbook.evidence_found", f"logbook_entry:{before.entry_id}", after=after)
        gone += [before] if now_gone else []
    return gone


# ---------------------------------------------------------------- what is gone


def look_after(run: Run) -> None:
    """Every night: whose evidence is not where it was is told, with the cure. An ill storage is none that lost files."""
    storage = run.ports.storage
    try:
        if storage is None or storage.stat(tree.ROOT) is None:
            return
        after = 0
        while after >= 0:
            after = _batch(run, storage, after)
    except DeliveryError as error:
        log.warning("evidence_not_looked_after", error=str(error))


def _batch(run: Run, storage: Storage, after: int) -> int:
    """The next files after the row `after`; the last one looked at, or -1 after the last batch."""
    with run.read() as work:
        wanted = evidence.query().join_from(_evidence, _entry).where(_evidence.c.kind == "file", _evidence.c.id > after)
        recent = wanted.where(_evidence.c.added_at > run.planned - LOOKED_AFTER, _entry.c.state.in_(entries.LIVE))
        found = evidence.fetch(work.db, recent.order_by(_evidence.c.id).limit(_AT_ONCE))
        waiting, moved = deliveries(work, found)
    looked = list(_looked(storage, [placed(each, moved) for each in found], waiting))
    if any(each.there is None and not each.waiting or each.evidence.gone_at for each in looked) or moved:
        with run.begin() as work:
            _tell(work, note(work, looked))
    return found[-1].id if len(found) == _AT_ONCE else -1


def _looked(storage: Storage, found: Sequence[Evidence], waiting: set[str]) -> Iterable[Looked]:
    """One question for a folder, and more only for what is not there."""
    folders: dict[str, dict[str, StoredFile]] = {}
    for each in found:
        folder = each.path.rpartition("/")[0]
        if folder not in folders:
            folders[folder] = {file.path: file for file in storage.list(folder)}
        there = folders[folder].get(each.path)
        yield Looked(each, there) if there else look(storage, each, waiting)


def _tell(work: Work, gone: Sequence[Evidence]) -> None:
    """Once for a file, though a revision may have it too; in the person's language."""
    owners = entries.by_ids(work.db, {each.entry_id for each in gone})
    for each in {(owners[each.entry_id].person_id, each.path): each for each in gone}.values():
        entry = owners[each.entry_id]
        person = people.get(work.db, entry.person_id)
        if person is not None and not people.has_left(person, work.now):
            key = f"logbook:evidence:gone:{each.id}:{work.now.date()}"
            work.tell(person, key, lambda t, entry=entry, each=each: _gone(t, entry, each))  # type: ignore[misc]  # bound now


def _gone(t: Translate, entry: Entry, each: Evidence) -> Reply:
    said = t(
        "The evidence “{name}” of “{activity}” ({day}) is not in the storage any more: it was moved, renamed or deleted. Your "
        "report stands. Please send the file again, or remove it from the entry.",
        name=each.name,
        activity=writing.short(entry.content),
        day=show_day(entry.day, t, "EEEE d MMM"),
    )
    buttons = (
        Button(t("Send the file again"), "logbook.evidence_add", str(entry.id), days=7),
        Button(plain(t("Remove {name}", name=each.name))[:40], "logbook.evidence_drop", f"{entry.id} {each.id}", days=7),
    )
    return Reply(said, buttons=buttons)


# At half past midnight in Jakarta.
JOBS = (Job("evidence", "30 17 * * *", look_after, catch_up_minutes=360),)
