"""The room as a chat platform."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from integration.adapters.browser.chat import BrowserChat
from integration.core import Hadir
from integration.errors import DeliveryError
from integration.messages import Button, Reply, Text
from integration.ports import Profile, Recipient
from tests.adapters.browser.desk import Visitor

SITI = Recipient("browser", "person", "siti")


@pytest.fixture
def chat(hadir: Hadir) -> BrowserChat:
    return BrowserChat(hadir.database, hadir.clock)


def test_a_message_is_shown_once_however_often_it_is_sent(chat: BrowserChat, room: Callable[[str], Visitor]) -> None:
    first = chat.send(SITI, Reply(Text("Selamat pagi.")), "k1")
    assert chat.send(SITI, Reply(Text("Selamat pagi.")), "k1") == first
    assert room("siti").sees().count("Selamat pagi.") == 1


def test_a_repeat_does_not_bring_back_the_buttons_of_a_message_that_was_answered(
    chat: BrowserChat, room: Callable[[str], Visitor]
) -> None:
    question = Reply(Text("Setuju?"), buttons=(Button("Ya", "desk.yes", "9"),))
    chat.send(SITI, question, "k1")
    room("siti").presses("Ya")
    chat.send(SITI, question, "k1")
    assert "Disetujui: 9" in room("siti").sees()
    assert "Setuju?" not in room("siti").sees()


def test_nobody_of_that_name_is_a_permanent_error(chat: BrowserChat) -> None:
    with pytest.raises(DeliveryError) as error:
        chat.send(Recipient("browser", "person", "nobody"), Reply(Text("x")), "k1")
    assert error.value.permanent


def test_a_channel_takes_a_message(chat: BrowserChat) -> None:
    sent = chat.send(Recipient("browser", "channel", "umum"), Reply(Text("x")), "k1")
    assert sent.channel_id == "umum"


def test_a_profile_by_username_and_by_id(chat: BrowserChat) -> None:
    siti = Profile("siti", "siti", "siti@kantor.example", "Siti Rahayu")
    assert chat.profile(username="Siti") == siti
    assert chat.profile(id="siti") == siti
    assert chat.profile(username="nobody") is None
