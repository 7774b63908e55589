"""`python -m bench.reports [--people N]`: the office's month as workbook, PDF and dataset, beside what the writers alone need.

*Writer alone* writes the same cells with the same formats, kept in lists before the clock starts; no judging, no database.
Every figure comes from a process of its own, so that its memory is its own. Writes bench/REPORTS.md.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import xlsxwriter
from sqlalchemy import text

from bench.machine import Machine, memory, over, ratio
from integration import people, schema
from integration.app import assemble
from integration.core import Hadir
from integration.db import Database
from integration.documents import dataset, sheets
from integration.plugin import Work
from integration.scheduler import work as work_of
from integration.settings import load
from plugins.hadir import recap
from plugins.hadir.recap import PersonMonth
from plugins.hadir.reports import marks, paper, scope, table, workbook

RESULTS = Path(__file__).parent / "REPORTS.md"
MONTH = date(2026, 10, 1)
NOW = datetime(2026, 11, 2, 3, tzinfo=UTC)


# ---------------------------------------------------------------- an office to report on


def settle(database: Database, count: int) -> None:
    """`count` people in units of 40, who came on every weekday of the month, some late, some without a check-out."""
    schema.upgrade(database)
    with database.write() as db:
        db.execute(people.unit.insert(), [{"id": n, "name": f"Unit {n}"} for n in range(1, count // 40 + 2)])
        db.execute(people.person.insert(), [_person(number) for number in range(1, count + 1)])
        for n in range(31):
            day = MONTH + timedelta(days=n)
            if day.weekday() < 5:
                db.execute(text(_CAME), {"day": day, "first": f"{day} 00:25:10.000000", "late": f"{day} 00:41:00.000000"})
                db.execute(text(_LEFT), {"day": day, "at": f"{day} 09:05:00.000000"})


def _person(number: int) -> dict[str, object]:
    return {
        "id": number,
        "nip": f"1985010120100{number:05d}",
        "name": f"Pegawai Nomor {number}",
        "unit_id": number // 40 + 1,
        "supervisor_id": None,
        "email": f"pegawai.{number}@kantor.example",
        "zone": "Asia/Jakarta",
        "roles": ["pegawai"],
    }


_CAME = """
INSERT INTO attendance_event (person_id, day, kind, at, place, note, source, platform, recorded_at, active)
SELECT id, :day, 'in', CASE WHEN id % 9 = 0 THEN :late ELSE :first END, CASE WHEN id % 5 = 0 THEN 'wfh' ELSE 'wfo' END, '',
  'chat', 'mattermost', :first, true FROM person WHERE id % 31 > 0
