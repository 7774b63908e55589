"""What every video provider owes us, whichever it is."""

from __future__ import annotations

import pytest

from integration.adapters.local.video import FixedVideo
from integration.ports import VideoProvider
from tests.contracts.test_calendar import SPAN


@pytest.fixture(params=["https://rapat.example/hadir", "https://rapat.example/{uid}"], ids=["one room", "a room each"])
def video(request: pytest.FixtureRequest) -> VideoProvider:
    return FixedVideo(request.param)


def test_a_meeting_keeps_its_link(video: VideoProvider) -> None:
    first = video.ensure("rapat 1/é@hadir", "Rapat", SPAN)
    assert first.startswith("https://")
    assert " " not in first
    assert video.ensure("rapat 1/é@hadir", "Judul lain", SPAN) == first


def test_deleting_twice_is_harmless(video: VideoProvider) -> None:
    video.ensure("rapat-1", "Rapat", SPAN)
    video.delete("rapat-1")
    video.delete("rapat-1")
