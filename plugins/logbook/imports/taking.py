"""Activities of a file into the logbook in one transaction, and out of it again within a day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, TypeVar

from sqlalchemy import Connection, func, insert, select, update

from integration import audit, deciders, people
from integration.db import insert_or_nothing
from integration.i18n import Translate
from integration.messages import Reply, join
from integration.people import Person
from integration.work import Work
from plugins.logbook import entries, locking, writing
from plugins.logbook.entries import Entry
from plugins.logbook.imports.checking import Plan, Wanted
from plugins.logbook.imports.store import Import
from plugins.logbook.tables import logbook_entry as _entry
from plugins.logbook.tables import logbook_evidence as _evidence

T = TypeVar("T")
_AT_ONCE = 1_000
_NAME = 200
# (entry id, what the audit kept of it before, and after)
_Change = tuple[int, Mapping[str, Any] | None, Mapping[str, Any]]


def take(work: Work, found: Import, sender: Person, plan: Plan) -> list[Entry]:
    """Write them all: approved for people on whose reports the sender decides; of one's own sent to the supervisor, or as
    drafts where leave is wanted first (`late`).

    What an import brought before is left out by its source. Gives back what was written.
    """
    decides = deciders.may_decide_of(work, sender, [each.id for each in plan.owners])
    rows = [_row(work, found, sender, each, each.person.id in decides) for each in plan.wanted]
    for part in parts(rows):
        work.db.execute(insert_or_nothing(work.db, _entry), part)
    written = of_import(work.db, found.id)
    _add_evidence(work, sender, plan.wanted, written)
    record(work, sender, "logbook.imported", written, None)
    return written


def _row(work: Work, found: Import, sender: Person, each: Wanted, approved: bool) -> dict[str, Any]:
    line, person = each.line, each.person
    state = "approved" if approved else "draft" if each.leave == "unasked" else "sent"
    return {
        "person_id": person.id,
        "unit_id": person.unit_id,
        "day": line.day,
        "state": state,
        "activity": line.activity,
        "result": line.result,
        "quantity": line.quantity,
        "measure": line.measure,
        "minutes": line.minutes,
        "target_id": each.target_id,
        "place": line.where,
        "source": each.source,
        "late": each.leave == "late",
        "round": 0 if state == "draft" else 1,
        "created_at": work.written_at,
        "changed_at": work.written_at,
        "sent_at": None if state == "draft" else work.written_at,
        "decider_id": sender.id if approved else None,
        "decided_at": work.written_at if approved else None,
        "import_id": found.id,
    }


def parts(these: Sequence[T]) -> Iterator[Sequence[T]]:
    """So many as one statement takes."""
    return (these[start : start + _AT_ONCE] for start in range(0, len(these), _AT_ONCE))


def of_import(db: Connection, import_id: int, states: Sequence[str] = entries.LIVE) -> list[Entry]:
    wanted = entries.query().where(_entry.c.import_id == import_id, _entry.c.state.in_(states))
    return entries.fetch(db, wanted.order_by(_entry.c.person_id, _entry.c.day, _entry.c.id))


def _add_evidence(work: Work, sender: Person, wanted: Sequence[Wanted], written: Sequence[Entry]) -> None:
    ids = {(entry.person_id, entry.content.source): entry.id for entry in written}
    known = [(ids.get((each.person.id, each.source)), url) for each in wanted for url in each.line.urls]
    links = [(id, url) for id, url in known if id is not None]
    if links:
        rows = [{"entry_id": id, "kind": "link", "name": url[:_NAME], "url": url, "added_at": work.now} for id, url in links]
        work.db.execute(insert(_evidence), rows)
        counts = Counter(id for id, _ in links)
        _audited(work, sender, "logbook.evidence_added", [(id, None, {"kind": "link", "count": n}) for id, n in counts.items()])


def record(work: Work, actor: Person, action: str, after: Sequence[Entry], before: Mapping[int, Entry] | None) -> None:
    """An audit row for each entry, in one statement."""
    changes = [(each.id, writing.kept(before[each.id]) if before else None, writing.kept(each)) for each in after]
    _audited(work, actor, action, changes)


def _audited(work: Work, actor: Person, action: str, changes: Iterable[_Change]) -> None:
    """Rows of the one who sent the spreadsheet, though a worker takes it."""
    who = {"at": work.written_at, "actor_id": actor.id, "actor": actor.nip, "action": action}
    rows = [who | {"object": f"logbook_entry:{id}", "before": before, "after": after} for id, before, after in changes]
    for part in parts(rows):
        work.db.execute(insert(audit.audit), part)


# ---------------------------------------------------------------- out again


def undo(work: Work, found: Import, sender: Person) -> tuple[int, int]:
    """(how many were taken out, how many stay): what others have decided or changed since is not touched."""
    there = of_import(work.db, found.id)
    ours = select(_entry.c.id).where(_entry.c.import_id == found.id)
    revised = set(work.db.scalars(select(_entry.c.revises_id).where(_entry.c.revises_id.in_(ours))))
    closed = _closed(work, there)
    mine = [each for each in there if each.id not in revised and _untouched(each, sender) and not closed(each)]
    dropped: list[Entry] = []
    for some in parts(mine):
        part = {each.id: each for each in some}
        same = (_entry.c.state.in_(("draft", "sent", "approved")), _entry.c.round <= 1)
        gone = update(_entry).where(_entry.c.id.in_(list(part)), *same)
        ids = set(work.db.scalars(gone.values(state="dropped", changed_at=work.written_at).returning(_entry.c.id)))
        after = list(entries.by_ids(work.db, ids).values())
        record(work, sender, "logbook.dropped", after, part)
        dropped += after
    return len(dropped), len(there) - len(dropped)


def _closed(work: Work, there: Sequence[Entry]) -> Callable[[Entry], bool]:
    """Whether a personnel officer has closed the entry's month; of one that closed by itself history is taken out, too."""
    days: dict[int, set[date]] = {}
    for each in there:
        days.setdefault(each.person_id, set()).add(each.day)
    whose = owners(work, there)
    why = {id: locking.locked_months(work.db, work.settings, whose[id], those, work.now) for id, those in days.items()}
    return lambda each: why[each.person_id].get(each.day.replace(day=1), "time") != "time"


def undone(work: Work, t: Translate, found: Import, sender: Person) -> Reply:
    """`undo`, written down, and what its sender hears."""
    gone, kept = undo(work, found, sender)
    if not gone:
        return Reply(t("Nothing of **{name}** is left to be undone.", name=found.name), refused=True)
    work.audit("logbook.import_undone", f"logbook_import:{found.id}", after={"gone": gone, "kept": kept})
    lines = [t("Undone: {count} activities of **{name}** are out again.", count=gone, name=found.name)]
    if kept:
        lines.append(t("{count} stay: they were decided or changed since.", count=kept))
    return Reply(join("\n", lines), replaces=True)


def count(db: Connection, import_id: int) -> int:
    return db.scalar(select(func.count()).where(_entry.c.import_id == import_id)) or 0


def _untouched(each: Entry, sender: Person) -> bool:
    if each.state == "draft":
        return not each.round and each.changed_at == each.created_at
    return each.round == 1 and (each.state == "sent" or each.state == "approved" and each.decider_id == sender.id)


def owners(work: Work, written: Sequence[Entry]) -> dict[int, Person]:
    ids = sorted({each.person_id for each in written})
    theirs = (people.people_query().where(people.person.c.id.in_(part)) for part in parts(ids))
    found = [each for query in theirs for each in people.fetch(work.db, query)]
    return {each.id: each for each in sorted(found, key=lambda each: each.name)}
