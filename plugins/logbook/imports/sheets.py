"""A program of its own: a spreadsheet on its input, what stands in it as JSON on its output.

It runs apart from the service, with little memory, little time and no secrets, because a small file can be made to unfold
into anything: a cell in the last row and column is enough. Of ours it imports nothing but `closer`.
"""

from __future__ import annotations

import codecs
import contextlib
import csv
import io
import json
import re
import resource
import sys
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from typing import Any
from xml.parsers import expat

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from plugins.logbook.imports import closer

MEMORY = 1 << 30
CPU_SECONDS = 40
MOST_COLUMNS = 60
LONGEST_CELL = 20_000
SEPARATORS = ";,\t|"


class Refused(Exception):
    """`code` says why: password | unreadable | rows | separator."""

    def __init__(self, code: str, **more: object) -> None:
        super().__init__(code)
        self.answer = {"error": code, **more}


# ---------------------------------------------------------------- cells


def plain(cell: object) -> object:
    """A cell as JSON has it: text, a number, {"d": day or moment}, {"t": clock}, {"m": minutes}, or null."""
    if isinstance(cell, str):
        return cell[:LONGEST_CELL] or None
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, (date, datetime)):
        return {"d": cell.isoformat()}
    if isinstance(cell, time):
        return {"t": cell.isoformat("minutes")}
    if isinstance(cell, timedelta):
        return {"m": cell.total_seconds() / 60}
    return cell


def trimmed(cells: Iterable[object]) -> list[object]:
    """The row without the empty cells at its end."""
    row = [plain(cell) for _, cell in zip(range(MOST_COLUMNS), cells, strict=False)]
    while row and (row[-1] is None or isinstance(row[-1], str) and not row[-1].strip()):
        row.pop()
    return row


class Counted:
    """Stops reading where there are more filled rows than are taken."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.filled = 0

    def row(self, cells: Iterable[object]) -> list[object]:
        row = trimmed(cells)
        self.filled += bool(row)
        if self.filled > self.most:
            raise Refused("rows", rows=self.filled)
        return row


def shortened(rows: Iterable[list[object]]) -> list[list[object]]:
    """Without the empty rows at the end."""
    kept = list(rows)
    while kept and not kept[-1]:
        kept.pop()
    return kept


# ---------------------------------------------------------------- workbooks


def workbook(content: bytes, most: int) -> list[dict[str, Any]]:
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        counted = Counted(most)
        found = [_sheet(book, number, counted) for number, each in enumerate(book.sheets_metadata) if _is_table(each.typ)]
    except PasswordError:
        raise Refused("password") from None
    except (CalamineError, ValueError, OSError, EOFError) as error:
        raise Refused("password" if "password" in str(error).lower() else "unreadable") from None
    with contextlib.suppress(zipfile.BadZipFile, KeyError, expat.ExpatError, ValueError, RuntimeError):
        closer.look(content, found)
    return found


def _is_table(kind: SheetTypeEnum) -> bool:
    return kind == SheetTypeEnum.WorkSheet


def _sheet(book: CalamineWorkbook, number: int, counted: Counted) -> dict[str, Any]:
    known, sheet = book.sheets_metadata[number], book.get_sheet_by_index(number)
    rows = [] if sheet.start is None else shortened(counted.row(cells) for cells in sheet.iter_rows())
    merged = [[*first, *last] for first, last in (sheet.merged_cell_ranges or ())][: closer.MOST_MERGED]
    hidden = known.visible != SheetVisibleEnum.Visible
    return {"name": known.name, "hidden": hidden, "rows": rows, "merged": merged, "hidden_rows": [], "bad": []}


# ---------------------------------------------------------------- text


def table_of_text(content: bytes, most: int) -> list[dict[str, Any]]:
    text = decoded(content)
    first, _, rest = text.partition("\n")
    separator = ""
    if re.fullmatch(r"sep=.\s*", first.strip(), re.IGNORECASE):
        separator, text = first.strip()[4], rest
    counted = Counted(most)
    csv.field_size_limit(LONGEST_CELL * 10)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator or separator_of(text))
    try:
        rows = shortened(counted.row(cell.strip() for cell in cells) for cells in reader)
    except csv.Error:
        raise Refused("unreadable") from None
    return [{"name": "", "hidden": False, "rows": rows, "merged": [], "hidden_rows": [], "bad": []}]


def decoded(content: bytes) -> str:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def separator_of(text: str) -> str:
    """The one by which most of the first lines have the same number of columns, more than one."""
    best, score = ",", 0
    sample = "\n".join(text.splitlines()[:200])
    for separator in SEPARATORS:
        widths = Counter(_widths(sample, separator))
        widths.pop(1, None)
        width, lines = widths.most_common(1)[0] if widths else (0, 0)
        if lines * (width + 10) > score:
            best, score = separator, lines * (width + 10)
    return best


def _widths(sample: str, separator: str) -> Iterator[int]:
    with contextlib.suppress(csv.Error):
        for cells in csv.reader(io.StringIO(sample, newline=""), delimiter=separator):
            if cells:
                yield len(cells)


# ---------------------------------------------------------------- the program


def read(content: bytes, kind: str, most: int) -> dict[str, Any]:
    try:
        return {"sheets": table_of_text(content, most) if kind == "text" else workbook(content, most)}
    except Refused as refused:
        return refused.answer


def main() -> None:
    """Its arguments: text|workbook MOST_ROWS"""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        answer = read(sys.stdin.buffer.read(), sys.argv[1], int(sys.argv[2]))
    except MemoryError:
        answer = {"error": "large"}
    json.dump(answer, sys.stdout, ensure_ascii=True, separators=(",", ":"))
