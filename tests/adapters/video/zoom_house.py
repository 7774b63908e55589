"""Zoom: its OAuth server and its API behind one address."""

from __future__ import annotations

import base64
import re
import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, unquote

from werkzeug import Request, Response

from tests.adapters.video.servers import House, as_json

ACCOUNT, CLIENT, SECRET, USER = "akun-1", "klien-1", "rahasia-zoom-1", "rapat@kantor.example"
_PAGE = 2  # of people: so that there are several pages


@dataclass
class Zoom(House):
    """`held` by meeting: the times at which it was held, each with an id that has to be encoded twice, and who was there."""

    meetings: dict[int, dict[str, Any]] = field(default_factory=dict)
    held: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    going_on: set[int] = field(default_factory=set)
    tokens: dict[str, Any] = field(default_factory=dict)
    fetched: int = 0

    def revoke(self) -> None:
        self.tokens.clear()

    def answer(self, request: Request) -> Response:
        if request.path == "/oauth/token":
            return self._token(request)
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if self.tokens.get(token, self.clock()) <= self.clock():
            return as_json({"code": 124, "message": "Invalid access token."}, 401)
        raw = str(request.environ["RAW_URI"]).partition("?")[0]
        asked, body = dict(parse_qsl(request.query_string.decode())), request.get_json(silent=True)
        for method, pattern, handler in (
            ("GET", r"/v2/users/([^/]+)/meetings", self._list),
            ("POST", r"/v2/users/([^/]+)/meetings", self._make),
            ("GET", r"/v2/meetings/(\d+)", self._show),
            ("PATCH", r"/v2/meetings/(\d+)", self._change),
            ("DELETE", r"/v2/meetings/(\d+)", self._remove),
            ("PUT", r"/v2/meetings/(\d+)/status", self._end),
            ("GET", r"/v2/past_meetings/(\d+)/instances", self._instances),
            ("GET", r"/v2/past_meetings/([^/]+)/participants", self._participants),
            ("GET", r"/v2/meetings/([^/]+)/recordings", self._recordings),
        ):
            if request.method == method and (found := re.fullmatch(pattern, raw)):
                return handler(found[1], asked, body)
        return as_json({"code": 2300, "message": "This API endpoint is not recognized."}, 404)

    def _token(self, request: Request) -> Response:
        expected = "Basic " + base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        form = dict(request.form)
        if request.headers.get("Authorization") != expected or form.get("account_id") != ACCOUNT:
            return as_json({"reason": "Invalid client_id or client_secret", "error": "invalid_client"}, 400)
        if form.get("grant_type") != "account_credentials":
            return as_json({"reason": "unsupported grant type", "error": "unsupported_grant_type"}, 400)
        token = f"zoom-{secrets.token_hex(8)}"
        self.tokens[token] = self.clock() + timedelta(hours=1)
        self.fetched += 1
        return as_json({"access_token": token, "token_type": "bearer", "expires_in": 3599})

    def _make(self, user: str, asked: dict[str, str], body: Any) -> Response:
        if unquote(user) != USER:
            return as_json({"code": 1001, "message": f"User does not exist: {user}."}, 404)
        if len(body["topic"]) > 200 or body["type"] != 2 or not re.fullmatch(r"[\d-]{10}T[\d:]{8}Z", body["start_time"]):
            return as_json({"code": 300, "message": "Validation Failed."}, 400)
        id = 85_000_000_000 + len(self.meetings)
        self.meetings[id] = body
        return as_json(self._shown(id), 201)

    def _list(self, user: str, asked: dict[str, str], body: Any) -> Response:
        rows = [{"id": id, "agenda": each["agenda"], "topic": each["topic"]} for id, each in self.meetings.items()]
        return as_json({"page_size": int(asked["page_size"]), "next_page_token": "", "meetings": rows})

    def _show(self, id: str, asked: dict[str, str], body: Any) -> Response:
        return as_json(self._shown(int(id))) if int(id) in self.meetings else _gone(id)

    def _change(self, id: str, asked: dict[str, str], body: Any) -> Response:
        if int(id) not in self.meetings:
            return _gone(id)
        self.meetings[int(id)] |= body
        return Response(status=204)

    def _remove(self, id: str, asked: dict[str, str], body: Any) -> Response:
        if int(id) in self.going_on:
            return as_json({"code": 3002, "message": "Sorry, you cannot delete this meeting since it's in progress."}, 400)
        return Response(status=204) if self.meetings.pop(int(id), None) else _gone(id)

    def _end(self, id: str, asked: dict[str, str], body: Any) -> Response:
        if int(id) not in self.meetings:
            return _gone(id)
        if body != {"action": "end"} or int(id) not in self.going_on:
            return as_json({"code": 3061, "message": "The meeting is not in progress."}, 400)
        self.going_on.remove(int(id))
        return Response(status=204)

    def _shown(self, id: int) -> dict[str, Any]:
        links = {"join_url": f"{self.url}/j/{id}?pwd=umum", "start_url": f"{self.url}/s/{id}?zak={secrets.token_hex(8)}"}
        return self.meetings[id] | {"id": id} | links

    def _instances(self, id: str, asked: dict[str, str], body: Any) -> Response:
        rows = [{"uuid": each["uuid"], "start_time": each["start_time"]} for each in self.held.get(int(id), [])]
        return as_json({"meetings": rows}) if rows else _gone(id)

    def _participants(self, uuid: str, asked: dict[str, str], body: Any) -> Response:
        found = self._held(uuid)
        if found is None:
            return _gone(uuid)
        start = int(asked.get("next_page_token", "0"))
        more = str(start + _PAGE) if start + _PAGE < len(found["people"]) else ""
        return as_json({"next_page_token": more, "participants": found["people"][start : start + _PAGE]})

    def _recordings(self, uuid: str, asked: dict[str, str], body: Any) -> Response:
        found = self._held(uuid)
        if found is None or "recorded" not in found:
            return as_json({"code": 3301, "message": "This recording does not exist."}, 404)
        return as_json({"topic": "Rapat", "start_time": found["start_time"], **found["recorded"]})

    def _held(self, uuid: str) -> dict[str, Any] | None:
        """Only by an id that was encoded twice: the server itself takes one of them off."""
        plain = unquote(unquote(uuid))
        if "/" in plain and "%252F" not in uuid:
            return None
        return next((each for rows in self.held.values() for each in rows if each["uuid"] == plain), None)


def _gone(id: str) -> Response:
    return as_json({"code": 3001, "message": f"Meeting does not exist: {id}."}, 404)
