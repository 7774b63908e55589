"""What follows an invitation that has too many names or dates for its page."""

from __future__ import annotations

from integration.documents import rich
from integration.documents.pdf import Document
from integration.documents.table import Column, Row, Table
from integration.i18n import Translate
from integration.messages import plain
from plugins.rapat.documents.invitation import Undangan
from plugins.rapat.documents.issue import DOTS

_SIZE = 10.5


def draw(document: Document, undangan: Undangan) -> None:
    t, issue = undangan.issue.t, undangan.issue
    document.page()
    rich.paragraph(document, rich.plain_runs(plain(t("Annex to the invitation"))), size=_SIZE, after=0)
    document.facts([(plain(t("Letter number")), undangan.number or DOTS), (plain(t("Date")), issue.letter_date)], size=_SIZE)
    document.space(4)
    if undangan.names_in_annex:
        _title(document, plain(t("List of those invited")))
        document.table(_people_table(t), _people(undangan))
    if undangan.dates_in_annex:
        _title(document, plain(t("Schedule of the meetings")))
        document.table(_dates_table(t), _dates(undangan))


def _title(document: Document, words: str) -> None:
    rich.paragraph(document, rich.plain_runs(words, bold=True), size=11, after=3, keep=60)


def _people_table(t: Translate) -> Table:
    columns = (
        Column(plain(t("No.")), 30, "right"),
        Column(plain(t("Name")), 190, grow=True),
        Column("NIP", 108),
        Column(plain(t("Unit or office")), 150, grow=True),
    )
    return Table(columns, size=9)


def _people(undangan: Undangan) -> list[Row]:
    return [[str(number), each.name, each.nip or "–", each.office or "–"] for number, each in enumerate(undangan.addressees, 1)]


def _dates_table(t: Translate) -> Table:
    columns = (
        Column(plain(t("No.")), 30, "right"),
        Column(plain(t("Day, date")), 150, grow=True),
        Column(plain(t("Time")), 150, grow=True),
        Column(plain(t("Place")), 120, grow=True),
    )
    return Table(columns, size=9)


def _dates(undangan: Undangan) -> list[Row]:
    issue = undangan.issue
    usual = undangan.place or (plain(issue.t("online")) if undangan.online else "–")
    return [
        [str(number), issue.date_of(date.span), issue.clocks(date.span), date.place or usual]
        for number, date in enumerate(undangan.dates, 1)
    ]
