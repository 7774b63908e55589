"""Google Meet: a signed request for a token, a space, who was there by session, recordings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from integration.adapters.video.meet import MeetVideo
from integration.errors import DeliveryError
from tests.adapters.video import google_house, stands
from tests.adapters.video.stands import MEETING, SITI, SPAN, Stand
from tests.cast import Clock

AT = "2026-11-23T02:30:{:02}.123456Z"


@pytest.fixture
def stand(tmp_path: Path) -> Iterator[Stand]:
    with stands.meet(tmp_path, 15.0) as found:
        yield found


def house(stand: Stand) -> google_house.Google:
    assert isinstance(stand.house, google_house.Google)
    return stand.house


def person(number: int, kind: str, who: dict[str, str], *times: tuple[int, int | None]) -> dict[str, Any]:
    name = f"conferenceRecords/c1/participants/{number}"
    sessions = [
        {"name": f"{name}/participantSessions/{index}", "startTime": AT.format(start)}
        | ({"endTime": AT.format(end)} if end is not None else {})
        for index, (start, end) in enumerate(times)
    ]
    return {"name": name, kind: who, "sessions": sessions}


def test_a_space_is_open_where_guests_are_invited(stand: Stand) -> None:
    room = stand.ensure()
    assert room.url.startswith("https://meet.google.com/")
    assert house(stand).spaces[room.id]["config"] == {"accessType": "OPEN"}
    assert stand.video.join(room, MEETING, SITI) == room.url
    assert stand.ensure(replace(MEETING, guests=False), room) == room
    assert house(stand).spaces[room.id]["config"] == {"accessType": "TRUSTED"}


def test_one_token_for_an_hour(stand: Stand) -> None:
    room = stand.ensure()
    stand.ensure(room=room)
    assert house(stand).fetched == 1
    house(stand).revoke()
    stand.ensure(room=room)
    stand.house.clock.now += timedelta(minutes=59)
    stand.ensure(room=room)
    assert house(stand).fetched == 3


def test_who_was_there_with_every_coming_and_going(stand: Stand) -> None:
    room = stand.ensure()
    people = [
        person(1, "signedinUser", {"user": "users/11", "displayName": "Siti Rahma"}, (1, 20), (30, None)),
        person(2, "anonymousUser", {"displayName": "Tamu"}, (5, 9)),
        person(3, "phoneUser", {"displayName": "+62 8xx"}, (7, 8)),
    ]
    record = {"name": "conferenceRecords/c1", "startTime": "2026-11-23T02:30:00Z", "participants": people, "recordings": []}
    old = record | {"name": "conferenceRecords/c0", "startTime": "2026-11-16T02:30:00Z"}
    house(stand).records[room.id] = [record, old]
    found = stand.video.attended(room, SPAN)
    assert [(stay.name, stay.account, stay.joined.second, stay.left.second if stay.left else None) for stay in found] == [
        ("Siti Rahma", "users/11", 1, 20),
        ("Tamu", "", 5, 9),
        ("+62 8xx", "", 7, 8),
        ("Siti Rahma", "users/11", 30, None),
    ]


def test_recordings_that_are_in_drive(stand: Stand) -> None:
    room = stand.ensure()
    drive = {"driveDestination": {"file": "f1", "exportUri": "https://drive.google.com/file/d/f1/view"}}
    rows = [
        {"name": "conferenceRecords/c1/recordings/r1", "state": "FILE_GENERATED", "startTime": AT.format(3), **drive},
        {"name": "conferenceRecords/c1/recordings/r2", "state": "STARTED", "startTime": AT.format(9)},
    ]
    record = {"name": "conferenceRecords/c1", "startTime": "2026-11-23T02:30:00Z", "participants": [], "recordings": rows}
    house(stand).records[room.id] = [record]
    assert [found.url for found in stand.video.recordings(room, SPAN)] == ["https://drive.google.com/file/d/f1/view"]


def test_calling_off_ends_what_goes_on_and_shuts_the_door(stand: Stand) -> None:
    room = stand.ensure()
    house(stand).active.add(room.id)
    stand.video.delete(room)
    assert house(stand).active == set()
    assert house(stand).spaces[room.id]["config"] == {"accessType": "RESTRICTED"}


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        ({"clock": timedelta(hours=3)}, "clock right"),
        ({"subject": "orang-lain@kantor.example"}, "is not delegated to it"),
        ({"file": "{}"}, "no key of a service account"),
        ({"file": '{"private_key": "x", "client_email": "a", "token_uri": "b"}'}, "no key of a service account"),
        ({"file": None}, "cannot be read"),
    ],
)
def test_what_google_refuses_is_told_with_its_cure(stand: Stand, tmp_path: Path, spoil: dict[str, Any], said: str) -> None:
    key, clock = google_house.credentials(tmp_path, stand.house.url), Clock()
    clock.now += spoil.get("clock", timedelta())
    if "file" in spoil:
        key = tmp_path / "lain.json"
        if spoil["file"] is not None:
            key.write_text(spoil["file"])
    subject = spoil.get("subject", google_house.SUBJECT)
    video = MeetVideo(key, subject, clock=clock, api=f"{stand.house.url}/v2")
    with pytest.raises(DeliveryError, match=said) as error:
        video.ensure(MEETING, None)
    assert not error.value.permanent
    assert "HADIR_MEET" in str(error.value)
    assert "PRIVATE" not in str(error.value)
    video.close()
