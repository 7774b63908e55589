"""What somebody who can reach the three addresses may try: wrong tokens, wrong shapes, wrong characters, floods."""

from __future__ import annotations

import io
import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import func, select

from integration.adapters.mattermost.known import token_hash
from integration.adapters.mattermost.signed import Made, sign_button
from integration.adapters.mattermost.tables import mattermost_command
from integration.audit import audit
from integration.core import Hadir
from integration.messages import Button
from plugins.hadir.tables import attendance_event
from tests.adapters.mattermost.conftest import TEAM, TOKEN, Desk, recorded, register
from tests.security.conftest import person_id

pytestmark = pytest.mark.in_turn

ACTIONS, DIALOGS, COMMANDS = "/mattermost/actions", "/mattermost/dialogs", "/mattermost/commands"
FORM = "application/x-www-form-urlencoded"


def stamps(hadir: Hadir) -> int:
    with hadir.database.read() as db:
        return db.scalar(select(func.count()).select_from(attendance_event)) or 0


def press(desk: Desk, who: str, action: str, value: str, **body: Any) -> Any:
    """A button of ours, pressed by the person it was made for, with anything else in the body changed."""
    token = sign_button(desk.hadir.signer, Button("x", action, value), Made(to=f"id-{who}"), desk.hadir.clock())
    sent = recorded("action_request")["json"] | {"user_id": f"id-{who}", "context": {"token": token}} | body
    return desk.http.post(ACTIONS, json=sent)


# ---------------------------------------------------------------- the token of a slash command


def test_an_empty_token_is_wrong_even_if_setup_was_told_an_empty_one(desk: Desk) -> None:
    """Mattermost hides tokens by leaving them empty; a hash of nothing must not let everybody in."""
    with desk.hadir.database.write() as db:
        db.execute(mattermost_command.update().values(token_hash=token_hash("")))
    assert desk.types("siti", "/hadir masuk", token="").status_code == 401
    assert desk.types("siti", "/hadir masuk", token=None).status_code == 401
    assert stamps(desk.hadir) == 0


@pytest.mark.parametrize(
    "fields",
    [
        {"token": TOKEN[:-1]},
        {"token": TOKEN.upper()},
        {"token": TOKEN + " "},
        {"token": [TOKEN + "x", TOKEN]},
        {"team_id": "another-team"},
        {"team_id": ""},
        {"team_id": None},
        {"command": "/lain"},
        {"command": None},
        {"token": "x" * 500_000},
        {"team_id": "x" * 500_000},
        {"token": "\x00"},
    ],
)
def test_a_token_serves_one_command_of_one_team(desk: Desk, fields: dict[str, Any]) -> None:
    assert desk.types("siti", "/hadir masuk", **fields).status_code == 401
    assert stamps(desk.hadir) == 0


def test_the_token_of_another_teams_command_is_wrong_here(desk: Desk) -> None:
    with desk.hadir.database.write() as db:
        register(db, "another-token", "another-team", "hadir")
        register(db, "rapat-token", TEAM, "rapat")
    assert desk.types("siti", "/hadir masuk", token="another-token").status_code == 401
    assert desk.types("siti", "/hadir masuk", token="rapat-token").status_code == 401
    assert desk.types("siti", "/hadir masuk", token="another-token", team_id="another-team").status_code == 200


def test_guessing_tokens_asks_the_database_once_in_a_while(desk: Desk, service: Hadir) -> None:
    from flask import Flask
    from sqlalchemy import event

    from integration.adapters.mattermost.routes import blueprint

    app = Flask("test")
    app.register_blueprint(blueprint(service))
    seen: list[str] = []
    event.listen(service.database.engine, "before_cursor_execute", lambda *a: seen.append(a[2]))
    form = recorded("command_request_channel")["form"] | {"command": "/hadir"}
    for number in range(50):
        assert app.test_client().post(COMMANDS, data=form | {"token": f"guess{number}"}).status_code == 401
    assert len([statement for statement in seen if statement.startswith("SELECT")]) <= 4


def test_the_log_of_a_wrong_token_is_short_and_without_the_token(desk: Desk, logged: io.StringIO) -> None:
    desk.types("siti", "/hadir masuk rahasia", token="guess-guess", team_id="t" * 100_000, command="/" + "c" * 100_000)
    assert "guess-guess" not in logged.getvalue()
    assert "rahasia" not in logged.getvalue()
    assert len(logged.getvalue()) < 2000


