"""Plain, valid OpenDocument files (ODF 1.3), written from nothing: a document, a sheet, slides, a form to fill in."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from xml.sax.saxutils import escape

TEXT = "application/vnd.oasis.opendocument.text"
SHEET = "application/vnd.oasis.opendocument.spreadsheet"
SLIDES = "application/vnd.oasis.opendocument.presentation"
ENDINGS = {TEXT: "odt", SHEET: "ods", SLIDES: "odp"}

_NAMES = " ".join(
    f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for prefix, name in (
        ("office", "office"),
        ("text", "text"),
        ("table", "table"),
        ("draw", "drawing"),
        ("presentation", "presentation"),
        ("style", "style"),
        ("manifest", "manifest"),
        ("fo", "xsl-fo-compatible"),
        ("svg", "svg-compatible"),
    )
)
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_ROWS = 20
# A sheet of A4 with two centimetres around it, and a slide of 28 by 21 centimetres.
_LAYOUTS = (
    '<style:page-layout style:name="A4"><style:page-layout-properties fo:page-width="21cm" fo:page-height="29.7cm" '
    'fo:margin="2cm"/></style:page-layout><style:page-layout style:name="Slide"><style:page-layout-properties '
    'fo:page-width="28cm" fo:page-height="21cm" fo:margin="0cm"/></style:page-layout>'
)


def document(title: str) -> bytes:
    return _odf(TEXT, f"<office:text>{_heading(title)}<text:p/></office:text>")


def sheet(title: str, columns: Sequence[str]) -> bytes:
    """One table with a first row of headings."""
    head = "".join(map(_cell, columns))
    repeated = f'table:number-columns-repeated="{len(columns)}"'
    empty = f'<table:table-row table:number-rows-repeated="{_ROWS}"><table:table-cell {repeated}/></table:table-row>'
    columns_ = f"<table:table-column {repeated}/>"
    name = escape("".join("-" if char in "[]*?:/\\'" else char for char in title)[:31].strip() or "1", {'"': "&quot;"})
    body = f'<table:table table:name="{name}">{columns_}<table:table-row>{head}</table:table-row>{empty}</table:table>'
    return _odf(SHEET, f"<office:spreadsheet>{body}</office:spreadsheet>")


def slides(title: str) -> bytes:
    """A title page and an empty one."""
    pages = "".join(_slide(number, words) for number, words in enumerate((title, ""), 1))
    return _odf(SLIDES, f"<office:presentation>{pages}</office:presentation>")


def form(title: str, fields: Sequence[str]) -> bytes:
    """A document with a table of labels and room behind each."""
    rows = "".join(f"<table:table-row>{_cell(field)}{_cell('')}</table:table-row>" for field in fields)
    table = f'<table:table table:name="T"><table:table-column table:number-columns-repeated="2"/>{rows}</table:table>'
    return _odf(TEXT, f"<office:text>{_heading(title)}<text:p/>{table}<text:p/></office:text>")


def _heading(title: str) -> str:
    return f'<text:h text:style-name="Title" text:outline-level="1">{_words(title)}</text:h>'


def _cell(words: str) -> str:
    return f'<table:table-cell office:value-type="string"><text:p>{_words(words)}</text:p></table:table-cell>'


def _slide(number: int, words: str) -> str:
    place = 'svg:x="2cm" svg:y="3cm" svg:width="24cm" svg:height="5cm"'
    frame = f"<draw:frame {place}><draw:text-box><text:p>{_words(words)}</text:p></draw:text-box></draw:frame>"
    return f'<draw:page draw:name="page{number}" draw:master-page-name="Standard">{frame}</draw:page>'


def _words(words: str) -> str:
    return escape("".join(char for char in words if char.isprintable()))


def _odf(media_type: str, body: str) -> bytes:
    page = "Slide" if media_type == SLIDES else "A4"
    master = f'<style:master-page style:name="Standard" style:page-layout-name="{page}"/>'
    bold = '<style:text-properties fo:font-size="18pt" fo:font-weight="bold"/>'
    title = f'<style:style style:name="Title" style:family="paragraph">{bold}</style:style>'
    parts = {
        "content.xml": _part("document-content", f"<office:body>{body}</office:body>"),
        "styles.xml": _part(
            "document-styles",
            f"<office:styles>{title}</office:styles><office:automatic-styles>{_LAYOUTS}</office:automatic-styles>"
            f"<office:master-styles>{master}</office:master-styles>",
        ),
    }
    entries = "".join(
        f'<manifest:file-entry manifest:full-path="{path}" manifest:media-type="{kind}"/>'
        for path, kind in (("/", media_type), *((name, "text/xml") for name in parts))
    )
    parts["META-INF/manifest.xml"] = f'{_HEAD}<manifest:manifest {_NAMES} manifest:version="1.3">{entries}</manifest:manifest>'
    return _zipped(media_type, parts)


def _part(name: str, content: str) -> str:
    return f'{_HEAD}<office:{name} {_NAMES} office:version="1.3">{content}</office:{name}>'


def _zipped(media_type: str, parts: dict[str, str]) -> bytes:
    """The type comes first and uncompressed, so that programs know the file by its beginning; the same bytes every time."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr(zipfile.ZipInfo("mimetype"), media_type, zipfile.ZIP_STORED)
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return made.getvalue()
