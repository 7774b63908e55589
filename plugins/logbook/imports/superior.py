"""What somebody has brought in, before whoever decides on it: leave for days that are past the time, and approval."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import update

from integration import people
from integration.errors import UserError
from integration.messages import ButtonPress, Reply
from integration.people import Person
from integration.plugin import Context
from plugins.logbook import locking, seeing, turns, writing
from plugins.logbook.entries import Entry
from plugins.logbook.imports import outcome, store, taking
from plugins.logbook.imports.store import Import
from plugins.logbook.review import deciding
from plugins.logbook.tables import logbook_entry as _entry


def approve(context: Context, press: ButtonPress) -> Reply:
    """All of one person's activities of an import that still wait, by whoever may decide on them."""
    t, (found, owner) = context.t, _meant(context, press.value)
    there = taking.of_import(context.db, found.id, ("sent",))
    # What was changed since is not what the message was about.
    waiting = [each for each in there if each.person_id == owner.id and each.round == 1]
    approved = deciding.approve(context, context.person, waiting)
    if not approved:
        return Reply(t("Nothing of it waits any more."), refused=True)
    return Reply(t("Approved: {count} activities of {name}.", count=len(approved), name=owner.name), replaces=True)


def let_through(context: Context, press: ButtonPress) -> Reply:
    """Leave for all days of an import that are past the time: what waits for it is sent, and asked about as usual."""
    t, (found, owner) = context.t, _meant(context, press.value)
    drafts = [each for each in taking.of_import(context.db, found.id, ("draft",)) if each.person_id == owner.id]
    _check_months(context, owner, drafts)
    sent = _send(context, drafts)
    if not sent:
        return Reply(t("Nothing of it waits any more."), refused=True)
    key, giver = f"logbook:import:{found.id}:let:{owner.id}:{context.now.isoformat()}", context.person
    context.tell(owner, key, lambda t: outcome.let_through(t, found, giver, sent))
    return replace(outcome.for_supervisor(t, found, owner, sent), replaces=True)


def _meant(context: Context, value: str) -> tuple[Import, Person]:
    """The import and the person behind a button; raises `UserError` for whoever may not decide on that person's reports."""
    number, _, owner_id = value.partition(":")
    known = number.isdecimal() and owner_id.isdecimal() and len(number) <= 9 and len(owner_id) <= 9
    found = store.get(context.db, int(number)) if known else None
    owner = people.get(context.db, int(owner_id)) if found else None
    if found is None or owner is None:
        raise seeing.gone(context)
    deciding.check(context, context.person, [owner.id])
    return found, owner


def _check_months(context: Context, owner: Person, drafts: Sequence[Entry]) -> None:
    """History may fill a month that has closed by itself, and none that somebody has closed."""
    days = [each.day for each in drafts]
    for month, why in locking.locked_months(context.db, context.settings, owner, days, context.now).items():
        if why != "time":
            raise UserError(locking.sentence(context.t, why, month))


def _send(context: Context, drafts: Sequence[Entry]) -> list[Entry]:
    """Those of them that were never sent, as late ones."""
    turns.hold(context, drafts)
    at = context.written_at
    values: dict[str, Any] = {"state": "sent", "late": True, "round": 1, "sent_at": at, "changed_at": at}
    sent: list[Entry] = []
    for part in taking.parts(drafts):
        before = {each.id: each for each in part}
        still = (_entry.c.id.in_(list(before)), _entry.c.state == "draft", _entry.c.round == 0)
        ids = set(context.db.scalars(update(_entry).where(*still).values(values).returning(_entry.c.id)))
        after = [replace(each, **values) for each in part if each.id in ids]
        changes = [(f"logbook_entry:{each.id}", writing.kept(before[each.id]), writing.kept(each)) for each in after]
        context.audit_all("logbook.sent", changes)
        sent += after
    return sent
