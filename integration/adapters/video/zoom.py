"""Zoom meetings through its API (https://developers.zoom.us/docs/api/meetings), as a server-to-server OAuth app of the office.

One account of the office (`user`) is the host of every meeting: people join as guests of that account, the organiser with
the host's own address, which Zoom makes anew for two hours and we only redirect to.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

from integration.adapters import room_names
from integration.adapters.http import Http, HttpError
from integration.adapters.video import words
from integration.adapters.video.bearer import Bearer
from integration.adapters.video.computed import reached
from integration.errors import DeliveryError
from integration.ports import Member, Recording, Room, Span, Stay, VideoMeeting

API, OAUTH = "https://api.zoom.us/v2", "https://zoom.us/oauth/token"
LONGEST_TITLE = 200
SCHEDULED = 2
# A meeting may be opened before its time, and go on after it.
_AROUND = timedelta(hours=3)
_PAGE, _MOST_PAGES = 300, 50
_SHORTEST, _LONGEST = 1, 24 * 60
_WAITING = "in_waiting_room"
# Zoom's own numbers for why something cannot be taken away.
_GOES_ON, _ENDED = 3002, 3007


class ZoomVideo:
    """The account of the app's credentials; `user` is the id or e-mail address of who hosts."""

    name = "zoom"
    settings = "HADIR_ZOOM_ACCOUNT_ID, HADIR_ZOOM_CLIENT_ID, HADIR_ZOOM_CLIENT_SECRET, HADIR_ZOOM_USER"
    uses_clock = False
    reports_attendance = True
    join_calls = True
    needs_channel = False

    def __init__(
        self,
        account_id: str,
        client_id: str,
        client_secret: str,
        user: str,
        *,
        key: bytes,
        clock: Callable[[], datetime],
        api: str = API,
        oauth: str = OAUTH,
        read_seconds: float = 15.0,
    ) -> None:
        self._account_id, self._client = account_id, (client_id, client_secret)
        self._user = quote(user, safe="@")
        self._key = key
        self._api, self._oauth = api, oauth
        self._http = Http("Zoom", self.settings, read_seconds=read_seconds)
        self._bearer = Bearer(self._fetch, clock, self._http)

    def ensure(self, meeting: VideoMeeting, room: Room | None) -> Room:
        mark = f"hadir-{room_names.secret_name(self._key, 'zoom', meeting.uid)}"
        id = room.id if room else self._marked(mark)
        if id:
            try:
                self._ask("PATCH", f"/meetings/{_safe(id)}", json=_wanted(meeting, mark), again=True)
                return self._room(self._ask("GET", f"/meetings/{_safe(id)}", again=True))
            except HttpError as error:
                if error.status != 404:
                    raise
        return self._room(self._made(_wanted(meeting, mark)))

    def join(self, room: Room, meeting: VideoMeeting, who: Member) -> str:
        """The host's own address for a moderator: Zoom makes it anew each time it is asked."""
        if not who.moderator:
            return room.url
        return _address(self._ask("GET", f"/meetings/{_safe(room.id)}", again=True), "start_url")

    def attended(self, room: Room, span: Span) -> Sequence[Stay]:
        """Known once the meeting is over; the address only of people of the same Zoom account, and of those who registered."""
        found = [stay for uuid in self._instances(room, span) for stay in self._stays(uuid)]
        return sorted(found, key=lambda stay: stay.joined)

    def recordings(self, room: Room, span: Span) -> Sequence[Recording]:
        """Those in Zoom's cloud, one for each time that the meeting was held; Zoom asks people for its passcode."""
        found = [recording for uuid in self._instances(room, span) if (recording := self._recording(uuid))]
        return sorted(found, key=lambda recording: recording.made_at)

    def delete(self, room: Room) -> None:
        """One that goes on cannot be taken away, so it is ended first; one that is over needs not be."""
        for method, path, wish, harmless in (
            ("PUT", f"/meetings/{_safe(room.id)}/status", {"action": "end"}, lambda error: error.status == 400),
            ("DELETE", f"/meetings/{_safe(room.id)}", None, lambda error: _code(error) == _ENDED),
        ):
            try:
                self._ask(method, path, json=wish, again=True)
            except HttpError as error:
                if _code(error) == _GOES_ON:
                    raise HttpError("Zoom has not ended the meeting yet", status=error.status, retry_after=30) from None
                if error.status != 404 and not harmless(error):
                    raise

    def within(self, seconds: float = 2.0) -> AbstractContextManager[None]:
        return self._http.within(seconds)

    def close(self) -> None:
        self._http.close()

    # ------------------------------------------------------------ for the doctor

    def reach(self) -> datetime | None:
        return reached(self._http, self._api)

    def log_in(self) -> str:
        self._ask("GET", f"/users/{self._user}/meetings", params={"type": "scheduled", "page_size": "1"})
        return "the credentials are accepted, and the host's meetings can be read"

    def limits(self) -> Sequence[tuple[str, str]]:
        return ()

    # ------------------------------------------------------------ helpers

    def _ask(self, method: str, path: str, **options: Any) -> dict[str, Any]:
        return self._bearer.data(method, f"{self._api}{path}", **options)

    def _made(self, wanted: Mapping[str, Any]) -> dict[str, Any]:
        try:
            return self._ask("POST", f"/users/{self._user}/meetings", json=wanted)
        except HttpError as error:
            if error.status != 404:
                raise
            raise HttpError("Zoom knows no such user: HADIR_ZOOM_USER", status=404, retry_after=300) from None

    def _fetch(self) -> Mapping[str, Any]:
        grant = {"grant_type": "account_credentials", "account_id": self._account_id}
        try:
            return self._http.data("POST", self._oauth, data=grant, auth=self._client, again=True)
        except HttpError as error:
            if error.status == 400:  # so Zoom says that it does not know them
                raise HttpError(f"Zoom refuses the credentials: {self.settings}", status=400, retry_after=300) from None
            raise

    def _marked(self, mark: str) -> str:
        """The meeting that was made when an answer got lost: its agenda begins with the mark."""
        for page in self._pages(f"/users/{self._user}/meetings", {"type": "upcoming"}):
            for each in _objects(page, "meetings"):
                if str(each.get("agenda", "")).startswith(mark):
                    return str(each.get("id", ""))
        return ""

    def _room(self, found: Mapping[str, Any]) -> Room:
        id = str(found.get("id", ""))
        if not id.isdigit():
            raise DeliveryError("Zoom answered with a meeting that has no number", retry_after=60)
        return Room(self.name, id, _address(found, "join_url"))

    def _instances(self, room: Room, span: Span) -> list[str]:
        """When the meeting was held: every time has an id of its own."""
        try:
            found = self._ask("GET", f"/past_meetings/{_safe(room.id)}/instances", again=True)
        except HttpError as error:
            if error.status == 404:
                return []
            raise
        held = [(words.moment(each.get("start_time")), str(each.get("uuid", ""))) for each in _objects(found, "meetings")]
        return [uuid for at, uuid in held if at and uuid and span.start - _AROUND <= at < span.end + _AROUND]

    def _stays(self, uuid: str) -> Iterator[Stay]:
        for page in self._pages(f"/past_meetings/{_twice(uuid)}/participants", {}):
            for each in _objects(page, "participants"):
                joined = words.moment(each.get("join_time"))
                if joined and each.get("status") != _WAITING:
                    email = str(each.get("user_email") or "").lower()
                    account = str(each.get("id") or "")
                    yield Stay(
                        str(each.get("name") or ""), joined, words.moment(each.get("leave_time")), email, account=account
                    )

    def _recording(self, uuid: str) -> Recording | None:
        try:
            found = self._ask("GET", f"/meetings/{_twice(uuid)}/recordings", again=True)
        except HttpError as error:
            if error.status == 404:
                return None
            raise
        made_at = words.moment(found.get("start_time"))
        ready = [each for each in _objects(found, "recording_files") if each.get("status") == "completed"]
        if not ready or made_at is None:
            return None
        return Recording(uuid, str(found.get("topic") or ""), _address(found, "share_url"), made_at)

    def _pages(self, path: str, params: Mapping[str, str]) -> Iterator[dict[str, Any]]:
        token = ""
        for _ in range(_MOST_PAGES):
            asked = {**params, "page_size": str(_PAGE), **({"next_page_token": token} if token else {})}
            try:
                page = self._ask("GET", path, params=asked, again=True)
            except HttpError as error:
                if error.status == 404 and not token:
                    return
                raise
            yield page
            token = str(page.get("next_page_token") or "")
            if not token:
                return


