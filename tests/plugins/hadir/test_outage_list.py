"""Checking in after an outage, and `/hadir gangguan`. Monday, 23 November 2026: Hadir was down from 07.12 to 07.41 WIB."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from integration import outages
from integration.heartbeat import Heartbeat
from tests.cast import Clock, at
from tests.post import change


def wib(clock, day="2026-11-23"):
    return at(f"{day}T{clock}+07:00")


@pytest.fixture
def down(hadir):
    """The process beat until 07.12, and another begins at 07.41."""
    clock = Clock(wib("07:11:30"))
    before = Heartbeat(hadir.database, clock, timedelta(seconds=120))
    before.beat()
    clock.now = wib("07:12")
    before.beat()
    clock.now = wib("07:41")
    Heartbeat(hadir.database, clock, timedelta(seconds=120)).beat()


def declare(hadir, first, last, note):
    with hadir.database.write() as db:
        outages.declare(db, first, last, note, "terminal:uji", wib("23:00"))


def test_who_checks_in_after_it_is_told_and_not_late(chat, down):
    said = chat("siti").says("/hadir masuk wfh", at=wib("07:45"))
    assert said.startswith("Masuk tercatat pukul 07.45 WIB (WFH).")
    assert "07.12–07.41 WIB" in said
    assert "terlambat" not in chat("siti").says("/hadir rekap", at=wib("09:00")).lower().split("keterangan")[0]


def test_who_comes_long_after_it_is_late(chat, down):
    assert "terlambat 1 jam 30 menit" in chat("siti").says("/hadir masuk", at=wib("09:00"))


def test_a_crowd_after_an_outage_costs_no_more_than_six_statements(chat, down, statements):
    """The calendar and the rules are in memory; they are read twice a minute."""
    chat("agus").says("/hadir status", at=wib("07:42"))
    chat("dewi").says("/hadir masuk", at=wib("07:43"))
    statements.clear()
    chat("siti").says("/hadir masuk", at=wib("07:43"))
    assert len(statements) <= 6


def test_compliance_sees_windows_counts_and_names(chat, down, hadir):
    chat("siti").says("/hadir masuk", at=wib("07:45"))
    chat("dewi").says("/hadir masuk", at=wib("07:50"))
    chat("budi").says("/hadir masuk", at=wib("09:30"))
    declare(hadir, wib("16:00"), wib("16:20"), "Mattermost mati")
    clock = wib("17:00")
    assert chat("kartika").says("/hadir gangguan", at=clock).splitlines() == [
        "**Gangguan layanan November 2026**: 2",
        "- Senin 23 Nov 16.00–16.20 WIB — 0 masuk saat atau sesudahnya, 0 dikecualikan (dinyatakan: Mattermost mati)",
        "- Senin 23 Nov 07.12–07.41 WIB — 2 masuk saat atau sesudahnya, 2 dikecualikan (diketahui Hadir): "
        "Dewi Lestari, Siti Rahayu",
    ]


def test_an_administrator_sees_no_names(chat, down):
    chat("siti").says("/hadir masuk", at=wib("07:45"))
    said = chat("agus").says("/hadir gangguan nov", at=wib("17:00"))
    assert "1 dikecualikan" in said
    assert "Siti" not in said


def test_who_came_in_time_all_the_same_is_not_counted_as_excused(chat, hadir):
    declare(hadir, wib("06:30"), wib("06:50"), "listrik padam")
    chat("siti").says("/hadir masuk", at=wib("07:10"))
    assert "1 masuk saat atau sesudahnya, 0 dikecualikan" in chat("rina").says("/hadir gangguan", at=wib("17:00"))


def test_others_are_refused(chat, down):
    for who in ("siti", "budi", "hendra"):
        assert "hanya untuk kepatuhan" in chat(who).says("/hadir gangguan", at=wib("17:00"))


def test_an_empty_month_a_month_to_come_and_words_that_are_none(chat, down):
    kartika = chat("kartika")
    assert kartika.says("/hadir gangguan oktober", at=wib("17:00")) == "Tidak ada gangguan layanan pada Oktober 2026."
    assert "belum tiba" in kartika.says("/hadir gangguan 12/2026", at=wib("17:00"))
    assert "bulan" in kartika.says("/hadir gangguan entah", at=wib("17:00")).lower()


def test_one_that_was_removed_excuses_nobody(chat, down, hadir):
    chat("siti").says("/hadir masuk", at=wib("07:45"))
    with hadir.database.write() as db:
        outages.remove(db, 1, "jam mesin salah", "terminal:uji", wib("10:00"))
    assert "Tidak ada gangguan" in chat("kartika").says("/hadir gangguan", at=wib("17:00"))
    assert "15 menit" in chat("siti").says("/hadir status", at=wib("10:00"))


def test_one_that_goes_on_and_one_over_midnight_are_shown_whole(chat, hadir):
    declare(hadir, wib("22:00", "2026-11-19"), wib("05:00", "2026-11-20"), "pemeliharaan")
    declare(hadir, wib("15:00"), None, "Mattermost mati")
    lines = chat("kartika").says("/hadir gangguan", at=wib("17:00")).splitlines()
    assert lines[1].startswith("- Senin 23 Nov sejak 15.00 WIB — ")
    assert "Kamis 19 Nov" in lines[2]
    assert "Jumat 20 Nov" in lines[2]


def test_who_has_left_since_is_still_named(chat, down, hadir):
    chat("siti").says("/hadir masuk", at=wib("07:45"))
    change(hadir, "siti", ended_on=date(2026, 11, 24))
    assert "Siti Rahayu" in chat("kartika").says("/hadir gangguan", at=wib("09:00", "2026-11-30"))


def test_the_list_costs_a_few_statements_for_each_outage(chat, down, hadir, statements):
    for who in ("siti", "dewi", "budi", "wayan"):
        chat(who).says("/hadir masuk", at=wib("07:45"))
    chat("kartika").says("/hadir gangguan", at=wib("17:00"))
    statements.clear()
    chat("kartika").says("/hadir gangguan", at=wib("17:00"))
    assert len(statements) <= 10
