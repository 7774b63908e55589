"""The shipped rules against the figures of the law, and which version of a rule rules a day. Today is 23 November 2026."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import delete, func, insert, select

from integration import people, schedules
from integration.audit import By
from integration.core import Hadir
from integration.people import Person
from integration.presets import store as presets
from integration.rulebook import Rules, read, store
from integration.rulebook.known import end_of_day
from integration.rulebook.tables import reevaluation, rule, rule_choice
from integration.workdays import DayPlan
from tests.cast import NIP, Clock, at

DAY = date(2026, 11, 23)
SHIPPED = {(row["kind"], row["name"], row["version"]): row for row in store.shipped()}


@pytest.fixture(autouse=True)
def _put_back(hadir: Hadir) -> Iterator[None]:
    yield
    with hadir.database.write() as db:
        db.execute(delete(rule))
        store.load(db)


def person(hadir: Hadir, username: str = "siti") -> Person:
    with hadir.database.read() as db:
        return people.search(db, NIP[username])[0]


def rules(hadir: Hadir) -> Rules:
    with hadir.database.read() as db:
        return read(db, hadir.clock())


def enter(hadir: Hadir, name: str, version: str, first: date, late: int, *, known: str, **more: Any) -> None:
    """A version whose first band begins at `late` minutes, so that it is told from others."""
    content = {"late": [{"code": "TL1", "minutes": late, "percent": "1"}]}
    row = {"kind": "attendance", "name": name, "version": version, "article": "SK", "valid_from": first, "content": content}
    with hadir.database.write() as db:
        db.execute(insert(rule).values(row | {"entered_at": at(known)} | more))


def choose(hadir: Hadir, name: str, first: date, *, known: str, unit_id: int | None = None) -> None:
    row = {"kind": "attendance", "name": name, "valid_from": first, "unit_id": unit_id, "entered_at": at(known)}
    with hadir.database.write() as db:
        db.execute(insert(rule_choice).values(row))


def band(hadir: Hadir, day: date, username: str = "siti") -> int:
    """From how many minutes on the rule of the day calls somebody late; 0 for the default rule, which has no bands."""
    late = rules(hadir).attendance(person(hadir, username), day)[1].late
    return late[0].minutes if late else 0


# ---------------------------------------------------------------- what is shipped


def test_every_shipped_rule_names_its_article_and_how_sure_it_is() -> None:
    of_law = [row for key, row in SHIPPED.items() if key[0] in ("attendance", "leave", "discipline", "rota")]
    assert [row["name"] for row in of_law if not (row["article"] and row["comment"])] == []


def bands(name: str, key: str) -> list[tuple[int, Decimal]]:
    return [(each["minutes"], Decimal(each["percent"])) for each in SHIPPED["attendance", name, "1"]["content"][key]]


@pytest.mark.parametrize(
    ("name", "expected", "none", "absent"),
    [
        ("permentan-68-2012", [(1, "0.5"), (31, "1"), (61, "1.5"), (91, "2")], "2", "4"),
        ("pmk-221-2021", [(91, "1"), (121, "1.25"), (151, "2.5")], "2.5", None),
        ("bgn-4-2025", [(1, "0.5"), (61, "1")], None, None),
    ],
)
def test_the_bands_of_the_presets(name: str, expected: list[tuple[int, str]], none: str | None, absent: str | None) -> None:
    """From the table in the domain's notes; minutes of PMK 221 are counted after 07:30, so 09:01 is the 91st."""
    wanted = [(minutes, Decimal(percent)) for minutes, percent in expected]
    assert bands(name, "late") == bands(name, "early") == wanted
    content = SHIPPED["attendance", name, "1"]["content"]
    for key in ("no_check_in", "no_check_out"):
        assert content.get(key, {}).get("percent") == none
    assert content.get("absent", {}).get("percent") == absent
    assert content["deducts"] is True


def test_nothing_is_deducted_until_a_preset_is_picked(hadir: Hadir) -> None:
    found, content = rules(hadir).attendance(person(hadir), DAY)
    assert (found.name, content.deducts, content.late) == ("dasar", False, ())
    assert content.weekly_minutes == {"": 2250, "ramadan": 1950}


def test_the_flexible_preset(hadir: Hadir) -> None:
    choose(hadir, "pmk-221-2021", DAY, known="2026-11-01T09:00+07:00")
    content = rules(hadir).attendance(person(hadir), DAY)[1]
    assert (content.flexible_minutes, content.stamps_from, content.stamps_until) == (90, time(5), time(23, 59))
    assert content.unmade is not None


@pytest.mark.parametrize(
    ("schedule", "week"),
    [("standar", 2250), ("layanan", 2250), ("pmk-221", 42 * 60 + 45), ("dinamis", 2250)],
)
def test_the_net_minutes_of_a_week(hadir: Hadir, schedule: str, week: int) -> None:
    assert sum(plan.minutes for plan in week_of(hadir, schedule, DAY)) == week


