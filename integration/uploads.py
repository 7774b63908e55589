"""Files that people send with a form: recognised by what is in them, never by what their name or the browser says."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import PurePath

from integration.i18n import Translate
from integration.messages import Field, File, Text, clean
from integration.safe_names import safe_name

# The most that is read of a file. Photos become much smaller before they are kept; a PDF stays as it is.
LARGEST_BYTES = 25 << 20
LARGEST_PDF_BYTES = 5 << 20

# How a file begins, and its media type.
_BEGINNINGS = ((b"%PDF-", "application/pdf"), (b"\xff\xd8\xff", "image/jpeg"), (b"\x89PNG\r\n\x1a\n", "image/png"))
_HEIC = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"avif", b"avis")
ACCEPTED = ("application/pdf", "image/jpeg")
_ENDINGS = {"application/pdf": (".pdf",), "image/jpeg": (".jpg", ".jpeg")}


# Office documents by their ending: the file inside a modern one that only its own kind has, "" for the older ones.
_OPEN_DOCUMENT, _OLDER = "application/vnd.oasis.opendocument.", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OOXML = "application/vnd.openxmlformats-officedocument."
_DOCUMENTS = {
    ".docx": ("word/document.xml", _OOXML + "wordprocessingml.document"),
    ".xlsx": ("xl/workbook.xml", _OOXML + "spreadsheetml.sheet"),
    ".pptx": ("ppt/presentation.xml", _OOXML + "presentationml.presentation"),
    ".odt": ("content.xml", _OPEN_DOCUMENT + "text"),
    ".ods": ("content.xml", _OPEN_DOCUMENT + "spreadsheet"),
    ".odp": ("content.xml", _OPEN_DOCUMENT + "presentation"),
    ".doc": ("", "application/msword"),
    ".xls": ("", "application/vnd.ms-excel"),
    ".ppt": ("", "application/vnd.ms-powerpoint"),
}
_PLAIN = {".csv": "text/csv", ".txt": "text/plain", ".md": "text/markdown"}
TAKEN = "PDF, JPG, PNG, DOCX, XLSX, PPTX, ODT, ODS, ODP, DOC, XLS, PPT, CSV, TXT"


class Unusable(ValueError):
    """The file cannot be taken; the text says why and what to do."""

    def __init__(self, text: Text) -> None:
        super().__init__(text)
        self.text = text


def receive(name: str, content: bytes, t: Translate) -> File:
    """The file with its real type and a safe name that ends accordingly; raises `Unusable`.

    A photo is turned upright, made as small as it can be read, and freed of everything that it says of place and camera.
    """
    media_type = _media_type(content)
    if media_type == "application/pdf":
        return _pdf(name, content, t)
    if len(content) > LARGEST_BYTES:
        # How much larger is not known: nobody reads further than one byte too many.
        raise Unusable(_too_large(t, LARGEST_BYTES))
    if media_type:
        return _picture(name, content, t)
    raise _unknown(content, t)


def handed_on(file: File, t: Translate) -> File:
    """A file of `receive` with the type of its content, for whoever keeps it and believes nobody; raises `Unusable`."""
    media_type = _media_type(file.content)
    if not media_type:
        raise _unknown(file.content, t)
    if len(file.content) > LARGEST_PDF_BYTES:
        raise Unusable(_too_large(t, LARGEST_PDF_BYTES))
    return File(file.name, media_type, file.content)


def _media_type(content: bytes) -> str:
    return next((media_type for beginning, media_type in _BEGINNINGS if content.startswith(beginning)), "")


def _unknown(content: bytes, t: Translate) -> Unusable:
    if not content:
        return Unusable(t("The file is empty. Please choose it again."))
    if content[4:8] == b"ftyp" and content[8:12] in _HEIC:
        return Unusable(
            t(
                "This photo is in the HEIC format, which cannot be read here. Take a screenshot of it and choose that; or set "
                "your iPhone to JPG: Settings → Camera → Formats → Most Compatible."
            )
        )
    return Unusable(t("This is not a PDF, JPG or PNG file. A photo of the letter will do."))


def _too_large(t: Translate, most: int) -> Text:
    return t("The file is too large, at most {most} MB. A screenshot of it will do.", most=most >> 20)


def _pdf(name: str, content: bytes, t: Translate) -> File:
    if len(content) > LARGEST_PDF_BYTES:
        raise Unusable(
            t("The PDF is too large, at most {most} MB. A photo of the letter will do.", most=LARGEST_PDF_BYTES >> 20)
        )
    return File(_named(name, "application/pdf"), "application/pdf", content)


def _picture(name: str, content: bytes, t: Translate) -> File:
    from integration import pictures  # heavy: only who sends a photo pays for it

    try:
        return File(_named(name, "image/jpeg"), "image/jpeg", pictures.letter(content))
    except pictures.TooManyPixels:
        raise Unusable(t("The picture has too many pixels to be read here. A screenshot of it will do.")) from None
    except pictures.Damaged:
        raise Unusable(t("The picture is damaged or incomplete. Please choose it again, or take it anew.")) from None


def _named(name: str, media_type: str) -> str:
    """A picture's old ending gives way: what was a PNG is none any more."""
    name, endings = safe_name(clean(name).strip() or "surat"), _ENDINGS[media_type]
    if name.lower().endswith(endings):
        return name
    if media_type == "image/jpeg" and PurePath(name).suffix.lower() == ".png":
        name = name[: -len(".png")]
    return safe_name((name or "surat") + endings[0])


