"""The rotas of the demo: there to be looked at and swapped at once, and made as everybody makes them."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from integration import people
from integration.app import assemble
from integration.core import Hadir
from integration.dispatch import parse
from integration.messages import Reply, Sender, plain
from integration.outbox import outbox
from integration.settings import load
from plugins.jadwal.rota import verify
from plugins.jadwal.tables import remote_register, rota, rota_day
from tests import cast
from tests.cast import at
from tests.conftest import SECRET

MONDAY = "2026-11-23T12:00+07:00"


@pytest.fixture(params=[MONDAY, "2026-11-28T09:00+07:00", "2026-12-31T18:00+07:00"])
def office(demo_home: Callable[[datetime], Path], tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Hadir]:
    """On a Monday, on a Saturday, and between holidays."""
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


def test_every_unit_has_a_rota_of_this_week_and_the_next(office: Hadir) -> None:
    today = office.clock().date()
    monday = today - timedelta(today.weekday())
    with office.database.write() as db:
        rotas = db.execute(select(rota.c.first, rota.c.last, rota.c.state)).all()
        units = db.scalars(select(people.unit.c.id)).all()
        assert list(verify.problems(db)) == []
        left = db.scalars(select(outbox.c.payload).where(outbox.c.kind == "task", outbox.c.state != "done"))
        assert [each for each in left if each["task"].startswith("jadwal.")] == []
    assert rotas == [(monday, monday + timedelta(13), "published")] * len(units)


def test_there_is_something_to_look_at_and_to_swap(office: Hadir) -> None:
    assert "belum terbit" not in says(office, "siti", "/jadwal")
    team = says(office, "yosef", "/jadwal tim")
    assert "| H |" in team
    assert "★" in team
    assert "layanan pengguna 1 orang" in says(office, "budi", "/jadwal rancangan 2")
    assert "mengembangkan aplikasi, layanan pengguna" in says(office, "siti", "/jadwal daftar-wfh")


@pytest.mark.parametrize("office", [MONDAY], indirect=True)
def test_on_a_monday_siti_and_dewi_can_swap(office: Hadir) -> None:
    said = says(office, "siti", "/jadwal tukar @dewi selasa rabu antar anak ke sekolah")
    assert said.startswith("Ajakan tukar dikirim kepada Dewi Lestari")


def test_the_guard_is_never_sent_home_and_a_duty_is_always_covered(office: Hadir) -> None:
    names = {"Joko Susilo", "Siti Rahayu", "Dewi Lestari", "Rizky Ramadhan"}
    with office.database.read() as db:
        rows = db.execute(
            select(people.person.c.name, rota_day.c.day, rota_day.c.place)
            .join_from(rota_day, people.person, rota_day.c.person_id == people.person.c.id)
            .where(rota_day.c.active, people.person.c.name.in_(names))
        ).all()
        assert len(db.scalars(select(remote_register.c.id)).all()) == 11
    assert {row.place for row in rows if row.name == "Joko Susilo"} == {"wfo"}
    office_days: dict[date, int] = {}
    for row in rows:
        if row.name != "Joko Susilo":
            office_days[row.day] = office_days.get(row.day, 0) + (row.place == "wfo")
    assert min(office_days.values()) >= 1
