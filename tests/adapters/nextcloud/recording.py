"""Exchanges of our own code with a real Nextcloud: kept in files by `Recorder`, played again over HTTP by `Player`.

To record anew, point HADIR_LIVE_NEXTCLOUD_URL, _USER and _PASSWORD at a server of the version that the folder names, and:
    HADIR_RECORD_NEXTCLOUD=1 pytest tests/adapters/nextcloud -k recorded
"""

from __future__ import annotations

import base64
import json
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import requests
from werkzeug import Request, Response

VERSION = "32.0.1"
FOLDER = Path(__file__).parents[2] / "recorded" / f"nextcloud-{VERSION}"
ANY = re.compile("")
# What belongs to the connection, not to the request.
_HOPS = ("Host", "Accept-Encoding", "Connection")
_WRITING = ("X-OC-MTime", "OC-Checksum", "OC-Total-Length", "If", "If-Match", "If-None-Match", "Overwrite", "Destination")
_SAID = ("Depth", "Content-Type", "Range", *_WRITING)
_FILE = ("ETag", "OC-ETag", "OC-FileId", "X-OC-MTime", "Last-Modified")
_ANSWERED = ("Content-Type", "Content-Disposition", "Content-Range", "DAV", *_FILE)
# The folder of an upload has another name each time.
_UPLOAD = re.compile(r"hadir-[0-9a-f]{32}")
# Passwords of links (asked in plain, answered hashed) and of accounts; where the server keeps its files.
_HIDDEN = r'password|share_with|storage_id|apppassword|storageLocation|key": ?"password", ?"value'
_SECRETS = re.compile(rf'("(?:{_HIDDEN})": ?)"[^"]*"')


@dataclass(frozen=True, slots=True)
class Message:
    """A request or an answer; the body is text, or base64 after `base64:`."""

    headers: dict[str, str]
    body: str

    @classmethod
    def of(cls, headers: Mapping[str, str], names: tuple[str, ...], body: bytes, server: str) -> Message:
        given = {name.lower(): value for name, value in headers.items()}
        return cls({name: given[name.lower()] for name in names if name.lower() in given}, _kept(body, server))

    def content(self, server: str) -> bytes:
        if self.body.startswith("base64:"):
            return base64.b64decode(self.body.removeprefix("base64:"))
        return self.body.replace("{server}", server).replace("{server-in-json}", server.replace("/", "\\/")).encode()


@dataclass(frozen=True, slots=True)
class Exchange:
    method: str
    path: str
    request: Message
    status: int
    answer: Message


def file_of(test: str) -> Path:
    """Where the exchanges of a test lie; `test` is its name with parameters."""
    return FOLDER / (re.sub(r"[^A-Za-z0-9]+", "-", test.removeprefix("test_")).strip("-")[:100] + ".json")


def load(path: Path) -> list[Exchange]:
    if not path.exists():
        return []
    rows = json.loads(path.read_text(encoding="utf-8"))["exchanges"]
    return [Exchange(**row | {"request": Message(**row["request"]), "answer": Message(**row["answer"])}) for row in rows]


def save(path: Path, exchanges: list[Exchange]) -> None:
    path.unlink(missing_ok=True)
    if exchanges:
        content = {"server": f"Nextcloud {VERSION}", "exchanges": [asdict(exchange) for exchange in exchanges]}
        path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _kept(body: bytes, server: str) -> str:
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return "base64:" + base64.b64encode(body).decode()
    text = text.replace(server, "{server}").replace(server.replace("/", "\\/"), "{server-in-json}")
    return _SECRETS.sub(r'\1"***"', text)


class Player:
    """Answers as it is written, in order; `wrong` holds what was asked otherwise."""

    def __init__(self, exchanges: list[Exchange], server: str) -> None:
        self._left = list(exchanges)
        self._server = server
        self.wrong: list[str] = []

    def __call__(self, request: Request) -> Response:
        path = _UPLOAD.sub("hadir-upload", request.environ["RAW_URI"])
        asked = Message.of(dict(request.headers), _SAID, request.get_data(), self._server)
        expected = self._left.pop(0) if self._left else None
        if expected is None or (expected.method, expected.path, expected.request) != (request.method, path, asked):
            self.wrong.append(f"asked {request.method} {path} {asked}, recorded {expected}; record it anew? {__doc__}")
            return Response("not as recorded", 400)
        body = expected.answer.content(self._server)
        return Response(body, expected.status, expected.answer.headers)

    def check(self) -> None:
        assert not self.wrong, self.wrong
        assert not self._left, f"recorded, but not asked: {[(e.method, e.path) for e in self._left]}"


@contextmanager
def recorder(target: str) -> Iterator[tuple[str, list[Exchange]]]:
    """A proxy in front of `target`: its address, and the exchanges as they happen."""
    kept: list[Exchange] = []

    class Proxy(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def forward(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {name: value for name, value in self.headers.items() if name not in _HOPS}
            with requests.Session() as session:
                request = requests.Request(self.command, target, headers=headers, data=body).prepare()
                request.url = target + self.path  # to the letter
                answer = session.send(request, allow_redirects=False, timeout=60)
            asked = Message.of(dict(self.headers), _SAID, body, f"http://{self.headers['Host']}")
            answered = Message.of(answer.headers, _ANSWERED, answer.content, target)
            kept.append(Exchange(self.command, _UPLOAD.sub("hadir-upload", self.path), asked, answer.status_code, answered))
            self.send_response(answer.status_code)
            for name, value in answered.headers.items():
                self.send_header(name, value)
            if answer.status_code != 204:
                self.send_header("Content-Length", str(len(answer.content)))
            self.end_headers()
            self.wfile.write(answer.content)

        do_GET = do_PUT = do_POST = do_DELETE = do_PROPFIND = do_MKCOL = do_MOVE = do_SEARCH = forward
        do_REPORT = do_MKCALENDAR = do_PROPPATCH = forward

        def log_message(self, format: str, *args: Any) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Proxy)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", kept
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
