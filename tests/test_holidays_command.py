"""`hadir holidays`: days off of administrator, files and library. Today is Monday, 23 November 2026, 07.28 in Jakarta."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from sqlalchemy import delete, select

from integration import audit, people
from integration.core import Hadir
from integration.presets import days_off, library, store
from integration.presets.plan import TABLES
from tests.cast import NIP
from tests.terminal import Terminal


@pytest.fixture
def terminal(hadir: Hadir) -> Iterator[Terminal]:
    """The calendar is put back afterwards."""
    yield Terminal(hadir.settings, hadir.clock)
    with hadir.database.write() as db:
        for table in TABLES:
            db.execute(delete(table))
        store.load(db)


def free(hadir: Hadir, day: str, schedule: str = "") -> str | None:
    """Why nobody works on a day; None if they do."""
    hadir.workdays.forget()
    with hadir.database.write() as db:
        db.execute(people.person.update().where(people.person.c.nip == NIP["siti"]).values(schedule=schedule))
        plan = hadir.workdays.plan(db, people.search(db, NIP["siti"])[0], date.fromisoformat(day), hadir.clock())
    return None if plan.works else plan.free


def audited(hadir: Hadir) -> list[Any]:
    with hadir.database.read() as db:
        return list(db.execute(select(audit.audit).where(audit.audit.c.action.like("presets.%")).order_by(audit.audit.c.id)))


# ---------------------------------------------------------------- looking


def test_the_list_says_where_each_day_comes_from(terminal: Terminal) -> None:
    terminal("holidays", "add", "2026-12-14", "Hari Jadi Provinsi", "--kind", "regional")
    terminal("holidays", "remove", "2026-12-24")
    lines = terminal("holidays", "list").stdout.splitlines()
    day = {line.split()[0]: " ".join(line.split()) for line in lines}
    assert day["2026-12-14"] == "2026-12-14 Mon Hari Jadi Provinsi regional administrator"
    assert day["2026-12-24"] == "2026-12-24 Thu a working day after all administrator"
    assert day["2026-12-25"] == "2026-12-25 Fri Hari Raya Natal national holidays-2026.toml"
    assert lines[-1] == "17 national, 7 collective, 1 regional"


def test_a_year_without_a_file_is_known_from_the_library(hadir: Hadir, terminal: Terminal) -> None:
    said = terminal("holidays", "list", "--year", "2028")
    assert f"library holidays {library.version()}" in said.stdout
    assert "no collective leave (cuti bersama) of 2028 is known" in said.stderr
    assert free(hadir, "2028-08-17") == "Hari Kemerdekaan Republik Indonesia"
    found = terminal.data("holidays", "list", "--year", "2024")
    assert {row["kind"] for row in found["holidays"]} == {"national", "collective"}


def test_differences_between_file_and_library_are_pointed_out(terminal: Terminal) -> None:
    assert terminal.data("holidays", "list", "--year", "2026")["differences"] == []
    assert days_off.differing({date(2026, 1, 2): ("A", "office")}, {date(2026, 1, 3): ("B", "national")}) == [
        "2026-01-02 (A) is in holidays-2026.toml only",
        "2026-01-03 (B) is known to the library only",
    ]
    same_day = date(2026, 1, 2)
    assert days_off.differing({same_day: ("A", "collective")}, {same_day: ("A", "national")}) == [
        "2026-01-02 (A) is collective in holidays-2026.toml, national in the library"
    ]


def test_the_categories_of_the_library() -> None:
    """PUBLIC is its default; collective leave is GOVERNMENT and has to be asked for."""
    kinds = [kind for _, kind in library.days(2026).values()]
    assert (kinds.count("national"), kinds.count("collective")) == (17, 8)


# ---------------------------------------------------------------- adding


def test_a_day_off_of_ones_own(hadir: Hadir, terminal: Terminal) -> None:
    said = terminal("holidays", "add", "2026-12-14", "Hari Jadi Provinsi", "--kind", "regional")
    assert said.stdout == (
        "2026-12-14 Mon: Hari Jadi Provinsi (regional). Person-days that become free: 9. "
        "Running services notice within 30 seconds.\n"
    )
    assert free(hadir, "2026-12-14") == "Hari Jadi Provinsi"
    assert free(hadir, "2026-12-14", "sif-pagi") is None
    [row] = audited(hadir)
    assert (row.action, row.object, row.after["name"]) == ("presets.added", "holiday:2026-12-14", "Hari Jadi Provinsi")


def test_twice_the_same_changes_nothing(hadir: Hadir, terminal: Terminal) -> None:
    for _ in range(2):
        said = terminal("holidays", "add", "2026-12-14", "Hari Jadi")
    assert said.stdout == "2026-12-14 Mon is Hari Jadi (office, administrator) already; nothing changed.\n"
    assert len(audited(hadir)) == 1


def test_another_name_for_a_day(hadir: Hadir, terminal: Terminal) -> None:
    said = terminal("holidays", "add", "2026-12-25", "Natal", "--kind", "office")
    assert "2026-12-25 Fri was Hari Raya Natal (national, holidays-2026.toml); it gets another name or kind" in said.stdout
    assert "become free: 0" in said.stdout
    assert free(hadir, "2026-12-25") == "Natal"


def test_a_holiday_that_is_declared_late_counts(hadir: Hadir, terminal: Terminal) -> None:
    said = terminal("holidays", "add", "2026-11-18", "Libur Pilkada")
    assert "that day is over; holidays are facts" in said.stderr
    assert free(hadir, "2026-11-18") == "Libur Pilkada"


def test_a_weekend_is_said_to_be_one(terminal: Terminal) -> None:
    said = terminal("holidays", "add", "2026-12-13", "Hari Jadi")
    assert "become free: 0" in said.stdout
    assert "it is a weekend" in said.stderr


def test_a_dry_run_changes_nothing(hadir: Hadir, terminal: Terminal) -> None:
    assert "become free: 9. Dry run: nothing was changed." in terminal("holidays", "add", "2026-12-14", "X", "--dry-run").stdout
    assert "become working days: 9. Dry run" in terminal("holidays", "remove", "2026-12-24", "--dry-run").stdout
    assert (free(hadir, "2026-12-14"), free(hadir, "2026-12-24")) == (None, "Cuti Bersama Hari Raya Natal")
    assert audited(hadir) == []


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("add", "2026-02-30", "X"), "2026-02-30 is no date: that month has 28 days"),
        (("add", "besok", "X"), "besok is no date; write year, month and day like 2026-12-24"),
        (("add", "24-12-2026", "X"), "24-12-2026 is no date; write year, month"),
        (("add", "2206-12-24", "X"), "is that a typing error?"),
        (("add", "2026-12-14"), "give it a NAME"),
        (("add", "2026-12-14", " "), "give the holiday a name"),
        (("add", "2026-12-14", "x" * 201), "up to 200 characters"),
        (("add", "2026-12-14", "X", "--kind", "libur"), "'libur' is not one of"),
        (("remove", "2026-12-14"), "2026-12-14 Mon is no holiday; nothing to remove. The nearest is 2026-12-24 Thu"),
    ],
)
def test_what_makes_no_sense_is_refused_with_the_cure(
    hadir: Hadir, terminal: Terminal, words: tuple[str, ...], told: str
) -> None:
    said = terminal("holidays", *words)
    assert said.exit_code != 0
    assert told in said.stderr
    assert audited(hadir) == []


# ---------------------------------------------------------------- removing


def test_a_day_of_ones_own_goes(hadir: Hadir, terminal: Terminal) -> None:
    terminal("holidays", "add", "2026-12-14", "Hari Jadi")
    said = terminal("holidays", "remove", "2026-12-14")
    assert "2026-12-14 Mon is no holiday any more (Hari Jadi). Person-days that become working days: 9." in said.stdout
    assert free(hadir, "2026-12-14") is None
    assert [row.action for row in audited(hadir)] == ["presets.added", "presets.removed"]


@pytest.mark.parametrize(("day", "name"), [("2026-12-24", "Cuti Bersama Hari Raya Natal"), ("2028-12-25", "Hari Raya Natal")])
def test_a_day_of_file_or_library_is_overridden_and_comes_back(hadir: Hadir, terminal: Terminal, day: str, name: str) -> None:
    terminal("holidays", "remove", day)
    assert free(hadir, day) is None
    with hadir.database.write() as db:
        assert store.load(db, hadir.clock()) == 0  # an upgrade does not bring it back
    assert free(hadir, day) is None
    again = terminal("holidays", "remove", day)
    assert (again.exit_code, "a working day after all already" in again.stderr) == (1, True)
    assert terminal("holidays", "add", day).exit_code == 0  # its name is known
    assert free(hadir, day) == name
