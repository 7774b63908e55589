"""What stands in the files of a month, as programs read it that are not ours."""

from __future__ import annotations

import dataclasses
import io
import re
import zipfile
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import openpyxl
import pytest
from openpyxl import load_workbook
from pydantic import SecretStr
from python_calamine import load_workbook as calamine
from sqlalchemy import select

from integration.app import assemble, connect
from integration.audit import audit
from integration.core import Hadir
from integration.documents import ods, xlsx
from integration.documents.cells import Cell, Look, Sheet
from integration.documents.sheets import Made
from integration.safe_names import names_in, safe_name
from integration.settings import Settings
from plugins.logbook.declared import forms as form_fields
from plugins.logbook.declared.fields import Declared
from plugins.logbook.drawing import names
from tests import cast, paper
from tests.certificates import PASSWORD, pkcs12_file
from tests.plugins.logbook import drawn as office
from tests.plugins.logbook.drawn import SITI, UNIT, drawn, hour, proved, wrote

MONDAY = date(2026, 11, 23)
HEADS = ["Tanggal", "Kegiatan", "Hasil", "Jumlah", "Satuan", "Menit", "RHK", "Tempat", "Status", "Versi", "Bukti"]


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """A file is the same whatever database it is drawn from."""
    return sqlite_url


@pytest.fixture
def hadir(hadir: Hadir) -> Hadir:
    return connect(hadir)


@pytest.fixture
def files(hadir: Hadir, clock: cast.Clock, tmp_path: Path) -> Callable[[str], Path]:
    """`files("….pdf")` draws what is there and gives the file."""

    def get(path: str) -> Path:
        drawn(hadir, clock)
        return saved(hadir, path, tmp_path)

    return get


def saved(hadir: Hadir, path: str, folder: Path) -> Path:
    assert hadir.ports.storage is not None
    file = folder / f"file{Path(path).suffix}"
    file.write_bytes(hadir.ports.storage.get(path))
    return file


def rows(path: Path, sheet: int = 0) -> list[list[Any]]:
    """The rows of a sheet below its head, as calamine reads them from either kind."""
    return calamine(str(path)).get_sheet_by_index(sheet).to_python()[4:]


# ---------------------------------------------------------------- a person's month


def test_a_persons_month_as_both_kinds_of_spreadsheet(
    hadir: Hadir, clock: cast.Clock, files: Callable[[str], Path], tmp_path: Path
) -> None:
    target = office.target(hadir, "siti", "RHK-3", "Tersusunnya laporan keuangan")
    text = '=HYPERLINK("http://jahat.example";"klik")  dua spasi\nbaris kedua & <tanda> \u0007'
    one = wrote(
        hadir, "siti", text, MONDAY, result="-5+3", quantity=Decimal("2.5"), measure="@laporan", target_id=target, place="wfh"
    )
    wrote(hadir, "siti", "Rapat", MONDAY, state="returned", minutes=90, note="Tolong dilengkapi", late=True)
    proved(hadir, one, kind="link", name="Dokumen", url="https://awan.example/s/x?a=1&b=2")
    for ending in ("xlsx", "ods"):
        path = files(f"{SITI}.xlsx") if ending == "xlsx" else saved(hadir, f"{SITI}.ods", tmp_path)
        assert calamine(str(path)).sheet_names == ["Kegiatan", "Ringkasan"]
        head = calamine(str(path)).get_sheet_by_index(0).to_python()[3]
        assert head == [*HEADS, "Ket."]
        first, second, total = rows(path)
        said = '=HYPERLINK("http://jahat.example";"klik")  dua spasi\nbaris kedua & <tanda> '
        assert first[:11] == [
            MONDAY, said, "-5+3", 2.5, "@laporan", 60.0, "RHK-3", "WFH", "terkirim", "", "Dokumen"
        ]  # fmt: skip
        assert second[8] == "dikembalikan"
        assert second[11] == "terlambat, dengan izin atasan"
        assert (total[0], total[1], total[5]) == ("Jumlah", "2 jam 30 menit", 150.0)
        assert "dilengkapi" not in str(rows(path)) + str(rows(path, 1))  # a note is not the whole unit's
        summary = {row[0]: row[1] for row in calamine(str(path)).get_sheet_by_index(1).to_python()[3:]}
        assert summary["Nama"] == "Siti Rahayu"
        assert summary["Hari terisi"] == "1 dari 16 hari kerja"
        assert summary["RHK-3"] == "Tersusunnya laporan keuangan"
        assert summary[date(2026, 11, 20)] == "belum ada laporan"
        assert summary[date(2026, 11, 21)] == "hari libur"


