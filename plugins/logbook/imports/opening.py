"""A file that somebody sent as sheets of cells: recognised by what is in it, looked at before it is unfolded, read apart."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from integration.i18n import Translate
from integration.messages import Text, clean

LARGEST_BYTES = 10 << 20
MOST_ROWS = 20_000
# What a workbook may come to when it is unpacked, and how many parts it may have.
_LARGEST_UNPACKED = 250 << 20
_MOST_PARTS = 2_000
_SECONDS = 90
_NO_SECRETS = {"LC_ALL": "C.UTF-8"}
_ROOT = Path(__file__).parents[3]
_PROGRAM = "import sys; sys.path.append(sys.argv.pop(1)); from plugins.logbook.imports import sheets; sheets.main()"
_UTF16, _NO_TEXT = (b"\xff\xfe", b"\xfe\xff"), (b"%PDF", b"{\\rtf")
_PAGE = (b"<html", b"<!doctype", b"<table", b"<?xml", b"<meta")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

Cell = str | int | float | date | datetime | time | timedelta | None


class Unreadable(ValueError):
    """The file cannot be taken as a whole; the text says why and what to do."""

    def __init__(self, text: Text) -> None:
        super().__init__(text)
        self.text = text


@dataclass(frozen=True, slots=True)
class Sheet:
    """`rows` as they stand in the file, the first one first; `name` is empty for CSV.

    `merged` are (first row, first column, last row, last column) from 0; `hidden_rows` are numbers as people see them;
    `bad` are places whose formula has no stored value or only an error: {(row, column) from 0: "formula" | "error"}.
    """

    name: str
    rows: Sequence[Sequence[Cell]]
    hidden: bool = False
    merged: Sequence[tuple[int, int, int, int]] = ()
    hidden_rows: Sequence[int] = ()
    bad: dict[tuple[int, int], str] | None = None


def check(content: bytes, t: Translate) -> str:
    """Which kind of table it is: `text` or `workbook`; raises `Unreadable`. Unpacks nothing, so a handler may ask."""
    if not content:
        raise Unreadable(t("The file is empty. Please choose it again."))
    if len(content) > LARGEST_BYTES:
        most = LARGEST_BYTES >> 20
        raise Unreadable(t("The file is larger than {most} MB. Please send it in parts, for example by half-year.", most=most))
    if content.startswith(b"PK\x03\x04"):
        _check_archive(content, t)
        return "workbook"
    if content.startswith(_OLE):
        _check_ole(content, t)
        return "workbook"
    if _is_page(content):
        raise Unreadable(
            t("This is a web page with the name of a spreadsheet. Open it, save it as XLSX or CSV, and send that file.")
        )
    if content.startswith(_NO_TEXT) or b"\0" in content[:4096] and not content.startswith(_UTF16):
        raise Unreadable(_wrong_kind(t))
    return "text"


def _is_page(content: bytes) -> bool:
    return content[:400].lstrip(b"\xef\xbb\xbf \r\n\t").lower().startswith(_PAGE)


def _wrong_kind(t: Translate) -> Text:
    return t("This is no spreadsheet. Please send XLSX, XLS, ODS or CSV.")


def _password(t: Translate) -> Text:
    return t("The file has a password. Open it, save it without one, and send that file.")


def _damaged(t: Translate) -> Text:
    return t("The file is damaged or incomplete. Open it, save it anew as XLSX, and send that file.")


def _unfolds(t: Translate) -> Text:
    return t(
        "The file becomes far too large when it is opened. Copy the table alone into a new spreadsheet, save it, and send that."
    )


def _check_archive(content: bytes, t: Translate) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            names = {part.filename for part in parts}
            if len(parts) > _MOST_PARTS or sum(part.file_size for part in parts) > _LARGEST_UNPACKED:
                raise Unreadable(_unfolds(t))
            if any(part.flag_bits & 1 for part in parts) or _has_encrypted_parts(archive, names):
                raise Unreadable(_password(t))
            if not names & {"xl/workbook.xml", "xl/workbook.bin"} and not _is_ods(archive, names):
                raise Unreadable(_wrong_kind(t))
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, ValueError) as error:
        if isinstance(error, Unreadable):
            raise
        raise Unreadable(_damaged(t)) from None


def _has_encrypted_parts(archive: zipfile.ZipFile, names: set[str]) -> bool:
    """An ODS with a password says so in its manifest."""
    return "META-INF/manifest.xml" in names and b"encryption-data" in _beginning(archive, "META-INF/manifest.xml")


def _is_ods(archive: zipfile.ZipFile, names: set[str]) -> bool:
    return {"content.xml", "mimetype"} <= names and b"opendocument.spreadsheet" in _beginning(archive, "mimetype")


def _beginning(archive: zipfile.ZipFile, name: str) -> bytes:
    with archive.open(name) as part:
        return part.read(1 << 20)


def _check_ole(content: bytes, t: Translate) -> None:
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise Unreadable(_password(t))
    if not any(name.encode("utf-16-le") in content for name in ("Workbook", "Book")):
        raise Unreadable(_wrong_kind(t))


# ---------------------------------------------------------------- reading


def read(content: bytes, t: Translate, most: int = MOST_ROWS) -> list[Sheet]:
    """Its sheets, read by a process of its own; raises `Unreadable`."""
    kind = check(content, t)
    given = [sys.executable, "-I", "-c", _PROGRAM, str(_ROOT), kind, str(most)]
    try:
        # Our own program and fixed words, in an environment without secrets.
        done = subprocess.run(  # noqa: S603
            given, input=content, capture_output=True, timeout=_SECONDS, env=_NO_SECRETS, check=False
        )
    except subprocess.TimeoutExpired:
        raise Unreadable(_unfolds(t)) from None
    if done.returncode:
        raise Unreadable(_unfolds(t))  # it ran out of memory or time
    answer = json.loads(done.stdout)
    if "error" in answer:
        raise Unreadable(_why(t, answer["error"], most))
    return [_sheet(each) for each in answer["sheets"]]


def _why(t: Translate, code: str, most: int) -> Text:
    if code == "rows":
        return t(
            "The file has more than {most} filled rows. Please send it in parts, for example one file per unit or half-year.",
            most=Text(f"{most:,}".replace(",", ".")),
        )
    return {"password": _password, "large": _unfolds}.get(code, _damaged)(t)


def _sheet(plain: dict[str, Any]) -> Sheet:
    return Sheet(
        name=clean(plain["name"]).strip()[:80],
        rows=[[_cell(cell) for cell in row] for row in plain["rows"]],
        hidden=plain["hidden"],
        merged=[tuple(each) for each in plain["merged"]],
        hidden_rows=plain["hidden_rows"],
        bad={(row - 1, column - 1): why for row, column, why in plain["bad"]},
    )


def _cell(plain: Any) -> Cell:
    if isinstance(plain, str):
        return clean(plain).strip() or None
    if isinstance(plain, dict):
        return _dated(plain)
    return plain  # type: ignore[no-any-return]  # a number or nothing


def _dated(plain: dict[str, Any]) -> Cell:
    if "t" in plain:
        return time.fromisoformat(plain["t"])
    if "m" in plain:
        return timedelta(minutes=plain["m"])
    moment = datetime.fromisoformat(plain["d"])
    return moment.date() if moment.time() == time() else moment
