"""What people type in Talk: mostly the bot's webhook brings it; here is asked for what it does not bring."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

import structlog

from integration.adapters.nextcloud.client import Client
from integration.adapters.nextcloud.errors import NextcloudError
from integration.adapters.nextcloud.talk import calls
from integration.adapters.nextcloud.talk.access import Talk
from integration.adapters.nextcloud.talk.read import TalkReader, said_of
from integration.adapters.nextcloud.talk.received import Room
from integration.core import Hadir
from integration.ports import Ears, Said

if TYPE_CHECKING:
    from integration.adapters.nextcloud.cloud import Cloud

log = structlog.get_logger()

_KINDS = (calls.ONE_TO_ONE, calls.GROUP, calls.PUBLIC)
# Whoever opens a conversation with us waits so long at most; where the bot is on already, nobody waits for a look.
LOOK_SECONDS = 5.0
# The first look is into all conversations, and every so manieth after it, in case a webhook got lost.
FULL_LOOK = 6
# How far the server's clock may differ from ours without a message being missed.
SKEW = timedelta(minutes=5)
_PAGES = 25


class TalkEars(TalkReader):
    """The part of `TalkChat` that hears; every method may raise `NextcloudError`."""

    def __init__(self, hadir: Hadir, client: Client, talk: Talk) -> None:
        super().__init__(client, talk.account)
        self._hadir = hadir
        self._talk = talk
        self._listening: set[str] = set()
        # {conversation: the id of its last message at the last look}
        self._seen: dict[str, int] = {}
        self._lock = threading.Lock()
        self.look_seconds = LOOK_SECONDS

    # ------------------------------------------------------------ the port

    def listen(self, ears: Ears, stop: threading.Event) -> None:
        """Bring what is said until `stop`; the webhook brings most of it earlier, and a message counts once."""
        ears.opened()
        looks = 0
        while not stop.wait(self.look_seconds):
            everywhere = looks % FULL_LOOK == 0
            looks += 1
            for said in self.news(everywhere=everywhere):
                ears.hear(said)
            if everywhere:
                ears.still()

    def said(self, since: datetime) -> Iterable[Said]:
        """What people have typed in the conversations of the service account since then."""
        start = int(since.timestamp())
        for room in self._rooms_since(start):
            yield from self._said_in(room, start)

    def news(self, *, everywhere: bool) -> Iterator[Said]:
        """What was said since the last look: `everywhere`, or only where the bot is not on, as in a new conversation."""
        start = int((self._hadir.clock() - SKEW).timestamp())
        for room in self._rooms_since(start):
            token, last = str(room["token"]), _last_message(room)
            if self._seen.get(token) == last or not (everywhere or self._is_new(room)):
                continue
            yield from self._said_in(room, start, after=self._seen.get(token, 0))
            self._seen[token] = last

    # ------------------------------------------------------------ conversations

    def _rooms_since(self, start: int) -> list[calls.Data]:
        found = self._client.call(lambda cloud: calls.rooms(cloud, start), urgent=True)
        return [room for room in found if room.get("type") in _KINDS]

    def _is_new(self, room: calls.Data) -> bool:
        with self._lock:
            return room.get("type") == calls.ONE_TO_ONE and str(room["token"]) not in self._listening

    def _said_in(self, room: calls.Data, start: int, *, after: int = 0) -> list[Said]:
        """In order; the bot is switched on in conversations of two, so that the next message comes by webhook."""
        token, direct = str(room["token"]), room.get("type") == calls.ONE_TO_ONE
        if direct:
            self._listen(token)
        where = Room(token, str(room.get("displayName", "")), direct)
        try:
            messages = self._back_to(token, start, after)
        except NextcloudError as error:
            if not error.permanent:
                raise
            log.warning("talk_room_not_read", room=token, error=str(error))
            return []
        said = (said_of(message, where, self._account, self._talk.names) for message in messages)
        return [each for each in said if each]

    def _back_to(self, token: str, start: int, after: int) -> list[calls.Data]:
        """The messages of a conversation since `start` (a Unix time) and after that id, the oldest first."""
        found: list[calls.Data] = []
        for _ in range(_PAGES):
            before = str(found[-1]["id"]) if found else ""
            page = self._client.call(partial(calls.messages, token=token, before=before), urgent=True)
            found += page
            if len(page) < calls.PAGE or int(page[-1]["timestamp"]) < start or int(page[-1]["id"]) <= after:
                break
        return [each for each in reversed(found) if int(each["timestamp"]) >= start and int(each["id"]) > after]

    # ------------------------------------------------------------ the bot in conversations of two

    def _listen(self, token: str) -> None:
        """Switch the bot on in a conversation of two. Without it we still hear, later, by asking."""
        with self._lock:
            if token in self._listening:
                return
        try:
            on = self._client.call(lambda cloud: self._switched_on(cloud, token), urgent=True)
        except NextcloudError as error:
            log.warning("talk_bot_not_switched_on", room=token, error=str(error))
            return
        if on:
            with self._lock:
                self._listening.add(token)

    async def _switched_on(self, cloud: Cloud, token: str) -> bool:
        bot = next((bot for bot in await calls.bots(cloud, token) if bot["name"] == self._talk.bot), None)
        if bot and bot["state"] == 0:
            await calls.switch_on(cloud, token, int(bot["id"]))
        return bot is not None


def _last_message(room: calls.Data) -> int:
    last = room.get("lastMessage")
    return int(last["id"]) if isinstance(last, dict) and "id" in last else 0
