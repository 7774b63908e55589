"""One line as people type it on a phone, taken apart; and the times in it."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from integration.errors import UserError
from integration.i18n import Catalogues
from integration.messages import plain
from plugins.rapat import lines, times

TODAY = date(2026, 11, 23)
T = Catalogues([]).speak("id")
ROOMS = ("Garuda", "Rajawali Lantai 2")


def split(text: str) -> dict[str, str]:
    return lines.split(text, TODAY, T, ROOMS)


@pytest.mark.parametrize(
    ("line", "fields"),
    [
        (
            'besok 09.00 "Koordinasi SPBE" @pegawai.satu @pegawai.dua ~umum 90m',
            {"title": "Koordinasi SPBE", "day": "besok", "time": "09.00", "length": "90m"}
            | {"invite": "@pegawai.satu, @pegawai.dua, ~umum"},
        ),
        ('tiap senin 08.30 "Apel virtual"', {"title": "Apel virtual", "repeat": "tiap senin", "time": "08.30"}),
        (
            'tiap senin 08.30 "Apel virtual" @dewi mulai 30/11 sampai 21 desember',
            {"title": "Apel virtual", "repeat": "tiap senin sampai 21 desember", "time": "08.30", "day": "30/11"}
            | {"invite": "@dewi"},
        ),
        (
            "Koordinasi SPBE besok jam 9 pagi @siti,@dewi",
            {"title": "Koordinasi SPBE", "day": "besok", "time": "jam 9 pagi", "invite": "@siti, @dewi"},
        ),
        (
            "24/11 13.00-15.00 Rapat anggaran 2026 @siti di ruang Garuda",
            {"title": "Rapat anggaran 2026", "day": "24/11", "time": "13.00-15.00", "invite": "@siti", "place": "Garuda"},
        ),
        (
            "besok 09.00 di Rajawali Lantai 2 Koordinasi @siti",
            {"title": "Koordinasi", "day": "besok", "time": "09.00", "place": "Rajawali Lantai 2", "invite": "@siti"},
        ),
        (
            "besok 09.00 WIB / 10.00 WITA Rapat @siti",
            {"title": "Rapat", "day": "besok", "time": "09.00 WIB / 10.00 WITA", "invite": "@siti"},
        ),
        (
            "besok pukul 09.00 WIB s.d. selesai Rapat Evaluasi @siti",
            {"title": "Rapat Evaluasi", "day": "besok", "time": "pukul 09.00 WIB s.d. selesai", "invite": "@siti"},
        ),
        (
            "tiap senin dan kamis 08.30 Apel ~umum sampai 30 juni",
            {"title": "Apel", "repeat": "tiap senin dan kamis sampai 30 juni", "time": "08.30", "invite": "~umum"},
        ),
        (
            "tiap selasa 10 kali 9.00 Rapat rutin @siti",
            {"title": "Rapat rutin", "repeat": "tiap selasa 10 kali", "time": "9.00", "invite": "@siti"},
        ),
        (
            "Selasa, 24 November 2026 pukul 13.30 Sosialisasi di Aula Lantai 2 hybrid via zoom undang Dewi dan Budi "
            "nomor 005/123/2026",
            {"title": "Sosialisasi", "day": "Selasa, 24 November 2026", "time": "pukul 13.30", "place": "Aula Lantai 2"}
            | {"mode": "both", "provider": "zoom", "invite": "Dewi dan Budi", "number": "005/123/2026"},
        ),
        (
            'besok 9.00 Rapat unit "Bidang Aplikasi" tamu@dinas.go.id 1,5 jam daring',
            {"title": "Rapat", "day": "besok", "time": "9.00", "length": "1,5 jam", "mode": "virtual"}
            | {"invite": "unit Bidang Aplikasi, tamu@dinas.go.id"},
        ),
        ("besok 0900 Rapat @siti", {"title": "Rapat", "day": "besok", "time": "0900", "invite": "@siti"}),
        ("besok 9.00 rapat bulanan @siti", {"title": "rapat bulanan", "day": "besok", "time": "9.00", "invite": "@siti"}),
        ("besok 9.00 rapat via google meet", {"title": "rapat", "day": "besok", "time": "9.00", "provider": "meet"}),
        ("meet the team besok 9.00", {"title": "meet the team", "day": "besok", "time": "9.00"}),
        ("lusa jam 10 sampai 12 ngopi di “Warung Kopi”", {"title": "ngopi", "day": "lusa", "time": "jam 10 sampai 12"}
         | {"place": "Warung Kopi"}),
        ("besok 9.00 Rapat @siti\n1. Pembukaan\n2. Lain-lain", {"title": "Rapat", "day": "besok", "time": "9.00"}
         | {"invite": "@siti", "agenda": "1. Pembukaan\n2. Lain-lain"}),
        (
            "Rapat Koordinasi\nHari/Tanggal: Selasa, 24 November 2026\nPukul: 09.00 WIB s.d. selesai\n"
            "Tempat: Aula\nAcara: Anggaran",
            {"title": "Rapat Koordinasi", "day": "Selasa, 24 November 2026", "time": "09.00 WIB s.d. selesai"}
            | {"place": "Aula", "agenda": "Anggaran"},
        ),
        ('"Baris\nkedua" besok 9.00', {"title": "Baris kedua", "day": "besok", "time": "9.00"}),
        ('besok 9.00 "BEGIN:VEVENT"', {"title": "BEGIN:VEVENT", "day": "besok", "time": "9.00"}),
        ('besok 9.00 "Rapat" bawa laptop', {"title": "Rapat", "day": "besok", "time": "9.00", "agenda": "bawa laptop"}),
        # A word for how one meets belongs to the title behind one of its words, and is meant all the same; alone it is not.
        ("tiap senin 08.30 Apel virtual @dewi", {"title": "Apel virtual", "repeat": "tiap senin", "time": "08.30"}
         | {"mode": "virtual", "invite": "@dewi"}),
        ("besok 9.00 Sosialisasi hybrid di Aula", {"title": "Sosialisasi hybrid", "day": "besok", "time": "9.00"}
         | {"mode": "both", "place": "Aula"}),
        ("Pelatihan online marketing besok 9.00", {"title": "Pelatihan online marketing", "day": "besok", "time": "9.00"}),
        ("besok 9.00 virtual @siti Apel", {"title": "Apel", "day": "besok", "time": "9.00", "mode": "virtual"}
         | {"invite": "@siti"}),
        ("Apel, virtual besok 9.00", {"title": "Apel", "day": "besok", "time": "9.00", "mode": "virtual"}),
        ("Apel (daring) besok 9.00", {"title": "Apel", "day": "besok", "time": "9.00", "mode": "virtual"}),
        ("Apel secara daring besok 9.00", {"title": "Apel", "day": "besok", "time": "9.00", "mode": "virtual"}),
        ("rapat", {"title": "rapat"}),
        ("", {}),
    ],
)  # fmt: skip
def test_a_line_is_taken_apart(line: str, fields: dict[str, str]) -> None:
    assert split(line) == fields


@pytest.mark.parametrize(
    ("line", "field", "text"),
    [
        ("31 Februari 9.00 Rapat @siti", "day", "31 Februari"),
        ("minggu depan 9.00 rapat", "day", "minggu depan"),
        ("besok 25.00 rapat", "time", "25.00"),
        ("besok 9.00 EST rapat", "time", "9.00 EST"),
        ('besok 9.00 "Judul" sampai lusa', "length", "sampai lusa"),
        ("besok 9.00 rapat 30 jam", "length", "30 jam"),
        ("besok 9.00 rapat -5m", "length", "-5m"),
        ("besok 9.00 rapat 99999999m", "length", "99999999m"),
        ("tiap senin 9.00 rapat 99999999 kali", "repeat", "tiap senin 99999999 kali"),
        ("besok 9.00 rapat 99999999 kali", "repeat", "99999999 kali"),
        ("tiap 99999 minggu 9.00 rapat", "repeat", "tiap 99999 minggu"),
        ("besok 9.00 rapat tamu@x", "invite", "tamu@x"),
    ],
)
def test_what_is_wrong_stands_in_its_field_as_it_was_typed(line: str, field: str, text: str) -> None:
    found = split(line)
    assert found[field] == text
    assert found["title"] in ("Judul", "Rapat", "rapat")


def test_nothing_of_a_line_is_lost_however_long_it_is() -> None:
    words = [f"kata{n}" for n in range(2_000)]
    found = split("besok 9.00 @siti " + " ".join(words))
    assert (found["title"] + " " + found["agenda"]).split() == words


@pytest.mark.parametrize(
    ("text", "minutes"),
    [("90m", 90), ("90 menit", 90), ("90", 90), ("2 jam", 120), ("1,5 jam", 90), ("9.5 jam", 570), ("1 jam 30 menit", 90)]
    + [("setengah jam", 30), ("sejam", 60), ("dua jam setengah", 150), ("1j30m", 90), ("selama 2 jam", 120), ("24 jam", 1440)],
)
def test_lengths(text: str, minutes: int) -> None:
    assert times.parse_length(text, T) == minutes
    assert times.parse_length(plain(times.length_said(T, minutes)), T) == minutes


@pytest.mark.parametrize(
    "text", ["2", "30 jam", "1441 menit", "lama", "3 menit", "-5", "-5m", "-2 jam", "sampai lusa", "1e9 jam", "99999999m"]
)
def test_what_is_no_length(text: str) -> None:
    with pytest.raises(UserError):
        times.parse_length(text, T)


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("09.00", "09.00+08:00 10.00+08:00"),
        ("jam 9 pagi", "09.00+08:00 10.00+08:00"),
        ("13.00-15.00", "13.00+08:00 15.00+08:00"),
        ("13.00–15.00 WIT", "13.00+09:00 15.00+09:00"),
        ("13.00 WIT s/d 15.00", "13.00+09:00 15.00+09:00"),
        ("09.00 WIB / 10.00 WITA", "09.00+07:00 10.00+07:00"),
        ("09.00 WIB (10.00 WITA)", "09.00+07:00 10.00+07:00"),
        ("09.00 UTC+7", "09.00+07:00 10.00+07:00"),
        ("09.00 WIB s.d. selesai", "09.00+07:00 10.00+07:00"),
        ("22.00-01.00", "22.00+08:00 01.00+08:00"),
    ],
)
def test_clocks(text: str, span: str) -> None:
    start, end = times.parse_clock(text, T).span(TODAY, "Asia/Makassar", 60, T)
    assert f"{_shown(start)} {_shown(end)}" == span


def _shown(moment: datetime) -> str:
    text = moment.isoformat()
    return f"{moment:%H.%M}{text[-6:]}"


@pytest.mark.parametrize(
    "text", ["", "9.00 EST", "09.00 GMT", "09.00 WIB / 11.00 WITA", "09.00 / 10.00", "15.00-13.00", "25.00", "nanti"]
)
def test_what_is_no_clock(text: str) -> None:
    with pytest.raises(UserError):
        times.parse_clock(text, T).span(TODAY, "Asia/Makassar", 60, T)
