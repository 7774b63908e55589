"""The compliance view as a workbook, as PDF and as plain data."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import asdict
from math import ceil
from pathlib import Path
from typing import Any

from integration.documents import sheets
from integration.documents.pdf import Document
from integration.documents.sheets import HEAD_ROW, Book, Made
from integration.documents.table import Column, Row, Table
from integration.i18n import Translate
from integration.messages import clean, plain
from integration.roster.model import protect
from plugins.hadir.compliance import Compliance, UnitFigures, wording
from plugins.hadir.reports import marks
from plugins.hadir.reports.paper import Issue

_LINE = 16.0  # points
Cells = Sequence[str | int | float | None]


def name(found: Compliance, kind: str) -> str:
    """`kepatuhan-2026-11-kantor.xlsx`: letters and figures only."""
    words = "".join(char if char.isascii() and char.isalnum() else " " for char in found.name.lower()).split()
    return "-".join(["kepatuhan", f"{found.month:%Y-%m}", *words])[:80] + f".{kind}"


# ---------------------------------------------------------------- the tables, the same in every file


def _unit_heads(t: Translate) -> list[str]:
    return [plain(t("Unit")), plain(t("People")), plain(t("Attendance")), *marks.heads(t)]


def _unit_row(unit: UnitFigures) -> list[str | int | float | None]:
    return [unit.name, unit.people, unit.rate, *marks.figures(unit.totals)]


def _decision_heads(t: Translate) -> list[str]:
    titles = [
        t("Decides"), t("Unit"), t("Asked"), t("Approved"), t("Rejected"), t("Withdrawn"), t("Waiting"), t("Hours to decide"),
    ]  # fmt: skip
    return [plain(title) for title in titles]


def _decision_rows(t: Translate, found: Compliance) -> list[Cells]:
    return [
        [
            plain(wording.supervisor(t, one)), one.unit, one.asked, one.approved, one.rejected, one.withdrawn, one.waiting,
            one.hours,
        ]
        for one in found.decisions
    ]  # fmt: skip


def _pattern_heads(t: Translate) -> list[str]:
    return [plain(title) for title in (t("To look at"), t("Unit"), t("Times"), t("Of"), t("What was counted"))]


def _pattern_rows(t: Translate, found: Compliance) -> list[Cells]:
    return [
        [plain(wording.kind(t, one)), one.unit, one.count, one.of, plain(wording.pattern(t, one))] for one in found.patterns
    ]


def _note(t: Translate, found: Compliance) -> str:
    return f"{plain(wording.neutral(t))} {plain(wording.limits(t, found.limits))}"


# ---------------------------------------------------------------- workbook


def write_workbook(path: Path, issue: Issue, found: Compliance) -> None:
    t = issue.t
    made = Made(plain(wording.title(t, found)), issue.made, issue.maker, issue.now)
    book = sheets.open_book(path, t, made)
    units = [_unit_row(unit) for unit in found.units]
    figures = [8.0] * len(marks.heads(t))
    _sheet(book, plain(t("Units")), _unit_heads(t), [34, 9, 11, *figures], units, {2: "0.0%"})
    decided = _decision_rows(t, found)
    _sheet(book, plain(t("Corrections")), _decision_heads(t), [30, 30, 9, 9, 9, 9, 9, 12], decided, {7: "0.0"})
    sheet = _sheet(book, plain(t("To look at")), _pattern_heads(t), [34, 30, 8, 8, 90], _pattern_rows(t, found), {})
    sheet.write_string(2, 0, _note(t, found), book.style(italic=True))
    outages = [[plain(wording.outage(t, one, issue.zone)), one.outage.note] for one in found.outages]
    _sheet(book, plain(t("Outages")), [plain(t("Outage")), plain(t("Note"))], [80, 60], outages, {})
    book.workbook.close()


def _sheet(
    book: Book, name: str, heads: Sequence[str], widths: Sequence[float], rows: Sequence[Cells], formats: dict[int, str]
) -> Any:
    sheet = book.sheet(name)
    book.table(sheet, heads, widths, len(rows))
    for number, row in enumerate(rows, HEAD_ROW + 1):
        sheet.set_row(number, _LINE * _lines(row, widths))
        for column, value in enumerate(row):
            shape = {"num_format": formats[column]} if column in formats else {}
            if value is None:
                sheet.write_blank(number, column, None, book.cell())
            elif isinstance(value, str):
                sheet.write_string(number, column, sheets.text(value), book.cell(text_wrap=True))
            else:
                sheet.write_number(number, column, value, book.cell(align="center", **shape))
    if not rows:
        sheet.write_string(HEAD_ROW + 1, 0, plain(book.t("Nothing")), book.cell())
    return sheet


def _lines(row: Cells, widths: Sequence[float]) -> int:
    """How many lines the longest text of a row needs in its column, whose width counts in letters."""
    texts = zip(row, widths, strict=True)
    return max((ceil(len(words) * 1.1 / width) for words, width in texts if isinstance(words, str) and words), default=1)


# ---------------------------------------------------------------- PDF


def draw(issue: Issue, found: Compliance) -> Document:
    t = issue.t
    document = issue.document(plain(wording.title(t, found)), wide=True)
    document.begin(plain(t("Compliance")), plain(wording.title(t, found)).partition(" ")[2])
    document.paragraph(plain(wording.summary(t, found)), size=10)
    _units(document, t, found)
    _decisions(document, t, found)
    _patterns(document, t, found)
    _outages(document, issue, found)
    return document


def _decisions(document: Document, t: Translate, found: Compliance) -> None:
    hours = [plain(wording.hours(t, one)) for one in found.decisions]
    rows = [[*map(_shown, row[:-1]), last] for row, last in zip(_decision_rows(t, found), hours, strict=True)]
    shapes = [("left", 150.0, True), ("left", 150.0, True), *[("center", 62.0, False)] * 6]
    _part(document, t, plain(t("Corrections per supervisor")), _columns(_decision_heads(t), shapes), rows)


def _patterns(document: Document, t: Translate, found: Compliance) -> None:
    rows = [[str(n), plain(wording.kind(t, p)), plain(wording.pattern(t, p))] for n, p in enumerate(found.patterns, 1)]
    title, counted = plain(t("To look at")), plain(t("What was counted"))
    table = _columns(["", title, counted], [("right", 20.0, False), ("left", 170.0, False), ("left", 400.0, True)])
    _part(document, t, title, table, rows, _note(t, found))


def _outages(document: Document, issue: Issue, found: Compliance) -> None:
    t = issue.t
    rows = [[plain(wording.outage(t, one, issue.zone)), one.outage.note] for one in found.outages]
    table = _columns([plain(t("Outage")), plain(t("Note"))], [("left", 380.0, True), ("left", 300.0, True)])
    _part(document, t, plain(t("Outages")), table, rows)


def _units(document: Document, t: Translate, found: Compliance) -> None:
    rows: list[Row] = [
        [unit.name, str(unit.people), plain(wording.percent(t, unit.rate)), *(_shown(n) for n in marks.figures(unit.totals))]
        for unit in wording.units_by_rate(found.units)
    ]
    figures = [("center", 36.0, False)] * len(marks.heads(t))
    widths = [("left", 130.0, True), ("center", 40.0, False), ("center", 48.0, False), *figures]
    _part(document, t, plain(t("Units")), _columns(_unit_heads(t), widths), rows)


def _columns(heads: Sequence[str], shapes: Sequence[tuple[Any, float, bool]]) -> Table:
    columns = (Column(head, width, align, grow) for head, (align, width, grow) in zip(heads, shapes, strict=True))
    return Table(tuple(columns), size=7.5)


def _part(document: Document, t: Translate, title: str, table: Table, rows: Sequence[Row], note: str = "") -> None:
    document.space(6)
    document.paragraph(title, size=11, bold=True)
    if note:
        document.paragraph(note, size=8.5)
    if rows:
        document.table(table, rows)
    else:
        document.paragraph(plain(t("Nothing")))


def _shown(value: str | int | float | None) -> str:
    return str(value or "–")


# ---------------------------------------------------------------- plain data


def csv_of_units(t: Translate, found: Compliance) -> str:
    """A row a unit, in UTF-8 with CRLF; what a spreadsheet would compute is protected by an apostrophe."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(_unit_heads(t))
    for unit in found.units:
        writer.writerow([_cell(value) for value in _unit_row(unit)])
    return text.getvalue()


