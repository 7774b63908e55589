"""The invitation as a letter: what stands where, for few people and for many, once and every week."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from integration.documents import qr
from integration.ports import Span
from plugins.rapat.documents import undangan as letter
from plugins.rapat.documents.invitation import Addressee, Date
from tests.cast import at
from tests.plugins.rapat.documents import drawn
from tests.plugins.rapat.documents.drawn import ADDRESS, undangan, weekly


def test_a_letter_says_what_official_letters_say_in_their_order(tmp_path: Path) -> None:
    content = letter.make(undangan(tmp_path)).content
    said = drawn.words(content, tmp_path)
    order = (
        "Kementerian Contoh",
        "Direktorat Aplikasi",
        "Nomor : B-123/APTIKA/11/2026 Jakarta, 23 November 2026",
        "Sifat : Biasa",
        "Lampiran : -",
        "Hal : Undangan Rapat Koordinasi SPBE",
        "Yth. 1. Budi Santoso (Bidang Aplikasi) 2. Maria Goreti (PT Mitra Data) di tempat",
        "mengundang Bapak/Ibu/Saudara untuk hadir dalam rapat Koordinasi SPBE yang akan diselenggarakan pada:",
        "Hari, tanggal : Selasa, 24 November 2026",
        "Waktu : 09.00–10.30 WIB / 10.00–11.30 WITA / 11.00–12.30 WIT",
        "Tempat : Ruang Garuda; daring",
        "Agenda : 1. Kemajuan aplikasi 2. Anggaran 2027",
        "Bergabung secara daring:",
        ADDRESS,
        "tepat waktu",
        "terima kasih",
        "Penyelenggara",
        "Hendra Gunawan",
        "NIP 198501012010010001",
        "Halaman 1 dari 1",
    )
    places = [said.find(part) for part in order]
    assert -1 not in places, order[places.index(-1)]
    assert places == sorted(places)
    assert ADDRESS in drawn.links(content, tmp_path)


def test_rapat_is_not_said_twice() -> None:
    assert letter.subject_of(drawn.T, "Rapat kerja nasional") == "Undangan Rapat kerja nasional"
    assert letter.subject_of(drawn.T, "Undangan sosialisasi") == "Undangan sosialisasi"
    assert letter.subject_of(drawn.T, "") == "Undangan Rapat "


def test_what_nobody_knows_is_left_for_a_pen(tmp_path: Path) -> None:
    """No agency, no number, no place of signing, no agenda, no link yet, one addressee."""
    bare = undangan(
        tmp_path,
        issue=drawn.issue(tmp_path, locale="id"),
        number="",
        agenda=(),
        address="",
        place="",
        addressees=[Addressee("Budi Santoso")],
        organizer=replace(drawn.HENDRA, nip=""),
    )
    said = drawn.words(letter.make(bare).content, tmp_path)
    assert "Nomor : ......" in said
    assert "......, 23 November 2026" in said
    assert "Yth. Budi Santoso di tempat" in said
    assert "Tempat : daring" in said
    assert "Tautan untuk bergabung secara daring akan menyusul" in said
    assert "Agenda" not in said
    assert "NIP ......" in said


def test_sixty_people_and_thirty_dates_are_an_annex(tmp_path: Path) -> None:
    many = [Addressee(f"Pegawai Nomor {n}", "Bidang Aplikasi", f"1985010120100{n:05}") for n in range(1, 61)]
    content = letter.make(undangan(tmp_path, addressees=many, dates=weekly(30))).content
    first, *annex = drawn.pages(content, tmp_path)
    assert "Yth. (daftar terlampir)" in first
    assert "1 (satu) berkas" in first
    assert "Selasa, 24 November 2026 s.d. Selasa, 15 Juni 2027 (30 kali, jadwal terlampir)" in first
    assert "Pegawai Nomor" not in first
    rest = " ".join(" ".join(annex).split())
    assert "Lampiran surat undangan Nomor : B-123/APTIKA/11/2026" in rest
    for someone in many:
        assert f"{someone.name} {someone.nip} Bidang Aplikasi" in rest
    assert "Jadwal rapat" in rest
    assert rest.count("09.00–10.30 WIB") == 30
    assert "Selasa, 15 Juni 2027" in rest


def test_a_few_dates_stand_in_the_letter_with_what_is_their_own(tmp_path: Path) -> None:
    dates = weekly(3)
    dates[1] = Date(Span(at("2026-12-01T13:00+07:00"), at("2026-12-01T14:00+07:00")), "Aula")
    said = drawn.words(letter.make(undangan(tmp_path, dates=dates)).content, tmp_path)
    assert "Selasa, 24 November 2026, 09.00–10.30 WIB / 10.00–11.30 WITA / 11.00–12.30 WIT" in said
    assert "Selasa, 1 Desember 2026, 13.00–14.00 WIB / 14.00–15.00 WITA / 15.00–16.00 WIT, Aula" in said
    assert "Waktu :" not in said
    same = drawn.words(letter.make(undangan(tmp_path, dates=weekly(3))).content, tmp_path)
    assert "Selasa, 24 November 2026 Selasa, 1 Desember 2026 Selasa, 8 Desember 2026 Waktu : 09.00–10.30 WIB" in same


def test_across_midnight_and_only_in_a_room(tmp_path: Path) -> None:
    night = Date(Span(at("2026-11-24T23:30+07:00"), at("2026-11-25T00:30+07:00")))
    content = letter.make(undangan(tmp_path, dates=[night], online=False, address="")).content
    said = drawn.words(content, tmp_path)
    assert "Selasa, 24 November 2026 Waktu : 23.30–00.30+1 WIB" in said
    assert "Tempat : Ruang Garuda Agenda" in said
    assert "aring" not in said
    assert drawn.links(content, tmp_path).strip().splitlines()[1:] == []


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("x" * 200, "x" * 40),
        ("Baris\nkedua\r\nDTSTART:2026", "Baris kedua DTSTART:2026"),
        ("*tebal* <b>merah</b> [a](http://b) {title} %s", "*tebal* <b>merah</b> [a](http://b) {title} %s"),
        ("Rapat 会議 ✅ dengan Ñandú", "Rapat ?? dengan Ñandú"),
    ],
)
def test_any_title_is_shown_as_words(tmp_path: Path, title: str, shown: str) -> None:
    said = drawn.words(letter.make(undangan(tmp_path, title=title)).content, tmp_path)
    assert shown in said


def test_a_long_agenda_goes_on_on_the_next_page_and_nothing_is_lost(tmp_path: Path) -> None:
    items = [f"Pokok bahasan {n} yang panjang sekali agar memenuhi baris demi baris sampai ke halaman kedua" for n in range(60)]
    found = drawn.pages(letter.make(undangan(tmp_path, agenda=items)).content, tmp_path)
    assert len(found) > 1
    assert all(f"Pokok bahasan {n} " in " ".join(found) for n in range(60))
    assert "Hendra Gunawan" in found[-1]


def test_a_letter_without_a_date_is_none(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="needs a date"):
        letter.make(undangan(tmp_path, dates=[]))


# ---------------------------------------------------------------- QR codes


def test_the_code_on_paper_is_the_code_of_the_address(tmp_path: Path) -> None:
    """The page as printed: black where the code is black, square by square, with an empty edge around it."""
    path = drawn.saved(letter.make(undangan(tmp_path)).content, tmp_path)
    subprocess.run(["pdftoppm", "-r", "300", "-gray", "-singlefile", str(path), str(tmp_path / "page")], check=True)
    code, page = qr.squares(ADDRESS), Image.open(tmp_path / "page.pgm")
    # 84 points wide with its empty edge of four squares, beside the left margin of 62 points.
    side, inch = 84 / (len(code) + 8) * 300 / 72, 300 / 72
    box = 62 * inch + 4 * side, _top(page, 62 * inch + 4 * side, side)
    for row, squares in enumerate(code):
        for column, black in enumerate(squares):
            shade = page.getpixel((box[0] + (column + 0.5) * side, box[1] + (row + 0.5) * side))
            assert (shade < 128) == black, (row, column)


def _top(page: Image.Image, left: float, side: float) -> int:
    """Where the code begins: seven black squares of a finder pattern, a white one on either side of them."""
    for y in range(page.height):
        if all(page.getpixel((left + (n + 0.5) * side, y)) < 128 for n in range(7)) and not any(
            page.getpixel((left + x * side, y)) < 128 for x in (-0.5, 7.5)
        ):
            return y
    raise AssertionError("there is no code on the page")


def test_a_code_as_picture_and_as_drawing() -> None:
    picture = Image.open(BytesIO(qr.png("https://a.example/b", scale=3)))
    squares = qr.squares("https://a.example/b")
    assert picture.size == ((len(squares) + 8) * 3,) * 2
    grey = picture.convert("L")
    for row, line in enumerate(squares):
        for column, black in enumerate(line):
            assert (grey.getpixel(((column + 4) * 3 + 1, (row + 4) * 3 + 1)) < 128) == black
    assert grey.getpixel((1, 1)) > 128
    drawing = qr.svg("https://a.example/b").decode()
    assert drawing.startswith("<svg ")
    assert "script" not in drawing
    with pytest.raises(ValueError, match="large"):
        qr.png("x" * 4000)


def test_an_address_that_is_too_long_for_a_code_stands_there_as_a_link(tmp_path: Path) -> None:
    address = "https://rapat.example/" + "a" * 400
    content = letter.make(undangan(tmp_path, address=address)).content
    assert address in drawn.links(content, tmp_path)
