"""Talk: who was in the call, by what stands in the conversation; recordings; who leads. What a real one says was recorded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from integration.errors import DeliveryError
from integration.ports import Room, Span, Stay
from tests.adapters.video import platforms, stands
from tests.adapters.video.servers import says
from tests.adapters.video.stands import BUDI, MEETING, SITI, SPAN, Stand


@pytest.fixture
def stand(tmp_path: Path) -> Iterator[Stand]:
    with stands.talk(tmp_path, 15.0) as found:
        yield found


def house(stand: Stand) -> platforms.Talk:
    assert isinstance(stand.house, platforms.Talk)
    return stand.house


def after(minutes: float) -> datetime:
    return SPAN.start + timedelta(minutes=minutes)


def told(stand: Stand, room: Room, *said: tuple[float, str, str]) -> list[tuple[str, int, int | None]]:
    names = {"siti": "Siti Rahma", "budi": "Budi Santoso", "g1": "Tamu"}
    for minutes, what, who in said:
        house(stand).says(room.id, what, who, after(minutes), names[who])
    return [(stay.name, _minutes(stay.joined), _minutes(stay.left)) for stay in stand.video.attended(room, SPAN)]  # type: ignore[misc]


def _minutes(at: datetime | None) -> int | None:
    return None if at is None else int((at - SPAN.start) / timedelta(minutes=1))


def test_coming_going_and_coming_back(stand: Stand) -> None:
    found = told(
        stand,
        stand.ensure(),
        (-5, "call_started", "siti"),
        (1, "call_joined", "g1"),
        (10, "call_left", "g1"),
        (20, "call_joined", "g1"),
        (30, "call_left", "g1"),
        (55, "call_left", "siti"),
        (55, "call_ended", "siti"),
    )
    assert found == [("Siti Rahma", -5, 55), ("Tamu", 1, 10), ("Tamu", 20, 30)]


def test_somebody_with_two_devices_is_there_until_the_last_one_leaves(stand: Stand) -> None:
    said = ((0, "call_started", "siti"), (5, "call_joined", "siti"), (10, "call_left", "siti"), (40, "call_left", "siti"))
    assert told(stand, stand.ensure(), *said) == [("Siti Rahma", 0, 40)]


def test_who_ends_the_call_ends_it_for_all_and_who_is_there_now_has_not_left(stand: Stand) -> None:
    room = stand.ensure()
    said = (
        (0, "call_started", "siti"),
        (1, "call_joined", "budi"),
        (30, "call_ended_everyone", "siti"),
        (35, "call_started", "budi"),
    )
    assert told(stand, room, *said) == [("Siti Rahma", 0, 30), ("Budi Santoso", 1, 30), ("Budi Santoso", 35, None)]
    accounts = [stay.account for stay in stand.video.attended(room, SPAN)]
    assert accounts == ["siti", "budi", "budi"]


def test_a_long_conversation_is_read_page_by_page_and_no_further_than_needed(stand: Stand) -> None:
    room = stand.ensure()
    for number in range(700):
        house(stand).says(room.id, "", "budi", after(-2000 + number))
    assert told(stand, room, (0, "call_started", "siti"), (9, "call_left", "siti")) == [("Siti Rahma", 0, 9)]
    assert stand.house.calls.count(f"GET /ocs/v2.php/apps/spreed/api/v1/chat/{room.id}") == 1


def test_another_date_of_the_series_has_a_list_of_its_own(stand: Stand) -> None:
    room = stand.ensure()
    told(stand, room, (0, "call_started", "siti"), (9, "call_left", "siti"), (7 * 24 * 60, "call_started", "budi"))
    later = Span(SPAN.start + timedelta(days=7), SPAN.end + timedelta(days=7))
    assert [stay.name for stay in stand.video.attended(room, SPAN)] == ["Siti Rahma"]
    assert stand.video.attended(room, later) == [Stay("Budi Santoso", later.start, account="budi")]


def test_a_recording_that_was_shared_is_found(stand: Stand) -> None:
    room = stand.ensure()
    file = {"type": "file", "id": "77", "name": "Rekaman.webm", "link": "https://cloud.kantor.example/f/77"}
    shared: dict[str, Any] = {"messageType": "record-video", "messageParameters": {"file": file}}
    house(stand).says(room.id, "file_shared", "siti", after(90), **shared)
    house(stand).says(room.id, "file_shared", "siti", after(91), messageParameters={"file": file | {"id": "78"}})
    [found] = stand.video.recordings(room, SPAN)
    assert (found.id, found.title, found.url) == ("77", "Rekaman.webm", "https://cloud.kantor.example/f/77")


def test_the_lobby_moves_with_the_meeting_and_opens_when_it_has_begun(stand: Stand) -> None:
    room = stand.ensure()
    there = house(stand).rooms[room.id]
    assert (there["lobbyState"], there["lobbyTimer"]) == (1, int(SPAN.start.timestamp()))
    moved = replace(MEETING, span=Span(SPAN.start + timedelta(hours=3), SPAN.end + timedelta(hours=3)))
    room = stand.ensure(moved, room)
    assert there["lobbyTimer"] == int(moved.span.start.timestamp())
    stand.house.clock.now = moved.span.start + timedelta(minutes=1)
    begun = replace(MEETING, span=Span(stand.house.clock.now, moved.span.end))
    stand.ensure(begun, room)
    assert there["lobbyState"] == 0


def test_a_second_moderator_is_made_one_when_they_come(stand: Stand) -> None:
    room = stand.ensure()
    stand.video.join(room, MEETING, replace(BUDI, moderator=True))
    kinds = {who["actorId"]: who["participantType"] for who in house(stand).members[room.id]}
    assert kinds == {"hadir": 1, "siti": 2, "budi": 2}
    before = len(stand.house.calls)
    assert stand.video.join(room, MEETING, SITI) == room.url
    assert len(stand.house.calls) == before


def test_a_room_that_somebody_else_has_marked_as_ours_is_not_taken(stand: Stand) -> None:
    """They may read the mark in our room, and make one of their own with it: only what we own counts."""
    room = stand.ensure()
    mark = house(stand).rooms[room.id]["description"]
    house(stand).rooms.clear()
    house(stand).rooms["jebakan"] = {"token": "jebakan", "type": 3, "name": "x", "description": mark, "participantType": 3}
    assert stand.ensure().id != "jebakan"


def test_what_an_administrator_has_forbidden_is_told_with_its_cure(stand: Stand) -> None:
    for status, body, cure in ((403, "permissions", "makes? no conversations"), (400, "password", "password for every")):
        refusal = says(
            status, f'{{"ocs": {{"meta": {{"status": "failure", "statuscode": {status}}}, "data": {{"error": "{body}"}}}}}}'
        )
        stand.house.always = lambda request, answer, refusal=refusal: (
            refusal(request, answer) if request.method == "POST" else answer()
        )
        with pytest.raises(DeliveryError, match=cure.replace("makes? ", "make ")) as error:
            stand.ensure()
        assert not error.value.permanent
