"""An import taken back within a day, whatever it brought."""

from __future__ import annotations

from integration.i18n import Translate
from integration.messages import Reply
from integration.people import Person
from integration.work import Work
from plugins.logbook.imports import taking, target_undoing
from plugins.logbook.imports.store import Import


def count(work: Work, found: Import) -> int:
    """How many rows it may be about."""
    return target_undoing.count(work.db, found) if found.kind == "targets" else taking.count(work.db, found.id)


def undone(work: Work, t: Translate, found: Import, sender: Person) -> Reply:
    """What is left of it is out again, or it is said why not."""
    if found.kind == "targets":
        return target_undoing.undone(work, t, found, sender)
    return taking.undone(work, t, found, sender)
