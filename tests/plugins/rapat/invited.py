"""Meetings that go out: the worker's part of the invitations, stepped by hand. Monday is 23 November 2026, 07.28 WIB."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import icalendar
from sqlalchemy import func, insert, select, update

from integration import people, scheduler
from integration.core import Hadir
from integration.errors import DeliveryError
from integration.messages import Channel, Reply
from integration.outbox import outbox
from integration.plugin import Work
from integration.ports import Event, Room, Span, VideoMeeting, event_from_json
from plugins.rapat import changing, meetings, planning, publish, recurrence
from plugins.rapat.meetings import Meeting, Occurrence
from plugins.rapat.planning import Plan, Who
from plugins.rapat.recurrence import Rule
from plugins.rapat.tables import meeting, meeting_answer, meeting_invitee, meeting_occurrence
from tests.cast import at
from tests.plugins.rapat.house import Rooms
from tests.plugins.rapat.office import person
from tests.post import inbox, texts

TUESDAY = Span(at("2026-11-24T09:00+07:00"), at("2026-11-24T10:30+07:00"))
WEEK = timedelta(days=7)
MINE = ("rapat.publish", "rapat.room", "rapat.folder")


def invites(hadir: Hadir, *who: str, weeks: int = 1, when: Span = TUESDAY, guests: Sequence[str] = (), **more: Any) -> Meeting:
    """Budi's meeting on Tuesday at 09.00 WIB, which nobody has to be asked about: it goes out at once."""
    boss = person(hadir, more.pop("by", "budi"))
    starts = tuple(when.start + WEEK * n for n in range(weeks))
    rule = recurrence.rrule(Rule("WEEKLY", weekdays=(1,)), starts) if weeks > 1 else ""
    channel = Channel(more.pop("channel"), "umum") if "channel" in more else None
    plan = Plan(
        **{"title": "Koordinasi SPBE", "mode": "room", "place": "Ruang Garuda", **more},
        span=when,
        zone=boss.zone,
        starts=starts,
        recurrence=rule,
        invitees=[*(Who(person(hadir, each).id) for each in who), *(Who(email=each) for each in guests)],
        platform="mattermost" if channel else "",
        channel=channel,
    )
    with hadir.database.write() as db:
        work = scheduler.work(hadir, db)
        made = planning.create(work, boss, plan, "planned")
        publish.bring(work, made.id)
    return made


def changes(hadir: Hadir, meeting_id: int = 1, **values: Any) -> None:
    """The organiser has changed something of it: the row as `/rapat ubah` leaves it, and what follows."""
    with hadir.database.write() as db:
        work, found = scheduler.work(hadir, db), meetings.get(db, meeting_id)
        assert found is not None
        times = {name: values.pop(name) for name in ("starts_at", "ends_at") if name in values}
        if values or not times:
            db.execute(update(meeting).where(meeting.c.id == meeting_id).values(version=found.version + 1, **values))
        if times:
            _moves(work, meeting_id, Span(times["starts_at"], times["ends_at"]))
        else:
            publish.bring(work, meeting_id)


def _moves(work: Work, meeting_id: int, span: Span) -> None:
    """All dates to another day and time."""
    found = meetings.get(work.db, meeting_id)
    assert found is not None
    fields = ("title", "agenda", "mode", "place", "room_id", "provider", "number")
    starts = tuple(span.start + WEEK * n for n in range(len(meetings.occurrences(work.db, meeting_id))))
    day = span.start.astimezone(found.tz).weekday()
    rule = recurrence.rrule(Rule("WEEKLY", weekdays=(day,)), starts) if found.is_series else ""
    plan = Plan(**{name: getattr(found, name) for name in fields}, span=span, zone=found.zone, starts=starts, recurrence=rule)
    changing.change(work, found, plan)


def changes_date(hadir: Hadir, occurrence_id: int, **values: Any) -> None:
    """The same of one date."""
    with hadir.database.write() as db:
        db.execute(update(meeting_occurrence).where(meeting_occurrence.c.id == occurrence_id).values(changed=True, **values))
        found = meetings.occurrence(db, occurrence_id)
        assert found is not None
    changes(hadir, found.meeting_id, sequence=1)


def to(day: str, start: str = "13:00", end: str = "14:00") -> dict[str, Any]:
    return {"starts_at": at(f"{day}T{start}+07:00"), "ends_at": at(f"{day}T{end}+07:00")}


def takes_off(hadir: Hadir, *who: str, meeting_id: int = 1) -> None:
    ids = [person(hadir, each).id for each in who]
    with hadir.database.write() as db:
        gone = update(meeting_invitee).where(meeting_invitee.c.person_id.in_(ids), meeting_invitee.c.meeting_id == meeting_id)
        db.execute(gone.values(removed_at=hadir.clock()))
    changes(hadir, meeting_id)


def works(hadir: Hadir) -> None:
    """The worker does what is queued of the invitations, in order, and whatever that queues; what fails stays."""
    tried: set[int] = set()
    while row := _next(hadir, tried):
        tried.add(row.id)
        given, name = row.payload["given"], row.payload["task"].partition(".")[2]
        try:
            publish.TASKS[name](scheduler.JobRun(hadir, hadir.clock()), given)
        except DeliveryError:
            continue
        with hadir.database.write() as db:
            db.execute(update(outbox).where(outbox.c.id == row.id).values(state="done"))


