"""What the reader of workbooks does not say: hidden rows, merged cells of an ODS, and formulas that have no value.

Part of the program `sheets`, and under its limits.
"""

from __future__ import annotations

import io
import re
import zipfile
from typing import Any
from xml.parsers import expat

MOST_MERGED = 5_000
# A place where a formula has no stored value, or only an error; more of them say no more.
_MOST_PLACES = 200
_CELL = re.compile(r"([A-Z]{1,3})(\d{1,7})")


def look(content: bytes, found: list[dict[str, Any]]) -> None:
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
        if down > 1 and len(self.sheet["merged"]) < MOST_MERGED:
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
