"""A month on paper and in files: the PDF by a button, the office's workbook, the dataset. Now it is 24 November 2026."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from integration import people
from integration.core import Hadir
from integration.documents import sheets
from integration.messages import Button
from integration.scheduler import work as work_of
from plugins.hadir import recap
from plugins.hadir.reports import making, scope, workbook
from plugins.hadir.reports.making import Format
from plugins.hadir.reports.paper import Issue
from plugins.hadir.reports.scope import Scope
from tests import paper
from tests.cast import APLIKASI, KEPEGAWAIAN, NIP, at
from tests.post import button, change, inbox, labels, person_id

NOVEMBER, DECEMBER = date(2026, 11, 1), date(2026, 12, 1)
OFFICE = Scope("office", 0, "Kantor Contoh")


@pytest.fixture(autouse=True)
def _tuesday(clock):
    clock.now = at("2026-11-24T09:00+07:00")


@pytest.fixture
def worked(hadir, chat):
    """Siti: on time, late with a private note, gone early, forgot to check out, corrected. Dewi at home; Rina on Monday."""
    siti = chat("siti")
    for day, place, came, left in (
        (16, "wfo", "07:28", "16:05"),
        (17, "wfh anak sakit", "07:46", "16:10"),
        (18, "wfo", "07:30", "15:50"),
        (19, "wfa", "07:20", ""),
    ):
        siti.says(f"/hadir masuk {place}", at=at(f"2026-11-{day}T{came}+07:00"))
        if left:
            siti.says("/hadir pulang", at=at(f"2026-11-{day}T{left}+07:00"))
    siti.says("/hadir koreksi 23/11 masuk wfo 07.25 lupa karena antar anak")
    chat("budi").presses(button(inbox(hadir, "budi")[0], "Setujui"))
    chat("dewi").says("/hadir masuk wfh", at=at("2026-11-23T07:40+07:00"))
    chat("rina").says("/hadir masuk wfo", at=at("2026-11-23T07:10+07:00"))


def made(hadir: Hadir, folder: Path, given: Scope, kind: Format, month: date = NOVEMBER, locale: str = "id") -> Path:
    """The recap as the terminal makes it."""
    path = folder / f"rekap.{kind}"
    with hadir.database.read() as db:
        work = work_of(hadir, db)
        issue = Issue(hadir.catalogues.speak(locale), hadir.settings, month, "Hadir", "Asia/Jakarta", work.now)
        making.make(work, issue, given, making.team_of(work, given, month), kind, path)
    return path


def of_siti(hadir: Hadir) -> Scope:
    return Scope("person", person_id(hadir, "siti"), "Siti Rahayu")


# ---------------------------------------------------------------- the PDF of a person


def test_the_pdf_comes_by_a_button_beside_the_workbooks(hadir, chat, worked, tmp_path):
    siti = chat("siti")
    siti.says("/hadir rekap")
    assert labels(siti.last)[:2] == ["Unduh XLSX", "Unduh PDF"]
    assert siti.presses("Unduh PDF") == "rekap-2026-11-siti-rahayu.pdf: lihat di pesan langsung dari Hadir."
    [file] = inbox(hadir, "siti")[-1].files
    assert (file.name, file.media_type) == ("rekap-2026-11-siti-rahayu.pdf", "application/pdf")
    assert file.content.startswith(b"%PDF")


def test_a_persons_month_fits_on_one_page_with_both_signatures(hadir, worked, tmp_path):
    path = made(hadir, tmp_path, of_siti(hadir), "pdf")
    assert paper.about(path)["Pages"] == "1"
    text = paper.words(path)
    lines = [" ".join(line.split()) for line in text.splitlines()]
    assert "Sen 16 07.30–16.00 07.28 16.05 WFO 7.37" in lines
    assert "Sel 17 07.30–16.00 07.46 16.10 WFH 16 7.24 terlambat" in lines
    assert "Kam 19 07.30–16.00 07.20 WFA tidak lengkap" in lines
    assert "Sen 2 07.30–16.00 tanpa catatan" in lines
    assert "Sen 23 07.30–16.00 07.25 WFO tidak lengkap; dikoreksi" in lines
    for words in ("Siti Rahayu", NIP["siti"], APLIKASI, "Mengetahui,", "Atasan langsung", "Budi Santoso", NIP["budi"]):
        assert words in text
    assert "Terlambat : 1× (16 menit)" in " ".join(text.split())


def test_a_whole_month_of_31_days_still_fits_on_one_page(hadir, chat, clock, tmp_path):
    for day in range(1, 32):
        chat("siti").says("/hadir masuk wfo", at=at(f"2026-12-{day:02d}T07:20+07:00"))
        chat("siti").says("/hadir pulang", at=at(f"2026-12-{day:02d}T16:40+07:00"))
    clock.now = at("2027-01-04T09:00+07:00")
    path = made(hadir, tmp_path, of_siti(hadir), "pdf", DECEMBER)
    assert paper.about(path)["Pages"] == "1"
    assert "Kam 31" in paper.words(path)


def test_what_somebody_wrote_is_in_no_report(hadir, worked, tmp_path):
    """A note and the reason of a correction are between the person and the supervisor."""
    for kind in ("pdf", "xlsx", "csv"):
        path = made(hadir, tmp_path, OFFICE, kind)  # type: ignore[arg-type]  # one of three
        text = paper.words(path) if kind == "pdf" else path.read_bytes().decode("latin1")
        if kind == "xlsx":
            text = str([row for sheet in openpyxl.load_workbook(path) for row in sheet.values])
        assert "Siti Rahayu" in text
        assert "anak" not in text


def test_who_may_not_see_a_recap_gets_no_pdf(hadir, chat, worked):
    said = chat("siti").presses(_press("person", person_id(hadir, "budi")))
    assert said.startswith("Rekap Budi Santoso")
    assert inbox(hadir, "siti")[-1].files == ()


def _press(kind: str, id: int) -> Button:
    return Button("x", "hadir.recap_pdf", f"2026-11:{kind}:{id}")


def test_an_empty_month_makes_no_pdf(hadir, chat):
    said = chat("siti").presses(_press("person", person_id(hadir, "siti")))
    assert said == "Belum ada catatan kehadiran Siti Rahayu pada November 2026."


def test_a_supervisor_signs_for_the_team(hadir, chat, worked, tmp_path):
    budi = chat("budi")
    budi.says("/hadir rekap tim")
    budi.presses("Unduh PDF")
    path = tmp_path / "tim.pdf"
    path.write_bytes(inbox(hadir, "budi")[-1].files[0].content)
    text = paper.words(path)
    assert "tim Budi Santoso · November 2026" in text
    assert NIP["budi"] in text.split("Atasan langsung")[1]
    assert "Rina Marlina" not in text


# ---------------------------------------------------------------- the PDF of units


def test_every_unit_begins_a_page_and_its_head_signs(hadir, worked, tmp_path):
    path = made(hadir, tmp_path, OFFICE, "pdf")
    first, second = paper.words(path).rstrip("\f").split("\f")
    assert f"{APLIKASI} · November 2026" in first
    assert f"{KEPEGAWAIAN} · November 2026" in second
    assert "Hendra Gunawan" in first.split(f"Kepala {APLIKASI}")[1], "the unit's only pimpinan"
    assert "...." in second.split(f"Kepala {KEPEGAWAIAN}")[1], "nobody is guessed"


def test_a_matrix_has_a_mark_for_each_day_and_totals(hadir, worked, tmp_path):
    text = paper.words(made(hadir, tmp_path, Scope("unit", 1, APLIKASI), "pdf"))
    siti = next(line.split() for line in text.splitlines() if "Siti Rahayu" in line)
    days, totals = siti[4:-13], siti[-13:]
    assert days == [*"––––––––––", "O", "H", "O", "A?", "–", "O?"]
    assert totals == ["17", "5", "3", "1", "1", "–", "1", "16", "1", "10", "2", "–", "11"]


@pytest.mark.parametrize("name", ['=HYPERLINK("http://x")', "@siti", "<b>Siti</b>", "Raden Mas " * 12])
def test_a_strange_name_is_only_a_name(hadir, worked, tmp_path, name):
    change(hadir, "siti", name=name.strip())
    text = " ".join(paper.words(made(hadir, tmp_path, of_siti(hadir), "pdf")).split())
    assert name.split()[0] in text
    sheet = openpyxl.load_workbook(made(hadir, tmp_path, OFFICE, "xlsx"))["Rekap"]
    cell = next(cell for row in sheet.iter_rows(max_col=1) for cell in row if cell.value == name.strip())
    assert cell.data_type == "s"
    rows = list(csv.DictReader(io.StringIO(made(hadir, tmp_path, OFFICE, "csv").read_text(encoding="utf-8"), newline="")))
    assert any(row["nama"] in (name.strip(), f"'{name.strip()}") for row in rows)
    assert not any(row["nama"].startswith(("=", "@")) for row in rows)


# ---------------------------------------------------------------- the office's workbook


def test_the_offices_workbook_has_a_matrix_units_and_every_day(hadir, worked, tmp_path):
    book = openpyxl.load_workbook(made(hadir, tmp_path, OFFICE, "xlsx"))
    assert book.sheetnames == ["Rekap", "Unit kerja", "Harian"]
    sheet = book["Rekap"]
    assert sheet["A1"].value == "Rekap kehadiran November 2026 — Kantor Contoh"
    heads = [str(cell.value) for cell in sheet[4]]
    assert heads[:4] == ["Nama", "NIP", "Unit", "Min\n1"]
    rows = {row[0].value: [cell.value for cell in row] for row in sheet.iter_rows(min_row=5)}
    siti = dict(zip(heads, rows["Siti Rahayu"], strict=True))
    assert (siti["Sel\n17"], siti["Kam\n19"], siti["Sen\n2"]) == ("H", "A?", "–")
    assert (siti["Hari kerja"], siti["Hadir"], siti["Terlambat (menit)"], siti["Tanpa catatan"]) == (17, 5, 16, 11)
    assert str(dict(zip(heads, rows["Jumlah"], strict=True))["Hadir"]).startswith("=SUBTOTAL(109,")
    assert [name for name in rows if name][:9] == [person.name for person in _everybody(hadir)]


def _everybody(hadir: Hadir) -> list[people.Person]:
    with hadir.database.read() as db:
        return scope.everybody(work_of(hadir, db), NOVEMBER)


def test_the_workbook_is_ready_to_print_and_to_filter(hadir, worked, tmp_path):
    book = openpyxl.load_workbook(made(hadir, tmp_path, OFFICE, "xlsx"))
    for sheet in book:
        assert (sheet.page_setup.orientation, int(sheet.page_setup.paperSize)) == ("landscape", 9)
        assert sheet.page_setup.fitToWidth in (None, 1)
        assert sheet.freeze_panes
        assert sheet.auto_filter.ref
        assert sheet.print_title_rows == "$4:$4"
    assert book["Rekap"].freeze_panes == "D5"
    assert book["Rekap"].auto_filter.ref == "A4:AT13"


def test_the_sheet_of_units_adds_up(hadir, worked, tmp_path):
    sheet = openpyxl.load_workbook(made(hadir, tmp_path, OFFICE, "xlsx"))["Unit kerja"]
    heads = [cell.value for cell in sheet[4]]
    rows = [dict(zip(heads, [cell.value for cell in row], strict=True)) for row in sheet.iter_rows(min_row=5)]
    assert [(row["Unit"], row["Pegawai"], row["Hadir"]) for row in rows] == [
        (APLIKASI, 6, 6),
        (KEPEGAWAIAN, 3, 1),
        ("Jumlah", 9, 7),
    ]
    # 6 people in 17 working days, of which the one of today is no absence yet.
    assert rows[0]["Hadir (%)"] == pytest.approx((6 * 17 - rows[0]["Tanpa catatan"]) / (6 * 17))


def test_a_streamed_workbook_is_the_same(hadir, worked, tmp_path):
    """Of very many people nothing is kept in memory; the cells are the same."""
    with hadir.database.read() as db:
        work = work_of(hadir, db)
        team = scope.everybody(work, NOVEMBER)
        about = sheets.Made("Rekap", "", "Hadir", work.now)
        for streamed in (False, True):
            found = recap.each(work, team, NOVEMBER)
            workbook.write(
                tmp_path / f"{streamed}.xlsx", work.speak(None), found, len(team), NOVEMBER, about, streamed=streamed
            )
    one, two = (openpyxl.load_workbook(tmp_path / f"{streamed}.xlsx") for streamed in (False, True))
    assert [list(sheet.values) for sheet in one] == [list(sheet.values) for sheet in two]


def test_who_left_or_came_later_is_not_in_it(hadir, chat, worked, tmp_path):
    change(hadir, "wayan", ended_on=date(2026, 10, 30))
    change(hadir, "yosef", started_on=date(2026, 12, 1))
    names = [row[0] for row in openpyxl.load_workbook(made(hadir, tmp_path, OFFICE, "xlsx"))["Rekap"].values]
    assert "I Wayan Sudarta" not in names
    assert "Yosef Wenda" not in names
    assert "Dewi Lestari" in names


def test_nobody_has_a_record(hadir, tmp_path):
    with pytest.raises(making.NoRecord):
        made(hadir, tmp_path, OFFICE, "csv")
    assert list(tmp_path.glob("rekap*")) == []


# ---------------------------------------------------------------- the dataset


def test_the_dataset_has_a_row_for_each_person_and_day(hadir, worked, tmp_path):
    path = made(hadir, tmp_path, OFFICE, "csv")
    rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"), newline="")))
    assert len(rows) == 9 * 24
    late = next(row for row in rows if row["nama"] == "Siti Rahayu" and row["tanggal"] == "2026-11-17")
    assert (late["status"], late["masuk"], late["tempat"]) == ("terlambat", "2026-11-17T07:46:00+07:00", "wfh")
    assert (late["menit_terlambat"], late["menit_kerja"], late["menit_wajib"]) == ("16", "444", "450")
    assert late["aturan"]
    holiday = next(row for row in rows if row["tanggal"] == "2026-11-22")
    assert (holiday["status"], holiday["hari_kerja"], holiday["masuk"]) == ("libur", "false", "")


def test_the_description_fits_the_dataset(hadir, worked, tmp_path):
    path = made(hadir, tmp_path, OFFICE, "csv")
    about = json.loads((tmp_path / "rekap.metadata.json").read_text(encoding="utf-8"))
    rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"), newline="")))
    fields = about["resources"][0]["schema"]["fields"]
    assert [field["name"] for field in fields] == list(rows[0])
    assert about["satu_data"]["periode"] == {"awal": "2026-11-01", "akhir": "2026-11-24"}
    assert about["satu_data"]["jumlah_baris"] == len(rows)
    for field in fields:
        allowed, required = field["constraints"].get("enum"), field["constraints"]["required"]
        for row in rows:
            value = row[field["name"]]
            assert value or not required, field["name"]
            assert not value or allowed is None or value in allowed, field["name"]


# ---------------------------------------------------------------- many people


def test_the_number_of_statements_does_not_grow(hadir, worked, statements, tmp_path):
    def count() -> int:
        statements.clear()
        made(hadir, tmp_path, OFFICE, "xlsx")
        return len(statements)

    def hire(first: int, last: int) -> None:
        row = {"unit_id": 1, "email": "", "zone": "Asia/Jakarta", "roles": []}
        with hadir.database.write() as db:
            new = [row | {"nip": f"9{n:017d}", "name": f"Pegawai {n:03d}"} for n in range(first, last)]
            db.execute(people.person.insert(), new)

    hire(0, 100)  # beyond a hundred, each provider of plans is asked for itself
    count()  # the calendar and the rules are read once
    few = count()
    hire(100, 400)
    assert count() == few
