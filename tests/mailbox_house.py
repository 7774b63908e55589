"""A small IMAP server with one folder: enough of RFC 3501 for a client that logs in, searches, reads and marks."""

from __future__ import annotations

import re
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

USER, PASSWORD = "rapat@kantor.example", "sandi-kotak-surat"


@dataclass
class Mailbox:
    """`mails` by UID; `seen` are those that were marked as read. `hangs_up` at the first command that reads."""

    mails: dict[int, bytes] = field(default_factory=dict)
    seen: set[int] = field(default_factory=set)
    port: int = 0
    hangs_up: bool = False

    def add(self, content: bytes) -> int:
        uid = len(self.mails) + 1
        self.mails[uid] = content.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
        return uid


@contextmanager
def mailbox() -> Iterator[Mailbox]:
    box = Mailbox()

    class Talk(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self._say("* OK IMAP4rev1 ready")
            while line := self.rfile.readline().decode("utf-8", "replace").strip():
                tag, _, command = line.partition(" ")
                if box.hangs_up and command.upper().startswith("UID"):
                    return
                if not self._answer(tag, command):
                    return

        def _answer(self, tag: str, command: str) -> bool:
            verb = command.split()[0].upper()
            if verb == "UID":
                verb = "UID " + command.split()[1].upper()
            known: Any = {
                "CAPABILITY": self._capability,
                "LOGIN": self._login,
                "SELECT": self._select,
                "UID SEARCH": self._search,
                "UID FETCH": self._fetch,
                "UID STORE": self._store,
                "LOGOUT": self._logout,
            }.get(verb)
            said = known(command) if known else "BAD unknown"
            self._say(f"{tag} {said} done")
            return verb != "LOGOUT"

        def _capability(self, _command: str) -> str:
            self._say("* CAPABILITY IMAP4rev1")
            return "OK"

        def _login(self, command: str) -> str:
            return "OK" if f'"{PASSWORD}"' in command and USER in command else "NO wrong"

        def _select(self, command: str) -> str:
            if '"INBOX"' not in command:
                return "NO no such folder"
            self._say(f"* {len(box.mails)} EXISTS")
            return "OK [READ-WRITE]"

        def _search(self, _command: str) -> str:
            self._say("* SEARCH " + " ".join(str(uid) for uid in box.mails if uid not in box.seen))
            return "OK"

        def _fetch(self, command: str) -> str:
            uid = int(command.split()[2])
            content = box.mails[uid]
            self.wfile.write(f"* {uid} FETCH (UID {uid} BODY[]<0> {{{len(content)}}}\r\n".encode() + content + b")\r\n")
            return "OK"

        def _store(self, command: str) -> str:
            if "+FLAGS" in command and "\\Seen" in command:
                box.seen |= {int(uid) for uid in re.findall(r"\d+", command.split()[2])}
            return "OK"

        def _logout(self, _command: str) -> str:
            self._say("* BYE")
            return "OK"

        def _say(self, line: str) -> None:
            self.wfile.write(line.encode() + b"\r\n")

    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address = True

    with Server(("127.0.0.1", 0), Talk) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        box.port = server.server_address[1]
        try:
            yield box
        finally:
            server.shutdown()
            thread.join()
