"""Where a meeting's documents lie, and who puts them there.

Every date has a folder of its own: `Hadir/<unit>/Rapat/2026/2026-11-24 Koordinasi SPBE`. `file_…` may be called by anybody,
in a handler too: they queue a task, and it is the worker that reads, draws and files. A document whose content is the same
version is filed once, however often it is asked for.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import or_

from integration.messages import clean
from integration.plugin import Job, Run, Worded, Work
from integration.ports import Recording
from plugins.rapat import meetings
from plugins.rapat.documents import folders, material
from plugins.rapat.meetings import Meeting, Occurrence
from plugins.rapat.tables import meeting as _meeting
from plugins.rapat.tables import meeting_occurrence as _occurrence

# Used from elsewhere by these names.
folder, path = folders.folder, folders.path
UNDANGAN, MATERIAL, MINUTES_MD, MINUTES_PDF = folders.UNDANGAN, folders.MATERIAL, folders.MINUTES_MD, folders.MINUTES_PDF
ATTENDANCE_PDF, ATTENDANCE_XLSX, RECORDING = folders.ATTENDANCE_PDF, folders.ATTENDANCE_XLSX, folders.RECORDING

# Those who check in within so much time are on one and the same list.
_GATHERED = timedelta(minutes=2)
_AHEAD = timedelta(hours=24)


# ---------------------------------------------------------------- asking for a document


def file_undangan(run: Run, meeting: Meeting, occurrence: Occurrence | None = None) -> None:
    """The letter of the meeting as it is now goes into the folder of its next date, and of every later one that has a folder
    already (or of the one given); these folders are opened to those invited, and closed to who is not any more.
    """
    with run.read() as work:  # what takes a while leaves the database to others
        rows = _letters(work, meeting, occurrence) if meeting.state == "planned" else []
    if rows:
        with run.begin() as work:
            work.queue(rows)


def _letters(work: Work, meeting: Meeting, occurrence: Occurrence | None) -> list[Worded]:
    rows, state = list[Worded](), material.state(work, meeting)
    for each in [occurrence] if occurrence else _coming(work, meeting):
        key = f"meeting:{meeting.id}:{state}:undangan:{each.id}:paper"
        given = {"meeting": meeting.id, "occurrence": each.id}
        rows.append(work.task("rapat.undangan", f"papers:{meeting.id}", key, given))
        rows.append(material.opening(work, meeting, each, state))
    return rows


def file_attendance(work: Work, occurrence: Occurrence, *, at_once: bool = False) -> None:
    """The list of that date, as PDF and as a workbook, in a moment: what is changed until then is on it too.

    With `at_once` now, because somebody waits for it.
    """
    step = _GATHERED.total_seconds()
    turn = work.now if at_once else datetime.fromtimestamp((work.now.timestamp() // step + 1) * step, UTC)
    key = f"meeting:{occurrence.meeting_id}:attendance:{occurrence.id}:{turn.isoformat()}"
    given = {"occurrence": occurrence.id, "turn": turn.isoformat()}
    work.later("rapat.attendance", f"papers:{occurrence.meeting_id}", key, given, due_at=turn)


def file_minutes(work: Work, occurrence: Occurrence, version: int) -> None:
    """That version of the minutes as `Notulen.pdf`. `Notulen.md`, which people edit, is laid there by `minutes` itself."""
    key = f"meeting:{occurrence.meeting_id}:minutes:{occurrence.id}:{version}:paper"
    given = {"occurrence": occurrence.id, "version": version}
    work.later("rapat.minutes_paper", f"papers:{occurrence.meeting_id}", key, given)


def file_recording_link(work: Work, occurrence: Occurrence, recordings: Sequence[Recording]) -> bool:
    """`Rekaman.md` with the addresses of the recordings; False where there are none, or just these stand there."""
    meeting = meetings.get(work.db, occurrence.meeting_id)
    links = to_be_seen(recordings)
    if meeting is None or not links:
        return False
    lines = [f"# Rekaman: {_words(occurrence.title)}", "", *(f"- [{_words(each.title)}]({_url(each.url)})" for each in links)]
    content = ("\n".join(lines) + "\n").encode()
    key = f"meeting:{meeting.id}:recording:{occurrence.id}:{hashlib.sha256(content).hexdigest()[:16]}"
    return work.file(
        path(work, meeting, occurrence, folders.RECORDING), content, folders.MARKDOWN, key, tell=(meeting.organizer_id,)
    )


def to_be_seen(recordings: Sequence[Recording]) -> list[Recording]:
    """Those that have an address of the web."""
    return [each for each in recordings if each.url.startswith(("https://", "http://"))]


def _words(said: str) -> str:
    """One line in which nothing is Markdown."""
    line = " ".join(clean(said).split()) or "Rekaman"
    return "".join(f"\\{char}" if char in "\\`*_[]<>#" else char for char in line)


def _url(address: str) -> str:
    return "".join(f"%{ord(char):02X}" if char in "()<> \\" else char for char in clean(address))


def _coming(work: Work, meeting: Meeting) -> list[Occurrence]:
    """The date that comes next and those after it that have a folder; of a meeting that is over, its last date."""
    planned = [each for each in meetings.occurrences(work.db, meeting.id) if each.state == "planned"]
    coming = [each for each in planned if each.ends_at > work.now]
    return coming[:1] + [each for each in coming[1:] if each.folder] or planned[-1:]


# ---------------------------------------------------------------- what the worker does


def _undangan(run: Run, given: Mapping[str, Any]) -> None:
    from plugins.rapat.documents import making  # heavy, and not needed to answer anybody

    making.undangan(run, given)


def _attendance(run: Run, given: Mapping[str, Any]) -> None:
    from plugins.rapat.documents import making

    making.attendance(run, given)


def _minutes(run: Run, given: Mapping[str, Any]) -> None:
    from plugins.rapat.documents import making

    making.minutes(run, given)


# ---------------------------------------------------------------- later dates of a series


def open_coming(run: Run) -> None:
    """A day before a date of a series its folder is made, with the invitation in it; that of the first is made at once."""
    with run.read() as work:
        c = _occurrence.c
        without = or_(c.folder == "", c.folder.endswith("/"))
        soon = (c.state == "planned", without, c.starts_at > work.now, c.starts_at <= work.now + _AHEAD)
        query = meetings.occurrences_query().where(*soon, _meeting.c.state == "planned").order_by(c.starts_at)
        found = meetings.fetch(work.db, query)
    for occurrence in found:
        with run.begin() as work:
            meeting = meetings.get(work.db, occurrence.meeting_id)
            if meeting is not None:
                folder(work, meeting, occurrence)
        if meeting is not None:
            file_undangan(run, meeting, occurrence)


JOBS = (Job("folders", "*/20 * * * *", open_coming, catch_up_minutes=60),)
TASKS = {
    "undangan": _undangan,
    "attendance": _attendance,
    "minutes_paper": _minutes,
    **material.TASKS,
}
