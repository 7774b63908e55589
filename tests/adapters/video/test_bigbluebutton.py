"""BigBlueButton: signed calls, a meeting that is forgotten and made again, who is there, recordings."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from integration.errors import DeliveryError
from integration.ports import Member
from tests.adapters.video import servers, stands
from tests.adapters.video.stands import BUDI, MEETING, SITI, SPAN, TAMU, Stand

HOUR = timedelta(hours=1)


@pytest.fixture
def stand(tmp_path: Path) -> Iterator[Stand]:
    with stands.bigbluebutton(tmp_path, 15.0) as found:
        yield found


def house(stand: Stand) -> servers.BigBlueButton:
    assert isinstance(stand.house, servers.BigBlueButton)
    return stand.house


def test_people_enter_in_their_roles_and_guests_wait(stand: Stand) -> None:
    room = stand.ensure()
    roles = {who.name: house(stand).enters(stand.video.join(room, MEETING, who)) for who in (SITI, BUDI, TAMU)}
    assert list(roles.values()) == ["MODERATOR", "VIEWER", "VIEWER guest"]
    assert house(stand).meetings[room.id]["guestPolicy"] == "ASK_MODERATOR"


def test_planning_calls_nobody_and_a_forgotten_meeting_is_made_again(stand: Stand) -> None:
    room = stand.ensure()
    assert stand.house.calls == []
    assert house(stand).enters(stand.video.join(room, MEETING, SITI)) == "MODERATOR"
    house(stand).forget()
    assert house(stand).enters(stand.video.join(room, MEETING, BUDI)) == "VIEWER"


def test_a_link_that_somebody_changed_lets_nobody_in(stand: Stand) -> None:
    link = stand.video.join(stand.ensure(), MEETING, BUDI)
    assert house(stand).enters(link.replace("VIEWER", "MODERATOR")) == "checksumError"


def test_who_is_there_is_told_while_it_goes_on(stand: Stand) -> None:
    """With our id where they came through us; not since when they are there."""
    room = stand.ensure()
    stand.house.clock.now = SPAN.start
    assert stand.video.attended(room, SPAN) == ()
    for who in (SITI, TAMU, Member('Ö <b>& "x"</b>', "p7")):
        house(stand).enters(stand.video.join(room, MEETING, who))
    found = stand.video.attended(room, SPAN)
    assert [(stay.name, stay.member, stay.exact) for stay in found] == [
        ("Siti Rahma", "p1", False),
        ("Pak Tamu (Dinas Kominfo)", "", False),
        ('Ö <b>& "x"</b>', "p7", False),
    ]
    assert {stay.joined for stay in found} == {SPAN.start}
    stand.video.delete(room)
    assert stand.video.attended(room, SPAN) == ()


def test_recordings_of_that_date_in_order_on_several_pages(stand: Stand) -> None:
    room = stand.ensure()
    for number in range(60):
        at = SPAN.start + (timedelta(minutes=60 - number) if number < 2 else timedelta(days=-number))
        house(stand).recordings.append({"meetingID": room.id, "id": f"r{number}", "name": "Rapat & <x>", "at": at})
    found = stand.video.recordings(room, SPAN)
    assert [(each.id, each.title, each.made_at) for each in found] == [
        ("r1", "Rapat & <x>", SPAN.start + timedelta(minutes=59)),
        ("r0", "Rapat & <x>", SPAN.start + HOUR),
    ]
    assert found[0].url == f"{stand.house.url}/playback/r1"
    assert stand.house.calls.count("GET /bigbluebutton/api/getRecordings") == 2


def test_a_wrong_secret_is_named_with_its_setting_and_waits_to_be_corrected(stand: Stand) -> None:
    house(stand).secret = "lain"
    with pytest.raises(DeliveryError, match="HADIR_BIGBLUEBUTTON_SECRET") as error:
        stand.video.join(stand.ensure(), MEETING, SITI)
    assert not error.value.permanent
    assert error.value.retry_after


def test_a_meeting_of_the_same_name_that_is_not_ours_is_left_alone(stand: Stand) -> None:
    room = stand.ensure()
    taken = {"meetingID": room.id, "attendeePW": "a", "moderatorPW": "b", "users": [], "began": SPAN.start}
    house(stand).meetings[room.id] = taken
    for act in (lambda: stand.video.join(room, MEETING, SITI), lambda: stand.video.delete(room)):
        with pytest.raises(DeliveryError) as error:
            act()
        assert error.value.permanent
