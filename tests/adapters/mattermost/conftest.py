"""The adapter between two real ends: our routes on real databases, and an HTTP server that plays Mattermost."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pytest_httpserver import HTTPServer
from sqlalchemy import select
from werkzeug.test import TestResponse

from integration import installation, people
from integration.adapters.mattermost.known import token_hash
from integration.adapters.mattermost.routes import blueprint
from integration.adapters.mattermost.tables import mattermost_command
from integration.app import assemble
from integration.audit import audit
from integration.core import Hadir
from integration.outbox import outbox
from integration.settings import load
from tests import cast
from tests.adapters.mattermost.sample import UJI

PAYLOADS = Path(__file__).parents[2] / "payloads" / "mattermost"
CALLBACK = "http://hadir.example:8080"
BOT = "botid0000000000000000000hd"
COMMAND = json.loads((PAYLOADS / "command_request_channel.json").read_text())["form"]
TOKEN, TEAM = COMMAND["token"], COMMAND["team_id"]


def recorded(name: str) -> dict[str, Any]:
    """What a real server sent: `form` or `json`, and `headers`."""
    content: dict[str, Any] = json.loads((PAYLOADS / f"{name}.json").read_text())
    return content


@pytest.fixture
def service(database_url: str, tmp_path: Path, clock: cast.Clock, httpserver: HTTPServer) -> Iterator[Hadir]:
    """Hadir with the plugin `/uji`, set up for the Mattermost that `httpserver` plays."""
    settings = load(
        {},
        database_url=database_url,
        secret_key="t" * 64,
        home=tmp_path / "home",
        mattermost_url=httpserver.url_for("/").rstrip("/"),
        mattermost_bot_token="bot-token",
    )
    made = assemble(settings, clock=clock, plugins=(UJI,))
    with made.database.write() as db:
        cast.settle(db)
        installation.put(db, "mattermost.callback_url", CALLBACK)
        register(db, TOKEN, TEAM, "uji")
    yield made
    made.database.dispose()


def register(db: Any, token: str, team: str, trigger: str) -> None:
    row = {"command_id": f"id{token[:20]}", "team_id": team, "trigger": trigger, "token_hash": token_hash(token)}
    db.execute(mattermost_command.insert().values(row))


@dataclass
class Desk:
    """Mattermost's side of the callbacks: recorded requests, with the words of the test in them."""

    hadir: Hadir
    app: Flask

    @property
    def http(self) -> FlaskClient:
        return self.app.test_client()

    def types(self, who: str, line: str, like: str = "command_request_channel", **fields: Any) -> TestResponse:
        name, _, text = line.removeprefix("/").partition(" ")
        form = recorded(like)["form"] | {"command": f"/{name}", "text": text, "user_id": f"id-{who}", "user_name": who}
        form = {key: value for key, value in (form | fields).items() if value is not None}
        return self.http.post("/mattermost/commands", data=form)

    def presses(self, who: str, action: dict[str, Any], like: str = "action_request_ephemeral", **fields: Any) -> TestResponse:
        context = action["integration"]["context"]
        body = recorded(like)["json"] | {"context": context, "user_id": f"id-{who}", "user_name": who} | fields
        return self.http.post("/mattermost/actions", json=body)

    def submits(self, who: str, dialog: dict[str, Any], like: str = "dialog_submission", **values: Any) -> TestResponse:
        body = recorded(like)["json"] | {"state": dialog["state"], "user_id": f"id-{who}", "submission": values}
        return self.http.post("/mattermost/dialogs", json=body)

    def audited(self, action: str) -> list[Any]:
        with self.hadir.database.read() as db:
            return list(db.execute(select(audit).where(audit.c.action == action).order_by(audit.c.id)))

    def queued(self) -> list[Any]:
        with self.hadir.database.read() as db:
            return list(db.execute(select(outbox).order_by(outbox.c.id)))

    def posted(self, key: str, post_id: str) -> None:
        """The worker has posted the row with that key."""
        with self.hadir.database.write() as db:
            values = {"state": "done", "result": {"message_id": post_id, "channel_id": "ch"}}
            assert db.execute(outbox.update().where(outbox.c.key == key).values(values)).rowcount == 1

    def person(self, who: str) -> people.Person:
        with self.hadir.database.read() as db:
            found = people.by_username(db, "mattermost", who)
        assert found
        return found


@pytest.fixture
def desk(service: Hadir) -> Desk:
    app = Flask("test")
    app.register_blueprint(blueprint(service, reload_seconds=0))
    return Desk(service, app)


@pytest.fixture
def dialogs(httpserver: HTTPServer) -> list[dict[str, Any]]:
    """The dialogs that were opened; the server says yes to each."""
    opened: list[dict[str, Any]] = []

    def answer(request: Any) -> Any:
        from werkzeug import Response

        assert request.headers["Authorization"] == "Bearer bot-token"
        opened.append(request.json)
        return Response('{"status":"OK"}', content_type="application/json")

    httpserver.expect_request("/api/v4/actions/dialogs/open", method="POST").respond_with_handler(answer)
    return opened


def actions(response: TestResponse) -> dict[str, dict[str, Any]]:
    """The buttons of an answer by their labels."""
    body = response.get_json()
    attached = body.get("attachments") or body["update"]["props"]["attachments"]
    return {action["name"]: action for attachment in attached for action in attachment["actions"]}


def later(**delta: float) -> datetime:
    from datetime import timedelta

    return (cast.MONDAY_0728 + timedelta(**delta)).astimezone(UTC)
