"""Several days and parts of a day as people type them. Today is Monday, 23 November 2026."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.dates import Span, month_later, parse_span, show_day, take_hours, take_span
from integration.errors import UserError
from integration.i18n import Catalogues
from integration.messages import plain

TODAY = date(2026, 11, 23)
T = Catalogues([]).speak("id")


def read(text, prefer="future"):
    """(first, last or count, the words after), days as d/m/y."""
    span, rest = take_span(tuple(text.split()), TODAY, T, prefer)
    if span is None:
        return None
    first = f"{span.first:%d/%m/%y}" if span.first else ""
    return first, f"{span.last:%d/%m/%y}" if span.last else span.count, " ".join(rest)


@pytest.mark.parametrize(
    "text",
    [
        "1–3 Des",
        "1-3 Des",
        "1 - 3 des",
        "1—3 Desember 2026",
        "1 s.d. 3 Des",
        "1 s/d 3 Des",
        "1 sd 3 des",
        "1 sampai 3 des",
        "1 sampai dengan 3 Des 2026",
        "1 hingga 3 des",
        "tgl 1 - 3 des",
        "tanggal 1 s.d. tanggal 3 des",
        "dari 1 sampai 3 des",
        "from 1 to 3 Dec",
        "1 des - 3 des",
        "1 des – 3",
        "1/12-3/12",
        "1-3/12",
        "01/12/2026 – 03/12/2026",
        "1-12-2026 - 3-12-2026",
        "1-12-2026-3-12-2026",
        "2026-12-01 s.d. 2026-12-03",
        "2026-12-01..2026-12-03",
        "Selasa 1 Des - Kamis 3 Des",
        "Selasa, 1 Desember 2026 sampai dengan Kamis, 3 Desember 2026",
        "1–3",
    ],
)
def test_the_first_to_the_third_of_december(text):
    assert read(f"{text} antar anak") == ("01/12/26", "03/12/26", "antar anak")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("hari ini", ("23/11/26", "23/11/26", "")),
        ("besok", ("24/11/26", "24/11/26", "")),
        ("2 hari lagi", ("25/11/26", "25/11/26", "")),
        ("besok - lusa", ("24/11/26", "25/11/26", "")),
        ("besok sampai jumat", ("24/11/26", "27/11/26", "")),
        ("senin-rabu", ("23/11/26", "25/11/26", "")),
        ("jumat - senin", ("27/11/26", "30/11/26", "")),
        ("senin depan", ("30/11/26", "30/11/26", "")),
        ("kemarin - hari ini", ("22/11/26", "23/11/26", "")),
        ("28 des - 2 jan alasan keluarga", ("28/12/26", "02/01/27", "alasan keluarga")),
        ("28-2 jan", ("28/12/26", "02/01/27", "")),
        ("28/12-2/1", ("28/12/26", "02/01/27", "")),
        ("1 des - 3 des 2027", ("01/12/27", "03/12/27", "")),
        ("24-26", ("24/11/26", "26/11/26", "")),
        ("senin dan selasa", ("23/11/26", "24/11/26", "")),
        ("1 dan 2 des", ("01/12/26", "02/12/26", "")),
        ("besok dan anak sakit", ("24/11/26", "24/11/26", "dan anak sakit")),
        ("besok sampai sore", ("24/11/26", "24/11/26", "sampai sore")),
        ("besok 08.00-10.00 antar anak", ("24/11/26", "24/11/26", "08.00-10.00 antar anak")),
        ("1-12-2026", ("01/12/26", "01/12/26", "")),
        ('24-25 nov "Rakor" ST-112/2026', ("24/11/26", "25/11/26", '"Rakor" ST-112/2026')),
        ("besok rapat 31-2/2026 - 5", ("24/11/26", "24/11/26", "rapat 31-2/2026 - 5")),
        ("2 hari mulai senin", ("23/11/26", 2, "")),
        ("2 hari kerja dari 1 desember", ("01/12/26", 2, "")),
        ("senin 2 hari", ("23/11/26", 2, "")),
        ("tiga hari sejak besok demam", ("24/11/26", 3, "demam")),
        ("sehari besok", ("24/11/26", 1, "")),
        ("2 hari", ("", 2, "")),
        ("seminggu mulai senin", ("23/11/26", "29/11/26", "")),
        ("1 bulan mulai 31 jan", ("31/01/27", "28/02/27", "")),
        ("3 bulan mulai 1 des", ("01/12/26", "28/02/27", "")),
    ],
)
def test_other_ways_to_say_days(text, expected):
    assert read(text) == expected


@pytest.mark.parametrize("text", ["keluarga", "", "dari rumah", "acara keluarga besar", "sampai jumpa", "dan"])
def test_what_is_no_day_is_left_alone(text):
    assert read(text) is None


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("3 des - 1 des", "mendahului hari pertama"),
        ("3-1 des", "mendahului hari pertama"),
        ("3 des 2026 - 1 des 2026", "Tukar urutannya"),
        ("1-3", "Tulis 1/3 atau 1–3 Nov"),
        ("0 hari", "Nol hari"),
        ("31 feb - 2 mar", "hanya 28 hari"),
        ("1 dan 15 des", "bukan hari yang berurutan"),
    ],
)
def test_what_cannot_be_is_refused_with_the_cure(text, says):
    with pytest.raises(UserError) as refused:
        read(text)
    assert says in plain(refused.value.args[0])


def test_a_whole_text_that_is_none_is_refused_with_examples():
    for text in ("", "nanti saja", "besok ya"):
        with pytest.raises(UserError, match="tidak terbaca sebagai tanggal"):
            parse_span(text, TODAY, T)


@given(first=st.dates(date(2026, 10, 1), date(2027, 6, 30)), length=st.integers(0, 40), way=st.integers(0, 5))
def test_what_is_written_is_read_back(first, length, way):
    last = first + timedelta(days=length)
    separator = ("-", " - ", "–", " s.d. ", " sampai ", " s/d ")[way]
    pattern = ("d MMM y", "dd/MM/y", "d MMMM y", "EEEE, d MMMM y", "d-MM-y", "y-MM-dd")[(way + length) % 6]
    if pattern in ("d-MM-y", "y-MM-dd") and separator == "-":
        separator = " - "
    text = f"{show_day(first, T, pattern)}{separator}{show_day(last, T, pattern)}"
    assert parse_span(text, TODAY, T) == Span(first, last)


@given(first=st.dates(date(2026, 11, 23), date(2027, 9, 1)), length=st.integers(1, 60))
def test_without_a_year_days_to_come_are_meant(first, length):
    last = first + timedelta(days=length)
    text = f"{show_day(first, T, 'd MMM')} - {show_day(last, T, 'd MMM')}"
    assert parse_span(text, TODAY, T) == Span(first, last)


@given(day=st.dates(date(2020, 1, 1), date(2030, 12, 31)), months=st.integers(1, 24))
def test_months_later_is_the_same_day_or_the_first_after(day, months):
    later = month_later(day, months)
    assert (later.day == day.day) or (later.day == 1 and day.day > 28)
    assert month_later(day, months + 1) > later


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("08.00-10.00 antar anak", ("08.00", "10.00", "antar anak")),
        ("08.00 – 10.00", ("08.00", "10.00", "")),
        ("0800-1000", ("08.00", "10.00", "")),
        ("jam 8 sampai 10", ("08.00", "10.00", "")),
        ("pukul 13.00 s.d. 15.30 dokter", ("13.00", "15.30", "dokter")),
        ("jam 1 siang - jam 3 sore", ("13.00", "15.00", "")),
    ],
)
def test_hours(text, expected):
    hours, rest = take_hours(tuple(text.split()), T)
    assert hours is not None
    shown = [f"{time.hour:02}.{time.minute:02}" for time in (hours.start, hours.end)]
    assert (*shown, " ".join(rest)) == expected


@pytest.mark.parametrize("text", ["antar anak", "8-10", "08.00", "2 hari", ""])
def test_what_is_no_time_is_left_alone(text):
    assert take_hours(tuple(text.split()), T)[0] is None
