"""The sheet on which every day is a row."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from integration import phrases, workdays
from integration.dates import show_day
from integration.documents.sheets import HEAD_ROW, Book, text
from plugins.hadir.recap import Line, PersonMonth
from plugins.hadir.reports import marks

_TIME, _DURATION, _DATE = 'hh"."mm', '[h]"."mm', "dd/mm/yyyy"


class Daily:
    """A row for each day on which something was expected or recorded."""

    def __init__(self, book: Book) -> None:
        self._book, self._row = book, HEAD_ROW
        self._sheet = book.sheet(text(book.t("Daily")))
        t = book.t
        self._heads = [
            (t("Name"), 26), ("NIP", 20), (t("Unit"), 20), (t("Date"), 10), (t("Day"), 8), (t("Check-in"), 8),
            (t("Check-out"), 8), (t("Zone"), 6), (t("Place"), 7), (t("Late (minutes)"), 9), (t("Left early (minutes)"), 9),
            (t("Working time"), 8), (t("Remarks"), 34),
        ]  # fmt: skip
        self._sheet.freeze_panes(HEAD_ROW + 1, 1)
        self._sheet.repeat_rows(HEAD_ROW)
        self._sheet.set_row(HEAD_ROW, 42)
        for column, (title, width) in enumerate(self._heads):
            self._sheet.set_column(column, column, width)
            self._sheet.write_string(HEAD_ROW, column, text(title), book.head())

    def add(self, someone: PersonMonth) -> None:
        for line in someone.lines:
            if line.result.came or line.result.due or line.result.excused:
                self._row += 1
                self._write(someone, line)

    def _write(self, someone: PersonMonth, line: Line) -> None:
        person, book, row = someone.person, self._book, self._row
        middle = book.cell(align="center")
        for column, words in (
            (0, person.name), (1, person.nip), (2, person.unit), (4, show_day(line.day, book.t, "EEEE")),
            (12, marks.remarks(book.t, line)),
        ):  # fmt: skip
            self._sheet.write_string(row, column, text(words), book.cell())
        self._sheet.write_datetime(row, 3, line.day, book.cell(num_format=_DATE, align="center"))
        self._times(someone, line)
        self._sheet.write_string(row, 8, text(phrases.place(line.result.place)), middle)
        for column, minutes in ((9, line.result.late), (10, line.result.early)):
            self._maybe(column, minutes or None, middle)
        self._maybe(
            11, line.result.worked / 1440 if line.result.worked else None, book.cell(num_format=_DURATION, align="center")
        )

    def _times(self, someone: PersonMonth, line: Line) -> None:
        person, time = someone.person, self._book.cell(num_format=_TIME, align="center")
        for column, event in ((5, line.found.arrival), (6, line.found.departure)):
            if event:
                local = event.at.astimezone(ZoneInfo(person.zone)).time().replace(second=0, microsecond=0)
                self._sheet.write_datetime(self._row, column, local, time)
            else:
                self._sheet.write_blank(self._row, column, None, time)
        event = line.found.arrival or line.found.departure
        zone = workdays.zone_name(person.zone, event.at) if event else ""
        self._sheet.write_string(self._row, 7, zone, self._book.cell(align="center"))

    def _maybe(self, column: int, value: float | None, style: Any) -> None:
        if value is None:
            self._sheet.write_blank(self._row, column, None, style)
        else:
            self._sheet.write_number(self._row, column, value, style)

    def close(self) -> None:
        self._sheet.autofilter(HEAD_ROW, 0, max(self._row, HEAD_ROW + 1), len(self._heads) - 1)