def test_the_workbook_has_links_sums_and_a_page(hadir: Hadir, files: Callable[[str], Path]) -> None:
    one = wrote(hadir, "siti", "Menyusun laporan")
    folder = "Hadir/Bidang Aplikasi/Logbook/2026/11"
    proved(hadir, one, kind="file", name="laporan #1 akhir.pdf", path=f"{folder}/Bukti/Siti Rahayu/laporan #1 akhir.pdf")
    two = wrote(hadir, "siti", "Menyusun lampiran")
    for number in (1, 2):
        proved(hadir, two, kind="link", name=f"Tautan {number}", url=f"https://awan.example/{number}")
    three = wrote(hadir, "siti", "Jahat")
    proved(hadir, three, kind="link", name="Jebakan", url="javascript:alert(1)")
    sheet = load_workbook(files(f"{SITI}.xlsx")).worksheets[0]
    assert sheet["K5"].hyperlink.target == "Bukti\\Siti%20Rahayu\\laporan%20%231%20akhir.pdf"  # as Excel writes them
    assert sheet["K6"].value == "Tautan 1 <https://awan.example/1>\nTautan 2 <https://awan.example/2>"
    assert sheet["K7"].hyperlink is None
    assert sheet["F8"].value == "=SUBTOTAL(109,F5:F7)"
    assert [cell.data_type for row in sheet["B5:E7"] for cell in row if cell.value is not None] == ["s"] * 3
    assert sheet["A5"].is_date
    assert sheet.auto_filter.ref == "A4:K7"
    assert sheet.freeze_panes == "B5"
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize, sheet.page_setup.fitToHeight) == ("landscape", 9, 0)
    assert sheet.print_title_rows == "$4:$4"


def test_the_answers_of_a_units_form_are_columns(hadir: Hadir, clock: cast.Clock, files: Callable[[str], Path]) -> None:
    fields = (
        Declared("biaya", "Biaya (Rp)", "number"),
        Declared("tgl", "Tanggal SPJ", "date"),
        Declared("ket", "Mitra", "text"),
    )
    with hadir.database.write() as db:
        form = form_fields.put(db, "office", fields, clock.now)
    assert form is not None
    answers = {"biaya": "1250000.5", "tgl": "2026-11-20", "ket": "=Dinas\nKominfo"}
    wrote(hadir, "siti", "Perjalanan", form_id=form.id, fields=answers)
    wrote(hadir, "siti", "Lain")
    xlsx_file = files(f"{SITI}.xlsx")
    first, second, _ = rows(xlsx_file)
    assert first[11:] == [1250000.5, date(2026, 11, 20), "=Dinas\nKominfo"]
    assert second[11:] == ["", "", ""]


def test_the_pdf_has_everything_and_places_to_sign(hadir: Hadir, files: Callable[[str], Path]) -> None:
    target = office.target(hadir, "siti", "RHK-3", "Tersusunnya laporan keuangan")
    one = wrote(hadir, "siti", "Menyusun *laporan* <b>keuangan</b>", target_id=target, quantity=Decimal(1250), measure="lembar")
    proved(hadir, one, kind="link", name="Dokumen bukti", url="https://awan.example/x")
    wrote(hadir, "siti", "Rapat", state="returned", note="Rahasia atasan")
    said = " ".join(paper.words(path := files(f"{SITI}.pdf")).split())
    for words in (
        "LAPORAN KERJA HARIAN", "Nama : Siti Rahayu", "1.250", "lembar", "Bukti: Dokumen bukti", "dikembalikan", "Sen 23",
        "Tersusunnya laporan keuangan", "Mengetahui,", "Budi Santoso", "Pegawai yang bersangkutan", cast.NIP["budi"],
    ):  # fmt: skip
        assert words in said
    assert "Rahasia" not in said
    assert "Bulan ini masih berjalan." in said
    assert "Menyusun *laporan*" in said
    assert paper.about(path)["Title"] == "Logbook November 2026 — Siti Rahayu"
    assert paper.about(path)["Page size"].endswith("(A4)")


def test_twenty_thousand_characters_are_drawn_whole(hadir: Hadir, clock: cast.Clock, tmp_path: Path) -> None:
    for number in range(10):
        wrote(hadir, "siti", f"mulai{number} " + "kata " * 390 + f"akhir{number}", result="h" * 1000)
    drawn(hadir, clock)
    for ending in ("xlsx", "ods", "pdf"):
        path = saved(hadir, f"{SITI}.{ending}", tmp_path)
        said = paper.words(path) if ending == "pdf" else str(rows(path))
        assert all(f"{word}{number}" in said for number in range(10) for word in ("mulai", "akhir"))


