"""What follows a meeting: the provider is asked who was there, the list is filed, and the organiser is told.

Half an hour after the end nobody can check in any more, and the list is filed. Where the provider does not answer then, it
is asked again on its own, and the list is drawn once more when that has added somebody.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy import select

from integration import people
from integration.errors import DeliveryError
from integration.i18n import Translate
from integration.messages import Button, File, Reply
from integration.outbox import outbox
from integration.people import Person
from integration.plugin import Job, Run, Work
from plugins.rapat import filing, meetings, organizers
from plugins.rapat.attending import listing, presence, stays, wording
from plugins.rapat.documents import folders
from plugins.rapat.meetings import Occurrence
from plugins.rapat.tables import meeting, meeting_occurrence

log = structlog.get_logger()

# After an outage of the service that was longer nobody waits for the list any more; it can be had by the command.
_CAUGHT_UP = timedelta(days=3)
_EVERY_MINUTES = 5


def send(work: Work, occurrence: Occurrence, person: Person) -> None:
    """Queue the list's documents to be made for somebody who asked for them; once a minute is enough."""
    key = f"occurrence:{occurrence.id}:attendance_copy:{person.id}:{work.now:%Y%m%d%H%M}"
    given = {"occurrence": occurrence.id, "person": person.id, "key": key}
    work.later("rapat.attendance_copy", f"attendance:{occurrence.id}", key, given)


def redraw(work: Work, occurrence: Occurrence) -> None:
    """The filed list follows a correction; before it is closed there is none."""
    if work.now >= presence.window(occurrence).end:
        filing.file_attendance(work, occurrence)


# ---------------------------------------------------------------- the job


def watch(run: Run) -> None:
    """Every five minutes: who is in the rooms that are open, and which lists are to be closed."""
    with run.read() as work:
        under_way, over = _under_way(work), _over(work)
    if not under_way and not over:
        return
    slot = int(run.planned.timestamp()) // 60
    with run.begin() as work:
        for occurrence in under_way:
            given, stream = {"occurrence": occurrence.id}, f"stays:{occurrence.id}"
            work.later("rapat.stays", stream, f"occurrence:{occurrence.id}:stays:{slot}", given)
        for occurrence in over:
            given, stream = {"occurrence": occurrence.id}, f"attendance:{occurrence.id}"
            work.later("rapat.close", stream, _closing(occurrence), given)


def _closing(occurrence: Occurrence) -> str:
    """A date that is moved after its end is closed again."""
    return f"occurrence:{occurrence.id}:close:{int(occurrence.ends_at.timestamp())}"


def _under_way(work: Work) -> list[Occurrence]:
    """Where the provider can be asked who is there."""
    asked = [name for name, provider in work.ports.videos.items() if provider.reports_attendance]
    if not asked:
        return []
    now, c = work.now, meeting_occurrence.c
    query = meetings.occurrences_query().where(
        c.starts_at < now + presence.EARLY, c.ends_at > now - presence.LATE, c.state == "planned", *_planned()
    )
    return meetings.fetch(work.db, query.where(meeting.c.provider.in_(asked), meeting.c.video.is_not(None)))


def _over(work: Work) -> list[Occurrence]:
    """Whose list is to be closed and is not."""
    c, until = meeting_occurrence.c, work.now - presence.LATE
    query = meetings.occurrences_query().where(
        c.starts_at > until - _CAUGHT_UP - timedelta(days=1),
        c.ends_at <= until,
        c.ends_at > until - _CAUGHT_UP,
        c.state == "planned",
        *_planned(),
    )
    found = {_closing(occurrence): occurrence for occurrence in meetings.fetch(work.db, query)}
    done = set(work.db.scalars(select(outbox.c.key).where(outbox.c.key.in_(list(found))))) if found else set()
    return [occurrence for key, occurrence in found.items() if key not in done]


def _planned() -> tuple[Any, ...]:
    return (meeting.c.state == "planned",)


# ---------------------------------------------------------------- the tasks


def look(run: Run, given: Mapping[str, Any]) -> None:
    """Who is in the room now. One look that fails is no loss: there is another in five minutes."""
    try:
        stays.collect(run, given["occurrence"])
    except DeliveryError as error:
        log.info("stays_unknown", occurrence=given["occurrence"], error=str(error))


def close(run: Run, given: Mapping[str, Any]) -> None:
    """File the list with what the provider knows, and tell the organiser."""
    occurrence_id, known = given["occurrence"], True
    try:
        stays.collect(run, occurrence_id)
    except DeliveryError as error:
        log.info("stays_unknown", occurrence=occurrence_id, error=str(error))
        known = False
    with run.begin() as work:
        occurrence = meetings.occurrence(work.db, occurrence_id)
        if occurrence is None or occurrence.state != "planned" or work.now < presence.window(occurrence).end:
            return  # it was called off, or goes on at another time, and is closed then
        filing.file_attendance(work, occurrence, at_once=True)
        if not known:
            key = f"{_closing(occurrence)}:late_stays"
            work.later("rapat.late_stays", f"stays:{occurrence_id}", key, {"occurrence": occurrence_id})
        _tell_organizer(work, occurrence)


def late(run: Run, given: Mapping[str, Any]) -> None:
    """What the provider did not tell at the end; the outbox tries again until it does."""
    if stays.collect(run, given["occurrence"]):
        with run.begin() as work:
            occurrence = meetings.occurrence(work.db, given["occurrence"])
            if occurrence is not None:
                filing.file_attendance(work, occurrence)


def copy(run: Run, given: Mapping[str, Any]) -> None:
    """The list as it is now, as a message to who asked for it."""
    # Loaded here: what draws documents is large, and a web process draws none.
    from plugins.rapat.documents import attendance_list, attendance_xlsx, gather

    with run.read() as work:
        person, occurrence = people.get(work.db, given["person"]), meetings.occurrence(work.db, given["occurrence"])
        found = meetings.get(work.db, occurrence.meeting_id) if occurrence else None
        if person is None or occurrence is None or found is None:
            return
        data = gather.attendance(work, found, occurrence)
    files = (
        File(folders.ATTENDANCE_PDF, folders.PDF, attendance_list.make(data)),
        File(folders.ATTENDANCE_XLSX, folders.XLSX, attendance_xlsx.make(data)),
    )
    title = occurrence.title
    with run.begin() as work:
        work.tell(person, given["key"] + ":sent", lambda t: Reply(t("Attendance list: {title}", title=title), files=files))


def _tell_organizer(work: Work, occurrence: Occurrence) -> None:
    found = meetings.get(work.db, occurrence.meeting_id)
    reader = organizers.of(work, found) if found else None
    if found is None or reader is None:
        return
    listed = listing.attendance(work, found, occurrence)
    value, title = str(occurrence.id), occurrence.title

    def build(t: Translate) -> Reply:
        text = t("The attendance list of “{title}” is filed: {sums}", title=title, sums=wording.sums(t, listed))
        buttons = (
            Button(t("See the list"), "rapat.attendance", value, days=14),
            Button(t("Add somebody"), "rapat.attendance_add", value, days=14),
        )
        return Reply(text, buttons)

    work.tell(reader, f"{_closing(occurrence)}:told", build)


JOBS = (Job("attendance", f"*/{_EVERY_MINUTES} * * * *", watch, catch_up_minutes=24 * 60),)
TASKS = {"stays": look, "close": close, "late_stays": late, "attendance_copy": copy}
