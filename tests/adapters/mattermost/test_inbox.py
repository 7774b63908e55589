"""What people type to the bot in Mattermost: live, on return, and whatever happens in between."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import jsonify
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, text

from integration import installation, outbox
from integration.adapters.mattermost import inbox as mattermost_inbox
from integration.adapters.mattermost.chat import MattermostChat
from integration.adapters.mattermost.client import json_objects
from integration.adapters.mattermost.errors import MattermostError
from integration.app import assemble, connect
from integration.core import Hadir
from integration.deliveries.delivery import Delivery
from integration.hearing import hearing, inbox
from integration.hearing.hearing import Listener
from integration.ports import Inbox, Live, Said
from integration.settings import load
from plugins.hadir.tables import attendance_event
from tests import cast
from tests.adapters.mattermost.town import Town, milliseconds
from tests.service import until

pytestmark = pytest.mark.in_turn

TYPED = cast.MONDAY_0728


@dataclass
class Office:
    """Hadir beside a Mattermost. `listening` is a worker's ears while the block lasts."""

    hadir: Hadir
    town: Town
    clock: cast.Clock
    threads: list[threading.Thread] = field(default_factory=list)

    @property
    def chat(self) -> MattermostChat:
        found = self.hadir.ports.chats["mattermost"]
        assert isinstance(found, MattermostChat)
        return found

    def listener(self, stop: threading.Event | None = None) -> Listener:
        return Listener(self.hadir, "mattermost", stop or threading.Event())

    @contextmanager
    def listening(self) -> Iterator[None]:
        stop = threading.Event()
        thread = threading.Thread(target=self.listener(stop).run)
        thread.start()
        try:
            until(lambda: self.town.sockets, "the connection")
            yield
        finally:
            stop.set()
            thread.join(30)
            assert not thread.is_alive()

    def away(self, since: datetime) -> None:
        """Hadir listened until then, and not since."""
        with self.hadir.database.write() as db:
            db.execute(hearing.heard.delete())
            db.execute(hearing.heard.insert().values(platform="mattermost", until=since))

    def queued(self) -> list[Said]:
        with self.hadir.database.read() as db:
            rows = db.execute(select(outbox.outbox).where(outbox.outbox.c.kind == inbox.KIND).order_by(outbox.outbox.c.id))
            return [inbox.said_from_json(row.payload["said"]) for row in rows]

    def texts(self) -> list[str]:
        return [said.text for said in self.queued()]

    def deliver(self) -> None:
        delivery = Delivery(self.hadir)
        while delivery.step():
            pass

    def stamps(self) -> list[tuple[str, datetime]]:
        with self.hadir.database.read() as db:
            return [(row.kind, row.at) for row in db.execute(select(attendance_event).where(text("active")))]

    def state(self) -> hearing.State:
        with self.hadir.database.read() as db:
            [state] = hearing.states(db)
        return state


@pytest.fixture
def office(database_url: str, tmp_path: Path, clock: cast.Clock) -> Iterator[Office]:
    town = Town()
    with town.open() as url:
        given = {"mattermost_url": url, "attendance_channels": "absensi", "public_url": "http://hadir.example"}
        settings = load({}, database_url=database_url, secret_key="t" * 64, home=tmp_path / "home", **given)
        hadir = assemble(settings, clock=clock)
        with hadir.database.write() as db:
            cast.settle(db)
            installation.put_secret(db, hadir.signer, "mattermost.bot_token", "bot-token")
        connect(hadir)
        yield Office(hadir, town, clock)
        hadir.database.dispose()


def test_it_is_an_inbox_that_speaks_by_itself(office: Office) -> None:
    assert isinstance(office.chat, Inbox)
    assert isinstance(office.chat, Live)


# ---------------------------------------------------------------- live


def test_what_is_typed_to_the_bot_is_recorded_and_answered(office: Office) -> None:
    with office.listening():
        office.town.post("siti", "masuk wfh", TYPED)
        until(office.queued, "the message")
        office.deliver()
    assert office.stamps() == [("in", TYPED)]
    assert "07.28 WIB (WFH)" in office.town.told[-1]
    [said] = office.queued()
    assert (said.sender.name, said.channel.direct, said.channel.message) == ("siti", True, said.message_id)


