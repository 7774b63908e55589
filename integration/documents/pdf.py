"""A PDF of official pages: the agency's header, a title, tables that break across pages, a block for signatures.

Everything is drawn on the canvas as it comes, so a document of hundreds of pages needs little memory; the number of all
pages, which is known last, is a form that every page refers to. Words are drawn, never interpreted: nothing is markup.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from itertools import islice

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4, landscape
from reportlab.pdfgen.canvas import Canvas

from integration.documents import fonts, letterhead, signatures
from integration.documents import table as grid
from integration.documents.letterhead import Letterhead
from integration.documents.signatures import Bounds, Place, Signature
from integration.documents.table import Cell, Column, Row, Table, tidy
from integration.i18n import Translate
from integration.messages import clean, plain

_MARGIN, _BOTTOM = 36.0, 44.0
_GREY = HexColor("#546E7A")
_TOTAL = "pages-in-all"
_UNKNOWN = "\N{OBJECT REPLACEMENT CHARACTER}"  # stands in the footer where the number of all pages will
_AFTER_TABLE = 6.0
_KEPT_TOGETHER = 2  # rows that go with a signature block to its page


@dataclass(frozen=True, slots=True)
class Imprint:
    """What a file says of itself: `title` and `author` as metadata, `made` at the foot of every page."""

    title: str
    author: str
    made: str = ""
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Area:
    """A strip of a page to be drawn in, below `top`, in points."""

    canvas: Canvas
    left: float
    right: float
    top: float


class Document:
    """Draw from top to bottom, then `finish`. `t` speaks the reader's language."""

    def __init__(
        self, t: Translate, head: Letterhead, imprint: Imprint, *, wide: bool = False, margin: float = _MARGIN
    ) -> None:
        fonts.register()
        self._t, self._head, self._imprint, self._margin = t, head, imprint, margin
        self._width, self._height = landscape(A4) if wide else A4
        self._file = BytesIO()
        self._canvas = Canvas(
            self._file,
            pagesize=(self._width, self._height),
            pageCompression=1,
            lang=t.locale,
            initialFontName=fonts.REGULAR,  # type: ignore[arg-type]  # the stub errs
        )
        self._canvas.setTitle(clean(plain(imprint.title)))
        self._canvas.setAuthor(clean(plain(imprint.author)))
        self._canvas.setSubject(clean(plain(imprint.subject or imprint.title)))
        self._canvas.setCreator("Hadir")
        self._canvas.setProducer("Hadir")
        self._canvas.setViewerPreference("DisplayDocTitle", "true")
        self._running = ""
        self._y = 0.0
        self.pages = 0
        self.places: list[Place] = []

    @property
    def room(self) -> float:
        """The width between the margins, in points."""
        return self._width - 2 * self._margin

    # ------------------------------------------------------------ pages

    def begin(self, title: str, subtitle: str = "", *, bookmark: str = "") -> None:
        """A new page with the agency's header, `title` in capitals and `subtitle` below."""
        self._open()
        self._y -= 8
        self._centred(tidy(title).upper(), 13, bold=True)
        if subtitle:
            self._centred(tidy(subtitle), 10.5)
        self._y -= 8
        self._running = " · ".join(filter(None, (tidy(title), tidy(subtitle))))
        if bookmark:
            self._bookmark(tidy(bookmark))

    def letter(self, running: str) -> None:
        """A new page with the agency's header and no title; `running` stands at the top of those that continue it."""
        self._open()
        self._y -= 10
        self._running = tidy(running)

    def page(self, running: str = "") -> None:
        """A new page without the agency's header, as for an annex."""
        self._turn(running="")
        self._running = tidy(running) or self._running

    def _open(self) -> None:
        self._turn(running="")
        self._y -= letterhead.draw(self._canvas, self._head, self._margin, self._width - self._margin, self._y)

    def _bookmark(self, words: str) -> None:
        key = f"page-{self.pages}"
        self._canvas.bookmarkPage(key)
        self._canvas.addOutlineEntry(words, key, 0)

    def _centred(self, text: str, size: float, *, bold: bool = False) -> None:
        for line in fonts.wrap(text, size, self.room, bold):
            self._y -= size * 1.3
            self._canvas.setFont(fonts.name(bold), size)
            self._canvas.drawCentredString(self._width / 2, self._y, line)

    def _turn(self, running: str) -> None:
        """Close the page, if there is one, and open the next, which says at its top what it continues."""
        if self.pages:
            self._close()
        self.pages += 1
        self._y = self._height - self._margin
        self._canvas.setFillColor(grid.BLACK)
        if running:
            self._small(self._margin, self._y - 8, running, self.room)
            self._y -= 18
            self._canvas.setFillColor(grid.BLACK)

    def _close(self) -> None:
        self._foot()
        self._canvas.showPage()

    def _foot(self) -> None:
        before, _, after = plain(self._t("Page {page} of {pages}", page=self.pages, pages=_UNKNOWN)).partition(_UNKNOWN)
        room = fonts.width(before, 7.5) + fonts.width(after, 7.5) + fonts.width("0000", 7.5)
        x = self._width - self._margin - room
        self._small(self._margin, 26, self._imprint.made, x - self._margin - 10)
        self._small(x, 26, before, room)
        self._canvas.saveState()
        self._canvas.translate(x + fonts.width(before, 7.5), 26)
        self._canvas.doForm(_TOTAL)
        self._canvas.restoreState()
        if after:
            self._small(x + room - fonts.width(after, 7.5), 26, after, room)

    def _small(self, x: float, y: float, text: str, room: float) -> None:
        self._canvas.setFillColor(_GREY)
        self._canvas.setFont(fonts.REGULAR, 7.5)
        lines = fonts.wrap(tidy(text), 7.5, room)
        self._canvas.drawString(x, y, lines[0] + (" …" if len(lines) > 1 else ""))

    def finish(self) -> bytes:
        """The file; an empty document is one empty page."""
        if not self.pages:
            self._turn(running="")
        self._close()
        self._canvas.beginForm(_TOTAL)
        self._canvas.setFillColor(_GREY)
        self._canvas.setFont(fonts.REGULAR, 7.5)
        self._canvas.drawString(0, 0, str(self.pages))
        self._canvas.endForm()
        self._canvas.save()
        return self._file.getvalue()

    # ------------------------------------------------------------ what stands on them

    def space(self, points: float) -> None:
        self._y -= points

    def facts(self, pairs: Sequence[tuple[str, str]], *, columns: int = 1, size: float = 9.5) -> None:
        """`Nama : Siti Rahayu`, the words after the colons under one another, in one or more columns."""
        room = self.room / columns
        labels = [max(fonts.width(tidy(name), size) for name, _ in pairs[n::columns]) + 6 for n in range(columns)]
        for start in range(0, len(pairs), columns):
            some = list(zip(pairs[start : start + columns], labels, strict=False))
            lines = [fonts.wrap(tidy(value), size, room - label - 14) for (_, value), label in some]
            # Of one column, words longer than a page go on on the next one.
            step = 1 if columns == 1 else max(map(len, lines))
            for first in range(0, max(map(len, lines)), step):
                self._make_room(step * size * 1.3)
                for place, (((name, _), label), words) in enumerate(zip(some, lines, strict=True)):
                    shown = tidy(name) if first == 0 else ""
                    self._fact(self._margin + place * room, label, shown, words[first : first + step], size)
                self._y -= step * size * 1.3
        self._y -= 4

    def _fact(self, x: float, label: float, name: str, words: Sequence[str], size: float) -> None:
        if name:
            self._at(x, self._y - size, name, size)
            self._at(x + label, self._y - size, ":", size)
        for number, line in enumerate(words):
            self._at(x + label + 8, self._y - size - number * size * 1.3, line, size)

    def paragraph(self, text: str, *, size: float = 9.5, bold: bool = False) -> None:
        for line in fonts.wrap(tidy(text), size, self.room, bold):
            self._make_room(size * 1.3)
            self._at(self._margin, self._y - size, line, size, bold=bold)
            self._y -= size * 1.3
        self._y -= 3

    def table(self, given: Table, rows: Iterable[Row], *, before_signatures: bool = False) -> None:
        """The rows, as they come; the heads are repeated on every page. Too long a row goes on on the next page.

        With `before_signatures` the last rows go along with the block that follows, which is then never alone on a page.
        """
        fitted = given.fitted(self.room)
        self._head_of(fitted, least=3 * fitted.leading)
        for row, following in _with_last(grid.boxes(fitted, row, self._margin) for row in rows):
            keep = sum(grid.height(fitted, other) for other in following) + signatures.HEIGHT + _AFTER_TABLE
            self._row(fitted, row, keep=keep if before_signatures and following else 0.0)
        self._y -= _AFTER_TABLE

    def _head_of(self, given: Table, least: float = 0.0) -> None:
        self._make_room(grid.head_height(given) + least)
        self._y -= grid.draw_head(self._canvas, given, self._margin, self._y)

    def _row(self, given: Table, row: list[grid.Box], keep: float) -> None:
        tall = grid.height(given, row)
        if self._y - tall - keep < _BOTTOM:
            fresh = self._height - self._margin - 18 - grid.head_height(given) - _BOTTOM
            if tall <= fresh or self._y - _BOTTOM < 3 * given.leading:
                self._turn(self._running)
                self._head_of(given)
            while grid.height(given, row) > self._y - _BOTTOM:
                above, row = grid.cut(given, row, self._y - _BOTTOM)
                grid.draw_row(self._canvas, given, above, self._y, grid.height(given, above))
                self._turn(self._running)
                self._head_of(given)
            tall = grid.height(given, row)
        grid.draw_row(self._canvas, given, row, self._y, tall)
        self._canvas.setFillColor(grid.BLACK)
        self._y -= tall

    def legend(self, entries: Sequence[tuple[str, str, str]], size: float = 7.5) -> None:
        """(mark, fill, meaning) of each colour and letter, one after another, as many lines as they need."""
        x, tall = self._margin, size * 1.9
        self._make_room(tall)
        self._y -= tall
        for mark, fill, meaning in entries:
            meaning = tidy(meaning)
            needed = 22 + fonts.width(meaning, size) + 12
            if x + needed > self._width - self._margin and x > self._margin:
                x = self._margin
                self._make_room(tall)
                self._y -= tall
            cells = grid.boxes(Table((Column("", 18, "center"),), size), (Cell(tidy(mark), fill),), x)
            grid.draw_row(self._canvas, Table((Column("", 18),), size), cells, self._y + size * 1.25, size * 1.6)
            self._at(x + 22, self._y + size * 0.2, meaning, size)
            x += needed
        self._y -= 6

    def signatures(self, place_and_date: str, signed: Sequence[Signature]) -> None:
        """A block for up to three who sign, side by side, the last on the right below place and date; kept on one page."""
        self._make_room(signatures.HEIGHT)
        bounds = Bounds(self._margin, self._width - self._margin, _BOTTOM)
        self.places += signatures.draw(self._canvas, bounds, self.pages - 1, self._y, place_and_date, signed)
        self._y -= signatures.HEIGHT

    # ------------------------------------------------------------ drawing

    def area(self, tall: float, *, keep: float = 0.0) -> Area:
        """`tall` points across the page for others to draw in, on a new page if they and `keep` more do not fit here."""
        self._make_room(tall + keep)
        self._y -= tall
        return Area(self._canvas, self._margin, self._width - self._margin, self._y + tall)

    @property
    def page_room(self) -> float:
        """How many points tall a page is that goes on with something."""
        return self._height - self._margin - 18 - _BOTTOM

    def _make_room(self, tall: float) -> None:
        if self._y - tall < _BOTTOM:
            self._turn(self._running)

    def _at(self, x: float, y: float, text: str, size: float, *, bold: bool = False) -> None:
        self._canvas.setFillColor(grid.BLACK)
        self._canvas.setFont(fonts.name(bold), size)
        self._canvas.drawString(x, y, text)


def _with_last(rows: Iterator[list[grid.Box]]) -> Iterator[tuple[list[grid.Box], list[list[grid.Box]]]]:
    """Each row; with the first of the last few, which stay together, those that follow it."""
    window = list(islice(rows, _KEPT_TOGETHER))
    for row in rows:
        window.append(row)
        yield window.pop(0), []
    for number, row in enumerate(window):
        yield row, window[1:] if number == 0 else []
