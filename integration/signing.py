"""Signed values that pass through other people's hands. One key per purpose, so none serves for another."""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime, timedelta
from typing import Any, Literal

from itsdangerous import BadData, URLSafeSerializer

Purpose = Literal["button", "dialog", "form", "file", "page"]


class BadToken(Exception):
    """The value was not signed by us, for another purpose, or too long ago; `reason` says which."""

    def __init__(self, reason: Literal["forged", "expired"]) -> None:
        super().__init__(reason)
        self.reason = reason


class Signer:
    """Signs plain data and reads it back; the clock is the caller's."""

    def __init__(self, secret: str) -> None:
        self._secret = secret

    def sign(self, purpose: Purpose, data: dict[str, Any], *, now: datetime, valid: timedelta) -> str:
        """`data` as URL-safe text that `read` accepts for `valid` from `now`."""
        return str(self._serializer(purpose).dumps({**data, "exp": int((now + valid).timestamp())}))

    def read(self, purpose: Purpose, token: str, *, now: datetime) -> dict[str, Any]:
        """The data that was signed for `purpose`; raises `BadToken`."""
        try:
            data: dict[str, Any] = self._serializer(purpose).loads(token)
        except (BadData, ValueError):  # a lone surrogate is no BadData
            raise BadToken("forged") from None
        if now.timestamp() >= data.pop("exp"):
            raise BadToken("expired")
        return data

    def key(self, purpose: str) -> bytes:
        """A key of 32 bytes for a purpose that is not a token: the audit chain, stored credentials."""
        return hmac.digest(self._secret.encode(), f"hadir/{purpose}".encode(), "sha256")

    def _serializer(self, purpose: str) -> URLSafeSerializer:
        return URLSafeSerializer(
            self._secret, salt=f"hadir/{purpose}", signer_kwargs={"digest_method": hashlib.sha256, "key_derivation": "hmac"}
        )
