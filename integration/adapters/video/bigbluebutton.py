"""BigBlueButton, by https://docs.bigbluebutton.org/development/api: every call is signed by a checksum of its own query.

It forgets a meeting a few minutes after the last person left, or when nobody came: so a meeting is made again whenever
somebody joins, which is harmless if it is there. Who is in it can only be asked while it goes on, and not since when.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from urllib.parse import quote_plus, urlencode
from xml.etree import ElementTree

from integration.adapters import room_names
from integration.adapters.http import Http, HttpError
from integration.adapters.video.computed import reached
from integration.adapters.video.elements import parsed
from integration.ports import Member, Recording, Room, Span, Stay, VideoMeeting

# Of the name of a meeting since 2.4, and of a person's.
LONGEST_TITLE, LONGEST_NAME = 64, 64
# A recording may begin before the meeting does, and end after it.
_AROUND = timedelta(hours=3)
_PAGE, _MOST_PAGES = 50, 20
# Since 1970, and not 0, which says "not yet".
_MOMENT = re.compile(r"[1-9][0-9]{0,16}")
_GONE = frozenset({"notFound", "invalidMeetingIdentifier"})


class BigBlueButtonVideo:
    """The server whose `bbb-conf --secret` says this `url` and `secret`."""

    name = "bigbluebutton"
    settings = "HADIR_BIGBLUEBUTTON_URL, HADIR_BIGBLUEBUTTON_SECRET"
    uses_clock = False
    reports_attendance = True
    join_calls = True
    needs_channel = False

    def __init__(self, url: str, secret: str, *, key: bytes, read_seconds: float = 15.0) -> None:
        self._api = f"{url.rstrip('/').removesuffix('/api')}/api"
        self._secret = secret
        self._key = key
        self._http = Http("BigBlueButton", self.settings, read_seconds=read_seconds)

    def ensure(self, meeting: VideoMeeting, room: Room | None) -> Room:
        """Only the name: what would be made now is forgotten before anybody comes."""
        return Room(self.name, room.id if room else f"hadir-{room_names.secret_name(self._key, 'bigbluebutton', meeting.uid)}")

    def join(self, room: Room, meeting: VideoMeeting, who: Member) -> str:
        self._ask("create", self._made(room, meeting), again=True)
        asked = {
            "fullName": room_names.title(who.name, LONGEST_NAME),
            "meetingID": room.id,
            "role": "MODERATOR" if who.moderator else "VIEWER",
        }
        # Whoever is none of ours waits until a moderator lets them in.
        asked |= {"userID": who.id} if who.id else {"guest": "true"}
        return self._signed("join", asked)

    def attended(self, room: Room, span: Span) -> Sequence[Stay]:
        """Who is there now, from when on it goes on; nothing once it is over."""
        try:
            found = self._ask("getMeetingInfo", {"meetingID": room.id}, again=True)
        except BigBlueButtonError as error:
            if error.key in _GONE:
                return ()
            raise
        began = _moment(found.findtext("startTime"))
        if began is None or began >= span.end + _AROUND or found.findtext("running") != "true":
            return ()
        return [
            Stay(each.findtext("fullName") or "", began, member=_ours(each.findtext("userID") or ""), exact=False)
            for each in found.iterfind("attendees/attendee")
        ]

    def recordings(self, room: Room, span: Span) -> Sequence[Recording]:
        """Those that are ready to be seen."""
        return sorted(self._recordings(room, span), key=lambda found: found.made_at)

    def delete(self, room: Room) -> None:
        try:
            self._ask("end", {"meetingID": room.id, "password": self._password(room, "moderator")}, again=True)
        except BigBlueButtonError as error:
            if error.key not in _GONE:
                raise

    def within(self, seconds: float = 2.0) -> AbstractContextManager[None]:
        return self._http.within(seconds)

    def close(self) -> None:
        self._http.close()

    # ------------------------------------------------------------ for the doctor

    def reach(self) -> datetime | None:
        return reached(self._http, self._api)

    def log_in(self) -> str:
        self._ask("getMeetings", {})
        return "the secret is accepted"

    def limits(self) -> Sequence[tuple[str, str]]:
        return ()

    # ------------------------------------------------------------ helpers

    def _made(self, room: Room, meeting: VideoMeeting) -> dict[str, str]:
        """The passwords are always the same: with others, BigBlueButton takes a repeat for somebody else's meeting."""
        return {
            "name": room_names.title(meeting.title, LONGEST_TITLE),
            "meetingID": room.id,
            "attendeePW": self._password(room, "attendee"),
            "moderatorPW": self._password(room, "moderator"),
            "record": "true",
            "autoStartRecording": "false",
            "allowStartStopRecording": "true",
            "guestPolicy": "ASK_MODERATOR" if meeting.guests else "ALWAYS_DENY",
        }

    def _recordings(self, room: Room, span: Span) -> Iterator[Recording]:
        for page in range(_MOST_PAGES):
            asked = {"meetingID": room.id, "state": "published", "offset": str(page * _PAGE), "limit": str(_PAGE)}
            found = list(self._ask("getRecordings", asked, again=True).iterfind("recordings/recording"))
            for each in found:
                made_at, url = _moment(each.findtext("startTime")), _playback(each)
                if made_at and url and span.start - _AROUND <= made_at < span.end + _AROUND:
                    yield Recording(each.findtext("recordID") or "", each.findtext("name") or "", url, made_at)
            if len(found) != _PAGE:  # an old server knows no pages, and gives all at once
                return

    def _password(self, room: Room, whose: str) -> str:
        return room_names.secret_name(self._key, f"bigbluebutton-{whose}", room.id)

    def _ask(self, call: str, asked: Mapping[str, str], *, again: bool = False) -> ElementTree.Element:
        """Raises `HttpError`, and `BigBlueButtonError` for a refusal that came as an answer."""
        response = self._http.ask("GET", self._signed(call, asked), again=again)
        found = parsed(response.content)
        if found is None or found.tag != "response" or found.findtext("returncode") not in ("SUCCESS", "FAILED"):
            raise self._http.strange(response)
        if found.findtext("returncode") == "FAILED":
            raise BigBlueButtonError(found.findtext("messageKey") or "", self.settings)
        return found

    def _signed(self, call: str, asked: Mapping[str, str]) -> str:
        query = urlencode(asked, quote_via=quote_plus)
        checksum = hashlib.sha256(f"{call}{query}{self._secret}".encode()).hexdigest()
        return f"{self._api}/{call}?{query}&checksum={checksum}" if query else f"{self._api}/{call}?checksum={checksum}"


