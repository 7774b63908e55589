"""Whose turn it is to write: one after the other where the database lets several write at once."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import bindparam, select

from integration.people import Person
from integration.people import person as _person
from integration.work import Work
from plugins.logbook.entries import Entry
from plugins.logbook.tables import logbook_entry as _entry

_above = _person.alias("above")
_TURN = (
    select(_above.c.name)
    .select_from(_person.outerjoin(_above, _above.c.id == _person.c.supervisor_id))
    .where(_person.c.id == bindparam("id"))
    .with_for_update(key_share=True, of=_person)
)


def in_turn(work: Work, person: Person) -> None:
    """Let the writers of one person take turns until the end of the transaction: then a day's total is true, and of two
    clicks the second sees the first. (On SQLite all writers take turns anyway.)
    """
    if work.db.dialect.name != "sqlite":
        take_turn(work, person)


def take_turn(work: Work, person: Person) -> str:
    """`in_turn`, and the name of the supervisor, "" without one: who writes needs both, in one statement."""
    return work.db.scalar(_TURN, {"id": person.id}) or ""


def hold(work: Work, these: Sequence[Entry]) -> None:
    """Several at once in the order in which a supervisor's decision takes them: nobody waits in a circle."""
    if len(these) > 1 and work.db.dialect.name != "sqlite":
        ids = [each.id for each in these]
        work.db.execute(select(_entry.c.id).where(_entry.c.id.in_(ids)).order_by(_entry.c.id).with_for_update())
