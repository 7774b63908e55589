"""Talk as an attacker would use it: messages edited afterwards, webhooks kept and sent again, rooms with a false name."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from integration import choices, jobs, scheduler
from integration.adapters.nextcloud.talk.received import BadBody, read
from integration.audit import audit
from integration.hearing.hearing import Listener
from integration.messages import Button
from integration.outbox import outbox
from integration.ports import Said
from integration.settings import Settings
from plugins.hadir.tables import attendance_event
from tests import cast
from tests.adapters.nextcloud.talk_town import ACCOUNT, Office, Room, office, signed

MORNING = cast.at("2026-11-23T07:20+07:00")
NINE = cast.at("2026-11-23T09:00+07:00")


@pytest.fixture
def talk(settings: Settings, clock: cast.Clock) -> Iterator[Office]:
    clock.now = MORNING
    with office(settings, clock) as opened:
        yield opened


def stamps(talk: Office) -> list[str]:
    with talk.hadir.database.read() as db:
        return [f"{at + timedelta(hours=7):%d %H:%M}" for at in db.scalars(select(attendance_event.c.at))]


def refusals(talk: Office) -> list[str]:
    with talk.hadir.database.read() as db:
        return list(db.scalars(select(audit.c.reason).where(audit.c.action == "refused")))


def away(talk: Office) -> None:
    """From here on nobody listens, until somebody looks."""
    assert Listener(talk.hadir, "nextcloud", threading.Event()).take()


def edits(talk: Office, room: Room, by: str, text: str) -> None:
    """As the real one: the message keeps its time and its author, and says who changed it last, and when."""
    message = room.messages[-1]
    message |= {"message": text, "lastEditTimestamp": int(talk.hadir.clock().timestamp())}
    message |= {"lastEditActorType": "users", "lastEditActorId": by}


# ---------------------------------------------------------------- edited messages


def test_a_message_that_was_edited_in_an_outage_counts_from_its_edit(talk: Office, clock: cast.Clock) -> None:
    """Whoever writes "halo" at home and makes it "masuk" at nine has not come at twenty past seven."""
    away(talk)
    room = talk.town.direct("siti")
    talk.town.says("siti", room, "halo", hook=False)
    clock.now = NINE
    edits(talk, room, "siti", "masuk wfh")
    talk.look()
    talk.work()
    assert stamps(talk) == ["23 09:00"]


def test_what_a_moderator_made_of_somebodys_message_is_nobodys_word(talk: Office, clock: cast.Clock) -> None:
    """Talk lets a moderator edit the messages of everybody in a group."""
    away(talk)
    room = talk.town.group("Tim", ACCOUNT, "siti", "budi", bot=False)
    talk.town.says("siti", room, "halo semua")
    clock.now = NINE
    edits(talk, room, "budi", "/hadir masuk wfh")
    talk.look()
    talk.work()
    assert stamps(talk) == []


# ---------------------------------------------------------------- the same webhook again


def clean_up(talk: Office) -> None:
    clean = next(job for job in jobs.core_jobs(talk.hadir) if job.name == "core.clean_up")
    assert scheduler.run_job(talk.hadir, clean, talk.hadir.clock())


@pytest.mark.parametrize("later", [timedelta(minutes=1), timedelta(days=2), timedelta(days=91), timedelta(days=400)])
def test_a_webhook_that_was_kept_and_sent_again_counts_once_whenever_that_is(
    talk: Office, clock: cast.Clock, later: timedelta
) -> None:
    room = talk.town.direct("siti")
    room.bot = True
    talk.town.says("siti", room, "masuk wfh")
    kept = talk.town.hooks[-1]
    talk.work()
    for hours in (2, 4):  # the day goes on
        clock.now = MORNING + timedelta(hours=hours)
        talk.town.says("budi", talk.town.group("Tim", "budi"), "/hadir status")
        talk.work()
    clock.now = clock.now + later
    clean_up(talk)
    before = len(stamps(talk))
    talk.town.post(kept[0], kept[1])
    talk.work()
    assert len(stamps(talk)) == before == 1


def test_a_number_that_was_no_choice_when_it_was_typed_is_none_on_another_day(talk: Office, clock: cast.Clock) -> None:
    """It was not kept, because it was not for us; kept by somebody else it must not press what is offered later."""
    room = talk.town.group("Tim", "siti", "budi")
    talk.town.says("siti", room, "1")
    kept = talk.town.hooks[-1]
    for hours in (1, 3, 5):
        clock.now = MORNING + timedelta(hours=hours)
        talk.town.says("budi", room, "/hadir status")
    with talk.hadir.database.write() as db:
        buttons = (Button("Masuk WFH", "hadir.say", "masuk wfh"),)
        choices.offer(db, "nextcloud", room.token, "", "900", buttons, talk.hadir.clock())
    assert talk.town.post(kept[0], kept[1]) == 403
    assert refusals(talk) == ["a message from before, sent again"]
    talk.work()
    assert stamps(talk) == []
    talk.town.says("siti", room, "1")
    talk.work()
    assert len(stamps(talk)) == 1


def test_messages_in_a_wrong_order_are_not_taken_for_old_ones(talk: Office, clock: cast.Clock) -> None:
    """Several at once arrive as they like; only what is an hour behind is refused."""
    room = talk.town.direct("siti")
    room.bot = True
    talk.town.says("siti", room, "masuk wfh")
    late = talk.town.hooks.pop()
    with talk.hadir.database.write() as db:
        db.execute(outbox.delete())
    for who in ("budi", "dewi"):
        talk.town.says(who, talk.town.group(who, who), "/hadir masuk")
        clock.now += timedelta(minutes=20)
    assert talk.town.post(late[0], late[1]) == 200
    talk.work()
    assert len(stamps(talk)) == 3


def test_a_bot_that_is_switched_on_is_greeted_once_for_ever(talk: Office, clock: cast.Clock) -> None:
    room = talk.town.group("Tim", ACCOUNT, "siti")
    kept = talk.town.hooks[-1]
    talk.work()
    clock.now += timedelta(days=200)
    clean_up(talk)
    talk.town.post(kept[0], kept[1])
    talk.work()
    assert len(talk.town.heard(room)) == 1
    with talk.hadir.database.read() as db:
        assert db.scalar(select(func.count()).where(audit.c.action == "talk.joined")) == 1


# ---------------------------------------------------------------- false names


def test_a_group_that_is_called_like_a_conversation_of_two_makes_no_commands_of_what_colleagues_say(talk: Office) -> None:
    room = talk.town.group(json.dumps([ACCOUNT, "budi"]), "siti", "budi", "dewi")
    talk.town.says("siti", room, "pulang")
    talk.town.says("dewi", room, "masuk wfh")
    talk.work()
    assert stamps(talk) == []
    with talk.hadir.database.read() as db:
        assert db.scalar(select(func.count()).where(outbox.c.kind == "said")) == 0


@pytest.mark.parametrize(
    ("kind", "actor", "who"),
    [
        ("Person", "guests/siti", None),
        ("Person", "federated_users/siti@lain.example", None),
        ("Person", "bots/siti", None),
        ("Application", "users/siti", None),
        ("Person", "Users/siti", None),
        ("Person", "users", BadBody),
        ("Person", "users/", BadBody),
        ("Person", "users/si\u200bti", BadBody),
        ("Person", "users/siti\n", BadBody),
        ("Person", "users/siti\u202e", BadBody),
        ("Person", "users/ѕiti", "ѕiti"),  # a Cyrillic letter: another account, and never hers
        ("Person", "users//siti", "/siti"),
        ("Person", "users/../siti", "../siti"),
    ],
)
def test_nobody_becomes_somebody_by_the_way_they_are_written(kind: str, actor: str, who: object) -> None:
    note = {"id": "5", "name": "message", "content": json.dumps({"message": "masuk", "parameters": []})}
    target = {"type": "Collection", "id": "room1", "name": "Tim"}
    raw = json.dumps({"type": "Create", "actor": {"type": kind, "id": actor}, "object": note, "target": target}).encode()
    if who is BadBody:
        with pytest.raises(BadBody):
            read(raw, ACCOUNT, (), MORNING)
        return
    found = read(raw, ACCOUNT, (), MORNING)
    assert (found.sender.id if isinstance(found, Said) else found) == who


def test_an_account_that_only_looks_like_somebodys_is_a_stranger(talk: Office) -> None:
    talk.town.people["ѕiti"] = "penipu@lain.example"
    room = talk.town.direct("ѕiti")
    room.bot = True
    talk.town.says("ѕiti", room, "masuk wfh")
    talk.work()
    assert stamps(talk) == []
    assert "belum ada" in talk.town.reads("ѕiti")[-1]


# ---------------------------------------------------------------- strange bodies


@pytest.mark.parametrize(
    "content",
    ['{"message": "\\ud800 masuk", "parameters": []}', "\ud800", "[" * 100_000, '{"message": ' + "9" * 10_000 + "}", "{}"],
)
def test_a_strange_content_is_answered_and_kept_as_nothing_strange(talk: Office, content: str) -> None:
    note = {"id": "5", "name": "message", "content": content}
    target = {"type": "Collection", "id": "room1", "name": json.dumps([ACCOUNT, "siti"])}
    body = {"type": "Create", "actor": {"type": "Person", "id": "users/siti"}, "object": note, "target": target}
    raw = json.dumps(body).encode()
    assert talk.town.post(raw, signed(raw)) in (200, 400)
    talk.work()


def test_wrong_signatures_fill_neither_the_audit_nor_the_log_with_what_was_sent(talk: Office, logged: object) -> None:
    raw = json.dumps({"type": "Create", "rahasia": "kata-rahasia"}).encode()
    for _ in range(150):
        assert talk.town.post(raw, signed(raw, "x" * 64)) == 401
    assert len(refusals(talk)) == 100
    written = logged.getvalue()  # type: ignore[attr-defined]
    assert "wrong signature" in written
    assert not [
        word for word in ("kata-rahasia", "s" * 64, signed(raw, "x" * 64)["X-Nextcloud-Talk-Random"]) if word in written
    ]


@pytest.mark.parametrize("header", ["X-Nextcloud-Talk-Backend", "X-Nextcloud-Talk-Random", "X-Nextcloud-Talk-Signature"])
def test_a_header_that_is_missing_or_strange_is_refused(talk: Office, header: str) -> None:
    raw = json.dumps({"type": "Create"}).encode()
    without = {name: value for name, value in signed(raw).items() if name != header}
    for headers in (without, without | {header: ""}):
        assert talk.town.post(raw, headers) in (400, 401)
