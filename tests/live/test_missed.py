"""Ordinary messages to the bot on a running Mattermost: heard live, and read on return after Hadir was away.

Run as `test_mattermost.py` says. With HADIR_LIVE_RECORD=1 the look at what was missed is written to tests/recorded/.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from integration import installation, outbox
from integration.adapters.mattermost.chat import MattermostChat
from integration.hearing import hearing, inbox
from integration.hearing.hearing import Listener
from plugins.hadir.tables import attendance_event
from tests.live.office import ONE_COMMAND
from tests.live.running import Office
from tests.service import until

pytestmark = pytest.mark.live

# A bot of its own: what people write to the one of another story is none of this one's.
BOT = "hadir-kotak-pesan"
_MATTERMOST = ONE_COMMAND["platforms"]["mattermost"]
MANIFEST = ONE_COMMAND | {"platforms": {"mattermost": _MATTERMOST | {"bot": _MATTERMOST["bot"] | {"username": BOT}}}}

# The server's clock decides when something was said: Hadir's has to be the same here.


@pytest.fixture(autouse=True)
def real_time(office: Office) -> None:
    office.clock.set(datetime.now(UTC))


@contextmanager
def listening(office: Office) -> Iterator[Listener]:
    """A worker's ears while the block lasts, on the server itself: what records the exchanges knows no websocket."""
    stop = threading.Event()
    chat = office.hadir.ports.chats["mattermost"]
    assert isinstance(chat, MattermostChat)
    itself = MattermostChat(office.hadir, replace(chat.access, url=office.town.admin.url))
    office.hadir.ports.chats["mattermost"] = itself
    listener = Listener(office.hadir, "mattermost", stop)
    thread = threading.Thread(target=listener.run)
    thread.start()
    try:
        until(lambda: seen(office) is not None, "the connection")
        yield listener
    finally:
        stop.set()
        thread.join(30)
        office.hadir.ports.chats["mattermost"] = chat
        itself.client.close()
        with office.hadir.database.write() as db:
            db.execute(hearing.heard.update().values(seen_at=None))


def seen(office: Office) -> datetime | None:
    with office.hadir.database.read() as db:
        return next((state.seen_at for state in hearing.states(db)), None)


def direct(office: Office, user: Any) -> str:
    with office.hadir.database.read() as db:
        bot = installation.get(db, "mattermost.bot_id")
    return str(user.api("POST", "/channels/direct", [bot, user.id])["id"])


def stamps(office: Office) -> list[Any]:
    with office.hadir.database.read() as db:
        return list(db.execute(select(attendance_event).order_by(attendance_event.c.id)))


def said_rows(office: Office) -> list[Any]:
    with office.hadir.database.read() as db:
        return list(db.execute(select(outbox.outbox).where(outbox.outbox.c.kind == inbox.KIND)))


# One story, in this order.


def test_a_message_to_the_bot_is_answered_within_seconds(office: Office) -> None:
    with listening(office):
        posted = office.siti.api("POST", "/posts", {"channel_id": direct(office, office.siti), "message": "Masuk WFH 🙏"})
        told = office.siti.told("WFH")
    assert (told["create_at"] - posted["create_at"]) / 1000 < 10
    [stamp] = stamps(office)
    assert stamp.at.timestamp() * 1000 == pytest.approx(posted["create_at"], abs=1)


def test_what_was_typed_while_hadir_was_away_counts_when_it_was_typed(office: Office) -> None:
    """Typed, edited, deleted, and said by a bot, while nobody listens."""
    posted = office.budi.api("POST", "/posts", {"channel_id": direct(office, office.budi), "message": "masuk wfh"})
    gone = office.dewi.api("POST", "/posts", {"channel_id": direct(office, office.dewi), "message": "masuk wfo"})
    office.dewi.api("DELETE", f"/posts/{gone['id']}")
    wrong = office.dewi.api("POST", "/posts", {"channel_id": direct(office, office.dewi), "message": "mask"})
    edited = office.dewi.api("PUT", f"/posts/{wrong['id']}/patch", {"message": "masuk"})
    office.clock.set(datetime.now(UTC) + timedelta(minutes=42))
    with office.recorder.section("missed"):
        assert Listener(office.hadir, "mattermost", threading.Event()).catch_up()
        until(lambda: len(stamps(office)) == 3, "the stamps")
        assert "WFH" in office.budi.told("baru terbaca")["message"]
        assert "WFO" in office.dewi.told("baru terbaca")["message"]
    times = {round(stamp.at.timestamp() * 1000) for stamp in stamps(office)[1:]}
    assert times == {posted["create_at"], edited["edit_at"]}
    queued = len(said_rows(office))
    office.clock.set(datetime.now(UTC))
    with listening(office) as listener:
        assert listener.catch_up()
    assert len(said_rows(office)) == queued, "found a second time"
    assert len(stamps(office)) == 3


def test_in_the_attendance_channel_the_exact_words_count(office: Office) -> None:
    with office.hadir.database.read() as db:
        bot = installation.get(db, "mattermost.bot_id")
    body = {"team_id": office.town.team["id"], "name": "absensi", "display_name": "Absensi", "type": "O"}
    channel = office.town.admin("POST", "/channels", body)["id"]
    for member in (bot, office.siti.id):
        office.town.admin("POST", f"/channels/{channel}/members", {"user_id": member})
    office.hadir.settings = office.hadir.settings.model_copy(update={"attendance_channels": ("absensi",)})
    before = len(said_rows(office))
    with listening(office):
        for words in ("masuk ya pak", "pulang dulu", "Pulang 👋"):
            office.siti.api("POST", "/posts", {"channel_id": channel, "message": words})
        office.siti.told("Pulang")
    assert len(said_rows(office)) == before + 1
    assert stamps(office)[-1].kind == "out"


def test_a_mention_is_heard_in_any_channel_of_the_bots(office: Office) -> None:
    with office.hadir.database.read() as db:
        bot = installation.get(db, "mattermost.bot_id")
    office.town.admin("POST", f"/channels/{office.town.channel}/members", {"user_id": bot})
    before = len(said_rows(office))
    with listening(office):
        office.budi.api("POST", "/posts", {"channel_id": office.town.channel, "message": f"tanya @{BOT} saja"})
        office.budi.api("POST", "/posts", {"channel_id": office.town.channel, "message": f"@{BOT} pulang"})
        office.budi.told("Pulang")
    assert len(said_rows(office)) == before + 1
