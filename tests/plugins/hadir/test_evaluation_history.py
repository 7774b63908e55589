"""Days judged through the database: rules, hours, holidays and outages that are entered at some time for some days.

November 2026; Siti comes at 07:46 and leaves at 16:00 every working day from the 9th to the 20th. Now it is the 24th.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from integration import people
from integration.outages import outage
from integration.plugin import Work
from integration.rulebook.tables import reevaluation, rule, rule_choice
from integration.workdays import holiday, person_schedule, work_hours
from plugins.hadir import recap
from plugins.hadir.evaluation.results import EXCUSES
from tests.cast import NIP, at
from tests.post import change, person_id

NOVEMBER = date(2026, 11, 1)
WEEKS = [date(2026, 11, day) for day in (9, 10, 11, 12, 13, 16, 17, 18, 19, 20)]
FIRST, SECOND = WEEKS[:5], WEEKS[5:]
ABSENT = date(2026, 11, 23)
EARLY = at("2026-11-01T00:00+07:00")


@pytest.fixture(autouse=True)
def _worked(hadir, chat, clock):
    for day in WEEKS:
        chat("siti").says("/hadir masuk", at=at(f"{day}T07:46+07:00"))
        chat("siti").says("/hadir pulang", at=at(f"{day}T16:00+07:00"))
    clock.now = at("2026-11-24T09:00+07:00")


@pytest.fixture
def enter(hadir):
    def into(table, **values):
        with hadir.database.write() as db:
            db.execute(table.insert().values(values))
        hadir.workdays.forget()

    return into


@pytest.fixture
def results(hadir):
    """Siti's results by day; `of` are the days, all that are judged without it."""

    def read(of=None, username="siti"):
        with hadir.database.read() as db:
            [found] = recap.months(_work(hadir, db), people.search(db, NIP[username]), NOVEMBER)
        return {line.day: line.result for line in found.lines if of is None or line.day in of}

    return read


def _work(hadir, db):
    return Work(db=db, now=hadir.clock(), settings=hadir.settings, workdays=hadir.workdays, catalogues=hadir.catalogues)


def version(name: str, percent: str, since: date, entered) -> dict:
    content = {"deducts": True, "late": [{"code": f"TL-{name}", "minutes": 1, "percent": percent}]}
    row = {"kind": "attendance", "name": "kantor", "version": name, "article": f"SK {name}", "content": content}
    return row | {"valid_from": since, "entered_at": entered}


def choose(entered=EARLY, since=NOVEMBER, name="kantor") -> dict:
    return {"kind": "attendance", "name": name, "valid_from": since, "entered_at": entered}


def bands(results) -> list[str]:
    return [" ".join(result.bands) for result in results.values()]


@pytest.fixture(autouse=True)
def _no_rules_left(database_url, hadir):
    """Rules outlive a test on PostgreSQL."""
    yield
    with hadir.database.write() as db:
        db.execute(rule.delete().where(rule.c.name == "kantor"))
        db.execute(work_hours.delete().where(work_hours.c.source == "SE 9"))
        db.execute(holiday.delete().where(holiday.c.day.in_(WEEKS)))


# ---------------------------------------------------------------- rules


def test_a_rule_that_changes_mid_month_touches_exactly_its_days(enter, results):
    enter(rule, **version("1", "1", NOVEMBER, EARLY))
    enter(rule_choice, **choose())
    before = results()
    enter(rule, **version("2", "3", SECOND[0], at("2026-11-14T10:00+07:00")))
    after = results()
    assert {day for day in before if before[day] != after[day]} == {*SECOND, ABSENT}
    assert bands(results(WEEKS)) == ["TL-1"] * 5 + ["TL-2"] * 5
    assert {after[day].reasons[1].version for day in SECOND} == {"2"}
    assert sum(result.deduction for result in after.values()) == 5 * Decimal(1) + 5 * Decimal(3)


def test_a_past_day_keeps_its_version_until_it_is_judged_anew_on_purpose(enter, results):
    enter(rule, **version("1", "1", NOVEMBER, EARLY))
    enter(rule_choice, **choose())
    before = results()
    enter(rule, **version("2", "3", NOVEMBER, at("2026-11-24T08:00+07:00")))
    assert results() == before
    enter(
        reevaluation,
        first=FIRST[1],
        last=FIRST[2],
        at=at("2026-11-24T08:30+07:00"),
        actor="terminal:agus",
        reason="SK 2 berlaku surut",
    )
    after = results()
    assert {day for day in before if before[day] != after[day]} == set(FIRST[1:3])
    assert after[FIRST[1]].bands == ("TL-2",)


def test_another_rule_for_one_unit_leaves_the_others_alone(hadir, enter, results, chat):
    for day in WEEKS:
        chat("rina").says("/hadir masuk", at=at(f"{day}T07:46+07:00"))
        chat("rina").says("/hadir pulang", at=at(f"{day}T16:00+07:00"))
    with hadir.database.read() as db:
        [siti] = people.search(db, NIP["siti"])
    enter(rule, **version("1", "1", NOVEMBER, EARLY))
    enter(rule_choice, unit_id=siti.unit_id, **choose())
    assert bands(results(WEEKS)) == ["TL-1"] * 10
    assert bands(results(WEEKS, "rina")) == [""] * 10


