"""Every video provider in front of a server of its own, for tests that hold for all of them."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from integration.adapters.mattermost.calls import MattermostCalls
from integration.adapters.mattermost.connection import Access
from integration.adapters.nextcloud.client import Client
from integration.adapters.nextcloud.talk.rooms import TalkVideo
from integration.adapters.video.bigbluebutton import BigBlueButtonVideo
from integration.adapters.video.fixed import FixedVideo
from integration.adapters.video.jitsi import JitsiVideo
from integration.adapters.video.meet import MeetVideo
from integration.adapters.video.zoom import ZoomVideo
from integration.app import assemble
from integration.ports import Member, Room, Span, VideoMeeting, VideoProvider
from integration.settings import load
from tests import cast
from tests.adapters.video import google_house, platforms, servers, zoom_house
from tests.adapters.video.servers import served
from tests.conftest import SECRET

KEY = b"k" * 32
JITSI_SECRET = "rahasia-jitsi-panjang"
SITI = Member("Siti Rahma", "p1", "siti@kantor.example", moderator=True, accounts={"nextcloud": "siti", "mattermost": "u1"})
BUDI = Member("Budi Santoso", "p2", "budi@kantor.example", accounts={"nextcloud": "budi"})
TAMU = Member("Pak Tamu (Dinas Kominfo)")
SPAN = Span(cast.MONDAY_0728 + timedelta(hours=2), cast.MONDAY_0728 + timedelta(hours=3))
MEETING = VideoMeeting(
    "rapat-1@hadir", "Koordinasi SPBE", SPAN, "Asia/Jakarta", SITI, channel=("mattermost", platforms.CHANNEL)
)


@dataclass
class Stand:
    """`act` does what calls the server, None where nothing does. `rooms` counts what was made there, `forget` takes it away.

    `secrets` may be seen nowhere; `links` are where people are led to.
    """

    video: VideoProvider
    house: servers.House
    act: Callable[[], object] | None = None
    rooms: Callable[[], int] | None = None
    forget: Callable[[], None] | None = None
    finds: bool = True
    secrets: tuple[str, ...] = ()
    links: tuple[str, ...] = field(default=())

    def ensure(self, meeting: VideoMeeting = MEETING, room: Room | None = None) -> Room:
        return self.video.ensure(meeting, room)


@contextmanager
def link(folder: Path, read_seconds: float) -> Iterator[Stand]:
    house = servers.Jitsi()
    with served(house) as url, contextlib.closing(FixedVideo(f"{url}/ruang/{{uid}}?bahasa=id", key=KEY)) as video:
        yield Stand(video, house, links=(url,))


@contextmanager
def one_link(folder: Path, read_seconds: float) -> Iterator[Stand]:
    house = servers.Jitsi()
    with served(house) as url, contextlib.closing(FixedVideo(f"{url}/ruang", key=KEY)) as video:
        yield Stand(video, house, links=(url,))


@contextmanager
def jitsi(folder: Path, read_seconds: float, app_secret: str = JITSI_SECRET) -> Iterator[Stand]:
    house = servers.Jitsi()
    given: dict[str, Any] = {"app_id": "hadir", "app_secret": app_secret} if app_secret else {}
    with served(house) as url, contextlib.closing(JitsiVideo(url, key=KEY, clock=house.clock, **given)) as video:
        yield Stand(video, house, secrets=(JITSI_SECRET,), links=(url,))


def open_jitsi(folder: Path, read_seconds: float) -> AbstractContextManager[Stand]:
    return jitsi(folder, read_seconds, "")


@contextmanager
def bigbluebutton(folder: Path, read_seconds: float) -> Iterator[Stand]:
    house = servers.BigBlueButton()
    with (
        served(house) as url,
        contextlib.closing(
            BigBlueButtonVideo(f"{url}/bigbluebutton/", servers.SECRET, key=KEY, read_seconds=read_seconds)
        ) as video,
    ):
        act = lambda: video.join(video.ensure(MEETING, None), MEETING, SITI)  # noqa: E731
        yield Stand(video, house, act, lambda: len(house.meetings), house.forget, secrets=(servers.SECRET,), links=(url,))


@contextmanager
def zoom(folder: Path, read_seconds: float) -> Iterator[Stand]:
    house = zoom_house.Zoom()
    account = zoom_house.ACCOUNT, zoom_house.CLIENT, zoom_house.SECRET, zoom_house.USER
    with served(house) as url:
        given: dict[str, Any] = {"api": f"{url}/v2", "oauth": f"{url}/oauth/token", "read_seconds": read_seconds}
        with contextlib.closing(ZoomVideo(*account, key=KEY, clock=house.clock, **given)) as video:
            act, rooms = (lambda: video.ensure(MEETING, None)), (lambda: len(house.meetings))
            yield Stand(video, house, act, rooms, house.meetings.clear, secrets=(zoom_house.SECRET, "zoom-"), links=(url,))


@contextmanager
def meet(folder: Path, read_seconds: float) -> Iterator[Stand]:
    house = google_house.Google()
    with served(house) as url:
        key = google_house.credentials(folder, url)
        made = MeetVideo(key, google_house.SUBJECT, clock=house.clock, api=f"{url}/v2", read_seconds=read_seconds)
        with contextlib.closing(made) as video:
            act, rooms = (lambda: video.ensure(MEETING, None)), (lambda: len(house.spaces))
            secrets = ("PRIVATE KEY", "ya29.", "assertion")
            links = ("https://meet.google.com/",)
            yield Stand(video, house, act, rooms, house.spaces.clear, finds=False, secrets=secrets, links=links)


@contextmanager
def talk(folder: Path, read_seconds: float) -> Iterator[Stand]:
    house = platforms.Talk()
    with served(house) as url:
        client = Client(url, platforms.ACCOUNT, platforms.PASSWORD, silence_seconds=read_seconds)
        with contextlib.closing(client):
            video = TalkVideo(client, url, key=KEY, clock=house.clock)
            act, rooms = (lambda: video.ensure(MEETING, None)), (lambda: len(house.rooms))
            yield Stand(video, house, act, rooms, house.rooms.clear, secrets=(platforms.PASSWORD,), links=(url,))


@contextmanager
def calls(folder: Path, read_seconds: float) -> Iterator[Stand]:
    """`folder` holds a database, where a token that is refused is looked for again. The time-outs are the platform's."""
    house = platforms.Mattermost()
    with served(house) as url:
        given = {"mattermost_url": url, "mattermost_bot_token": platforms.BOT_TOKEN}
        settings = load({}, secret_key=SECRET, home=folder, database_url=f"sqlite:///{folder / 'hadir.db'}", **given)
        hadir = assemble(settings, clock=house.clock)
        video = MattermostCalls(hadir, Access(url, platforms.BOT_TOKEN, ""))
        act = lambda: video.ensure(MEETING, None)  # noqa: E731
        yield Stand(video, house, act, secrets=(platforms.BOT_TOKEN,), links=(url,))
        video.client.close()
        hadir.database.dispose()


Make = Callable[[Path, float], AbstractContextManager[Stand]]
ALL: dict[str, Make] = {
    "link": link,
    "one link": one_link,
    "jitsi": jitsi,
    "jitsi without tokens": open_jitsi,
    "bigbluebutton": bigbluebutton,
    "zoom": zoom,
    "meet": meet,
    "talk": talk,
    "calls": calls,
}
CALLING = [name for name in ALL if name in ("bigbluebutton", "zoom", "meet", "talk", "calls")]
MAKING = [name for name in CALLING if name != "calls"]
