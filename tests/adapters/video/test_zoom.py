"""Zoom: one token an hour, one meeting however often it is asked for, who was there on several pages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from integration.errors import DeliveryError
from integration.ports import Room, Span
from tests.adapters.video import stands, zoom_house
from tests.adapters.video.servers import says
from tests.adapters.video.stands import BUDI, MEETING, SITI, SPAN, Stand

UUID = "/aDYlo/4R//Gg=="
AT = "2026-11-23T02:30:{:02}Z"


@pytest.fixture
def stand(tmp_path: Path) -> Iterator[Stand]:
    with stands.zoom(tmp_path, 15.0) as found:
        yield found


def house(stand: Stand) -> zoom_house.Zoom:
    assert isinstance(stand.house, zoom_house.Zoom)
    return stand.house


def person(name: str, email: str, came: int, went: int | None, **more: str) -> dict[str, Any]:
    left = {} if went is None else {"leave_time": AT.format(went)}
    return {"id": "", "name": name, "user_email": email, "join_time": AT.format(came), **left, **more}


def held(stand: Stand, room: Room, **more: Any) -> None:
    people = [
        person("Siti Rahma", "Siti@kantor.example", 2, 30),
        person("Tamu", "", 1, 20),
        person("Menunggu", "", 0, None, status="in_waiting_room"),
        person("Siti Rahma", "siti@kantor.example", 40, 59),
        person("Rusak", "", 0, None) | {"join_time": "kapan-kapan"},
    ]
    now = {"uuid": UUID, "start_time": "2026-11-23T02:29:00Z", "people": people, **more}
    before = {"uuid": "lama==", "start_time": "2026-11-16T02:29:00Z", "people": [people[1]]}
    house(stand).held[int(room.id)] = [before, now]


def test_what_zoom_is_told(stand: Stand) -> None:
    room = stand.ensure()
    made = house(stand).meetings[int(room.id)]
    assert (made["topic"], made["start_time"], made["duration"]) == ("Koordinasi SPBE", "2026-11-23T02:28:00Z", 60)
    assert made["settings"]["waiting_room"] is True
    moved = replace(MEETING, span=Span(SPAN.start + timedelta(days=1), SPAN.end + timedelta(days=1, hours=1)), title="Lain")
    assert stand.ensure(moved, room).id == room.id
    changed = house(stand).meetings[int(room.id)]
    assert (changed["topic"], changed["start_time"], changed["duration"]) == ("Lain", "2026-11-24T02:28:00Z", 120)


def test_the_organiser_comes_in_as_the_host_by_an_address_that_nobody_keeps(stand: Stand) -> None:
    room = stand.ensure()
    assert stand.video.join(room, MEETING, BUDI) == room.url
    first, second = (stand.video.join(room, MEETING, SITI) for _ in range(2))
    assert "zak=" in first
    assert first != second
    assert "zak" not in f"{room!r} {room.url} {dict(room.data)}"


def test_a_token_is_good_for_its_hour_and_a_revoked_one_is_replaced(stand: Stand) -> None:
    room = stand.ensure()
    stand.ensure(room=room)
    assert house(stand).fetched == 1
    house(stand).revoke()
    stand.ensure(room=room)
    assert house(stand).fetched == 2
    stand.house.clock.now += timedelta(minutes=58)
    stand.ensure(room=room)
    assert house(stand).fetched == 3


def test_credentials_that_are_refused_are_named_and_waited_for(stand: Stand) -> None:
    stand.house.always = says(400, '{"reason": "Invalid client_id or client_secret", "error": "invalid_client"}')
    with pytest.raises(DeliveryError, match="HADIR_ZOOM_CLIENT_SECRET") as error:
        stand.ensure()
    assert not error.value.permanent
    assert error.value.retry_after
    assert len(stand.house.calls) == 1


def test_a_day_that_is_used_up_says_until_when(stand: Stand) -> None:
    """Zoom names a time of the day, in its own clock."""
    stand.ensure()
    stand.house.always = says(429, '{"code": 429}', Retry_After="2026-11-23T01:28:00Z")
    with pytest.raises(DeliveryError) as error:
        stand.ensure(replace(MEETING, uid="lain@hadir"))
    assert error.value.retry_after == 3600


def test_a_host_that_zoom_does_not_know_is_named(stand: Stand) -> None:
    stand.house.trouble = []
    stand.ensure()
    stand.house.always = lambda request, answer: (
        says(404, '{"code": 1001}')(request, answer) if request.method == "POST" and "/users/" in request.path else answer()
    )
    with pytest.raises(DeliveryError, match="HADIR_ZOOM_USER"):
        stand.ensure(replace(MEETING, uid="lain@hadir"))


def test_who_was_there_on_that_date_without_those_who_only_waited(stand: Stand) -> None:
    room = stand.ensure()
    held(stand, room)
    found = stand.video.attended(room, SPAN)
    assert [(stay.name, stay.email, stay.joined.second, stay.left.second if stay.left else None) for stay in found] == [
        ("Tamu", "", 1, 20),
        ("Siti Rahma", "siti@kantor.example", 2, 30),
        ("Siti Rahma", "siti@kantor.example", 40, 59),
    ]


def test_the_recording_is_the_one_that_is_ready(stand: Stand) -> None:
    room = stand.ensure()
    held(stand, room)
    assert stand.video.recordings(room, SPAN) == []
    files = [{"status": "completed", "file_type": "MP4"}]
    held(stand, room, recorded={"share_url": "https://zoom.us/rec/share/abc", "recording_files": files})
    [found] = stand.video.recordings(room, SPAN)
    assert (found.url, found.title) == ("https://zoom.us/rec/share/abc", "Rapat")
    held(stand, room, recorded={"share_url": "https://zoom.us/rec/share/abc", "recording_files": [{"status": "processing"}]})
    assert stand.video.recordings(room, SPAN) == []


def test_a_meeting_that_goes_on_is_ended_before_it_is_taken_away(stand: Stand) -> None:
    room = stand.ensure()
    house(stand).going_on.add(int(room.id))
    stand.video.delete(room)
    assert house(stand).meetings == {}
    assert house(stand).going_on == set()


def test_a_meeting_that_zoom_is_still_ending_is_taken_away_later(stand: Stand) -> None:
    room = stand.ensure()
    stand.house.always = lambda request, answer: (
        says(400, '{"code": 3002}')(request, answer) if request.method == "DELETE" else answer()
    )
    with pytest.raises(DeliveryError) as error:
        stand.video.delete(room)
    assert not error.value.permanent
