"""What a line says: type, days, hours, letter number and reason, in the order in which people write them."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import timedelta

from integration import workdays
from integration.dates import Hours, Span, Words, take_hours, take_span
from integration.plugin import Context
from integration.rulebook.models import LeaveType
from plugins.izin import types

_NUMBER = re.compile(r"(?=.*\d)(?:[A-Za-z0-9.()_-]+(?:/[A-Za-z0-9.()_-]+)+|[A-Z]{2,6}[-.]\d+[A-Za-z0-9./_-]*)")
_BEFORE_NUMBER = re.compile(r"(?i)(?:no(?:mor)?\.?|surat|tugas|st|spt|number)[:.]?")
_BEFORE_REASON = re.compile(r"(?i)^(?:(?:alasan|keperluan|reason|ket)\b\.?:?\s*)")
_QUOTES = "\"'“”„«»‘’"


@dataclass(frozen=True, slots=True)
class Draft:
    """What a line has said so far; `leave` is the type that was named, or the usual one of the kind."""

    kind: str
    leave: LeaveType | None = None
    span: Span | None = None
    hours: Hours | None = None
    number: str = ""
    reason: str = ""
    named: bool = False

    @property
    def complete(self) -> bool:
        """Whether nothing has to be asked any more."""
        if self.leave is None or self.span is None or self.span.first is None:
            return False
        if self.kind in ("dinas", "tugas_belajar"):
            return bool(self.reason or self.number)
        return bool(self.reason) or not types.needs_reason(self.leave)


def read(context: Context, kind: str, words: Words) -> Draft:
    """Raises `UserError` for a date or time that cannot be."""
    today = workdays.local_day(context.now, context.person)
    known = types.of_kind(context, context.person, kind, today)
    leave, words = types.take(known, words)
    span, words = take_days(context, kind, leave or (known[0] if known else None), words)
    hours, words = take_hours(words, context.t)
    if span is None and hours is not None:
        span, words = take_days(context, kind, leave, words)
    if leave is None:
        leave, words = types.take(known, words)
    draft = Draft(kind, leave or (known[0] if known else None), span, hours, named=leave is not None)
    return _rest(draft, words)


def take_days(context: Context, kind: str, leave: LeaveType | None, words: Words) -> tuple[Span | None, Words]:
    """Who is ill speaks of days that have begun, `2 hari` from today on; a day that would be too long ago is one to come."""
    today = workdays.local_day(context.now, context.person)
    if kind != "sakit":
        return take_span(words, today, context.t, "future")
    span, rest = take_span(words, today, context.t, "past")
    oldest = today - timedelta(days=leave.backdate_days if leave else 0)
    if span is not None and span.first is not None and span.first < oldest:
        return take_span(words, today, context.t, "future")
    return (replace(span, first=today) if span is not None and span.first is None else span), rest


def _rest(draft: Draft, words: Words) -> Draft:
    """What follows the days: perhaps a letter's number, and the reason."""
    number = ""
    if draft.leave is not None and draft.leave.needs_number:
        number, words = _take_number(words)
    reason = _BEFORE_REASON.sub("", " ".join(words)).strip()
    return replace(draft, number=number, reason=_unquoted(reason))


def _take_number(words: Words) -> tuple[str, Words]:
    for place, word in enumerate(words):
        bare = word.strip(",;" + _QUOTES)
        if _NUMBER.fullmatch(bare):
            first = place
            while first and _BEFORE_NUMBER.fullmatch(words[first - 1]):
                first -= 1
            return bare, words[:first] + words[place + 1 :]
    return "", words


def _unquoted(reason: str) -> str:
    """`"Rakor"` is Rakor; quotation marks inside stay."""
    stripped = reason.strip(_QUOTES + " ")
    return stripped if reason[:1] in _QUOTES and not any(mark in stripped for mark in _QUOTES) else reason
