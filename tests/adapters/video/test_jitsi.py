"""Jitsi: whom a token lets in, where and until when."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from tests.adapters.video import stands
from tests.adapters.video.stands import BUDI, JITSI_SECRET, MEETING, SITI, SPAN, TAMU


def token(address: str) -> dict[str, Any]:
    """The claims, once the signature is looked at."""
    jwt = dict(parse_qsl(urlsplit(address).query))["jwt"]
    head, claims, signature = jwt.split(".")
    expected = hmac.digest(JITSI_SECRET.encode(), f"{head}.{claims}".encode(), hashlib.sha256)
    assert _decoded(signature) == expected
    assert json.loads(_decoded(head)) == {"alg": "HS256", "typ": "JWT"}
    found: dict[str, Any] = json.loads(_decoded(claims))
    return found


def _decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def test_the_organiser_comes_as_moderator_and_all_others_do_not(tmp_path: Path) -> None:
    with stands.jitsi(tmp_path, 15.0) as stand:
        room = stand.ensure()
        assert room.url == ""
        siti, budi, tamu = (token(stand.video.join(room, MEETING, who)) for who in (SITI, BUDI, TAMU))
        assert (siti["iss"], siti["aud"], siti["sub"], siti["room"]) == ("hadir", "hadir", "*", room.id)
        assert siti["context"]["user"] == {
            "id": "p1",
            "name": "Siti Rahma",
            "email": "siti@kantor.example",
            "moderator": "true",
            "affiliation": "owner",
        }
        assert budi["context"]["user"]["moderator"] == "false"
        assert tamu["context"]["user"] == {"name": TAMU.name, "moderator": "false", "affiliation": "member"}
        assert stand.house.calls == []


def test_a_token_outlives_the_meeting_by_an_hour_and_no_more(tmp_path: Path) -> None:
    with stands.jitsi(tmp_path, 15.0) as stand:
        room = stand.ensure()
        early = token(stand.video.join(room, MEETING, BUDI))
        assert early["nbf"] < stand.house.clock().timestamp() <= early["exp"]
        assert early["exp"] == (SPAN.end + timedelta(hours=1)).timestamp()
        stand.house.clock.now = SPAN.end + timedelta(minutes=30)
        late = token(stand.video.join(room, MEETING, BUDI))
        assert late["exp"] == (SPAN.end + timedelta(minutes=90)).timestamp()


def test_without_a_secret_the_address_is_enough_and_shows_the_name(tmp_path: Path) -> None:
    with stands.open_jitsi(tmp_path, 15.0) as stand:
        room = stand.ensure()
        address = urlsplit(stand.video.join(room, MEETING, SITI))
        assert (room.url, address.query) == (f"{stand.house.url}/{room.id}", "")
        assert unquote(address.fragment) == 'config.subject="Koordinasi SPBE"&userInfo.displayName="Siti Rahma"'
        assert [limit for limit, _ in stand.video.limits()] == ["nobody is moderator by right: whoever comes first is"]  # type: ignore[attr-defined]


def test_nobody_guesses_the_name_of_a_room(tmp_path: Path) -> None:
    """It follows from the meeting and the installation's key, and shows neither."""
    with stands.jitsi(tmp_path, 15.0) as stand:
        id = stand.ensure().id
        assert len(id) >= 26
        assert id == id.lower()
        assert "rapat" not in id.removeprefix("hadir-")
        assert id == stand.ensure().id
