"""The walk-throughs of CONTRIBUTING.md, run as they are printed."""

from __future__ import annotations

import importlib
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from pytest_httpserver import HTTPServer
from sqlalchemy import select

import integration.adapters
import plugins
from integration import people
from integration.app import assemble
from integration.core import Hadir
from integration.errors import DeliveryError
from integration.messages import Reply, fill, plain, reply_from_json
from integration.outbox import outbox
from integration.ports import Recipient
from integration.settings import Settings
from tests import cast

BOOK = Path(__file__).parent.parent / "CONTRIBUTING.md"
_FILES = re.compile(r"```(?:python|po)\n# (\S+\.(?:py|po))\n(.*?)```", re.DOTALL)


@pytest.fixture
def printed(tmp_path: Path) -> Iterator[Path]:
    """The files that the book prints, as they would lie in the tree, importable under their names."""
    for name, content in _FILES.findall(BOOK.read_text(encoding="utf-8")):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    plugins.__path__.append(str(tmp_path / "plugins"))
    integration.adapters.__path__.append(str(tmp_path / "integration" / "adapters"))
    yield tmp_path
    plugins.__path__.pop()
    integration.adapters.__path__.pop()
    for name in [name for name in sys.modules if name.startswith(("plugins.salam", "integration.adapters.papan"))]:
        del sys.modules[name]


@pytest.fixture
def hadir(printed: Path, settings: Settings, clock: cast.Clock) -> Iterator[Hadir]:
    plugin = importlib.import_module("plugins.salam.plugin").PLUGIN
    service = assemble(settings, clock=clock, plugins=(plugin,))
    with service.database.write() as db:
        cast.settle(db)
    yield service
    service.database.dispose()


def _messages(hadir: Hadir, username: str) -> list[Reply]:
    with hadir.database.read() as db:
        who = people.search(db, cast.NIP[username])[0]
        query = select(outbox.c.payload).where(outbox.c.stream == f"person:{who.id}").order_by(outbox.c.id)
        return [reply_from_json(payload["message"]) for payload in db.scalars(query)]


def test_the_books_own_test_of_the_plugin(printed: Path, chat: Callable[[str], cast.Talker]) -> None:
    scope: dict[str, object] = {}
    exec((printed / "tests/plugins/salam/test_salam.py").read_text(), scope)  # noqa: S102  # our own book
    test = scope["test_a_greeting_and_its_answer"]
    assert callable(test)
    test(chat)


def test_the_plugin_greets_and_is_greeted_back_once(chat: Callable[[str], cast.Talker], hadir: Hadir) -> None:
    siti, dewi = chat("siti"), chat("dewi")
    siti.says("/SALAM  to @dewi selamat *pagi*")
    (message,) = _messages(hadir, "dewi")
    assert plain(message.text) == "Siti Rahayu menyapa Anda: selamat *pagi*"
    assert dewi.presses(message.buttons[0]) == "Sudah disapa balik."
    assert dewi.presses(message.buttons[0]) == "Anda sudah menyapa balik hari ini."
    assert [plain(message.text) for message in _messages(hadir, "siti")] == ["Dewi Lestari menyapa Anda kembali."]
    assert siti.says("/salam") == "Sapa seorang rekan: /salam kepada @budi selamat pagi"


def test_what_arrives_on_the_platform(hadir: Hadir) -> None:
    with hadir.database.write() as db:
        siti = people.search(db, cast.NIP["siti"])[0]
        db.execute(people.account.insert().values(platform="papan", username="siti", person_id=siti.id))
    app = Flask("papan")
    app.register_blueprint(importlib.import_module("integration.adapters.papan.routes").blueprint(hadir, "rahasia"))
    client = app.test_client()
    body = {"user_id": 7, "user_name": "siti", "line": "/salam kepada *"}
    assert client.post("/papan/commands", json=body).status_code == 401
    secret = {"X-Papan-Secret": "rahasia"}
    answer = client.post("/papan/commands", json=body, headers=secret).get_json()
    assert answer["text"] == "Tidak ada, atau lebih dari satu orang, bernama “\\*”."
    typo = client.post("/papan/commands", json=body | {"line": "/salam kpada dewi"}, headers=secret).get_json()
    assert typo["try_next"] == ["/salam kepada dewi"]


def test_what_leaves_for_the_platform(printed: Path, httpserver: HTTPServer) -> None:
    papan = importlib.import_module("integration.adapters.papan.chat").PapanChat(httpserver.url_for(""), "rahasia")
    to, message = Recipient("papan", "person", "7"), Reply(fill("Halo {name}", name="@all"))
    expected = {"to": "7", "kind": "person", "text": "Halo \\@all", "key": "kunci"}
    httpserver.expect_ordered_request("/messages", json=expected).respond_with_json({"id": 1, "room": "a"})
    assert papan.send(to, message, "kunci").message_id == "1"
    for status, permanent in ((403, True), (429, False), (503, False)):
        httpserver.expect_ordered_request("/messages").respond_with_data("", status=status)
        with pytest.raises(DeliveryError) as error:
            papan.send(to, message, "kunci")
        assert error.value.permanent is permanent
    httpserver.stop()
    with pytest.raises(DeliveryError, match="did not answer"):
        papan.profile(username="siti")
