"""`python -m bench.outbox [--rounds N]`: measures files on their way to a slow Nextcloud and writes bench/OUTBOX.md."""

from __future__ import annotations

import argparse
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import delete, func, select

from bench import data, load
from bench.machine import Machine, databases, over
from integration import outbox
from integration.app import assemble, utc_now
from integration.core import Hadir
from integration.db import Database
from integration.scheduler import work
from integration.settings import load as settings
from tests import postgres
from tests.standin import USER, Cloud, standing_in

RESULTS = Path(__file__).parent / "OUTBOX.md"
UNITS, FILES, VERSIONS = 10, 50, 2
COUNT = UNITS * FILES * VERSIONS
CALL_SECONDS, AT_ONCE = 0.1, 4
CEILING = COUNT * CALL_SECONDS / AT_ONCE
CONTENT_BYTES = 20_000
# An office of which everybody checks in within three minutes: about 150 check-ins a second.
CONNECTIONS, PAUSE_MS, SECONDS = 16, 100, 15
PATIENCE_SECONDS = 300.0


@dataclass(frozen=True, slots=True)
class Round:
    """Seconds until all files were there, how many calls were under way at most, MB and processor seconds of the worker."""

    seconds: float
    at_once: int
    memory: float
    cpu: float
    quiet: load.Figures
    busy: load.Figures

    @property
    def ratio(self) -> float:
        return self.busy.p99 / self.quiet.p99


@contextmanager
def worker(url: str, home: Path, cloud: str) -> Iterator[load.Server]:
    """The deliverers of a worker, with that Nextcloud as its storage."""
    environment = os.environ | {
        "HADIR_DATABASE_URL": url,
        "HADIR_HOME": str(home / "hadir"),
        "HADIR_SECRET_KEY": load.SECRET,
        "HADIR_LOG_LEVEL": "WARNING",
        "HADIR_NEXTCLOUD_URL": cloud,
        "HADIR_NEXTCLOUD_USER": USER,
        "HADIR_NEXTCLOUD_APP_PASSWORD": "sandi-aplikasi",
    }
    with (home / "worker.log").open("ab") as log:
        process = subprocess.Popen([sys.executable, "-m", "bench.deliver"], env=environment, stdout=log, stderr=log)
    try:
        yield load.Server(0, process)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def queue(hadir: Hadir, mark: str) -> None:
    """A thousand files of ten units, each in two versions, as the plugins queue them."""
    content = os.urandom(CONTENT_BYTES - 1)
    with hadir.database.write() as db:
        here = work(hadir, db)
        for version in range(VERSIONS):
            for number in range(FILES):
                for unit in range(UNITS):
                    path = f"Hadir/Unit {unit}/Rekap/2026/{mark}-{number}.xlsx"
                    here.file(path, content + bytes([version]), "application/x", f"{mark}:{unit}:{number}:{version}")


def left(database: Database) -> int:
    with database.read() as db:
        waiting = (outbox.outbox.c.kind == "storage", outbox.outbox.c.state != "done")
        return int(db.scalar(select(func.count()).select_from(outbox.outbox).where(*waiting)) or 0)


def check(cloud: Cloud) -> None:
    """Every file once in each version, the later one last: else no figure is worth anything."""
    if len(cloud.written) != COUNT or len(cloud.files) != COUNT // VERSIONS:
        raise RuntimeError(f"{len(cloud.written)} writes of {len(cloud.files)} files")
    wrong = [path for path, file in cloud.files.items() if file.content[-1] != VERSIONS - 1]
    if wrong:
        raise RuntimeError(f"the earlier version came last: {wrong[:3]}")


def masuk(server: load.Server, database: Database) -> load.Figures:
    """`/hadir masuk` of other people, at an office's pace."""
    with database.write() as db:
        data.forget_today(db)
    figures = load.run(server, CONNECTIONS, SECONDS, pause_ms=PAUSE_MS)
    with database.read() as db:
        figures.check(recorded=data.today(db))
    if figures.errors:
        raise RuntimeError(f"{figures.errors} check-ins failed")
    return figures


def one_round(hadir: Hadir, server: load.Server, url: str, home: Path, number: int) -> Round:
    database = hadir.database
    quiet = masuk(server, database)
    with standing_in(Cloud(slow_seconds=CALL_SECONDS)) as cloud, worker(url, home, cloud.url) as process:
        _warm(hadir, cloud, f"first-{number}")
        before = process.busy()
        begun = time.monotonic()
        queue(hadir, f"rekap-{number}")
        busy: list[load.Figures] = []
        pressing = threading.Thread(target=lambda: busy.append(masuk(server, database)))
        pressing.start()
        seconds = _until_delivered(hadir.database, begun)
        cpu, memory = process.busy() - before, process.memory()
        pressing.join()
        check(cloud)
        at_once = cloud.most_inside
    with database.write() as db:
        db.execute(delete(outbox.outbox))
    return Round(seconds, at_once, memory, cpu, quiet, busy[0])