def test_machines_and_ordinary_talk_are_not_heard(office: Office) -> None:
    town, everywhere = office.town, office.town.channel("umum")
    town.user("bot.lain", is_bot=True)
    with office.listening():
        town.post("siti", "masuk wfh ya teman-teman", TYPED, town.channel("absensi"))
        town.post("siti", "masuk wfh", TYPED, everywhere)
        town.post("siti", "tanya @hadir saja", TYPED, everywhere)
        town.post("siti", "@hadirin masuk wfh", TYPED, everywhere)
        town.post("siti", "masuk", TYPED, props={"from_webhook": "true"})
        town.post("siti", "joined", TYPED, type="system_join_channel")
        town.post("bot.lain", "masuk", TYPED, props={"from_bot": "true"})
        town.post("siti", "pulang", TYPED, everywhere, props={"from_plugin": "true"})
        town.post("siti", "masuk wfh", TYPED, town.channel("absensi"))
        town.post("budi", "@Hadir, masuk wfa", TYPED, everywhere)
        until(lambda: len(office.queued()) == 2, "the messages")
    # What two people say at the same time may come in either order.
    assert {(said.sender.name, said.text, said.addressed) for said in office.queued()} == {
        ("siti", "masuk wfh", False),
        ("budi", "masuk wfa", True),
    }


def test_a_file_comes_with_its_message(office: Office) -> None:
    with office.listening():
        post = office.town.post("siti", "simpan", TYPED, file_ids=["f1", "f2"], root_id="root1")
        until(office.queued, "the message")
    [said] = office.queued()
    assert (said.files, said.channel.message, said.channel.thread, said.replies_to) == (2, post["id"], "root1", "root1")


# ---------------------------------------------------------------- on return


def test_what_was_typed_meanwhile_is_recorded_at_its_time_once_and_told(office: Office) -> None:
    office.away(TYPED - timedelta(minutes=10))
    office.town.post("siti", "masuk wfh", TYPED)
    office.town.post("budi", "Masuk", TYPED + timedelta(minutes=1), office.town.channel("absensi"))
    office.clock.now = cast.at("2026-11-23T08:10+07:00")
    with office.listening():
        until(lambda: len(office.queued()) == 2, "the messages")
    with office.listening():
        office.town.post("dewi", "masuk", office.clock.now)
        until(lambda: len(office.queued()) == 3, "a message behind the catching up")
    office.deliver()
    assert sorted(at for _, at in office.stamps()) == [TYPED, TYPED + timedelta(minutes=1), office.clock.now]
    assert sum("07.28 WIB baru terbaca pukul 08.10 WIB" in told for told in office.town.told) == 1


def test_a_message_that_comes_both_ways_counts_once(office: Office) -> None:
    office.away(TYPED - timedelta(minutes=10))
    with office.listening():
        office.town.post("siti", "masuk wfh", TYPED)
        until(office.queued, "the message")
        assert office.listener().catch_up()
    office.deliver()
    assert (len(office.queued()), len(office.town.told)) == (1, 1)


def test_only_channels_with_something_new_are_read(office: Office) -> None:
    for number in range(20):
        office.town.post(f"orang{number}", "masuk", TYPED - timedelta(days=1))
    office.town.post("siti", "masuk", TYPED)
    office.away(TYPED - timedelta(minutes=10))
    assert office.listener().catch_up()
    read = [path for path in office.town.asked if path.endswith("/posts")]
    assert read == [f"/api/v4/channels/{office.town.direct('siti')}/posts"]
    assert len(office.town.asked) == 4


def test_a_long_channel_is_read_to_its_beginning_and_in_order(office: Office) -> None:
    office.away(TYPED - timedelta(minutes=60))
    count = mattermost_inbox.POSTS_A_PAGE * 2 + 5
    for number in range(count):
        office.town.post("siti", f"status {number}", TYPED - timedelta(seconds=10 * (count - number)))
    assert office.listener().catch_up()
    assert office.texts() == [f"status {number}" for number in range(count)]


