"""Proposed times of a meeting and what everybody says of each. Rows and counting; no replies here."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, cast

from sqlalchemy import Connection, func, or_, select, update

from integration import people
from integration.db import insert_once
from integration.people import Person
from integration.plugin import Context, Work
from integration.ports import Span
from plugins.rapat import meetings, organizers
from plugins.rapat.meetings import Meeting
from plugins.rapat.tables import meeting as _meeting
from plugins.rapat.tables import meeting_invitee as _invitee
from plugins.rapat.tables import meeting_proposal as _proposal
from plugins.rapat.tables import meeting_vote as _vote

Vote = Literal["yes", "maybe", "no"]
VOTES: tuple[Vote, ...] = ("yes", "maybe", "no")
MOST = 5
# People have two days, but never until the first of the times itself.
OPEN_FOR = timedelta(days=2)
_BEFORE_FIRST = timedelta(hours=2)
_AT_LEAST = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A time that was proposed."""

    id: int
    meeting_id: int
    starts_at: datetime
    ends_at: datetime

    @property
    def span(self) -> Span:
        return Span(self.starts_at, self.ends_at)


@dataclass(frozen=True, slots=True)
class Poll:
    """A meeting that looks for a time: `voters` are those invited who work here, the organiser first; `votes` by proposal and
    person.
    """

    meeting: Meeting
    created_at: datetime
    proposals: Sequence[Proposal]
    voters: Sequence[Person]
    votes: Mapping[tuple[int, int], Vote]

    @property
    def until(self) -> datetime:
        """When it ends by itself."""
        first = min((each.starts_at for each in self.proposals), default=self.created_at + OPEN_FOR)
        return max(min(self.created_at + OPEN_FOR, first - _BEFORE_FIRST), self.created_at + _AT_LEAST)

    def ahead(self, now: datetime) -> list[Proposal]:
        """Those that have not passed."""
        return [each for each in self.proposals if each.starts_at > now]

    def of(self, proposal: Proposal, vote: Vote) -> list[Person]:
        return [person for person in self.voters if self.votes.get((proposal.id, person.id)) == vote]

    def silent(self, now: datetime) -> list[Person]:
        """Who has not answered to every time that has not passed."""
        ahead = self.ahead(now)
        return [person for person in self.voters if any((each.id, person.id) not in self.votes for each in ahead)]

    def best(self, now: datetime) -> list[Proposal]:
        """Those to which most can come: in doubt with the fewest who cannot, and the most who perhaps can. Several are a tie;
        none if nobody but the organiser can come to any.
        """

        def rank(proposal: Proposal) -> tuple[int, int, int]:
            return (
                len(self.of(proposal, "yes")),
                -len(self.of(proposal, "no")),
                len(self.of(proposal, "maybe")),
            )

        ahead = [each for each in self.ahead(now) if self._others(each)]
        top = max(map(rank, ahead), default=None)
        return [each for each in ahead if rank(each) == top]

    def _others(self, proposal: Proposal) -> bool:
        return any(person.id != self.meeting.organizer_id for person in self.of(proposal, "yes") + self.of(proposal, "maybe"))


# ---------------------------------------------------------------- reading


def get(work: Work, meeting_id: int, only: int | None = None) -> Poll | None:
    """The poll of a meeting, whatever has become of it; None if there is no such meeting. A handful of statements.

    With `only` it has no other voter than that person, and only their votes: of thousands that is all one of them needs.
    """
    found = meetings.get(work.db, meeting_id)
    if found is None:
        return None
    created_at = work.db.execute(select(_meeting.c.created_at).where(_meeting.c.id == meeting_id)).scalar_one()
    proposals = of_meeting(work.db, meeting_id)
    voters = sorted(_voters(work, meeting_id, only), key=lambda person: (person.id != found.organizer_id, person.name))
    return Poll(found, created_at, proposals, voters, _votes(work.db, [each.id for each in proposals], only))


def _voters(work: Work, meeting_id: int, only: int | None) -> list[Person]:
    if only is not None:
        invited = [] if meetings.invited(work.db, meeting_id, only) is None else [only]
    else:
        invited = [each.person_id for each in meetings.invitees(work.db, meeting_id) if each.person_id is not None]
    return people.everyone(work.db, work.now.date(), invited)


