"""When a meeting is, from what was typed: the clock with its zone (and a second one that must agree), and how long. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from integration import workdays
from integration.dates import ClockTime, parse_time, take_hours, take_time
from integration.dates.words import NUMBERS, shortened, tidy
from integration.errors import UserError
from integration.i18n import Translate
from integration.messages import Text
from integration.phrases import duration

USUAL_MINUTES = 60
SHORTEST_MINUTES, LONGEST_MINUTES = 5, 24 * 60

_FOREIGN = re.compile(r"\b(?:est|edt|pst|pdt|cst|cdt|mst|cet|cest|eet|bst|jst|kst|aest|awst|ist|myt|sgt|hkt|pht|wis)\b")
_OFFSET = re.compile(r"\b(?:utc|gmt)(?: ?([+-]) ?(\d{1,2})(?:[:.]00)?)?(?=\W|$)")
_OFFSETS = {7: "WIB", 8: "WITA", 9: "WIT"}
# "sampai selesai" is how an invitation says that nobody knows.
OPEN_END = re.compile(r"\s*(?:[-–]|s\.?\s?/?\s?d\.?|sampai(?: dengan)?|hingga)\s*selesai\b\.?", re.IGNORECASE)
_UNITS = r"(?:jam|j|h|hours?|hrs?)"
_MINUTES = r"(?:menit|mnt|min|minutes?|m|')"
# As many figures as anybody types: what is impossible is a length still, and refused as one.
_COUNT = rf"[-−]?\d{{1,30}}(?:[.,]\d{{1,2}})?|se|setengah|{'|'.join(NUMBERS)}"
_LENGTH = re.compile(
    rf"(?:selama |durasi |for )?(?:(?P<hours>{_COUNT}) ?{_UNITS}"
    rf"(?:(?: dan| lebih)? ?(?P<rest>\d{{1,2}}|setengah)(?: ?{_MINUTES})?)?"
    rf"|(?P<minutes>[-−]?\d{{1,30}}) ?{_MINUTES})"
)


@dataclass(frozen=True, slots=True)
class Clock:
    """From `start` to `end` where that was said; without a zone it is the organiser's."""

    start: ClockTime
    end: ClockTime | None = None

    def span(self, day: date, zone: str, minutes: int, t: Translate) -> tuple[datetime, datetime]:
        """Raises `UserError` if the end is not after the start; an evening may end in the night."""
        start = self.start.on(day, zone)
        if self.end is None:
            return start, start + timedelta(minutes=minutes)
        end = replace(self.end, zone=self.end.zone or self.start.zone).on(day, zone)
        if end <= start and self.start.hour >= 17 and self.end.hour < 7:
            end += timedelta(days=1)
        if end <= start:
            raise UserError(
                t(
                    "The meeting would end ({end}) before it begins ({start}). Write for example 13.00–15.00.",
                    end=Text(f"{self.end.hour:02}.{self.end.minute:02}"),
                    start=Text(f"{self.start.hour:02}.{self.start.minute:02}"),
                )
            )
        return start, end


def parse_clock(text: str, t: Translate) -> Clock:
    """`09.00`, `jam 9 pagi`, `13.00-15.00 WITA`, `09.00 WIB / 10.00 WITA`, `09.00 WIB s.d. selesai`; raises `UserError`."""
    text = re.sub(r"\bs\s?/\s?d\b\.?", "sampai", text, flags=re.IGNORECASE)
    words = _known_zones(OPEN_END.sub("", text).strip(), t)
    sides = [side.strip() for side in re.split(r"\s*/\s*|\s*\(\s*|\)", words) if side.strip()]
    clocks = [_clock(side, t) for side in sides] or [Clock(parse_time(text, t))]
    first = clocks[0]
    for other in clocks[1:]:
        _agree(first.start, other.start, t)
        if first.end and other.end:
            _agree(replace(first.end, zone=first.end.zone or first.start.zone), other.end, t)
    return first


