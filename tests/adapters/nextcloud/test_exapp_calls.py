"""Who may call the app: the headers of AppAPI, as a real one sends them and as somebody else might."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from integration import installation
from integration.adapters.nextcloud.exapp import delivery as exapp_delivery
from integration.app import assemble, connect, create_app
from integration.audit import audit
from integration.core import Hadir
from integration.outbox import outbox
from integration.settings import SettingsError, load
from tests import cast
from tests.adapters.nextcloud import recording
from tests.adapters.nextcloud.exapp_house import APP_SECRET, ID, PAGE, credentials, headers, settled
from tests.conftest import SECRET

pytestmark = pytest.mark.in_turn

HANDSHAKE = recording.FOLDER / "exapp-handshake.json"


@pytest.fixture
def office(database_url: str, tmp_path: Path, clock: cast.Clock) -> Iterator[Hadir]:
    hadir = settled(database_url, tmp_path / "home", clock, "http://127.0.0.1:9")
    yield hadir
    hadir.database.dispose()


@pytest.fixture
def web(office: Hadir) -> FlaskClient:
    return create_app(office).test_client()


def refusals(hadir: Hadir) -> list[tuple[str, str]]:
    with hadir.database.read() as db:
        found = db.execute(select(audit.c.object, audit.c.reason).where(audit.c.action == "refused").order_by(audit.c.id))
        return [(row.object, row.reason) for row in found]


def queued(hadir: Hadir) -> list[dict[str, Any]]:
    with hadir.database.read() as db:
        return list(db.scalars(select(outbox.c.payload).where(outbox.c.kind == "exapp").order_by(outbox.c.id)))


# ---------------------------------------------------------------- off, and on


def test_without_the_secret_there_is_no_app(hadir: Hadir) -> None:
    web = create_app(connect(hadir)).test_client()
    assert web.get("/heartbeat").status_code == 404
    assert web.get(PAGE, headers=headers("siti")).status_code == 404
    assert hadir.ports.presence is None


def test_the_secret_may_lie_in_a_file(database_url: str, tmp_path: Path) -> None:
    file = tmp_path / "rahasia"
    file.write_text(f"{APP_SECRET}\n")
    given = {"HADIR_EXAPP_SECRET_FILE": str(file)}
    settings = load(given, database_url=database_url, secret_key=SECRET, home=tmp_path)
    assert settings.exapp_secret.get_secret_value() == APP_SECRET
    assert (settings.exapp_id, APP_SECRET in repr(settings)) == ("hadir", False)


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"exapp_secret": "pendek"}, "openssl rand"),
        ({"exapp_secret": "é" * 40}, "plain"),
        ({"exapp_id": "Hadir/../x"}, "EXAPP_ID"),
    ],
)
def test_settings_that_would_be_weak_are_refused(tmp_path: Path, wrong: dict[str, str], named: str) -> None:
    with pytest.raises(SettingsError, match=named):
        load({}, home=tmp_path, **wrong)


# ---------------------------------------------------------------- the handshake


def test_nextcloud_asks_whether_we_are_there_without_saying_who_it_is(web: FlaskClient) -> None:
    answer = web.get("/heartbeat")
    assert (answer.status_code, answer.json) == (200, {"status": "ok"})


def test_the_handshake_of_a_real_appapi(office: Hadir, web: FlaskClient) -> None:
    """Its own requests, in the order in which it sent them; only the secret is another one."""
    for asked in json.loads(HANDSHAKE.read_text(encoding="utf-8"))["requests"]:
        given = dict(asked["headers"])
        if said := given.get("Authorization-App-Api"):
            account = "siti" if not said.startswith(":") else ""
            given["Authorization-App-Api"] = credentials(account)
        given.pop("Content-Length", None)
        answer = web.open(asked["path"], method=asked["method"], headers=given)
        assert answer.status_code == (403 if asked["method"] == "POST" and "page" in asked["path"] else 200), asked
    assert queued(office)[:2] == [{"do": "ready"}, {"do": "menu", "on": True}]


def test_enabled_is_remembered_and_answered_as_appapi_wants(office: Hadir, web: FlaskClient) -> None:
    answer = web.put("/enabled?enabled=1", headers=headers())
    assert (answer.status_code, answer.json) == (200, {"error": ""})
    with office.database.read() as db:
        assert installation.get(db, exapp_delivery.ENABLED) is True
    web.put("/enabled?enabled=0", headers=headers())
    with office.database.read() as db:
        assert installation.get(db, exapp_delivery.ENABLED) is False
    assert queued(office) == [{"do": "menu", "on": True}, {"do": "menu", "on": False}]


@pytest.mark.parametrize("wished", ["", "2", "ya", "1;1"])
def test_enabled_is_one_or_nought(office: Hadir, web: FlaskClient, wished: str) -> None:
    assert web.put(f"/enabled?enabled={wished}", headers=headers()).status_code == 400
    assert queued(office) == []


def test_a_database_that_is_gone_is_said_to_nextcloud(tmp_path: Path, clock: cast.Clock) -> None:
    """It takes the app as not enabled then, and asks again when somebody tries again."""
    hadir = assemble(load({}, home=tmp_path, secret_key=SECRET, exapp_secret=APP_SECRET), clock=clock)
    with hadir.database.write() as db:  # a database without tables but the one that is read at the start
        installation.installation.create(db)
    answer = create_app(hadir).test_client().post("/init", headers=headers())
    assert (answer.status_code, bool(answer.json and answer.json["error"])) == (503, True)
    hadir.database.dispose()


# ---------------------------------------------------------------- attacks

LATIN = base64.b64encode("sit\xe9:x".encode("latin-1")).decode()
ATTACKS = {
    "nothing": ({}, "missing"),
    "no id": (headers("siti", id=""), "missing"),
    "no version": (headers("siti", version=""), "missing"),
    "no credentials": (headers("siti", authorization=""), "missing"),
    "another app": (headers("siti", id="files_trashbin"), "another app"),
    "an id of other letters": (headers("siti", id="h\xe4dir"), "another app"),
    "wrong secret": (headers(authorization=credentials("siti", "r" * 57)), "wrong secret"),
    "no secret": (headers(authorization=credentials("siti", "")), "wrong secret"),
    "a secret that begins well": (headers(authorization=credentials("siti", APP_SECRET[:-1])), "wrong secret"),
    "a secret that goes on": (headers(authorization=credentials("siti", f"{APP_SECRET}x")), "wrong secret"),
    "the secret as the account": (headers(authorization=credentials(APP_SECRET, "siti")), "wrong secret"),
    "a secret of other letters": (headers(authorization=credentials("siti", "rahasiä" * 9)), "wrong secret"),
    "not base64": (headers(authorization="bukan base64!"), "malformed"),
    "base64 that is cut off": (headers(authorization=credentials("siti")[:-1]), "malformed"),
    "base64 with more behind it": (headers(authorization=credentials("siti") + "==="), "malformed"),
    "letters that are no ASCII": (headers(authorization="s\xedti"), "malformed"),
    "bytes that are no UTF-8": (headers(authorization=LATIN), "malformed"),
    "no colon": (headers(authorization=base64.b64encode(b"siti").decode()), "malformed"),
    "a line break in the account": (headers("siti\nx"), "malformed"),
    "an account without end": (headers("s" * 191), "malformed"),
    "a header without end": (headers(authorization="A" * 3_000), "too long"),
}

CLOSED = [("POST", "/init"), ("PUT", "/enabled?enabled=1"), ("GET", PAGE), ("GET", "/exapp/menu.js")]


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/init"), ("PUT", "/enabled?enabled=1"), ("GET", PAGE), ("GET", "/exapp/menu.js")]
)
def test_nobody_else_is_listened_to(office: Hadir, web: FlaskClient, method: str, path: str, attack: str) -> None:
    given, reason = ATTACKS[attack]
    answer = web.open(path, method=method, headers=given)
    assert answer.status_code == 401
    assert queued(office) == []
    [(what, why)] = refusals(office)
    assert what.startswith("exapp ")
    assert reason in why


def test_a_refusal_never_tells_what_was_sent(office: Hadir, web: FlaskClient, capsys: pytest.CaptureFixture[str]) -> None:
    guess = "tebakan-" * 8
    web.get(PAGE, headers=headers(authorization=credentials("siti", guess)) | {"Authorization": "Basic c2l0aTpzYW5kaQ=="})
    web.get(
        PAGE, headers=headers("siti") | {"Authorization": "Basic c2l0aTpzYW5kaQ==", "Cookie": "oc_sessionPassphrase=rahasia"}
    )
    with office.database.read() as db:
        kept = str(db.execute(select(audit)).all())
    said = "".join(capsys.readouterr())
    for secret in (guess, APP_SECRET, credentials("siti"), credentials("siti", guess), "c2l0aTpzYW5kaQ", "oc_session"):
        assert secret not in kept + said


def test_nextcloud_itself_has_no_page(web: FlaskClient) -> None:
    """A page is somebody's; for a visitor who has not signed in AppAPI names nobody."""
    assert web.get(PAGE, headers=headers("")).status_code == 401


def test_after_an_upgrade_an_older_version_still_calls(web: FlaskClient) -> None:
    assert web.put("/enabled?enabled=1", headers=headers(version="0.0.1")).status_code == 200


def test_only_what_is_meant_for_it_is_handed_out(web: FlaskClient) -> None:
    for name in ("hadir.css", "page.css", "icon.svg", "menu.js"):
        answer = web.get(f"/exapp/{name}", headers=headers("siti"))
        assert (answer.status_code, "max-age" in answer.headers["Cache-Control"]) == (200, True)
    for name in ("exapp.py", "..%2fexapp.py", "page.html", "hadir.css%00"):
        assert web.get(f"/exapp/{name}", headers=headers("siti")).status_code == 404


def test_the_id_is_the_one_that_was_set(database_url: str, tmp_path: Path, clock: cast.Clock) -> None:
    hadir = settled(database_url, tmp_path / "home", clock, "http://127.0.0.1:9", exapp_id="hadir-dinas")
    web = create_app(hadir).test_client()
    assert web.post("/init", headers=headers(id="hadir-dinas")).status_code == 200
    assert web.post("/init", headers=headers(id=ID)).status_code == 401
    hadir.database.dispose()
