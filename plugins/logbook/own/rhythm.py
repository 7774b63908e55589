"""When work comes again, as people write it: `tiap hari kerja`, `tiap senin dan kamis`, `tiap tanggal 5`, `tiap akhir bulan`.

A rhythm is kept as `show` writes it in Indonesian, and read again from that.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from integration.dates import last_of_month
from integration.dates.words import WEEKDAYS, tidy
from integration.errors import UserError
from integration.i18n import Translate
from integration.messages import Text

_EVERY = r"(?:(?:se)?tiap|tiap-tiap|every|each)"
_START = re.compile(rf"^{_EVERY}\b\s*")
_WORKING = frozenset({"hari kerja", "hari", "working day", "day", "pagi", "sore"})
_LAST = frozenset({"akhir bulan", "bulan", "hari terakhir bulan", "end of month", "month"})
_FIRST = frozenset({"awal bulan", "hari pertama bulan"})
_DATE = re.compile(r"(?:tanggal|tgl)\.? (\d{1,2})")
_NAMES = ("senin", "selasa", "rabu", "kamis", "jumat", "sabtu", "minggu")
_LONGEST_REST = 10
# Whether the person works on a day.
Works = Callable[[date], bool]


@dataclass(frozen=True, slots=True)
class Rhythm:
    """kind: working (every working day) | weekly (on `weekdays`, Monday is 0) | monthly (on day `number`; 31: the last day)."""

    kind: str
    weekdays: tuple[int, ...] = ()
    number: int = 0

    @property
    def text(self) -> str:
        """As it is kept, and shown: Indonesian, as the words of the command are."""
        if self.kind == "working":
            return "tiap hari kerja"
        if self.kind == "weekly":
            return "tiap " + " dan ".join(_NAMES[each] for each in self.weekdays)
        return "tiap akhir bulan" if self.number >= 31 else f"tiap tanggal {self.number}"

    def due(self, day: date, works: Works) -> bool:
        """Whether it comes on that day, on which the person works. What falls on days off comes on the next working day,
        but for the end of the month, which comes on the last working day.
        """
        if self.kind == "working":
            return True
        if self.kind == "weekly":
            return day.weekday() in self.weekdays
        return self._monthly(day, works)

    def _monthly(self, day: date, works: Works) -> bool:
        last = last_of_month(day.replace(day=1))
        if self.number >= last.day:
            return (
                not any(works(day + timedelta(n)) for n in range(1, (last - day).days + 1)) if (last - day).days < 10 else False
            )
        for month in (day.replace(day=1), (day.replace(day=1) - timedelta(days=1)).replace(day=1)):
            meant = month.replace(day=min(self.number, last_of_month(month).day))
            late = (day - meant).days
            if 0 <= late <= _LONGEST_REST:
                return not any(works(meant + timedelta(n)) for n in range(late))
        return False


def take(text: str, t: Translate) -> tuple[Rhythm | None, str]:
    """The rhythm with which a text ends, None without one, and the text before it. Raises `UserError` as `parse`."""
    found = list(re.finditer(rf"(?:^|\s){_EVERY}\s", text, re.IGNORECASE))
    if not found:
        return None, text
    return parse(text[found[-1].start() :], t), text[: found[-1].start()].strip()


def parse(text: str, t: Translate) -> Rhythm:
    """Raises `UserError` with what is accepted."""
    said = tidy(text)
    words = _START.sub("", said) if _START.match(said) else said
    found = _read(words.strip())
    if found is None:
        examples = Text("`tiap senin`, `tiap hari kerja`, `tiap tanggal 5`, `tiap akhir bulan`")
        raise UserError(
            t("“{text}” cannot be read as a rhythm. Write for example: {examples}.", text=text.strip()[:60], examples=examples)
        )
    return found


def _read(words: str) -> Rhythm | None:
    if words in _WORKING:
        return Rhythm("working")
    if words in _LAST:
        return Rhythm("monthly", number=31)
    if words in _FIRST:
        return Rhythm("monthly", number=1)
    dated = _DATE.fullmatch(words)
    if dated:
        return Rhythm("monthly", number=int(dated[1])) if 1 <= int(dated[1]) <= 31 else None
    names = [each for each in re.split(r"\s+(?:dan|serta|and|&)\s+|\s*[,&/]\s*|\s+", words) if each and each != "hari"]
    days = [WEEKDAYS.get(name) for name in names]
    if not names or None in days:
        return None
    return Rhythm("weekly", tuple(sorted({day for day in days if day is not None})))
