"""The adapter in front of a real Nextcloud's recorded answers, and of a real Nextcloud where one is given."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator

import pytest
from pytest_httpserver import HTTPServer

from integration.adapters.nextcloud.client import Client
from integration.adapters.nextcloud.files import NextcloudStorage
from tests.adapters.nextcloud import recording
from tests.adapters.nextcloud.account import PASSWORD, ROOT, USER, account, empty, storage_of
from tests.adapters.nextcloud.faults import Silent


@pytest.fixture(params=["recorded", pytest.param("live", marks=pytest.mark.live)])
def storage(request: pytest.FixtureRequest, httpserver: HTTPServer) -> Iterator[NextcloudStorage]:
    """An empty storage on each kind of server."""
    if request.param == "live":
        yield from _live()
    elif os.environ.get("HADIR_RECORD_NEXTCLOUD"):
        yield from _recording(request.node.name)
    else:
        yield from _recorded(request.node.name, httpserver)


def _recorded(test: str, httpserver: HTTPServer) -> Iterator[NextcloudStorage]:
    server = httpserver.url_for("/").rstrip("/")
    player = recording.Player(recording.load(recording.file_of(test)), server)
    httpserver.expect_request(recording.ANY).respond_with_handler(player)
    with contextlib.closing(Client(server, USER, PASSWORD)) as client:
        yield storage_of(client)
    player.check()


def _recording(test: str) -> Iterator[NextcloudStorage]:
    url, user, password = account()
    with contextlib.closing(Client(url, user, password)) as direct:
        empty(direct, ROOT)
        with recording.recorder(url) as (proxy, exchanges), contextlib.closing(Client(proxy, user, password)) as client:
            yield storage_of(client)
        empty(direct, ROOT)
    assert not [exchange for exchange in exchanges if exchange.status in (401, 429) or exchange.status >= 500]
    recording.save(recording.file_of(test), exchanges)


def _live() -> Iterator[NextcloudStorage]:
    root = f"{ROOT} {os.getpid()}"
    with contextlib.closing(Client(*account())) as client:
        yield storage_of(client, root)
        empty(client, root)


@pytest.fixture
def nextcloud(httpserver: HTTPServer) -> HTTPServer:
    """A server that knows who we are; a test says what else it answers."""
    user = {"ocs": {"meta": {"status": "ok", "statuscode": 100}, "data": {"id": USER}}}
    known = {"version": {"major": 32}, "capabilities": {"files_sharing": {"public": {"expire_date": {}}}}}
    httpserver.expect_request("/ocs/v1.php/cloud/user").respond_with_json(user)
    capabilities = {"ocs": {"meta": {"status": "ok", "statuscode": 100}, "data": known}}
    httpserver.expect_request("/ocs/v1.php/cloud/capabilities").respond_with_json(capabilities)
    return httpserver


@pytest.fixture
def connect() -> Iterator[Callable[..., NextcloudStorage]]:
    """Makes a storage on a server at an address, and closes it in the end."""
    with contextlib.ExitStack() as closing:

        def made(url: str, password: str = PASSWORD, silence_seconds: float = 30.0) -> NextcloudStorage:
            client = Client(url, USER, password, silence_seconds=silence_seconds)
            closing.callback(client.close)
            return storage_of(client, "Hadir")

        yield made


@pytest.fixture
def silent(nextcloud: HTTPServer) -> Iterator[Silent]:
    server = Silent(nextcloud)
    yield server
    server.over.set()
