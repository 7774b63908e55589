"""Starting a web server and pressing on it with wrk."""

from __future__ import annotations

import os
import re
import shutil
import statistics
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from bench import data
from tests.postgres import free_port

SCRIPT = Path(__file__).parent / "masuk.lua"
SECRET = "b" * 64


@dataclass(frozen=True, slots=True)
class Line:
    """What everybody types, as it stands in a form's body, and a piece of the right answer."""

    command: str
    text: str
    expected: str


CHECK_IN = Line("hadir", "masuk+wfh", "ercatat")


@dataclass(frozen=True, slots=True)
class Figures:
    """Requests a second, latencies and the server's processor time for a request in milliseconds, failed requests."""

    per_second: float
    p50: float
    p99: float
    errors: int
    cpu: float
    requests: int = 0

    def check(self, recorded: int) -> None:
        """A request that was answered but left no row would make every figure worthless."""
        if recorded < self.requests - self.errors:
            raise RuntimeError(f"{self.requests} requests were answered, but {recorded} of them are in the database")


def median(figures: Sequence[Figures]) -> Figures:
    return Figures(
        per_second=statistics.median(f.per_second for f in figures),
        p50=statistics.median(f.p50 for f in figures),
        p99=statistics.median(f.p99 for f in figures),
        errors=sum(f.errors for f in figures),
        cpu=statistics.median(f.cpu for f in figures),
    )


@dataclass(frozen=True, slots=True)
class Server:
    port: int
    process: subprocess.Popen[bytes]

    def memory(self) -> float:
        """Resident MB of the largest process of the server."""
        return max(_resident(pid) for pid in _family(self.process.pid))

    def busy(self) -> float:
        """Seconds of processor time that its processes have taken so far."""
        return sum(_busy(pid) for pid in _family(self.process.pid))


@contextmanager
def server(which: Literal["hadir", "floor"], url: str, home: Path, **more: str) -> Iterator[Server]:
    """The real service or the floor, on the same server program with the same threads; `more` settings by name."""
    port = free_port()
    environment = os.environ | {
        "HADIR_DATABASE_URL": url,
        "HADIR_HOME": str(home / which),
        "HADIR_SECRET_KEY": SECRET,
        "HADIR_PORT": str(port),
        "HADIR_LOG_LEVEL": "WARNING",
        "BENCH_TOKEN": data.TOKEN,
        **{f"HADIR_{name.upper()}": value for name, value in more.items()},
    }
    command = (
        [sys.executable, "-m", "bench.serve_floor"] if which == "floor" else [sys.executable, "-m", "integration.cli", "web"]
    )
    with (home / f"{which}.log").open("ab") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        _wait(port, process)
        yield Server(port, process)
    finally:
        process.terminate()
        process.wait(30)


def run(target: Server, connections: int, seconds: int, *, pause_ms: int = 0, line: Line = CHECK_IN) -> Figures:
    """Distinct people check in, or type another `line`, over `connections` kept-alive connections, each with pauses between."""
    wrk = shutil.which("wrk")
    if wrk is None:
        raise RuntimeError("wrk is not installed; `make bench` installs it, or: apt-get install wrk")
    environment = os.environ | {"BENCH_TOKEN": data.TOKEN, "BENCH_TEAM": data.TEAM, "BENCH_FIRST": "1"}
    environment |= {"BENCH_PAUSE_MS": str(pause_ms), "BENCH_COMMAND": line.command, "BENCH_TEXT": line.text}
    environment["BENCH_EXPECTED"] = line.expected
    command = [
        wrk,
        "-t1",
        f"-c{connections}",
        f"-d{seconds}s",
        "--timeout",
        "10s",
        "-s",
        str(SCRIPT),
        f"http://127.0.0.1:{target.port}",
    ]
    before = target.busy()
    output = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
    found = re.search(r"RESULT (\d+) (\d+) ([\d.]+) ([\d.]+) ([\d.]+) (\d+)", output)
    if found is None:
        raise RuntimeError(f"wrk said: {output}")
    requests, microseconds, p50, p99, _slowest, errors = found.groups()
    if int(requests) > data.PEOPLE:
        raise RuntimeError(f"{requests} requests, but only {data.PEOPLE} people: shorten the run")
    cpu = (target.busy() - before) / max(int(requests), 1) * 1000
    return Figures(int(requests) / (int(microseconds) / 1e6), float(p50), float(p99), int(errors), cpu, int(requests))


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with {process.returncode}")
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=1)  # noqa: S310 - our own server
            return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the server did not start within 30 s")


def _family(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(member for child in children for member in _family(int(child)))]


def _busy(pid: int) -> float:
    """User and system time; the name in brackets may hold spaces."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _resident(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    found = re.search(r"VmRSS:\s+(\d+) kB", status)
    return int(found[1]) / 1024 if found else 0.0