def all_answered(work: Work, meeting_id: int, ahead: Sequence[Proposal]) -> bool:
    """Whether everybody invited who works here has answered to all of these. One statement."""
    ids = [each.id for each in ahead]
    theirs = select(func.count()).where(_vote.c.person_id == _invitee.c.person_id, _vote.c.proposal_id.in_(ids))
    silent = (
        select(_invitee.c.id)
        .join(people.person, people.person.c.id == _invitee.c.person_id)
        .where(_invitee.c.meeting_id == meeting_id, _invitee.c.removed_at.is_(None))
        .where(theirs.correlate(_invitee).scalar_subquery() < len(ids))
    )
    return work.db.execute(people.working(silent, work.now.date()).limit(1)).first() is None


def of_meeting(db: Connection, meeting_id: int) -> list[Proposal]:
    query = select(_proposal).where(_proposal.c.meeting_id == meeting_id).order_by(_proposal.c.starts_at)
    return [Proposal(*row) for row in db.execute(query)]


def proposal(db: Connection, proposal_id: int) -> Proposal | None:
    row = db.execute(select(_proposal).where(_proposal.c.id == proposal_id)).first()
    return Proposal(*row) if row else None


def _votes(db: Connection, proposal_ids: Collection[int], only: int | None) -> dict[tuple[int, int], Vote]:
    query = select(_vote.c.proposal_id, _vote.c.person_id, _vote.c.vote).where(_vote.c.proposal_id.in_(proposal_ids))
    if only is not None:
        query = query.where(_vote.c.person_id == only)
    return {(row.proposal_id, row.person_id): cast(Vote, row.vote) for row in db.execute(query)}


def open_ids(db: Connection) -> list[int]:
    """The meetings that look for a time."""
    return list(db.scalars(select(_meeting.c.id).where(_meeting.c.state == "polling").order_by(_meeting.c.id)))


def dropped_ids(db: Connection, since: datetime) -> list[int]:
    """The meetings that looked for a time and were cancelled since then."""
    looked = select(_proposal.c.meeting_id)
    found = select(_meeting.c.id).where(_meeting.c.state == "dropped", _meeting.c.changed_at >= since)
    return list(db.scalars(found.where(_meeting.c.id.in_(looked))))


def open_of(context: Context) -> list[tuple[Meeting, bool]]:
    """Those of them that concern the person, and whether they lead it; their own first."""
    asked = select(_invitee.c.meeting_id).where(_invitee.c.person_id == context.person.id, _invitee.c.removed_at.is_(None))
    led = organizers.led_by(context)
    query = select(_meeting.c.id, led).where(_meeting.c.state == "polling", or_(led, _meeting.c.id.in_(asked)))
    leads = {row[0]: bool(row[1]) for row in context.db.execute(query)}
    found = meetings.many(context.db, list(leads)).values()
    return sorted(((each, leads[each.id]) for each in found), key=lambda each: (not each[1], each[0].id))


# ---------------------------------------------------------------- writing


def propose(work: Work, found: Meeting, spans: Iterable[Span]) -> None:
    """Add times; who proposes them can come to them. Those that are there already stay."""
    for span in spans:
        row = {"meeting_id": found.id, "starts_at": span.start, "ends_at": span.end}
        key = insert_once(work.db, _proposal, row)
        if key is not None:
            ballot = {"proposal_id": key[0], "person_id": found.organizer_id, "vote": "yes", "at": work.written_at}
            insert_once(work.db, _vote, ballot)
            work.audit("meeting.proposed", f"meeting:{found.id}", after={"proposal": key[0], "at": span.start.isoformat()})


def vote(work: Work, poll: Poll, chosen: Proposal, person: Person, said: Vote) -> None:
    """Write down what the person says of that time; the last word counts."""
    before = poll.votes.get((chosen.id, person.id))
    if before == said:
        return
    mine = (_vote.c.proposal_id == chosen.id, _vote.c.person_id == person.id)
    values = {"vote": said, "at": work.written_at}
    if work.db.execute(update(_vote).where(*mine).values(values)).rowcount == 0:
        insert_once(work.db, _vote, {"proposal_id": chosen.id, "person_id": person.id, **values})
    after = {"proposal": chosen.id, "vote": said}
    work.audit("meeting.voted", f"meeting:{poll.meeting.id}", before={**after, "vote": before} if before else None, after=after)
