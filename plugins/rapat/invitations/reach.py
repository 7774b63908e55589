"""Whom Hadir reaches how: in chat, through their calendar or by mail, or not at all, which the organiser has to know."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import or_, select

from integration import people
from integration.calendars.ics import is_address
from integration.i18n import Translate
from integration.messages import Reply, Text, fill, join
from integration.people import Person
from integration.plugin import Work
from plugins.rapat import facts
from plugins.rapat.facts import Facts
from plugins.rapat.invitations import cards
from plugins.rapat.invitations.cards import View
from plugins.rapat.meetings import Meeting
from plugins.rapat.tables import meeting_invitee as _invitee
from plugins.rapat.wording import say

_MOST_NAMES = 20
_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Reach:
    """How many of those invited (without the organiser) are told in chat, how many by calendar or mail alone, and the names
    of those whom nothing reaches.
    """

    chat: int = 0
    mail: int = 0
    nobody: tuple[str, ...] = ()

    @property
    def everybody(self) -> int:
        return self.chat + self.mail + len(self.nobody)


def in_chat(work: Work, ids: Collection[int]) -> set[int]:
    """Those of them who have an account on a chat platform that is connected."""
    known = people.accounts(work.db, ids)
    chats = work.ports.chats  # none yet: the delivery connects what setup has added meanwhile
    return {person_id for person_id, has in known.items() if any(not chats or one.platform in chats for one in has)}


def writes_calendars(work: Work) -> bool:
    """Whether the calendar's own invitations reach people: by its server, or by our mail."""
    calendar = work.ports.calendar
    return calendar is not None and (calendar.schedules or work.ports.mail is not None)


def has_no_calendar(work: Work, person: Person) -> bool:
    return not (writes_calendars(work) and is_address(person.email))


def of(work: Work, meeting: Meeting) -> Reach:
    """Everybody who is invited now, and works here still or is a guest."""
    person, today = people.person.c, work.now.astimezone(meeting.tz).date()
    columns = (_invitee.c.id, _invitee.c.person_id, _invitee.c.email, _invitee.c.name, person.email, person.name)
    query = select(*columns).join_from(_invitee, people.person, _invitee.c.person_id == person.id, isouter=True)
    here = or_(person.id.is_(None), person.ended_on.is_(None), person.ended_on >= today)
    mine = (_invitee.c.meeting_id == meeting.id, _invitee.c.removed_at.is_(None), _invitee.c.role != "organizer")
    chat, mail, nobody = 0, 0, []
    rows = work.db.execute(query.where(*mine, here).order_by(_invitee.c.id)).all()
    mails = writes_calendars(work)
    for first in range(0, len(rows), _AT_ONCE):
        some = rows[first : first + _AT_ONCE]
        chatting = in_chat(work, [row[1] for row in some if row[1] is not None])
        for _, person_id, guest, named, email, name in some:
            if person_id in chatting:
                chat += 1
            elif mails and is_address(email or guest):
                mail += 1
            else:
                nobody.append(name or named or guest)
    return Reach(chat, mail, tuple(nobody))


def summary(view: View, t: Translate, found: Reach, zone: str, old: Facts | None, link: str) -> Reply:
    """What the organiser reads when everybody was told."""
    lines = [cards.in_short(view, t, zone), _sent(view, t, found, old)]
    if found.nobody:
        lines.append(
            t(
                "Not reached: {names}. Hadir knows no chat account of theirs and no way to mail them; please tell them.",
                names=names(t, found.nobody),
            )
        )
    if link and view.meeting.state != "cancelled":
        lines.append(t("Join: {link}", link=cards.tap(link, t("open the meeting"))))
    return Reply(join("\n", lines), (say(t("Show the meeting"), f"lihat {view.meeting.id}", days=30),))


def _sent(view: View, t: Translate, found: Reach, old: Facts | None) -> Text:
    told, how = found.chat + found.mail, _how(t, found)
    if view.meeting.state == "cancelled":
        return t("Called off; told {count} people{how}.", count=told, how=how)
    if old is not None and facts.changes(old, view.facts):
        return t("The change was sent to {count} people{how}.", count=told, how=how)
    return t("The invitation was sent to {count} people{how}.", count=told, how=how)


def _how(t: Translate, found: Reach) -> Text:
    return t(" ({chat} in chat, {mail} by calendar or mail)", chat=found.chat, mail=found.mail) if found.mail else Text("")


def names(t: Translate, found: Collection[str]) -> Text:
    shown = join(", ", [fill("{name}", name=name) for name in list(found)[:_MOST_NAMES]])
    more = len(found) - _MOST_NAMES
    return t("{names} and {count} more", names=shown, count=more) if more > 0 else shown
