"""Talk and Mattermost as far as rooms need them; what a real Talk answers was recorded (`test_talk_rooms_recorded`)."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

from werkzeug import Request, Response

from tests.adapters.video.servers import House, as_json

ACCOUNT, PASSWORD = "hadir", "sandi-aplikasi-rahasia"
BOT_TOKEN = "token-bot-rahasia"
CHANNEL = "c" * 26
_ROOM = r"/ocs/v2\.php/apps/spreed/api/v4/room"


@dataclass
class Talk(House):
    """`rooms` by token; `messages` by token, the newest first; `people` have accounts."""

    rooms: dict[str, dict[str, Any]] = field(default_factory=dict)
    members: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    messages: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    people: tuple[str, ...] = ("siti", "budi")
    password: str = PASSWORD

    def answer(self, request: Request) -> Response:
        path, method = request.path, request.method
        expected = "Basic " + base64.b64encode(f"{ACCOUNT}:{self.password}".encode()).decode()
        if request.headers.get("Authorization") != expected:
            return ocs(None, 401)
        body = request.get_json(silent=True) or {}
        if path == "/ocs/v1.php/cloud/user":
            return ocs({"id": ACCOUNT}, code=100)
        if re.fullmatch(_ROOM, path):
            return self._make(body) if method == "POST" else ocs(list(self.rooms.values()))
        if found := re.fullmatch(r"/ocs/v2\.php/apps/spreed/api/v1/chat/(\w+)", path):
            return self._chat(found[1], dict(parse_qsl(request.query_string.decode())))
        if (found := re.fullmatch(rf"{_ROOM}/(\w+)(/[\w/-]+)?", path)) is None or found[1] not in self.rooms:
            return ocs(None, 404)
        return self._change(method, found[1], found[2] or "", body)

    def says(self, token: str, what: str, who: str, at: datetime, name: str = "", **more: Any) -> None:
        kind = "users" if who in self.people else "guests"
        said = {"systemMessage": what, "actorType": kind, "actorId": who, "actorDisplayName": name, "messageType": "system"}
        rows = self.messages.setdefault(token, [])
        rows.insert(0, said | {"id": len(rows) + 1, "timestamp": int(at.timestamp()), "messageParameters": []} | more)

    def _make(self, body: dict[str, Any]) -> Response:
        if not 0 < len(body["roomName"]) <= 255 or body["roomType"] not in (2, 3):
            return ocs({"error": "name"}, 400)
        token = f"room{len(self.rooms) + len(self.messages) + 1}"
        self.messages[token] = []
        self.members[token] = [{"attendeeId": 1, "actorType": "users", "actorId": ACCOUNT, "participantType": 1}]
        kept = {"token": token, "type": body["roomType"], "name": body["roomName"], "participantType": 1}
        kept |= {"description": body["description"], "lobbyState": body.get("lobbyState", 0)}
        self.rooms[token] = kept | {"lobbyTimer": body.get("lobbyTimer", 0)}
        return ocs(self.rooms[token], 201)

    def _change(self, method: str, token: str, rest: str, body: dict[str, Any]) -> Response:
        room, members = self.rooms[token], self.members[token]
        match method, rest:
            case "GET", "":
                return ocs(room)
            case "PUT", "":
                room["name"] = body["roomName"]
            case "DELETE", "":
                del self.rooms[token]
            case (("POST" | "DELETE"), "/public"):
                room["type"] = 3 if method == "POST" else 2
            case "PUT", "/webinar/lobby":
                room |= {"lobbyState": body["state"], "lobbyTimer": body.get("timer", 0)}
            case "GET", "/participants":
                return ocs(members)
            case "POST", "/participants":
                if body["newParticipant"] not in self.people or body["source"] != "users":
                    return ocs(None, 404)
                someone = {"actorType": "users", "actorId": body["newParticipant"], "participantType": 3}
                members.append(someone | {"attendeeId": len(members) + 1})
            case "POST", "/moderators":
                next(who for who in members if who["attendeeId"] == body["attendeeId"])["participantType"] = 2
            case _:
                return ocs(None, 404)
        return ocs(room)

    def _chat(self, token: str, asked: dict[str, str]) -> Response:
        if token not in self.rooms:
            return ocs(None, 404)
        before = int(asked.get("lastKnownMessageId", 1 << 30))
        page = [each for each in self.messages[token] if each["id"] < before][: int(asked["limit"])]
        return ocs(page) if page else Response(status=304)


def ocs(data: Any, status: int = 200, code: int | None = None) -> Response:
    """`code`: version 1 of the protocol says 100 for 200."""
    meta = {"status": "ok" if status < 400 else "failure", "statuscode": code or status, "message": "OK"}
    return as_json({"ocs": {"meta": meta, "data": data}}, status)


@dataclass
class Mattermost(House):
    """One team with one channel, the Calls plugin, and who is in the channel's call."""

    posts: dict[str, dict[str, Any]] = field(default_factory=dict)
    call: dict[str, Any] | None = None
    channel: dict[str, Any] = field(default_factory=lambda: {"id": CHANNEL, "name": "umum", "team_id": "t1", "delete_at": 0})
    plugin: bool = True
    licensed: bool = False

    def answer(self, request: Request) -> Response:
        path = request.path.removeprefix("/api/v4")
        if request.headers.get("Authorization") != f"Bearer {BOT_TOKEN}":
            return as_json({"id": "api.context.session_expired.app_error", "message": "Invalid or expired session"}, 401)
        if path.startswith("/plugins/com.mattermost.calls"):
            return self._plugin(path.removeprefix("/plugins/com.mattermost.calls"))
        known: dict[str, Any] = {
            "/system/ping": {"status": "OK"},
            "/users/me": {"id": "bot", "username": "hadir"},
            "/users/me/teams": [{"id": "t1", "name": "dinas"}],
            "/users/ids": [{"id": "u1", "username": "siti", "first_name": "Siti", "last_name": "Rahma"}],
            "/teams/t1": {"id": "t1", "name": "dinas"},
            "/license/client": {"IsLicensed": "true" if self.licensed else "false"},
            f"/channels/{CHANNEL}": self.channel,
            f"/channels/{CHANNEL}/posts": {"order": list(self.posts), "posts": self.posts},
        }
        if path not in known:
            return as_json({"id": "app.channel.get.existing.app_error", "message": "Unable to find it."}, 404)
        return as_json(known[path])

    def _plugin(self, path: str) -> Response:
        if not self.plugin:  # as a real 11.6 says it with plugins switched off; 404 with this one missing
            return as_json({"id": "app.plugin.disabled.app_error", "message": "Plugins have been disabled."}, 501)
        if path == "/version":
            return as_json({"version": "1.9.2", "build": "abc"})
        return as_json({"channel_id": CHANNEL, "enabled": True, **({"call": self.call} if self.call else {})})
