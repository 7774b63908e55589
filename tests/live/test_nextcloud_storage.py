"""Files on a running Nextcloud, as people meet them: shared, edited by hand, taken back, and large.

HADIR_LIVE_NEXTCLOUD_URL, _USER and _PASSWORD name the service account. HADIR_LIVE_NEXTCLOUD_PEER ("user:password") is an
account that sees the same group folder; without it, what needs a second person is left out. HADIR_LIVE_LARGE_MB says how
large the large file is (32).
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
import requests

from integration.adapters.nextcloud.client import Client
from integration.adapters.nextcloud.errors import NextcloudError
from integration.adapters.nextcloud.files import NextcloudStorage
from integration.app import utc_now
from integration.ports import Changed
from tests.adapters.nextcloud.account import KEY, account, empty

pytestmark = pytest.mark.live
TEXT = "text/plain"
ROOT = f"Hadir Bersama/Uji penyimpanan {os.getpid()}"


@pytest.fixture
def client() -> Iterator[Client]:
    with contextlib.closing(Client(*account())) as made:
        yield made
        empty(made, ROOT)


@pytest.fixture
def storage(client: Client) -> NextcloudStorage:
    return NextcloudStorage(client, ROOT, key=KEY, clock=utc_now)


class Peer:
    """A colleague at the web page of the office's Nextcloud."""

    def __init__(self) -> None:
        given = os.environ.get("HADIR_LIVE_NEXTCLOUD_PEER", "")
        if not given:
            pytest.skip("HADIR_LIVE_NEXTCLOUD_PEER names no second account")
        self.name, _, self.password = given.partition(":")
        self.url = f"{account()[0]}/remote.php/dav/files/{self.name}"

    def asks(self, method: str, path: str, content: bytes | None = None) -> requests.Response:
        return requests.request(
            method,
            f"{self.url}/{quote(path)}",
            data=content,
            auth=(self.name, self.password),
            timeout=30,
            allow_redirects=False,
        )


@pytest.fixture
def peer() -> Peer:
    return Peer()


def test_what_a_colleague_edited_is_kept_and_their_name_is_known(storage: NextcloudStorage, peer: Peer) -> None:
    ours = storage.put("rekap.txt", b"dari Hadir", TEXT, expected="")
    assert peer.asks("PUT", f"{ROOT}/rekap.txt", b"diubah rekan").status_code == 204
    with pytest.raises(Changed) as caught:
        storage.put("rekap.txt", b"versi berikut", TEXT, expected=ours.version)
    assert caught.value.now
    assert caught.value.now.by == peer.name
    assert storage.get("rekap.txt") == b"diubah rekan"


def test_an_earlier_content_comes_back(storage: NextcloudStorage, peer: Peer) -> None:
    storage.put("a.txt", b"pertama", TEXT)
    peer.asks("PUT", f"{ROOT}/a.txt", b"tertimpa tak sengaja")
    (earlier,) = [version for version in storage.versions("a.txt") if version.size == len(b"pertama")]
    assert storage.restore("a.txt", earlier.id).size == len(b"pertama")
    assert storage.get("a.txt") == b"pertama"


def test_rights_are_kept_in_step_with_the_list(client: Client, peer: Peer) -> None:
    """In the account's own root, where nobody has rights by a group folder."""
    root = f"Uji hak {os.getpid()}"
    storage = NextcloudStorage(client, root, key=KEY, clock=utc_now)
    try:
        storage.put("Kanal/a.txt", b"isi", TEXT)
        storage.grant("Kanal", [peer.name], edit=False)
        assert peer.asks("GET", "Kanal/a.txt").content == b"isi"
        assert peer.asks("PUT", "Kanal/b.txt", b"x").status_code == 403
        for _ in range(2):
            storage.grant("Kanal", [peer.name], edit=True)
        assert peer.asks("PUT", "Kanal/b.txt", b"x").status_code == 201
        with pytest.raises(NextcloudError, match="tidak-ada-orang-ini") as caught:
            storage.grant("Kanal", [peer.name, "tidak-ada-orang-ini"], edit=True)
        assert caught.value.permanent
        assert peer.asks("GET", "Kanal/a.txt").status_code == 200
        storage.grant("Kanal", [], edit=True)
        assert peer.asks("GET", "Kanal/a.txt").status_code == 404
        assert storage.get("Kanal/b.txt") == b"x"
    finally:
        empty(client, root)


def test_the_link_for_members_opens_the_file(storage: NextcloudStorage, peer: Peer) -> None:
    storage.put("a.txt", b"isi", TEXT)
    link = storage.link_for_members("a.txt")
    answer = requests.get(link, auth=(peer.name, peer.password), allow_redirects=False, timeout=30)
    assert answer.status_code in (302, 303)
    assert "/apps/files/" in answer.headers["Location"]


def test_a_link_is_ended(storage: NextcloudStorage) -> None:
    storage.put("a.txt", b"isi", TEXT)
    link = storage.share("a.txt")
    token, server = link.url.rpartition("/")[2], account()[0]
    address, headers = f"{server}/public.php/dav/files/{token}", {"X-Requested-With": "XMLHttpRequest"}
    assert requests.get(address, headers=headers, auth=("anonymous", link.password), timeout=30).content == b"isi"
    storage.unshare("a.txt")
    assert requests.get(address, headers=headers, auth=("anonymous", link.password), timeout=30).status_code in (401, 404)
    assert storage.share("a.txt").url != link.url


def test_twins_in_upper_and_lower_case_are_two_files(storage: NextcloudStorage) -> None:
    storage.put("Rekap.txt", b"besar", TEXT, expected="")
    storage.put("rekap.txt", b"kecil", TEXT, expected="")
    assert (storage.get("Rekap.txt"), storage.get("rekap.txt")) == (b"besar", b"kecil")


def test_what_somebody_moved_away_is_not_written_in_silence(storage: NextcloudStorage, peer: Peer) -> None:
    ours = storage.put("a.txt", b"satu", TEXT, expected="")
    storage.move("a.txt", "arsip/a.txt")
    with pytest.raises(Changed) as caught:
        storage.put("a.txt", b"dua", TEXT, expected=ours.version)
    assert caught.value.now is None


LARGE = """
import hashlib, resource, sys
from integration.adapters.nextcloud.client import Client
from integration.adapters.nextcloud.files import NextcloudStorage
from integration.app import utc_now
url, user, password, root, megabytes = sys.argv[1:]
client, block, digest = Client(url, user, password), bytes(range(256)) * 4096, hashlib.sha256()
storage = NextcloudStorage(client, root, key=b"k" * 32, clock=utc_now)
size = int(megabytes) << 20
storage.put_stream("besar.bin", (block for _ in range(int(megabytes))), size, "application/octet-stream", expected="")
for piece in storage.open("besar.bin"):
    digest.update(piece)
client.close()
print(digest.hexdigest(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


@pytest.mark.timeout(1800)
def test_a_large_file_goes_through_a_small_process(storage: NextcloudStorage, client: Client) -> None:
    megabytes = int(os.environ.get("HADIR_LIVE_LARGE_MB", "32"))
    command = [sys.executable, "-c", LARGE, *account(), ROOT, str(megabytes)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=Path(__file__).parents[2], check=False)
    assert done.returncode == 0, done.stderr
    digest, most = done.stdout.split()
    assert digest == hashlib.sha256(bytes(range(256)) * 4096 * megabytes).hexdigest()
    print(f"{megabytes} MB up and down through a process of at most {most} MB")
    assert int(most) < 200
    stored = storage.stat("besar.bin")
    assert stored
    assert stored.size == megabytes << 20
