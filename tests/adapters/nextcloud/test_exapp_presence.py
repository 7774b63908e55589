"""Acting for a person and speaking to AppAPI: against a real one's recorded answers, and against one that fails."""

from __future__ import annotations

import base64
import contextlib
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer
from sqlalchemy import select
from werkzeug import Request, Response

from integration import people, presence
from integration.adapters.nextcloud.exapp import app as exapp
from integration.adapters.nextcloud.exapp.presence import NextcloudPresence
from integration.adapters.nextcloud.exapp.text import OFF, info, registration_text
from integration.core import Hadir
from integration.errors import DeliveryError
from integration.outbox import outbox
from integration.ports import Event, Span
from integration.presence import Choice
from tests import cast
from tests.adapters.nextcloud import recording
from tests.adapters.nextcloud.exapp_house import APP_SECRET, DAY, ID, Desk, credentials, deliver, everything, headers, settled
from tests.adapters.nextcloud.faults import PAGE, address, hang_up

RECORDED = "account-uji"
STATUS = "/ocs/v2.php/apps/user_status/api/v1/user_status"
STATE = "/ocs/v1.php/apps/app_api/ex-app/state"
CUSTOM = f"{STATUS}/message/custom"
APP = exapp.ExApp(ID, APP_SECRET)
Make = Callable[..., NextcloudPresence]


def ocs(data: object = None, status: int = 200) -> dict[str, object]:
    return {"ocs": {"meta": {"status": "ok" if status < 400 else "failure", "statuscode": status}, "data": data}}


@pytest.fixture
def presence_at() -> Iterator[Make]:
    with contextlib.ExitStack() as closing:

        def made(url: str, silence_seconds: float = 5.0) -> NextcloudPresence:
            client = exapp.AppClient(url, APP, silence_seconds=silence_seconds)
            closing.callback(client.close)
            return NextcloudPresence(client, lambda: DAY)

        yield made


@pytest.fixture
def office(database_url: str, tmp_path: Path, clock: cast.Clock, httpserver: HTTPServer) -> Iterator[Hadir]:
    """Its Nextcloud is the test's server; Siti wants her status shown."""
    hadir = settled(database_url, tmp_path / "home", clock, address(httpserver))
    with hadir.database.write() as db:
        person = db.scalar(select(people.person.c.id).where(people.person.c.nip == cast.NIP["siti"]))
        presence.choose(db, int(person or 0), Choice(status=True), clock.now)
    yield hadir
    client = exapp.client(hadir)
    assert client is not None
    client.close()
    hadir.database.dispose()


def show(port: NextcloudPresence) -> None:
    port.status("siti", "Bekerja dari rumah (WFH)", "🏠", DAY + timedelta(hours=9))


def trouble(act: Callable[[], object]) -> DeliveryError:
    with pytest.raises(DeliveryError) as error:
        act()
    return error.value


# ---------------------------------------------------------------- a real one


def test_everything_the_app_says_to_a_real_nextcloud(httpserver: HTTPServer) -> None:
    player = recording.Player(recording.load(recording.FOLDER / "exapp-calls.json"), address(httpserver))
    asked: list[tuple[str, str]] = []

    def answer(request: Request) -> Response:
        named = request.headers["AUTHORIZATION-APP-API"]
        asked.append((request.headers["EX-APP-ID"], base64.b64decode(named).decode().partition(":")[0]))
        assert "Authorization" not in request.headers
        return player(request)

    httpserver.expect_request(recording.ANY).respond_with_handler(answer)
    with contextlib.closing(exapp.AppClient(address(httpserver), APP)) as client:
        everything(client, RECORDED)
    player.check()
    assert {id for id, _ in asked} == {ID}
    assert {account for _, account in asked} == {"", RECORDED}


# ---------------------------------------------------------------- as whom


def test_it_acts_as_that_person_and_nobody_else(httpserver: HTTPServer, presence_at: Make) -> None:
    given = {"AUTHORIZATION-APP-API": credentials("siti"), "EX-APP-ID": ID, "EX-APP-VERSION": "0.1.0"}
    wished = {"statusIcon": "🏠", "message": "Bekerja dari rumah (WFH)", "clearAt": int(DAY.timestamp()) + 9 * 3600}
    httpserver.expect_oneshot_request(CUSTOM, "PUT", headers=given, json=wished).respond_with_json(ocs({}))
    show(presence_at(address(httpserver)))
    httpserver.check()


def test_a_message_of_their_own_is_left_alone(httpserver: HTTPServer, presence_at: Make) -> None:
    httpserver.expect_request(STATUS, "GET").respond_with_json(ocs({"message": "Fokus"}))
    presence_at(address(httpserver)).clear("siti", "Bekerja dari rumah (WFH)")
    assert [request.method for request, _ in httpserver.log] == ["GET"]


