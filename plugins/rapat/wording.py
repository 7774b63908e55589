"""Meetings in words: when, where, with whom."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from integration import phrases, workdays
from integration.guidance import SAY
from integration.i18n import Translate
from integration.messages import Button, Text, fill, join
from integration.ports import Span

PLUGIN = "rapat"
_POINT = re.compile(r"\s*(?:[-+*]|\d+\.) ")


def say(label: str, words: str, style: str = "", days: float = 0.5) -> Button:
    """A button that types `/rapat words`."""
    return Button(label, f"{PLUGIN}.{SAY}", words, style, days)  # type: ignore[arg-type]  # "", good or danger


def bold(words: str) -> Text:
    return fill("**{words}**", words=words)


def below(lines: Iterable[Text]) -> Text:
    """One below the other; after a list there is an empty line, or chats would draw what follows into its last point."""
    found: list[Text] = []
    for line in lines:
        if found and line and _is_point(found[-1]) and not _is_point(line):
            found.append(Text(""))
        found.append(line)
    return join("\n", found)


def _is_point(line: Text) -> bool:
    return bool(_POINT.match(line.rpartition("\n")[2]))


# ---------------------------------------------------------------- times


def in_order(zones: Iterable[str], moment: datetime, first: str = "") -> list[str]:
    """Each zone once and no two with one clock; `first` before the others, these from west to east."""
    found: dict[str, str] = {}
    for zone in sorted(
        set(zones) | ({first} if first else set()), key=lambda zone: (zone != first, _offset(zone, moment), zone)
    ):
        found.setdefault(workdays.zone_name(zone, moment), zone)
    return list(found.values())


def _offset(zone: str, moment: datetime) -> float:
    offset = moment.astimezone(ZoneInfo(zone)).utcoffset()
    return offset.total_seconds() if offset else 0.0


def clock(span: Span, zones: Iterable[str], *, first: str = "") -> Text:
    """`09.00–10.30 WIB / 10.00–11.30 WITA`; where a zone has another day than the first, `23.30–00.30+1 WIB`."""
    ordered = in_order(zones, span.start, first)
    day = span.start.astimezone(ZoneInfo(ordered[0])).date()

    def side(moment: datetime, zone: str) -> str:
        local = moment.astimezone(ZoneInfo(zone))
        later = (local.date() - day).days
        return f"{local:%H.%M}" + (f"{later:+}" if later else "")

    parts = [f"{side(span.start, z)}–{side(span.end, z)} {workdays.zone_name(z, span.start)}" for z in ordered]
    return Text(" / ".join(parts))


def when(t: Translate, span: Span, zones: Iterable[str], *, first: str = "") -> Text:
    """`Senin, 23 November 2026, pukul 09.00–10.30 WIB / 10.00–11.30 WITA`.

    `zones` are those of the readers, from west to east; with `first` that one leads, and the day is the one there.
    """
    ordered = in_order(zones, span.start, first)
    day = span.start.astimezone(ZoneInfo(ordered[0])).date()
    return t("{day}, at {clock}", day=phrases.day_name(t, day), clock=clock(span, ordered, first=ordered[0]))


def when_short(t: Translate, span: Span, zone: str) -> Text:
    """`Senin 23 Nov, 09.00–10.30 WIB`, for a list and a button."""
    day = span.start.astimezone(ZoneInfo(zone)).date()
    return fill("{day}, {clock}", day=phrases.short_day(t, day), clock=clock(span, [zone]))


__all__ = ["below", "bold", "clock", "in_order", "join", "say", "when", "when_short"]


def away(t: Translate, word: str) -> Text:
    """An absence as colleagues may know it: official travel is; whether it is sickness or leave is nobody's business."""
    return phrases.excuse(t, word) if word in ("dinas", "tugas_belajar") else t("away that day")
