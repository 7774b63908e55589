"""Files of every kind and state: what is read of them, what is said of them, and what they cannot do to the service."""

from __future__ import annotations

import io
import struct
import zipfile
from datetime import date, time, timedelta

import pytest
import xlsxwriter
from openpyxl import Workbook

from integration.i18n import Catalogues
from integration.messages import plain
from plugins.logbook.imports import entry_rows, fields, layout, opening, reading, rows
from plugins.logbook.imports.opening import Unreadable
from plugins.logbook.imports.problems import Problems
from tests.plugins.logbook.sheets import HEADER, csv, ods, xlsx

T = Catalogues([]).speak("en")
TODAY = date(2026, 11, 23)
ROWS = [HEADER, [1, "3/2/2025", "Menyusun laporan keuangan", "Laporan", 2, "laporan", "2 jam", None, None, None]]


def refused(content: bytes, most: int = opening.MOST_ROWS) -> str:
    with pytest.raises(Unreadable) as why:
        opening.read(content, T, most)
    return plain(why.value.text)


def understood(content: bytes, year: int | None = 2025, mapping: dict[str, str] | None = None, kind: str = "entries"):
    """The reading, and its problems in words: (sheet, column, text) → rows."""
    wrong = Problems()
    found = reading.understand(T, kind, opening.read(content, T), mapping, year, TODAY, wrong)
    return found, {(column, plain(text)): numbers for (_, column, text), numbers in wrong.found.items()}


def lines(content: bytes, **more) -> list[tuple[str, str, int]]:
    """(day, activity, minutes) of a file with nothing wrong in it."""
    found, wrong = understood(content, **more)
    assert not wrong
    return [(f"{line.day}", line.activity, line.minutes) for line in found.entries]


ONE = [("2025-02-03", "Menyusun laporan keuangan", 120)]


# ---------------------------------------------------------------- kinds of files


def test_a_table_in_every_kind_of_file_is_the_same():
    assert lines(xlsx(ROWS)) == lines(ods(ROWS)) == ONE
    for separator, encoding in zip(";,\t|", ("utf-8", "utf-8-sig", "cp1252", "utf-16"), strict=True):
        assert lines(csv(ROWS, separator, encoding)) == ONE, (separator, encoding)
    assert lines(b"sep=|\r\n" + csv(ROWS, "|")) == ONE
    assert lines(b'Tanggal,Kegiatan,Waktu\n3/2/2025,"Menyusun laporan\nkeuangan, lengkap",2 jam\n') == [
        ("2025-02-03", "Menyusun laporan\nkeuangan, lengkap", 120)
    ]
    assert lines("Tanggal;Kegiatan\n3/2/2025;Rapat di Kafé\n".encode("cp1252")) == [("2025-02-03", "Rapat di Kafé", 0)]


def test_cells_keep_their_kind():
    content = xlsx([["x", date(2025, 2, 3), time(8, 30), timedelta(hours=30), 1.5, 3, True, None]])
    [sheet] = opening.read(content, T)
    assert list(sheet.rows[0]) == ["x", date(2025, 2, 3), time(8, 30), timedelta(hours=30), 1.5, 3.0, "TRUE"]


