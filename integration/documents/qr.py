"""QR codes: an address that a phone reads from paper or from a screen."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

import segno

# The empty squares around a code, without which readers do not find it (ISO/IEC 18004).
QUIET = 4


def png(text: str, *, scale: int = 8) -> bytes:
    """An image in black and white, `scale` pixels a square. Raises `ValueError` where the text is too long for any code."""
    return _written(text, "png", scale)


def svg(text: str, *, scale: int = 8) -> bytes:
    """A drawing to be put into a page: no declaration in front, `scale` pixels a square. Raises `ValueError` as `png`."""
    return _written(text, "svg", scale)


def squares(text: str) -> Sequence[Sequence[bool]]:
    """The code itself, row by row, True for black, without the empty edge (`QUIET`). Raises `ValueError` as `png`."""
    return [[bool(square) for square in row] for row in _code(text).matrix]


def _code(text: str) -> segno.QRCode:
    # Level M: paper gets creased, and a join address is short enough. No Micro QR: most phones do not read it.
    return segno.make_qr(text, error="m", boost_error=False)


def _written(text: str, kind: str, scale: int) -> bytes:
    buffer = BytesIO()
    if kind == "svg":
        _code(text).save(buffer, kind=kind, scale=scale, border=QUIET, xmldecl=False, nl=False, light="#fff")
    else:
        _code(text).save(buffer, kind=kind, scale=scale, border=QUIET)
    return buffer.getvalue()
