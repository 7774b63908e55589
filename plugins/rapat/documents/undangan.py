"""The invitation as an official letter (surat undangan): number and date, to whom, when, where, about what, who invites.

Its order is that of the rules for official letters (tata naskah dinas): number, nature, annex and subject on the left, place
and date on the right of the number, the addressees below; many of them stand in an annex, as do the dates of a series.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reportlab.pdfgen.canvas import Canvas

from integration.documents import fonts, qr, rich
from integration.documents.pdf import Area, Document
from integration.documents.rich import Run
from integration.documents.signatures import Place, Signature
from integration.documents.table import BLACK, tidy
from integration.i18n import Translate
from integration.messages import plain
from plugins.rapat.documents import undangan_annex
from plugins.rapat.documents.invitation import Addressee, Date, Undangan
from plugins.rapat.documents.issue import DOTS

_SIZE, _MARGIN = 10.5, 62.0
_LEADING = _SIZE * 1.35
_TITLE = "\N{OBJECT REPLACEMENT CHARACTER}"  # stands where the title will
_CODE = 84.0  # points that the QR code is wide
# A code that is denser than this is read by no phone from paper of that size.
_LONGEST_ADDRESS = 300


@dataclass(frozen=True, slots=True)
class Letter:
    """The file, and the places in it where an electronic signature may show."""

    content: bytes
    places: Sequence[Place]


def make(undangan: Undangan) -> Letter:
    """Draw the letter. Raises ValueError for one without a date."""
    if not undangan.dates:
        raise ValueError("an undangan needs a date")
    t = undangan.issue.t
    subject = subject_of(t, undangan.title)
    document = undangan.issue.document(subject, margin=_MARGIN)
    document.letter(subject)
    _head(document, undangan, subject)
    _addressees(document, undangan)
    _body(document, undangan)
    _sign(document, undangan)
    if undangan.names_in_annex or undangan.dates_in_annex:
        undangan_annex.draw(document, undangan)
    return Letter(document.finish(), document.places)


def subject_of(t: Translate, title: str) -> str:
    """`Undangan Rapat Koordinasi SPBE`; neither "Undangan" nor "Rapat" is said twice."""
    first = _first_word(title)
    if first == "undangan":
        return title
    return plain(
        t("Invitation to {title}", title=title) if first == "rapat" else t("Invitation to the meeting {title}", title=title)
    )


def _first_word(title: str) -> str:
    return next(iter(title.casefold().split()), "")


# ---------------------------------------------------------------- head


def _head(document: Document, undangan: Undangan, subject: str) -> None:
    """Number, nature, annex and subject, with place and date on the right of the number."""
    t, issue = undangan.issue.t, undangan.issue
    annex = plain(t("1 (one) set")) if undangan.names_in_annex or undangan.dates_in_annex else "-"
    pairs = [
        (plain(t("Letter number")), undangan.number or DOTS),
        (plain(t("Nature of the letter")), plain(t("Ordinary"))),
        (plain(t("Annexes")), annex),
        (plain(t("Subject of the letter")), subject),
    ]
    label = max(fonts.width(tidy(name), _SIZE) for name, _ in pairs) + 8
    date = tidy(issue.place_and_date)
    aside = fonts.width(date, _SIZE) + 16
    for number, (name, words) in enumerate(pairs):
        for place, line in enumerate(fonts.wrap(tidy(words), _SIZE, document.room - label - 10 - aside)):
            area = document.area(_LEADING)
            y = area.top - _SIZE
            if place == 0:
                _put(area, 0, y, tidy(name))
                _put(area, label, y, ":")
            _put(area, label + 9, y, line)
            if number == place == 0:
                _put(area, document.room - fonts.width(date, _SIZE), y, date)
    document.space(10)


def _put(area: Area, x: float, y: float, words: str, *, bold: bool = False, size: float = _SIZE) -> None:
    area.canvas.setFillColor(BLACK)
    area.canvas.setFont(fonts.name(bold), size)
    area.canvas.drawString(area.left + x, y, words)


def _addressees(document: Document, undangan: Undangan) -> None:
    t, people = undangan.issue.t, undangan.addressees
    if undangan.names_in_annex:
        _line(document, plain(t("To: (list attached)")))
    elif len(people) == 1:
        _line(document, f"{plain(t('To:'))} {_named(people[0])}")
    else:
        _line(document, plain(t("To:")))
        for number, each in enumerate(people, 1):
            rich.paragraph(document, rich.plain_runs(_named(each)), size=_SIZE, indent=22, marker=f"{number}.", after=0)
    _line(document, plain(t("at their places")))
    document.space(10)


def _named(someone: Addressee) -> str:
    return f"{someone.name} ({someone.office})" if someone.office else someone.name


def _line(document: Document, words: str, *, after: float = 0.0) -> None:
    rich.paragraph(document, rich.plain_runs(words), size=_SIZE, after=after)


# ---------------------------------------------------------------- body


def _body(document: Document, undangan: Undangan) -> None:
    t = undangan.issue.t
    rich.paragraph(document, _opening(undangan), size=_SIZE, after=5)
    document.facts(_facts(undangan), size=_SIZE)
    _agenda(document, undangan)
    if undangan.online:
        _join(document, undangan)
    document.space(4)
    _line(document, plain(t("In view of its importance, we ask you to be present on time.")), after=3)
    _line(document, plain(t("Thank you for your attention and cooperation.")), after=0)


def _opening(undangan: Undangan) -> list[Run]:
    """The first sentence, with the title in bold."""
    t = undangan.issue.t
    if _first_word(undangan.title) == "rapat":
        sentence = t("We kindly invite you to {title}, which takes place as follows:", title=_TITLE)
    else:
        sentence = t("We kindly invite you to the meeting {title}, which takes place as follows:", title=_TITLE)
    before, _, after = plain(sentence).partition(_TITLE)
    return [Run(before), Run(undangan.title, bold=True), Run(after)]


def _facts(undangan: Undangan) -> list[tuple[str, str]]:
    t, issue, dates = undangan.issue.t, undangan.issue, undangan.dates
    where = [undangan.place] if undangan.place else []
    if undangan.online:
        where.append(plain(t("online")))
    first = dates[0]
    if len(dates) == 1:
        pairs = [(t("Day, date"), issue.date_of(first.span)), (t("Time"), issue.clocks(first.span))]
    elif undangan.dates_in_annex:
        count = t("{count} times, see the annex", count=len(dates))
        span = t("{first} to {last}", first=issue.date_of(first.span), last=issue.date_of(dates[-1].span))
        pairs = [(t("Day, date"), f"{plain(span)} ({plain(count)})"), (t("Time"), _common_time(undangan))]
    else:
        pairs = [(t("Day, date"), "\n".join(_dated(undangan, date) for date in dates)), (t("Time"), _common_time(undangan))]
    return [(plain(name), words) for name, words in [*pairs, (t("Place"), "; ".join(where) or DOTS)] if words]


def _clocks(undangan: Undangan) -> set[str]:
    return {undangan.issue.clocks(date.span) for date in undangan.dates}


def _common_time(undangan: Undangan) -> str:
    """The time of all dates; "" where they differ, for then it stands with each."""
    found = _clocks(undangan)
    if len(found) == 1:
        return found.pop()
    return plain(undangan.issue.t("see the annex")) if undangan.dates_in_annex else ""


def _dated(undangan: Undangan, date: Date) -> str:
    """One of a few dates, with what is its own."""
    own = [undangan.issue.date_of(date.span)]
    if len(_clocks(undangan)) > 1:
        own.append(undangan.issue.clocks(date.span))
    if date.place:
        own.append(date.place)
    return ", ".join(own)


def _agenda(document: Document, undangan: Undangan) -> None:
    if not undangan.agenda:
        return
    _line(document, f"{plain(undangan.issue.t('Agenda'))} :", after=1)
    single = len(undangan.agenda) == 1
    for number, item in enumerate(undangan.agenda, 1):
        marker = "" if single else f"{number}."
        rich.paragraph(document, rich.plain_runs(item), size=_SIZE, indent=22, marker=marker, after=0)
    document.space(6)


# ---------------------------------------------------------------- how to join


def _join(document: Document, undangan: Undangan) -> None:
    """The address as a link, and as a code for a phone."""
    t = undangan.issue.t
    if not undangan.address:
        _line(document, plain(t("The link to join follows in a message of its own.")), after=4)
        return
    if len(undangan.address) > _LONGEST_ADDRESS:
        rich.paragraph(document, [Run(plain(t("Join online:")) + " "), Run(undangan.address, url=undangan.address)], size=_SIZE)
        return
    area = document.area(_CODE + 6)
    _squares(area.canvas, qr.squares(undangan.address), area.left, area.top - _CODE - 2, _CODE)
    x, room, y = _CODE + 12, document.room - _CODE - 12, area.top - 26
    _put(area, x, y, tidy(plain(t("Join online:"))), bold=True)
    for line in rich.wrap([Run(undangan.address, url=undangan.address)], 9.5, room)[:3]:
        y -= 14
        rich.draw_line(area.canvas, area.left + x, y, line, 9.5)
    for words in rich.wrap(rich.plain_runs(plain(t("or scan the code with a phone."))), 9, room)[:2]:
        y -= 14
        rich.draw_line(area.canvas, area.left + x, y, words, 9)


def _squares(canvas: Canvas, code: Sequence[Sequence[bool]], left: float, bottom: float, wide: float) -> None:
    """The code with its empty edge inside `wide`; neighbours in a row as one rectangle, for a gap would mislead a reader."""
    side = wide / (len(code) + 2 * qr.QUIET)
    path = canvas.beginPath()
    for number, row in enumerate(code):
        y = bottom + wide - (qr.QUIET + number + 1) * side
        start = 0
        while start < len(row):
            end = start
            while end < len(row) and row[end]:
                end += 1
            if end > start:
                path.rect(left + (qr.QUIET + start) * side, y, (end - start) * side, side * 1.02)
            start = end + 1
    canvas.setFillColor(BLACK)
    canvas.drawPath(path, stroke=0, fill=1)


# ---------------------------------------------------------------- who invites


def _sign(document: Document, undangan: Undangan) -> None:
    who = undangan.organizer
    document.space(6)
    document.signatures("", [Signature(who.position or plain(undangan.issue.t("Organiser")), who.name, who.nip)])
