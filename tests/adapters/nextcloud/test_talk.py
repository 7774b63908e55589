"""Talk as a chat platform: what is sent, to whom, once; and what goes wrong on the way."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from pydantic import SecretStr
from sqlalchemy import select
from werkzeug import Request, Response

from integration import choices, installation, outbox
from integration.adapters.nextcloud.errors import NextcloudError
from integration.adapters.nextcloud.talk.chat import TalkChat, connect
from integration.errors import DeliveryError, NotMember
from integration.messages import Button, Channel, File, Reply, Text, fill, reply_to_json
from integration.ports import Attachments, HasAddress, Inbox, Live, Members, Recipient, Said
from integration.settings import Settings
from tests import cast
from tests.adapters.browser.desk import PLUGIN
from tests.adapters.nextcloud.faults import hang_up, hang_up_after_the_whole_request
from tests.adapters.nextcloud.talk_town import ACCOUNT, SECRET, Office, Room, Town, ocs, office

pytestmark = pytest.mark.in_turn

SITI = Recipient("nextcloud", "person", "siti")
HELLO = Reply(Text("Halo"))
PAGE = "<html><body>Silakan masuk ke jaringan kantor</body></html>"


@pytest.fixture
def talk(settings: Settings, clock: cast.Clock) -> Iterator[Office]:
    with office(settings, clock, plugins=(PLUGIN,)) as opened:
        yield opened


@pytest.fixture
def chat(talk: Office) -> TalkChat:
    found = talk.hadir.ports.chats["nextcloud"]
    assert isinstance(found, TalkChat)
    return found


@pytest.fixture
def town(talk: Office) -> Town:
    return talk.town


def to(room: Room) -> Recipient:
    return Recipient("nextcloud", "channel", room.token)


def count(town: Town, method: str, ending: str) -> int:
    return sum(asked == method and path.endswith(ending) for asked, path in town.calls)


# ---------------------------------------------------------------- what is sent


def test_it_is_everything_that_the_rest_wants_of_a_chat_platform(chat: TalkChat) -> None:
    assert all(isinstance(chat, port) for port in (Attachments, Members, Inbox, HasAddress))
    assert chat.address.endswith("/index.php/apps/spreed/?callUser=hadir")


def test_to_a_person_it_speaks_in_one_conversation_made_once(chat: TalkChat, town: Town) -> None:
    first, second = (chat.send(SITI, HELLO, key) for key in ("a", "b"))
    assert first.channel_id == second.channel_id
    assert first.message_id != second.message_id
    assert town.reads("siti") == ["Halo", "Halo"]
    assert count(town, "POST", "/v4/room") == 1
    assert town.direct("siti").bot


def test_to_a_channel_the_bot_speaks(chat: TalkChat, town: Town) -> None:
    room = town.group("Rapat", "siti", ACCOUNT)
    sent = chat.send(to(room), HELLO, "a")
    assert town.heard(room) == ["Halo"]
    assert sent.message_id == str(room.messages[-1]["id"])


def test_where_only_the_bot_is_it_speaks_all_the_same(chat: TalkChat, town: Town) -> None:
    room = town.group("Rapat", "siti")
    assert chat.send(to(room), HELLO, "a").message_id
    assert town.heard(room) == ["Halo"]


def test_a_repeat_is_recognised(chat: TalkChat, town: Town) -> None:
    room = town.group("Rapat", "siti", ACCOUNT)
    for recipient in (SITI, to(room)):
        assert len({chat.send(recipient, HELLO, "a").message_id for _ in range(3)}) == 1
    assert (len(town.reads("siti")), len(town.heard(room))) == (1, 1)


def test_a_repeat_is_recognised_after_much_talk(chat: TalkChat, town: Town) -> None:
    first = chat.send(SITI, HELLO, "a")
    for number in range(450):
        town.says("siti", town.direct("siti"), f"pesan {number}", hook=False)
    assert chat.send(SITI, HELLO, "a") == first


def test_the_first_delivery_of_a_row_does_not_look_for_itself(talk: Office, chat: TalkChat, town: Town) -> None:
    with talk.hadir.database.write() as db:
        payload = {"platform": "nextcloud", "account": "siti", "message": reply_to_json(HELLO)}
        outbox.enqueue(db, kind="chat", stream="s", key="k", payload=payload, now=talk.hadir.clock())
    assert talk.work() == 1
    token = town.direct("siti").token
    assert count(town, "GET", f"/chat/{token}") == 0


def test_buttons_are_numbers_that_can_be_chosen(talk: Office, chat: TalkChat, town: Town) -> None:
    reply = Reply(Text("Setuju?"), buttons=(Button("Ya", "desk.yes", "7"), Button("Isi", "desk.fill")))
    sent = chat.send(SITI, reply, "a")
    assert town.reads("siti") == ["Setuju?\n\nBalas dengan angka:\n1. Ya\n2. Isi"]
    with talk.hadir.database.read() as db:
        row = db.execute(select(choices.choice)).one()
    assert (row.channel, row.account, row.message_id) == (sent.channel_id, "siti", sent.message_id)


def test_a_number_presses_the_button_of_the_message_that_it_answers(talk: Office, chat: TalkChat, clock: cast.Clock) -> None:
    older = chat.send(SITI, Reply(Text("Satu?"), buttons=(Button("Ya", "desk.yes", "lama"),)), "a")
    clock.now += timedelta(minutes=1)
    chat.send(SITI, Reply(Text("Dua?"), buttons=(Button("Ya", "desk.yes", "baru"),)), "b")
    assert talk.types("siti", "1") == "Disetujui: baru"
    assert talk.types("siti", "1", answering=int(older.message_id)) == "Disetujui: lama"


def test_where_only_the_bot_is_an_answer_to_its_message_chooses_too(
    talk: Office, chat: TalkChat, town: Town, clock: cast.Clock
) -> None:
    """Nobody tells us the number of what it said there; the words of the message that is answered come along."""
    room = town.group("Rapat", "siti", "budi")
    older = asks(chat, room, "Setuju *hari* ini, {jam} 9?", "lama")
    clock.now += timedelta(minutes=1)
    asks(chat, room, "Dua?", "baru")
    assert talk.types("siti", "1", room) == "Disetujui: baru"
    assert talk.types("siti", "1", room, answering=older) == "Disetujui: lama"
    assert talk.types("budi", "1", room, answering=older) == "Disetujui: lama"


def test_of_two_messages_with_the_same_words_neither_is_pressed_by_chance(
    talk: Office, chat: TalkChat, town: Town, clock: cast.Clock
) -> None:
    room = town.group("Rapat", "siti")
    first = asks(chat, room, "Setuju?", "satu")
    asks(chat, room, "Setuju?", "satu")
    assert talk.types("siti", "1", room, answering=first) == "Disetujui: satu"
    clock.now += timedelta(minutes=1)
    asks(chat, room, "Setuju?", "dua")
    assert talk.types("siti", "1", room, answering=first) == ""
    assert talk.types("siti", "1", room) == "Disetujui: dua"


def asks(chat: TalkChat, room: Room, words: str, value: str) -> int:
    """The number of the message, which Talk does not tell us."""
    chat.send(
        to(room),
        Reply(fill("{words}", words=words), buttons=(Button("Ya", "desk.yes", value),)),
        f"{words} {value} {len(room.messages)}",
    )
    return int(room.messages[-1]["id"])


def test_nobody_chooses_what_was_offered_to_somebody_else(talk: Office, chat: TalkChat, town: Town) -> None:
    offered = chat.send(SITI, Reply(Text("Setuju?"), buttons=(Button("Ya", "desk.yes", "7"),)), "a")
    chat.send(Recipient("nextcloud", "person", "budi"), HELLO, "b")
    assert "Disetujui" not in talk.types("budi", "1")
    # A body that names Siti's conversation is believed in that; who chooses is the one who typed.
    town.says("budi", town.direct("siti"), "1", answering=int(offered.message_id))
    talk.work()
    assert not any("Disetujui" in line for who in ("siti", "budi") for line in town.reads(who))


def test_in_a_channel_anybody_may_choose_who_the_handler_lets(talk: Office, chat: TalkChat, town: Town) -> None:
    room = town.group("Rapat", "siti", "budi", ACCOUNT)
    chat.send(to(room), Reply(Text("Setuju?"), buttons=(Button("Ya", "desk.yes", "7"),)), "a")
    assert talk.types("budi", "1", room) == "Disetujui: 7"


def test_files_follow_the_text_once(chat: TalkChat, town: Town) -> None:
    files = (File("rekap nov.xlsx", "application/x", b"isi"), File("../rahasia.png", "image/png", b"gambar"))
    for _ in range(2):
        chat.send(SITI, Reply(Text("Rekap"), files=files), "a")
    assert town.reads("siti") == ["Rekap", "{file}", "{file}"]
    assert sorted(path.rpartition("/")[2] for path in town.files) == ["-rahasia.png", "rekap nov.xlsx"]
    assert all(path.startswith("Hadir Talk/") and path.count("/") == 2 for path in town.files)


def test_a_file_for_a_channel_without_the_account_says_how_to_invite_it(chat: TalkChat, town: Town) -> None:
    room = town.group("Rapat", "siti")
    with pytest.raises(NotMember, match="add it there"):
        chat.send(to(room), Reply(Text("Rekap"), files=(File("a.txt", "text/plain", b"a"),)), "a")
    assert town.heard(room) == []


def test_a_deleted_conversation_is_made_again(chat: TalkChat, town: Town) -> None:
    chat.send(SITI, HELLO, "a")
    del town.rooms[town.direct("siti").token]
    chat.send(SITI, HELLO, "b")
    assert town.reads("siti") == ["Halo"]


def test_it_speaks_the_readers_language(talk: Office, chat: TalkChat, town: Town) -> None:
    reply = Reply(Text("?"), buttons=(Button("Yes", "desk.yes"),))
    chat.send(SITI, reply, "a")
    talk.hadir.settings = talk.hadir.settings.model_copy(update={"locale": "en"})
    chat.send(SITI, reply, "b")
    assert ["Balas" in text for text in town.reads("siti")] == [True, False]


def test_a_very_long_message_is_cut_and_its_numbers_are_not(chat: TalkChat, town: Town) -> None:
    chat.send(SITI, Reply(fill("{x}", x="a " * 40_000), buttons=(Button("Ya", "desk.yes"),)), "a")
    [text] = town.reads("siti")
    assert len(text) <= 32_000
    assert text.endswith("1. Ya")
    assert "tidak muat" in text


def test_in_a_group_it_answers_an_earlier_message_of_its_own(chat: TalkChat, town: Town) -> None:
    room = town.group("Umum", ACCOUNT, "siti")
    root = chat.send(to(room), HELLO, "a")
    sent = chat.send(replace(to(room), thread=root.message_id), Reply(Text("Pindah ruang")), "b")
    assert sent.thread == root.message_id
    assert room.messages[-1]["parent"]["message"] == "Halo"
    assert town.heard(room) == ["Halo", "Pindah ruang"]


def test_in_a_group_without_that_message_it_says_it_all_the_same(chat: TalkChat, town: Town) -> None:
    room = town.group("Umum", ACCOUNT, "siti")
    sent = chat.send(replace(to(room), thread="999"), HELLO, "a")
    assert (sent.thread, town.heard(room)) == ("", ["Halo"])
    assert "parent" not in room.messages[-1]


def test_where_it_may_not_read_nobody_knows_what_to_answer(chat: TalkChat, town: Town) -> None:
    """The bot speaks where the service account is no member: then the id of its message is our own reference."""
    room = town.group("Umum", "siti")
    root = chat.send(to(room), HELLO, "a")
    assert not root.message_id.isdecimal()
    assert chat.send(replace(to(room), thread=root.message_id), HELLO, "b").thread == ""
    assert town.heard(room) == ["Halo", "Halo"]


# ---------------------------------------------------------------- who, and what was said


def test_a_profile_by_name_whatever_the_case_and_by_id(chat: TalkChat, town: Town) -> None:
    town.people["RinaM"] = ""
    by_name = chat.profile(username="rinam")
    assert by_name
    assert (by_name.id, by_name.email) == ("RinaM", "")
    assert chat.profile(id="siti") == chat.profile(username="siti")
    assert (found := chat.profile(id="siti")) is not None
    assert found.email == "siti@kantor.example"
    assert chat.profile(username="tidak-ada") is None


def test_a_conversation_is_found_by_its_name_where_the_person_is_in_it(chat: TalkChat, town: Town) -> None:
    town.group("Rapat Bidang", ACCOUNT, "budi")
    room = town.group("Rapat Bidang", ACCOUNT, "siti")
    town.group("Rahasia", "siti")  # without us
    assert chat.channel_named("rapat-bidang", "siti") == Channel(room.token, "Rapat Bidang")
    assert chat.channel_named("Rapat Bidang", "rina") is None
    assert chat.channel_named("rahasia", "siti") is None


def test_the_service_account_edits_what_the_bot_has_said(chat: TalkChat, town: Town) -> None:
    room = town.group("Umum", ACCOUNT, "siti")
    sent = chat.send(Recipient("nextcloud", "channel", room.token), Reply(Text("Pukul 9")), "k1")
    chat.edit(sent, Reply(Text("Pukul 10")), "k1")
    assert town.heard(room) == ["Pukul 10"]


@pytest.mark.parametrize("why", ["no moderator", "after a day", "no member"])
def test_what_nobody_lets_us_edit_stays(chat: TalkChat, town: Town, why: str) -> None:
    room = town.group("Umum", *([] if why == "no member" else [ACCOUNT]), "siti")
    sent = chat.send(Recipient("nextcloud", "channel", room.token), Reply(Text("Pukul 9")), "k1")
    room.led = why != "no moderator"
    if why == "after a day":
        room.messages[0]["timestamp"] -= 90_000
    with pytest.raises(DeliveryError) as caught:
        chat.edit(sent, Reply(Text("Pukul 10")), "k1")
    assert caught.value.permanent
    assert town.heard(room) == ["Pukul 9"]


def test_members_are_people_of_this_server(chat: TalkChat, town: Town) -> None:
    room = town.group("Rapat Mingguan", "siti", "budi", ACCOUNT)
    assert [member.id for member in chat.members(room.token)] == ["siti", "budi"]
    assert chat.channel_name(room.token) == "Rapat Mingguan"
    for ask in (chat.members, chat.channel_name, lambda token: chat.attachments(Channel(token), 3)):
        with pytest.raises(NotMember):
            ask(town.group("Lain", "siti").token)


def test_files_of_a_message_of_the_one_it_answers_and_of_the_room(chat: TalkChat, town: Town) -> None:
    room = town.group("Rapat", "siti", ACCOUNT)
    first = town.shares("siti", room, "satu.txt", b"1" * 10)
    second = town.shares("siti", room, "dua.txt", b"2" * 20, "/berkas simpan")
    words = town.says("siti", room, "/berkas simpan", answering=first)
    in_room = Channel(room.token)
    assert [file.name for file in chat.attachments(in_room, 5)] == ["dua.txt", "satu.txt"]
    assert [file.name for file in chat.attachments(in_room, 1)] == ["dua.txt"]
    assert [f.name for f in chat.attachments(Channel(room.token, message=str(second)), 5)] == ["dua.txt"]
    answered = Channel(room.token, message=str(words), thread=str(first))
    assert [(f.name, f.by, f.size) for f in chat.attachments(answered, 5)] == [("satu.txt", "siti", 10)]
    assert b"".join(chat.download(chat.attachments(answered, 5)[0])) == b"1" * 10


def test_what_was_missed_is_found_in_order(talk: Office, chat: TalkChat, town: Town, clock: cast.Clock) -> None:
    room = town.group("Rapat", "siti", ACCOUNT)
    other = town.group("Tanpa kami", "siti")
    start = clock.now
    town.says("siti", town.direct("siti"), "lama", hook=False)
    clock.now += timedelta(hours=1)
    for where in (town.direct("siti"), room, other):
        for text in ("masuk wfh", "pulang"):
            town.says("siti", where, text, hook=False)
    town.says("tamu", room, "/hadir masuk", actor="guests", hook=False)
    town.says("siti", room, "@hadir status", hook=False)
    found = list(chat.said(start + timedelta(minutes=1)))
    assert [(each.text, each.channel.direct, each.addressed) for each in found] == [
        ("masuk wfh", False, False),
        ("pulang", False, False),
        ("status", False, True),
        ("masuk wfh", True, False),
        ("pulang", True, False),
    ]
    assert {each.at for each in found} == {clock.now}


def test_a_webhook_and_a_look_bring_a_message_once(talk: Office, chat: TalkChat, town: Town) -> None:
    chat.send(SITI, HELLO, "a")
    town.says("siti", town.direct("siti"), "ask")
    talk.look()
    talk.work()
    assert sum("Setuju?" in text for text in town.reads("siti")) == 1


def test_a_busy_conversation_is_read_back_page_by_page(chat: TalkChat, town: Town, clock: cast.Clock) -> None:
    for number in range(500):
        town.says("siti", town.direct("siti"), str(number), hook=False)
    assert [each.text for each in chat.said(clock.now)] == [str(number) for number in range(500)]


def test_a_conversation_that_cannot_be_read_hides_no_other(chat: TalkChat, town: Town, clock: cast.Clock) -> None:
    for name in ("Satu", "Dua"):
        town.says("siti", town.group(name, "siti", ACCOUNT, bot=False), "masuk", hook=False)
    town.broken = [lambda _: town._answer(_), lambda _: ocs([], 403)]
    assert [each.channel.name for each in chat.said(clock.now)] == ["Dua"]


class Ear:
    """Who listens: what it hears, and how often it was told that nothing was missed; it has enough after `most`."""

    def __init__(self, most: int) -> None:
        self.heard: list[str] = []
        self.stop = threading.Event()
        self.said: list[str] = []
        self._most = most

    def opened(self) -> None:
        self.said.append("opened")

    def hear(self, said: Said) -> None:
        self.heard.append(said.text)

    def still(self) -> None:
        self.said.append("still")
        if len(self.said) > self._most:
            self.stop.set()


def test_a_new_conversation_is_heard_at_the_next_look_and_then_by_webhook(chat: TalkChat, town: Town) -> None:
    known = town.group("Rapat", "siti", ACCOUNT)
    town.says("siti", known, "/hadir status", hook=False)
    town.says("siti", town.direct("siti"), "masuk wfh")
    assert [each.text for each in chat.news(everywhere=False)] == ["masuk wfh"]
    assert town.direct("siti").bot
    town.says("siti", town.direct("siti"), "pulang")
    assert list(chat.news(everywhere=False)) == []
    assert [each.text for each in chat.news(everywhere=True)] == ["/hadir status", "pulang"]
    assert list(chat.news(everywhere=True)) == []


def test_it_listens_until_it_is_told_to_stop(chat: TalkChat, town: Town) -> None:
    chat.look_seconds = 0.01
    town.says("siti", town.direct("siti"), "masuk wfh")
    ear = Ear(2)
    chat.listen(ear, ear.stop)
    assert ear.heard == ["masuk wfh"]
    assert ear.said == ["opened", "still", "still"]
    assert isinstance(chat, Live)


def test_a_server_that_is_away_ends_the_listening_with_an_error(chat: TalkChat, town: Town) -> None:
    chat.look_seconds = 0.01
    broken(town, *[Response("", 503, {"X-Nextcloud-Maintenance-Mode": "1"})] * 20)
    with pytest.raises(DeliveryError, match="maintenance"):
        chat.listen(Ear(1), threading.Event())


# ---------------------------------------------------------------- faults


def broken(town: Town, *answers: Response | object) -> None:
    town.broken = [answer if callable(answer) and not isinstance(answer, Response) else _always(answer) for answer in answers]


def _always(answer: object) -> object:
    return lambda _request: answer


def refused(chat: TalkChat, recipient: Recipient = SITI) -> DeliveryError:
    with pytest.raises(DeliveryError) as error:
        chat.send(recipient, HELLO, "a")
    return error.value


def test_the_bot_where_it_is_not_on_says_who_cures_it(chat: TalkChat, town: Town) -> None:
    room = town.group("Rapat", "siti", bot=False)
    error = refused(chat, to(room))
    assert error.permanent
    assert "a moderator switches it on there" in str(error)
    assert SECRET not in str(error)


def test_a_new_secret_is_used_without_a_restart(talk: Office, chat: TalkChat, town: Town) -> None:
    room = town.group("Rapat", "siti")
    chat._talk = type(chat._talk)(ACCOUNT, "alt" * 20)
    chat.send(to(room), HELLO, "a")
    assert town.heard(room) == ["Halo"]


def test_somebody_who_has_left_is_a_permanent_error_that_names_the_cure(chat: TalkChat) -> None:
    error = refused(chat, Recipient("nextcloud", "person", "tidak-ada"))
    assert error.permanent
    assert "hadir people import" in str(error)


@pytest.mark.parametrize("fault", [hang_up, hang_up_after_the_whole_request, Response(PAGE, 200), Response("", 503)])
def test_a_fault_on_the_way_loses_nothing_and_doubles_nothing(chat: TalkChat, town: Town, fault: object) -> None:
    chat.send(SITI, HELLO, "vorher")
    broken(town, fault)
    for _ in range(3):
        try:
            chat.send(SITI, Reply(Text("Sekali")), "a")
        except NextcloudError as error:
            assert not error.permanent  # noqa: PT017 - some faults are mended within the call
    assert town.reads("siti").count("Sekali") == 1


def test_an_answer_that_got_lost_after_the_message_was_taken(chat: TalkChat, town: Town) -> None:
    chat.send(SITI, HELLO, "vorher")

    def taken_and_gone(request: Request) -> Response:
        request.get_data()
        town._answer(request)
        return hang_up_after_the_whole_request(request)

    def look(request: Request) -> Response:
        return town._answer(request)

    broken(town, look, taken_and_gone)
    chat.send(SITI, Reply(Text("Sekali")), "a")
    assert town.reads("siti").count("Sekali") == 1


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (Response("", 503, {"X-Nextcloud-Maintenance-Mode": "1"}), "maintenance"),
        (ocs([], 401), "app password"),
        (Response("", 429, {"Retry-After": "40"}), "429"),
        (Response(PAGE, 200), "something that Nextcloud does not say"),
    ],
)
def test_what_passes_is_kept_for_later(chat: TalkChat, town: Town, answer: Response, words: str) -> None:
    broken(town, *[answer] * 20)
    error = refused(chat)
    assert not error.permanent
    assert words in str(error)


def test_a_server_that_is_silent_does_not_hold_anybody_up(chat: TalkChat, town: Town) -> None:
    over = threading.Event()

    def silent(_request: Request) -> Response:
        over.wait(20)
        return ocs({})

    broken(town, *[silent] * 3)
    with chat._client.within(0.3), pytest.raises(NextcloudError, match="in time"):
        chat.profile(id="siti")
    over.set()


def test_no_bot_means_no_chat_platform(talk: Office) -> None:
    talk.hadir.settings = talk.hadir.settings.model_copy(update={"nextcloud_talk_secret": SecretStr("")})
    assert connect(talk.hadir) is None
    with talk.hadir.database.write() as db:
        installation.put_secret(db, talk.hadir.signer, "nextcloud.talk_secret", SECRET)
    assert connect(talk.hadir)


def test_the_bots_secret_shows_up_nowhere(chat: TalkChat) -> None:
    assert SECRET not in repr(chat._talk)
