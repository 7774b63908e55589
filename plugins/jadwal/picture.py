"""A unit's week as a picture that is read on a phone: letters as well as colours, and so on paper without any.

Drawn twice as large as it is shown, with letters of our own, so that it looks alike on every machine.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from io import BytesIO
from itertools import pairwise

from PIL import Image, ImageDraw, ImageFont

from integration import fonts
from integration.messages import clean, plain
from plugins.jadwal.team import Cell, TeamWeek

PEOPLE_A_PICTURE = 30
_WIDTH, _MARGIN, _ROW, _HEAD = 1080, 32, 62, 58
_TITLE, _TEXT, _LETTER, _SMALL = 46, 30, 32, 26
_INK, _FAINT, _LINE, _PAPER, _TODAY = "#1d2733", "#6b7683", "#d5dae0", "#ffffff", "#1d5fa8"
# Told apart by people who see few colours, and by their lightness in grey.
_FILL = {"O": "#e8a435", "H": "#d6ecfb", "A": "#c8b2ec", "K": "#ffffff", "-": "#eceff1", "L": "#f7f8f9", "": "#ffffff"}
_SHOWN = {"-": "–"}


@dataclass(frozen=True, slots=True)
class Words:
    """What is written beside names and letters, in the reader's language; `heads` are the days', `present` the sum's."""

    span: str
    note: str
    legend: str
    present: str
    heads: tuple[str, ...]
    today: date


