"""Meetings that are there already, and the worker that is stepped by hand. Monday is 23 November 2026, 07.28 WIB."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from integration import people, scheduler
from integration.core import Hadir
from integration.deliveries import task as task_delivery
from integration.deliveries.delivery import Delivery
from integration.errors import DeliveryError, NotMember
from integration.messages import Channel
from integration.outbox import Kinds, outbox
from integration.people import Person
from integration.ports import Profile, Span
from plugins.rapat import meetings, planning
from plugins.rapat.meetings import Meeting
from plugins.rapat.planning import Group, Plan, Who
from plugins.rapat.tables import meeting
from tests.cast import NIP, at
from tests.chats import Radio
from tests.post import inbox, texts

DAY = timedelta(days=1)


def span(start: str, end: str, day: str = "2026-11-24") -> Span:
    """`span("09:00", "10:30")`: on Tuesday, in Jakarta's time."""
    return Span(at(f"{day}T{start}+07:00"), at(f"{day}T{end}+07:00"))


NINE = span("09:00", "10:00")


def person(hadir: Hadir, username: str) -> Person:
    with hadir.database.read() as db:
        return people.search(db, NIP[username])[0]


def plans(
    hadir: Hadir,
    *who: str,
    by: str = "budi",
    when: Span = NINE,
    title: str = "Koordinasi SPBE",
    state: str = "checking",
    every: timedelta = DAY,
    dates: int = 1,
    optional: Sequence[str] = (),
    guests: Sequence[str] = (),
    groups: Sequence[Group] = (),
    **more: Any,
) -> Meeting:
    """A meeting as `/rapat baru` writes it down; `dates` of it, one after `every`."""
    organizer = person(hadir, by)
    invitees = [Who(person(hadir, each).id, role="optional" if each in optional else "required") for each in (*who, *optional)]
    invitees += [Who(email=each) for each in guests]
    plan = Plan(
        title=title,
        span=when,
        zone=organizer.zone,
        starts=tuple(when.start + n * every for n in range(dates)),
        recurrence="FREQ=DAILY" if dates > 1 else "",
        invitees=invitees,
        groups=tuple(groups),
        **more,
    )
    with hadir.database.write() as db:
        return planning.create(scheduler.work(hadir, db), organizer, plan, state)


def works(hadir: Hadir) -> None:
    """The worker does every task that is due, and whatever these queue."""
    hadir.deliverers[task_delivery.KIND] = task_delivery.deliver
    delivery = Delivery(hadir, kinds=Kinds(("task",)))
    while delivery.step():
        pass


def now(hadir: Hadir, meeting_id: int = 1) -> Meeting:
    with hadir.database.read() as db:
        found = meetings.get(db, meeting_id)
    assert found is not None
    return found


def state(hadir: Hadir, meeting_id: int = 1) -> str:
    return now(hadir, meeting_id).state


def starts(hadir: Hadir, meeting_id: int = 1) -> list[str]:
    """When the dates of a meeting begin, in Jakarta."""
    with hadir.database.read() as db:
        found = meetings.occurrences(db, meeting_id)
    return [f"{each.starts_at.astimezone(person(hadir, 'budi').tz):%d/%m %H.%M}" for each in found]


def ids(hadir: Hadir) -> list[int]:
    with hadir.database.read() as db:
        return list(db.scalars(select(meeting.c.id).order_by(meeting.c.id)))


def goes_out(hadir: Hadir, meeting_id: int = 1) -> bool:
    """Whether its invitations were handed on."""
    with hadir.database.read() as db:
        payloads = db.scalars(select(outbox.c.payload).where(outbox.c.kind == "task"))
        return any(p["task"] == "rapat.publish" and p["given"]["meeting"] == meeting_id for p in payloads)


def about(hadir: Hadir, username: str, words: str) -> list[str]:
    """The direct messages to somebody in which these words are."""
    return [text for text in texts(inbox(hadir, username)) if words in text]


def asked(hadir: Hadir, username: str = "budi") -> Any:
    """The last message to somebody that has a question of a check in it."""
    return [each for each in inbox(hadir, username) if any(".check_" in b.action for b in each.buttons)][-1]


@dataclass
class Channels(Radio):
    """A chat platform whose channels have members; `outside` are those without the bot."""

    people: dict[str, list[str]] = field(default_factory=dict)
    outside: set[str] = field(default_factory=set)

    def members(self, channel_id: str) -> Sequence[Profile]:
        if self.trouble:
            raise self.trouble.pop(0)
        if channel_id in self.outside:
            raise NotMember(f"not in {channel_id}", invite="/invite @hadir")
        return [Profile(f"id-{who}", who, "", who) for who in self.people.get(channel_id, [])]

    def channel_name(self, channel_id: str) -> str:
        return channel_id


@dataclass
class Named(Channels):
    """One that can be asked for a channel by its name: `c-<name>`."""

    def channel_named(self, name: str, account: str) -> Channel | None:
        if self.trouble:
            raise self.trouble.pop(0)
        id = f"c-{name.lower()}"
        if id in self.outside:
            raise NotMember(f"not in {id}", invite="/invite @hadir")
        there = account.removeprefix("id-") in self.people.get(id, [])
        return Channel(id, name.lower()) if there else None


UMUM = Group("channel", "c-umum", "umum", "mattermost")
DOWN = DeliveryError("the calendar does not answer")


def later(hadir: Hadir, clock: Any, moment: str | datetime) -> None:
    clock.now = at(moment) if isinstance(moment, str) else moment
