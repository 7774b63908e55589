"""Who changes a meeting does it here: the rows, the audit, and what has to follow outside."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import insert, select, update

from integration.messages import Channel
from integration.people import Person
from integration.plugin import Work
from integration.ports import Span
from plugins.rapat import meetings
from plugins.rapat.documents import folders
from plugins.rapat.meetings import Meeting, Mode, Role
from plugins.rapat.rooms import booking
from plugins.rapat.tables import meeting, meeting_invitee, meeting_occurrence

# The task that finds the members of groups, asks who is free, and publishes or asks the organiser. It is given
# {"meeting": id, "version": the version that it is about, "groups": [Group.plain, …], "ask": bool, "since": when}: of an
# older version than the meeting's it does nothing but find members; without "ask" nobody is asked and it is published.
CHECK = "rapat.check"
# The task that tells who leads a planned meeting whom its new time does not suit, or who of those added cannot come. It is
# given {"meeting", "version", "times": what it is about}, and either "known": [[start, end], …] (the dates as they were,
# which stand in calendars still) and "date" (the only one that was changed, or 0), or "vias" and "since": how and since when
# those were invited whom it is about.
LOOK = "rapat.look"
_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class Who:
    """Somebody to be invited: one of ours, or a guest by e-mail address in lower case."""

    person_id: int | None = None
    email: str = ""
    name: str = ""
    office: str = ""
    role: Role = "required"
    via: str = ""

    @property
    def key(self) -> str:
        return f"p:{self.person_id}" if self.person_id is not None else f"m:{self.email}"


@dataclass(frozen=True, slots=True)
class Group:
    """Everybody of a channel (its id on `platform`) or of a unit (its id as text); the task finds out who they are.

    A channel of which only the name is known has no id. `by` is the platform's id of who invites it, who has to be in it; ""
    where that is certain.
    """

    kind: Literal["channel", "unit"]
    id: str
    name: str
    platform: str = ""
    by: str = ""

    @property
    def via(self) -> str:
        """What `meeting_invitee.via` says of whoever was invited with it."""
        return f"{'~' if self.kind == 'channel' else ''}{self.name}"[:200]

    @property
    def plain(self) -> list[str]:
        """For a task or a button; `of` is its inverse."""
        return [self.kind, self.platform, self.id, self.name, *([self.by] if self.by else [])]

    @classmethod
    def of(cls, plain: Sequence[str]) -> Group:
        kind, platform, id, name, *by = plain
        return cls("channel" if kind == "channel" else "unit", id, name, platform, by[0] if by else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A meeting as it is to be. `starts` are all its dates, the first one `span.start`; `channel` has its platform with it;
    `folder` is where its papers are to lie in the unit's own of meetings ("": in that of the year).
    """

    title: str
    span: Span
    zone: str
    starts: tuple[datetime, ...]
    agenda: str = ""
    mode: Mode = "virtual"
    place: str = ""
    room_id: int | None = None
    provider: str = ""
    recurrence: str = ""
    invitees: Sequence[Who] = ()
    groups: Sequence[Group] = ()
    platform: str = ""
    channel: Channel | None = None
    number: str = ""
    folder: str = ""


def create(work: Work, organizer: Person, plan: Plan, state: str = "checking") -> Meeting:
    """Write the meeting down, with every date and everybody invited; the organiser is invited too.

    The room is booked, and what follows is queued, unless a time is still being looked for. Raises `booking.Taken`.
    """
    length = plan.span.end - plan.span.start
    if plan.room_id is not None and state != "polling":
        booking.book(work, plan.room_id, [Span(at, at + length) for at in plan.starts])
    meeting_id = _insert_meeting(work, organizer, plan, state)
    row = {"meeting_id": meeting_id, "folder": folders.wished(work, organizer.unit_id, plan.folder)}
    dates = [{**row, "original": at, "starts_at": at, "ends_at": at + length} for at in plan.starts]
    work.db.execute(insert(meeting_occurrence), dates)
    invite(work, meeting_id, [Who(organizer.id, role="organizer"), *plan.invitees], new=True)
    after = {"title": plan.title, "starts_at": plan.span.start.isoformat(), "state": state, "dates": len(plan.starts)}
    work.audit("meeting.created", f"meeting:{meeting_id}", after=after)
    found = meetings.get(work.db, meeting_id)
    assert found is not None  # noqa: S101  # it was written just now
    if state == "checking" or plan.groups:
        check(work, found, plan.groups, ask=state == "checking")
    return found


