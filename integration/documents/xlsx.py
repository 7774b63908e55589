"""Sheets (`cells.Sheet`) in a workbook (XLSX) that `sheets.open_book` made."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any

from integration.documents.cells import Cell, Format, Look, Sheet
from integration.documents.ods import column_name
from integration.documents.sheets import Book, Made, open_book
from integration.i18n import Translate
from integration.messages import clean, plain

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FORMATS: dict[Format, str] = {"whole": "0", "hours": "0.00", "percent": "0%", "date": "[$-421]ddd, dd mmm yyyy"}
# A longer address is no link for Excel.
_LONGEST_LINK = 2_000


def write(sheets: Sequence[Sheet], t: Translate, made: Made) -> bytes:
    """The file."""
    file = BytesIO()
    book = open_book(file, t, made)
    for sheet in sheets:
        add(book, sheet)
    book.workbook.close()
    return file.getvalue()


def add(book: Book, given: Sheet) -> Any:
    """The sheet at the end of the workbook; what XlsxWriter calls it."""
    sheet = book.workbook.add_worksheet(given.name)
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    sheet.fit_to_pages(1, 0)
    sheet.hide_gridlines(2)
    sheet.set_footer("&L&8" + clean(plain(book.made.title)).replace("&", "&&")[:150] + "&R&8&P / &N")
    for column, width in enumerate(given.widths):
        sheet.set_column(column, column, width)
    if given.head is not None:
        sheet.repeat_rows(given.head)
        sheet.freeze_panes(given.head + 1, given.fixed)
    if given.filtered:
        first, last, column = given.filtered
        sheet.autofilter(first, 0, last, column)
    looks: dict[Look, Any] = {}
    for number, row in given.rows.items():
        sheet.set_row(number, given.heights[number])
        for column, cell in row.items():
            style = looks.get(cell.look)
            if style is None:
                style = looks[cell.look] = _style(book, cell.look)
            _write(sheet, number, column, cell, style)
    return sheet


def _write(sheet: Any, row: int, column: int, cell: Cell, style: Any) -> None:
    value = cell.value
    if value is None or value == "":
        sheet.write_blank(row, column, None, style)
    elif cell.sums:
        name = column_name(cell.sums[0])
        formula = f"=SUBTOTAL(109,{name}{cell.sums[1] + 1}:{name}{cell.sums[2] + 1})"
        sheet.write_formula(row, column, formula, style, _number(value))
    elif isinstance(value, str):
        _words(sheet, row, column, clean(plain(value)), cell.link, style)
    elif isinstance(value, date):
        sheet.write_datetime(row, column, datetime(value.year, value.month, value.day), style)  # noqa: DTZ001  # a day
    else:
        sheet.write_number(row, column, _number(value), style)


def _number(value: Any) -> float | int:
    return float(value) if isinstance(value, Decimal) else value


def _words(sheet: Any, row: int, column: int, words: str, link: str, style: Any) -> None:
    if link and len(link) <= _LONGEST_LINK:
        sheet.write_url(row, column, _address(link), style, words)
    else:
        sheet.write_string(row, column, words, style)


def _address(link: str) -> str:
    if link.startswith("#"):
        return "internal:'" + link[1:].replace("'", "''") + "'!A1"
    return link if "://" in link else f"external:{link}"


def _style(book: Book, look: Look) -> Any:
    properties: dict[str, Any] = {"font_size": look.size, "valign": "vcenter" if look.middle else "top"}
    given = {
        "bold": look.bold,
        "italic": look.italic,
        "font_color": look.colour,
        "bg_color": look.fill,
        "text_wrap": look.wrap,
        "align": look.align,
        "num_format": _FORMATS.get(look.format, ""),
    }
    properties |= {name: value for name, value in given.items() if value}
    if look.boxed:
        properties |= {"border": 1, "border_color": "#CFD8DC"}
    if look.above:
        properties |= {"top": 2, "top_color": "#1F4E79"}
    return book.style(**properties)