def _next(hadir: Hadir, tried: set[int]) -> Any:
    with hadir.database.read() as db:
        rows = db.execute(select(outbox).where(outbox.c.kind == "task", outbox.c.state == "waiting").order_by(outbox.c.id))
        return next((row for row in rows if row.id not in tried and row.payload["task"] in MINE), None)


def card(hadir: Hadir, username: str) -> Reply:
    """The last direct message with an answer's buttons to somebody."""
    return [each for each in inbox(hadir, username) if any(b.action == "rapat.accept" for b in each.buttons)][-1]


def about(hadir: Hadir, username: str) -> list[str]:
    return texts(inbox(hadir, username))


def firsts(hadir: Hadir, username: str) -> list[str]:
    """The first line of each message to somebody, without marks."""
    return [text.splitlines()[0].replace("*", "") for text in about(hadir, username)]


def posts(hadir: Hadir) -> list[Any]:
    """Rows of posts in channels, in order."""
    return [row for row in _in_channels(hadir) if "instead_of" not in row.payload]


def edits(hadir: Hadir) -> list[Any]:
    """Rows of what posts in channels say from then on."""
    return [row for row in _in_channels(hadir) if "instead_of" in row.payload]


def _in_channels(hadir: Hadir) -> list[Any]:
    with hadir.database.read() as db:
        rows = db.execute(select(outbox).where(outbox.c.kind == "chat").order_by(outbox.c.id)).all()
    return [row for row in rows if "channel" in row.payload]


def scheduled(hadir: Hadir) -> list[tuple[Event, bool]]:
    """What was queued for the calendar: events, and whether they were called off."""
    with hadir.database.read() as db:
        rows = db.scalars(select(outbox.c.payload).where(outbox.c.kind == "calendar").order_by(outbox.c.id)).all()
    return [(event_from_json(payload["event"]), payload["cancel"]) for payload in rows]


def dates(hadir: Hadir, meeting_id: int = 1) -> list[Occurrence]:
    with hadir.database.read() as db:
        return meetings.occurrences(db, meeting_id)


def said(hadir: Hadir) -> list[tuple[str, int, str, str]]:
    """Every answer that is kept: (name, date or 0, answer, via)."""
    with hadir.database.read() as db:
        query = select(people.person.c.name, meeting_invitee.c.email, meeting_answer)
        query = query.join_from(meeting_answer, meeting_invitee, meeting_answer.c.invitee_id == meeting_invitee.c.id)
        query = query.join(people.person, meeting_invitee.c.person_id == people.person.c.id, isouter=True)
        rows = db.execute(query.order_by(meeting_answer.c.id))
        return [(row.name or row.email, row.occurrence_id, row.answer, row.via) for row in rows]


def throng(hadir: Hadir, number: int, *, mail: bool = True) -> list[Who]:
    """So many people with accounts, below Budi."""
    budi = person(hadir, "budi")
    staff = [
        {"id": n, "nip": f"9{n}", "name": f"Pegawai {n}", "unit_id": budi.unit_id, "supervisor_id": budi.id}
        | {"zone": "Asia/Jakarta", "roles": ["pegawai"], "email": f"p{n}@kantor.example" if mail else ""}
        for n in range(1000, 1000 + number)
    ]
    accounts = [
        {"person_id": row["id"], "platform": "mattermost", "username": f"p{row['id']}", "external_id": f"id-p{row['id']}"}
        for row in staff
    ]
    with hadir.database.write() as db:
        db.execute(insert(people.person), staff)
        db.execute(insert(people.account), accounts)
    return [Who(n) for n in range(1000, 1000 + number)]


def count_told(hadir: Hadir, key: str) -> int:
    with hadir.database.read() as db:
        return db.scalar(select(func.count()).where(outbox.c.key.like(key))) or 0


def calendars(content: bytes) -> icalendar.Calendar:
    found = icalendar.Calendar.from_ical(content)
    assert isinstance(found, icalendar.Calendar)
    return found


@dataclass
class Provider(Rooms):
    """A video provider that remembers what it was asked to make; `down` are errors, one a call. `meanwhile` happens while it
    makes the next room.
    """

    name: str = "jitsi"
    url: str = "https://meet.kantor.example/spbe"
    down: list[DeliveryError] = field(default_factory=list)
    made: list[tuple[str, Span]] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    meanwhile: Callable[[], None] | None = None

    def ensure(self, meeting: VideoMeeting, room: Room | None) -> Room:
        if self.down:
            raise self.down.pop(0)
        self.made.append((meeting.title, meeting.span))
        if meanwhile := self.meanwhile:
            self.meanwhile = None
            meanwhile()
        return Room(self.name, meeting.uid, self.url)

    def delete(self, room: Room) -> None:
        self.gone.append(room.id)


class Crash(Exception):
    """The worker's machine lost its power."""


class Dying(scheduler.JobRun):
    """Dies when it wants to begin one transaction more than that."""

    def __init__(self, hadir: Hadir, commits: int) -> None:
        super().__init__(hadir, hadir.clock())
        self.left = commits

    def begin(self) -> Any:
        if not self.left:
            raise Crash
        self.left -= 1
        return super().begin()
