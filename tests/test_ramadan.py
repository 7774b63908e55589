"""The probable days of a Ramadan that nobody entered: said where an administrator looks, and never written."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, select

from integration import audit
from integration.core import Hadir
from integration.presets import ramadan, store
from integration.presets.plan import TABLES
from integration.presets.ramadan import Ramadan
from integration.workdays import season
from tests.cast import Clock, at
from tests.terminal import Terminal

SAID = (
    "note: Ramadan 2027 is probably 8 Feb – 9 Mar 2027 (a suggestion; the government decides): add a [[season]] with "
    'name = "ramadan", first = 2027-02-08, last = 2027-03-09 to a file, then: hadir db presets FILE\n'
)


@pytest.fixture
def terminal(hadir: Hadir) -> Iterator[Terminal]:
    """Today is Monday, 23 November 2026; the calendar is put back afterwards."""
    yield Terminal(hadir.settings, hadir.clock)
    with hadir.database.write() as db:
        for table in TABLES:
            db.execute(delete(table))
        store.load(db)


def add(hadir: Hadir, name: str, first: str, last: str) -> None:
    with hadir.database.write() as db:
        db.execute(season.insert().values(name=name, first=date.fromisoformat(first), last=date.fromisoformat(last)))


def suggested(hadir: Hadir, today: str) -> str:
    with hadir.database.read() as db:
        return ramadan.suggestion(db, date.fromisoformat(today))


# The first days that the Ministry of Religious Affairs announced, and the days before Idul Fitri; 2026 was a day later.
@pytest.mark.parametrize(
    ("today", "first", "last", "off"),
    [("2024-01-01", "2024-03-12", "2024-04-09", 1), ("2025-01-01", "2025-03-01", "2025-03-30", 0)]
    + [("2026-01-01", "2026-02-19", "2026-03-20", 1)],
)
def test_what_was_decided_lies_within_a_day_of_what_is_suggested(
    hadir: Hadir, today: str, first: str, last: str, off: int
) -> None:
    with hadir.database.read() as db:
        found = ramadan.probable(db, date.fromisoformat(today))
    assert found is not None
    assert abs(found.first - date.fromisoformat(first)) == timedelta(days=off)
    assert found.last == date.fromisoformat(last)


def test_every_year_has_one_of_29_to_31_days(hadir: Hadir) -> None:
    with hadir.database.read() as db:
        found = [ramadan.probable(db, date(year, 1, 1)) for year in range(2024, 2060)]
    assert all(each and timedelta(days=28) <= each.last - each.first <= timedelta(days=30) for each in found)


def test_two_begin_in_2030_and_the_second_ends_in_2031(hadir: Hadir) -> None:
    with hadir.database.read() as db:
        assert ramadan.probable(db, date(2030, 2, 10)) == Ramadan(1452, date(2030, 12, 26), date(2031, 1, 24))
    assert "26 Dec 2030 – 24 Jan 2031" in suggested(hadir, "2030-12-01")


def test_years_that_nobody_has_calculated_are_no_error(hadir: Hadir) -> None:
    assert suggested(hadir, "2079-01-01") == ""


@pytest.mark.parametrize(
    ("today", "speaks"),
    [("2026-10-10", False), ("2026-10-11", True), ("2027-02-08", True), ("2027-03-09", True), ("2027-03-10", False)],
)
def test_it_speaks_from_120_days_before_until_the_last_day(hadir: Hadir, today: str, speaks: bool) -> None:
    assert bool(suggested(hadir, today)) == speaks


def test_a_season_that_overlaps_is_enough_one_of_another_name_or_year_is_not(hadir: Hadir, terminal: Terminal) -> None:
    add(hadir, "haji", "2027-02-08", "2027-03-09")
    assert suggested(hadir, "2026-11-23")
    add(hadir, "ramadan", "2027-02-09", "2027-03-09")
    assert suggested(hadir, "2026-11-23") == ""


def test_the_list_of_holidays_says_it_beside_what_programs_read(terminal: Terminal) -> None:
    said = terminal("holidays", "list")
    assert said.stderr.endswith(SAID)
    assert "Ramadan 2027" not in said.stdout
    assert "Ramadan 2027" not in terminal("holidays", "list", "--year", "2025").stderr


def test_the_presets_say_it_until_the_season_is_there(terminal: Terminal, hadir: Hadir, tmp_path: Path) -> None:
    assert terminal("db", "presets", "--show").stderr == SAID
    file = tmp_path / "kantor.toml"
    file.write_text('[[holiday]]\nday = 2027-12-14\nname = "Hari Jadi Provinsi"\n', encoding="utf-8")
    assert terminal("db", "presets", str(file)).stderr == SAID
    file.write_text('[[season]]\nname = "ramadan"\nfirst = 2027-02-08\nlast = 2027-03-09\n', encoding="utf-8")
    assert terminal("db", "presets", str(file), "--dry-run").stderr == ""
    assert terminal("db", "presets", str(file)).stderr == ""
    assert terminal("db", "presets", "--show").stderr == ""


def test_nothing_is_written_by_itself(terminal: Terminal, hadir: Hadir, clock: Clock) -> None:
    clock.now = at("2027-02-20T09:00+07:00")
    for words in (("holidays", "list"), ("db", "presets", "--show")):
        assert "Ramadan 2027" in terminal(*words).stderr
    with hadir.database.read() as db:
        assert set(db.scalars(select(season.c.first))) == {date(2026, 2, 19)}
        assert db.execute(select(audit.audit)).all() == []