def test_a_closed_month_is_signed_where_the_office_has_a_certificate(
    settings: Settings, clock: cast.Clock, tmp_path: Path
) -> None:
    key = pkcs12_file(tmp_path, clock.now, name="Siti Rahayu")
    signing = settings.model_copy(update={"signing_pkcs12": key, "signing_password": SecretStr(PASSWORD)})
    hadir = connect(assemble(signing, clock=clock))
    with hadir.database.write() as db:
        cast.settle(db)
    wrote(hadir, "siti", "Rapat")
    drawn(hadir, clock)
    assert paper.signatures(saved(hadir, f"{SITI}.pdf", tmp_path)) == {}  # tomorrow it is another
    clock.now = cast.at("2026-12-11T08:07+07:00")
    hour(hadir)
    office.deliver(hadir)
    path = saved(hadir, f"{SITI}.pdf", tmp_path)
    assert paper.signatures(path)["Signature Validation"] == "Signature is Valid."
    assert "Ditandatangani secara elektronik" in paper.words(path)
    with hadir.database.read() as db:
        row = db.execute(select(audit.c.after).where(audit.c.action == "logbook.signed")).one()
    assert (row.after["signer"], row.after["path"]) == ("Siti Rahayu", f"{SITI}.pdf")
    hadir.database.dispose()


def test_a_certificate_that_cannot_sign_costs_nobody_the_report(settings: Settings, clock: cast.Clock, tmp_path: Path) -> None:
    key = pkcs12_file(tmp_path, clock.now, days=-1)
    signing = settings.model_copy(update={"signing_pkcs12": key, "signing_password": SecretStr(PASSWORD)})
    hadir = connect(assemble(signing, clock=clock))
    with hadir.database.write() as db:
        cast.settle(db)
    wrote(hadir, "siti", "Rapat")
    clock.now = cast.at("2026-12-11T08:07+07:00")
    drawn(hadir, clock)
    path = saved(hadir, f"{SITI}.pdf", tmp_path)
    assert "Final" in paper.words(path)
    assert paper.signatures(path) == {}
    hadir.database.dispose()


# ---------------------------------------------------------------- a unit's month


def test_a_units_workbook_has_a_summary_with_charts_and_a_sheet_for_each(
    hadir: Hadir, clock: cast.Clock, files: Callable[[str], Path]
) -> None:
    clock.now = cast.at("2026-11-30T16:00+07:00")
    office.month_of(hadir, "siti", 22)
    office.month_of(hadir, "dewi", 11)
    path = files(UNIT)
    book = load_workbook(path)
    assert book.sheetnames == ["Ringkasan", "Dewi Lestari", "Siti Rahayu"]
    summary = book.worksheets[0]
    charts: list[Any] = summary._charts  # type: ignore[attr-defined]
    assert [type(each).__name__ for each in charts] == ["BarChart", "BarChart"]
    table = {row[0]: row for row in calamine(str(path)).get_sheet_by_index(0).to_python()}
    assert table["Siti Rahayu"][1:] == [cast.NIP["siti"], 21.0, 21.0, 1.0, 84.0, 141.75]
    assert table["Dewi Lestari"][2:4] == [11.0, 21.0]
    assert table["Hendra Gunawan"][2:] == [0.0, 21.0, 0.0, 0.0, 0.0]  # who wrote nothing is seen to
    assert table["Jumlah"][2:] == [32.0, 126.0, "", 128.0, 216.0]
    assert [table[band][1] for band in ("0%", "1%–49%", "50%–79%", "80%–99%", "100%")] == [4.0, 0.0, 1.0, 0.0, 1.0]
    link = next(row[0] for row in summary.rows if row[0].value == "Siti Rahayu")
    assert link.hyperlink.location == "'Siti Rahayu'!A1"
    assert len(rows(path, 2)) == 84 + 1
    # What the charts show is what stands in the table.
    weeks = [row for row in calamine(str(path)).get_sheet_by_index(0).to_python() if isinstance(row[0], date)]
    assert sum(sum(row[1:4]) for row in weeks) == 216.0


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (["Siti", "siti", "SITI"], ["Siti", "siti (2)", "SITI (3)"]),
        (["Drs. Muhammad Abdurrahman Wahid, SH"] * 2, ["Drs. Muhammad Abdurrahman Wahid", "Drs. Muhammad Abdurrahman W (2)"]),
        (["'O[b]a:d?ia*h/\\'", "", "History", "Ringkasan"], ["O b a d ia h", "-", "History (2)", "Ringkasan (2)"]),
        (["😀" * 20, "a\nb\x07"], ["😀" * 15, "a b"]),
    ],
)  # fmt: skip
def test_names_of_sheets(given: list[str], expected: list[str]) -> None:
    found = names.sheets(given, ["Ringkasan"])
    assert found == expected
    with zipfile.ZipFile(io.BytesIO(_book(found))) as archive:  # XlsxWriter is the judge
        assert archive.testzip() is None


