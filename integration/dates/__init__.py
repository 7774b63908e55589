"""Days, months and times as people type them on a phone, in Indonesian or English.

`parse_…` reads a whole text and raises `UserError`, which names what is accepted; `take_…` reads what a line
begins with and gives back the rest of its words.
"""

from integration.dates.days import Prefer, parse_day, take_day
from integration.dates.months import last_of_month, parse_month, take_month
from integration.dates.spans import Hours, Span, month_later, parse_span, take_hours, take_span
from integration.dates.times import ClockTime, parse_time, take_time
from integration.dates.words import Words, at_an_end, show_day, show_month

__all__ = [
    "ClockTime",
    "Hours",
    "Prefer",
    "Span",
    "Words",
    "at_an_end",
    "last_of_month",
    "month_later",
    "parse_day",
    "parse_month",
    "parse_span",
    "parse_time",
    "show_day",
    "show_month",
    "take_day",
    "take_hours",
    "take_month",
    "take_span",
    "take_time",
]