def test_deleted_posts_are_gone_and_edited_ones_count_from_their_last_edit(office: Office) -> None:
    office.away(TYPED - timedelta(minutes=10))
    office.town.post("siti", "masuk wfo", TYPED, delete_at=milliseconds(TYPED) + 1)
    office.town.post("budi", "masuk wfh", TYPED, edit_at=milliseconds(TYPED + timedelta(minutes=20)))
    office.clock.now = cast.at("2026-11-23T08:10+07:00")
    assert office.listener().catch_up()
    assert [(said.sender.name, said.at) for said in office.queued()] == [("budi", TYPED + timedelta(minutes=20))]


def test_an_old_post_that_is_edited_now_is_no_new_message(office: Office) -> None:
    office.away(TYPED - timedelta(minutes=10))
    office.town.post("siti", "masuk wfh", TYPED - timedelta(days=1), edit_at=milliseconds(TYPED))
    office.town.post("siti", "status", TYPED)
    assert office.listener().catch_up()
    assert office.texts() == ["status"]


def test_people_who_left_and_bots_are_passed_over(office: Office) -> None:
    office.away(TYPED - timedelta(minutes=10))
    office.town.user("pergi", delete_at=1)
    office.town.user("mesin", is_bot=True)
    for who in ("pergi", "mesin", "siti"):
        office.town.post(who, "masuk", TYPED)
    assert office.listener().catch_up()
    assert [said.sender.name for said in office.queued()] == ["siti"]


def test_no_further_back_than_the_setting_says_and_nothing_before_the_first_day(office: Office) -> None:
    office.town.post("siti", "masuk", TYPED - timedelta(days=5))
    office.town.post("budi", "masuk", TYPED - timedelta(days=2))
    assert office.listener().catch_up()
    assert office.queued() == [], "what was said before Hadir was here"
    office.away(TYPED - timedelta(days=30))
    assert office.listener().catch_up()
    assert [said.sender.name for said in office.queued()] == ["budi"]


# ---------------------------------------------------------------- trouble


def test_a_lost_connection_loses_nothing(office: Office) -> None:
    office.away(TYPED - timedelta(minutes=1))
    with office.listening():
        office.town.drop()
        office.town.post("siti", "masuk wfh", TYPED)
        until(office.queued, "the message")
    assert office.texts() == ["masuk wfh"]


def test_an_event_that_the_server_left_out_is_looked_up(office: Office) -> None:
    office.away(TYPED - timedelta(minutes=1))
    with office.listening():
        until(lambda: any(path.endswith("/users/me/channels") for path in office.town.asked), "the first look")
        office.town.skips = 1
        office.town.post("siti", "masuk wfh", TYPED)
        office.town.post("budi", "masuk wfh", TYPED)
        until(lambda: len(office.queued()) == 2, "both messages")


def test_a_database_that_is_away_for_a_moment_loses_nothing(office: Office) -> None:
    office.away(TYPED - timedelta(minutes=1))
    with office.listening():
        until(lambda: any(path.endswith("/users/me/channels") for path in office.town.asked), "the first look")
        with office.hadir.database.write() as db:
            db.execute(text("ALTER TABLE outbox RENAME TO outbox_away"))
        office.town.post("siti", "masuk wfh", TYPED)
        until(lambda: not office.town.sockets or len(office.town.sockets) > 1, "a new connection")
        with office.hadir.database.write() as db:
            db.execute(text("ALTER TABLE outbox_away RENAME TO outbox"))
        until(office.queued, "the message")
    assert office.texts() == ["masuk wfh"]


def busy(path: str) -> Any:
    return "rate limited", 429, {"Retry-After": "0"}


def maintenance(path: str) -> Any:
    return jsonify(id="maintenance", message="come back"), 503, {"Retry-After": "0"}


def page(path: str) -> Any:
    return "<html>Bad gateway</html>", 200, {"Content-Type": "text/html"}


def broken(path: str) -> Any:
    return jsonify(id="x", message="oops"), 500


def slow(path: str) -> Any:
    time.sleep(0.5)


