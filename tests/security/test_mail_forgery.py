"""What strangers may mail to the address that invites: answers that stop the reading, and answers in others' names."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from integration.adapters.imap import Access, ImapMailbox
from integration.app import connect
from integration.calendars import answers, store
from integration.core import Hadir
from integration.ports import MailedReply
from tests.adapters.test_imap import mail
from tests.mailbox_house import PASSWORD, USER, Mailbox, mailbox
from tests.test_calendar_delivery import BUDI, RAPAT, SITI, Post, Scheduling, deliver, reply, schedule

LAST = "DTSTAMP:20261123T000000Z"


@pytest.fixture
def box() -> Iterator[Mailbox]:
    with mailbox() as box:
        yield box


@pytest.fixture
def office(hadir: Hadir) -> Scheduling:
    """An office that invites somebody to something."""
    connect(hadir)
    made = Scheduling()
    hadir.ports.calendar = made  # type: ignore[assignment]
    return made


def kept(hadir: Hadir) -> dict[str, str]:
    with hadir.database.read() as db:
        return {each.email: each.answer for each in store.answers(db, RAPAT.uid)}


def nested(depth: int) -> bytes:
    """A mail in a mail in a mail."""
    parts = (f"Content-Type: multipart/mixed; boundary=b{n}\r\n\r\n--b{n}\r\n".encode() for n in range(depth))
    return b"From: x@luar.example\r\n" + b"".join(parts) + b"Content-Type: text/calendar\r\n\r\nMETHOD:REPLY\r\n"


def test_a_mail_of_mails_without_end_does_not_keep_the_others_from_being_read(box: Mailbox) -> None:
    box.add(nested(4000))
    box.add(mail())
    reader = ImapMailbox(Access(host="127.0.0.1", port=box.port, user=USER, password=PASSWORD, security="none"))
    assert [found.id for found in reader.replies(10)] == ["2"]
    assert box.seen == {1}


@pytest.mark.parametrize(
    "line",
    [
        "RECURRENCE-ID;TZID=Asia/Jakarta:00010101T000000",
        "RECURRENCE-ID;TZID=America/New_York:99991231T235959",
        "RECURRENCE-ID;TZID=../../../etc/passwd:20260101T000000",
        "RRULE:FREQ=SECONDLY;COUNT=999999999",
        "ATTENDEE;PARTSTAT=ACCEPTED",
        "BEGIN:VEVENT\r\n" * 2000 + "END:VEVENT\r\n" * 2000,
    ],
)
def test_an_answer_that_no_calendar_can_hold_does_not_keep_the_others_from_being_heard(
    hadir: Hadir, office: Scheduling, line: str
) -> None:
    schedule(hadir, RAPAT, "1")
    deliver(hadir)
    good = reply(BUDI, "DECLINED")
    poison = reply(SITI, "ACCEPTED").calendar.decode().replace(LAST, f"{LAST}\r\n{line}")
    post = Post(unread=[MailedReply("poison", SITI, poison.encode()), good])
    hadir.ports.mailbox = post
    answers.read(hadir)
    assert kept(hadir)[BUDI] == "declined"
    assert post.unread == []


def test_nobody_answers_for_somebody_else(hadir: Hadir, office: Scheduling) -> None:
    """Two mails in one, an answer in another's name, and an address that only ends like theirs."""
    schedule(hadir, RAPAT, "1")
    deliver(hadir)
    forged = reply(SITI, "DECLINED").calendar
    mails = [
        MailedReply("1", BUDI, forged),
        MailedReply("2", f"x@luar.example,{SITI}", forged),
        MailedReply("3", f"{SITI}.luar.example", forged),
        MailedReply("4", "penipu@luar.example", forged.replace(SITI.encode(), b"penipu@luar.example")),
    ]
    hadir.ports.mailbox = Post(unread=mails)
    answers.read(hadir)
    assert kept(hadir) == {}


@pytest.mark.parametrize(
    ("sender", "from_"),
    [
        (f"{SITI} <penipu@luar.example>", []),
        (f"<{SITI}> <penipu@luar.example>", []),
        (f"{SITI}, penipu@luar.example", []),
        (f'"{SITI}" <penipu@luar.example>', ["penipu@luar.example"]),
        (f"penipu@luar.example ({SITI})", ["penipu@luar.example"]),
        (f"=?utf-8?q?{SITI.replace('@', '=40')}=3E?= <penipu@luar.example>", ["penipu@luar.example"]),
        (f"Siti R. <{SITI}>", [SITI]),
        (SITI.upper(), [SITI]),
    ],
)
def test_a_name_that_is_somebodys_address_is_no_address(box: Mailbox, sender: str, from_: list[str]) -> None:
    """What a mail server holds for the sender, and checks, must be what we hold for the sender."""
    head, _, body = mail().partition(b"\n")
    assert head.startswith(b"From: ")
    box.add(b"From: " + sender.encode() + b"\n" + body)
    reader = ImapMailbox(Access(host="127.0.0.1", port=box.port, user=USER, password=PASSWORD, security="none"))
    assert [found.sender for found in reader.replies(10)] == from_


def test_a_mail_with_two_senders_is_from_nobody(box: Mailbox) -> None:
    box.add(b"From: penipu@luar.example\n" + mail())
    reader = ImapMailbox(Access(host="127.0.0.1", port=box.port, user=USER, password=PASSWORD, security="none"))
    assert reader.replies(10) == []
