"""Mail through an SMTP server: iMIP invitations (RFC 6047) that every mail program knows as such, and plain letters."""

from __future__ import annotations

import hashlib
import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from typing import Literal

from integration.calendars.ics import is_address
from integration.errors import DeliveryError
from integration.ports import Letter

SECONDS = 20.0
_SETUP_SECONDS = 300.0
_LONGEST_SUBJECT = 200

Security = Literal["starttls", "tls", "none"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """How the mail server is reached; `sender` is an address, or `Name <address>`."""

    host: str
    port: int
    sender: str
    user: str = ""
    password: str = field(default="", repr=False)
    security: Security = "starttls"


class SmtpMail:
    """One connection a letter: the outbox sends few, and none of them waits for another."""

    name = "smtp"

    def __init__(self, access: Access, *, clock: Callable[[], datetime], seconds: float = SECONDS) -> None:
        self._access = access
        self._clock = clock
        self._seconds = seconds
        self._sender_name, self.sender = parseaddr(access.sender)
        self.sender = self.sender.lower()

    def send(self, letter: Letter) -> None:
        """Hand the letter over. A repeat has the same Message-ID: if the answer to the first was lost, mailboxes show one."""
        if not (is_address(letter.to) and letter.to.isascii()):
            raise DeliveryError(f"{letter.to!r} is no address that every mail server knows", permanent=True)
        message = self._message(letter)
        with self._connected() as server, _translated(self._where, letter.to):
            server.send_message(message, self.sender, [letter.to])

    def check(self) -> str:
        """Connect and log in, and let the server say what it thinks of the sender; nothing is sent."""
        with self._connected() as server, _translated(self._where):
            server.ehlo_or_helo_if_needed()
            code, said = server.mail(self.sender)
            if code >= 400:
                raise smtplib.SMTPSenderRefused(code, said, self.sender)
            server.rset()
        how = {"starttls": "with STARTTLS", "tls": "with TLS", "none": "in the clear"}[self._access.security]
        return f"{self._where} {how}, as {self.sender}"

    @contextmanager
    def _connected(self) -> Iterator[smtplib.SMTP]:
        with _translated(self._where):
            server = self._open()
        try:
            yield server
        finally:
            # What was accepted is accepted, whatever becomes of the farewell.
            with suppress(smtplib.SMTPException, OSError):
                server.quit()
            server.close()

    def _open(self) -> smtplib.SMTP:
        access = self._access
        if access.security == "tls":
            secure = ssl.create_default_context()
            server: smtplib.SMTP = smtplib.SMTP_SSL(access.host, access.port, timeout=self._seconds, context=secure)
        else:
            server = smtplib.SMTP(access.host, access.port, timeout=self._seconds)
        try:
            if access.security == "starttls":
                server.starttls(context=ssl.create_default_context())
            if access.user:
                server.login(access.user, access.password)
        except BaseException:
            server.close()
            raise
        return server

    @property
    def _where(self) -> str:
        return f"{self._access.host}:{self._access.port}"

    def _message(self, letter: Letter) -> EmailMessage:
        message = EmailMessage(policy=SMTP)
        message["From"] = _address(_clean(self._sender_name) or "Hadir", self.sender)
        message["To"] = _address("", letter.to)
        message["Subject"] = _clean(letter.subject)[:_LONGEST_SUBJECT] or "Hadir"
        message["Date"] = format_datetime(self._clock())
        message["Message-ID"] = f"<{hashlib.sha256(letter.key.encode()).hexdigest()[:40]}@{self.sender.rpartition('@')[2]}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(letter.text, cte="quoted-printable")
        if letter.calendar:
            method = letter.method or "REQUEST"
            message.add_alternative(
                letter.calendar, "text", "calendar", cte="base64", params={"method": method, "charset": "utf-8"}
            )
            # For mail programs that look for a file and not for the part.
            message.add_attachment(letter.calendar, "application", "ics", cte="base64", filename="undangan.ics")
        return message


def _address(name: str, email: str) -> Address:
    user, _, domain = email.rpartition("@")
    return Address(name, user, domain)


def _clean(words: str) -> str:
    """One line of a header: no line break gets through, whatever a title holds."""
    return " ".join("".join(" " if not char.isprintable() else char for char in words).split())


@contextmanager
def _translated(where: str, to: str = "") -> Iterator[None]:
    """What the server says, in terms of the outbox: 4xx passes, 5xx about the receiver or the letter does not.

    What setup can mend (password, sender, TLS) is kept waiting.
    """
    try:
        yield
    except smtplib.SMTPRecipientsRefused as error:
        refusal = next(iter(error.recipients.values()), (0, b""))
        raise DeliveryError(f"{where} refuses mail to {to}: {_said(*refusal)}", permanent=refusal[0] >= 500) from None
    except smtplib.SMTPDataError as error:
        said = _said(error.smtp_code, error.smtp_error)
        raise DeliveryError(f"{where} refuses the letter to {to}: {said}", permanent=error.smtp_code >= 500) from None
    except smtplib.SMTPAuthenticationError as error:
        text = f"{where} refuses HADIR_SMTP_USER and HADIR_SMTP_PASSWORD ({error.smtp_code})"
        raise DeliveryError(text, retry_after=_SETUP_SECONDS) from None
    except smtplib.SMTPSenderRefused as error:
        text = f"{where} refuses the sender {error.sender} (HADIR_SMTP_FROM): {_said(error.smtp_code, error.smtp_error)}"
        raise DeliveryError(text, retry_after=_SETUP_SECONDS if error.smtp_code >= 500 else None) from None
    except smtplib.SMTPNotSupportedError as error:
        text = f"{where} does not offer what HADIR_SMTP_SECURITY or HADIR_SMTP_USER wants: {error}"
        raise DeliveryError(text, retry_after=_SETUP_SECONDS) from None
    except smtplib.SMTPResponseException as error:
        raise DeliveryError(f"the mail server {where} says {_said(error.smtp_code, error.smtp_error)}") from None
    except ssl.SSLCertVerificationError:
        text = f"the certificate of the mail server {where} is not trusted, or its name is another"
        raise DeliveryError(text, retry_after=_SETUP_SECONDS) from None
    except smtplib.SMTPServerDisconnected as error:
        raise DeliveryError(f"the mail server {where} broke off: {_clean(str(error))[:100]}") from None
    except TimeoutError:
        raise DeliveryError(f"the mail server {where} did not answer in time") from None
    except (smtplib.SMTPException, OSError, UnicodeError) as error:
        raise DeliveryError(f"the mail server {where} cannot be reached or broke off ({type(error).__name__})") from None


def _said(code: int, words: bytes | str) -> str:
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return f"{code} {_clean(text)}"[:200]
