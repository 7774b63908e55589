"""The dated calendar that is shipped: holidays, collective leave and seasons, against the law's figures and a library."""

import tomllib
from datetime import date, timedelta

import holidays
import pytest
from sqlalchemy import func, select

from integration import people, workdays
from integration.presets import store
from tests.cast import at

YEARS = (2025, 2026, 2027)
CATEGORIES = {"national": "public", "collective": "government"}

# (year, kind) → days on which our file and the library differ on purpose; say why beside each.
KNOWN_DIFFERENCES: dict[tuple[int, str], set[date]] = {}


def shipped(year):
    """{day: (name, kind)} of the year's file."""
    content = tomllib.loads((store.SHIPPED / f"holidays-{year}.toml").read_text(encoding="utf-8"))
    return {row["day"]: (row["name"], row["kind"]) for row in content["holiday"]}


@pytest.mark.parametrize("year", YEARS)
@pytest.mark.parametrize("kind", CATEGORIES)
def test_the_library_knows_the_same_days(year, kind):
    ours = {day for day, (_, its_kind) in shipped(year).items() if its_kind == kind}
    theirs = set(holidays.country_holidays("ID", years=year, categories=(CATEGORIES[kind],), language="id"))
    difference = ours ^ theirs
    assert difference == KNOWN_DIFFERENCES.get((year, kind), set()), (
        f"only here: {sorted(ours - theirs)}; only in the library: {sorted(theirs - ours)}. Look up the joint decree of three "
        f"ministers (SKB 3 Menteri) and correct holidays-{year}.toml, or note here why they differ"
    )


@pytest.mark.parametrize(("year", "national", "collective"), [(2025, 17, 11), (2026, 17, 8), (2027, 18, 8)])
def test_the_numbers_of_the_decrees(year, national, collective):
    kinds = [kind for _, kind in shipped(year).values()]
    assert (kinds.count("national"), kinds.count("collective")) == (national, collective)


@pytest.mark.parametrize("year", YEARS)
def test_rows_are_sorted_and_of_their_year(year):
    days = list(shipped(year))
    assert days == sorted(days)
    assert {day.year for day in days} == {year}
    assert all(name and kind in CATEGORIES for name, kind in shipped(year).values())


def test_collective_leave_falls_on_working_days():
    for year in YEARS:
        assert [day for day, (_, kind) in shipped(year).items() if kind == "collective" and day.weekday() > 4] == []


def test_seasons_end_before_the_feast():
    seasons = tomllib.loads((store.SHIPPED / "seasons.toml").read_text(encoding="utf-8"))["season"]
    for row in seasons:
        assert row["last"] - row["first"] in (timedelta(28), timedelta(29))
        assert "Idul Fitri" in shipped(row["first"].year)[row["last"] + timedelta(1)][0]


def test_the_hours_are_the_presidents_regulation(hadir):
    """Perpres 21/2023: 37 h 30 a week, in Ramadan 32 h 30, breaks not counted."""
    week = {2250: date(2026, 11, 23), 1950: date(2026, 2, 23)}
    with hadir.database.read() as db:
        siti = people.search(db, "siti")[0]
        for minutes, monday in week.items():
            plans = hadir.workdays.plans(db, [siti], monday, monday + timedelta(6), at("2026-11-23T07:00+07:00"))
            worked = [plan for plan in plans.values() if plan.works]
            assert sum((plan.end - plan.start).total_seconds() / 60 - plan.break_minutes for plan in worked) == minutes
            assert len(worked) == 5


def test_loading_again_adds_nothing_and_keeps_an_administrators_change(hadir):
    with hadir.database.write() as db:
        assert store.load(db) == 0
        new_year = workdays.holiday.c.day == date(2026, 1, 1)
        before = db.scalar(select(workdays.holiday.c.name).where(new_year))
        db.execute(workdays.holiday.update().where(new_year).values(name="Libur kantor"))
        assert store.load(db) == 0
        assert db.scalar(select(workdays.holiday.c.name).where(new_year)) == "Libur kantor"
        db.execute(workdays.holiday.update().where(new_year).values(name=before))
        assert db.scalar(select(func.count()).select_from(workdays.holiday)) == sum(len(shipped(year)) for year in YEARS)
