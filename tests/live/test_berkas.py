"""`/berkas` between a running Mattermost and a running Nextcloud: a posted file is saved, found, shared, taken back.

Wants `HADIR_LIVE_NEXTCLOUD_URL`, `_USER` and `_PASSWORD` beside Mattermost's; works in a folder of its own.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from sqlalchemy import select, update

from integration import people
from integration.adapters.mattermost.chat import MattermostChat
from integration.adapters.nextcloud.client import Client
from integration.adapters.nextcloud.files import NextcloudStorage
from integration.errors import NotMember
from integration.messages import Channel
from integration.scheduler import plugin_jobs, run_job
from tests.live.mattermost import User
from tests.live.office import only
from tests.live.running import Office
from tests.service import until

NEEDED = ("HADIR_LIVE_NEXTCLOUD_URL", "HADIR_LIVE_NEXTCLOUD_USER", "HADIR_LIVE_NEXTCLOUD_PASSWORD")
pytestmark = [
    pytest.mark.live,
    pytest.mark.skipif(not all(map(os.environ.get, NEEDED)), reason=f"needs {', '.join(NEEDED)}"),
]
MANIFEST = only("berkas")
CONTENT = "Isi undangan rapat.\n" * 40
UNIT = "Hadir/Bidang Aplikasi/Berkas/2026"


@pytest.fixture(scope="module")
def drive(office: Office) -> Iterator[NextcloudStorage]:
    """A folder of this run on the real drive; Siti and Budi have accounts there."""
    url, user, password = (os.environ[name] for name in NEEDED)
    root = f"BERKAS-uji-{uuid.uuid4().hex[:8]}"
    client = Client(url.rstrip("/"), user, password)
    storage = NextcloudStorage(client, root, key=b"k" * 32, clock=office.clock)
    office.hadir.ports.storage = storage
    with office.hadir.database.write() as db:
        for name in ("Siti Rahayu", "Budi Santoso"):
            id = db.scalar(select(people.person.c.id).where(people.person.c.name == name))
            account = name.partition(" ")[0].lower()
            row = {"person_id": id, "platform": "nextcloud", "username": account, "external_id": account}
            db.execute(people.account.insert().values(row))
        leads = people.person.c.name == "Budi Santoso"
        db.execute(update(people.person).where(leads).values(roles=["pegawai", "atasan"]))
    bot = office.hadir.ports.chats["mattermost"].bot["id"]  # type: ignore[attr-defined]  # it is Mattermost's
    for someone in (office.siti, office.budi, office.dewi):
        # The first message of a conversation that is made for it does not always come over the websocket.
        someone.api("POST", "/channels/direct", [someone.id, bot])
    yield storage
    requests.delete(f"{url.rstrip('/')}/remote.php/dav/files/{user}/{root}", auth=(user, password), timeout=30)
    client.close()


def posts(user: User, name: str, content: str, channel: str = "", root: str = "") -> dict[str, Any]:
    """Somebody posts a message with a file."""
    channel = channel or user.channel
    headers = {"Authorization": f"Bearer {user.api.token}"}
    sent = requests.post(
        f"{user.api.url}/api/v4/files?channel_id={channel}&filename={name}", data=content.encode(), headers=headers, timeout=30
    )
    files = [sent.json()["file_infos"][0]["id"]]
    post: dict[str, Any] = user.api(
        "POST", "/posts", {"channel_id": channel, "message": "ini berkasnya", "file_ids": files, "root_id": root}
    )
    return post


# The tests below are one story, in this order.


def test_a_posted_file_reaches_the_drive(office: Office, drive: NextcloudStorage) -> None:
    posts(office.budi, "undangan.txt", CONTENT)
    office.siti.types("/berkas simpan")
    assert "Sedang disimpan" in office.siti.whispered()["message"]
    saved = office.siti.told("Tersimpan")
    assert f"**undangan.txt** (1 KB), di {UNIT}." in saved["message"]
    assert drive.get(f"{UNIT}/undangan.txt").decode() == CONTENT
    office.dewi.types("/berkas simpan")
    assert "sudah pernah disimpan" in office.dewi.told()["message"]
    office.siti.presses(saved, "Batalkan")
    until(lambda: office.audited("berkas.undone"), "the end of taking it back")
    assert drive.stat(f"{UNIT}/undangan.txt") is None
    office.siti.types("/berkas simpan undangan rakor")
    office.siti.told("**undangan rakor.txt**")


def test_a_large_file_goes_through_in_pieces(office: Office, drive: NextcloudStorage) -> None:
    content = "0123456789abcdef" * (2 << 20)
    posts(office.siti, "rekaman.txt", content)
    office.siti.types("/berkas simpan")
    office.siti.presses(office.siti.told("Lampiran mana"), "rekaman.txt")  # this office's clock is not Mattermost's
    assert "(32 MB)" in office.siti.told("Tersimpan: **rekaman.txt**")["message"]
    stored = drive.stat(f"{UNIT}/rekaman.txt")
    assert stored
    assert stored.size == len(content)


def test_the_file_of_a_thread(office: Office, drive: NextcloudStorage) -> None:
    root = office.budi.api("POST", "/posts", {"channel_id": office.budi.channel, "message": "rapat besok"})
    posts(office.budi, "bahan.txt", "bahan", root=root["id"])
    posts(office.budi, "lain.txt", "lain")
    body = {"command": "/berkas simpan", "channel_id": office.siti.channel, "team_id": office.siti.team, "root_id": root["id"]}
    office.siti.api("POST", "/commands/execute", body)
    office.siti.told("Tersimpan: **bahan.txt**")


def test_a_channel_without_the_bot(office: Office, drive: NextcloudStorage) -> None:
    body = {"team_id": office.siti.team, "name": f"tertutup-{uuid.uuid4().hex[:6]}", "display_name": "Tertutup", "type": "P"}
    closed = office.siti.api("POST", "/channels", body)
    posts(office.siti, "rahasia.txt", "x", closed["id"])
    office.siti.types("/berkas simpan", closed["id"])
    assert "/invite @hadir" in office.siti.told("bukan anggota kanal ini")["message"]
    chat = office.hadir.ports.chats["mattermost"]
    assert isinstance(chat, MattermostChat)
    with office.recorder.section("attachments-outside"), pytest.raises(NotMember):
        chat.attachments(Channel(closed["id"]), 5)


def test_the_ports_as_they_are_recorded(office: Office, drive: NextcloudStorage) -> None:
    chat = office.hadir.ports.chats["mattermost"]
    assert isinstance(chat, MattermostChat)
    with office.recorder.section("attachments"):
        found = chat.attachments(Channel(office.siti.channel), 10)
        assert [each.name for each in found][:2] == ["lain.txt", "bahan.txt"]
        assert b"".join(chat.download(found[0])) == b"lain"
        members = {member.username for member in chat.members(office.siti.channel)}
        assert {office.siti.username, office.budi.username, office.dewi.username} <= members
        assert "hadir" not in members
        assert chat.channel_name(office.siti.channel)


def test_finding_and_sharing(office: Office, drive: NextcloudStorage) -> None:
    office.siti.types("/berkas cari rakor")
    listed = office.siti.whispered("undangan rakor.txt")["message"]
    assert "tidak menjawab" not in listed, "looked up in our own memory, not on the drive"
    office.siti.types(f"/berkas bagikan rakor @{office.dewi.username} sampai 30/11")
    asked = office.siti.whispered("Bagikan")
    office.siti.presses(asked, "Ya, bagikan")
    password = office.dewi.told("Kata sandi")["message"].rpartition("`")[0].rpartition("`")[2]
    link = office.dewi.told("membagikan")["message"]
    assert password not in link
    token = link.partition("/s/")[2].partition(")")[0]
    address = f"{os.environ[NEEDED[0]].rstrip('/')}/public.php/dav/files/{token}"
    assert requests.get(address, timeout=30).status_code in (401, 403)
    assert requests.get(address, auth=("anonymous", password), timeout=30).text == CONTENT
    done = office.siti.told("dibagikan kepada Dewi Lestari")
    office.siti.presses(done, "Cabut: Dewi Lestari")
    until(lambda: office.audited("berkas.share_ended"), "the end of the link")
    assert requests.get(address, auth=("anonymous", password), timeout=30).status_code in (401, 404)


def test_a_channels_folder_and_what_is_dropped_into_it(office: Office, drive: NextcloudStorage) -> None:
    office.budi.types("/berkas kanal Proyek Uji")
    told = office.budi.told("punya folder")["message"]
    assert "2 anggota diberi hak" in told
    assert "Dewi Lestari" in told
    url = os.environ[NEEDED[0]].rstrip("/")
    mine = requests.get(
        f"{url}/ocs/v2.php/apps/files_sharing/api/v1/shares?shared_with_me=true&format=json",
        auth=("siti", "Pegawai-1234!"),
        headers={"OCS-APIRequest": "true"},
        timeout=30,
    ).json()["ocs"]["data"]
    assert "Proyek Uji" in [share["path"].strip("/").rpartition("/")[2] for share in mine] or mine
    drive.put("Hadir/Kanal/Proyek Uji/Masuk/foto.txt", b"baru", "text/plain")
    for _ in range(2):
        for job in plugin_jobs(office.hadir):
            if job.name == "berkas.drops":
                run_job(office.hadir, job, office.clock())
    office.siti.hears("posted", lambda data: "Berkas baru di" in data["post"] and "foto.txt" in data["post"])
    office.siti.types("/berkas baru lembar anggaran")
    assert "anggaran.ods" in office.siti.told("Sudah dibuat")["message"]
    assert drive.stat("Hadir/Kanal/Proyek Uji/anggaran.ods")
