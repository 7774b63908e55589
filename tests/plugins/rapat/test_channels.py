"""Channels that are invited by their name, and video that needs one. Nobody invites a channel in which they are not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from sqlalchemy import select

from integration.core import Hadir
from integration.errors import DeliveryError
from integration.messages import Button, Channel, FormErrors, plain
from integration.settings import Settings
from plugins.rapat.tables import meeting_invitee
from tests.adapters.nextcloud.talk_town import ACCOUNT, Office, office
from tests.cast import Clock, Talker
from tests.plugins.rapat.house import Rooms
from tests.plugins.rapat.invited import posts
from tests.plugins.rapat.office import Channels, Named, about, asked, later, now, state, works
from tests.post import audited, button, inbox, labels

Chat = Callable[[str], Talker]


@pytest.fixture
def town(hadir: Hadir) -> Named:
    found = Named(people={"c-umum": ["siti", "dewi", "wayan"], "c-pimpinan": ["hendra", "rina"]})
    hadir.ports.chats["mattermost"] = found
    return found


def vias(hadir: Hadir, number: int = 1) -> list[str]:
    with hadir.database.read() as db:
        mine = meeting_invitee.c.meeting_id == number
        return sorted(db.scalars(select(meeting_invitee.c.via).where(mine)))


# ---------------------------------------------------------------- by name


def test_a_channel_by_its_name_in_a_form(hadir: Hadir, chat: Chat, town: Named) -> None:
    siti = chat("siti")
    siti.says("/rapat baru besok 09.00 Koordinasi")
    assert "Diundang: ~umum" in siti.submits(invite="~umum")
    works(hadir)
    assert (state(hadir), vias(hadir)) == ("planned", ["", "~umum", "~umum"])
    assert (now(hadir).channel_platform, now(hadir).channel_id, now(hadir).channel_name) == ("mattermost", "c-umum", "umum")
    assert audited(hadir, "meeting.channel")[0].after["channel_id"] == "c-umum"
    assert [row.payload["channel"] for row in posts(hadir)] == ["c-umum"]


def test_a_channel_by_its_name_in_a_message(hadir: Hadir, chat: Chat, town: Named) -> None:
    """Nothing of the platform's ids came with it."""
    chat("siti").says("/rapat besok 09.00 Koordinasi ~Umum")
    works(hadir)
    assert state(hadir) == "planned"
    chat("siti").says("/rapat mulai ~umum")
    works(hadir)
    assert (now(hadir, 2).channel_id, len(vias(hadir, 2))) == ("c-umum", 3)


@pytest.mark.parametrize("name", ["pimpinan", "tidak-ada"])
def test_a_channel_of_others_is_as_if_there_were_none(hadir: Hadir, chat: Chat, town: Named, name: str) -> None:
    siti = chat("siti")
    siti.says(f"/rapat besok 09.00 Koordinasi ~{name}")
    works(hadir)
    question = asked(hadir, "siti")
    assert f"Kanal ~{name} yang Anda ikuti tidak ditemukan." in plain(question.text)
    assert "`~ini`" in plain(question.text)
    assert labels(question) == ["Coba lagi", "Ubah", "Batalkan"]
    assert (now(hadir).channel_id, vias(hadir), posts(hadir)) == ("", [""], [])
    town.people[f"c-{name}"] = ["siti", "rina"]  # she was let in
    siti.presses(button(question, "Coba lagi"))
    works(hadir)
    assert (state(hadir), vias(hadir)) == ("planned", ["", f"~{name}"])


def test_the_id_of_a_channel_of_others_invites_nobody(hadir: Hadir, chat: Chat, town: Named) -> None:
    """The platform tells the ids of public channels to everybody."""
    siti = chat("siti")
    siti.says("/rapat besok 09.00 Koordinasi @dewi ~pimpinan", channels={"pimpinan": "c-pimpinan"})
    works(hadir)
    assert state(hadir) == "planned"
    assert (vias(hadir), now(hadir).channel_id, posts(hadir)) == (["", ""], "", [])
    [note] = [each for each in inbox(hadir, "siti") if "Coba lagi" in labels(each)]
    assert "Anda bukan anggota ~pimpinan, jadi isinya tidak diundang." in plain(note.text)
    forged = Button("x", "rapat.check_again", '1 [["channel","mattermost","c-pimpinan","pimpinan","id-siti"]]')
    siti.presses(forged)
    works(hadir)
    assert vias(hadir) == ["", ""]


def test_where_the_bot_is_not_in_it(hadir: Hadir, chat: Chat, town: Named) -> None:
    town.outside.add("c-umum")
    chat("siti").says("/rapat besok 09.00 Koordinasi ~umum")
    works(hadir)
    assert "Ketik `/invite @hadir` di sana, lalu tekan “Coba lagi”." in plain(asked(hadir, "siti").text)


