"""A real CalDAV server without scheduling (Radicale) and a mail server, each on this machine, for as long as a test wants."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from pathlib import Path
from typing import Any

import requests
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from integration.adapters.smtp import Access, SmtpMail
from tests import cast
from tests.postgres import free_port

USER, PASSWORD = "hadir", "sandi-kalender"
MAIL_USER, MAIL_PASSWORD = "hadir", "sandi-surel"
SENDER = "rapat@kantor.example"


@contextmanager
def radicale_server(folder: Path) -> Iterator[str]:
    """The address of the account's root; nothing is in it."""
    users = folder / "users"
    users.write_text(f"{USER}:{PASSWORD}\n")
    port = free_port()
    options = {
        "--server-hosts": f"127.0.0.1:{port}",
        "--storage-filesystem-folder": str(folder / "collections"),
        "--auth-type": "htpasswd",
        "--auth-htpasswd-filename": str(users),
        "--auth-htpasswd-encryption": "plain",
        "--auth-delay": "0",
        "--logging-level": "warning",
        "--config": "",
    }
    command = [sys.executable, "-m", "radicale", *(part for option in options.items() for part in option)]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        _wait(f"http://127.0.0.1:{port}/", process, folder / "log")
        yield f"http://127.0.0.1:{port}/{USER}/"
    finally:
        process.terminate()
        process.wait(20)


def _wait(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 60
    while True:
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < deadline, "Radicale never came"
        try:
            requests.get(url, timeout=5)
            return
        except requests.ConnectionError:
            time.sleep(0.05)


# ---------------------------------------------------------------- mail


@dataclass
class PostOffice:
    """What it was given, and what it says to the next ones: `rcpt` by address, `data` to all."""

    port: int = 0
    letters: list[tuple[str, EmailMessage]] = field(default_factory=list)
    rcpt: dict[str, str] = field(default_factory=dict)
    data: list[str] = field(default_factory=list)
    sender: str = ""
    hangs_up: bool = False  # at the farewell

    async def handle_MAIL(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]) -> str:
        if self.sender:
            return self.sender
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]) -> str:
        if address in self.rcpt:
            return self.rcpt[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        said = self.data.pop(0) if self.data else "250 OK"
        if said.startswith("250"):
            message = BytesParser(policy=default).parsebytes(envelope.original_content or b"")
            assert isinstance(message, EmailMessage)
            self.letters.append((envelope.rcpt_tos[0], message))
        return said

    async def handle_QUIT(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.hangs_up and server.transport:
            server.transport.close()
        return "221 Bye"

    def to(self, address: str) -> list[str]:
        """The subjects of what somebody got, in order."""
        return [str(message["Subject"]) for receiver, message in self.letters if receiver == address]

    def calendars(self, address: str) -> list[str]:
        """The iCalendar objects of what somebody got, in order, unfolded."""
        found = []
        for receiver, message in self.letters:
            for part in message.walk():
                if receiver == address and part.get_content_type() == "text/calendar":
                    content: Any = part.get_payload(decode=True)
                    found.append(content.decode().replace("\r\n ", ""))
        return found


def _login(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: object) -> AuthResult:
    right = isinstance(data, LoginPassword) and (data.login, data.password) == (MAIL_USER.encode(), MAIL_PASSWORD.encode())
    return AuthResult(success=right, handled=False)


@contextmanager
def post_office(**options: Any) -> Iterator[PostOffice]:
    """A mail server until the end of the block."""
    office = PostOffice()
    controller = Controller(office, hostname="127.0.0.1", port=free_port(), **options)
    controller.start()
    office.port = controller.port
    try:
        yield office
    finally:
        controller.stop(no_assert=True)


def authenticated() -> dict[str, Any]:
    """Options of a mail server that wants a password."""
    return {"authenticator": _login, "auth_require_tls": False, "auth_required": True}


def mail_of(office: PostOffice, **more: Any) -> SmtpMail:
    options = {"host": "127.0.0.1", "port": office.port, "sender": f"Hadir <{SENDER}>", "security": "none"}
    seconds = more.pop("seconds", 20.0)
    return SmtpMail(Access(**{**options, **more}), clock=lambda: cast.MONDAY_0728, seconds=seconds)
