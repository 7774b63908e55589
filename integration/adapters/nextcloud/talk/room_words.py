"""What is written on a room, and what Talk says about it, in our terms."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from integration.adapters import room_names
from integration.adapters.nextcloud.errors import NextcloudError
from integration.adapters.nextcloud.talk.room_calls import LONGEST_NAME
from integration.errors import DeliveryError

_SETUP_SECONDS = 300.0
_MAY_NOT = "Talk lets the account of Hadir make no conversations: Nextcloud, Administration settings > Talk"
_PASSWORDS = (
    "Talk wants a password for every public conversation: allow them without one (Nextcloud, Administration settings > "
    "Talk), or invite no guests"
)


def mark(key: bytes, uid: str) -> str:
    """What stands in the description: nobody else can make a room that we take for this meeting's."""
    return f"Hadir {room_names.secret_name(key, 'talk', uid)}"


def name(title: str) -> str:
    return room_names.title(title, LONGEST_NAME)


def at(message: Mapping[str, Any]) -> datetime:
    return datetime.fromtimestamp(int(message["timestamp"]), UTC)


def date(text: str) -> datetime | None:
    """From an HTTP header."""
    try:
        return parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None


def refusal(error: Exception) -> DeliveryError | None:
    """What an administrator has to change before rooms can be made; None for another error."""
    status = getattr(error, "status_code", 0)
    said = str(getattr(getattr(error, "response", None), "text", "") or "")
    if status == 403:
        return NextcloudError(_MAY_NOT, status=403, retry_after=_SETUP_SECONDS)
    if status == 400 and '"password"' in said:
        return NextcloudError(_PASSWORDS, status=400, retry_after=_SETUP_SECONDS)
    return None


def able(talk: Mapping[str, Any] | None) -> str:
    """From what Nextcloud says Talk can do: a sentence for the administrator; raises `DeliveryError` if it is not enough."""
    if talk is None:
        raise DeliveryError("Talk is not switched on in Nextcloud", permanent=True)
    config = talk.get("config") or {}
    if "webinary-lobby" not in talk.get("features", ()):
        raise DeliveryError("this Talk is too old: it has no lobby", permanent=True)
    if config.get("call", {}).get("enabled") is False:
        raise DeliveryError("calls are switched off in Talk", permanent=True)
    if config.get("conversations", {}).get("can-create") is False:
        raise DeliveryError(_MAY_NOT, permanent=True)
    if config.get("conversations", {}).get("force-passwords"):
        raise DeliveryError(_PASSWORDS, permanent=True)
    return "rooms can be made" + ("" if config.get("call", {}).get("recording") else "; calls are not recorded there")
