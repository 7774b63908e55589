"""A person's month as PDF for signature: A4, with the agency's letterhead and places for the person and the supervisor."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import lru_cache
from itertools import groupby

import structlog
from babel.numbers import format_decimal

from integration import phrases
from integration.dates import show_day
from integration.documents import sign
from integration.documents.letterhead import Letterhead
from integration.documents.pdf import Document, Imprint
from integration.documents.sign import Certificate, Mark, SigningError
from integration.documents.signatures import Signature
from integration.documents.table import Cell, Column, Row, Table
from integration.messages import Text, plain
from plugins.logbook.drawing import wording
from plugins.logbook.drawing.material import Issue, Line, PersonFile, Sum

log = structlog.get_logger()

_TOTAL = "#E3EDF6"
_FILLS = {"returned": "#FFE0B2"}
_WAITS = "#ECEFF1"


def make(file: PersonFile) -> tuple[bytes, Certificate | None]:
    """The file, and who signed it. The certificate of the settings signs when the month is closed: before, it may change.

    A signature that cannot be made is logged: the report is better without it than not at all, and is signed by hand.
    """
    document = draw(file)
    content, issue = document.finish(), file.issue
    if not (issue.final and file.found.lines and issue.settings.signing_pkcs12):
        return content, None
    try:
        certificate = sign.open_certificate(issue.settings, issue.now)
        place = sign.place_for(document.places, certificate)
        mark = Mark(place, issue.t, issue.settings.zone) if place else None
        reason = f"Logbook {issue.month:%Y-%m}"
        signed = sign.sign(content, certificate, issue.now, reason=reason, place=issue.settings.agency_place, mark=mark)
    except SigningError as error:
        log.warning("logbook_not_signed", error=str(error))
        return content, None
    return signed, certificate


def draw(file: PersonFile) -> Document:
    """Who, what it comes to, every activity under its day, targets, two places to sign; `finish` makes the file."""
    issue, found, t = file.issue, file.found, file.issue.t
    title = wording.title(issue, found.person.name)
    author = issue.settings.agency_name or "Hadir"
    document = Document(t, Letterhead.of(issue.settings), Imprint(title, author, wording.standing(issue)))
    document.begin(plain(t("Logbook of daily work")), wording.month(issue))
    document.facts(wording.person_facts(issue, found), columns=2, size=9)
    if not found.lines:
        document.paragraph(wording.nothing(issue), size=10, bold=True)
    else:
        document.table(_table(issue), _rows(issue, found.lines))
        document.table(_target_table(issue), _target_rows(file), before_signatures=True)
    document.signatures(_place_and_date(issue), _signatures(file))
    return document


def _place_and_date(issue: Issue) -> str:
    """`Jakarta, 30 November 2026`; dots where the settings name no place."""
    return f"{issue.settings.agency_place or '.' * 20}, {plain(show_day(issue.day, issue.t, 'd MMMM y'))}"


def _signatures(file: PersonFile) -> tuple[Signature, Signature]:
    t, who, above = file.issue.t, file.found.person, file.supervisor
    supervisor = (above.name, above.nip) if above else ("", "")
    return (
        Signature(plain(t("Direct supervisor")), *supervisor, plain(t("Acknowledged by,"))),
        Signature(plain(t("The employee")), who.name, who.nip),
    )


# ---------------------------------------------------------------- the activities


def _table(issue: Issue) -> Table:
    t = issue.t
    columns = (
        Column(plain(t("Day")), 40),
        Column(plain(t("Activity")), 160, grow=True),
        Column(plain(t("Result")), 110, grow=True),
        Column(plain(t("Quantity")), 50, "center"),
        Column(plain(t("Minutes of work")), 36, "right"),
        Column("RHK", 40, "center"),
        Column(plain(t("Place")), 32, "center"),
        Column(plain(t("State")), 60, "center"),
    )
    return Table(columns, size=8)


def _rows(issue: Issue, lines: Sequence[Line]) -> Iterator[Row]:
    """The activities of each day; beside the first of them what they come to."""
    for day, of_day in groupby(lines, lambda line: line.entry.day):
        those = list(of_day)
        minutes = sum(line.entry.content.minutes for line in those if line.counts)
        hours = _decimal(minutes / 60, "0.##", issue.t.locale)
        total = plain(issue.t("{hours} h", hours=Text(hours)))
        for number, line in enumerate(those):
            shown = wording.day(issue.t, day)
            yield _row(issue, f"{shown}\n{total}" if number == 0 else shown, line)


def _row(issue: Issue, day: str, line: Line) -> Row:
    content = line.entry.content
    cells = [
        day,
        _activity(issue, line),
        content.result,
        _quantity(issue, line),
        str(content.minutes or "") if line.counts else "–",
        line.target.code if line.target else "",
        plain(phrases.place(content.place)),
        _state(issue, line),
    ]
    fill = _FILLS.get(line.entry.state, "") if line.counts else _WAITS
    return [Cell(each, fill) for each in cells] if fill else cells


def _activity(issue: Issue, line: Line) -> str:
    """With what the unit's form asked, the evidence and remarks below it."""
    t = issue.t
    below = [f"{each.label}: {each.words}" for each in line.answers]
    if line.evidence:
        shown = ", ".join(wording.proof(t, each) for each in line.evidence)
        below.append(plain(t("Evidence: {names}", names=shown)))
    if remarks := wording.remarks(t, line):
        below.append(f"({remarks})")
    return "\n".join([line.entry.content.activity, *below])


def _quantity(issue: Issue, line: Line) -> str:
    """`1.250,5 dokumen`"""
    content = line.entry.content
    number = "" if content.quantity is None else _decimal(content.quantity, "#,##0.##", issue.t.locale)
    return f"{number} {content.measure}".strip()


@lru_cache(10_000)
def _decimal(number: Decimal | float, pattern: str, locale: str) -> str:
    """The same figures come again and again."""
    return format_decimal(number, pattern, locale=locale)


def _state(issue: Issue, line: Line) -> str:
    said = wording.state(issue.t, line.entry.state)
    return f"{said}\n({plain(issue.t('version {number}', number=line.entry.version))})" if line.entry.version > 1 else said


# ---------------------------------------------------------------- targets


def _target_table(issue: Issue) -> Table:
    t = issue.t
    columns = (
        Column("RHK", 46),
        Column(plain(t("Plan of results")), 250, grow=True),
        Column(plain(t("Activities")), 52, "right"),
        Column(plain(t("Time spent")), 90, "right"),
        Column(plain(t("Of these approved")), 90, "right"),
    )
    return Table(columns, size=8)


def _target_rows(file: PersonFile) -> Iterator[Row]:
    t, total = file.issue.t, file.found.total
    for target, of in file.found.by_target():
        code, words = (target.code, target.title) if target else ("–", plain(t("no target")))
        yield [code, words, *_figures(file.issue, of)]
    sums = _figures(file.issue, total)
    yield [Cell(plain(t("Total")), _TOTAL, bold=True, span=2), *(Cell(each, _TOTAL, bold=True) for each in sums)]


def _figures(issue: Issue, of: Sum) -> list[str]:
    return [str(of.entries), *(plain(phrases.duration(issue.t, minutes)) for minutes in (of.minutes, of.approved))]
