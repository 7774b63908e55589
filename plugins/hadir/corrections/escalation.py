"""A supervisor who is away must be no dead end: requests that wait are brought to mind once, then to others.

After a day those who decide are reminded, or the substitute of a supervisor who is away; after `correction_escalate_days`
the supervisor's supervisor, or the personnel officers, are told as well. Everybody is told once, the outbox key decides,
and on a day and at an hour at which they work.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy import select

from integration import deciders as core
from integration.deciders import REMIND_AFTER, Told
from integration.i18n import Translate
from integration.messages import Reply
from integration.plugin import Job, Run, Work, in_batches
from plugins.hadir import corrections, service
from plugins.hadir.corrections import Correction, deciders
from plugins.hadir.corrections import wording as correction_wording
from plugins.hadir.service import EMPTY, Days, Event
from plugins.hadir.tables import attendance_correction

BATCH = 100


def escalate(run: Run) -> None:
    """Tell of the requests that have waited too long, a transaction for each batch."""
    in_batches(run, _batch)


def _batch(work: Work, after: int) -> int:
    """The next requests after the id `after`; the last id looked at, or -1 after the last batch.

    They are read and written together: as many statements for a hundred as for one.
    """
    waiting = _waiting(work, after)
    due = core.due(work, waiting, deciders.key, lambda _correction, _requester: deciders.patience(work))
    if due:
        _tell(work, due)
    return waiting[-1].id if len(waiting) == BATCH else -1


def _waiting(work: Work, after: int) -> list[Correction]:
    request = attendance_correction.c
    old = request.requested_at <= work.now - REMIND_AFTER
    query = select(attendance_correction).where(corrections.WAITING, old, request.id > after)
    return corrections.fetch(work, query.order_by(request.id).limit(BATCH))


# ---------------------------------------------------------------- what they read


def _tell(work: Work, due: Sequence[Told[Correction]]) -> None:
    days = {told.request.day for told in due}
    found = service.days(work.db, {told.requester.id for told in due}, min(days), max(days))
    messages = ((told, deciders.key(told.request, told.what, told.reader.id)) for told in due)
    work.tell_all((told.reader, key, _message(told, _standing(found, told.request))) for told, key in messages)


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
