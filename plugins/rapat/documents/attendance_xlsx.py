"""The attendance list (daftar hadir) as a workbook: who came, and on a second sheet who did not."""

from __future__ import annotations

from datetime import datetime
from io import BytesIO
from typing import Any

from integration.documents.sheets import HEAD_ROW, Book, Made, open_book, text
from plugins.rapat.documents import attendance
from plugins.rapat.documents.attendance import AttendanceList, Attendee

_TIME = 'hh"."mm'
_GUEST = "#FFF8E1"


def make(found: AttendanceList) -> bytes:
    """The file. Times are those of the meeting's own zone, as a workbook's times, so that they can be reckoned with."""
    t, buffer = found.issue.t, BytesIO()
    issue = found.issue
    subtitle = f"{issue.date_of(found.span)}, {issue.clocks(found.span)} · {attendance.sums(t, found)}"
    made = Made(attendance.title_of(found), text(subtitle), "Hadir", issue.now)
    book = open_book(buffer, t, made)
    _present(book, found)
    if found.absent:
        _absent(book, found)
    _about(book, found)
    book.workbook.close()
    return buffer.getvalue()


def _present(book: Book, found: AttendanceList) -> None:
    t, sheet = book.t, book.sheet(text(book.t("Present")))
    heads = [*attendance.heads(t, found.issue.zone_name), text(t("Remarks")), text(t("Signature"))]
    book.table(sheet, heads, [5, 34, 22, 32, 12, 12, 12, 10, 24], len(found.present))
    for number, someone in enumerate(found.present, 1):
        _attendee(book, sheet, found, number, someone)
    row = HEAD_ROW + len(found.present) + 2
    sheet.write_string(row, 1, text(t("Total")), book.style(bold=True))
    sheet.write_string(row, 2, attendance.sums(t, found), book.style(bold=True))


def _attendee(book: Book, sheet: Any, found: AttendanceList, number: int, someone: Attendee) -> None:
    t, row = book.t, HEAD_ROW + number
    look = {"bg_color": _GUEST} if someone.guest else {}
    words, middle = book.cell(text_wrap=True, **look), book.cell(align="center", **look)
    sheet.set_row(row, 27)
    sheet.write_number(row, 0, number, middle)
    identity = someone.office if someone.guest else someone.nip
    for column, said in enumerate((someone.name, identity, someone.position), 1):
        sheet.write_string(row, column, text(said), words)
    for column, moment in ((4, someone.came), (5, someone.left)):
        _time(book, sheet, (row, column), found.issue.local(moment) if moment else None, look)
    sheet.write_string(row, 6, attendance.way(t, someone), middle)
    sheet.write_string(row, 7, text(t("Guest")) if someone.guest else "", middle)
    sheet.write_blank(row, 8, None, words)


def _time(book: Book, sheet: Any, where: tuple[int, int], local: datetime | None, look: dict[str, str]) -> None:
    style = book.cell(num_format=_TIME, align="center", **look)
    if local is None:
        sheet.write_blank(*where, None, style)
    else:
        sheet.write_datetime(*where, local.time().replace(second=0, microsecond=0), style)


def _absent(book: Book, found: AttendanceList) -> None:
    t, sheet = book.t, book.sheet(text(attendance.missing(found)))
    heads = [text(title) for title in (t("No."), t("Name"), t("NIP or office"), t("Unit or office"), t("Reason for absence"))]
    book.table(sheet, heads, [5, 34, 22, 34, 50], len(found.absent))
    for number, someone in enumerate(found.absent, 1):
        row = HEAD_ROW + number
        sheet.write_number(row, 0, number, book.cell(align="center"))
        for column, said in enumerate((someone.name, someone.nip, someone.office, someone.reason), 1):
            sheet.write_string(row, column, text(said), book.cell(text_wrap=True))


def _about(book: Book, found: AttendanceList) -> None:
    """What the head of the printed list says."""
    sheet = book.sheet(text(book.t("About the meeting")))
    sheet.set_column(0, 0, 22)
    sheet.set_column(1, 1, 90)
    for row, (name, words) in enumerate([*attendance.facts(found), ("", found.issue.made)], HEAD_ROW):
        sheet.write_string(row, 0, text(name), book.style(bold=True))
        sheet.write_string(row, 1, text(words), book.style(text_wrap=True, valign="top"))
