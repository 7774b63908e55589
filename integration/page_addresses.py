"""Addresses of plugins' pages: short, signed, and good for some days; a person's own address says whose it is.

`<name>/<value>.<person>.<expiry>.<signature>`: small enough for a message or a QR code, and nothing has to be kept for it.
The value can be read by whoever sees the address, so it is never a secret by itself.
"""

from __future__ import annotations

import base64
import hmac
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from integration.settings import Settings
from integration.signing import BadToken, Signer

PATH = "/p"
# No `_`, `~` or `*`, which chats take for Markdown where they make a link of an address themselves.
_VALUE = re.compile(r"[A-Za-z0-9.-]{0,100}")
_NAME = re.compile(r"[a-z]+\.[a-z]+")
_NUMBER = re.compile(r"[0-9a-f]{1,12}")
_LONGEST = 300


@dataclass(frozen=True, slots=True)
class Asked:
    """Which page an address asks for; `person_id` is None where the address is nobody's own."""

    name: str
    value: str
    person_id: int | None


def make(settings: Settings, name: str, value: str, *, now: datetime, days: float, person_id: int | None = None) -> str:
    """The absolute address of the page `name` (`plugin.page`) with `value`: letters, digits, `.` and `-`."""
    if not (_NAME.fullmatch(name) and _VALUE.fullmatch(value)):
        raise ValueError(f"no page can have this name or value: {name!r} {value!r}")
    person, expiry = f"{person_id or 0:x}", f"{int((now + timedelta(days=days)).timestamp()):x}"
    token = ".".join((value, person, expiry, _signature(settings, name, value, person, expiry)))
    return f"{base(settings)}{PATH}/{name}/{token}"


def base(settings: Settings) -> str:
    """Where people reach this service, without a slash at the end."""
    return (settings.public_url or f"http://{settings.host}:{settings.port}").rstrip("/")


def read(settings: Settings, name: str, token: str, now: datetime) -> Asked:
    """What `make` put into the address; raises `BadToken`."""
    parts = token.rsplit(".", 3)
    if len(token) > _LONGEST or len(parts) != 4:
        raise BadToken("forged")
    value, person, expiry, signature = parts
    known = _NUMBER.fullmatch(person) and _NUMBER.fullmatch(expiry) and signature.isascii()
    if not known or not hmac.compare_digest(signature, _signature(settings, name, value, person, expiry)):
        raise BadToken("forged")
    if now >= datetime.fromtimestamp(int(expiry, 16), UTC):
        raise BadToken("expired")
    return Asked(name, value, int(person, 16) or None)


def _signature(settings: Settings, *parts: str) -> str:
    """120 bits in small letters and digits."""
    key = Signer(settings.secret_key.get_secret_value()).key("page-address")
    # A lone surrogate of a forged address is no reason to fall over.
    digest = hmac.digest(key, "\0".join(parts).encode("utf-8", "replace"), "sha256")
    return base64.b32encode(digest[:15]).decode().lower()
