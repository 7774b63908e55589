"""`hadir report …` as it is typed at the server. Now it is Tuesday, 24 November 2026."""

from __future__ import annotations

import csv
import io
import json
import os
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import openpyxl
import pytest
from click.testing import Result
from sqlalchemy import select

from integration.audit import audit
from integration.core import Hadir
from tests import cast, paper
from tests.cast import APLIKASI, NIP, at
from tests.certificates import PASSWORD, pkcs12_file
from tests.terminal import Terminal


@dataclass(frozen=True)
class Desk(Terminal):
    """A terminal with more settings, in a folder."""

    more: dict[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        return super().environment | self.more


@pytest.fixture
def desk(hadir: Hadir, chat: Callable[[str], cast.Talker], clock: cast.Clock, tmp_path: Path) -> Desk:
    clock.now = at("2026-11-24T09:00+07:00")
    for day, came in ((16, "07:28"), (17, "07:46"), (18, "07:20")):
        chat("siti").says("/hadir masuk wfo", at=at(f"2026-11-{day}T{came}+07:00"))
        chat("siti").says("/hadir pulang", at=at(f"2026-11-{day}T16:05+07:00"))
    agency = {"HADIR_AGENCY_NAME": "Dinas Contoh", "HADIR_AGENCY_PLACE": "Jakarta"}
    return Desk(hadir.settings, clock, agency)


def recap(desk: Desk, out: Path, *words: str, month: str = "2026-11") -> Result:
    return desk("report", "recap", "--month", month, "--out", str(out), *words)


# ---------------------------------------------------------------- recap


def test_the_offices_recap_is_a_workbook(desk: Desk, tmp_path: Path) -> None:
    result = recap(desk, tmp_path)
    path = tmp_path / "rekap-2026-11-dinas-contoh.xlsx"
    assert (result.exit_code, result.stdout) == (0, f"{path}: 9 people\n")
    assert openpyxl.load_workbook(path)["Rekap"]["A1"].value == "Rekap kehadiran November 2026 — Dinas Contoh"


def test_a_unit_and_a_person(desk: Desk, tmp_path: Path) -> None:
    assert "6 people" in recap(desk, tmp_path / "unit.pdf", "--unit", "aplikasi", "--format", "pdf").stdout
    assert APLIKASI in paper.words(tmp_path / "unit.pdf")
    nip = NIP["siti"]
    spaced = f"{nip[:8]} {nip[8:14]} {nip[14]} {nip[15:]}"
    assert "1 person" in recap(desk, tmp_path / "siti.pdf", "--person", spaced, "--format", "pdf").stdout
    assert "Siti Rahayu" in paper.words(tmp_path / "siti.pdf")
    assert "DINAS CONTOH" in paper.words(tmp_path / "siti.pdf").upper()


def test_a_dataset_has_its_description_beside_it(desk: Desk, tmp_path: Path) -> None:
    result = recap(desk, tmp_path / "data.csv", "--format", "csv")
    assert result.stdout.splitlines()[1] == f"{tmp_path / 'data.metadata.json'}: what the columns mean"
    about = json.loads((tmp_path / "data.metadata.json").read_text())
    assert about["resources"][0]["path"] == "data.csv"
    assert about["satu_data"]["produsen_data"] == "Dinas Contoh"


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--month", "2026-12"), 1, "2026-12 has not come yet"),
        (("--month", "2020-01"), 1, "there is no record of Dinas Contoh in 2020-01; nothing was written"),
        (("--month", "2026-13"), 2, "is no month; write it like 2026-10"),
        (("--month", "november"), 2, "is no month"),
        (("--month", "2026-11", "--unit", "Antariksa"), 1, "there is no unit named 'Antariksa'"),
        (("--month", "2026-11", "--unit", "b"), 1, "can mean several units: Bidang Aplikasi, Subbagian Kepegawaian"),
        (("--month", "2026-11", "--person", "123"), 1, "nobody has the NIP 123; `hadir people list NAME` finds it"),
        (("--month", "2026-11", "--person", "1", "--unit", "b"), 2, "give --unit or --person, not both"),
        (("--month", "2026-11", "--sign"), 2, "--sign is for --format pdf"),
        ((), 2, "Missing option '--month'"),
    ],
)
def test_what_cannot_be_made_is_said(desk: Desk, tmp_path: Path, words: tuple[str, ...], code: int, said: str) -> None:
    result = desk("report", "recap", *words, "--out", str(tmp_path))
    assert result.exit_code == code
    assert said in result.stderr
    assert list(tmp_path.glob("rekap*")) == []


def test_a_person_without_a_record(desk: Desk, tmp_path: Path) -> None:
    result = recap(desk, tmp_path, "--person", NIP["dewi"], "--format", "pdf")
    assert result.exit_code == 1
    assert "there is no record of Dewi Lestari in 2026-11" in result.stderr


def test_a_folder_that_is_not_there_or_not_ours(desk: Desk, tmp_path: Path) -> None:
    result = recap(desk, tmp_path / "tidak" / "ada.xlsx")
    assert (result.exit_code, "there is no folder" in result.stderr) == (1, True)
    if os.geteuid() != 0:
        tmp_path.chmod(0o500)
        assert "cannot be written" in recap(desk, tmp_path / "x.xlsx").stderr


def test_a_file_is_replaced_as_a_whole_and_nothing_stays_behind(desk: Desk, tmp_path: Path) -> None:
    folder = tmp_path / "laporan"
    folder.mkdir()
    (folder / "rekap.xlsx").write_bytes(b"lama")
    recap(desk, folder / "rekap.xlsx")
    assert openpyxl.load_workbook(folder / "rekap.xlsx").sheetnames[0] == "Rekap"
    assert [path.name for path in folder.iterdir()] == ["rekap.xlsx"]


