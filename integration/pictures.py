"""Photos of letters made small: upright, no larger than a page needs, without what a camera writes into them.

A photo says where it was taken, by which telephone, and holds small copies of itself. Nothing of that is kept: only the
picture is drawn anew. Memory stays bounded whatever is sent: a photo is decoded at a fraction of its size, what cannot be
has to be smaller, and one picture is worked on at a time.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from contextlib import suppress
from io import BytesIO
from threading import Lock
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from PIL.Image import Image

# An A4 page at 200 dots an inch; small print stays readable.
LONGEST_SIDE = 2400
_QUALITY = 85
# Of a photo as cameras write it only a part is ever in memory; everything else is decoded whole.
MOST_PIXELS, MOST_PIXELS_WHOLE = 210_000_000, 40_000_000
# Each scan goes over the whole picture once more; programs write a dozen.
_MOST_SCANS = 100
_ORIENTATION = 0x0112
# Parts of a JPG: beginnings of frames (of these, whole ones in order), of a scan, and what has no length.
_FRAMES, _SEQUENTIAL, _SCAN = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}, (0xC0, 0xC1), 0xDA
_ALONE = (0x01, *range(0xD0, 0xD8))
_PNG = b"\x89PNG\r\n\x1a\n"
_DAMAGED = (OSError, SyntaxError, ValueError, IndexError, KeyError, TypeError, OverflowError, struct.error, zlib.error)

_one_at_a_time = Lock()


class Damaged(ValueError):
    """What begins like a picture is none that can be read."""


class TooManyPixels(ValueError):
    """More than can be decoded in bounded memory."""


def letter(content: bytes) -> bytes:
    """A JPG or PNG as a JPG of at most `LONGEST_SIDE` pixels a side; raises `Damaged` or `TooManyPixels`."""
    with _one_at_a_time:
        try:
            return _written(_small(_opened(content)))
        except TooManyPixels:
            raise
        except _DAMAGED:
            raise Damaged from None


def _opened(content: bytes) -> Image:
    """Only these two readers, by what the file begins with; nothing is decoded yet."""
    from PIL.JpegImagePlugin import JpegImageFile
    from PIL.PngImagePlugin import PngImageFile

    jpeg = content.startswith(b"\xff\xd8")
    image: Image = JpegImageFile(BytesIO(content)) if jpeg else PngImageFile(BytesIO(content))
    most = MOST_PIXELS if jpeg and _in_one_scan(content) else MOST_PIXELS_WHOLE
    if image.width * image.height > most:
        raise TooManyPixels
    if jpeg and image.info.get("progressive") and content.count(b"\xff\xda") > _MOST_SCANS:
        raise Damaged
    return image


def _in_one_scan(content: bytes) -> bool:
    """Whether all colours of a JPG come together, from top to bottom: then it needs not be in memory whole."""
    colours = 0
    for marker, part in _parts(content):
        if marker in _SEQUENTIAL:
            colours = part[5]
        if marker == _SCAN:
            return colours > 0 and part[0] == colours
    return False


def _parts(content: bytes) -> Iterator[tuple[int, bytes]]:
    """The parts of a JPG up to its first scan: (marker, the beginning of what is in it, at least six bytes)."""
    at = 2
    while at + 10 <= len(content) and content[at] == 0xFF:
        marker = content[at + 1]
        if marker == 0xFF or marker in _ALONE:
            at += 1 if marker == 0xFF else 2
            continue
        yield marker, content[at + 4 : at + 10]
        if marker == _SCAN:
            return
        at += 2 + int.from_bytes(content[at + 2 : at + 4], "big")


def pixels(head: bytes) -> tuple[int, int]:
    """(width, height) by the first few hundred bytes of a PNG or JPG; zeros where they do not say it."""
    if head.startswith(_PNG) and len(head) >= 24:
        return int.from_bytes(head[16:20], "big"), int.from_bytes(head[20:24], "big")
    if head.startswith(b"\xff\xd8"):
        for marker, part in _parts(head):
            if marker in _FRAMES:
                return int.from_bytes(part[3:5], "big"), int.from_bytes(part[1:3], "big")
    return 0, 0


def _small(image: Image) -> Image:
    from PIL.Image import Resampling

    turned = _turn(image)
    share = min(1.0, LONGEST_SIDE / max(image.size))
    size = max(1, round(image.width * share)), max(1, round(image.height * share))
    image.draft(None, size)
    image.load()
    image = _in_colours(image)
    if image.size != size:
        image = image.resize(size, Resampling.LANCZOS, reducing_gap=2.0)
    if turned is not None:
        image = image.transpose(turned)
    return _on_white(image)


def _turn(image: Image) -> Any:
    """How the camera was held; a photo that says it in no readable way stays as it is."""
    from PIL.Image import Transpose

    turns = {
        2: Transpose.FLIP_LEFT_RIGHT,
        3: Transpose.ROTATE_180,
        4: Transpose.FLIP_TOP_BOTTOM,
        5: Transpose.TRANSPOSE,
        6: Transpose.ROTATE_270,
        7: Transpose.TRANSVERSE,
        8: Transpose.ROTATE_90,
    }
    with suppress(*_DAMAGED):
        return turns.get(image.getexif().get(_ORIENTATION, 1))
    return None


def _in_colours(image: Image) -> Image:
    """Palettes and 16 bits of grey cannot be made smaller as they are."""
    if image.mode.startswith("I"):
        return image.convert("I").point(lambda grey: grey * (1 / 256)).convert("L")
    if image.mode in ("1", "P", "PA") or "transparency" in image.info:
        return image.convert("RGBA" if "transparency" in image.info or image.mode == "PA" else "RGB")
    return image


def _on_white(image: Image) -> Image:
    """What is transparent would become black."""
    if not image.has_transparency_data:
        return image.convert("L" if image.mode == "L" else "RGB")
    from PIL import Image as images

    page = images.new("RGB", image.size, "white")
    page.paste(image.convert("RGB"), mask=image.getchannel("A"))
    return page


def _written(image: Image) -> bytes:
    image.info.clear()  # comments and profiles would go along
    with BytesIO() as target:
        image.save(target, "JPEG", quality=_QUALITY, optimize=True)
        return target.getvalue()
