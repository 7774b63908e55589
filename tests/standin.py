"""A small HTTP server that plays the part of a Nextcloud which takes files, as slow or as ill as a test wants it.

It answers as the real one does (tests/recorded), and only what is asked of it there: files, folders, uploads in pieces,
events of a calendar.
"""

from __future__ import annotations

import hashlib
import json
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote, urlsplit

USER = "hadir"
_FILES, _UPLOADS = f"/remote.php/dav/files/{USER}", f"/remote.php/dav/uploads/{USER}"
_CALENDARS, _PRINCIPAL = f"/remote.php/dav/calendars/{USER}", f"/remote.php/dav/principals/users/{USER}"

# What a request is answered with instead, by status; 0 hangs up before the work is done, -1 after it.
HANG_UP, HANG_UP_AFTER = 0, -1


@dataclass
class File:
    content: bytes
    etag: str
    checksum: str


@dataclass
class Cloud:
    """`files` by path from the account's root. `faults` is asked for each request, by method and path: a status, or None.

    `attendee_seconds` is what it takes to bring an event to one of those invited; `events` are what it holds, by path.
    """

    url: str = ""
    slow_seconds: float = 0.0
    attendee_seconds: float = 0.0
    events: dict[str, str] = field(default_factory=dict)
    files: dict[str, File] = field(default_factory=dict)
    folders: set[str] = field(default_factory=lambda: {""})
    uploads: dict[str, dict[str, bytes]] = field(default_factory=dict)
    faults: Callable[[str, str], int | None] = lambda method, path: None
    asked: list[tuple[str, str]] = field(default_factory=list)
    written: list[str] = field(default_factory=list)  # every write of a file, in order
    inside: int = 0
    most_inside: int = 0
    number: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def edit(self, path: str, content: bytes) -> None:
        """Somebody changes the file by hand."""
        self._write(path, content, "")

    def _write(self, path: str, content: bytes, checksum: str) -> File:
        self.number += 1
        self.files[path] = file = File(content, f"etag-{self.number}", checksum)
        self.written.append(path)
        return file

    # ------------------------------------------------------------ what is asked

    def answer(self, method: str, path: str, headers: Message, body: bytes) -> tuple[int, dict[str, str], bytes]:
        if path.startswith("/ocs/v1.php/cloud/user"):
            return 200, {}, json.dumps({"ocs": {"meta": {"status": "ok"}, "data": {"id": USER}}}).encode()
        with self.lock:
            if path.startswith((_CALENDARS, _PRINCIPAL)):
                return self._calendar(method, path, body)
            if path.startswith(_UPLOADS):
                return self._upload(method, path.removeprefix(_UPLOADS).strip("/"), headers, body)
            return self._file(method, path.removeprefix(_FILES).strip("/"), headers, body)

    def _file(self, method: str, path: str, headers: Message, body: bytes) -> tuple[int, dict[str, str], bytes]:
        file, parent = self.files.get(path), path.rpartition("/")[0]
        match method:
            case "PUT" if parent not in self.folders:
                return _refused(404, "the folder is missing")
            case "PUT" if not _as_expected(file, headers):
                return _refused(412, "it is another")
            case "PUT":
                return _written(self._write(path, body, headers.get("OC-Checksum", "")))
            case "MKCOL" if path in self.folders:
                return _refused(405, "it is there")
            case "MKCOL" if parent not in self.folders:
                return _refused(409, "the folder above is missing")
            case "MKCOL":
                self.folders.add(path)
                return 201, {}, b""
            case "GET" if file:
                return _piece(file, headers)
            case "PROPFIND" if file or path in self.folders:
                inside = [name for name in self.files if name.rpartition("/")[0] == path] if headers.get("Depth") == "1" else []
                return 207, {"Content-Type": "application/xml"}, self._described([path, *inside])
            case "DELETE" if file:
                del self.files[path]
                return 204, {}, b""
        return _refused(404, "there is no such file")

    def seconds(self, method: str, path: str, body: bytes) -> float:
        """How long it takes over a request."""
        attendees = body.count(b"\nATTENDEE") if method == "PUT" and path.startswith(_CALENDARS) else 0
        return self.slow_seconds + self.attendee_seconds * attendees

    def _calendar(self, method: str, path: str, body: bytes) -> tuple[int, dict[str, str], bytes]:
        if method == "PROPFIND":
            return 207, {"Content-Type": "application/xml"}, _ADDRESS_SET.encode()
        if method == "REPORT":
            return 207, {"Content-Type": "application/xml"}, f"<d:multistatus {_XMLNS}></d:multistatus>".encode()
        if method == "MKCALENDAR":
            return 201, {}, b""
        if method == "PUT":
            there = path in self.events
            self.events[path] = body.decode()
            return 204 if there else 201, {}, b""
        if method == "GET" and path in self.events:
            content = self.events[path].encode()
            etag = hashlib.sha256(content).hexdigest()[:16]
            return 200, {"Content-Type": "text/calendar; charset=utf-8", "ETag": f'"{etag}"'}, content
        return _refused(404, "there is no such event")

    def _upload(self, method: str, path: str, headers: Message, body: bytes) -> tuple[int, dict[str, str], bytes]:
        name, _, piece = path.partition("/")
        if method == "MKCOL":
            self.uploads[name] = {}
            return 201, {}, b""
        if name not in self.uploads:
            return _refused(404, "there is no such upload")
        if method == "PUT":
            self.uploads[name][piece] = body
            return 201, {}, b""
        if method == "DELETE":
            del self.uploads[name]
            return 204, {}, b""
        target = unquote(urlsplit(headers["Destination"]).path).removeprefix(_FILES).strip("/")
        there, wanted = self.files.get(target), re.search(r'\["(.*)"\]', headers.get("If", ""))
        if (there and headers.get("Overwrite") == "F") or (wanted and (there is None or there.etag != wanted[1])):
            return _refused(412, "it is another")
        pieces = self.uploads.pop(name)
        content = b"".join(pieces[number] for number in sorted(pieces))
        assert len(content) == int(headers["OC-Total-Length"])
        return _written(self._write(target, content, headers.get("OC-Checksum", "")))

    def _described(self, paths: list[str]) -> bytes:
        return f'<?xml version="1.0"?><d:multistatus {_XMLNS}>{"".join(map(self._one, paths))}</d:multistatus>'.encode()

    def _one(self, path: str) -> str:
        file, number = self.files.get(path), int(hashlib.sha256(path.encode()).hexdigest()[:6], 16)
        about = f"<d:getlastmodified>{formatdate(0, usegmt=True)}</d:getlastmodified><oc:fileid>{number}</oc:fileid>"
        if file:
            about += (
                f"<d:getcontentlength>{len(file.content)}</d:getcontentlength><d:getetag>&quot;{file.etag}&quot;</d:getetag>"
            )
            about += f"<oc:checksums><oc:checksum>{file.checksum}</oc:checksum></oc:checksums><d:resourcetype/>"
        else:
            about += "<d:resourcetype><d:collection/></d:resourcetype>"
        return (
            f"<d:response><d:href>{_FILES}/{path}</d:href><d:propstat><d:prop>{about}</d:prop>"
            "<d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response>"
        )