def test_somebody_who_never_had_a_status_has_none_to_clear(httpserver: HTTPServer, presence_at: Make) -> None:
    httpserver.expect_request(STATUS, "GET").respond_with_json(ocs([], 404), status=404)
    presence_at(address(httpserver)).clear("siti", "Bekerja dari rumah (WFH)")


def test_another_default_calendar_is_found(httpserver: HTTPServer, presence_at: Make) -> None:
    gone = "<d:error xmlns:d='DAV:' xmlns:s='x'><s:exception>Sabre</s:exception></d:error>"
    home = "/remote.php/dav/calendars/siti"
    httpserver.expect_request(f"{home}/personal/u.ics", "PUT").respond_with_data(gone, 409)
    inbox = (
        '<d:multistatus xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"><d:response><d:propstat><d:prop>'
        f"<c:schedule-default-calendar-URL><d:href>{home}/kantor%20saya/</d:href></c:schedule-default-calendar-URL>"
        "</d:prop></d:propstat></d:response></d:multistatus>"
    )
    httpserver.expect_request(f"{home}/inbox/", "PROPFIND").respond_with_data(inbox, 207, content_type="application/xml")
    httpserver.expect_request(f"{home}/kantor saya/u.ics", "PUT").respond_with_data("", 201)
    event = Event(uid="u", title="WFH", span=Span(DAY, DAY + timedelta(hours=1)), zone="Asia/Jakarta")
    presence_at(address(httpserver)).put("siti", event)
    body = httpserver.log[-1][0].get_data(as_text=True)
    assert "TRANSP:TRANSPARENT" in body
    assert "ATTENDEE" not in body


# ---------------------------------------------------------------- one that fails


def test_an_app_that_was_unregistered_is_said_so_and_locks_nobody_out(httpserver: HTTPServer, presence_at: Make) -> None:
    httpserver.expect_request(recording.ANY).respond_with_json(ocs(None, 997), status=401)
    port = presence_at(address(httpserver))
    error = trouble(lambda: show(port))
    assert "registered" in str(error)
    assert (error.permanent, error.locked_out, error.retry_after) == (False, "", 300.0)
    assert APP_SECRET not in f"{error!r}{error.__context__!r}{error.__cause__!r}"
    asked = len(httpserver.log)
    assert "registered" in str(trouble(lambda: show(port)))
    assert len(httpserver.log) == asked  # AppAPI slows down whoever knocks again and again


def test_an_account_that_is_gone_stops_nobody_else(httpserver: HTTPServer, presence_at: Make) -> None:
    httpserver.expect_request(CUSTOM, headers={"AUTHORIZATION-APP-API": credentials("siti")}).respond_with_json(
        ocs(None, 997), status=401
    )
    httpserver.expect_request(CUSTOM).respond_with_json(ocs({}))
    httpserver.expect_request(STATE).respond_with_json(ocs(1))
    port = presence_at(address(httpserver))
    error = trouble(lambda: show(port))
    assert (error.permanent, "no account" in str(error)) == (True, True)
    port.status("dewi", "WFO", "🏢", DAY)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (Response("", 503, {"X-Nextcloud-Maintenance-Mode": "1", "Retry-After": "120"}), "maintenance"),
        (Response("", 429, {"Retry-After": "60"}), "429"),
        (Response(PAGE, 200, content_type="text/html"), "does not say"),
        (Response("", 500), "500"),
    ],
)
def test_a_server_in_trouble_is_asked_again_later(
    httpserver: HTTPServer, presence_at: Make, answer: Response, said: str
) -> None:
    httpserver.expect_request(recording.ANY).respond_with_response(answer)
    error = trouble(lambda: show(presence_at(address(httpserver))))
    assert said in str(error)
    assert not error.permanent


def test_a_server_that_is_slow_or_hangs_up_holds_nobody_for_long(httpserver: HTTPServer, presence_at: Make) -> None:
    over = threading.Event()
    httpserver.expect_request(CUSTOM).respond_with_handler(lambda _: Response(str(over.wait(20))))
    assert "in time" in str(trouble(lambda: show(presence_at(address(httpserver), silence_seconds=0.4))))
    over.set()
    httpserver.clear()
    httpserver.expect_request(CUSTOM).respond_with_handler(hang_up)
    assert "cannot be reached" in str(trouble(lambda: show(presence_at(address(httpserver)))))


def test_a_server_that_is_down(presence_at: Make) -> None:
    assert not trouble(lambda: show(presence_at("http://127.0.0.1:9"))).permanent


# ---------------------------------------------------------------- with the outbox


