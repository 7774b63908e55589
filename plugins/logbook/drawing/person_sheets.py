"""A person's month as sheets: every activity in a table that can be filtered and reckoned with, and what it comes to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from integration import phrases
from integration.documents.cells import Cell, Format, Look, Sheet, Value
from integration.i18n import Translate
from integration.messages import plain
from plugins.logbook.drawing import wording
from plugins.logbook.drawing.material import Issue, Line, PersonFile, PersonMonth, Sum
from plugins.logbook.evidence.keeping import Evidence

TITLE = Look(bold=True, size=14, boxed=False)
SUBTITLE = Look(colour="#546E7A", boxed=False)
STRONG = Look(bold=True, boxed=False)
BARE = Look(boxed=False)
HEAD = Look(bold=True, colour="#FFFFFF", fill="#1F4E79", wrap=True, align="center", middle=True)
WORDS, SHORT = Look(wrap=True), Look(align="center")
WHOLE, HOURS, PERCENT = Look(format="whole"), Look(format="hours"), Look(format="percent")
DATE, COUNT = Look(format="date", align="left"), Look(format="whole", align="center")
LINK = Look(wrap=True, colour="#0B57D0")
SUM_WORDS = Look(bold=True, above=True, fill="#E3EDF6")
SUM_WHOLE, SUM_HOURS = replace(SUM_WORDS, format="whole"), replace(SUM_WORDS, format="hours")
SUM_COUNT = replace(SUM_WHOLE, align="center")
# What does not count yet, and what was given back, is seen at a glance, and in black and white by its words.
_FILLS = {"returned": "#FFE0B2", "waits": "#ECEFF1"}
HEAD_ROW = 3
_DAY_FREE = "#ECEFF1"
_DAY_MISSING = "#FFCDD2"


@dataclass(frozen=True, slots=True)
class Column:
    """`value` of a line: what stands there, and a link where there is one."""

    title: str
    width: float
    look: Look
    value: Callable[[Line], tuple[Value, str]]
    total: bool = False


def sheets(file: PersonFile, folder: str) -> list[Sheet]:
    """The activities, and what they come to; `folder` is where the file will lie."""
    t, issue, found = file.issue.t, file.issue, file.found
    title = wording.title(issue, found.person.name)
    return [
        activities(issue, found, plain(t("Activities")), title, folder),
        _summary(issue, found, plain(t("Summary")), title),
    ]


# ---------------------------------------------------------------- the activities


def activities(issue: Issue, found: PersonMonth, name: str, title: str, folder: str) -> Sheet:
    """One row for each entry, and the sum of what a filter leaves."""
    columns = _columns(issue.t, found.lines, folder)
    sheet = Sheet(name, [column.width for column in columns], head=HEAD_ROW, fixed=1)
    _headed(sheet, title, f"{issue.unit} · NIP {found.person.nip} · {wording.standing(issue)}")
    sheet.put(HEAD_ROW, [Cell(column.title, HEAD) for column in columns], 30)
    if not found.lines:
        sheet.put(HEAD_ROW + 1, [Cell(wording.nothing(issue), STRONG)])
        return sheet
    for row, line in enumerate(found.lines, HEAD_ROW + 1):
        sheet.put(row, [_cell(column, line) for column in columns])
    first, last = HEAD_ROW + 1, HEAD_ROW + len(found.lines)
    sheet.filtered = HEAD_ROW, last, len(columns) - 1
    _sums(sheet, issue.t, columns, found.total, (first, last))
    return sheet


def _headed(sheet: Sheet, title: str, subtitle: str) -> None:
    sheet.put(0, [Cell(title, TITLE)])
    sheet.put(1, [Cell(subtitle, SUBTITLE)])


def _columns(t: Translate, lines: Sequence[Line], folder: str) -> list[Column]:
    def proofs(line: Line) -> tuple[Value, str]:
        return _proofs(t, line, folder)

    known = [
        Column(plain(t("Date")), 16, DATE, lambda line: (line.entry.day, "")),
        Column(plain(t("Activity")), 42, WORDS, lambda line: (line.entry.content.activity, "")),
        Column(plain(t("Result")), 26, WORDS, lambda line: (line.entry.content.result, "")),
        Column(plain(t("Quantity")), 8, SHORT, lambda line: (line.entry.content.quantity, "")),
        Column(plain(t("Measure")), 10, WORDS, lambda line: (line.entry.content.measure, "")),
        Column(plain(t("Minutes of work")), 7, COUNT, lambda line: (_minutes(line), ""), total=True),
        Column("RHK", 9, WORDS, lambda line: (line.target.code if line.target else "", "")),
        Column(plain(t("Place")), 8, SHORT, lambda line: (plain(phrases.place(line.entry.content.place)), "")),
        Column(plain(t("State")), 13, SHORT, lambda line: (wording.state(t, line.entry.state), "")),
        Column(plain(t("Version")), 6, COUNT, lambda line: (wording.version(line.entry.version), "")),
        Column(plain(t("Evidence")), 24, WORDS, proofs),
    ]
    answered = [_answer_column(label, wanted) for label, wanted in _labels(lines).items()]
    remarks = Column(plain(t("Remarks")), 24, WORDS, lambda line: (wording.remarks(t, line), ""))
    return [*known, *answered, *([remarks] if any(wording.remarks(t, line) for line in lines) else [])]


def _labels(lines: Sequence[Line]) -> dict[str, Format]:
    """What the forms asked beside it, each once, in the order of their fields."""
    kinds = {each.label: type(each.value) for line in lines for each in line.answers}
    return {label: "date" if kind is date else "" for label, kind in kinds.items()}


def _answer_column(label: str, wanted: Format) -> Column:
    def value(line: Line) -> tuple[Value, str]:
        return next((each.value for each in line.answers if each.label == label), None), ""

    return Column(label, 20, Look(wrap=True, align="left", format=wanted), value)


def _minutes(line: Line) -> int | None:
    """Of what does not count nothing, so that a sum is right whatever is summed."""
    return line.entry.content.minutes if line.counts and line.entry.content.minutes else None


def _proofs(t: Translate, line: Line, folder: str) -> tuple[Value, str]:
    """A single piece of evidence opens; several are named with their addresses, for a cell has one link."""
    if len(line.evidence) == 1:
        (only,) = line.evidence
        return wording.proof(t, only), wording.address(only, folder)
    return "\n".join(filter(None, (_named(t, each) for each in line.evidence))), ""


def _named(t: Translate, each: Evidence) -> str:
    return wording.proof(t, each) + (f" <{each.url}>" if each.kind == "link" else "")


def _cell(column: Column, line: Line) -> Cell:
    value, link = column.value(line)
    look = LINK if link else column.look
    fill = _FILLS.get(line.entry.state if line.counts else "waits", "")
    return Cell(value, _filled(look, fill, italic=not line.counts), link)


@lru_cache(1_000)
def _filled(look: Look, fill: str, *, italic: bool) -> Look:
    return replace(look, fill=fill, italic=italic) if fill or italic else look


def _sums(sheet: Sheet, t: Translate, columns: Sequence[Column], total: Sum, rows: tuple[int, int]) -> None:
    cells = [Cell("", SUM_WORDS) for _ in columns]
    cells[0] = Cell(plain(t("Total")), SUM_WORDS)
    cells[1] = Cell(plain(phrases.duration(t, total.minutes)), SUM_WORDS)
    for number, column in enumerate(columns):
        if column.total:
            cells[number] = Cell(total.minutes, SUM_COUNT, sums=(number, *rows))
    sheet.put(rows[1] + 1, cells)


# ---------------------------------------------------------------- what they come to


def _summary(issue: Issue, found: PersonMonth, name: str, title: str) -> Sheet:
    sheet = Sheet(name, [24, 46, 11, 10, 10, 13])
    _headed(sheet, title, wording.standing(issue))
    row = 3
    for label, words in wording.person_facts(issue, found):
        sheet.put(row, [Cell(label, STRONG), Cell(words, BARE)])
        row += 1
    row = by_target(sheet, issue, found, row + 1)
    _by_day(sheet, issue, found, row + 1)
    return sheet


def by_target(sheet: Sheet, issue: Issue, found: PersonMonth, row: int) -> int:
    """The next free row."""
    t, total = issue.t, found.total
    titles = ("RHK", t("Plan of results"), t("Activities"), t("Minutes of work"), t("Hours"), t("Hours approved"))
    sheet.put(row, [Cell(plain(title), HEAD) for title in titles], 30)
    for target, of in found.by_target():
        row += 1
        code, words = (target.code, target.title) if target else ("–", plain(t("no target")))
        sheet.put(row, [Cell(code, WORDS), Cell(words, WORDS), *_figures(of)])
    sheet.put(row + 1, [Cell(plain(t("Total")), SUM_WORDS), Cell("", SUM_WORDS), *_figures(total, total=True)])
    return row + 2


def _figures(of: Sum, *, total: bool = False) -> list[Cell]:
    whole, hours = (SUM_WHOLE, SUM_HOURS) if total else (WHOLE, HOURS)
    values = (of.entries, whole), (of.minutes, whole), (of.minutes / 60, hours), (of.approved / 60, hours)
    return [Cell(round(value, 4), look) for value, look in values]


def _by_day(sheet: Sheet, issue: Issue, found: PersonMonth, row: int) -> None:
    """Every day of the month that was to be filled, or was."""
    t, sums = issue.t, found.by_day()
    titles = (t("Date"), t("Remarks"), t("Activities"), t("Minutes of work"), t("Hours"), t("Hours approved"))
    sheet.put(row, [Cell(plain(title), HEAD) for title in titles], 30)
    for day in found.plans:
        of, why = sums.get(day, Sum()), wording.away(t, found, day)
        if day > found.until and not of.entries:
            break
        row += 1
        missing = not of.entries and not why
        words = plain(t("nothing reported yet")) if missing else why
        fill = _DAY_MISSING if missing else _DAY_FREE if why else ""
        cells = [Cell(day, DATE), Cell(words, WORDS), *(_figures(of) if of.entries else [Cell("", WHOLE)] * 4)]
        sheet.put(row, [Cell(cell.value, _filled(cell.look, fill, italic=False)) for cell in cells])
    sheet.put(row + 1, [Cell(plain(t("Total")), SUM_WORDS), Cell("", SUM_WORDS), *_figures(found.total, total=True)])