def _warm(hadir: Hadir, cloud: Cloud, mark: str) -> None:
    """One file, so that neither the start of the worker nor the loading of the library is measured."""
    with hadir.database.write() as db:
        work(hadir, db).file(f"Hadir/{mark}.txt", b"x", "text/plain", mark)
    _until_delivered(hadir.database, time.monotonic())
    cloud.files.clear()
    cloud.written.clear()


def _until_delivered(database: Database, begun: float) -> float:
    while left(database):
        if time.monotonic() > begun + PATIENCE_SECONDS:
            raise RuntimeError(f"{left(database)} files are still waiting")
        time.sleep(0.2)
    return time.monotonic() - begun


def measure(url: str, rounds: int, home: Path) -> list[Round]:
    url = url.replace("postgresql:", "postgresql+psycopg:")
    hadir = assemble(settings({}, database_url=url, secret_key=load.SECRET, home=home / "hadir"), clock=utc_now)
    data.settle(hadir.database)
    with load.server("hadir", url, home) as server:
        masuk(server, hadir.database)
        found = []
        for number in range(rounds):
            found.append(one_round(hadir, server, url, home, number))
            print(line("…", found), flush=True)
    hadir.database.dispose()
    return found


HEAD = (
    "| database | seconds for all files | ceiling | calls at a time | worker MB | worker processor s "
    "| p50 ms without / with | p99 ms without / with | p99 ratio |\n|---|---|---|---|---|---|---|---|---|"
)


def line(name: str, rounds: list[Round]) -> str:
    def median(figures: Iterator[float]) -> float:
        return statistics.median(figures)

    return (
        f"| {name} | **{over([r.seconds for r in rounds])}** | {CEILING:.0f} | {max(r.at_once for r in rounds)} "
        f"| {max(r.memory for r in rounds):.0f} | {median(r.cpu for r in rounds):.1f} "
        f"| {median(r.quiet.p50 for r in rounds):.1f} / {median(r.busy.p50 for r in rounds):.1f} "
        f"| {median(r.quiet.p99 for r in rounds):.1f} / {median(r.busy.p99 for r in rounds):.1f} "
        f"| **{over([r.ratio for r in rounds], 2)}** |"
    )


def report(machine: Machine, found: dict[str, list[Round]], rounds: int) -> str:
    server = subprocess.run([str(postgres.binaries() / "postgres"), "--version"], capture_output=True, text=True, check=True)
    packages = ("nc-py-api", "niquests", "granian", "sqlalchemy", "psycopg")
    made = machine.made("python -m bench outbox", *packages, database=server.stdout.strip())
    rows = "\n".join(line(name, measured) for name, measured in found.items())
    pace = CONNECTIONS * 1000 // PAUSE_MS
    call = f"{CALL_SECONDS * 1000:.0f} ms"
    return f"""# A thousand files to a slow Nextcloud, and `/hadir masuk` meanwhile

{made}

{COUNT:,} files of {CONTENT_BYTES // 1000} kB are queued in one transaction: {UNITS} units, {FILES} files each, every file in
{VERSIONS} versions which must arrive in that order. The deliverers of one worker (`bench/deliver.py`) bring them through
nc-py-api to a server on this machine that answers as Nextcloud does and takes {call} for each call (`tests/standin.py`); the
units' folders have to be made as well. Afterwards each file was written once in each version, the later one last. The
*ceiling* is {COUNT:,} calls of {call}, {AT_ONCE} at a time: more than that at once makes a real Nextcloud slower. Processor
time is the deliverers'.

`/hadir masuk` is pressed by other people at the pace of an office that arrives (at most {pace} a second over
{CONNECTIONS} connections for {SECONDS} s, {data.PEOPLE:,} people), right before and while the files go. The web process, the
worker, the database, the load and the server that plays Nextcloud share the machine. Every commit reaches the disk.
Medians of {rounds} rounds, and their range.

{HEAD}
{rows}

Goals: under 40 s, in order per stream, the process under 200 MB, p99 at most 1.5 times that without.
"""


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench.outbox", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    machine, found = Machine(), dict[str, list[Round]]()
    print(HEAD)
    with tempfile.TemporaryDirectory(prefix="hadir-bench-") as folder, databases(Path(folder)) as urls:
        for name, url in urls.items():
            found[name] = measure(url, options.rounds, Path(folder))
            print(line(name, found[name]), flush=True)
    RESULTS.write_text(report(machine, found, options.rounds), encoding="utf-8")


if __name__ == "__main__":
    main()
