"""The contract with Mattermost: our code against what real servers answered, and against what they sent us."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Connection, update

from integration import people
from integration.adapters.mattermost.chat import MattermostChat, connect
from integration.adapters.mattermost.routes import blueprint
from integration.adapters.mattermost.setup import Setup
from integration.app import assemble, manifest
from integration.core import Hadir
from integration.errors import DeliveryError
from integration.messages import Reply, Text
from integration.ports import Recipient
from integration.settings import load
from tests import cast
from tests.adapters.mattermost.conftest import register
from tests.adapters.mattermost.replay import RECORDED, Replay, section, shape

VERSIONS = sorted(path.name for path in RECORDED.glob("mattermost-*"))
CALLBACK = "http://hadir.example"
AFTERNOON = cast.at("2026-11-23T16:12+07:00")


@pytest.fixture(params=VERSIONS)
def version(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@contextmanager
def hadir_at(url: str, database_url: str, home: Path) -> Iterator[Hadir]:
    """The service with the real plugins, at the moment of the recording; `url` is the server it knows, if any."""
    given = {"mattermost_url": url, "mattermost_bot_token": "bot-token"} if url else {}
    settings = load({}, database_url=database_url, secret_key="t" * 64, home=home, **given)
    hadir = assemble(settings, clock=cast.Clock(AFTERNOON))
    try:
        yield hadir
    finally:
        hadir.database.dispose()


def connected(hadir: Hadir) -> MattermostChat:
    chat = connect(hadir)
    assert chat
    return chat


@pytest.fixture
def replayed(version: str, database_url: str, tmp_path: Path) -> Iterator[Any]:
    """`replayed("profiles")` is the chat platform in front of a server that answers as in that recording."""
    with ExitStack() as stack:

        def start(*names: str) -> MattermostChat:
            exchanges = [exchange for name in names for exchange in section(version, name)]
            me = next(e for e in section(version, "reminder") if e["path"] == "/api/v4/users/me")
            replay = Replay(*([me] if names != ("profiles",) else []), *exchanges)
            hadir = stack.enter_context(hadir_at(stack.enter_context(replay.serve()), database_url, tmp_path))
            chat = connected(hadir)
            stack.callback(chat.client.close)
            return chat

        yield start


def test_there_are_recordings() -> None:
    assert VERSIONS


def test_setup_creates_everything_and_then_finds_nothing(version: str, database_url: str, tmp_path: Path) -> None:
    first, again = section(version, "setup"), section(version, "setup-again")
    with Replay(*first, *again).serve() as url, hadir_at("", database_url, tmp_path) as hadir:
        with hadir.database.write() as db:
            cast.settle(db)
            names = people.account.c.username.in_(("siti", "budi", "dewi"))
            db.execute(people.account.delete().where(~names))
            db.execute(update(people.account).values(external_id=None))
            db.execute(update(people.person).values(email=""))  # the recording hides the addresses
        lines: list[str] = []

        def run() -> int:
            made = Setup(hadir, url, "admin-token", CALLBACK, manifest(), say=lines.append, dry_run=False)
            return made.run(["dinas"])

        # The accounts were asked for in the order of their rows.
        assert run() == len(lines)
        assert lines[:5] == [
            "create the bot @hadir",
            "create an access token for the bot and store it encrypted",
            "add the bot to the team dinas",
            "create /hadir in the team dinas",
            "store the hash of the token of /hadir",
        ]
        assert "link @siti to Siti Rahayu" in lines
        assert run() == 0
        assert "token-" not in str(lines)


def test_a_message_is_posted_once_however_often_it_is_sent(replayed: Any, version: str) -> None:
    chat = replayed("repeat")
    user = section(version, "repeat")[0]["request"][1]
    to = Recipient("mattermost", "person", user)
    assert chat.send(to, Reply(Text("sekali saja")), "once") == chat.send(to, Reply(Text("sekali saja")), "once")


def test_a_channel_without_the_bot(replayed: Any, version: str) -> None:
    channel = section(version, "not-a-member")[0]["request"]["channel_id"]
    chat = replayed("not-a-member")
    with pytest.raises(DeliveryError, match="/invite @hadir") as caught:
        chat.send(Recipient("mattermost", "channel", channel), Reply(Text("x")), "closed")
    assert caught.value.permanent


def test_profiles(replayed: Any, version: str) -> None:
    id = section(version, "profiles")[1]["path"].rpartition("/")[2]
    chat = replayed("profiles")
    found = chat.profile(username="siti")
    assert found == chat.profile(id=id)
    assert found.username == "siti"
    assert chat.profile(username="tidak.ada.orang") is None


# ---------------------------------------------------------------- what the server sends us


def recorded_people(db: Connection, exchanges: list[dict[str, Any]]) -> None:
    """The cast, with the ids that the recorded requests name, and the recorded command's token."""
    cast.settle(db)
    registered: set[str] = set()
    for exchange in exchanges:
        if exchange["path"] == "/mattermost/commands":
            form = {name: values[0] for name, values in exchange["request"].items()}
            who = people.account.c.username == form["user_name"]
            db.execute(update(people.account).where(who).values(external_id=form["user_id"]))
            if form["token"] not in registered:
                register(db, form["token"], form["team_id"], form["command"][1:])
            registered.add(form["token"])


# Dewi came in before she opened the menu.
STORIES = (("command", "menu"), ("correction",), ("file",))
MORNING = {"command": cast.at("2026-11-23T07:28+07:00")}


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story[-1])
def test_recorded_requests_are_answered_as_then(
    story: tuple[str, ...], version: str, database_url: str, tmp_path: Path
) -> None:
    """The same commands, buttons and dialogs: every signature is checked, and every answer has the shape it had."""
    exchanges = [exchange | {"section": name} for name in story for exchange in section(version, name)]
    # What the worker sends afterwards is no part of the answer.
    ours = [e for e in exchanges if e["path"].endswith("/dialogs/open") or e["path"].startswith("/hooks/")]
    with Replay(*ours).serve() as url, hadir_at(url, database_url, tmp_path) as hadir:
        with hadir.database.write() as db:
            recorded_people(db, exchanges)
        hadir.chats["mattermost"] = chat = connected(hadir)
        app = Flask("replay")
        app.register_blueprint(blueprint(hadir))
        for exchange in exchanges:
            if exchange["direction"] == "from_server":
                hadir.clock.now = MORNING.get(exchange["section"], AFTERNOON)  # type: ignore[attr-defined]
                answered_as_then(app, exchange)
        chat.client.close()


def answered_as_then(app: Flask, exchange: dict[str, Any]) -> None:
    form = exchange["path"] == "/mattermost/commands"
    given = {"data": exchange["request"]} if form else {"json": exchange["request"]}
    answer = app.test_client().post(exchange["path"], **given)
    assert answer.status_code == exchange["status"], answer.text
    assert answer.headers["Content-Type"] == exchange["headers"]["Content-Type"]
    assert shape(without_buttons(answer.get_json())) == shape(without_buttons(exchange["response"]))


def without_buttons(answer: dict[str, Any]) -> dict[str, Any]:
    """Which buttons fit depends on the day; that there are some does not."""
    return answer | {"attachments": bool(answer["attachments"])} if "attachments" in answer else answer


def test_recordings_hold_no_secret(version: str) -> None:
    for path in (RECORDED / version).glob("*.json"):
        text = path.read_text()
        assert "Bearer" not in text
        assert "@kantor.example" not in text
        for exchange in json.loads(text):
            token = exchange["request"].get("token") if isinstance(exchange["request"], dict) else None
            assert not token or token[0].startswith("token-")
