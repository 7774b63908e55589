"""What people type for days, months and times. Today is Monday, 23 November 2026."""

from __future__ import annotations

import subprocess
import sys
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path

import pytest
from babel.dates import format_date
from hypothesis import given
from hypothesis import strategies as st

from integration.dates import parse_day, parse_month, parse_time, take_day, take_month, take_time
from integration.errors import UserError
from integration.i18n import Catalogues
from integration.messages import plain

TODAY = date(2026, 11, 23)
ROOT = Path(__file__).parents[1]
SAY = {locale: Catalogues(()).speak(locale) for locale in ("id", "en")}
T = SAY["en"]
DAYS = st.dates(date(2000, 1, 1), date(2099, 12, 31))


def refusal(read: object, *arguments: object) -> str:
    with pytest.raises(UserError) as caught:
        read(*arguments)  # type: ignore[operator]
    return plain(caught.value.args[0])


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("hari ini", "2026-11-23"),
        ("HARI  INI!", "2026-11-23"),
        ("kemarin", "2026-11-22"),
        ("kmrn", "2026-11-22"),
        ("kemarin lusa", "2026-11-21"),
        ("besok", "2026-11-24"),
        ("lusa", "2026-11-25"),
        ("Senin", "2026-11-23"),
        ("senin lalu", "2026-11-16"),
        ("Jumat", "2026-11-20"),
        ("Jum'at", "2026-11-20"),
        ("jum’at kemarin", "2026-11-20"),
        ("jumat depan", "2026-11-27"),
        ("jumat ini", "2026-11-27"),
        ("jumat minggu lalu", "2026-11-20"),
        ("selasa minggu lalu", "2026-11-17"),
        ("last friday", "2026-11-20"),
        ("minggu", "2026-11-22"),
        ("hari Minggu lalu", "2026-11-22"),
        ("2 hari lalu", "2026-11-21"),
        ("dua hari yang lalu", "2026-11-21"),
        ("3 hari lagi", "2026-11-26"),
        ("seminggu lalu", "2026-11-16"),
        ("20/11", "2026-11-20"),
        ("20-11-2026", "2026-11-20"),
        ("20.11.2026", "2026-11-20"),
        ("20/11/26", "2026-11-20"),
        ("2026-11-20", "2026-11-20"),
        ("2026/11/20", "2026-11-20"),
        ("20 Nov", "2026-11-20"),
        ("20nov", "2026-11-20"),
        ("20 november 2026", "2026-11-20"),
        ("20 Nopember 2026", "2026-11-20"),
        ("Jumat, 20 November 2026", "2026-11-20"),
        ("tgl 20 Nov", "2026-11-20"),
        ("tanggal 20", "2026-11-20"),
        ("tgl 30", "2026-10-30"),
        ("24/11", "2026-11-24"),  # tomorrow by mistake, not last year's
        ("1 Desember", "2026-12-01"),
        ("1 Maret", "2026-03-01"),
        ("５/１１", "2026-11-05"),  # full-width figures
        ("November 20, 2026", "2026-11-20"),
        # These are read by dateparser.
        ("November 20th, 2026", "2026-11-20"),
        ("20th of November 2026", "2026-11-20"),
        ("a week ago", "2026-11-16"),
        ("sebulan lalu", "2026-10-23"),
    ],
)
def test_a_day_is_read(typed, expected):
    assert parse_day(typed, TODAY, T) == date.fromisoformat(expected)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [("jumat", "2026-11-27"), ("1/3", "2027-03-01"), ("20/11", "2026-11-20"), ("tgl 5", "2026-12-05"), ("senin", "2026-11-23")],
)
def test_a_planned_day_lies_ahead(typed, expected):
    assert parse_day(typed, TODAY, T, "future") == date.fromisoformat(expected)


