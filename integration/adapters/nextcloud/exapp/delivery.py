"""Delivers outbox rows of the kind "exapp": what the app tells AppAPI about itself.

payload: `do`: "ready" (the answer to /init) or "menu", with `on` (the answer to /enabled).
result: `dropped` with the reason where Nextcloud has no use for it any more.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from sqlalchemy import Connection

from integration import installation, outbox
from integration.adapters.nextcloud.exapp import app as exapp
from integration.core import Hadir
from integration.errors import DeliveryError
from integration.outbox import Row

if TYPE_CHECKING:
    from integration.adapters.nextcloud.cloud import Cloud

KIND = "exapp"
ENABLED = "exapp.enabled"
MENU, TITLE = "hadir", "Hadir"
ICON, SCRIPT = "exapp/icon.svg", "exapp/menu"  # Nextcloud puts .js behind the script's name
_API = "/ocs/v1.php/apps/app_api"
# An app that is refused so often was registered wrongly: a person has to look.
_REFUSALS = 5


def queue(db: Connection, payload: Mapping[str, Any], now: datetime) -> None:
    """In order: one stream for all of them."""
    outbox.enqueue(db, kind=KIND, stream=KIND, key=f"{KIND}:{uuid4().hex}", payload=payload, now=now)


def queue_enabled(db: Connection, on: bool, now: datetime) -> None:
    installation.put(db, ENABLED, on)
    queue(db, {"do": "menu", "on": on}, now)


def deliver(hadir: Hadir, row: Row) -> Mapping[str, Any] | None:
    """Tell it; raises `DeliveryError`."""
    client = exapp.client(hadir)
    if client is None:
        return {"dropped": "ExApp mode is off"}
    off = row.payload["do"] == "menu" and not row.payload["on"]
    try:
        client.call({"ready": _ready, "menu": _no_menu if off else _menu}[row.payload["do"]], anew=True)
    except exapp.Refused as error:
        if off:
            return {"dropped": "Nextcloud shows no menu of an app that is switched off"}
        raise DeliveryError(str(error), permanent=row.attempts >= _REFUSALS, retry_after=60) from None
    return None


async def _ready(cloud: Cloud, headers: dict[str, str]) -> None:
    await cloud.ocs("PUT", f"{_API}/ex-app/status", json={"progress": 100, "error": ""}, headers=headers)


async def _menu(cloud: Cloud, headers: dict[str, str]) -> None:
    """Both are upserts by name."""
    entry = {"name": MENU, "displayName": TITLE, "icon": ICON, "adminRequired": 0}
    await cloud.ocs("POST", f"{_API}/api/v1/ui/top-menu", json=entry, headers=headers)
    script = {"type": "top_menu", "name": MENU, "path": SCRIPT, "afterAppId": ""}
    await cloud.ocs("POST", f"{_API}/api/v1/ui/script", json=script, headers=headers)


async def _no_menu(cloud: Cloud, headers: dict[str, str]) -> None:
    """Its script goes with it."""
    try:
        await cloud.ocs("DELETE", f"{_API}/api/v1/ui/top-menu", params={"name": MENU}, headers=headers)
    except Exception as error:
        if exapp.status_of(error) != 404:
            raise
