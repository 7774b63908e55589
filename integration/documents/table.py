"""A table that breaks across pages: what it is made of, how high its rows are, and how a row is drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from reportlab.lib.colors import Color, HexColor
from reportlab.pdfgen.canvas import Canvas

from integration.documents import fonts
from integration.messages import clean, plain

Align = Literal["left", "center", "right"]

PADDING_X, PADDING_Y = 2.6, 2.2
_NARROW = 24.0
LINE = HexColor("#B0BEC5")
HEAD_FILL, HEAD_TEXT = "#1F4E79", HexColor("#FFFFFF")
BLACK = HexColor("#000000")


@dataclass(frozen=True, slots=True)
class Column:
    """`width` in points; columns with `grow` share what is left of the page by their widths.

    `vertical`: the title is turned, for a narrow column. `head_fill` is the title's background.
    """

    title: str
    width: float
    align: Align = "left"
    grow: bool = False
    vertical: bool = False
    head_fill: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """Text with a background (`#RRGGBB`, empty for none) or in bold. `span`: so many columns wide."""

    text: str
    fill: str = ""
    bold: bool = False
    align: Align | None = None
    span: int = 1


Row = Sequence[str | Cell]


@dataclass(frozen=True, slots=True)
class Table:
    """`size` is the letters' in points; `head_height` is for vertical titles. A row is at least `row_height` tall, which
    leaves room to sign.
    """

    columns: tuple[Column, ...]
    size: float = 8.5
    head_height: float = 0.0
    row_height: float = 0.0

    @property
    def leading(self) -> float:
        return self.size * 1.2

    def inside(self, width: float) -> float:
        """What is left of a column for its words: a narrow one has hardly any padding."""
        return width - (2 * PADDING_X if width > _NARROW else 1)

    def fitted(self, room: float) -> Table:
        """With widths that fill `room`, no word of a title cut; if that is too wide, all columns are made narrower alike."""
        columns = [self._for_title(column) for column in self.columns]
        fixed = sum(column.width for column in columns if not column.grow)
        growing = sum(column.width for column in columns if column.grow)
        if growing and fixed + growing <= room:
            factor = (room - fixed) / growing
            return replace(self, columns=tuple(_scaled(column, factor if column.grow else 1) for column in columns))
        factor = min(1.0, room / (fixed + growing))
        return replace(self, columns=tuple(_scaled(column, factor) for column in columns))

    def _for_title(self, column: Column) -> Column:
        words = [] if column.vertical else tidy(column.title).split()
        longest = max((fonts.width(word, self.size, True) for word in words), default=0.0)
        return column if longest <= self.inside(column.width) else replace(column, width=longest + 2 * PADDING_X + 1)


def _scaled(column: Column, factor: float) -> Column:
    return column if factor == 1 else replace(column, width=column.width * factor)


@dataclass(slots=True)
class Box:
    """A cell with its place: lines of text in a column from `x` on, `width` points wide."""

    x: float
    width: float
    lines: Sequence[str]
    align: Align
    bold: bool
    fill: str


@lru_cache(20_000)
def tidy(text: str) -> str:
    """Plain words that a page can show: no control characters, no marks of ours, no letters that the font lacks."""
    return fonts.drawable(clean(plain(text)).replace("\t", " "))


def boxes(table: Table, row: Row, left: float) -> list[Box]:
    """The cells of a row with their text wrapped. Raises ValueError if the row has another number of columns."""
    found, x, place = [], left, 0
    for cell in row:
        cell = Cell(cell) if isinstance(cell, str) else cell
        columns = table.columns[place : place + cell.span]
        width = sum(column.width for column in columns)
        lines = fonts.wrap(tidy(cell.text), table.size, table.inside(width), cell.bold)
        found.append(Box(x, width, lines, cell.align or columns[0].align, cell.bold, cell.fill))
        x, place = x + width, place + cell.span
    if place != len(table.columns):
        raise ValueError(f"a row has {place} columns, its table {len(table.columns)}")
    return found


def height(table: Table, row: Sequence[Box]) -> float:
    return max(max(len(box.lines) for box in row) * table.leading + 2 * PADDING_Y, table.row_height)


def cut(table: Table, row: Sequence[Box], room: float) -> tuple[list[Box], list[Box]]:
    """What of a row fits into `room`, and the rest; at least one line fits."""
    lines = max(1, int((room - 2 * PADDING_Y) // table.leading))
    above = [_with(box, box.lines[:lines]) for box in row]
    return above, [_with(box, box.lines[lines:]) for box in row]


def _with(box: Box, lines: Sequence[str]) -> Box:
    return Box(box.x, box.width, lines, box.align, box.bold, box.fill)


@lru_cache(256)
def colour(code: str) -> Color:
    return HexColor(code)


def draw_row(canvas: Canvas, table: Table, row: Sequence[Box], top: float, tall: float, ink: Color = BLACK) -> None:
    """Backgrounds, then borders, then one text object for all the words of the row."""
    for box in row:
        if box.fill:
            canvas.setFillColor(colour(box.fill))
            canvas.rect(box.x, top - tall, box.width, tall, stroke=0, fill=1)
    canvas.setStrokeColor(LINE)
    canvas.setLineWidth(0.4)
    bottom, right = top - tall, row[-1].x + row[-1].width
    lines = [(box.x, top, box.x, bottom) for box in row] + [(right, top, right, bottom)]
    canvas.lines([*lines, (row[0].x, top, right, top), (row[0].x, bottom, right, bottom)])
    _write(canvas, table, row, top, tall, ink)


def _write(canvas: Canvas, table: Table, row: Sequence[Box], top: float, tall: float, ink: Color) -> None:
    """Every cell's lines in the middle of the row's height."""
    text = canvas.beginText()
    text.setFillColor(ink)
    bold: bool | None = None
    for box in row:
        first = top - (tall - len(box.lines) * table.leading) / 2 - table.size * 0.92
        for number, line in enumerate(box.lines):
            if not line:
                continue
            if box.bold is not bold:
                bold = box.bold
                text.setFont(fonts.name(bold), table.size, table.leading)
            text.setTextOrigin(_start(table, box, line), first - number * table.leading)
            text.textOut(line)
    canvas.drawText(text)


def _start(table: Table, box: Box, line: str) -> float:
    if box.align == "left":
        return box.x + PADDING_X
    free = box.width - fonts.width(line, table.size, box.bold)
    return box.x + (free / 2 if box.align == "center" else free - PADDING_X)


# ---------------------------------------------------------------- the head


def head_height(table: Table) -> float:
    titles = [
        len(fonts.wrap(tidy(column.title), table.size, table.inside(column.width), True))
        for column in table.columns
        if not column.vertical
    ]
    upright = max(titles, default=1) * table.leading + 2 * PADDING_Y
    longest = max((fonts.width(tidy(c.title), table.size, True) for c in table.columns if c.vertical), default=0.0)
    return max(table.head_height, upright, longest + 3 * PADDING_Y if longest else 0.0)


def draw_head(canvas: Canvas, table: Table, left: float, top: float) -> float:
    """The titles of the columns; how high they are. Repeated on every page."""
    tall = head_height(table)
    cells = [
        Cell("" if column.vertical else column.title, column.head_fill or HEAD_FILL, bold=True, align="center")
        for column in table.columns
    ]
    row = boxes(table, cells, left)
    draw_row(canvas, table, row, top, tall, HEAD_TEXT)
    for box, column in zip(row, table.columns, strict=True):
        if column.vertical:
            _vertical(canvas, table, tidy(column.title), box.x + box.width / 2, top - tall + 1.5 * PADDING_Y)
    return tall


def _vertical(canvas: Canvas, table: Table, title: str, middle: float, bottom: float) -> None:
    canvas.saveState()
    canvas.setFillColor(HEAD_TEXT)
    canvas.setFont(fonts.BOLD, table.size)
    canvas.translate(middle + table.size * 0.35, bottom)
    canvas.rotate(90)
    canvas.drawString(0, 0, title)
    canvas.restoreState()
