"""The demo's room and the form pages against other sites, other machines, other people's tokens, and odd input."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from integration import installation, people
from integration.adapters.browser import forms, sheets, short
from integration.adapters.browser.tables import form_page
from integration.app import assemble, connect, create_app
from integration.core import Hadir
from integration.messages import Field, Form, Sender
from integration.settings import Settings
from plugins.hadir.tables import attendance_correction, attendance_event
from tests import cast
from tests.adapters.browser.desk import ORIGIN, Visitor

pytestmark = pytest.mark.in_turn

Room = Callable[[str], Visitor]
HTML = '"><script>alert(1)</script><img src=x onerror=alert(1)>'


@pytest.fixture
def hadir(settings: Settings, clock: cast.Clock) -> Iterator[Hadir]:
    """A demo: the cast with seats in the room."""
    service = assemble(settings, clock=clock)
    with service.database.write() as db:
        cast.settle(db)
        installation.put(db, installation.DEMO, True)
        for account in db.execute(select(people.account)).all():
            seat = {"platform": "browser", "username": account.username, "external_id": account.username}
            db.execute(people.account.insert().values(person_id=account.person_id, **seat))
    yield connect(service)
    service.database.dispose()


@pytest.fixture
def app(hadir: Hadir) -> Flask:
    return create_app(hadir)


@pytest.fixture
def room(app: Flask) -> Room:
    return lambda username: Visitor(app, username)


@pytest.fixture
def http(app: Flask) -> FlaskClient:
    return app.test_client()


def stamps(hadir: Hadir) -> int:
    with hadir.database.read() as db:
        return db.scalar(select(func.count()).select_from(attendance_event)) or 0


# ---------------------------------------------------------------- other sites, other machines


SAY = {"text": "/hadir masuk wfh", "key": "12345678"}


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:8080",
        "127.0.0.1.evil.example",
        "localhost.evil.example",
        "192.168.1.5",
        "[::2]",
        "127.0.0.1.",
        "x@evil.example",
        "",
    ],
)
def test_a_name_that_points_at_this_machine_opens_nothing(hadir: Hadir, http: FlaskClient, host: str) -> None:
    """DNS rebinding: the page is evil.example's, its address is ours."""
    for path in ("/", "/room/siti", "/room/siti/messages", "/room/siti/files/1/0"):
        assert http.get(path, headers={"Host": host}).status_code in (400, 403), path
    headers = {"Host": host, "Origin": f"http://{host}"}
    assert http.post("/room/siti/say", json=SAY, headers=headers).status_code in (400, 403)
    assert stamps(hadir) == 0


@pytest.mark.parametrize(
    "origin",
    [
        None,
        "null",
        "http://evil.example",
        "http://localhost.evil.example",
        "https://localhost",
        "http://localhost:1",
        "http://127.0.0.1",
        "file://",
        "",
    ],
)
def test_a_page_of_another_origin_says_nothing(hadir: Hadir, http: FlaskClient, origin: str | None) -> None:
    headers = {} if origin is None else {"Origin": origin}
    for act in ("say", "press", "submit", "seen"):
        assert http.post(f"/room/siti/{act}", json=SAY, headers=headers).status_code == 403
    assert http.options("/room/siti/say", headers=headers).status_code in (200, 403)
    assert stamps(hadir) == 0


def test_no_answer_invites_another_origin(http: FlaskClient) -> None:
    for path in ("/", "/room/siti", "/room/siti/messages", "/form/x", "/assets/room.js"):
        with http.get(path, headers={"Origin": "http://evil.example"}) as answer:
            assert not [name for name, _ in answer.headers if name.lower().startswith("access-control")]


def test_a_form_post_of_another_site_is_no_json(hadir: Hadir, http: FlaskClient) -> None:
    answer = http.post(
        "/room/siti/say",
        data='{"text": "/hadir masuk", "key": "12345678"}',
        headers={"Origin": ORIGIN},
        content_type="text/plain",
    )
    assert answer.status_code == 400
    assert stamps(hadir) == 0


def test_another_machine_is_not_this_machine(hadir: Hadir, http: FlaskClient) -> None:
    """With HADIR_HOST=0.0.0.0 anybody in the network can write our name into Host and Origin."""
    there = {"REMOTE_ADDR": "192.168.1.77"}
    assert http.get("/room/siti", environ_base=there).status_code == 403
    assert http.post("/room/siti/say", json=SAY, headers={"Origin": ORIGIN}, environ_base=there).status_code == 403
    assert stamps(hadir) == 0


def test_outside_a_demo_there_is_no_room(hadir: Hadir) -> None:
    with hadir.database.write() as db:
        installation.put(db, installation.DEMO, False)
    http = create_app(hadir).test_client()
    for path in ("/", "/room/siti", "/room/siti/messages"):
        assert http.get(path).status_code == 404
    assert http.post("/room/siti/say", json=SAY, headers={"Origin": ORIGIN}).status_code == 404