@pytest.mark.parametrize("schedule", ["standar", "layanan", "dinamis"])
def test_the_net_minutes_of_a_week_in_ramadan(hadir: Hadir, schedule: str) -> None:
    assert sum(plan.minutes for plan in week_of(hadir, schedule, date(2026, 2, 23))) == 1950


def week_of(hadir: Hadir, schedule: str, monday: date) -> list[DayPlan]:
    someone = replace(person(hadir), schedule=schedule)
    with hadir.database.read() as db:
        return list(hadir.workdays.plans(db, [someone], monday, monday + timedelta(days=6), hadir.clock()).values())


def test_dynamic_hours_owe_the_same_every_day(hadir: Hadir) -> None:
    week = week_of(hadir, "dinamis", DAY)
    assert [(plan.dynamic, plan.minutes) for plan in week[:5]] == [(True, 450)] * 5
    assert not any(plan.works for plan in week[5:])


def test_a_unit_that_serves_the_public_works_on_collective_leave_only(hadir: Hadir) -> None:
    christmas = week_of(hadir, "layanan", date(2026, 12, 21))
    assert [plan.works for plan in christmas] == [True, True, True, True, False, False, False]
    assert christmas[3].free == "" and christmas[4].free == "Hari Raya Natal"  # noqa: PT018


def test_leave_as_the_agency_grants_it(hadir: Hadir) -> None:
    types = {each.code: each for each in rules(hadir).leave(person(hadir), DAY)[1].types}
    annual, sick = types["tahunan"], types["sakit"]
    assert (annual.days, annual.service_months, annual.carry_over, annual.carry_over_unused) == (12, 12, 6, 12)
    assert (sick.days, sick.unit, sick.letter_after, sick.official_letter_after) == (365, "calendar", 0, 14)
    assert [(types[code].days, types[code].unit) for code in ("penting", "besar", "melahirkan")] == [
        (1, "month"),
        (3, "month"),
        (3, "month"),
    ]
    assert types["dinas"].needs_number


def test_discipline_is_the_governments_regulation(hadir: Hadir) -> None:
    content = rules(hadir).discipline(person(hadir), DAY)[1]
    assert [threshold.days for threshold in content.thresholds] == [3, 4, 7, 11, 14, 17, 21, 25, 28]
    assert content.in_a_row == 10


@pytest.mark.parametrize(
    ("name", "share"),
    [
        ("se-1-2024", "0.5"),
        ("layanan-langsung", "0"),
        *((f"se-6-2022-level-{level}", str(Decimal(level - 1) / 4)) for level in (1, 2, 3, 4)),
    ],
)
def test_how_many_may_be_away(name: str, share: str) -> None:
    assert Decimal(SHIPPED["rota", name, "1"]["content"]["away_share"]) == Decimal(share)


def test_dated_days_of_more_flexibility_end_again(hadir: Hadir) -> None:
    found = [rules(hadir).rota(1, date(2026, 3, day))[0].version for day in (13, 16, 17, 24, 25, 27, 30)]
    assert found == ["1", "se-2-2026", "se-2-2026", "1", "se-2-2026-2", "se-2-2026-2", "1"]


# ---------------------------------------------------------------- which version rules a day


def test_a_day_keeps_the_version_that_was_known_when_it_ended(hadir: Hadir) -> None:
    """Entered on Tuesday at 10.00 for all of November: Monday is over and keeps its rule, Tuesday does not."""
    choose(hadir, "kantor", date(2026, 11, 1), known="2026-11-24T10:00+07:00")
    enter(hadir, "kantor", "1", date(2026, 11, 1), 15, known="2026-11-24T10:00+07:00")
    assert [band(hadir, date(2026, 11, day)) for day in (2, 23, 24, 25)] == [0, 0, 15, 15]


def test_the_end_of_the_day_is_that_of_the_office(hadir: Hadir) -> None:
    """23.30 in Jakarta is 01.30 of the next day in Jayapura."""
    choose(hadir, "kantor", DAY, known="2026-11-23T23:30+07:00")
    enter(hadir, "kantor", "1", DAY, 15, known="2026-11-23T23:30+07:00")
    assert (band(hadir, DAY, "siti"), band(hadir, DAY, "yosef")) == (15, 0)
    assert end_of_day("Asia/Jayapura", DAY) == at("2026-11-24T00:00+09:00")