def _cell(value: str | int | float | None) -> str | int | float:
    if value is None:
        return ""
    return protect(clean(value).strip()) if isinstance(value, str) else round(value, 4)


def data(found: Compliance) -> dict[str, Any]:
    """What a program can read; `rate` is a share from 0 to 1, `hours` a median."""
    return {
        "name": found.name,
        "month": f"{found.month:%Y-%m}",
        "until": found.until.isoformat(),
        "people": found.people,
        "rate": found.rate,
        **_figures(found.totals),
        "units": [{"name": u.name, "people": u.people, "rate": u.rate, **_figures(u.totals)} for u in found.units],
        "corrections": [asdict(one) for one in found.decisions],
        "limits": found.limits.model_dump(mode="json"),
        "to_look_at": [asdict(one) for one in found.patterns],
        "outages": [
            {
                "first": one.outage.first.isoformat(),
                "last": one.outage.last.isoformat() if one.outage.last else None,
                "check_ins": one.check_ins,
                "excused": len(one.excused),
                "note": one.outage.note,
            }
            for one in found.outages
        ],
    }


def _figures(totals: Any) -> dict[str, int]:
    names = ("due", "came", "away", "late", "late_minutes", "early", "early_minutes", "incomplete", "missing")
    return {name: getattr(totals, name) for name in names}
