"""Google: the token server, which looks at the signature, and the Meet API behind one address."""

from __future__ import annotations

import base64
import json
import re
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from werkzeug import Request, Response

from tests.adapters.video.servers import House, as_json

EMAIL, SUBJECT = "hadir@proyek.iam.gserviceaccount.com", "rapat@kantor.example"
SCOPE = "https://www.googleapis.com/auth/meetings.space.created"
_PAGE = 1  # of anything: so that there are several pages


@cache
def private_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def credentials(folder: Path, url: str) -> Path:
    """A service account's key file, as the console gives it out."""
    pem = private_key().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = folder / "kunci-google.json"
    content = {"type": "service_account", "client_email": EMAIL, "private_key": pem.decode(), "token_uri": f"{url}/token"}
    path.write_text(json.dumps(content))
    return path


@dataclass
class Google(House):
    """`records` by space: conferences with people and recordings."""

    spaces: dict[str, dict[str, Any]] = field(default_factory=dict)
    records: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    active: set[str] = field(default_factory=set)
    tokens: dict[str, datetime] = field(default_factory=dict)
    fetched: int = 0

    def revoke(self) -> None:
        self.tokens.clear()

    def answer(self, request: Request) -> Response:
        if request.path == "/token":
            return self._token(dict(request.form))
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if self.tokens.get(token, self.clock()) <= self.clock():
            return _error(401, "UNAUTHENTICATED")
        asked, body = dict(parse_qsl(request.query_string.decode())), request.get_json(silent=True)
        method, path = request.method, request.path
        if (method, path) == ("POST", "/v2/spaces"):
            return self._make(body)
        if found := re.fullmatch(r"/v2/(spaces/[\w-]+)(:endActiveConference)?", path):
            return self._end(found[1]) if found[2] and method == "POST" else self._change(method, found[1], asked, body)
        if method != "GET":
            return _error(404, "NOT_FOUND")
        if path == "/v2/conferenceRecords":
            return self._conferences(asked)
        if found := re.fullmatch(r"/v2/(conferenceRecords/[\w-]+)/(participants|recordings)", path):
            rows = [each for records in self.records.values() for each in records if each["name"] == found[1]]
            return _paged(found[2], rows[0][found[2]], asked) if rows else _error(404, "NOT_FOUND")
        if found := re.fullmatch(r"/v2/(conferenceRecords/[\w-]+/participants/[\w-]+)/participantSessions", path):
            return _paged("participantSessions", self._sessions(found[1]), asked)
        return _error(404, "NOT_FOUND")

    def _token(self, form: dict[str, str]) -> Response:
        head, claims, signature = (_decoded(part) for part in form["assertion"].split("."))
        signed = form["assertion"].rpartition(".")[0].encode()
        try:
            private_key().public_key().verify(signature, signed, padding.PKCS1v15(), hashes.SHA256())
        except InvalidSignature:
            return as_json({"error": "invalid_grant", "error_description": "Invalid JWT Signature."}, 400)
        said, now = json.loads(claims), self.clock().timestamp()
        if json.loads(head)["alg"] != "RS256" or form["grant_type"] != "urn:ietf:params:oauth:grant-type:jwt-bearer":
            return as_json({"error": "unsupported_grant_type"}, 400)
        if not said["iat"] - 60 <= now < said["exp"] <= said["iat"] + 3600 or said["aud"] != f"{self.url}/token":
            return as_json({"error": "invalid_grant", "error_description": "Invalid JWT: Token must be short-lived."}, 400)
        if (said["iss"], said["sub"], said["scope"]) != (EMAIL, SUBJECT, SCOPE):
            return as_json({"error": "unauthorized_client", "error_description": "Client is unauthorized."}, 401)
        token = f"ya29.{secrets.token_hex(8)}"
        self.tokens[token] = self.clock() + timedelta(hours=1)
        self.fetched += 1
        return as_json({"access_token": token, "expires_in": 3599, "token_type": "Bearer"})

    def _make(self, body: Any) -> Response:
        number = len(self.spaces) + 1
        name, code = f"spaces/jQCFfuBOd{number}z", f"abc-mnop-xy{chr(96 + number)}"
        self.spaces[name] = {"name": name, "meetingUri": f"https://meet.google.com/{code}", "meetingCode": code, **body}
        return as_json(self.spaces[name])

    def _change(self, method: str, name: str, asked: dict[str, str], body: Any) -> Response:
        if name not in self.spaces:
            return _error(403, "PERMISSION_DENIED")
        if method == "PATCH" and asked.get("updateMask") == "config.accessType":
            self.spaces[name]["config"] = body["config"]
        return as_json(self.spaces[name])

    def _end(self, name: str) -> Response:
        if name not in self.spaces:
            return _error(403, "PERMISSION_DENIED")
        if name not in self.active:
            return _error(400, "FAILED_PRECONDITION")
        self.active.remove(name)
        return as_json({})

    def _conferences(self, asked: dict[str, str]) -> Response:
        wanted = re.fullmatch(r'space\.name = "([^"]+)" AND start_time>="([^"]+)" AND start_time<="([^"]+)"', asked["filter"])
        if wanted is None:
            return _error(400, "INVALID_ARGUMENT")
        rows = [each for each in self.records.get(wanted[1], []) if wanted[2] <= each["startTime"] <= wanted[3]]
        return _paged("conferenceRecords", [{"name": each["name"], "startTime": each["startTime"]} for each in rows], asked)

    def _sessions(self, name: str) -> list[dict[str, Any]]:
        people = (who for records in self.records.values() for each in records for who in each["participants"])
        return next(list(who["sessions"]) for who in people if who["name"] == name)


def _paged(name: str, rows: list[dict[str, Any]], asked: dict[str, str]) -> Response:
    start = int(asked.get("pageToken", "0"))
    more = {"nextPageToken": str(start + _PAGE)} if start + _PAGE < len(rows) else {}
    page = [{field: value for field, value in row.items() if field != "sessions"} for row in rows[start : start + _PAGE]]
    return as_json({name: page, **more})


def _decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def _error(status: int, reason: str) -> Response:
    return as_json({"error": {"code": status, "status": reason, "message": "No."}}, status)
