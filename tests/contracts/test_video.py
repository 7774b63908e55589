"""What every video provider must do. A new adapter adds a function to `PROVIDERS`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from urllib.parse import urlsplit

import pytest

from integration.adapters.local.video import FixedVideo
from integration.ports import Span, VideoProvider
from tests import cast

SPAN = Span(cast.MONDAY_0728, cast.MONDAY_0728 + timedelta(hours=1))
PROVIDERS: dict[str, Callable[[], VideoProvider]] = {
    "one room": lambda: FixedVideo("https://video.kantor.example/ruang"),
    "a room a meeting": lambda: FixedVideo("https://video.kantor.example/{uid}?bahasa=id"),
}


@pytest.fixture(params=PROVIDERS)
def video(request: pytest.FixtureRequest) -> VideoProvider:
    return PROVIDERS[request.param]()


def test_a_meeting_has_one_link_however_often_it_is_asked_for(video: VideoProvider) -> None:
    link = video.ensure("rapat-1", "Rapat bulanan", SPAN)
    assert urlsplit(link).scheme == "https"
    assert video.ensure("rapat-1", "Judul lain", SPAN) == link


def test_a_strange_id_stays_inside_its_place_in_the_link(video: VideoProvider) -> None:
    link = urlsplit(video.ensure("../../x?a=b#c@d", "Rapat", SPAN))
    assert link.netloc == "video.kantor.example"
    assert link.fragment == ""
    assert link.path.count("/") == 1


def test_deleting_twice_is_harmless(video: VideoProvider) -> None:
    for _ in range(2):
        video.delete("rapat-1")
