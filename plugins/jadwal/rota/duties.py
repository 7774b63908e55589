"""Duties in a request for a rota, as a line or a form says them. No database.

`tugas "pelayanan loket" 2`, `tugas loket 2, arsip 1`, `loket=2`: so many who have the duty are at the office every day.
`wfh "menyusun laporan"`, `wfh laporan, analisis`: only who is registered for one of these works from home.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from integration.dates import Words
from integration.errors import UserError
from integration.form_values import read
from integration.i18n import Translate
from integration.messages import Text
from plugins.jadwal.register import duties
from plugins.jadwal.rota.request import Request

LENGTH = 150
EXAMPLE, HOME_EXAMPLE, FORM_EXAMPLE = Text("`tugas loket 2`"), Text('`wfh "menyusun laporan"`'), Text("loket 2, arsip 1")
_DUTY = frozenset({"tugas", "duty", "duties"})
_HOME, _AND = frozenset({"wfh", "rumah"}), frozenset({",", ";", "dan", "and", "&"})
_FILLERS = frozenset({"untuk", "for", "hanya", "only"}) | _DUTY
_SKIPPED = frozenset({"minimal", "min", "minimum", "=", ":"}) | _FILLERS
_PEOPLE = frozenset({"orang", "people"})
# Behind a number these say that it counts no people.
_OTHER_COUNTS = frozenset({"minggu", "pekan", "week", "weeks", "hari", "day", "days", "persen", "percent", "%"})
_QUOTES = "\"'“”„"
_TOKEN = re.compile(r"""["“„][^"“”„]*["“”]|(?<!\S)'[^']*'|[=,;]|[^\s="“”„]*[^\s="“”„,;]""")
_COUNT = re.compile(r"\d{1,4}")
_ITEM = re.compile(r"(.*?\S)\s*[=:×]?\s*(\d{1,4})\s*(?:orang|people)?", re.IGNORECASE)


def tokens(words: Words) -> Words:
    """Words in quotation marks are one; `=` and the comma behind a word stand alone."""
    return tuple(_TOKEN.findall(" ".join(words)))


def bare(word: str) -> str:
    """Without the quotation marks around it."""
    return " ".join(word.strip(_QUOTES).split())


def take(on_duty: dict[str, int], home: list[str], words: Words, ends: frozenset[str], t: Translate) -> Words | None:
    """Read the duties that the words begin with into `on_duty` or `home`: what is left. None if they begin with none.

    `ends` are words that begin something else. Raises `UserError` where the name or the number is missing.
    """
    first, second = words[0].lower(), words[1].lower() if len(words) > 1 else ""
    if first in _DUTY:
        return _several(on_duty, words[1:], ends, t)
    if first in _HOME:
        return _home(home, words[1:], ends, t)
    if first in ("dari", "from") and second in ("rumah", "home"):
        return _home(home, words[2:], ends, t)
    named = second == "=" or (first[0] in _QUOTES and _COUNT.fullmatch(second))
    found = _item(words, ends) if named else None
    return _enter(on_duty, found) if found else None


# What was read: a name, a number, and what is left.
_Item = tuple[str, int, Words]


def _several(on_duty: dict[str, int], words: Words, ends: frozenset[str], t: Translate) -> Words:
    """`loket 2, arsip 1`: one, and further ones behind a comma or *dan*."""
    found = _item(words, ends)
    if found is None:
        raise UserError(t("Which duty, and how many people at the office? For example: {example}", example=EXAMPLE))
    while found:
        words = _enter(on_duty, found)
        found = _item(words[1:], ends) if words and words[0].lower() in _AND else None
    return words


def _enter(on_duty: dict[str, int], found: _Item) -> Words:
    name, count, words = found
    on_duty[name] = count
    return words


def _item(words: Words, ends: frozenset[str]) -> _Item | None:
    """`loket 2`, `loket = 2 orang`, `"pelayanan loket" minimal 2`"""
    name: list[str] = []
    while words and not _COUNT.fullmatch(words[0]):
        word = words[0].lower()
        if word in ends - _SKIPPED:
            return None
        if word not in _SKIPPED:
            name.append(bare(words[0]))
        words = words[1:]
    if not any(name) or not words or (len(words) > 1 and words[1].lower() in _OTHER_COUNTS):
        return None
    rest = words[2:] if len(words) > 1 and words[1].lower() in _PEOPLE else words[1:]
    return " ".join(name), int(words[0]), rest


def _home(home: list[str], words: Words, ends: frozenset[str], t: Translate) -> Words:
    """Names up to a word that begins something else; `wfh 2 hari` and `wfh 50%` name no duty."""
    if words and words[0][0].isdecimal():
        return words
    names: list[list[str]] = [[]]
    while words and not _ends(words, ends, begun=any(names)):
        word = words[0]
        if word[0] in _QUOTES and names[-1]:
            break
        words = words[1:]
        if word.lower() in _AND:
            names.append([])
        elif word.lower() not in _FILLERS:
            names[-1].append(bare(word))
        if word[0] in _QUOTES and not (words and words[0].lower() in _AND):
            break
    found = [name for each in names if (name := " ".join(each).strip())]
    if not found:
        raise UserError(t("Which duty is to be done from home? For example: {example}", example=HOME_EXAMPLE))
    home += found
    return words


def _ends(words: Words, ends: frozenset[str], *, begun: bool) -> bool:
    """Whether something else begins here; *tugas* does once a duty is named."""
    word = words[0].lower()
    return word in ends or word[0].isdecimal() or words[1:2] == ("=",) or (begun and word in _DUTY)


# ---------------------------------------------------------------- in a form


def shown(on_duty: Iterable[tuple[str, int]]) -> str:
    """`loket 2, arsip 1`, which `read_duties` reads."""
    return ", ".join(f"{duty} {count}" for duty, count in on_duty)


def read_duties(text: str, t: Translate) -> tuple[tuple[str, int], ...]:
    """The inverse of `shown`; raises `UserError`."""
    found: dict[str, int] = {}
    for part in duties.of(text.replace('"', "")):
        item = _ITEM.fullmatch(part)
        if item is None:
            raise UserError(t("Write a number behind each duty, for example: {example}", example=FORM_EXAMPLE))
        words = [word for word in tokens(tuple(item[1].split())) if word.lower() not in _SKIPPED]
        found[" ".join(map(bare, words))] = int(item[2])
    return tuple(found.items())


def read_home(text: str) -> tuple[str, ...]:
    return tuple(map(bare, duties.of(text)))


# ---------------------------------------------------------------- what is meant


def resolved(t: Translate, request: Request, known: Mapping[str, int]) -> tuple[Request, dict[str, Text]]:
    """The request with the names that the register has; what is not there, by field of the form."""
    errors: dict[str, str] = {}
    on_duty = read(errors, "duties", lambda: _on_duty(t, request.on_duty, known))
    home = read(errors, "home", lambda: tuple(dict.fromkeys(duties.resolve(t, duty, known) for duty in request.home_duties)))
    problems = {name: Text(problem) for name, problem in errors.items()}
    if on_duty is None or home is None:
        return request, problems
    return replace(request, on_duty=on_duty, home_duties=home), problems


def _on_duty(t: Translate, said: Sequence[tuple[str, int]], known: Mapping[str, int]) -> tuple[tuple[str, int], ...]:
    """Nobody wanted is as good as not said."""
    return tuple({duties.resolve(t, duty, known): count for duty, count in said if count}.items())
