"""A small HTTP server that plays the part of Mattermost which takes messages, as slow or as ill as a test wants it."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Sink:
    """`posts` are the bodies of all posts as they are now, repeats too, in the order in which they came."""

    url: str = ""
    slow_seconds: float = 0.0
    down: bool = False
    users: dict[str, str] | None = None  # username by id; None: everybody exists
    posts: list[dict[str, Any]] = field(default_factory=list)
    deleted: set[str] = field(default_factory=set)
    too_old: bool = False  # nothing can be edited any more
    lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, method: str, path: str, body: Any) -> tuple[int, Any]:
        if self.down:
            return 503, {"id": "down", "message": "down", "status_code": 503}
        if path == "/api/v4/users/me":
            return 200, {"id": "bot", "username": "hadir"}
        if path.startswith("/api/v4/files"):
            return 201, {"file_infos": [{"id": "file-1"}]}
        if path.startswith("/api/v4/users/"):
            return self._user(path.removeprefix("/api/v4/users/").removeprefix("username/"))
        if path == "/api/v4/channels/direct":
            if self.users is not None and body[1] not in self.users:
                return 400, {"id": "invalid", "message": "invalid user", "status_code": 400}
            return 201, {"id": f"direct-{body[1]}"}
        if path.startswith("/api/v4/posts/") and path.endswith("/patch"):
            return self._patch(path.split("/")[4], body)
        if path == "/api/v4/posts":
            if (root := body.get("root_id", "")) and root not in {f"post-{n + 1}" for n in range(len(self.posts))}:
                error = "api.post.create_post.root_id.app_error"
                return 400, {"id": error, "message": "Invalid RootId parameter", "status_code": 400}
            with self.lock:
                self.posts.append(body)
            time.sleep(self.slow_seconds)
            return 201, {"id": f"post-{len(self.posts)}", **body}
        return 404, {"id": "not_found", "message": f"{method} {path}", "status_code": 404}

    def _user(self, who: str) -> tuple[int, Any]:
        for id, username in (self.users or {}).items():
            if who in (id, username):
                return 200, {"id": id, "username": username, "email": f"{username.upper()}@Kantor.example", "delete_at": 0}
        return 404, {"id": "not_found", "message": "no such user", "status_code": 404}

    def _patch(self, post: str, body: Any) -> tuple[int, Any]:
        number = {f"post-{n + 1}": n for n in range(len(self.posts))}.get(post)
        if post in self.deleted or number is None:
            return 404, {"id": "app.post.get.app_error", "message": "Unable to get the post.", "status_code": 404}
        if self.too_old:
            error = "api.post.update_post.permissions_time_limit.app_error"
            return 400, {"id": error, "message": "Post edit is only allowed for 5 seconds.", "status_code": 400}
        with self.lock:
            self.posts[number] = {**self.posts[number], **body}
        return 200, {"id": post, **self.posts[number]}

    def keys(self, channel: str = "") -> list[str]:
        """The keys of the posts, with repeats."""
        with self.lock:
            return [post["pending_post_id"] for post in self.posts if not channel or post["channel_id"] == channel]

    def texts(self, channel: str) -> list[str]:
        """What one reads there: a repeat of a key is the same message."""
        seen: dict[str, str] = {}
        with self.lock:
            for post in self.posts:
                if post["channel_id"] == channel:
                    seen.setdefault(post["pending_post_id"], post["message"])
        return list(seen.values())


@contextmanager
def mattermost() -> Iterator[Sink]:
    sink = Sink()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # An answer in one packet: headers that go ahead of it wait 40 ms for the other side's word that they have come.
        disable_nagle_algorithm = True
        wbufsize = -1

        def do_GET(self) -> None:
            self._reply(None)

        def do_PUT(self) -> None:
            self.do_POST()

        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers["Content-Length"]))
            self._reply(json.loads(content) if "json" in self.headers["Content-Type"] or content[:1] in b"[{" else None)

        def _reply(self, body: Any) -> None:
            status, answer = sink.answer(self.command, self.path, body)
            content = json.dumps(answer).encode()
            try:
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)
            except OSError:
                self.close_connection = True  # the worker was killed

        def log_message(self, format: str, *args: Any) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: Any, client_address: Any) -> None:
            """A killed client resets its connection; that is what the tests are about."""

    with Server(("127.0.0.1", 0), Handler) as server:
        sink.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield sink
        finally:
            server.shutdown()
            thread.join()