def test_a_version_that_begins_in_the_middle_of_a_month(hadir: Hadir) -> None:
    for version, first, late in (("1", date(2026, 11, 1), 15), ("2", date(2026, 11, 16), 30)):
        enter(hadir, "kantor", version, first, late, known="2026-10-30T10:00+07:00")
    choose(hadir, "kantor", date(2026, 11, 1), known="2026-10-30T10:00+07:00")
    assert [band(hadir, date(2026, 11, day)) for day in (2, 15, 16, 30)] == [15, 15, 30, 30]


def test_a_later_row_replaces_a_version_and_another_takes_it_back(hadir: Hadir) -> None:
    choose(hadir, "kantor", date(2026, 11, 1), known="2026-10-30T10:00+07:00")
    enter(hadir, "kantor", "1", date(2026, 11, 1), 15, known="2026-10-30T10:00+07:00")
    enter(hadir, "kantor", "1", date(2026, 11, 1), 20, known="2026-11-10T10:00+07:00")
    enter(hadir, "kantor", "1", date(2026, 11, 1), 20, known="2026-11-20T10:00+07:00", removed=True)
    assert [band(hadir, date(2026, 11, day)) for day in (9, 10, 19, 20)] == [15, 20, 20, 0]


def test_a_version_with_an_end_gives_the_days_back_to_the_one_before(hadir: Hadir) -> None:
    choose(hadir, "kantor", date(2026, 11, 1), known="2026-10-30T10:00+07:00")
    enter(hadir, "kantor", "1", date(2026, 11, 1), 15, known="2026-10-30T10:00+07:00")
    puncak = {"valid_until": date(2026, 11, 17)}
    enter(hadir, "kantor", "puncak", date(2026, 11, 16), 60, known="2026-10-30T10:00+07:00", **puncak)
    assert [band(hadir, date(2026, 11, day)) for day in (13, 16, 17, 18)] == [15, 60, 60, 15]


def test_a_units_choice_wins_until_it_is_given_up(hadir: Hadir) -> None:
    unit_id = person(hadir).unit_id
    enter(hadir, "kantor", "1", date(2026, 1, 1), 15, known="2026-01-01T10:00+07:00")
    enter(hadir, "bidang", "1", date(2026, 1, 1), 45, known="2026-01-01T10:00+07:00")
    choose(hadir, "kantor", date(2026, 1, 1), known="2026-01-01T10:00+07:00")
    choose(hadir, "bidang", date(2026, 6, 1), known="2026-05-01T10:00+07:00", unit_id=unit_id)
    choose(hadir, "", date(2026, 9, 1), known="2026-08-01T10:00+07:00", unit_id=unit_id)
    assert [band(hadir, date(2026, month, 3)) for month in (5, 6, 9)] == [15, 45, 15]
    assert band(hadir, date(2026, 6, 3), "rina") == 15


def test_days_before_every_rule_and_after_the_last_have_one_all_the_same(hadir: Hadir) -> None:
    choose(hadir, "kantor", date(2026, 1, 1), known="2026-01-01T10:00+07:00")
    enter(hadir, "kantor", "1", date(2026, 1, 1), 15, known="2026-01-01T10:00+07:00", valid_until=date(2026, 3, 31))
    found = [rules(hadir).attendance(person(hadir), day)[0].name for day in (date(2019, 5, 6), date(2026, 3, 31), DAY)]
    assert found == ["dasar", "kantor", "dasar"]


@pytest.mark.parametrize("whose", ["everybody", "unit", "person"])
def test_a_reevaluation_judges_its_days_and_its_people_by_what_is_known_now(hadir: Hadir, whose: str) -> None:
    choose(hadir, "kantor", date(2026, 11, 1), known="2026-11-20T10:00+07:00")
    enter(hadir, "kantor", "1", date(2026, 11, 1), 15, known="2026-11-20T10:00+07:00")
    siti = person(hadir)
    scope = {"unit": {"unit_id": siti.unit_id}, "person": {"person_id": siti.id}}.get(whose, {})
    span = {"first": date(2026, 11, 4), "last": date(2026, 11, 5), "at": at("2026-11-21T08:00+07:00")}
    with hadir.database.write() as db:
        db.execute(insert(reevaluation).values(span | scope | {"actor": "terminal", "reason": "SK terlambat"}))
    assert [band(hadir, date(2026, 11, day)) for day in (3, 4, 5, 6, 20)] == [0, 15, 15, 0, 15]
    assert band(hadir, date(2026, 11, 4), "rina") == (15 if whose == "everybody" else 0)
    assert band(hadir, date(2026, 11, 4), "dewi") == (0 if whose == "person" else 15)


def test_an_upgrade_brings_rules_that_change_no_day_that_is_over(hadir: Hadir) -> None:
    with hadir.database.write() as db:
        db.execute(delete(rule).where(rule.c.name == "pmk-221-2021"))
        assert store.load(db, hadir.clock()) == 1
        assert store.load(db, hadir.clock()) == 0
    choose(hadir, "pmk-221-2021", date(2026, 11, 1), known="2026-11-01T09:00+07:00")
    assert [band(hadir, date(2026, 11, day)) for day in (20, 22, 23)] == [0, 0, 91]


