"""Rules of series and all their dates: pure arithmetic, and the RRULE that gives just these dates.

Every series ends: by a day or a number that was said, else on 31 December of the year in which it begins, and after five
years or `MOST_DATES` at the latest. The day of the clock is that of the meeting's zone, whose 08.30 it keeps.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import Literal
from zoneinfo import ZoneInfo

from integration.dates import ClockTime, month_later, show_day
from integration.errors import UserError
from integration.i18n import Translate
from integration.messages import Text

MOST_DATES = 1300
MOST_YEARS = 5

Frequency = Literal["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]
_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


@dataclass(frozen=True, slots=True)
class Rule:
    """`weekdays` from Monday = 0; `monthdays` from 1, -1 the last of the month; `nth` (1 to 4, -1 the last) of the weekday in
    the month. Without any of them it is the day on which the series begins. `until` is a day of the meeting's zone.
    """

    frequency: Frequency
    interval: int = 1
    weekdays: tuple[int, ...] = ()
    monthdays: tuple[int, ...] = ()
    nth: int = 0
    until: date | None = None
    count: int = 0


@dataclass(frozen=True, slots=True)
class Series:
    """All dates of a rule. `assumed`: nobody said when it ends; `cut`: it was said, but that is too far."""

    rule: Rule
    text: str
    starts: tuple[datetime, ...]
    assumed: bool = False
    cut: bool = False


# ---------------------------------------------------------------- dates


def series(rule: Rule, first: date, clock: ClockTime, zone: str, t: Translate, *, after: datetime | None = None) -> Series:
    """The dates from `first` on, at `clock`; those not later than `after` are left out. Raises `UserError` if none is left."""
    begun = next((day for day in _days(replace(rule, interval=1), first) if after is None or clock.on(day, zone) > after), None)
    if begun is None:
        raise UserError(t("This repetition has no date. Write for example: {example}", example=example(t)))
    furthest = month_later(begun, 12 * MOST_YEARS) - timedelta(days=1)
    if rule.until is not None and rule.until < begun:
        raise UserError(
            t(
                "The series would end on {last}, before its first date {first}. Write a later day.",
                last=show_day(rule.until, t, "d MMMM y"),
                first=show_day(begun, t, "d MMMM y"),
            )
        )
    assumed = rule.until is None and not rule.count
    end = min(furthest, _assumed_end(rule, begun) if assumed else rule.until or date.max)
    most = min(rule.count or MOST_DATES, MOST_DATES)
    days = list(islice((day for day in _days(rule, begun) if day <= end), most)) if rule.count else _up_to(rule, begun, end)
    starts = tuple(clock.on(day, zone).astimezone(UTC) for day in days)
    cut = bool(rule.count and len(days) < rule.count) or bool(rule.until and (end < rule.until or _more(rule, days)))
    return Series(rule, rrule(rule, starts), starts, assumed, cut)


def _up_to(rule: Rule, begun: date, end: date) -> list[date]:
    days: list[date] = []
    for day in _days(rule, begun):
        if day > end or len(days) == MOST_DATES:
            break
        days.append(day)
    return days


def _more(rule: Rule, days: list[date]) -> bool:
    """Whether dates before `until` were left out."""
    return len(days) == MOST_DATES and rule.until is not None and days[-1] < rule.until


def _assumed_end(rule: Rule, begun: date) -> date:
    """The end of the year; of the next one where the series would be a single date."""
    end = date(begun.year, 12, 31)
    return end if len(list(islice(_days_until(rule, begun, end), 2))) > 1 else date(begun.year + 1, 12, 31)


def _days_until(rule: Rule, begun: date, end: date) -> Iterator[date]:
    for day in _days(rule, begun):
        if day > end:
            return
        yield day


def _days(rule: Rule, first: date) -> Iterator[date]:
    """The days of the rule from `first` on; the first one that fits begins the counting of intervals."""
    begun = next(islice(_every(replace(rule, interval=1), first, first), 1), None)
    return iter(()) if begun is None else _every(rule, begun, begun)


def _every(rule: Rule, anchor: date, first: date) -> Iterator[date]:
    """For at most some years more than a series lasts."""
    last = date(min(first.year + MOST_YEARS + 3, date.max.year), 12, 31)
    step = {"DAILY": _daily, "WEEKLY": _weekly, "MONTHLY": _monthly, "YEARLY": _yearly}[rule.frequency]
    for day in step(rule, anchor, last):
        if day > last:
            return
        if day >= first:
            yield day


def _daily(rule: Rule, anchor: date, last: date) -> Iterator[date]:
    for number in range(0, (last - anchor).days + 1, rule.interval):
        yield anchor + timedelta(days=number)


def _weekly(rule: Rule, anchor: date, last: date) -> Iterator[date]:
    monday = anchor - timedelta(days=anchor.weekday())
    weekdays = sorted(rule.weekdays or (anchor.weekday(),))
    for number in range(0, (last - monday).days + 1, 7 * rule.interval):
        for weekday in weekdays:
            yield monday + timedelta(days=number + weekday)


def _monthly(rule: Rule, anchor: date, last: date) -> Iterator[date]:
    months = (last.year - anchor.year) * 12 + last.month - anchor.month
    for number in range(0, months + 1, rule.interval):
        years, month = divmod(anchor.month - 1 + number, 12)
        yield from _in_month(rule, date(anchor.year + years, month + 1, 1), anchor.day)


def _in_month(rule: Rule, month: date, day: int) -> list[date]:
    length = calendar.monthrange(month.year, month.month)[1]
    if rule.nth:
        return sorted(found for each in rule.weekdays if (found := _nth(month, each, rule.nth, length)))
    numbers = sorted({length if number == -1 else number for number in rule.monthdays or (day,)})
    return [month.replace(day=number) for number in numbers if number <= length]


def _nth(month: date, weekday: int, nth: int, length: int) -> date | None:
    days = range(1 + (weekday - month.weekday()) % 7, length + 1, 7)
    return month.replace(day=days[nth if nth < 0 else nth - 1]) if abs(nth) <= len(days) else None


def _yearly(rule: Rule, anchor: date, last: date) -> Iterator[date]:
    for year in range(anchor.year, last.year + 1, rule.interval):
        if (anchor.month, anchor.day) != (2, 29) or calendar.isleap(year):
            yield anchor.replace(year=year)


# ---------------------------------------------------------------- RRULE


def rrule(rule: Rule, starts: tuple[datetime, ...]) -> str:
    """The RRULE that gives just these dates, as RFC 5545 writes it: UNTIL is the last start in UTC."""
    parts = [f"FREQ={rule.frequency}"]
    if rule.interval > 1:
        parts.append(f"INTERVAL={rule.interval}")
    if rule.weekdays:
        parts.append("BYDAY=" + ",".join(f"{rule.nth or ''}{_DAYS[day]}" for day in rule.weekdays))
    if rule.monthdays:
        parts.append("BYMONTHDAY=" + ",".join(map(str, rule.monthdays)))
    parts.append(f"COUNT={len(starts)}" if rule.count else f"UNTIL={starts[-1].astimezone(UTC):%Y%m%dT%H%M%SZ}")
    return ";".join(parts)


def from_rrule(text: str, zone: str) -> Rule:
    """The inverse of `rrule`."""
    given = dict(part.split("=", 1) for part in text.split(";"))
    days = given.get("BYDAY", "").split(",") if given.get("BYDAY") else []
    nth = int(days[0][:-2] or 0) if days else 0
    until = None
    if "UNTIL" in given:
        until = datetime.strptime(given["UNTIL"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).date()
    frequency: Frequency = given["FREQ"]  # type: ignore[assignment]  # we wrote it
    return Rule(
        frequency,
        int(given.get("INTERVAL", 1)),
        tuple(_DAYS.index(day[-2:]) for day in days),
        tuple(int(day) for day in given["BYMONTHDAY"].split(",")) if "BYMONTHDAY" in given else (),
        nth,
        until,
        int(given.get("COUNT", 0)),
    )


def shifted(text: str, zone: str, starts: Sequence[datetime], by: timedelta) -> str | None:
    """The RRULE of a series of which every date has moved by as much; None if none says that (third Mondays, a day on)."""
    moved = tuple(start + by for start in starts)
    tz = ZoneInfo(zone)
    days = [start.astimezone(tz).date() for start in moved]
    rule, on = from_rrule(text, zone), (days[0] - starts[0].astimezone(tz).date()).days
    rule = replace(
        rule,
        weekdays=tuple(sorted((day + on) % 7 for day in rule.weekdays)),
        monthdays=tuple(day if day < 0 else day + on for day in rule.monthdays),
        until=None,
    )
    if any(not 1 <= day <= 31 for day in rule.monthdays if day != -1):
        return None
    return rrule(rule, moved) if list(islice(_days(rule, days[0]), len(days))) == days else None


def example(t: Translate) -> Text:
    """What one may write."""
    return t("every Monday, every 2 weeks on Tuesday, every month on the 5th")
