"""A program of its own: a spreadsheet on its input, what stands in it as JSON on its output.

It runs apart from the service, with little memory, little time and no secrets, because a small file can be made to unfold
into anything: a cell in the last row and column is enough. It imports nothing of ours.
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

MEMORY = 1 << 30
CPU_SECONDS = 40
MOST_COLUMNS = 60
LONGEST_CELL = 20_000
SEPARATORS = ";,\t|"
# A place where a formula has no stored value, or only an error; more of them say no more.
_MOST_PLACES = 200
_CELL = re.compile(r"([A-Z]{1,3})(\d{1,7})")


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
        _look_closer(content, found)
    return found


def _is_table(kind: SheetTypeEnum) -> bool:
    return kind == SheetTypeEnum.WorkSheet


def _sheet(book: CalamineWorkbook, number: int, counted: Counted) -> dict[str, Any]:
    known, sheet = book.sheets_metadata[number], book.get_sheet_by_index(number)
    rows = [] if sheet.start is None else shortened(counted.row(cells) for cells in sheet.iter_rows())
    merged = [[*first, *last] for first, last in (sheet.merged_cell_ranges or ())][:5_000]
    hidden = known.visible != SheetVisibleEnum.Visible
    return {"name": known.name, "hidden": hidden, "rows": rows, "merged": merged, "hidden_rows": [], "bad": []}


def _look_closer(content: bytes, found: list[dict[str, Any]]) -> None:
    """What the reader does not say: hidden rows, and formulas that were never computed or went wrong."""
    if not content.startswith(b"PK"):
        return
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        by_name = {each["name"]: each for each in found}
        if "content.xml" in archive.namelist():
            _parse(archive, "content.xml", _Ods(by_name))
        elif "xl/workbook.xml" in archive.namelist():
            for name, path in _xlsx_parts(archive).items():
                if name in by_name and path in archive.namelist():
                    _parse(archive, path, _Xlsx(by_name[name]))


class _Handler:
    def start(self, tag: str, attributes: dict[str, str]) -> None: ...
    def end(self, tag: str) -> None: ...
    def text(self, data: str) -> None: ...


def _parse(archive: zipfile.ZipFile, path: str, handler: _Handler) -> None:
    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = handler.start, handler.end
    parser.CharacterDataHandler = handler.text
    with archive.open(path) as part:
        parser.ParseFile(part)


def _xlsx_parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """{sheet's name: path of its part}"""
    names, targets = _Tags("sheet"), _Tags("Relationship")
    _parse(archive, "xl/workbook.xml", names)
    _parse(archive, "xl/_rels/workbook.xml.rels", targets)
    paths = {each["Id"]: each["Target"].lstrip("/") for each in targets.found if "Id" in each and "Target" in each}
    found = {}
    for each in names.found:
        path = paths.get(each.get("r:id", ""), "")
        found[each.get("name", "")] = path if path.startswith("xl/") else f"xl/{path}"
    return found


class _Tags(_Handler):
    def __init__(self, tag: str) -> None:
        self.tag, self.found = tag, list[dict[str, str]]()

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag.rpartition(":")[2] == self.tag:
            self.found.append(attributes)


class _Xlsx(_Handler):
    def __init__(self, sheet: dict[str, Any]) -> None:
        self.sheet, self.cell = sheet, dict[str, str]()
        self.formula = self.value = self.inside = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "row" and attributes.get("hidden") in ("1", "true") and attributes.get("r", "").isdecimal():
            self.sheet["hidden_rows"].append(int(attributes["r"]))
        elif tag == "c":
            self.cell, self.formula, self.value = attributes, False, False
        elif tag == "f":
            self.formula = True
        elif tag == "v":
            self.inside = True

    def text(self, data: str) -> None:
        self.value = self.value or self.inside

    def end(self, tag: str) -> None:
        if tag == "v":
            self.inside = False
        if tag == "c" and (self.cell.get("t") == "e" or self.formula and not self.value and self.cell.get("t") != "str"):
            place = _CELL.fullmatch(self.cell.get("r", ""))
            if place and len(self.sheet["bad"]) < _MOST_PLACES:
                why = "error" if self.cell.get("t") == "e" else "formula"
                self.sheet["bad"].append([int(place[2]), _column(place[1]), why])


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


class _Ods(_Handler):
    def __init__(self, sheets: dict[str, dict[str, Any]]) -> None:
        self.sheets, self.sheet, self.row, self.rows, self.column = sheets, dict[str, Any](), 0, 1, 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "table:table":
            self.sheet, self.row, self.rows = self.sheets.get(attributes.get("table:name", ""), {}), 0, 1
        elif tag == "table:table-row":
            self.row += 1
            self.rows, self.column = _times(attributes, "table:number-rows-repeated"), 0
            if attributes.get("table:visibility") in ("collapse", "filter") and self.sheet:
                last = min(self.row + self.rows, len(self.sheet["rows"]) + 1)
                self.sheet["hidden_rows"] += range(self.row, last)
        elif tag in ("table:table-cell", "table:covered-table-cell"):
            self._cell(attributes)

    def _cell(self, attributes: dict[str, str]) -> None:
        column, down = self.column, _times(attributes, "table:number-rows-spanned")
        self.column += _times(attributes, "table:number-columns-repeated")
        if not self.sheet:
            return
        if down > 1 and len(self.sheet["merged"]) < 5_000:
            wide = _times(attributes, "table:number-columns-spanned")
            self.sheet["merged"].append([self.row - 1, column, self.row + down - 2, column + wide - 1])
        never = "table:formula" in attributes and not attributes.get("office:value-type")
        if never and len(self.sheet["bad"]) < _MOST_PLACES:
            self.sheet["bad"].append([self.row, column + 1, "formula"])

    def end(self, tag: str) -> None:
        if tag == "table:table-row":
            self.row += self.rows - 1


def _times(attributes: dict[str, str], name: str) -> int:
    value = attributes.get(name, "1")
    return int(value) if value.isdecimal() and len(value) < 8 else 1


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
    """`sheets.py text|workbook MOST_ROWS`"""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        answer = read(sys.stdin.buffer.read(), sys.argv[1], int(sys.argv[2]))
    except MemoryError:
        answer = {"error": "large"}
    json.dump(answer, sys.stdout, ensure_ascii=True, separators=(",", ":"))


if __name__ == "__main__":
    main()
