"""Meetings as they stand: one with its dates and the people invited. Whoever changes one does so in `planning.py`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row, Select, case, func, select

from integration.ports import Room, Span
from plugins.rapat.tables import meeting as _meeting
from plugins.rapat.tables import meeting_invitee as _invitee
from plugins.rapat.tables import meeting_occurrence as _occurrence

Mode = Literal["virtual", "room", "both"]
Role = Literal["organizer", "required", "optional"]
# No date lasts longer (`times.LONGEST_MINUTES`), with a day to spare: earlier ones than this are over, and need not be read.
LONGEST = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Meeting:
    """A row of `tables.meeting`, which says what the fields mean."""

    id: int
    uid: str
    title: str
    agenda: str
    organizer_id: int
    unit_id: int
    zone: str
    starts_at: datetime
    ends_at: datetime
    last_end: datetime
    recurrence: str
    sequence: int
    version: int
    mode: Mode
    place: str
    room_id: int | None
    provider: str
    video: Room | None
    channel_platform: str
    channel_id: str
    channel_name: str
    number: str
    state: str
    cancel_reason: str
    secretary_id: int | None = None

    @property
    def tz(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    @property
    def span(self) -> Span:
        """The time of the first date."""
        return Span(self.starts_at, self.ends_at)

    @property
    def is_series(self) -> bool:
        return bool(self.recurrence)

    @property
    def is_virtual(self) -> bool:
        return self.mode != "room"

    def is_led_by(self, person_id: int) -> bool:
        """The organiser, or the secretary (notulis) whom they named; who may do what is for `organizers.leads` to say."""
        return person_id in (self.organizer_id, self.secretary_id)


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One date of a meeting, with what is its own; `title`, `place` and `room_id` are those that hold on this date."""

    id: int
    meeting_id: int
    original: datetime
    starts_at: datetime
    ends_at: datetime
    title: str
    place: str
    room_id: int | None
    changed: bool
    state: str
    begun_at: datetime | None
    ended_at: datetime | None
    folder: str
    cancel_reason: str = ""

    @property
    def span(self) -> Span:
        return Span(self.starts_at, self.ends_at)


@dataclass(frozen=True, slots=True)
class Invitee:
    """Somebody invited: one of ours (`person_id`), or a guest by `email`. `who` is unique in the meeting."""

    id: int
    meeting_id: int
    who: str
    person_id: int | None
    email: str
    name: str
    office: str
    role: Role
    via: str
    told: int


_MEETING = [_meeting.c[name] for name in Meeting.__dataclass_fields__]
_INVITEE = [_invitee.c[name] for name in Invitee.__dataclass_fields__]
_OCCURRENCE = [_occurrence.c[name] for name in Occurrence.__dataclass_fields__]


def _of_meeting(row: Row[Any]) -> Meeting:
    values: dict[str, Any] = dict(row._mapping)
    return Meeting(**{**values, "video": room_from_json(values["video"])})


def room_from_json(data: Mapping[str, Any] | None) -> Room | None:
    return Room(**data) if data else None


def room_to_json(room: Room) -> dict[str, Any]:
    return {"provider": room.provider, "id": room.id, "url": room.url, "data": dict(room.data)}


