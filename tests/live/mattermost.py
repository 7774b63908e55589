"""A running Mattermost as its users see it: they type, press and fill in through the public API and hear by websocket."""

from __future__ import annotations

import json
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import requests
from websockets.sync.client import ClientConnection, connect

PATIENCE_SECONDS = 20
PASSWORD = "Percobaan-1234!"


class Api:
    """The REST API with one token; every call must succeed."""

    def __init__(self, url: str, token: str) -> None:
        self.url, self.token = url, token

    def __call__(self, method: str, path: str, body: Any = None, *, ok: bool = True) -> Any:
        headers = {"Authorization": f"Bearer {self.token}"}
        answer = requests.request(method, f"{self.url}/api/v4{path}", json=body, headers=headers, timeout=30)
        assert not ok or answer.ok, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json() if ok else answer


@dataclass
class User:
    """Somebody at the keyboard. `events` are what the websocket brought, oldest first."""

    api: Api
    id: str
    username: str
    team: str
    channel: str
    events: list[dict[str, Any]] = field(default_factory=list)
    _socket: ClientConnection | None = None
    _more: threading.Condition = field(default_factory=threading.Condition)

    def listen(self) -> None:
        threading.Thread(target=self._hear, daemon=True).start()
        self.hears("hello", lambda data: True)

    def close(self) -> None:
        if self._socket:
            self._socket.close()

    def _hear(self) -> None:
        with connect(self.api.url.replace("http", "ws", 1) + "/api/v4/websocket", proxy=None) as socket:
            self._socket = socket
            challenge = {"seq": 1, "action": "authentication_challenge", "data": {"token": self.api.token}}
            socket.send(json.dumps(challenge))
            for message in socket:
                event = json.loads(message)
                if "event" in event:
                    with self._more:
                        self.events.append(event)
                        self._more.notify_all()

    def hears(self, kind: str, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The data of the first event of that kind that fits, now or soon; it is heard only once."""
        until = time.monotonic() + PATIENCE_SECONDS
        with self._more:
            while True:
                for event in self.events:
                    if event["event"] == kind and wanted(event["data"]):
                        self.events.remove(event)
                        data: dict[str, Any] = event["data"]
                        return data
                left = until - time.monotonic()
                heard = [(event["event"], *_message(event["data"])) for event in self.events]
                assert left > 0, f"{self.username} heard no fitting {kind}; heard {heard}"
                self._more.wait(left)

    def whispered(self, words: str = "") -> dict[str, Any]:
        """The ephemeral post with those words."""
        data = self.hears("ephemeral_message", lambda data: words in json.loads(data["post"])["message"])
        post: dict[str, Any] = json.loads(data["post"])
        return post

    def told(self, words: str = "") -> dict[str, Any]:
        """The post with those words in a direct message from somebody else."""

        def fits(data: dict[str, Any]) -> bool:
            post = json.loads(data["post"])
            return data["channel_type"] == "D" and post["user_id"] != self.id and words in post["message"]

        post: dict[str, Any] = json.loads(self.hears("posted", fits)["post"])
        return post

    def untold(self) -> list[str]:
        """Direct messages of somebody else that came, and that `told` was not asked for."""
        with self._more:
            posts = [event["data"] for event in self.events if event["event"] == "posted"]
        direct = [json.loads(data["post"]) for data in posts if data["channel_type"] == "D"]
        return [post["message"] for post in direct if post["user_id"] != self.id]

    def dialog(self) -> dict[str, Any]:
        opened: dict[str, Any] = json.loads(self.hears("open_dialog", lambda data: True)["dialog"])
        return opened

    def types(self, line: str, channel: str = "") -> Any:
        """Send a command; what was whispered before it is forgotten."""
        with self._more:
            self.events = [event for event in self.events if event["event"] != "ephemeral_message"]
        return self.api(
            "POST", "/commands/execute", {"command": line, "channel_id": channel or self.channel, "team_id": self.team}
        )

    def presses(self, post: dict[str, Any], label: str, *, ok: bool = True) -> Any:
        actions = [action for attached in post["props"]["attachments"] for action in attached["actions"]]
        action = next((action for action in actions if action["name"] == label), {})
        assert action, f"no button {label}: {[each['name'] for each in actions]}, {post['message']}"
        body = {"cookie": action["cookie"]} if action.get("cookie") else {}
        return self.api("POST", f"/posts/{post['id']}/actions/{action['id']}", body, ok=ok)

    def submits(self, opened: dict[str, Any], *, ok: bool = True, **values: Any) -> Any:
        dialog = opened["dialog"]
        body = {
            "url": opened["url"],
            "callback_id": dialog["callback_id"],
            "state": dialog["state"],
            "submission": values,
            "channel_id": self.channel,
            "team_id": self.team,
            "cancelled": False,
        }
        return self.api("POST", "/actions/dialogs/submit", body, ok=ok)


def _message(data: dict[str, Any]) -> list[str]:
    return [json.loads(data["post"])["message"]] if "post" in data else []


@dataclass
class Town:
    """A team of its own for one run, with people in it; `close` puts it away again."""

    admin: Api
    name: str = field(default_factory=lambda: f"hadir-uji-{uuid.uuid4().hex[:8]}")
    team: dict[str, Any] = field(default_factory=dict)
    channel: str = ""
    users: list[User] = field(default_factory=list)

    def open(self) -> None:
        self.team = self.admin("POST", "/teams", {"name": self.name, "display_name": "Hadir uji", "type": "I"})
        self.channel = self.admin("GET", f"/teams/{self.team['id']}/channels/name/town-square")["id"]

    def user(self, name: str) -> User:
        """A new user `name.<team>`, a member of the team, listening."""
        username = f"{name}.{self.name[-8:]}"
        body = {"username": username, "email": f"{username}@kantor.example", "password": PASSWORD}
        created = self.admin("POST", "/users", body)
        self.admin("POST", f"/teams/{self.team['id']}/members", {"team_id": self.team["id"], "user_id": created["id"]})
        login = requests.post(
            f"{self.admin.url}/api/v4/users/login", json={"login_id": username, "password": PASSWORD}, timeout=30
        )
        user = User(Api(self.admin.url, login.headers["Token"]), created["id"], username, self.team["id"], self.channel)
        user.listen()
        self.users.append(user)
        return user

    def close(self) -> None:
        for user in self.users:
            user.close()
            self.admin("DELETE", f"/users/{user.id}")
        if self.team:
            self.admin("DELETE", f"/teams/{self.team['id']}")
