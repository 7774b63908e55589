"""Large files in pieces, on lines that break and beside people who edit: whole or not at all, once, and nothing left over."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator

import pytest

from integration.adapters.nextcloud.client import Client
from integration.adapters.nextcloud.errors import NextcloudError
from integration.adapters.nextcloud.files import NextcloudStorage
from integration.errors import DeliveryError
from integration.ports import Changed, StoredFile
from tests import cast
from tests.adapters.nextcloud.account import KEY, PASSWORD, USER
from tests.standin import HANG_UP, HANG_UP_AFTER, Cloud, standing_in

CONTENT = bytes(range(256)) * 400  # 102,400 bytes, in pieces of 20,000
PATH = "Hadir/Berkas/besar.bin"


@pytest.fixture
def cloud() -> Iterator[Cloud]:
    with standing_in() as server:
        yield server


@pytest.fixture
def storage(cloud: Cloud) -> Iterator[NextcloudStorage]:
    client = Client(cloud.url, USER, PASSWORD)
    yield NextcloudStorage(client, "", key=KEY, clock=lambda: cast.MONDAY_0728, piece_bytes=20_000)
    client.close()


def put(storage: NextcloudStorage, content: bytes = CONTENT, expected: str | None = "") -> StoredFile:
    return storage.put_stream(PATH, io.BytesIO(content), len(content), "x/y", expected=expected)


def once(method: str, status: int, number: int = 1) -> Callable[[str, str], int | None]:
    """The `number`-th request of that kind goes wrong."""
    seen = 0

    def fault(asked: str, path: str) -> int | None:
        nonlocal seen
        seen += asked == method and "/uploads/" in path
        return status if asked == method and "/uploads/" in path and seen == number else None

    return fault


@pytest.mark.parametrize(
    ("method", "status", "number"),
    [
        ("PUT", HANG_UP, 3),
        ("PUT", HANG_UP_AFTER, 3),
        ("PUT", 423, 2),
        ("PUT", 503, 6),
        ("PUT", 502, 1),
        ("MKCOL", HANG_UP, 1),
        ("MOVE", HANG_UP, 1),
        ("MOVE", HANG_UP_AFTER, 1),  # the file is there, and the pieces are gone: the answer was lost
        ("MOVE", 504, 1),
    ],
)
def test_a_line_that_breaks_costs_one_call(
    cloud: Cloud, storage: NextcloudStorage, method: str, status: int, number: int
) -> None:
    cloud.faults = once(method, status, number)
    assert put(storage).size == len(CONTENT)
    assert {path: file.content for path, file in cloud.files.items()} == {PATH: CONTENT}
    assert cloud.written == [PATH]
    assert cloud.uploads == {}


def test_an_upload_whose_folder_answer_was_lost_goes_on(cloud: Cloud, storage: NextcloudStorage) -> None:
    cloud.faults = once("MKCOL", HANG_UP_AFTER)
    assert put(storage).size == len(CONTENT)
    assert cloud.uploads == {}


@pytest.mark.parametrize("status", [507, 503, 423, 200])
@pytest.mark.parametrize("method", ["PUT", "MOVE"])
def test_an_upload_that_fails_leaves_nothing(cloud: Cloud, storage: NextcloudStorage, method: str, status: int) -> None:
    cloud.faults = lambda asked, path: status if asked == method and path.endswith(("/00003", "/.file")) else None
    with pytest.raises(NextcloudError) as caught:
        put(storage)
    assert not caught.value.permanent
    assert (cloud.files, cloud.uploads) == ({}, {})
    cloud.faults = lambda asked, path: None
    assert put(storage).size == len(CONTENT)
    assert cloud.written == [PATH]


def test_a_source_that_ends_too_early_leaves_nothing(cloud: Cloud, storage: NextcloudStorage) -> None:
    def broken() -> Iterator[bytes]:
        yield CONTENT[:50_000]
        raise DeliveryError("the chat server hung up")

    for content in (broken(), iter([CONTENT[:50_000]]), iter([CONTENT, b"lebih"])):
        with pytest.raises(DeliveryError):
            storage.put_stream(PATH, content, len(CONTENT), "x/y")
    assert (cloud.files, cloud.uploads) == ({}, {})


def test_what_people_changed_meanwhile_is_kept(cloud: Cloud, storage: NextcloudStorage) -> None:
    first = put(storage)
    cloud.edit(PATH, b"diubah dengan tangan")
    for expected in ("", first.version):
        with pytest.raises(Changed) as caught:
            put(storage, CONTENT + b"baru", expected)
        assert caught.value.now
        assert caught.value.now.size == len(b"diubah dengan tangan")
    assert (cloud.files[PATH].content, cloud.uploads) == (b"diubah dengan tangan", {})


def test_a_repeat_after_a_restart_finds_its_own_file(cloud: Cloud, storage: NextcloudStorage) -> None:
    first = put(storage)
    assert put(storage).version == first.version
    assert cloud.written == [PATH]
    again = put(storage, CONTENT + b"baru", first.version)
    assert again.version != first.version
    assert (cloud.written, cloud.uploads) == ([PATH, PATH], {})


# ---------------------------------------------------------------- read in pieces


@pytest.mark.parametrize("fault", [HANG_UP, 423, 503])
def test_a_download_goes_on_where_the_line_broke(cloud: Cloud, storage: NextcloudStorage, fault: int) -> None:
    put(storage)
    asked = 0

    def third(method: str, _path: str) -> int | None:
        nonlocal asked
        asked += method == "GET"
        return fault if method == "GET" and asked == 3 else None

    cloud.faults = third
    assert b"".join(storage.open(PATH)) == CONTENT
    assert asked == 7


def test_two_contents_are_never_mixed(cloud: Cloud, storage: NextcloudStorage) -> None:
    put(storage)
    reading = storage.open(PATH)
    next(reading)
    cloud.edit(PATH, b"x" * len(CONTENT))
    with pytest.raises(NextcloudError, match="changed while it was read") as caught:
        list(reading)
    assert not caught.value.permanent


def test_a_page_of_a_proxy_is_no_content(cloud: Cloud, storage: NextcloudStorage) -> None:
    put(storage)
    cloud.faults = lambda method, path: 200 if method == "GET" else None
    with pytest.raises(NextcloudError, match="is the address right"):
        list(storage.open(PATH))