def id_of(text: str) -> int:
    """The id in a button or in what was typed; 0, which no row has, where it is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def get(db: Connection, meeting_id: int) -> Meeting | None:
    row = db.execute(select(*_MEETING).where(_meeting.c.id == meeting_id)).first()
    return _of_meeting(row) if row else None


def by_uid(db: Connection, uid: str) -> Meeting | None:
    row = db.execute(select(*_MEETING).where(_meeting.c.uid == uid)).first()
    return _of_meeting(row) if row else None


def many(db: Connection, ids: Sequence[int]) -> dict[int, Meeting]:
    rows = db.execute(select(*_MEETING).where(_meeting.c.id.in_(ids)))
    return {row.id: _of_meeting(row) for row in rows}


def occurrences_query() -> Select[Any]:
    """Every date, with the meeting's title, place and room where it has none of its own, and the folder that it was given
    (`documents.folders`); add a WHERE for `fetch`.
    """
    own = {
        "title": _own(_occurrence.c.title, _meeting.c.title),
        "place": _own(_occurrence.c.place, _meeting.c.place),
        "room_id": func.coalesce(_occurrence.c.room_id, _meeting.c.room_id).label("room_id"),
        "folder": case((_occurrence.c.folder.endswith("/"), ""), else_=_occurrence.c.folder).label("folder"),
    }
    columns = [own.get(column.name, column) for column in _OCCURRENCE]
    return select(*columns).join_from(_occurrence, _meeting, _occurrence.c.meeting_id == _meeting.c.id)


def _own(mine: Any, meetings: Any) -> Any:
    return case((mine != "", mine), else_=meetings).label(mine.name)


def fetch(db: Connection, query: Select[Any]) -> list[Occurrence]:
    return [Occurrence(*row) for row in db.execute(query)]


def occurrence(db: Connection, occurrence_id: int) -> Occurrence | None:
    found = fetch(db, occurrences_query().where(_occurrence.c.id == occurrence_id))
    return found[0] if found else None


def occurrences(db: Connection, meeting_id: int) -> list[Occurrence]:
    """All dates of a meeting in order, called off ones too."""
    return fetch(db, occurrences_query().where(_occurrence.c.meeting_id == meeting_id).order_by(_occurrence.c.starts_at))


def next_one(db: Connection, meeting_id: int, now: datetime) -> Occurrence | None:
    """The date that is under way or comes next; None if all are over or called off."""
    coming = (_occurrence.c.meeting_id == meeting_id, _occurrence.c.state == "planned", _occurrence.c.ends_at > now)
    found = fetch(db, occurrences_query().where(*coming).order_by(_occurrence.c.starts_at).limit(1))
    return found[0] if found else None


def of_person(db: Connection, person_id: int, span: Span) -> list[Occurrence]:
    """The dates in `span` of planned meetings to which the person is invited, in order; who declined is invited still."""
    mine = select(_invitee.c.meeting_id).where(_invitee.c.person_id == person_id, _invitee.c.removed_at.is_(None))
    # By an index alone: who has been to thousands of meetings is asked about none of them.
    near = (_occurrence.c.starts_at > span.start - LONGEST, _occurrence.c.starts_at < span.end)
    dates = select(_occurrence.c.id).where(_occurrence.c.meeting_id.in_(mine), *near)
    still = (_occurrence.c.state == "planned", _occurrence.c.ends_at > span.start, _meeting.c.state == "planned")
    query = occurrences_query().where(_occurrence.c.id.in_(dates), *still)
    return fetch(db, query.order_by(_occurrence.c.starts_at, _occurrence.c.id))


def invitees(db: Connection, meeting_id: int) -> list[Invitee]:
    """Who is invited now, the organiser first, then by name of guests and id."""
    query = select(*_INVITEE).where(_invitee.c.meeting_id == meeting_id, _invitee.c.removed_at.is_(None))
    return [Invitee(*row) for row in db.execute(query.order_by(_invitee.c.role != "organizer", _invitee.c.id))]


def invited(db: Connection, meeting_id: int, person_id: int) -> Invitee | None:
    """The person's own invitation, if they have one."""
    mine = (_invitee.c.meeting_id == meeting_id, _invitee.c.person_id == person_id, _invitee.c.removed_at.is_(None))
    row = db.execute(select(*_INVITEE).where(*mine)).first()
    return Invitee(*row) if row else None


def invitee(db: Connection, invitee_id: int) -> Invitee | None:
    """An invitation by its id; None if it was taken back."""
    row = db.execute(select(*_INVITEE).where(_invitee.c.id == invitee_id, _invitee.c.removed_at.is_(None))).first()
    return Invitee(*row) if row else None


def near(db: Connection, meeting_id: int, since: datetime, most: int = 4) -> list[Occurrence]:
    """The planned dates of a meeting that ended after `since` or are to come, the first of them."""
    these = (_occurrence.c.meeting_id == meeting_id, _occurrence.c.state == "planned", _occurrence.c.ends_at > since)
    return fetch(db, occurrences_query().where(*these).order_by(_occurrence.c.starts_at).limit(most))


def number_invited(db: Connection, meeting_id: int) -> int:
    """How many are invited now, the organiser among them."""
    query = select(func.count()).where(_invitee.c.meeting_id == meeting_id, _invitee.c.removed_at.is_(None))
    return db.scalar(query) or 0


def invitations(db: Connection, person_id: int, meeting_ids: Sequence[int]) -> list[Invitee]:
    """The person's own invitations to these meetings."""
    mine = (_invitee.c.meeting_id.in_(meeting_ids), _invitee.c.person_id == person_id, _invitee.c.removed_at.is_(None))
    return [Invitee(*row) for row in db.execute(select(*_INVITEE).where(*mine))]
