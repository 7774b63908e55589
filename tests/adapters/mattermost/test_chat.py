"""Posting to people and channels, and asking who somebody is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from integration import installation
from integration.adapters.mattermost.chat import MARK, MattermostChat, connect, post_mark
from integration.adapters.mattermost.errors import MattermostError
from integration.adapters.mattermost.signed import read_button
from integration.app import assemble
from integration.core import Hadir
from integration.messages import Button, File, Reply, Text, fill
from integration.ports import Profile, Recipient
from integration.settings import load
from tests.adapters.mattermost.conftest import BOT, CALLBACK

SITI = Recipient("mattermost", "person", "id-siti")
PUB = Recipient("mattermost", "channel", "chan")


@pytest.fixture
def chat(service: Hadir, httpserver: HTTPServer) -> MattermostChat:
    httpserver.expect_request("/api/v4/users/me").respond_with_json({"id": BOT, "username": "hadir"})
    httpserver.expect_request("/api/v4/channels/direct", method="POST", json=[BOT, "id-siti"]).respond_with_json({"id": "dm"})
    made = connect(service)
    assert made
    return made


@pytest.fixture
def posts(httpserver: HTTPServer) -> list[dict[str, Any]]:
    seen: list[dict[str, Any]] = []

    def answer(request: Request) -> Response:
        seen.append(request.json)
        return Response(f'{{"id": "post{len(seen)}"}}', 201, content_type="application/json")

    httpserver.expect_request("/api/v4/posts", method="POST").respond_with_handler(answer)
    return seen


def test_a_direct_message(chat: MattermostChat, posts: list[dict[str, Any]]) -> None:
    sent = chat.send(SITI, Reply(fill("Halo {name}", name="@all")), "k1")
    assert (sent.message_id, sent.channel_id) == ("post1", "dm")
    assert posts[0]["message"] == "Halo @\u200ball"
    assert posts[0]["props"] == {MARK: post_mark("k1")}


def test_a_repeat_carries_the_same_id(chat: MattermostChat, posts: list[dict[str, Any]]) -> None:
    for key in ("k1", "k1", "k2"):
        chat.send(SITI, Reply(Text("x")), key)
    first, again, other = (post["pending_post_id"] for post in posts)
    assert first == again != other
    assert first.startswith(f"{BOT}:")


def test_buttons_are_signed_for_their_reader(chat: MattermostChat, posts: list[dict[str, Any]], service: Hadir) -> None:
    chat.send(SITI, Reply(Text("?"), buttons=(Button("Setujui", "uji.setujui", "7", days=3),)), "k1")
    chat.send(PUB, Reply(Text("?"), buttons=(Button("Setujui", "uji.setujui", "7"),)), "k2")
    integrations = [post["props"]["attachments"][0]["actions"][0]["integration"] for post in posts]
    assert integrations[0]["url"] == f"{CALLBACK}/mattermost/actions"
    mine, anybodys = (read_button(service.signer, i["context"]["token"], service.clock()) for i in integrations)
    assert (mine.action, mine.value, mine.made.to, mine.made.key) == ("uji.setujui", "7", "id-siti", "k1")
    assert (anybodys.made.to, anybodys.made.key) == ("", "k2")


def test_files_are_uploaded_first(chat: MattermostChat, posts: list[dict[str, Any]], httpserver: HTTPServer) -> None:
    uploaded: list[tuple[str | None, str, bytes]] = []

    def upload(request: Request) -> Response:
        file = request.files["files"]
        uploaded.append((request.form["channel_id"], file.filename or "", file.read()))
        return Response('{"file_infos": [{"id": "f1"}]}', 201, content_type="application/json")

    httpserver.expect_request("/api/v4/files", method="POST").respond_with_handler(upload)
    chat.send(SITI, Reply(Text("Rekap"), files=(File("rekap november é.xlsx", "application/zip", b"PK"),)), "k1")
    assert uploaded == [("dm", "rekap november é.xlsx", b"PK")]
    assert posts[0]["file_ids"] == ["f1"]


def test_a_channel_without_the_bot_names_the_cure(chat: MattermostChat, httpserver: HTTPServer) -> None:
    refusal = {"id": "api.context.permissions.app_error", "message": "no"}
    httpserver.expect_request("/api/v4/posts", method="POST").respond_with_json(refusal, status=403)
    with pytest.raises(MattermostError, match="/invite @hadir") as caught:
        chat.send(PUB, Reply(Text("x")), "k1")
    assert caught.value.permanent


def test_an_account_that_is_gone_is_final(chat: MattermostChat, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/api/v4/channels/direct").respond_with_json({"id": "x", "message": "no user"}, status=404)
    with pytest.raises(MattermostError, match="no user id-gone") as caught:
        chat.send(Recipient("mattermost", "person", "id-gone"), Reply(Text("x")), "k1")
    assert caught.value.permanent


def test_mattermost_down_is_for_the_outbox_to_repeat(chat: MattermostChat, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/api/v4/posts", method="POST").respond_with_data("", status=502)
    with pytest.raises(MattermostError) as caught:
        chat.send(SITI, Reply(Text("x")), "k1")
    assert not caught.value.permanent


def test_profiles(chat: MattermostChat, httpserver: HTTPServer) -> None:
    siti = {"id": "id-siti", "username": "siti", "email": "Siti@Kantor.example", "first_name": "Siti", "last_name": "Rahayu"}
    httpserver.expect_request("/api/v4/users/id-siti").respond_with_json(siti)
    httpserver.expect_request("/api/v4/users/username/siti").respond_with_json(siti)
    httpserver.expect_request("/api/v4/users/username/gone").respond_with_json(siti | {"delete_at": 5})
    httpserver.expect_request("/api/v4/users/username/nobody").respond_with_json({"id": "x"}, status=404)
    expected = Profile("id-siti", "siti", "siti@kantor.example", "Siti Rahayu")
    assert chat.profile(id="id-siti") == chat.profile(username="siti") == expected
    assert chat.profile(username="gone") is None
    assert chat.profile(username="nobody") is None


def test_a_username_is_not_a_path(chat: MattermostChat, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/api/v4/users/username/../me").respond_with_json({"id": "x"}, status=404)
    assert chat.profile(username="../me") is None


def test_a_token_that_setup_renewed_is_picked_up(
    database_url: str, tmp_path: Any, httpserver: HTTPServer, posts: list[dict[str, Any]]
) -> None:
    hadir = assemble(load({}, database_url=database_url, secret_key="t" * 64, home=tmp_path), plugins=())

    def store(token: str) -> None:
        with hadir.database.write() as db:
            installation.put(db, "mattermost.url", httpserver.url_for(""))
            installation.put_secret(db, hadir.signer, "mattermost.bot_token", token)

    def me(request: Request) -> Response:
        fresh = request.headers["Authorization"] == "Bearer new"
        return Response('{"id": "b", "username": "hadir"}', 200 if fresh else 401, content_type="application/json")

    httpserver.expect_request("/api/v4/users/me").respond_with_handler(me)
    assert connect(hadir) is None
    store("old")
    chat = connect(hadir)
    assert chat
    store("new")
    assert chat.send(PUB, Reply(Text("x")), "k").message_id == "post1"
    hadir.database.dispose()


# ---------------------------------------------------------------- threads


def test_below_another_post(chat: MattermostChat, posts: list[dict[str, Any]]) -> None:
    sent = chat.send(replace(PUB, thread="root1"), Reply(Text("x")), "k1")
    assert (posts[0]["root_id"], sent.thread) == ("root1", "root1")
    assert chat.send(PUB, Reply(Text("x")), "k2").thread == ""
    assert "root_id" not in posts[1]


@pytest.mark.parametrize("error", ["root_id", "channel_root_id"])
def test_below_a_post_that_somebody_has_deleted(chat: MattermostChat, httpserver: HTTPServer, error: str) -> None:
    seen: list[dict[str, Any]] = []

    def answer(request: Request) -> Response:
        seen.append(request.json)
        if request.json.get("root_id"):
            body = f'{{"id": "api.post.create_post.{error}.app_error", "message": "Invalid", "status_code": 400}}'
            return Response(body, 400, content_type="application/json")
        return Response('{"id": "post1"}', 201, content_type="application/json")

    httpserver.expect_request("/api/v4/posts", method="POST").respond_with_handler(answer)
    sent = chat.send(replace(PUB, thread="root1"), Reply(Text("x"), files=()), "k1")
    assert (sent.message_id, sent.channel_id, sent.thread) == ("post1", "chan", "")
    assert [post.get("root_id", "") for post in seen] == ["root1", ""]
    assert seen[0]["pending_post_id"] == seen[1]["pending_post_id"]


def test_another_refusal_of_a_post_in_a_thread_is_one(chat: MattermostChat, httpserver: HTTPServer) -> None:
    body = {"id": "api.context.permissions.app_error", "message": "no", "status_code": 403}
    httpserver.expect_request("/api/v4/posts", method="POST").respond_with_json(body, status=403)
    with pytest.raises(MattermostError, match="/invite @hadir"):
        chat.send(replace(PUB, thread="root1"), Reply(Text("x")), "k1")
