"""The contract of every calendar, on Nextcloud: recorded, and on a real one where it is given.

The server must know siti@kantor.example and budi@kantor.example, who have logged in once.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from urllib.parse import unquote

import pytest
from pytest_httpserver import HTTPServer

from integration.adapters.nextcloud.calendar import NextcloudCalendar
from integration.adapters.nextcloud.client import Client
from integration.adapters.nextcloud.errors import NextcloudError
from integration.calendars.dav import Found, objects, within
from integration.ports import Span
from tests.adapters.nextcloud import recording
from tests.adapters.nextcloud.account import PASSWORD, USER, account
from tests.cast import Clock, at
from tests.contracts import test_calendar

FOLDER = "uji-kalender"
_FOR_EVER = {"X-NC-CalDAV-No-Trashbin": "1"}
_YEARS = Span(at("2033-01-01T00:00+07:00"), at("2036-01-01T00:00+07:00"))

globals().update({name: test for name, test in vars(test_calendar).items() if name.startswith("test_")})


@pytest.fixture(params=["recorded", pytest.param("live", marks=pytest.mark.live)])
def calendar(request: pytest.FixtureRequest, httpserver: HTTPServer) -> Iterator[NextcloudCalendar]:
    """A calendar without events on each kind of server."""
    name = f"calendar-{request.node.name.removeprefix('test_')}"
    if request.param == "live":
        yield from _live(f"{FOLDER}-{os.getpid()}")
    elif os.environ.get("HADIR_RECORD_NEXTCLOUD"):
        yield from _recording(name)
    else:
        yield from _recorded(name, httpserver)


def _recorded(name: str, httpserver: HTTPServer) -> Iterator[NextcloudCalendar]:
    server = httpserver.url_for("/").rstrip("/")
    player = recording.Player(recording.load(recording.file_of(name)), server)
    httpserver.expect_request(recording.ANY).respond_with_handler(player)
    with contextlib.closing(Client(server, USER, PASSWORD)) as client:
        yield NextcloudCalendar(client, clock=Clock(), folder=FOLDER)
    player.check()


def _recording(name: str) -> Iterator[NextcloudCalendar]:
    url, user, password = account()
    with contextlib.closing(Client(url, user, password)) as direct:
        remove(direct, FOLDER)
        with recording.recorder(url) as (proxy, exchanges), contextlib.closing(Client(proxy, user, password)) as client:
            yield NextcloudCalendar(client, clock=Clock(), folder=FOLDER)
        remove(direct, FOLDER)
    assert not [exchange for exchange in exchanges if exchange.status in (401, 429) or exchange.status >= 500]
    recording.save(recording.file_of(name), exchanges)


def _live(folder: str) -> Iterator[NextcloudCalendar]:
    """Where HADIR_LIVE_NEXTCLOUD_STAFF_PASSWORD is given, our events go out of the attendees' bins first: a Nextcloud
    refuses an event that somebody has thrown away.
    """
    url, *ours = account()
    if password := os.environ.get("HADIR_LIVE_NEXTCLOUD_STAFF_PASSWORD"):
        for who in ("siti", "budi"):
            with contextlib.closing(Client(url, who, password)) as theirs:
                empty_bin(theirs)
    with contextlib.closing(Client(url, *ours)) as client:
        remove(client, folder)
        yield NextcloudCalendar(client, clock=Clock(), folder=folder)
        remove(client, folder)


def empty_bin(client: Client) -> None:
    """Take away for good what somebody has thrown away of our events."""
    for found in _events(client, f"/calendars/{client.user}/trashbin/objects/"):
        if "@hadir" in found.content:
            address = unquote(found.href.split("/remote.php/dav", 1)[1])
            client.call(lambda cloud, address=address: cloud.webdav("DELETE", address))  # type: ignore[misc]


def remove(client: Client, folder: str) -> None:
    """Every event first, so that it goes from the attendees' calendars too; nothing stays in the bin."""
    home = f"/calendars/{client.user}/{folder}/"
    with contextlib.suppress(NextcloudError):
        for found in _events(client, home):
            address = unquote(found.href.split("/remote.php/dav", 1)[1])
            client.call(lambda cloud, address=address: cloud.webdav("DELETE", address, headers=_FOR_EVER))  # type: ignore[misc]
        client.call(lambda cloud: cloud.webdav("DELETE", home, headers=_FOR_EVER))


def _events(client: Client, home: str) -> list[Found]:
    headers = {"Depth": "1", "Content-Type": "application/xml"}
    answer = client.call(lambda cloud: cloud.webdav("REPORT", home, data=within(_YEARS), headers=headers))
    return objects(answer.text)