_ADDRESS_SET = (
    '<d:multistatus xmlns:d="DAV:" xmlns:cal="urn:ietf:params:xml:ns:caldav"><d:response><d:href>/x</d:href><d:propstat>'
    "<d:prop><cal:calendar-user-address-set><d:href>mailto:hadir@kantor.example</d:href></cal:calendar-user-address-set>"
    "</d:prop></d:propstat></d:response></d:multistatus>"
)
_XMLNS = 'xmlns:d="DAV:" xmlns:oc="http://owncloud.org/ns" xmlns:nc="http://nextcloud.org/ns"'


def _as_expected(file: File | None, headers: Message) -> bool:
    if headers.get("If-None-Match") == "*":
        return file is None
    wanted = headers.get("If-Match", "").strip('"')
    return not wanted or (file is not None and file.etag == wanted)


def _piece(file: File, headers: Message) -> tuple[int, dict[str, str], bytes]:
    if not _as_expected(file, headers):
        return _refused(412, "it is another")
    known = {"OC-ETag": f'"{file.etag}"'}
    asked = re.fullmatch(r"bytes=(\d+)-(\d+)", headers.get("Range", ""))
    if asked is None or not file.content:
        return 200, known, file.content
    part = file.content[int(asked[1]) : int(asked[2]) + 1]
    last = int(asked[1]) + len(part) - 1
    return 206, known | {"Content-Range": f"bytes {asked[1]}-{last}/{len(file.content)}"}, part


def _written(file: File) -> tuple[int, dict[str, str], bytes]:
    return 201, {"OC-FileId": "1oc", "OC-ETag": f'"{file.etag}"'}, b""


def _refused(status: int, words: str) -> tuple[int, dict[str, str], bytes]:
    text = f"<d:error {_XMLNS} xmlns:s='http://sabredav.org/ns'><s:exception>No</s:exception><s:message>{words}</s:message>"
    return status, {"Content-Type": "application/xml"}, f"{text}</d:error>".encode()


@contextmanager
def standing_in(cloud: Cloud | None = None, port: int = 0) -> Iterator[Cloud]:
    """The server until the end of the block; at a port that is free, or at the one that it had before."""
    cloud = cloud or Cloud()
    server = ThreadingHTTPServer(("127.0.0.1", port), _handler(cloud))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    cloud.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield cloud
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _handler(cloud: Cloud) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # A small answer goes out at once, and in one packet with its headers.
        disable_nagle_algorithm = True
        wbufsize = -1

        def handle_one(self) -> None:
            path = unquote(urlsplit(self.path).path)
            with cloud.lock:
                cloud.asked.append((self.command, path))
                cloud.inside += 1
                cloud.most_inside = max(cloud.most_inside, cloud.inside)
            try:
                self._answer(path)
            finally:
                with cloud.lock:
                    cloud.inside -= 1

        def _answer(self, path: str) -> None:
            fault = cloud.faults(self.command, path)
            if fault == HANG_UP:
                self.rfile.read(min(10, int(self.headers.get("Content-Length", 0))))
                return self._gone()
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            time.sleep(cloud.seconds(self.command, path, body))
            if fault is not None and fault != HANG_UP_AFTER:
                status, headers, content = fault, {"Content-Type": "text/html"}, b"<html>Kantor</html>"
            else:
                status, headers, content = cloud.answer(self.command, path, self.headers, body)
            if fault == HANG_UP_AFTER:
                return self._gone()
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            if status != 204:
                self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)
            return None

        def _gone(self) -> None:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)

        do_GET = do_PUT = do_POST = do_DELETE = do_PROPFIND = do_MKCOL = do_MOVE = do_SEARCH = handle_one
        do_REPORT = do_MKCALENDAR = handle_one

        def log_message(self, format: str, *args: Any) -> None:
            """Says nothing."""

    return Handler
