"""Real databases for every test that wants one: the same suite runs on SQLite and on PostgreSQL."""

from __future__ import annotations

import re
import shutil
import zlib
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import cache
from pathlib import Path

import pytest
from sqlalchemy import Connection, create_engine, event, text

from integration import demo, schema
from integration.app import assemble
from integration.core import Hadir
from integration.db import Database
from integration.settings import Settings, load
from tests import cast, postgres

SECRET = "t" * 64
KINDS = ("sqlite", "postgresql")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Of a test that is marked `in_turn`, one of its two databases; which one, its name decides, so that it stays so."""
    spared = [item for item in items if item.get_closest_marker("in_turn") and not _is_its_turn(item)]
    if spared:
        config.hook.pytest_deselected(items=spared)
        items[:] = [item for item in items if item not in set(spared)]


def _is_its_turn(item: pytest.Item) -> bool:
    kind = next((kind for kind in KINDS if re.search(rf"\b{kind}\b", item.name)), None)
    if kind is None:
        return True
    return kind == KINDS[zlib.crc32(re.sub(rf"\b{kind}\b", "", item.nodeid).encode()) % len(KINDS)]


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The URL of a migrated, empty database on a server that this test process started."""
    with postgres.server("fsync=off", "synchronous_commit=off", "full_page_writes=off", in_memory=True) as server:
        admin = create_engine(f"{server}/postgres".replace("postgresql:", "postgresql+psycopg:"), isolation_level="AUTOCOMMIT")
        with admin.connect() as db:
            db.execute(text("CREATE DATABASE hadir"))
        admin.dispose()
        database = Database(f"{server}/hadir".replace("postgresql:", "postgresql+psycopg:"))
        schema.upgrade(database)
        database.dispose()
        postgres.keep(f"{server}/hadir")
        yield f"{server}/hadir"


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "hadir.db"
    database = Database(f"sqlite:///{path}")
    schema.upgrade(database)
    database.dispose()
    return path


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """A migrated, empty SQLite database."""
    path = tmp_path / "hadir.db"
    shutil.copy(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture(params=KINDS)
def database_url(request: pytest.FixtureRequest) -> str:
    """A migrated, empty database of each kind."""
    if request.param == "sqlite":
        return str(request.getfixturevalue("sqlite_url"))
    url: str = request.getfixturevalue("postgres_url")
    postgres.empty(url)
    return url


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return load({}, database_url=database_url, secret_key=SECRET, home=tmp_path / "home")


@pytest.fixture
def clock() -> cast.Clock:
    return cast.Clock()


@pytest.fixture
def hadir(settings: Settings, clock: cast.Clock) -> Iterator[Hadir]:
    """The assembled service with the cast in its database; its clock stands at Monday, 07:28 WIB."""
    service = assemble(settings, clock=clock)
    with service.database.write() as db:
        cast.settle(db)
    yield service
    service.database.dispose()


@pytest.fixture
def chat(hadir: Hadir) -> Callable[[str], cast.Talker]:
    """`chat("siti")` is Siti at her keyboard."""
    return lambda username: cast.Talker(hadir, username)


@pytest.fixture
def statements(hadir: Hadir) -> Iterator[list[str]]:
    """Every SQL statement from here on, without BEGIN and COMMIT."""
    seen: list[str] = []

    def note(_connection: Connection, _cursor: object, statement: str, *_rest: object) -> None:
        if not statement.startswith(("BEGIN", "COMMIT", "ROLLBACK")):
            seen.append(statement)

    event.listen(hadir.database.engine, "before_cursor_execute", note)
    yield seen
    event.remove(hadir.database.engine, "before_cursor_execute", note)


@pytest.fixture(scope="session")
def demo_home(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[datetime], Path]:
    """A home folder in which the demo's office was set up at that moment, made once: to be copied. `hadir demo` has an
    SQLite database of its own, so there is no other.
    """

    @cache
    def made(now: datetime) -> Path:
        home = tmp_path_factory.mktemp("demo")
        shutil.copy(sqlite_template, home / "hadir.db")
        service = assemble(load({}, secret_key=SECRET, home=home), clock=cast.Clock(now))
        demo.seed(service)
        service.database.dispose()
        return home

    return made
