"""A meeting in one line, taken apart into the fields of the form: what belongs to none of them is the title. Pure.

`besok 09.00 "Koordinasi SPBE" @siti ~umum 90m`; below it may stand the agenda, or lines like `Tempat: Aula`, as an
invitation that somebody copies has them. Nothing is judged here, and nothing is lost: who reads the fields says what is
wrong with them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from datetime import date

from integration.dates import Words, take_hours, take_time
from integration.dates.days import exact_day
from integration.dates.words import tidy
from integration.errors import UserError
from integration.i18n import Translate
from plugins.rapat import recurrence, times
from plugins.rapat.line_words import FILLING, INVITES, MODES, ORDINARY, PLACES, PROVIDERS, ROOMS, UNITS, VIA, ZONES, labelled

# What the form has, in its order.
FIELDS = ("title", "day", "time", "length", "invite", "mode", "place", "provider", "repeat", "agenda", "number", "folder")
_QUOTED = re.compile(r"[\"“”„]([^\"“”„]*)[\"“”„]|(?<!\S)['‘]([^'’]+)['’](?!\S)")
_MARK = "\x00"
_BEFORE_DAY = re.compile(r"^(?:pada|mulai|on) ", re.IGNORECASE)
_NUMBER = re.compile(r"(?:nomor|nomer|no)\.?:?", re.IGNORECASE)
# A line of more words is no line: the rest is for the agenda. A name or a place has no more words than this.
_MOST_WORDS, _FARTHEST = 120, 12
_Taken = tuple[int, str, str]  # how many words, the field, what to put there


def split(text: str, today: date, t: Translate, rooms: Collection[str] = ()) -> dict[str, str]:
    """The fields of what was typed, those that were said; `rooms` are the names of the office's rooms."""
    quoted: list[str] = []

    def keep(found: re.Match[str]) -> str:
        quoted.append(" ".join((found[1] or found[2] or "").split()))
        return f" {_MARK}{len(quoted) - 1}{_MARK} "

    first, *others = [line.strip() for line in _QUOTED.sub(keep, text).strip().split("\n")]
    line = _Line(tuple(re.sub(r"[,;](?=[@~])", " ", first).split()), quoted, today, t, sorted(rooms, key=len, reverse=True))
    line.read()
    for below in others:
        _below(line, below)
    return line.fields()


def _below(line: _Line, text: str) -> None:
    name, words = labelled(text)
    if name:
        line.put(name, line.unquoted(words))
    elif text or line.said.get("agenda"):
        line.said.setdefault("agenda", []).append(line.unquoted(text))


