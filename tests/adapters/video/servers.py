"""Servers that answer as the documented APIs do, strict about checksums, tokens and paths, with trouble on demand."""

from __future__ import annotations

import hashlib
import json
import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl
from xml.sax.saxutils import escape

from werkzeug import Request, Response
from werkzeug.serving import WSGIRequestHandler, make_server

from tests.cast import Clock

Answer = Callable[[], Response]
Trouble = Callable[[Request, Answer], Response]


@dataclass
class House:
    """`trouble` answers in the server's stead, once each, `always` every time. `calls` is what was asked: "GET /path"."""

    clock: Clock = field(default_factory=Clock)
    url: str = ""
    calls: list[str] = field(default_factory=list)
    queries: list[str] = field(default_factory=list)
    trouble: list[Trouble] = field(default_factory=list)
    always: Trouble | None = None
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def __call__(self, environ: Any, start: Any) -> Any:
        request = Request(environ)
        with self._lock:
            self.calls.append(f"{request.method} {request.path}")
            self.queries.append(request.query_string.decode())
            trouble = self.trouble.pop(0) if self.trouble else self.always
        answer = trouble(request, lambda: self._answered(request)) if trouble else self._answered(request)
        return answer(environ, start)

    def answer(self, request: Request) -> Response:
        raise NotImplementedError

    def _answered(self, request: Request) -> Response:
        with self._lock:
            return self.answer(request)


