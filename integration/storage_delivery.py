"""Delivers outbox rows of the kind "storage": a file into the office's storage, in the place of what is there.

payload: `path` (safe names, `/`), `media_type`, `content` (base64). result: `path` and `size` in bytes.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from integration.core import Hadir
from integration.errors import DeliveryError
from integration.outbox import Row

KIND = "storage"


def deliver(hadir: Hadir, row: Row) -> Mapping[str, Any]:
    """Put the file; raises `DeliveryError`."""
    if hadir.storage is None:
        hadir.reconnect()
    if hadir.storage is None:
        raise DeliveryError("no storage is connected", permanent=True)
    payload = row.payload
    stored = hadir.storage.put(payload["path"], base64.b64decode(payload["content"]), payload["media_type"])
    return {"path": stored.path, "size": stored.size}
