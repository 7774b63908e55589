"""The attendance list: on paper, ready to be signed, and as a workbook."""

from __future__ import annotations

from dataclasses import replace
from datetime import time, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl

from plugins.rapat.documents import attendance_list, attendance_xlsx
from plugins.rapat.documents.attendance import Absentee, AttendanceList, Attendee
from tests.plugins.rapat.documents import drawn
from tests.plugins.rapat.documents.drawn import HENDRA, SPAN

SITI = Attendee("Siti Rahayu", "198501012010010003", "", "Bidang Aplikasi", True, SPAN.start, SPAN.end)
MARIA = Attendee("=HYPERLINK(1)", "", "PT Mitra @Data", "-Direktur", False, SPAN.start + timedelta(minutes=7), None, guest=True)
DEWI = Absentee("Dewi Lestari", "198501012010010004", "Bidang Aplikasi", "cuti")


def attended(folder: Path, **more: Any) -> AttendanceList:
    given: dict[str, Any] = {
        "issue": drawn.issue(folder),
        "title": "Koordinasi SPBE",
        "span": SPAN,
        "place": "Ruang Garuda; daring",
        "organizer": HENDRA,
        "present": [SITI, MARIA],
        "absent": [DEWI],
        "invited": 2,
        "number": "B-123/11/2026",
    }
    return AttendanceList(**(given | more))


def test_everybody_stands_on_the_list_with_their_times_and_the_sums(tmp_path: Path) -> None:
    said = drawn.words(attendance_list.make(attended(tmp_path)), tmp_path)
    for part in (
        "DAFTAR HADIR Koordinasi SPBE",
        "Selasa, 24 November 2026",
        "09.00–10.30 WIB / 10.00–11.30 WITA",
        "Ruang Garuda; daring",
        "2 orang (1 daring, 1 di ruang); 1 tamu",
        "1 dari 2 yang diundang",
        "(WIB) (WIB)",
        "1 Siti Rahayu 198501012010010003 Bidang Aplikasi 09.00 10.30 daring 1.",
        "2 =HYPERLINK(1) (tamu) PT Mitra @Data -Direktur 09.07 – di ruang 2.",
        "1 Dewi Lestari 198501012010010004 Bidang Aplikasi cuti",
        "Jakarta, 23 November 2026",
        "Pemimpin rapat",
        "NIP 198501012010010001",
    ):
        assert part in said, part


def test_a_list_on_which_nobody_is_yet_has_rows_for_a_pen(tmp_path: Path) -> None:
    said = drawn.words(attendance_list.make(attended(tmp_path, present=[], absent=[], invited=0)), tmp_path)
    assert "Hadir : 0" in said
    assert "1 1. 2 2." in said
    assert "12 12." in said
    book = openpyxl.load_workbook(BytesIO(attendance_xlsx.make(attended(tmp_path, present=[], absent=[]))))
    assert book.sheetnames == ["Hadir", "Tentang rapat"]


def test_the_signature_is_never_alone_on_a_page(tmp_path: Path) -> None:
    for count in range(8, 18):
        people = [replace(SITI, name=f"Pegawai {n}") for n in range(count)]
        last = drawn.pages(attendance_list.make(attended(tmp_path, present=people, absent=[])), tmp_path)[-1]
        assert "Hendra Gunawan" in last
        assert f"Pegawai {count - 1}" in last


def test_a_thousand_people_are_as_many_rows(tmp_path: Path) -> None:
    people = [replace(SITI, name=f"Pegawai {n}") for n in range(1_000)]
    found = attended(tmp_path, present=people, absent=[], invited=1_000)
    text = "\n".join(drawn.pages(attendance_list.make(found), tmp_path))
    assert all(f" Pegawai {n} " in text for n in range(1_000))
    sheet = openpyxl.load_workbook(BytesIO(attendance_xlsx.make(found)), read_only=True)["Hadir"]
    assert sum(str(row[1]).startswith("Pegawai ") for row in sheet.iter_rows(values_only=True)) == 1_000


def test_the_workbook_holds_words_as_words_and_times_as_times(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(BytesIO(attendance_xlsx.make(attended(tmp_path))))
    assert book.sheetnames == ["Hadir", "Tidak hadir", "Tentang rapat"]
    heads, siti, maria = [[cell.value for cell in row] for row in book["Hadir"].iter_rows(min_row=4, max_row=6)]
    assert heads == [
        "No.",
        "Nama",
        "NIP / instansi",
        "Jabatan / unit kerja",
        "Masuk (WIB)",
        "Keluar (WIB)",
        "Cara hadir",
        "Ket.",
        "Tanda tangan",
    ]
    assert siti[:7] == [1, "Siti Rahayu", "198501012010010003", "Bidang Aplikasi", time(9), time(10, 30), "daring"]
    assert maria[:8] == [2, "=HYPERLINK(1)", "PT Mitra @Data", "-Direktur", time(9, 7), None, "di ruang", "Tamu"]
    assert {cell.data_type for cell in book["Hadir"][6]} <= {"n", "s", "d"}
    assert [cell.value for cell in book["Tidak hadir"][5]] == [
        1,
        "Dewi Lestari",
        "198501012010010004",
        "Bidang Aplikasi",
        "cuti",
    ]
    about = {row[0].value: row[1].value for row in book["Tentang rapat"].iter_rows(min_row=4)}
    assert about["Nomor"] == "B-123/11/2026"
    assert about["Pemimpin rapat"] == "Hendra Gunawan"
