"""A small Mattermost of posts: REST and websocket on one port, as the adapter meets them, with trouble on demand.

What it answers has the shape that a real 11.6 gives (`tests/recorded/`); ids are names, so that tests read well.
"""

from __future__ import annotations

import itertools
import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask import Flask, jsonify, request
from flask.typing import ResponseReturnValue
from websockets.exceptions import ConnectionClosed
from websockets.sync.server import ServerConnection, serve

from tests.live.recording import serving

BOT = "id-hadir"


def milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


@dataclass
class Town:
    """`trouble` answers a REST call in the server's stead, one each: called with the path, it gives an answer or None."""

    tokens: set[str] = field(default_factory=lambda: {"bot-token"})
    users: dict[str, dict[str, Any]] = field(default_factory=dict)
    channels: dict[str, dict[str, Any]] = field(default_factory=dict)
    posts: dict[str, dict[str, Any]] = field(default_factory=dict)
    trouble: list[Callable[[str], ResponseReturnValue | None]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    sockets: list[ServerConnection] = field(default_factory=list)
    skips: int = 0
    url: str = ""
    _numbers: Any = field(default_factory=lambda: itertools.count(1))
    _sent: dict[int, int] = field(default_factory=dict)
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def __post_init__(self) -> None:
        self.user("hadir", is_bot=True)

    def user(self, name: str, **more: Any) -> str:
        self.users[f"id-{name}"] = {"id": f"id-{name}", "username": name, "delete_at": 0, "email": ""} | more
        return f"id-{name}"

    def channel(self, name: str, kind: str = "O") -> str:
        made = {"name": name, "type": kind, "team_id": "" if kind == "D" else "t1", "last_post_at": 0}
        self.channels.setdefault(f"c-{name}", {"id": f"c-{name}"} | made)
        return f"c-{name}"

    def direct(self, who: str) -> str:
        return self.channel(f"{BOT}__id-{who}", "D")

    # ------------------------------------------------------------ what people do

    def post(self, who: str, text: str, at: datetime, channel: str = "", **more: Any) -> dict[str, Any]:
        """Somebody posts, to the bot unless a channel is named; everybody who is connected hears it."""
        if f"id-{who}" not in self.users:
            self.user(who)
        place = channel or self.direct(who)
        made: dict[str, Any] = {
            "id": f"post{next(self._numbers):06}",
            "create_at": milliseconds(at),
            "edit_at": 0,
            "delete_at": 0,
        }
        made |= {"user_id": f"id-{who}", "channel_id": place, "root_id": "", "message": text, "type": "", "props": {}}
        made |= {"file_ids": []} | more
        with self._lock:
            self.posts[made["id"]] = made
            self.channels[place]["last_post_at"] = made["create_at"]
            self._say("posted", self._posted(made))
        return made

    def _posted(self, post: dict[str, Any]) -> dict[str, Any]:
        place = self.channels[post["channel_id"]]
        data = {"channel_type": place["type"], "channel_name": place["name"], "team_id": place["team_id"]}
        return data | {"post": json.dumps(post), "sender_name": f"@{self.users[post['user_id']]['username']}"}

    def drop(self) -> None:
        """Every connection ends, without a word."""
        with self._lock:
            for connection in self.sockets:
                with suppress(OSError):  # the other side may have ended it already
                    connection.socket.shutdown(socket.SHUT_RDWR)
            self.sockets.clear()

    # ------------------------------------------------------------ websocket

    def _say(self, event: str, data: dict[str, Any]) -> None:
        for connection in list(self.sockets):
            number = self._sent[id(connection)]
            self._sent[id(connection)] = number + 1
            if self.skips:
                self.skips -= 1
                continue
            with suppress(ConnectionClosed, OSError):
                connection.send(json.dumps({"event": event, "data": data, "broadcast": {}, "seq": number}))

    def _welcome(self, connection: ServerConnection) -> None:
        if connection.request and connection.request.headers.get("Authorization", "")[7:] not in self.tokens:
            return
        with self._lock:
            connection.send(json.dumps({"event": "hello", "data": {"connection_id": "x"}, "broadcast": {}, "seq": 0}))
            self._sent[id(connection)] = 1
            self.sockets.append(connection)
        with suppress(ConnectionClosed):
            for _ in connection:
                pass
        with self._lock, suppress(ValueError):
            self.sockets.remove(connection)

    # ------------------------------------------------------------ REST

    def app(self) -> Flask:
        app = Flask("mattermost")

        @app.before_request
        def checked() -> ResponseReturnValue | None:
            self.asked.append(request.path)
            if request.headers.get("Authorization", "")[7:] not in self.tokens:
                return jsonify(id="api.context.session_expired.app_error", message="Invalid or expired session"), 401
            return self.trouble.pop(0)(request.path) if self.trouble else None

        app.add_url_rule("/api/v4/users/me", "me", lambda: jsonify(self.users[BOT]))
        app.add_url_rule("/api/v4/users/me/channels", "mine", lambda: jsonify(list(self.channels.values())))
        app.add_url_rule("/api/v4/channels/<id>/posts", view_func=self._listed)
        app.add_url_rule("/api/v4/users/ids", view_func=self._users, methods=["POST"])
        app.add_url_rule("/api/v4/channels/direct", view_func=self._direct, methods=["POST"])
        app.add_url_rule("/api/v4/posts", view_func=self._answer, methods=["POST"])
        return app

    def _listed(self, id: str) -> ResponseReturnValue:
        if id not in self.channels:
            return jsonify(id="store.sql_channel.get.existing.app_error", message="no channel"), 404
        there = [post for post in self.posts.values() if post["channel_id"] == id and not post["delete_at"]]
        there.sort(key=lambda post: (post["create_at"], post["id"]), reverse=True)
        if before := request.args.get("before"):
            there = there[[post["id"] for post in there].index(before) + 1 :]
        there = there[: int(request.args["per_page"])]
        return jsonify(order=[post["id"] for post in there], posts={post["id"]: post for post in there})

    def _users(self) -> ResponseReturnValue:
        return jsonify([self.users[id] for id in request.get_json() if id in self.users])

    def _direct(self) -> ResponseReturnValue:
        [other] = set(request.get_json()) - {BOT}
        return jsonify(id=self.direct(other.removeprefix("id-"))), 201

    def _answer(self) -> ResponseReturnValue:
        body = request.get_json()
        made: dict[str, Any] = {"id": f"post{next(self._numbers):06}", "create_at": 1, "edit_at": 0, "delete_at": 0, "type": ""}
        made |= {"user_id": BOT, "root_id": "", "file_ids": [], **body, "props": {**body["props"], "from_bot": "true"}}
        with self._lock:
            self.posts[made["id"]] = made
            self._say("posted", self._posted(made))
        return jsonify(made), 201

    @property
    def told(self) -> list[str]:
        """What the bot has posted."""
        return [post["message"] for post in self.posts.values() if post["user_id"] == BOT]

    @contextmanager
    def open(self) -> Iterator[str]:
        """One address for both."""
        with serving(self.app()) as rest, serve(self._welcome, "127.0.0.1", 0) as live:
            threading.Thread(target=live.serve_forever, daemon=True).start()
            backends = live.socket.getsockname(), ("127.0.0.1", int(rest.rpartition(":")[2]))
            with closing(socket.create_server(("127.0.0.1", 0))) as front:
                threading.Thread(target=_switch, args=(front, *backends), daemon=True).start()
                self.url = f"http://127.0.0.1:{front.getsockname()[1]}"
                yield self.url
                self.drop()
                live.shutdown()


def _switch(front: socket.socket, live: tuple[str, int], rest: tuple[str, int]) -> None:
    """Each connection to the one that its first line asks for, until the front is closed."""
    while True:
        try:
            near, _ = front.accept()
        except OSError:
            return
        threading.Thread(target=_connect, args=(near, live, rest), daemon=True).start()


def _connect(near: socket.socket, live: tuple[str, int], rest: tuple[str, int]) -> None:
    try:
        first = near.recv(65536)
        far = socket.create_connection(live if b"/websocket" in first.split(b"\r\n", 1)[0] else rest)
        far.sendall(first)
    except OSError:
        near.close()
        return
    threading.Thread(target=_pump, args=(near, far), daemon=True).start()
    _pump(far, near)


def _pump(source: socket.socket, sink: socket.socket) -> None:
    try:
        while piece := source.recv(65536):
            sink.sendall(piece)
    except OSError:
        pass
    for end in (source, sink):
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
        end.close()
