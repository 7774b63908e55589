"""Answers to invitations, read from a mailbox over a real connection."""

from __future__ import annotations

from collections.abc import Iterator
from email.message import EmailMessage
from typing import Any

import pytest

from integration.adapters.imap import Access, ImapMailbox
from integration.calendars import reading
from integration.errors import DeliveryError
from integration.ports import Answer
from tests.mailbox_house import PASSWORD, USER, Mailbox, mailbox

SITI = "siti@kantor.example"
REPLY = (
    "BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:rapat-1\r\nDTSTAMP:20261123T000000Z\r\n"
    f"ATTENDEE;PARTSTAT=ACCEPTED:mailto:{SITI}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)


@pytest.fixture
def box() -> Iterator[Mailbox]:
    with mailbox() as box:
        yield box


def reader(box: Mailbox, **more: Any) -> ImapMailbox:
    given = {"host": "127.0.0.1", "port": box.port, "user": USER, "password": PASSWORD, "security": "none"} | more
    return ImapMailbox(Access(**given))


def mail(calendar: str = REPLY, sender: str = f"Siti Rahayu <{SITI}>", kind: str = "calendar") -> bytes:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, USER, "Accepted: Rapat"
    message.set_content("Saya hadir.")
    message.add_alternative(calendar.encode(), "text", kind, cte="base64", params={"method": "REPLY"})
    return message.as_bytes()


def test_an_answer_is_read_and_stays_unread_until_it_is_kept(box: Mailbox) -> None:
    box.add(mail())
    (found,) = reader(box).replies(10)
    assert found.sender == SITI
    assert reading.replies(found.calendar, found.sender) == [("rapat-1", Answer(SITI, "accepted", via="mail"))]
    assert [each.id for each in reader(box).replies(10)] == [found.id]
    reader(box).seen([found.id])
    assert reader(box).replies(10) == []


def test_what_is_no_answer_is_read_once(box: Mailbox) -> None:
    for content in (
        b"From: x@y.example\n\nHalo",
        b"",
        b"\xff\xfe\x00",
        b"From: \xff <\xff>\nContent-Type: text/calendar; charset=tidak-ada\n\n\xff",
        mail(REPLY.replace("METHOD:REPLY", "METHOD:REQUEST")),
        mail(kind="plain"),
        b"Content-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: text/calendar\n",
    ):
        box.add(content)
    assert reader(box).replies(20) == []
    assert box.seen == set(box.mails)


def test_no_more_are_read_at_once_than_were_asked_for(box: Mailbox) -> None:
    for _ in range(5):
        box.add(mail())
    assert [each.id for each in reader(box).replies(3)] == ["1", "2", "3"]


def test_a_wrong_password_and_a_missing_folder_are_mended_by_setup(box: Mailbox) -> None:
    for more, setting in (({"password": "sandi-lama"}, "HADIR_IMAP_PASSWORD"), ({"folder": "Undangan"}, "HADIR_IMAP_FOLDER")):
        with pytest.raises(DeliveryError, match=setting) as error:
            reader(box, **more).replies(10)
        assert not error.value.permanent
        assert "sandi-lama" not in str(error.value)


def test_a_server_that_breaks_off_or_is_gone_is_asked_again(box: Mailbox) -> None:
    box.add(mail())
    box.hangs_up = True
    with pytest.raises(DeliveryError, match="cannot be read"):
        reader(box).replies(10)
    with mailbox() as closed:
        pass
    with pytest.raises(DeliveryError, match="cannot be read"):
        reader(closed).replies(10)
    box.hangs_up = False
    assert len(reader(box).replies(10)) == 1