# ---------------------------------------------------------------- signing


def signing(desk: Desk, file: Path, password: str = PASSWORD) -> Desk:
    names = {"HADIR_SIGNING_PKCS12_FILE": str(file), "HADIR_SIGNING_PASSWORD": password}
    return Desk(desk.settings, desk.clock, desk.more | names)


def test_a_signed_recap_is_valid_and_shows_who_signed(desk: Desk, hadir: Hadir, tmp_path: Path) -> None:
    file = pkcs12_file(tmp_path, hadir.clock(), name="Hendra Gunawan")
    path = tmp_path / "rekap.pdf"
    result = recap(signing(desk, file), path, "--unit", "aplikasi", "--format", "pdf", "--sign")
    assert result.exit_code == 0, result.stderr
    assert "signed by Hendra Gunawan (valid until 2027-11-24)" in result.stdout
    assert paper.signatures(path)["Signature Validation"] == "Signature is Valid."
    assert "Ditandatangani secara elektronik oleh" in paper.words(path)
    with hadir.database.read() as db:
        row = db.execute(select(audit).where(audit.c.action == "report.signed")).one()
    assert row.after["signer"] == "Hendra Gunawan"


@pytest.mark.parametrize(
    ("password", "days", "said"),
    [("salah", 365, "the password is wrong"), (PASSWORD, -1, "expired on 2026-11-23")],
)
def test_what_cannot_be_signed_is_kept_unsigned(
    desk: Desk, hadir: Hadir, tmp_path: Path, password: str, days: int, said: str
) -> None:
    file = pkcs12_file(tmp_path, hadir.clock(), days=days)
    path = tmp_path / "rekap.pdf"
    result = recap(signing(desk, file, password), path, "--format", "pdf", "--sign")
    assert result.exit_code == 1
    assert said in result.stderr
    assert f"The unsigned document is in {path}." in result.stderr
    assert "Siti Rahayu" in paper.words(path)
    assert paper.signatures(path) == {}


def test_signing_that_is_not_set_up_says_how(desk: Desk, tmp_path: Path) -> None:
    result = recap(desk, tmp_path, "--format", "pdf", "--sign")
    assert result.exit_code == 1
    assert "HADIR_SIGNING_PKCS12_FILE must name a PKCS#12 file" in result.stderr
    assert list(tmp_path.glob("*.pdf"))


# ---------------------------------------------------------------- compliance


def test_compliance_as_text_is_plain_english(desk: Desk) -> None:
    result = desk("report", "compliance", "--month", "2026-11")
    assert result.exit_code == 0
    assert result.stdout.startswith("Compliance November 2026 — Dinas Contoh (9 people)\n")
    assert "**" not in result.stdout
    assert "Nothing stands out." not in result.stdout
    assert "- Dinas Contoh: attendance 7.8 %; 141 of 153 working days have no record." in result.stdout
    assert "Shown from: attendance below 90.0 %; a person with 3 days without a record" in result.stdout


def test_compliance_for_programs(desk: Desk, tmp_path: Path) -> None:
    found = json.loads(desk("report", "compliance", "--month", "2026-11", "--format", "json").stdout)
    assert (found["month"], found["people"], found["late"], found["late_minutes"]) == ("2026-11", 9, 1, 16)
    assert [unit["name"] for unit in found["units"]] == [APLIKASI, "Subbagian Kepegawaian"]
    rows = list(csv.reader(io.StringIO(desk("report", "compliance", "--month", "2026-11", "--format", "csv").stdout)))
    assert rows[1][:2] == [APLIKASI, "6"]
    for kind in ("xlsx", "pdf"):
        path = tmp_path / f"k.{kind}"
        result = desk("report", "compliance", "--month", "2026-11", "--format", kind, "--out", str(path))
        assert result.stdout == f"{path}\n"
    assert openpyxl.load_workbook(tmp_path / "k.xlsx").sheetnames[2] == "Perlu dilihat"
    assert "KEPATUHAN" in paper.words(tmp_path / "k.pdf")


def test_compliance_of_a_month_to_come_or_an_unknown_unit(desk: Desk) -> None:
    assert "has not come yet" in desk("report", "compliance", "--month", "2027-01").stderr
    result = desk("report", "compliance", "--month", "2026-11", "--unit", "Antariksa")
    assert (result.exit_code, "there is no unit named" in result.stderr) == (1, True)


# ---------------------------------------------------------------- a person's own data


def test_everything_about_a_person(desk: Desk, hadir: Hadir, tmp_path: Path) -> None:
    result = desk("report", "export-person", NIP["siti"], "--out", str(tmp_path / "siti.zip"))
    assert result.exit_code == 0
    assert "Siti Rahayu, " in result.stdout
    with zipfile.ZipFile(tmp_path / "siti.zip") as archive:
        tables = json.loads(archive.read("data.json"))["tables"]
    assert len(tables["attendance_event"]) == 6
    with hadir.database.read() as db:
        row = db.execute(select(audit).where(audit.c.action == "person.data_exported")).one()
    assert row.actor.startswith("terminal")


def test_nobody_has_that_nip(desk: Desk, tmp_path: Path) -> None:
    result = desk("report", "export-person", "999", "--out", str(tmp_path))
    assert (result.exit_code, "nobody has the NIP 999" in result.stderr) == (1, True)
    assert list(tmp_path.glob("*.zip")) == []
