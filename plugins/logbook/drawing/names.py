"""Names of files and sheets: no two alike for any computer, and none that a storage or a spreadsheet refuses."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

from integration.messages import clean, plain
from integration.people import Person
from integration.safe_names import safe_name, same

# A path must fit on everybody's computer; the NIP at the end, which tells namesakes apart, is never cut.
_LONGEST_BYTES = 110
_LONGEST_SHEET = 31
_NOT_IN_SHEETS = re.compile(r"[\[\]:*?/\\]")


def person_file(person: Person, month: date) -> str:
    """`Siti Rahayu – NIP 198501012010010003 – 2026-11`; the ending is added."""
    return f"{_short(person.name)} – NIP {_short(person.nip)} – {month:%Y-%m}"


def unit_file(unit: str, month: date) -> str:
    """`Logbook Bidang Aplikasi – 2026-11`"""
    return f"Logbook {_short(unit)} – {month:%Y-%m}"


def _short(words: str) -> str:
    kept = safe_name(" ".join(clean(words).split()))
    while len(kept.encode()) > _LONGEST_BYTES:
        kept = kept[:-1]
    return kept.strip(" .")


def sheets(names: Iterable[str], taken: Iterable[str] = ()) -> list[str]:
    """A sheet's name for each: at most 31 characters, distinct whatever the case, and none that Excel keeps for itself."""
    seen = {same(each) for each in (*taken, "History")}
    found = []
    for words in names:
        name = _sheet(words, "")
        number = 1
        while same(name) in seen:
            number += 1
            name = _sheet(words, f" ({number})")
        seen.add(same(name))
        found.append(name)
    return found


def _sheet(words: str, ending: str) -> str:
    """Excel counts UTF-16 units."""
    kept = " ".join(_NOT_IN_SHEETS.sub(" ", clean(plain(words))).split()).strip("' ") or "-"
    while len((kept + ending).encode("utf-16-le")) // 2 > _LONGEST_SHEET:
        kept = kept[:-1].rstrip("' ")
    return kept + ending