class BigBlueButtonError(HttpError):
    """`key` is BigBlueButton's own name for what went wrong."""

    def __init__(self, key: str, settings: str) -> None:
        known = key if key.isascii() and key.isalnum() and len(key) <= 60 else "no reason"
        wrong_secret = key == "checksumError"
        text = f"BigBlueButton refuses the secret: {settings}" if wrong_secret else f"BigBlueButton answered: {known}"
        super().__init__(text, status=200, permanent=not wrong_secret, retry_after=300 if wrong_secret else None)
        self.key = key


def _ours(user_id: str) -> str:
    """Those who came without a token of ours have a name that BigBlueButton made."""
    return "" if user_id.startswith("w_") else user_id


def _playback(recording: ElementTree.Element) -> str:
    """Where it is seen; a presentation rather than the sound alone."""
    found = {
        each.findtext("type") or "": (each.findtext("url") or "").strip() for each in recording.iterfind("playback/format")
    }
    best = found.get("presentation") or found.get("video") or next(iter(found.values()), "")
    return best if best.startswith(("https://", "http://")) else ""


def _moment(milliseconds: str | None) -> datetime | None:
    if not milliseconds or not _MOMENT.fullmatch(milliseconds):
        return None
    try:
        return datetime.fromtimestamp(int(milliseconds) / 1000, UTC)
    except (OverflowError, ValueError, OSError):
        return None
