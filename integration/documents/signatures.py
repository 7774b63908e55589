"""The block in which up to three people sign a page, and the places where an electronic signature may show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reportlab.pdfgen.canvas import Canvas

from integration.documents import fonts
from integration.documents.table import BLACK, tidy

HEIGHT = 150.0  # points
_SIZE, _LEADING = 9.5, 9.5 * 1.3
# A mark is so wide and tall; a name stands so far below the position that a hand has room to sign.
_MARK_WIDTH, _MARK_HEIGHT, _HAND = 170.0, 46.0, 60.0
_POSITION_LINES, _NAME_LINES = 3, 2


@dataclass(frozen=True, slots=True)
class Signature:
    """One place to sign: `caption` ("Mengetahui,"), the position, the name and the NIP; empty ones leave a dotted line."""

    position: str
    name: str = ""
    nip: str = ""
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """Where on which page (from 0), in points from the lower left corner: for an electronic signature that shows.

    `name` is whose place it is, empty for anybody's.
    """

    page: int
    left: float
    bottom: float
    right: float
    top: float
    name: str = ""


@dataclass(frozen=True, slots=True)
class Bounds:
    """The margins of a page, in points."""

    left: float
    right: float
    bottom: float


def draw(canvas: Canvas, bounds: Bounds, page: int, y: float, place_and_date: str, signed: Sequence[Signature]) -> list[Place]:
    """Side by side below `y`, the last on the right below place and date; the places, which are `HEIGHT` tall at most."""
    top, columns = y - 10, max(2, len(signed))
    room = (bounds.right - bounds.left) / columns
    places = []
    for number, signature in enumerate(signed, columns - len(signed)):
        opening = place_and_date if number == columns - 1 else ""
        middle = bounds.left + (number + 0.5) * room
        places.append(_sign(canvas, page, signature, opening, middle, room - 12, top))
    # Somebody else's mark, a seal for example, goes to the left of a single signature, else below all of them.
    highest = top - _HAND if len(signed) == 1 else y - HEIGHT - 4
    if highest - _MARK_HEIGHT > bounds.bottom - 10:
        places.append(Place(page, bounds.left, highest - _MARK_HEIGHT, bounds.left + _MARK_WIDTH, highest))
    return places


def _sign(canvas: Canvas, page: int, signature: Signature, opening: str, middle: float, room: float, top: float) -> Place:
    y = top
    caption = fonts.wrap(tidy(signature.caption), _SIZE, room)[:1]
    position = fonts.wrap(tidy(signature.position), _SIZE, room)[:_POSITION_LINES]
    for line in (tidy(opening), *caption, *position):
        y -= _LEADING
        _centred(canvas, middle, y, line)
    # A short position leaves as much space to sign as a long one.
    below = top - (1 + 1 + _POSITION_LINES) * _LEADING + _SIZE
    _named(canvas, signature, middle, room, below - _HAND)
    half = _MARK_WIDTH / 2
    return Place(page, middle - half, below - _MARK_HEIGHT, middle + half, below, signature.name)


def _named(canvas: Canvas, signature: Signature, middle: float, room: float, y: float) -> None:
    """Name and NIP, or dots where somebody writes them."""
    name = fonts.wrap(tidy(signature.name), _SIZE, room, True)[:_NAME_LINES]
    for number, line in enumerate(name if signature.name else ("." * 44,)):
        _centred(canvas, middle, y - number * _SIZE * 1.2, line, bold=bool(signature.name))
    y -= (len(name) - 1) * _SIZE * 1.2 + _LEADING
    _centred(canvas, middle, y, f"NIP {tidy(signature.nip) or '.' * 34}")


def _centred(canvas: Canvas, x: float, y: float, text: str, *, bold: bool = False) -> None:
    canvas.setFillColor(BLACK)
    canvas.setFont(fonts.name(bold), _SIZE)
    canvas.drawString(x - fonts.width(text, _SIZE, bold) / 2, y, text)
