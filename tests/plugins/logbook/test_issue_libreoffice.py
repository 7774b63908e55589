"""The files of a month as LibreOffice opens them: every sheet, word, sum and chart that was drawn."""

from __future__ import annotations

import shutil
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import pytest
from python_calamine import load_workbook

from integration.app import connect
from integration.core import Hadir
from tests import cast, paper
from tests.plugins.logbook import drawn as office
from tests.plugins.logbook.drawn import SITI, UNIT

SOFFICE = shutil.which("soffice")
pytestmark = pytest.mark.skipif(SOFFICE is None, reason="LibreOffice is not installed")


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """A file is the same whatever database it is drawn from."""
    return sqlite_url


def opened(folder: Path, kind: str, *files: Path) -> list[Path]:
    """What LibreOffice makes of them, one program for all: `pdf` are the pages as they would be printed."""
    out = folder / kind
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = [str(SOFFICE), "--headless", "--norestore", profile, "--convert-to", kind, "--outdir", str(out)]
    done = subprocess.run([*command, *map(str, files)], capture_output=True, text=True, timeout=110, check=False)
    made = [out / f"{file.stem}.{kind}" for file in files]
    assert all(each.exists() for each in made), done.stdout + done.stderr
    return made


@pytest.mark.timeout(240)
def test_every_file_of_a_month_is_opened_and_shows_what_was_drawn(hadir: Hadir, clock: cast.Clock, tmp_path: Path) -> None:
    connect(hadir)
    clock.now = cast.at("2026-11-30T16:00+07:00")
    target = office.target(hadir, "siti", "RHK-3", "Tersusunnya laporan keuangan")
    office.month_of(hadir, "siti", 21, [target])
    office.month_of(hadir, "dewi", 11)
    office.wrote(hadir, "siti", '=HYPERLINK("http://jahat.example";"klik")', result="-5+3")
    office.drawn(hadir, clock)
    assert hadir.ports.storage is not None
    files = []
    for name, path in (("orang.xlsx", f"{SITI}.xlsx"), ("orang-ods.ods", f"{SITI}.ods"), ("unit.xlsx", UNIT)):
        (tmp_path / name).write_bytes(hadir.ports.storage.get(path))
        files.append(tmp_path / name)

    own, own_ods, unit = (paper.words(page) for page in opened(tmp_path, "pdf", *files))
    for said in (own, own_ods):
        for words in ("Siti Rahayu", "RHK-3", "Tersusunnya laporan keuangan", "Notulen rapat", "disetujui", "dikembalikan"):
            assert words in " ".join(said.split()), words
        assert "jahat.example" in "".join(said.split())  # as words: it was computed by nobody
    assert "Dewi Lestari" in unit
    for said in (own, own_ods, unit):
        for wrong in ("Err:", "#REF!", "#NAME?", "#VALUE!", "#DIV/0!"):
            assert wrong not in said, wrong

    (again,) = opened(tmp_path, "ods", files[2])
    book = load_workbook(str(again))
    assert book.sheet_names == ["Ringkasan", "Dewi Lestari", "Siti Rahayu"]
    with zipfile.ZipFile(files[2]) as ours, zipfile.ZipFile(again) as theirs:
        drawn = [name for name in ours.namelist() if name.startswith("xl/charts/chart")]
        charts = [
            name
            for name in theirs.namelist()
            if name.startswith("Object") and name.endswith("content.xml") and b"chart:plot-area" in theirs.read(name)
        ]
    assert len(charts) == len(drawn) == 2
    ours_, theirs_ = (load_workbook(str(each)).get_sheet_by_index(0).to_python() for each in (files[2], again))
    assert numbers(ours_) == numbers(theirs_) != []


def numbers(rows: list[list[Any]]) -> list[list[float]]:
    """As far as a spreadsheet keeps their digits."""
    found = [[round(cell, 9) for cell in row if isinstance(cell, float)] for row in rows]
    return [row for row in found if row]
