"""What a process keeps of calendar and rules, and that it notices whatever another one writes.

Today is Monday, 23 November 2026, 07.28 in Jakarta.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, insert, update

from integration import kept, people, schedules
from integration.audit import By
from integration.core import Hadir
from integration.kept import GROWING, Keeper
from integration.office_calendar import holiday, season, work_hours
from integration.presets import store as presets
from integration.presets.plan import TABLES
from integration.rulebook import store as rules
from integration.rulebook.tables import rule, rule_choice
from tests.cast import NIP
from tests.terminal import Terminal

ROOT = Path(__file__).parents[1]
SOON = timedelta(seconds=31)
CALENDAR = """
[[season]]
name = "ramadan"
first = 2028-01-28
last = 2028-02-25

[[hours]]
schedule = "standar"
weekdays = [0, 1, 2, 3]
start = "08:00"
end = "16:30"
break_minutes = 60
source = "SK Kepala 12/2026"
valid_from = 2027-01-01
"""
RULE = """
[[rule]]
kind = "attendance"
name = "kantor"
version = "1"
article = "SK Kepala 12/2026"
valid_from = 2026-11-01
[rule.content]
late = [{ code = "TL1", minutes = 1, percent = "0.5" }]
"""


@pytest.fixture
def terminal(hadir: Hadir) -> Iterator[Terminal]:
    """An administrator's; calendar and rules are put back afterwards."""
    yield Terminal(hadir.settings, hadir.clock)
    with hadir.database.write() as db:
        for table in (*TABLES, rule_choice, rule):
            db.execute(delete(table))
        presets.load(db)
        rules.load(db)


@pytest.fixture
def sees(hadir: Hadir, statements: list[str]) -> Callable[[timedelta], int]:
    """What a service that read everything at first knows so much later is what stands there; how many statements it took."""
    keeper = Keeper()
    with hadir.database.read() as db:
        keeper.kept(db, hadir.clock())

    def check(later: timedelta) -> int:
        now = hadir.clock() + later
        with hadir.database.read() as db:
            there = kept.read(db, now)
            statements.clear()
            known = keeper.kept(db, now)
            cost = len(statements)
        assert known.calendar == there.calendar
        assert replace(known.rules, read_at=now) == there.rules
        return cost

    return check


# Every command that writes any of it, one after the other; each changes something.
COMMANDS = (
    ("holidays", "add", "2026-12-14", "Hari Jadi Provinsi", "--kind", "regional"),
    ("holidays", "add", "2026-12-14", "Hari Jadi", "--kind", "regional"),
    ("holidays", "remove", "2026-12-14"),
    ("holidays", "remove", "2026-12-24"),
    ("db", "presets", "calendar.toml"),
    ("db", "presets", "moved.toml"),
    ("rules", "load", "rule.toml"),
    ("rules", "use", "attendance", "kantor", "--from", "2026-11-24"),
    ("rules", "load", "removed.toml"),
    ("people", "schedule", NIP["siti"], "sif-pagi", "--from", "2026-11-24"),
    ("people", "schedule", NIP["siti"], "--from", "2026-11-24", "--remove"),
    ("reevaluate", "--from", "2026-11-02", "--until", "2026-11-06", "--why", "SK terlambat"),
)


