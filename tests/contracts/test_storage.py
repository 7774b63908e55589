"""What every storage owes us, whichever it is."""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest

from integration.adapters.local.storage import FolderStorage
from integration.errors import DeliveryError
from integration.ports import Changed, Link, Storage

Make = Callable[[Path], Storage]
TEXT = "text/plain"


@pytest.fixture(params=[FolderStorage], ids=["folder"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Storage:
    made: Storage = request.param(tmp_path / "files")
    return made


def paths(files: object) -> list[str]:
    return [file.path for file in files]  # type: ignore[attr-defined]  # a sequence of StoredFile


def test_what_is_put_can_be_got(storage: Storage) -> None:
    stored = storage.put("rekap/2026/november.xlsx", b"\x00isi", "application/x")
    assert (stored.path, stored.size) == ("rekap/2026/november.xlsx", 4)
    assert stored.modified.tzinfo is not None
    assert storage.get("rekap/2026/november.xlsx") == b"\x00isi"
    assert b"".join(storage.open("rekap/2026/november.xlsx")) == b"\x00isi"


def test_a_repeat_changes_nothing_and_a_new_content_replaces_the_old(storage: Storage) -> None:
    storage.put("a.txt", b"satu", TEXT)
    storage.put("a.txt", b"satu", TEXT)
    storage.put("a.txt", b"dua", TEXT)
    assert storage.get("a.txt") == b"dua"
    assert paths(storage.list("")) == ["a.txt"]


# ---------------------------------------------------------------- only what the caller knew


def test_a_first_put_never_takes_the_place_of_somebody_elses_file(storage: Storage) -> None:
    theirs = storage.put("a.txt", b"buatan orang", TEXT)
    with pytest.raises(Changed) as caught:
        storage.put("a.txt", b"buatan Hadir", TEXT, expected="")
    assert caught.value.now
    assert (caught.value.now.path, caught.value.now.size, caught.value.now.version) == ("a.txt", 12, theirs.version)
    assert storage.get("a.txt") == b"buatan orang"


def test_a_file_that_was_edited_meanwhile_is_kept(storage: Storage) -> None:
    ours = storage.put("a.txt", b"dari Hadir", TEXT, expected="")
    storage.put("a.txt", b"diubah dengan tangan", TEXT)
    with pytest.raises(Changed):
        storage.put("a.txt", b"versi berikut", TEXT, expected=ours.version)
    assert storage.get("a.txt") == b"diubah dengan tangan"


def test_a_file_that_nobody_touched_gets_its_next_version(storage: Storage) -> None:
    ours = storage.put("a.txt", b"satu", TEXT, expected="")
    assert ours.version
    assert storage.stat("a.txt") == ours
    ours = storage.put("a.txt", b"kedua", TEXT, expected=ours.version)
    storage.put("a.txt", b"ketiga", TEXT, expected=ours.version)
    assert storage.get("a.txt") == b"ketiga"


def test_a_file_that_is_gone_is_not_written_in_silence(storage: Storage) -> None:
    ours = storage.put("a.txt", b"satu", TEXT)
    storage.delete("a.txt")
    with pytest.raises(Changed) as caught:
        storage.put("a.txt", b"dua", TEXT, expected=ours.version)
    assert caught.value.now is None
    assert storage.stat("a.txt") is None


@pytest.mark.parametrize("whole", [True, False])
def test_what_is_there_already_is_no_change(storage: Storage, whole: bool) -> None:
    """A repeat after a lost answer finds its own content, and makes neither an error nor a copy."""
    first = storage.put("a.txt", b"isi", TEXT, expected="")
    if whole:
        again = storage.put("a.txt", b"isi", TEXT, expected="")
    else:
        again = storage.put_stream("a.txt", io.BytesIO(b"isi"), 3, TEXT, expected="")
    assert again == first


# ---------------------------------------------------------------- large content


def test_a_stream_arrives_whole(storage: Storage) -> None:
    content, seen = bytes(range(256)) * 200, list[int]()
    stored = storage.put_stream("f/a.bin", (content[n : n + 7777] for n in range(0, len(content), 7777)), len(content), "x/y",
                                expected="", progress=seen.append)  # fmt: skip
    assert (stored.path, stored.size) == ("f/a.bin", len(content))
    assert b"".join(storage.open("f/a.bin")) == content
    assert seen[-1] == len(content)


@pytest.mark.parametrize("announced", [2, 4])
def test_half_a_stream_is_no_file(storage: Storage, announced: int) -> None:
    storage.put("lama.txt", b"lama", TEXT)
    for path in ("baru.txt", "lama.txt"):
        with pytest.raises(DeliveryError) as caught:
            storage.put_stream(path, io.BytesIO(b"isi"), announced, TEXT)
        assert not caught.value.permanent
    assert paths(storage.list("")) == ["lama.txt"]
    assert storage.get("lama.txt") == b"lama"


def test_an_empty_file_is_a_file(storage: Storage) -> None:
    assert storage.put("kosong.txt", b"", TEXT).size == 0
    assert storage.put_stream("kosong 2.txt", io.BytesIO(b""), 0, TEXT).size == 0
    assert b"".join(storage.open("kosong.txt")) == b""
    assert paths(storage.list("")) == ["kosong 2.txt", "kosong.txt"]


# ---------------------------------------------------------------- the tree


def test_a_folder_lists_its_own_files_by_name(storage: Storage) -> None:
    for path in ("f/b.txt", "f/a.txt", "f/deeper/c.txt", "g/d.txt"):
        storage.put(path, b"x", TEXT)
    assert paths(storage.list("f")) == ["f/a.txt", "f/b.txt"]
    assert paths(storage.list("f", folders=True)) == ["f/deeper", "f/a.txt", "f/b.txt"]
    assert [each.folder for each in storage.list("f", folders=True)] == [True, False, False]
    assert list(storage.list("never-made")) == []


def test_a_folder_is_made_once_and_is_no_file(storage: Storage) -> None:
    for _ in range(2):
        storage.make_folder("Hadir/Bidang Aplikasi/Masuk")
    found = storage.stat("Hadir/Bidang Aplikasi/Masuk")
    assert found
    assert found.folder
    assert list(storage.list("Hadir/Bidang Aplikasi/Masuk")) == []
    assert storage.stat("Hadir/lain") is None


def test_files_are_found_by_words_of_their_names_whatever_the_case(storage: Storage) -> None:
    for path in ("f/Notulen Rapat Anggaran.txt", "f/g/h/anggaran-2026 RAPAT.txt", "f/rapat.txt", "lain/rapat anggaran.txt"):
        storage.put(path, b"x", TEXT)
    found = paths(storage.find(["rapat", "ANGGARAN"], "f", 10))
    assert sorted(found) == ["f/Notulen Rapat Anggaran.txt", "f/g/h/anggaran-2026 RAPAT.txt"]
    assert len(storage.find(["rapat"], "", 2)) == 2
    assert list(storage.find(["100%", "_"], "", 9)) == []
    assert list(storage.find(["rapat"], "belum/ada", 9)) == []


def test_a_move_never_covers_another_file(storage: Storage) -> None:
    storage.put("a.txt", b"satu", TEXT)
    storage.put("b.txt", b"dua", TEXT)
    with pytest.raises(Changed) as caught:
        storage.move("a.txt", "b.txt")
    assert caught.value.now
    assert storage.move("a.txt", "arsip/2026/a.txt").path == "arsip/2026/a.txt"
    assert (storage.get("arsip/2026/a.txt"), storage.get("b.txt"), storage.stat("a.txt")) == (b"satu", b"dua", None)


def test_a_folder_moves_with_what_it_holds(storage: Storage) -> None:
    storage.put("f/a.txt", b"satu", TEXT)
    assert storage.move("f", "g/h").folder
    assert storage.get("g/h/a.txt") == b"satu"


def test_deleting_twice_is_harmless(storage: Storage) -> None:
    storage.put("a.txt", b"x", TEXT)
    storage.delete("a.txt")
    storage.delete("a.txt")
    assert list(storage.list("")) == []


# ---------------------------------------------------------------- who may see it


def test_a_file_has_a_link_until_it_is_ended(storage: Storage) -> None:
    storage.put("catatan rapat é.txt", b"x", TEXT)
    link = storage.share("catatan rapat é.txt")
    assert isinstance(link, Link)
    assert "://" in link.url
    assert link.url not in repr(link)
    for _ in range(2):
        storage.unshare("catatan rapat é.txt")


def test_earlier_contents_are_listed_or_there_are_none(storage: Storage) -> None:
    storage.put("a.txt", b"x", TEXT)
    assert all(version.id for version in storage.versions("a.txt"))
    with pytest.raises(DeliveryError) as caught:
        storage.restore("a.txt", "1")
    assert caught.value.permanent


# ---------------------------------------------------------------- what is missing, names


@pytest.mark.parametrize("act", ["get", "share", "link_for_members", "open"])
def test_a_missing_file_is_a_permanent_error(storage: Storage, act: str) -> None:
    with pytest.raises(DeliveryError) as caught:
        list(getattr(storage, act)("none.txt"))
    assert caught.value.permanent


def test_what_is_missing_cannot_be_moved_or_granted(storage: Storage) -> None:
    for act in (lambda: storage.move("none.txt", "a.txt"), lambda: storage.grant("none.txt", [], edit=False)):
        with pytest.raises(DeliveryError) as caught:
            act()
        assert caught.value.permanent


@pytest.mark.parametrize("path", ["../x", "a/../../x", "/etc/passwd", "a//b", "", ".", "a/\x00", "x" * 300, "a/\ud800", "a\\b"])
def test_no_path_leads_out(storage: Storage, path: str) -> None:
    with pytest.raises(DeliveryError) as caught:
        storage.put(path, b"x", TEXT)
    assert caught.value.permanent


def test_one_name_however_its_accents_are_written(storage: Storage) -> None:
    """Macs take letters apart; it is one file for everybody."""
    storage.put(unicodedata.normalize("NFD", "résumé 🎉.txt"), b"satu", TEXT)
    storage.put("résumé 🎉.txt", b"dua", TEXT)
    assert paths(storage.list("")) == ["résumé 🎉.txt"]
    assert storage.get(unicodedata.normalize("NFD", "résumé 🎉.txt")) == b"dua"
