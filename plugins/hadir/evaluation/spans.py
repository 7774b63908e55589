"""Minutes on the clock and spans of them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache

# From this minute until before that one, since the epoch.
Span = tuple[int, int]


@lru_cache(maxsize=1 << 14)
def minute(moment: datetime) -> int:
    """The minute on the clock; seconds do not count. Every zone in use lies whole minutes from UTC."""
    return int(moment.timestamp()) // 60


def spans(windows: Iterable[tuple[datetime, datetime]]) -> tuple[Span, ...]:
    """As whole minutes, begun ones included, without those that are empty; by their beginning."""
    found = ((minute(first), -(-int(last.timestamp()) // 60)) for first, last in windows)
    return tuple(sorted(span for span in found if span[0] < span[1]))


def covered(first: int, last: int, taken: Sequence[Span]) -> int:
    """How many minutes from `first` until before `last` lie in the spans, which are sorted and may overlap."""
    total, reached = 0, first
    for begin, end in taken:
        begin, end = max(begin, reached), min(end, last)
        if begin < end:
            total += end - begin
            reached = end
    return total


def left_over(first: int, last: int, taken: Sequence[Span]) -> int:
    """Minutes from `first` until before `last` that no span covers."""
    if last <= first:
        return 0
    return last - first - covered(first, last, taken) if taken else last - first