def as_it_is(name: str, content: bytes, t: Translate) -> File:
    """A file of any kind, unchanged, under a safe name; its type is nobody's claim. Raises `Unusable`."""
    if not content:
        raise Unusable(t("The file is empty. Please choose it again."))
    if len(content) > LARGEST_BYTES:
        raise Unusable(t("The file is too large to be sent here, at most {most} MB.", most=LARGEST_BYTES >> 20))
    return File(safe_name(clean(name).strip() or "berkas"), "application/octet-stream", content)


def receiver(field: Field) -> Callable[[str, bytes, Translate], File]:
    """How a field of the kind "file" takes what was chosen."""
    if field.documents:
        return document
    return as_it_is if field.any_type else receive


def document(name: str, content: bytes, t: Translate) -> File:
    """A photo made small as by `receive`; a PDF, an office document or plain text as it is. Raises `Unusable`.

    What is in it must agree with what its name ends in; programs, archives and documents with macros are refused.
    """
    if len(content) > LARGEST_BYTES:
        raise Unusable(t("The file is too large to be sent here, at most {most} MB.", most=LARGEST_BYTES >> 20))
    media_type = _media_type(content)
    if media_type == "application/pdf":
        return File(_named(name, media_type), media_type, content)
    if media_type or not content or content[4:8] == b"ftyp":
        return receive(name, content, t)
    ending = PurePath(name).suffix.lower()
    media_type = _office_type(ending, content)
    if not media_type:
        raise Unusable(
            t("This kind of file cannot be taken here. What can: {kinds}. Save it as PDF and try again.", kinds=Text(TAKEN))
        )
    return File(safe_name(clean(name).strip()), media_type, content)


def _office_type(ending: str, content: bytes) -> str:
    """The media type of a document that is what its ending says; "" for all else."""
    if ending in _PLAIN:
        return _PLAIN[ending] if _is_text(content) else ""
    inside, media_type = _DOCUMENTS.get(ending, ("", ""))
    if inside:
        return media_type if _holds(content, inside) else ""
    return media_type if content.startswith(_OLDER) else ""


def _holds(content: bytes, inside: str) -> bool:
    """Whether it is an archive with that file in it, and without macros. Nothing is unpacked."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return False
    return inside in names and not any(name.lower().endswith("vbaproject.bin") for name in names)


def _is_text(content: bytes) -> bool:
    try:
        return "\0" not in content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return b"\0" not in content and content.isascii()
