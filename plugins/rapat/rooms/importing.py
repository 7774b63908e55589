"""A file of rooms (CSV or a spreadsheet) into the list: all of it or nothing."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook
from sqlalchemy import Connection

from integration import people
from integration.audit import By
from integration.roster.model import FileError, tidy
from plugins.rapat.naming import is_address
from plugins.rapat.rooms import changing
from plugins.rapat.rooms.booking import Room
from plugins.rapat.tables import LONGEST_PLACE

COLUMNS = ("nama", "kapasitas", "unit", "email")
LARGEST_BYTES = 5 << 20
MOST = 5_000
_SPREADSHEETS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


@dataclass(slots=True)
class Outcome:
    """How many rooms were added, changed and left as they were; with `problems` nothing was done."""

    added: int = 0
    changed: int = 0
    same: int = 0
    problems: list[str] = field(default_factory=list)


def read(path: Path) -> list[tuple[int, dict[str, str]]]:
    """(number, values) of each row below the header. Raises `FileError`."""
    try:
        if path.stat().st_size > LARGEST_BYTES:
            raise FileError(f"{path.name} is larger than {LARGEST_BYTES >> 20} MB: is it the list of rooms?")
        content = path.read_bytes()
    except OSError as error:
        raise FileError(f"{path} cannot be read: {error.strerror}") from None
    table = _sheet(content) if content.startswith(_SPREADSHEETS) else _csv(content)
    rows = [(number, [_text(cell) for cell in cells]) for number, cells in enumerate(table, 1)]
    rows = [(number, cells) for number, cells in rows if any(cells)]
    header = [cell.casefold() for cell in rows[0][1]] if rows else []
    if "nama" not in header:
        raise FileError(f"the first row of {path.name} must hold the columns {', '.join(COLUMNS)}; nama is missing")
    if len(rows) > MOST:
        raise FileError(f"{path.name} has more than {MOST:,} rows")
    return [(number, dict(zip(header, cells, strict=False))) for number, cells in rows[1:]]


def _csv(content: bytes) -> Iterable[Sequence[object]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    if "\0" in text:
        raise FileError("the file is neither CSV nor XLSX: export it from the spreadsheet again")
    header = text.partition("\n")[0]
    separator = max(",;\t", key=header.count)
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
    except csv.Error as error:
        raise FileError(f"the file is not readable as CSV: {error}") from None


def _sheet(content: bytes) -> Iterable[Sequence[object]]:
    try:
        found: Iterable[Sequence[object]] = (
            CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
        )
    except (CalamineError, ValueError, OSError) as error:
        raise FileError(f"the spreadsheet cannot be opened ({error}); if it has a password, save it without one") from None
    return found


def _text(cell: object) -> str:
    """Whole numbers come out of a spreadsheet as 20.0."""
    return tidy(str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell))


def write(db: Connection, rows: Sequence[tuple[int, dict[str, str]]], by: By) -> Outcome:
    """Add and change rooms; those that the file does not name stay. Nothing is done if anything is wrong."""
    outcome = Outcome()
    rooms: dict[str, Room] = {}
    for number, values in rows:
        room = _room(db, number, values, outcome.problems)
        if room is not None and room.name.casefold() in rooms:
            outcome.problems.append(f"row {number}: {room.name} is there twice")
        elif room is not None:
            rooms[room.name.casefold()] = room
    for room in () if outcome.problems else rooms.values():
        done = changing.put(db, by, room)
        setattr(outcome, done, getattr(outcome, done) + 1)
    return outcome


def _room(db: Connection, number: int, values: dict[str, str], problems: list[str]) -> Room | None:
    name, capacity, unit, email = (values.get(column, "") for column in COLUMNS)
    wrong = []
    if not name or len(name) > LONGEST_PLACE:
        wrong.append(f"nama must have 1 to {LONGEST_PLACE} characters")
    if capacity and not (capacity.isascii() and capacity.isdecimal() and int(capacity) <= changing.MOST_PEOPLE):
        wrong.append(f"kapasitas is {capacity!r}, and must be a number of people")
    units = people.units_named(db, unit) if unit else []
    if unit and len(units) != 1:
        wrong.append(f"unit {unit!r} is {'no unit' if not units else 'several units'}")
    if email and not is_address(email.lower()):
        wrong.append(f"email {email!r} is no address")
    problems += [f"row {number}: {each}" for each in wrong]
    if wrong:
        return None
    return Room(0, name, int(capacity or 0), units[0][0] if units else None, email.lower(), closed=False)