def test_an_upgrade_does_not_end_an_administrators_version(hadir: Hadir) -> None:
    enter(hadir, "dasar", "kantor", date(2023, 1, 2), 15, known="2023-01-02T09:00+07:00")
    with hadir.database.write() as db:
        db.execute(
            delete(rule).where(rule.c.name.in_(("dasar", "se-19-2020")), rule.c.version == "1", rule.c.kind != "compliance")
        )
        assert store.load(db, hadir.clock()) == 1  # `dasar` is the office's own now
    assert band(hadir, DAY) == 15


def test_a_new_database_knows_its_rules_from_the_beginning(hadir: Hadir) -> None:
    with hadir.database.write() as db:
        db.execute(delete(rule))
        store.load(db, hadir.clock())
        assert db.scalar(select(func.count()).select_from(rule).where(rule.c.entered_at.is_not(None))) == 0


# ---------------------------------------------------------------- by which schedule somebody works


def hours(hadir: Hadir, *days: int) -> list[str]:
    hadir.workdays.forget()
    siti = person(hadir)
    with hadir.database.read() as db:
        plans = hadir.workdays.plans(db, [siti], date(2026, 11, 1), date(2026, 12, 31), hadir.clock())
    found = [plans[siti.id, date(2026, 11, 1) + timedelta(days=day - 1)] for day in days]
    return [plan.schedule if plan.works else "" for plan in found]


def put(hadir: Hadir, day: int, schedule: str, known: str, *, removed: bool = False) -> None:
    siti = person(hadir)
    with hadir.database.write() as db:
        schedules.put(db, siti, date(2026, 11, day), schedule, by="terminal", now=at(known), removed=removed)


def test_two_schedules_in_one_month(hadir: Hadir) -> None:
    put(hadir, 9, "sif-pagi", "2026-11-05T09:00+07:00")
    put(hadir, 23, "", "2026-11-05T09:00+07:00")
    assert hours(hadir, 6, 9, 20, 22, 23) == ["standar", "sif-pagi", "sif-pagi", "sif-pagi", "standar"]


def test_a_schedule_that_is_entered_late_changes_no_day_that_is_over(hadir: Hadir) -> None:
    put(hadir, 9, "sif-pagi", "2026-11-20T09:00+07:00")
    assert hours(hadir, 9, 19, 20, 23) == ["standar", "standar", "sif-pagi", "sif-pagi"]
    with hadir.database.write() as db:
        store.reevaluate(db, date(2026, 11, 9), date(2026, 11, 10), None, person(hadir).id, by(hadir.clock()))
    assert hours(hadir, 9, 10, 11) == ["sif-pagi", "sif-pagi", "standar"]


def test_a_schedule_is_taken_back_from_then_on(hadir: Hadir) -> None:
    put(hadir, 9, "sif-pagi", "2026-11-05T09:00+07:00")
    put(hadir, 9, "sif-pagi", "2026-11-12T09:00+07:00", removed=True)
    assert hours(hadir, 9, 11, 12, 13) == ["sif-pagi", "sif-pagi", "standar", "standar"]


def by(now: datetime) -> By:
    return By("terminal", "SK terlambat", now)


def test_plans_cost_no_statement_while_the_calendar_is_fresh(hadir: Hadir, statements: list[str], clock: Clock) -> None:
    """Also with dated schedules; beyond so many of them it is one, whatever the number of people."""
    put(hadir, 9, "sif-pagi", "2026-11-05T09:00+07:00")
    siti = person(hadir)

    def cost() -> int:
        hadir.workdays.forget()
        with hadir.database.read() as db:
            hadir.workdays.by_schedule(db, [siti], DAY, DAY, clock())
            statements.clear()
            plans = hadir.workdays.by_schedule(db, [siti] * 30, DAY, DAY, clock())
        assert plans[siti.id, DAY].schedule == "sif-pagi"
        return len(statements)

    assert cost() == 0
    with hadir.database.write() as db:
        many = [{"person_id": siti.id, "valid_from": DAY, "schedule": "sif-pagi", "entered_at": clock(), "by": "t"}] * 2001
        db.execute(insert(schedules.person_schedule), many)
    assert cost() == 1


def test_the_shipped_hours_say_every_day() -> None:
    named = {
        (wanted.row["schedule"], wanted.row["season"], wanted.row["weekday"])
        for wanted in presets.shipped()
        if "schedule" in wanted.row
    }
    for schedule, season, _ in named:
        assert {weekday for name, of, weekday in named if (name, of) == (schedule, season)} >= set(range(5))
