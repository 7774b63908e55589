"""Talk's addresses, one function each. They run in the client's loop; the caller says what may be repeated."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from integration.adapters.nextcloud.errors import NextcloudError

if TYPE_CHECKING:
    from integration.adapters.nextcloud.cloud import Cloud

ONE_TO_ONE, GROUP, PUBLIC = 1, 2, 3
PAGE = 200  # messages; Talk gives no more at once
_TALK = "/ocs/v2.php/apps/spreed/api"
_ROOM_SHARE = 10

Data = Mapping[str, Any]


class BotRefused(NextcloudError):
    """The bot is not switched on in that conversation, or its secret is another. No app password is at fault."""

    def __init__(self) -> None:
        super().__init__("Talk refuses the bot", permanent=True)


def _safe(part: str) -> str:
    return quote(part, safe="")


async def direct_room(cloud: Cloud, account: str) -> Data:
    """The conversation between the service account and `account`, made if there was none."""
    found: Data = await cloud.ocs("POST", f"{_TALK}/v4/room", json={"roomType": ONE_TO_ONE, "invite": account})
    return found


async def room(cloud: Cloud, token: str) -> Data:
    found: Data = await cloud.ocs("GET", f"{_TALK}/v4/room/{_safe(token)}")
    return found


async def rooms(cloud: Cloud, modified_since: int) -> list[Data]:
    """The conversations of the service account in which something has happened since (a Unix time)."""
    params = {"noStatusUpdate": "1", "modifiedSince": str(max(modified_since, 0))}
    return list(await cloud.ocs("GET", f"{_TALK}/v4/room", params=params))


async def participants(cloud: Cloud, token: str) -> list[Data]:
    return list(await cloud.ocs("GET", f"{_TALK}/v4/room/{_safe(token)}/participants"))


async def messages(cloud: Cloud, token: str, *, before: str = "", including: bool = False, limit: int = PAGE) -> list[Data]:
    """The newest messages, the newest first; with `before` those that are older than that one, or `including` it."""
    params = {"lookIntoFuture": "0", "setReadMarker": "0", "limit": str(limit)}
    if before:
        params |= {"lastKnownMessageId": before, "includeLastKnown": "1" if including else "0"}
    try:
        return list(await cloud.ocs("GET", f"{_TALK}/v1/chat/{_safe(token)}", params=params))
    except ValueError as error:
        # 304 and an empty body: so Talk says that there are none. Anything else that is no JSON is from somebody else.
        if getattr(error, "doc", None) == "":
            return []
        raise


async def say(cloud: Cloud, token: str, text: str, reference: str) -> str:
    """Say it as the service account; the message's id. Talk takes the same reference twice."""
    sent = await cloud.ocs("POST", f"{_TALK}/v1/chat/{_safe(token)}", json={"message": text, "referenceId": reference})
    return str(sent["id"])


async def edit(cloud: Cloud, token: str, message: str, text: str) -> None:
    """Let a message say something else: one of the service account's own, or as a moderator anybody's; within a day."""
    await cloud.ocs("PUT", f"{_TALK}/v1/chat/{_safe(token)}/{_safe(message)}", json={"message": text})


async def say_as_bot(cloud: Cloud, token: str, text: str, reference: str, secret: str, *, answering: str = "") -> bool:
    """Say it as the bot, which proves itself by its secret alone. Talk does not tell the message's id.

    As an answer to the message `answering`; False if there is no such message, and nothing was said. Raises `BotRefused`.
    """
    random = secrets.token_hex(32)
    signature = hmac.new(secret.encode(), (random + text).encode(), hashlib.sha256).hexdigest()
    headers = {"X-Nextcloud-Talk-Bot-Random": random, "X-Nextcloud-Talk-Bot-Signature": signature}
    body: dict[str, Any] = {"message": text, "referenceId": reference}
    body |= {"replyTo": int(answering)} if answering else {}
    path = f"{_TALK}/v1/bot/{_safe(token)}/message"
    try:
        # Without the account's password: a 401 then speaks of the bot.
        await cloud.ocs("POST", path, json=body, headers=headers, auth=_nobody)
    except Exception as error:
        status = getattr(error, "status_code", 0)
        if status == 401:
            raise BotRefused from None
        if status == 400 and answering:
            return False
        raise
    return True


def _nobody(request: Any) -> Any:
    return request


async def bots(cloud: Cloud, token: str) -> list[Data]:
    """The bots that can be switched on in a conversation of which the service account is a moderator."""
    return list(await cloud.ocs("GET", f"{_TALK}/v1/bot/{_safe(token)}"))


async def switch_on(cloud: Cloud, token: str, bot: int) -> None:
    await cloud.ocs("POST", f"{_TALK}/v1/bot/{_safe(token)}/{bot}")


async def share(cloud: Cloud, path: str, token: str, reference: str, meta: str) -> None:
    """Post a file of the service account's. A repeat is refused (403), but posts it once more nevertheless."""
    wishes = {"path": f"/{path}", "shareType": _ROOM_SHARE, "shareWith": token, "referenceId": reference}
    await cloud.shares("POST", json=wishes | {"talkMetaData": meta})


async def card(cloud: Cloud, account: str) -> Data:
    """What the address book of the server shows of an account; the e-mail address only if its owner lets it."""
    found: Data = await cloud.ocs("GET", f"/ocs/v2.php/hovercard/v1/{_safe(account)}")
    return found


async def accounts_like(cloud: Cloud, name: str) -> list[str]:
    """The ids of accounts that the server suggests for a name."""
    params = {"search": name, "itemType": "call", "itemId": "new", "shareTypes[]": "0", "limit": "10"}
    return [str(found["id"]) for found in await cloud.ocs("GET", "/ocs/v2.php/core/autocomplete/get", params=params)]
