"""What Nextcloud has beyond the contract: links with passwords, folders that are in the way, names it reserves."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC

import pytest
import requests

from integration.adapters.nextcloud.client import Client
from integration.adapters.nextcloud.errors import NextcloudError
from integration.adapters.nextcloud.files import NextcloudStorage
from integration.errors import DeliveryError
from integration.ports import Link
from tests import cast
from tests.adapters.nextcloud.account import account, empty, storage_of

TEXT = "text/plain"


def test_a_file_shows_the_time_of_its_content_and_the_same_in_every_answer(storage: NextcloudStorage) -> None:
    stored = storage.put("Rekap/a.txt", b"isi", TEXT)
    assert stored.modified == cast.MONDAY_0728.astimezone(UTC)
    assert storage.list("Rekap") == [stored]


def test_a_listing_holds_files_only_and_is_in_order(storage: NextcloudStorage) -> None:
    for name in ("b.txt", "a.txt", "Dalam/c.txt"):
        storage.put(name, b"x", TEXT)
    assert [file.path for file in storage.list("")] == ["a.txt", "b.txt"]


def test_who_wrote_a_file_is_known(storage: NextcloudStorage) -> None:
    storage.put("Masuk/a.txt", b"isi", TEXT)
    assert storage.changed_by("Masuk/a.txt") == storage._client.user
    assert storage.changed_by("Masuk") == "", "nobody writes a folder"


def test_a_repeated_share_is_the_same_link_with_the_same_password(storage: NextcloudStorage) -> None:
    storage.put("a.txt", b"isi", TEXT)
    first = storage.share("a.txt")
    again = storage.share("a.txt", expires=cast.at("2099-12-31T17:00+07:00"))
    for_ever = storage.share("a.txt")
    assert first == again == for_ever
    assert first.password == again.password == for_ever.password
    assert len(first.password) >= 10
    storage.put("b.txt", b"isi", TEXT)
    other = storage.share("b.txt")
    assert other != first
    assert other.password != first.password


def test_a_link_that_was_ended_opens_no_more_with_its_password(storage: NextcloudStorage) -> None:
    storage.put("a.txt", b"isi", TEXT)
    first = storage.share("a.txt")
    storage.unshare("a.txt")
    assert storage.share("a.txt").password != first.password


def test_a_link_never_shows_its_password(storage: NextcloudStorage) -> None:
    storage.put("a.txt", b"isi", TEXT)
    link = storage.share("a.txt")
    assert isinstance(link, Link)
    assert link.password not in f"{link} {link!r} {[link]}"
    assert link.url not in f"{link} {link!r} {[link]}"


def test_a_link_for_a_day_that_is_over_is_refused(storage: NextcloudStorage) -> None:
    storage.put("a.txt", b"isi", TEXT)
    with pytest.raises(NextcloudError, match="Expiration date is in the past") as error:
        storage.share("a.txt", expires=cast.at("2026-01-02T17:00+07:00"))
    assert error.value.permanent


def test_a_folder_is_no_file(storage: NextcloudStorage) -> None:
    storage.put("Rekap/a.txt", b"isi", TEXT)
    for act in (lambda: storage.get("Rekap"), lambda: storage.put("Rekap", b"x", TEXT), lambda: storage.delete("Rekap")):
        with pytest.raises(NextcloudError) as error:
            act()
        assert error.value.permanent
    assert storage.get("Rekap/a.txt") == b"isi"


def test_a_file_in_the_place_of_a_folder_is_kept(storage: NextcloudStorage) -> None:
    storage.put("a.txt", b"isi", TEXT)
    with pytest.raises(NextcloudError) as error:
        storage.put("a.txt/b.txt", b"x", TEXT)
    assert error.value.permanent
    assert storage.get("a.txt") == b"isi"


@pytest.mark.parametrize("name", [".htaccess", ".HTACCESS", "unduhan.PART", "a.filepart", "a\nb", "a\x7f", "é" * 126, "\ud800"])
def test_a_name_that_nextcloud_does_not_hold_is_refused_before_the_call(storage: NextcloudStorage, name: str) -> None:
    with pytest.raises(DeliveryError, match="not a path inside") as error:
        storage.put(f"Rekap/{name}", b"x", TEXT)
    assert error.value.permanent


def test_the_longest_name_and_binary_content(storage: NextcloudStorage) -> None:
    name = "é" * 123 + ".bin"
    content = bytes(range(256)) * 40
    assert storage.put(name, content, "application/octet-stream").size == len(content)
    assert storage.get(name) == content
    assert [file.path for file in storage.list("")] == [name]


@pytest.fixture
def live() -> Iterator[NextcloudStorage]:
    root = f"Hadir Bersama/Uji bersamaan {os.getpid()}"
    client = Client(*account())
    yield storage_of(client, root)
    empty(client, root)
    client.close()


@pytest.mark.live
def test_many_at_once_make_the_same_folders(live: NextcloudStorage) -> None:
    names = [f"Bidang {n % 3}/2026/{n}.txt" for n in range(24)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda name: live.put(name, name.encode(), TEXT), names))
    found = [file.path for folder in range(3) for file in live.list(f"Bidang {folder}/2026")]
    assert sorted(found) == sorted(names)
    assert all(live.get(name) == name.encode() for name in names)


@pytest.mark.live
def test_a_link_opens_with_its_password_only(live: NextcloudStorage) -> None:
    live.put("a.txt", b"isi rekap", TEXT)
    link = live.share("a.txt")
    server, token = link.url.rsplit("/", 2)[0].removesuffix("/s").removesuffix("/index.php"), link.url.rsplit("/", 1)[1]
    address = f"{server}/public.php/dav/files/{token}"
    headers = {"X-Requested-With": "XMLHttpRequest"}
    assert requests.get(address, headers=headers, auth=("anonymous", link.password), timeout=30).content == b"isi rekap"
    assert requests.get(address, headers=headers, auth=("anonymous", "bukan-ini-sandinya"), timeout=30).status_code == 401
