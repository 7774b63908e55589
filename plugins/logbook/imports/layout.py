"""Where the table of a sheet begins, what its columns are called, and what each of them seems to mean. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from plugins.logbook.imports import days, durations, fields
from plugins.logbook.imports.days import Around
from plugins.logbook.imports.fields import Field
from plugins.logbook.imports.opening import Cell, Sheet

# The header stands in one of these rows; so many cells of a column are looked at.
_HEADER_WITHIN = 60
_SAMPLE = 300
_LONGEST_HEADING = 60
_NIP = re.compile(r"\d{18}")


@dataclass(frozen=True, slots=True)
class Column:
    """`index` from 0; `key` names it over all sheets; `heading` as people see it, empty where there is none."""

    index: int
    key: str
    heading: str = ""

    @property
    def letter(self) -> str:
        return letters(self.index)


@dataclass(frozen=True, slots=True)
class Layout:
    """`first` is the first row of the table's body; `around` what titles and the sheet's name say of month and year."""

    sheet: Sheet
    columns: Sequence[Column]
    first: int
    around: Around
    header: frozenset[str] = frozenset()


def letters(index: int) -> str:
    """`A`, `B`, …, `AA`"""
    found = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        found = chr(65 + rest) + found
    return found


# ---------------------------------------------------------------- the header


def lay_out(sheet: Sheet, known: Sequence[Field], year: int | None) -> Layout | None:
    """None where nothing looks like a table of that kind."""
    header = _header_row(sheet, known)
    if header is None:
        return _without_header(sheet, known, year)
    headings, below = _headings(sheet, header, known)
    columns = _columns(sheet, headings, below)
    around = _around(sheet, header, year)
    return Layout(sheet, columns, below, around, frozenset(column.key for column in columns if column.heading))


def _header_row(sheet: Sheet, known: Sequence[Field]) -> int | None:
    """The first row that names the most columns: two at least, one of which is needed."""
    best, found = 1, None
    for number, row in enumerate(sheet.rows[:_HEADER_WITHIN]):
        named = {field.name for cell in row for field in known if isinstance(cell, str) and _names(field, cell)}
        if len(named) > best and named & {field.name for field in known if field.required}:
            best, found = len(named), number
    return found


def _names(field: Field, cell: str) -> bool:
    return len(cell) <= _LONGEST_HEADING and fields.fit(field, fields.key_of(cell)) >= 50


def _headings(sheet: Sheet, header: int, known: Sequence[Field]) -> tuple[list[str], int]:
    """The text above each column, over two rows where the header has two; and the first row below it."""
    wide = max((len(row) for row in sheet.rows), default=0)
    top = [_text(sheet, header, index) for index in range(wide)]
    below = header + 1
    if _is_second(sheet, header, known):
        over = [_over(sheet, header, index) for index in range(wide)]
        second = [_text(sheet, below, index) for index in range(wide)]
        top = [
            f"{over[index]} {under}".strip() if under and under != over[index] else over[index]
            for index, under in enumerate(second)
        ]
        below += 1
    while below < len(sheet.rows) and _is_numbering(sheet.rows[below]):
        below += 1
    return top, below


def _text(sheet: Sheet, row: int, index: int) -> str:
    cells = sheet.rows[row] if row < len(sheet.rows) else ()
    cell = cells[index] if index < len(cells) else None
    return " ".join(str(cell).split())[:_LONGEST_HEADING] if cell is not None else ""


def _over(sheet: Sheet, row: int, index: int) -> str:
    """What stands above a column, through a cell that is merged to the side."""
    for top, left, bottom, right in sheet.merged:
        if top <= row <= bottom and left <= index <= right:
            return _text(sheet, top, left)
    return _text(sheet, row, index)


def _is_second(sheet: Sheet, header: int, known: Sequence[Field]) -> bool:
    """Whether the row below belongs to the header: only short words, under empty or merged cells, that name columns."""
    row = sheet.rows[header + 1] if header + 1 < len(sheet.rows) else ()
    filled = [(index, cell) for index, cell in enumerate(row) if cell is not None]
    if not filled or not all(isinstance(cell, str) and len(cell) <= 30 and not re.search(r"\d", cell) for _, cell in filled):
        return False
    if sum(not _text(sheet, header, index) or _is_merged(sheet, header, index) for index, _ in filled) * 2 < len(filled):
        return False
    return any(_names(field, str(cell)) for _, cell in filled for field in known)


def _is_merged(sheet: Sheet, row: int, index: int) -> bool:
    return any(top <= row <= bottom and left <= index <= right for top, left, bottom, right in sheet.merged)


def _is_numbering(row: Sequence[Cell]) -> bool:
    """`(1) (2) (3)` below a header: columns that are counted."""
    filled = [cell for cell in row if cell is not None]
    figures = [re.sub(r"[()\s.]|0$", "", str(cell)) if not isinstance(cell, int) else str(cell) for cell in filled]
    return len(filled) > 2 and [each for each in figures if each.isdecimal()] == [str(n) for n in range(1, len(filled) + 1)]


def _columns(sheet: Sheet, headings: Sequence[str], first: int) -> list[Column]:
    """Those that have a heading or hold something; a heading that is there twice gets its letter."""
    found, seen = [], set[str]()
    for index, heading in enumerate(headings):
        key = fields.key_of(heading)
        if not heading and not any(index < len(row) and row[index] is not None for row in sheet.rows[first:]):
            continue
        if not key or key in seen:
            key = f"{key} {letters(index)}".strip().casefold()
        seen.add(key)
        found.append(Column(index, key[:80], heading))
    return found


def _around(sheet: Sheet, header: int, year: int | None) -> Around:
    """The month and year that a title above the table or the sheet's name speaks of."""
    titles = [str(cell) for row in sheet.rows[:header] for cell in row if isinstance(cell, str)]
    return Around(year).within(days.same_month([*reversed(titles), sheet.name]))