def test_a_running_service_notices_what_every_command_writes(
    hadir: Hadir, terminal: Terminal, sees: Callable[[timedelta], int], tmp_path: Path
) -> None:
    files = {
        "calendar.toml": CALENDAR,
        "moved.toml": CALENDAR.replace("2028-01-28", "2028-01-29").replace("16:30", "16:45"),
        "rule.toml": RULE,
        "removed.toml": RULE.replace("minutes = 1", "minutes = 5"),
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    with hadir.database.read() as db:
        before = kept.read(db, hadir.clock())
    for number, words in enumerate(COMMANDS, 1):
        done = terminal(*(str(tmp_path / word) if word in files else word for word in words))
        assert done.exit_code == 0, (words, done.output)
        assert sees(SOON * number) <= 3, words
        with hadir.database.read() as db:
            after = kept.read(db, hadir.clock())
        assert after != before, f"{words} changed nothing"
        before = after


def test_nothing_is_asked_while_it_is_fresh_and_one_thing_once_it_is_old(sees: Callable[[timedelta], int]) -> None:
    assert sees(timedelta(seconds=30)) == 0
    assert sees(SOON) == 1
    assert sees(SOON) == 0


def test_only_the_table_that_grew_is_read_again(hadir: Hadir, sees: Callable[[timedelta], int], statements: list[str]) -> None:
    with hadir.database.write() as db:
        by = By("terminal", "uji", hadir.clock())
        rules.choose(db, "attendance", "permentan-68-2012", None, date(2026, 11, 24), by)
    assert sees(SOON) == 2
    assert "FROM rule_choice" in statements[-1]


def test_a_row_that_is_taken_away_and_another_that_comes_in_its_place(hadir: Hadir, sees: Callable[[timedelta], int]) -> None:
    """Nothing of ours does so; an administrator might, and PostgreSQL gives the new row another number."""
    with hadir.database.write() as db:
        siti = people.search(db, NIP["siti"])[0]
        for day in (24, 25):
            schedules.put(db, siti, date(2026, 11, day), "sif-pagi", by="terminal", now=hadir.clock())
    sees(SOON)
    with hadir.database.write() as db:
        table = schedules.person_schedule
        db.execute(delete(table).where(table.c.valid_from == date(2026, 11, 24)))
        schedules.put(db, siti, date(2026, 11, 26), "sif-pagi", by="terminal", now=hadir.clock())
    sees(2 * SOON)


@pytest.mark.usefixtures("terminal")
def test_rows_that_were_changed_by_hand_are_noticed_after_a_while(hadir: Hadir) -> None:
    keeper = Keeper()
    with hadir.database.write() as db:
        keeper.kept(db, hadir.clock())
        db.execute(update(work_hours).values(source="dengan tangan"))
    with hadir.database.read() as db:
        keeper.kept(db, hadir.clock() + SOON)
        late = keeper.kept(db, hadir.clock() + kept.WHOLE + SOON)
    assert {row.source for rows in late.calendar.hours.values() for row in rows} == {"dengan tangan"}


def test_a_season_and_a_holiday_that_change_in_place(
    hadir: Hadir, terminal: Terminal, sees: Callable[[timedelta], int]
) -> None:
    with hadir.database.write() as db:
        db.execute(insert(season).values(name="ramadan", first=date(2030, 1, 6), last=date(2030, 2, 4)))
    sees(SOON)
    with hadir.database.write() as db:
        db.execute(update(season).where(season.c.first == date(2030, 1, 6)).values(last=date(2030, 2, 3)))
        db.execute(update(holiday).values(name="Libur"))
    assert sees(2 * SOON) == 1


def test_very_many_dated_schedules_are_not_kept(hadir: Hadir, sees: Callable[[timedelta], int]) -> None:
    with hadir.database.write() as db:
        siti = people.search(db, NIP["siti"])[0]
        row = {"person_id": siti.id, "schedule": "sif-pagi", "entered_at": hadir.clock(), "by": "terminal"}
        days = [date(2027, 1, 1) + timedelta(days=n) for n in range(2_001)]
        db.execute(insert(schedules.person_schedule), [row | {"valid_from": day} for day in days])
    assert sees(SOON) == 1
    with hadir.database.read() as db:
        assert kept.read(db, hadir.clock()).calendar.dated is None


# ---------------------------------------------------------------- who writes

_ONLY_ADDED = frozenset(table.name for table in GROWING)
# The modules that add to these tables; the commands above go through every one of them.
WRITERS = {"integration/rulebook/store.py", "integration/presets/store.py", "integration/schedules.py"}


def test_rows_of_the_growing_tables_are_only_ever_added_and_by_those_that_are_tried_above() -> None:
    written: dict[str, set[str]] = {}
    for path in (path for folder in ("integration", "plugins") for path in (ROOT / folder).rglob("*.py")):
        for call in (node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)):
            if _subjects(call) & _ONLY_ADDED:
                written.setdefault(_verb(call), set()).add(str(path.relative_to(ROOT)))
    assert written.get("update", set()) | written.get("delete", set()) == set()
    assert written["insert"] | {"integration/presets/store.py"} == WRITERS


def _verb(call: ast.Call) -> str:
    """What is called: `insert` of `insert(rule)`, of `rule.insert()`, of `insert_once(db, rule, row)`."""
    name = call.func.id if isinstance(call.func, ast.Name) else call.func.attr if isinstance(call.func, ast.Attribute) else ""
    return name.partition("_")[0]


def _subjects(call: ast.Call) -> set[str]:
    of = [call.func.value] if isinstance(call.func, ast.Attribute) else []
    names = [*of, *call.args[:2]]
    return {
        name.id if isinstance(name, ast.Name) else name.attr for name in names if isinstance(name, ast.Name | ast.Attribute)
    }
