"""The attendance list (daftar hadir) as PDF: ready to be printed and signed, with room for a hand in every row."""

from __future__ import annotations

from collections.abc import Iterator

from integration.documents import rich
from integration.documents.pdf import Document
from integration.documents.signatures import Signature
from integration.documents.table import Cell, Column, Row, Table
from integration.messages import plain
from plugins.rapat.documents import attendance
from plugins.rapat.documents.attendance import AttendanceList

_ROW = 23.0  # points, in which a hand can sign
_GUEST = "#FFF8E1"
# Empty rows of a list that nobody is on yet: people fill it in by hand.
_BLANK = 12


def make(found: AttendanceList) -> bytes:
    """The file, on A4 across."""
    t = found.issue.t
    document = found.issue.document(attendance.title_of(found), wide=True)
    document.begin(plain(t("Attendance list")), found.title)
    document.facts(attendance.facts(found), columns=2, size=9.5)
    document.table(_table(found), _rows(found), before_signatures=not found.absent)
    _absent(document, found)
    who = found.organizer
    document.signatures(
        found.issue.place_and_date, [Signature(who.position or plain(t("Chair of the meeting")), who.name, who.nip)]
    )
    return document.finish()


def _table(found: AttendanceList) -> Table:
    t, zone = found.issue.t, found.issue.zone_name
    widths = (28, 180, 130, 150, 46, 50, 58)
    aligned = ("right", "left", "left", "left", "center", "center", "center")
    columns = [
        Column(title, width, align, grow=1 <= place <= 3)  # type: ignore[arg-type]  # they are written above
        for place, (title, width, align) in enumerate(zip(attendance.heads(t, zone), widths, aligned, strict=True))
    ]
    return Table((*columns, Column(plain(t("Signature")), 116)), size=9, row_height=_ROW)


def _rows(found: AttendanceList) -> Iterator[Row]:
    t, issue = found.issue.t, found.issue
    for number, someone in enumerate(found.present, 1):
        fill = _GUEST if someone.guest else ""
        words = [
            str(number),
            attendance.name_of(t, someone),
            (someone.office if someone.guest else someone.nip) or "–",
            someone.position or "–",
            issue.clock(someone.came) or "–",
            issue.clock(someone.left) or "–",
            attendance.way(t, someone),
        ]
        # As on paper: odd numbers sign on the left, even ones on the right, so that no two hands meet.
        yield [*(Cell(each, fill) for each in words), Cell(f"{number}.", fill, align="left" if number % 2 else "center")]
    for number in range(len(found.present) + 1, _BLANK + 1 if not found.present else 0):
        yield [str(number), *[""] * 6, Cell(f"{number}.", align="left" if number % 2 else "center")]


def _absent(document: Document, found: AttendanceList) -> None:
    if not found.absent:
        return
    t = found.issue.t
    document.space(6)
    rich.paragraph(document, rich.plain_runs(plain(attendance.missing(found)), bold=True), size=10.5, keep=70)
    columns = (
        Column(plain(t("No.")), 28, "right"),
        Column(plain(t("Name")), 190, grow=True),
        Column(plain(t("NIP or office")), 130, grow=True),
        Column(plain(t("Unit or office")), 150, grow=True),
        Column(plain(t("Reason for absence")), 190, grow=True),
    )
    rows = (
        [str(number), someone.name, someone.nip or "–", someone.office or "–", someone.reason or "–"]
        for number, someone in enumerate(found.absent, 1)
    )
    document.table(Table(columns, size=9), rows, before_signatures=True)
