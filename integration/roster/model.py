"""What a people file is made of."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field

from integration.messages import clean

PLATFORMS = ("mattermost", "nextcloud")
COLUMNS = ("nip", "nama", "unit", "atasan", "peran", "email", "zona", *PLATFORMS)

# What a spreadsheet may take for a formula, behind spaces and apostrophes too; the last four are the wide forms of the others.
_FORMULA = re.compile(r"[\s']*[=+\-@\uff1d\uff0b\uff0d\uff20]")
_PROTECTED = re.compile(rf"'{_FORMULA.pattern}")


class FileError(Exception):
    """The file as a whole cannot be read; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong and where; `row` counts as a spreadsheet does, the header included; `column` may be empty."""

    row: int
    column: str
    text: str

    def __str__(self) -> str:
        return f"row {self.row}, column {self.column}: {self.text}" if self.column else f"row {self.row}: {self.text}"


@dataclass(frozen=True, slots=True)
class Row:
    """One row as it stands in the file, by column; every value is tidy text.

    A column is absent if the file has none, or if its cell could not be read: that has been said already.
    """

    number: int
    cells: dict[str, str]


@dataclass(slots=True)
class Entry:
    """One person as the file wants them; a value that could not be used is empty and has its problem.

    `supervisor` is an NIP or "", `zone` an IANA name, `usernames` holds the platforms whose cell is not empty.
    """

    row: int
    nip: str
    name: str
    unit: str
    supervisor: str
    roles: tuple[str, ...]
    email: str
    zone: str
    usernames: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Findings:
    """Problems forbid the import; warnings are only said."""

    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)

    def problem(self, row: int, column: str, text: str) -> None:
        self.problems.append(Problem(row, column, text))

    def warn(self, row: int, column: str, text: str) -> None:
        self.warnings.append(Problem(row, column, text))


def tidy(text: str) -> str:
    """One line of text: no control characters, single spaces, one form of each letter."""
    if not (text.isascii() and text.isprintable()):
        text = unicodedata.normalize("NFC", clean(text))
    return " ".join(text.split())


def is_formula(text: str) -> bool:
    return text[:1] in ("=", "+", "-", "@")


def protect(text: str) -> str:
    """`text` so that a spreadsheet shows it and never computes it; `unprotect` gives it back."""
    return f"'{text}" if _FORMULA.match(text) else text


def unprotect(text: str) -> str:
    return text[1:] if _PROTECTED.match(text) else text
