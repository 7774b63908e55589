"""What our code and a real Talk said to each other, played again over HTTP.

To record anew: a service account `talk-hadir`, people `talk-siti` and `talk-budi`, and a bot of the name and secret below,
installed with `occ talk:bot:install`; HADIR_LIVE_NEXTCLOUD_URL, _USER and _PASSWORD for the service account,
NC_PEGAWAI_PASSWORD for the people, HADIR_LIVE_NEXTCLOUD_SQL (see tests/live/talk_people.py), and
HADIR_RECORD_NEXTCLOUD=1 pytest tests/adapters/nextcloud/test_talk_recorded.py
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import requests
from pytest_httpserver import HTTPServer

from integration.adapters.nextcloud.client import Client
from integration.adapters.nextcloud.errors import NextcloudError
from integration.adapters.nextcloud.talk import calls
from integration.adapters.nextcloud.talk.access import Talk
from integration.adapters.nextcloud.talk.chat import TalkChat
from integration.app import assemble
from integration.errors import DeliveryError, NotMember
from integration.messages import Button, Channel, File, Reply, Text
from integration.ports import Recipient
from integration.settings import load
from tests import cast
from tests.adapters.nextcloud import recording
from tests.adapters.nextcloud.account import account
from tests.conftest import SECRET
from tests.live.talk_people import grows_old
from tests.service import until

BOT, BOT_SECRET = "Hadir uji talk", "rahasia-bot-untuk-rekaman-" * 2
SITI, BUDI = "talk-siti", "talk-budi"
HELLO = Reply(Text("Halo dari **Hadir**"))


@dataclass
class Stage:
    """A chat platform in front of a recording, or of the server that is being recorded; `about` is kept with it."""

    chat: TalkChat
    about: dict[str, Any]

    def set(self, scene: Callable[[Callable[..., Any], dict[str, Any]], None]) -> None:
        """What people did before; only while recording."""
        if "url" in self.about:
            scene(self._people, self.about)

    def _people(self, who: str, method: str, path: str, /, **body: Any) -> Any:
        url, password = self.about["url"], os.environ["NC_PEGAWAI_PASSWORD"]
        if path.startswith("/remote.php"):
            return requests.request(method, url + path, data=body["data"], auth=(who, password), timeout=30)
        headers = {"OCS-APIRequest": "true", "Accept": "application/json"}
        answer = requests.request(
            method, f"{url}/ocs/v2.php{path}", json=body, headers=headers, auth=(who, password), timeout=30
        )
        assert answer.ok, answer.text
        return answer.json()["ocs"]["data"]


@pytest.fixture
def stage(request: pytest.FixtureRequest, httpserver: HTTPServer, sqlite_template: Path, tmp_path: Path) -> Iterator[Stage]:
    shutil.copy(sqlite_template, tmp_path / "talk.db")
    settings = load({}, database_url=f"sqlite:///{tmp_path / 'talk.db'}", secret_key=SECRET, home=tmp_path)
    hadir = assemble(settings, clock=cast.Clock())
    path = recording.file_of(f"talk-{request.node.name.removeprefix('test_')}")
    with contextlib.ExitStack() as closing:
        closing.callback(hadir.database.dispose)
        if not os.environ.get("HADIR_RECORD_NEXTCLOUD"):
            about = json.loads(path.read_text(encoding="utf-8"))["about"]
            server = httpserver.url_for("/").rstrip("/")
            player = recording.Player(recording.load(path), server)
            httpserver.expect_request(recording.ANY).respond_with_handler(player)
            client = closing.enter_context(contextlib.closing(Client(server, about["user"], "sandi")))
            yield Stage(TalkChat(hadir, client, Talk(about["user"], BOT_SECRET, BOT), server), about)
            player.check()
            return
        url, user, password = account()
        proxy, exchanges = closing.enter_context(recording.recorder(url))
        client = closing.enter_context(contextlib.closing(Client(proxy, user, password)))
        about = {"user": user, "url": url}
        yield Stage(TalkChat(hadir, client, Talk(user, BOT_SECRET, BOT), proxy), about)
        recording.save(path, exchanges)
        kept = json.loads(path.read_text(encoding="utf-8")) | {"about": {k: v for k, v in about.items() if k != "url"}}
        path.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def person(id: str) -> Recipient:
    return Recipient("nextcloud", "person", id)


def group(people: Callable[..., Any], about: dict[str, Any], *, bot: bool, with_us: bool, led: bool = False) -> None:
    """Siti opens a conversation, perhaps with the bot in it, perhaps with the service account, which may lead it."""
    token = people(SITI, "POST", "/apps/spreed/api/v4/room", roomType=2, roomName="talk-uji rekaman")["token"]
    about["room"] = token
    if with_us:
        room = f"/apps/spreed/api/v4/room/{token}/participants"
        people(SITI, "POST", room, newParticipant=about["user"], source="users")
    if bot:
        bots = people(SITI, "GET", f"/apps/spreed/api/v1/bot/{token}")
        number = next(bot["id"] for bot in bots if bot["name"] == BOT)
        people(SITI, "POST", f"/apps/spreed/api/v1/bot/{token}/{number}")
    if led:
        found = people(SITI, "GET", f"/apps/spreed/api/v4/room/{token}/participants")
        us = next(each["attendeeId"] for each in found if each["actorId"] == about["user"])
        people(SITI, "POST", f"/apps/spreed/api/v4/room/{token}/moderators", attendeeId=us)


def test_a_person_is_written_to_once(stage: Stage) -> None:
    reply = Reply(Text("Setuju?"), buttons=(Button("Ya", "hadir.approve", "1"), Button("Tidak", "hadir.reject", "1")))
    key = stage.about.setdefault("key", f"a:{time.time()}")
    first = stage.chat.send(person(SITI), reply, key)
    assert first.message_id.isdigit()
    assert stage.chat.send(person(SITI), reply, key) == first


def test_the_bot_speaks_in_a_group_once(stage: Stage) -> None:
    stage.set(lambda people, about: group(people, about, bot=True, with_us=True))
    to = Recipient("nextcloud", "channel", stage.about["room"])
    first = stage.chat.send(to, HELLO, "a")
    assert first.message_id.isdigit()
    assert stage.chat.send(to, HELLO, "a") == first


def test_the_bot_speaks_where_the_account_is_not(stage: Stage) -> None:
    stage.set(lambda people, about: group(people, about, bot=True, with_us=False))
    to = Recipient("nextcloud", "channel", stage.about["room"])
    assert stage.chat.send(to, HELLO, "a").message_id
    with pytest.raises(NotMember):
        stage.chat.send(to, Reply(Text("Berkas"), files=(File("a.txt", "text/plain", b"isi"),)), "b")


def test_without_the_bot_the_cure_is_named(stage: Stage) -> None:
    stage.set(lambda people, about: group(people, about, bot=False, with_us=True))
    for token in (stage.about["room"], "tidakada1"):
        with pytest.raises(DeliveryError, match="a moderator switches it on") as error:
            stage.chat.send(Recipient("nextcloud", "channel", token), HELLO, "a")
        assert error.value.permanent


def test_who_is_not_there_is_a_permanent_error(stage: Stage) -> None:
    with pytest.raises(DeliveryError, match="has no user") as error:
        stage.chat.send(person("talk-tidak-ada"), HELLO, "a")
    assert error.value.permanent


def test_files_are_posted_once(stage: Stage) -> None:
    key = stage.about.setdefault("key", f"f:{time.time()}")
    files = (File("rekap nov.txt", "text/plain", b"isi"), File("../gambar.txt", "text/plain", b"isi dua"))
    first = stage.chat.send(person(SITI), Reply(Text("Dua berkas"), files=files), key)
    assert stage.chat.send(person(SITI), Reply(Text("Dua berkas"), files=files), key) == first


def test_a_profile_is_found_whatever_the_case(stage: Stage) -> None:
    found = stage.chat.profile(username=SITI.upper())
    assert found
    assert (found.id, found.email) == (SITI, f"{SITI}@kantor.example")
    assert stage.chat.profile(id=SITI) == found
    assert stage.chat.profile(username="talk-tidak-ada") is None


def test_what_was_missed_is_found(stage: Stage) -> None:
    def scene(people: Callable[..., Any], about: dict[str, Any]) -> None:
        before = int(time.time())
        until(lambda: time.time() > before + 1, "a second in which nothing was said yet")
        about["since"] = int(time.time())
        about["direct"] = people(SITI, "POST", "/apps/spreed/api/v4/room", roomType=1, invite=about["user"])["token"]
        people(SITI, "POST", f"/apps/spreed/api/v1/chat/{about['direct']}", message="masuk wfh")
        group(people, about, bot=True, with_us=True)
        people(SITI, "POST", f"/apps/spreed/api/v1/chat/{about['room']}", message=f'@"{about["user"]}" /hadir status @{BUDI}')

    stage.set(scene)
    found = list(stage.chat.said(datetime.fromtimestamp(stage.about["since"], UTC)))
    assert {(each.sender.id, each.text, each.channel.direct, each.addressed) for each in found} == {
        (SITI, "masuk wfh", True, False),
        (SITI, f"/hadir status @{BUDI}", False, True),
    }


def test_files_of_people_and_members(stage: Stage) -> None:
    def scene(people: Callable[..., Any], about: dict[str, Any]) -> None:
        group(people, about, bot=False, with_us=True)
        name = f"catatan{int(time.time())}.txt"
        people(SITI, "PUT", f"/remote.php/dav/files/{SITI}/{name}", data=b"isi catatan")
        share = {"path": f"/{name}", "shareType": 10, "shareWith": about["room"]}
        caption = json.dumps({"caption": "/berkas simpan"})
        people(SITI, "POST", "/apps/files_sharing/api/v1/shares", **share, talkMetaData=caption)

    stage.set(scene)
    room = stage.about["room"]
    [file] = stage.chat.attachments(Channel(room), 5)
    assert (file.size, file.by, file.media_type) == (11, SITI, "text/plain")
    assert stage.chat.attachments(Channel(room, message=file.message_id), 5) == [file]
    assert b"".join(stage.chat.download(file)) == b"isi catatan"
    assert [member.id for member in stage.chat.members(room)] == [SITI]
    assert stage.chat.channel_name(room) == "talk-uji rekaman"


# ---------------------------------------------------------------- a message that says something else


def test_where_the_account_leads_what_the_bot_has_said_says_something_else(stage: Stage) -> None:
    stage.set(lambda people, about: group(people, about, bot=True, with_us=True, led=True))
    sent = stage.chat.send(Recipient("nextcloud", "channel", stage.about["room"]), Reply(Text("Rapat pukul 9")), "a")
    for _ in range(2):
        stage.chat.edit(sent, Reply(Text("Rapat **pukul 10**")), "a")
    [message] = bot_says(stage)
    assert (str(message["id"]), message["message"]) == (sent.message_id, "Rapat **pukul 10**")
    assert message["lastEditActorId"] == stage.about["user"]
    again = stage.chat.send(Recipient("nextcloud", "channel", stage.about["room"]), Reply(Text("Rapat pukul 9")), "a")
    assert again == sent  # its mark is still there


@pytest.mark.parametrize(
    ("why", "status"), [("not led by us", 403), ("taken away", 405), ("a day old", 400), ("never there", 404)]
)
def test_what_talk_lets_nobody_change_is_a_permanent_error(stage: Stage, why: str, status: int) -> None:
    stage.set(lambda people, about: group(people, about, bot=True, with_us=True, led=why != "not led by us"))
    room = stage.about["room"]
    sent = stage.chat.send(Recipient("nextcloud", "channel", room), Reply(Text("Rapat pukul 9")), "a")
    if why == "taken away":
        stage.set(lambda people, about: people(SITI, "DELETE", f"/apps/spreed/api/v1/chat/{room}/{sent.message_id}"))
    if why == "a day old":
        stage.set(lambda people, about: grows_old(int(sent.message_id)))
    if why == "never there":
        sent = replace(sent, message_id="999999999")
    with pytest.raises(NextcloudError) as error:
        stage.chat.edit(sent, Reply(Text("Rapat pukul 10")), "a")
    assert (error.value.status, error.value.permanent) == (status, True)
    assert "Rapat pukul 10" not in [message["message"] for message in bot_says(stage)]


def bot_says(stage: Stage) -> list[Any]:
    """What the conversation shows of the bot's."""
    found = stage.chat._client.call(lambda cloud: calls.messages(cloud, stage.about["room"]))
    return [message for message in found if message["actorType"] == "bots"]


def test_a_conversation_is_found_by_its_name_where_the_person_is(stage: Stage) -> None:
    """Of two that are called the same each finds their own, and nobody one in which they are not."""

    def scene(people: Callable[..., Any], about: dict[str, Any]) -> None:
        name = f"talk-uji Rapat {time.time():.0f}"
        about["name"] = name
        for who in (BUDI, SITI):
            token = people(who, "POST", "/apps/spreed/api/v4/room", roomType=2, roomName=name)["token"]
            room = f"/apps/spreed/api/v4/room/{token}/participants"
            people(who, "POST", room, newParticipant=about["user"], source="users")
            about[who] = token
        people(SITI, "POST", "/apps/spreed/api/v4/room", roomType=2, roomName=f"{name} tertutup")

    stage.set(scene)
    name = stage.about["name"]
    for who in (SITI, BUDI):
        assert stage.chat.channel_named(name.replace(" ", "-").lower(), who) == Channel(stage.about[who], name)
    assert stage.chat.channel_named(name, "talk-tidak-ada") is None
    assert stage.chat.channel_named(f"{name} tertutup", SITI) is None