@pytest.mark.parametrize("trouble", [busy, maintenance, page, broken, slow])
@pytest.mark.parametrize("call", range(4))
def test_trouble_while_catching_up_delays_and_loses_nothing(office: Office, trouble: Any, call: int) -> None:
    """One of the four calls goes wrong: who am I, which channels, which posts, whose are they."""
    office.away(TYPED - timedelta(minutes=10))
    office.town.post("siti", "masuk wfh", TYPED)
    office.town.trouble = [lambda path: None] * call + [trouble]
    listener = office.listener()
    with suppress(MattermostError):
        listener.catch_up()
    assert listener.catch_up()
    assert office.texts() == ["masuk wfh"]


def test_where_we_are_is_not_written_down_before_the_catching_up_is_done(office: Office) -> None:
    office.away(TYPED - timedelta(minutes=10))
    office.town.post("siti", "masuk wfh", TYPED)
    listener = office.listener()
    assert listener.take()
    office.town.trouble = [lambda path: None] * 2 + [broken]
    with pytest.raises(MattermostError):
        listener.catch_up()
    listener.still()
    assert office.state().until == TYPED - timedelta(minutes=10)
    assert office.state().seen_at == TYPED


def test_a_channel_that_is_gone_in_the_meantime_holds_nobody_up(office: Office) -> None:
    office.away(TYPED - timedelta(minutes=10))
    office.town.post("siti", "masuk", TYPED)
    office.town.post("budi", "masuk", TYPED + timedelta(seconds=1))
    gone = lambda path: (jsonify(id="gone", message="no permission"), 403)  # noqa: E731  # named for the test's sake
    office.town.trouble = [lambda path: None] * 2 + [gone]
    assert office.listener().catch_up()
    assert len(office.queued()) == 1


def test_a_new_token_is_taken_up(office: Office) -> None:
    office.away(TYPED - timedelta(minutes=1))
    with office.listening():
        office.town.tokens = {"new-token"}
        with office.hadir.database.write() as db:
            installation.put_secret(db, office.hadir.signer, "mattermost.bot_token", "new-token")
        office.town.drop()
        office.town.post("siti", "masuk wfh", TYPED)
        until(office.queued, "the message")


def test_a_token_that_is_over_is_said_plainly(office: Office) -> None:
    office.town.tokens = set()
    with pytest.raises(MattermostError, match="401"):
        office.chat.listen(office.listener(), threading.Event())


# ---------------------------------------------------------------- several workers


def test_one_worker_listens_at_a_time_and_another_takes_over(office: Office) -> None:
    first, second = office.listener(), office.listener()
    assert first.take()
    assert first.take()
    assert not second.take()
    office.clock.now += hearing.LEASE
    assert second.take()
    with pytest.raises(hearing.Lost):
        first.still()
    assert not first.take()


def test_a_worker_that_ends_hands_over_at_once(office: Office) -> None:
    with office.listening():
        assert not office.listener().take()
    assert office.listener().take()


def test_where_we_are_moves_on_while_we_listen(office: Office) -> None:
    office.away(TYPED - timedelta(minutes=10))

    def moved() -> bool:
        office.clock.now += timedelta(seconds=hearing.BEAT_SECONDS)
        return office.state().until > TYPED

    with office.listening():
        office.town.post("siti", "status", TYPED)
        until(moved, "a beat after the catching up")
    assert office.state().message_at == TYPED


# ---------------------------------------------------------------- the list of channels


@given(
    st.lists(st.dictionaries(st.text(max_size=5), st.text(max_size=8) | st.integers() | st.none(), max_size=3), max_size=6),
    st.integers(1, 7),
    st.sampled_from([None, 1]),
)
def test_a_list_that_comes_in_pieces_is_the_same_list(objects: list[dict[str, Any]], size: int, indent: int | None) -> None:
    whole = json.dumps(objects, ensure_ascii=False, indent=indent).encode()
    pieces = [whole[start : start + size] for start in range(0, len(whole), size)]
    assert list(json_objects(pieces)) == objects


@pytest.mark.parametrize("whole", [b"", b"{}", b"<html>", b'[{"a": 1}', b'[{"a": 1}, {"b"', b"[1]", b'[{"a": 1}] more'])
def test_a_list_that_breaks_off_is_an_error(whole: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  # whatever it says, it is no list
        list(json_objects([whole]))