def draw(week: TeamWeek, words: Words) -> list[bytes]:
    """PNG files of at most `PEOPLE_A_PICTURE` people, about as many in each; sums stand below the last."""
    count = len(week.rows)
    pictures = -(-count // PEOPLE_A_PICTURE)
    cuts = [count * number // pictures for number in range(pictures + 1)]
    parts = [range(*both) for both in pairwise(cuts)]
    return [_png(_Sheet(week, words, part, last=part is parts[-1]).drawn()) for part in parts]


def _png(image: Image.Image) -> bytes:
    out = BytesIO()
    # Some hundred colours at most: a fifth of the time and a third of the size.
    image.quantize(128, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE).save(out, "PNG")
    return out.getvalue()


@cache
def _font(size: int, bold: bool = False) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(fonts.BOLD if bold else fonts.REGULAR, size, layout_engine=ImageFont.Layout.BASIC)


def fitted(text: str, font: ImageFont.FreeTypeFont, width: float) -> str:
    """As much of the text as there is room for."""
    text = " ".join(clean(text).split())
    if font.getlength(text) <= width:
        return text
    while text and font.getlength(text + "…") > width:
        text = text[:-1]
    return text.rstrip() + "…"


@dataclass(slots=True)
class _Sheet:
    """One picture: title, heads, a row for each of `part`, sums, legend."""

    week: TeamWeek
    words: Words
    part: range
    last: bool

    @property
    def names(self) -> int:
        """Width of the names' column."""
        return 400 if len(self.week.days) <= 5 else 300

    @property
    def column(self) -> float:
        return (_WIDTH - 2 * _MARGIN - self.names) / len(self.week.days)

    def drawn(self) -> Image.Image:
        legend = self._wrapped(plain(self.words.legend))
        note = plain(self.words.note)
        top = _MARGIN + _TITLE + 14 + _TEXT + 22 + (_TEXT + 14 if note else 0)
        sums = _ROW if self.last and self.week.rota else 0
        height = top + _HEAD + len(self.part) * _ROW + sums + 24 + len(legend) * (_SMALL + 12) + _MARGIN
        image = Image.new("RGB", (_WIDTH, int(height)), _PAPER)
        pen = ImageDraw.Draw(image)
        self._title(pen, note)
        self._heads(pen, top)
        y = top + _HEAD
        for index in self.part:
            self._row(pen, y, index)
            y += _ROW
        if sums:
            self._sums(pen, y)
            y += sums
        for line in legend:
            pen.text((_MARGIN, y + 24), line, _FAINT, _font(_SMALL))
            y += _SMALL + 12
        return image

    def _title(self, pen: ImageDraw.ImageDraw, note: str) -> None:
        room = _WIDTH - 2 * _MARGIN
        count = len(self.week.rows)
        pages = "" if len(self.part) == count else f" ({self.part.start + 1}–{self.part.stop}/{count})"
        pen.text((_MARGIN, _MARGIN), fitted(self.week.unit, _font(_TITLE, True), room), _INK, _font(_TITLE, True))
        pen.text((_MARGIN, _MARGIN + _TITLE + 14), plain(self.words.span) + pages, _FAINT, _font(_TEXT))
        if note:
            pen.text((_MARGIN, _MARGIN + _TITLE + 28 + _TEXT), fitted(note, _font(_TEXT), room), _INK, _font(_TEXT))

    def _heads(self, pen: ImageDraw.ImageDraw, y: float) -> None:
        for index, head in enumerate(self.words.heads):
            today = self.week.days[index] == self.words.today
            if today:
                pen.rounded_rectangle(self._box(index, y, 4), 10, _TODAY)
            self._centred(pen, index, y, _HEAD, plain(head), _PAPER if today else _INK, _font(_SMALL, True))

    def _row(self, pen: ImageDraw.ImageDraw, y: float, index: int) -> None:
        person, cells = self.week.rows[index]
        pen.line((_MARGIN, y, _WIDTH - _MARGIN, y), _LINE, 2)
        name = fitted(person.name, _font(_TEXT), self.names - 16)
        pen.text((_MARGIN, y + _ROW / 2), name, _INK, _font(_TEXT), anchor="lm")
        for column, cell in enumerate(cells):
            self._cell(pen, y, column, cell)

    def _cell(self, pen: ImageDraw.ImageDraw, y: float, column: int, cell: Cell) -> None:
        if not cell.code:
            return
        edge = _INK if cell.standby else (_LINE if cell.code in "KL" else None)
        pen.rounded_rectangle(self._box(column, y, 7), 12, _FILL[cell.code], edge, 4 if cell.standby else 2)
        letter = _SHOWN.get(cell.code, cell.code) + (" ★" if cell.standby else "")
        ink = _FAINT if cell.code in "L-" else _INK
        self._centred(pen, column, y, _ROW, letter, ink, _font(_LETTER, True))

    def _sums(self, pen: ImageDraw.ImageDraw, y: float) -> None:
        pen.line((_MARGIN, y, _WIDTH - _MARGIN, y), _INK, 3)
        name = fitted(plain(self.words.present), _font(_TEXT, True), self.names - 16)
        pen.text((_MARGIN, y + _ROW / 2), name, _INK, _font(_TEXT, True), anchor="lm")
        for column in range(len(self.week.days)):
            self._centred(pen, column, y, _ROW, str(self.week.present(column)), _INK, _font(_TEXT, True))

    def _box(self, column: int, y: float, space: float) -> tuple[float, float, float, float]:
        left = _MARGIN + self.names + column * self.column
        height = _HEAD if space == 4 else _ROW
        return left + space, y + space, left + self.column - space, y + height - space

    def _centred(
        self, pen: ImageDraw.ImageDraw, column: int, y: float, height: float, text: str, ink: str, font: ImageFont.FreeTypeFont
    ) -> None:
        middle = _MARGIN + self.names + (column + 0.5) * self.column
        pen.text((middle, y + height / 2), text, ink, font, anchor="mm")

    def _wrapped(self, legend: str) -> list[str]:
        """The legend in as many lines as it needs."""
        lines, font = [""], _font(_SMALL)
        for part in legend.split(" · "):
            longer = f"{lines[-1]} · {part}" if lines[-1] else part
            if font.getlength(longer) > _WIDTH - 2 * _MARGIN and lines[-1]:
                lines.append(part)
            else:
                lines[-1] = longer
        return lines
