"""Files that people send with a form: recognised by what is in them, never by what their name or the browser says."""

from __future__ import annotations

from integration.i18n import Translate
from integration.messages import File, Text, clean
from integration.safe_names import safe_name

LARGEST_BYTES = 5 << 20

# How a file begins → its media type and the ending that its name gets.
_BEGINNINGS = (
    (b"%PDF-", "application/pdf", ".pdf"),
    (b"\xff\xd8\xff", "image/jpeg", ".jpg"),
    (b"\x89PNG\r\n\x1a\n", "image/png", ".png"),
)
ACCEPTED = tuple(media_type for _, media_type, _ in _BEGINNINGS)


class Unusable(ValueError):
    """The file cannot be taken; the text says why and what to do."""

    def __init__(self, text: Text) -> None:
        super().__init__(text)
        self.text = text


def receive(name: str, content: bytes, t: Translate) -> File:
    """The file with its real type and a safe name that ends accordingly; raises `Unusable`."""
    if not content:
        raise Unusable(t("The file is empty. Please choose it again."))
    if len(content) > LARGEST_BYTES:
        # How much larger is not known: nobody reads further than one byte too many.
        raise Unusable(
            t("The file is too large, at most {most} MB. Of a photo, a screenshot will do.", most=LARGEST_BYTES >> 20)
        )
    for beginning, media_type, ending in _BEGINNINGS:
        if content.startswith(beginning):
            return File(_named(name, ending), media_type, content)
    raise Unusable(t("This is not a PDF, JPG or PNG file. A photo of the letter will do."))


def _named(name: str, ending: str) -> str:
    name = safe_name(clean(name).strip() or "surat")
    same = {".jpg": (".jpg", ".jpeg")}.get(ending, (ending,))
    return name if name.lower().endswith(same) else safe_name(name + ending)
