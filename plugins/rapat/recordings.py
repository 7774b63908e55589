"""Recordings of meetings that are over: their addresses go into the meeting's folder, and who leads it hears of them.

A recording can be watched minutes or a day after the end, and no provider tells us: it is asked a few times, more and more
seldom. Of a meeting that nobody recorded nothing is said.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import select

from integration.errors import DeliveryError
from integration.i18n import Translate
from integration.messages import Reply, fill, quote
from integration.outbox import outbox
from integration.plugin import Job, Run, Work
from integration.ports import Recording, Room
from plugins.rapat import facts, filing, meetings, organizers
from plugins.rapat.attending import presence
from plugins.rapat.invitations import cards
from plugins.rapat.meetings import Occurrence
from plugins.rapat.tables import meeting as _meeting
from plugins.rapat.tables import meeting_occurrence as _occurrence
from plugins.rapat.wording import below, bold

log = structlog.get_logger()

TASK = "rapat.recordings"
# So many hours after the end.
LOOKS = (1, 2, 4, 8, 24, 48)
# An outage of the service may hide the last look for so long.
_CAUGHT_UP = timedelta(days=1)
_LINKS_SHOWN = 5


# ---------------------------------------------------------------- the job


def watch(run: Run) -> None:
    """Queue the looks that are due; of several that an outage has hidden only the last one."""
    with run.read() as work:
        due = {_key(each, _passed(each, work.now)): each for each in _over(work)}
        known = set(work.db.scalars(select(outbox.c.key).where(outbox.c.key.in_(list(due))))) if due else set()
    new = [(key, each) for key, each in due.items() if key not in known]
    if new:
        with run.begin() as work:
            work.queue([work.task(TASK, f"recordings:{each.id}", key, {"occurrence": each.id}) for key, each in new])


def _key(occurrence: Occurrence, hours: int) -> str:
    """A date that is moved after its end is looked at again."""
    return f"occurrence:{occurrence.id}:recordings:{int(occurrence.ends_at.timestamp())}:{hours}"


def _passed(occurrence: Occurrence, now: datetime) -> int:
    return max(hours for hours in LOOKS if occurrence.ends_at + timedelta(hours=hours) <= now)


def _over(work: Work) -> list[Occurrence]:
    """Dates in a video room that ended lately."""
    first, last = timedelta(hours=LOOKS[0]), timedelta(hours=LOOKS[-1]) + _CAUGHT_UP
    ended = (_occurrence.c.ends_at <= work.now - first, _occurrence.c.ends_at > work.now - last)
    # By the index on the start.
    begun = _occurrence.c.starts_at > work.now - last - meetings.LONGEST
    there = (_occurrence.c.state == "planned", _meeting.c.state == "planned", _meeting.c.video.is_not(None))
    asked = _meeting.c.provider.in_(list(work.ports.videos))
    return meetings.fetch(work.db, meetings.occurrences_query().where(begun, *ended, *there, asked))


# ---------------------------------------------------------------- the task


def look(run: Run, given: Mapping[str, Any]) -> None:
    """Ask the provider, and file what is new. Raises `DeliveryError` where the outbox may try again."""
    with run.read() as work:
        occurrence = meetings.occurrence(work.db, int(given["occurrence"]))
        room = _room(work, occurrence) if occurrence else None
    provider = run.ports.videos.get(room.provider) if room else None
    if occurrence is None or room is None or provider is None:
        return
    try:
        found = provider.recordings(room, presence.window(occurrence))
    except DeliveryError as error:
        if not error.permanent:
            raise
        # A right that is missing there is told by the doctor; a dead letter for each meeting would help nobody.
        log.warning("recordings_refused", occurrence=occurrence.id, provider=room.provider, error=str(error))
        return
    with run.begin() as work:
        if filing.file_recording_link(work, occurrence, found):
            _tell(work, occurrence, filing.to_be_seen(found))


def _room(work: Work, occurrence: Occurrence) -> Room | None:
    """Where it took place; None for what was called off or moved after its end."""
    found = meetings.get(work.db, occurrence.meeting_id)
    took_place = occurrence.state == "planned" and occurrence.ends_at <= work.now
    return found.video if found is not None and found.state == "planned" and took_place else None


def _tell(work: Work, occurrence: Occurrence, found: Sequence[Recording]) -> None:
    """Once for so many recordings: another title of one is no news."""
    meeting = meetings.get(work.db, occurrence.meeting_id)
    reader = organizers.of(work, meeting) if meeting else None
    if meeting is None or reader is None:
        return
    folder = filing.folder(work, meeting, occurrence)
    address = facts.of(work.db, meeting).opens(folder)
    key = f"occurrence:{occurrence.id}:recordings:told:{len(found)}:{reader.id}"
    work.tell(reader, key, lambda t: _told(t, occurrence, found, folder, address))


def _told(t: Translate, occurrence: Occurrence, found: Sequence[Recording], folder: str, address: str) -> Reply:
    label, papers = t("watch it"), cards.tap(address, t("open the folder")) if address else quote(folder)
    lines = [
        t("The recording of {title} is there. Those invited find it in the meeting's folder.", title=bold(occurrence.title))
    ]
    lines += [fill("- {link}", link=cards.tap(each.url, label)) for each in found[:_LINKS_SHOWN]]
    lines.append(t("Papers: {folder}", folder=papers))
    return Reply(below(lines))


JOBS = (Job("recordings", "25 * * * *", watch, catch_up_minutes=60),)
TASKS = {"recordings": look}
