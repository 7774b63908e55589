"""Mattermost's attachments and members: what our code asks, and what it makes of the answers and of trouble."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask import Flask
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from integration.adapters.mattermost import client, received
from integration.adapters.mattermost.chat import MattermostChat, connect
from integration.core import Hadir
from integration.errors import DeliveryError, NotMember
from integration.messages import Channel
from integration.ports import Attachment, Attachments, Members, Named
from tests import cast

API = "/api/v4"
FILE = Attachment("f1", "a.pdf", 6, "application/pdf", "m1", "u1", cast.MONDAY_0728)


@pytest.fixture
def chat(service: Hadir) -> Any:
    made = connect(service)
    assert made
    yield made
    made.client.close()


def post(id: str, at: int, *names: str, channel: str = "c1", user: str = "u1") -> dict[str, Any]:
    files = [{"id": f"{id}-{name}", "name": name, "size": 3, "mime_type": "text/plain", "delete_at": 0} for name in names]
    return {"id": id, "create_at": at, "channel_id": channel, "user_id": user, "metadata": {"files": files} if files else {}}


def posts(*these: dict[str, Any]) -> dict[str, Any]:
    return {"order": [each["id"] for each in these], "posts": {each["id"]: each for each in these}}


def refused(status: int) -> dict[str, Any]:
    return {"response_data": json.dumps({"id": "x", "message": "no"}), "status": status, "content_type": "application/json"}


def names(chat: MattermostChat, channel: Channel, limit: int = 10) -> list[str]:
    return [each.name for each in chat.attachments(channel, limit)]


def test_it_is_both_ports(chat: MattermostChat) -> None:
    assert isinstance(chat, Attachments)
    assert isinstance(chat, Members)
    assert isinstance(chat, Named)


def test_the_last_ones_of_the_channel_come_first(chat: MattermostChat, httpserver: HTTPServer) -> None:
    answer = posts(post("p1", 1000, "lama.txt"), post("p3", 3000, "a.txt", "b.txt"), post("p2", 2000))
    httpserver.expect_request(f"{API}/channels/c1/posts").respond_with_json(answer)
    assert names(chat, Channel("c1")) == ["a.txt", "b.txt", "lama.txt"]
    assert names(chat, Channel("c1"), 1) == ["a.txt"]
    [first, *_] = chat.attachments(Channel("c1"), 1)
    assert (first.id, first.message_id, first.by, first.size, first.at.isoformat()) == (
        "p3-a.txt",
        "p3",
        "u1",
        3,
        "1970-01-01T00:00:03+00:00",
    )


def test_a_message_before_its_thread_before_the_channel(chat: MattermostChat, httpserver: HTTPServer) -> None:
    httpserver.expect_request(f"{API}/posts/m1").respond_with_json(post("m1", 5, "pesan.txt"))
    httpserver.expect_request(f"{API}/posts/m2").respond_with_json(post("m2", 5))
    httpserver.expect_request(f"{API}/posts/hilang").respond_with_data(**refused(404))
    httpserver.expect_request(f"{API}/posts/r1/thread").respond_with_json(posts(post("r1", 1, "utas.txt")))
    httpserver.expect_request(f"{API}/channels/c1/posts").respond_with_json(posts(post("p1", 1, "kanal.txt")))
    assert names(chat, Channel("c1", message="m1", thread="r1")) == ["pesan.txt"]
    assert names(chat, Channel("c1", message="m2", thread="r1")) == ["utas.txt"]
    assert names(chat, Channel("c1", message="hilang")) == ["kanal.txt"]


def test_a_message_of_another_channel_gives_nothing(chat: MattermostChat, httpserver: HTTPServer) -> None:
    httpserver.expect_request(f"{API}/posts/m1").respond_with_json(post("m1", 5, "rahasia.txt", channel="c9"))
    httpserver.expect_request(f"{API}/channels/c1/posts").respond_with_json(posts())
    assert names(chat, Channel("c1", message="m1")) == []


def test_a_bot_that_is_not_a_member_says_how_to_invite_it(chat: MattermostChat, httpserver: HTTPServer) -> None:
    httpserver.expect_request(f"{API}/users/me").respond_with_json({"id": "b", "username": "hadir"})
    httpserver.expect_request(f"{API}/channels/c1/posts").respond_with_data(**refused(403))
    httpserver.expect_request(f"{API}/channels/c1").respond_with_data(**refused(403))
    httpserver.expect_request(f"{API}/users").respond_with_data(**refused(403))
    httpserver.expect_request(f"{API}/files/f1").respond_with_data(**refused(403))
    calls = (
        lambda: chat.attachments(Channel("c1"), 5),
        lambda: chat.members("c1"),
        lambda: chat.channel_name("c1"),
        lambda: list(chat.download(FILE)),
    )
    for call in calls:
        with pytest.raises(NotMember) as caught:
            call()
        assert caught.value.invite == "/invite @hadir"


def test_members_without_bots_and_without_who_is_gone(chat: MattermostChat, httpserver: HTTPServer) -> None:
    pages: list[str] = []

    def answer(request: Request) -> Response:
        pages.append(request.args["page"])
        assert (request.args["in_channel"], request.args["per_page"]) == ("c1", "200")
        number = 200 if request.args["page"] == "0" else 3
        users = [{"id": f"u{pages[-1]}-{n}", "username": f"n{n}", "delete_at": 0, "email": "A@b.id"} for n in range(number)]
        users[0]["is_bot"], users[1]["delete_at"] = True, 5
        return Response(json.dumps(users), content_type="application/json")

    httpserver.expect_request(f"{API}/users").respond_with_handler(answer)
    httpserver.expect_request(f"{API}/channels/c1").respond_with_json({"name": "umum", "display_name": "Umum"})
    found = chat.members("c1")
    assert (len(found), pages, found[0].email) == (199, ["0", "1"], "a@b.id")
    assert chat.channel_name("c1") == "Umum"


# ---------------------------------------------------------------- downloads


def test_a_download_comes_in_pieces(chat: MattermostChat, httpserver: HTTPServer) -> None:
    content = b"0123456789" * 100_000
    httpserver.expect_request(f"{API}/files/f1").respond_with_data(content, content_type="text/plain")
    pieces = list(chat.download(Attachment("f1", "a", len(content), "", "m", "u", cast.MONDAY_0728)))
    assert b"".join(pieces) == content
    assert len(pieces) > 1
    assert max(map(len, pieces)) <= client.PIECE_BYTES


@pytest.mark.parametrize(("size", "permanent"), [(3, True), (9, False)])
def test_more_or_less_than_was_named_is_an_error(
    chat: MattermostChat, httpserver: HTTPServer, size: int, permanent: bool
) -> None:
    httpserver.expect_request(f"{API}/files/f1").respond_with_data(b"123456")
    with pytest.raises(DeliveryError) as caught:
        list(chat.download(Attachment("f1", "a", size, "", "m", "u", cast.MONDAY_0728)))
    assert caught.value.permanent is permanent


def test_a_file_that_is_gone_is_permanent_and_an_overload_is_not(chat: MattermostChat, httpserver: HTTPServer) -> None:
    httpserver.expect_request(f"{API}/files/f1").respond_with_data(**refused(404))
    with pytest.raises(DeliveryError) as caught:
        list(chat.download(FILE))
    assert caught.value.permanent
    httpserver.clear()
    httpserver.expect_request(f"{API}/files/f1").respond_with_data("busy", status=503)
    with pytest.raises(DeliveryError) as caught:
        list(chat.download(FILE))
    assert not caught.value.permanent


def test_only_the_beginning_is_repeated(chat: MattermostChat, httpserver: HTTPServer) -> None:
    httpserver.expect_ordered_request(f"{API}/files/f1").respond_with_data("busy", status=502)
    httpserver.expect_ordered_request(f"{API}/files/f1").respond_with_data(b"123456")
    assert b"".join(chat.download(FILE)) == b"123456"


def test_a_command_in_a_thread_brings_its_root() -> None:
    form = {"channel_id": "c1", "channel_name": "umum", "root_id": "r1"}
    with Flask("x").test_request_context("/", method="POST", data=form):
        fields = received.form_body()
    assert received.command_channel(fields) == Channel("c1", "umum", "", False, "r1", "")
    pressed = received.callback_channel({"channel_id": "c1", "post_id": "m1"})
    assert (pressed.message, pressed.thread) == ("m1", "")


# ---------------------------------------------------------------- channels by name


def teams(httpserver: HTTPServer, *ids: str) -> None:
    httpserver.expect_request(f"{API}/users/me/teams").respond_with_json([{"id": id, "name": id} for id in ids])


def channel_of(httpserver: HTTPServer, team: str, name: str, **more: Any) -> str:
    found = {"id": f"{team}-{name}", "name": name, "delete_at": 0} | more
    httpserver.expect_request(f"{API}/teams/{team}/channels/name/{name}").respond_with_json(found)
    return f"{API}/channels/{found['id']}/members"


def test_a_channel_is_found_by_its_name_where_the_person_is_in_it(chat: MattermostChat, httpserver: HTTPServer) -> None:
    """Two teams have one of that name."""
    teams(httpserver, "t1", "t2")
    first, second = channel_of(httpserver, "t1", "umum"), channel_of(httpserver, "t2", "umum")
    httpserver.expect_request(f"{first}/budi").respond_with_data(**refused(404))
    httpserver.expect_request(f"{second}/budi").respond_with_json({"user_id": "budi"})
    assert chat.channel_named("Umum", "budi") == Channel("t2-umum", "umum")


@pytest.mark.parametrize("why", ["not a member", "archived", "private", "no such name", "another word"])
def test_channels_of_which_the_person_is_no_member_do_not_exist(chat: MattermostChat, httpserver: HTTPServer, why: str) -> None:
    teams(httpserver, "t1")
    if why in ("not a member", "archived"):
        members = channel_of(httpserver, "t1", "umum", delete_at=5 if why == "archived" else 0)
        httpserver.expect_request(f"{members}/budi").respond_with_data(**refused(404))
    else:
        status = {"private": 403, "no such name": 404, "another word": 400}[why]
        httpserver.expect_request(f"{API}/teams/t1/channels/name/umum").respond_with_data(**refused(status))
    assert chat.channel_named("umum", "budi") is None


def test_a_channel_whose_members_the_bot_may_not_see(chat: MattermostChat, httpserver: HTTPServer) -> None:
    teams(httpserver, "t1")
    members = channel_of(httpserver, "t1", "umum")
    httpserver.expect_request(f"{members}/budi").respond_with_data(**refused(403))
    httpserver.expect_request(f"{API}/users/me").respond_with_json({"id": "bot", "username": "hadir"})
    with pytest.raises(NotMember) as caught:
        chat.channel_named("umum", "budi")
    assert caught.value.invite == "/invite @hadir"


def test_a_server_that_is_ill_finds_no_channel(chat: MattermostChat, httpserver: HTTPServer) -> None:
    httpserver.expect_request(f"{API}/users/me/teams").respond_with_data("", status=500)
    with pytest.raises(DeliveryError) as caught:
        chat.channel_named("umum", "budi")
    assert not caught.value.permanent