def test_any_user_id_may_be_named_only_by_who_has_the_token(desk: Desk) -> None:
    """The command's secret is all that proves the sender; nothing of the body counts without it."""
    for fields in ({"user_id": "id-budi"}, {"user_name": "budi"}, {"Authorization": "Bearer x"}):
        assert desk.types("siti", "/hadir masuk", token="wrong", **fields).status_code == 401


# ---------------------------------------------------------------- shapes


@pytest.mark.parametrize("address", [ACTIONS, DIALOGS])
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b'"x"',
        b"{",
        b'{"user_id": "\xff"}',
        b"\xff\xfe{\x00}\x00",
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"user_id":' + b"9" * 5000 + b"}",
        b'{"user_id": 5}',
        b'{"user_id": null}',
        b'{"user_id": {"a": 1}}',
        b'{"user_id": ""}',
    ],
)
def test_a_body_of_another_shape_is_a_bad_request(desk: Desk, address: str, body: bytes) -> None:
    assert desk.http.post(address, data=body, content_type="application/json").status_code == 400


# Whatever an outsider sends, the answer is a refusal with an audit row: never a 500, never nothing in the audit.
FORGED: tuple[dict[str, Any], ...] = (
    {"context": {"token": "x"}},
    {"context": {"token": "\ud800"}},
    {"context": {"token": "\x00"}},
    {"context": {"token": "x" * 500_000}},
    {"context": {"token": ["x"]}},
    {"context": {"token": {"token": "x"}}},
    {"context": [1, 2]},
    {"post_id": "\x00"},
    {"post_id": "\ud800"},
    {"post_id": "x" * 500_000},
    {"post_id": {"a": ["b"] * 1000}},
    {"post_id": ["a"], "trigger_id": ["b"]},
    {"user_id": "x\x00y"},
    {"user_id": "\ud800x"},
    {"user_id": "x" * 500_000},
    {"user_id": "👻" * 10_000},
    {"user_name": "\x00\ud800"},
    {"user_name": 7, "channel_id": 8, "team_id": None},
    {"channel_id": "\x00\ud800"},
    {"type": {"a": 1}},
    {"type": "\ud800"},
)


@pytest.mark.parametrize("number", range(len(FORGED)))
def test_a_forged_button_leaves_an_audit_row_whatever_is_in_it(desk: Desk, number: int) -> None:
    body = recorded("action_request")["json"] | {"context": {"token": "forged"}} | FORGED[number]
    response = desk.http.post(ACTIONS, data=json.dumps(body), content_type="application/json")
    assert response.status_code == 403
    assert len(desk.audited("refused")) == 1


@pytest.mark.parametrize("number", range(len(FORGED)))
def test_a_forged_form_leaves_an_audit_row_whatever_is_in_it(desk: Desk, number: int) -> None:
    body = recorded("dialog_submission")["json"] | {"state": "forged"} | FORGED[number]
    response = desk.http.post(DIALOGS, data=json.dumps(body), content_type="application/json")
    assert response.status_code == 403
    assert len(desk.audited("refused")) == 1


@pytest.mark.parametrize("state", ["\ud800", "\x00", "", None, 7, ["x"], "x" * 900_000, "a.b.c", "." * 1000])
def test_a_forged_state_is_refused(desk: Desk, state: Any) -> None:
    body = recorded("dialog_submission")["json"] | {"state": state}
    assert desk.http.post(DIALOGS, data=json.dumps(body), content_type="application/json").status_code == 403
    assert "forged" in desk.audited("refused")[-1].reason


def test_what_a_stranger_sends_fills_neither_the_log_nor_the_audit(desk: Desk, logged: io.StringIO) -> None:
    big = "x" * 200_000
    desk.http.post(ACTIONS, json={"user_id": big, "user_name": big, "post_id": big, "context": {"token": big}})
    [row] = desk.audited("refused")
    assert max(len(row.actor), len(row.object), len(row.reason)) <= 200
    assert len(logged.getvalue()) < 2000


def test_control_characters_of_a_stranger_do_not_reach_the_administrators_terminal(desk: Desk) -> None:
    for post in ("\x1b]0;owned\x07", "\x1b[2J", "\u202egnp.exe", "a\nb\rc"):
        desk.http.post(ACTIONS, json={"user_id": f"x{post}", "post_id": post, "context": {"token": "x"}})
    rows = desk.audited("refused")
    assert len(rows) == 4
    for row in rows:
        for words in (row.actor, row.object, row.reason):
            assert words.replace("\n", "").isprintable(), repr(words)


