"""`python -m bench.talk [--rounds N]`: how long Talk's webhook is kept waiting; writes bench/TALK.md.

The webhook runs inside the request of whoever types in Talk, so every millisecond of it is theirs.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from bench.load import SECRET
from bench.machine import Machine, databases, over
from integration import schema
from integration.db import Database
from tests.adapters.nextcloud.talk_town import ACCOUNT, HOOK, signed
from tests.adapters.nextcloud.talk_town import SECRET as TALK_SECRET
from tests.postgres import free_port

RESULTS = Path(__file__).parent / "TALK.md"
CONNECTIONS = (1, 8)
REQUESTS = 2_000
_ids = count(1)


@dataclass(frozen=True, slots=True)
class Figures:
    """Milliseconds until the answer, and how many answers were not 200."""

    p50: float
    p99: float
    slowest: float
    wrong: int


@contextmanager
def server(module: str, url: str, home: Path) -> Iterator[int]:
    """The port of Hadir's web process, or of the floor on the same server program."""
    port = free_port()
    environment = os.environ | {
        "HADIR_DATABASE_URL": url,
        "HADIR_HOME": str(home / module),
        "HADIR_SECRET_KEY": SECRET,
        "HADIR_PORT": str(port),
        "HADIR_LOG_LEVEL": "WARNING",
        "HADIR_NEXTCLOUD_URL": "http://127.0.0.1:9",
        "HADIR_NEXTCLOUD_USER": ACCOUNT,
        "HADIR_NEXTCLOUD_APP_PASSWORD": "unused",
        "HADIR_NEXTCLOUD_TALK_SECRET": TALK_SECRET,
    }
    arguments = ["integration.cli", "web"] if module == "hadir" else ["bench.talk_floor"]
    with (home / f"{module}.log").open("ab") as log:
        process = subprocess.Popen([sys.executable, "-m", *arguments], env=environment, stdout=log, stderr=log)
    try:
        _wait(port)
        yield port
    finally:
        process.terminate()
        process.wait(30)


def _wait(port: int) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=1)
        try:
            connection.request("GET", "/healthz")
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.1)
        finally:
            connection.close()
    raise RuntimeError("the server never answered")


def body() -> bytes:
    """A check-in in a conversation of two, as Talk sends it, each time another message."""
    content = json.dumps({"message": "masuk wfh", "parameters": []})
    note = {"type": "Note", "id": str(next(_ids)), "name": "message", "content": content, "mediaType": "text/markdown"}
    actor = {"type": "Person", "id": "users/siti", "name": "Siti Rahayu", "talkParticipantType": "1"}
    target = {"type": "Collection", "id": "hqijscja", "name": json.dumps([ACCOUNT, "siti"])}
    return json.dumps({"type": "Create", "actor": actor, "object": note, "target": target}).encode()


def run(port: int, connections: int) -> Figures:
    """So many at once. A new connection for each request: Talk keeps none."""
    seconds: list[float] = []
    wrong: list[int] = []

    def press() -> None:
        for _ in range(REQUESTS // connections):
            raw = body()
            headers = signed(raw)
            began = time.perf_counter()
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
            connection.request("POST", HOOK, raw, headers)
            status = connection.getresponse().status
            seconds.append(time.perf_counter() - began)
            connection.close()
            if status != 200:
                wrong.append(status)

    threads = [threading.Thread(target=press) for _ in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ordered = sorted(seconds)
    p50, p99 = (ordered[int(len(ordered) * part)] * 1000 for part in (0.5, 0.99))
    return Figures(p50, p99, ordered[-1] * 1000, len(wrong))


def measure(url: str, rounds: int, home: Path) -> dict[tuple[str, int], list[Figures]]:
    database = Database(url.replace("postgresql:", "postgresql+psycopg:"))
    schema.upgrade(database)
    database.dispose()
    found: dict[tuple[str, int], list[Figures]] = {}
    with server("hadir", url, home) as hadir, server("floor", url, home) as floor:
        for port in (hadir, floor):
            run(port, 1)  # the first requests load what is loaded late
        for number in range(rounds):
            order = (("hadir", hadir), ("floor", floor))
            for connections in CONNECTIONS:
                for which, port in order if number % 2 == 0 else reversed(order):
                    found.setdefault((which, connections), []).append(run(port, connections))
    return found


HEAD = (
    "| database | at once | p50 ms Hadir / floor | p99 ms Hadir (range) | p99 ms floor | slowest ms Hadir | not 200 |\n"
    "|---|---|---|---|---|---|---|"
)


def line(name: str, connections: int, hadir: list[Figures], floor: list[Figures]) -> str:
    middle = statistics.median
    return (
        f"| {name} | {connections} | {middle(f.p50 for f in hadir):.1f} / {middle(f.p50 for f in floor):.1f} "
        f"| **{over([f.p99 for f in hadir])}** | {middle(f.p99 for f in floor):.1f} | {max(f.slowest for f in hadir):.0f} "
        f"| {sum(f.wrong for f in hadir)} |"
    )


def report(machine: Machine, rows: list[str], rounds: int) -> str:
    made = machine.made("python -m bench talk", "flask", "granian", "sqlalchemy", "psycopg")
    table = "\n".join(rows)
    return f"""# How long Talk's webhook waits for its answer

{made}

{REQUESTS:,} check-ins typed in Talk, each a request of its own on a connection of its own, as Talk makes them: the signature
is verified, the words are understood, one row is queued and committed to the disk. The *floor* (`bench/talk_floor.py`)
verifies the signature and commits one row on the same server program, and does nothing else. Medians of {rounds} rounds.

{HEAD}
{table}

Goal: under 100 ms, because whoever types in Talk waits as long.
"""


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench.talk", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    machine, rows = Machine(), list[str]()
    print(HEAD)
    with tempfile.TemporaryDirectory(prefix="hadir-bench-") as folder, databases(Path(folder)) as urls:
        for name, url in urls.items():
            found = measure(url, options.rounds, Path(folder))
            for connections in CONNECTIONS:
                rows.append(line(name, connections, found[("hadir", connections)], found[("floor", connections)]))
                print(rows[-1], flush=True)
    RESULTS.write_text(report(machine, rows, options.rounds), encoding="utf-8")


if __name__ == "__main__":
    main()
