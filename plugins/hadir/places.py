"""The place at the start of what somebody typed after `masuk`: pure, from words to a place, a note or a doubt."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from operator import ne

from integration.messages import clean
from plugins.hadir.rules import PLACES

WORDS = {place: place for place in PLACES} | {
    "kantor": "wfo",
    "office": "wfo",
    "rumah": "wfh",
    "home": "wfh",
    "dl": "dinas",
    "travel": "dinas",
}
NOTE_LENGTH = 500
_CLOSE = 0.75


@dataclass(frozen=True, slots=True)
class Said:
    """`place` is empty if none was named; `meant` are the places that a mistyped first word may mean."""

    place: str
    note: str
    meant: tuple[str, ...] = ()


def read(text: str) -> Said:
    """`wfh menunggu tukang` → wfh and a note. A first word that is nearly a place is a doubt, not a note."""
    words = text.split(maxsplit=1)
    if not words:
        return Said("", "")
    first, rest = _bare(words[0]), words[1] if len(words) > 1 else ""
    place = WORDS.get(first, "")
    if place == "dinas" and rest.lower().split(maxsplit=1)[:1] == ["luar"]:
        rest = rest[len("luar") :]
    return Said(place, note(rest)) if place else Said("", note(text), _meant(first))


def note(text: str) -> str:
    """One line of what somebody wrote, without control characters; not cut yet."""
    return " ".join(clean(text).split())


def _bare(word: str) -> str:
    """`WFH,` and `w.f.h` are wfh."""
    return "".join(char for char in word.lower() if char.isalnum())


def _meant(word: str) -> tuple[str, ...]:
    """The places that `word` mistypes: letters swapped, nearly a place's word, one letter wrong; `wfx` may be any."""
    swapped = [place for place in PLACES if sorted(place) == sorted(word)]
    close = [WORDS[near] for near in difflib.get_close_matches(word, WORDS, n=3, cutoff=_CLOSE)]
    slipped = [place for place in PLACES if len(place) == len(word) and sum(map(ne, place, word)) == 1]
    return tuple(dict.fromkeys(swapped or close or slipped))
