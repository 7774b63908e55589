"""The way into a meeting's video room: an address for a message, and the page behind it (`rapat.gabung`).

Where the provider has an address that everybody may use, that one is given. Where each needs an own one (a moderator's
right, a name), it is asked for at the moment of the click and the browser is sent there: no token ever stands in a message,
in the database or in a log. What can be done at an address is bounded by it: one's own lets in as oneself, the meeting's as
a guest who says name and office.

Opening the page is not being there: chats and mail programs open addresses by themselves, and some people close the tab at
once. Who was there is known from the provider's own times, and from what people say themselves (`attending`).
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta

import structlog

from integration import people, workdays
from integration.errors import DeliveryError, UserError
from integration.i18n import Translate
from integration.messages import Field, Text
from integration.pages import Go, Page, PageContext, PageRequest, Reads, Show, wrong
from integration.people import Person
from integration.plugin import Work
from integration.ports import Member, Room, VideoMeeting, VideoProvider
from plugins.rapat import meetings, organizers
from plugins.rapat.attending import presence
from plugins.rapat.meetings import Invitee, Meeting, Occurrence
from plugins.rapat.wording import bold, when

log = structlog.get_logger()

PAGE = "rapat.gabung"
# Who organises opens the room before the others come. An address outlives the meeting, for one that is moved to later.
ORGANIZER_EARLY = timedelta(hours=1)
OVERRUN = timedelta(hours=1)
_OUTLIVES = timedelta(days=60)
_SOON_SECONDS, _AGAIN_SECONDS, _LOOK_SECONDS, _LONGEST_LOOK = 15, 8, 60, timedelta(hours=6)
_LONG_AGO = timedelta(days=3660)
JOIN_SECONDS = 2.0
# A provider that hangs must not take every thread of the web server with it.
_AT_ONCE = threading.BoundedSemaphore(6)


def address(work: Work, meeting: Meeting, invitee: Invitee | None = None, person: Person | None = None) -> str:
    """Where the meeting is joined: `invitee`'s own way in (give their `person` where it is at hand), that of a `person` who
    leads it uninvited, or one for everybody; "" where it is not virtual.
    """
    if not meeting.is_virtual or not meeting.provider:
        return ""
    if meeting.video is not None and meeting.video.url:
        return meeting.video.url
    days = max(timedelta(days=1), meeting.last_end - work.now + _OUTLIVES) / timedelta(days=1)
    if invitee is None:
        return work.page(PAGE, str(meeting.id), days=days, person=person)
    if invitee.person_id is None:
        return work.page(PAGE, f"{meeting.id}.{invitee.id}", days=days)
    person = person or people.get(work.db, invitee.person_id)
    return work.page(PAGE, str(meeting.id), days=days, person=person)


def video_meeting(work: Work, meeting: Meeting, occurrence: Occurrence) -> VideoMeeting:
    """What the provider is told of the meeting on this date."""
    organizer = people.get(work.db, meeting.organizer_id)
    assert organizer is not None  # noqa: S101  # nobody's row is ever deleted
    return VideoMeeting(
        uid=meeting.uid,
        title=meeting.title,
        span=occurrence.span,
        zone=meeting.zone,
        organizer=member(work, organizer, moderator=True),
        channel=(meeting.channel_platform, meeting.channel_id) if meeting.channel_id else None,
    )


def member(work: Work, person: Person, *, moderator: bool) -> Member:
    accounts = people.accounts(work.db, [person.id]).get(person.id, [])
    known = {account.platform: account.external_id or account.username for account in accounts}
    return Member(person.name, f"p{person.id}", person.email.lower(), moderator, known)


# ---------------------------------------------------------------- the page


def page(context: PageContext, request: PageRequest) -> Page:
    """Into the room, or why not yet."""
    meeting, invitee = _asked(context)
    if meeting.state == "cancelled":
        return Show(meeting.title, context.t("This meeting was called off."), refused=True)
    occurrence = now_or_next(meetings.near(context.db, meeting.id, context.now - OVERRUN), context.now)
    if occurrence is None:
        return _over(context, meeting)
    leads = organizers.is_leader(context, meeting, context.person)
    opens = _opens(occurrence, leads=leads)
    if context.now < opens:
        return _early(context, meeting, occurrence, opens)
    if meeting.video is None:
        text = context.t("The link is being made and will be here in a moment. You need not do anything: this page goes on.")
        return Show(occurrence.title, text, refresh_seconds=_SOON_SECONDS)
    if context.person is not None:
        me = member(context, context.person, moderator=leads)
        return _into(context, meeting, occurrence, meeting.video, me)
    if invitee is not None:
        return _into(context, meeting, occurrence, meeting.video, _guest(invitee.name or invitee.email, invitee.email))
    return _as_guest(context, request, meeting, occurrence, meeting.video)


def _asked(context: PageContext) -> tuple[Meeting, Invitee | None]:
    """Which meeting, and for a guest whose way in; raises `UserError` where they are not invited any more."""
    meeting_id, _, invitee_id = context.value.partition(".")
    found = meetings.get(context.db, int(meeting_id))
    if found is None:
        raise UserError(context.t("There is no such meeting (any more)."))
    if context.person is None and not invitee_id:
        return found, None
    invited = _invited(context, found, int(invitee_id or 0))
    if invited is None and organizers.is_leader(context, found, context.person):
        return found, None
    if invited is None or invited.meeting_id != found.id:
        raise UserError(context.t("You are not invited to this meeting any more. Please ask its organiser."))
    return found, invited


def _invited(context: PageContext, meeting: Meeting, invitee_id: int) -> Invitee | None:
    if context.person is not None:
        return meetings.invited(context.db, meeting.id, context.person.id)
    return meetings.invitee(context.db, invitee_id)


def now_or_next(dates: Sequence[Occurrence], now: datetime) -> Occurrence | None:
    """The date that goes on, also beyond its end until the next one is near; else the next; None when all are over."""
    coming = next((each for each in dates if each.ends_at > now and each.ended_at is None), None)
    lasting = [each for each in dates if each.ends_at <= now < each.ends_at + OVERRUN and each.ended_at is None]
    if lasting and (coming is None or now < presence.window(coming).start):
        return lasting[-1]
    return coming


def _opens(occurrence: Occurrence, *, leads: bool) -> datetime:
    early = presence.window(occurrence).start
    return min(early, occurrence.starts_at - ORGANIZER_EARLY) if leads else early


def _over(context: PageContext, meeting: Meeting) -> Page:
    if not meetings.near(context.db, meeting.id, meeting.starts_at - _LONG_AGO, 1):
        return Show(meeting.title, context.t("This meeting was called off."), refused=True)
    return Show(meeting.title, context.t("This meeting is over. What was decided is in the chat and in the meeting's folder."))


def _early(context: PageContext, meeting: Meeting, occurrence: Occurrence, opens: datetime) -> Page:
    """It opens by itself for who leaves the page open; a page of next week asks for nothing."""
    zone = context.person.zone if context.person else meeting.zone
    text = context.t(
        "The meeting has not begun yet: {when}. This page leads into it from {clock} on.",
        when=bold(when(context.t, occurrence.span, [zone])),
        clock=Text(workdays.clock(opens, zone)),
    )
    left = opens - context.now
    refresh = min(int(left.total_seconds()) + 1, _LOOK_SECONDS) if left < _LONGEST_LOOK else 0
    return Show(occurrence.title, text, refresh_seconds=refresh)


# ---------------------------------------------------------------- into the room


def _into(context: PageContext, meeting: Meeting, occurrence: Occurrence, room: Room, who: Member) -> Page:
    provider = context.ports.videos.get(room.provider)
    if provider is not None and (url := _join(context, provider, meeting, occurrence, room, who)):
        return Go(url)
    if room.url:
        return Go(room.url)
    text = context.t("The video service does not answer just now. You need not do anything: this page tries again by itself.")
    return Show(occurrence.title, text, refresh_seconds=_AGAIN_SECONDS)


def _join(
    context: PageContext, provider: VideoProvider, meeting: Meeting, occurrence: Occurrence, room: Room, who: Member
) -> str:
    """The live look-up of this page: one port, two seconds, "" if it fails. Never logged: it may hold a token."""
    with _turn(provider) as allowed:
        if not allowed:
            return ""
        try:
            with provider.within(JOIN_SECONDS):
                return provider.join(room, video_meeting(context, meeting, occurrence), who)
        except DeliveryError:
            log.warning("join_failed", provider=provider.name, meeting=meeting.id)
            return ""


@contextmanager
def _turn(provider: VideoProvider) -> Iterator[bool]:
    """Whether there is room for one more call; who only computes always may."""
    if not provider.join_calls:
        yield True
        return
    allowed = _AT_ONCE.acquire(blocking=False)
    try:
        yield allowed
    finally:
        if allowed:
            _AT_ONCE.release()


def _guest(name: str, email: str = "", office: str = "") -> Member:
    return Member(f"{name} ({office})" if office else name, "", email.lower())


def _as_guest(context: PageContext, request: PageRequest, meeting: Meeting, occurrence: Occurrence, room: Room) -> Page:
    """The meeting's own address: whoever has it says who they are, and comes in as a guest."""
    fields = guest_fields(context.t)
    errors = wrong(context.t, fields, request.values) if request.sent else {}
    if request.sent and not errors:
        return _into(context, meeting, occurrence, room, named_guest(request.values))
    text = context.t(
        "Please say who you are; the others see it. Do you work here? Then rather use your own link in the invitation "
        "that Hadir has sent you in the chat."
    )
    return Show(occurrence.title, text, fields=fields, submit=context.t("Join the meeting"), errors=errors)


def guest_fields(t: Translate) -> tuple[Field, ...]:
    return (
        Field("name", t("Name"), max_length=100),
        Field("office", t("Office or company"), max_length=100),
    )


def named_guest(values: Mapping[str, str]) -> Member:
    name, office = (" ".join(values.get(each, "").split()) for each in ("name", "office"))
    return _guest(name, office=office)


PAGES = {"gabung": Reads(page)}