def test_a_check_in_during_an_outage_is_shown_afterwards(office: Hadir, httpserver: HTTPServer, clock: cast.Clock) -> None:
    httpserver.expect_oneshot_request(CUSTOM, "PUT").respond_with_data("", 503)
    httpserver.expect_request(CUSTOM, "PUT").respond_with_json(ocs({}))
    desk = Desk(office, "siti")
    _types(desk, "/hadir masuk wfh")
    deliver(office)
    clock.now += timedelta(minutes=10)
    deliver(office)
    with office.database.read() as db:
        assert db.scalars(select(outbox.c.state).where(outbox.c.kind == "presence")).all() == ["done"]


def test_an_unregistered_app_alarms_nobody_about_the_app_password(office: Hadir, httpserver: HTTPServer) -> None:
    httpserver.expect_request(recording.ANY).respond_with_json(ocs(None, 997), status=401)
    _types(Desk(office, "siti"), "/hadir masuk wfh")
    deliver(office)
    with office.database.read() as db:
        assert db.scalars(select(outbox.c.state).where(outbox.c.kind == "presence")).all() == ["waiting"]
        assert not db.scalars(select(outbox.c.id).where(outbox.c.stream.like("alarm:%"))).all()


def test_the_menu_of_an_app_that_is_switched_off_already_is_no_trouble(office: Hadir, httpserver: HTTPServer) -> None:
    httpserver.expect_request(recording.ANY).respond_with_json(ocs(None, 997), status=401)
    Desk(office, "siti")._client.put("/enabled?enabled=0", headers=headers())
    deliver(office)
    with office.database.read() as db:
        [row] = db.execute(select(outbox.c.state, outbox.c.result).where(outbox.c.kind == "exapp")).all()
    assert (row.state, "switched off" in row.result["dropped"]) == ("done", True)


def test_an_app_that_is_switched_on_again_is_back_at_once(office: Hadir, httpserver: HTTPServer) -> None:
    httpserver.expect_request(recording.ANY).respond_with_json(ocs(None, 997), status=401)
    desk = Desk(office, "siti")
    desk._client.put("/enabled?enabled=0", headers=headers())
    deliver(office)
    httpserver.clear()
    httpserver.expect_request(recording.ANY).respond_with_json(ocs({}))
    desk._client.put("/enabled?enabled=1", headers=headers())
    deliver(office)
    _types(desk, "/hadir masuk wfh")
    deliver(office)
    with office.database.read() as db:
        assert set(db.scalars(select(outbox.c.state))) == {"done"}


def test_a_wrong_registration_becomes_a_dead_letter(office: Hadir, httpserver: HTTPServer, clock: cast.Clock) -> None:
    """So that an administrator looks: the secret that AppAPI has is another one."""
    httpserver.expect_request(recording.ANY).respond_with_json(ocs(None, 997), status=401)
    Desk(office, "siti")._client.post("/init", headers=headers())
    for _ in range(6):
        deliver(office)
        clock.now += timedelta(minutes=10)
    with office.database.read() as db:
        [row] = db.execute(select(outbox.c.state, outbox.c.error).where(outbox.c.kind == "exapp")).all()
    assert (row.state, "HADIR_EXAPP_SECRET" in row.error) == ("dead", True)


def _types(desk: Desk, line: str) -> None:
    from tests.adapters.nextcloud.test_exapp_page import line_token

    desk.sends(token=line_token(desk.opens()), command=line)
    assert desk.last is not None
    assert desk.last.status_code == 200


# ---------------------------------------------------------------- what the administrator is given


def test_the_secret_stands_in_no_command() -> None:
    text = "\n".join(registration_text(APP, "http://hadir.lokal:8080", "https://cloud.kantor.example"))
    assert APP_SECRET not in text
    for shown in ("app_api:daemon:register hadir Hadir manual-install http hadir.lokal", "$SECRET", "unregister"):
        assert shown in text


def test_only_the_page_is_opened_to_people_and_only_to_those_who_signed_in() -> None:
    routes = info(APP, 8080, "x")["routes"]
    assert [route["url"] for route in routes] == ["^exapp\\/page$", "^exapp\\/[a-z.]+$"]
    assert {route["access_level"] for route in routes} == {1}
    assert all({"Authorization", "Cookie"} <= set(route["headers_to_exclude"]) for route in routes)


@pytest.mark.parametrize("callback", ["", "hadir.lokal", "ftp://hadir", "https://kantor.example/hadir", "http://hadir:40000"])
def test_an_address_that_appapi_cannot_use_is_said_so(callback: str) -> None:
    [line] = registration_text(APP, callback, "https://cloud.kantor.example")
    assert "left out" in line


def test_it_is_off_unless_somebody_wants_it() -> None:
    assert registration_text(None, "http://hadir:8080", "https://cloud.kantor.example") == [OFF]
