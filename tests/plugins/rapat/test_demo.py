"""The meetings of the demo: there to be looked at, answered and written down at once, and made as everybody makes them."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from integration.app import assemble, connect
from integration.core import Hadir
from integration.deliveries.delivery import Delivery
from integration.dispatch import parse
from integration.messages import Reply, Sender, plain
from integration.outbox import outbox
from integration.settings import load
from plugins.rapat.tables import meeting, meeting_task
from tests import cast
from tests.cast import at
from tests.conftest import SECRET

# On a Monday, on a Saturday, and between holidays: the homes of these are shared with other tests.
MOMENTS = ["2026-11-23T12:00+07:00", "2026-11-28T09:00+07:00", "2026-12-31T18:00+07:00"]


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """`hadir demo` has an SQLite database of its own."""
    return sqlite_url


@pytest.fixture(params=MOMENTS)
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


def test_one_is_over_one_is_ahead_one_comes_every_week_and_one_looks_for_its_time(office: Hadir) -> None:
    with office.database.read() as db:
        found = db.execute(select(meeting.c.title, meeting.c.state, meeting.c.recurrence != "").order_by(meeting.c.id)).all()
        states = sorted(db.scalars(select(meeting_task.c.state)))
    assert [tuple(row) for row in found] == [
        ("Apel virtual", "planned", True),
        ("Koordinasi SPBE", "planned", False),
        ("Persiapan uji coba aplikasi layanan", "planned", False),
        ("Evaluasi layanan", "polling", False),
    ]
    assert states == ["done", "open", "open", "open"]
    assert "**Persiapan uji coba aplikasi layanan** [3]" in says(office, "siti", "/rapat")
    assert "Kapan Anda bisa?" in says(office, "siti", "/rapat cari-waktu")
    assert "2 hadir, 0 tidak hadir, 1 ragu, 2 belum menjawab" in says(office, "siti", "/rapat lihat persiapan")


def test_the_one_that_is_over_has_its_list_its_minutes_and_open_tasks(office: Hadir) -> None:
    said = says(office, "budi", "/rapat daftar-hadir koordinasi")
    assert said.startswith("**Daftar hadir: Koordinasi SPBE**")
    assert "5 hadir" in said
    assert "23 hadir" in says(office, "ratna", "/rapat daftar-hadir apel")
    assert "Laporan triwulan dikirim" in says(office, "siti", "/rapat notulen koordinasi baca")
    assert "lewat" in says(office, "rizky", "/rapat tugas")
    assert "Menyiapkan data dukung" in says(office, "siti", "/rapat tugas")
    assert "diundang" not in says(office, "frans", "/rapat lihat koordinasi")


@pytest.mark.parametrize("office", MOMENTS[:1], indirect=True)
def test_the_worker_of_the_demo_files_the_papers(office: Hadir) -> None:
    connect(office)
    delivery = Delivery(office)
    while delivery.step():
        pass
    papers = {path.name for path in office.settings.home.rglob("*Koordinasi SPBE/*")}
    assert papers >= {"Undangan.pdf", "Daftar hadir.pdf", "Daftar hadir.xlsx", "Notulen.pdf", "Notulen.md"}
    with office.database.read() as db:
        assert db.execute(select(outbox.c.key).where(outbox.c.state != "done")).all() == []
