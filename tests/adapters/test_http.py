"""Calls to web services: what is repeated, what is refused, and what an answer may not do to us."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from werkzeug import Request, Response

from integration.adapters.http import ANSWER_BYTES, Http, HttpError, host
from tests.adapters.video.servers import DOWN, Answer, House, Silence, as_json, hang_up, says, served


class Echo(House):
    """Says what it was asked with, and wants to be remembered."""

    def answer(self, request: Request) -> Response:
        answer = as_json({"cookie": request.headers.get("Cookie", ""), "agent": request.headers["User-Agent"]})
        answer.set_cookie("ingat", "saya")
        return answer


@pytest.fixture
def echo() -> Iterator[Echo]:
    house = Echo()
    with served(house):
        yield house


@pytest.fixture
def http() -> Iterator[Http]:
    made = Http("Layanan", "HADIR_LAYANAN_URL", read_seconds=5.0)
    yield made
    made.close()


def refused(act: Callable[[], object]) -> HttpError:
    with pytest.raises(HttpError) as error:
        act()
    return error.value


def test_no_cookie_is_kept_and_we_say_who_we_are(echo: Echo, http: Http, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")  # nor does a proxy of the environment count
    for _ in range(2):
        assert http.data("GET", echo.url)["cookie"] == ""
    assert http.data("GET", echo.url)["agent"].startswith("Hadir/")


def test_only_what_may_be_repeated_is_repeated(echo: Echo, http: Http) -> None:
    for again, calls in ((True, 3), (False, 1)):
        for trouble in (hang_up, DOWN):
            echo.calls.clear()
            echo.always = trouble
            refused(lambda again=again: http.ask("POST", echo.url, again=again))  # type: ignore[misc]
            assert len(echo.calls) == calls


def test_a_short_wait_is_waited_for_and_a_long_one_is_told(echo: Echo, http: Http) -> None:
    echo.trouble = [says(429, Retry_After="1")]
    assert http.ask("POST", echo.url).ok
    echo.trouble = [says(429, Retry_After="600")]
    assert refused(lambda: http.ask("GET", echo.url, again=True)).retry_after == 600


def test_a_refusal_keeps_only_what_the_adapter_needs(echo: Echo, http: Http) -> None:
    echo.trouble = [says(302, Location="https://x:y@lain.example/jalan?token=rahasia")]
    error = refused(lambda: http.ask("GET", f"{echo.url}/jalan?checksum=rahasia"))
    assert str(error) == f"{echo.url} redirects to https://lain.example: is HADIR_LAYANAN_URL right?"
    echo.trouble = [says(409, '{"rahasia": 1}')]
    error = refused(lambda: http.ask("GET", echo.url))
    assert (error.permanent, error.body) == (True, b'{"rahasia": 1}')
    assert "rahasia" not in f"{error} {error!r}"
    assert host("https://siti:sandi@cloud.example:8443/a?b") == "https://cloud.example:8443"


def test_an_answer_that_never_ends_is_not_read_to_its_end(echo: Echo, http: Http) -> None:
    def flood(request: Request, answer: Answer) -> Response:
        return Response((b"x" * (1 << 20) for _ in range(ANSWER_BYTES >> 19)), 200, {"Content-Type": "application/json"})

    echo.trouble = [flood]
    assert "too much" in str(refused(lambda: http.ask("GET", echo.url)))
    assert http.data("GET", echo.url)["cookie"] == ""


def test_whoever_waits_does_not_wait_for_another_try(echo: Echo, http: Http) -> None:
    silence = Silence()
    echo.always = silence
    with http.within(0.2):
        assert "in time" in str(refused(lambda: http.ask("GET", echo.url, again=True)))
    silence.over.set()
    assert len(echo.calls) == 1


@contextmanager
def dripping() -> Iterator[str]:
    """A server that sends a byte now and then, and never the last one."""
    over = threading.Event()
    listener = socket.create_server(("127.0.0.1", 0))

    def drip() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(4096)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n")
            while not over.wait(0.05):
                try:
                    connection.sendall(b" ")
                except OSError:
                    return

    thread = threading.Thread(target=drip)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        over.set()
        thread.join(10)
        listener.close()


def test_an_answer_that_drips_keeps_nobody_waiting(http: Http) -> None:
    with dripping() as url, http.within(0.5):
        assert "in time" in str(refused(lambda: http.ask("GET", url)))
