"""Mattermost Calls (its plugin `com.mattermost.calls`): a channel's own call, by the link that `/call link` gives there.

The plugin has no calls to make: one begins when the first person joins. While it goes on it tells who is in it, not since
when; recordings stand in its post in the channel. Without a licence Mattermost holds calls only in direct messages.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar
from urllib.parse import quote, urlsplit

from integration.adapters.mattermost.connection import PLATFORM, Connection, access
from integration.adapters.mattermost.errors import MattermostError, decoded
from integration.core import Hadir
from integration.errors import DeliveryError
from integration.ports import Member, Recording, Room, Span, Stay, VideoMeeting

_Result = TypeVar("_Result")

PLUGIN = "/plugins/com.mattermost.calls"
_CALL = "custom_calls"
_AROUND = timedelta(hours=3)
_MOST_PEOPLE = 500
# The plugin is not there or not for us; plugins are switched off altogether.
_NOT_THERE = frozenset({403, 404, 501})
_CONSOLE = "System Console > Plugins > Calls"


def connect(hadir: Hadir) -> MattermostCalls | None:
    """The provider if Mattermost is set up; reads the database and calls nothing outside."""
    found = access(hadir)
    return MattermostCalls(hadir, found) if found else None


class MattermostCalls(Connection):
    """The bot has to be in the channel, as for everything else that is written there."""

    name = "calls"
    settings = "hadir setup mattermost"
    uses_clock = False
    reports_attendance = True
    join_calls = False
    needs_channel = True

    # ------------------------------------------------------------ the port

    def ensure(self, meeting: VideoMeeting, room: Room | None) -> Room:
        """The link stays the channel's, whatever the channel is called."""
        platform, channel = meeting.channel or ("", "")
        if platform != PLATFORM or not channel:
            raise DeliveryError("Mattermost Calls needs a channel: the meeting was planned in none", permanent=True)
        return self._asked(lambda: self._room(channel))

    def join(self, room: Room, meeting: VideoMeeting, who: Member) -> str:
        return room.url

    def attended(self, room: Room, span: Span) -> Sequence[Stay]:
        """Who is in the call now; nothing once it is over."""
        return self._asked(lambda: self._stays(room, span))

    def recordings(self, room: Room, span: Span) -> Sequence[Recording]:
        return self._asked(lambda: list(self._recordings(room, span)))

    def delete(self, room: Room) -> None:
        """The channel stays; only its host or an administrator can end a call."""

    def within(self, seconds: float = 2.0) -> AbstractContextManager[None]:
        return self.client.within(seconds)

    # ------------------------------------------------------------ for the doctor

    def reach(self) -> datetime | None:
        try:
            return parsedate_to_datetime(self.client.make_request("GET", "/system/ping").headers.get("Date", ""))
        except (TypeError, ValueError):
            return None

    def log_in(self) -> str:
        """Raises `DeliveryError` if the plugin is not there."""
        try:
            found = self.client.make_request("GET", f"{PLUGIN}/version", basepath=urlsplit(self.access.url).path)
            version = str(found.json()["version"])
        except (MattermostError, ValueError, LookupError, TypeError) as error:
            if isinstance(error, MattermostError) and error.status not in _NOT_THERE:
                raise
            raise DeliveryError(f"the plugin is not switched on: {_CONSOLE}", permanent=True) from None
        return f"the plugin {version} is there"

    def limits(self) -> Sequence[tuple[str, str]]:
        license = self.client.get("/license/client", params={"format": "old"})
        if str(license.get("IsLicensed", "")).lower() == "true":
            return ()
        return (("without a licence there are calls in direct messages only", "choose another provider: HADIR_VIDEO"),)

    # ------------------------------------------------------------ helpers

    def _asked(self, call: Callable[[], _Result]) -> _Result:
        try:
            return self._with_fresh_token(call)
        except (LookupError, TypeError, AttributeError) as error:
            text = f"Mattermost answered with something that it does not say ({type(error).__name__}); is the address right?"
            raise MattermostError(text, retry_after=60) from None

    def _room(self, channel: str) -> Room:
        try:
            found = self.driver.channels.get_channel(quote(channel, safe=""))
        except MattermostError as error:
            if error.status not in (403, 404):
                raise
            text = f"the bot is not in the channel {channel}, or it is gone: write `/invite @{self.bot['username']}` there"
            raise MattermostError(text, status=error.status, error_id=error.error_id, permanent=True) from None
        if found.get("delete_at"):
            raise MattermostError(f"the channel {channel} is archived", permanent=True)
        address = f"{self.access.url}/{quote(self._team(found), safe='')}/channels/{quote(found['id'], safe='')}?join_call=true"
        return Room(self.name, found["id"], address)

    def _team(self, channel: Mapping[str, Any]) -> str:
        """A conversation of a few belongs to no team; any that the bot is in will do."""
        if channel.get("team_id"):
            return str(self.driver.teams.get_team(channel["team_id"])["name"])
        teams = self.client.get("/users/me/teams")
        if not teams:
            raise MattermostError("the bot is in no team: hadir setup mattermost")
        return str(teams[0]["name"])

    def _stays(self, room: Room, span: Span) -> list[Stay]:
        call = self._call(room)
        began, sessions = _moment(call.get("start_at")), call.get("sessions")
        if began is None or began >= span.end or not isinstance(sessions, list):
            return []
        ids = sorted({str(each.get("user_id", "")) for each in sessions if isinstance(each, dict)} - {""})
        names = self._names(ids)
        return [Stay(names.get(id, ""), began, account=id, exact=False) for id in ids]

    def _call(self, room: Room) -> Mapping[str, Any]:
        """The call that goes on in the channel; empty if none does."""
        path = f"{PLUGIN}/{quote(room.id, safe='')}"
        try:
            found = decoded(self.client.make_request("GET", path, basepath=urlsplit(self.access.url).path))
        except MattermostError as error:
            if error.status not in _NOT_THERE:
                raise
            return {}
        call = found.get("call") if isinstance(found, dict) else None
        return call if isinstance(call, dict) else {}

    def _recordings(self, room: Room, span: Span) -> Iterator[Recording]:
        for began, props in self._calls(room, span):
            jobs = props.get("recordings")
            for id, job in jobs.items() if isinstance(jobs, dict) else ():
                post = str(job.get("post_id", "")) if isinstance(job, dict) else ""
                if post.isalnum():
                    yield Recording(str(id), str(props.get("title") or ""), f"{self.access.url}/_redirect/pl/{post}", began)

    def _calls(self, room: Room, span: Span) -> list[tuple[datetime, Mapping[str, Any]]]:
        """The calls in the channel that began about that time, in order: (when, what the plugin's post says)."""
        after, before = span.start - _AROUND, span.end + _AROUND
        try:
            page = self.client.get(
                f"/channels/{quote(room.id, safe='')}/posts", params={"since": str(int(after.timestamp() * 1000))}
            )
        except MattermostError as error:
            if error.status not in (403, 404):
                raise
            return []
        found = []
        for post in page["posts"].values():
            props = post.get("props") or {}
            began = _moment(props.get("start_at"))
            if post.get("type") == _CALL and not post.get("delete_at") and began and after <= began < before:
                found.append((began, props))
        return sorted(found, key=lambda each: each[0])

    def _names(self, ids: Sequence[str]) -> dict[str, str]:
        users = self.client.post("/users/ids", options=list(ids[:_MOST_PEOPLE])) if ids else []
        return {
            user["id"]: f"{user.get('first_name', '')} {user.get('last_name', '')}".strip() or user["username"]
            for user in users
        }


def _moment(milliseconds: object) -> datetime | None:
    if not isinstance(milliseconds, int | float) or milliseconds <= 0:
        return None
    try:
        return datetime.fromtimestamp(milliseconds / 1000, UTC)
    except (OverflowError, ValueError, OSError):
        return None