@contextmanager
def served(house: House) -> Iterator[str]:
    """The house on a port of this machine, in threads and by its own clock; gives its address."""

    class Handler(WSGIRequestHandler):
        def date_time_string(self, timestamp: float | None = None) -> str:
            return house.clock().strftime("%a, %d %b %Y %H:%M:%S GMT")

        def log(self, type: str, message: str, *args: Any) -> None:
            """Says nothing."""

    server = make_server("127.0.0.1", 0, house, threaded=True, request_handler=Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    house.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield house.url
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()


# ---------------------------------------------------------------- trouble


def lost(request: Request, answer: Answer) -> Response:
    """It is done, and nobody hears of it."""
    answer()
    return hang_up(request, answer)


def hang_up(request: Request, answer: Answer) -> Response:
    request.get_data()
    request.environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
    return Response()


def says(status: int, body: str = "", kind: str = "application/json", **headers: str) -> Trouble:
    kept = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda request, answer: Response(body, status, {"Content-Type": kind, **kept})


PAGE = says(200, "<html><body>Silakan masuk</body></html>", "text/html; charset=utf-8")
NONSENSE = says(200, '{"a": [1, 2')
NO_OBJECT = says(200, "[1, 2]")
EMPTY = says(200, "{}")
DOWN = says(503, "<html>upstream</html>", "text/html")


@dataclass
class Silence:
    """Nothing is said until the test is over."""

    over: threading.Event = field(default_factory=threading.Event)

    def __call__(self, request: Request, answer: Answer) -> Response:
        self.over.wait(20)
        return Response(status=500)


# ---------------------------------------------------------------- Jitsi


class Jitsi(House):
    """Serves its pages; who may enter, the browser finds out there."""

    def answer(self, request: Request) -> Response:
        return Response("var config = {};", 200 if request.path == "/config.js" else 404, {"Content-Type": "text/javascript"})


# ---------------------------------------------------------------- BigBlueButton

SECRET = "639259d4-9dd8-4b25-bf01-95f9567eaf4b"
_NEEDED = {
    "create": {"name", "meetingID"},
    "end": {"meetingID", "password"},
    "getMeetingInfo": {"meetingID"},
    "getRecordings": set(),
    "getMeetings": set(),
    "join": {"fullName", "meetingID", "role"},
}


@dataclass
class BigBlueButton(House):
    """`meetings` by id: what it was made with, and who is in it. `forget` is what the server does with an empty one."""

    meetings: dict[str, dict[str, Any]] = field(default_factory=dict)
    recordings: list[dict[str, Any]] = field(default_factory=list)
    secret: str = SECRET

    def forget(self) -> None:
        self.meetings.clear()

    def enters(self, link: str) -> str:
        """Somebody follows the link that was given to them; their role, or what went wrong."""
        path, _, query = link.removeprefix(self.url).partition("?")
        asked = dict(parse_qsl(query))
        if path != "/bigbluebutton/api/join" or not self._signed("join", query):
            return "checksumError"
        if asked["meetingID"] not in self.meetings:
            return "notFound"
        user = {"id": asked.get("userID", f"w_{len(self.meetings)}x"), "name": asked["fullName"], "role": asked["role"]}
        self.meetings[asked["meetingID"]]["users"].append(user)
        return asked["role"] + (" guest" if asked.get("guest") == "true" else "")

    def answer(self, request: Request) -> Response:
        path = re.fullmatch(r"/bigbluebutton/api(?:/(\w+))?", request.path)
        query = request.query_string.decode()
        if path is None:
            return Response("not found", 404)
        if path[1] is None:
            return _xml("<returncode>SUCCESS</returncode><version>2.0</version>")
        if request.method != "GET" or path[1] not in _NEEDED:
            return _failed("unsupportedRequest")
        if not self._signed(path[1], query):
            return _failed("checksumError")
        asked = dict(parse_qsl(query))
        if not _NEEDED[path[1]] <= asked.keys() or any(ord(char) < 32 for value in asked.values() for char in value):
            return _failed("validationError")
        handler: Callable[[dict[str, str]], Response] = getattr(self, f"_{path[1]}")
        return handler(asked)

    def _signed(self, call: str, query: str) -> bool:
        rest, _, checksum = query.rpartition("checksum=")
        plain = rest.removesuffix("&")
        return checksum == hashlib.sha256(f"{call}{plain}{self.secret}".encode()).hexdigest()

    def _create(self, asked: dict[str, str]) -> Response:
        id, there = asked["meetingID"], self.meetings.get(asked["meetingID"])
        if not 2 <= len(asked["name"]) <= 64 or not re.fullmatch(r"[\w-]{2,256}", id):
            return _failed("validationError")
        if there and (there["attendeePW"], there["moderatorPW"]) != (asked["attendeePW"], asked["moderatorPW"]):
            return _failed("idNotUnique")
        if not there:
            self.meetings[id] = asked | {"users": [], "began": self.clock()}
        key = "<messageKey>duplicateWarning</messageKey>" if there else ""
        return _xml(f"<returncode>SUCCESS</returncode><meetingID>{id}</meetingID>{key}")

    def _getMeetings(self, asked: dict[str, str]) -> Response:
        return _xml("<returncode>SUCCESS</returncode><meetings/>")

    def _getMeetingInfo(self, asked: dict[str, str]) -> Response:
        found = self.meetings.get(asked["meetingID"])
        if found is None:
            return _failed("notFound")
        users = "".join(
            f"<attendee><userID>{escape(user['id'])}</userID><fullName>{escape(user['name'])}</fullName></attendee>"
            for user in found["users"]
        )
        running = "true" if found["users"] else "false"
        return _xml(
            f"<returncode>SUCCESS</returncode><running>{running}</running><startTime>{_ms(found['began'])}</startTime>"
            f"<attendees>{users}</attendees>"
        )

    def _end(self, asked: dict[str, str]) -> Response:
        found = self.meetings.get(asked["meetingID"])
        if found is None:
            return _failed("notFound")
        if found["moderatorPW"] != asked["password"]:
            return _failed("invalidPassword")
        del self.meetings[asked["meetingID"]]
        return _xml("<returncode>SUCCESS</returncode><messageKey>sentEndMeetingRequest</messageKey>")

    def _getRecordings(self, asked: dict[str, str]) -> Response:
        mine = [each for each in self.recordings if each["meetingID"] == asked["meetingID"]]
        offset = int(asked["offset"])
        page = "".join(
            f"<recording><recordID>{each['id']}</recordID><name>{escape(each['name'])}</name>"
            f"<startTime>{_ms(each['at'])}</startTime><playback>"
            f"<format><type>podcast</type><url>{self.url}/podcast/{each['id']}</url></format>"
            f"<format><type>presentation</type><url> {self.url}/playback/{each['id']} </url></format></playback></recording>"
            for each in mine[offset : offset + int(asked["limit"])]
        )
        return _xml(f"<returncode>SUCCESS</returncode><recordings>{page}</recordings>")


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def _xml(inner: str, status: int = 200) -> Response:
    return Response(f"<response>{inner}</response>", status, {"Content-Type": "text/xml;charset=utf-8"})


def _failed(key: str) -> Response:
    return _xml(f"<returncode>FAILED</returncode><messageKey>{key}</messageKey><message>No.</message>")


def as_json(content: object, status: int = 200, **headers: str) -> Response:
    return Response(json.dumps(content), status, {"Content-Type": "application/json", **headers})
