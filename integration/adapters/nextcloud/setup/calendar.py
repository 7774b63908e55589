"""The calendar of the service account, which organises every event in it."""

from __future__ import annotations

from functools import partial

from integration.adapters.nextcloud.calendar import FOLDER, TITLE
from integration.adapters.nextcloud.client import Client
from integration.adapters.nextcloud.errors import NextcloudError
from integration.adapters.nextcloud.setup.accounts import PLATFORM
from integration.adapters.nextcloud.setup.changes import Changes
from integration.calendars import dav as calendar_dav


def make_calendar(changes: Changes, service: Client | None, user: str, name: str = FOLDER) -> None:
    """Make it if it is missing; `service` is None in a dry run on an account that does not exist yet."""
    if service is None or not _is_there(service, user, name):
        made = partial(_make, service, user, name)
        changes.make(f"create the calendar {name} of {user}", made, object=f"calendar:{PLATFORM}:{user}/{name}")


def _is_there(service: Client, user: str, name: str) -> bool:
    try:
        service.call(lambda cloud: cloud.webdav("PROPFIND", f"/calendars/{user}/{name}/", headers={"Depth": "0"}))
    except NextcloudError as error:
        if error.status != 404:
            raise
        return False
    return True


def _make(service: Client | None, user: str, name: str) -> None:
    assert service is not None  # noqa: S101  # a dry run makes nothing
    body, headers = calendar_dav.make_calendar(TITLE), {"Content-Type": calendar_dav.XML_TYPE}
    try:
        service.call(lambda cloud: cloud.webdav("MKCALENDAR", f"/calendars/{user}/{name}/", data=body, headers=headers))
    except NextcloudError as error:
        if error.status != 405:  # a repeat after a lost answer
            raise
