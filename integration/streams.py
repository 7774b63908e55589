"""Content that is too large to hold: in pieces, counted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import BinaryIO, cast

from integration.errors import DeliveryError

_READ = 1 << 20


def pieces(content: BinaryIO | Iterable[bytes], most: int) -> Iterator[bytes]:
    """`content` in pieces of `most` bytes; only the last may be smaller, and none is empty."""
    kept: list[bytes] = []
    size = 0
    for each in _read(cast(BinaryIO, content), most) if hasattr(content, "read") else content:
        rest = memoryview(each)
        while size + len(rest) >= most:
            # Put together once, and nothing of it kept: a piece is most of what the process holds.
            whole = b"".join((*kept, rest[: most - size]))
            rest = rest[most - size :]
            kept, size = [], 0
            yield whole
        if rest:
            kept.append(bytes(rest))
            size += len(rest)
    if kept:
        yield b"".join(kept)


def _read(file: BinaryIO, most: int) -> Iterator[bytes]:
    while piece := file.read(min(most, _READ)):
        yield piece


def counted(content: Iterable[bytes], size: int) -> Iterator[bytes]:
    """The same pieces; raises `DeliveryError` as soon as they are more than `size` bytes in all, and in the end if fewer."""
    left = size
    for each in content:
        left -= len(each)
        if left < 0:
            break
        yield each
    if left:
        raise DeliveryError(f"the content has {'less' if left > 0 else 'more'} than the {size} bytes that were announced")
