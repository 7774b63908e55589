"""A Talk as the real one answers (what was recorded says so), for stories: people type, and the bot's webhook is called."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, unquote

from flask import Flask
from pydantic import SecretStr
from werkzeug.wrappers import Request, Response

from integration import people
from integration.adapters.nextcloud import access
from integration.app import assemble, connect, create_app
from integration.core import Hadir
from integration.deliveries.delivery import Delivery
from integration.hearing.hearing import Listener
from integration.plugin import Plugin
from integration.settings import Settings
from tests import cast
from tests.live.recording import serving

ACCOUNT, BOT, SECRET = "hadir", "Hadir", "s" * 64
HOOK = "/nextcloud/talk"
FILES = "Hadir Talk/"
_MENTION = re.compile(r'(?<!\S)@"?([a-z][\w.-]*)"?')


@dataclass
class Room:
    token: str
    type: int
    name: str
    members: list[str]
    bot: bool = False
    led: bool = True  # the service account is a moderator
    messages: list[dict[str, Any]] = field(default_factory=list)


@dataclass
class Town:
    """`hook` gets (body, headers) of what Talk would call, and answers with a status. `broken` answers instead, once each."""

    hook: Callable[[bytes, Mapping[str, str]], int] = lambda body, headers: 200
    now: Callable[[], float] = lambda: 0.0
    people: dict[str, str] = field(default_factory=dict)  # id: e-mail address, "" where it is hidden
    rooms: dict[str, Room] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    calls: list[tuple[str, str]] = field(default_factory=list)
    broken: list[Callable[[Request], Response]] = field(default_factory=list)
    hooks: list[tuple[bytes, dict[str, str], int]] = field(default_factory=list)
    _lock: threading.RLock = field(default_factory=threading.RLock)

    # ------------------------------------------------------------ what people do

    def group(self, name: str, *members: str, bot: bool = True) -> Room:
        room = self._room(2, name, list(members))
        if bot:
            self.switch(room, on=True)
        return room

    def switch(self, room: Room, *, on: bool) -> None:
        room.bot = on
        actor = {"type": "Application", "id": "bots/bot-1", "name": BOT}
        self._call({"type": "Join" if on else "Leave", "actor": actor, "object": self._collection(room)})

    def opens(self, who: str) -> Room:
        """Somebody opens the conversation with the service account, as anybody may."""
        return self.direct(who)

    def direct(self, who: str) -> Room:
        found = next((r for r in self.rooms.values() if r.type == 1 and who in r.members), None)
        return found or self._room(1, json.dumps([ACCOUNT, who], separators=(",", ":")), [ACCOUNT, who])

    def says(self, who: str, room: Room, text: str, *, answering: int = 0, actor: str = "users", hook: bool = True) -> int:
        parameters: dict[str, Any] = {}

        def mention(found: re.Match[str]) -> str:
            if found[1] not in self.people and found[1] != ACCOUNT:
                return found[0]
            name = f"mention-user{len(parameters) + 1}"
            parameters[name] = {"type": "user", "id": found[1], "name": found[1].title(), "mention-id": found[1]}
            return f"{{{name}}}"

        message = self._message(room, actor, who, _MENTION.sub(mention, text), parameters or [], answering)
        if room.bot and hook:
            self._call(self._created(room, message))
        return int(message["id"])

    def shares(self, who: str, room: Room, name: str, content: bytes, caption: str = "") -> int:
        path = f"Talk/{name}"
        self.files[path] = content
        file = {"type": "file", "id": "9", "name": name, "size": str(len(content)), "path": path, "mimetype": "text/plain"}
        message = self._message(room, "users", who, caption or "{file}", {"file": file})
        if room.bot:
            self._call(self._created(room, message) | {"type": "Activity"}, name="")
        return int(message["id"])

    def reads(self, who: str) -> list[str]:
        """What the service account has told somebody in their conversation."""
        return [str(m["message"]) for m in self.direct(who).messages if m["actorId"] == ACCOUNT]

    def heard(self, room: Room) -> list[str]:
        """What the bot has said in a room."""
        return [str(m["message"]) for m in room.messages if m["actorType"] == "bots"]

    # ------------------------------------------------------------ the server

    def __call__(self, environ: Any, start: Any) -> Any:
        request = Request(environ)
        with self._lock:
            self.calls.append((request.method, request.path))
            broken = self.broken.pop(0) if self.broken else None
        answer = broken(request) if broken else self._answer(request)
        return answer(environ, start)

    def _answer(self, request: Request) -> Response:
        path = request.path.removeprefix("/ocs/v2.php")
        body = request.get_json(silent=True) or {}
        ask = {key: value[0] for key, value in parse_qs(request.query_string.decode()).items()}
        with self._lock:
            if path == "/ocs/v1.php/cloud/user":
                return ocs({"id": ACCOUNT})
            if path == "/apps/spreed/api/v4/room":
                return self._rooms(request.method, body, ask)
            if found := re.fullmatch(r"/apps/spreed/api/v4/room/(\w+)(/participants)?", path):
                return self._members(found[1], bool(found[2]))
            if found := re.fullmatch(r"/apps/spreed/api/v1/chat/(\w+)", path):
                return self._chat(request.method, found[1], body, ask)
            if found := re.fullmatch(r"/apps/spreed/api/v1/chat/(\w+)/(\d+)", path):
                return self._edit(found[1], int(found[2]), body)
            if found := re.fullmatch(r"/apps/spreed/api/v1/bot/(\w+)/message", path):
                return self._as_bot(found[1], body, request)
            if found := re.fullmatch(r"/apps/spreed/api/v1/bot/(\w+)(/7)?", path):
                return self._bots(found[1], bool(found[2]))
            if found := re.fullmatch(r"/hovercard/v1/(.+)", path):
                return self._card(found[1])
            if path == "/core/autocomplete/get":
                return ocs([{"id": id} for id in self.people if id.lower().startswith(ask["search"].lower())])
            if path.endswith("/files_sharing/api/v1/shares"):
                return self._share(body)
            if "/remote.php/dav/files/" in path:
                return self._dav(request, unquote(path).partition(f"/files/{ACCOUNT}/")[2])
        return ocs(None, 404)

    def _rooms(self, method: str, body: Mapping[str, Any], ask: Mapping[str, str]) -> Response:
        if method == "POST":
            if body["invite"] not in self.people:
                return ocs({"error": "invite"}, 404)
            return ocs(self._shown(self.direct(body["invite"])), 201)
        mine = [room for room in self.rooms.values() if ACCOUNT in room.members]
        return ocs([self._shown(room) for room in mine if self._activity(room) >= int(ask["modifiedSince"])])

    def _members(self, token: str, all: bool) -> Response:
        room = self.rooms.get(token)
        if room is None or ACCOUNT not in room.members:
            return ocs([], 404)
        if not all:
            return ocs(self._shown(room))
        found = [{"actorType": "users", "actorId": id, "displayName": id.title()} for id in room.members]
        return ocs([*found, {"actorType": "guests", "actorId": "abc", "displayName": "Tamu"}])

    def _chat(self, method: str, token: str, body: Mapping[str, Any], ask: Mapping[str, str]) -> Response:
        room = self.rooms.get(token)
        if room is None or ACCOUNT not in room.members:
            return ocs([], 404)
        if method == "POST":
            return ocs(self._message(room, "users", ACCOUNT, body["message"], [], 0, body["referenceId"]), 201)
        last, include = int(ask.get("lastKnownMessageId", "0")), ask.get("includeLastKnown") == "1"
        older = [m for m in room.messages if not last or int(m["id"]) < last or (include and m["id"] == last)]
        page = older[::-1][: int(ask["limit"])]
        return ocs(page) if page else Response(status=304)

    def _edit(self, token: str, id: int, body: Mapping[str, Any]) -> Response:
        """A moderator may edit what anybody said, for a day."""
        room = self.rooms.get(token)
        message = next((each for each in room.messages if each["id"] == id), None) if room else None
        if room is None or ACCOUNT not in room.members or message is None:
            return ocs([], 404)
        if message["actorId"] != ACCOUNT and not room.led:
            return ocs({"error": "permission"}, 403)
        if self.now() - message["timestamp"] > 86_400:
            return ocs({"error": "age"}, 400)
        message |= {"message": body["message"], "lastEditTimestamp": int(self.now()), "lastEditActorId": ACCOUNT}
        return ocs(message)

    def _as_bot(self, token: str, body: Mapping[str, Any], request: Request) -> Response:
        random = request.headers.get("X-Nextcloud-Talk-Bot-Random", "")
        signed = hmac.new(SECRET.encode(), (random + body["message"]).encode(), hashlib.sha256).hexdigest()
        room = self.rooms.get(token)
        if room is None or not room.bot or request.headers.get("X-Nextcloud-Talk-Bot-Signature") != signed:
            return ocs(None, 401)
        parent = int(body.get("replyTo", 0))
        if parent and not any(message["id"] == parent for message in room.messages):
            return ocs([], 400)
        self._message(room, "bots", "bot-1", body["message"], [], parent, body["referenceId"])
        return ocs(None, 201)

    def _bots(self, token: str, on: bool) -> Response:
        room = self.rooms[token]
        if on:
            self.switch(room, on=True)
        return ocs([{"id": 3, "name": "Lain", "state": 0}, {"id": 7, "name": BOT, "state": int(room.bot)}])

    def _card(self, account: str) -> Response:
        if account not in self.people:
            return ocs([], 404)
        mail = self.people[account]
        actions = [{"appId": "spreed", "hyperlink": "x"}] + (
            [{"appId": "email", "hyperlink": f"mailto:{mail}"}] if mail else []
        )
        return ocs({"userId": account, "displayName": account.title(), "actions": actions})

    def _share(self, body: Mapping[str, Any]) -> Response:
        room, path = self.rooms.get(body["shareWith"]), body["path"].removeprefix("/")
        if room is None or ACCOUNT not in room.members:
            return ocs([], 404)
        file = {"type": "file", "id": "5", "name": path.rpartition("/")[2], "size": str(len(self.files[path])), "path": path}
        again = any(
            isinstance(m["messageParameters"], dict) and m["messageParameters"] == {"file": file} for m in room.messages
        )
        self._message(room, "users", ACCOUNT, "{file}", {"file": file}, 0, body["referenceId"])
        return ocs([], 403) if again else ocs({"id": "1"})

    def _dav(self, request: Request, path: str) -> Response:
        written = {"OC-FileId": "00000001oc", "OC-ETag": '"1"', "ETag": '"1"'}
        if request.method == "PUT":
            self.files[path] = request.get_data()
            return Response(status=201, headers=written)
        if request.method == "GET":
            content = self.files[path]
            first, _, last = request.headers.get("Range", "bytes=0-99999").removeprefix("bytes=").partition("-")
            piece = content[int(first) : int(last) + 1]
            spread = {"Content-Range": f"bytes {first}-{int(first) + len(piece) - 1}/{len(content)}"}
            return Response(piece, 206, headers=written | spread)
        return Response(status=201)

    # ------------------------------------------------------------ parts

    def _room(self, type: int, name: str, members: list[str]) -> Room:
        room = Room(f"room{len(self.rooms) + 1}", type, name, members)
        self.rooms[room.token] = room
        return room

    def _shown(self, room: Room) -> dict[str, Any]:
        shown = {"token": room.token, "type": room.type, "name": room.name, "displayName": room.name}
        shown |= {"lastActivity": self._activity(room)}
        return shown | ({"lastMessage": room.messages[-1]} if room.messages else {})

    def _activity(self, room: Room) -> int:
        return int(room.messages[-1]["timestamp"]) if room.messages else 0

    def _message(
        self, room: Room, kind: str, who: str, text: str, parameters: Any, parent: int = 0, reference: str = ""
    ) -> dict[str, Any]:
        with self._lock:
            id = 100 + sum(len(each.messages) for each in self.rooms.values())
            message = {
                "id": id,
                "token": room.token,
                "actorType": kind,
                "actorId": who,
                "timestamp": int(self.now()),
                "message": text,
                "messageParameters": parameters,
                "systemMessage": "",
                "messageType": "comment",
                "referenceId": reference,
            }
            if parent:
                message["parent"] = next(m for m in room.messages if m["id"] == parent)
            room.messages.append(message)
        return message

    def _created(self, room: Room, message: Mapping[str, Any]) -> dict[str, Any]:
        note = self._note(message)
        if parent := message.get("parent"):
            note["inReplyTo"] = {"type": "Note", "actor": self._actor(parent), "object": self._note(parent)}
        return {"type": "Create", "actor": self._actor(message), "object": note, "target": self._collection(room)}

    def _actor(self, message: Mapping[str, Any]) -> dict[str, str]:
        who = str(message["actorId"])
        return {"type": "Person", "id": f"{message['actorType']}/{who}", "name": who.title()}

    def _note(self, message: Mapping[str, Any]) -> dict[str, Any]:
        content = json.dumps({"message": message["message"], "parameters": message["messageParameters"]})
        return {"type": "Note", "id": str(message["id"]), "name": "message", "content": content, "mediaType": "text/markdown"}

    def _collection(self, room: Room) -> dict[str, str]:
        return {"type": "Collection", "id": room.token, "name": room.name}

    def _call(self, body: dict[str, Any], name: str | None = None) -> None:
        if name is not None:
            body["object"]["name"] = name
        raw = json.dumps(body).encode()
        self.post(raw, signed(raw))

    def post(self, raw: bytes, headers: dict[str, str]) -> int:
        status = self.hook(raw, headers)
        self.hooks.append((raw, headers, status))
        return status


def signed(raw: bytes, secret: str = SECRET) -> dict[str, str]:
    """The headers with which Talk would send it."""
    random = secrets.token_urlsafe(48)
    signature = hmac.new(secret.encode(), random.encode() + raw, hashlib.sha256).hexdigest()
    named = {"Random": random, "Signature": signature, "Backend": "https://cloud.kantor.example/"}
    return {"Content-Type": "application/json"} | {f"X-Nextcloud-Talk-{name}": value for name, value in named.items()}


def ocs(data: Any, status: int = 200) -> Response:
    meta = {"status": "ok" if status < 400 else "failure", "statuscode": status, "message": ""}
    return Response(json.dumps({"ocs": {"meta": meta, "data": data}}), status, content_type="application/json")


# ---------------------------------------------------------------- an office that lives in it


@dataclass
class Office:
    """Hadir beside a Talk, with the cast in both."""

    hadir: Hadir
    town: Town
    web: Flask

    def work(self) -> int:
        """What the worker does until nothing is left that is due."""
        delivery, done = Delivery(self.hadir), 0
        while step := delivery.step():
            done += step
        return done

    def look(self) -> None:
        """What the worker does every minute: ask what was said that no webhook brought."""
        Listener(self.hadir, "nextcloud", threading.Event()).catch_up()

    def types(self, who: str, text: str, room: Room | None = None, *, answering: int = 0) -> str:
        """Somebody types, and what they read in private after it, in one text."""
        before = len(self.town.reads(who))
        where = room or self.town.direct(who)
        self.town.says(who, where, text, answering=answering)
        if not where.bot:
            self.look()
        self.work()
        return "\n".join(self.town.reads(who)[before:])


@contextmanager
def office(settings: Settings, clock: cast.Clock, plugins: tuple[Plugin, ...] | None = None) -> Iterator[Office]:
    town = Town(now=lambda: clock.now.timestamp(), people={name: f"{name}@kantor.example" for name, *_ in cast.CAST})
    with serving(town) as url:
        given = {"nextcloud_url": url, "nextcloud_user": ACCOUNT, "nextcloud_app_password": SecretStr("sandi")}
        given |= {"nextcloud_talk_secret": SecretStr(SECRET), "public_url": "https://hadir.kantor.example"}
        hadir = assemble(settings.model_copy(update=given), clock=clock, plugins=plugins)
        with hadir.database.write() as db:
            cast.settle(db, "nextcloud")
            db.execute(people.account.update().values(external_id=None))
        connect(hadir)
        web = create_app(hadir)
        town.hook = lambda body, headers: web.test_client().post(HOOK, data=body, headers=dict(headers)).status_code
        yield Office(hadir, town, web)
        access.client(hadir, found).close() if (found := access.access(hadir)) else None
        hadir.database.dispose()
