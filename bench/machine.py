"""What every benchmark shares: what its report says of the machine, figures with their range, and the databases."""

from __future__ import annotations

import os
import platform
import resource
import statistics
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from sqlalchemy import text

from integration.db import Database
from tests import postgres


def _load() -> float:
    """Of the last minute: how many processes wanted a core."""
    return os.getloadavg()[0]


@dataclass(frozen=True, slots=True)
class Machine:
    """Made when a benchmark begins, so that it knows how busy others kept the machine."""

    before: float = field(default_factory=_load)

    def made(self, command: str, *packages: str, database: str = "") -> str:
        """When, by which command, with which versions, on what, beside which load."""
        versions = [f"Python {platform.python_version()}", *(f"{name} {version(name)}" for name in packages)]
        versions += [database] if database else []
        load = f"load {self.before:.1f} when it began, {_load():.1f} at the end"
        return f"`{command}`, {datetime.now(UTC):%Y-%m-%d}; {_cpus()}, {load}.\n{', '.join(versions)}."


def over(figures: Sequence[float], places: int = 1) -> str:
    """The median, and from where to where the rounds went: `5.4 (5.1–8.9)`."""
    return f"{statistics.median(figures):.{places}f} ({min(figures):.{places}f}–{max(figures):.{places}f})"


def ratio(ours: Sequence[float], ceiling: Sequence[float]) -> tuple[float, ...]:
    """Round by round, as both ran one after the other."""
    return tuple(mine / floor for mine, floor in zip(ours, ceiling, strict=True))


def memory() -> float:
    """The most that this process has held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _cpus() -> str:
    names = [
        line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")
    ]
    return f"{len(names)} × {names[0]}" if names else platform.machine()


@contextmanager
def databases(folder: Path) -> Iterator[dict[str, str]]:
    """Both databases as they are used in production: every commit reaches the disk."""
    with postgres.server("shared_buffers=256MB", "max_connections=120") as server:
        admin = Database(f"{server}/postgres".replace("postgresql:", "postgresql+psycopg:"))
        with admin.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as db:
            db.execute(text("CREATE DATABASE bench"))
        admin.dispose()
        yield {"PostgreSQL": f"{server}/bench", "SQLite": f"sqlite:///{folder}/bench.db"}
