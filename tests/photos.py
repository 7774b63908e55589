"""Photos as telephones make them, and as nobody honest does."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO
from typing import Any

from PIL import Image

PLACE, CAMERA = b"Jakarta Pusat", b"Telepon X200"


def picture(width: int = 60, height: int = 40, kind: str = "JPEG", mode: str = "RGB", **options: Any) -> bytes:
    """One without anything but the picture: its left half dark, its right half light."""
    image = Image.new(mode, (width, height), "white" if mode in ("RGB", "L", "RGBA", "CMYK", "1") else None)
    if mode == "RGB":
        image.paste((20, 40, 60), (0, 0, width // 2, height))
    return _written(image, kind, **options)


def photo(width: int = 4000, height: int = 3000, orientation: int = 6) -> bytes:
    """A photo with everything that a telephone writes into one: how it was held, where, with what."""
    exif = Image.Exif()
    exif[0x0112], exif[0x0110] = orientation, CAMERA.decode()
    exif.get_ifd(0x8825).update({1: "S", 2: (6.0, 10.0, 31.0), 27: PLACE})
    image = Image.linear_gradient("L").resize((width, height)).convert("RGB")
    return _written(image, "JPEG", exif=exif, comment=PLACE, quality=90)


def _written(image: Image.Image, kind: str, **options: Any) -> bytes:
    with BytesIO() as target:
        image.save(target, kind, **options)
        return target.getvalue()


def bomb(side: int) -> bytes:
    """A PNG of a few kilobytes that says it is `side` × `side` pixels."""

    def part(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", side, side, 8, 6, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + part(b"IHDR", head) + part(b"IDAT", zlib.compress(bytes(1 << 20))) + part(b"IEND", b"")


def resized(jpeg: bytes, width: int, height: int) -> bytes:
    """The same JPG with other figures in its head."""
    at = next(place for place in range(len(jpeg)) if jpeg[place] == 0xFF and jpeg[place + 1] in (0xC0, 0xC2))
    return jpeg[: at + 5] + struct.pack(">HH", height, width) + jpeg[at + 9 :]
