"""A supervisor who is away must be no dead end: requests that wait are brought to mind once, then to others.

After a day those who decide are reminded, or the substitute of a supervisor who is away; after `correction_escalate_days`
the supervisor's supervisor, or the personnel officers, are told as well. Everybody is told once, the outbox key decides,
and on a day and at an hour at which they work.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial

from sqlalchemy import select

from integration import reminding
from integration.batches import Found, tell_in_batches
from integration.i18n import Translate
from integration.messages import Reply
from integration.people import Person
from integration.plugin import Build, Job, Run, Work
from integration.reminding import REMIND_AFTER, Told
from plugins.hadir import corrections, service
from plugins.hadir.corrections import Correction, deciders
from plugins.hadir.corrections import wording as correction_wording
from plugins.hadir.service import EMPTY, Days, Event
from plugins.hadir.tables import attendance_correction

BATCH = 100


def escalate(run: Run) -> None:
    """Tell of the requests that have waited too long."""
    tell_in_batches(run, _find)


def _find(work: Work, after: int) -> Found:
    """Whom to tell of the next requests after the id `after`: as many statements for a hundred as for one."""
    waiting = _waiting(work, after)
    due = reminding.due(work, waiting, deciders.key, lambda _correction, _requester: deciders.patience(work))
    about = {deciders.key(told.request, told.what, told.reader.id): told.request.id for told in due}
    last = waiting[-1].id if len(waiting) == BATCH else -1
    return Found(last, _notices(work, due) if due else [], partial(_still, about=about))


def _still(work: Work, keys: Collection[str], *, about: Mapping[str, int]) -> set[str]:
    """Those about requests that nobody has decided meanwhile."""
    ids = {about[key] for key in keys}
    table = attendance_correction.c
    open_ids = set(work.db.scalars(select(table.id).where(corrections.WAITING, table.id.in_(ids))))
    return {key for key in keys if about[key] in open_ids}


def _waiting(work: Work, after: int) -> list[Correction]:
    request = attendance_correction.c
    old = request.requested_at <= work.now - REMIND_AFTER
    query = select(attendance_correction).where(corrections.WAITING, old, request.id > after)
    return corrections.fetch(work, query.order_by(request.id).limit(BATCH))


# ---------------------------------------------------------------- what they read


def _notices(work: Work, due: Sequence[Told[Correction]]) -> list[tuple[Person, str, Build]]:
    days = {told.request.day for told in due}
    found = service.days(work.db, {told.requester.id for told in due}, min(days), max(days))
    messages = ((told, deciders.key(told.request, told.what, told.reader.id)) for told in due)
    return [(told.reader, key, _message(told, _standing(found, told.request))) for told, key in messages]


def _standing(found: Days, correction: Correction) -> Event | None:
    day = found.get((correction.person_id, correction.day), EMPTY)
    return day.arrival if correction.kind == "in" else day.departure


def _message(told: Told[Correction], standing: Event | None) -> Callable[[Translate], Reply]:
    def build(t: Translate) -> Reply:
        superior = told.superior if told.what == "escalated" else told.reader
        text = correction_wording.still_waits(t, told.request, told.requester, superior, told.reader, standing)
        return Reply(text, buttons=correction_wording.decide_buttons(t, told.request))

    return build


# Often enough for short hours of reminders, too; a run that finds nothing new reads a few rows.
JOBS = (Job("corrections", "*/15 * * * *", escalate, catch_up_minutes=60),)
