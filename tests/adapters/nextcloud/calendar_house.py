"""A server that does with calendars what a Nextcloud does, as far as our code can tell, and fails as it is told.

It mails inside a PUT, before it answers: `mailed` counts what everybody got.
"""

from __future__ import annotations

import hashlib
import re
import socket
from collections import Counter
from collections.abc import Callable

from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from integration.calendars import reading
from tests.adapters.nextcloud.account import USER

HOME = f"/remote.php/dav/calendars/{USER}"
_CALENDAR = "text/calendar; charset=utf-8"
_ERROR = '<?xml version="1.0"?><d:error xmlns:d="DAV:" xmlns:s="http://sabredav.org/ns"><s:exception>{}</s:exception><s:message>{}</s:message></d:error>'
_MULTI = '<?xml version="1.0"?><d:multistatus xmlns:d="DAV:" xmlns:cal="urn:ietf:params:xml:ns:caldav">{}</d:multistatus>'
_ADDRESSES = (
    "<d:response><d:href>/x</d:href><d:propstat><d:prop><cal:calendar-user-address-set>{}</cal:calendar-user-address-set>"
    "</d:prop></d:propstat></d:response>"
)
_OBJECT = (
    "<d:response><d:href>{}</d:href><d:propstat><d:prop><d:getetag>{}</d:getetag>"
    "<cal:calendar-data>{}</cal:calendar-data></d:prop></d:propstat></d:response>"
)

Fault = Callable[[Request], Response | None]


class CalendarHouse:
    """`objects` by path. `faults` by method: one for each next call, None for a call that goes well."""

    def __init__(self, server: HTTPServer) -> None:
        self.url = server.url_for("/").rstrip("/")
        self.objects: dict[str, str] = {}
        self.mailed: Counter[str] = Counter()
        self.asked: Counter[str] = Counter()
        self.unreachable: set[str] = set()
        self.thrown_away: set[str] = set()
        self.addresses = ["hadir@kantor.example"]
        self.faults: dict[str, list[Fault | None]] = {}
        self.after_put: list[Fault] = []
        server.expect_request(re.compile("/remote.php/dav/.*")).respond_with_handler(self)

    def __call__(self, request: Request) -> Response:
        self.asked[request.method] += 1
        waiting = self.faults.get(request.method, [])
        fault = waiting.pop(0) if waiting else None
        said = fault(request) if fault else None
        return said if said is not None else getattr(self, f"do_{request.method}")(request)

    def do_PROPFIND(self, _request: Request) -> Response:
        hrefs = "".join(f"<d:href>mailto:{address}</d:href>" for address in self.addresses)
        return _xml(207, _MULTI.format(_ADDRESSES.format(hrefs)))

    def do_MKCALENDAR(self, _request: Request) -> Response:
        return Response(status=201)

    def do_GET(self, request: Request) -> Response:
        content = self.objects.get(request.path)
        if content is None:
            return _xml(404, _ERROR.format("Sabre\\DAV\\Exception\\NotFound", "Calendar object not found"))
        return Response(content, 200, {"Content-Type": _CALENDAR, "ETag": etag(content)})

    def do_PUT(self, request: Request) -> Response:
        content, there = request.get_data().decode(), self.objects.get(request.path)
        wished = request.headers.get("If-Match")
        if (wished and wished != etag(there or "")) or (request.headers.get("If-None-Match") == "*" and there):
            return _xml(412, _ERROR.format("Sabre\\DAV\\Exception\\PreconditionFailed", "changed"))
        uid = str(reading.whole(reading.parse(content))["UID"])  # type: ignore[index]
        if any(uid in other for path, other in self.objects.items() if path != request.path):
            words = "Calendar object with uid already exists in this calendar collection."
            return _xml(400, _ERROR.format("Sabre\\DAV\\Exception\\BadRequest", words))
        if self._in_a_bin(content):
            return _xml(500, _ERROR.format("Doctrine\\Exception", 'Unique violation: "calobjects_by_uid_index"'))
        self.objects[request.path] = self._delivered(content, there)
        for late in self.after_put[:1]:
            self.after_put.remove(late)
            if (said := late(request)) is not None:
                return said
        return Response(status=204 if there else 201)

    def do_REPORT(self, request: Request) -> Response:
        asked = request.get_data().decode()
        found = [
            _OBJECT.format(path, "&quot;1&quot;".replace("1", etag(content).strip('"')), content)
            for path, content in self.objects.items()
            if path.startswith(request.path) and (uid := re.search(r"UID:(.*)\r", content)) and uid[1] in asked
        ]
        return _xml(207, _MULTI.format("".join(found)))

    def declines(self, path: str, who: str) -> None:
        """As a person's calendar program says it when they throw the event away."""
        wanted = re.compile(rf"(ATTENDEE[^\n]*PARTSTAT=)[A-Z-]+([^\n]*{who})")
        self.objects[path] = wanted.sub(r"\g<1>DECLINED\g<2>", self.objects[path].replace("\r\n ", ""))
        self.thrown_away.add(who)

    def _in_a_bin(self, content: str) -> bool:
        """Whether it would have to go into the calendar of somebody who has it in their bin; others are mailed before."""
        lines = [line for line in content.replace("\r\n ", "").split("\r\n") if line.startswith("ATTENDEE")]
        told = [line.rpartition("mailto:")[2] for line in lines if "SCHEDULE-AGENT=CLIENT" not in line]
        return bool(self.thrown_away.intersection(told))

    def _delivered(self, content: str, there: str | None) -> str:
        """With what became of the mails; like Nextcloud, it mails whom it is forced to, else about what has changed."""
        lines = content.replace("\r\n ", "").split("\r\n")
        forced = any("SCHEDULE-FORCE-SEND" in line for line in lines)
        for number, line in enumerate(lines):
            if line.startswith("ATTENDEE"):
                address = line.rpartition("mailto:")[2]
                news = modified(content) != modified(there or "") and "SCHEDULE-AGENT=CLIENT" not in line
                mails = "SCHEDULE-FORCE-SEND" in line if forced and there else news
                if mails and address not in self.unreachable:
                    self.mailed[address] += 1
                status = "5.0" if address in self.unreachable else "1.1"
                lines[number] = re.sub(r";SCHEDULE-FORCE-SEND=REQUEST", "", line).replace(
                    "ATTENDEE;", f"ATTENDEE;SCHEDULE-STATUS={status};", 1
                )
        return "\r\n".join(lines)


def modified(content: str) -> str:
    """What has not changed by it is no news."""
    found = re.search(r"LAST-MODIFIED:(\S+)", content)
    return found[1] if found else ""


def etag(content: str) -> str:
    return f'"{hashlib.sha256(content.encode()).hexdigest()[:16]}"'


def _xml(status: int, text: str) -> Response:
    return Response(text, status, {"Content-Type": "application/xml; charset=utf-8"})


# ---------------------------------------------------------------- faults


def hang_up(request: Request) -> Response:
    request.get_data()
    request.environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
    return Response()


def answers(status: int, text: str = "", **headers: str) -> Fault:
    """The same answer for one call."""
    kept = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda _request: Response(text, status, kept)
