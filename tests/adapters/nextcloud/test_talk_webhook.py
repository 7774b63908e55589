"""Talk's webhook: what was recorded is understood, and nothing else gets in."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from integration import installation
from integration.adapters.nextcloud.talk.received import BadBody, answered_words, read
from integration.app import assemble, create_app
from integration.audit import audit
from integration.core import Hadir
from integration.hearing import inbox
from integration.outbox import outbox
from integration.ports import Said
from integration.settings import Settings
from tests import cast
from tests.adapters.nextcloud.talk_town import ACCOUNT, HOOK, SECRET, signed

pytestmark = pytest.mark.in_turn

PAYLOADS = Path(__file__).parents[2] / "recorded" / "nextcloud-32.0.1"


def recorded(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((PAYLOADS / f"talk-webhook-{name}.json").read_text(encoding="utf-8"))
    return found


@pytest.fixture
def hadir(settings: Settings, clock: cast.Clock) -> Iterator[Hadir]:
    given = {"nextcloud_url": "http://127.0.0.1:9", "nextcloud_user": ACCOUNT}
    service = assemble(settings.model_copy(update=given), clock=clock)
    with service.database.write() as db:
        cast.settle(db, "nextcloud")
        installation.put_secret(db, service.signer, "nextcloud.talk_secret", SECRET)
    yield service
    service.database.dispose()


@pytest.fixture
def client(hadir: Hadir) -> FlaskClient:
    return create_app(hadir).test_client()


def message(text: str, who: str = "users/siti", room: Mapping[str, str] | None = None, **note: Any) -> dict[str, Any]:
    content = json.dumps({"message": text, "parameters": []})
    return {
        "type": "Create",
        "actor": {"type": "Person", "id": who, "name": "Siti"},
        "object": {"type": "Note", "id": "129", "name": "message", "content": content} | note,
        "target": {"type": "Collection", "id": "nrgnt3kc"} | (room or {"name": "Rapat Mingguan"}),
    }


def post(client: FlaskClient, body: object, secret: str = SECRET) -> int:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return client.post(HOOK, data=raw, headers=signed(raw, secret)).status_code


def said(hadir: Hadir) -> list[Said]:
    with hadir.database.read() as db:
        rows = db.scalars(select(outbox.c.payload).where(outbox.c.kind == inbox.KIND).order_by(outbox.c.id)).all()
    return [inbox.said_from_json(row["said"]) for row in rows]


def refusals(hadir: Hadir) -> list[str]:
    with hadir.database.read() as db:
        return list(db.scalars(select(audit.c.reason).where(audit.c.action == "refused")))


# ---------------------------------------------------------------- what Talk sends


@pytest.mark.parametrize(
    ("name", "text", "direct", "answers"),
    [
        ("mention", '/hadir masuk WFO @budi "dua kata"', False, ""),
        ("no-parameters", "/rapat besok 09.00 Koordinasi", False, ""),
        ("one-to-one", "masuk wfh", True, ""),
        ("answer", "@budi @all halo", True, "72"),
        ("file-with-words", "/berkas simpan", True, ""),
    ],
)
def test_a_recorded_message_is_understood(name: str, text: str, direct: bool, answers: str) -> None:
    found = recorded(name)
    heard = read(found["body"].encode(), found["account"], (found["account"], "Hadir"), cast.MONDAY_0728)
    assert isinstance(heard, Said)
    assert (heard.sender.id, heard.sender.name, heard.text) == ("siti", "siti", text)
    assert (heard.channel.direct, heard.replies_to, heard.channel.message) == (direct, answers, heard.message_id)
    assert heard.files == (name == "file-with-words")
    assert heard.addressed == (name == "answer")


@pytest.mark.parametrize("name", ["our-own", "somebody-was-added"])
def test_what_is_no_matter_of_ours_is_passed_over(name: str) -> None:
    found = recorded(name)
    assert read(found["body"].encode(), found["account"], ("Hadir",), cast.MONDAY_0728) is None


@pytest.mark.parametrize("name", ["mention", "no-parameters", "joined"])
def test_a_recorded_signature_is_right_for_its_secret_and_for_no_other(hadir: Hadir, client: FlaskClient, name: str) -> None:
    found = recorded(name)
    assert client.post(HOOK, data=found["body"], headers=found["headers"]).status_code == 401
    with hadir.database.write() as db:
        installation.put_secret(db, hadir.signer, "nextcloud.talk_secret", found["secret"])
    fresh = create_app(hadir).test_client()
    assert fresh.post(HOOK, data=found["body"], headers=found["headers"]).status_code == 200


def test_a_message_is_queued_once_and_with_the_time_of_its_arrival(
    hadir: Hadir, client: FlaskClient, clock: cast.Clock
) -> None:
    raw = json.dumps(message("/hadir masuk wfh")).encode()
    headers = signed(raw)
    assert [client.post(HOOK, data=raw, headers=headers).status_code for _ in range(2)] == [200, 200]
    clock.now += timedelta(minutes=20)
    assert client.post(HOOK, data=raw, headers=signed(raw)).status_code == 200
    assert [(each.text, each.at, each.sender.id) for each in said(hadir)] == [
        ("/hadir masuk wfh", cast.MONDAY_0728, "siti"),
    ]


def test_ordinary_talk_of_a_group_is_not_kept(hadir: Hadir, client: FlaskClient) -> None:
    for number, text in enumerate(("Selamat pagi semua", "hadir semua ya", "/giphy kucing", "3 orang saja")):
        assert post(client, message(text, id=str(number + 1))) == 200
    assert said(hadir) == []


def test_who_is_called_by_name_answers(hadir: Hadir, client: FlaskClient) -> None:
    assert post(client, message("@Hadir masuk wfh")) == 200
    assert [(each.text, each.addressed) for each in said(hadir)] == [("masuk wfh", True)]


@pytest.mark.parametrize(
    "who", ["guests/abc", "bots/bot-1", "federated_users/siti@lain.example", f"users/{ACCOUNT}", "emails/x"]
)
def test_guests_bots_strangers_and_ourselves_are_passed_over(hadir: Hadir, client: FlaskClient, who: str) -> None:
    assert post(client, message("/hadir masuk", who)) == 200
    assert said(hadir) == []


@pytest.mark.parametrize("kind", ["Like", "Undo", "Something new"])
def test_what_a_later_talk_may_send_is_passed_over(client: FlaskClient, kind: str) -> None:
    assert post(client, {"type": kind, "actor": {}, "object": {}}) == 200


def test_the_bot_greets_where_it_is_switched_on_once(hadir: Hadir, client: FlaskClient) -> None:
    actor = {"type": "Application", "id": "bots/bot-1", "name": "Hadir"}
    for kind in ("Join", "Leave"):
        raw = json.dumps({"type": kind, "actor": actor, "object": {"id": "nrgnt3kc", "name": "Rapat"}}).encode()
        headers = signed(raw)
        assert [client.post(HOOK, data=raw, headers=headers).status_code for _ in range(3)] == [200] * 3
    with hadir.database.read() as db:
        sent = db.scalars(select(outbox.c.payload)).all()
        noted = db.scalars(select(audit.c.action).where(audit.c.action.like("talk.%")).order_by(audit.c.id)).all()
    assert [row["channel"] for row in sent] == ["nrgnt3kc"]
    assert "`/hadir`" in sent[0]["message"]["text"]
    assert noted == ["talk.joined", "talk.left"]


def test_a_conversation_of_two_is_not_greeted(hadir: Hadir, client: FlaskClient) -> None:
    room = {"id": "ab12", "name": json.dumps([ACCOUNT, "siti"])}
    assert post(client, {"type": "Join", "actor": {}, "object": room}) == 200
    with hadir.database.read() as db:
        assert db.scalar(select(func.count()).select_from(outbox)) == 0


# ---------------------------------------------------------------- what nobody honest sends


def test_a_wrong_signature_is_refused_and_written_down(hadir: Hadir, client: FlaskClient) -> None:
    assert post(client, message("/hadir masuk"), secret="x" * 64) == 401
    raw = json.dumps(message("/hadir masuk")).encode()
    right = signed(raw)
    for name in ("X-Nextcloud-Talk-Random", "X-Nextcloud-Talk-Signature"):
        assert client.post(HOOK, data=raw, headers=right | {name: ""}).status_code == 401
        assert client.post(HOOK, data=raw, headers=right | {name: "é\u00ff" * 40}).status_code == 401
    assert client.post(HOOK, data=raw + b" ", headers=right).status_code == 401
    assert said(hadir) == []
    assert set(refusals(hadir)) == {"wrong signature"}


def test_a_signature_does_not_fit_another_random_or_room(hadir: Hadir, client: FlaskClient) -> None:
    raw = json.dumps(message("/hadir masuk")).encode()
    headers = signed(raw)
    other = raw.replace(b"nrgnt3kc", b"lainlain")
    assert client.post(HOOK, data=other, headers=headers).status_code == 401
    assert client.post(HOOK, data=raw.replace(b"users/siti", b"users/budi"), headers=headers).status_code == 401
    short = headers | {"X-Nextcloud-Talk-Random": "a"}
    assert client.post(HOOK, data=raw, headers=short).status_code == 401


def test_a_flood_of_forgeries_does_not_fill_the_database(hadir: Hadir, client: FlaskClient) -> None:
    for _ in range(130):
        post(client, message("/hadir masuk"), secret="x" * 64)
    assert len(refusals(hadir)) == 100


def test_without_a_secret_nothing_is_believed(hadir: Hadir) -> None:
    with hadir.database.write() as db:
        db.execute(installation.installation.delete())
    fresh = create_app(hadir).test_client()
    assert post(fresh, message("/hadir masuk")) == 401
    assert post(fresh, message("/hadir masuk"), secret="") == 401


def test_a_new_secret_of_setup_counts_at_once(hadir: Hadir, client: FlaskClient) -> None:
    assert post(client, message("/hadir masuk")) == 200
    with hadir.database.write() as db:
        installation.put_secret(db, hadir.signer, "nextcloud.talk_secret", "n" * 64)
    fresh = create_app(hadir).test_client()
    assert (post(fresh, message("/hadir masuk"), "n" * 64), post(fresh, message("/hadir masuk"))) == (200, 401)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"null",
        b"\xff\xfe",
        b"[" * 200_000,
        b'{"a":' * 100_000,
        b"9" * 10_000,
        b'{"type": "Create"}',
        b'{"type": "Create", "actor": [], "object": {}}',
        {"type": "Create", "actor": {"type": "Person", "id": "users/"}, "object": {"name": "message"}},
        message("x", "users/" + "a" * 65),
        message("x", "users/si\u202eti"),
        message("x", room={"id": "../../etc"}),
        message("x", id=7),
        message("x", id="7 or 1"),
        message("x", content="tidak json"),
        message("x", content="[" * 100_000),
        message("x", content=json.dumps({"message": ["x"]})),
        message("x", content=None),
    ],
)
def test_a_body_that_is_none_of_talks_is_refused_in_silence(hadir: Hadir, client: FlaskClient, body: object) -> None:
    answer = post(client, body)
    assert answer in (200, 400)
    assert said(hadir) == []


def test_a_body_that_is_too_large_is_not_read(client: FlaskClient) -> None:
    assert post(client, b"x" * ((1 << 20) + 1)) == 413


def test_only_a_post_is_taken(client: FlaskClient) -> None:
    assert client.get(HOOK).status_code == 405


def test_hostile_words_arrive_as_words(hadir: Hadir, client: FlaskClient) -> None:
    content = json.dumps({"message": "/hadir masuk {mention-user1} {x} \u202e<b>", "parameters": {"mention-user1": 7, "x": []}})
    assert post(client, message("", content=content)) == 200
    assert [each.text for each in said(hadir)] == ["/hadir masuk {mention-user1} {x} <b>"]


def test_a_group_that_is_named_like_a_conversation_of_two_gains_nothing(hadir: Hadir, client: FlaskClient) -> None:
    assert post(client, message("/hadir masuk", room={"name": json.dumps([ACCOUNT, "budi"])})) == 200
    assert [(each.sender.id, each.channel.direct) for each in said(hadir)] == [("siti", False)]


@pytest.mark.parametrize(
    ("parent", "words"),
    [
        ({"actor": {"id": "bots/bot-1"}, "object": {"content": '{"message":"Setuju?","parameters":[]}'}}, "Setuju?"),
        ({"actor": {"id": "users/budi"}, "object": {"content": '{"message":"Setuju?","parameters":[]}'}}, ""),
        ({"actor": {"id": 7}, "object": {"content": '{"message":"Setuju?","parameters":[]}'}}, ""),
        ({"actor": {"id": "bots/bot-1"}, "object": {"content": "bukan JSON"}}, ""),
        ({"actor": {"id": "bots/bot-1"}, "object": {"content": '{"message":7}'}}, ""),
        ({"actor": [], "object": "x"}, ""),
        ("x", ""),
    ],
)
def test_of_what_is_answered_only_a_bots_words_are_taken(parent: object, words: str) -> None:
    assert answered_words(json.dumps({"object": {"inReplyTo": parent}}).encode()) == words


def test_the_shape_is_judged_before_anything_is_believed() -> None:
    with pytest.raises(BadBody):
        read(b'{"type": "Join", "object": {"id": 3}}', ACCOUNT, (), cast.MONDAY_0728)
