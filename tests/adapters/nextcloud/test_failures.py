"""Everything that goes wrong between us and a Nextcloud, on real connections."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from integration.adapters.nextcloud.client import Client, NextcloudError
from integration.adapters.nextcloud.files import NextcloudStorage
from tests.adapters.nextcloud.conftest import PASSWORD, USER
from tests.postgres import free_port

FILE = f"/remote.php/dav/files/{USER}/Hadir/a.txt"
WRITTEN = {"OC-FileId": "00000001oc", "OC-ETag": '"1"', "ETag": '"1"'}
PAGE = "<html><body>Silakan masuk ke jaringan kantor</body></html>"

Connect = Callable[..., NextcloudStorage]


class Script:
    """Answers one request after another as told, the last for ever; keeps what was asked."""

    def __init__(self, *answers: Response | Callable[[Request], Response]) -> None:
        self._answers = answers
        self.bodies: list[bytes] = []

    def __call__(self, request: Request) -> Response:
        answer = self._answers[min(len(self.bodies), len(self._answers) - 1)]
        if isinstance(answer, Response):
            self.bodies.append(request.get_data())
            return answer
        self.bodies.append(b"")
        return answer(request)


def address(server: HTTPServer) -> str:
    return server.url_for("/").rstrip("/")


def refused(act: Callable[[], object]) -> NextcloudError:
    with pytest.raises(NextcloudError) as error:
        act()
    return error.value


def put(storage: NextcloudStorage, content: bytes = b"isi") -> Any:
    return storage.put("a.txt", content, "text/plain")


def script(server: HTTPServer, *answers: Response | Callable[[Request], Response]) -> Script:
    made = Script(*answers)
    server.expect_request(FILE).respond_with_handler(made)
    return made


def hang_up(request: Request) -> Response:
    """Read a little, then be gone."""
    request.stream.read(10)
    request.environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
    return Response()


def hang_up_after_the_whole_request(request: Request) -> Response:
    request.get_data()
    request.environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
    return Response()


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


def test_maintenance(nextcloud: HTTPServer, connect: Connect) -> None:
    asked = script(nextcloud, Response(status=503, headers={"X-Nextcloud-Maintenance-Mode": "1", "Retry-After": "120"}))
    error = refused(lambda: put(connect(address(nextcloud))))
    assert (error.retry_after, error.permanent, len(asked.bodies)) == (120.0, False, 1)
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
    words = '<d:error xmlns:d="DAV:" xmlns:s="x"><s:message>Tidak &amp; boleh\n di sini</s:message></d:error>'
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


@pytest.fixture
def silent(nextcloud: HTTPServer) -> Iterator[HTTPServer]:
    """A server that takes a file and does not answer until the test is over."""
    over = threading.Event()

    def wait(_request: Request) -> Response:
        over.wait(20)
        return Response(status=201, headers=WRITTEN)

    script(nextcloud, wait)
    yield nextcloud
    over.set()


def test_a_silent_server_is_left(silent: HTTPServer, connect: Connect) -> None:
    error = refused(lambda: put(connect(address(silent), silence_seconds=0.3)))
    assert (error.status, error.permanent) == (0, False)
    assert "did not answer in time" in str(error)


def test_a_person_does_not_wait_for_a_slow_server(silent: HTTPServer, connect: Connect) -> None:
    client = Client(address(silent), USER, PASSWORD)
    with client.within(0.3):
        error = refused(lambda: client.call(lambda cloud: cloud.download("Hadir/a.txt")))
    assert "did not answer in time" in str(error)
    client.close()


# ---------------------------------------------------------------- answers that are not Nextcloud's


@pytest.mark.parametrize("act", [put, lambda storage: storage.get("a.txt"), lambda storage: storage.delete("a.txt")])
def test_a_page_of_a_proxy_is_not_taken_for_an_answer(
    nextcloud: HTTPServer, connect: Connect, act: Callable[[NextcloudStorage], object]
) -> None:
    script(nextcloud, Response(PAGE, 200, content_type="text/html"))
    error = refused(lambda: act(connect(address(nextcloud))))
    assert not error.permanent
    assert "is the address right?" in str(error)


@pytest.mark.parametrize("body", [PAGE, "{}", "[]", '{"ocs": {"meta": {}}}', ""])
def test_a_page_in_the_place_of_the_account(httpserver: HTTPServer, connect: Connect, body: str) -> None:
    httpserver.expect_request("/ocs/v1.php/cloud/user").respond_with_data(body, content_type="text/html")
    assert "is the address right?" in str(refused(lambda: put(connect(address(httpserver)))))


def test_a_page_in_the_place_of_folders(nextcloud: HTTPServer, connect: Connect) -> None:
    script(nextcloud, Response(status=404))
    nextcloud.expect_request(f"/remote.php/dav/files/{USER}", method="PROPFIND").respond_with_data(PAGE, 207)
    assert "is the address right?" in str(refused(lambda: put(connect(address(nextcloud)))))


def test_a_page_in_the_place_of_links(nextcloud: HTTPServer, connect: Connect) -> None:
    nextcloud.expect_request("/ocs/v1.php/apps/files_sharing/api/v1/shares").respond_with_data(PAGE, content_type="text/html")
    assert "is the address right?" in str(refused(lambda: connect(address(nextcloud)).share("a.txt")))


# ---------------------------------------------------------------- manners


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
    made = {"ocs": {"meta": {"status": "ok"}, "data": {"url": "http://awan.example/s/abc"}}}
    nextcloud.expect_request(shares, method="POST").respond_with_json(made)
    storage = connect(address(nextcloud))
    link = storage.share("a.txt")
    assert link == "http://awan.example/s/abc"
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
