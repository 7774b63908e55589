"""What goes wrong between us and a Nextcloud: refusals that pass, refusals that need somebody, broken lines."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from integration.adapters.nextcloud.client import Client
from tests.adapters.nextcloud.account import PASSWORD, USER
from tests.adapters.nextcloud.faults import (
    WRITTEN,
    Connect,
    Silent,
    address,
    hang_up,
    hang_up_after_the_whole_request,
    put,
    refused,
    script,
)
from tests.postgres import free_port

# ---------------------------------------------------------------- what passes


@pytest.mark.parametrize("status", [423, 429, 502, 503, 504])
def test_a_passing_refusal_is_tried_again(nextcloud: HTTPServer, connect: Connect, status: int) -> None:
    asked = script(nextcloud, Response(status=status), Response(status=status), Response(status=201, headers=WRITTEN))
    assert put(connect(address(nextcloud))).size == 3
    assert asked.bodies == [b"isi"] * 3


@pytest.mark.parametrize("status", [423, 503])
def test_a_refusal_that_does_not_pass_is_left_to_the_outbox(nextcloud: HTTPServer, connect: Connect, status: int) -> None:
    asked = script(nextcloud, Response(status=status))
    error = refused(lambda: put(connect(address(nextcloud))))
    assert (error.status, error.permanent, len(asked.bodies)) == (status, False, 3)


def test_a_locked_file_is_read_when_it_is_free(nextcloud: HTTPServer, connect: Connect) -> None:
    script(nextcloud, Response(status=423), Response("isi", headers=WRITTEN))
    assert connect(address(nextcloud)).get("a.txt") == b"isi"


def test_a_long_wait_that_is_asked_for_is_passed_on(nextcloud: HTTPServer, connect: Connect) -> None:
    asked = script(nextcloud, Response(status=429, headers={"Retry-After": "60"}))
    error = refused(lambda: put(connect(address(nextcloud))))
    assert (error.retry_after, error.permanent, len(asked.bodies)) == (60.0, False, 1)


@pytest.mark.parametrize(
    ("answer", "pause"),
    [
        (Response(status=503, headers={"X-Nextcloud-Maintenance-Mode": "1", "Retry-After": "120"}), 120.0),
        (Response("<s:message>System is in maintenance mode.</s:message>", 503), 60.0),  # so WebDAV says it
    ],
)
def test_maintenance(nextcloud: HTTPServer, connect: Connect, answer: Response, pause: float) -> None:
    asked = script(nextcloud, answer)
    error = refused(lambda: put(connect(address(nextcloud))))
    assert (error.retry_after, error.permanent, len(asked.bodies)) == (pause, False, 1)
    assert "maintenance" in str(error)


def test_no_space_left_waits_for_space(nextcloud: HTTPServer, connect: Connect) -> None:
    asked = script(nextcloud, Response(status=507))
    error = refused(lambda: put(connect(address(nextcloud))))
    assert (error.permanent, len(asked.bodies)) == (False, 1)
    assert "no space left" in str(error)


# ---------------------------------------------------------------- what needs somebody


def test_a_revoked_app_password_waits_for_a_new_one(nextcloud: HTTPServer, connect: Connect) -> None:
    asked = script(nextcloud, Response(status=401))
    error = refused(lambda: put(connect(address(nextcloud))))
    assert (error.status, error.permanent, error.retry_after, len(asked.bodies)) == (401, False, 300.0, 1)
    assert "app password" in str(error)
    assert PASSWORD not in str(error)


def test_a_password_that_is_wrong_from_the_start(httpserver: HTTPServer, connect: Connect) -> None:
    unauthorised = {"ocs": {"meta": {"status": "failure", "statuscode": 997, "message": "Unauthorised"}, "data": []}}
    for status in (401, 200):  # OCS version 1 says it inside an answer that is fine
        httpserver.expect_oneshot_request("/ocs/v1.php/cloud/user").respond_with_json(unauthorised, status)
        assert refused(lambda: put(connect(address(httpserver)))).status == 401


def test_what_is_forbidden_says_nextclouds_words(nextcloud: HTTPServer, connect: Connect) -> None:
    words = "<d:error><s:exception>Forbidden</s:exception><s:message>Tidak &amp; boleh\n di sini</s:message></d:error>"
    script(nextcloud, Response(words, 403, content_type="application/xml"))
    error = refused(lambda: put(connect(address(nextcloud))))
    assert (str(error), error.permanent) == ("Nextcloud answered 403: Tidak & boleh di sini", True)


def test_a_redirect_names_the_right_address_and_sends_nothing_there(nextcloud: HTTPServer, connect: Connect) -> None:
    asked = script(nextcloud, Response(status=302, headers={"Location": "https://awan.example/remote.php"}))
    error = refused(lambda: put(connect(address(nextcloud))))
    assert (error.permanent, len(asked.bodies)) == (True, 1)
    assert "redirects to https://awan.example: use that address" in str(error)


# ---------------------------------------------------------------- broken lines


def test_nobody_there(connect: Connect) -> None:
    error = refused(lambda: put(connect(f"http://127.0.0.1:{free_port()}")))
    assert (error.status, error.permanent, error.lost) == (0, False, True)
    assert "cannot be reached" in str(error)


@pytest.mark.parametrize("leave", [hang_up, hang_up_after_the_whole_request])
def test_a_connection_lost_in_an_upload_is_made_again(
    nextcloud: HTTPServer, connect: Connect, leave: Callable[[Request], Response]
) -> None:
    content = bytes(range(256)) * 8192
    asked = script(nextcloud, leave, leave, Response(status=201, headers=WRITTEN))
    assert put(connect(address(nextcloud)), content).size == len(content)
    assert asked.bodies[-1] == content


def test_a_connection_that_is_always_lost(nextcloud: HTTPServer, connect: Connect) -> None:
    asked = script(nextcloud, hang_up)
    error = refused(lambda: put(connect(address(nextcloud)), b"x" * 1_000_000))
    assert (error.permanent, error.lost, len(asked.bodies)) == (False, True, 3)


def test_half_a_file_is_no_file(nextcloud: HTTPServer, connect: Connect) -> None:
    def half(request: Request) -> Response:
        answer = b'HTTP/1.1 200 OK\r\nOC-ETag: "1"\r\nContent-Length: 1000\r\n\r\nseparuh'
        request.environ["werkzeug.socket"].sendall(answer)
        return hang_up(request)

    script(nextcloud, half, half, Response(b"semua", headers=WRITTEN))
    assert connect(address(nextcloud)).get("a.txt") == b"semua"


def test_a_link_whose_answer_was_lost_is_not_made_twice(nextcloud: HTTPServer, connect: Connect) -> None:
    def ocs(data: Any) -> Any:
        return {"ocs": {"meta": {"status": "ok"}, "data": data}}

    shares = "/ocs/v1.php/apps/files_sharing/api/v1/shares"
    made = {"id": "7", "share_type": 3, "label": "Hadir", "url": "http://awan.example/s/abc"}
    nextcloud.expect_oneshot_request(shares, method="GET").respond_with_json(ocs([]))
    nextcloud.expect_oneshot_request(shares, method="POST").respond_with_handler(hang_up_after_the_whole_request)
    nextcloud.expect_request(shares, method="GET").respond_with_json(ocs([made | {"id": "5", "label": ""}, made]))
    nextcloud.expect_request(f"{shares}/7", method="PUT").respond_with_json(ocs(made))
    assert connect(address(nextcloud)).share("a.txt").url == "http://awan.example/s/abc"


def test_a_silent_server_is_left(silent: Silent, connect: Connect) -> None:
    error = refused(lambda: put(connect(silent.url, silence_seconds=0.3)))
    assert (error.status, error.permanent) == (0, False)
    assert "did not answer in time" in str(error)


def test_while_a_person_waits_it_is_tried_twice_and_otherwise_three_times(nextcloud: HTTPServer, connect: Connect) -> None:
    asked = script(nextcloud, Response(status=502))
    storage = connect(address(nextcloud))
    with storage.within(20):
        refused(lambda: put(storage))
    assert len(asked.bodies) == 2
    refused(lambda: put(storage))
    assert len(asked.bodies) == 2 + 3


def test_a_person_does_not_wait_for_a_slow_server(silent: Silent, connect: Connect) -> None:
    client = Client(silent.url, USER, PASSWORD)
    with client.within(0.3):
        error = refused(lambda: client.call(lambda cloud: cloud.download("Hadir/a.txt")))
    assert "did not answer in time" in str(error)
    client.close()
