"""Google Meet through its REST API (https://developers.google.com/workspace/meet/api), as a service account of the office that
acts for one of its users: domain-wide delegation of the scope below, granted in the admin console.

A meeting's room ("space") has no title and no time: nothing has to be changed there when the meeting moves.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from integration.adapters.http import Http, HttpError
from integration.adapters.video import words
from integration.adapters.video.bearer import Bearer
from integration.adapters.video.computed import reached
from integration.errors import DeliveryError
from integration.ports import Member, Recording, Room, Span, Stay, VideoMeeting

API = "https://meet.googleapis.com/v2"
SCOPE = "https://www.googleapis.com/auth/meetings.space.created"
_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_AROUND = timedelta(hours=3)
_PAGE, _MOST_PAGES = 100, 50
# Nothing to end; no such room (of rooms that are not there Google says both).
_GONE = frozenset({403, 404})
_OVER = _GONE | {400}


@dataclass(frozen=True, slots=True)
class Credentials:
    """A service account's key, as Google's console gives it out."""

    email: str
    token_uri: str
    key: RSAPrivateKey = field(repr=False)

    @classmethod
    def read(cls, path: Path) -> Credentials:
        """Raises `DeliveryError`, without a word of what stands in the file."""
        try:
            found = json.loads(path.read_text(encoding="utf-8"))
            key = load_pem_private_key(found["private_key"].encode(), password=None)
            email, token_uri = str(found["client_email"]), str(found["token_uri"])
        except OSError as error:
            raise DeliveryError(
                f"HADIR_MEET_CREDENTIALS_FILE cannot be read ({type(error).__name__})", retry_after=300
            ) from None
        except (ValueError, LookupError, TypeError, AttributeError):
            raise DeliveryError("HADIR_MEET_CREDENTIALS_FILE is no key of a service account", retry_after=300) from None
        if not isinstance(key, RSAPrivateKey):
            raise DeliveryError("HADIR_MEET_CREDENTIALS_FILE holds no RSA key", retry_after=300)
        return cls(email, token_uri, key)


class MeetVideo:
    """`credentials` is the file of the key, read with the first call; `subject` the user for whom rooms are made."""

    name = "meet"
    settings = "HADIR_MEET_CREDENTIALS_FILE, HADIR_MEET_SUBJECT"
    uses_clock = True
    reports_attendance = True
    join_calls = False
    needs_channel = False

    def __init__(
        self, credentials: Path, subject: str, *, clock: Callable[[], datetime], api: str = API, read_seconds: float = 15.0
    ) -> None:
        self._file, self._subject = credentials, subject
        self._clock = clock
        self._api = api
        self._http = Http("Google Meet", self.settings, read_seconds=read_seconds)
        self._bearer = Bearer(self._fetch, clock, self._http)

    def ensure(self, meeting: VideoMeeting, room: Room | None) -> Room:
        """Who may come in unasked: everybody with the link, or the organisation alone; others knock."""
        wanted = {"config": {"accessType": "OPEN" if meeting.guests else "TRUSTED"}}
        if room:
            try:
                found = self._ask(
                    "PATCH", f"/{_path(room.id)}", params={"updateMask": "config.accessType"}, json=wanted, again=True
                )
                return self._room(found)
            except HttpError as error:
                if error.status not in _GONE:
                    raise
        return self._room(self._ask("POST", "/spaces", json=wanted))

    def join(self, room: Room, meeting: VideoMeeting, who: Member) -> str:
        return room.url

    def attended(self, room: Room, span: Span) -> Sequence[Stay]:
        """Google keeps it for thirty days, and tells names but no addresses."""
        found = [stay for record in self._records(room, span) for stay in self._stays(record)]
        return sorted(found, key=lambda stay: stay.joined)

    def recordings(self, room: Room, span: Span) -> Sequence[Recording]:
        """Those in the Drive of who recorded; people open them if that file is shared with them."""
        found = []
        for record in self._records(room, span):
            for each in self._rows(f"/{_path(record)}/recordings", "recordings", {}):
                url, made_at = str(_inner(each, "driveDestination").get("exportUri", "")), words.moment(each.get("startTime"))
                if each.get("state") == "FILE_GENERATED" and made_at and url.startswith("https://"):
                    found.append(Recording(str(each.get("name", "")), "", url, made_at))
        return sorted(found, key=lambda recording: recording.made_at)

    def delete(self, room: Room) -> None:
        """A space cannot be taken away: what goes on in it is ended, and its door shut."""
        shut = {"config": {"accessType": "RESTRICTED"}}
        for method, path, options in (
            ("POST", f"/{_path(room.id)}:endActiveConference", {"json": {}}),
            ("PATCH", f"/{_path(room.id)}", {"params": {"updateMask": "config.accessType"}, "json": shut}),
        ):
            try:
                self._ask(method, path, again=True, **options)
            except HttpError as error:
                if error.status not in _OVER:
                    raise

    def within(self, seconds: float = 2.0) -> AbstractContextManager[None]:
        return self._http.within(seconds)

    def close(self) -> None:
        self._http.close()

    # ------------------------------------------------------------ for the doctor

    def reach(self) -> datetime | None:
        return reached(self._http, self._api)

    def log_in(self) -> str:
        self._bearer.forget()
        self._bearer.token()
        return f"a token for {self._subject} was given"

    def limits(self) -> Sequence[tuple[str, str]]:
        return ()

    # ------------------------------------------------------------ helpers

    def _ask(self, method: str, path: str, **options: Any) -> dict[str, Any]:
        return self._bearer.data(method, f"{self._api}{path}", **options)

    def _fetch(self) -> Mapping[str, Any]:
        credentials = Credentials.read(self._file)
        asked = {"grant_type": _GRANT, "assertion": self._assertion(credentials)}
        try:
            return self._http.data("POST", credentials.token_uri, data=asked, again=True)
        except HttpError as error:
            if error.status not in (400, 401, 403):
                raise
            text = f"Google refuses the service account for {self._subject}{_cure(error.body)}: {self.settings}"
            raise HttpError(text, status=error.status, retry_after=300) from None

    def _assertion(self, credentials: Credentials) -> str:
        now = int(self._clock().timestamp())
        claims = {
            "iss": credentials.email,
            "sub": self._subject,
            "scope": SCOPE,
            "aud": credentials.token_uri,
            "iat": now,
            "exp": now + 3600,
        }
        signed = f"{words.token_part({'alg': 'RS256', 'typ': 'JWT'})}.{words.token_part(claims)}"
        return f"{signed}.{words.token_part(credentials.key.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256()))}"

    def _room(self, found: Mapping[str, Any]) -> Room:
        name, url = str(found.get("name", "")), str(found.get("meetingUri", ""))
        if not name.startswith("spaces/") or not url.startswith("https://"):
            raise DeliveryError("Google Meet answered with a room that has no address", retry_after=60)
        return Room(self.name, name, url)

    def _records(self, room: Room, span: Span) -> list[str]:
        after, before = _text(span.start - _AROUND), _text(span.end + _AROUND)
        filter = f'space.name = "{room.id}" AND start_time>="{after}" AND start_time<="{before}"'
        return [str(each.get("name", "")) for each in self._rows("/conferenceRecords", "conferenceRecords", {"filter": filter})]

    def _stays(self, record: str) -> Iterator[Stay]:
        for who in self._rows(f"/{_path(record)}/participants", "participants", {}):
            account = str(_inner(who, "signedinUser").get("user", ""))
            named = (_inner(who, kind).get("displayName") for kind in ("signedinUser", "anonymousUser", "phoneUser"))
            name = str(next(filter(None, named), ""))
            sessions = self._rows(f"/{_path(str(who.get('name', '')))}/participantSessions", "participantSessions", {})
            for each in sessions:
                if joined := words.moment(each.get("startTime")):
                    yield Stay(name, joined, words.moment(each.get("endTime")), account=account)

    def _rows(self, path: str, name: str, params: Mapping[str, str]) -> Iterator[Mapping[str, Any]]:
        token = ""
        for _ in range(_MOST_PAGES):
            asked = {**params, "pageSize": str(_PAGE), **({"pageToken": token} if token else {})}
            page = self._ask("GET", path, params=asked, again=True)
            rows = page.get(name)
            yield from (row for row in rows if isinstance(row, dict)) if isinstance(rows, list) else ()
            token = str(page.get("nextPageToken") or "")
            if not token:
                return


def _cure(body: bytes) -> str:
    """What Google's two usual refusals mean; the words of others may hold anything."""
    try:
        said = json.loads(body)["error"]
    except (ValueError, LookupError, TypeError):
        return ""
    if said == "unauthorized_client":
        return f" (the scope {SCOPE} is not delegated to it)"
    return " (is this machine's clock right, and does the user exist?)" if said == "invalid_grant" else ""


def _inner(found: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    inner = found.get(name)
    return inner if isinstance(inner, dict) else {}


def _path(name: str) -> str:
    """A resource's name, whose slashes are part of it."""
    return quote(name, safe="/-_")


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