@dataclass(slots=True)
class _Line:
    words: Words
    quoted: list[str]
    today: date
    t: Translate
    rooms: list[str]
    said: dict[str, list[str]] = field(default_factory=dict)
    rest: list[str] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)
    before: str = ""  # the field to which the words just before belong

    def read(self) -> None:
        words, more, in_title = self.words[:_MOST_WORDS], self.words[_MOST_WORDS:], False
        while words:
            count, name, value = self._take(words)
            if name == "mode" and count == 1 and in_title and words[0].isalpha():
                self._in_title(words, value)
            elif count:
                self.put(name, value)
            elif self._is_quoted(words[0]):
                self.titles.append(self.unquoted(words[0]))
            else:
                self.rest.append(words[0])
            in_title = not count and self._is_title(words[0])
            self.before = name
            words = words[count or 1 :]
        if more:
            self.put("agenda", self.unquoted(" ".join(more)))

    def _in_title(self, words: Words, mode: str) -> None:
        """*Apel virtual*, *Pelatihan online marketing*: a mode behind a word of the title stands in the title too, and between
        two of them it is nothing else.
        """
        self.rest.append(words[0])
        behind = words[1:]
        if not behind or not self._is_title(behind[0]) or self._take(behind)[0]:
            self.put("mode", mode)

    def _is_title(self, word: str) -> bool:
        """Whether a word that is nothing else belongs to the title, and what follows may too."""
        return tidy(word) not in FILLING and word[-1] not in ",;:-–" and not self._is_quoted(word)

    def put(self, name: str, value: str) -> None:
        if name == "time" and self.said.get("time"):  # "13.00 sampai 15.00", "09.00 … WITA"
            self.said["time"][-1] = f"{self.said['time'][-1]} {value}"
        elif name == "repeat" or name in ("invite", "agenda") or not self.said.get(name):
            self.said.setdefault(name, []).append(value)
        elif name in ("mode", "provider"):
            self.said[name] = [value]
        elif name:
            self.said.setdefault("agenda", []).append(value)

    def fields(self) -> dict[str, str]:
        title, *more = self.titles or [self._title()]
        left = [word for word in self.rest if tidy(word) not in FILLING] if self.titles else []
        if left or more:
            self.said.setdefault("agenda", []).insert(0, " ".join([*more, *([self._title()] if left else [])]))
        joined = {
            name: (", " if name == "invite" else "\n" if name == "agenda" else " ").join(v) for name, v in self.said.items()
        }
        title = title or joined.pop("title", "")
        return {name: text.strip() for name, text in {"title": title, **joined}.items() if text.strip()}

    def _title(self) -> str:
        words = list(self.rest)
        while words and tidy(words[-1]) in FILLING:
            words.pop()
        while words and tidy(words[0]) in FILLING - {"untuk"}:
            words.pop(0)
        return " ".join(words).strip(" ,;:-–")

    # ------------------------------------------------------------ what words begin with

    def _take(self, words: Words) -> _Taken:
        for taker in (
            self._invited, self._number, self._agenda, self._repeat, self._end, self._length, self._time, self._day,
            self._video, self._place, self._mode, self._undang,
        ):  # fmt: skip
            taken = taker(words)
            if taken[0]:
                return taken
        return 0, "", ""

    def _is_quoted(self, word: str) -> bool:
        return word.startswith(_MARK)

    def unquoted(self, text: str) -> str:
        return re.sub(f"{_MARK}(\\d+){_MARK}", lambda found: self.quoted[int(found[1])], text)

    def _invited(self, words: Words) -> _Taken:
        word = words[0].strip(".,;:()<>")
        if len(word) > 1 and (word[0] in "@~" or ("@" in word and not self._is_quoted(word))):
            return 1, "invite", word
        if tidy(word) in UNITS and len(words) > 1:
            if self._is_quoted(words[1]):
                return 2, "invite", f"unit {self.unquoted(words[1])}"
            count = self._until_known(words, 1)
            return (count, "invite", " ".join(words[:count])) if count > 1 else (0, "", "")
        return 0, "", ""

    def _undang(self, words: Words) -> _Taken:
        if tidy(words[0].rstrip(":")) not in INVITES or len(words) < 2:
            return 0, "", ""
        if self._invited(words[1:])[0]:
            return 1, "", ""
        count = self._until_known(words, 1)
        return (count, "invite", self.unquoted(" ".join(words[1:count]))) if count > 1 else (0, "", "")

    def _number(self, words: Words) -> _Taken:
        if len(words) > 1 and _NUMBER.fullmatch(words[0]) and re.search(r"\d", words[1]) and re.search(r"[/.-]", words[1]):
            return 2, "number", self.unquoted(words[1])
        return 0, "", ""

    def _agenda(self, words: Words) -> _Taken:
        if (name := tidy(words[0])) in ("agenda", "folder") and len(words) > 1 and self._is_quoted(words[1]):
            return 2, name, self.unquoted(words[1])
        if words[0].lower() == "agenda:" and len(words) > 1:
            return len(words), "agenda", self.unquoted(" ".join(words[1:]))
        return 0, "", ""

    def _repeat(self, words: Words) -> _Taken:
        if self.said.get("repeat"):
            return 0, "", ""
        return self._read(
            words, "repeat", 14, lambda these: recurrence.take(these, self.t)[1] == () and len(these) > 1, shortest=True
        )

    def _end(self, words: Words) -> _Taken:
        """Only a series ends on another day; of a single meeting it is a length, and too long for one."""
        if not self.said.get("repeat") and (odd := self._odd_count(words)):
            return odd, "repeat", " ".join(words[:odd])
        if not self.said.get("repeat") and (
            not self.said.get("day") or tidy(words[0]) not in ("sampai", "hingga", "s.d", "sd", "s/d")
        ):
            return 0, "", ""
        text, rest = recurrence.take_end(words, self.today, self.t)
        return (len(words) - len(rest), "repeat" if self.said.get("repeat") else "length", text) if text else (0, "", "")

    def _odd_count(self, words: Words) -> int:
        return next((count for count in (2, 1) if recurrence.is_odd_count(" ".join(words[:count]))), 0)

    def _length(self, words: Words) -> _Taken:
        return self._read(words, "length", 6, lambda these: times.is_length(" ".join(these)))

    def _time(self, words: Words) -> _Taken:
        if self.before == "time" and (count := self._more_time(words)):
            return count, "time", " ".join(words[:count])
        if self.said.get("time"):
            return 0, "", ""
        return self._read(words, "time", 9, self._is_time, shortest=True)

    def _is_time(self, words: Words) -> bool:
        """A number of three or four figures is a year as likely as a time, unless a day stands before it."""
        text = times.OPEN_END.sub("", " ".join(words)).strip()
        if not text or (re.fullmatch(r"\d{3,4}(?: ?[-–] ?\d{3,4})?", text) and self.before not in ("day", "repeat")):
            return False
        these = tuple(text.split())
        hours, rest = take_hours(these, self.t)
        if hours is not None and not rest:
            return True
        clock, rest = take_time(these, self.t)
        return clock is not None and not rest

    def _more_time(self, words: Words) -> int:
        """`WITA`, `s.d. selesai`, `/ 10.00 WITA`, `EST`, `sampai 11.00`, right behind a time."""
        word = tidy(words[0])
        if word in ZONES or times.known_zone(word):
            return 1
        for count in range(min(3, len(words)), 0, -1):
            if times.OPEN_END.fullmatch(" " + " ".join(words[:count])):
                return count
        if words[0] in ("/", "(", "-", "–", "sampai", "hingga", "s.d.", "sd", "s/d") and len(words) > 1:
            count = self._read(words[1:], "time", 4, self._is_time, shortest=True)[0]
            return count + 1 if count else 0
        return 0

    def _day(self, words: Words) -> _Taken:
        if self.said.get("day"):
            return 0, "", ""
        count, name, text = self._read(words, "day", 6, self._is_day)
        return count, name, _BEFORE_DAY.sub("", text)

    def _is_day(self, words: Words) -> bool:
        return exact_day(_BEFORE_DAY.sub("", " ".join(words)).lower(), self.today, self.t, "future") is not None

    def _video(self, words: Words) -> _Taken:
        via = tidy(words[0]) in VIA and len(words) > 1
        at = 1 if via else 0
        if tidy(" ".join(words[at : at + 2])) == "google meet":
            return at + 2, "provider", "meet"
        name = PROVIDERS.get(tidy(words[at]))
        return (at + 1, "provider", name) if name and (via or tidy(words[at]) not in ORDINARY) else (0, "", "")

    def _mode(self, words: Words) -> _Taken:
        if tidy(" ".join(words[:2])) in ("tatap muka", "di tempat"):
            return 2, "mode", "room"
        at = 1 if tidy(words[0]) == "secara" and len(words) > 1 else 0
        mode = MODES.get(tidy(words[at].strip("()")))
        return (at + 1, "mode", mode) if mode else (0, "", "")

    def _place(self, words: Words) -> _Taken:
        at = 1 if tidy(words[0]) in ("di", "at", "in") and len(words) > 1 else 0
        for room in self.rooms:
            size = len(room.split())
            for skip in (0, 1):
                begins = at == 1 or (skip == 1 and tidy(words[0]) in ROOMS)
                these = " ".join(words[at + skip : at + skip + size])
                if begins and (skip == 0 or tidy(words[at]) in ROOMS) and tidy(these) == tidy(room) and these:
                    return at + skip + size, "place", room
        word = tidy(words[at])
        if at and self._is_quoted(words[1]):
            return 2, "place", self.unquoted(words[1])
        if word in ROOMS and len(words) > at + 1 and self._is_quoted(words[at + 1]):
            return at + 2, "place", f"{words[at]} {self.unquoted(words[at + 1])}"
        if word not in (PLACES if at else {"ruang", "ruangan"}):
            return 0, "", ""
        count = self._until_known(words, at + 1)
        return (count, "place", " ".join(words[at:count])) if count > at else (0, "", "")

    # ------------------------------------------------------------ how far

    def _read(self, words: Words, name: str, most: int, fits: Callable[[Words], bool], *, shortest: bool = False) -> _Taken:
        """The longest beginning that fits, or that would but for what is wrong with it; of these, `shortest` may be meant."""
        wrong = 0
        for count in range(min(most, len(words)), 0, -1):
            these = words[:count]
            if any(self._is_quoted(word) for word in these):
                continue
            try:
                found = fits(these)
            except UserError:
                found, wrong = not shortest, count
            if found:
                return count, name, " ".join(these)
        return (wrong, name, " ".join(words[:wrong])) if wrong else (0, "", "")

    def _until_known(self, words: Words, start: int) -> int:
        """Where, from `start` on, something else begins."""
        saved, self.before = self.before, ""
        try:
            return next(self._known(words, start), min(len(words), start + _FARTHEST))
        finally:
            self.before = saved

    def _known(self, words: Words, start: int) -> Iterator[int]:
        for at in range(start, min(len(words), start + _FARTHEST)):
            if self._is_quoted(words[at]) or self._take(words[at:])[0]:
                yield at
