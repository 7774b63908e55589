"""A post that stands below an earlier one of ours: found by its key when it is sent, and never lost with it."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import delete, select, update

from integration import chat_delivery
from integration.core import Hadir
from integration.delivery import Delivery
from integration.errors import DeliveryError
from integration.messages import Reply, Text
from integration.outbox import outbox
from integration.scheduler import work
from tests.cast import Clock, at
from tests.chats import Radio


@pytest.fixture
def radio(hadir: Hadir) -> Radio:
    hadir.ports.chats["mattermost"] = found = Radio()
    hadir.deliverers[chat_delivery.KIND] = chat_delivery.deliver
    return found


def posts(hadir: Hadir, key: str, under: str = "", channel: str = "umum") -> None:
    with hadir.database.write() as db:
        work(hadir, db).post("mattermost", channel, key, lambda _: Reply(Text(key)), under=under)


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
