"""The task `rapat.poll`: finds times where none were given, and asks everybody once, whoever was invited since too."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from integration import batches
from integration.batches import Found
from integration.i18n import Translate
from integration.messages import Reply
from integration.people import Person
from integration.plugin import Build, Notice, Run, Task, Work
from integration.ports import Span
from plugins.rapat import meetings, moving, organizers, proposing
from plugins.rapat.meetings import Meeting
from plugins.rapat.polls import store, wording
from plugins.rapat.polls.store import Poll
from plugins.rapat.proposing import Wish

POLL = "rapat.poll"
_AT_ONCE = 200


def queue(work: Work, found: Meeting) -> None:
    """Ask those who were not asked yet; harmless to repeat."""
    count = len(meetings.invitees(work.db, found.id))
    work.later(POLL, f"meeting:{found.id}", f"meeting:{found.id}:poll:{count}", {"meeting": found.id})


def key(poll: Poll | int, what: str, person_id: int) -> str:
    """The outbox key of a message about a poll; `what`: ask, remind, ended, dropped, table."""
    return f"meeting:{poll if isinstance(poll, int) else poll.meeting.id}:poll:{what}:{person_id}"


def ask(run: Run, given: Mapping[str, Any]) -> None:
    meeting_id = int(given["meeting"])
    with run.read() as work:
        poll = store.get(work, meeting_id)
    if poll is None or poll.meeting.state != "polling":
        return
    if not poll.proposals and not _propose(run, poll):
        return
    batches.tell_in_batches(run, lambda work, after: _batch(work, meeting_id, after))


def _batch(work: Work, meeting_id: int, after: int) -> Found:
    poll = store.get(work, meeting_id)
    organizer = organizers.of(work, poll.meeting) if poll else None
    if poll is None or organizer is None or poll.meeting.state != "polling":
        return Found(-1, [])
    others = sorted((p for p in poll.voters if p.id > after and p.id != organizer.id), key=lambda person: person.id)
    some = others[:_AT_ONCE]
    until = max(each.starts_at for each in poll.proposals)
    notices = [Notice(each, key(poll, "ask", each.id), _ballot(work, poll, each, organizer), until=until) for each in some]
    return Found(some[-1].id if len(others) > len(some) else -1, notices)


def _ballot(work: Work, poll: Poll, reader: Person, organizer: Person) -> Build:
    now = work.now
    return lambda t: wording.ballot(t, poll, reader, organizer.name, now)


# ---------------------------------------------------------------- proposals of ours


def _propose(run: Run, poll: Poll) -> bool:
    """Write down the times that suit most; whether there are any. Without any the search is over."""
    with run.read() as work:
        organizer = organizers.of(work, poll.meeting)
        required = {each.person_id for each in meetings.invitees(work.db, poll.meeting.id) if each.role != "optional"}
    if organizer is None:
        return False
    some = [person for person in poll.voters if person.id in required]
    wish = Wish(poll.meeting.id, organizer, some, [poll.meeting.span], poll.meeting.zone, room_id=poll.meeting.room_id)
    spans = [slot.span for slot in proposing.times(run, wish).slots]
    with run.begin() as work:
        now = meetings.get(work.db, poll.meeting.id)
        if now is None or now.state != "polling":
            return False
        if not spans:
            _none(work, now, organizer)
            return False
        _proposed(work, now, organizer, spans)
    return True


def _proposed(work: Work, found: Meeting, organizer: Person, spans: list[Span]) -> None:
    store.propose(work, found, spans)
    poll = store.get(work, found.id)
    assert poll is not None  # noqa: S101  # its meeting was read just now
    now = work.now

    def build(t: Translate) -> Reply:
        return wording.table(t, poll, organizer, now, t("I propose these times and ask everybody."))

    work.tell(organizer, key(poll, "table", organizer.id), build)


def _none(work: Work, found: Meeting, organizer: Person) -> None:
    if moving.settle(work, found, "dropped"):
        work.tell(organizer, key(found.id, "none", organizer.id), lambda t: _no_time(t, found))


def _no_time(t: Translate, found: Meeting) -> Reply:
    text = t("I found no time for “{title}” in the next two weeks. Make it shorter, or name times yourself.", title=found.title)
    return Reply(text, refused=True)


TASKS: dict[str, Task] = {"poll": ask}
