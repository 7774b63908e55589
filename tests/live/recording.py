"""Writes down what our code and a real server say to each other: a proxy in front of the server, a layer around our app.

What identifies the machine or opens a door is replaced by a name that stays the same within a recording, so that a
recorded token still equals itself wherever it comes again.
"""

from __future__ import annotations

import json
import re
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.parser import BytesParser
from email.policy import HTTP
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import requests
from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

# Fields whose value opens a door, wherever in a body they stand. Our own signed values are made with a test's key.
SECRET_FIELDS = frozenset({"token", "password", "trigger_id", "cookie", "invite_id", "email"})
_KEPT_HEADERS = ("Content-Type", "Retry-After")
# A server's configuration holds paths and addresses; what the doctor reads of it is enough.
_KEPT_SETTINGS = frozenset(
    {
        "ServiceSettings",
        "SiteURL",
        "Version",
        "EnableCommands",
        "EnableBotAccountCreation",
        "RequireEmailVerification",
        "AllowedUntrustedInternalConnections",
        "DisableBotsWhenOwnerIsDeactivated",
    }
)


@dataclass
class Recorder:
    """Exchanges in the order in which they were finished, by section."""

    sections: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    _names: dict[str, str] = field(default_factory=dict)
    _section: str = ""
    _open: int = 0
    _changed: threading.Condition = field(default_factory=threading.Condition)

    @contextmanager
    def section(self, name: str) -> Iterator[None]:
        """What begins inside the block belongs to the section; the block ends when all of it is finished."""
        self._section = name
        try:
            yield
        finally:
            with self._changed:
                self._section = ""
                assert self._changed.wait_for(lambda: not self._open, 20), "a request never ended"

    @contextmanager
    def exchange(
        self, direction: str, method: str, path: str, sent: Any
    ) -> Iterator[Callable[[int, dict[str, str], Any], None]]:
        """One request; the block calls what it is given with the answer: status, headers, body."""
        with self._changed:
            section = self._section
            self._open += 1

        def answered(status: int, headers: dict[str, str], got: Any) -> None:
            about = {"direction": direction, "method": method, "path": path, "request": sent}
            answer = {"status": status, "headers": headers, "response": _settings(got) if "/api/v4/config" in path else got}
            if section:
                self.sections.setdefault(section, []).append(about | answer)

        try:
            yield answered
        finally:
            with self._changed:
                self._open -= 1
                self._changed.notify_all()

    def write(self, folder: Path, replace: dict[str, str]) -> None:
        """One file a section; `replace` maps addresses and names of this run to lasting ones."""
        folder.mkdir(parents=True, exist_ok=True)
        for name, exchanges in self.sections.items():
            text = json.dumps([self._safe(exchange) for exchange in exchanges], indent=1, ensure_ascii=False, sort_keys=True)
            for secret, label in self._names.items():
                text = text.replace(secret, label)
            for old, new in replace.items():
                text = text.replace(old, new)
            (folder / f"{name}.json").write_text(text + "\n", encoding="utf-8")

    def _safe(self, value: Any, name: str = "") -> Any:
        if isinstance(value, dict):
            return {key: self._safe(part, key) for key, part in value.items() if not key.startswith("notify_props")}
        if isinstance(value, list):
            return [self._safe(part, name) for part in value]
        if name in SECRET_FIELDS and isinstance(value, str) and value and not value.startswith("eyJ") and "." not in value[30:]:
            return self._names.setdefault(value, f"{name}-{len(self._names) + 1}")
        return value


def _settings(config: dict[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in config.items() if name in _KEPT_SETTINGS}
    return {name: _settings(value) if isinstance(value, dict) else value for name, value in kept.items()}


def body(raw: bytes, content_type: str) -> Any:
    """A body as data: JSON, a form, the fields of an upload, or text."""
    if content_type.startswith("application/json"):
        return json.loads(raw or b"null")
    if content_type.startswith("application/x-www-form-urlencoded"):
        return parse_qs(raw.decode(), keep_blank_values=True)
    if content_type.startswith("multipart/"):
        message = BytesParser(policy=HTTP).parsebytes(b"Content-Type: " + content_type.encode() + b"\r\n\r\n" + raw)
        return {"multipart": [str(part["Content-Disposition"]) for part in message.iter_parts()]}  # type: ignore[attr-defined]
    return raw.decode(errors="replace")


_MARK = re.compile(rb'("pending_post_id": ?"[^"]+)"')


@contextmanager
def serving(app: WSGIApplication, port: int = 0) -> Iterator[str]:
    """The app on a port of this machine, in threads; gives its address."""
    server = make_server("127.0.0.1", port, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()


def proxy(target: str, recorder: Recorder) -> WSGIApplication:
    """Passes everything on to `target` and records it: what our code asks of the server.

    For half a minute a server answers a post whose mark it knows with the post that it has, whatever the channel; every run
    begins with the same marks, so each gets its own.
    """
    run = uuid.uuid4().hex[:8].encode()

    @Request.application
    def app(request: Request) -> Response:
        raw, path = request.get_data(), request.full_path.rstrip("?")
        headers = {key: value for key, value in request.headers if key in ("Authorization", "Content-Type", "Accept")}
        with recorder.exchange("to_server", request.method, path, body(raw, request.content_type or "")) as answered:
            answer = requests.request(
                request.method,
                target + path,
                data=_MARK.sub(rb'\1.%s"' % run, raw),
                headers=headers,
                timeout=30,
                allow_redirects=False,
            )
            kept = {name: answer.headers[name] for name in _KEPT_HEADERS if name in answer.headers}
            content = answer.content.replace(b"." + run, b"")
            answered(answer.status_code, kept, body(content, kept.get("Content-Type", "")))
        return Response(content, answer.status_code, kept)

    return app  # type: ignore[return-value]  # werkzeug's decorator makes a WSGI application of it


def listening(app: WSGIApplication, recorder: Recorder) -> WSGIApplication:
    """Records what the server asks of our app."""

    def wrapped(environ: WSGIEnvironment, start_response: StartResponse) -> Any:
        request = Request(environ)
        raw, path = request.get_data(), request.full_path.rstrip("?")
        environ["wsgi.input"] = BytesIO(raw)
        head: dict[str, Any] = {}

        def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Callable[[bytes], object]:
            head.update(status=int(status.split()[0]), headers={k: v for k, v in headers if k in _KEPT_HEADERS})
            return start_response(status, headers, *rest)

        with recorder.exchange("from_server", request.method, path, body(raw, request.content_type or "")) as answered:
            content = b"".join(app(environ, start))
            answered(head["status"], head["headers"], body(content, head["headers"].get("Content-Type", "")))
        return [content]

    return wrapped


def version_folder(root: Path, version: str) -> Path:
    """`mattermost-11.6` for 11.6.0."""
    short = re.match(r"\d+\.\d+", version)
    return root / f"mattermost-{short[0] if short else version}"
