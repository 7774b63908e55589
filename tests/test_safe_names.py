"""Names of files out of words of people: one name for one thing, on every storage and every computer."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.errors import DeliveryError
from integration.safe_names import beside, free_name, names_in, safe_name, same
from integration.streams import counted, pieces


@pytest.mark.parametrize(
    ("words", "name"),
    [
        (".htaccess", "htaccess"),
        ("unduhan.PART", "unduhan.PART-"),
        ("a.filepart", "a.filepart-"),
        ("con", "_con"),
        ("Aux.txt", "_Aux.txt"),
        ("LPT1", "_LPT1"),
        ("console.txt", "console.txt"),
        ("akhir titik. . ", "akhir titik"),
        ("..", "file"),
        ("re\u0301sume\u0301.pdf", "résumé.pdf"),
        ("a\u202etxt.exe", "a-txt.exe"),
        ("\u200b", "-"),
        ("laporan 🎉 ملف 文件.pdf", "laporan 🎉 ملف 文件.pdf"),
        ("\ud800", "-"),
    ],
)
def test_what_some_computer_does_not_hold(words: str, name: str) -> None:
    assert safe_name(words) == name


@given(st.text(max_size=400))
def test_whatever_people_write_becomes_one_name(words: str) -> None:
    name = safe_name(words)
    assert names_in(name) == [name]
    assert safe_name(name) == name
    assert len(beside(name, "versi Hadir 22 Nov 08.30").encode()) <= 250


def test_a_name_beside_keeps_the_ending() -> None:
    assert beside("rekap-2026-11.xlsx", "versi Hadir 22 Nov 08.30") == "rekap-2026-11 (versi Hadir 22 Nov 08.30).xlsx"
    assert beside("tanpa akhiran", "2") == "tanpa akhiran (2)"
    assert beside("Rapat 22.11.2026 bersama seluruh bidang", "2") == "Rapat 22.11.2026 bersama seluruh bidang (2)"
    long = beside("é" * 200 + ".xlsx", "2")
    assert long.endswith("é (2).xlsx")


def test_twins_get_a_number() -> None:
    taken = ["Rekap.xlsx", "rekap (2).XLSX", "lain.txt"]
    assert free_name("baru.xlsx", taken) == "baru.xlsx"
    assert free_name("REKAP.xlsx", taken) == "REKAP (3).xlsx"
    assert free_name(unicodedata.normalize("NFD", "résumé"), ["RÉSUMÉ"]) == unicodedata.normalize("NFD", "résumé") + " (2)"
    assert same("STRASSE") == same("straße")


@pytest.mark.parametrize("path", ["a/../b", "/a", "a//b", "", "a/", "a\\b", "a\x00", "x/" * 2000 + "x", "é" * 126])
def test_a_path_that_no_storage_takes(path: str) -> None:
    with pytest.raises(DeliveryError, match="not a path inside") as caught:
        names_in(path)
    assert caught.value.permanent


@given(st.lists(st.binary(max_size=50)), st.integers(1, 40))
def test_pieces_hold_what_came_in_their_size(parts: list[bytes], most: int) -> None:
    found = list(pieces(parts, most))
    assert b"".join(found) == b"".join(parts)
    assert all(len(piece) == most for piece in found[:-1])
    assert all(0 < len(piece) <= most for piece in found)
    assert list(counted(found, len(b"".join(parts)))) == found


@pytest.mark.parametrize(("size", "words"), [(3, "more"), (6, "less")])
def test_what_is_not_as_announced_is_found_out(size: int, words: str) -> None:
    with pytest.raises(DeliveryError, match=f"has {words} than the {size} bytes"):
        list(counted([b"ab", b"cd"], size))
