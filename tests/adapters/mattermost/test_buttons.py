"""Buttons: what they do when honest, and every way in which they are not."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from integration.adapters.mattermost.chat import MARK, post_mark
from integration.adapters.mattermost.signed import Made, sign_button
from integration.messages import Button
from tests import cast
from tests.adapters.mattermost.conftest import BOT, Desk, actions, later, recorded

HOOK = "y3xfbmdjgfdnxy6ftqw9bon5ic"  # of the recorded command


def button(desk: Desk, action: str, made: Made, value: str = "1", **kind: Any) -> dict[str, Any]:
    """A button that we made, as Mattermost stores it."""
    token = sign_button(desk.hadir.signer, Button("x", action, value, **kind), made, desk.hadir.clock())
    return {"integration": {"context": {"token": token}}}


@pytest.fixture
def approval(desk: Desk, dialogs: list[dict[str, Any]]) -> dict[str, Any]:
    """Siti asked, Budi got the direct message `post1`; its button."""
    desk.types("siti", "/uji form", response_url=None)
    assert desk.submits("siti", dialogs[-1]["dialog"], hari="besok", arah="in", alasan="").get_json() == {}
    desk.posted(f"ask:{desk.person('siti').id}", "post1")
    return button(desk, "uji.setujui", Made(to="id-budi", key=f"ask:{desk.person('siti').id}"))


def refused(desk: Desk, response: Any, reason: str) -> None:
    """403, with an audit row that says why."""
    assert response.status_code == 403
    assert response.headers["Content-Type"] == "application/json"
    rows = desk.audited("refused")
    assert rows, "no audit row"
    assert reason in rows[-1].reason


def test_a_menu_button_answers_where_the_command_was_typed(desk: Desk, httpserver: HTTPServer) -> None:
    """An `ephemeral_text` would hang under the menu, in a thread that nobody sees."""
    httpserver.expect_oneshot_request(f"/hooks/commands/{HOOK}", method="POST").respond_with_data("ok")
    menu = actions(desk.types("siti", "/uji"))
    assert desk.presses("siti", menu["Halo"]).get_json() == {}
    (sent, _response) = httpserver.log[-1]
    assert sent.json == {"response_type": "ephemeral", "text": "Halo Siti Rahayu: ", "skip_slack_parsing": True}


def test_a_button_of_a_direct_message_answers_below_it(desk: Desk, approval: dict[str, Any]) -> None:
    hello = button(desk, "uji.say", Made(to="id-budi", key=f"ask:{desk.person('siti').id}"), "halo")
    assert desk.presses("budi", hello, "action_request", post_id="post1").get_json() == {}
    answer = desk.queued()[-1]
    assert answer.payload["person"] == desk.person("budi").id
    assert "Budi Santoso" in answer.payload["message"]["text"]


def test_whom_no_message_can_reach_is_answered_in_the_thread(desk: Desk, httpserver: HTTPServer) -> None:
    httpserver.expect_request(f"/hooks/commands/{HOOK}").respond_with_json({"id": "x", "message": "used up"}, status=400)
    stranger = button(desk, "uji.say", Made(to="id-orang", hook=HOOK), "halo")
    body = desk.presses("orang", stranger).get_json()
    assert "belum ada di daftar" in body["ephemeral_text"]
    assert body["skip_slack_parsing"] is True


def test_a_menu_button_opens_a_form(desk: Desk, dialogs: list[dict[str, Any]]) -> None:
    menu = actions(desk.types("siti", "/uji"))
    assert desk.presses("siti", menu["Formulir"]).get_json() == {}
    assert dialogs[0]["trigger_id"] == recorded("action_request_ephemeral")["json"]["trigger_id"]


def test_buttons_in_the_answer_to_a_button_go_through_the_response_address(desk: Desk, httpserver: HTTPServer) -> None:
    httpserver.expect_oneshot_request(f"/hooks/commands/{HOOK}", method="POST").respond_with_data("ok")
    menu = actions(desk.types("siti", "/uji"))
    assert desk.presses("siti", menu["Menu"]).get_json() == {}
    (sent, _response) = httpserver.log[-1]
    assert sent.json["response_type"] == "ephemeral"
    assert [a["name"] for a in sent.json["attachments"][0]["actions"]] == ["Formulir", "Halo", "Menu"]


def test_where_that_address_is_used_up_they_come_as_a_direct_message(desk: Desk, httpserver: HTTPServer) -> None:
    httpserver.expect_request(f"/hooks/commands/{HOOK}").respond_with_json({"id": "x", "message": "used up"}, status=400)
    menu = actions(desk.types("siti", "/uji"))
    assert desk.presses("siti", menu["Menu"]).get_json() == {}
    [row] = desk.queued()
    assert row.payload["person"] == desk.person("siti").id
    assert len(row.payload["message"]["buttons"]) == 3


def test_an_approval_replaces_the_direct_message(desk: Desk, approval: dict[str, Any]) -> None:
    body = desk.presses("budi", approval, "action_request", post_id="post1").get_json()
    assert body == {"update": {"message": "Disetujui oleh Budi Santoso", "props": {}}}
    [row] = desk.audited("uji.approved")
    assert row.actor == cast.NIP["budi"]


def test_a_replacing_answer_can_have_buttons_again(desk: Desk, approval: dict[str, Any]) -> None:
    key = f"ask:{desk.person('siti').id}"
    again = button(desk, "uji.tanya", Made(to="id-budi", key=key))
    response = desk.presses("budi", again, "action_request", post_id="post1")
    assert response.get_json()["update"]["props"][MARK] == post_mark(key)
    yes = actions(response)["Ya"]
    body = desk.presses("budi", yes, "action_request", post_id="post1").get_json()
    assert body["update"]["message"] == "Disetujui oleh Budi Santoso"


def test_a_forged_button_is_refused(desk: Desk) -> None:
    refused(desk, desk.http.post("/mattermost/actions", json=recorded("action_request")["json"]), "forged")
    for context in ({"token": "abc.def"}, {"token": 5}, {}, None, "token"):
        body = recorded("action_request")["json"] | {"context": context}
        refused(desk, desk.http.post("/mattermost/actions", json=body), "forged")
    assert len(desk.audited("refused")) == 6


def test_a_tampered_button_is_refused(desk: Desk) -> None:
    menu = actions(desk.types("siti", "/uji"))["Halo"]
    token = menu["integration"]["context"]["token"]
    menu["integration"]["context"]["token"] = ("B" if token[0] == "A" else "A") + token[1:]
    refused(desk, desk.presses("siti", menu), "forged")


def test_a_token_made_for_a_dialog_is_no_button(desk: Desk, dialogs: list[dict[str, Any]]) -> None:
    desk.types("siti", "/uji form")
    state = dialogs[0]["dialog"]["state"]
    refused(desk, desk.presses("siti", {"integration": {"context": {"token": state}}}), "forged")


def test_an_expired_button_is_refused(desk: Desk, clock: cast.Clock) -> None:
    menu = actions(desk.types("siti", "/uji"))
    clock.now = later(days=0.5)
    refused(desk, desk.presses("siti", menu["Halo"]), "expired")


def test_another_persons_button_is_refused(desk: Desk, approval: dict[str, Any]) -> None:
    menu = actions(desk.types("siti", "/uji"))
    refused(desk, desk.presses("dewi", menu["Halo"]), "somebody else")
    refused(desk, desk.presses("siti", approval, "action_request", post_id="post1"), "somebody else")
    assert not desk.audited("uji.approved")


def test_a_button_for_nobody_on_no_post_is_refused(desk: Desk) -> None:
    refused(desk, desk.presses("siti", button(desk, "uji.setujui", Made())), "forged")


def test_a_button_on_another_post_is_refused(desk: Desk, approval: dict[str, Any], httpserver: HTTPServer) -> None:
    """A user posts a message of their own whose button carries a context of ours."""
    theirs = {"id": "post2", "user_id": "id-budi", "props": {MARK: post_mark(f"ask:{desk.person('siti').id}")}}
    httpserver.expect_request("/api/v4/users/me").respond_with_json({"id": BOT, "username": "hadir"})
    httpserver.expect_request("/api/v4/posts/post2").respond_with_json(theirs)
    refused(desk, desk.presses("budi", approval, "action_request", post_id="post2"), "not ours")
    refused(desk, desk.presses("budi", approval, "action_request", post_id="../users/me"), "not ours")
    assert not desk.audited("uji.approved")


def test_a_post_that_the_outbox_lost_is_asked_for(desk: Desk, approval: dict[str, Any], httpserver: HTTPServer) -> None:
    """The worker died between posting and remembering; the repeat made a second post."""
    ours = {"id": "post0", "user_id": BOT, "props": {MARK: post_mark(f"ask:{desk.person('siti').id}")}}
    httpserver.expect_request("/api/v4/users/me").respond_with_json({"id": BOT, "username": "hadir"})
    httpserver.expect_request("/api/v4/posts/post0").respond_with_json(ours)
    assert desk.presses("budi", approval, "action_request", post_id="post0").status_code == 200


def test_our_post_for_something_else_is_refused(desk: Desk, approval: dict[str, Any], httpserver: HTTPServer) -> None:
    other = {"id": "post3", "user_id": BOT, "props": {MARK: post_mark("another key")}}
    httpserver.expect_request("/api/v4/users/me").respond_with_json({"id": BOT, "username": "hadir"})
    httpserver.expect_request("/api/v4/posts/post3").respond_with_json(other)
    refused(desk, desk.presses("budi", approval, "action_request", post_id="post3"), "not ours")


def test_with_mattermost_down_an_unknown_post_is_refused(desk: Desk, approval: dict[str, Any], httpserver: HTTPServer) -> None:
    httpserver.expect_request("/api/v4/posts/post9").respond_with_data("", status=503)
    refused(desk, desk.presses("budi", approval, "action_request", post_id="post9"), "not ours")


def test_a_form_sent_to_the_buttons_is_refused(desk: Desk) -> None:
    refused(desk, desk.http.post("/mattermost/actions", json=recorded("dialog_submission")["json"]), "form")


def test_an_action_that_does_not_exist_is_refused(desk: Desk) -> None:
    refused(desk, desk.presses("siti", button(desk, "uji.hapus", Made(to="id-siti"))), "no such action")


def test_bodies_that_are_no_buttons(desk: Desk) -> None:
    post = desk.http.post
    assert post("/mattermost/actions", data={"user_id": "x"}).status_code == 415
    assert post("/mattermost/actions", data="{broken", content_type="application/json").status_code == 400
    assert post("/mattermost/actions", json=[1]).status_code == 400
    assert post("/mattermost/actions", json={"context": {}}).status_code == 400
    assert post("/mattermost/actions", data="[" * 100_000, content_type="application/json").status_code == 400
    assert post("/mattermost/actions", json={"x": "y" * (1 << 20)}).status_code == 413


def test_five_clicks_at_once_get_five_answers(desk: Desk, approval: dict[str, Any]) -> None:
    """One of them approves is the plugin's business; the adapter loses none."""
    with ThreadPoolExecutor(5) as pool:
        answers = list(pool.map(lambda _: desk.presses("budi", approval, "action_request", post_id="post1"), range(5)))
    assert {answer.status_code for answer in answers} == {200}
