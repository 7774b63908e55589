"""Slash commands: who is believed, what is understood, how it is answered."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from flask import Flask
from pytest_httpserver import HTTPServer
from sqlalchemy import delete, event
from werkzeug import Request, Response

from integration.adapters.mattermost import received, render
from integration.adapters.mattermost.routes import blueprint
from integration.adapters.mattermost.tables import mattermost_command
from integration.app import assemble
from integration.core import Hadir
from integration.settings import load
from tests import cast
from tests.adapters.mattermost.conftest import CALLBACK, COMMAND, TEAM, TOKEN, Desk, actions, later, recorded, register

ZWSP = "\u200b"


def heard(response: Any) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(response.get_json()["text"])
    return content


def test_a_recorded_command_is_understood(desk: Desk) -> None:
    form = recorded("command_request_channel")["form"] | {"command": "/uji", "user_id": "id-siti"}
    form["text"] = "echo " + form["text"]
    said = heard(desk.http.post("/mattermost/commands", data=form))
    assert said["words"] == ["masuk", "WFH", "@budi", "@tidakada", "~pub", '"dua', 'kata"', "baris", "2"]
    assert said["text"].endswith('"dua kata"\nbaris 2')
    assert said["mentions"] == [["budi", COMMAND["user_mentions_ids"]]]
    assert said["channel"] == [COMMAND["channel_id"], "pub", False]
    assert said["now"] == cast.MONDAY_0728.isoformat()
    assert said["person"] == "Siti Rahayu"


@pytest.mark.parametrize("like", ["command_request_dm", "command_request_thread"])
def test_commands_work_in_direct_messages_and_threads(desk: Desk, like: str) -> None:
    said = heard(desk.types("siti", "/uji echo", like))
    assert said["channel"][2] is (like == "command_request_dm")


def test_several_mentions_come_as_several_fields(desk: Desk) -> None:
    said = heard(desk.types("siti", "/uji echo @budi @dewi", user_mentions=["budi", "dewi"], user_mentions_ids=["b", "d"]))
    assert said["mentions"] == [["budi", "b"], ["dewi", "d"]]
    said = heard(desk.types("siti", "/uji echo @budi @dewi", user_mentions="budi,dewi", user_mentions_ids="b d"))
    assert said["mentions"] == [["budi", "b"], ["dewi", "d"]]


def test_channels_come_with_the_ids_that_mattermost_tells() -> None:
    fields = {"channel_mentions": ["umum", "rapat-it"], "channel_mentions_ids": ["c1", "c2"]}
    assert received.channels(fields) == (("umum", "c1"), ("rapat-it", "c2"))
    assert received.channels({"channel_mentions": ["umum"]}) == ()


@pytest.mark.parametrize(
    "changed",
    [
        {"token": "wrong"},
        {"token": None},
        {"token": ""},
        {"team_id": "another-team"},
        {"team_id": None},
        {"command": "/lain"},
        {"token": "tökén"},
    ],
)
def test_a_wrong_token_team_or_command_is_401(desk: Desk, changed: dict[str, str | None]) -> None:
    response = desk.types("siti", "/uji halo", **changed)
    assert response.status_code == 401
    assert "token" in response.get_json()["error"]


def test_the_token_of_another_team_is_401(desk: Desk) -> None:
    with desk.hadir.database.write() as db:
        register(db, "othertoken", "other-team", "uji")
    assert desk.types("siti", "/uji halo", token="othertoken").status_code == 401
    assert desk.types("siti", "/uji halo", token="othertoken", team_id="other-team").status_code == 200


def test_an_authorization_header_is_not_a_token(desk: Desk) -> None:
    form = recorded("command_request_channel")["form"] | {"command": "/uji", "token": ""}
    response = desk.http.post("/mattermost/commands", data=form, headers={"Authorization": f"Token {TOKEN}"})
    assert response.status_code == 401


def test_a_token_that_setup_stored_meanwhile_is_known(desk: Desk) -> None:
    assert desk.types("siti", "/uji halo").status_code == 200
    with desk.hadir.database.write() as db:
        db.execute(delete(mattermost_command))
        register(db, "newtoken", TEAM, "uji")
    assert desk.types("siti", "/uji halo", token="newtoken").status_code == 200
    assert desk.types("siti", "/uji halo").status_code == 401  # the old one went with it


def test_the_token_costs_no_statement(desk: Desk) -> None:
    desk.types("siti", "/uji halo")
    seen: list[str] = []
    event.listen(desk.hadir.database.engine, "before_cursor_execute", lambda *a: seen.append(a[2]))
    desk.types("siti", "/uji halo")
    assert not [statement for statement in seen if "mattermost_command" in statement or "installation" in statement]


def test_wrong_tokens_do_not_hammer_the_database(service: Hadir) -> None:
    app = Flask("test")
    app.register_blueprint(blueprint(service, reload_seconds=60))
    desk = Desk(service, app)
    seen: list[str] = []
    event.listen(service.database.engine, "before_cursor_execute", lambda *a: seen.append(a[2]))
    for _ in range(20):
        assert desk.types("siti", "/uji halo", token="wrong").status_code == 401
    assert len([statement for statement in seen if "mattermost_command" in statement]) == 1


def test_bodies_that_are_not_commands(desk: Desk) -> None:
    post = desk.http.post
    assert post("/mattermost/commands", json=COMMAND).status_code == 415
    assert (
        post("/mattermost/commands", data=b"text=\xff&token=%ff", content_type="application/x-www-form-urlencoded").status_code
        == 400
    )
    large = post("/mattermost/commands", data={"text": "x" * (1 << 20)})
    assert large.status_code == 413
    assert "larger" in large.get_json()["error"]
    many = "&".join(f"f{n}=1" for n in range(2000))
    assert post("/mattermost/commands", data=many, content_type="application/x-www-form-urlencoded").status_code == 400
    assert desk.http.get("/mattermost/commands").status_code == 405


def test_the_answer_is_private_json(desk: Desk) -> None:
    response = desk.types("siti", "/uji halo semua")
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "application/json"
    expected = {"response_type": "ephemeral", "text": "Halo Siti Rahayu: semua", "skip_slack_parsing": True}
    assert response.get_json() == expected
    assert desk.types("siti", "/uji umum").get_json()["response_type"] == "in_channel"


def test_what_people_write_mentions_nobody(desk: Desk) -> None:
    text = desk.types("siti", "/uji halo @all **tebal** <!channel> \x00\u202eabc").get_json()["text"]
    assert text == rf"Halo Siti Rahayu: @{ZWSP}all \*\*tebal\*\* &lt;!channel> abc"


def test_a_long_answer_is_cut_and_says_so(desk: Desk) -> None:
    text = desk.types("siti", "/uji panjang").get_json()["text"]
    assert len(text) <= render.MAX_TEXT
    assert text.count("```") == 2
    assert text.splitlines()[-1].startswith("…")


def test_buttons_are_signed_for_the_person(desk: Desk) -> None:
    menu = actions(desk.types("siti", "/uji"))
    assert list(menu) == ["Formulir", "Halo", "Menu"]
    assert menu["Formulir"]["integration"]["url"] == f"{CALLBACK}/mattermost/actions"
    assert menu["Formulir"]["style"] == "good"
    assert all(action["id"].isalnum() for action in menu.values())


def test_a_form_opens_as_a_dialog(desk: Desk, dialogs: list[dict[str, Any]]) -> None:
    response = desk.types("siti", "/uji form")
    assert response.get_json() == {}
    [opened] = dialogs
    assert opened["trigger_id"] == COMMAND["trigger_id"]
    assert opened["url"] == f"{CALLBACK}/mattermost/dialogs"
    dialog = opened["dialog"]
    assert len(dialog["title"].encode()) <= 24
    assert dialog["introduction_text"] == f"Isi @{ZWSP}all"
    day, way, reason = dialog["elements"]
    assert day["type"] == "text"
    assert not day["optional"]
    assert [option["value"] for option in way["options"]] == ["in", "out"]
    assert len(reason["display_name"].encode()) <= 24
    assert reason["max_length"] == 40


def test_mattermost_down_is_said_where_a_form_should_open(desk: Desk, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/api/v4/actions/dialogs/open").respond_with_data("bad gateway", status=502)
    body = desk.types("siti", "/uji form").get_json()
    assert body["response_type"] == "ephemeral"
    assert "form" in body["text"].lower()


def test_a_slow_mattermost_does_not_hold_the_person(desk: Desk, httpserver: HTTPServer) -> None:
    def slowly(_request: Request) -> Response:
        time.sleep(3)
        return Response("{}")

    httpserver.expect_request("/api/v4/actions/dialogs/open").respond_with_handler(slowly)
    assert "text" in desk.types("siti", "/uji form").get_json()


def test_a_web_page_stands_in_for_a_dialog(service: Hadir, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/api/v4/actions/dialogs/open").respond_with_data("<html>", status=503)
    app = Flask("test")
    app.register_blueprint(blueprint(service, form_link=lambda form, sender: f"https://h.example/{form.action}/{sender.name}"))
    text = Desk(service, app).types("siti", "/uji form").get_json()["text"]
    assert "https://h.example/uji.kirim/siti" in text


def test_the_database_being_away_is_said_with_200(tmp_path: Any, clock: cast.Clock) -> None:
    settings = load({}, database_url=f"sqlite:///{tmp_path}/empty.db", secret_key="t" * 64, home=tmp_path)
    hadir = assemble(settings, clock=clock, plugins=())
    app = Flask("test")
    app.register_blueprint(blueprint(hadir))
    response = Desk(hadir, app).types("siti", "/uji halo")
    assert response.status_code == 200
    assert response.get_json()["text"]
    hadir.database.dispose()


def test_an_unknown_user_gets_a_friendly_answer(desk: Desk) -> None:
    body = desk.types("orang.baru", "/uji halo").get_json()
    assert "orang.baru" in body["text"]


def test_arrival_is_the_moment_of_the_request(desk: Desk, clock: cast.Clock) -> None:
    clock.now = later(minutes=5)
    assert heard(desk.types("siti", "/uji echo"))["now"] == later(minutes=5).isoformat()
