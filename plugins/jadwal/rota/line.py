"""`susun bidang aplikasi 4 minggu mulai senin 50% minimal 3 siaga 2 2 hari`: the words in any order, the rest is the unit.

Duties are read by `duties`: `tugas loket 2`, `loket=2`, `wfh "menyusun laporan"`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from integration.dates import Words, parse_day, take_day
from integration.dates.words import WEEKDAYS
from integration.errors import UserError
from integration.i18n import Translate
from integration.messages import Text
from plugins.jadwal.rota import duties as rota_duties
from plugins.jadwal.rota.request import MOST_WEEKS, percent

_WEEKS = frozenset({"minggu", "pekan", "week", "weeks"})
_FROM = frozenset({"mulai", "dari", "from", "start", "starting"})
_PRESENT = frozenset({"minimal", "min", "minimum"})
_STANDBY = frozenset({"siaga", "standby"})
_DAYS = frozenset({"hari", "days", "day"})
_FILLERS = frozenset({"seminggu", "sepekan", "per", "a", "orang", "people", "selama", "untuk", "for"})
_MONTH = frozenset({"sebulan"})
_NUMBER = re.compile(r"\d{1,4}")
_BEGINS = _FROM | _PRESENT | _STANDBY | _MONTH
_SHARE = re.compile(r"(\d{1,3})(?:[.,](\d))?\s*(?:%|persen|percent)")


@dataclass(slots=True)
class Line:
    """What was said; None for what was not. `unit` are the words that were nothing else."""

    first: date | None = None
    weeks: int | None = None
    share: Decimal | None = None
    present: int | None = None
    standby: int | None = None
    days: int | None = None
    duties: dict[str, int] = field(default_factory=dict)
    home: list[str] = field(default_factory=list)
    unit: str = ""

    @property
    def whole(self) -> bool:
        """Whether it says which weeks: the rest is usual."""
        return self.first is not None or self.weeks is not None


def read(words: Words, today: date, t: Translate) -> Line:
    """Raises `UserError` for a day that does not exist, and for numbers that mean nothing."""
    line, rest = Line(), []
    words = rota_duties.tokens(words)
    while words:
        taken = _take(line, words, today, t)
        if taken is None:
            rest.append(rota_duties.bare(words[0]))
        words = words[1:] if taken is None else taken
    line.unit = " ".join(word for word in rest if word.lower() not in _FILLERS).replace(" ,", ",").strip(" ,")
    return line


def _take(line: Line, words: Words, today: date, t: Translate) -> Words | None:
    """What is left after something that the words begin with; None if they begin with nothing that is known."""
    if (taken := rota_duties.take(line.duties, line.home, words, _BEGINS, t)) is not None:
        return taken
    first, second = words[0].lower(), words[1].lower() if len(words) > 1 else ""
    if found := _SHARE.fullmatch(first) or _SHARE.fullmatch(f"{first} {second}"):
        line.share = read_share(found[0], t)
        return words[1:] if _SHARE.fullmatch(first) else words[2:]
    if first in _MONTH:
        line.weeks = 4
        return words[1:]
    if _NUMBER.fullmatch(first) and second in _WEEKS | _DAYS:
        _set(line, "weeks" if second in _WEEKS else "days", read_weeks(first, t) if second in _WEEKS else int(first))
        return words[2:]
    if first in _PRESENT | _STANDBY and _NUMBER.fullmatch(second):
        _set(line, "present" if first in _PRESENT else "standby", int(second))
        return words[2:]
    return _take_first(line, words, today, t) if first in _FROM else None


def _set(line: Line, name: str, value: int) -> None:
    setattr(line, name, value)


def _take_first(line: Line, words: Words, today: date, t: Translate) -> Words:
    day, rest = take_day(words[1:], today, t, "future")
    if day is None:
        raise UserError(t("“{word}” which day? For example: {example}", word=words[0], example=Text("`mulai senin`")))
    line.first = _coming(day, words[1], today)
    return rest


def read_first(text: str, today: date, t: Translate) -> date:
    """The first day as a form says it; raises `UserError`."""
    return _coming(parse_day(text, today, t, "future"), text.strip(), today)


def _coming(day: date, word: str, today: date) -> date:
    """On a Monday, a rota from Monday on is one from the next Monday on."""
    return day + timedelta(7) if day == today and word.lower() in WEEKDAYS else day


# ---------------------------------------------------------------- numbers, in a line and in a form


def read_weeks(text: str, t: Translate) -> int:
    weeks = read_count(text, t)
    if not 1 <= weeks <= MOST_WEEKS:
        raise UserError(t("A rota has 1 to {most} weeks.", most=MOST_WEEKS))
    return weeks


def read_count(text: str, t: Translate) -> int:
    """`3`, `3 orang`; raises `UserError`."""
    found = re.fullmatch(r"(\d{1,4})(?:\s*[^\W\d]+)?", text.strip())
    if found is None:
        raise UserError(t("Please write a number, for example {example}.", example=Text("2")))
    return int(found[1])


def read_share(text: str, t: Translate) -> Decimal:
    """`50`, `50 %`, `33,3 %` as a part of one; raises `UserError`."""
    found = _SHARE.fullmatch(text.strip().lower()) or _SHARE.fullmatch(f"{text.strip()}%")
    share = Decimal(f"{found[1]}.{found[2] or 0}") / 100 if found else None
    if share is None or share > 1:
        raise UserError(t("Please write a share from 0 to 100 %, for example {example}.", example=percent(Decimal("0.5"))))
    return share
