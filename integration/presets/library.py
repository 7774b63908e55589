"""National holidays and collective leave as the PyPI package `holidays` knows them, for years without a file of our own.

Its default category is PUBLIC alone; collective leave (cuti bersama) is GOVERNMENT and has to be asked for. It learns of a
year's collective leave months after the decree, so our own dated files and an administrator's rows come first.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from importlib import metadata
from pathlib import Path

KINDS = {"national": "public", "collective": "government"}
_HERE = Path(__file__).parent


@lru_cache(maxsize=1)
def file_years() -> frozenset[int]:
    """The years of which we ship a file of our own."""
    return frozenset(int(path.stem.rpartition("-")[2]) for path in _HERE.glob("holidays-*.toml"))


def holiday(day: date) -> tuple[str, str]:
    """(name, kind) of a day of a year without a file; both empty if it is none."""
    return ("", "") if day.year in file_years() else days(day.year).get(day, ("", ""))


@lru_cache(maxsize=32)
def days(year: int) -> Mapping[date, tuple[str, str]]:
    """{day: (name, kind)}; a national holiday wins over collective leave."""
    import holidays  # loaded here: most processes never need it

    found: dict[date, tuple[str, str]] = {}
    for kind, category in KINDS.items():
        for day, name in holidays.country_holidays("ID", years=year, categories=(category,), language="id").items():
            found.setdefault(day, (name, kind))
    return found


def version() -> str:
    """Of the package."""
    return metadata.version("holidays")
