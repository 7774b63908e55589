"""Letters through a real mail server, and what it may say to them."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from integration.calendars import ics
from integration.errors import DeliveryError
from integration.ports import Attendee, Event, Letter, Span
from tests.calendars import MAIL_PASSWORD, MAIL_USER, SENDER, PostOffice, authenticated, mail_of, post_office
from tests.cast import MONDAY_0728, at

SITI = "siti@kantor.example"
SPAN = Span(at("2026-11-24T09:00+07:00"), at("2026-11-24T10:00+07:00"))
STYLE = ics.Style(now=MONDAY_0728, organizer=SENDER, method="REQUEST")
CALENDAR = ics.to_ical(Event("rapat-1", "Rapat", SPAN, "Asia/Jakarta", attendees=(Attendee(SITI),)), STYLE)
LETTER = Letter(SITI, "Undangan: Rapat", "Rapat besok.", "undangan-1", CALENDAR, "REQUEST")


@pytest.fixture
def office() -> Iterator[PostOffice]:
    with post_office() as office:
        yield office


def refused(office: PostOffice, letter: Letter = LETTER, **more: Any) -> DeliveryError:
    with pytest.raises(DeliveryError) as error:
        mail_of(office, **more).send(letter)
    return error.value


def test_an_invitation_arrives_as_mail_programs_want_it(office: PostOffice) -> None:
    mail_of(office).send(LETTER)
    ((to, message),) = office.letters
    assert (to, str(message["To"]), str(message["From"])) == (SITI, SITI, f"Hadir <{SENDER}>")
    assert str(message["Subject"]) == "Undangan: Rapat"
    assert str(message["Date"]) == "Mon, 23 Nov 2026 00:28:00 +0000"
    kinds = [part.get_content_type() for part in message.walk()]
    assert kinds == ["multipart/mixed", "multipart/alternative", "text/plain", "text/calendar", "application/ics"]
    (part,) = [part for part in message.walk() if part.get_content_type() == "text/calendar"]
    assert part.get_param("method") == "REQUEST"
    assert part.get_payload(decode=True) == CALENDAR


def test_a_letter_without_an_invitation_is_plain(office: PostOffice) -> None:
    mail_of(office).send(replace(LETTER, calendar=b"", method=""))
    assert office.letters[0][1].get_content_type() == "text/plain"


def test_a_repeat_is_known_by_its_id(office: PostOffice) -> None:
    for key in ("a", "a", "b"):
        mail_of(office).send(replace(LETTER, key=key))
    first, repeat, other = (str(message["Message-ID"]) for _, message in office.letters)
    assert first == repeat != other
    assert first.endswith("@kantor.example>")


def test_no_header_can_be_smuggled_in(office: PostOffice) -> None:
    subject = "Rapat\r\nBcc: semua@kantor.example\n\nisi\x00\u2028lain"
    mail_of(office, sender=f"Hadir <{SENDER}>").send(replace(LETTER, subject=subject))
    ((to, message),) = office.letters
    assert to == SITI
    assert message["Bcc"] is None
    assert str(message["Subject"]) == "Rapat Bcc: semua@kantor.example isi lain"
    for wrong in (
        f"{SITI}\r\nRCPT TO:<x@y.example>",
        "a@b.example,c@d.example",
        "<a@b.example>",
        "siti",
        "",
        "sití@kantor.example",
    ):
        assert refused(office, replace(LETTER, to=wrong)).permanent, wrong
    assert len(office.letters) == 1


def test_a_long_and_a_strange_subject_arrive(office: PostOffice) -> None:
    mail_of(office).send(replace(LETTER, subject="é" * 500, text="baris\r.\r\n.\n" + "x" * 5000))
    message = office.letters[0][1]
    assert str(message["Subject"]) == "é" * 200
    assert "x" * 5000 in message.get_body().get_content()  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("said", "permanent"), [("550 no such user", True), ("450 mailbox busy", False), ("552 full", True), ("421 later", False)]
)
def test_a_receiver_that_is_refused(office: PostOffice, said: str, permanent: bool) -> None:
    office.rcpt[SITI] = said
    error = refused(office)
    assert (error.permanent, said in str(error), SITI in str(error)) == (permanent, True, True)
    assert office.letters == []


@pytest.mark.parametrize(("said", "permanent"), [("554 spam", True), ("451 try later", False)])
def test_a_letter_that_is_refused(office: PostOffice, said: str, permanent: bool) -> None:
    office.data = [said]
    assert refused(office).permanent is permanent
    mail_of(office).send(LETTER)
    assert len(office.letters) == 1


def test_a_sender_that_is_refused_is_mended_by_setup(office: PostOffice) -> None:
    office.sender = "553 not yours"
    error = refused(office)
    assert not error.permanent
    assert "HADIR_SMTP_FROM" in str(error)
    with pytest.raises(DeliveryError, match="HADIR_SMTP_FROM"):
        mail_of(office).check()


@pytest.mark.filterwarnings("ignore:Requiring AUTH:UserWarning", "ignore::DeprecationWarning:aiosmtpd")
def test_a_password() -> None:
    with post_office(**authenticated()) as office:
        mail_of(office, user=MAIL_USER, password=MAIL_PASSWORD).send(LETTER)
        error = refused(office, user=MAIL_USER, password="lama-sekali")
        assert len(office.letters) == 1
    assert not error.permanent
    assert (error.retry_after or 0) >= 60
    assert "HADIR_SMTP_PASSWORD" in str(error)
    assert "lama-sekali" not in f"{error} {error!r}"


def test_a_server_without_starttls_is_not_trusted_with_a_letter(office: PostOffice) -> None:
    error = refused(office, security="starttls")
    assert not error.permanent
    assert "HADIR_SMTP_SECURITY" in str(error)
    assert office.letters == []


def test_nobody_there() -> None:
    with post_office() as office:
        pass
    error = refused(office)
    assert not error.permanent
    assert "cannot be reached" in str(error)


def test_a_server_that_says_nothing_is_left() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        error = refused(PostOffice(port=silent.getsockname()[1]), seconds=0.3)
    assert not error.permanent
    assert "timed out" in str(error)


def test_a_server_that_is_no_mail_server() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            connection, _ = server.accept()
            with connection:
                connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

        thread = threading.Thread(target=answer)
        thread.start()
        error = refused(PostOffice(port=server.getsockname()[1]))
        thread.join()
    assert not error.permanent


def test_what_was_accepted_stays_accepted_whatever_the_farewell(office: PostOffice) -> None:
    """A QUIT that nobody answers must not make the letter go out again."""
    office.hangs_up = True
    mail_of(office).send(LETTER)
    assert len(office.letters) == 1


def test_a_check_sends_nothing(office: PostOffice) -> None:
    said = mail_of(office).check()
    assert said == f"127.0.0.1:{office.port} in the clear, as {SENDER}"
    assert office.letters == []


def test_the_password_shows_up_nowhere(office: PostOffice) -> None:
    mail = mail_of(office, user="hadir", password="sandi-rahasia")
    assert "sandi-rahasia" not in f"{mail!r} {mail._access!r}"