def _wanted(meeting: VideoMeeting, mark: str) -> dict[str, Any]:
    minutes = int((meeting.span.end - meeting.span.start) / timedelta(minutes=1))
    return {
        "topic": room_names.title(meeting.title, LONGEST_TITLE),
        "type": SCHEDULED,
        "start_time": meeting.span.start.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "duration": min(max(minutes, _SHORTEST), _LONGEST),
        "timezone": meeting.zone,
        "agenda": mark,
        "settings": {"waiting_room": True, "join_before_host": False, "use_pmi": False, "approval_type": 2},
    }


def _code(error: HttpError) -> int:
    """Zoom's own number for a refusal, 0 if it says none."""
    try:
        return int(json.loads(error.body)["code"])
    except (ValueError, LookupError, TypeError):
        return 0


def _objects(found: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    rows = found.get(name)
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _address(found: Mapping[str, Any], name: str) -> str:
    url = found.get(name)
    if not isinstance(url, str) or not url.startswith(("https://", "http://")):
        raise DeliveryError(f"Zoom answered without an address ({name})", retry_after=60)
    return url


def _safe(id: str) -> str:
    return quote(id, safe="")


def _twice(uuid: str) -> str:
    """Zoom wants ids that hold a slash encoded twice, and takes all others so too."""
    return quote(quote(uuid, safe=""), safe="")
