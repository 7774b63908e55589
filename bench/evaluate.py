"""`python -m bench.evaluate [--rounds N]`: times the judging of a month and writes bench/EVALUATION.md.

What is timed is the way of a recap: plans, events, rules and outages are read, every day is judged, months are added up.
The ceiling beside it, in the same round: the same events are read, and nothing is made of them.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from sqlalchemy import event, select, text

from bench import data
from bench.machine import Machine, databases, memory, over, ratio
from integration import people
from integration.app import assemble
from integration.core import Hadir
from integration.people import Person
from integration.plugin import Work
from integration.rulebook.tables import rule_choice
from integration.settings import load
from plugins.hadir import recap
from plugins.hadir.tables import attendance_event

PEOPLE = 10_000
MONTH = date(2026, 10, 1)
NOW = datetime(2026, 11, 20, 3, tzinfo=UTC)
RULES = ("dasar", "permentan-68-2012", "pmk-221-2021")
RESULTS = Path(__file__).parent / "EVALUATION.md"


@dataclass(frozen=True, slots=True)
class Row:
    """Of every round: `everyone` is seconds on the clock, `cpu` of this process, `reading` those of the ceiling. `one` is one
    person's month in milliseconds.
    """

    database: str
    rule: str
    everyone: tuple[float, ...]
    cpu: tuple[float, ...]
    reading: tuple[float, ...]
    one: tuple[float, ...]
    statements: int
    days: int


def measure(name: str, url: str, rounds: int, home: Path) -> Iterator[Row]:
    """Rows of one database that holds the people of `data` and no events yet."""
    hadir = assemble(load({}, database_url=url, secret_key="b" * 64, home=home))
    _add_month(hadir)
    for rule in RULES:
        _choose(hadir, rule)
        yield _row(hadir, name, rule, rounds)
    hadir.database.dispose()


def _row(hadir: Hadir, name: str, rule: str, rounds: int) -> Row:
    with hadir.database.read() as db:
        team = people.fetch(db, people.people_query().where(people.person.c.id <= PEOPLE))
        work = Work(db=db, now=NOW, settings=hadir.settings, workdays=hadir.workdays, catalogues=hadir.catalogues)
        seen: list[str] = []

        def note(*said: object) -> None:
            seen.append(str(said[2]))

        event.listen(hadir.database.engine, "before_cursor_execute", note)
        days = _judged(work, team)
        event.remove(hadir.database.engine, "before_cursor_execute", note)
        both = [(_seconds(lambda: _judged(work, team)), _seconds(lambda: _only_read(work, team))) for _ in range(rounds)]
        one = [statistics.median(_seconds(lambda: _judged(work, team[:1]))[0] for _ in range(20)) for _ in range(rounds)]
    everyone, cpu, reading = zip(*((clock, busy, floor) for (clock, busy), (floor, _) in both), strict=True)
    return Row(name, rule, everyone, cpu, reading, tuple(each * 1000 for each in one), len(seen), days)


def _judged(work: Work, team: Sequence[Person]) -> int:
    """How many days were judged; no month is kept."""
    return sum(len(someone.lines) for someone in recap.each(work, team, MONTH))


def _only_read(work: Work, team: Sequence[Person]) -> int:
    """How many events of these people the month has, read in the same portions and columns."""
    event, count = attendance_event.c, 0
    last = MONTH + timedelta(days=30)
    for start in range(0, len(team), recap.AT_ONCE):
        ids = [person.id for person in team[start : start + recap.AT_ONCE]]
        columns = (event.id, event.person_id, event.day, event.kind, event.at, event.place, event.note, event.source)
        query = select(*columns).where(text("active"), event.person_id.in_(ids), event.day.between(MONTH, last))
        count += len(work.db.execute(query).all())
    return count


def _seconds(act: Callable[[], object]) -> tuple[float, float]:
    """On the clock, and of this process."""
    began, busy = time.perf_counter(), time.process_time()
    act()
    return time.perf_counter() - began, time.process_time() - busy


def _choose(hadir: Hadir, rule: str) -> None:
    with hadir.database.write() as db:
        db.execute(rule_choice.delete())
        db.execute(rule_choice.insert().values(kind="attendance", name=rule, valid_from=date(2026, 1, 1)))
    hadir.workdays.forget()


def _add_month(hadir: Hadir) -> None:
    """Working days of the month, of everybody: every seventh comes late, every ninth leaves early, every 30th is absent."""
    with hadir.database.write() as db:
        for number in range(31):
            day = MONTH + timedelta(days=number)
            if day.weekday() < 5:
                db.execute(text(_DAY[db.dialect.name]), {"day": day, "text": day.isoformat(), "n": number, "people": PEOPLE})
    with hadir.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as db:
        db.execute(text("ANALYZE"))


_COLUMNS = "(person_id, day, kind, at, place, note, source, platform, recorded_at, active)"
_LATE = r"CASE WHEN (id + :n) % 7 = 0 THEN '00\:52' ELSE '00\:2' || ((id + :n) % 10) END"
_LEFT = r"CASE WHEN (id + :n) % 9 = 0 THEN '08\:40' ELSE '09\:3' || ((id + :n) % 10) END"
_TIME = rf"(:text || ' ' || CASE kind WHEN 'in' THEN {_LATE} ELSE {_LEFT} END || '\:00.000000')"


def _day(instant: str) -> str:
    return f"""
