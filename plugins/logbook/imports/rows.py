"""The rows of a table as they are meant: without totals, signatures and repeated headers, with what merged cells say. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from plugins.logbook.imports import days, layout
from plugins.logbook.imports.days import Around
from plugins.logbook.imports.fields import Field, key_of
from plugins.logbook.imports.layout import Column, Layout
from plugins.logbook.imports.opening import Cell, Sheet

_TOTAL = re.compile(r"(?:sub|grand)?[ -]*(?:total|jumlah|rata[- ]rata)\b", re.IGNORECASE)
_ONLY_TOTAL = re.compile(
    _TOTAL.pattern + r"(?: (?:jam|waktu|menit|kegiatan|keseluruhan|seluruh\w*|volume|hari|bulan|ini|kerja|[:=]|\d[\d.,]*))*\W*",
    re.IGNORECASE,
)
_SIGNED = re.compile(
    r"(?:mengetahui|menyetujui|disetujui|diketahui|yang (?:membuat|melaporkan)|atasan langsung|pejabat penilai|nip\b)",
    re.IGNORECASE,
)
_MONTH_TITLE = re.compile(r"(?:bulan|periode|minggu(?: ke)?|pekan)\b", re.IGNORECASE)
_NOTED, _SHEETS = 12, 4


@dataclass(frozen=True, slots=True)
class Raw:
    """A row of the body: `number` as people see it, cells by field's name, and what is known of month and year there."""

    number: int
    cells: Mapping[str, Cell]
    around: Around


@dataclass(slots=True)
class Notes:
    """What was done to the rows without being asked, to be told: numbers of rows by what happened."""

    filled: list[int] = field(default_factory=list)
    totals: list[int] = field(default_factory=list)
    outside: list[int] = field(default_factory=list)
    hidden: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Body:
    """A sheet's rows, and where a formula has no value: (row's number, column, why)."""

    sheet: Sheet
    columns: Mapping[str, Column]
    rows: list[Raw] = field(default_factory=list)
    notes: Notes = field(default_factory=Notes)
    bad: list[tuple[int, Column, str]] = field(default_factory=list)


def read(found: Layout, mapping: Mapping[str, str], known: Sequence[Field]) -> Body:
    """The body of the sheet by this mapping of fields to columns."""
    found = layout.american(found, mapping, known)
    columns = layout.places(found, mapping, known)
    body = Body(found.sheet, columns)
    merged = _merged_down(found.sheet, columns, known)
    key, around, last = _key_field(columns), found.around, _last_dated(found, columns)
    above: dict[str, Cell] = {}
    for index, cells in _filled(found):
        if month := _section(found, cells, columns):
            around = around.within(month)
            continue
        if _is_header(found, cells, columns):
            continue
        values = {name: cells[column.index] if column.index < len(cells) else None for name, column in columns.items()}
        number = index + 1
        if _is_total(cells, values, key):
            body.notes.totals.append(number)
        elif index > last and _is_outside(found.sheet, index, last, cells, values):
            body.notes.outside.append(number)
        else:
            _add(body, number, _completed(body, values, above, merged.get(index, {}), number), around)
    body.notes.hidden += [number for number in found.sheet.hidden_rows if number in {raw.number for raw in body.rows}]
    body.bad += _bad(found, body)
    return body


def _filled(found: Layout) -> Iterator[tuple[int, Sequence[Cell]]]:
    for index in range(found.first, len(found.sheet.rows)):
        if any(cell is not None for cell in found.sheet.rows[index]):
            yield index, found.sheet.rows[index]


def _add(body: Body, number: int, values: dict[str, Cell], around: Around) -> None:
    if any(cell is not None for name, cell in values.items() if name not in ("day", "nip")):
        body.rows.append(Raw(number, values, around))


def _key_field(columns: Mapping[str, Column]) -> str:
    return next((name for name in ("activity", "title") if name in columns), "")


# ---------------------------------------------------------------- what is said once for several rows


def _merged_down(sheet: Sheet, columns: Mapping[str, Column], known: Sequence[Field]) -> dict[int, dict[str, Cell]]:
    """{row: {field: what the merged cell above says}}, for fields of which one says it once for several rows."""
    down = {columns[each.name].index: each.name for each in known if each.down and each.name in columns}
    found: dict[int, dict[str, Cell]] = {}
    for top, left, bottom, right in sheet.merged:
        row = sheet.rows[top] if top < len(sheet.rows) else ()
        for index in range(left, right + 1):
            if index not in down or left >= len(row) or bottom - top > 400:
                continue
            for below in range(top + 1, bottom + 1):
                found.setdefault(below, {})[down[index]] = row[left]
    return found


