"""`/jadwal libur`."""

import pytest

from tests.cast import at
from tests.post import labels


def test_the_rest_of_the_year(chat):
    siti = chat("siti")
    assert siti.says("/jadwal libur").splitlines() == [
        "**Libur yang akan datang, 2026**",
        "- Kamis 24 Des: Cuti Bersama Hari Raya Natal",
        "- Jumat 25 Des: Hari Raya Natal",
    ]
    assert labels(siti.last) == ["2027"]
    assert siti.presses("2027").splitlines()[:2] == ["**Hari libur 2027**", "- Jumat 1 Jan: Tahun Baru Masehi"]


def test_a_past_year(chat):
    assert "- Minggu 17 Agu: " in chat("siti").says("/jadwal libur 2025")


def test_collective_leave_is_called_so(chat):
    said = chat("siti").says("/jadwal libur 2026")
    leave = [line for line in said.splitlines() if "uti bersama" in line or "Cuti Bersama" in line]
    assert len(leave) >= 5


def test_after_the_last_one(chat):
    siti = chat("siti")
    said = siti.says("/jadwal libur", at=at("2026-12-30T09:00+07:00"))
    assert said == "Tidak ada hari libur yang diketahui dari 30 Des 2026 sampai 31 Des 2026."
    assert labels(siti.last) == ["2027"]


@pytest.mark.parametrize("word", ["desember", "0", "99999", "²"])
def test_what_is_no_year(chat, word):
    siti = chat("siti")
    assert siti.says(f"/jadwal libur {word}") == f"“{word}” bukan tahun. Contoh: `/jadwal libur 2027`"
    assert siti.last.refused
