"""The real worker: delivers to a real HTTP server, seals, and survives being killed in the middle of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from integration import audit, outbox, people
from integration.core import Hadir
from integration.messages import Reply, Text
from integration.scheduler import job_run, work
from tests.service import Service, running, until
from tests.sink import Sink, mattermost


@pytest.fixture
def sink() -> Iterator[Sink]:
    with mattermost() as sink:
        yield sink


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def office(hadir: Hadir) -> Hadir:
    """The service of the test itself, at the time of the real workers."""
    hadir.clock = lambda: datetime.now(UTC)
    return hadir


def tell(hadir: Hadir, who: str, *texts: str) -> None:
    for text in texts:
        with hadir.database.write() as db:
            person = people.by_username(db, "mattermost", who)
            assert person
            assert work(hadir, db).tell(person, f"{who}:{text}", lambda _, text=text: Reply(Text(text)))  # type: ignore[misc]


def count(hadir: Hadir, state: str) -> int:
    with hadir.database.read() as db:
        return db.scalar(select(func.count()).select_from(outbox.outbox).where(outbox.outbox.c.state == state)) or 0


def lease_runs_out(hadir: Hadir) -> None:
    """Half a minute passes."""
    with hadir.database.write() as db:
        leased = outbox.outbox.c.lease_until.is_not(None)
        db.execute(update(outbox.outbox).where(leased).values(lease_until=hadir.clock() - timedelta(seconds=1)))


def worker(url: str, home: Path, sink: Sink) -> AbstractContextManager[Service]:
    return running("worker", url, home, mattermost_url=sink.url, mattermost_bot_token="bot-token")


def test_messages_arrive_in_order_and_the_worker_ends_cleanly(database_url: str, office: Hadir, home: Path, sink: Sink) -> None:
    numbers = [f"pesan {number}" for number in range(10)]
    tell(office, "siti", *numbers)
    tell(office, "dewi", *numbers)
    with worker(database_url, home, sink) as service:
        until(lambda: count(office, "done") == 20, "the last message")
        assert service.stop() == 0
        assert "worker_stopped" in service.log()
    assert sink.texts("direct-id-siti") == sink.texts("direct-id-dewi") == numbers
    assert len(sink.posts) == 20
    with office.database.read() as db:
        results = db.scalars(select(outbox.outbox.c.result)).all()
    assert {result["channel_id"] for result in results if result} == {"direct-id-siti", "direct-id-dewi"}


def test_a_worker_killed_in_the_middle_of_deliveries_loses_none_and_keeps_the_order(
    database_url: str, office: Hadir, home: Path, sink: Sink
) -> None:
    numbers = [f"pesan {number}" for number in range(6)]
    tell(office, "siti", *numbers)
    tell(office, "dewi", *numbers)
    sink.slow_seconds = 0.4
    for killed in range(1, 4):
        with worker(database_url, home, sink) as service:
            before = len(sink.posts)
            until(lambda before=before: len(sink.posts) > before + 1, "a delivery to interrupt")  # type: ignore[misc]
            service.kill_all()
        assert count(office, "done") < 12, killed
        lease_runs_out(office)
    sink.slow_seconds = 0
    with worker(database_url, home, sink):
        until(lambda: count(office, "done") == 12, "the last message")
    for channel in ("direct-id-siti", "direct-id-dewi"):
        assert sink.texts(channel) == numbers
        assert len(sink.keys(channel)) > len(set(sink.keys(channel))), "an interrupted delivery was repeated under its key"


def test_two_workers_share_the_work(database_url: str, office: Hadir, home: Path, sink: Sink) -> None:
    numbers = [f"pesan {number}" for number in range(8)]
    for who in ("siti", "dewi", "budi", "rina"):
        tell(office, who, *numbers)
    sink.slow_seconds = 0.02
    with worker(database_url, home / "1", sink), worker(database_url, home / "2", sink):
        until(lambda: count(office, "done") == 32, "the last message")
    assert len(sink.posts) == 32
    for who in ("siti", "dewi", "budi", "rina"):
        assert sink.texts(f"direct-id-{who}") == numbers


def test_messages_wait_while_mattermost_is_down(database_url: str, office: Hadir, home: Path, sink: Sink) -> None:
    sink.down = True
    tell(office, "siti", "satu", "dua")
    with worker(database_url, home, sink):
        until(lambda: _attempts(office), "a failed attempt")
        sink.down = False
        until(lambda: count(office, "done") == 2, "the second message")
    assert sink.texts("direct-id-siti") == ["satu", "dua"]


def _attempts(hadir: Hadir) -> int:
    # A new transaction each time: on SQLite one and the same sees what was there when it began, however long it waits.
    with hadir.database.read() as db:
        return db.scalar(select(func.max(outbox.outbox.c.attempts))) or 0


def test_the_worker_seals_and_runs_each_job_once(database_url: str, office: Hadir, home: Path, sink: Sink) -> None:
    with office.database.write() as db:
        audit.record(db, office.clock(), actor_id=None, actor="uji", action="made", object="thing:1")
    with worker(database_url, home / "1", sink), worker(database_url, home / "2", sink):
        until(lambda: _sealed(office), "the seal")
    with office.database.read() as db:
        runs = db.execute(select(job_run.c.job, job_run.c.outcome)).all()
    assert {outcome for _, outcome in runs} <= {"done", "running"}
    assert "core.seal_audit" in {job for job, _ in runs}


def _sealed(hadir: Hadir) -> int:
    with hadir.database.read() as db:
        return audit.sealed(db)
