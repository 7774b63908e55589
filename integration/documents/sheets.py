"""A workbook under construction: what every sheet of ours looks like. Words are written as text, whatever they look like."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import xlsxwriter

from integration.i18n import Translate
from integration.messages import clean, plain

HEAD_ROW = 3  # rows and columns count from 0
COUNT = '0;-0;"–"'  # a zero says nothing
_HEAD = "#1F4E79"


@dataclass(frozen=True, slots=True)
class Made:
    """Title and subtitle of every sheet, and who made it at what moment (aware)."""

    title: str
    subtitle: str
    author: str
    at: datetime


@dataclass(slots=True)
class Book:
    """A workbook under construction; `style` makes each cell format once."""

    workbook: Any
    t: Translate
    made: Made
    styles: dict[tuple[tuple[str, Any], ...], Any] = field(default_factory=dict)

    def style(self, **properties: Any) -> Any:
        key = tuple(sorted(properties.items()))
        if key not in self.styles:
            self.styles[key] = self.workbook.add_format({"font_name": "Calibri", "font_size": 10, **properties})
        return self.styles[key]

    def cell(self, **more: Any) -> Any:
        return self.style(border=1, border_color="#CFD8DC", valign="vcenter", **more)

    def head(self, **more: Any) -> Any:
        fixed = {"bold": True, "font_color": "white", "border": 1, "border_color": "#B0BEC5", "text_wrap": True}
        return self.style(**{"bg_color": _HEAD, "align": "center", "valign": "vcenter"} | fixed | more)

    def table(self, sheet: Any, heads: Sequence[str], widths: Sequence[float], rows: int) -> None:
        """The titles of a table of `rows` rows, with filters, frozen and repeated on every page."""
        sheet.autofilter(HEAD_ROW, 0, HEAD_ROW + max(1, rows), len(heads) - 1)
        sheet.freeze_panes(HEAD_ROW + 1, 1)
        sheet.repeat_rows(HEAD_ROW)
        sheet.set_row(HEAD_ROW, 44)
        for column, (title, width) in enumerate(zip(heads, widths, strict=True)):
            sheet.set_column(column, column, width)
            sheet.write_string(HEAD_ROW, column, text(title), self.head())

    def filled(self, colour: str) -> Any:
        return self.cell(align="center", **({"bg_color": colour} if colour else {}))

    def sheet(self, name: str) -> Any:
        sheet = self.workbook.add_worksheet(name[:31])
        sheet.set_default_row(16)
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        sheet.fit_to_pages(1, 0)
        sheet.hide_gridlines(2)
        sheet.set_footer("&L&8" + self.made.title.replace("&", "&&")[:150] + "&R&8&P / &N")
        sheet.write_string(0, 0, self.made.title, self.style(bold=True, font_size=14))
        sheet.write_string(1, 0, self.made.subtitle, self.style(font_color="#546E7A"))
        return sheet


def open_book(to: Path | BytesIO, t: Translate, made: Made, *, streamed: bool = False) -> Book:
    """A new workbook, in which nothing becomes a formula or a link by itself; its `workbook` has to be closed."""
    options = {"constant_memory": streamed, "strings_to_formulas": False, "strings_to_urls": False, "remove_timezone": True}
    # What becomes bytes in the end needs no files on the way.
    options["in_memory"] = isinstance(to, BytesIO) and not streamed
    workbook = xlsxwriter.Workbook(to, options)
    workbook.set_properties({"title": made.title, "author": text(made.author), "created": made.at})
    return Book(workbook, t, made)


def text(words: str) -> str:
    """Plain words without what a workbook cannot hold."""
    return clean(plain(words)).replace("\n", " ")
