"""Meetings' rooms in a real Talk: what our code and the server said to each other, played again over HTTP.

To record anew: HADIR_LIVE_NEXTCLOUD_URL, _USER and _PASSWORD for the service account, NC_PEGAWAI_PASSWORD for `siti` and
`budi`, and HADIR_RECORD_NEXTCLOUD=1 pytest tests/adapters/nextcloud/test_talk_rooms_recorded.py
"""

from __future__ import annotations

import contextlib
import json
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests
from pytest_httpserver import HTTPServer

from integration.adapters.nextcloud.client import Client
from integration.adapters.nextcloud.talk.rooms import TalkVideo
from integration.errors import DeliveryError
from integration.ports import Member, Room, Span, VideoMeeting
from tests.adapters.nextcloud import recording
from tests.adapters.nextcloud.account import account
from tests.cast import Clock
from tests.service import until

KEY = b"k" * 32
SITI = Member("Siti Rahma", "p1", "siti@kantor.example", moderator=True, accounts={"nextcloud": "siti"})
BUDI = Member("Budi Santoso", "p2", "budi@kantor.example", accounts={"nextcloud": "budi"})
TAMU = Member("Pak Tamu (Dinas Kominfo)")
JSON = {"OCS-APIRequest": "true", "Accept": "application/json"}


@dataclass
class Stage:
    """Rooms in front of a recording, or of the server that is being recorded; `about` is kept with it."""

    video: TalkVideo
    clock: Clock
    about: dict[str, Any]
    url: str = ""
    visitors: dict[str, requests.Session] = field(default_factory=dict)

    def set(self, scene: Callable[[], None]) -> None:
        """What people do meanwhile; only while recording."""
        if self.url:
            scene()

    def does(self, who: str, method: str, path: str, **body: Any) -> Any:
        """As a browser of theirs does; "" is a guest."""
        address = f"{self.url}/ocs/v2.php/apps/spreed/api{path}"
        if who not in self.visitors:
            self.visitors[who] = requests.Session()
            if who:  # by the form: Talk keeps in the browser's session who is in a call
                self._log_in(self.visitors[who], who)
        answer = self.visitors[who].request(method, address, json=body, headers=JSON, timeout=30)
        assert answer.ok, f"{method} {path}: {answer.text}"
        return answer.json()["ocs"]["data"]

    def _log_in(self, visitor: requests.Session, who: str) -> None:
        form = visitor.get(f"{self.url}/index.php/login", timeout=30)
        token = re.search(r'data-requesttoken="([^"]+)"', form.text)
        assert token
        entered = {"user": who, "password": os.environ["NC_PEGAWAI_PASSWORD"], "requesttoken": token[1]}
        headers = {"Origin": self.url}
        assert visitor.post(f"{self.url}/index.php/login", data=entered, headers=headers, allow_redirects=False, timeout=30).ok


@pytest.fixture
def stage(request: pytest.FixtureRequest, httpserver: HTTPServer) -> Iterator[Stage]:
    path, clock = recording.file_of(f"room-{request.node.name.removeprefix('test_')}"), Clock()
    if not os.environ.get("HADIR_RECORD_NEXTCLOUD"):
        about = json.loads(path.read_text(encoding="utf-8"))["about"]
        server = httpserver.url_for("/").rstrip("/")
        player = recording.Player(recording.load(path), server)
        httpserver.expect_request(recording.ANY).respond_with_handler(player)
        clock.now = datetime.fromisoformat(about["now"])
        with contextlib.closing(Client(server, about["user"], "sandi")) as client:
            yield Stage(TalkVideo(client, "https://cloud.kantor.example", key=KEY, clock=clock), clock, about)
        player.check()
        return
    url, user, password = account()
    clock.now = datetime.now(UTC).replace(microsecond=0)
    about = {"user": user, "now": clock.now.isoformat(), "uid": f"rapat-{clock.now.timestamp():.0f}@hadir"}
    with recording.recorder(url) as (proxy, exchanges), contextlib.closing(Client(proxy, user, password)) as client:
        stage = Stage(TalkVideo(client, "https://cloud.kantor.example", key=KEY, clock=clock), clock, about, url)
        yield stage
        for visitor in stage.visitors.values():
            visitor.close()
    recording.save(path, [replace(each, answer=replace(each.answer, body=_without_tickets(each))) for each in exchanges])
    kept = json.loads(path.read_text(encoding="utf-8")) | {"about": about}
    path.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _without_tickets(exchange: recording.Exchange) -> str:
    """Sessions and signaling tickets are nobody's business."""
    if "signaling" not in exchange.path:
        return exchange.answer.body
    said = json.loads(exchange.answer.body)
    said["ocs"]["data"] = {"signalingMode": said["ocs"]["data"]["signalingMode"]}
    return json.dumps(said)


def meeting(stage: Stage, title: str = "video-uji Koordinasi SPBE", *, hours: int = 24, **more: Any) -> VideoMeeting:
    start = stage.clock.now + timedelta(hours=hours)
    span = Span(start, start + timedelta(hours=1))
    return VideoMeeting(stage.about["uid"], title, span, "Asia/Jakarta", SITI, **more)