def test_keys_that_come_twice_count_once(desk: Desk) -> None:
    """Which of two equal keys counts must not differ between who verifies and who acts."""
    ours = sign_button(desk.hadir.signer, Button("x", "hadir.say", "masuk wfh"), Made(to="id-siti"), desk.hadir.clock())
    body = f'{{"user_id": "id-siti", "user_id": "id-budi", "context": {{"token": "{ours}"}}}}'
    assert desk.http.post(ACTIONS, data=body, content_type="application/json").status_code == 403
    assert stamps(desk.hadir) == 0


def test_numbers_that_are_none_are_only_wrong_values(desk: Desk, dialogs: list[dict[str, Any]]) -> None:
    desk.types("siti", "/hadir koreksi")
    state = dialogs[-1]["dialog"]["state"]
    head = f'{{"type": "dialog_submission", "user_id": "id-siti", "state": "{state}", "submission": '
    for wrong in (
        '{"day": NaN, "time": Infinity}',
        '{"day": 1e400, "reason": -0.0}',
        '{"day": 1e308, "kind": []}',
        "[]",
        "null",
    ):
        response = desk.http.post(DIALOGS, data=head + wrong + "}", content_type="application/json")
        assert response.status_code == 200
        assert response.get_json()["errors"], wrong
    assert not desk.audited("correction.requested")


@pytest.mark.parametrize("typed", ["text/plain", "multipart/form-data; boundary=x", "application/xml", ""])
def test_other_content_types(desk: Desk, typed: str) -> None:
    for address in (COMMANDS, ACTIONS, DIALOGS):
        assert desk.http.post(address, data=b"{}", content_type=typed).status_code == 415
        assert desk.http.get(address).status_code == 405


def test_a_thousand_fields_are_enough(desk: Desk) -> None:
    body = "&".join(f"a{number}=1" for number in range(200_000))
    assert len(body) > 1 << 20
    assert desk.http.post(COMMANDS, data=body[: 1 << 20], content_type=FORM).status_code == 400
    assert desk.http.post(COMMANDS, data="a=%ff", content_type=FORM).status_code == 400
    assert desk.http.post(COMMANDS, data="a=%ed%a0%80", content_type=FORM).status_code == 400


# ---------------------------------------------------------------- one address's body at another


def test_a_button_sent_to_the_forms_is_refused(desk: Desk) -> None:
    body = recorded("action_request")["json"]
    assert desk.http.post(DIALOGS, json=body).status_code == 403
    assert desk.audited("refused")[-1].object == "dialog"


@pytest.mark.parametrize("kind", ["dialog_cancellation", "dialog_lookup", "DIALOG_SUBMISSION", "", None, 5])
def test_only_a_submission_submits(desk: Desk, dialogs: list[dict[str, Any]], kind: Any) -> None:
    desk.types("siti", "/hadir koreksi")
    state = dialogs[-1]["dialog"]["state"]
    body = {"type": kind, "user_id": "id-siti", "state": state, "submission": {"day": "2026-11-20"}}
    assert desk.http.post(DIALOGS, json=body).status_code == 403


def test_a_forms_state_is_no_button_and_no_web_form(desk: Desk, dialogs: list[dict[str, Any]]) -> None:
    desk.types("siti", "/hadir koreksi")
    state = dialogs[-1]["dialog"]["state"]
    body = recorded("action_request")["json"] | {"user_id": "id-siti", "context": {"token": state}}
    assert desk.http.post(ACTIONS, json=body).status_code == 403
    assert desk.http.get(f"/form/{state}").status_code == 403


def test_a_room_button_is_no_mattermost_button(desk: Desk) -> None:
    """Whatever else was signed by this installation: a token of another shape is refused, not an error."""
    from datetime import timedelta

    signer, now = desk.hadir.signer, desk.hadir.clock()
    other = {"m": 1, "l": "Masuk", "a": "hadir.say", "v": "masuk wfh"}
    for purpose in ("button", "dialog", "form", "file"):
        token = signer.sign(purpose, other, now=now, valid=timedelta(hours=1))  # type: ignore[arg-type]
        body = recorded("action_request")["json"] | {"user_id": "id-siti", "context": {"token": token}}
        assert desk.http.post(ACTIONS, json=body).status_code == 403, purpose
        body = recorded("dialog_submission")["json"] | {"user_id": "id-siti", "state": token}
        assert desk.http.post(DIALOGS, json=body).status_code == 403, purpose
        assert desk.http.get(f"/form/{token}").status_code == 403, purpose
    assert stamps(desk.hadir) == 0


