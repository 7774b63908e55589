"""Last month's recaps go to the office's storage by themselves."""

from __future__ import annotations

from io import BytesIO

import openpyxl
import pytest

from integration import scheduler
from integration.app import connect
from integration.delivery import Delivery
from integration.ports import Storage
from plugins.hadir.plugin import PLUGIN
from tests.cast import at

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
