"""`python -m bench.logbook_files [--rounds N]`: measures the files of the logbook and writes bench/LOGBOOK_FILES.md.

The workbook of a unit, the files of a person, and a burst at four o'clock until everything lies in the storage.
"""

from __future__ import annotations

import argparse
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import xlsxwriter
from sqlalchemy import func, insert, select, update

from bench import load
from bench.machine import Machine, databases, memory, over
from integration import people, schema
from integration.app import assemble, utc_now
from integration.cli.opened import quiet
from integration.core import Hadir
from integration.db import Database
from integration.documents import ods, xlsx
from integration.documents.cells import Sheet
from integration.documents.sheets import Made
from integration.outbox import outbox
from integration.scheduler import work
from integration.settings import load as settings
from integration.workdays import local_day
from plugins.logbook import writing
from plugins.logbook.drawing import material, paper, person_sheets, scopes, unit_book
from plugins.logbook.drawing.material import PersonFile, UnitFile
from plugins.logbook.drawing.scopes import Scope
from plugins.logbook.entries import Content
from plugins.logbook.tables import logbook_drawing, logbook_entry, skp_target
from tests import postgres
from tests.standin import USER, Cloud, standing_in

RESULTS = Path(__file__).parent / "LOGBOOK_FILES.md"
UNITS, PEOPLE, DAYS, A_DAY = 10, 100, 22, 4
BURST = 1_000
# How many people write these entries, and how many workers run.
BURSTS = ((BURST // A_DAY, 1), (BURST, 1), (BURST, 2))
PUT_SECONDS = 0.05
PATIENCE_SECONDS = 600.0
FOLDER = "Hadir/Unit 1/Logbook/2026/11"
_LONG_AGO = datetime(2026, 1, 2, tzinfo=UTC)
Seconds = list[float]


# ---------------------------------------------------------------- the office


def settle(hadir: Hadir, month: date) -> None:
    """Ten units of a hundred with a full month of approved entries each, which nobody has looked at since."""
    schema.upgrade(hadir.database)
    with hadir.database.write() as db:
        db.execute(insert(people.unit), [{"id": n, "name": f"Unit {n}"} for n in range(1, UNITS + 1)])
        db.execute(insert(people.person), [_person(n) for n in range(1, UNITS * PEOPLE + 1)])
        db.execute(insert(skp_target), [_target(n, code) for n in range(1, UNITS * PEOPLE + 1) for code in range(1, A_DAY + 1)])
        scopes.remember_look(db, utc_now())
    for unit in range(1, UNITS + 1):
        with hadir.database.write() as db:
            db.execute(insert(logbook_entry), list(_entries(unit, month)))


def _person(number: int) -> dict[str, Any]:
    about = {"nip": f"1985010120100{number:05d}", "name": f"Pegawai Nomor {number}", "email": "", "zone": "Asia/Jakarta"}
    return {"id": number, "unit_id": _unit_of(number), "roles": ["pegawai"], **about}


def _unit_of(number: int) -> int:
    return (number - 1) // PEOPLE + 1


def _target(person_id: int, code: int) -> dict[str, Any]:
    known = {"code": f"RHK-{code}", "code_key": f"rhk-{code}", "title": "Tersusunnya laporan keuangan tepat waktu"}
    return {"id": person_id * 10 + code, "person_id": person_id, "year": _today().year, "changed_at": _LONG_AGO, **known}


def _entries(unit: int, month: date) -> Iterator[dict[str, Any]]:
    times = dict.fromkeys(("created_at", "changed_at", "sent_at"), _LONG_AGO)
    for person_id in range((unit - 1) * PEOPLE + 1, unit * PEOPLE + 1):
        for n in range(DAYS):
            for part in range(1, A_DAY + 1):
                about = {"activity": f"Menyusun laporan keuangan triwulan III bagian {part} nomor {n}", "result": "Laporan"}
                figures = {"quantity": Decimal(1), "measure": "laporan", "minutes": 90, "target_id": person_id * 10 + part}
                whose = {"person_id": person_id, "unit_id": unit, "day": month + timedelta(days=n), "state": "approved"}
                yield whose | about | figures | times | {"place": "wfo", "round": 1}


def _today() -> date:
    return local_day(datetime.now(UTC), _JAKARTAN)


_JAKARTAN = people.Person(0, "", "", 1, "", None, "", "Asia/Jakarta", frozenset())


# ---------------------------------------------------------------- one file


def timed(call: Callable[[], Any]) -> float:
    begun = time.perf_counter()
    call()
    return time.perf_counter() - begun


@dataclass(frozen=True, slots=True)
class Drawn:
    """Seconds of each round, and how large the files are."""

    read: Seconds
    workbook: Seconds
    bare: Seconds
    cells: int
    size: int
    person: dict[str, Seconds]
    memory: float


def drawing(hadir: Hadir, month: date, rounds: int) -> Drawn:
    unit = Scope("unit", 1, month)
    one = Scope("person", 1, month, 1)

    def read_unit() -> UnitFile:
        with hadir.database.read() as db:
            return material.unit_file(work(hadir, db), unit)

    def read_person() -> PersonFile:
        with hadir.database.read() as db:
            found = material.person_file(work(hadir, db), one)
        if found is None or len(found.found.lines) != DAYS * A_DAY:
            raise RuntimeError("the month is not there")
        return found

    file, person = read_unit(), read_person()
    size = len(unit_book.make(file, FOLDER))
    held = memory()
    sheets = [_sheet(file, each) for each in file.people]
    made = Made("Logbook", "", "Hadir", hadir.clock())
    own = person_sheets.sheets(person, FOLDER)
    parts: dict[str, Callable[[], Any]] = {
        "read": read_person,
        "xlsx": lambda: xlsx.write(own, person.issue.t, made),
        "ods": lambda: ods.write(own, made),
        "pdf": lambda: paper.make(person),
    }
    found = Drawn([], [], [], sum(map(_count, sheets)), size, {name: [] for name in parts}, held)
    for _ in range(rounds):
        found.read.append(timed(read_unit))
        found.workbook.append(timed(lambda: unit_book.make(file, FOLDER)))
        found.bare.append(timed(lambda: bare(sheets)))
        for name, part in parts.items():
            found.person[name].append(statistics.median(timed(part) for _ in range(10)))
    return found


def _sheet(file: UnitFile, each: material.PersonMonth) -> Sheet:
    return person_sheets.activities(file.issue, each, each.person.name, "Logbook", FOLDER)


def _count(sheet: Sheet) -> int:
    return sum(len(row) for row in sheet.rows.values())


def bare(sheets: Sequence[Sheet]) -> None:
    """The ceiling: the same values in as many sheets, by XlsxWriter alone; no looks, widths, links or charts."""
    book = xlsxwriter.Workbook(BytesIO())
    day = book.add_format({"num_format": "dd/mm/yyyy"})
    for given in sheets:
        sheet = book.add_worksheet(given.name)
        for number, row in given.rows.items():
            for column, cell in row.items():
                if isinstance(cell.value, str):
                    sheet.write_string(number, column, cell.value)
                elif isinstance(cell.value, date):
                    sheet.write_datetime(number, column, datetime.combine(cell.value, datetime.min.time()), day)
                elif cell.value is not None:
                    sheet.write_number(number, column, cell.value)
    book.close()


# ---------------------------------------------------------------- a burst


@dataclass(frozen=True, slots=True)
class Filed:
    """Seconds from the first entry, just after the job has looked, to the last file in the storage; MB of the first worker."""

    people: int
    workers: int
    sending: float
    seconds: float
    files: int
    most_of_one: int
    at_once: int
    memory: float


@contextmanager
def worker(url: str, home: Path, cloud: Cloud) -> Iterator[load.Server]:
    """The real `hadir worker`, with that Nextcloud."""
    environment = os.environ | {
        "HADIR_DATABASE_URL": url,
        "HADIR_HOME": str(home / "hadir"),
        "HADIR_SECRET_KEY": load.SECRET,
        "HADIR_LOG_LEVEL": "WARNING",
        "HADIR_NEXTCLOUD_URL": cloud.url,
        "HADIR_NEXTCLOUD_USER": USER,
        "HADIR_NEXTCLOUD_APP_PASSWORD": "sandi-aplikasi",
    }
    command = [sys.executable, "-m", "integration.cli", "worker"]
    with (home / "worker.log").open("ab") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        yield load.Server(0, process)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def burst(hadir: Hadir, url: str, home: Path, who: int, workers: int) -> Filed:
    """`BURST` entries of `who` people, spread over all units, begun at the worst moment: the job has just looked."""
    _forget(hadir)
    cloud = Cloud(slow_seconds=PUT_SECONDS)
    with standing_in(cloud), ExitStack() as running:
        process = [running.enter_context(worker(url, home, cloud)) for _ in range(workers)][0]
        _wait_for_second(5)
        begun = time.monotonic()
        _send(hadir, who)
        sending = time.monotonic() - begun
        _until_filed(hadir.database, cloud, begun, 3 * who)
        seconds, held = time.monotonic() - begun, process.memory()
    written = Counter(path for path in cloud.written if "/Logbook/" in path)
    expected = 3 * who + len({_unit_of(number) for number in _writers(who)})
    if len(written) != expected:
        raise RuntimeError(f"{len(written)} files instead of {expected}")
    return Filed(who, workers, sending, seconds, len(written), max(written.values()), cloud.most_inside, held)


def _writers(who: int) -> range:
    return range(1, UNITS * PEOPLE + 1, UNITS * PEOPLE // who)


def _wait_for_second(second: int) -> None:
    while int(time.time()) % 60 != second:
        time.sleep(0.05)


def _send(hadir: Hadir, who: int) -> None:
    """As the service does it, without the chat."""
    for round in range(BURST // who):  # other words each time: the same again is taken for a second click
        content = Content(f"Menyusun laporan {utc_now():%H.%M}, bagian {round}", result="Laporan", minutes=10, place="wfo")
        for number in _writers(who):
            with hadir.database.write() as db:
                person = people.get(db, number)
                if person is None:
                    raise RuntimeError("nobody writes")
                writing.add(work(hadir, db), person, _today(), content, state="sent")


def _until_filed(database: Database, cloud: Cloud, begun: float, files: int) -> None:
    while len(cloud.files) < files or _waiting(database):
        if time.monotonic() > begun + PATIENCE_SECONDS:
            raise RuntimeError(f"{len(cloud.files)} files after {PATIENCE_SECONDS:.0f} s")
        time.sleep(0.2)


def _waiting(database: Database) -> int:
    with database.read() as db:
        undone = outbox.c.kind.in_(("task", "storage")), outbox.c.state != "done"
        return int(db.scalar(select(func.count()).select_from(outbox).where(*undone)) or 0)


def _forget(hadir: Hadir) -> None:
    """What a round wrote is of the past now, and nothing is drawn yet."""
    with hadir.database.write() as db:
        db.execute(update(logbook_entry).where(logbook_entry.c.changed_at > _LONG_AGO).values(changed_at=_LONG_AGO))
        for table in (logbook_drawing, outbox):
            db.execute(table.delete())
        scopes.remember_look(db, utc_now())


# ---------------------------------------------------------------- report


@dataclass(frozen=True, slots=True)
class Measured:
    drawn: Drawn
    filed: list[Filed]


def measure(url: str, rounds: int, home: Path) -> Measured:
    url = url.replace("postgresql:", "postgresql+psycopg:")
    hadir = assemble(settings({}, database_url=url, secret_key=load.SECRET, home=home / "hadir"), clock=utc_now)
    month = _today().replace(day=1)
    settle(hadir, month)
    drawn = drawing(hadir, month, rounds)
    filed = []
    for each in BURSTS:
        filed.append(burst(hadir, url, home, *each))
        print(BURST_HEAD, burst_line("", filed[-1]), sep="\n", flush=True)
    hadir.database.dispose()
    return Measured(drawn, filed)


UNIT_HEAD = (
    "| database | read s | workbook s | XlsxWriter alone s | together s | cells | MB | process MB |\n"
    "|---|---|---|---|---|---|---|---|"
)
PERSON_HEAD = "| database | read ms | XLSX ms | ODS ms | PDF ms |\n|---|---|---|---|---|"
BURST_HEAD = (
    "| database | people | workers | sent within s | all filed after s | files | most writes of one file | calls at a time "
    "| worker MB |\n|---|---|---|---|---|---|---|---|---|"
)


def unit_line(name: str, found: Drawn) -> str:
    together = [one + other for one, other in zip(found.read, found.workbook, strict=True)]
    return (
        f"| {name} | {over(found.read, 2)} | {over(found.workbook, 2)} | {over(found.bare, 2)} | **{over(together, 2)}** "
        f"| {found.cells:,} | {found.size / 1e6:.2f} | {found.memory:.0f} |"
    )


def person_line(name: str, found: Drawn) -> str:
    return f"| {name} | " + " | ".join(f"{statistics.median(each) * 1000:.1f}" for each in found.person.values()) + " |"


def burst_line(name: str, one: Filed) -> str:
    return (
        f"| {name} | {one.people:,} | {one.workers} | {one.sending:.1f} | **{one.seconds:.0f}** | {one.files:,} "
        f"| {one.most_of_one} | {one.at_once} | {one.memory:.0f} |"
    )


def report(machine: Machine, found: dict[str, Measured], rounds: int) -> str:
    server = subprocess.run([str(postgres.binaries() / "postgres"), "--version"], capture_output=True, text=True, check=True)
    packages = ("xlsxwriter", "reportlab", "nc-py-api", "sqlalchemy", "psycopg")
    made = machine.made("python -m bench logbook_files", *packages, database=server.stdout.strip())
    units = "\n".join(unit_line(name, each.drawn) for name, each in found.items())
    persons = "\n".join(person_line(name, each.drawn) for name, each in found.items())
    bursts = "\n".join(burst_line(name, one) for name, each in found.items() for one in each.filed)
    return f"""# Reports: the files of a month

{made}

## The workbook of a unit

{PEOPLE} people × {DAYS} days × {A_DAY} entries, with a sheet for each, a summary and two charts: what is read from the
database, and what is drawn of it. Beside it XlsxWriter alone, writing the same values in as many sheets with no looks, no
widths, no links and no charts: the ceiling. Medians of {rounds}, and their range.

{UNIT_HEAD}
{units}

Goal: under 5 s.

## The files of a person

{DAYS * A_DAY} entries. Medians of 10, and of {rounds} rounds. odfdo 3.27, which builds a tree of an ODS file first, takes
148 ms for the cells of such a month alone.

{PERSON_HEAD}
{persons}

## Four o'clock

{BURST:,} entries are sent, one after the other, in an office of {UNITS} units of {PEOPLE}, whose month has {DAYS * A_DAY}
entries each already; the first of them just after the job has looked, which is the worst moment. The real `hadir worker`
finds them, draws three files for each person and a workbook for each unit, and puts them into a server on this machine that
answers as a Nextcloud does and takes {PUT_SECONDS * 1000:.0f} ms for every request (`tests/standin.py`). Everything shares
the machine. One round each.

{BURST_HEAD}
{bursts}

Goals: at most one write of each file, and all within two minutes.
"""


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench.logbook_files", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    quiet()
    machine, found = Machine(), dict[str, Measured]()
    with tempfile.TemporaryDirectory(prefix="hadir-bench-") as folder, databases(Path(folder)) as urls:
        for name, url in urls.items():
            found[name] = each = measure(url, options.rounds, Path(folder))
            print(UNIT_HEAD, unit_line(name, each.drawn), PERSON_HEAD, person_line(name, each.drawn), sep="\n", flush=True)
    RESULTS.write_text(report(machine, found, options.rounds), encoding="utf-8")


if __name__ == "__main__":
    main()
