"""Notulen as PDF: head, what was written (a subset of Markdown), decisions and action items as tables, two signatures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from integration.dates import show_day
from integration.documents import rich
from integration.documents.pdf import Document
from integration.documents.rich import Run
from integration.documents.signatures import Signature
from integration.documents.table import Column, Table
from integration.messages import plain
from integration.ports import Span
from plugins.rapat.documents import markdown
from plugins.rapat.documents.issue import Issue, Signer
from plugins.rapat.documents.markdown import Block

_SIZE = 10.0
_HEADINGS = {1: 13.0, 2: 11.5}
_INDENT, _DEEPEST = 15.0, 10
_MOST_COLUMNS = 10
_NARROWEST, _WIDEST = 5, 60  # letters, by which the columns of a table share the page
_TITLE = 12.5
# A no-break space: code keeps the spaces at the beginning of a line.
_FIXED = "\u00a0"


@dataclass(frozen=True, slots=True)
class Action:
    """What somebody is to do. `who` and `due` may be open."""

    text: str
    who: str = ""
    due: date | None = None
    done: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Minutes:
    """`span` is when the meeting was, `attendance` a sentence about who came, `present` their names (none: see the list).

    `text` is Markdown without the decisions and the action items, which stand in tables behind it.
    """

    issue: Issue
    title: str
    span: Span
    place: str
    leader: Signer
    writer: Signer | None
    attendance: str
    text: str
    present: Sequence[str] = ()
    agenda: Sequence[str] = ()
    decisions: Sequence[str] = ()
    actions: Sequence[Action] = ()
    number: str = ""


def make(minutes: Minutes) -> bytes:
    """The file; a megabyte of text is some hundred pages."""
    t = minutes.issue.t
    title = plain(t("Minutes: {title}", title=minutes.title))
    document = minutes.issue.document(title, margin=50.0)
    document.begin(plain(t("Minutes of the meeting")), minutes.title)
    document.facts(_head(minutes), size=_SIZE)
    document.space(4)
    draw(document, _untitled(markdown.blocks(minutes.text), minutes.title))
    _decisions(document, minutes)
    _actions(document, minutes)
    document.space(10)
    document.signatures(minutes.issue.place_and_date, _signatures(minutes))
    return document.finish()


def _head(minutes: Minutes) -> list[tuple[str, str]]:
    t, issue = minutes.issue.t, minutes.issue
    agenda = "\n".join(f"{number}. {item}" for number, item in enumerate(minutes.agenda, 1))
    pairs = [
        (t("Letter number"), minutes.number),
        (t("Day, date"), issue.date_of(minutes.span)),
        (t("Time"), issue.clocks(minutes.span)),
        (t("Place"), minutes.place),
        (t("Chaired by"), minutes.leader.name),
        (t("Minutes taken by"), minutes.writer.name if minutes.writer else ""),
        (t("Who came"), minutes.attendance),
        (t("Participants"), ", ".join(minutes.present)),
        (t("Agenda"), agenda),
    ]
    return [(plain(name), words) for name, words in pairs if words]


def _signatures(minutes: Minutes) -> list[Signature]:
    t, leader, writer = minutes.issue.t, minutes.leader, minutes.writer
    chair = Signature(plain(t("Chair of the meeting")), leader.name, leader.nip)
    if writer is None or writer.name == leader.name:
        return [chair]
    return [chair, Signature(plain(t("Minutes taken by")), writer.name, writer.nip)]


def _untitled(blocks: Iterable[Block], title: str) -> Iterator[Block]:
    """Without a heading at the top that says again what the page says already."""
    for number, block in enumerate(blocks):
        said = block.words.casefold()
        if number or block.kind != "heading" or not (said.startswith("notul") or said == title.casefold()):
            yield block


# ---------------------------------------------------------------- tables


def _decisions(document: Document, minutes: Minutes) -> None:
    if not minutes.decisions:
        return
    t = minutes.issue.t
    _title(document, plain(t("Decisions")))
    columns = (Column(plain(t("No.")), 26, "right"), Column(plain(t("Decision")), 300, grow=True))
    document.table(Table(columns, size=9.5), ([str(number), text] for number, text in enumerate(minutes.decisions, 1)))


def _actions(document: Document, minutes: Minutes) -> None:
    if not minutes.actions:
        return
    t = minutes.issue.t
    _title(document, plain(t("Action items")))
    columns = (
        Column(plain(t("No.")), 26, "right"),
        Column(plain(t("Action item")), 230, grow=True),
        Column(plain(t("Person in charge")), 110),
        Column(plain(t("Due by")), 78),
        Column(plain(t("State of the item")), 52, "center"),
    )
    document.table(Table(columns, size=9.5), (_action(minutes, number, each) for number, each in enumerate(minutes.actions, 1)))


def _action(minutes: Minutes, number: int, action: Action) -> list[str]:
    t = minutes.issue.t
    due = plain(show_day(action.due, t, "d MMM y")) if action.due else "–"
    return [
        str(number),
        action.text,
        action.who or "–",
        due,
        plain(t("finished")) if action.done else plain(t("not finished yet")),
    ]


def _title(document: Document, words: str) -> None:
    document.space(6)
    rich.paragraph(document, rich.plain_runs(words, bold=True), size=_HEADINGS[2], keep=60)


# ---------------------------------------------------------------- Markdown


def draw(document: Document, blocks: Iterable[Block]) -> None:
    """Draw the blocks one below the other."""
    for block in blocks:
        indent = min(block.depth, _DEEPEST) * _INDENT
        if block.kind == "heading":
            size = _HEADINGS.get(block.level, 10.5)
            document.space(5)
            runs = [Run(run.text, True, run.italic, run.url) for run in block.runs]
            rich.paragraph(document, runs, size=size, indent=indent, marker=block.marker, keep=2 * size)
        elif block.kind == "table":
            _table(document, block)
        elif block.kind == "rule":
            area = document.area(8)
            area.canvas.setLineWidth(0.5)
            area.canvas.line(area.left, area.top - 4, area.right, area.top - 4)
        else:
            runs = _fixed(block) if block.kind == "code" else list(block.runs)
            size, after = (8.5 if block.kind == "code" else _SIZE), (1.5 if block.depth and not block.quoted else 5.0)
            rich.paragraph(document, runs, size=size, indent=indent, marker=block.marker, after=after, quoted=block.quoted)


def _fixed(block: Block) -> list[Run]:
    lines = "".join(run.text for run in block.runs).expandtabs(4).split("\n")
    return [Run("\n".join(_FIXED * (len(line) - len(line.lstrip(" "))) + line.lstrip(" ") for line in lines))]


def _table(document: Document, block: Block) -> None:
    heads, *rows = block.rows
    if len(heads) > _MOST_COLUMNS:  # more than a page is wide
        for row in block.rows:
            rich.paragraph(document, rich.plain_runs(" | ".join(row)), size=8.5, after=1.5)
        return
    widths = [_share([head, *(row[place] for row in rows)]) for place, head in enumerate(heads)]
    columns = tuple(Column(head, width, grow=True) for head, width in zip(heads, widths, strict=True))
    document.space(2)
    document.table(Table(columns, size=9), rows)
    document.space(2)


def _share(words: Sequence[str]) -> float:
    """How much of the page a column wants: as its longest cell, within reason."""
    return 5.0 * min(max([_NARROWEST, *map(len, words)]), _WIDEST)
