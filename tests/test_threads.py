"""A post that stands below an earlier one of ours, or in its place: found by its key when it is sent, never lost with it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import delete, select, update

from integration.adapters.mattermost.chat import connect
from integration.core import Hadir
from integration.deliveries import chat as chat_delivery
from integration.deliveries.delivery import Delivery
from integration.errors import DeliveryError
from integration.messages import Reply, Text
from integration.outbox import outbox
from integration.scheduler import work
from tests.cast import Clock, at
from tests.chats import Radio
from tests.sink import Sink, mattermost


@pytest.fixture
def radio(hadir: Hadir) -> Radio:
    hadir.ports.chats["mattermost"] = found = Radio()
    hadir.deliverers[chat_delivery.KIND] = chat_delivery.deliver
    return found


@pytest.fixture
def server(hadir: Hadir) -> Iterator[Sink]:
    """A real client that talks to a Mattermost that lets posts be edited."""
    hadir.deliverers[chat_delivery.KIND] = chat_delivery.deliver
    with mattermost() as sink:
        given = {"mattermost_url": sink.url, "mattermost_bot_token": SecretStr("t"), "public_url": "http://hadir.example"}
        hadir.settings = hadir.settings.model_copy(update=given)
        chat = connect(hadir)
        assert chat is not None
        hadir.ports.chats["mattermost"] = chat
        yield sink
        chat.client.close()


def posts(hadir: Hadir, key: str, under: str = "", channel: str = "umum", instead_of: str = "") -> None:
    with hadir.database.write() as db:
        work(hadir, db).post("mattermost", channel, key, lambda _: Reply(Text(key)), under=under, instead_of=instead_of)


def delivers(hadir: Hadir) -> None:
    delivery = Delivery(hadir)
    while delivery.step():
        pass


def result(hadir: Hadir, key: str) -> Any:
    with hadir.database.read() as db:
        return db.scalar(select(outbox.c.result).where(outbox.c.key == key))


def test_below_the_message_of_that_key(hadir: Hadir, radio: Radio) -> None:
    posts(hadir, "undangan")
    posts(hadir, "perubahan", under="undangan")
    delivers(hadir)
    assert (radio.texts, radio.threads) == (["undangan", "perubahan"], ["", "post-1"])
    assert result(hadir, "perubahan") == {"message_id": "post-2", "channel_id": "umum", "thread": "post-1"}


def test_below_what_stands_below_is_the_same_thread(hadir: Hadir, radio: Radio) -> None:
    posts(hadir, "undangan")
    posts(hadir, "perubahan", under="undangan")
    posts(hadir, "jawaban", under="perubahan")
    delivers(hadir)
    assert radio.threads == ["", "post-1", "post-1"]


def test_it_waits_for_the_one_above(hadir: Hadir, radio: Radio, clock: Clock) -> None:
    radio.trouble = [DeliveryError("down")]
    posts(hadir, "undangan")
    posts(hadir, "perubahan", under="undangan")
    delivers(hadir)
    assert radio.heard == []
    clock.now = at("2026-11-23T07:40+07:00")
    delivers(hadir)
    assert (radio.texts, radio.threads) == (["undangan", "perubahan"], ["", "post-1"])


@pytest.mark.parametrize("lost", ["never queued", "purged", "dead", "of another channel"])
def test_without_the_one_above_it_stands_in_the_channel(hadir: Hadir, radio: Radio, lost: str) -> None:
    if lost != "never queued":
        posts(hadir, "undangan", channel="lain" if lost == "of another channel" else "umum")
        delivers(hadir)
    with hadir.database.write() as db:
        if lost == "purged":
            db.execute(delete(outbox))
        if lost == "dead":
            db.execute(update(outbox).values(state="dead", result=None))
    posts(hadir, "perubahan", under="undangan")
    delivers(hadir)
    assert (radio.texts[-1], radio.threads[-1]) == ("perubahan", "")


# ---------------------------------------------------------------- in the place of an earlier one


def test_in_the_place_of_an_earlier_one(hadir: Hadir, server: Sink) -> None:
    posts(hadir, "pukul 9")
    posts(hadir, "pukul 10", instead_of="pukul 9")
    posts(hadir, "pukul 11", instead_of="pukul 9")
    delivers(hadir)
    assert server.texts("umum") == ["pukul 11"]
    assert result(hadir, "pukul 10") == {"edited": "post-1"}
    assert server.posts[0]["props"]  # the mark by which its buttons are known stays


def test_what_stands_below_it_stays_there(hadir: Hadir, server: Sink) -> None:
    posts(hadir, "pukul 9")
    posts(hadir, "pukul 10", instead_of="pukul 9")
    posts(hadir, "perubahan", under="pukul 9")
    delivers(hadir)
    assert server.texts("umum") == ["pukul 10", "perubahan"]
    assert server.posts[1]["root_id"] == "post-1"


@pytest.mark.parametrize("trouble", ["deleted by hand", "too old", "never queued", "purged", "a platform that cannot"])
def test_what_cannot_be_changed_stays_as_it_is(hadir: Hadir, server: Sink, trouble: str) -> None:
    """The row is done with, and what comes after it in the channel comes."""
    if trouble != "never queued":
        posts(hadir, "pukul 9")
        delivers(hadir)
    if trouble == "deleted by hand":
        server.deleted.add("post-1")
    if trouble == "purged":
        with hadir.database.write() as db:
            db.execute(delete(outbox))
    if trouble == "a platform that cannot":
        hadir.ports.chats["mattermost"] = Radio()
    server.too_old = trouble == "too old"
    posts(hadir, "pukul 10", instead_of="pukul 9")
    posts(hadir, "berikutnya")
    delivers(hadir)
    with hadir.database.read() as db:
        assert set(db.scalars(select(outbox.c.state))) == {"done"}
    assert "dropped" in result(hadir, "pukul 10")
    assert "pukul 10" not in server.texts("umum")


def test_a_server_that_is_down_is_asked_again(hadir: Hadir, server: Sink, clock: Clock) -> None:
    posts(hadir, "pukul 9")
    delivers(hadir)
    server.down = True
    posts(hadir, "pukul 10", instead_of="pukul 9")
    delivers(hadir)
    assert server.texts("umum") == ["pukul 9"]
    server.down, clock.now = False, at("2026-11-23T07:40+07:00")
    delivers(hadir)
    assert server.texts("umum") == ["pukul 10"]
