"""A link that the office has already: one room for every meeting, or one for each by a pattern."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import quote

from integration.adapters.http import Http
from integration.adapters.room_names import secret_name
from integration.adapters.video.computed import Computed, reached
from integration.ports import Member, Room, VideoMeeting

UID = "{uid}"


class FixedVideo(Computed):
    """`link` is given for every meeting; `{uid}` in it becomes a name of the meeting's own that nobody guesses."""

    name = "link"
    settings = "HADIR_VIDEO_LINK"
    uses_clock = False

    def __init__(self, link: str, *, key: bytes, read_seconds: float = 15.0) -> None:
        self._link = link
        self._key = key
        self._http = Http("the video link", self.settings, read_seconds=read_seconds)

    def ensure(self, meeting: VideoMeeting, room: Room | None) -> Room:
        id = room.id if room else f"hadir-{secret_name(self._key, 'link', meeting.uid)}"
        return Room(self.name, id, self._link.replace(UID, quote(id, safe="")))

    def join(self, room: Room, meeting: VideoMeeting, who: Member) -> str:
        return room.url

    def close(self) -> None:
        self._http.close()

    # ------------------------------------------------------------ for the doctor

    def reach(self) -> datetime | None:
        """A page behind a log-in answers too."""
        return reached(self._http, self._link.replace(UID, "hadir-doctor"))

    def log_in(self) -> str:
        return "needs no credentials"

    def limits(self) -> Sequence[tuple[str, str]]:
        return ()
