"""What every chat platform owes us, whichever it is."""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from pydantic import SecretStr
from rich.console import Console
from sqlalchemy import func, select

from integration import installation, people
from integration.adapters.browser.chat import BrowserChat
from integration.adapters.browser.tables import room_message
from integration.adapters.local.chat import TerminalChat
from integration.adapters.mattermost.chat import connect
from integration.adapters.nextcloud import access
from integration.adapters.nextcloud.talk import chat as talk
from integration.app import assemble
from integration.core import Hadir
from integration.errors import DeliveryError
from integration.messages import Button, File, Reply, Text, fill
from integration.ports import ChatPlatform, Edits, Profile, Recipient, Sent
from integration.settings import load
from tests import cast
from tests.adapters.nextcloud.talk_town import ACCOUNT, Town
from tests.adapters.nextcloud.talk_town import SECRET as TALK_SECRET
from tests.conftest import SECRET
from tests.live.recording import serving
from tests.sink import mattermost


@dataclass
class Bench:
    """A platform that knows Siti, how many messages she reads there, and how to break it."""

    chat: ChatPlatform
    siti: str
    read: Callable[[], int]
    stranger: str = "tidak-ada"
    close: Callable[[], None] = lambda: None
    channel: str = "c-umum"
    shows: Callable[[], list[str]] = list

    @property
    def to_siti(self) -> Recipient:
        return Recipient(self.chat.name, "person", self.siti)


@pytest.fixture
def sqlite_hadir(sqlite_template: Path, tmp_path: Path) -> Iterator[Hadir]:
    shutil.copy(sqlite_template, tmp_path / "contract.db")
    with mattermost() as sink:
        sink.users = {"id-siti": "siti"}
        settings = load(
            {},
            database_url=f"sqlite:///{tmp_path / 'contract.db'}",
            secret_key=SECRET,
            home=tmp_path,
            mattermost_url=sink.url,
            mattermost_bot_token="t",
            public_url="http://hadir.example",
        )
        service = assemble(settings, clock=cast.Clock())
        service.sink = sink  # type: ignore[attr-defined]  # for the bench below
        with service.database.write() as db:
            cast.settle(db)
        yield service
        service.database.dispose()


def _terminal(_hadir: Hadir) -> Bench:
    chat = TerminalChat(Console(file=io.StringIO()), [Profile("siti", "siti", "siti@kantor.example", "Siti Rahayu")])
    return Bench(chat, "siti", lambda: len(chat.messages))


def _browser(hadir: Hadir) -> Bench:
    with hadir.database.write() as db:
        installation.put(db, installation.DEMO, True)
        siti = people.by_username(db, "mattermost", "siti")
        assert siti
        row = {"person_id": siti.id, "platform": "browser", "username": "siti", "external_id": "siti"}
        db.execute(people.account.insert().values(row))

    def read() -> int:
        with hadir.database.read() as db:
            return db.scalar(select(func.count()).select_from(room_message)) or 0

    def shows() -> list[str]:
        with hadir.database.read() as db:
            return [body["text"] for body in db.scalars(select(room_message.c.body))]

    return Bench(BrowserChat(hadir.database, hadir.clock), "siti", read, shows=shows)


def _mattermost(hadir: Hadir) -> Bench:
    chat = connect(hadir)
    assert chat
    sink = hadir.sink  # type: ignore[attr-defined]  # set above
    read, shows = (lambda: len(set(sink.keys()))), (lambda: sink.texts("c-umum"))
    return Bench(chat, "id-siti", read, close=chat.client.close, shows=shows)


def _talk(hadir: Hadir) -> Bench:
    town, closing = Town(people={"siti": "siti@kantor.example"}), ExitStack()
    given = {"nextcloud_url": closing.enter_context(serving(town)), "nextcloud_user": ACCOUNT}
    given |= {"nextcloud_app_password": SecretStr("sandi"), "nextcloud_talk_secret": SecretStr(TALK_SECRET)}
    hadir.settings = hadir.settings.model_copy(update=given)
    chat = talk.connect(hadir)
    assert chat
    found = access.access(hadir)
    assert found
    closing.callback(access.client(hadir, found).close)
    room = town.group("Umum", ACCOUNT, "siti")
    town.hook = lambda _body, _headers: 200

    def read() -> int:
        return len(town.reads("siti")) + len(town.heard(room))

    return Bench(chat, "siti", read, close=closing.close, channel=room.token, shows=lambda: town.heard(room))


@pytest.fixture(params=[_terminal, _browser, _mattermost, _talk], ids=["terminal", "browser", "mattermost", "talk"])
def bench(request: pytest.FixtureRequest, sqlite_hadir: Hadir) -> Iterator[Bench]:
    made: Bench = request.param(sqlite_hadir)
    yield made
    made.close()


