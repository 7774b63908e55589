"""Last month's recaps go to the office's storage by themselves."""

from __future__ import annotations

from io import BytesIO

import openpyxl
import pytest
from sqlalchemy import select

from integration import outbox, people, scheduler
from integration.app import connect
from integration.deliveries.delivery import Delivery
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
        return hadir.ports.storage

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


def test_a_workbook_that_people_changed_is_kept_and_the_leader_is_told(chat, hadir, filed):
    chat("siti").says("/hadir masuk wfh")
    filed("2026-12-01T18:00+00:00").put(PATH, b"diubah dengan tangan", filing.XLSX)
    chat("dewi").says("/hadir masuk wfo", at=at("2026-11-24T07:10+07:00"))
    storage = filed("2026-12-16T18:00+00:00")
    assert storage.get(PATH) == b"diubah dengan tangan"
    beside = PATH.replace(".xlsx", " (versi Hadir 17 Des 01.00).xlsx")
    assert "Dewi Lestari" in names(storage.get(beside))
    with hadir.database.read() as db:
        leader = db.scalar(select(people.person.c.id).where(people.person.c.name == "Hendra Gunawan"))
        keys = list(db.scalars(select(outbox.outbox.c.key).where(outbox.outbox.c.key.like("beside:%"))))
    assert [key.rpartition(":")[2] for key in keys] == [str(leader)]


def test_a_unit_that_is_renamed_goes_on_in_its_folder(chat, hadir, filed):
    chat("siti").says("/hadir masuk wfh")
    filed("2026-12-01T18:00+00:00")
    with hadir.database.write() as db:
        db.execute(people.unit.update().where(people.unit.c.name == APLIKASI).values(name="Bidang Digital"))
    chat("dewi").says("/hadir masuk wfo", at=at("2026-12-02T07:10+07:00"))
    storage = filed("2027-01-01T18:00+00:00")
    assert [file.path for file in storage.list("Hadir/Bidang Aplikasi/Rekap/2026")] == [
        PATH,
        "Hadir/Bidang Aplikasi/Rekap/2026/rekap-2026-12-bidang-digital.xlsx",
    ]


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
