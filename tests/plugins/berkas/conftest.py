"""An office with a chat whose messages carry files, a drive, and a worker that is stepped by hand."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from integration import people
from integration.adapters.local.storage import FolderStorage
from integration.core import Hadir
from integration.deliveries import chat as chat_delivery
from integration.deliveries import storage as storage_delivery
from integration.deliveries import task as task_delivery
from integration.deliveries.delivery import Delivery
from integration.errors import DeliveryError, NotMember
from integration.messages import Button, ButtonPress, Channel, Reply, plain
from integration.ports import Attachment, Link, Profile, Recipient, Sent, StoredFile
from plugins.berkas import places
from tests import cast
from tests.post import button

GENERAL = Channel("c-umum", "umum", "team-1")
DIRECT = Channel("d-siti", "siti__hadir", "", direct=True)


@dataclass
class Chat:
    """A chat platform with attachments and members. `trouble` is raised, one a call; `outside` are channels without the bot."""

    name: str = "mattermost"
    posts: list[tuple[Channel, Attachment, bytes]] = field(default_factory=list)
    people: dict[str, list[str]] = field(default_factory=dict)
    outside: set[str] = field(default_factory=set)
    titles: dict[str, str] = field(default_factory=dict)
    trouble: list[DeliveryError] = field(default_factory=list)
    heard: list[tuple[str, Reply, str]] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    during: Callable[[int], None] = lambda _passed: None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def posted(self, who: str, name: str, content: bytes, channel: Channel = GENERAL, at: datetime | None = None) -> Attachment:
        """Somebody posts a file; the message's id is `m1`, `m2` …, that of the file `f1` …"""
        number = len(self.posts) + 1
        moment = at or cast.MONDAY_0728
        made = Attachment(f"f{number}", name, len(content), "application/pdf", f"m{number}", f"id-{who}", moment)
        self.posts.append((channel, made, content))
        return made

    # ------------------------------------------------------------ the ports

    def send(self, to: Recipient, message: Reply, key: str) -> Sent:
        with self._lock:
            self._may("send")
            if key not in [known for *_, known in self.heard]:
                self.heard.append((to.id, message, key))
            return Sent(f"post-{len(self.heard)}", f"channel-of-{to.id}")

    def profile(self, *, id: str = "", username: str = "") -> Profile | None:
        return Profile(id or f"id-{username}", username or id.removeprefix("id-"), "", "")

    def attachments(self, channel: Channel, limit: int) -> Sequence[Attachment]:
        self._may("attachments", channel.id)
        here = [each for where, each, _ in self.posts if where.id == channel.id]
        found = [each for each in here if channel.message and each.message_id == channel.message]
        return list(reversed(found or here))[:limit]

    def download(self, attachment: Attachment) -> Iterator[bytes]:
        self._may("download")
        content = next(content for _, each, content in self.posts if each.id == attachment.id)
        for start in range(0, len(content), 1 << 20):
            self.during(start)
            yield content[start : start + (1 << 20)]

    def members(self, channel_id: str) -> Sequence[Profile]:
        self._may("members", channel_id)
        return [Profile(f"id-{who}", who, "", who) for who in self.people.get(channel_id, [])]

    def channel_name(self, channel_id: str) -> str:
        return self.titles.get(channel_id, "umum")

    def _may(self, what: str, channel: str = "") -> None:
        self.calls.append(what)
        if channel in self.outside:
            raise NotMember(f"not in {channel}", invite="/invite @hadir")
        if self.trouble and what != "send":
            raise self.trouble.pop(0)

    # ------------------------------------------------------------ what was heard

    def told(self, who: str) -> list[str]:
        return [plain(message.text) for to, message, _ in self.heard if to in (who, f"id-{who}")]

    def last(self, who: str) -> Reply:
        return [message for to, message, _ in self.heard if to in (who, f"id-{who}")][-1]


@pytest.fixture
def drive(tmp_path: Path, hadir: Hadir) -> FolderStorage:
    folder = tmp_path / "drive"
    folder.mkdir()
    storage = FolderStorage(folder)
    hadir.ports.storage = storage
    return storage


