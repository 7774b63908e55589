"""Direct messages to everybody invited: a batch of people after the other, each batch a transaction.

Who was told of which version stands in `meeting_invitee.told`, written in the transaction that queues the message, whose key
has the version in it: after a crash in the middle the task goes on with those who were not told yet. Who was taken off and
has been told so has 0 again, so that a new invitation is one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from sqlalchemy import and_, func, or_, select, update

from integration import people
from integration.messages import File, Reply
from integration.people import Person
from integration.plugin import Notice, Run, Work
from plugins.rapat import answering, facts, joining, meetings
from plugins.rapat.facts import Change, Facts
from plugins.rapat.invitations import cards, ics_file, reach
from plugins.rapat.invitations.cards import View
from plugins.rapat.meetings import Invitee, Meeting
from plugins.rapat.tables import meeting_invitee as _invitee
from plugins.rapat.wording import bold

# While these are queued, on SQLite nobody else writes: a few milliseconds.
BATCH = 50
# An organiser of more people than this hears how far it has come.
_MANY = 1000

What = Literal["invited", "changed", "cancelled", "removed"]


@dataclass(frozen=True, slots=True)
class _Job:
    """What is the same for everybody: `versions` are the facts that people may have been told."""

    view: View
    versions: Mapping[int, Facts]
    file: File | None
    today: date

    @property
    def meeting(self) -> Meeting:
        return self.view.meeting


@dataclass(slots=True)
class _Batch:
    rows: Sequence[Any] = ()
    messages: list[dict[str, Any]] = field(default_factory=list)

    @property
    def last(self) -> int:
        return int(self.rows[-1].id)


def link(work: Work, meeting: Meeting, invitee: Invitee | None = None, person: Person | None = None) -> str:
    """Where the meeting is joined; "" as long as there is no room: the link follows."""
    return joining.address(work, meeting, invitee, person) if meeting.video else ""


def tell(run: Run, view: View) -> bool:
    """Bring everybody to the version of the view; False if there is a later one meanwhile, whose turn it is then."""
    with run.read() as work:
        versions = facts.versions(work.db, view.meeting.id)
        file = ics_file.of(work, view, link(work, view.meeting))
        job = _Job(view, versions, file, work.now.astimezone(view.meeting.tz).date())
        done = _told(work, view.meeting)
    after = 0
    while True:
        with run.read() as work:
            batch = _batch(work, job, after)
        if not batch.rows:
            return _is_current(run, view.meeting)
        done += len(batch.rows)
        if not _queue(run, job, batch, done):
            return False
        after = batch.last


def _is_current(run: Run, meeting: Meeting) -> bool:
    with run.read() as work:
        return _still(work, meeting)


def _still(work: Work, meeting: Meeting) -> bool:
    now = meetings.get(work.db, meeting.id)
    return now is not None and (now.version, now.state) == (meeting.version, meeting.state)


def _queue(run: Run, job: _Job, batch: _Batch, done: int) -> bool:
    with run.begin() as work:
        if not _still(work, job.meeting):
            return False
        work.queue(batch.messages)
        for ids, told in ((_ids(batch, removed=False), job.meeting.version), (_ids(batch, removed=True), 0)):
            if ids:
                work.db.execute(update(_invitee).where(_invitee.c.id.in_(ids)).values(told=told))
        if done // _MANY > (done - len(batch.rows)) // _MANY:
            _progress(work, job.view, done)
    return True


def _ids(batch: _Batch, *, removed: bool) -> list[int]:
    return [row.id for row in batch.rows if (row.removed_at is not None) == removed]


# ---------------------------------------------------------------- who is to be told, and what


def _batch(work: Work, job: _Job, after: int) -> _Batch:
    behind = or_(
        and_(_invitee.c.removed_at.is_(None), _invitee.c.told < job.meeting.version),
        and_(_invitee.c.removed_at.is_not(None), _invitee.c.told > 0),
    )
    query = select(_invitee).where(_invitee.c.meeting_id == job.meeting.id, _invitee.c.id > after, behind)
    rows = work.db.execute(query.order_by(_invitee.c.id).limit(BATCH)).all()
    ids = [row.person_id for row in rows if row.person_id is not None]
    found = {person.id: person for person in people.everyone(work.db, job.today, ids)} if ids else {}
    reachable = reach.in_chat(work, found)
    notices = [
        notice
        for row in rows
        if row.person_id in reachable and (notice := _notice(work, job, row, found[row.person_id])) is not None
    ]
    return _Batch(rows, work.worded(notices))


def _notice(work: Work, job: _Job, row: Any, person: Person) -> Notice | None:
    what, old, changes = _due(job, row)
    if what is None:
        return None
    meeting = job.meeting
    key = f"meeting:{meeting.id}:{meeting.version}:{what}:{person.id}"
    reply = _reply(work, job, row, person, what, old, changes)
    return Notice(person, key, reply, until=meeting.last_end)


def _due(job: _Job, row: Any) -> tuple[What | None, Facts | None, list[Change]]:
    if row.role == "organizer":
        return None, None, []  # the summing up is for them
    if row.removed_at is not None:
        return "removed", None, []
    if job.meeting.state == "cancelled":
        return ("cancelled" if row.told else None), None, []
    if not row.told:
        return "invited", None, []
    old = job.versions.get(row.told)
    changes = facts.changes(old, job.view.facts) if old else []
    return ("changed" if changes or old is None else None), old, changes


def _reply(work: Work, job: _Job, row: Any, person: Person, what: What, old: Facts | None, changes: Sequence[Change]) -> Any:
    view, zone = job.view, person.zone
    invitee = Invitee(*(getattr(row, name) for name in Invitee.__dataclass_fields__))
    address = link(work, view.meeting, invitee, person) if what in ("invited", "changed") else ""
    files = (job.file,) if job.file and what != "removed" and reach.has_no_calendar(work, person) else ()

    def build(t: Any) -> Reply:
        if what == "removed":
            return Reply(cards.removed(view, t, zone=zone))
        if what == "cancelled":
            return Reply(cards.cancelled(view, t, zone=zone), files=files)
        if what == "changed":
            text = cards.changed(view, t, old, changes, zone=zone, link=address)
        else:
            text = cards.invitation(view, t, zone=zone, link=address)
        return Reply(text, answering.invitation_buttons(t, view.meeting, work.now), files)

    return build


# ---------------------------------------------------------------- what the organiser hears


def _told(work: Work, meeting: Meeting) -> int:
    told = (_invitee.c.meeting_id == meeting.id, _invitee.c.removed_at.is_(None), _invitee.c.told >= meeting.version)
    return work.db.scalar(select(func.count()).where(*told)) or 0


def _progress(work: Work, view: View, done: int) -> None:
    organizer, meeting = view.leader, view.meeting
    everybody = (_invitee.c.meeting_id == meeting.id, _invitee.c.removed_at.is_(None))
    total = work.db.scalar(select(func.count()).where(*everybody)) or 0
    if organizer is None or done >= total:
        return
    key = f"meeting:{meeting.id}:{meeting.version}:progress:{done // _MANY}"
    title = bold(meeting.title)
    work.tell(
        organizer,
        key,
        lambda t: Reply(t("{title}: told {done} of {total} people so far.", title=title, done=done, total=total)),
    )


def sum_up(run: Run, view: View) -> None:
    """Tell the organiser that everybody was told, how many, and whom Hadir could not reach; nothing if nobody was told."""
    with run.read() as work:
        messages = work.worded(_summary(work, view))
    if messages:
        with run.begin() as work:
            work.queue(messages)


def _summary(work: Work, view: View) -> list[Notice]:
    meeting, organizer = view.meeting, view.leader
    old = facts.before(work.db, meeting)
    since = facts.kept_at(work.db, meeting)
    fresh = (_invitee.c.meeting_id == meeting.id, _invitee.c.removed_at.is_(None), _invitee.c.invited_at >= since)
    added = work.db.scalar(select(func.count()).where(*fresh)) or 0
    news = old is None or bool(added) or meeting.state == "cancelled" or bool(facts.changes(old, view.facts))
    if organizer is None or not news:
        return []
    found = reach.of(work, meeting)
    if not found.everybody:
        return []
    address = link(work, meeting)
    key = f"meeting:{meeting.id}:{meeting.version}:sent:{found.everybody}"
    zone = organizer.zone
    return [Notice(organizer, key, lambda t: reach.summary(view, t, found, zone, old, address), until=meeting.last_end)]
