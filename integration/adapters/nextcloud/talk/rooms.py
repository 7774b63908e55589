"""A conversation of Nextcloud Talk as a meeting's room: owned by the service account, open to guests by its link, with a lobby
until the meeting begins and the organiser as moderator.

A room is known again by a mark in its description that only we can make. Who was there stands in the conversation itself,
as Talk's own messages about people who join and leave the call.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from integration.adapters.nextcloud.client import Client
from integration.adapters.nextcloud.errors import NextcloudError
from integration.adapters.nextcloud.refusals import strange
from integration.adapters.nextcloud.talk import calls, room_calls, room_words
from integration.errors import DeliveryError
from integration.ports import Member, Recording, Room, Span, Stay, VideoMeeting

if TYPE_CHECKING:
    from integration.adapters.nextcloud.cloud import Cloud

PLATFORM = "nextcloud"
# An answer that got lost is asked for again within days.
RECENTLY = timedelta(days=14)
# People come before the meeting begins and go after it has ended; a recording is posted when somebody has looked at it.
_BEFORE, _AFTER, _RECORDED = timedelta(hours=6), timedelta(hours=6), timedelta(days=1)
_MOST_PAGES = 100
_JOINED, _LEFT, _ENDED = {"call_started", "call_joined"}, {"call_left"}, {"call_ended", "call_ended_everyone"}
_RECORDINGS = {"record-audio", "record-video"}
_CLOSED = "this meeting is for people with an account in Nextcloud, and no account of this person is known"


class TalkVideo:
    """Rooms of the service account of `client`; `url` is where people open Nextcloud."""

    name = "talk"
    settings = "hadir setup nextcloud"
    uses_clock = True
    reports_attendance = True
    join_calls = True
    needs_channel = False

    def __init__(self, client: Client, url: str, *, key: bytes, clock: Callable[[], datetime]) -> None:
        self._client = client
        self._url = url.rstrip("/")
        self._key = key
        self._clock = clock

    # ------------------------------------------------------------ the port

    def ensure(self, meeting: VideoMeeting, room: Room | None) -> Room:
        """Each step is done only where something is not as it should be, so that a repeat disturbs nobody."""
        return self._client.call(lambda cloud: self._brought(cloud, meeting, room))

    def join(self, room: Room, meeting: VideoMeeting, who: Member) -> str:
        """Where guests are not allowed, or for a moderator who is none yet, the person is added first."""
        account = who.accounts.get(PLATFORM, "")
        known = room.data.get("moderator") == account
        if account and not known and (who.moderator or room.data.get("open") == "no"):
            self._client.call(lambda cloud: _let_in(cloud, room.id, account, moderator=who.moderator), urgent=True)
        elif not account and room.data.get("open") == "no":
            raise DeliveryError(_CLOSED, permanent=True)
        return self._address(room.id)

    def attended(self, room: Room, span: Span) -> Sequence[Stay]:
        """By Talk's own messages, to the second; who lost the connection is away until they are back."""
        around = Span(span.start - _BEFORE, span.end + _AFTER)
        with _understood(self._url):
            found = _stays(reversed(list(self._messages(room, around))))
        return [stay for stay in found if stay.joined < span.end and (stay.left is None or stay.left > span.start)]

    def recordings(self, room: Room, span: Span) -> Sequence[Recording]:
        """Those that whoever recorded has shared in the conversation: before, only they can see it."""
        with _understood(self._url):
            messages = self._messages(room, Span(span.start, span.end + _RECORDED))
            found = [_recording(message) for message in messages if message.get("messageType") in _RECORDINGS]
        return sorted((each for each in found if each), key=lambda recording: recording.made_at)

    def delete(self, room: Room) -> None:
        try:
            self._client.call(lambda cloud: room_calls.remove(cloud, room.id))
        except NextcloudError as error:
            if error.status != 404:
                raise

    def within(self, seconds: float = 2.0) -> AbstractContextManager[None]:
        return self._client.within(seconds)

    # ------------------------------------------------------------ for the doctor

    def reach(self) -> datetime | None:
        return room_words.date(self._client.call(lambda cloud: cloud.page("/status.php")).headers.get("Date", ""))

    def log_in(self) -> str:
        """Raises `DeliveryError` if no rooms can be made there."""
        with _understood(self._url):
            found = self._client.call(lambda cloud: cloud.ocs("GET", "/ocs/v2.php/cloud/capabilities"))["capabilities"]
            return room_words.able(found.get("spreed"))

    def limits(self) -> Sequence[tuple[str, str]]:
        with _understood(self._url):
            if self._client.call(room_calls.signaling).get("signalingMode") != "internal":
                return ()
        cure = "set up Talk's high-performance backend: Nextcloud, Administration settings > Talk"
        return (("calls are carried by the browsers themselves: about five people with video, not more", cure),)

    # ------------------------------------------------------------ making a room, and keeping it as it should be

    async def _brought(self, cloud: Cloud, meeting: VideoMeeting, room: Room | None) -> Room:
        """1. the room, 2. its name, 3. who may enter, 4. when, 5. who leads."""
        mark = room_words.mark(self._key, meeting.uid)
        there = await self._there(cloud, mark, room) or await self._made(cloud, meeting, mark)
        token, known = str(there["token"]), room.data if room and room.id == there["token"] else {}
        name = room_words.name(meeting.title)
        if there.get("name") != name:
            await room_calls.rename(cloud, token, name)
        if (there.get("type") == calls.PUBLIC) != meeting.guests:
            await room_calls.set_open(cloud, token, meeting.guests)
        starts = int(meeting.span.start.timestamp())
        if known.get("starts") != str(starts):  # a lobby that a moderator has opened early stays open
            await self._close_until(cloud, there, starts)
        account = meeting.organizer.accounts.get(PLATFORM, "")
        if account and known.get("moderator") != account:
            account = account if await _let_in(cloud, token, account, moderator=True) else ""
        data = {"starts": str(starts), "moderator": account, "open": "yes" if meeting.guests else "no"}
        return Room(self.name, token, self._address(token) if meeting.guests else "", data)

    async def _there(self, cloud: Cloud, mark: str, room: Room | None) -> calls.Data | None:
        """The room of last time; else the one that was made when an answer got lost."""
        if room:
            try:
                found = await calls.room(cloud, room.id)
            except Exception as error:
                if getattr(error, "status_code", 0) != 404:
                    raise
            else:
                return found
        since = int((self._clock() - RECENTLY).timestamp())
        for each in await calls.rooms(cloud, since):
            if mark in str(each.get("description", "")) and each.get("participantType") == room_calls.OWNER:
                return each
        return None

    async def _made(self, cloud: Cloud, meeting: VideoMeeting, mark: str) -> calls.Data:
        kind = calls.PUBLIC if meeting.guests else calls.GROUP
        until = int(meeting.span.start.timestamp()) if meeting.span.start > self._clock() else None
        try:
            made = await room_calls.make(cloud, kind, room_words.name(meeting.title), mark, until)
        except Exception as error:
            raise room_words.refusal(error) or error from None
        if mark not in str(made.get("description", "")):  # Talk before 21 leaves it out
            await room_calls.describe(cloud, str(made["token"]), mark)
        return made

    async def _close_until(self, cloud: Cloud, there: calls.Data, starts: int) -> None:
        until = starts if starts > self._clock().timestamp() else None
        state, timer = int(there.get("lobbyState") or 0), int(there.get("lobbyTimer") or 0)
        if (state, timer) != ((room_calls.NO_LOBBY, 0) if until is None else (room_calls.LOBBY, until)):
            await room_calls.set_lobby(cloud, str(there["token"]), until)

    # ------------------------------------------------------------ reading what Talk wrote

    def _messages(self, room: Room, span: Span) -> Iterator[calls.Data]:
        """Everything in the conversation in that time, the newest first; nothing if it is gone."""
        before = ""
        for _ in range(_MOST_PAGES):
            try:
                page = self._client.call(partial(calls.messages, token=room.id, before=before))
            except NextcloudError as error:
                if error.status not in (403, 404):
                    raise
                return
            yield from (message for message in page if span.start <= room_words.at(message) < span.end)
            if len(page) < calls.PAGE or room_words.at(page[-1]) < span.start:
                return
            before = str(page[-1]["id"])

    def _address(self, token: str) -> str:
        return f"{self._url}/index.php/call/{token}"


