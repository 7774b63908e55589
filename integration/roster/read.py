"""A people file as rows of text, whatever program saved it: CSV in its dialects, or a spreadsheet."""

from __future__ import annotations

import codecs
import csv
import difflib
import io
from collections.abc import Callable, Iterable, Sequence
from datetime import date, time, timedelta
from functools import partial
from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook

from integration.roster.model import COLUMNS, FileError, Findings, Row, tidy

LARGEST_BYTES = 100 << 20
AS_TEXT = "format the column as text, enter the value again and save"
# Excel keeps 15 significant digits of a number; what was typed beyond them is gone.
_EXACT = 10**15
_SEPARATORS = (",", ";", "\t")
_SPREADSHEETS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")

Cells = Sequence[object]


def read(path: Path, found: Findings) -> list[Row]:
    """The rows below the header; what is wrong with header and cells goes to `found`. Raises `FileError`."""
    content = _content(path)
    table = _spreadsheet(content) if content.startswith(_SPREADSHEETS) else _csv(content)
    numbered = [(number, cells) for number, cells in enumerate(table, 1) if any(_given(cell) for cell in cells)]
    if not numbered:
        raise FileError(f"{path.name} is empty; the first row must hold the columns {', '.join(COLUMNS)}")
    number, header = numbered[0]
    columns = _columns(number, [tidy(str(cell)).casefold() for cell in header], found)
    return [_row(number, cells, columns, found) for number, cells in numbered[1:]]


def _given(cell: object) -> bool:
    return bool(cell.strip()) if isinstance(cell, str) else cell is not None


def _content(path: Path) -> bytes:
    try:
        if path.stat().st_size > LARGEST_BYTES:
            raise FileError(f"{path.name} is larger than {LARGEST_BYTES >> 20} MB: is it the people file?")
        return path.read_bytes()
    except OSError as error:
        raise FileError(f"{path} cannot be read: {error.strerror}") from None


# ---------------------------------------------------------------- CSV


def _csv(content: bytes) -> Iterable[Cells]:
    text = _decoded(content)
    first, _, rest = text.partition("\n")
    separator = _separator(first)
    if first.strip().lower().startswith("sep=") and len(first.strip()) == 5:
        separator, text = first.strip()[4], rest
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
    except csv.Error as error:
        raise FileError(f"the file is not readable as CSV: {error}") from None


def _decoded(content: bytes) -> str:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16", errors="replace")
    if b"\0" in content:
        raise FileError("the file is neither CSV nor XLSX: export it from the spreadsheet again")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _separator(header: str) -> str:
    """The one that splits the header into the most columns that we know."""
    known = set(COLUMNS)
    return max(_SEPARATORS, key=lambda separator: len(known & {tidy(p.strip('"')).casefold() for p in header.split(separator)}))


# ---------------------------------------------------------------- spreadsheets


def _spreadsheet(content: bytes) -> Iterable[Cells]:
    """The first sheet whose first filled row names the NIP, else the first sheet."""
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        sheets = [book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names]
    except (CalamineError, ValueError, OSError) as error:
        raise FileError(f"the spreadsheet cannot be opened ({error}); if it has a password, save it without one") from None
    return next((sheet for sheet in sheets if _names_nip(sheet)), sheets[0] if sheets else [])


def _names_nip(sheet: Iterable[Cells]) -> bool:
    header: Cells = next((cells for cells in sheet if any(_given(cell) for cell in cells)), ())
    return "nip" in {tidy(str(cell)).casefold() for cell in header}


# ---------------------------------------------------------------- header and cells


def _columns(row: int, header: list[str], found: Findings) -> list[str]:
    """The column that each position belongs to, "" for one that is not ours."""
    for name in COLUMNS:
        if name not in header:
            found.problem(row, name, "the column is missing; add it, and leave its cells empty if there is nothing to say")
    for name in dict.fromkeys(name for name in header if name and name not in COLUMNS):
        close = difflib.get_close_matches(name, COLUMNS, n=1, cutoff=0.8)
        found.problem(row, name, "unknown column; " + (f"is it {close[0]}?" if close else f"known are {', '.join(COLUMNS)}"))
    for name in COLUMNS:
        if header.count(name) > 1:
            found.problem(row, name, f"the column is there {header.count(name)} times")
    return [name if name in COLUMNS else "" for name in header]


def _row(number: int, cells: Cells, columns: list[str], found: Findings) -> Row:
    values = dict.fromkeys(filter(None, columns), "")
    for column, cell in zip(columns, cells, strict=False):
        text = _text(cell, partial(found.problem, number, column)) if column else None
        if text is not None:
            values[column] = text
        else:
            values.pop(column, None)
    if any(_given(cell) for cell in cells[len(columns) :]):
        found.problem(number, "", "more values than columns; a value that holds the separator needs double quotes around it")
    return Row(number, values)


def _text(cell: object, complain: Callable[[str], None]) -> str | None:
    """A cell as text; None, with a complaint, for a number or date that is no longer what was typed."""
    if isinstance(cell, str):
        return tidy(cell)
    if isinstance(cell, (date, time, timedelta)):
        complain(f"the cell holds a date or time ({cell}); {AS_TEXT}")
        return None
    if isinstance(cell, (int, float)) and not isinstance(cell, bool):
        return _number(cell, complain)
    return "" if cell is None else str(cell)


def _number(cell: int | float, complain: Callable[[str], None]) -> str | None:
    if abs(cell) >= _EXACT:
        complain(f"the cell holds a number, and a spreadsheet keeps only 15 of its digits ({cell:.0f}); {AS_TEXT}")
        return None
    return str(int(cell)) if cell == int(cell) else str(cell)
