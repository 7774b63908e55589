"""Two people wrote on the same minutes: one text that has what both of them wrote.

Lines are compared by the lines that stand once in both texts (as in a patience diff), so that a megabyte of minutes is merged
while somebody waits. Where the same lines were changed differently, both versions are kept between marks.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

# Lines looked at, and pairs of lines compared at once. What is beyond counts as changed, and nothing of it is lost.
_MOST_LOOKS = 2_000_000
_MOST_PAIRS = 40_000
_MARK = re.compile(r"^> \[2 ", re.MULTILINE)

Lines = Sequence[str]


@dataclass(frozen=True, slots=True)
class Marks:
    """The lines that stand before my version, before theirs, and after both; each begins with `> [2 `."""

    mine: str
    theirs: str
    end: str
    nothing: str


@dataclass(frozen=True, slots=True)
class Merged:
    """`conflicts`: in how many places both versions were kept."""

    text: str
    conflicts: int = 0


def without_title(text: str) -> list[str]:
    """Its lines, for where the title stands already."""
    found = lines(text)
    return found[1:] if found and found[0].startswith("# ") else found


def conflicts_in(text: str) -> int:
    """In how many places somebody still has to choose; three marks each, and perhaps one was deleted."""
    return -(-len(_MARK.findall(text)) // 3)


def merge(base: str, mine: str, theirs: str, marks: Marks) -> Merged:
    """`mine` and `theirs` were both written on `base`."""
    if mine in (base, theirs):
        return Merged(theirs)
    if theirs == base:
        return Merged(mine)
    parts = _Texts(lines(base), lines(mine), lines(theirs))
    merged: list[str] = []
    conflicts = 0
    for chunk in parts.chunks():
        settled = _settled(chunk)
        if settled is None:
            conflicts += 1
            settled = _both(chunk, marks)
        merged += settled
    return Merged("\n".join(merged) + "\n", conflicts)


def lines(text: str) -> list[str]:
    """At line feeds only: what else a text editor takes for the end of a line stays inside it."""
    return text.rstrip("\n").split("\n") if text.strip() else []


@dataclass(frozen=True, slots=True)
class _Chunk:
    """The same place in all three."""

    base: Lines
    mine: Lines
    theirs: Lines


@dataclass(frozen=True, slots=True)
class _Texts:
    base: Lines
    mine: Lines
    theirs: Lines

    def chunks(self) -> Iterator[_Chunk]:
        """Lines that all three have, and between them what is different somewhere."""
        in_mine, in_theirs = dict(pairs(self.base, self.mine)), dict(pairs(self.base, self.theirs))
        at = (0, 0, 0)
        for number in range(len(self.base)):
            if number in in_mine and number in in_theirs:
                here = (number, in_mine[number], in_theirs[number])
                if here != at:
                    yield self._between(at, here)
                yield _Chunk(*([self.base[number]],) * 3)
                at = (here[0] + 1, here[1] + 1, here[2] + 1)
        yield self._between(at, (len(self.base), len(self.mine), len(self.theirs)))

    def _between(self, start: tuple[int, int, int], end: tuple[int, int, int]) -> _Chunk:
        return _Chunk(self.base[start[0] : end[0]], self.mine[start[1] : end[1]], self.theirs[start[2] : end[2]])


def _settled(chunk: _Chunk) -> Lines | None:
    """What stands there when nobody has to be asked."""
    base, mine, theirs = list(chunk.base), list(chunk.mine), list(chunk.theirs)
    if mine in (base, theirs):
        return theirs
    if theirs == base:
        return mine
    if not base:
        return _added(theirs, mine)
    return _around(base, mine, theirs) or _around(base, theirs, mine)


def _added(first: list[str], second: list[str]) -> list[str]:
    """Both have added something in the same place: one after the other, and what both begin or end with once."""
    start = _same(first, second)
    end = _same(first[start:][::-1], second[start:][::-1])
    stop = len(second) - end
    return first[: len(first) - end] + second[start:stop] + first[len(first) - end :]


def _around(base: list[str], changed: list[str], added: list[str]) -> list[str] | None:
    """One has changed these lines, or taken them away; the other has only added something before or after them."""
    if added[: len(base)] == base:
        return changed + added[len(base) :]
    if added[-len(base) :] == base:
        return added[: -len(base)] + changed
    return None


def _both(chunk: _Chunk, marks: Marks) -> list[str]:
    start = _same(chunk.mine, chunk.theirs)
    same = list(chunk.mine[:start])
    mine, theirs = chunk.mine[start:] or [marks.nothing], chunk.theirs[start:] or [marks.nothing]
    return [*same, marks.mine, *mine, marks.theirs, *theirs, marks.end]


def _same(first: Lines, second: Lines) -> int:
    """How many lines both begin with."""
    count = 0
    for one, other in zip(first, second, strict=False):
        if one != other:
            break
        count += 1
    return count


# ---------------------------------------------------------------- which lines are the same


def pairs(first: Lines, second: Lines) -> list[tuple[int, int]]:
    """Places of lines that both have, in the order of both."""
    found: list[tuple[int, int]] = []
    looks = 0
    waiting = [(0, len(first), 0, len(second))]
    while waiting:
        a, a_end, b, b_end = waiting.pop()
        start = _same(first[a:a_end], second[b:b_end])
        found += [(a + n, b + n) for n in range(start)]
        a, b = a + start, b + start
        end = _same(first[a:a_end][::-1], second[b:b_end][::-1])
        found += [(a_end - n, b_end - n) for n in range(1, end + 1)]
        a_end, b_end = a_end - end, b_end - end
        looks += a_end - a + b_end - b + 1
        if a == a_end or b == b_end or looks > _MOST_LOOKS:
            continue
        anchors = _anchors(first, second, (a, a_end, b, b_end))
        if not anchors:
            found += _few(first, second, (a, a_end, b, b_end))
            continue
        for place, (x, y) in enumerate([*anchors, (a_end, b_end)]):
            before = anchors[place - 1] if place else (a - 1, b - 1)
            waiting.append((before[0] + 1, x, before[1] + 1, y))
        found += anchors
    return sorted(found)


_Range = tuple[int, int, int, int]


def _anchors(first: Lines, second: Lines, where: _Range) -> list[tuple[int, int]]:
    """Lines that stand once in each, as many as are in the same order in both."""
    a, a_end, b, b_end = where
    once_a, once_b = Counter(first[a:a_end]), Counter(second[b:b_end])
    places = {line: b + n for n, line in enumerate(second[b:b_end]) if once_b[line] == 1}
    both = [(a + n, places[line]) for n, line in enumerate(first[a:a_end]) if once_a[line] == 1 and line in places]
    return _rising(both)


def _rising(both: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest part of them in which the second number rises too."""
    tails: list[int] = []
    last: list[int] = []
    before: list[int] = []
    for number, (_, place) in enumerate(both):
        at = bisect_left(tails, place)
        before.append(last[at - 1] if at else -1)
        tails[at : at + 1] = [place]
        last[at : at + 1] = [number]
    rising: list[tuple[int, int]] = []
    number = last[-1] if last else -1
    while number >= 0:
        rising.append(both[number])
        number = before[number]
    return rising[::-1]


def _few(first: Lines, second: Lines, where: _Range) -> list[tuple[int, int]]:
    a, a_end, b, b_end = where
    if (a_end - a) * (b_end - b) > _MOST_PAIRS:
        return []
    blocks = SequenceMatcher(None, first[a:a_end], second[b:b_end], autojunk=False).get_matching_blocks()
    return [(a + block.a + n, b + block.b + n) for block in blocks for n in range(block.size)]