@contextmanager
def _understood(url: str) -> Iterator[None]:
    """Messages that are none came from somebody else, in the server's place."""
    try:
        yield
    except (LookupError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise strange(url, type(error).__name__) from None


async def _let_in(cloud: Cloud, token: str, account: str, *, moderator: bool) -> bool:
    """Add somebody, and make them a moderator; False if Nextcloud knows no such account."""
    attendee = await _attendee(cloud, token, account)
    if attendee is None:
        try:
            await room_calls.add(cloud, token, account)
        except Exception as error:
            if getattr(error, "status_code", 0) not in (400, 404):
                raise
            return False
        attendee = await _attendee(cloud, token, account)
    if attendee and moderator and attendee.get("participantType") not in room_calls.MODERATORS:
        await room_calls.promote(cloud, token, int(attendee["attendeeId"]))
    return attendee is not None


async def _attendee(cloud: Cloud, token: str, account: str) -> calls.Data | None:
    found = await calls.participants(cloud, token)
    return next((who for who in found if (who.get("actorType"), who.get("actorId")) == ("users", account)), None)


def _stays(messages: Iterable[calls.Data]) -> list[Stay]:
    """From messages in order. Somebody may be there with two devices; the end of a call ends it for all."""
    found: dict[int, Stay] = {}
    inside: dict[tuple[str, str], int] = {}
    devices: Counter[tuple[str, str]] = Counter()
    for number, message in enumerate(messages):
        what, at = message.get("systemMessage"), room_words.at(message)
        who = str(message.get("actorType", "")), str(message.get("actorId", ""))
        if what in _JOINED:
            devices[who] += 1
            if who not in inside:
                inside[who] = number
                account = who[1] if who[0] == "users" else ""
                found[number] = Stay(str(message.get("actorDisplayName") or ""), at, account=account)
        elif what in _LEFT and devices[who] > 1:
            devices[who] -= 1
        elif what in _LEFT and who in inside:
            del devices[who]
            _ended(found, inside.pop(who), at)
        elif what in _ENDED:
            for each in inside.values():
                _ended(found, each, at)
            inside.clear()
            devices.clear()
    return list(found.values())


def _ended(found: dict[int, Stay], number: int, at: datetime) -> None:
    stay = found[number]
    found[number] = Stay(stay.name, stay.joined, at, account=stay.account)


def _recording(message: Mapping[str, Any]) -> Recording | None:
    parameters = message.get("messageParameters")
    file = parameters.get("file") if isinstance(parameters, dict) else None
    if not isinstance(file, dict) or not str(file.get("link", "")).startswith(("https://", "http://")):
        return None
    return Recording(
        str(file.get("id", "")), str(file.get("name", "")), str(file["link"]), room_words.at(message).astimezone(UTC)
    )