# ---------------------------------------------------------------- what pages say to the browser


def test_every_page_forbids_scripts_frames_and_foreign_targets(hadir: Hadir, http: FlaskClient, room: Room) -> None:
    room("siti").types("/hadir")
    link = forms.form_link(hadir, paper(), sender("siti")).rpartition("/")[2]
    for path in ("/", "/room/siti", "/room/nobody", "/room/siti/messages", f"/form/{link}", "/form/x"):
        headers = http.get(path).headers
        policy = headers["Content-Security-Policy"]
        for part in (
            "default-src 'none'",
            "script-src 'self'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
            "form-action 'self'",
        ):
            assert part in policy, path
        assert "unsafe" not in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cache-Control"] == "no-store"
        assert headers["Referrer-Policy"] in ("no-referrer", "same-origin")
    assert http.get(f"/form/{link}").headers["Referrer-Policy"] == "no-referrer"


def test_no_page_has_a_script_of_its_own(http: FlaskClient) -> None:
    for path in ("/", "/room/siti", "/form/x"):
        page = http.get(path).text
        assert not re.search(r"<script(?![^>]*\bsrc=)|\son\w+=|<style|style=\"|javascript:", page)


def test_assets_lead_nowhere_else(http: FlaskClient) -> None:
    for path in ("../forms.py", "..%2fforms.py", "%2e%2e/forms.py", "etc/passwd", "..\\forms.py", "hadir.css%00"):
        assert http.get(f"/assets/{path}").status_code == 404, path


# ---------------------------------------------------------------- forms


def sender(username: str) -> Sender:
    return Sender("mattermost", f"id-{username}", username)


def paper(**values: Any) -> Form:
    fields = (
        Field("day", "Hari", "date", "2026-11-20"),
        Field("kind", "Jenis", "select", "in", choices=(("in", "Masuk"), ("out", "Pulang"))),
        Field("time", "Jam", "time", "07.30"),
        Field("place", "Tempat", "select", "same", choices=(("same", "tetap"),), required=False),
        Field("reason", "Alasan", "textarea", max_length=500),
    )
    return Form(**{"action": "hadir.correction", "title": "Koreksi", "fields": fields} | values)


FILLED = {"day": "2026-11-20", "kind": "in", "time": "07.30", "place": "same", "reason": "lupa"}


def corrections(hadir: Hadir) -> list[int]:
    with hadir.database.read() as db:
        return list(db.scalars(select(attendance_correction.c.person_id)))


def path(hadir: Hadir, form: Form, who: str = "siti") -> str:
    return "/form/" + forms.form_link(hadir, form, sender(who)).rpartition("/")[2]


def test_a_form_page_counts_once_and_for_its_person(hadir: Hadir, http: FlaskClient) -> None:
    link = path(hadir, paper())
    assert http.post(link, data=FILLED | {"person": "budi", "as": "budi"}).status_code == 200
    assert http.post(link, data=FILLED | {"day": "2026-11-19"}).status_code == 403
    assert http.get(link).status_code == 403
    with hadir.database.read() as db:
        assert [people.get(db, id).name for id in corrections(hadir)] == ["Siti Rahayu"]  # type: ignore[union-attr]


def test_a_form_page_expires_and_cannot_be_changed(hadir: Hadir, http: FlaskClient, clock: cast.Clock) -> None:
    link, whole = path(hadir, paper()), "/form/" + sheets.issue(hadir, paper(), sender("siti"))
    changed = (link[:-1], link + "x", link[:-1] + ("b" if link.endswith("a") else "a"), whole[:-1], whole.replace(".", "", 1))
    for wrong in (*changed, "/form/" + "A" * 16, "/form/" + "A" * 5000, "/form/%ED%A0%80", "/form/%00"):
        assert http.get(wrong).status_code in (403, 404), wrong
        assert http.post(wrong, data=FILLED).status_code in (403, 404), wrong
    clock.now += timedelta(hours=1)
    for late in (link, whole):
        assert http.get(late).status_code == 403
        assert http.post(late, data=FILLED).status_code == 403
    assert corrections(hadir) == []


def test_who_reads_the_database_learns_no_address_and_opens_no_form(hadir: Hadir, http: FlaskClient) -> None:
    link = path(hadir, paper())
    with hadir.database.read() as db:
        row = db.execute(select(form_page)).one()
    assert link.rpartition("/")[2] not in str(row)
    assert "Perbaiki" not in row.sheet
    for found in (row.hash, row.hash[:16], row.sheet):
        assert http.get(f"/form/{found}").status_code == 403


