"""Entries in words: one line each, a day's total, and what became of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date

from integration.dates import show_day
from integration.i18n import Translate
from integration.messages import Button, Text, fill, join
from integration.phrases import duration, place
from plugins.logbook.entries import Content, Entry
from plugins.logbook.own.amounts import show_quantity
from plugins.logbook.targets.reading import Target

ACTIVITY_SHOWN = 160
_LISTED = re.compile(r"(-|\d+\.) ")
# Buttons of one's own entries stay usable so long: over a weekend and a few days of leave.
DAYS_OPEN = 14


def state(t: Translate, word: str) -> Text:
    """draf, terkirim, dikembalikan, disetujui"""
    return {"draft": t("a draft"), "sent": t("sent"), "returned": t("returned"), "approved": t("approved")}.get(word) or fill(
        "{word}", word=word
    )


def activity(content: Content, longest: int = ACTIVITY_SHOWN) -> str:
    """In one line."""
    line = " ".join(content.activity.split())
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"


def details(t: Translate, content: Content, targets: Mapping[int, Target], *, evidence: int = 0) -> Text:
    """`2 jam · 3 laporan · RHK-3 · WFH · 2 bukti`"""
    parts = [duration(t, content.minutes) if content.minutes else t("time?")]
    if content.quantity is not None:
        parts.append(fill("{amount}", amount=show_quantity(content.quantity, content.measure, t.locale)))
    target = targets.get(content.target_id) if content.target_id is not None else None
    parts += [fill("{code}", code=target.code)] if target else []
    parts += [place(content.place)] if content.place else []
    parts += [t("{count} evidence", count=evidence)] if evidence else []
    return join(" · ", parts)


def entry_line(t: Translate, entry: Entry, targets: Mapping[int, Target], *, evidence: int = 0) -> Text:
    """`**Menyusun laporan** — 2 jam · RHK-3 · terkirim`"""
    said = details(t, entry.content, targets, evidence=evidence)
    word = state(t, entry.state)
    if entry.revises_id is not None and entry.state != "approved":
        word = t("{state}, a change; what was approved counts until then", state=word)
    line = fill("**{what}** — {details} · {state}", what=activity(entry.content), details=said, state=word)
    if entry.state == "returned" and entry.note:
        return fill("{line}\n   ↩ {note}", line=line, note=t("Your supervisor: “{note}”", note=" ".join(entry.note.split())))
    return line


def drafted_line(t: Translate, content: Content, targets: Mapping[int, Target], *, evidence: int = 0) -> Text:
    return fill("{what} — {details}", what=activity(content), details=details(t, content, targets, evidence=evidence))


def under(lines: Iterable[Text]) -> Text:
    """Line by line; what follows a list stands below it: without a blank line it would be drawn as part of its last entry."""
    shown: list[Text] = []
    for line in lines:
        listed = bool(shown) and _LISTED.match(shown[-1])
        if listed and line and not _LISTED.match(line) and not line[0].isspace():
            shown.append(Text(""))
        shown.append(line)
    return join("\n", shown)


def minutes_of(found: Iterable[Entry]) -> int:
    return sum(each.content.minutes for each in found)


def total(t: Translate, minutes: int, planned: int) -> Text:
    """`Total 5 jam 30 menit dari 7 jam 30 menit`"""
    if planned:
        return t("Total {time} of {planned}", time=duration(t, minutes), planned=duration(t, planned))
    return t("Total {time}", time=duration(t, minutes))


def day(t: Translate, of: date, today: date) -> Text:
    """`hari ini`, else `Senin 23 Nov`."""
    if of == today:
        return t("today")
    return show_day(of, t, "EEEE d MMM" if of.year == today.year else "EEEE d MMM y")


def say(label: Text, words: str, style: str = "") -> Button:
    """A button that says a line of this command."""
    return Button(label, "logbook.say", words, "good" if style == "good" else "", DAYS_OPEN)
