"""A meeting in the database, a video provider that remembers, and somebody with a phone, for tests of who was there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from html import unescape
from typing import Any
from urllib.parse import urlsplit

from flask.testing import FlaskClient
from sqlalchemy import select, update

from integration import people, scheduler
from integration.core import Hadir
from integration.errors import DeliveryError
from integration.messages import Channel
from integration.outbox import outbox
from integration.ports import Member, Recording, Room, Span, Stay, VideoMeeting
from plugins.rapat import meetings, planning
from plugins.rapat.meetings import Meeting, Mode, Occurrence
from plugins.rapat.planning import Plan, Who
from plugins.rapat.tables import meeting, meeting_occurrence
from tests.cast import at
from tests.post import person_id

NINE = at("2026-11-23T09:00+07:00")
PHONE = {"User-Agent": "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/126.0 Mobile Safari/537.36"}


def arranged(
    hadir: Hadir,
    *invited: str,
    title: str = "Koordinasi SPBE",
    organizer: str = "budi",
    starts: Sequence[datetime] = (NINE,),
    minutes: int = 90,
    mode: Mode = "both",
    provider: str = "",
    room: Room | None = None,
    guests: Sequence[Who] = (),
    channel: str = "",
) -> tuple[Meeting, Occurrence]:
    """A planned meeting on Monday at 09.00 WIB, and its first date."""
    span = Span(starts[0], starts[0] + timedelta(minutes=minutes))
    who = [Who(person_id(hadir, username)) for username in invited]
    plan = Plan(
        title=title,
        span=span,
        zone="Asia/Jakarta",
        starts=tuple(starts),
        mode=mode,
        provider=provider,
        recurrence="FREQ=WEEKLY" if len(starts) > 1 else "",
        invitees=[*who, *guests],
        platform="mattermost" if channel else "",
        channel=Channel(channel, channel) if channel else None,
    )
    with hadir.database.write() as db:
        work = scheduler.work(hadir, db)
        boss = people.get(db, person_id(hadir, organizer))
        assert boss is not None
        made = planning.create(work, boss, plan, state="planned")
        if room:
            give_room(db, made.id, room)
        found = meetings.get(db, made.id)
        assert found is not None
        return found, meetings.occurrences(db, made.id)[0]


def give_room(db: Any, meeting_id: int, room: Room | None) -> None:
    values = {"video": meetings.room_to_json(room) if room else None}
    db.execute(update(meeting).where(meeting.c.id == meeting_id).values(values))


def change(hadir: Hadir, meeting_id: int, **values: Any) -> None:
    with hadir.database.write() as db:
        db.execute(update(meeting).where(meeting.c.id == meeting_id).values(values))


def change_date(hadir: Hadir, occurrence_id: int, **values: Any) -> None:
    with hadir.database.write() as db:
        db.execute(update(meeting_occurrence).where(meeting_occurrence.c.id == occurrence_id).values(values))


def tasks(hadir: Hadir, name: str) -> list[Mapping[str, Any]]:
    """What was queued for the worker under that name, oldest first."""
    with hadir.database.read() as db:
        rows = db.scalars(select(outbox.c.payload).where(outbox.c.kind == "task").order_by(outbox.c.id)).all()
    return [payload["given"] for payload in rows if payload["task"] == name]


def work_off(hadir: Hadir, name: str, given: Mapping[str, Any]) -> None:
    """What the worker does with such a task."""
    plugin, _, task = name.partition(".")
    do = next(each.tasks[task] for each in hadir.plugins if each.name == plugin)
    do(scheduler.JobRun(hadir, hadir.clock()), given)


@dataclass
class Rooms:
    """A video provider: everybody gets an address of their own with a token in it."""

    name: str = "talk"
    reports_attendance: bool = True
    join_calls: bool = True
    needs_channel: bool = False
    stays: list[Stay] = field(default_factory=list)
    trouble: list[DeliveryError] = field(default_factory=list)
    joined: list[Member] = field(default_factory=list)
    asked: list[Span] = field(default_factory=list)
    limits: list[float] = field(default_factory=list)
    tapes: list[Recording] = field(default_factory=list)
    looked: list[Span] = field(default_factory=list)

    def ensure(self, meeting: VideoMeeting, room: Room | None) -> Room:
        return room or Room(self.name, meeting.uid)

    def join(self, room: Room, meeting: VideoMeeting, who: Member) -> str:
        if self.trouble:
            raise self.trouble.pop(0)
        self.joined.append(who)
        return f"https://video.kantor.example/{room.id}?jwt=rahasia-{len(self.joined)}"

    def attended(self, room: Room, span: Span) -> Sequence[Stay]:
        if self.trouble:
            raise self.trouble.pop(0)
        self.asked.append(span)
        return list(self.stays)

    def recordings(self, room: Room, span: Span) -> Sequence[Recording]:
        self.looked.append(span)
        if self.trouble:
            raise self.trouble.pop(0)
        return list(self.tapes)

    def delete(self, room: Room) -> None: ...

    @contextmanager
    def within(self, seconds: float = 2.0) -> Iterator[None]:
        self.limits.append(seconds)
        yield


@dataclass
class Phone:
    """Somebody's browser: `phone.opens(url)` is the page's text; `phone.location` where it was sent to."""

    client: FlaskClient
    location: str = ""
    status: int = 0
    html: str = ""

    def opens(self, url: str, **sent: str) -> str:
        parts = urlsplit(url)
        send = self.client.post if sent else self.client.get
        more: dict[str, Any] = {"data": {k: v for k, v in sent.items() if k != "sent"}} if sent else {}
        answer = send(parts.path, headers=PHONE, **more)
        self.location, self.status, self.html = answer.headers.get("Location", ""), answer.status_code, answer.text
        self.path = parts.path
        return self.text

    def follows(self) -> str:
        return self.opens(self.location)

    def sends(self, **values: str) -> str:
        """The form of the page that is open."""
        return self.opens(self.path, sent="1", **values)

    @property
    def text(self) -> str:
        return " ".join(unescape(re.sub(r"<[^>]+>", " ", self.html.partition("<body")[2])).split())

    @property
    def refresh(self) -> int:
        found = re.search(r'http-equiv="refresh" content="(\d+)', self.html)
        return int(found[1]) if found else 0

    def link(self, label: str) -> str:
        found = re.search(rf'href="([^"]+)"[^>]*>{re.escape(label)}<', self.html)
        assert found, self.text
        return unescape(found[1])

    path: str = ""
