"""What people type to the bot in Mattermost: heard over its websocket, and asked for over REST where that was not open.

The websocket brings every post of every channel that the bot is in, so nothing has to be asked for while it is open: with
80,000 direct channels their mere list is 40 MB. On return that list is read once, object by object, and only channels in
which something was posted since are looked into. A plain bot's token is enough for all of it.
"""

from __future__ import annotations

import json
import logging
import os
import re
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any, TypeVar
from urllib.parse import quote as url_quote

from requests.utils import DEFAULT_CA_BUNDLE_PATH
from websockets.exceptions import WebSocketException
from websockets.sync.client import ClientConnection, connect

from integration.adapters.mattermost.connection import Connection
from integration.adapters.mattermost.errors import MattermostError
from integration.messages import Channel, Sender
from integration.ports import Ears, Said

# The server's and ours: neither side may be silent for longer.
OPEN_SECONDS, PING_SECONDS = 10.0, 20.0
# Between two looks at whether we are to stop.
STILL_SECONDS = 1.0
LARGEST_EVENT_BYTES = 4 << 20
POSTS_A_PAGE, CHANNELS_AT_ONCE, PARALLEL = 60, 50, 4
# How long one call of the catching up is tried again while the server asks for patience (429, 503).
PATIENCE_SECONDS = 30.0

_Result = TypeVar("_Result")

# The library would write what is sent, the token with it, to a log that is set to DEBUG.
_silent = logging.getLogger("hadir.websocket")
_silent.propagate = False
_silent.addHandler(logging.NullHandler())


@dataclass(frozen=True, slots=True)
class _Place:
    """A channel with something new in it."""

    id: str
    name: str
    team_id: str
    direct: bool