@pytest.mark.parametrize("name", ["漢字" * 100, "A" * 200, "../..", "nul", "a/b\nc\u202e"])
def test_names_of_files(hadir: Hadir, name: str) -> None:
    person = dataclasses.replace(office.person(hadir, "siti"), name=name)
    found = f"{names.person_file(person, MONDAY)} (12).xlsx"
    assert names_in(f"Hadir/{found}")[1] == found == safe_name(found)
    assert cast.NIP["siti"] in found


def _book(sheet_names: list[str]) -> bytes:
    made = Made("Judul", "", "Hadir", cast.MONDAY_0728)
    return xlsx.write([_sheet(name) for name in sheet_names], _speak(), made)


def _sheet(name: str) -> Sheet:
    sheet = Sheet(name, [10, 10], head=0)
    sheet.put(0, [Cell("a", Look(wrap=True)), Cell(None, Look())])
    return sheet


def _speak() -> Any:
    from integration.i18n import Catalogues

    return Catalogues([], "id").speak("id")


# ---------------------------------------------------------------- OpenDocument


def test_an_opendocument_file_is_what_its_standard_says() -> None:
    sheet = Sheet("Ani's & Co", [10, 12.5, 8], head=1, fixed=1, filtered=(1, 4, 2))
    sheet.put(0, [Cell("  Judul  <x>", Look(bold=True, size=14, boxed=False))])
    sheet.put(1, [Cell("A", Look(fill="#1F4E79")), Cell("B", Look()), Cell("C", Look())], 30)
    sheet.put(2, {0: Cell(date(2026, 11, 23), Look(format="date")), 2: Cell(Decimal("2.50"), Look())})
    sheet.put(4, [Cell("=1+1", Look()), Cell(0.5, Look(format="percent")), Cell(2.5, Look(), sums=(2, 2, 3))])
    sheet.put(5, [Cell("ke sana", Look(), link="#Lain"), Cell("x", Look(), link="https://a.example/?q=1&b"), Cell("", Look())])
    sheet.put(6, [Cell("berkas", Look(), link="Bukti/a%20b.pdf")])
    content = ods.write([sheet, _sheet("Lain")], Made("Judul & <kop>", "", "Hadir", cast.MONDAY_0728))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        first = archive.infolist()[0]
        assert (first.filename, first.compress_type, archive.read("mimetype").decode()) == ("mimetype", 0, ods.MEDIA_TYPE)
        parts = {name: archive.read(name).decode() for name in archive.namelist() if name.endswith(".xml")}
    for written in parts.values():
        ElementTree.fromstring(written)  # noqa: S314  # our own
    styles = set(re.findall(r'style:name="(\w+)"', parts["content.xml"]))
    used = set(re.findall(r'(?:table|data):?-?style-name="(\w+)"', parts["content.xml"])) - {"Default"}
    assert used <= styles
    assert set(re.findall(r'full-path="([^"/]+\.xml)"', parts["META-INF/manifest.xml"])) == set(parts) - {
        "META-INF/manifest.xml"
    }
    assert 'table:formula="of:=SUBTOTAL(109;[.C3:.C4])"' in parts["content.xml"]
    assert parts["content.xml"].count("table:formula") == 1
    links = re.findall(r'href="([^"]*)"', parts["content.xml"])
    assert links == ["#'Lain'.A1", "https://a.example/?q=1&amp;b", "../Bukti/a%20b.pdf"]
    book = calamine(io.BytesIO(content))
    assert book.sheet_names == ["Ani's & Co", "Lain"]
    table = book.get_sheet_by_index(0).to_python()
    assert table[0][0] == "  Judul  <x>"
    assert (table[2][0], table[2][2]) == (date(2026, 11, 23), 2.5)
    assert table[4] == ["=1+1", 0.5, 2.5]


def test_column_names() -> None:
    assert [ods.column_name(n) for n in (0, 25, 26, 51, 52, 701, 702)] == ["A", "Z", "AA", "AZ", "BA", "ZZ", "AAA"]
    assert ods.column_name(300) == openpyxl.utils.get_column_letter(301)
