"""The recap of many as plain sheets, for spreadsheets without charts: what it comes to, and a sheet for each person."""

from __future__ import annotations

from integration.documents.cells import Cell, Sheet
from integration.messages import plain
from plugins.logbook.drawing import names, person_sheets, wording
from plugins.logbook.drawing.material import PersonMonth, Sum, UnitFile
from plugins.logbook.drawing.person_sheets import (
    BARE,
    HEAD,
    HOURS,
    LINK,
    SUBTITLE,
    SUM_HOURS,
    SUM_WHOLE,
    SUM_WORDS,
    TITLE,
    WHOLE,
    WORDS,
)

_HEAD_ROW = 3


def make(file: UnitFile, folder: str) -> list[Sheet]:
    """The summary first; `folder` is where the file will lie."""
    issue, t = file.issue, file.issue.t
    reporters = [each for each in file.people if each.lines]
    first = plain(t("Summary"))
    called = names.sheets([each.person.name for each in reporters], [first])
    links = {id(each): name for each, name in zip(reporters, called, strict=True)}
    own = [
        person_sheets.activities(issue, each, name, wording.title(issue, each.person.name), folder)
        for each, name in zip(reporters, called, strict=True)
    ]
    return [_summary(file, first, links), *own]


def _summary(file: UnitFile, name: str, links: dict[int, str]) -> Sheet:
    issue, t = file.issue, file.issue.t
    sheet = Sheet(name, [34, 22, 12, 12, 12, 12, 12], head=_HEAD_ROW, fixed=1)
    sheet.put(0, [Cell(wording.title(issue, issue.unit), TITLE)])
    sheet.put(1, [Cell(wording.standing(issue), SUBTITLE)])
    titles = (t("Name"), "NIP", t("Days filled"), t("Working days"), t("Activities"), t("Hours"), t("Of these approved"))
    sheet.put(_HEAD_ROW, [Cell(plain(title), HEAD) for title in titles], 30)
    row = _HEAD_ROW
    for row, each in enumerate(file.people, _HEAD_ROW + 1):
        sheet.put(row, _row(each, links.get(id(each), "")))
    total = sum((each.total for each in file.people), Sum())
    filled, due = sum(each.filled() for each in file.people), sum(len(each.due()) for each in file.people)
    figures = [Cell(number, SUM_WHOLE) for number in (filled, due, total.entries)]
    hours = [Cell(minutes / 60, SUM_HOURS) for minutes in (total.minutes, total.approved)]
    sheet.put(row + 1, [Cell(plain(t("Total")), SUM_WORDS), Cell("", SUM_WORDS), *figures, *hours])
    sheet.put(row + 2, [Cell("", BARE)])
    return sheet


def _row(found: PersonMonth, sheet: str) -> list[Cell]:
    total = found.total
    name = Cell(found.person.name, LINK, f"#{sheet}") if sheet else Cell(found.person.name, WORDS)
    figures = [Cell(number, WHOLE) for number in (found.filled(), len(found.due()), total.entries)]
    return [name, Cell(found.person.nip, WORDS), *figures, *(Cell(n / 60, HOURS) for n in (total.minutes, total.approved))]
