"""Several days, or a part of one, as people type them: `1–3 Des`, `28 des s.d. 2 jan`, `2 hari mulai Senin`, `08.00-10.00`.

A hyphen stands inside dates (`1-12-2026`) and between them; an en dash or a word like *sampai* stands only between them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from integration.dates.days import Prefer, exact_day
from integration.dates.months import months_on
from integration.dates.times import ClockTime, parse_time, take_time
from integration.dates.words import MONTH_NAME, NUMBERS, OFFSETS, WEEKDAYS, Words, shortened, show_day, tidy
from integration.errors import UserError
from integration.i18n import Translate
from integration.messages import Text

_LONGEST = 13
_MARK = " – "
_BETWEEN = re.compile(
    r"\s*[–—―−→]\s*|\s*\.\.+\s*|\s+-+\s+"
    r"|(?<=[\w)])\s+(?:s\.?\s?/?\s?d\.?|sampai(?:\s+dengan)?|sampe|hingga|until|till?|through|thru|to)\s+(?=[\w(])"
)
_AND = re.compile(r"\s*(?:&|\+|\bdan\b|\band\b)\s*")
_FROM = re.compile(r"^(?:selama|dari|mulai|sejak|dr|from|since|starting|between|antara)(?: (?:dari|tgl|tanggal))? ")
_COUNT = (
    rf"(?P<count>\d{{1,3}}|se|{'|'.join(NUMBERS)}) ?"
    r"(?P<unit>hari kerja|hari|hr|minggu|pekan|bulan|working days?|days?|weeks?|months?)"
)
_COUNTED = re.compile(
    rf"{_COUNT}(?: (?:mulai|dari|sejak|per|from|since|starting|beginning)?(?: (?:tgl|tanggal))? ?(?P<first>.+))?"
)
_COUNTED_AFTER = re.compile(rf"(?P<first>.+?) (?:selama |for )?{_COUNT}")
_BARE = re.compile(r"(?:(?:tgl|tanggal) ?)?(\d{1,2})")
_TWO_BARE = re.compile(r"(\d{1,2})-(\d{1,2})")
_WHOLE_DATE = re.compile(rf"\d{{1,2}}-(?:\d{{1,2}}|{MONTH_NAME})-(?:\d{{4}}|\d{{2}})|\d{{4}}-\d{{1,2}}-\d{{1,2}}")
_HAS_YEAR = re.compile(r"\b\d{4}\b|'\d{2}$|[/.-]\d{1,2}[/.-]\d{2}$")
# `28 – 2 Jan` begins in December; `3 – 1 Des` is more likely the wrong way round.
_LONGEST_BACK = timedelta(days=15)


@dataclass(frozen=True, slots=True)
class Span:
    """The days from `first` to `last`, both included; or, `last` unsaid, `count` days from `first` on.

    Which days are counted, working days or all, the reader of the span decides. `first` is unsaid in `2 hari` alone.
    """

    first: date | None
    last: date | None = None
    count: int = 0


@dataclass(frozen=True, slots=True)
class Hours:
    """A part of one day."""

    start: ClockTime
    end: ClockTime


def take_span(words: Words, today: date, t: Translate, prefer: Prefer = "future") -> tuple[Span | None, Words]:
    """The days that `words` begin with, None if with none, and the words after them.

    Raises `UserError` for an impossible date, for one of two meanings, and for a last day before the first.
    """
    for count in range(min(_LONGEST, len(words)), 0, -1):
        span = _Reader(today, t, prefer).span(" ".join(words[:count]))
        if span is not None:
            return span, words[count:]
    return None, words


def parse_span(text: str, today: date, t: Translate, prefer: Prefer = "future") -> Span:
    """The days that the whole `text` names; raises `UserError` as above, and if it cannot be read."""
    span, rest = take_span(tuple(text.split()), today, t, prefer)
    if span is None or rest:
        raise UserError(
            t(
                "“{text}” cannot be read as days. Write for example: tomorrow, {day}, {span} or 2 days from Monday.",
                text=shortened(text),
                day=Text(f"{today:%d/%m}"),
                span=Text(f"1–3 {show_day(today, t, 'MMM')}"),
            )
        )
    return span


def take_hours(words: Words, t: Translate) -> tuple[Hours | None, Words]:
    """The part of a day that `words` begin with (`08.00-10.00`, `jam 8 sampai 10`), None if with none, and the rest."""
    for count in range(min(8, len(words)), 0, -1):
        hours = _hours(" ".join(words[:count]), t)
        if hours is not None:
            return hours, words[count:]
    return None, words


def _hours(text: str, t: Translate) -> Hours | None:
    sides = _MARK.join(_BETWEEN.split(tidy(text))).split(_MARK)
    if len(sides) == 1:
        sides = tidy(text).split("-")
    if len(sides) != 2:
        return None
    start, rest = take_time(tuple(sides[0].split()), t)
    if start is None or rest:
        return None
    if re.fullmatch(r"\d{1,2}", sides[1].strip()):
        return Hours(start, parse_time(sides[1], t))
    end, rest = take_time(tuple(sides[1].split()), t)
    return Hours(start, end) if end is not None and not rest else None


class _Reader:
    """Reads one text as days; a method gives None for what is none of its business."""

    def __init__(self, today: date, t: Translate, prefer: Prefer) -> None:
        self.today, self.t, self.prefer = today, t, prefer

    def span(self, text: str) -> Span | None:
        words = tidy(text)
        bare = _FROM.sub("", words)
        if _says_days_ago(bare):
            return self._one(bare)
        return self._counted(bare) or self._between(bare, text) or self._together(bare) or self._one(bare)

    def _one(self, words: str) -> Span | None:
        day = self._day(words)
        return Span(day, day) if day else None

    def _day(self, words: str, around: date | None = None, prefer: Prefer | None = None) -> date | None:
        """The day that is exactly these words; near `around` rather than today, unless they are spoken from today."""
        from_today = around is None or words in OFFSETS or _says_days_ago(words)
        return exact_day(words, self.today if from_today or around is None else around, self.t, prefer or self.prefer)

    # ------------------------------------------------------------ so many days

    def _counted(self, words: str) -> Span | None:
        found = _COUNTED.fullmatch(words) or _COUNTED_AFTER.fullmatch(words)
        if not found:
            return None
        first = self._day(found["first"]) if found["first"] else None
        if found["first"] and first is None:
            return None
        count = {"se": 1, **NUMBERS}.get(found["count"]) or int(found["count"])
        if count == 0:
            raise UserError(self.t("No days at all cannot be asked for. How many are they?"))
        return self._length(first, count, found["unit"])

    def _length(self, first: date | None, count: int, unit: str) -> Span | None:
        """Weeks and months end on a day; days are counted by whoever knows which ones count."""
        if unit.startswith(("hari", "hr", "day", "working")):
            return Span(first, count=count)
        if first is None:
            return None
        if unit.startswith(("minggu", "pekan", "week")):
            return Span(first, first + timedelta(days=7 * count - 1))
        return Span(first, month_later(first, count) - timedelta(days=1))

    # ------------------------------------------------------------ from one day to another

    def _between(self, words: str, text: str) -> Span | None:
        self._refuse_ambiguous(words, text)
        for left, right in _sides(words):
            span = self._from_to(left, right, text)
            if span is not None:
                return span
        return None

    def _refuse_ambiguous(self, words: str, text: str) -> None:
        """`1-3` is 1 March in dates, and the 1st to the 3rd in leave."""
        found = _TWO_BARE.fullmatch(words)
        if found and int(found[1]) < int(found[2]) <= 12:
            raise UserError(
                self.t(
                    "“{text}” can be one date or several days: write {date} or {span}.",
                    text=shortened(text),
                    date=Text(f"{found[1]}/{found[2]}"),
                    span=Text(f"{found[1]}–{found[2]} {show_day(self.today, self.t, 'MMM')}"),
                )
            )

    def _from_to(self, left: str, right: str, text: str) -> Span | None:
        last_bare = _BARE.fullmatch(right)
        if _BARE.fullmatch(left):
            last = self._day(f"tgl {last_bare[1]}" if last_bare else right)
            first = self._before(left, last, text) if last else None
        else:
            first, last = self._first(left, right), None
            if first is not None:
                last = self._day(f"tgl {last_bare[1]}" if last_bare else right, around=first, prefer="future")
        if first is None or last is None:
            return None
        if last < first:
            self._refuse_backwards(first, last)
        return Span(first, last)

    def _together(self, words: str) -> Span | None:
        """`Senin dan Selasa`: only days that follow each other are one absence."""
        parts = _AND.split(words)
        span = self._from_to(parts[0], parts[1], words) if len(parts) == 2 else None
        if span is None or span.first is None or span.last is None or span.last - span.first <= timedelta(days=1):
            return span
        raise UserError(
            self.t("“{text}” are not consecutive days: ask for each on its own, or write from when until when.", text=words)
        )

    def _first(self, left: str, right: str) -> date | None:
        """The first day; one without a year belongs to that of the last day."""
        spoken = left.split(" ")[0] in WEEKDAYS or left in OFFSETS
        if _HAS_YEAR.search(right) and not _HAS_YEAR.search(left) and not spoken:
            last = self._day(right)
            return self._day(left, around=last, prefer="past") if last else None
        return self._day(left)

    def _before(self, left: str, last: date, text: str) -> date | None:
        """The day with that number on or before `last`."""
        found = _BARE.fullmatch(left)
        number = int(found[1]) if found else 0
        if not 1 <= number <= 31:
            return None
        month = last.replace(day=1) if number <= last.day else months_on(last, -1)
        first = _real(month, number)
        if first is None or last - first > _LONGEST_BACK and number > last.day:
            raise UserError(
                self.t("“{text}”: the last day lies before the first. Please write both dates.", text=shortened(text))
            )
        return first

    def _refuse_backwards(self, first: date, last: date) -> None:
        raise UserError(
            self.t(
                "The last day ({last}) lies before the first ({first}). Please turn them round, or write the year too.",
                first=show_day(first, self.t, "d MMMM y"),
                last=show_day(last, self.t, "d MMMM y"),
            )
        )


def _sides(words: str) -> Iterator[tuple[str, str]]:
    """The ways in which the words can be a first and a last day."""
    parts = [part.strip() for part in _BETWEEN.split(words)]
    if len(parts) == 2:
        yield _FROM.sub("", parts[0]), re.sub(r"^(?:dengan|ke) ", "", parts[1])
    if len(parts) > 1 or _WHOLE_DATE.fullmatch(words):
        return
    for hyphen in re.finditer("-", words):
        yield words[: hyphen.start()].strip(), words[hyphen.end() :].strip()


def _says_days_ago(words: str) -> bool:
    return bool(re.search(r" (?:lalu|lagi|ago|ke depan)$", words))


def month_later(day: date, months: int) -> date:
    """The same day so many months later; the first of the month after, where that month is too short for it."""
    month = months_on(day, months)
    return _real(month, day.day) or months_on(month, 1)


def _real(month: date, number: int) -> date | None:
    try:
        return month.replace(day=number)
    except ValueError:
        return None