def _without_header(sheet: Sheet, known: Sequence[Field], year: int | None) -> Layout | None:
    """A table without headings, or with unknown ones: by its values there must be a column of days."""
    if not any(field.name == "day" for field in known):
        return None
    first = next((number for number, row in enumerate(sheet.rows) if len([cell for cell in row if cell is not None]) > 1), None)
    if first is None:
        return None
    wide = max(len(row) for row in sheet.rows)
    headings, below = [""] * wide, first
    if _is_words(sheet.rows[first]):
        headings, below = [_text(sheet, first, index) for index in range(wide)], first + 1
    columns = _columns(sheet, headings, below)
    header = frozenset(column.key for column in columns if column.heading)
    layout = Layout(sheet, columns, below, _around(sheet, first, year), header)
    return layout if "day" in guess([layout], known) else None


def _is_words(row: Sequence[Cell]) -> bool:
    """Whether a first row is headings that nobody knows: short words without figures."""
    return all(cell is None or isinstance(cell, str) and len(cell) <= 30 and not re.search(r"\d", cell) for cell in row)


# ---------------------------------------------------------------- what columns mean


def sample(layout: Layout, column: Column) -> list[Cell]:
    """The first filled cells of a column."""
    rows = layout.sheet.rows[layout.first : layout.first + _SAMPLE]
    return [row[column.index] for row in rows if column.index < len(row) and row[column.index] is not None]


def guess(layouts: Sequence[Layout], known: Sequence[Field]) -> dict[str, str]:
    """{field's name: key of the column}, by headings first, and by what stands in the columns where no heading helps."""
    every = {column.key: (layout, column) for layout in reversed(layouts) for column in layout.columns}
    scores = [
        (_score(field, layout, column), -column.index, field.name, key)
        for key, (layout, column) in every.items()
        for field in known
    ]
    found: dict[str, str] = {}
    for score, _, name, key in sorted(scores, reverse=True):
        if score > 0 and name not in found and key not in found.values():
            found[name] = key
    return _with_words(found, every, known)


def _score(field: Field, layout: Layout, column: Column) -> int:
    """By the heading, corrected by the values: a column of dates is none of activities, whatever it is called."""
    score, cells = fields.fit(field, column.key), sample(layout, column)
    if not cells:
        return score // 2
    if field.name == "day":
        share = days.share(cells, replace(layout.around, year=layout.around.year or 2000, month=layout.around.month or 1))
        if score:
            return score + 20 if share >= 0.3 else score // 2  # another column may hold the dates that this one is called by
        return 40 if share >= 0.8 and _says_dates(cells) else 0
    if field.name == "minutes":
        share = durations.share(cells)
        return score + 20 if score and share >= 0.5 else score or (35 if share >= 0.8 else 0)
    if field.name == "nip":
        held = sum(bool(_NIP.fullmatch(re.sub(r"[\s'.]", "", str(cell)))) for cell in cells)
        return score + 20 if score else (60 if held * 10 >= len(cells) * 8 else 0)
    if field.name in ("activity", "title"):
        return score - 60 if _length(cells) < 4 else score + min(20, _length(cells) // 4)
    if field.name in ("code", "target"):
        return score - 25 if field.name == "code" and _length(cells) > 20 else score
    return score


def _says_dates(cells: Sequence[Cell]) -> bool:
    """Bare numbers may be anything."""
    return not all(isinstance(cell, (int, float)) for cell in cells)


def _length(cells: Sequence[Cell]) -> int:
    return sum(len(str(cell)) for cell in cells) // len(cells)


def _with_words(found: dict[str, str], every: Mapping[str, tuple[Layout, Column]], known: Sequence[Field]) -> dict[str, str]:
    """Where no heading names the activity, it is the column with the most words."""
    wanted = next((field.name for field in known if field.name in ("activity", "title")), "")
    free = [(_length(cells), key) for key, pair in every.items() if key not in found.values() and (cells := sample(*pair))]
    if wanted and wanted not in found and free and max(free)[0] >= 12:
        found[wanted] = max(free)[1]
    return found


def places(layout: Layout, mapping: Mapping[str, str], known: Sequence[Field]) -> dict[str, Column]:
    """{field's name: column} of this sheet. Where it calls a column by another name than the other sheets, by its own guess."""
    by_key = {column.key: column for column in layout.columns}
    found = {name: by_key[key] for name, key in mapping.items() if key in by_key}
    if len(found) < len(mapping):
        own, used = guess([layout], known), set(mapping.values())
        found |= {name: by_key[own[name]] for name in mapping if name not in found and name in own and own[name] not in used}
    return found


def american(layout: Layout, mapping: Mapping[str, str], known: Sequence[Field]) -> Layout:
    """The layout that reads the dates of its column as they have to be read."""
    column = places(layout, mapping, known).get("day")
    if column is None:
        return layout
    cells = [row[column.index] for row in layout.sheet.rows[layout.first :] if column.index < len(row)]
    return replace(layout, around=replace(layout.around, american=days.is_american(cells)))
