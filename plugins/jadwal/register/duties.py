"""Duties (*tugas*) as the register has them: free words, several between commas. Pure.

Two ways of writing the same words are one duty; the first one is its name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches

from integration.errors import UserError
from integration.i18n import Translate
from integration.messages import Text, fill, join
from plugins.jadwal.register import Entry

_BETWEEN = re.compile(r"[,;\n\r•|]+")
_NAMED = 5
_ENTER = Text('`/jadwal daftar-wfh tambah @siti "menyusun laporan"`')


def of(text: str) -> tuple[str, ...]:
    """`menyusun laporan, arsip` as its duties."""
    found = (" ".join(part.split()).strip(" .-") for part in _BETWEEN.split(text))
    return tuple(duty for duty in found if duty)


def key(duty: str) -> str:
    """The same for every way of writing it."""
    return " ".join(duty.casefold().split())


def names_any(entry: Entry, duties: Iterable[str]) -> bool:
    """Whether the entry is for one of these duties."""
    wanted = {key(duty) for duty in duties}
    return any(key(duty) in wanted for duty in of(entry.duties))


def known(entries: Mapping[int, Iterable[Entry]]) -> dict[str, int]:
    """Every duty that anybody is registered for, and how many people are; by name."""
    spelled: dict[str, str] = {}
    who: dict[str, set[int]] = {}
    for person, theirs in entries.items():
        for duty in (duty for entry in theirs for duty in of(entry.duties)):
            spelled.setdefault(key(duty), duty)
            who.setdefault(key(duty), set()).add(person)
    return {spelled[each]: len(people) for each, people in sorted(who.items())}


def resolve(t: Translate, said: str, among: Iterable[str]) -> str:
    """The duty that is meant: its whole name, or a part that only one has. Raises `UserError` that names the nearest."""
    by_key = {key(duty): duty for duty in among}
    wanted = key(said)
    if wanted in by_key:
        return by_key[wanted]
    if not by_key:
        raise UserError(t("Nobody of this unit is registered for any duty yet. Register them first: {command}", command=_ENTER))
    parts = [duty for each, duty in by_key.items() if wanted and _part(wanted, each)]
    if len(parts) == 1:
        return parts[0]
    if parts:
        raise UserError(t("“{duty}” can mean {duties}. Write one of them in full.", duty=said[:60], duties=listed(parts)))
    near = listed(by_key[each] for each in get_close_matches(wanted, by_key, _NAMED, 0.5))
    if near:
        raise UserError(t("Nobody of this unit is registered for “{duty}”. Similar: {duties}", duty=said[:60], duties=near))
    everything = listed(by_key.values())
    raise UserError(t("Nobody of this unit is registered for “{duty}”. Known: {duties}", duty=said[:60], duties=everything))


def _part(said: str, duty: str) -> bool:
    """Whether each word that was said begins one of the duty's."""
    return all(any(word.startswith(each) for word in duty.split()) for each in said.split())


def listed(duties: Iterable[str], most: int = _NAMED) -> Text:
    """`“loket”, “arsip”, …`"""
    shown = [fill("“{duty}”", duty=duty) for duty in duties]
    return join(", ", [*shown[:most], *([Text("…")] if len(shown) > most else [])])