def check(work: Work, found: Meeting, groups: Iterable[Group] = (), *, ask: bool = True) -> None:
    """Queue the task `CHECK` for the meeting as it is now; without `ask` it was planned before, and `groups` are new in it."""
    given = {
        "meeting": found.id,
        "version": found.version,
        "groups": [group.plain for group in groups],
        "ask": ask,
        **({} if ask else {"since": work.written_at.isoformat()}),
    }
    work.later(CHECK, f"meeting:{found.id}", f"meeting:{found.id}:{found.version}:check", given)


def look(work: Work, found: Meeting, given: Mapping[str, Any] | None = None) -> None:
    """Queue the task `LOOK` for a meeting that is planned and was changed. To be called before those invited are told (in the
    same stream), because then calendars say the new time yet of nobody.
    """
    times = [found.starts_at.isoformat(), found.ends_at.isoformat(), found.recurrence]
    given = {"meeting": found.id, "version": found.version, "times": times, **(given or {})}
    what = "-".join(given.get("vias", ["all"]))[:80]
    work.later(LOOK, f"meeting:{found.id}", f"meeting:{found.id}:{found.version}:look:{what}", given)


def give_channel(work: Work, meeting_id: int, group: Group) -> None:
    """The meeting is announced there, if it has no channel yet."""
    mine = (meeting.c.id == meeting_id, meeting.c.channel_id == "")
    values = {"channel_platform": group.platform, "channel_id": group.id, "channel_name": group.name}
    if work.db.execute(update(meeting).where(*mine).values(values)).rowcount:
        work.audit("meeting.channel", f"meeting:{meeting_id}", after=values)


def _insert_meeting(work: Work, organizer: Person, plan: Plan, state: str) -> int:
    length = plan.span.end - plan.span.start
    values: dict[str, Any] = {
        "uid": f"{uuid.uuid4()}@hadir",
        "title": plan.title,
        "agenda": plan.agenda,
        "organizer_id": organizer.id,
        "unit_id": organizer.unit_id,
        "zone": plan.zone,
        "starts_at": plan.span.start,
        "ends_at": plan.span.end,
        "last_end": max(plan.starts) + length,
        "recurrence": plan.recurrence,
        "mode": plan.mode,
        "place": plan.place,
        "room_id": plan.room_id,
        "provider": plan.provider,
        "channel_platform": plan.platform if plan.channel else "",
        "channel_id": plan.channel.id if plan.channel else "",
        "channel_name": plan.channel.name if plan.channel else "",
        "number": plan.number,
        "state": state,
        "created_at": work.written_at,
        "changed_at": work.written_at,
    }
    return int(work.db.execute(insert(meeting).values(values).returning(meeting.c.id)).scalar_one())


def invite(work: Work, meeting_id: int, people: Iterable[Who], *, new: bool = False) -> int:
    """Add people to those invited, and say how many are new; who is invited already stays as they are. `new`: nobody is yet."""
    rows: dict[str, dict[str, Any]] = {}
    for who in people:
        rows.setdefault(who.key, _row(work, meeting_id, who))
    c = meeting_invitee.c
    there = select(c.who, c.removed_at).where(c.meeting_id == meeting_id)
    there = there.where(c.who.in_(rows)) if len(rows) <= _AT_ONCE else there
    known = {} if new else {row.who: row.removed_at for row in work.db.execute(there)}
    fresh = [row for key, row in rows.items() if key not in known]
    back = [key for key in rows if known.get(key)]
    if fresh:
        work.db.execute(insert(meeting_invitee), fresh)
    for start in range(0, len(back), _AT_ONCE):
        those = c.who.in_(back[start : start + _AT_ONCE])
        again = update(meeting_invitee).where(c.meeting_id == meeting_id, those)
        work.db.execute(again.values(removed_at=None, told=0, invited_at=work.written_at))
    return len(fresh) + len(back)


def _row(work: Work, meeting_id: int, who: Who) -> dict[str, Any]:
    return {
        "meeting_id": meeting_id,
        "who": who.key,
        "person_id": who.person_id,
        "email": who.email,
        "name": who.name,
        "office": who.office,
        "role": who.role,
        "via": who.via,
        "invited_at": work.written_at,
    }
