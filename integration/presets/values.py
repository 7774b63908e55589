"""What stands behind a key of a preset file: each reader returns the value, or raises ValueError with the cure."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable
from datetime import date, datetime, time
from typing import Any

from integration.messages import clean

KINDS = ("national", "collective", "regional", "office")
TOLD = "(told already)"


class Known(Exception):
    """What is wrong with this value has been said."""


def meant(word: str, known: Iterable[str]) -> str:
    """The end of a sentence about an unknown word: what is near, else what there is."""
    close = difflib.get_close_matches(word, list(known), n=1)
    return f"; is it {close[0]}?" if close else f"; there are: {', '.join(known)}"


def name(longest: int) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        if not isinstance(value, str) or not re.fullmatch(r"[a-z0-9][a-z0-9-]*", value) or len(value) > longest:
            raise ValueError(
                f'{value!r} is not a name: lower case letters, digits and -, at most {longest}, in quotes, like "sif-malam"'
            )
        return value

    return read


def words(value: Any) -> str:
    if not isinstance(value, str) or len(value) > 200:
        raise ValueError("write up to 200 characters in quotes")
    return " ".join(clean(value).split())


def source(value: Any) -> str:
    if not (found := words(value)):
        raise ValueError('say who decided it, like "SK Kepala 12/2026": people read it')
    return found


def minute(value: Any) -> int:
    if isinstance(value, time) and not value.second:
        return value.hour * 60 + value.minute
    found = re.fullmatch(r"(\d{1,2})[:.](\d{2})", value) if isinstance(value, str) else None
    if found is None or int(found[1]) > 23 or int(found[2]) > 59:
        raise ValueError(f'{value!r} is not a time: write it from "00:00" to "23:59"')
    return int(found[1]) * 60 + int(found[2])


def weekdays(value: Any) -> list[int]:
    if not isinstance(value, list) or not value or any(type(each) is not int or not 0 <= each <= 6 for each in value):
        raise ValueError(f"{value!r} are not weekdays: write a list of 0 (Monday) to 6 (Sunday), like [0, 1, 2, 3, 4]")
    if len(set(value)) < len(value):
        raise ValueError(f"{value!r} names a weekday twice")
    return value


def minutes(value: Any) -> int:
    if type(value) is not int or value < 0:
        raise ValueError(f"{value!r} is not a number of minutes: write 60, without quotes, or 0 for no break")
    return value


def flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"{value!r} is neither true nor false, without quotes")
    return value


def day(value: Any) -> date:
    if value == TOLD:
        raise Known
    if isinstance(value, datetime) or not isinstance(value, date):
        raise ValueError(f"{str(value)!r} is not a date: write it without quotes and without a time, like 2026-03-05")
    if not 2000 <= value.year < 2100:
        raise ValueError(f"{value} lies in the year {value.year}; is that a typing error?")
    return value


def kind(value: Any) -> str:
    if value not in KINDS:
        raise ValueError(f"unknown kind {value!r}{meant(str(value), KINDS)}")
    return str(value)
