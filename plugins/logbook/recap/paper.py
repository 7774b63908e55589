"""The recap of many as PDF for signature: a row for each person, by name and never by how much."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import structlog

from integration import phrases
from integration.dates import show_day
from integration.documents import sign
from integration.documents.letterhead import Letterhead
from integration.documents.pdf import Document, Imprint
from integration.documents.sign import Certificate, Mark, SigningError
from integration.documents.signatures import Signature
from integration.documents.table import Cell, Column, Row, Table
from integration.messages import plain
from integration.people import Person
from plugins.logbook.drawing import wording
from plugins.logbook.drawing.material import Issue, PersonMonth, Sum, UnitFile

log = structlog.get_logger()

_TOTAL = "#E3EDF6"


def make(file: UnitFile, signer: Person | None, *, of_unit: bool) -> tuple[bytes, Certificate | None]:
    """The file, and who signed it: the settings' certificate once the month is closed, else it is signed by hand."""
    document = _draw(file, signer, of_unit)
    content, issue = document.finish(), file.issue
    if not issue.final or issue.settings.signing_pkcs12 is None:
        return content, None
    try:
        certificate = sign.open_certificate(issue.settings, issue.now)
        place = sign.place_for(document.places, certificate)
        mark = Mark(place, issue.t, issue.settings.zone) if place else None
        where, reason = issue.settings.agency_place, f"Logbook {issue.month:%Y-%m}"
        return sign.sign(content, certificate, issue.now, reason=reason, place=where, mark=mark), certificate
    except SigningError as error:
        log.warning("logbook_recap_not_signed", error=str(error))
        return content, None


def _draw(file: UnitFile, signer: Person | None, of_unit: bool) -> Document:
    issue, t = file.issue, file.issue.t
    author = issue.settings.agency_name or "Hadir"
    document = Document(
        t, Letterhead.of(issue.settings), Imprint(wording.title(issue, issue.unit), author, wording.standing(issue))
    )
    document.begin(plain(t("Recap of daily work reports")), f"{issue.unit} — {wording.month(issue)}")
    document.table(_table(issue), _rows(issue, file.people), before_signatures=True)
    place = f"{issue.settings.agency_place or '.' * 20}, {plain(show_day(issue.day, t, 'd MMMM y'))}"
    name, nip = (signer.name, signer.nip) if signer else ("", "")
    caption = plain(t("Head of the unit") if of_unit else t("Direct supervisor"))
    document.signatures(place, (Signature(caption, name, nip, plain(t("Acknowledged by,"))),))
    return document


def _table(issue: Issue) -> Table:
    t = issue.t
    columns = (
        Column(plain(t("No.")), 26, "center"),
        Column(plain(t("Name")), 150, grow=True),
        Column("NIP", 104),
        Column(plain(t("Days filled")), 52, "center"),
        Column(plain(t("Activities")), 52, "center"),
        Column(plain(t("Working time")), 86, "right"),
        Column(plain(t("Of these approved")), 86, "right"),
    )
    return Table(columns, size=8.5)


def _rows(issue: Issue, found: Sequence[PersonMonth]) -> Iterator[Row]:
    for number, each in enumerate(found, 1):
        yield [str(number), each.person.name, each.person.nip, *_figures(issue, each.filled(), len(each.due()), each.total)]
    total = sum((each.total for each in found), Sum())
    filled, due = sum(each.filled() for each in found), sum(len(each.due()) for each in found)
    figures = [Cell(words, _TOTAL, bold=True) for words in _figures(issue, filled, due, total)]
    yield [Cell(plain(issue.t("Total")), _TOTAL, bold=True, span=3), *figures]


def _figures(issue: Issue, filled: int, due: int, total: Sum) -> list[str]:
    times = [plain(phrases.duration(issue.t, minutes)) if minutes else "–" for minutes in (total.minutes, total.approved)]
    return [f"{filled}/{due}", str(total.entries or "–"), *times]
