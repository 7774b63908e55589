"""`/rapat cari-waktu "Judul" @a @b senin 09.00, selasa 13.00 90m` taken apart: the title, whom, which times, how long."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from integration.dates import Words, take_day
from integration.dates.words import shortened
from integration.errors import UserError
from integration.messages import Text
from integration.plugin import Context
from integration.ports import Span
from integration.workdays import local_day
from plugins.rapat import reading, times
from plugins.rapat.polls.store import MOST

_TITLE = re.compile(r"[\"“”„](.{1,400}?)[\"“”]|(?<!\w)'(.{1,400}?)'(?!\w)", re.DOTALL)
_WHOM = re.compile(r"(?:(?<=\s)|^)(?:[@~][^\s,;]*|[^\s,;@]+@[^\s,;]+)")
_BETWEEN = re.compile(r"\s*(?:;|\n|,(?!\d)|\s(?:atau|or)\s)\s*")
_LONGEST_LENGTH = 5
# Of a line without the names in it; and words of one time. What is longer is no line that somebody means so.
_LONGEST, _LONGEST_TIME = 1000, 12


@dataclass(frozen=True, slots=True)
class Said:
    """The parts of a line as they were typed."""

    title: str
    whom: str
    times: str
    length: str = ""


def read(context: Context, text: str) -> Said:
    """Without quotes the title is what stands before the first time. Raises `UserError` for one that is much too long."""
    text = re.sub(r"[^\S\n]+", " ", text)
    quoted = _TITLE.search(text)
    rest = text[: quoted.start()] + " " + text[quoted.end() :] if quoted else text
    whom = _WHOM.findall(rest)
    rest = re.sub(r"(?:\s*,)+\s*(?=,|$)|^\s*,", " ", _WHOM.sub(" ", rest))
    if len(rest) > _LONGEST:
        raise UserError(context.t("At most {most} characters, please; these are {length}.", most=_LONGEST, length=len(rest)))
    length, rest = _length(rest)
    title, rest = ((quoted[1] or quoted[2]), rest) if quoted else _before_times(context, rest)
    return Said(title.strip(" ,;"), ", ".join(whom), rest.strip(" ,;"), length)


def _length(text: str) -> tuple[str, str]:
    """`90m`, `2 jam`, `1 jam 30 menit`: the longest that there is, with the text without it."""
    words = text.split(" ")
    for count in range(_LONGEST_LENGTH, 0, -1):
        for start in range(len(words) - count + 1):
            these = " ".join(words[start : start + count]).strip(" ,;")
            ahead = words[start + count : start + count + 1]
            if these and times.is_length(these) and not (these.endswith("jam") and ahead and ahead[0][:1].isdigit()):
                return these, " ".join([*words[:start], *words[start + count :]])
    return "", text


def _before_times(context: Context, text: str) -> tuple[str, str]:
    first = _BETWEEN.split(text.strip())[0] if text.strip() else ""
    words = tuple(first.split())
    for start in range(len(words)):
        try:
            if _time(context, words[start:], None) is not None:
                return " ".join(words[:start]), text.strip()[len(" ".join(words[:start])) :] if start else text
        except UserError:
            continue
    return text, ""


# ---------------------------------------------------------------- the times


def spans(context: Context, text: str, length: str) -> list[Span]:
    """The times that were proposed, in order, each once; raises `UserError` for the first that cannot be."""
    t = context.t
    minutes = times.parse_length(length, t) if length.strip() else times.USUAL_MINUTES
    found: list[Span] = []
    day: date | None = None
    for part in _BETWEEN.split(text.strip()):
        if part:
            day, span = _span(context, part, day, minutes)
            found += [] if span in found else [span]
    if len(found) > MOST:
        raise UserError(t("Please propose at most {most} times, so that people can answer on a phone.", most=MOST))
    return sorted(found, key=lambda span: span.start)


def _span(context: Context, part: str, before: date | None, minutes: int) -> tuple[date, Span]:
    """A time without a day is on that of the one before."""
    t, person = context.t, context.person
    found = _time(context, tuple(part.split()), before)
    if found is None:
        raise UserError(
            t(
                "“{text}” is no day with a time. Write for example: {example}.",
                text=shortened(part),
                example=Text("senin 09.00, selasa 13.00"),
            )
        )
    day, clock = found
    start, end = clock.span(day, person.zone, minutes, t)
    if start <= context.now:
        raise UserError(reading.past(context, start, person.zone))
    return day, Span(_utc(start), _utc(end))


def _time(context: Context, words: Words, before: date | None) -> tuple[date, times.Clock] | None:
    """A day and a time in either order, and nothing else; None if it is something else."""
    if len(words) > _LONGEST_TIME:
        return None
    t, today = context.t, local_day(context.now, context.person)
    day, rest = take_day(words, today, t, "future")
    if day is not None and rest:
        clock = _clock(context, rest)
        return (day, clock) if clock else None
    for count in range(1, len(words)):
        day, rest = take_day(words[count:], today, t, "future")
        if day is not None and not rest:
            clock = _clock(context, words[:count])
            return (day, clock) if clock else None
    clock = _clock(context, words) if before is not None else None
    return (before, clock) if clock and before is not None else None


def _clock(context: Context, words: Words) -> times.Clock | None:
    if not any(char.isdigit() for char in " ".join(words)) and len(words) > 3:
        return None
    try:
        return times.parse_clock(" ".join(words), context.t)
    except UserError:
        return None


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)


def placeholder(context: Context, length: str) -> Span:
    """When the meeting would be, as long as nobody has proposed a time."""
    minutes = times.parse_length(length, context.t) if length.strip() else times.USUAL_MINUTES
    start = context.now.replace(second=0, microsecond=0) + timedelta(days=1)
    return Span(start, start + timedelta(minutes=minutes))
