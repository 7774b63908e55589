"""The settings of video providers: what is refused with its cure, what is connected, and what the doctor says of it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from integration.app import assemble, connect, videos_of
from integration.cli.doctor_video import checks
from integration.core import Hadir
from integration.settings import SettingsError, load
from tests import cast
from tests.conftest import SECRET

HOME = {"HADIR_SECRET_KEY": SECRET}
BBB = {"HADIR_BIGBLUEBUTTON_URL": "https://bbb.kantor.example/bigbluebutton/", "HADIR_BIGBLUEBUTTON_SECRET": "rahasia-bbb"}
ZOOM = {
    "HADIR_ZOOM_ACCOUNT_ID": "a",
    "HADIR_ZOOM_CLIENT_ID": "b",
    "HADIR_ZOOM_CLIENT_SECRET": "rahasia-zoom",
    "HADIR_ZOOM_USER": "rapat@kantor.example",
}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"HADIR_VIDEO": "skype"}, "HADIR_VIDEO"),
        ({"HADIR_VIDEO": "jitsi"}, "jitsi also needs HADIR_JITSI_URL"),
        ({"HADIR_JITSI_URL": "jitsi.kantor.example"}, "HADIR_JITSI_URL must be an address with https://"),
        ({"HADIR_JITSI_URL": "https://a b.example"}, "HADIR_JITSI_URL must be an address"),
        ({"HADIR_JITSI_URL": "http://jitsi.kantor.go.id"}, "browsers give no camera"),
        ({"HADIR_VIDEO_LINK": "http://8.8.8.8/ruang"}, "HADIR_VIDEO_LINK must begin with https"),
        ({"HADIR_VIDEO_LINK": "https://siti:sandi@rapat.example/"}, "hold no account or password"),
        ({"HADIR_JITSI_URL": "https://j.example", "HADIR_JITSI_APP_ID": "x"}, "belong together"),
        ({"HADIR_BIGBLUEBUTTON_URL": "https://bbb.example"}, "also needs HADIR_BIGBLUEBUTTON_SECRET"),
        ({**ZOOM, "HADIR_ZOOM_USER": ""}, "also needs HADIR_ZOOM_USER"),
        ({"HADIR_MEET_CREDENTIALS_FILE": "/etc/hadir/meet.json"}, "also needs HADIR_MEET_SUBJECT"),
    ],
)
def test_what_cannot_work_is_refused_with_its_cure(given: dict[str, str], said: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=said) as error:
        load({**HOME, "HADIR_HOME": str(tmp_path), **given})
    assert "rahasia" not in str(error.value)


def test_the_only_one_that_is_set_up_is_the_offices_own(tmp_path: Path) -> None:
    def video(**more: str) -> str:
        return load({**HOME, "HADIR_HOME": str(tmp_path), **more}).video

    assert video() == ""
    assert video(**BBB) == "bigbluebutton"
    assert video(**BBB, **ZOOM) == ""
    assert video(**BBB, **ZOOM, HADIR_VIDEO="zoom") == "zoom"
    assert video(**BBB, HADIR_VIDEO="talk") == "talk"
    assert video(HADIR_JITSI_URL="http://127.0.0.1:8000") == "jitsi"
    assert video(HADIR_VIDEO_LINK="https://rapat.example/{uid}") == "link"


def hadir(sqlite_template: Path, folder: Path, **given: str) -> Hadir:
    shutil.copy(sqlite_template, folder / "hadir.db")
    settings = load({**HOME, "HADIR_HOME": str(folder), **given})
    return assemble(settings, clock=cast.Clock())


def test_everything_that_is_set_up_can_be_used(sqlite_template: Path, tmp_path: Path) -> None:
    cloud = {
        "HADIR_NEXTCLOUD_URL": "https://cloud.example",
        "HADIR_NEXTCLOUD_USER": "hadir",
        "HADIR_NEXTCLOUD_APP_PASSWORD": "sandi",
    }
    chat = {"HADIR_MATTERMOST_URL": "https://chat.example", "HADIR_MATTERMOST_BOT_TOKEN": "token"}
    meet = {"HADIR_MEET_CREDENTIALS_FILE": str(tmp_path / "meet.json"), "HADIR_MEET_SUBJECT": "rapat@kantor.example"}
    own = {"HADIR_VIDEO_LINK": "https://rapat.example/", "HADIR_JITSI_URL": "https://jitsi.example"}
    made = connect(hadir(sqlite_template, tmp_path, **BBB, **ZOOM, **cloud, **chat, **meet, **own))
    videos = dict(made.ports.videos)
    assert sorted(videos) == ["bigbluebutton", "calls", "jitsi", "link", "meet", "talk", "zoom"]
    assert [name for name, video in videos.items() if video.name != name] == []
    shown = repr(made.settings) + repr(videos)
    assert "rahasia" not in shown
    made.reconnect()
    assert made.ports.videos == videos  # they keep their connections
    made.database.dispose()


def test_nothing_is_set_up(sqlite_template: Path, tmp_path: Path) -> None:
    made = hadir(sqlite_template, tmp_path)
    assert videos_of(made) == {}
    [check] = checks({}, made.settings.video, made.clock())
    assert (check.status, check.cure) == ("skip", "to choose one: HADIR_VIDEO")
    made.database.dispose()


def test_an_office_whose_provider_is_not_there_is_told(sqlite_template: Path, tmp_path: Path) -> None:
    made = hadir(sqlite_template, tmp_path, HADIR_VIDEO="talk")
    [check] = checks(videos_of(made), made.settings.video, made.clock())
    assert (check.status, check.cure) == ("fail", "hadir setup nextcloud")
    made.database.dispose()
