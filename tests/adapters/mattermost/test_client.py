"""The client against a server that is down, slow, limiting, behind a bad proxy, or breaks off; over real HTTP."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from integration.adapters.mattermost.client import Client, driver
from integration.adapters.mattermost.errors import MattermostError
from tests.adapters.mattermost.conftest import PAYLOADS
from tests.postgres import free_port

ME = "/api/v4/users/me"


@pytest.fixture
def mattermost(httpserver: HTTPServer) -> Any:
    return driver(httpserver.url_for("/"), "secret-token")


def answers(httpserver: HTTPServer, path: str, *responses: Response) -> list[Request]:
    """The server gives one response after the other, the last one for ever."""
    seen: list[Request] = []

    def answer(request: Request) -> Response:
        seen.append(request)
        return responses[min(len(seen), len(responses)) - 1]

    httpserver.expect_request(path).respond_with_handler(answer)
    return seen


def ok(body: Any = None) -> Response:
    return Response(json.dumps(body or {"id": "me"}), content_type="application/json")


def failed(call: Any, *args: Any) -> MattermostError:
    with pytest.raises(MattermostError) as caught:
        call(*args)
    assert "secret-token" not in str(caught.value)
    return caught.value


@contextmanager
def raw_server(answer: bytes, *, hold: float = 0) -> Iterator[str]:
    """A server that sends these bytes, waits, and hangs up; gives its URL."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(5)

        def serve() -> None:
            while True:
                try:
                    connection, _ = listening.accept()
                except OSError:
                    return
                with connection:
                    connection.recv(65536)
                    connection.sendall(answer)
                    time.sleep(hold)

        threading.Thread(target=serve, daemon=True).start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


def test_the_driver_goes_through_our_client(mattermost: Any, httpserver: HTTPServer) -> None:
    seen = answers(httpserver, ME, ok({"id": "me", "username": "hadir"}))
    assert isinstance(mattermost.client, Client)
    assert mattermost.users.get_user("me")["username"] == "hadir"
    assert seen[0].headers["Authorization"] == "Bearer secret-token"


