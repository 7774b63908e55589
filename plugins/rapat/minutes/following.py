"""A task that was closed, opened again or moved by a button: the minutes that name it say so in a version of their own."""

from __future__ import annotations

import re

from integration.people import Person
from integration.plugin import Work
from plugins.rapat import meetings
from plugins.rapat.meetings import Meeting, Occurrence
from plugins.rapat.minutes import markdown, understanding, versions
from plugins.rapat.minutes.understanding import MOST_ITEMS
from plugins.rapat.tasks import keeping
from plugins.rapat.tasks.matching import Task

_TRIES = 5


def follow(work: Work, meeting: Meeting, task: Task, author: Person) -> list[int]:
    """The ids of the dates whose minutes were changed: the task's own, and the last one of the series that has minutes."""
    last = versions.last_of_meeting(work.db, meeting.id)
    own = meetings.occurrence(work.db, task.occurrence_id)
    dates = {occurrence.id: occurrence for occurrence in (own, last) if occurrence is not None}
    return [occurrence.id for occurrence in dates.values() if _followed(work, meeting, occurrence, author)]


def _followed(work: Work, meeting: Meeting, occurrence: Occurrence, author: Person) -> bool:
    for _ in range(_TRIES):
        found = versions.latest(work.db, occurrence.id)
        if found is None:
            return False
        text = _text(work, meeting, occurrence, found.text, author)
        if text == found.text:
            return False
        if versions.add(work, occurrence.id, found.version + 1, found.version, text, author, "chat") is not None:
            return True
    return False


def as_they_are(work: Work, meeting: Meeting, occurrence: Occurrence, text: str) -> str:
    """Minutes that were published, for who reads them now: what was done since then is ticked."""
    return _text(work, meeting, occurrence, text, None)


def _text(work: Work, meeting: Meeting, occurrence: Occurrence, text: str, author: Person | None) -> str:
    """The same with the boxes and days that the tasks have now."""
    meant = understanding.read(work, meeting, occurrence, markdown.parse(text).items[:MOST_ITEMS], author)
    rows = keeping.matched(work.db, occurrence, understanding.wanted(meant, {}))
    by_line: dict[int, list[Task]] = {}
    for wanted, row in rows.items():
        by_line.setdefault(wanted.line, []).append(row)
    lines = text.split("\n")
    for item, said in meant:
        days = {row.due_on for row in by_line.get(item.line, ()) if row.state == "open"}
        if len(days) == 1 and (day := days.pop()) is not None and day != said.due:
            lines[item.line] = with_day(lines[item.line], said.day_said, f"{day:%d/%m/%Y}")
    done = {line: all(row.state == "done" for row in found) for line, found in by_line.items()}
    return markdown.with_ticks("\n".join(lines), lambda item: done.get(item.line))


def with_day(line: str, said: str, day: str) -> str:
    """The line with another day in the place of the words that said one."""
    pattern = r"\s+".join(map(re.escape, said.split()))
    places = list(re.finditer(pattern, line)) if said else []
    if not places:
        return f"{line.rstrip()} {day}"
    return f"{line[: places[-1].start()]}{day}{line[places[-1].end() :]}"