class MattermostInbox(Connection):
    """The part of `MattermostChat` that hears; every method may raise `MattermostError`."""

    # ------------------------------------------------------------ live

    def listen(self, ears: Ears, stop: threading.Event) -> None:
        """Bring posts until `stop`; whatever ends the connection, or a gap in its numbering, ends this as well."""
        self._introduce()
        try:
            with self._connected() as socket:
                self._follow(socket, ears, stop)
        except (OSError, WebSocketException) as error:
            raise MattermostError(f"the connection to Mattermost ended ({type(error).__name__})") from error

    def _connected(self) -> ClientConnection:
        url = self.client.url.replace("http", "ws", 1) + "/websocket"
        return connect(
            url,
            additional_headers=self.client.auth_header(),
            ssl=_trust() if url.startswith("wss:") else None,
            proxy=None,
            open_timeout=OPEN_SECONDS,
            ping_interval=PING_SECONDS,
            ping_timeout=PING_SECONDS,
            close_timeout=2,
            max_size=LARGEST_EVENT_BYTES,
            logger=_silent,
        )

    def _follow(self, socket: ClientConnection, ears: Ears, stop: threading.Event) -> None:
        self._next_event(socket, 0, OPEN_SECONDS, wanted="hello")
        ears.opened()
        number = 1
        while not stop.is_set():
            event = self._next_event(socket, number, STILL_SECONDS)
            if event is not None:
                number += 1
                if said := self._of_event(event):
                    ears.hear(said)
            ears.still()

    def _next_event(self, socket: ClientConnection, number: int, seconds: float, wanted: str = "") -> dict[str, Any] | None:
        """The next event, None if none came in time; the server numbers them, and leaves out what it could not send."""
        try:
            event = _decoded(socket.recv(timeout=seconds))
        except TimeoutError:
            if wanted:
                raise MattermostError("Mattermost opened the connection and then said nothing") from None
            return None
        if event.get("seq") != number or (wanted and event.get("event") != wanted):
            raise MattermostError(f"Mattermost left out an event before number {event.get('seq')}")
        return event

    def _of_event(self, event: Mapping[str, Any]) -> Said | None:
        data = event.get("data") or {}
        if event.get("event") != "posted" or not isinstance(data.get("post"), str):
            return None
        post = _decoded(data["post"])
        if not self._is_said(post):
            return None
        place = _Place(
            str(post.get("channel_id", "")),
            str(data.get("channel_name", "")),
            str(data.get("team_id", "")),
            data.get("channel_type") == "D",
        )
        return self._said(post, place, str(data.get("sender_name", "")).removeprefix("@"))

    # ------------------------------------------------------------ on return

    def said(self, since: datetime) -> Iterable[Said]:
        """What was posted since then, channel by channel; edited posts count as of their last edit, deleted ones not."""
        self._introduce()
        start = int(since.timestamp() * 1000)
        places = iter(self._patiently(lambda: self._changed(start)))
        with ThreadPoolExecutor(PARALLEL, thread_name_prefix="mattermost-inbox") as pool:
            while some := list(islice(places, CHANNELS_AT_ONCE)):
                yield from self._named(
                    list(zip(some, pool.map(lambda place: self._posted_since(place, start), some), strict=True))
                )

    def _changed(self, start: int) -> list[_Place]:
        """Channels with a post since then, the longest silent first."""
        found: list[tuple[int, _Place]] = []
        for channel in self.client.objects("/users/me/channels"):
            last = int(channel.get("last_post_at") or 0)
            if last >= start and not channel.get("delete_at"):
                place = _Place(channel["id"], channel.get("name", ""), channel.get("team_id", ""), channel.get("type") == "D")
                found.append((last, place))
        return [place for _, place in sorted(found, key=lambda each: each[0])]

    def _posted_since(self, place: _Place, start: int) -> list[dict[str, Any]]:
        """What people posted there since then, oldest first."""
        found: list[dict[str, Any]] = []
        endpoint = f"/channels/{url_quote(place.id, safe='')}/posts"
        params: dict[str, Any] = {"page": 0, "per_page": POSTS_A_PAGE}
        while page := self._page_before(endpoint, params):
            found += [post for post in page if post["create_at"] >= start and self._is_said(post)]
            if page[-1]["create_at"] < start or len(page) < POSTS_A_PAGE:
                break
            params["before"] = page[-1]["id"]
        return found[::-1]

    def _page_before(self, endpoint: str, params: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Posts, newest first; none of a channel that the bot has been taken out of in the meantime."""
        try:
            answer = self._patiently(lambda: self.client.get(endpoint, params=params))
        except MattermostError as error:
            if error.status in (403, 404):
                return []
            raise
        return [answer["posts"][id] for id in answer["order"] if id in answer["posts"]]

    def _named(self, found: Sequence[tuple[_Place, list[dict[str, Any]]]]) -> Iterator[Said]:
        """With the names of who posted: people who still have their account, and no bots."""
        ids = sorted({post["user_id"] for _, posts in found for post in posts})
        users = self._patiently(lambda: self.client.post("/users/ids", options=ids)) if ids else []
        names = {user["id"]: user["username"] for user in users if not user.get("is_bot") and not user.get("delete_at")}
        for place, posts in found:
            for post in posts:
                if post["user_id"] in names:
                    yield self._said(post, place, names[post["user_id"]])

    def _patiently(self, call: Callable[[], _Result]) -> _Result:
        """Again as long as the server only asks for patience; there may be thousands of channels to read."""
        until = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                return call()
            except MattermostError as error:
                pause = error.retry_after or 1.0
                if error.status not in (429, 503) or time.monotonic() + pause > until:
                    raise
                time.sleep(pause)

    def _introduce(self) -> None:
        """By REST first: it says plainly when the token is over, and takes the new one that setup may have made."""
        self._bot = self._with_fresh_token(lambda: self.client.get("/users/me"))

    # ------------------------------------------------------------ one post

    def _is_said(self, post: Mapping[str, Any]) -> bool:
        """Typed by a person of this server: not by the system, a bot, a webhook or an app, which all may post under a
        person's id, and not on another server that shares the channel, whose word who and when would be.
        """
        props = post.get("props") or {}
        by_machine = any(name.startswith("from_") and str(value).lower() == "true" for name, value in props.items())
        elsewhere = by_machine or post.get("remote_id")
        return not (post.get("type") or post.get("delete_at") or elsewhere or post.get("user_id") == self.bot["id"])

    def _said(self, post: Mapping[str, Any], place: _Place, username: str) -> Said:
        text, root = str(post.get("message", "")), str(post.get("root_id") or "")
        mention = re.match(rf"\s*@{re.escape(self.bot['username'])}(?![\w.-]*\w)[\s,:;.!-]*", text, re.IGNORECASE)
        return Said(
            sender=Sender(self.name, str(post["user_id"]), username),
            channel=Channel(place.id, place.name, place.team_id, place.direct, thread=root, message=str(post["id"])),
            message_id=str(post["id"]),
            text=text[mention.end() :] if mention else text,
            at=datetime.fromtimestamp(max(int(post["create_at"]), int(post.get("edit_at") or 0)) / 1000, UTC),
            replies_to=root,
            addressed=mention is not None,
            files=len(post.get("file_ids") or ()),
        )


def _decoded(text: str | bytes) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise MattermostError("Mattermost sent an event that is not JSON")
    return found


def _trust() -> ssl.SSLContext:
    """The certificates that the REST calls trust as well."""
    given = os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("SSL_CERT_FILE")
    return ssl.create_default_context(cafile=given or DEFAULT_CA_BUNDLE_PATH)