def test_a_server_under_a_path(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/chat/api/v4/users/me").respond_with_json({"id": "me"})
    assert driver(httpserver.url_for("/chat/"), "t").users.get_user("me") == {"id": "me"}


def test_a_verb_stays_what_it_is(mattermost: Any, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/api/v4/x", method="PATCH").respond_with_json({})
    assert mattermost.client.make_request("patch", "/x", options={"a": 1}).status_code == 200


def test_cookies_are_neither_kept_nor_sent(mattermost: Any, httpserver: HTTPServer) -> None:
    first = ok()
    first.headers["Set-Cookie"] = "MMAUTHTOKEN=other; Path=/"
    seen = answers(httpserver, ME, first, ok())
    mattermost.users.get_user("me")
    mattermost.users.get_user("me")
    assert "Cookie" not in seen[1].headers


def test_no_proxy_of_the_environment_is_used(mattermost: Any, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    httpserver.expect_request(ME).respond_with_json({"id": "me"})
    assert mattermost.users.get_user("me")


@pytest.mark.parametrize("status", [502, 503, 504])
def test_a_passing_trouble_is_tried_again(mattermost: Any, httpserver: HTTPServer, status: int) -> None:
    seen = answers(httpserver, ME, Response("<html>", status), ok())
    assert mattermost.users.get_user("me") == {"id": "me"}
    assert len(seen) == 2


def test_a_lasting_trouble_is_not_permanent(mattermost: Any, httpserver: HTTPServer) -> None:
    seen = answers(httpserver, ME, Response("<html>bad gateway", 502, content_type="text/html"))
    error = failed(mattermost.users.get_user, "me")
    assert (error.status, error.permanent, len(seen)) == (502, False, 3)


def test_a_post_that_may_have_arrived_is_not_repeated(mattermost: Any, httpserver: HTTPServer) -> None:
    seen = answers(httpserver, "/api/v4/commands", Response("", 502))
    failed(mattermost.commands.create_command, {"trigger": "hadir"})
    assert len(seen) == 1


def test_a_post_that_carries_its_id_is_repeated(mattermost: Any, httpserver: HTTPServer) -> None:
    seen = answers(httpserver, "/api/v4/posts", Response("", 504), ok({"id": "p"}))
    mattermost.posts.create_post({"pending_post_id": "x"})
    assert len(seen) == 2


def test_a_limit_is_waited_for(mattermost: Any, httpserver: HTTPServer) -> None:
    """The recorded 429: plain text, relative seconds."""
    status, headers, kind, body = json.loads((PAYLOADS / "rate_limit.json").read_text())[11]
    limited = Response(body, status, {**headers, "Retry-After": "1"}, content_type=kind)
    seen = answers(httpserver, "/api/v4/commands", limited, ok({"id": "c"}))
    assert mattermost.commands.create_command({}) == {"id": "c"}
    assert len(seen) == 2


def test_a_long_limit_is_left_to_the_outbox(mattermost: Any, httpserver: HTTPServer) -> None:
    seen = answers(httpserver, ME, Response("limit exceeded\n", 429, {"Retry-After": "60"}))
    error = failed(mattermost.users.get_user, "me")
    assert (error.retry_after, error.permanent, len(seen)) == (60.0, False, 1)


def test_a_refusal_says_what_the_server_said(mattermost: Any, httpserver: HTTPServer) -> None:
    body = {
        "id": "api.context.permissions.app_error",
        "message": "You do not have the appropriate permissions.",
        "status_code": 403,
    }
    httpserver.expect_request(ME).respond_with_json(body, status=403)
    error = failed(mattermost.users.get_user, "me")
    assert (error.status, error.error_id, error.permanent) == (403, body["id"], True)
    assert "appropriate permissions" in str(error)


@pytest.mark.parametrize(
    ("status", "permanent"), [(400, True), (401, False), (404, True), (413, True), (500, False), (501, True)]
)
def test_which_refusals_are_final(mattermost: Any, httpserver: HTTPServer, status: int, permanent: bool) -> None:
    httpserver.expect_request(ME).respond_with_data("", status=status)
    assert failed(mattermost.users.get_user, "me").permanent is permanent


def test_a_web_page_in_the_place_of_json(mattermost: Any, httpserver: HTTPServer) -> None:
    httpserver.expect_request(ME).respond_with_data("<html>Welcome", content_type="text/html")
    error = failed(mattermost.users.get_user, "me")
    assert "text/html" in str(error)
    assert not error.permanent


def test_a_redirect_names_its_target(mattermost: Any, httpserver: HTTPServer) -> None:
    httpserver.expect_request(ME).respond_with_data("", status=301, headers={"Location": "https://chat.example/api"})
    error = failed(mattermost.users.get_user, "me")
    assert "https://chat.example/api" in str(error)
    assert error.permanent


def test_nobody_listens() -> None:
    error = failed(driver(f"http://127.0.0.1:{free_port()}", "secret-token").posts.create_post, {})
    assert not error.permanent
    assert "cannot be reached" in str(error)


@pytest.mark.parametrize(
    "half",
    [
        b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{"id": ',
        b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n7\r\n{"id": \r\n',
        b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 7\r\n\r\n{"id": ',
        b"",
    ],
)
def test_half_an_answer_is_no_answer(half: bytes) -> None:
    with raw_server(half) as url:
        mattermost = driver(url, "secret-token")
        assert not failed(mattermost.users.get_user, "me").permanent
        mattermost.client.close()


def test_a_waiting_person_gets_an_early_end() -> None:
    with raw_server(b"", hold=4) as url:
        client = driver(url, "secret-token").client
        with client.within(0.3):
            error = failed(client.get, "/users/me")
    assert "in time" in str(error) or "cannot be reached" in str(error)


def test_a_waiting_person_is_not_kept_for_repeats(mattermost: Any, httpserver: HTTPServer) -> None:
    seen = answers(httpserver, ME, Response("", 429, {"Retry-After": "3"}), ok())
    with mattermost.client.within():
        failed(mattermost.users.get_user, "me")
    assert len(seen) == 1
    assert mattermost.users.get_user("me") == {"id": "me"}  # outside the block there is no hurry