def test_a_year_is_chosen_across_the_new_year():
    assert parse_day("28 Des", date(2027, 1, 4), T) == date(2026, 12, 28)
    assert parse_day("4 Jan", date(2026, 12, 28), T, "future") == date(2027, 1, 4)


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("31 Februari", "February 2026 has 28 days"),
        ("31/2/2026", "February 2026 has 28 days"),
        ("32/1", "January 2026 has 31 days"),
        ("0/1", "January 2026 has 31 days"),
        ("11/24", "there is no month 24"),
        ("2026-13-01", "there is no month 13"),
        ("29/2/2027", "February 2027 has 28 days"),
        ("24/11/1026", "not a date of this century"),
        ("tgl 45", "write the year too"),
        ("Senin, 24 November 2026", "24 November 2026 is a Tuesday"),
        ("minggu lalu", "whole week or a Sunday"),
        ("last week", "whole week or a Sunday"),
    ],
)
def test_an_impossible_or_ambiguous_day_is_explained(typed, told):
    assert told in refusal(parse_day, typed, TODAY, T)


@pytest.mark.parametrize(
    "typed", ["", " ", "24", "24.11", "asdf", "24 asdf", "rapat 24 nov", "07.30", "may be 3", "x" * 5000, "=1+1", "1e9"]
)
def test_garbage_is_no_day(typed):
    told = refusal(parse_day, typed, TODAY, T)
    assert "cannot be read as a day" in told
    assert "23/11 or 23 November 2026" in told
    assert len(told) < 250


@given(DAYS, st.sampled_from(["%d/%m/%Y", "%d-%m-%Y", "%Y-%m-%d", "%d.%m.%Y", "%d/%m/%y"]))
def test_written_days_come_back(day, form):
    assert parse_day(f"{day:{form}}", TODAY, T) == day


@given(
    DAYS, st.sampled_from(["id", "en"]), st.sampled_from(["d MMMM y", "EEEE, d MMMM y", "d MMM y", "EEE d MMM y", "MMMM d, y"])
)
def test_days_as_we_show_them_come_back(day, locale, form):
    assert parse_day(format_date(day, form, locale=locale), TODAY, SAY[locale]) == day


@given(DAYS, st.integers(-300, 60))
def test_a_past_day_needs_no_year(today, offset):
    day = today + timedelta(offset)
    if day.month != 2 or day.day != 29:
        assert parse_day(f"{day:%d/%m}", today, T) == day


@given(DAYS, st.integers(0, 6))
def test_a_weekday_is_the_last_one(today, back):
    day = today - timedelta(back)
    assert parse_day(format_date(day, "EEEE", locale="id"), today, T) == day


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused(text):
    for read in (lambda: parse_day(text, TODAY, T), lambda: parse_month(text, TODAY, T), lambda: parse_time(text, T)):
        with suppress(UserError):
            assert read() is not None


def test_a_line_begins_with_a_day():
    assert take_day(("24", "Nov", "masuk", "07.30"), TODAY, T) == (date(2026, 11, 24), ("masuk", "07.30"))
    assert take_day(("senin", "lalu", "pulang"), TODAY, T) == (date(2026, 11, 16), ("pulang",))
    assert take_day(("masuk", "07.30"), TODAY, T) == (None, ("masuk", "07.30"))
    assert "has 28 days" in refusal(take_day, ("31", "Februari", "masuk"), TODAY, T)


def test_only_unusual_words_load_the_heavy_parser():
    """A web process that never meets them stays small."""
    code = "import sys, integration.app, plugins.hadir.plugin; print(sorted({'dateparser', 'xlsxwriter'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "[]"


# ---------------------------------------------------------------- times


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("07.30", (7, 30)),
        ("7:30", (7, 30)),
        ("7,30", (7, 30)),
        ("0730", (7, 30)),
        ("730", (7, 30)),
        ("07:30:15", (7, 30)),
        ("jam 7", (7, 0)),
        ("pukul 07.30", (7, 30)),
        ("pkl. 16.05", (16, 5)),
        ("7 pagi", (7, 0)),
        ("jam tujuh pagi", (7, 0)),
        ("4 sore", (16, 0)),
        ("4.15 sore", (16, 15)),
        ("16.05 sore", (16, 5)),
        ("12 siang", (12, 0)),
        ("1 siang", (13, 0)),
        ("12 malam", (0, 0)),
        ("10 malam", (22, 0)),
        ("2 malam", (2, 0)),
        ("setengah delapan", (7, 30)),
        ("setengah 8 malam", (19, 30)),
        ("setengah 1 siang", (12, 30)),
        ("4 pm", (16, 0)),
        ("12.10 am", (0, 10)),
        ("16", (16, 0)),
        ("0.05", (0, 5)),
    ],
)
def test_a_time_is_read(typed, expected):
    found = parse_time(typed, T)
    assert (found.hour, found.minute, found.zone) == (*expected, "")


