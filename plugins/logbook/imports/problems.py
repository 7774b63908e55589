"""What is wrong in a file, where, and what to do; the same thing in many rows is said once."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, field

from integration.i18n import Translate
from integration.messages import File, Text, fill, plain
from integration.roster.model import protect
from plugins.logbook.imports import rows
from plugins.logbook.imports.layout import Column

SHOWN = 20
# More of them say no more: the file is another one than was meant.
MOST = 5_000


@dataclass(frozen=True, slots=True)
class Place:
    """A sheet's name (empty for CSV), a row as people count it, and a column, if it is one cell."""

    sheet: str
    row: int
    column: Column | None = None


@dataclass(slots=True)
class Problems:
    """`text` and column → rows, in the order in which they were found."""

    found: dict[tuple[str, str, str], list[int]] = field(default_factory=dict)
    count: int = 0

    def add(self, place: Place, text: Text) -> None:
        self.count += 1
        if self.count <= MOST:
            self.found.setdefault((place.sheet, _column(place.column), text), []).append(place.row)

    def __bool__(self) -> bool:
        return bool(self.count)


def _column(column: Column | None) -> str:
    """`F “Waktu”`"""
    if column is None:
        return ""
    return f"{column.letter} “{column.heading}”" if column.heading else column.letter


def lines(t: Translate, problems: Problems) -> list[Text]:
    """The first of them for chat."""
    found = [_line(t, *key, numbers) for key, numbers in list(problems.found.items())[:SHOWN]]
    if len(problems.found) > SHOWN:
        found.append(t("… and {count} more, all of them in the file below", count=len(problems.found) - SHOWN))
    return found


def _line(t: Translate, sheet: str, column: str, text: str, numbers: Sequence[int]) -> Text:
    where = [t("sheet {name}", name=sheet)] if sheet else []
    where.append(t("row {rows}", rows=Text(rows.shown(numbers))))
    where += [t("column {column}", column=column)] if column else []
    return fill("- {where}: {text}", where=Text(", ".join(where)), text=Text(text))


def file(t: Translate, problems: Problems) -> File:
    """All of them as a table that a spreadsheet opens, one row for each place."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow([plain(t("Sheet")), plain(t("Row")), plain(t("Column")), plain(t("What to do"))])
    for (sheet, column, text), numbers in problems.found.items():
        for number in numbers:
            writer.writerow([protect(sheet), number, protect(column), protect(plain(Text(text)))])
    return File("masalah-impor.csv", "text/csv", out.getvalue().encode("utf-8-sig"))
