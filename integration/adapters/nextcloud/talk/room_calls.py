"""Talk's addresses for whoever owns a conversation, one function each; see `calls.py` for those of a participant."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from integration.adapters.nextcloud.talk.calls import Data

if TYPE_CHECKING:
    from integration.adapters.nextcloud.cloud import Cloud

OWNER, MODERATOR, GUEST_MODERATOR = 1, 2, 6
MODERATORS = frozenset({OWNER, MODERATOR, GUEST_MODERATOR})
NO_LOBBY, LOBBY = 0, 1
LONGEST_NAME = 255
_API = "/ocs/v2.php/apps/spreed/api"
_ROOM = f"{_API}/v4/room"


async def make(cloud: Cloud, kind: int, name: str, description: str, lobby_until: int | None) -> Data:
    """A new conversation; with `lobby_until` (a Unix time) only moderators get in before. Talk knows these since 21."""
    wishes: dict[str, Any] = {"roomType": kind, "roomName": name, "description": description}
    if lobby_until is not None:
        wishes |= {"lobbyState": LOBBY, "lobbyTimer": lobby_until}
    made: Data = await cloud.ocs("POST", _ROOM, json=wishes)
    return made


async def rename(cloud: Cloud, token: str, name: str) -> None:
    await cloud.ocs("PUT", f"{_ROOM}/{_safe(token)}", json={"roomName": name})


async def describe(cloud: Cloud, token: str, description: str) -> None:
    await cloud.ocs("PUT", f"{_ROOM}/{_safe(token)}/description", json={"description": description})


async def set_open(cloud: Cloud, token: str, is_open: bool) -> None:
    """Whether guests get in with the link."""
    await cloud.ocs("POST" if is_open else "DELETE", f"{_ROOM}/{_safe(token)}/public")


async def set_lobby(cloud: Cloud, token: str, until: int | None) -> None:
    wishes = {"state": NO_LOBBY} if until is None else {"state": LOBBY, "timer": until}
    await cloud.ocs("PUT", f"{_ROOM}/{_safe(token)}/webinar/lobby", json=wishes)


async def add(cloud: Cloud, token: str, account: str) -> None:
    """Harmless for somebody who is in it. 404 if there is no such account."""
    await cloud.ocs("POST", f"{_ROOM}/{_safe(token)}/participants", json={"newParticipant": account, "source": "users"})


async def promote(cloud: Cloud, token: str, attendee: int) -> None:
    await cloud.ocs("POST", f"{_ROOM}/{_safe(token)}/moderators", json={"attendeeId": attendee})


async def remove(cloud: Cloud, token: str) -> None:
    """The conversation with all that was written in it; a call that goes on there ends."""
    await cloud.ocs("DELETE", f"{_ROOM}/{_safe(token)}")


async def signaling(cloud: Cloud) -> Data:
    """How calls are carried: `signalingMode` is internal without a high-performance backend."""
    found: Data = await cloud.ocs("GET", f"{_API}/v3/signaling/settings")
    return found


def _safe(part: str) -> str:
    return quote(part, safe="")
