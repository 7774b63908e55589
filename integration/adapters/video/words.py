"""What several services say in the same way."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from datetime import UTC, datetime


def token_part(content: Mapping[str, object] | bytes) -> str:
    """A part of a JSON Web Token: an object, or the signature."""
    plain = content if isinstance(content, bytes) else json.dumps(content, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(plain).decode().rstrip("=")


def moment(text: object) -> datetime | None:
    """A time as services write it, in UTC where they say no zone; None for anything else."""
    try:
        found = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