"""
_LEFT = """
INSERT INTO attendance_event (person_id, day, kind, at, place, note, source, platform, recorded_at, active)
SELECT id, :day, 'out', :at, '', '', 'chat', 'mattermost', :at, true FROM person WHERE id % 31 > 0 AND id % 13 > 0
"""


# ---------------------------------------------------------------- what is measured, one a process


def _months(work: Work) -> tuple[int, Iterator[PersonMonth]]:
    team = scope.everybody(work, MONTH)
    return len(team), recap.each(work, team, MONTH)


def _issue(hadir: Hadir, work: Work) -> paper.Issue:
    return paper.Issue(work.speak(None), hadir.settings, MONTH, "Bench", "Asia/Jakarta", NOW)


def _made() -> sheets.Made:
    return sheets.Made("Rekap kehadiran Oktober 2026 — Kantor", "bench", "Bench", NOW)


def evaluating(hadir: Hadir, work: Work, folder: Path) -> float:
    return _timed(lambda: sum(1 for _ in _months(work)[1]))


def whole_workbook(hadir: Hadir, work: Work, folder: Path, *, streamed: bool = False) -> float:
    def run() -> object:
        count, found = _months(work)
        return workbook.write(folder / "r.xlsx", work.speak(None), found, count, MONTH, _made(), streamed=streamed)

    return _timed(run)


def workbook_of_results(hadir: Hadir, work: Work, folder: Path) -> float:
    count, months = _months(work)
    found = list(months)
    return _timed(lambda: workbook.write(folder / "r.xlsx", work.speak(None), found, count, MONTH, _made()))


def writer_alone(hadir: Hadir, work: Work, folder: Path, *, streamed: bool = False) -> float:
    rows = _cells(work)
    return _timed(lambda: _bare(folder / "bare.xlsx", rows, streamed=streamed))


def whole_pdf(hadir: Hadir, work: Work, folder: Path) -> float:
    pages = 0

    def run() -> None:
        nonlocal pages
        document = paper.units(_issue(hadir, work), "Kantor", _months(work)[1])
        (folder / "r.pdf").write_bytes(document.finish())
        pages = document.pages

    seconds = _timed(run)
    print(f"pages {pages}", file=sys.stderr)
    return seconds * 300 / pages


def whole_dataset(hadir: Hadir, work: Work, folder: Path) -> float:
    def run() -> None:
        with (folder / "r.csv").open("wb") as target:
            dataset.write_csv(target, table.VARIABLES, table.rows(_months(work)[1]))

    return _timed(run)


def _timed(run: Callable[[], object]) -> float:
    began = time.perf_counter()
    run()
    return time.perf_counter() - began


def _cells(work: Work) -> list[list[tuple[str | int, str]]]:
    """Every cell of the matrix as (value, colour)."""
    found = []
    for someone in _months(work)[1]:
        who = someone.person
        lines: list[tuple[str | int, str]] = [marks.mark(line) for line in someone.lines]
        found.append([(who.name, ""), (who.nip, ""), (who.unit, ""), *lines, *((n, "") for n in marks.figures(someone.totals))])
    return found


def _bare(path: Path, rows: list[list[tuple[str | int, str]]], *, streamed: bool) -> None:
    book = xlsxwriter.Workbook(str(path), {"constant_memory": streamed, "strings_to_formulas": False})
    sheet = book.add_worksheet()
    styles: dict[str, Any] = {}
    for row, cells in enumerate(rows):
        for column, (value, colour) in enumerate(cells):
            style = styles.get(colour)
            if style is None:
                style = styles[colour] = book.add_format({"border": 1, **({"bg_color": colour} if colour else {})})
            if value == "":
                sheet.write_blank(row, column, None, style)
            elif isinstance(value, str):
                sheet.write_string(row, column, value, style)
            else:
                sheet.write_number(row, column, value, style)
    book.close()


MEASURED: dict[str, Callable[[Hadir, Work, Path], float]] = {
    "evaluating": evaluating,
    "writer alone": writer_alone,
    "writer alone, streamed": lambda *given: writer_alone(*given, streamed=True),
    "workbook of given results": workbook_of_results,
    "workbook, with evaluating": whole_workbook,
    "workbook, streamed": lambda *given: whole_workbook(*given, streamed=True),
    "PDF, with evaluating, for 300 pages": whole_pdf,
    "dataset (CSV), with evaluating": whole_dataset,
}


def child(what: str, url: str, folder: Path) -> None:
    hadir = assemble(load({}, database_url=url, home=folder, secret_key="b" * 64), clock=lambda: NOW)
    with hadir.database.read() as db:
        seconds = MEASURED[what](hadir, work_of(hadir, db), folder)
    print(json.dumps([seconds, memory()]))


# ---------------------------------------------------------------- the report


def measure(what: str, url: str, folder: Path) -> tuple[float, float]:
    command = [sys.executable, "-m", "bench.reports", "--child", what, "--url", url, "--folder", str(folder)]
    seconds, megabytes = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    return seconds, megabytes


def report(machine: Machine, count: int, rounds: int, found: dict[str, list[tuple[float, float]]]) -> str:
    alone = [seconds for seconds, _ in found["writer alone"]]
    lines = []
    for name, runs in found.items():
        seconds = [taken for taken, _ in runs]
        beside = over(ratio(seconds, alone), 2) if "w" in name[:2] else ""
        lines.append(f"| {name} | {over(seconds)} | {beside} | {max(megabytes for _, megabytes in runs):.0f} |")
    made = machine.made("python -m bench reports", "xlsxwriter", "reportlab", "sqlalchemy")
    table = "\n".join(lines)
    return f"""# The office's month as files, beside what the writers alone need

{made}

SQLite, {count:,} people, {rounds} rounds in turn; seconds are medians, in brackets the range, memory (MB) the largest of a
process. *Writer alone* writes the matrix's cells from lists in memory. The workbook is a matrix of 31 days and 13 totals a
person, a sheet of units, the legend. rustpy-xlsxwriter 0.8 is no choice: it formats columns and not cells, and its first
row is the head.

| what | seconds | of the writer alone | memory |
|---|---|---|---|
{table}

Goals: workbook at most 1.5 times the writer alone, under 300 MB (of given results the memory holds the results too);
300 pages of PDF under 15 s.
"""


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench.reports", description=__doc__)
    parser.add_argument("--people", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--child", choices=MEASURED, help=argparse.SUPPRESS)
    parser.add_argument("--url", help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        child(options.child, options.url, options.folder)
        return
    machine = Machine()
    found: dict[str, list[tuple[float, float]]] = {what: [] for what in MEASURED}
    with tempfile.TemporaryDirectory(prefix="hadir-bench-") as given:
        folder = Path(given)
        url = f"sqlite:///{folder}/bench.db"
        database = Database(url)
        settle(database, options.people)
        database.dispose()
        for _ in range(options.rounds):
            for what in MEASURED:
                found[what].append(measure(what, url, folder))
                print(what, *(f"{figure:.1f}" for figure in found[what][-1]), flush=True)
    RESULTS.write_text(report(machine, options.people, options.rounds, found), encoding="utf-8")


if __name__ == "__main__":
    main()
