"""Sheets as plain data, for every kind of spreadsheet: what stands where, and how it looks. `ods` and `xlsx` write them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from math import ceil
from typing import Literal

Format = Literal["", "whole", "hours", "percent", "date"]
Align = Literal["", "left", "center", "right"]
Value = str | int | float | Decimal | date | None

LINE_POINTS = 13.2
# So much of a column's width words fill, when they are broken between words.
_FILLED = 1.0
_MOST_LINES = 30


@dataclass(frozen=True, slots=True)
class Look:
    """How a cell looks; colours are `#RRGGBB`, empty for none. `boxed` draws lines around it, `above` a thicker one on top.
    Words stand at the top of their row, with `middle` in its middle.
    """

    bold: bool = False
    italic: bool = False
    colour: str = ""
    fill: str = ""
    size: float = 10
    wrap: bool = False
    align: Align = ""
    boxed: bool = True
    above: bool = False
    format: Format = ""
    middle: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """A value with its look. `link` is an address, a quoted path from the file's folder or, after `#`, the name of a sheet.

    `sums` is (column, first row, last row): the value is that sum of what a filter leaves, and stored as well, for readers
    that do not calculate.
    """

    value: Value
    look: Look
    link: str = ""
    sums: tuple[int, int, int] | None = None


@dataclass(slots=True)
class Sheet:
    """`rows` by number from 0, each with its cells by column; `widths` in characters. Below `head` the rows scroll, to the
    right of `fixed` the columns; the row `head` is repeated on every page. `filtered` is (first row, last row, last column).
    The `heights` of rows in `given` are wanted just so; the others are what their words are thought to need.
    """

    name: str
    widths: Sequence[float]
    rows: dict[int, dict[int, Cell]] = field(default_factory=dict)
    heights: dict[int, float] = field(default_factory=dict)
    given: set[int] = field(default_factory=set)
    head: int | None = None
    fixed: int = 0
    filtered: tuple[int, int, int] | None = None

    def put(self, row: int, cells: Mapping[int, Cell] | Sequence[Cell], height: float | None = None) -> None:
        """A row; without a `height` (points) as tall as its wrapped words need."""
        placed = dict(cells) if isinstance(cells, Mapping) else dict(enumerate(cells))
        self.rows[row] = placed
        self.given |= {row} if height else set()
        self.heights[row] = height or self._tall(placed)

    def _tall(self, cells: Mapping[int, Cell]) -> float:
        lines = [
            _lines(cell.value, self.widths[column])
            for column, cell in cells.items()
            if cell.look.wrap and isinstance(cell.value, str)
        ]
        largest = max((cell.look.size for cell in cells.values()), default=10)
        return max(lines, default=1) * LINE_POINTS + 3 if largest <= 10 else largest * 1.6


def _lines(words: str, width: float) -> int:
    room = max(1.0, width * _FILLED)
    return min(_MOST_LINES, sum(max(1, ceil(len(line) / room)) for line in words.split("\n")))
