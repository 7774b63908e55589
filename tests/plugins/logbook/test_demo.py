"""The reports of the demo: weeks that are approved, one given back, yesterday's to be checked, and a team's day to look at."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select

from integration.app import assemble
from integration.audit import audit
from integration.core import Hadir
from integration.dispatch import parse
from integration.messages import Reply, Sender, plain
from integration.settings import load
from plugins.logbook.tables import logbook_entry, skp_target
from tests import cast
from tests.cast import at
from tests.conftest import SECRET

# The homes of these are shared with the demo's other tests.
MONDAY, NEW_YEAR = "2026-11-23T12:00+07:00", "2026-12-31T18:00+07:00"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """`hadir demo` has an SQLite database of its own."""
    return sqlite_url


@pytest.fixture(params=[MONDAY, NEW_YEAR])
def office(demo_home: Callable[[datetime], Path], tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Hadir]:
    now = at(request.param)
    home = shutil.copytree(demo_home(now), tmp_path / "office")
    service = assemble(load({}, secret_key=SECRET, home=home), clock=cast.Clock(now))
    yield service
    service.database.dispose()


def says(hadir: Hadir, username: str, line: str) -> str:
    name, _, text = line.removeprefix("/").partition(" ")
    answer = hadir.dispatcher.handle(Sender("browser", username, username), parse(name, text), hadir.clock())
    assert isinstance(answer, Reply)
    return plain(answer.text)


def test_weeks_are_approved_one_report_is_given_back_and_the_last_day_waits(office: Hadir) -> None:
    with office.database.read() as db:
        e = logbook_entry.c
        states = {row.state: row.n for row in db.execute(select(e.state, func.count().label("n")).group_by(e.state))}
        waiting = set(db.scalars(select(e.day).where(e.state == "sent", e.decider_id.is_(None)).distinct()))
        targets = db.scalar(select(func.count()).select_from(skp_target)) or 0
        drafted = db.scalars(select(e.source).where(e.source != "")).all()
        done = set(db.scalars(select(audit.c.action).where(audit.c.action.like("logbook.%")).distinct()))
    assert states["approved"] > 200
    assert states["returned"] == 1
    assert states["sent"] > 30
    assert len(waiting) > 1  # those of the leader above all have nobody who checks them in this office
    assert targets >= 60
    assert len(drafted) == 1  # a meeting, taken as it was drafted
    assert {"logbook.sent", "logbook.approved", "logbook.returned"} <= done


def test_a_leader_finds_a_lived_in_team(office: Hadir) -> None:
    last = date(2026, 11, 20) if office.clock() == at(MONDAY) else date(2026, 12, 30)
    day = says(office, "budi", f"/logbook tim {last:%d/%m/%Y}")
    assert "Terisi 10 dari 10 (100%)" in day or "Terisi 9 dari 9 (100%)" in day
    assert "RHK-1 Aplikasi layanan berjalan sesuai rencana" in day
    assert "/p/logbook.tim/" in day
    assert "RHK-2" in says(office, "siti", "/logbook target")
    assert "Terisi" in says(office, "hendra", "/logbook tim")


def test_whoever_was_given_a_report_back_reads_why(office: Hadir) -> None:
    with office.database.read() as db:
        day = db.scalars(select(logbook_entry.c.day).where(logbook_entry.c.state == "returned")).one()
    assert "modul mana yang diuji" in says(office, "rizky", f"/logbook lihat {day:%d/%m/%Y}")
