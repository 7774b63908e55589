"""A meeting's room in a running Talk, as people meet it: the lobby, the organiser, guests, who was in the call.

Wants HADIR_LIVE_NEXTCLOUD_URL, _USER and _PASSWORD for the service account, and NC_PEGAWAI_PASSWORD for `siti` and `budi`.
"""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
import requests

from integration.adapters.nextcloud.client import Client
from integration.adapters.nextcloud.talk.rooms import TalkVideo
from integration.cli.doctor_video import checks
from integration.errors import DeliveryError
from integration.ports import Room, Span, VideoMeeting
from tests.adapters.nextcloud.account import account
from tests.adapters.nextcloud.test_talk_rooms_recorded import BUDI, SITI, TAMU, Stage
from tests.cast import Clock
from tests.service import until

pytestmark = [
    pytest.mark.live,
    pytest.mark.skipif("NC_PEGAWAI_PASSWORD" not in os.environ, reason="NC_PEGAWAI_PASSWORD: nobody can come"),
]
ROOM, CALL = "/v4/room/{}", "/v4/call/{}"


@dataclass
class Live:
    """The provider in front of the server itself, and people with browsers."""

    stage: Stage
    made: list[Room]

    def meeting(self, minutes: float, **more: object) -> VideoMeeting:
        start = datetime.now(UTC).replace(microsecond=0) + timedelta(minutes=minutes)
        span = Span(start, start + timedelta(hours=1))
        uid = f"{self.stage.about['uid']}-{secrets.token_hex(3)}"
        told = VideoMeeting(uid, f"video-uji {uid[-6:]}", span, "Asia/Jakarta", SITI)
        return replace(told, **more)  # type: ignore[arg-type]

    def ensure(self, meeting: VideoMeeting, room: Room | None = None) -> Room:
        self.made.append(self.stage.video.ensure(meeting, room))
        return self.made[-1]

    def enters(self, who: str, room: Room) -> None:
        self.stage.does(who, "POST", f"{ROOM.format(room.id)}/participants/active")

    def may_call(self, who: str, room: Room) -> bool:
        """In a lobby a call can be neither begun nor joined."""
        address = f"{self.stage.url}/ocs/v2.php/apps/spreed/api{CALL.format(room.id)}"
        headers = {"OCS-APIRequest": "true", "Accept": "application/json"}
        answer = self.stage.visitors[who].post(address, json={"flags": 7}, headers=headers, timeout=30)
        assert answer.status_code in (200, 412), answer.text
        return answer.ok

    def leaves(self, who: str, room: Room) -> None:
        self.stage.does(who, "DELETE", CALL.format(room.id))


@pytest.fixture
def live() -> Iterator[Live]:
    url, user, password = account()
    clock = Clock()
    clock.now = datetime.now(UTC)
    with contextlib.closing(Client(url, user, password)) as client:
        video = TalkVideo(client, url, key=secrets.token_bytes(32), clock=lambda: datetime.now(UTC))
        found = Live(Stage(video, clock, {"uid": f"live-{secrets.token_hex(4)}"}, url), [])
        yield found
        for room in {each.id: each for each in found.made}.values():
            video.delete(room)
        for visitor in found.stage.visitors.values():
            visitor.close()


def test_nobody_but_the_organiser_gets_in_before_the_time(live: Live) -> None:
    meeting = live.meeting(30)
    room = live.ensure(meeting)
    assert room.url.startswith(live.stage.url)
    for who in ("siti", "budi", ""):
        live.enters(who, room)
    assert [live.may_call(who, room) for who in ("siti", "budi", "")] == [True, False, False]
    live.leaves("siti", room)
    begun = replace(meeting, span=Span(datetime.now(UTC) - timedelta(seconds=1), meeting.span.end))
    assert live.ensure(begun, room).id == room.id
    assert live.may_call("budi", room)
    live.leaves("budi", room)


def test_the_lobby_opens_by_itself_when_the_meeting_begins(live: Live) -> None:
    room = live.ensure(live.meeting(0.1))
    live.enters("budi", room)
    until(lambda: live.may_call("budi", room), "the lobby is open")
    live.leaves("budi", room)


def test_who_came_and_went_is_known_to_the_second(live: Live) -> None:
    meeting = live.meeting(-1)
    room = live.ensure(meeting)
    for who in ("budi", "siti"):
        live.enters(who, room)
        assert live.may_call(who, room)
    now = live.stage.video.attended(room, meeting.span)
    assert [(stay.account, stay.left) for stay in now] == [("budi", None), ("siti", None)]
    for who in ("siti", "budi"):
        live.leaves(who, room)
    found = live.stage.video.attended(room, meeting.span)
    assert [(stay.name, stay.account) for stay in found] == [("Budi Santoso", "budi"), ("Siti Rahma", "siti")]
    assert all(stay.left and abs(stay.left - datetime.now(UTC)) < timedelta(minutes=1) for stay in found)


def test_workers_that_make_the_same_room_one_after_another_make_one(live: Live) -> None:
    """The outbox lets one at a time do it; a repeat finds what was made, also by a worker that died."""
    meeting = live.meeting(60)
    rooms = [live.ensure(meeting) for _ in range(3)]
    assert len({room.id for room in rooms}) == 1
    with ThreadPoolExecutor(4) as pool:
        others = [live.meeting(60) for _ in range(4)]
        assert len({room.id for room in pool.map(live.ensure, others)}) == 4


def test_a_closed_meeting_is_closed(live: Live) -> None:
    meeting = live.meeting(-1, guests=False)
    room = live.ensure(meeting)
    guest = requests.post(
        f"{live.stage.url}/ocs/v2.php/apps/spreed/api/v4/room/{room.id}/participants/active",
        headers={"OCS-APIRequest": "true", "Accept": "application/json"},
        timeout=30,
    )
    assert guest.status_code == 404
    live.stage.video.join(room, meeting, BUDI)
    live.enters("budi", room)
    with pytest.raises(DeliveryError, match="no account of this person"):
        live.stage.video.join(room, meeting, TAMU)


def test_the_doctor_is_content_but_for_the_backend(live: Live) -> None:
    found = {check.name: check.status for check in checks({"talk": live.stage.video}, "talk", datetime.now(UTC))}
    assert found["video talk"] == found["video talk clock"] == found["video talk access"] == "ok"
    assert "fail" not in found.values()
