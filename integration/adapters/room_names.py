"""Names of rooms at a provider: what people wrote, made fit for it, and what only we can derive from a meeting's id."""

from __future__ import annotations

import base64
import hashlib
import hmac

from integration.form_values import one_line


def title(text: str, limit: int) -> str:
    """One line of at most `limit` characters that can be seen, never empty."""
    line = "".join(char for char in one_line(text) if char.isprintable())
    if len(line) > limit:
        line = f"{line[: limit - 1].rstrip()}…"
    return line or "Rapat"


def secret_name(key: bytes, purpose: str, uid: str) -> str:
    """26 small letters and digits that nobody guesses, and the same for ever."""
    digest = hmac.digest(key, f"{purpose}\n{uid}".encode(), hashlib.sha256)
    return base64.b32encode(digest[:16]).decode().rstrip("=").lower()
