"""The recap of many as a workbook, written person by person: a matrix of days with totals, units, every day, the legend.

Sheets are written side by side, row after row, so nothing of the people is kept. Every word of people is written as
text, whatever it looks like: a name that begins with `=` is no formula.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from xlsxwriter.utility import xl_col_to_name

from integration.dates import last_of_month, show_day
from integration.documents.sheets import COUNT, HEAD_ROW, Book, Made, open_book, text
from integration.i18n import Translate
from plugins.hadir.recap import PersonMonth, Totals
from plugins.hadir.reports import marks
from plugins.hadir.reports.workbook_daily import Daily

# Of more people than these, every single day would be a sheet that nobody opens; the dataset (CSV) has them.
MOST_DAILY = 1_000
_FIRST_DAY = 3


def write(
    path: Path, t: Translate, found: Iterable[PersonMonth], count: int, month: date, made: Made, *, streamed: bool = False
) -> int:
    """Write the workbook of the months of `count` people; how many there were.

    `streamed` keeps no row in memory, whatever their number; the file is larger.
    """
    book = open_book(path, t, made, streamed=streamed)
    matrix = _Matrix(book, month, count)
    units, daily = _Units(book), Daily(book) if count <= MOST_DAILY else None
    for someone in found:
        matrix.add(someone)
        units.add(someone)
        if daily:
            daily.add(someone)
    everything = units.write()
    matrix.close(everything)
    if daily:
        daily.close()
    book.workbook.close()
    return matrix.people


# ---------------------------------------------------------------- the matrix


class _Matrix:
    """A row a person: name, NIP, unit, a column for each day, totals."""

    def __init__(self, book: Book, month: date, count: int) -> None:
        self._book, self._count = book, count
        self._days = [month + timedelta(days=n) for n in range(last_of_month(month).day)]
        self._first_total = _FIRST_DAY + len(self._days)
        self._sheet = book.sheet(text(book.t("Recap")))
        self._styles: dict[str, Any] = {}
        self._plain, self._number = book.cell(), book.cell(align="center", num_format=COUNT)
        self.people = 0
        self._head()

    def _head(self) -> None:
        sheet, t = self._sheet, self._book.t
        titles = marks.heads(t)
        for first, last, width in (
            (0, 0, 26), (1, 1, 18), (2, 2, 24), (_FIRST_DAY, self._first_total - 1, 3.1),
            (self._first_total, self._first_total + len(titles) - 1, 4.6),
        ):  # fmt: skip
            sheet.set_column(first, last, width)
        last_row = HEAD_ROW + self._count
        sheet.autofilter(HEAD_ROW, 0, last_row, self._first_total + len(titles) - 1)
        sheet.freeze_panes(HEAD_ROW + 1, _FIRST_DAY)
        sheet.repeat_rows(HEAD_ROW)
        sheet.set_row(HEAD_ROW, 96)
        for column, title in enumerate((t("Name"), "NIP", t("Unit"))):
            sheet.write_string(HEAD_ROW, column, text(title), self._book.head())
        for column, day in enumerate(self._days, _FIRST_DAY):
            weekend = {"bg_color": "#78909C"} if day.weekday() >= 5 else {}
            sheet.write_string(HEAD_ROW, column, f"{text(show_day(day, t, 'EEE'))}\n{day.day}", self._book.head(**weekend))
        for column, title in enumerate(titles, self._first_total):
            sheet.write_string(HEAD_ROW, column, title, self._book.head(rotation=90))

    def add(self, someone: PersonMonth) -> None:
        self.people += 1
        row, sheet, person = HEAD_ROW + self.people, self._sheet, someone.person
        for column, words in enumerate((person.name, person.nip, person.unit)):
            sheet.write_string(row, column, text(words), self._plain)
        lines = {line.day: line for line in someone.lines}
        for column, day in enumerate(self._days, _FIRST_DAY):
            line = lines.get(day)
            letter, colour = marks.mark(line) if line else ("", "")
            self._letter(row, column, letter, colour)
        for column, figure in enumerate(marks.figures(someone.totals), self._first_total):
            sheet.write_number(row, column, figure, self._number)

    def _letter(self, row: int, column: int, letter: str, colour: str) -> None:
        style = self._styles.get(colour)
        if style is None:
            style = self._styles[colour] = self._book.filled(colour)
        if letter:
            self._sheet.write_string(row, column, letter, style)
        else:
            self._sheet.write_blank(row, column, None, style)

    def close(self, everything: Totals) -> None:
        """Totals that follow the filter (the value is stored too, for readers that do not calculate), and the legend."""
        row = HEAD_ROW + self.people + 1
        style = self._book.cell(bold=True, top=2, align="center", num_format=COUNT)
        self._sheet.write_string(row, 0, text(self._book.t("Total")), self._book.cell(bold=True, top=2))
        for column in range(1, self._first_total):
            self._sheet.write_blank(row, column, None, self._book.cell(top=2))
        for column, figure in enumerate(marks.figures(everything), self._first_total):
            name = xl_col_to_name(column)
            self._sheet.write_formula(row, column, f"=SUBTOTAL(109,{name}{HEAD_ROW + 2}:{name}{row})", style, figure)
        self._legend(row + 2)

    def _legend(self, row: int) -> None:
        self._sheet.write_string(row, 0, text(self._book.t("Legend")), self._book.style(bold=True))
        for number, (letter, colour, meaning) in enumerate(marks.legend(self._book.t)):
            line, column = row + number // 3, _FIRST_DAY + number % 3 * 14
            self._letter(line, column, letter, colour)
            self._sheet.write_string(line, column + 1, text(meaning), self._book.style())


# ---------------------------------------------------------------- units


class _Units:
    """A row a unit: how many people, and their totals."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._sheet = book.sheet(text(book.t("Units")))
        self._found: dict[tuple[str, int], list[Totals]] = {}

    def add(self, someone: PersonMonth) -> None:
        self._found.setdefault((someone.person.unit, someone.person.unit_id), []).append(someone.totals)

    def write(self) -> Totals:
        """Write the sheet; what everybody adds up to."""
        sheet, t, book = self._sheet, self._book.t, self._book
        heads = [text(t("Unit")), text(t("People")), text(t("Present (%)")), *marks.heads(t)]
        book.table(sheet, heads, [34, *[9] * (len(heads) - 1)], len(self._found))
        row, everything = HEAD_ROW, Totals()
        for (name, _), all_totals in sorted(self._found.items()):
            row += 1
            totals = marks.added(all_totals)
            everything += totals
            self._row(row, name, len(all_totals), totals)
        self._row(row + 1, text(t("Total")), sum(map(len, self._found.values())), everything, bold=True, top=2)
        return everything

    def _row(self, row: int, name: str, people: int, totals: Totals, **style: Any) -> None:
        book, sheet = self._book, self._sheet
        number = book.cell(align="center", num_format=COUNT, **style)
        sheet.write_string(row, 0, text(name), book.cell(**style))
        sheet.write_number(row, 1, people, number)
        rate = marks.attendance_rate(totals)
        percent = book.cell(align="center", num_format="0.0%", **style)
        sheet.write_blank(row, 2, None, percent) if rate is None else sheet.write_number(row, 2, rate, percent)
        for column, figure in enumerate(marks.figures(totals), 3):
            sheet.write_number(row, column, figure, number)
