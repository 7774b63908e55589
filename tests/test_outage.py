"""The real web server is killed and started again: exactly one outage, whoever notices it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text

from integration import audit, outages
from integration.core import Hadir
from integration.outages import Outage
from tests.service import Service, open_office, running, until

AFTER = 2  # seconds; a beat comes four times as often


@pytest.fixture
def service(database_url: str, hadir: Hadir, tmp_path: Path) -> Iterator[Service]:
    """Two web processes, beating."""
    open_office(hadir)
    options = {"web_processes": "2", "outage_after_seconds": str(AFTER)}
    with running("web", database_url, tmp_path / "home", **options) as service:
        until(lambda: last_beat(hadir), "the first beat")
        yield service


def last_beat(hadir: Hadir) -> datetime | None:
    with hadir.database.read() as db:
        return outages.last_beat(db, datetime.now(UTC))


def known(hadir: Hadir) -> list[Outage]:
    with hadir.database.read() as db:
        return outages.between(db, datetime(2020, 1, 1, tzinfo=UTC), datetime.now(UTC))


def audited(hadir: Hadir) -> list[str]:
    with hadir.database.read() as db:
        return list(db.scalars(select(audit.audit.c.action).where(audit.audit.c.object.like("outage:%"))))


def beats_again(hadir: Hadir, since: datetime) -> None:
    until(lambda: (beat := last_beat(hadir)) and beat > since, "a beat of the new process")


def test_a_kill_is_one_outage_from_the_last_beat_to_the_next_start(hadir: Hadir, service: Service) -> None:
    assert known(hadir) == [], "the first start ever is none"
    service.kill_all()
    died, killed = last_beat(hadir), datetime.now(UTC)
    assert died is not None
    time.sleep(AFTER + 1)
    service.start()
    beats_again(hadir, killed)
    [outage] = known(hadir)
    assert (outage.source, outage.first, outage.removed) == ("heartbeat", died, False)
    assert outage.last is not None
    assert killed < outage.last <= datetime.now(UTC)
    status, answer = service.says("siti", "/hadir status")
    assert (status, '"text"' in answer) == (200, True)
    assert service.stop() == 0
    assert audited(hadir) == ["outage.found"]


def test_a_service_that_dies_at_every_start_is_down_all_the_time(hadir: Hadir, service: Service) -> None:
    """It answered for a moment only and gave no beat: one outage over both."""
    service.kill_all()
    died = last_beat(hadir)
    time.sleep(AFTER + 1)
    service.environment = {**service.environment, "HADIR_OUTAGE_AFTER_SECONDS": "60"}  # its first beat would be 15 s later
    service.start()
    service.kill_all()
    assert last_beat(hadir) == died
    service.environment = {**service.environment, "HADIR_OUTAGE_AFTER_SECONDS": str(AFTER)}
    restarted = datetime.now(UTC)
    service.start()
    beats_again(hadir, restarted)
    [outage] = known(hadir)
    assert outage.first == died
    assert outage.last
    assert outage.last > restarted


def test_a_database_that_cannot_be_written_is_an_outage_as_well(hadir: Hadir, service: Service) -> None:
    """The processes live all the time; what they need is away."""
    before = last_beat(hadir)
    rename(hadir, "heartbeat", "gone")
    time.sleep(AFTER + 1)
    back = datetime.now(UTC)
    rename(hadir, "gone", "heartbeat")
    beats_again(hadir, back)
    [outage] = known(hadir)
    assert before
    assert outage.last
    reading = timedelta(seconds=1)  # a beat reads its clock before it asks for the table, perhaps just before `back`
    assert before <= outage.first < back - reading < outage.last
    assert "heartbeat_failed" in service.log()
    assert service.stop() == 0


def rename(hadir: Hadir, old: str, new: str) -> None:
    with hadir.database.write() as db:
        db.execute(text(f"ALTER TABLE {old} RENAME TO {new}"))
