"""Running text with bold, italics and links in it: wrapped and drawn line by line, as long as it may be."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from reportlab.lib.colors import Color, HexColor
from reportlab.pdfgen.canvas import Canvas

from integration.documents import fonts
from integration.documents.pdf import Document
from integration.documents.table import BLACK
from integration.messages import clean, plain

_LINK = HexColor("#1F4E79")
_RULE = HexColor("#B0BEC5")
# The font has no letters that lean: they are drawn so.
_SLANT = 0.21
_LEADING = 1.35
_SAFE = ("http://", "https://", "mailto:")
# So many letters one after another without a space are no word of a language: they are looked at in pieces.
_LONGEST_WORD = 200


@dataclass(frozen=True, slots=True)
class Run:
    """Words in one style. `url` makes them a link, if it is one that a page may have (http, https, mailto)."""

    text: str
    bold: bool = False
    italic: bool = False
    url: str = ""


Line = list[Run]


def plain_runs(text: str, *, bold: bool = False) -> list[Run]:
    return [Run(text, bold=bold)]


def wrap(runs: Iterable[Run], size: float, room: float) -> list[Line]:
    """The runs in lines at most `room` points wide; at least one line. A line break in a run's text is one here."""
    lines: list[Line] = [[]]
    used = 0.0
    for word in _words(runs):
        if word is None:
            lines.append([])
            used = 0.0
            continue
        wide = sum(fonts.width(part.text, size, part.bold) for part in word)
        gap = fonts.width(" ", size) if lines[-1] else 0.0
        if used + gap + wide <= room:
            lines[-1] += [Run(" "), *word] if lines[-1] else word
            used += gap + wide
            continue
        if lines[-1]:
            lines.append([])
        *whole, last = _pieces(word, size, room) if wide > room else [word]
        lines[-1:] = [*whole, last]
        used = sum(fonts.width(part.text, size, part.bold) for part in last)
    return [_joined(line) for line in lines]


def _words(runs: Iterable[Run]) -> Iterator[Line | None]:
    """Words, each of the parts in which it is written; None where a line ends."""
    word: Line = []
    for run in runs:
        for number, paragraph in enumerate(_tidy(run.text).split("\n")):
            if number:
                if word:
                    yield word
                yield None
                word = []
            for place, text in enumerate(paragraph.split(" ")):
                if place and word:
                    yield word
                    word = []
                if text:
                    word.append(Run(text, run.bold, run.italic, run.url))
    if word:
        yield word


def _tidy(text: str) -> str:
    """As `table.tidy`; not remembered, for a paragraph comes once and may be very long."""
    return fonts.drawable(clean(plain(text)).replace("\t", " "))


def _pieces(word: Line, size: float, room: float) -> list[Line]:
    """A word that is wider than a line, cut into lines; the last of them perhaps short."""
    lines: list[Line] = [[]]
    for part in word:
        for start in range(0, len(part.text), _LONGEST_WORD):
            for piece in fonts.wrap(part.text[start : start + _LONGEST_WORD], size, room, part.bold):
                fresh = Run(piece, part.bold, part.italic, part.url)
                used = sum(fonts.width(each.text, size, each.bold) for each in lines[-1])
                if lines[-1] and used + fonts.width(piece, size, part.bold) > room:
                    lines.append([])
                lines[-1].append(fresh)
    return lines


def _joined(line: Line) -> Line:
    """Neighbours of one style as one run: less to draw, and a reader finds whole phrases."""
    found: list[tuple[list[str], Run]] = []
    for run in line:
        if found and (run.text == " " or _same_style(found[-1][1], run)):
            found[-1][0].append(run.text)
        else:
            found.append(([run.text], run))
    return [Run("".join(texts), run.bold, run.italic, run.url) for texts, run in found]


def _same_style(one: Run, other: Run) -> bool:
    return one.bold is other.bold and one.italic is other.italic and one.url == other.url


# ---------------------------------------------------------------- drawing


def paragraph(
    document: Document,
    runs: Sequence[Run],
    *,
    size: float = 10.0,
    indent: float = 0.0,
    marker: str = "",
    after: float = 4.0,
    keep: float = 0.0,
    quoted: bool = False,
) -> None:
    """Draw the runs below what is there, `indent` points in; `marker` ("1.", "•") stands before the first line.

    The first line takes `keep` points along to its page, so that a heading is never alone at its foot.
    """
    leading = size * _LEADING
    for number, line in enumerate(wrap(runs, size, document.room - indent)):
        area = document.area(leading, keep=keep if number == 0 else 0.0)
        y = area.top - size
        if quoted:
            area.canvas.setStrokeColor(_RULE)
            area.canvas.setLineWidth(1.5)
            area.canvas.line(area.left + indent - 7, area.top, area.left + indent - 7, area.top - leading)
        if marker and number == 0:
            draw_line(area.canvas, area.left + indent - fonts.width(marker, size) - 5, y, [Run(marker)], size)
        draw_line(area.canvas, area.left + indent, y, line, size)
    document.space(after)


def draw_line(canvas: Canvas, x: float, y: float, line: Line, size: float, ink: Color = BLACK) -> float:
    """Draw one line from `x` on with its base at `y`; how wide it is, in points."""
    start, text, leaning = x, canvas.beginText(x, y), False
    text.setFillColor(ink)
    links = []
    for run in line:
        wide = fonts.width(run.text, size, run.bold)
        link = run.url.lower().startswith(_SAFE)
        if run.italic or leaning:
            text.setTextTransform(1, 0, _SLANT if run.italic else 0, 1, x, y)
            leaning = run.italic
        if link:
            links.append((run, x, wide))
            text.setFillColor(_LINK)
        text.setFont(fonts.name(run.bold), size)
        text.textOut(run.text)
        if link:
            text.setFillColor(ink)
        x += wide
    canvas.drawText(text)
    for run, left, wide in links:
        _link(canvas, run, left, y, wide, size)
    return x - start


def _link(canvas: Canvas, run: Run, x: float, y: float, wide: float, size: float) -> None:
    canvas.setStrokeColor(_LINK)
    canvas.setLineWidth(0.4)
    canvas.line(x, y - size * 0.12, x + len(run.text.rstrip()) / max(len(run.text), 1) * wide, y - size * 0.12)
    canvas.linkURL(run.url, (x, y - size * 0.25, x + wide, y + size * 0.85), relative=0, thickness=0)
