"""Status and calendar entry of a person, written as that person: what they asked Hadir to do on their behalf.

What a real Nextcloud 32 does, and what follows for us:
- A status message has an end of its own (`clearAt`), so it goes away even if we are down by then.
- A deleted event stays in the bin with its UID, and one with the same UID fails (400 or 500): so it stays deleted.
- The default calendar is `personal`, unless the person chose another or deleted it; then the inbox names it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote
from xml.etree import ElementTree

import icalendar

from integration.adapters.nextcloud.exapp.app import AppClient, status_of
from integration.calendars.ics import PRODUCT
from integration.ports import Event

if TYPE_CHECKING:
    from integration.adapters.nextcloud.cloud import Cloud

PLATFORM = "nextcloud"
_API = "/ocs/v2.php/apps/user_status/api/v1/user_status"
_TRY_SECONDS = 30.0
_DEFAULT = "personal"
_ASK_DEFAULT = (
    b'<?xml version="1.0"?><d:propfind xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"><d:prop>'
    b"<c:schedule-default-calendar-URL/></d:prop></d:propfind>"
)
_DEFAULT_URL = ".//{urn:ietf:params:xml:ns:caldav}schedule-default-calendar-URL/{DAV:}href"
_XML = {"Content-Type": "application/xml; charset=utf-8"}
_ICS = {"Content-Type": "text/calendar; charset=utf-8"}


class NextcloudPresence:
    """`clock` says when an event was written."""

    name = PLATFORM

    def __init__(self, client: AppClient, clock: Callable[[], datetime]) -> None:
        self._client = client
        self._clock = clock

    def status(self, account: str, text: str, emoji: str, until: datetime) -> None:
        """Make it the status message until then."""
        wished = {"statusIcon": emoji, "message": text, "clearAt": int(until.timestamp())}

        async def work(cloud: Cloud, headers: dict[str, str]) -> None:
            await cloud.ocs("PUT", f"{_API}/message/custom", json=wished, headers=headers)

        self._client.call(work, account, seconds=_TRY_SECONDS)

    def clear(self, account: str, text: str) -> None:
        """End the status message, if nobody has changed it."""

        async def work(cloud: Cloud, headers: dict[str, str]) -> None:
            try:
                there = await cloud.ocs("GET", _API, headers=headers)
            except Exception as error:
                if status_of(error) != 404:  # somebody without any status
                    raise
                return
            if there.get("message") == text:
                await cloud.ocs("DELETE", f"{_API}/message", headers=headers)

        self._client.call(work, account, seconds=_TRY_SECONDS)

    def put(self, account: str, event: Event) -> None:
        """Write it into the default calendar; a repeat writes the same again."""
        body = _calendar(event, self._clock())

        async def work(cloud: Cloud, headers: dict[str, str]) -> None:
            # Only a first version may make the event; a later one finds it or leaves it deleted.
            condition = {"If-Match": "*"} if event.sequence else {}
            headers = headers | _ICS | condition
            try:
                await _of_calendar(cloud, account, event.uid, "PUT", headers, data=body)
            except Exception as error:
                if not _stays_deleted(error):
                    raise

        self._client.call(work, account, seconds=_TRY_SECONDS)

    def remove(self, account: str, uid: str) -> None:
        """Take it out; somebody may have done so before."""

        async def work(cloud: Cloud, headers: dict[str, str]) -> None:
            try:
                await _of_calendar(cloud, account, uid, "DELETE", headers)
            except Exception as error:
                if status_of(error) != 404:
                    raise

        self._client.call(work, account, seconds=_TRY_SECONDS)


async def _of_calendar(cloud: Cloud, account: str, uid: str, method: str, headers: dict[str, str], **body: Any) -> None:
    """In `personal`, which nearly everybody has; where it is not, in the calendar that the person chose."""
    try:
        await cloud.webdav(method, f"/calendars/{account}/{_DEFAULT}/{uid}.ics", headers=headers, **body)
    except Exception as error:
        if status_of(error) not in (404, 409):
            raise
        chosen = await _default_calendar(cloud, account, headers)
        if not chosen or chosen == _DEFAULT:
            raise
        await cloud.webdav(method, f"/calendars/{account}/{chosen}/{uid}.ics", headers=headers, **body)


async def _default_calendar(cloud: Cloud, account: str, headers: dict[str, str]) -> str:
    asked = {name: value for name, value in headers.items() if name not in ("If-Match", "Content-Type")}
    answer = await cloud.webdav(
        "PROPFIND", f"/calendars/{account}/inbox/", data=_ASK_DEFAULT, headers=asked | _XML | {"Depth": "0"}
    )
    # Entities from outside are not followed by this parser, and those inside are bounded by expat.
    found = ElementTree.fromstring(answer.text or "").findtext(_DEFAULT_URL, "")  # noqa: S314 - as just said
    return unquote(found).rstrip("/").rpartition("/")[2]


def _stays_deleted(error: Exception) -> bool:
    """412: it was there and is not any more; otherwise it is in the bin, which Nextcloud 32 notices only when it stores."""
    said = getattr(getattr(error, "response", None), "text", None) or ""
    return status_of(error) == 412 or "uid already exists" in said or "calobjects_by_uid_index" in said


def _calendar(event: Event, now: datetime) -> bytes:
    """As an entry that takes no time: colleagues may still invite."""
    calendar = icalendar.Calendar({"PRODID": PRODUCT, "VERSION": "2.0"})
    entry = icalendar.Event()
    entry.add("uid", event.uid)
    entry.add("summary", event.title)
    entry.add("dtstart", event.span.start.astimezone(UTC))
    entry.add("dtend", event.span.end.astimezone(UTC))
    entry.add("dtstamp", now.astimezone(UTC))
    entry.add("last-modified", now.astimezone(UTC))
    entry.add("sequence", event.sequence)
    entry.add("transp", "TRANSPARENT")
    calendar.add_component(entry)
    return bytes(calendar.to_ical())
