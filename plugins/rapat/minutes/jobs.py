"""What happens to minutes by the clock: the file is laid and read back, and drafts that nobody published are remembered."""

from __future__ import annotations

from datetime import timedelta

import structlog
from sqlalchemy import exists, select

from integration.deciders import awake
from integration.errors import DeliveryError
from integration.i18n import Translate
from integration.messages import Reply
from integration.people import Person
from integration.plugin import Job, Run, Work
from integration.workdays import local_day
from plugins.rapat import meetings, organizers
from plugins.rapat.meetings import Meeting, Occurrence
from plugins.rapat.minutes import publishing, reading, showing, store, versions
from plugins.rapat.minutes.chosen import SIGN
from plugins.rapat.tables import meeting as _meeting
from plugins.rapat.tables import meeting_minutes as _minutes
from plugins.rapat.tables import meeting_occurrence as _occurrence
from plugins.rapat.wording import say

log = structlog.get_logger()

# So long after a meeting its file is looked at in every run, later once an hour.
_FRESH = timedelta(hours=12)
# When the attendance list is closed, the minutes follow it once more.
_LIST_CLOSED, _LIST_SEEN = timedelta(minutes=32), timedelta(minutes=62)
_NUDGE_AFTER, _NUDGE_UNTIL = timedelta(hours=18), timedelta(days=7)
_STEP_MINUTES = 5


def keep_files(run: Run) -> None:
    """Every meeting that has begun gets its template, and what people write into its file is read."""
    with run.read() as work:
        found = _recent(work, hourly=run.planned.minute < _STEP_MINUTES)
        now = work.now
    for occurrence in found:
        since = now - occurrence.ends_at
        with run.read() as work:
            begun = versions.latest(work.db, occurrence.id) is not None
        if (not begun and since < _FRESH) or _LIST_CLOSED <= since < _LIST_SEEN:
            begun = _ensure(run, occurrence) or begun
        storage = run.ports.storage
        if not begun or storage is None:
            continue
        try:
            reading.sync(run, storage, occurrence.id)
        except DeliveryError as error:
            log.warning("minutes_file_not_read", occurrence=occurrence.id, error=str(error))
            if not error.permanent:
                return  # the drive is down: the next run tries again


def _recent(work: Work, *, hourly: bool) -> list[Occurrence]:
    """Planned dates that have begun, none of them long ago."""
    since = work.now - (reading.RECENT if hourly else _FRESH)
    when = (_occurrence.c.starts_at <= work.now, _occurrence.c.ends_at > since)
    planned = (_occurrence.c.state == "planned", _meeting.c.state == "planned")
    query = meetings.occurrences_query().where(*when, *planned).order_by(_occurrence.c.starts_at.desc())
    return meetings.fetch(work.db, query)


def _ensure(run: Run, occurrence: Occurrence) -> bool:
    with run.begin() as work:
        meeting = meetings.get(work.db, occurrence.meeting_id)
        if meeting is None:
            return False
        store.ensure(work, meeting, occurrence)
        return True


# ---------------------------------------------------------------- drafts


def remember_drafts(run: Run) -> None:
    """Whoever leads a meeting is told once that its minutes wait to be published."""
    with run.read() as work:
        waiting = _drafts(work)
    for occurrence in waiting:
        with run.begin() as work:
            meeting = meetings.get(work.db, occurrence.meeting_id)
            version = versions.latest(work.db, occurrence.id)
            if meeting is not None and version is not None:
                _nudge(work, meeting, occurrence, version)


def _drafts(work: Work) -> list[Occurrence]:
    """Dates of the last week of which minutes were written by somebody, and none were published."""
    mine = _minutes.c.occurrence_id == _occurrence.c.id
    written = exists(select(_minutes.c.id).where(mine, _minutes.c.source != "template"))
    published = exists(select(_minutes.c.id).where(mine, _minutes.c.published_at.is_not(None)))
    ended = (_occurrence.c.ends_at <= work.now - _NUDGE_AFTER, _occurrence.c.ends_at > work.now - _NUDGE_UNTIL)
    return meetings.fetch(work.db, meetings.occurrences_query().where(*ended, written, ~published))


def _nudge(work: Work, meeting: Meeting, occurrence: Occurrence, version: versions.Version) -> None:
    reader = organizers.writer(work, meeting)
    if reader is not None and awake(work, reader.zone) and work.plan(reader, local_day(work.now, reader)).works:
        key = f"meeting:{meeting.id}:minutes:{occurrence.id}:draft:{reader.id}"
        work.tell(reader, key, lambda t: _draft(t, occurrence, version, reader))


def _draft(t: Translate, occurrence: Occurrence, version: versions.Version, reader: Person) -> Reply:
    text = t("The minutes of {title} are written, but not published yet.", title=showing.title(t, occurrence, reader.zone))
    edit = say(t("Open the minutes"), f"notulen tulis {SIGN}{occurrence.id}", days=14)
    return Reply(text, buttons=(publishing.button(t, occurrence, version), edit))


JOBS = (
    Job("minutes_files", f"*/{_STEP_MINUTES} * * * *", keep_files, catch_up_minutes=60),
    Job("minutes_drafts", "20 * * * *", remember_drafts, catch_up_minutes=240),
)