def _completed(
    body: Body, values: dict[str, Cell], above: dict[str, Cell], merged: Mapping[str, Cell], number: int
) -> dict[str, Cell]:
    """An empty day or NIP is that of the row above; other empty cells only where they are merged with the one above."""
    if "day" in values and values["day"] is None and (merged.get("day") or above.get("day")) is not None:
        body.notes.filled.append(number)
    for name, cell in merged.items():
        if values[name] is None:
            values[name] = cell
    for name in ("nip", "day"):
        if name in values:
            values[name] = above[name] = values[name] if values[name] is not None else above.get(name)
    return values


# ---------------------------------------------------------------- rows that are no activities


def _section(found: Layout, cells: Sequence[Cell], columns: Mapping[str, Column]) -> tuple[int, int | None] | None:
    """A title within the table, like `BULAN FEBRUARI 2025`."""
    held = [cell for cell in cells if cell is not None]
    if len(held) != 1 or not isinstance(held[0], str) or len(held[0]) > 60:
        return None
    words = held[0]
    named = days.month_named(words)
    alone = named is not None and not re.search(r"\d", re.sub(r"20\d{2}", "", words)) and len(words.split()) <= 2
    return named if named and (_MONTH_TITLE.match(words) or alone) else None


def _is_header(found: Layout, cells: Sequence[Cell], columns: Mapping[str, Column]) -> bool:
    """The header again, as at the top of every printed page, or the numbers of its columns."""
    day = columns.get("day")
    if day is not None and day.index < len(cells) and _is_day(cells[day.index], found.around):
        return False
    keys = [key_of(str(cell)) for cell in cells if isinstance(cell, str)]
    return len(keys) > 2 and sum(key in found.header for key in keys) * 3 >= len(keys) * 2


def _is_total(cells: Sequence[Cell], values: Mapping[str, Cell], key: str) -> bool:
    """`Jumlah`, `Total jam`: the first words of the row, where no day stands and the activity says nothing else."""
    first = next((cell for cell in cells if isinstance(cell, str)), "")
    if not _TOTAL.match(first) or values.get("day") is not None:
        return False
    said = values.get(key)
    return not isinstance(said, str) or bool(_ONLY_TOTAL.fullmatch(said))


def _last_dated(found: Layout, columns: Mapping[str, Column]) -> int:
    """The last row with a day of its own; below it come signatures, or rows that mean the same day."""
    column = columns.get("day")
    if column is None:
        return len(found.sheet.rows)
    dated = [
        index for index, cells in _filled(found) if column.index < len(cells) and _is_day(cells[column.index], found.around)
    ]
    return dated[-1] if dated else len(found.sheet.rows)


def _is_day(cell: Cell, around: Around) -> bool:
    try:
        return days.read(cell, replace(around, year=around.year or 2000, month=around.month or 1)) is not None
    except ValueError:
        return False


def _is_outside(sheet: Sheet, index: int, last: int, cells: Sequence[Cell], values: Mapping[str, Cell]) -> bool:
    """Below the table: behind an empty row, or words of a signature."""
    day = values.get("day")
    if day is not None and (not isinstance(day, str) or re.search(r"\d", day)) and not _SIGNED.match(str(day)):
        return False
    gap = any(not any(cell is not None for cell in sheet.rows[between]) for between in range(last + 1, index))
    held = [cell for cell in cells if isinstance(cell, str)]
    return gap or any(_SIGNED.match(cell) for cell in held)


# ---------------------------------------------------------------- formulas


def _bad(found: Layout, body: Body) -> list[tuple[int, Column, str]]:
    """Where a cell that is wanted holds a formula that was never computed, or an error."""
    by_index = {column.index: column for column in body.columns.values()}
    rows = {raw.number for raw in body.rows}
    places = sorted((found.sheet.bad or {}).items())
    return [
        (row + 1, by_index[index], why)
        for (row, index), why in places
        if index in by_index and row >= found.first and row + 1 in rows
    ]


def shown_in(parts: Sequence[tuple[str, Sequence[int]]], *, several: bool) -> str:
    """`Januari: 5–9, 12; Februari: 3` of (sheet, rows); without the sheets where there are not `several`."""
    said = [f"{sheet}: {shown(numbers)}" if several else shown(numbers) for sheet, numbers in parts[:_SHEETS]]
    return "; ".join(said) + ("; …" if len(parts) > _SHEETS else "")


def shown(numbers: Sequence[int]) -> str:
    """`5–9, 12, 20–22`, cut after a dozen."""
    spans: list[list[int]] = []
    for number in sorted(set(numbers)):
        if spans and number == spans[-1][1] + 1:
            spans[-1][1] = number
        else:
            spans.append([number, number])
    words = [str(first) if first == last else f"{first}–{last}" for first, last in spans[:_NOTED]]
    return ", ".join(words) + (", …" if len(spans) > _NOTED else "")