def test_a_form_counts_once_by_its_short_and_its_long_address(hadir: Hadir, http: FlaskClient) -> None:
    link = path(hadir, paper())
    whole = short.lengthen(hadir, link.rpartition("/")[2])
    assert http.post(f"/form/{whole}", data=FILLED).status_code == 200
    assert http.post(link, data=FILLED).status_code == 403
    assert len(corrections(hadir)) == 1


def test_a_form_of_who_left_does_nothing(hadir: Hadir, http: FlaskClient) -> None:
    link = path(hadir, paper())
    with hadir.database.write() as db:
        db.execute(people.person.update().where(people.person.c.nip == cast.NIP["siti"]).values(ended_on=date(2026, 11, 20)))
    http.post(link, data=FILLED)
    assert corrections(hadir) == []


def test_words_in_a_form_are_no_html(hadir: Hadir, http: FlaskClient) -> None:
    field = Field("x", HTML, "text", HTML, hint=HTML, max_length=20)
    chosen = Field("y", HTML, "select", HTML, hint=HTML, choices=((HTML, HTML),))
    area = Field("z", HTML, "textarea", "</textarea>" + HTML, max_length=5)
    link = path(hadir, paper(title=HTML, intro=HTML, submit=HTML, fields=(field, chosen, area)))
    for page in (http.get(link).text, http.post(link, data={"x": HTML, "y": HTML + "2", "z": "</textarea>" + HTML}).text):
        assert "<script>" not in page
        assert "<img" not in page
        assert page.count("</textarea>") == 1


def test_a_body_of_a_form_page_is_bounded(hadir: Hadir, http: FlaskClient) -> None:
    assert http.post(path(hadir, paper()), data=FILLED | {"reason": "x" * (1 << 20)}).status_code == 413
    assert http.post(path(hadir, paper()), data=FILLED | {"reason": "x" * 100_000}).status_code == 422


# ---------------------------------------------------------------- the room


def test_a_button_and_a_form_of_somebody_else(hadir: Hadir, room: Room) -> None:
    siti, dewi = room("siti"), room("dewi")
    siti.types("/hadir")
    token = siti.token("Masuk WFO")
    assert dewi.posts("press", token=token, key="12345678").status_code == 403
    siti.types("/hadir koreksi")
    assert dewi.posts("submit", token=siti.sheet(), values=FILLED, key="12345678").status_code == 403
    assert stamps(hadir) == 0
    assert corrections(hadir) == []


@pytest.mark.parametrize("token", ["", "x", "\ud800", "\x00", "x" * 100_000])
def test_a_forged_token_in_the_room(room: Room, token: str) -> None:
    assert room("siti").posts("press", token=token, key="12345678").status_code == 403
    assert room("siti").posts("submit", token=token, values={}, key="12345678").status_code == 403


def test_a_token_of_another_adapter_in_the_room(hadir: Hadir, room: Room) -> None:
    from integration.adapters.mattermost.signed import Made, sign_button
    from integration.messages import Button

    token = sign_button(hadir.signer, Button("x", "hadir.say", "masuk"), Made(to="siti"), hadir.clock())
    assert room("siti").posts("press", token=token, key="12345678").status_code == 403
    assert stamps(hadir) == 0


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"text": 5, "key": "12345678"},
        {"text": "x"},
        {"text": "x", "key": "' OR 1=1"},
        {"text": "x" * 20_000, "key": "12345678"},
        [],
    ],
)
def test_a_body_of_another_shape_in_the_room(room: Room, app: Flask, body: Any) -> None:
    assert app.test_client().post("/room/siti/say", json=body, headers={"Origin": ORIGIN}).status_code == 400


def test_odd_characters_in_the_room(room: Room) -> None:
    siti = room("siti")
    for words in (
        "/hadir masuk wfh \x00\ud800 halo",
        "\x00",
        "\ud800",
        "\ue010" + "0\ue011",
        "/hadir \x1b[2J",
        HTML,
        "/hadir rekap " + HTML,
    ):
        response = siti.posts("say", text=words or "x", key="k" * 8 + str(len(words)) + str(abs(hash(words))))
        assert response.status_code in (200, 400), words
        assert "<script>" not in response.text
        assert "bermasalah" not in response.text
    page = siti.client.get("/room/siti")
    assert page.status_code == 200
    assert "<script>alert" not in page.text


@pytest.mark.parametrize("number", [0, -1, 2**31, 2**63, 10**30])
def test_numbers_that_no_database_holds(http: FlaskClient, number: int) -> None:
    assert http.get(f"/room/siti/files/{number}/0").status_code == 404
    assert http.get(f"/room/siti/files/1/{number}").status_code == 404
    assert http.post("/room/siti/seen", json={"up_to": number}, headers={"Origin": ORIGIN}).status_code in (204, 400)