def test_a_chat_that_is_down_is_asked_again(hadir: Hadir, chat: Chat, clock: Clock, town: Named) -> None:
    town.trouble = [DeliveryError("down")]
    chat("siti").says("/rapat besok 09.00 Koordinasi ~umum")
    works(hadir)
    assert state(hadir) == "checking"
    later(hadir, clock, "2026-11-23T07:40+07:00")
    works(hadir)
    assert (state(hadir), len(vias(hadir))) == ("planned", 3)


def test_a_platform_that_knows_no_names_says_so_at_once(hadir: Hadir, chat: Chat) -> None:
    hadir.ports.chats["mattermost"] = Channels()
    siti = chat("siti")
    siti.says("/rapat besok 09.00 Koordinasi ~umum")
    assert "tidak terlihat dari sini" in str(siti.last.intro)  # type: ignore[union-attr]  # it is a form


def test_a_channel_added_later_is_announced_in(hadir: Hadir, chat: Chat, town: Named) -> None:
    siti = chat("siti")
    siti.says("/rapat besok 09.00 Koordinasi @dewi")
    works(hadir)
    assert posts(hadir) == []
    siti.says("/rapat ubah 1")
    siti.submits(invite="~umum")
    works(hadir)
    assert [row.payload["channel"] for row in posts(hadir)] == ["c-umum"]
    assert about(hadir, "wayan", "Undangan")


# ---------------------------------------------------------------- Talk


@pytest.fixture
def talk(settings: Settings, clock: Clock) -> Iterator[Office]:
    with office(settings, clock) as opened:
        yield opened


def test_a_conversation_of_talk_by_its_name_and_its_post_is_edited(talk: Office) -> None:
    town, room = talk.town, talk.town.group("Rapat Bidang", ACCOUNT, "siti", "dewi")
    town.group("Rahasia", ACCOUNT, "rina")
    assert "~rapat-bidang" in talk.types("siti", "/rapat besok 09.00 Koordinasi ~rapat-bidang")
    [announced] = [text for text in town.heard(room) if "Koordinasi" in text]
    assert "24 November 2026, pukul 09.00" in announced
    assert any("Undangan" in text for text in town.reads("dewi"))
    talk.types("siti", "/rapat besok 13.00 Lain ~rahasia")
    assert any("~rahasia yang Anda ikuti tidak ditemukan" in text for text in town.reads("siti"))
    talk.types("siti", "/rapat batal 1 libur")
    talk.types("siti", "1")
    now_there, below = [text for text in town.heard(room) if "Koordinasi" in text]
    assert "Dibatalkan" in now_there
    assert "Dibatalkan" in below


# ---------------------------------------------------------------- video that needs a channel


@dataclass
class Calls(Rooms):
    name: str = "calls"
    needs_channel: bool = True


@pytest.fixture
def calls(hadir: Hadir, town: Named) -> None:
    hadir.ports.videos["calls"] = Calls()


def test_calls_without_a_channel_are_refused_with_the_cure(hadir: Hadir, chat: Chat, calls: None) -> None:
    hadir.ports.videos["jitsi"] = Rooms(name="jitsi")
    siti = chat("siti")
    wanted = {"title": "Koordinasi", "day": "besok", "time": "09.00", "provider": "calls"}
    siti.says("/rapat baru")
    siti.submits(**wanted, invite="@dewi")
    assert isinstance(siti.last, FormErrors)
    assert "Mattermost Calls berlangsung di sebuah kanal: undang kanalnya" in siti.last.by_field["provider"]
    siti.says("/rapat baru")
    assert "Dijadwalkan" in siti.submits(**wanted, invite="@dewi ~umum")
    assert now(hadir).provider == "calls"
    siti.says("/rapat besok 13.00 Lain @dewi")
    assert now(hadir, 2).provider == "jitsi"  # nobody chose, so one that can is taken
    siti.says("/rapat ubah 2")
    siti.submits(provider="calls")
    assert isinstance(siti.last, FormErrors)


def test_where_there_is_nothing_but_calls_a_meeting_is_planned_without(hadir: Hadir, chat: Chat, calls: None) -> None:
    siti = chat("siti")
    said = siti.says("/rapat besok 09.00 Koordinasi @dewi")
    assert "Mattermost Calls berlangsung di sebuah kanal" in said
    assert "Belum ada layanan" not in said
    assert now(hadir).provider == ""
    assert "Mattermost Calls berlangsung" in siti.says("/rapat mulai @dewi")
    assert "kanal" not in siti.says("/rapat mulai", channel=Channel("c-umum", "umum", "t1"))
    assert now(hadir, 3).provider == "calls"
