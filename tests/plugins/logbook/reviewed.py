"""A supervisor's part of the logbook: entries as they stand, the worker's tasks, and who reads what."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from integration import people
from integration.core import Hadir
from integration.deliveries.delivery import Delivery
from integration.deliveries.task import KIND, deliver
from integration.outbox import Kinds
from plugins.logbook import entries
from plugins.logbook.entries import Entry
from plugins.logbook.tables import logbook_comment as _comment
from tests import cast
from tests.post import inbox, texts


def entry(hadir: Hadir, id: int) -> Entry:
    with hadir.database.read() as db:
        found = entries.get(db, id)
    assert found is not None
    return found


def states(hadir: Hadir, *ids: int) -> list[str]:
    return [entry(hadir, id).state for id in ids]


def settled(hadir: Hadir, clock: cast.Clock, after: timedelta = timedelta(minutes=31)) -> None:
    """So long after, the worker has done every task that is due."""
    clock.now += after
    hadir.deliverers[KIND] = deliver
    delivery = Delivery(hadir, kinds=Kinds(("task",)))
    while delivery.step():
        pass


def told(hadir: Hadir, username: str) -> list[str]:
    return texts(inbox(hadir, username))


def thread(hadir: Hadir, entry_id: int) -> list[tuple[str, str, str]]:
    """(who, kind, text) of what was said of an entry."""
    query = select(people.person.c.name, _comment.c.kind, _comment.c.text)
    query = query.join(people.person, people.person.c.id == _comment.c.made_by)
    with hadir.database.read() as db:
        rows: list[Any] = list(db.execute(query.where(_comment.c.entry_id == entry_id).order_by(_comment.c.id)))
    return [tuple(row) for row in rows]