def _clock(text: str, t: Translate) -> Clock:
    words = tuple(text.split())
    hours, rest = take_hours(words, t)
    if hours is not None and not rest:
        zone = hours.start.zone or hours.end.zone
        return Clock(replace(hours.start, zone=zone), replace(hours.end, zone=hours.end.zone or zone))
    start, rest = take_time(words, t)
    return Clock(start if start is not None and not rest else parse_time(text, t))


def _agree(first: ClockTime, other: ClockTime, t: Translate) -> None:
    """The same moment in two zones; a range over two of them is none of this."""
    day = date(2026, 1, 15)
    if not (first.zone and other.zone):
        raise UserError(t("Two times and no zones: write 09.00 WIB / 10.00 WITA, or one of them."))
    there = first.on(day, first.zone)
    if there != other.on(day, other.zone):
        raise UserError(
            t(
                "{first} is {there}, not {other}. Write one of them.",
                first=Text(workdays.clock(there, first.zone)),
                there=Text(workdays.clock(there, other.zone)),
                other=Text(workdays.clock(other.on(day, other.zone), other.zone)),
            )
        )


def _known_zones(text: str, t: Translate) -> str:
    """`UTC+8` and `GMT+8` as WITA; another zone is refused."""
    lower = text.lower()
    found = _OFFSET.search(lower)
    name = _OFFSETS.get(int(found[2]) * (1 if found[1] == "+" else -1)) if found and found[2] else None
    foreign = _FOREIGN.search(lower)
    if foreign or (found and name is None):
        shown = (foreign or found or [""])[0].upper()
        raise UserError(t("The zone {zone} is not known here. Write WIB, WITA or WIT.", zone=shown))
    return text[: found.start()] + str(name) + text[found.end() :] if found else text


def known_zone(word: str) -> bool:
    """Whether a word names a zone, be it one that is not known here."""
    return bool(_FOREIGN.fullmatch(word) or _OFFSET.fullmatch(word))


# ---------------------------------------------------------------- how long


def is_length(text: str) -> bool:
    return bool(_LENGTH.fullmatch(_tidied(text)))


def parse_length(text: str, t: Translate) -> int:
    """Minutes: `90`, `90m`, `2 jam`, `1,5 jam`, `1 jam 30 menit`, `setengah jam`. Raises `UserError`."""
    words = _tidied(text)
    minutes = _bare(words) if re.fullmatch(r"\d{1,5}", words) else _minutes(words)
    if re.match(r"(?:sampai|hingga|s\.?/?d\b|until)", words):
        minutes = LONGEST_MINUTES + 1
    if minutes is None:
        raise UserError(t("“{text}” is no length. Write for example 90 minutes or 2 hours.", text=shortened(text)))
    if minutes > LONGEST_MINUTES:
        raise UserError(
            t("A meeting lasts a day at most. For several days write a repetition, for example: every day, 3 times.")
        )
    if minutes < SHORTEST_MINUTES:
        raise UserError(t("A meeting lasts {minutes} minutes at least.", minutes=SHORTEST_MINUTES))
    return minutes


def _tidied(text: str) -> str:
    return tidy(re.sub(r"(?<=\d),(?=\d)", ".", text)).replace("½", ".5")


def _bare(words: str) -> int | None:
    """A number alone is minutes; one that is too small for that may be hours, so it says nothing."""
    return int(words) if int(words) >= 10 else None


def _minutes(words: str) -> int | None:
    found = _LENGTH.fullmatch(words)
    if not found:
        return None
    if found["minutes"]:
        return round(_number(found["minutes"]))
    rest = found["rest"]
    return round(_number(found["hours"]) * 60) + (30 if rest == "setengah" else int(rest or 0))


def _number(text: str) -> float:
    if text in ("se", "setengah"):
        return 1 if text == "se" else 0.5
    return float(NUMBERS[text]) if text in NUMBERS else float(text.replace("−", "-"))


def length_said(t: Translate, minutes: int) -> Text:
    """`1 jam 30 menit`, which `parse_length` reads again."""
    return duration(t, minutes)
