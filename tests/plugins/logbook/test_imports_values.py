"""Days, lengths of time and quantities as they stand in people's spreadsheets."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal

import pytest
from babel.dates import format_date
from hypothesis import given
from hypothesis import strategies as st

from plugins.logbook.imports import days, durations, quantities
from plugins.logbook.imports.days import Around

DAYS = st.dates(date(2000, 1, 1), date(2099, 12, 31))
FEBRUARY = Around(2025, 2)
THIRD = date(2025, 2, 3)


@pytest.mark.parametrize(
    "cell",
    [
        "Senin, 3 Februari 2025",
        "03/02/25",
        "3-Feb",
        "3 Feb 2025",
        "45691",
        45691.0,
        45691,
        3.0,
        "3",
        "2025-02-03",
        "2025-02-03 08:15:00",
        "03.02.2025",
        "Senin/3-2-2025",
        "Sen 3 Feb",
        "Feb 3, 2025",
        "3 pebruari '25",
        "03 / 02 / 2025",
        "Tgl. 3 Februari 2025",
        "03-Feb-25",
        "SENIN 3 FEBRUARI 2025",
        "3/2",
        "Hari Senin, 3 Feb",
        datetime.fromisoformat("2025-02-03T08:15"),
        date(2025, 2, 3),
        "Senin 03/02/2025 pukul 08:00",
    ],
)
def test_a_day_in_every_spelling(cell):
    assert days.read(cell, FEBRUARY) == THIRD


@pytest.mark.parametrize("cell", ["kemarin", "Senin", "1 s.d 3 Feb", "", None, "45691 kali", 0.5, 32.0, "Jumlah", "ya", 2025])
def test_what_is_no_day(cell):
    assert days.read(cell, FEBRUARY) is None


@pytest.mark.parametrize(
    "cell", ["31/02/2025", "0/1/2025", "12/13/2025", date(1925, 2, 3), "3 Feb 1925", datetime.fromisoformat("1899-12-31T00:00")]
)
def test_a_day_that_cannot_be(cell):
    with pytest.raises(ValueError, match=r".*"):
        days.read(cell, FEBRUARY)


def test_a_day_without_a_year_wants_one():
    with pytest.raises(ValueError, match="no year"):
        days.read("3 Februari", Around())
    assert days.read("3", Around(2025)) is None


@given(
    DAYS, st.sampled_from(["d MMMM y", "EEEE, d MMMM y", "dd/MM/y", "d-M-y", "dd.MM.y", "y-MM-dd", "d MMM y", "EEEE/dd-MM-y"])
)
def test_whatever_is_written_is_read(day, pattern):
    assert days.read(format_date(day, pattern, locale="id")) == day


@given(DAYS)
def test_a_serial_number_is_the_day_that_the_spreadsheet_meant(day):
    assert days.read((day - date(1899, 12, 30)).days) == day


@given(st.lists(DAYS, min_size=1))
def test_a_column_is_american_only_where_it_has_to_be(found):
    ours, theirs = [f"{day:%d/%m/%Y}" for day in found], [f"{day:%m/%d/%Y}" for day in found]
    assert not days.is_american(ours)
    if days.is_american(theirs):
        assert [days.read(cell, Around(american=True)) for cell in theirs] == found
    assert days.is_american(theirs) == any(day.day > 12 for day in found)


@pytest.mark.parametrize(
    ("title", "month"),
    [
        ("LAPORAN BULAN: FEBRUARI 2025", (2, 2025)),
        ("Feb", (2, None)),
        ("02-2025", (2, 2025)),
        ("Mei 25", (5, 2025)),
        ("Laporan Agustus Tahun 2025", (8, 2025)),
        ("Sheet1", None),
        ("Rekap 2025", None),
        ("Data pegawai", None),
    ],
)
def test_the_month_of_a_title(title, month):
    assert days.month_named(title) == month


# ---------------------------------------------------------------- lengths of time


@pytest.mark.parametrize(
    ("cell", "minutes"),
    [
        ("2 jam", 120),
        ("1,5", 90),
        ("1.5 jam", 90),
        ("90'", 90),
        ("90 menit", 90),
        ("1 jam 30 menit", 90),
        ("1 jam 30'", 90),
        ("2j", 120),
        ("08.00-10.30", 150),
        ("08.00 - 10.30 WIB", 150),
        ("pukul 08.00 s.d. 10.00 WIB", 120),
        ("07.30 s/d 16.00", 510),
        ("22:00–02:00", 240),
        ("8-10", 120),
        ("1:30", 90),
        ("01:30:00 AM", 90),
        ("8:00 AM - 1:30 PM", 330),
        (time(1, 30), 90),
        (timedelta(hours=2), 120),
        (2.0, 120),
        (2, 120),
        ("setengah jam", 30),
        ("2 jam, 15 mnt", 135),
        ("2 Jam dan 15 Menit", 135),
        ("-", None),
        ("", None),
        (None, None),
        ("0", 0),
    ],
)
def test_how_long_in_every_spelling(cell, minutes):
    assert durations.read(cell) == minutes


@pytest.mark.parametrize(
    "cell",
    [
        "banyak",
        "30 jam",
        -1,
        25,
        "1500 menit",
        timedelta(days=2),
        datetime.fromisoformat("2025-02-03T00:00"),
        "2 laporan",
        "99.99",
    ],
)
def test_what_is_no_length_of_time(cell):
    with pytest.raises(ValueError, match=r".*"):
        durations.read(cell)


@given(st.integers(0, 1440))
def test_minutes_are_minutes_however_they_are_said(minutes):
    hours, rest = divmod(minutes, 60)
    assert durations.read(f"{hours} jam {rest} menit") == durations.read(f"{minutes} menit") == minutes
    assert durations.read(minutes, "minutes") == durations.read(timedelta(minutes=minutes)) == minutes


@given(
    st.times(), st.integers(0, 1439), st.sampled_from([".", ":"]), st.sampled_from([" - ", "–", " s/d ", " s.d. ", " sampai "])
)
def test_from_one_clock_to_another(start, minutes, point, until):
    first = start.hour * 60 + start.minute
    end = (first + minutes) % 1440
    words = f"{first // 60:02}{point}{first % 60:02}{until}{end // 60:02}{point}{end % 60:02}"
    assert durations.read(words) == minutes
    assert (
        durations.clock(f"{first // 60}{point}{first % 60:02} WIB") == durations.clock(time(first // 60, first % 60)) == first
    )


def test_a_clock_that_a_spreadsheet_made_a_number():
    assert [durations.clock(cell) for cell in (0.5, 7.3, 8, "pukul 08.00", None, "-")] == [720, 450, 480, 480, None, None]
    for wrong in ("pagi", 25.0, date(2025, 2, 3)):
        with pytest.raises(ValueError, match=r".*"):
            durations.clock(wrong)


@pytest.mark.parametrize(
    ("heading", "cells", "unit"),
    [
        ("Waktu (menit)", [1, 2], "minutes"),
        ("Durasi (jam)", [90], "hours"),
        ("Waktu", [60, "90", 120], "minutes"),
        ("Waktu", [1, 2.5, "3"], "hours"),
    ],
)
def test_what_bare_numbers_are(heading, cells, unit):
    assert durations.unit_of(heading, cells) == unit


# ---------------------------------------------------------------- quantities


@pytest.mark.parametrize(
    ("words", "quantity", "measure"),
    [
        ("12", 12, ""),
        ("12 laporan", 12, "laporan"),
        ("1.000 lembar", 1000, "lembar"),
        ("1,5", "1.5", ""),
        ("1.5", "1.5", ""),
        ("1.234,5 km", "1234.5", "km"),
        ("1,234.5", "1234.5", ""),
        ("2 (dua) dokumen", 2, "dokumen"),
        ("100%", 100, "%"),
        ("dua laporan", 2, "laporan"),
        ("0,333", "0.33", ""),
        ("laporan", None, "laporan"),
        ("-", None, ""),
        ("", None, ""),
        ("12 Laporan / tahun", 12, "Laporan / tahun"),
    ],
)
def test_how_much_of_what(words, quantity, measure):
    assert quantities.read(words) == (None if quantity is None else Decimal(quantity), measure)


@pytest.mark.parametrize("words", ["-5", "−2 laporan", "1.2.3", "99999999999", "1,2,3 laporan"])
def test_what_nobody_can_have_done(words):
    with pytest.raises((ValueError, ArithmeticError)):
        quantities.read(words)


@given(st.decimals(0, 999_999_999, places=2))
def test_a_quantity_that_is_shown_is_read_again(amount):
    assert quantities.read(quantities.shown(amount))[0] == amount