def test_judging_twice_and_in_parts_is_the_same(hadir, enter):
    enter(rule, **version("1", "1", SECOND[0], EARLY))
    enter(rule_choice, **choose())
    with hadir.database.read() as db:
        work, team = _work(hadir, db), people.search(db, NIP["siti"])
        whole = recap.days(work, team, WEEKS[0], WEEKS[-1])[team[0].id]
        parts = [
            *recap.days(work, team, WEEKS[0], WEEKS[3])[team[0].id],
            *recap.days(work, team, FIRST[4], WEEKS[-1])[team[0].id],
        ]
        single = [recap.day(work, team[0], line.day) for line in whole]
    assert whole == parts == single


# ---------------------------------------------------------------- hours, schedules, holidays


def test_a_holiday_that_is_declared_late_frees_exactly_its_day(enter, results, hadir):
    before = results()
    enter(holiday, day=FIRST[2], name="Pilkada", kind="national")
    after = results()
    assert {day for day in before if before[day] != after[day]} == {FIRST[2]}
    free = after[FIRST[2]]
    assert (free.word, free.late, free.due, free.came, free.worked) == ("hadir", 0, False, True, 494)  # a day off has no break


def test_two_schedules_in_one_month(hadir, enter, results):
    row = {"person_id": person_id(hadir, "siti"), "schedule": "sif-pagi", "by": "terminal:agus"}
    enter(person_schedule, valid_from=SECOND[0], entered_at=at("2026-11-14T10:00+07:00"), **row)
    after = results(WEEKS)
    assert [result.late for result in after.values()] == [16] * 5 + [106] * 5
    assert [result.early for result in after.values()] == [0, 0, 0, 0, 30] + [0] * 5  # Fridays end at 16:30
    assert {result.reasons[0].rule for result in results(SECOND).values()} == {"sif-pagi"}


def test_hours_that_change_mid_month(enter, results):
    row = {"schedule": "standar", "season": "", "start": 480, "end": 990, "break_minutes": 60, "on_holidays": False}
    for weekday in range(5):
        enter(work_hours, weekday=weekday, source="SE 9", valid_from=SECOND[0], entered_at=at("2026-11-14T10:00+07:00"), **row)
    after = results(WEEKS)
    assert [result.late for result in after.values()] == [16] * 5 + [0] * 5
    assert {result.reasons[0].version for result in results(SECOND).values()} == {"2026-11-16"}


def test_the_shipped_hours_are_those_of_the_regulation(hadir):
    """Perpres 21/2023: 07:30–16:00 and on Friday to 16:30, in Ramadan 08:00–15:00 and to 15:30; 450 and 390 minutes net."""
    table = {
        date(2026, 11, 23): ("07:30", "16:00", 60, 450),
        date(2026, 11, 27): ("07:30", "16:30", 90, 450),
        date(2026, 2, 23): ("08:00", "15:00", 30, 390),
        date(2026, 2, 27): ("08:00", "15:30", 60, 390),
    }
    with hadir.database.read() as db:
        [siti] = people.search(db, NIP["siti"])
        plans = {day: hadir.workdays.plan(db, siti, day, hadir.clock()) for day in table}
    found = {d: (f"{p.start:%H:%M}", f"{p.end:%H:%M}", p.break_minutes, p.minutes) for d, p in plans.items()}
    assert found == table


# ---------------------------------------------------------------- outages, dynamic hours, totals


def test_an_outage_of_the_morning_excuses_whoever_came_after_it(enter, results, hadir):
    before = results()
    morning = {"first": at("2026-11-16T07:00+07:00"), "last": at("2026-11-16T07:40+07:00")}
    enter(outage, source="heartbeat", entered_by="hadir", entered_at=at("2026-11-16T07:40+07:00"), **morning)
    after = results()
    assert {day for day in before if before[day] != after[day]} == {date(2026, 11, 16)}
    excused = after[date(2026, 11, 16)]
    assert (excused.word, excused.late, excused.outage) == ("hadir", 0, (morning["first"], morning["last"]))


def test_dynamic_hours_come_to_weeks(hadir, results):
    change(hadir, "siti", schedule="dinamis")
    with hadir.database.read() as db:
        [found] = recap.months(_work(hadir, db), people.search(db, NIP["siti"]), NOVEMBER)
    weeks = {week.first: (week.owed, week.worked, week.short, week.over) for week in found.weeks}
    assert weeks[FIRST[0]] == (2250, 4 * 434 + 404, 110, True)  # Friday's break is longer
    assert weeks[date(2026, 11, 23)][2:] == (0, False)
    assert {result.late for result in results(WEEKS).values()} == {0}
    assert found.totals.short_minutes == 2250 + 110 + 110  # the first week without any record


def test_totals_count_what_happened(hadir, enter, results):
    enter(rule, **version("1", "1", NOVEMBER, EARLY))
    enter(rule_choice, **choose())
    siti = person_id(hadir, "siti")

    def provide(request):
        days = {FIRST[0]: "cuti", FIRST[1]: "sakit", date(2026, 11, 23): "dinas"}
        known = {(siti, day): word for day, word in days.items() if (siti, day) in request.plans}
        return {key: replace(request.plans[key], excuse=word) for key, word in known.items()}

    hadir.workdays.providers = (*hadir.workdays.providers, provide)
    with hadir.database.read() as db:
        [found] = recap.months(_work(hadir, db), people.search(db, NIP["siti"]), NOVEMBER)
    totals = found.totals
    assert (totals.came, totals.late, totals.late_minutes) == (10, 8, 128)
    assert dict(zip(EXCUSES, totals.kinds, strict=True)) == {"izin": 0, "sakit": 0, "cuti": 0, "dinas": 1, "tugas_belajar": 0}
    assert (totals.away, totals.deduction, totals.bands) == (1, Decimal(8), (("TL-1", 8),))
    assert totals.owed == 450 * (totals.due - 3)
