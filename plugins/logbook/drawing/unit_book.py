"""A unit's month as one workbook: what it comes to, with charts, and a sheet for each person who reported something."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from io import BytesIO
from typing import Any

from integration.documents import xlsx
from integration.documents.cells import Cell, Sheet
from integration.documents.sheets import Made, open_book
from integration.i18n import Translate
from integration.messages import plain
from plugins.logbook.drawing import names, person_sheets, wording
from plugins.logbook.drawing.material import PersonMonth, Sum, UnitFile
from plugins.logbook.drawing.person_sheets import (
    BARE,
    DATE,
    HEAD,
    HOURS,
    LINK,
    PERCENT,
    STRONG,
    SUBTITLE,
    SUM_HOURS,
    SUM_WHOLE,
    SUM_WORDS,
    TITLE,
    WHOLE,
    WORDS,
)

_STATES = (("approved", "#2E7D32"), ("sent", "#1F4E79"), ("returned", "#FB8C00"))
# The shares of their days that people have filled, from least to most: (from, below).
_SHARES = ((0.0, 0.001), (0.001, 0.5), (0.5, 0.8), (0.8, 1.0), (1.0, 2.0))
_CHART_ROWS = 18
_CHARTS_AT = 8


def make(file: UnitFile, folder: str) -> bytes:
    """The file; `folder` is where it will lie."""
    issue, t = file.issue, file.issue.t
    title = wording.title(issue, issue.unit)
    buffer = BytesIO()
    book = open_book(buffer, t, Made(title, "", "Hadir", issue.now))
    summary = _Summary(file, title)
    sheet = xlsx.add(book, summary.sheet)
    for name, found in zip(summary.sheets, summary.reporters, strict=True):
        own = wording.title(issue, found.person.name)
        xlsx.add(book, person_sheets.activities(issue, found, name, own, folder))
    if summary.reporters:
        summary.draw(book.workbook, sheet)
    book.workbook.close()
    return buffer.getvalue()


class _Summary:
    """The first sheet: facts, charts, the table of people by name, and the tables that the charts show."""

    def __init__(self, file: UnitFile, title: str) -> None:
        self._file, self._t = file, file.issue.t
        self.reporters = [each for each in file.people if each.lines]
        name = plain(self._t("Summary"))
        self.sheets = names.sheets([each.person.name for each in self.reporters], [name])
        self.sheet = Sheet(name, [34, 22, 11, 11, 11, 11, 12])
        self.sheet.put(0, [Cell(title, TITLE)])
        self.sheet.put(1, [Cell(wording.standing(file.issue), SUBTITLE)])
        row = self._facts(3)
        if not self.reporters:
            self.sheet.put(row + 1, [Cell(wording.nothing(file.issue), STRONG)])
        self._weeks_at = self._shares_at = 0
        row = self._people((_CHARTS_AT + _CHART_ROWS if self.reporters else row + 2) + 1)
        if self.reporters:
            self._weeks_at = row + 2
            self._shares_at = self._weeks(row + 1) + 2
            self._shares(self._shares_at - 1)

    def _facts(self, row: int) -> int:
        t, people = self._t, self._file.people
        total = _total(people)
        filled, due = sum(each.filled() for each in people), sum(len(each.due()) for each in people)
        facts = (
            (t("People"), t("{count}, of whom {some} have reported", count=len(people), some=len(self.reporters))),
            (t("Activities"), str(total.entries)),
            (t("Hours"), t("{hours}, of these {approved} approved", hours=_hours(t, total), approved=_hours(t, total, True))),
            (t("Days filled"), t("{filled} of {due} working days", filled=filled, due=due)),
        )
        for label, words in facts:
            self.sheet.put(row, [Cell(plain(label), STRONG), Cell(plain(words), BARE)])
            row += 1
        return row

    # ------------------------------------------------------------ tables

    def _people(self, row: int) -> int:
        """By name, never by how much; the next free row."""
        t = self._t
        titles = (
            t("Name"), "NIP", t("Days filled"), t("Working days"), t("Filled"), t("Activities"), t("Hours")
        )  # fmt: skip
        self.sheet.put(row, [Cell(plain(title), HEAD) for title in titles], 30)
        first, links = row + 1, dict(zip((each.person.id for each in self.reporters), self.sheets, strict=True))
        for row, found in enumerate(self._file.people, first):  # noqa: B020  # it goes on from the head
            self.sheet.put(row, _person(found, links.get(found.person.id, "")))
        if self._file.people:
            self.sheet.filtered = first - 1, row, len(titles) - 1
            self._total(row + 1, (first, row))
        return row + 3

    def _total(self, row: int, rows: tuple[int, int]) -> None:
        people = self._file.people
        total, due = _total(people), sum(len(each.due()) for each in people)
        filled = sum(each.filled() for each in people)
        cells = {
            0: Cell(plain(self._t("Total")), SUM_WORDS),
            1: Cell("", SUM_WORDS),
            2: Cell(filled, SUM_WHOLE, sums=(2, *rows)),
            3: Cell(due, SUM_WHOLE, sums=(3, *rows)),
            4: Cell("", SUM_WORDS),
            5: Cell(total.entries, SUM_WHOLE, sums=(5, *rows)),
            6: Cell(round(total.minutes / 60, 4), SUM_HOURS, sums=(6, *rows)),
        }
        self.sheet.put(row, cells)

    def _weeks(self, row: int) -> int:
        t = self._t
        hours_of = [plain(t("Hours, {state}", state=wording.state(t, state))) for state, _ in _STATES]
        self.sheet.put(row, [Cell(title, HEAD) for title in (plain(t("Week from")), *hours_of)], 30)
        for week, minutes in _by_week(self._file):
            row += 1
            hours = [Cell(round(minutes[state] / 60, 4), HOURS) for state, _ in _STATES]
            self.sheet.put(row, [Cell(week, DATE), *hours])
        self._last_week = row
        return row + 1

    def _shares(self, row: int) -> None:
        t = self._t
        self.sheet.put(row, [Cell(plain(t("Days filled")), HEAD), Cell(plain(t("People")), HEAD)], 20)
        counts = _spread(self._file.people)
        for (low, high), count in zip(_SHARES, counts, strict=True):
            row += 1
            self.sheet.put(row, [Cell(_band(low, high), WORDS), Cell(count, WHOLE)])

    # ------------------------------------------------------------ charts

    def draw(self, workbook: Any, sheet: Any) -> None:
        """Hours of each week, and how many people have filled how much: beside one another, above the table."""
        sheet.insert_chart(_CHARTS_AT, 0, self._week_chart(workbook), {"x_offset": 2, "object_position": 2})
        sheet.insert_chart(_CHARTS_AT, 2, self._share_chart(workbook), {"x_offset": 2, "object_position": 2})

    def _week_chart(self, workbook: Any) -> Any:
        chart = workbook.add_chart({"type": "column", "subtype": "stacked"})
        name, first, last = self.sheet.name, self._weeks_at, self._last_week
        for column, (state, colour) in enumerate(_STATES, 1):
            chart.add_series(
                {
                    "name": wording.state(self._t, state),
                    "categories": [name, first, 0, last, 0],
                    "values": [name, first, column, last, column],
                    "fill": {"color": colour},
                    "gap": 60,
                }
            )
        chart.set_title(_heading(plain(self._t("Hours by week"))))
        chart.set_x_axis({"num_format": "dd/mm", "text_axis": True})
        return self._sized(chart, 400)

    def _share_chart(self, workbook: Any) -> Any:
        chart = workbook.add_chart({"type": "column"})
        name, first = self.sheet.name, self._shares_at
        last = first + len(_SHARES) - 1
        chart.add_series(
            {
                "name": plain(self._t("People")),
                "categories": [name, first, 0, last, 0],
                "values": [name, first, 1, last, 1],
                "fill": {"color": "#1F4E79"},
                "data_labels": {"value": True},
                "gap": 40,
            }
        )
        chart.set_title(_heading(plain(self._t("People by the share of days that they have filled"))))
        chart.set_y_axis({"visible": False, "major_gridlines": {"visible": False}})
        chart.set_legend({"none": True})
        return self._sized(chart, 410)

    def _sized(self, chart: Any, width: int) -> Any:
        chart.set_size({"width": width, "height": (_CHART_ROWS - 1) * 20})
        if chart.legend.get("position") != "none":
            chart.set_legend({"position": "bottom"})
        return chart


def _heading(words: str) -> dict[str, Any]:
    return {"name": words, "name_font": {"size": 11}}


def _person(found: PersonMonth, sheet: str) -> list[Cell]:
    due, total = len(found.due()), found.total
    share = Cell(found.filled() / due if due else None, PERCENT)
    name = Cell(found.person.name, LINK if sheet else WORDS, f"#{sheet}" if sheet else "")
    figures = [Cell(found.filled(), WHOLE), Cell(due, WHOLE), share, Cell(total.entries, WHOLE)]
    return [name, Cell(found.person.nip, WORDS), *figures, Cell(round(total.minutes / 60, 4), HOURS)]


def _total(people: Sequence[PersonMonth]) -> Sum:
    return sum((each.total for each in people), Sum())


def _hours(t: Translate, total: Sum, approved: bool = False) -> str:
    """`1.240,5`"""
    from babel.numbers import format_decimal

    return format_decimal((total.approved if approved else total.minutes) / 60, "#,##0.#", locale=t.locale)


def _by_week(file: UnitFile) -> list[tuple[date, dict[str, int]]]:
    """(first day of the week in this month, minutes by state) of every week."""
    month, last = file.issue.month, file.issue.last
    days = [month + timedelta(n) for n in range(last.day)]
    starts = [day for day in days if day == month or day.weekday() == 0]
    sums = {start: {state: 0 for state, _ in _STATES} for start in starts}
    for found in file.people:
        for line in found.counted:
            day = line.entry.day
            start = max(month, day - timedelta(day.weekday()))
            sums[start][line.entry.state] += line.entry.content.minutes
    return list(sums.items())


def _spread(people: Sequence[PersonMonth]) -> list[int]:
    """How many people have filled how much of their days; of those who were to fill some."""
    shares = [each.filled() / due for each in people if (due := len(each.due()))]
    return [sum(low <= share < high for share in shares) for low, high in _SHARES]


def _band(low: float, high: float) -> str:
    if high < 0.01:
        return "0%"
    return "100%" if low >= 1 else f"{low if low >= 0.01 else 0.01:.0%}–{high - 0.01:.0%}"
