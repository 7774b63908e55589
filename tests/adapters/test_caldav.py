"""A plain CalDAV server: a real Radicale, and servers that fail as they are told."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import requests
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from integration.adapters.caldav import CalDavCalendar, CalDavError
from integration.calendars import ics
from integration.ports import Attendee, Event, Span
from tests.adapters.nextcloud.calendar_house import answers, hang_up
from tests.calendars import PASSWORD, SENDER, USER, radicale_server
from tests.cast import Clock, at

SITI = "siti@kantor.example"
SPAN = Span(at("2026-11-24T09:00+07:00"), at("2026-11-24T10:00+07:00"))
RAPAT = Event("rapat-1", "Rapat", SPAN, "Asia/Jakarta", attendees=(Attendee(SITI),))
PAGE = "<html><body>Silakan masuk</body></html>"
FOUND = {"Content-Type": "text/calendar; charset=utf-8", "ETag": '"1"'}


@pytest.fixture(scope="module")
def radicale(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with radicale_server(tmp_path_factory.mktemp("radicale")) as url:
        yield url


@pytest.fixture
def connect() -> Iterator[Callable[..., CalDavCalendar]]:
    made: list[CalDavCalendar] = []

    def connected(url: str, password: str = PASSWORD) -> CalDavCalendar:
        made.append(CalDavCalendar(url, USER, password, clock=Clock(), organizer=SENDER))
        return made[-1]

    yield connected
    for calendar in made:
        calendar.close()


def refused(act: Callable[[], object]) -> CalDavError:
    with pytest.raises(CalDavError) as error:
        act()
    return error.value


Connect = Callable[..., CalDavCalendar]


def script(server: HTTPServer, method: str, *said: Callable[[Request], Response | None] | Response) -> list[Request]:
    """One answer after another, the last for ever; what was asked."""
    asked: list[Request] = []

    def answer(request: Request) -> Response:
        asked.append(request)
        each = said[min(len(asked), len(said)) - 1]
        made = each if isinstance(each, Response) else each(request)
        assert made is not None
        return made

    server.expect_request("/kalender/rapat-1.ics", method=method).respond_with_handler(answer)
    return asked


# ---------------------------------------------------------------- Radicale


def test_the_server_is_told_to_leave_invitations_to_us(radicale: str, connect: Connect, tmp_path: Path) -> None:
    connect(f"{radicale}{tmp_path.name}").put(RAPAT)
    stored = requests.get(f"{radicale}{tmp_path.name}/rapat-1.ics", auth=(USER, PASSWORD), timeout=20).text
    people = [line for line in stored.replace("\r\n ", "").split("\r\n") if line.startswith(("ATTENDEE", "ORGANIZER"))]
    assert len(people) == 2
    assert all("SCHEDULE-AGENT=CLIENT" in line for line in people)


def test_an_event_under_another_name_is_changed_there(radicale: str, connect: Connect, tmp_path: Path) -> None:
    calendar, home = connect(f"{radicale}{tmp_path.name}"), f"{radicale}{tmp_path.name}/"
    calendar.put(RAPAT)
    me = (USER, PASSWORD)
    moved = requests.request("MOVE", f"{home}rapat-1.ics", headers={"Destination": f"{home}lain.ics"}, auth=me, timeout=20)
    assert moved.status_code == 201
    calendar.put(replace(RAPAT, title="Rapat besar"))
    assert requests.get(f"{home}rapat-1.ics", auth=me, timeout=20).status_code == 404
    assert "Rapat besar" in requests.get(f"{home}lain.ics", auth=me, timeout=20).text


def test_a_wrong_password_keeps_what_waits(radicale: str, connect: Connect, tmp_path: Path) -> None:
    error = refused(lambda: connect(f"{radicale}{tmp_path.name}", "sandi-lama").put(RAPAT))
    assert (error.status, error.permanent) == (401, False)
    assert "HADIR_CALDAV_PASSWORD" in str(error)
    assert "sandi-lama" not in str(error)


def test_hostile_words_arrive_as_words(radicale: str, connect: Connect, tmp_path: Path) -> None:
    calendar = connect(f"{radicale}{tmp_path.name}")
    calendar.put(replace(RAPAT, title="Rapat\r\nATTENDEE:mailto:x@y.example\r\nEND:VEVENT"))
    assert calendar.busy([SITI, "x@y.example"], SPAN) == {SITI: [SPAN], "x@y.example": []}


# ---------------------------------------------------------------- a server that fails


def test_an_answer_that_was_lost_is_asked_for_again_and_the_event_is_there_once(
    httpserver: HTTPServer, connect: Connect
) -> None:
    """The second PUT meets what the first one wrote, and finds that it is ours."""
    stored = ics.to_ical(RAPAT, ics.Style(now=Clock().now, organizer=SENDER, agent="CLIENT"))
    gets = script(httpserver, "GET", Response(status=404), Response(stored, 200, FOUND))
    puts = script(httpserver, "PUT", hang_up, Response(status=412))
    httpserver.expect_request("/kalender/", method="REPORT").respond_with_data(status=404)
    connect(httpserver.url_for("/kalender")).put(RAPAT)
    assert (len(gets), len(puts)) == (2, 2)
    assert puts[0].headers["If-None-Match"] == "*"


@pytest.mark.parametrize("status", [423, 429, 502, 503, 504])
def test_what_passes_is_waited_for(httpserver: HTTPServer, connect: Connect, status: int) -> None:
    script(httpserver, "GET", Response(status=404))
    puts = script(httpserver, "PUT", Response(status=status), Response(status=201))
    connect(httpserver.url_for("/kalender")).put(RAPAT)
    assert len(puts) == 2


def test_a_server_that_stays_busy_is_asked_when_it_says(httpserver: HTTPServer, connect: Connect) -> None:
    asked = script(httpserver, "GET", Response(status=429, headers={"Retry-After": "60"}))
    error = refused(lambda: connect(httpserver.url_for("/kalender")).put(RAPAT))
    assert (error.status, error.retry_after, error.permanent, len(asked)) == (429, 60, False, 1)


@pytest.mark.parametrize(("status", "permanent"), [(403, False), (404, False), (405, True), (500, False), (507, False)])
def test_what_a_repeat_cannot_mend(httpserver: HTTPServer, connect: Connect, status: int, permanent: bool) -> None:
    script(httpserver, "GET", Response(status=404))
    script(httpserver, "PUT", Response(status=status))
    httpserver.expect_request("/kalender/", method="PROPFIND").respond_with_data(status=207)
    error = refused(lambda: connect(httpserver.url_for("/kalender")).put(RAPAT))
    assert (error.status, error.permanent) == (status, permanent)


def test_a_page_is_no_calendar(httpserver: HTTPServer, connect: Connect) -> None:
    script(httpserver, "GET", answers(200, PAGE, Content_Type="text/html"))
    calendar = connect(httpserver.url_for("/kalender"))
    assert not refused(lambda: calendar.put(RAPAT)).permanent
    httpserver.expect_request("/kalender/", method="REPORT").respond_with_data(PAGE, 200)
    assert "no calendar server says" in str(refused(lambda: calendar.busy([SITI], SPAN)))


def test_an_address_that_moved_is_named(httpserver: HTTPServer, connect: Connect) -> None:
    script(httpserver, "GET", Response(status=301, headers={"Location": "https://baru.example/kalender/"}))
    error = refused(lambda: connect(httpserver.url_for("/kalender")).put(RAPAT))
    assert "https://baru.example/kalender/" in str(error)
    assert not error.permanent


def test_a_server_that_is_down(httpserver: HTTPServer, connect: Connect) -> None:
    url = httpserver.url_for("/kalender")
    httpserver.stop()
    error = refused(lambda: connect(url).put(RAPAT))
    httpserver.start()
    assert not error.permanent
    assert "cannot be reached" in str(error)


def test_whoever_waits_does_not_wait_for_a_silent_server(httpserver: HTTPServer, connect: Connect) -> None:
    over = threading.Event()

    def wait(_request: Request) -> Response:
        over.wait(20)
        return Response(status=503)

    httpserver.expect_request("/kalender/", method="REPORT").respond_with_handler(wait)
    calendar = connect(httpserver.url_for("/kalender"))
    with calendar.within(0.3):
        error = refused(lambda: calendar.busy([SITI], SPAN))
    over.set()
    assert "did not answer in time" in str(error)


def test_an_event_that_nobody_can_read_is_written_anew(httpserver: HTTPServer, connect: Connect) -> None:
    script(httpserver, "GET", Response("bukan kalender", 200, FOUND))
    puts = script(httpserver, "PUT", Response(status=204))
    connect(httpserver.url_for("/kalender")).put(RAPAT)
    assert puts[0].headers["If-Match"] == '"1"'


def test_somebody_who_writes_at_every_try_is_told(httpserver: HTTPServer, connect: Connect) -> None:
    script(httpserver, "GET", Response(status=404))
    script(httpserver, "PUT", Response(status=412))
    httpserver.expect_request("/kalender/", method="REPORT").respond_with_data(status=404)
    error = refused(lambda: connect(httpserver.url_for("/kalender")).put(RAPAT))
    assert "changed by somebody else" in str(error)
