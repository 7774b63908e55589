"""Times of the day as people type them on a phone: `07.30`, `0730`, `jam 7 pagi`, `setengah 8`, `07.30 WITA`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from integration.dates.words import NUMBERS, Words, shortened, tidy
from integration.errors import UserError
from integration.i18n import Translate
from integration.messages import Text
from integration.zones import ZONES_BY_NAME

_LONGEST = 5
_PARTS = {
    "dini hari": range(0, 5),
    "subuh": range(3, 7),
    "pagi": range(1, 12),
    "siang": range(10, 16),
    "sore": range(14, 19),
    "petang": range(16, 20),
    "malam": (*range(18, 24), *range(0, 4)),
    "am": range(0, 12),
    "pm": range(12, 24),
}
_HOURS = {**NUMBERS, "dua belas": 12}
_HOUR = rf"\d{{1,2}}|{'|'.join(sorted(_HOURS, key=len, reverse=True))}"
_TIME = re.compile(
    r"(?P<prefix>(?:jam|pukul|pkl|pk|at)\.? ?)?"
    r"(?:(?P<hour>\d{1,2}) ?[:.,] ?(?P<minute>\d{2})(?:[:.]\d{2})?"
    r"|(?P<joined>\d{3,4})"
    rf"|(?P<half>setengah) (?P<next>{_HOUR})"
    rf"|(?P<bare>{_HOUR}))"
    rf"(?: ?(?P<part>{'|'.join(_PARTS)}))?"
    rf"(?: ?(?P<zone>{'|'.join(name.lower() for name in ZONES_BY_NAME)}))?"
)


@dataclass(frozen=True, slots=True)
class ClockTime:
    """A time on the wall; `zone` is an IANA name if the person wrote WIB, WITA or WIT, else empty."""

    hour: int
    minute: int
    zone: str = ""

    def on(self, day: date, zone: str) -> datetime:
        """The instant on `day`, in the zone that was written or else in `zone`."""
        return datetime.combine(day, time(self.hour, self.minute), ZoneInfo(self.zone or zone))


def parse_time(text: str, t: Translate) -> ClockTime:
    """The time that `text` names; raises `UserError` with what is accepted."""
    found = _read(_tidy(text), text, t, bare=True)
    if found is None:
        raise UserError(
            t("“{text}” cannot be read as a time. Write for example: 07.30, 16.05 or 4 sore.", text=shortened(text))
        )
    return found


def take_time(words: Words, t: Translate) -> tuple[ClockTime | None, Words]:
    """The time that `words` begin with, None if they do not, and the words after it.

    A number alone is no time here: it may belong to the sentence that follows.
    """
    for count in range(min(_LONGEST, len(words)), 0, -1):
        text = " ".join(words[:count])
        found = _read(_tidy(text), text, t, bare=False)
        if found is not None:
            return found, words[count:]
    return None, words


def _tidy(text: str) -> str:
    return tidy(re.sub(r"(?<=\d),(?=\d)", ".", text))


def _read(words: str, text: str, t: Translate, *, bare: bool) -> ClockTime | None:
    found = _TIME.fullmatch(words)
    if not found or (found["bare"] and not (bare or found["prefix"] or found["part"])):
        return None
    hour, minute = _figures(found)
    if hour > 23 or minute > 59:
        raise UserError(t("“{text}” is not a time of day: it goes from 00.00 to 23.59.", text=text))
    if found["part"]:
        hour = _in_part(hour, found["part"], text, t)
    return ClockTime(hour, minute, ZONES_BY_NAME[found["zone"].upper()] if found["zone"] else "")


def _figures(found: re.Match[str]) -> tuple[int, int]:
    if found["hour"]:
        return int(found["hour"]), int(found["minute"])
    if found["joined"]:
        return int(found["joined"][:-2]), int(found["joined"][-2:])
    if found["half"]:  # "setengah 8" is half an hour before eight
        return (_number(found["next"]) - 1) or 12, 30
    return _number(found["bare"]), 0


def _number(text: str) -> int:
    return _HOURS.get(text) or int(text)


def _in_part(hour: int, part: str, text: str, t: Translate) -> int:
    """The hour of 24 that `hour` is in the morning, at noon, …; what fits nowhere is refused, not guessed."""
    possible = {hour, hour + 12 if hour < 12 else hour % 12 if hour == 12 else hour} & set(_PARTS[part])
    if len(possible) != 1:
        raise UserError(
            t("“{text}” is not clear. Write the time with 24 hours, for example {example}.", text=text, example=Text("16.05"))
        )
    return possible.pop()