def test_a_room_is_made_once_and_follows_the_meeting(stage: Stage) -> None:
    """Made, found again after a lost answer, renamed and moved, deleted by somebody, made anew, and taken away."""
    room = stage.video.ensure(meeting(stage), None)
    assert room.url == f"https://cloud.kantor.example/index.php/call/{room.id}"
    assert stage.video.ensure(meeting(stage), None) == room
    assert stage.video.ensure(meeting(stage), room) == room
    moved = stage.video.ensure(meeting(stage, "video-uji Koordinasi <b>SPBE</b>\r\nBidang Aplikasi", hours=48), room)
    assert (moved.id, moved.url) == (room.id, room.url)
    assert int(moved.data["starts"]) - int(room.data["starts"]) == 24 * 3600
    stage.video.delete(room)
    anew = stage.video.ensure(meeting(stage), moved)
    assert anew.id != room.id
    for _ in range(2):
        stage.video.delete(anew)
    assert stage.video.attended(anew, meeting(stage).span) == []
    assert stage.video.recordings(anew, meeting(stage).span) == []


def test_the_organiser_leads_and_a_lobby_that_was_opened_stays_open(stage: Stage) -> None:
    room = stage.video.ensure(meeting(stage), None)
    assert room.data["moderator"] == "siti"
    stage.set(lambda: stage.does("siti", "PUT", f"/v4/room/{room.id}/webinar/lobby", state=0))
    renamed = stage.video.ensure(meeting(stage, "video-uji Judul lain"), room)
    assert renamed.id == room.id
    stage.set(lambda: _is(stage.does("siti", "GET", f"/v4/room/{room.id}"), lobbyState=0, name="video-uji Judul lain"))
    stage.video.ensure(meeting(stage, hours=72), room)
    stage.set(lambda: _is(stage.does("siti", "GET", f"/v4/room/{room.id}"), lobbyState=1, participantType=2))
    stage.video.delete(room)


def test_a_meeting_without_guests_lets_in_whom_it_knows(stage: Stage) -> None:
    told = meeting(stage, guests=False)
    room = stage.video.ensure(told, None)
    assert room.url == ""
    assert stage.video.join(room, told, SITI).endswith(f"/call/{room.id}")
    assert stage.video.join(room, told, BUDI).endswith(f"/call/{room.id}")
    stage.set(lambda: _is(stage.does("budi", "GET", f"/v4/room/{room.id}"), participantType=3, type=2))
    with pytest.raises(DeliveryError, match="no account of this person"):
        stage.video.join(room, told, TAMU)
    opened = stage.video.ensure(meeting(stage), room)
    assert opened.url.endswith(f"/call/{room.id}")
    assert stage.video.join(opened, meeting(stage), TAMU) == opened.url
    stage.video.delete(room)


def test_who_was_in_the_call_is_read_from_the_conversation(stage: Stage) -> None:
    told = meeting(stage, hours=0)
    room = stage.video.ensure(told, None)
    stage.set(lambda: _call(stage, room))
    span = Span(told.span.start - timedelta(minutes=15), told.span.end)
    found = stage.video.attended(room, span)
    assert [(stay.name, stay.account) for stay in found] == [("Siti Rahma", "siti"), ("", "")]  # the guest gave no name
    assert all(stay.left and timedelta(0) < stay.left - stay.joined < timedelta(minutes=1) for stay in found)
    assert stage.video.recordings(room, told.span) == []
    later = Span(told.span.end + timedelta(hours=2), told.span.end + timedelta(hours=3))
    assert stage.video.attended(room, later) == []
    stage.video.delete(room)


def test_an_organiser_without_an_account_there_costs_no_room(stage: Stage) -> None:
    stranger = replace(SITI, accounts={"nextcloud": "tidak-ada-orangnya"})
    room = stage.video.ensure(replace(meeting(stage), organizer=stranger), None)
    assert room.url
    assert room.data["moderator"] == ""
    stage.video.delete(room)


def test_the_doctor_learns_what_talk_can(stage: Stage) -> None:
    assert stage.video.reach() is not None
    assert stage.video.log_in() == "rooms can be made; calls are not recorded there"
    assert [limit for limit, _ in stage.video.limits()] == [
        "calls are carried by the browsers themselves: about five people with video, not more"
    ]


def _call(stage: Stage, room: Room) -> None:
    """Siti and a guest meet for some seconds."""
    for who in ("siti", ""):
        stage.does(who, "POST", f"/v4/room/{room.id}/participants/active")
        stage.does(who, "POST", f"/v4/call/{room.id}", flags=7)
        _next_second(stage)
    for who in ("", "siti"):
        stage.does(who, "DELETE", f"/v4/call/{room.id}")
        _next_second(stage)


def _next_second(stage: Stage) -> None:
    """Talk counts seconds: wait until the server's own clock shows another one."""

    def shown() -> str:
        return requests.head(f"{stage.url}/robots.txt", timeout=30).headers["Date"]

    now = shown()
    until(lambda: shown() != now, "another second")


def _is(found: dict[str, Any], **expected: Any) -> None:
    assert {name: found[name] for name in expected} == expected