INSERT INTO attendance_event {_COLUMNS}
SELECT id, :day, kind, {instant}, CASE WHEN kind = 'in' THEN 'wfo' ELSE '' END, '', 'chat', 'mattermost', {instant}, true
FROM person CROSS JOIN (SELECT 'in' AS kind UNION ALL SELECT 'out' AS kind) AS kinds
WHERE id <= :people AND (id + :n) % 30 != 0
"""  # noqa: S608  # only words of this file


_DAY = {"sqlite": _day(_TIME), "postgresql": _day(f"CAST({_TIME} || '+00' AS timestamptz)")}


# ---------------------------------------------------------------- the report


def line(row: Row) -> str:
    ceiling = f"{over(row.reading)} | {over(ratio(row.everyone, row.reading))}"
    return (
        f"| {row.database} | {row.rule} | {row.days:,} | {over(row.everyone)} | {over(row.cpu)} | {ceiling} "
        f"| {over(row.one)} | {row.statements} |"
    )


def report(machine: Machine, rows: Sequence[Row], rounds: int) -> str:
    shown = "\n".join(map(line, rows))
    return f"""# Judging a month

{machine.made("python -m bench evaluate", "sqlalchemy", "psycopg", "pydantic")}

{PEOPLE:,} people, October 2026: plans, events, rules and outages are read, every day is judged with its reasons, and every
month added up, as for a recap; one process. *Reading alone* reads the same events in the same portions and makes nothing of
them. {rounds} rounds; figures are medians, in brackets the range. Peak memory {memory():.0f} MB.

| database | rule | days judged | everyone, s | of it this process, s | reading alone, s | ratio | one person, ms | statements |
|---|---|---|---|---|---|---|---|---|
{shown}

Goals: everyone in under 10 s, one person in under 20 ms.
"""


def run(urls: dict[str, str], rounds: int, home: Path) -> str:
    """Measure on empty databases; the report."""
    machine = Machine()
    rows: list[Row] = []
    for name, url in urls.items():
        hadir = assemble(load({}, database_url=url, secret_key="b" * 64, home=home))
        data.settle(hadir.database)
        hadir.database.dispose()
        for row in measure(name, url, rounds, home):
            print(line(row), flush=True)
            rows.append(row)
    return report(machine, rows, rounds)


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench.evaluate", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="hadir-bench-") as folder, databases(Path(folder)) as urls:
        RESULTS.write_text(run(urls, options.rounds, Path(folder)), encoding="utf-8")


if __name__ == "__main__":
    main()
