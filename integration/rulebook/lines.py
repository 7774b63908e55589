"""On which line of a TOML file something stands, which the standard library's reader does not tell."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

Place = Sequence[str | int]

_HEADING = re.compile(r"^[ \t]*(\[\[?)[ \t]*([\w.\- \t]+?)[ \t]*\]\]?[ \t]*(?:#.*)?$")


class Lines:
    """`Lines(text).of(("rule", 1, "content", "late", 2))`: where the third band of the second rule stands, from 1."""

    def __init__(self, text: str) -> None:
        self._lines = text.splitlines()
        self._sections = list(self._headings())

    def of(self, place: Place) -> int:
        """The nearest line that can be told: the value's, its key's or its section's."""
        place = tuple(place)
        known = [section for section in self._sections if place[: len(section[1])] == section[1]]
        if not known:
            return 1
        first, path, last = max(known, key=lambda section: len(section[1]))
        rest = place[len(path) :]
        key = next((number for number in range(first, last + 1) if rest and self._assigns(number, rest[0])), 0)
        if not key:
            return first
        return self._element(key, last, next((part for part in rest if isinstance(part, int)), None))

    def _headings(self) -> Iterator[tuple[int, tuple[str | int, ...], int]]:
        """(first line, path, last line) of each section; the elements of a list of tables are numbered from 0."""
        found: list[tuple[int, tuple[str | int, ...]]] = []
        counts: dict[tuple[str | int, ...], int] = {}
        for number, line in enumerate(self._lines, 1):
            heading = _HEADING.match(line)
            if heading:
                found.append((number, _path(heading[2].split("."), heading[1] == "[[", counts)))
        for (first, path), (after, _) in pairwise([*found, (len(self._lines) + 1, ())]):
            yield first, path, after - 1

    def _assigns(self, number: int, key: str | int) -> bool:
        return bool(re.match(rf'[ \t]*"?{re.escape(str(key))}"?[ \t]*[=.]', self._lines[number - 1]))

    def _element(self, key: int, last: int, index: int | None) -> int:
        """The line of an element of a list that is written inline, each in braces."""
        braces = [n for n in range(key, last + 1) for _ in range(self._lines[n - 1].partition("#")[0].count("{"))]
        return braces[index] if index is not None and index < len(braces) else key


def _path(parts: list[str], is_list: bool, counts: dict[tuple[str | int, ...], int]) -> tuple[str | int, ...]:
    path: tuple[str | int, ...] = ()
    for number, part in enumerate(parts, 1):
        path += (part.strip(),)
        if is_list and number == len(parts):
            counts[path] = counts.get(path, -1) + 1
        if path in counts:
            path += (counts[path],)
    return path
