"""Deciding on reports: approving them, as many as were shown at once, and giving one back with a note.

Whoever comes first decides, and once: the update names the state and the round that were seen, so an entry that was sent
again meanwhile is not approved unread. Audit rows hold no words; the note stands in the entry and in its thread.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import update

from integration import deciders
from integration.errors import UserError
from integration.messages import clean
from integration.people import Person
from integration.work import Work
from plugins.logbook import entries, writing
from plugins.logbook.entries import LONGEST_NOTE, Entry
from plugins.logbook.review import closed, outcome
from plugins.logbook.review.comments import keep
from plugins.logbook.tables import logbook_entry as _entry


def approve(work: Work, decider: Person, these: Iterable[Entry]) -> list[Entry]:
    """Approve those of them that still wait as they were seen, and tell the people; gives back those approved now.

    What an approved change revises is replaced in the same transaction. Of a closed month nothing is approved. Raises
    `UserError` if nothing else waits, and if one of them is not for `decider` to decide: then none is approved.
    """
    seen = {each.id: each for each in these}
    owners = check(work, decider, {each.person_id for each in seen.values()})
    waiting = {each.id: each for each in _now(work, seen) if each.state == "sent" and each.round == seen[each.id].round}
    if not waiting:
        return []
    shut = [waiting.pop(id) for id in closed.ids(work, owners, waiting.values())]
    if not waiting:
        raise UserError(closed.sentence(work, decider, owners, shut))
    values = {"state": "approved", "decider_id": decider.id, "decided_at": work.written_at, "note": ""}
    approved = _change(work, waiting, "sent", "logbook.approved", values)
    _replace_revised(work, approved)
    outcome.tell_approved(work, decider, owners, approved)
    return approved


def give_back(work: Work, decider: Person, entry: Entry, note: str) -> Entry | None:
    """Give it back to be corrected, and tell the person at once; None if it does not wait any more as it was seen.

    Raises `UserError` without a note, for a closed month, and for what is not theirs to decide.
    """
    owner = check(work, decider, {entry.person_id})[entry.person_id]
    note = _note(work, decider, note)
    _check_open(work, decider, owner, entry)
    waiting = {each.id: each for each in _now(work, {entry.id}) if each.state == "sent" and each.round == entry.round}
    if not waiting:
        return None
    values = {"state": "returned", "decider_id": decider.id, "decided_at": work.written_at, "note": note}
    (returned,) = _change(work, waiting, "sent", "logbook.returned", values)
    keep(work, decider, returned.id, "returned", note)
    outcome.tell_returned(work, decider, owner, returned)
    return returned


# ---------------------------------------------------------------- who, and what may be said


def check(work: Work, decider: Person, ids: Collection[int]) -> Mapping[int, Person]:
    """Whose the entries are, by id; raises `UserError` unless `decider` may decide on all of them. Two statements."""
    owners, t = deciders.people_by_id(work, ids), work.speak(decider)
    if decider.id in owners:
        raise UserError(t("Nobody decides on their own reports."))
    allowed = deciders.may_decide_of(work, decider, owners)
    for id, owner in owners.items():
        if id not in allowed:
            raise UserError(t("On the reports of {name} only the supervisors and personnel officers decide.", name=owner.name))
    return owners


def _note(work: Work, decider: Person, note: str) -> str:
    given = clean(note).strip()
    if given and len(given) <= LONGEST_NOTE:
        return given
    t = work.speak(decider)
    raise UserError(t("Please say what is to be corrected, in at most {most} characters.", most=LONGEST_NOTE))


def _check_open(work: Work, decider: Person, owner: Person, entry: Entry) -> None:
    """Nobody could correct what is given back in a closed month."""
    if closed.ids(work, {owner.id: owner}, [entry]):
        raise UserError(closed.sentence(work, decider, {owner.id: owner}, [entry]))


# ---------------------------------------------------------------- rows


def _now(work: Work, ids: Collection[int]) -> list[Entry]:
    """The entries as they stand, held until the end of the transaction, always in one order: nobody waits in a circle."""
    wanted = entries.query().where(_entry.c.id.in_(list(ids))).order_by(_entry.c.id)
    return entries.fetch(work.db, wanted.with_for_update())


def _change(work: Work, found: Mapping[int, Entry], state: str, action: str, values: Mapping[str, Any]) -> list[Entry]:
    """Those of them that were still in that state, as they are now; each with its audit row."""
    values = {**values, "changed_at": work.written_at}
    still = (_entry.c.id.in_(list(found)), _entry.c.state == state)
    changed = set(work.db.scalars(update(_entry).where(*still).values(values).returning(_entry.c.id)))
    after = [replace(each, **values) for each in found.values() if each.id in changed]
    work.audit_all(action, [(f"logbook_entry:{each.id}", writing.kept(found[each.id]), writing.kept(each)) for each in after])
    return after


def _replace_revised(work: Work, approved: Iterable[Entry]) -> None:
    ids = [each.revises_id for each in approved if each.revises_id is not None]
    if ids:
        revised = {each.id: each for each in _now(work, ids)}
        _change(work, revised, "approved", "logbook.replaced", {"state": "replaced"})
