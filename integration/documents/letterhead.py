"""Whose document it is: the agency's name, address and logo above the first page."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import structlog
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from integration.documents import fonts
from integration.settings import Settings

log = structlog.get_logger()

LOGO = 52.0  # points, both ways


@dataclass(frozen=True, slots=True)
class Letterhead:
    """`parent` stands above `name`, as a ministry above its directorate; every line may be empty."""

    name: str = ""
    parent: str = ""
    address: str = ""
    logo: Path | None = None

    @classmethod
    def of(cls, settings: Settings) -> Letterhead:
        return cls(settings.agency_name, settings.agency_parent, settings.agency_address, settings.agency_logo)

    @property
    def empty(self) -> bool:
        return not (self.name or self.parent or self.address or self.logo)


def draw(canvas: Canvas, head: Letterhead, left: float, right: float, top: float) -> float:
    """Draw the header between `left` and `right` below `top`; the height it took, in points. Nothing for an empty one."""
    if head.empty:
        return 0.0
    image = _image(head.logo)
    middle, room = (left + right) / 2, right - left - (2 * LOGO + 16 if image else 0)
    y = top
    for text, size, bold in ((head.parent, 12, False), (head.name, 14, True), (head.address, 9, False)):
        for line in fonts.wrap(text, size, room, bold) if text else ():
            y -= size * 1.25
            canvas.setFont(fonts.name(bold), size)
            canvas.drawCentredString(middle, y, line)
    if image:
        canvas.drawImage(image, left, top - LOGO, LOGO, LOGO, preserveAspectRatio=True, mask="auto", anchor="nw")
        y = min(y, top - LOGO)
    _rules(canvas, left, right, y - 7)
    return top - y + 10


def _rules(canvas: Canvas, left: float, right: float, y: float) -> None:
    """A thick line over a thin one, as under every official letterhead."""
    canvas.setLineWidth(1.6)
    canvas.line(left, y, right, y)
    canvas.setLineWidth(0.4)
    canvas.line(left, y - 2.4, right, y - 2.4)


def _image(path: Path | None) -> ImageReader | None:
    """The logo; a document without it is better than none, so a file that cannot be read is only logged."""
    if path is None:
        return None
    try:
        image = ImageReader(str(path))
        image.getRGBData()  # type: ignore[no-untyped-call]  # reads all of it: a broken file shows here
    except Exception as error:  # whatever a broken image makes the reader raise
        log.warning("agency_logo_cannot_be_read", path=str(path), error=str(error))
        return None
    return image
