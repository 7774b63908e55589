"""The mailbox of the service's own address, read through IMAP: answers to invitations that we mailed ourselves."""

from __future__ import annotations

import contextlib
import imaplib
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.errors import InvalidHeaderDefect
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from typing import Literal

from integration.errors import DeliveryError
from integration.ports import MailedReply

SECONDS = 20.0
_LARGEST_MAIL = 1 << 20
_SETUP_SECONDS = 300.0

Security = Literal["starttls", "tls", "none"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """How the mailbox is reached."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    security: Security = "tls"
    folder: str = "INBOX"


class ImapMailbox:
    """What is unread in one folder. The mailbox is the service's alone: what is no answer is marked as read and left."""

    name = "imap"

    def __init__(self, access: Access, *, seconds: float = SECONDS) -> None:
        self._access = access
        self._seconds = seconds

    def replies(self, limit: int) -> Sequence[MailedReply]:
        """The oldest unread answers, of `limit` mails at most."""
        found: list[MailedReply] = []
        with self._opened() as server:
            _, lines = server.uid("SEARCH", "UNSEEN")
            uids = (lines[0] or b"").split() if lines else []
            for uid in uids[:limit]:
                reply = _reply(uid.decode("ascii", "replace"), _fetched(server, uid))
                if reply is None:
                    server.uid("STORE", uid.decode("ascii", "replace"), "+FLAGS", r"(\Seen)")
                else:
                    found.append(reply)
        return found

    def seen(self, ids: Sequence[str]) -> None:
        """Mark them as read."""
        if ids:
            with self._opened() as server:
                server.uid("STORE", ",".join(ids), "+FLAGS", r"(\Seen)")

    @contextmanager
    def _opened(self) -> Iterator[imaplib.IMAP4]:
        access, where = self._access, f"{self._access.host}:{self._access.port}"
        try:
            with contextlib.closing(_Closing(self._connected())) as closing:
                server = closing.server
                try:
                    server.login(access.user, access.password)
                except imaplib.IMAP4.error as error:
                    if isinstance(error, imaplib.IMAP4.abort):
                        raise
                    text = f"{where} refuses HADIR_IMAP_USER and HADIR_IMAP_PASSWORD"
                    raise DeliveryError(text, retry_after=_SETUP_SECONDS) from None
                code, _ = server.select(f'"{access.folder}"')
                if code != "OK":
                    raise DeliveryError(
                        f"{where} has no folder {access.folder!r}: HADIR_IMAP_FOLDER", retry_after=_SETUP_SECONDS
                    )
                yield server
        except TimeoutError:
            raise DeliveryError(f"the mailbox at {where} did not answer in time") from None
        except (imaplib.IMAP4.error, OSError) as error:
            raise DeliveryError(f"the mailbox at {where} cannot be read ({type(error).__name__})") from None

    def _connected(self) -> imaplib.IMAP4:
        access = self._access
        if access.security == "tls":
            return imaplib.IMAP4_SSL(access.host, access.port, ssl_context=ssl.create_default_context(), timeout=self._seconds)
        server = imaplib.IMAP4(access.host, access.port, timeout=self._seconds)
        if access.security == "starttls":
            try:
                server.starttls(ssl.create_default_context())
            except BaseException:
                server.shutdown()
                raise
        return server


@dataclass(slots=True)
class _Closing:
    server: imaplib.IMAP4

    def close(self) -> None:
        with contextlib.suppress(imaplib.IMAP4.error, OSError):
            self.server.logout()
            return
        with contextlib.suppress(imaplib.IMAP4.error, OSError):
            self.server.shutdown()


def _fetched(server: imaplib.IMAP4, uid: bytes) -> bytes:
    """The whole mail, or as much of it as an answer to an invitation can be; it stays unread."""
    _, parts = server.uid("FETCH", uid.decode("ascii", "replace"), f"(BODY.PEEK[]<0.{_LARGEST_MAIL}>)")
    return next((part[1] for part in parts if isinstance(part, tuple)), b"")


def _reply(uid: str, content: bytes) -> MailedReply | None:
    try:
        message = BytesParser(policy=default).parsebytes(content)
        assert isinstance(message, EmailMessage)  # noqa: S101  # the policy says so
        sender = _sender(message)
        for part in message.walk():
            if part.get_content_type() == "text/calendar" and sender:
                body = part.get_payload(decode=True)
                if isinstance(body, bytes) and b"METHOD:REPLY" in body.upper():
                    return MailedReply(uid, sender, body)
    except Exception:
        # A header that nobody can read, parts within parts without end: whoever knows the address may send what they like,
        # and a mail over which we stumble would lie unread before all the others for ever.
        return None
    return None


def _sender(message: EmailMessage) -> str:
    """The one address that it is from; "" where mail servers, which check who may send for whom, may read another one out
    of it than we do: `siti@kantor.example <x@luar.example>`, two lines `From`, two addresses.
    """
    lines = message.get_all("From", [])
    if len(lines) != 1 or len(lines[0].addresses) != 1:
        return ""
    if any(isinstance(defect, InvalidHeaderDefect) for defect in lines[0].defects):
        return ""
    return str(lines[0].addresses[0].addr_spec).lower()
