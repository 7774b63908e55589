"""The font that documents embed, how wide its words are, and how they fit into a column.

It has every Latin letter; `drawable` says what becomes of others.
"""

from __future__ import annotations

import unicodedata
from functools import cache, lru_cache
from typing import Any

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

from integration import fonts as files

REGULAR, BOLD = "Hadir", "Hadir-Bold"
# Names, marks and figures come again and again; a distinct long text is forgotten first.
_KEPT = 50_000
_UNKNOWN = "?"


@cache
def register() -> None:
    """Make the fonts known to ReportLab, once in a process."""
    pdfmetrics.registerFont(TTFont(REGULAR, str(files.REGULAR)))
    pdfmetrics.registerFont(TTFont(BOLD, str(files.BOLD)))


@cache
def _glyphs() -> frozenset[int]:
    """The code points that the font has."""
    register()
    font: Any = pdfmetrics.getFont(REGULAR)
    return frozenset(font.face.charToGlyph)


@lru_cache(10_000)
def _replaced(char: str) -> str:
    if ord(char) in _glyphs() or char == "\n":
        return char
    if unicodedata.category(char)[0] in "MSC":  # accents, emoji and other symbols, marks that do not show
        return ""
    return "".join(kept for kept in unicodedata.normalize("NFKD", char) if ord(kept) in _glyphs()) or _UNKNOWN


def drawable(text: str) -> str:
    """`text` as the font can show it: symbols that it lacks are left out, of another script's letters `?` remains, for a name
    that vanished would mislead.
    """
    if text.isascii():
        return text
    return "".join(map(_replaced, unicodedata.normalize("NFC", text)))


def name(bold: bool) -> str:
    return BOLD if bold else REGULAR


@lru_cache(_KEPT)
def width(text: str, size: float, bold: bool = False) -> float:
    """In points."""
    register()
    return float(pdfmetrics.stringWidth(text, name(bold), size))


@lru_cache(_KEPT)
def wrap(text: str, size: float, room: float, bold: bool = False) -> tuple[str, ...]:
    """The lines of `text` in a column `room` points wide; a word that is longer than a line is cut. At least one line."""
    lines: list[str] = []
    for paragraph in text.split("\n"):
        line = ""
        for word in paragraph.split(" "):
            longer = f"{line} {word}" if line else word
            if width(longer, size, bold) <= room:
                line = longer
                continue
            if line:
                lines.append(line)
            *whole, line = _cut(word, size, room, bold)
            lines += whole
        lines.append(line)
    return tuple(lines)


def _cut(word: str, size: float, room: float, bold: bool) -> list[str]:
    """Pieces of a word that fit, the last one perhaps short."""
    pieces = [""]
    if width(word, size, bold) <= room:
        return [word]
    for char in word:
        if pieces[-1] and width(pieces[-1] + char, size, bold) > room:
            pieces.append("")
        pieces[-1] += char
    return pieces