def test_a_zone_may_be_named():
    spoken = parse_time("07.30 WITA", T)
    assert spoken.zone == "Asia/Makassar"
    assert parse_time("jam 7 pagi wit", T).zone == "Asia/Jayapura"
    assert spoken.on(TODAY, "Asia/Jakarta").isoformat() == "2026-11-23T07:30:00+08:00"


@pytest.mark.parametrize("typed", ["25:00", "24.00", "07.60", "2530", "99", "7 siang", "16 pagi", "12 pagi"])
def test_an_impossible_time_is_refused(typed):
    told = refusal(parse_time, typed, T)
    assert "23.59" in told or "24 hours" in told


@pytest.mark.parametrize("typed", ["", "pagi", "7:5", "tadi", "07.30 07.31", "12345", "-7.30", "٧x"])
def test_garbage_is_no_time(typed):
    assert "07.30, 16.05 or 4 sore" in refusal(parse_time, typed, T)


@given(st.times(), st.sampled_from(["%H.%M", "%H:%M", "%H%M", "pukul %H.%M", "%H.%M WIB"]))
def test_written_times_come_back(moment, form):
    found = parse_time(f"{moment:{form}}", T)
    assert (found.hour, found.minute) == (moment.hour, moment.minute)


def test_a_line_begins_with_a_time():
    taken, rest = take_time(("jam", "7", "pagi", "WITA", "macet"), T)
    assert (taken.hour, taken.zone, rest) == (7, "Asia/Makassar", ("macet",))
    assert take_time(("16.05", "16", "orang", "antre"), T)[1] == ("16", "orang", "antre")
    assert take_time(("2", "kali", "lupa"), T)[0] is None


# ---------------------------------------------------------------- months


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("nov", "2026-11-01"),
        ("November 2026", "2026-11-01"),
        ("bulan November", "2026-11-01"),
        ("11/2026", "2026-11-01"),
        ("11-2026", "2026-11-01"),
        ("2026-11", "2026-11-01"),
        ("nov 26", "2026-11-01"),
        ("bulan ini", "2026-11-01"),
        ("this month", "2026-11-01"),
        ("bulan lalu", "2026-10-01"),
        ("bulan depan", "2026-12-01"),
        ("desember", "2025-12-01"),
        ("januari tahun lalu", "2025-01-01"),
        ("bulan 10", "2026-10-01"),
        ("10", "2026-10-01"),
    ],
)
def test_a_month_is_read(typed, expected):
    assert parse_month(typed, TODAY, T) == date.fromisoformat(expected)


def test_last_month_in_january():
    assert parse_month("bulan lalu", date(2027, 1, 31), T) == date(2026, 12, 1)


@pytest.mark.parametrize("typed", ["", "13", "13/2026", "2026-00", "bulan", "lalu", "24/11/2026", "novbr", "11/26/2026"])
def test_another_form_of_month_is_explained(typed):
    assert "Nov, November 2026 or 11/2026" in refusal(parse_month, typed, TODAY, T)


@given(DAYS, st.sampled_from(["id", "en"]), st.sampled_from(["MMMM y", "MMM y", "MM/y", "y-MM"]))
def test_months_as_we_show_them_come_back(day, locale, form):
    assert parse_month(format_date(day, form, locale=locale), TODAY, SAY[locale]) == day.replace(day=1)


def test_a_line_begins_with_a_month():
    assert take_month(("november", "2026", "@budi"), TODAY, T) == (date(2026, 11, 1), ("@budi",))
    assert take_month(("bidang", "aplikasi"), TODAY, T) == (None, ("bidang", "aplikasi"))
