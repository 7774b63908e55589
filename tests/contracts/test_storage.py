"""What every storage owes us, whichever it is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from integration.adapters.local.storage import FolderStorage
from integration.errors import DeliveryError
from integration.ports import Storage

Make = Callable[[Path], Storage]


@pytest.fixture(params=[FolderStorage], ids=["folder"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Storage:
    made: Storage = request.param(tmp_path / "files")
    return made


def test_what_is_put_can_be_got(storage: Storage) -> None:
    stored = storage.put("rekap/2026/november.xlsx", b"\x00isi", "application/x")
    assert (stored.path, stored.size) == ("rekap/2026/november.xlsx", 4)
    assert stored.modified.tzinfo is not None
    assert storage.get("rekap/2026/november.xlsx") == b"\x00isi"


def test_a_repeat_changes_nothing_and_a_new_content_replaces_the_old(storage: Storage) -> None:
    storage.put("a.txt", b"satu", "text/plain")
    storage.put("a.txt", b"satu", "text/plain")
    storage.put("a.txt", b"dua", "text/plain")
    assert storage.get("a.txt") == b"dua"
    assert [file.path for file in storage.list("")] == ["a.txt"]


def test_a_folder_lists_its_own_files_by_name(storage: Storage) -> None:
    for path in ("f/b.txt", "f/a.txt", "f/deeper/c.txt", "g/d.txt"):
        storage.put(path, b"x", "text/plain")
    assert [file.path for file in storage.list("f")] == ["f/a.txt", "f/b.txt"]
    assert list(storage.list("never-made")) == []


def test_deleting_twice_is_harmless(storage: Storage) -> None:
    storage.put("a.txt", b"x", "text/plain")
    storage.delete("a.txt")
    storage.delete("a.txt")
    assert list(storage.list("")) == []


def test_a_file_has_a_link(storage: Storage) -> None:
    storage.put("catatan rapat é.txt", b"x", "text/plain")
    assert "://" in storage.share("catatan rapat é.txt")


@pytest.mark.parametrize("act", ["get", "share"])
def test_a_missing_file_is_a_permanent_error(storage: Storage, act: str) -> None:
    with pytest.raises(DeliveryError) as caught:
        getattr(storage, act)("none.txt")
    assert caught.value.permanent


@pytest.mark.parametrize("path", ["../x", "a/../../x", "/etc/passwd", "a//b", "", ".", "a/\x00", "x" * 300])
def test_no_path_leads_out(storage: Storage, path: str) -> None:
    with pytest.raises(DeliveryError) as caught:
        storage.put(path, b"x", "text/plain")
    assert caught.value.permanent
