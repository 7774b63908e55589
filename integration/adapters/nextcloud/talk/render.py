"""An answer as Talk shows it: our Markdown with people's words made harmless, tables as lines, buttons as numbers.

Talk's web client and its two mobile clients read Markdown in three ways: the mobile ones draw no table, and Android's
shows of `[words](address)` the words alone, so an address is written out.
A space of no width after `@` keeps the server from finding a mention, one after `{` keeps the clients from putting a
file or a name there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterator, Sequence

from integration.guidance import SAY
from integration.messages import Button, Text, render

MAX_TEXT = 32_000  # characters of a message

_BREAK = "\u200b"
# Most names and notes; they skip the rest.
_HARMLESS = re.compile(r"[^\W\d_]*(?:[ ,'][^\W\d_]+)*")
_SPACES = re.compile(r"\s+")
_BACKSLASHED = re.compile(r"([\\`*_\[\]|<>~])")
_BROKEN = re.compile(r"([@{])")
_SCHEME = re.compile(r"(?<=\w):(?=//)|(?i:(?<=mailto):)")
_WWW = re.compile(r"(?i)(www\d{0,3})\.")
_ENTITY = re.compile(r"&(?=#?\w{1,31};)")
# What would make a heading, a quotation, a list or a line under the one before it.
_BLOCK = re.compile(r"^(?= ?(?:[-+=#]|\d+[.)](?:\s|$)))")
_RULE = re.compile(r"\s*\|?(?:\s*:?-+:?\s*\|)+\s*(?::?-+:?\s*)?")
_LINK = re.compile(r"(?<!\\)(\*\*)?(?<!\\)\[((?:[^\]\\]|\\.)+)\]\((https?://[^\s)]+)\)(?(1)\*\*)")
_CELLS = re.compile(r"(?<!\\)\|")
# A command longer than this is no help to somebody who types on a phone; the number is.
_SHORT_COMMAND = 24


def escape(words: str) -> str:
    """`words` of a person as one line that mentions nobody, links nowhere and formats nothing."""
    if _HARMLESS.fullmatch(words):
        return words
    words = _SPACES.sub(" ", words)
    words = _BACKSLASHED.sub(r"\\\1", words)
    words = _ENTITY.sub(f"&{_BREAK}", words)
    words = _BROKEN.sub(rf"\1{_BREAK}", words)
    words = _SCHEME.sub(f":{_BREAK}", words)
    words = _WWW.sub(rf"\1{_BREAK}.", words)
    return _BLOCK.sub(_BREAK, words)


def markdown(text: str, cut_note: Callable[[], str], limit: int = MAX_TEXT) -> str:
    """`text` as Markdown of at most `limit` characters; what `cut_note` gives says that the rest is missing."""
    whole = _LINK.sub(_address, "\n".join(_without_tables(render(text, escape).split("\n"))))
    return whole if len(whole) <= limit else _cut(whole, cut_note(), limit)


def _address(link: re.Match[str]) -> str:
    words, address = link[2], link[3]
    return address if words == address else f"{words}: {address}"


def numbered(plugins: Sequence[str], buttons: Sequence[Button]) -> str:
    """`1. Setujui` and so on, a line each; a button that stands for a short command says which."""
    return "\n".join(f"{number}. {_label(plugins, button)}" for number, button in enumerate(buttons, 1))


def _label(plugins: Sequence[str], button: Button) -> str:
    label = escape(render(Text(button.label), lambda quoted: quoted))
    plugin, _, action = button.action.partition(".")
    command = f"/{plugin} {button.value}".strip()
    if action != SAY or plugin not in plugins or len(command) > _SHORT_COMMAND or command in label:
        return label
    return f"{label} (`{command}`)" if "`" not in command else label


def _cut(whole: str, note: str, limit: int) -> str:
    """Cut at the end of a line when one is near, and close a code block that the cut left open."""
    room = limit - len(note) - len("\n```\n")
    end = whole.rfind("\n", room - 500, room)
    kept = whole[: end if end > 0 else room].rstrip("\\")
    fence = "\n```" if kept.count("```") % 2 else ""
    return f"{kept}{fence}\n{note}"


# ---------------------------------------------------------------- tables


def _without_tables(lines: Sequence[str]) -> Iterator[str]:
    """A table as one line for each of its rows; whatever stands in a code block is left as it is."""
    at, code = 0, False
    while at < len(lines):
        line = lines[at]
        code ^= line.lstrip().startswith("```")
        if not code and at + 1 < len(lines) and "|" in line and _RULE.fullmatch(lines[at + 1]):
            at = yield from _table(lines, at)
            continue
        yield line
        at += 1


def _table(lines: Sequence[str], at: int) -> Generator[str, None, int]:
    """The rows of the table that begins at `at`; returns where it ends."""
    heads = _cells(lines[at])
    at += 2
    while at < len(lines) and lines[at].lstrip().startswith("|"):
        yield _row(heads, _cells(lines[at]))
        at += 1
    return at


def _row(heads: Sequence[str], cells: Sequence[str]) -> str:
    """`- **Sen 23 Nov** · Masuk: 07.28 · Pulang: 16.02`; cells with nothing in them are left out."""
    first, rest = (cells[0] if cells else ""), zip(heads[1:], cells[1:], strict=False)
    named = [f"{head}: {cell}" if head else cell for head, cell in rest if cell not in ("", "–", "-")]
    title = first if first.startswith(("**", "`")) or not first else f"**{first}**"
    return "- " + " · ".join(filter(None, [title, *named]))


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in _CELLS.split(line.strip().removeprefix("|").removesuffix("|"))]
