"""Minutes as a chat shows them: what people wrote stays theirs, escaped line by line; headings and lists are ours."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from integration.i18n import Translate
from integration.messages import Text, fill
from integration.people import Person
from plugins.rapat.meetings import Occurrence
from plugins.rapat.minutes.markdown import Minutes, heading_words, tidy
from plugins.rapat.minutes.understanding import Unclear
from plugins.rapat.wording import when_short

LINES_SHOWN = 60
LETTERS_SHOWN = 6000
LONGEST_LINE = 500
DECISIONS_SHOWN = 10
UNCLEAR_SHOWN = 4
_HEADING = re.compile(r"#{1,6}\s+(.*)")
_ITEM = re.compile(r"(?P<indent>\s*)(?:[-*+•–]|(?P<number>\d{1,3})[.)])\s+(?:\[(?P<box>[^\]\[]?)\]\s+)?(?P<words>.*)")


def text(t: Translate, written: Sequence[str]) -> list[Text]:
    """The lines, as many as fit; the last one says how many are missing."""
    shown: list[Text] = []
    room = LETTERS_SHOWN
    for number, line in enumerate(written):
        words = _line(line[:LONGEST_LINE])
        if not words and not (shown and shown[-1]):
            continue  # one empty line is enough
        room -= len(words)
        if len(shown) == LINES_SHOWN or room < 0:
            shown.append(t("… {count} more lines are in the file.", count=len(written) - number))
            break
        shown.append(words)
    return shown


def _line(line: str) -> Text:
    if found := _HEADING.fullmatch(line):
        title = heading_words(found[1])
        return fill("**{words}**", words=tidy(title)) if title else Text("")
    found = _ITEM.fullmatch(line)
    if not found:
        return fill("{words}", words=tidy(line)) if line.strip() else Text("")
    box = {None: "", " ": "☐ ", "": "☐ "}.get(found["box"], "☑ ")
    sign = f"{found['number']}." if found["number"] else "-"
    return fill(
        "{indent}{sign} {box}{words}",
        indent=Text("  " * bool(found["indent"])),
        sign=Text(sign),
        box=Text(box),
        words=tidy(found["words"]),
    )


def decisions(t: Translate, minutes: Minutes, most: int = DECISIONS_SHOWN) -> Iterator[Text]:
    """A heading and the decisions, if there are any."""
    if not minutes.decisions:
        return
    yield t("**Decisions**")
    for number, words in enumerate(minutes.decisions[:most], 1):
        yield fill("{number}. {words}", number=number, words=words[:LONGEST_LINE])
    if len(minutes.decisions) > most:
        yield t("… and {count} more", count=len(minutes.decisions) - most)


def title(t: Translate, occurrence: Occurrence, zone: str) -> Text:
    """`“Koordinasi SPBE”, Selasa 24 Nov, 09.00–10.30 WIB`"""
    return t("“{title}”, {when}", title=occurrence.title, when=when_short(t, occurrence.span, zone))


def unclear(t: Translate, found: Sequence[Unclear]) -> Iterator[Text]:
    """What is missing in the action items, each with its cure."""
    for each in found[:UNCLEAR_SHOWN]:
        yield fill("- {said}", said=_said(t, each))
    if len(found) > UNCLEAR_SHOWN:
        yield t("… and {count} more", count=len(found) - UNCLEAR_SHOWN)


def _said(t: Translate, each: Unclear) -> Text:
    words = each.words[:80]
    if each.what == "both":
        example = Text("`@siti Jumat`")
        return t("“{words}”: neither who nor until when. Write for example {example} behind it.", words=words, example=example)
    if each.what == "person":
        return t("“{words}”: nobody is named. Write @name behind it.", words=words)
    if each.what == "name":
        return t("“{words}”: “{name}” is not known or could be several people. Write @username.", words=words, name=each.said)
    if each.what == "wrong_day":
        return t("“{words}”: {wrong}", words=words, wrong=each.said)
    if each.what == "late":
        return t("“{words}”: {day} is over already.", words=words, day=each.said)
    return t("“{words}”: no day. Write for example {example} behind it.", words=words, example=Text("`Jumat`"))


def author(t: Translate, someone: Person | None) -> Text:
    return fill("{name}", name=someone.name) if someone else t("from the file")
