"""The recap as a workbook: a matrix of days with totals, every day as a row, and the legend; prints on A4 landscape.

Every word of people is written as text, whatever it looks like: a name that begins with `=` is no formula.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from io import BytesIO
from typing import Any
from zoneinfo import ZoneInfo

from xlsxwriter.utility import xl_col_to_name

from integration import phrases, workdays
from integration.dates import last_of_month, show_day
from integration.documents.sheets import COUNT, HEAD_ROW, Book, Made, open_book, text
from integration.i18n import Translate
from integration.messages import Text
from plugins.hadir.recap import Line, PersonMonth, Totals
from plugins.hadir.reports import marks
from plugins.hadir.rules import PLACES

LETTERS = {"wfo": "O", "wfh": "H", "wfa": "A", "dinas": "D", "": "X"}
_FIRST_DAY_COLUMN = 2
_TIME, _DURATION, _DATE = 'hh"."mm', '[h]"."mm', "dd/mm/yyyy"

_LATE, _EARLY, _MISSING, _AWAY, _FREE = "#FFE0B2", "#FFF59D", "#FFCDD2", "#BBDEFB", "#ECEFF1"


@dataclass(frozen=True, slots=True)
class Imprint:
    """Who made the workbook, when (aware), and in whose zone that is told."""

    name: str
    at: datetime
    zone: str


def build(t: Translate, found: Sequence[PersonMonth], title: str, month: date, made: Imprint) -> bytes:
    """The workbook of a month; `title` names the unit or person."""
    buffer = BytesIO()
    book = open_book(buffer, t, Made(text(title), _made(t, made), made.name, made.at))
    _matrix(book, found, month)
    _daily(book, found)
    book.workbook.close()
    return buffer.getvalue()


def _made(t: Translate, made: Imprint) -> str:
    return text(
        t(
            "Made on {day} at {time} by {name}. Times are local to each office.",
            day=phrases.day_name(t, made.at.astimezone(ZoneInfo(made.zone)).date()),
            time=Text(workdays.clock(made.at, made.zone)),
            name=made.name,
        )
    )


# ---------------------------------------------------------------- the matrix


def _matrix(book: Book, found: Sequence[PersonMonth], month: date) -> None:
    days = [month + timedelta(days=n) for n in range(last_of_month(month).day)]
    sheet = book.sheet(text(book.t("Recap")))
    first_total = _FIRST_DAY_COLUMN + len(days)
    _matrix_head(book, sheet, days, first_total)
    for number, someone in enumerate(found):
        _matrix_row(book, sheet, HEAD_ROW + 1 + number, someone, days, first_total)
    last = HEAD_ROW + len(found)
    _sums(book, sheet, last + 1, found, first_total)
    _legend(book, sheet, last + 3)
    sheet.autofilter(HEAD_ROW, 0, last, first_total + len(marks.heads(book.t)) - 1)
    sheet.freeze_panes(HEAD_ROW + 1, _FIRST_DAY_COLUMN)
    sheet.repeat_rows(HEAD_ROW)


def _matrix_head(book: Book, sheet: Any, days: Sequence[date], first_total: int) -> None:
    sheet.set_row(HEAD_ROW, 78)
    sheet.set_column(0, 0, 26)
    sheet.set_column(1, 1, 18)
    sheet.set_column(_FIRST_DAY_COLUMN, first_total - 1, 3.1)
    sheet.set_column(first_total, first_total + len(marks.heads(book.t)) - 1, 4.6)
    sheet.write_string(HEAD_ROW, 0, text(book.t("Name")), book.head())
    sheet.write_string(HEAD_ROW, 1, "NIP", book.head())
    for column, day in enumerate(days, _FIRST_DAY_COLUMN):
        sheet.write_string(HEAD_ROW, column, f"{text(show_day(day, book.t, 'EEE'))}\n{day.day}", book.head(**_weekend(day)))
    for column, title in enumerate(marks.heads(book.t), first_total):
        sheet.write_string(HEAD_ROW, column, title, book.head(rotation=90))


def _weekend(day: date) -> dict[str, str]:
    return {"bg_color": "#78909C"} if day.weekday() >= 5 else {}


def _matrix_row(book: Book, sheet: Any, row: int, someone: PersonMonth, days: Sequence[date], first_total: int) -> None:
    sheet.write_string(row, 0, text(someone.person.name), book.cell())
    sheet.write_string(row, 1, text(someone.person.nip), book.cell())
    lines = {line.day: line for line in someone.lines}
    for column, day in enumerate(days, _FIRST_DAY_COLUMN):
        line = lines.get(day)
        letter, colour = _mark(line) if line else ("", "")
        _write_letter(book, sheet, row, column, letter, colour)
    for column, figure in enumerate(marks.figures(someone.totals), first_total):
        sheet.write_number(row, column, figure, book.cell(align="center", num_format=COUNT))


def _write_letter(book: Book, sheet: Any, row: int, column: int, letter: str, colour: str) -> None:
    style = book.cell(align="center", **({"bg_color": colour} if colour else {}))
    sheet.write_string(row, column, letter, style) if letter else sheet.write_blank(row, column, None, style)


def _mark(line: Line) -> tuple[str, str]:
    """The letter of a day (its place, `?` for an end that is missing) and its colour."""
    result = line.result
    if result.came:
        letter = LETTERS.get(result.place, "X") + ("?" if result.status == "incomplete" else "")
        return letter, _LATE if result.late else _EARLY if result.early else _FREE if line.plan.start is None else ""
    if result.excused:
        return "I", _AWAY
    return {"absent": ("–", _MISSING), "off": ("", _FREE)}.get(result.status, ("", ""))


def _sums(book: Book, sheet: Any, row: int, found: Sequence[PersonMonth], first_total: int) -> None:
    """Totals that follow the filter; the value is stored too, for readers that do not calculate."""
    style = book.cell(bold=True, top=2, align="center", num_format=COUNT)
    for column in range(first_total):
        sheet.write_blank(row, column, None, book.cell(top=2))
    sheet.write_string(row, 0, text(book.t("Total")), book.cell(bold=True, top=2))
    everything = marks.figures(sum((someone.totals for someone in found), Totals()))
    for column, figure in enumerate(everything, first_total):
        name = xl_col_to_name(column)
        formula = f"=SUBTOTAL(109,{name}{HEAD_ROW + 2}:{name}{row})"
        sheet.write_formula(row, column, formula, style, figure)


def _legend(book: Book, sheet: Any, row: int) -> None:
    t = book.t
    letters = [
        *((LETTERS[place], text(phrases.place(place)), "") for place in PLACES),
        ("X", text(t("present, place unknown")), ""),
        ("O?", text(t("incomplete: check-in or check-out is missing")), ""),
        ("O", text(t("late")), _LATE),
        ("O", text(t("left early")), _EARLY),
        ("–", text(t("no record")), _MISSING),
        ("I", text(t("excused")), _AWAY),
        ("", text(t("day off")), _FREE),
    ]
    sheet.write_string(row, 0, text(t("Legend")), book.style(bold=True))
    for number, (letter, meaning, colour) in enumerate(letters):
        line, column = row + number // 4, _FIRST_DAY_COLUMN + number % 4 * 12
        _write_letter(book, sheet, line, column, letter, colour)
        sheet.write_string(line, column + 1, meaning, book.style())


# ---------------------------------------------------------------- every day as a row


def _daily(book: Book, found: Sequence[PersonMonth]) -> None:
    t = book.t
    sheet = book.sheet(text(t("Daily")))
    heads = [
        (t("Name"), 26), ("NIP", 20), (t("Date"), 10), (t("Day"), 8), (t("Check-in"), 8), (t("Check-out"), 8), (t("Zone"), 6),
        (t("Place"), 7), (t("Late (minutes)"), 9), (t("Left early (minutes)"), 9), (t("Working time"), 8), (t("Remarks"), 34),
    ]  # fmt: skip
    sheet.set_row(HEAD_ROW, 42)
    for column, (title, width) in enumerate(heads):
        sheet.set_column(column, column, width)
        sheet.write_string(HEAD_ROW, column, text(title), book.head())
    row = HEAD_ROW
    for someone in found:
        for line in someone.lines:
            if line.found.arrival or line.found.departure or line.result.due or line.result.excused:
                row += 1
                _daily_row(book, sheet, row, someone, line)
    sheet.autofilter(HEAD_ROW, 0, max(row, HEAD_ROW + 1), len(heads) - 1)
    sheet.freeze_panes(HEAD_ROW + 1, 1)
    sheet.repeat_rows(HEAD_ROW)


def _daily_row(book: Book, sheet: Any, row: int, someone: PersonMonth, line: Line) -> None:
    person, cell, number = someone.person, book.cell(), book.cell(align="center")
    sheet.write_string(row, 0, text(person.name), cell)
    sheet.write_string(row, 1, text(person.nip), cell)
    sheet.write_datetime(row, 2, line.day, book.cell(num_format=_DATE, align="center"))
    sheet.write_string(row, 3, text(show_day(line.day, book.t, "EEEE")), cell)
    for column, event in ((4, line.found.arrival), (5, line.found.departure)):
        time = book.cell(num_format=_TIME, align="center")
        if event:
            sheet.write_datetime(row, column, event.at.astimezone(person.tz).time().replace(second=0, microsecond=0), time)
        else:
            sheet.write_blank(row, column, None, time)
    event = line.found.arrival or line.found.departure
    sheet.write_string(row, 6, workdays.zone_name(person.zone, event.at) if event else "", book.cell(align="center"))
    sheet.write_string(row, 7, text(phrases.place(line.result.place)), book.cell(align="center"))
    for column, minutes in ((8, line.result.late), (9, line.result.early)):
        sheet.write_number(row, column, minutes, number) if minutes else sheet.write_blank(row, column, None, number)
    worked = book.cell(num_format=_DURATION, align="center")
    if line.result.worked:
        sheet.write_number(row, 10, line.result.worked / 1440, worked)
    else:
        sheet.write_blank(row, 10, None, worked)
    sheet.write_string(row, 11, _remarks(book.t, someone, line), cell)


def _remarks(t: Translate, someone: PersonMonth, line: Line) -> str:
    """What the figures do not say; a person's note stays out of what is passed on."""
    arrival, departure = line.found.arrival, line.found.departure
    next_day = departure and departure.at.astimezone(someone.person.tz).date() > line.day
    corrected = any(event and event.source == "correction" for event in (arrival, departure))
    parts = [
        t("no record") if line.result.status == "absent" else "",
        t("incomplete") if line.result.status == "incomplete" else "",
        t("checked out the next day") if next_day else "",
        t("corrected") if corrected else "",
        t("another place than planned") if line.result.off_plan else "",
        t("service disruption") if line.result.outage else "",
        phrases.excuse(t, line.plan.excuse) if line.plan.excuse else line.plan.free,
    ]
    return text("; ".join(filter(None, parts)))
