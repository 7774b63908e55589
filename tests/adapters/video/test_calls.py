"""Mattermost Calls: the channel's link, who is in the call now, recordings, what the doctor finds."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from integration.cli.doctor_video import checks
from integration.errors import DeliveryError
from integration.ports import Recording, Stay
from tests.adapters.video import platforms, stands
from tests.adapters.video.servers import says
from tests.adapters.video.stands import SPAN, Stand

BEGAN = int(SPAN.start.timestamp() * 1000)


@pytest.fixture
def stand(sqlite_template: Path, tmp_path: Path) -> Iterator[Stand]:
    shutil.copy(sqlite_template, tmp_path / "hadir.db")
    with stands.calls(tmp_path, 15.0) as found:
        yield found


def house(stand: Stand) -> platforms.Mattermost:
    assert isinstance(stand.house, platforms.Mattermost)
    return stand.house


def test_the_link_is_that_of_the_channel(stand: Stand) -> None:
    assert stand.ensure().url == f"{stand.house.url}/dinas/channels/{platforms.CHANNEL}?join_call=true"
    house(stand).channel["team_id"] = ""  # a conversation of a few
    assert stand.ensure().url == f"{stand.house.url}/dinas/channels/{platforms.CHANNEL}?join_call=true"


def test_a_channel_that_is_gone_is_told_with_its_cure(stand: Stand) -> None:
    house(stand).channel["delete_at"] = 1
    with pytest.raises(DeliveryError, match="archived"):
        stand.ensure()
    house(stand).channel = {"id": "x"}
    missing = says(404, '{"id": "app.channel.get.existing.app_error", "message": "Unable to find it."}')
    stand.house.always = lambda request, answer: missing(request, answer) if "/channels/" in request.path else answer()
    with pytest.raises(DeliveryError, match="/invite @hadir") as error:
        stand.ensure()
    assert error.value.permanent


def test_who_is_in_the_call_now(stand: Stand) -> None:
    room = stand.ensure()
    assert stand.video.attended(room, SPAN) == []
    house(stand).call = {"id": "k", "start_at": BEGAN, "sessions": [{"user_id": "u1"}, {"user_id": "u1"}, {"user_id": "u2"}]}
    assert stand.video.attended(room, SPAN) == [
        Stay("Siti Rahma", SPAN.start, account="u1", exact=False),
        Stay("", SPAN.start, account="u2", exact=False),
    ]
    house(stand).call = {"id": "k", "start_at": int(SPAN.end.timestamp() * 1000) + 1, "sessions": [{"user_id": "u1"}]}
    assert stand.video.attended(room, SPAN) == []


def test_recordings_stand_in_the_post_of_the_call(stand: Stand) -> None:
    room = stand.ensure()
    jobs = {"job1": {"post_id": "p" * 26, "file_id": "f"}, "job2": {"file_id": "still being made"}, "job3": 7}
    props = {"start_at": BEGAN, "title": "Rapat", "recordings": jobs}
    old = {"start_at": BEGAN - 7 * 86_400_000, "recordings": {"job0": {"post_id": "q" * 26}}}
    house(stand).posts = {
        "a": {"type": "custom_calls", "props": props, "delete_at": 0},
        "b": {"type": "custom_calls", "props": old, "delete_at": 0},
        "c": {"type": "", "props": props, "delete_at": 0},
    }
    assert stand.video.recordings(room, SPAN) == [
        Recording("job1", "Rapat", f"{stand.house.url}/_redirect/pl/{'p' * 26}", SPAN.start)
    ]


def test_the_doctor_sees_what_is_missing(stand: Stand) -> None:
    def found() -> dict[str, tuple[str, str]]:
        return {
            check.name: (check.status, check.detail) for check in checks({"calls": stand.video}, "calls", stand.house.clock())
        }

    assert found()["video calls limits"] == ("warn", "without a licence there are calls in direct messages only")
    house(stand).licensed = True
    assert found() == {"video calls": ("ok", "answers"), "video calls access": ("ok", "the plugin 1.9.2 is there")}
    house(stand).plugin = False
    assert found()["video calls access"] == ("fail", "the plugin is not switched on: System Console > Plugins > Calls")
    assert stand.video.attended(stand.ensure(), SPAN) == []
