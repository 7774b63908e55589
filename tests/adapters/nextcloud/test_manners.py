"""How the client behaves: four calls at a time, no secret told, closed cleanly, no variable of the environment obeyed."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from integration.adapters.nextcloud.client import Client
from integration.adapters.nextcloud.errors import NextcloudError
from tests.adapters.nextcloud.account import PASSWORD, USER
from tests.adapters.nextcloud.faults import (
    FILE,
    WRITTEN,
    Connect,
    Silent,
    address,
    put,
    refused,
    script,
)
from tests.postgres import free_port
from tests.service import until


def test_four_calls_at_a_time() -> None:
    guard, peak, inside = threading.Lock(), 0, 0
    full = threading.Event()

    def count(_request: Request) -> Response:
        nonlocal peak, inside
        with guard:
            inside += 1
            peak = max(peak, inside)
            if inside == 4:
                full.set()
        full.wait(10)  # nobody leaves before four are in
        with guard:
            inside -= 1
        return Response("isi", headers=WRITTEN)

    with HTTPServer(threaded=True) as server:
        server.expect_request("/ocs/v1.php/cloud/user").respond_with_json(
            {"ocs": {"meta": {"status": "ok", "statuscode": 100}, "data": {"id": USER}}}
        )
        server.expect_request(FILE).respond_with_handler(count)
        client = Client(address(server), USER, PASSWORD)
        callers = [threading.Thread(target=client.call, args=(lambda cloud: cloud.download("Hadir/a.txt"),)) for _ in range(12)]
        for caller in callers:
            caller.start()
        for caller in callers:
            caller.join()
        client.close()
    assert peak == 4


def test_no_secret_is_logged_or_put_into_an_address(
    nextcloud: HTTPServer, connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    shares = "/ocs/v1.php/apps/files_sharing/api/v1/shares"
    nextcloud.expect_request(shares, method="GET").respond_with_json({"ocs": {"meta": {"status": "ok"}, "data": []}})
    made = {"ocs": {"meta": {"status": "ok"}, "data": {"id": "7", "url": "http://awan.example/s/abc"}}}
    nextcloud.expect_request(shares, method="POST").respond_with_json(made)
    nextcloud.expect_request(f"{shares}/7", method="PUT").respond_with_json(made)
    storage = connect(address(nextcloud))
    link = storage.share("a.txt")
    assert link.url == "http://awan.example/s/abc"
    asked = " ".join(request.url for request, _ in nextcloud.log)
    for secret in (PASSWORD, link.password):
        assert secret not in f"{caplog.text} {asked} {vars(storage)}"


def test_a_client_that_was_closed_begins_anew(nextcloud: HTTPServer) -> None:
    script(nextcloud, Response("isi", headers=WRITTEN))
    client = Client(address(nextcloud), USER, PASSWORD)
    for _ in range(2):
        assert client.call(lambda cloud: cloud.download("Hadir/a.txt")) == b"isi"
        client.close()
    client.close()


def test_whoever_waits_is_told_when_the_client_is_closed(silent: Silent) -> None:
    client = Client(silent.url, USER, PASSWORD)
    errors: list[NextcloudError] = []
    waiting = threading.Thread(target=lambda: errors.append(refused(lambda: client.call(lambda c: c.download("Hadir/a.txt")))))
    waiting.start()
    assert silent.asked.wait(10)
    client.close()
    waiting.join()
    assert not errors[0].permanent


def test_a_nextcloud_in_a_folder_of_its_host(httpserver: HTTPServer, connect: Connect) -> None:
    user = {"ocs": {"meta": {"status": "ok"}, "data": {"id": USER}}}
    httpserver.expect_request("/awan/ocs/v1.php/cloud/user").respond_with_json(user)
    httpserver.expect_request(f"/awan{FILE}", method="PUT").respond_with_data(status=201, headers=WRITTEN)
    assert put(connect(f"{address(httpserver)}/awan/")).path == "a.txt"


def test_a_defect_of_ours_is_not_blamed_on_nextcloud(nextcloud: HTTPServer) -> None:
    async def wrong(_cloud: Any) -> None:
        raise ZeroDivisionError

    client = Client(address(nextcloud), USER, PASSWORD)
    with pytest.raises(ZeroDivisionError):
        client.call(wrong)
    client.close()


def test_the_environment_sends_nothing_elsewhere(
    nextcloud: HTTPServer, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    nowhere = f"http://127.0.0.1:{free_port()}"
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "NEXTCLOUD_URL"):
        monkeypatch.setenv(name, nowhere)
    monkeypatch.setenv("DAV_URL_SUFFIX", "lain")
    script(nextcloud, Response("isi", headers=WRITTEN))
    assert connect(address(nextcloud)).get("a.txt") == b"isi"


def test_what_is_urgent_goes_before_what_waited_longer() -> None:
    """Chat before files; the four calls that are under way end as they began."""
    client, order, over = Client(f"http://127.0.0.1:{free_port()}", USER, PASSWORD), list[str](), threading.Event()

    async def stuck(_cloud: Any) -> None:
        order.append("begun")
        while not over.is_set():
            await asyncio.sleep(0.01)

    def call(name: str, *, urgent: bool = False) -> threading.Thread:
        async def note(_cloud: Any) -> None:
            order.append(name)

        return _started(lambda: client.call(note, urgent=urgent))

    threads = [_started(lambda: client.call(stuck)) for _ in range(4)]
    until(lambda: len(order) == 4, "four calls")
    background = client._background
    assert background
    threads += [call(f"file {n}") for n in range(3)]
    until(lambda: len(background._slots._others) == 3, "the files")
    threads.append(call("chat", urgent=True))
    until(lambda: len(background._slots._urgent) == 1, "the message")
    over.set()
    for thread in threads:
        thread.join()
    client.close()
    assert order[4] == "chat"
    assert sorted(order[5:]) == ["file 0", "file 1", "file 2"]


def _started(what: Callable[[], object]) -> threading.Thread:
    thread = threading.Thread(target=what)
    thread.start()
    return thread
