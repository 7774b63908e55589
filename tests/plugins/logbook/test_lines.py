"""What a line says: durations, quantities, places, codes and days as people write them, and never a word of the activity."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from integration.errors import UserError
from integration.i18n import Catalogues
from integration.messages import plain
from plugins.logbook.own import amounts, lines, rhythm

T = Catalogues([]).speak("en")
MONDAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("text", "minutes", "activity"),
    [
        ("menyusun laporan 2 jam", 120, "menyusun laporan"),
        ("menyusun laporan, 1,5 jam", 90, "menyusun laporan"),
        ("menyusun laporan 2jam.", 120, "menyusun laporan"),
        ("apel (15 menit)", 15, "apel"),
        ("apel selama 90 mnt", 90, "apel"),
        ("apel 2j30", 150, "apel"),
        ("apel 2 jam 30 menit", 150, "apel"),
        ("apel 90m", 90, "apel"),
        ("apel sejam", 60, "apel"),
        ("apel setengah jam", 30, "apel"),
        ("apel satu setengah jam", 90, "apel"),
        ("apel 1½ jam", 90, "apel"),
        ("rapat 08.00-10.00", 120, "rapat"),
        ("rapat pukul 08.00 s.d. 10.30 WIB", 150, "rapat"),
        ("rapat jam 8 sampai 10", 120, "rapat"),
        ("jaga 22.00-06.00", 480, "jaga"),
        ("08.00-10.00 rapat", 120, "rapat"),
        ("2 jam: menyusun laporan", 120, "menyusun laporan"),
        ("menghadiri seminar 3 jam tentang pajak", 180, "menghadiri seminar 3 jam tentang pajak"),
        ("mengajar 3 jam pelajaran", 0, "mengajar 3 jam pelajaran"),
        ("menyiapkan layanan 24 jam", 0, "menyiapkan layanan 24 jam"),
        ("rekap 40 jam kerja", 0, "rekap 40 jam kerja"),
        ("memeriksa server tiap 2 jam", 0, "memeriksa server tiap 2 jam"),
        ("rapat jam 9", 0, "rapat jam 9"),
        ("rapat 1 jam dan 2 jam lain hal", 0, "rapat 1 jam dan 2 jam lain hal"),
        ("lembur 30 jam", 1800, "lembur"),
    ],
)
def test_how_long_it_took(text: str, minutes: int, activity: str) -> None:
    line = lines.read(text, MONDAY, T)
    assert (line.minutes, line.activity) == (minutes, activity)


@pytest.mark.parametrize(
    ("text", "quantity", "measure", "activity"),
    [
        ("menyusun nota = 3 laporan 2 jam", "3", "laporan", "menyusun nota"),
        ("menyusun nota 2 jam = 1.250,5 ton beras", "1250.5", "ton beras", "menyusun nota"),
        ("merekap surat hasil 12 surat 2 jam", "12", "surat", "merekap surat"),
        ("membaca hasil 3 survei kepuasan 1 jam", None, "", "membaca hasil 3 survei kepuasan"),
        ("membaca 3 laporan 1 jam", None, "", "membaca 3 laporan"),
        ("= 3 laporan", None, "", "= 3 laporan"),
        ("menyusun nota 2 jam hasil: 3 dokumen", "3", "dokumen", "menyusun nota"),
        ("menyusun nota hasilnya = 3 dokumen", "3", "dokumen", "menyusun nota"),
        ("menyusun nota output: 2 video 1 jam", "2", "video", "menyusun nota"),
        ("menyusun nota jumlah 3 dokumen 2 jam", "3", "dokumen", "menyusun nota"),
        ("menyusun nota, jumlah: 3 berkas usulan", "3", "berkas usulan", "menyusun nota"),
        ("membagikan bantuan sebanyak 1.300 paket 2 jam", "1300", "paket", "membagikan bantuan"),
        ("merekap jumlah 12 surat 1 jam", None, "", "merekap jumlah 12 surat"),
        ("menghitung jumlah 3.5.6 kotak", None, "", "menghitung jumlah 3.5.6 kotak"),
        ("menyusun laporan = satu dokumen", None, "", "menyusun laporan = satu dokumen"),
        ("menyusun 2 jam = 3 laporan hasil audit", "3", "laporan hasil audit", "menyusun"),
    ],
)
def test_a_quantity_is_taken_only_where_nothing_else_can_be_meant(
    text: str, quantity: str | None, measure: str, activity: str
) -> None:
    line = lines.read(text, MONDAY, T)
    assert (line.quantity, line.measure, line.activity) == (quantity and Decimal(quantity), measure, activity)


@pytest.mark.parametrize(
    ("text", "day", "place", "codes", "activity"),
    [
        ("kemarin rapat 1 jam wfh", "2026-11-22", "wfh", (), "rapat"),
        ("20/11 rapat 1 jam #RHK-3", "2026-11-20", "", ("RHK-3",), "rapat"),
        ("senin: apel 30 menit", "2026-11-23", "", (), "apel"),
        ("tgl 5 apel 30 menit #3", "2026-11-05", "", ("3",), "apel"),
        ("rapat 2 jam kemarin", "2026-11-22", "", (), "rapat"),
        ("2 jam kemarin rapat", "2026-11-22", "", (), "rapat"),
        ("rapat evaluasi kemarin 2 jam", "", "", (), "rapat evaluasi kemarin"),
        ("jumat bersih 1 jam", "", "", (), "jumat bersih"),
        ("rapat 1 jam, wfh, #RHK 3", "", "wfh", ("RHK 3",), "rapat"),
        ("rapat wfo 1 jam", "", "wfo", (), "rapat"),
        ("rapat 1 jam dinas", "", "dinas", (), "rapat"),
        ("koordinasi dengan dinas 2 jam", "", "", (), "koordinasi dengan dinas"),
        ("survei 2 jam dinas luar", "", "dinas", (), "survei"),
        ("belajar C#3 1 jam", "", "", (), "belajar C#3"),
        ("menutup isu #12 lama 1 jam", "", "", (), "menutup isu #12 lama"),
        ("#RHK-1 rapat 1 jam", "", "", ("RHK-1",), "rapat"),
    ],
)
def test_day_place_and_target(text: str, day: str, place: str, codes: tuple[str, ...], activity: str) -> None:
    line = lines.read(text, MONDAY, T)
    assert (str(line.day or ""), line.place, line.codes, line.activity) == (day, place, codes, activity)


@pytest.mark.parametrize(
    "text",
    [
        "menyusun nota dinas 2 jam = 1 dokumen hasil: nota dinas",
        "menyusun nota dinas hasil: nota dinas = 1 dokumen 2 jam",
        "menyusun nota dinas, jumlah 1 dokumen, output: nota dinas (2 jam)",
    ],
)
def test_a_result_stands_beside_its_quantity(text: str) -> None:
    line = lines.read(f"{text} #RHK-3 wfh", MONDAY, T)
    assert (line.activity, line.minutes, line.place, line.codes) == ("menyusun nota dinas", 120, "wfh", ("RHK-3",))
    assert (line.quantity, line.measure, line.result) == (Decimal(1), "dokumen", "nota dinas")


def test_links_and_a_result_in_words() -> None:
    line = lines.read("menyusun nota hasil: draf nota 2 jam https://awan.example/a. (https://awan.example/a)", MONDAY, T)
    assert (line.links, line.result) == (["https://awan.example/a"], "draf nota")
    assert (line.activity, line.minutes) == ("menyusun nota", 120)
    assert lines.several("- apel 15 menit\n\n2. rapat 1 jam\n") == ["apel 15 menit", "rapat 1 jam"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("31/02 rapat 1 jam", "is not a real date"),
        ("jaga 12.00-11.00", "11.00 is not after 12.00"),
        ("rapat 25.00-26.00", "not a time of day"),
    ],
)
def test_what_cannot_be_is_said(text: str, says: str) -> None:
    with pytest.raises(UserError) as caught:
        lines.read(text, MONDAY, T)
    assert says in plain(caught.value.args[0])


@pytest.mark.parametrize(
    ("text", "minutes"), [("2 jam", 120), ("90 menit", 90), ("1:30", 90), ("08.00-10.00", 120), ("selama 2 jam", 120)]
)
def test_a_field_of_time(text: str, minutes: int) -> None:
    assert amounts.parse_minutes(text, T) == minutes


@pytest.mark.parametrize(("text", "says"), [("2", "can be hours or minutes"), ("lama", "cannot be read as a time")])
def test_a_field_that_is_no_time_names_the_cure(text: str, says: str) -> None:
    with pytest.raises(UserError) as caught:
        amounts.parse_minutes(text, T)
    assert says in plain(caught.value.args[0])


@pytest.mark.parametrize(
    ("text", "kept", "first", "last", "days"),
    [
        ("tiap hari kerja", "tiap hari kerja", 20, 24, (20, 23, 24)),
        ("setiap Senin", "tiap senin", 17, 30, (23, 30)),
        ("tiap senin dan kamis", "tiap senin dan kamis", 18, 30, (19, 23, 26, 30)),
        ("tiap tgl 15", "tiap tanggal 15", 1, 30, (16,)),  # a Sunday: the Monday after
        ("tiap tanggal 5", "tiap tanggal 5", 1, 30, (5,)),
        ("tiap akhir bulan", "tiap akhir bulan", 1, 30, (30,)),
        ("tiap tanggal 31", "tiap akhir bulan", 1, 30, (30,)),
    ],
)
def test_rhythms(text: str, kept: str, first: int, last: int, days: tuple[int, ...]) -> None:
    """November 2026: the 23rd is a Monday."""
    found = rhythm.parse(text, T)
    assert found.text == kept
    assert rhythm.parse(kept, T) == found
    due = {day for day in range(1, 31) if (moment := date(2026, 11, day)).weekday() < 5 and found.due(moment, works)}
    assert due & set(range(first, last + 1)) == set(days)


def works(day: date) -> bool:
    return day.weekday() < 5


def test_a_rhythm_behind_a_name_and_one_that_is_none() -> None:
    assert rhythm.take("rapat mingguan tiap senin", T) == (rhythm.Rhythm("weekly", (0,)), "rapat mingguan")
    assert rhythm.take("rapat mingguan", T) == (None, "rapat mingguan")
    with pytest.raises(UserError, match="rhythm"):
        rhythm.parse("tiap kali hujan", T)
