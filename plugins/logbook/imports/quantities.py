"""How much of what, as people write it into a cell: `12 laporan`, `1.000 lembar`, `1,5`, `2 (dua) dokumen`. Pure."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

from integration.dates.words import NUMBERS
from integration.messages import clean

MOST = 1_000_000_000
_NUMBER = re.compile(r"(?P<number>[+-]?\d[\d.,' ]*\d|[+-]?\d)(?![\d])\s*(?:\([^)]*\))?\s*(?P<rest>.*)", re.DOTALL)
_NOTHING = frozenset({"", "-", "–", "—", "n/a", "tidak ada", "nihil"})
_CENT = Decimal("0.01")


def read(words: str) -> tuple[Decimal | None, str]:
    """The quantity, at most two decimals, and what of; (None, words) where no number comes first.

    Raises `ValueError` for less than nothing, for more than `MOST`, and for figures that are no number.
    """
    words = " ".join(unicodedata.normalize("NFKC", clean(words)).replace("−", "-").split())
    if words.casefold() in _NOTHING:
        return None, ""
    found = _NUMBER.fullmatch(words)
    if found is None:
        first, _, rest = words.partition(" ")
        named = NUMBERS.get(first.casefold())
        return (Decimal(named), rest) if named else (None, words)
    return checked(number(found["number"])), found["rest"].strip(" :;,.")


def checked(value: Decimal) -> Decimal:
    """Rounded to cents; raises `ValueError` for what nobody can have done."""
    if not value.is_finite() or value < 0 or value > MOST:
        raise ValueError(str(value))
    return value.quantize(_CENT).normalize() + 0


def number(figures: str) -> Decimal:
    """`1.000` and `1.234,5` are Indonesian, `1,234.5` is English, `1.5` and `1,5` one and a half. Raises `ValueError`."""
    figures = figures.replace(" ", "").replace("'", "")
    sign, figures = (figures[0], figures[1:]) if figures[0] in "+-" else ("", figures)
    if re.fullmatch(r"[1-9]\d{0,2}(\.\d{3})+(,\d+)?", figures):
        figures = figures.replace(".", "").replace(",", ".")
    elif re.fullmatch(r"[1-9]\d{0,2}(,\d{3})+\.\d+|[1-9]\d{0,2}(,\d{3}){2,}", figures):
        figures = figures.replace(",", "")
    elif re.fullmatch(r"\d+([.,]\d+)?", figures):
        figures = figures.replace(",", ".")
    else:
        raise ValueError(figures)
    return Decimal(sign + figures)


def shown(value: Decimal) -> str:
    """As Indonesians write it: `1.234,5`."""
    text = f"{value:,.2f}".rstrip("0").rstrip(".")
    return text.translate(str.maketrans(",.", ".,"))
