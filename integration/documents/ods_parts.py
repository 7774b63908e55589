"""What an OpenDocument spreadsheet has beside its cells: page, title, what stays in sight, and the list of its parts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC
from xml.sax.saxutils import escape, quoteattr

from integration.documents.cells import Sheet
from integration.documents.sheets import Made
from integration.messages import clean, plain

MEDIA_TYPE = "application/vnd.oasis.opendocument.spreadsheet"
FONT = "Liberation Sans"  # comes with LibreOffice, which opens these files
NAMES = " ".join(
    f'xmlns:{prefix}="{address}"'
    for prefix, address in {
        "office": "urn:oasis:names:tc:opendocument:xmlns:office:1.0",
        "style": "urn:oasis:names:tc:opendocument:xmlns:style:1.0",
        "text": "urn:oasis:names:tc:opendocument:xmlns:text:1.0",
        "table": "urn:oasis:names:tc:opendocument:xmlns:table:1.0",
        "fo": "urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0",
        "svg": "urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0",
        "number": "urn:oasis:names:tc:opendocument:xmlns:datastyle:1.0",
        "meta": "urn:oasis:names:tc:opendocument:xmlns:meta:1.0",
        "config": "urn:oasis:names:tc:opendocument:xmlns:config:1.0",
        "manifest": "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0",
        "dc": "http://purl.org/dc/elements/1.1/",
        "xlink": "http://www.w3.org/1999/xlink",
        "of": "urn:oasis:names:tc:opendocument:xmlns:of:1.2",
    }.items()
)


def fonts() -> str:
    face = f'<style:font-face style:name="{FONT}" svg:font-family="{FONT}" style:font-family-generic="swiss"/>'
    return f"<office:font-face-decls>{face}</office:font-face-decls>"


def styles(made: Made) -> str:
    """A4 across, as wide as the page, with the title and the page's number at the foot."""
    foot = escape(clean(plain(made.title)))
    small = '<text:span text:style-name="small">'
    return (
        f'<office:document-styles {NAMES} office:version="1.3">{fonts()}<office:styles>'
        f'<style:default-style style:family="table-cell"><style:text-properties style:font-name="{FONT}" fo:font-size="10pt" '
        'fo:language="id" fo:country="ID"/></style:default-style><style:style style:name="Default" style:family="table-cell"/>'
        '<style:style style:name="small" style:family="text"><style:text-properties fo:font-size="8pt"/></style:style>'
        "</office:styles><office:automatic-styles>"
        '<style:page-layout style:name="a4"><style:page-layout-properties fo:page-width="297mm" fo:page-height="210mm" '
        'style:print-orientation="landscape" fo:margin-top="12mm" fo:margin-bottom="8mm" fo:margin-left="10mm" '
        'fo:margin-right="10mm" style:scale-to-X="1" style:print="objects charts drawings zero-values"/>'
        '<style:footer-style><style:header-footer-properties fo:min-height="6mm" fo:margin-top="2mm"/></style:footer-style>'
        "</style:page-layout></office:automatic-styles><office:master-styles>"
        '<style:master-page style:name="Default" style:page-layout-name="a4"><style:header style:display="false"/>'
        f"<style:footer><style:region-left><text:p>{small}{foot}</text:span></text:p></style:region-left>"
        f"<style:region-right><text:p>{small}<text:page-number>1</text:page-number> / <text:page-count>1</text:page-count>"
        "</text:span></text:p></style:region-right></style:footer></style:master-page></office:master-styles>"
        "</office:document-styles>"
    )


def meta(made: Made) -> str:
    at = made.at.astimezone(UTC).replace(tzinfo=None, microsecond=0)
    return (
        f'<office:document-meta {NAMES} office:version="1.3"><office:meta><meta:generator>Hadir</meta:generator>'
        f"<dc:title>{escape(clean(plain(made.title)))}</dc:title><dc:creator>{escape(clean(plain(made.author)))}</dc:creator>"
        f"<dc:date>{at.isoformat()}</dc:date><meta:creation-date>{at.isoformat()}</meta:creation-date>"
        "<dc:language>id-ID</dc:language></office:meta></office:document-meta>"
    )


def settings(sheets: Sequence[Sheet]) -> str:
    """What stays where it is while one scrolls, and no grid."""
    entries = "".join(
        f"<config:config-item-map-entry config:name={quoteattr(sheet.name)}>{_view(sheet)}</config:config-item-map-entry>"
        for sheet in sheets
    )
    tables = f'<config:config-item-map-named config:name="Tables">{entries}</config:config-item-map-named>'
    first = f'<config:config-item config:name="ActiveTable" config:type="string">{escape(sheets[0].name)}</config:config-item>'
    views = (
        '<config:config-item-map-indexed config:name="Views"><config:config-item-map-entry>'
        f"{tables}{first}</config:config-item-map-entry></config:config-item-map-indexed>"
    )
    return (
        f'<office:document-settings {NAMES} office:version="1.3"><office:settings>'
        f'<config:config-item-set config:name="ooo:view-settings">{views}</config:config-item-set>'
        "</office:settings></office:document-settings>"
    )


def _view(sheet: Sheet) -> str:
    below = 0 if sheet.head is None else sheet.head + 1
    items: list[tuple[str, str, int | str]] = [
        ("HorizontalSplitMode", "short", 2 if sheet.fixed else 0),
        ("VerticalSplitMode", "short", 2 if below else 0),
        ("HorizontalSplitPosition", "int", sheet.fixed),
        ("VerticalSplitPosition", "int", below),
        ("ActiveSplitRange", "short", {(0, 0): 2, (0, 1): 2, (1, 0): 3}.get((bool(sheet.fixed), not below), 3)),
        ("PositionRight", "int", sheet.fixed),
        ("PositionBottom", "int", below),
        ("ShowGrid", "boolean", "false"),
    ]
    return "".join(
        f'<config:config-item config:name="{name}" config:type="{kind}">{value}</config:config-item>'
        for name, kind, value in items
    )


def manifest() -> str:
    files = "".join(
        f'<manifest:file-entry manifest:full-path="{name}" manifest:media-type="text/xml"/>'
        for name in ("content.xml", "styles.xml", "meta.xml", "settings.xml")
    )
    return (
        f'<manifest:manifest {NAMES} manifest:version="1.3">'
        f'<manifest:file-entry manifest:full-path="/" manifest:version="1.3" manifest:media-type="{MEDIA_TYPE}"/>'
        f"{files}</manifest:manifest>"
    )
