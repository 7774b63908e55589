"""Last month's recaps go to the office's storage by themselves."""

from __future__ import annotations

from datetime import date
from io import BytesIO

import openpyxl
import pytest
from sqlalchemy import select

from integration import people, scheduler
from integration.app import connect
from integration.delivery import Delivery
from integration.ports import Storage
from plugins.hadir import filing
from plugins.hadir.plugin import PLUGIN
from tests.cast import APLIKASI, KEPEGAWAIAN, at

JOB = next(job for job in PLUGIN.jobs if job.name == "file_recaps")
PATH = "Hadir/Bidang Aplikasi/Rekap/2026/rekap-2026-11-bidang-aplikasi.xlsx"


@pytest.fixture
def filed(hadir, clock):
    """`filed("2026-12-01T18:00+00:00")`: the storage after the job of that moment and the delivery that follows."""
    connect(hadir)

    def run(planned: str) -> Storage:
        clock.now = at(planned)
        assert scheduler.run_job(hadir, JOB, at(planned))
        while Delivery(hadir).step():
            pass
        return hadir.storage

    return run


def names(content: bytes) -> set[str]:
    sheet = openpyxl.load_workbook(BytesIO(content)).worksheets[0]
    return {str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value}


def test_a_unit_with_records_has_its_workbook_filed(chat, filed):
    chat("siti").says("/hadir masuk wfh")
    storage = filed("2026-12-01T18:00+00:00")
    assert "Siti Rahayu" in names(storage.get(PATH))
    assert storage.list("Hadir/Subbagian Kepegawaian/Rekap/2026") == []


def test_it_is_drawn_again_in_its_place_when_corrections_are_over(chat, filed):
    chat("siti").says("/hadir masuk wfh")
    first = filed("2026-12-01T18:00+00:00").get(PATH)
    chat("dewi").says("/hadir masuk wfo", at=at("2026-11-24T07:10+07:00"))
    storage = filed("2026-12-16T18:00+00:00")
    assert [file.path for file in storage.list("Hadir/Bidang Aplikasi/Rekap/2026")] == [PATH]
    assert storage.get(PATH) != first


def test_units_whose_names_differ_only_in_what_a_file_name_cannot_hold_have_a_path_each():
    month = date(2026, 11, 1)
    names = ("A-B", "A/B", "A:B", " A-B", "A-B.", "x" * 300, "x" * 299)
    paths = {filing.path(number, name, month) for number, name in enumerate(names, 1)}
    assert len(paths) == len(names)
    assert filing.path(1, "A-B", month) == "Hadir/A-B/Rekap/2026/rekap-2026-11-a-b.xlsx"
    assert filing.path(2, "A/B", month) == "Hadir/A-B (2)/Rekap/2026/rekap-2026-11-a-b.xlsx"


def test_two_such_units_each_have_their_own_people_filed(chat, hadir, filed):
    with hadir.database.write() as db:
        for old, new in ((APLIKASI, "A/B"), (KEPEGAWAIAN, "A-B")):
            db.execute(people.unit.update().where(people.unit.c.name == old).values(name=new))
        number = db.scalar(select(people.unit.c.id).where(people.unit.c.name == "A/B"))
    chat("siti").says("/hadir masuk wfh")
    chat("rina").says("/hadir masuk wfo")
    storage = filed("2026-12-01T18:00+00:00")
    file = "Rekap/2026/rekap-2026-11-a-b.xlsx"
    assert "Siti Rahayu" in names(storage.get(f"Hadir/A-B ({number})/{file}"))
    assert "Rina Marlina" in names(storage.get(f"Hadir/A-B/{file}"))
