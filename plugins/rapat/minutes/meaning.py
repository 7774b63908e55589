"""What an action item says: who is to do it until when. `siapkan ruangan @siti Jumat`, `… (Dewi Lestari, 30 Nov)`, `PIC: Budi`.

Nobody is asked while minutes are saved: a name that can mean nobody, or several people, is kept as it was written, and days
that are none stay in the text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import Connection

from integration import people
from integration.dates.days import exact_day
from integration.errors import UserError
from integration.i18n import Translate
from integration.people import Person
from plugins.rapat.minutes.markdown import tidy

LONGEST_TEXT = 1000
LONGEST_NAME = 200
MOST_PEOPLE = 20
_NAME_WORDS = 4
_DAY_WORDS = 5
# A weekday or month cut this short may be another word.
_SHORTEST_DAY = 4
# The words before a day that say what it is are not longer than this.
_LONGEST_UNTIL = 60
_MENTION = re.compile(r"(?<![\w@.])@(?=\w)")
_USERNAME = re.compile(r"\w[\w.-]*")
_NAME_WORD = re.compile(r"[\w.'’-]+")
_PARENTHESES = re.compile(r"\s*[(\[]([^()\[\]]{2,120})[)\]]\s*[.;]?\s*$")
_LABELLED = re.compile(r"(?:^|[\s,;(|–—-])(?:pic|pj|p\.j\.|penanggung jawab|oleh)\s*:?\s+([^:]{2,120})$", re.IGNORECASE)
_LABEL_SAID = re.compile(r"(?:pic|pj|p\.j\.|penanggung jawab)\s*:?\s", re.IGNORECASE)
_TAIL = re.compile(r"(?:\s+[–—-]+\s+|\s*[,;|:]\s+)([^,;|–—]{2,80})$")
_BETWEEN = re.compile(r"\s*(?:[,;&+|]|(?<!\d)/(?!\d)|\bdan\b|\band\b)\s*")
_UNTIL = re.compile(
    r"[\s,;:(–—-]*\b(?:tenggat(?: waktu)?|batas(?: waktu)?|deadline|paling lambat|selambatnya|sebelum|sampai|hingga|s\.?/?d\.?|"
    r"pada|tgl|tanggal|until|by|due|before)?\s*:?\s*$",
    re.IGNORECASE,
)
_SAID_FIRST = re.compile(r"^(?:pic|pj|oleh|tenggat|batas|paling lambat|sebelum)\s*:?\s+", re.IGNORECASE)
_LEFT_OVER = " \t,;:|–—-"

Who = tuple[int | None, str]


@dataclass(frozen=True, slots=True)
class Meant:
    """`people` are (person's id or None, name as it is shown). `day_said` are the words of the day, to be found in the line.

    `wrong_day` says what is wrong with a day that cannot be.
    """

    text: str
    people: tuple[Who, ...] = ()
    due: date | None = None
    day_said: str = ""
    wrong_day: str = ""


@dataclass
class Names:
    """Who is meant by a name; each is looked up once. `invited` (ids) win over namesakes."""

    db: Connection
    invited: frozenset[int]
    today: date
    _known: dict[str, Who | None] = field(default_factory=dict)

    def mentioned(self, name: str) -> Who | None:
        """Behind an `@`: a username, else anybody whom it can mean alone."""
        return self._once(f"@{name}", lambda: self._only(people.search(self.db, name)))

    def named(self, name: str) -> Who | None:
        """Of bare words: whole words of somebody's name, written with a capital."""
        words = name.split()
        if not 1 <= len(words) <= _NAME_WORDS or not name[:1].isupper():
            return None
        return self._once(name, lambda: self._only([each for each in people.search(self.db, name) if _whole(words, each)]))

    def _once(self, key: str, find: Callable[[], Who | None]) -> Who | None:
        if key not in self._known:
            self._known[key] = find()
        return self._known[key]

    def _only(self, found: Sequence[Person]) -> Who | None:
        here = [each for each in found if each.ended_on is None or each.ended_on >= self.today] or list(found)
        chosen = [each for each in here if each.id in self.invited] or here
        return (chosen[0].id, chosen[0].name) if len(chosen) == 1 else None


def _whole(words: Sequence[str], someone: Person) -> bool:
    parts = {part.casefold().strip(".,") for part in someone.name.split()}
    return all(word.casefold().strip(".,") in parts for word in words)


def read(words: str, today: date, t: Translate, names: Names) -> Meant:
    """What the words of an item mean; days are counted from `today`, the day of the meeting."""
    reader = _Item(tidy(words), today, t, names)
    reader.take()
    return reader.meant()


class _Item:
    def __init__(self, words: str, today: date, t: Translate, names: Names) -> None:
        self._rest = words
        self._whole = words
        self._today, self._t, self._names = today, t, names
        self._people: list[Who] = []
        self._due: date | None = None
        self._day_said = ""
        self._wrong_day = ""

    def meant(self) -> Meant:
        text = " ".join(self._rest.split()).strip(_LEFT_OVER) or self._whole
        people = tuple(dict.fromkeys(self._people))[:MOST_PEOPLE]
        return Meant(text[:LONGEST_TEXT], people, self._due, self._day_said, self._wrong_day if self._due is None else "")

    def take(self) -> None:
        self._mentions()
        for _ in range(4):  # a day and names may stand in any order at the end
            before = self._rest
            self._day()
            self._parentheses()
            self._label()
            self._tail()
            if self._rest == before:
                return

    # ------------------------------------------------------------ names with @

    def _mentions(self) -> None:
        while len(self._people) < MOST_PEOPLE and (found := _MENTION.search(self._rest)):
            start, after = found.start(), self._rest[found.end() :]
            who, length = self._behind_at(after)
            self._people.append(who)
            self._rest = f"{self._rest[:start].rstrip()} {after[length:].lstrip()}"

    def _behind_at(self, after: str) -> tuple[Who, int]:
        """Who it is, and how many signs say so: `@siti`, or `@Siti Rahayu` with as many words as mean somebody."""
        username = _USERNAME.match(after)
        assert username is not None  # noqa: S101  # the pattern of a mention looks ahead
        single = username[0].rstrip(".-")
        several = self._words(after)
        for count in range(len(several), 1, -1):
            name = after[: several[count - 1]]
            found = self._names.mentioned(name)
            if found and (single[:1].isupper() or self._names.mentioned(single) is None):
                return found, len(name)
        return self._names.mentioned(single) or (None, single[:LONGEST_NAME]), len(single)

    def _words(self, after: str) -> list[int]:
        """Where the first words end that can be a name."""
        ends: list[int] = []
        for found in _NAME_WORD.finditer(after):
            if len(ends) == _NAME_WORDS or after[ends[-1] if ends else 0 : found.start()].strip(" "):
                break
            if ends and not found[0][:1].isupper():
                break
            ends.append(found.end() - len(found[0]) + len(found[0].rstrip(".-'’")))
        return ends

    # ------------------------------------------------------------ the day

    def _day(self) -> None:
        """A day at the very end, with the word before it that says what it is."""
        if self._due is not None:
            return
        words = self._rest.rstrip(_LEFT_OVER + ".").split()
        for count in range(min(_DAY_WORDS, len(words)), 0, -1):
            said = " ".join(words[-count:])
            day = self._read_day(said)
            if day is not None:
                before = " ".join(words[:-count])
                self._due, self._day_said = day, said
                kept, end = before[:-_LONGEST_UNTIL], before[-_LONGEST_UNTIL:]
                self._rest = (kept + _UNTIL.sub("", end.rstrip(_LEFT_OVER))).rstrip(_LEFT_OVER)
                return

    def _read_day(self, said: str) -> date | None:
        if len(said) < _SHORTEST_DAY and not any(sign.isdigit() for sign in said):
            return None
        if not (said[:1].isalnum() or said[:1] == "'"):
            return None
        try:
            return exact_day(said, self._today, self._t, "future")
        except UserError as error:
            self._wrong_day = self._wrong_day or error.args[0]
            return None

    # ------------------------------------------------------------ names without @

    def _parentheses(self) -> None:
        found = _PARENTHESES.search(self._rest)
        if found and self._all_of(found[1]):
            self._rest = self._rest[: found.start()]

    def _label(self) -> None:
        found = _LABELLED.search(self._rest)
        if not found:
            return
        labelled = _LABEL_SAID.search(found[0])
        if self._all_of(found[1]):
            self._rest = self._rest[: found.start()]
        elif labelled and not self._people:
            self._people.append((None, found[1].strip()[:LONGEST_NAME]))
            self._rest = self._rest[: found.start()]

    def _tail(self) -> None:
        found = _TAIL.search(self._rest)
        if found and self._all_of(found[1]):
            self._rest = self._rest[: found.start()]

    def _all_of(self, said: str) -> bool:
        """Take names and a day out of these words, if they hold nothing else."""
        people: list[Who] = []
        days: list[tuple[date, str]] = []
        for part in filter(None, _BETWEEN.split(said.strip())):
            bare = _SAID_FIRST.sub("", part)
            day = self._read_day(bare) if self._due is None else None
            who = None if day else self._names.named(bare)
            if day:
                days.append((day, bare))
            elif who:
                people.append(who)
            else:
                return False
        if len(days) > 1 or not (people or days):
            return False
        self._people += people
        if days:
            self._due, self._day_said = days[0]
        return True
