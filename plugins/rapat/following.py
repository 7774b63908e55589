"""What organisers hear after the invitations: how many come, in one message now and then, and whom a message never reached."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select

from integration import people
from integration.i18n import Translate
from integration.messages import Button, Reply, Text, join
from integration.outbox import outbox
from integration.plugin import Job, Notice, Run, Work
from plugins.rapat import answered, answers, meetings, organizers
from plugins.rapat.invitations import reach
from plugins.rapat.meetings import Meeting, Occurrence
from plugins.rapat.tables import meeting as _meeting
from plugins.rapat.tables import meeting_answer as _answer
from plugins.rapat.wording import bold, when_short

# At most one message about a meeting in this time.
EVERY = timedelta(minutes=30)
_LOOKED_BACK = timedelta(days=1)
_INVITED = re.compile(r"meeting:(?P<meeting>\d+):(?P<version>\d+):(?:invited|changed|cancelled|removed):(?P<person>\d+)")
_AT_ONCE = 500


# ---------------------------------------------------------------- how many come


def digest(run: Run) -> None:
    """Tell the organisers of coming meetings what was answered since the last look; once for all answers together."""
    with run.read() as work:
        since = (_answer.c.at > run.planned - EVERY, _answer.c.at <= run.planned, _answer.c.answer != answers.ASKED)
        query = select(_answer.c.meeting_id).join_from(_answer, _meeting, _answer.c.meeting_id == _meeting.c.id)
        coming = (_meeting.c.state == "planned", _meeting.c.last_end > work.now)
        ids = list(work.db.scalars(query.where(*since, *coming).distinct().order_by(_answer.c.meeting_id)))
    for first in range(0, len(ids), _AT_ONCE):
        with run.read() as work:
            notices = [notice for id in ids[first : first + _AT_ONCE] if (notice := _digest(work, run, id))]
            messages = work.worded(notices)
        with run.begin() as work:
            work.queue(messages)


def _digest(work: Work, run: Run, meeting_id: int) -> Notice | None:
    """Not where the meeting is under way: then people are there or not."""
    meeting = meetings.get(work.db, meeting_id)
    date = meetings.next_one(work.db, meeting_id, work.now)
    organizer = organizers.of(work, meeting) if meeting else None
    if meeting is None or organizer is None or date is None or date.starts_at <= work.now:
        return None
    found = answers.counts(work.db, meeting_id, date.id)
    key = f"meeting:{meeting_id}:digest:{run.planned:%Y%m%dT%H%M}"
    zone = organizer.zone
    return Notice(organizer, key, lambda t: _counted(t, meeting, date, found, zone), until=date.starts_at)


def _counted(t: Translate, meeting: Meeting, date: Occurrence, found: answers.Counts, zone: str) -> Reply:
    when = when_short(t, date.span, zone)
    text = t("{title}, {when}: {numbers}.", title=bold(meeting.title), when=when, numbers=answered.numbers(t, found))
    return Reply(text, (Button(t("Who?"), answered.LIST, str(meeting.id), days=30),))


# ---------------------------------------------------------------- whom a message never reached


@dataclass(frozen=True, slots=True)
class _Lost:
    """Rows of one version of a meeting that could not be delivered: the last one's id, and to whom they went."""

    last: int
    people: Sequence[int]


def unreached(run: Run) -> None:
    """Tell organisers of messages that could not be delivered for good: an account that is gone, a name that is wrong."""
    with run.read() as work:
        lost = _lost(work)
        notices = [notice for key, each in lost.items() if (notice := _not_reached(work, *key, each))]
        messages = work.worded(notices)
    if messages:
        with run.begin() as work:
            work.queue(messages)


def _lost(work: Work) -> Mapping[tuple[int, int], _Lost]:
    """Of the last day, by meeting and version. Dead letters are few, and indexed."""
    dead = (outbox.c.state == "dead", outbox.c.kind == "chat", outbox.c.finished_at > work.now - _LOOKED_BACK)
    found: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for row in work.db.execute(select(outbox.c.id, outbox.c.key).where(*dead).order_by(outbox.c.id)):
        if match := _INVITED.fullmatch(row.key):
            mine = found.setdefault((int(match["meeting"]), int(match["version"])), [])
            mine.append((row.id, int(match["person"])))
    return {key: _Lost(rows[-1][0], [person for _, person in rows]) for key, rows in found.items()}


def _not_reached(work: Work, meeting_id: int, version: int, lost: _Lost) -> Notice | None:
    meeting = meetings.get(work.db, meeting_id)
    organizer = organizers.of(work, meeting) if meeting else None
    if meeting is None or organizer is None or meeting.version != version or meeting.last_end <= work.now:
        return None
    found = [person.name for person in people.everyone(work.db, work.now.date(), lost.people) if person.id != organizer.id]
    if not found:
        return None
    key = f"meeting:{meeting_id}:{version}:unreached:{lost.last}"
    return Notice(organizer, key, lambda t: _names(t, meeting, sorted(found)), until=meeting.last_end)


def _names(t: Translate, meeting: Meeting, found: Sequence[str]) -> Reply:
    first = t("{title}: my messages do not reach {names}.", title=bold(meeting.title), names=reach.names(t, found))
    rest = t("Please tell them yourself. Your administrator can see why.")
    return Reply(join("\n", [Text(first), rest]))


JOBS = (Job("answers", "*/30 * * * *", digest), Job("unreached", "*/5 * * * *", unreached))
