"""`python -m bench.checkin [--seconds N] [--rounds N]`: measures check-ins and writes bench/RESULTS.md."""

from __future__ import annotations

import argparse
import subprocess
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bench import data, load
from bench.machine import Machine, databases, over, ratio
from integration.db import Database
from tests import postgres

CONNECTIONS = (1, 16, 64)
RESULTS = Path(__file__).parent / "RESULTS.md"


@dataclass(frozen=True, slots=True)
class Row:
    """The medians of several rounds, Hadir beside the floor; `seen` is how many check-ins the database holds."""

    database: str
    past_rows: int
    connections: int
    hadir: load.Figures
    floor: load.Figures
    ratios: tuple[float, ...]


def measure(name: str, url: str, seconds: int, rounds: int, home: Path) -> tuple[list[Row], float]:
    """All rows of one database, and the memory in MB of the web process after the load."""
    database = Database(url.replace("postgresql:", "postgresql+psycopg:"))
    data.settle(database)
    rows, memory = [], 0.0
    for past in (0, 1):
        count = data.add_past(database, datetime.now(UTC).date()) if past else 0
        with load.server("hadir", url, home) as hadir, load.server("floor", url, home) as floor:
            for connections in CONNECTIONS:
                rows.append(_compare(name, count, connections, database, hadir, floor, seconds, rounds))
                print(line(rows[-1]), flush=True)
            memory = max(memory, hadir.memory())
    database.dispose()
    return rows, memory


def _compare(
    name: str,
    past: int,
    connections: int,
    database: Database,
    hadir: load.Server,
    floor: load.Server,
    seconds: int,
    rounds: int,
) -> Row:
    figures: dict[str, list[load.Figures]] = {"hadir": [], "floor": []}
    for number in range(rounds):
        order = (("hadir", hadir), ("floor", floor))
        for which, server in order if number % 2 == 0 else reversed(order):
            with database.write() as db:
                data.forget_today(db)
            run = load.run(server, connections, seconds)
            with database.write() as db:
                run.check(recorded=data.forget_today(db))
            figures[which].append(run)
    ratios = ratio([run.per_second for run in figures["hadir"]], [run.per_second for run in figures["floor"]])
    return Row(name, past, connections, load.median(figures["hadir"]), load.median(figures["floor"]), ratios)


def line(row: Row) -> str:
    return (
        f"| {row.database} | {row.past_rows:,} | {row.connections} | {row.hadir.per_second:.0f} | {row.floor.per_second:.0f} "
        f"| {over(row.ratios, 2)} | {row.hadir.p50:.1f} / {row.floor.p50:.1f} "
        f"| {row.hadir.p99:.1f} / {row.floor.p99:.1f} | **{row.hadir.p99 / row.floor.p99:.2f}** "
        f"| {row.hadir.cpu:.2f} / {row.floor.cpu:.2f} | {row.hadir.errors} |"
    )


HEAD = (
    "| database | past days | connections | Hadir /s | floor /s | ratio (range) | p50 ms Hadir / floor "
    "| p99 ms Hadir / floor | p99 ratio | processor ms a request Hadir / floor | errors |"
    "\n|---|---|---|---|---|---|---|---|---|---|---|"
)


def report(machine: Machine, rows: list[Row], memory: dict[str, float], seconds: int, rounds: int) -> str:
    server = subprocess.run([str(postgres.binaries() / "postgres"), "--version"], capture_output=True, text=True, check=True)
    made = machine.made("make bench", "granian", "flask", "sqlalchemy", "psycopg", database=server.stdout.strip())
    shown = "\n".join(map(line, rows))
    used = ", ".join(f"{mb:.0f} MB on {name}" for name, mb in memory.items())
    return f"""# Check-ins a second, beside the ceiling

{made}

*Hadir* is the real `POST /mattermost/commands` of `/hadir masuk wfh`: token check, person, working day, event, audit
row, commit, reply. *Floor* is the smallest honest endpoint (`bench/floor.py`: token check, person look-up, two inserts,
one commit) on the same server program, database and tables. Every request is another person; {data.PEOPLE:,} people;
{rounds} rounds of {seconds} s each, the two in turn; figures are medians. The load (wrk, one thread) runs on the same
machine; processor time is that of the web server alone. Every commit reaches the disk. A past day is a check-in and a
check-out of one person, two rows; where there are past days, everybody also has a published rota of this week and two past
leaves, which Hadir looks up and the floor does not.

{HEAD}
{shown}

Memory of one web process after the load: {used}.

Goals: ratio at least 0.7, p99 at most twice the floor's, no error, the same within 10 % with 1.2 million past
rows, under 150 MB.
"""


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench.checkin", description=__doc__)
    parser.add_argument("--seconds", type=int, default=6)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    machine = Machine()
    rows: list[Row] = []
    memory: dict[str, float] = {}
    print(HEAD)
    with tempfile.TemporaryDirectory(prefix="hadir-bench-") as folder, databases(Path(folder)) as urls:
        for name, url in urls.items():
            measured, memory[name] = measure(name, url, options.seconds, options.rounds, Path(folder))
            rows += measured
    RESULTS.write_text(report(machine, rows, memory, options.seconds, options.rounds), encoding="utf-8")


if __name__ == "__main__":
    main()