def test_it_has_a_name(bench: Bench) -> None:
    assert bench.chat.name
    assert bench.chat.name == bench.chat.name.lower()


def test_a_message_gets_an_identity(bench: Bench) -> None:
    sent = bench.chat.send(bench.to_siti, Reply(Text("Halo")), "k1")
    assert sent.message_id
    assert sent.channel_id
    assert bench.read() == 1


def test_a_repeat_under_the_same_key_is_the_same_message(bench: Bench) -> None:
    for _ in range(3):
        bench.chat.send(bench.to_siti, Reply(Text("Halo")), "k1")
    assert bench.read() == 1
    bench.chat.send(bench.to_siti, Reply(Text("Halo")), "k2")
    assert bench.read() == 2


def test_buttons_and_foreign_words_do_no_harm(bench: Bench) -> None:
    words = fill("Dari {name}", name="@all **x** [y](http://z) \x00\u202e" + "😀" * 2000)
    reply = Reply(
        words, buttons=(Button("Setujui", "hadir.approve", "1", "good"), Button("Tolak", "hadir.reject", "1", "danger"))
    )
    assert bench.chat.send(bench.to_siti, reply, "k1").message_id


def test_files_go_along(bench: Bench) -> None:
    reply = Reply(Text("Rekap"), files=(File("rekap november.xlsx", "application/x", b"\x00\x01"),))
    assert bench.chat.send(bench.to_siti, reply, "k1").message_id


def test_a_post_may_stand_below_another_one(bench: Bench) -> None:
    channel = Recipient(bench.chat.name, "channel", bench.channel)
    root = bench.chat.send(channel, Reply(Text("Rapat besok")), "k1")
    below = replace(channel, thread=root.message_id)
    for _ in range(2):
        assert bench.chat.send(below, Reply(Text("Pindah ruang")), "k2").thread in ("", root.message_id)
    assert bench.read() == 2


def test_a_post_below_one_that_is_gone_stands_in_the_channel(bench: Bench) -> None:
    below = Recipient(bench.chat.name, "channel", bench.channel, thread="999999")
    sent = bench.chat.send(below, Reply(Text("Pindah ruang")), "k1")
    assert (sent.thread, sent.channel_id != "") == ("", True)
    assert bench.read() == 1


def test_a_profile_is_found_by_name_and_by_id(bench: Bench) -> None:
    by_name = bench.chat.profile(username="siti")
    by_id = bench.chat.profile(id=bench.siti)
    assert by_name == by_id
    assert by_name
    assert (by_name.id, by_name.username) == (bench.siti, "siti")
    assert by_name.email == by_name.email.lower()


def test_nobody_is_found_under_a_name_that_nobody_has(bench: Bench) -> None:
    assert bench.chat.profile(username=bench.stranger) is None
    assert bench.chat.profile(id=bench.stranger) is None


def test_what_cannot_be_delivered_is_a_delivery_error(bench: Bench) -> None:
    if bench.chat.name == "local":
        to = Recipient("browser", "person", bench.siti)
    else:
        to = Recipient(bench.chat.name, "person", bench.stranger)
    with pytest.raises(DeliveryError) as caught:
        bench.chat.send(to, Reply(Text("Halo")), "k1")
    assert caught.value.permanent
    assert bench.read() == 0


# ---------------------------------------------------------------- a message that says something else


def test_a_post_says_something_else_from_then_on(bench: Bench) -> None:
    if not isinstance(bench.chat, Edits):
        pytest.skip("what was printed stays")
    sent = bench.chat.send(Recipient(bench.chat.name, "channel", bench.channel), Reply(Text("Rapat pukul 9")), "k1")
    for _ in range(2):
        bench.chat.edit(sent, Reply(Text("Rapat pukul 10")), "k1")
    assert bench.shows() == ["Rapat pukul 10"]


def test_a_post_that_is_gone_cannot_be_changed(bench: Bench) -> None:
    if not isinstance(bench.chat, Edits):
        pytest.skip("what was printed stays")
    bench.chat.send(Recipient(bench.chat.name, "channel", bench.channel), Reply(Text("Rapat pukul 9")), "k1")
    for gone in (Sent("999999", bench.channel), Sent("5a" * 32, bench.channel)):
        with pytest.raises(DeliveryError) as caught:
            bench.chat.edit(gone, Reply(Text("Rapat pukul 10")), "k2")
        assert caught.value.permanent
    assert bench.shows() == ["Rapat pukul 9"]
