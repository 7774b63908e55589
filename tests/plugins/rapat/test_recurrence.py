"""Phrases become rules, rules become dates, and another library agrees with every one of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given, settings
from hypothesis import strategies as st

from integration.app import load_plugins
from integration.dates import ClockTime
from integration.errors import UserError
from integration.i18n import Catalogues
from integration.messages import plain
from plugins.rapat import recurrence
from plugins.rapat.recurrence import MOST_DATES, Rule, Series

TODAY = date(2026, 11, 23)  # a Monday
HALF_PAST_8 = ClockTime(8, 30)
CATALOGUES = Catalogues([plugin.translations for plugin in load_plugins()])
ID, EN = CATALOGUES.speak("id"), CATALOGUES.speak("en")


def read(text: str) -> Rule:
    rule = recurrence.parse(text, TODAY, ID)
    assert rule is not None, text
    return rule


def series(text: str, first: date = TODAY, zone: str = "Asia/Makassar", after: datetime | None = None) -> Series:
    return recurrence.series(read(text), first, HALF_PAST_8, zone, ID, after=after)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("tiap senin", Rule("WEEKLY", weekdays=(0,))),
        ("setiap Senin dan Kamis", Rule("WEEKLY", weekdays=(0, 3))),
        ("tiap senin, rabu, jumat", Rule("WEEKLY", weekdays=(0, 2, 4))),
        ("tiap senin-kamis", Rule("WEEKLY", weekdays=(0, 1, 2, 3))),
        ("tiap senin s.d. jumat", Rule("WEEKLY", weekdays=(0, 1, 2, 3, 4))),
        ("tiap Jum'at", Rule("WEEKLY", weekdays=(4,))),
        ("tiap 2 minggu hari Selasa", Rule("WEEKLY", 2, (1,))),
        ("tiap dua pekan sekali", Rule("WEEKLY", 2)),
        ("2 minggu sekali", Rule("WEEKLY", 2)),
        ("seminggu sekali hari jumat", Rule("WEEKLY", 1, (4,))),
        ("tiap minggu", Rule("WEEKLY")),
        ("tiap hari Minggu", Rule("WEEKLY", weekdays=(6,))),
        ("tiap hari kerja", Rule("WEEKLY", weekdays=(0, 1, 2, 3, 4))),
        ("tiap hari", Rule("DAILY")),
        ("tiap 3 hari", Rule("DAILY", 3)),
        ("tiap tanggal 5", Rule("MONTHLY", monthdays=(5,))),
        ("tiap tgl 5 dan 20", Rule("MONTHLY", monthdays=(5, 20))),
        ("tiap bulan tanggal 31", Rule("MONTHLY", monthdays=(31,))),
        ("tiap akhir bulan", Rule("MONTHLY", monthdays=(-1,))),
        ("tiap senin pertama tiap bulan", Rule("MONTHLY", weekdays=(0,), nth=1)),
        ("tiap bulan hari rabu terakhir", Rule("MONTHLY", weekdays=(2,), nth=-1)),
        ("tiap triwulan", Rule("MONTHLY", 3)),
        ("bulanan", Rule("MONTHLY")),
        ("tiap tahun", Rule("YEARLY")),
        ("every 2 weeks on Tuesday", Rule("WEEKLY", 2, (1,))),
        ("tiap senin sampai 30 juni", Rule("WEEKLY", weekdays=(0,), until=date(2027, 6, 30))),
        ("tiap senin sampai juni", Rule("WEEKLY", weekdays=(0,), until=date(2027, 6, 30))),
        ("tiap senin sampai akhir tahun", Rule("WEEKLY", weekdays=(0,), until=date(2026, 12, 31))),
        ("tiap tanggal 5, 6 kali", Rule("MONTHLY", monthdays=(5,), count=6)),
        ("tiap senin 10 kali", Rule("WEEKLY", weekdays=(0,), count=10)),
        ("tiap senin selama 3 bulan", Rule("WEEKLY", weekdays=(0,), until=date(2027, 2, 23))),
    ],
)
def test_phrases(text: str, rule: Rule) -> None:
    assert read(text) == rule


@pytest.mark.parametrize("text", ["", "-", "tidak", "Sekali", "tidak berulang"])
def test_a_single_meeting(text: str) -> None:
    assert recurrence.parse(text, TODAY, ID) is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("tiap tanggal 32", "dari 1 sampai 31"),
        ("tiap 0 minggu", "tidak bisa dibaca"),
        ("tiap senin 0 kali", "tidak bisa dibaca"),
        ("tiap senin sampai 31 Februari", "bukan tanggal yang ada"),
        ("kadang-kadang", "Contoh: tiap Senin"),
        ("tiap senin kalau sempat", "Contoh: tiap Senin"),
    ],
)
def test_what_is_no_repetition_is_refused_with_the_cure(text: str, said: str) -> None:
    with pytest.raises(UserError) as refused:
        recurrence.parse(text, TODAY, ID)
    assert said in plain(refused.value.args[0])


def test_a_title_is_no_repetition() -> None:
    assert recurrence.take(("bulanan", "keuangan"), ID) == (None, ("bulanan", "keuangan"))
    assert recurrence.take(("tiap", "senin", "Apel"), ID) == (Rule("WEEKLY", weekdays=(0,)), ("Apel",))


def test_without_an_end_it_ends_with_the_year_of_its_first_date() -> None:
    found = series("tiap senin")
    assert found.assumed
    assert not found.cut
    assert [at.astimezone(ZoneInfo("Asia/Makassar")).date() for at in found.starts] == [
        date(2026, 11, 23) + timedelta(weeks=n) for n in range(6)
    ]
    assert found.text == "FREQ=WEEKLY;BYDAY=MO;UNTIL=20261228T003000Z"


def test_a_series_of_one_date_goes_on_to_the_next_year() -> None:
    assert len(series("tiap bulan tanggal 20", date(2026, 12, 1)).starts) == 13


def test_five_years_and_1300_dates_are_the_most() -> None:
    weekly = series("tiap senin sampai 1 januari 2050")
    assert weekly.cut
    assert len(weekly.starts) == 261
    daily = recurrence.series(Rule("DAILY", count=9999), TODAY, HALF_PAST_8, "Asia/Jakarta", ID)
    assert daily.cut
    assert len(daily.starts) == MOST_DATES
    assert recurrence.series(Rule("DAILY", until=date(2031, 1, 1)), TODAY, HALF_PAST_8, "Asia/Jakarta", ID).cut


def test_a_day_that_a_month_does_not_have_is_left_out() -> None:
    days = [at.astimezone(ZoneInfo("Asia/Makassar")).date() for at in series("tiap tanggal 31 sampai 1 juni 2027").starts]
    assert days == [date(2026, 12, 31), date(2027, 1, 31), date(2027, 3, 31), date(2027, 5, 31)]


def test_what_is_over_today_begins_with_the_next_date_and_not_two_weeks_later() -> None:
    later = datetime(2026, 11, 23, 3, tzinfo=UTC)
    assert series("tiap 2 minggu hari senin", after=later).starts[0] == datetime(2026, 11, 30, 0, 30, tzinfo=UTC)


def test_an_end_before_the_first_date_is_refused() -> None:
    with pytest.raises(UserError, match="sebelum tanggal pertamanya"):
        series("tiap jumat sampai 24 november")


@pytest.mark.parametrize(("zone", "hour"), [("Asia/Jakarta", 1), ("Asia/Makassar", 0), ("Asia/Jayapura", 23)])
def test_it_keeps_half_past_eight_of_its_zone(zone: str, hour: int) -> None:
    found = series("tiap senin", zone=zone)
    assert {(at.hour, at.minute) for at in found.starts} == {(hour, 30)}
    assert {f"{at.astimezone(ZoneInfo(zone)):%a %H.%M}" for at in found.starts} == {"Mon 08.30"}


def test_half_past_eight_stays_so_where_clocks_are_moved() -> None:
    rule = Rule("WEEKLY", weekdays=(0,), until=date(2027, 6, 30))
    found = recurrence.series(rule, TODAY, HALF_PAST_8, "Europe/Amsterdam", ID)
    assert {f"{at.astimezone(ZoneInfo('Europe/Amsterdam')):%H.%M}" for at in found.starts} == {"08.30"}
    assert {at.hour for at in found.starts} == {6, 7}


RULES = st.one_of(
    st.builds(Rule, st.just("DAILY"), st.integers(1, 40)),
    st.builds(
        Rule, st.just("WEEKLY"), st.integers(1, 6), st.sets(st.integers(0, 6), max_size=5).map(lambda days: tuple(sorted(days)))
    ),
    st.builds(Rule, st.just("MONTHLY"), st.integers(1, 6), monthdays=st.sampled_from([(1,), (5, 20), (29,), (31,), (-1,)])),
    st.builds(
        Rule,
        st.just("MONTHLY"),
        st.integers(1, 3),
        st.integers(0, 6).map(lambda day: (day,)),
        nth=st.sampled_from([1, 2, 3, 4, -1]),
    ),
)
ENDS = st.one_of(st.integers(2, 60), st.dates(date(2027, 6, 1), date(2030, 1, 1)))


@settings(max_examples=120, deadline=None)
@given(rule=RULES, end=ENDS, first=st.dates(date(2026, 1, 1), date(2026, 12, 31)))
def test_another_library_finds_the_same_dates(rule: Rule, end: int | date, first: date) -> None:
    """`dateutil` expands the RRULE that calendars get; and the phrase of it is read as the same rule."""
    rule = replace(rule, count=end) if isinstance(end, int) else replace(rule, until=end)
    found = recurrence.series(rule, first, HALF_PAST_8, "Asia/Makassar", ID)
    start = found.starts[0].astimezone(ZoneInfo("Asia/Makassar"))
    expanded = [at.astimezone(UTC) for at in rrulestr(found.text, dtstart=start)]
    assert expanded == list(found.starts)
    assert start.date() >= first
    again = recurrence.from_rrule(found.text, "Asia/Makassar")
    assert replace(again, until=None, count=0) == replace(rule, until=None, count=0)
    for t in (ID, EN):
        assert recurrence.parse(plain(recurrence.said(again, t)), first, t) == again


@pytest.mark.parametrize(
    ("text", "hours", "rule"),
    [
        ("tiap senin 3 kali", 2, "FREQ=WEEKLY;BYDAY=MO;COUNT=3"),
        ("tiap senin sampai 7 desember", 25, "FREQ=WEEKLY;BYDAY=TU;UNTIL=20261208T013000Z"),
        ("tiap 2 minggu hari senin dan kamis 4 kali", 24, "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,FR;COUNT=4"),
        ("tiap hari kerja 3 kali", 1, "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;COUNT=3"),
        ("tiap tanggal 5 3 kali", 48, "FREQ=MONTHLY;BYMONTHDAY=7;COUNT=3"),
        ("tiap tanggal 30 5 kali", 48, None),
        ("tiap senin ketiga tiap bulan 9 kali", 24, None),
        ("tiap senin ketiga tiap bulan 9 kali", 3, "FREQ=MONTHLY;BYDAY=3MO;COUNT=9"),
    ],
)
def test_a_series_that_moves_has_the_rule_of_its_new_dates(text: str, hours: int, rule: str | None) -> None:
    found = series(text)
    by = timedelta(hours=hours)
    assert recurrence.shifted(found.text, "Asia/Makassar", found.starts, by) == rule
    if rule:
        start = (found.starts[0] + by).astimezone(ZoneInfo("Asia/Makassar"))
        assert [at.astimezone(UTC) for at in rrulestr(rule, dtstart=start)] == [at + by for at in found.starts]