def zipped(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/").replace("_xml", ".xml"), content)
    return out.getvalue()


def test_what_is_no_spreadsheet_is_said_to_be_none():
    no = "This is no spreadsheet. Please send XLSX, XLS, ODS or CSV."
    assert refused(b"%PDF-1.7 ...") == refused(b"\x89PNG\r\n\x1a\n\0\0\0") == refused(zipped(word__document_xml=b"<x/>")) == no
    assert refused(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "WordDocument".encode("utf-16-le")) == no
    assert refused(b"") == "The file is empty. Please choose it again."
    assert refused(b"<html><table><tr><td>Tanggal</td></tr></table></html>").startswith("This is a web page with the name of")
    assert refused(b"x" * (opening.LARGEST_BYTES + 1)).startswith("The file is larger than 10 MB.")


def test_a_damaged_file_and_one_with_a_password_name_the_cure():
    whole = xlsx(ROWS)
    assert refused(whole[: len(whole) // 2]).startswith("The file is damaged or incomplete.")
    assert refused(zipped(xl__workbook_xml=b"<broken")).startswith("The file is damaged or incomplete.")
    assert refused(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "Workbook".encode("utf-16-le")).startswith("The file is damaged")
    password = "The file has a password. Open it, save it without one, and send that file."
    assert refused(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le")) == password
    manifest = b"<manifest><manifest:encryption-data/></manifest>"
    assert (
        refused(zipped(mimetype=b"application/vnd.oasis.opendocument.spreadsheet", **{"META-INF__manifest_xml": manifest}))
        == password
    )


def test_a_small_file_that_unfolds_into_a_huge_one_stays_harmless():
    """Neither a cell in the last corner, nor rows that repeat a million times, nor a zip that says how large it is."""
    corner = Workbook()
    corner.active["A1"], corner.active["XFD1048576"] = "Tanggal", "x"
    out = io.BytesIO()
    corner.save(out)
    far = "The file becomes far too large when it is opened."
    assert refused(out.getvalue()).startswith(far)
    repeated = ods([["x"]])
    with zipfile.ZipFile(io.BytesIO(repeated)) as archive:
        content = archive.read("content.xml").replace(
            b"<table:table-row>", b'<table:table-row table:number-rows-repeated="1048576">'
        )
        content = content.replace(
            b'office:value-type="string"', b'office:value-type="string" table:number-columns-repeated="16384"'
        )
    assert refused(rezipped(content)).startswith(("The file becomes", "The file has more than", "The file is damaged"))
    with zipfile.ZipFile(out := io.BytesIO(), "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"<x/>")
        archive.writestr("xl/bomb", b"\0" * (260 << 20))
    assert len(out.getvalue()) < 1 << 20
    assert refused(out.getvalue()).startswith(far)
    # One that lies about its size is stopped where it unfolds.
    lying = out.getvalue().replace(struct.pack("<I", 260 << 20), struct.pack("<I", 100))
    assert refused(lying).startswith(("The file is damaged", far))


def rezipped(content: bytes) -> bytes:
    manifest = {"META-INF__manifest_xml": b"<manifest/>"}
    return zipped(mimetype=b"application/vnd.oasis.opendocument.spreadsheet", content_xml=content, **manifest)


def test_a_hundred_thousand_rows_are_to_be_sent_in_parts():
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"constant_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEADER)
        for number in range(1, 100_000):
            sheet.write(number, 2, number)
    text = "The file has more than 20.000 filled rows. Please send it in parts, for example one file per unit or half-year."
    assert refused(out.getvalue()) == text
    assert refused(b"Tanggal;Kegiatan\n" + b"3/2/2025;Rapat\n" * 100_000) == text


def test_macros_are_not_run_and_the_values_are_read():
    content = xlsx(ROWS)
    with zipfile.ZipFile(io.BytesIO(content), "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"\xd0\xcf\x11\xe0")
    assert lines(content) == ONE


# ---------------------------------------------------------------- sheets and headers


def test_a_report_as_offices_print_it():
    """Titles, a header of two rows with merged cells, numbers of columns, dates said once, a total, a signature."""

    def merge(sheet):
        for cells in ("A1:G1", "A4:A5", "B4:B5", "C4:C5", "D4:E4", "F4:F5", "B7:B8"):
            sheet.merge_cells(cells)
        sheet.row_dimensions[9].hidden = True

    content = xlsx(
        [
            ["LAPORAN KINERJA HARIAN"],
            ["BULAN : FEBRUARI 2025"],
            [],
            ["No", "Tanggal", "Uraian Kegiatan", "Waktu", None, "Hasil", "Paraf"],
            [None, None, None, "Mulai", "Selesai", None, None],
            ["(1)", "(2)", "(3)", "(4)", "(5)", "(6)", "(7)"],
            [1, 3, "Menyusun laporan", "08.00", "10.00", "Laporan", None],
            [2, None, "Rapat koordinasi", "10.00", "11.30", None, None],
            [3, "Selasa, 4", "Jumlah data diperiksa", time(8, 0), time(9, 0), None, None],
            [4, None, "Input data", None, None, None, None],
            ["Total", None, None, None, "4,5 jam", None, None],
            [],
            [None, None, None, None, "Jakarta, 28 Februari 2025", None, None],
            [None, "Mengetahui", None, None, "Pegawai", None, None],
            [None, "NIP 198501012010010001", None, None, "Siti Rahayu", None, None],
        ],
        change=merge,
    )
    found, wrong = understood(content, year=None)
    assert not wrong
    assert [(f"{line.day}", line.activity, line.minutes) for line in found.entries] == [
        ("2025-02-03", "Menyusun laporan", 120),
        ("2025-02-03", "Rapat koordinasi", 90),
        ("2025-02-04", "Jumlah data diperiksa", 60),
        ("2025-02-04", "Input data", 0),
    ]
    assert found.mapping["start"] == "waktu mulai"
    assert [plain(note) for note in reading.notes(T, found)] == [
        "rows without a date belong to the date above them: 2 (8, 10)",
        "rows of totals are left out: 1 (11)",
        "rows below the table are left out: 3 (13–15)",
        "hidden rows are taken like the others: 1 (9)",
    ]


def test_a_year_in_twelve_sheets_with_a_title_page_and_a_hidden_one():
    book = {
        "Januari 2025": [HEADER[1:4], [2, "Menyusun laporan", None], [None, "Rapat koordinasi", None]],
        "Feb 2025": [["Kegiatan", "Tanggal"], ["Input data pegawai", 3]],
        "Rahasia": [HEADER[1:3], [1, "tidak dibaca"]],
        "Kosong": [],
    }

    def hide(sheet):
        sheet.parent["Rahasia"].sheet_state = "hidden"

    found, wrong = understood(xlsx([["Laporan Siti"], ["tahun ini"]], "Sampul", hide, **book), year=None)
    assert not wrong
    assert [(f"{line.day}", line.activity) for line in found.entries] == [
        ("2025-01-02", "Menyusun laporan"),
        ("2025-01-02", "Rapat koordinasi"),
        ("2025-02-03", "Input data pegawai"),
    ]
    notes = [plain(note) for note in reading.notes(T, found)]
    assert "Hidden sheets are not read: Rahasia." in notes
    assert "Sheets without such a table are not read: Sampul." in notes


def test_months_as_titles_within_one_sheet_and_the_header_on_every_page():
    head = ["Tgl", "Kegiatan", "Volume", "Jam"]
    table = [head, ["BULAN JANUARI 2025"], [2, "Menyusun laporan", 1, 2], ["FEBRUARI"], head, [3, "Rapat", "2 dokumen", 1.5]]
    found, wrong = understood(xlsx(table), year=2025)
    assert not wrong
    assert [(f"{line.day}", line.minutes, line.quantity, line.measure) for line in found.entries] == [
        ("2025-01-02", 120, 1, ""),
        ("2025-02-03", 90, 2, "dokumen"),
    ]


def test_a_table_without_any_header_is_known_by_its_values():
    rows_ = [["3/2/2025", "Menyusun laporan keuangan triwulan", "2 jam"], ["4/2/2025", "Rapat koordinasi tim kecil", "1 jam"]]
    found, wrong = understood(xlsx(rows_))
    assert not wrong
    assert found.mapping == {"day": "a", "activity": "b", "minutes": "c"}
    assert len(found.entries) == 2


def test_nothing_to_be_found_is_said():
    for content in (xlsx([]), xlsx([["a"], ["b"]]), csv([["satu"], ["dua"]])):
        found, wrong = understood(content)
        assert (found.lacking, found.columns, wrong) == (["day", "activity"], [], {})
    found, _ = understood(xlsx([["Tanggal", "Jumlah", "Kegiatan"]]))
    assert found.mapping.keys() >= {"day", "activity"}
    assert found.count == 0


def test_headings_that_mean_something_else_are_not_taken():
    header = ["No", "Nama", "Jabatan", "Unit Kerja", "Hari", "Tanggal", "Kegiatan", "Paraf Atasan", "Satuan", "Catatan"]
    found, _ = understood(
        xlsx([header, [1, "Siti", "Analis", "Umum", "Senin", "3/2/2025", "Menyusun laporan", "ok", "lembar", "x"]])
    )
    assert found.mapping == {"day": "tanggal", "activity": "kegiatan", "measure": "satuan", "note": "catatan"}


def test_an_american_file_is_read_as_such_and_said():
    content = csv([["Tanggal", "Kegiatan"], ["2/3/2025", "Menyusun laporan"], ["2/13/2025", "Rapat"]], ",")
    found, wrong = understood(content)
    assert [f"{line.day}" for line in found.entries] == ["2025-02-03", "2025-02-13"]
    assert not wrong
    assert "The dates of this file begin with the month." in [plain(note) for note in reading.notes(T, found)]


# ---------------------------------------------------------------- what is wrong


def test_every_problem_has_its_place_and_its_cure():
    table = [
        ["Tanggal", "Kegiatan", "Jumlah", "Waktu", "NIP", "Hasil"],
        [None, "Menyusun laporan", 1, "1 jam", None, None],
        ["31/02/2025", "Menyusun laporan", -3, "banyak", 198501012010010001, None],
        ["24/11/2026", "x" * 2001, 1, 30, "abc", "y" * 1001],
        ["3/2/2025", None, 1, "1 jam", None, None],
    ]
    _, wrong = understood(xlsx(table))
    assert wrong == {
        ("A “Tanggal”", "The date is missing. Write it in this row or in a row above."): [2],
        ("A “Tanggal”", "“31/02/2025” is no date. Write for example 23/11/2026."): [3],
        ("E “NIP”", "A spreadsheet keeps only 15 digits of a number: format the column as text and enter the NIP again."): [3],
        ("C “Jumlah”", "“-3” is no quantity. Write a number, for example 12 or 1,5."): [3],
        ("D “Waktu”", "“banyak” is no length of time. Write for example 90 menit, 1,5 jam or 08.00–09.30."): [3],
        ("A “Tanggal”", "24/11/2026 is still to come. Please correct the date."): [4],
        ("E “NIP”", "“abc” is no NIP: it has digits only."): [4, 5],
        ("B “Kegiatan”", "Too long: 2001 of at most 2000 characters."): [4],
        ("F “Hasil”", "Too long: 1001 of at most 1000 characters."): [4],
        ("B “Kegiatan”", "The activity is missing. Write what was done, or take the row out."): [5],
    }


def test_formulas_have_their_stored_value_or_are_named():
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["Tanggal", "Kegiatan", "Jumlah"])
        sheet.write_row(1, 0, ["3/2/2025", "Menyusun laporan"])
        sheet.write_formula(1, 2, "=1+1", None, 2)
    found, wrong = understood(out.getvalue())
    assert not wrong
    assert found.entries[0].quantity == 2
    never = "The formula was never computed. Open the file in a spreadsheet program, save it, and send it again."
    table = [["Tanggal", "Kegiatan", "Jumlah"], ["3/2/2025", "Menyusun laporan", "=1+1"]]
    assert understood(xlsx(table))[1] == {("C “Jumlah”", never): [2]}
    assert understood(ods([*table[:1], ["3/2/2025", "Menyusun", "="]], formula="1+1"))[1] == {("C “Jumlah”", never): [2]}

    def error(sheet):
        sheet["C2"].value, sheet["C2"].data_type = "#N/A", "e"

    broken = xlsx([*table[:1], ["3/2/2025", "Menyusun", 1]], change=error)
    assert list(understood(broken)[1]) == [("C “Jumlah”", "The cell shows an error. Mend its formula, or type the value.")]


def test_hidden_rows_of_an_ods_are_taken_and_said():
    found, _ = understood(ods([*ROWS, [2, "4/2/2025", "Rapat"]], hidden=3))
    assert found.bodies[0].notes.hidden == [3]
    assert len(found.entries) == 2


def test_evidence_and_remarks_go_with_the_result():
    row = [1, "3/2/2025", "Rapat", "Notulen", 1, "dokumen", "1 jam", None, "https://drive.example/a dan foto", "daring"]
    [line] = understood(xlsx([HEADER, row]))[0].entries
    assert line.urls == ("https://drive.example/a",)
    assert line.result == "Notulen\nKeterangan: daring\nBukti: dan foto"
    said = "(https://a.example/x?y=1), https://siti:rahasia@b.example http://[ https://a.example/x?y=1."
    assert entry_rows.urls_of(said) == ("https://a.example/x?y=1",)


def test_small_things():
    assert [layout.letters(index) for index in (0, 25, 26, 59)] == ["A", "Z", "AA", "BH"]
    assert rows.shown([5, 3, 4, 9, 12, 13]) == "3–5, 9, 12–13"
    assert [entry_rows.where_of(word) for word in ("WFH", "Kantor", "Dinas luar kota", "WFA", "Rumah", "Lapangan")] == [
        "wfh",
        "wfo",
        "dinas",
        "wfa",
        "wfh",
        "",
    ]
    assert all(plain(fields.label(T, each.name)) for kind in fields.KINDS.values() for each in kind)