class Cloud(FolderStorage):
    """A drive with accounts and links, as a folder. `links` are open ones by path, `rights` the accounts by path."""

    name = "nextcloud"

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.links: dict[str, tuple[Link, datetime | None]] = {}
        self.rights: dict[str, list[str]] = {}
        self.authors: dict[str, str] = {}
        self.down = False
        self.calls: list[str] = []
        self._made = 0

    def share(self, path: str, *, expires: datetime | None = None) -> Link:
        self._answers("share")
        self._existing(path)
        if path not in self.links:
            self._made += 1
        link = Link(f"https://awan.example/s/{self._made}", f"sandi-{places.key(path)[:12]}")
        self.links[path] = (link, expires)
        return link

    def unshare(self, path: str) -> None:
        self._answers("unshare")
        self.links.pop(path, None)

    def grant(self, path: str, accounts: Sequence[str], *, edit: bool) -> None:
        self._answers("grant")
        self._existing(path)
        self.rights[path] = list(accounts)

    def changed_by(self, path: str) -> str:
        self._answers("author")
        return self.authors.get(path, "")

    def link_for_members(self, path: str) -> str:
        self._answers("link")
        return f"https://awan.example/f/{places.key(path)[:6]}"

    def list(self, folder: str, *, folders: bool = False) -> Sequence[StoredFile]:
        self._answers("list")
        return super().list(folder, folders=folders)

    def find(self, words: Sequence[str], folder: str, limit: int) -> Sequence[StoredFile]:
        self._answers("find")
        return super().find(words, folder, limit)

    def stat(self, path: str) -> StoredFile | None:
        self._answers("stat")
        return super().stat(path)

    def _answers(self, what: str) -> None:
        self.calls.append(what)
        if self.down:
            raise DeliveryError("the drive is down")


@pytest.fixture
def cloud(drive: FolderStorage, hadir: Hadir) -> Cloud:
    """The same folder, with links and accounts; everybody but Dewi has one."""
    made = Cloud(drive._root)
    hadir.ports.storage = made
    with hadir.database.write() as db:
        for username, *_ in cast.CAST:
            if username != "dewi":
                owner = people.by_username(db, "mattermost", username)
                assert owner
                row = {"person_id": owner.id, "platform": "nextcloud", "username": username, "external_id": username}
                db.execute(people.account.insert().values(row))
    return made


@pytest.fixture
def office(hadir: Hadir, drive: FolderStorage) -> Chat:
    room = Chat()
    hadir.ports.chats[room.name] = room
    for part in (chat_delivery, task_delivery, storage_delivery):
        hadir.deliverers[part.KIND] = part.deliver
    return room


@pytest.fixture
def works(hadir: Hadir, office: Chat) -> Callable[[], None]:
    """The worker delivers all that can be delivered now."""
    delivery = Delivery(hadir)

    def work() -> None:
        for _ in range(40):
            if not delivery.step():
                return

    return work


class Talks:
    """`at("siti")` types in the general channel; `at("siti", DIRECT)` to the bot."""

    def __init__(self, hadir: Hadir) -> None:
        self._hadir = hadir

    def __call__(self, who: str, channel: Channel = GENERAL) -> Typist:
        return Typist(cast.Talker(self._hadir, who), channel)


@dataclass
class Typist:
    talker: cast.Talker
    channel: Channel

    def says(self, line: str) -> str:
        """Nobody types twice in the same moment."""
        self.talker.hadir.clock.now += timedelta(seconds=1)  # type: ignore[attr-defined]  # the test's clock
        return self.talker.says(line, channel=self.channel)

    def presses(self, label: str | Button) -> str:
        """A button of the last answer, in this channel."""
        pressed = label if isinstance(label, Button) else button(self.last, label)
        press = ButtonPress(pressed.action, pressed.value, self.channel)
        return self.talker._heard(self.talker.hadir.dispatcher.handle(self.talker.sender, press, self.talker.hadir.clock()))

    @property
    def last(self) -> Reply:
        assert isinstance(self.talker.last, Reply), self.talker.last
        return self.talker.last


@pytest.fixture
def at(hadir: Hadir) -> Talks:
    return Talks(hadir)