# ---------------------------------------------------------------- strangers


def test_a_stranger_with_impossible_names_gets_the_friendly_answer(desk: Desk) -> None:
    """What Mattermost sends may hold anything that its users can make it hold."""
    for name, number in (("x" * 5000, "a"), ("nul\x00l", "b"), ("👻" * 10_000, "c"), ("", "d")):
        response = desk.types("siti", "/hadir masuk", user_id=f"stranger-{number}\x00", user_name=name)
        assert response.status_code == 200
        assert "belum ada" in response.get_json()["text"] or "Halo" in response.get_json()["text"], response.get_json()
    assert len(desk.audited("people.link_requested")) == 4


def test_a_stranger_who_repeats_himself_makes_one_row(desk: Desk) -> None:
    for number in range(20):
        desk.types("siti", f"/hadir masuk {number}", user_id="stranger", user_name="stranger")
    assert len(desk.audited("people.link_requested")) == 1


def test_a_flood_of_forged_buttons_does_not_fill_the_audit(desk: Desk) -> None:
    """Each is refused; the audit says how many there were, and the database is not kept busy by strangers."""
    for number in range(400):
        assert desk.http.post(ACTIONS, json={"user_id": f"x{number}", "context": {}}).status_code == 403
    with desk.hadir.database.read() as db:
        assert (db.scalar(select(func.count()).select_from(audit)) or 0) <= 150


# ---------------------------------------------------------------- buttons with other people's numbers


def test_the_value_of_a_button_may_be_anything_and_nothing_breaks(desk: Desk) -> None:
    """Values are signed, so these come from a defect of ours or from an older version; the answer is a sentence."""
    actions = ("place", "recap", "recap_xlsx", "correction_approve", "correction_reject", "correction_withdraw", "say")
    for action in actions:
        for value in (
            "",
            "x",
            "-1",
            "0",
            "1 2 3",
            "9" * 30,
            "99999999999 wfh w",
            "1 rumah w",
            "2026-11:person:999999999",
            "\x00",
            "²",
        ):
            response = press(desk, "siti", f"hadir.{action}", value)
            assert response.status_code == 200, (action, value)
            said = json.dumps(response.get_json())
            assert "kode" not in said, (action, value, said)


def test_five_approvals_and_rejections_at_once_make_one_decision(desk: Desk, dialogs: list[dict[str, Any]]) -> None:
    from datetime import timedelta

    siti = "/hadir koreksi 20/11 masuk 07.30 lupa"
    assert "terkirim" in desk.types("siti", siti).get_json()["text"]
    key = f"correction:1:asked:{person_id(desk.hadir, 'budi')}"
    desk.posted(key, "post1")
    made, now = Made(to="id-budi", key=key), desk.hadir.clock()

    def token(action: str, made: Made) -> dict[str, Any]:
        signed = sign_button(desk.hadir.signer, Button("x", action, "1", days=60), made, now)
        return {"integration": {"context": {"token": signed}}}

    desk.presses("budi", token("hadir.correction_reject", made), "action_request", post_id="post1")
    state = dialogs[-1]["dialog"]

    def act(number: int) -> int:
        if number % 3 == 0:
            return desk.submits("budi", state, reason=f"tidak {number}").status_code
        if number % 3 == 1:
            return desk.presses("budi", token("hadir.correction_approve", made), "action_request", post_id="post1").status_code
        return desk.presses("siti", token("hadir.correction_withdraw", Made(to="id-siti"))).status_code

    with ThreadPoolExecutor(5) as pool:
        codes = list(pool.map(act, range(15)))
    assert set(codes) <= {200, 403}  # 403: the form was used
    decided = [len(desk.audited(f"correction.{state}")) for state in ("approved", "rejected", "withdrawn")]
    assert sum(decided) == 1
    assert stamps(desk.hadir) == decided[0]
    assert timedelta(0) == desk.hadir.clock() - now
