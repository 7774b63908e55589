"""The Markdown that people write in minutes, as blocks to be drawn: headings, paragraphs, lists, tables, code."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from markdown_it import MarkdownIt
from markdown_it.token import Token

from integration.documents.rich import Run

Kind = Literal["heading", "paragraph", "code", "rule", "table"]

# HTML is words like any other; a picture is the link to it. Deeper than a page is wide nothing is nested.
_MACHINE = MarkdownIt("commonmark", {"html": False, "maxNesting": 40}).enable(["table", "strikethrough"])
_DONE, _OPEN = "✓", "○"
_BOXES = {"[ ] ": _OPEN, "[x] ": _DONE, "[X] ": _DONE}


@dataclass(frozen=True, slots=True)
class Block:
    """`level` is a heading's, from 1; `depth` how many lists and quotations it stands in, `marker` what stands before it.

    A table has `rows` of plain words, the first of them its heads.
    """

    kind: Kind
    runs: Sequence[Run] = ()
    level: int = 0
    depth: int = 0
    marker: str = ""
    quoted: bool = False
    rows: Sequence[Sequence[str]] = ()

    @property
    def words(self) -> str:
        return "".join(run.text for run in self.runs).strip()


@dataclass(slots=True)
class _Place:
    """Where the reader is: the lists around it, each with its next number (0: dots), and how many quotations."""

    lists: list[int] = field(default_factory=list)
    quotes: int = 0
    marker: str = ""

    @property
    def depth(self) -> int:
        return len(self.lists) + self.quotes

    def taken(self) -> str:
        marker, self.marker = self.marker, ""
        return marker


def blocks(text: str) -> Iterator[Block]:
    """The blocks of a text in order."""
    place = _Place()
    tokens = _MACHINE.parse(text)
    at = 0
    while at < len(tokens):
        token = tokens[at]
        if token.type == "table_open":
            end = next(n for n in range(at, len(tokens)) if tokens[n].type == "table_close")
            yield Block("table", rows=_rows(tokens[at:end]), depth=place.depth)
            at = end
        elif token.type == "inline":
            yield _paragraph(token, tokens[at - 1], place)
        elif token.type in ("fence", "code_block"):
            runs = [Run(token.content.rstrip("\n"))]
            yield Block("code", runs, depth=place.depth, marker=place.taken(), quoted=bool(place.quotes))
        elif token.type == "hr":
            yield Block("rule", depth=place.depth)
        else:
            _step(token, place)
        at += 1


def _step(token: Token, place: _Place) -> None:
    """Into a list, an item or a quotation, or out of it."""
    if token.type == "bullet_list_open":
        place.lists.append(0)
    elif token.type == "ordered_list_open":
        place.lists.append(int(token.attrGet("start") or 1))
    elif token.type in ("bullet_list_close", "ordered_list_close"):
        place.lists.pop()
    elif token.type == "list_item_open":
        number = place.lists[-1]
        place.marker = f"{number}." if number else "•"
        place.lists[-1] = number + 1 if number else 0
    elif token.type in ("blockquote_open", "blockquote_close"):
        place.quotes += token.nesting


def _paragraph(token: Token, before: Token, place: _Place) -> Block:
    runs, marker = _runs(token.children or ()), place.taken()
    if before.type == "heading_open":
        return Block("heading", runs, level=int(before.tag[1:]), depth=place.depth, marker=marker)
    if marker and runs and (box := _BOXES.get(runs[0].text[:4])):
        marker = box
        runs = [Run(runs[0].text[4:], runs[0].bold, runs[0].italic, runs[0].url), *runs[1:]]
    return Block("paragraph", runs, depth=place.depth, marker=marker, quoted=bool(place.quotes))


def _rows(tokens: Sequence[Token]) -> list[list[str]]:
    rows: list[list[str]] = []
    for token in tokens:
        if token.type == "tr_open":
            rows.append([])
        elif token.type == "inline":
            rows[-1].append("".join(run.text for run in _runs(token.children or ())))
    return rows


def _runs(tokens: Sequence[Token]) -> list[Run]:
    bold, italic, links, runs = 0, 0, [""], []
    for token in tokens:
        if token.type in ("strong_open", "strong_close"):
            bold += token.nesting
        elif token.type in ("em_open", "em_close"):
            italic += token.nesting
        elif token.type == "link_open":
            links.append(str(token.attrGet("href") or ""))
        elif token.type == "link_close":
            links.pop()
        elif token.type in ("softbreak", "hardbreak"):
            runs.append(Run("\n"))
        elif token.type == "image":
            runs.append(Run(token.content or str(token.attrGet("src")), bool(bold), bool(italic), str(token.attrGet("src"))))
        elif token.content:
            runs.append(Run(token.content, bool(bold), bool(italic), links[-1]))
    return runs
