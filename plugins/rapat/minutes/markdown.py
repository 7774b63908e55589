"""Minutes as Markdown: their sections, decisions and action items. Pure: no database, no language, nobody's names.

People write on phones and in editors of all kinds, so much is read as it was meant: `-`, `*`, `•` and `1.` begin an item,
`[x]` is done whatever the sign, and below "Tindak lanjut" an item needs no box. Nothing of the text is changed but boxes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from plugins.rapat.minutes.merging import lines

Kind = Literal["", "agenda", "present", "talk", "decisions", "earlier", "tasks"]

# What a heading begins with, in lower case; the first that fits.
_KINDS: tuple[tuple[Kind, tuple[str, ...]], ...] = (
    ("earlier", ("tindak lanjut rapat lalu", "tindak lanjut rapat sebelum", "tindak lanjut sebelum", "follow-up from last")),
    ("tasks", ("tindak lanjut", "rencana tindak lanjut", "rtl", "follow-up", "action item", "daftar tugas")),
    ("decisions", ("keputusan", "putusan", "kesimpulan", "hasil rapat", "hasil keputusan", "decision")),
    ("talk", ("pembahasan", "jalannya rapat", "catatan", "discussion")),
    ("present", ("daftar hadir", "hadir", "peserta", "attendance")),
    ("agenda", ("agenda", "acara")),
)
# None of these has two parts that can share the same signs: on a line of a megabyte that would take hours.
_HEADING = re.compile(r"(#{1,6})\s+(.*)")
# A heading as people make one who know no Markdown: bold, or the bare word with a colon.
_BOLD = re.compile(r"\*\*([^*]+?)\*\*\s*:?\s*")
_BARE = re.compile(r"(\w[\w -]{2,40}):\s*")
_ITEM = re.compile(r"(?P<indent>\s*)(?P<sign>[-*+•–]|\d{1,3}[.)]|[a-z][.)])\s+(?:\[(?P<box>[^\]\[]?)\]\s+)?(?P<words>.*)")
_EMPTY_BOX = re.compile(r"\s*(?:[-*+•–]|\d{1,3}[.)])\s+\[[^\]\[]?\]\s*")
_FENCE = re.compile(r"\s*(?:```|~~~)")
_BOX = re.compile(r"^(\s*(?:[-*+•–]|\d{1,3}[.)]|[a-z][.)])\s+)(?:\[[^\]\[]?\]\s+)?")
_STRONG = re.compile(r"(\*\*|__)(?=\S)(.{1,300}?)(?<=\S)\1")
_OPEN_BOX = frozenset({"", " "})
_TITLE_LEVEL = 7
MOST_DECISIONS = 500
LONGEST_DECISION = 1000


@dataclass(frozen=True, slots=True)
class Item:
    """An action item as it stands in a line; `words` is what stands behind its box, with person and day."""

    line: int
    words: str
    done: bool
    earlier: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """`start` is the line of the heading, `end` the line after the last of it; what is below smaller headings belongs to it."""

    level: int
    title: str
    kind: Kind
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Minutes:
    lines: tuple[str, ...]
    sections: tuple[Section, ...]
    decisions: tuple[str, ...]
    items: tuple[Item, ...]

    def section(self, kind: Kind) -> Section | None:
        return next((section for section in self.sections if section.kind == kind), None)

    def body(self, section: Section) -> list[str]:
        """The lines below its heading, without empty ones at both ends."""
        return "\n".join(self.lines[section.start + 1 : section.end]).strip("\n ").split("\n")

    def spoken_of(self) -> set[str]:
        """The headings, folded, under which something was written."""
        return {fold(section.title) for section in self.sections if any(line.strip() for line in self.body(section))}


def parse(text: str) -> Minutes:
    return _Reader(lines(text)).read()


def fold(words: str) -> str:
    """Equal for words that somebody merely set differently: case, punctuation, spaces, boxes."""
    return " ".join(re.findall(r"\w+", words.casefold()))


class _Reader:
    def __init__(self, found: list[str]) -> None:
        self._lines = found
        self._kind: Kind = ""
        self._level = 0
        self._headings: list[tuple[int, str, Kind, int]] = []
        self._decisions: list[str] = []
        self._items: list[Item] = []

    def read(self) -> Minutes:
        for number, line in self._outside_code():
            heading = _heading(line)
            if heading:
                self._begin(number, *heading)
            elif self._kind == "decisions":
                self._decision(line)
                self._item(number, line)
            else:
                self._item(number, line)
        sections = tuple(self._sections())
        return Minutes(tuple(self._lines), sections, tuple(self._decisions), tuple(self._items))

    def _outside_code(self) -> Iterator[tuple[int, str]]:
        code = False
        for number, line in enumerate(self._lines):
            if _FENCE.match(line):
                code = not code
            elif not code:
                yield number, line

    def _begin(self, number: int, level: int, title: str) -> None:
        """A smaller heading belongs to what the one above it says, unless it says something itself.

        Among what was spoken of, "Tindak lanjut temuan BPK" is a subject; "Tindak lanjut" alone is not.
        """
        kind = _kind(title)
        if self._kind == "talk" and level > self._level and not _is_whole(title, kind):
            kind = ""
        if kind or level <= self._level or not self._level:
            self._kind, self._level = kind, level
        self._headings.append((level, title, kind, number))

    def _sections(self) -> Iterator[Section]:
        for place, (level, title, kind, number) in enumerate(self._headings):
            after = (start for other, _, _, start in self._headings[place + 1 :] if other <= level)
            yield Section(level, title, kind, number, next(after, len(self._lines)))

    def _decision(self, line: str) -> None:
        found = _ITEM.fullmatch(line)
        words = tidy(found["words"] if found else line)
        if not words or line.lstrip().startswith((">", "|", "<!--")) or set(words) <= set("-_*="):
            return
        goes_on = (found is None or len(found["indent"]) > 1) and self._decisions
        if goes_on and line[:1].isspace():
            self._decisions[-1] = f"{self._decisions[-1]} {words}"[:LONGEST_DECISION]
        elif len(self._decisions) < MOST_DECISIONS:
            self._decisions.append(words[:LONGEST_DECISION])

    def _item(self, number: int, line: str) -> None:
        found = _ITEM.fullmatch(line)
        if not found or _EMPTY_BOX.fullmatch(line) or not fold(found["words"]):
            return
        listed = self._kind in ("tasks", "earlier") and len(found["indent"]) < 2 and found["sign"][:1].isalpha() is False
        if found["box"] is not None or listed:
            done = (found["box"] or "") not in _OPEN_BOX
            self._items.append(Item(number, found["words"].rstrip(), done, self._kind == "earlier"))


def _heading(line: str) -> tuple[int, str] | None:
    if found := _HEADING.fullmatch(line):
        return len(found[1]), tidy(heading_words(found[2]))
    named = _BOLD.fullmatch(line) or _BARE.fullmatch(line)
    return (_TITLE_LEVEL, tidy(named[1])) if named and _kind(named[1]) else None


def heading_words(said: str) -> str:
    """Without the signs that some write behind a heading as well."""
    return said.rstrip().rstrip("#").rstrip()


def _kind(title: str) -> Kind:
    words = re.sub(r"^[\W\d_]+|^[ivx]+[.)]\s+", "", tidy(title).casefold())
    return next((kind for kind, begins in _KINDS if words.startswith(begins)), "")


def _is_whole(title: str, kind: Kind) -> bool:
    return any(fold(title) == fold(begin) for known, begins in _KINDS if known == kind for begin in begins)


def tidy(words: str) -> str:
    """One line without emphasis."""
    return " ".join(_STRONG.sub(r"\2", words).split())


# ---------------------------------------------------------------- boxes


def without_ticks(text: str) -> str:
    """Every box open: what people wrote, whatever was done meanwhile."""
    return with_ticks(text, lambda _item: False)


def without_boxes(text: str) -> str:
    """The words alone: a box that an item got only when it was done makes no other text of it."""
    found = list(lines(text))
    for item in parse(text).items:
        found[item.line] = _BOX.sub(r"\g<1>", found[item.line], count=1)
    return "\n".join(found)


def with_ticks(text: str, done: Callable[[Item], bool | None]) -> str:
    """The boxes as `done` says; None leaves one as it is. An item without a box gets one only to be ticked."""
    found = list(lines(text))
    for item in parse(text).items:
        wanted = done(item)
        line = found[item.line]
        if wanted is not None and (wanted or _has_box(line)):
            found[item.line] = _BOX.sub(rf"\g<1>[{'x' if wanted else ' '}] ", line, count=1)
    return "\n".join(found) + "\n" if found else ""


def _has_box(line: str) -> bool:
    found = _ITEM.fullmatch(line)
    return bool(found and found["box"] is not None)
