"""Jitsi Meet on the office's own server: rooms are names, and a token says who may enter as what.

By https://jitsi.github.io/handbook and jitsi's prosody plugins (`mod_auth_token`, `mod_token_affiliation`). Jitsi tells
nobody who was there, and keeps no recordings for us; a lobby is the moderator's to switch on.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from urllib.parse import quote

from integration.adapters import room_names
from integration.adapters.http import Http
from integration.adapters.video import words
from integration.adapters.video.computed import Computed, reached
from integration.ports import Member, Room, VideoMeeting

# A token is asked for again whenever a connection breaks: it outlives the meeting, which may take longer than planned.
AFTERWARDS = timedelta(hours=1)
_SKEW = timedelta(minutes=1)
LONGEST_NAME = 100


class JitsiVideo(Computed):
    """The server at `url`. With `app_id` and `app_secret` nobody enters without a token, else the address is enough."""

    name = "jitsi"
    settings = "HADIR_JITSI_URL, HADIR_JITSI_APP_ID, HADIR_JITSI_APP_SECRET"
    uses_clock = True

    def __init__(
        self,
        url: str,
        *,
        key: bytes,
        clock: Callable[[], datetime],
        app_id: str = "",
        app_secret: str = "",
        read_seconds: float = 15.0,
    ) -> None:
        self._url = url.rstrip("/")
        self._key = key
        self._clock = clock
        self._app_id, self._app_secret = app_id, app_secret
        self._http = Http("Jitsi", "HADIR_JITSI_URL", read_seconds=read_seconds)

    def ensure(self, meeting: VideoMeeting, room: Room | None) -> Room:
        """Jitsi compares names in small letters."""
        id = room.id if room else f"hadir-{room_names.secret_name(self._key, 'jitsi', meeting.uid)}"
        return Room(self.name, id, "" if self._app_secret else self._address(id))

    def join(self, room: Room, meeting: VideoMeeting, who: Member) -> str:
        """The token is for this room alone, and for this person."""
        name = room_names.title(who.name, LONGEST_NAME)
        shown = {"config.subject": room_names.title(meeting.title, LONGEST_NAME)}
        if not self._app_secret:
            return f"{self._address(room.id)}{_fragment(shown | {'userInfo.displayName': name})}"
        return f"{self._address(room.id)}?jwt={self._token(room.id, meeting, who, name)}{_fragment(shown)}"

    def close(self) -> None:
        self._http.close()

    # ------------------------------------------------------------ for the doctor

    def reach(self) -> datetime | None:
        return reached(self._http, f"{self._url}/config.js")

    def log_in(self) -> str:
        if self._app_secret:
            return "tokens are signed here; only Jitsi itself can tell whether it has the same app id and secret"
        return "open to everybody who knows the address"

    def limits(self) -> Sequence[tuple[str, str]]:
        if self._app_secret:
            return ()
        cure = "set HADIR_JITSI_APP_ID and HADIR_JITSI_APP_SECRET as in Jitsi's own configuration"
        return (("nobody is moderator by right: whoever comes first is", cure),)

    # ------------------------------------------------------------ helpers

    def _address(self, id: str) -> str:
        return f"{self._url}/{quote(id, safe='')}"

    def _token(self, room: str, meeting: VideoMeeting, who: Member, name: str) -> str:
        now = self._clock()
        # Every field of `user` has to be text.
        user = {
            "id": who.id,
            "name": name,
            "email": who.email,
            "moderator": "true" if who.moderator else "false",
            "affiliation": "owner" if who.moderator else "member",
        }
        claims = {
            "iss": self._app_id,
            "aud": self._app_id,
            "sub": "*",
            "room": room,
            "nbf": _seconds(now - _SKEW),
            "exp": _seconds(max(now, meeting.span.end) + AFTERWARDS),
            "context": {"user": {field: text for field, text in user.items() if text}},
        }
        signed = f"{words.token_part({'alg': 'HS256', 'typ': 'JWT'})}.{words.token_part(claims)}"
        return f"{signed}.{words.token_part(hmac.digest(self._app_secret.encode(), signed.encode(), hashlib.sha256))}"


def _fragment(values: Mapping[str, str]) -> str:
    """Behind the `#`, which no server gets to see; Jitsi reads JSON there."""
    return "#" + "&".join(f"{name}={quote(json.dumps(value), safe='')}" for name, value in values.items())


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())
