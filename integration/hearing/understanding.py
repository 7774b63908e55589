"""What an ordinary message means: pure, from what was typed to a command, a number, or the commands that may be meant.

To the bot itself people write as to a person: with or without a slash, the plugin's name, capitals, punctuation or emoji.
In a channel only what is clearly for Hadir counts, because everybody else talks there too:
- what begins with a mention of the bot, or with a slash and a plugin's name, is understood as if it were said to the bot;
- in the attendance channel also the few words that a subcommand lists as `aloud`, and nothing beside them.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from integration.guidance import near
from integration.messages import Channel, clean
from integration.plugin import Plugin, Subcommand
from integration.ports import Said
from integration.settings import Settings

# People copy a command from a manual with its quotes, and write the way they write to each other.
_AROUND = " \t\n`*_~\"'“”‘’«»"
_SHORTCODE = r":[a-z0-9_+-]{1,60}:"  # an emoji as Mattermost writes it
_BEFORE = re.compile(rf"(?:{_SHORTCODE}|[^\w/@?])+", re.IGNORECASE)
_BEHIND = re.compile(rf"{_SHORTCODE}$", re.IGNORECASE)
_FIRST = re.compile(r"""(?P<sign>[/@]*)(?P<word>[^\W_][\w-]*)[*_~`"',.;:!?–—-]*(?P<rest>.*)""", re.DOTALL)
_NUMBER = re.compile(r"\(?([0-9]{1,3})[.)]?")
_HELP = "bantuan"
_MOST = 4


@dataclass(frozen=True, slots=True)
class Line:
    """`/plugin text`"""

    plugin: str
    text: str = ""

    def __str__(self) -> str:
        return f"/{self.plugin} {self.text}".strip()


@dataclass(frozen=True, slots=True)
class Number:
    """One of the numbered choices."""

    number: int


@dataclass(frozen=True, slots=True)
class Perhaps:
    """It may be one of these, the likeliest first."""

    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Help:
    """What can be typed at all."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """Said to the bot, and none of its commands: a greeting, thanks, a question; or a file without a word."""


Meaning = Line | Number | Perhaps | Help | Unknown


def is_attendance(settings: Settings, channel: Channel) -> bool:
    """Whether the administrator named it, by its id or by its name, as the place where people say that they are there."""
    named = {name.lower().lstrip("~#") for name in settings.attendance_channels}
    return not channel.direct and bool(named & {channel.id.lower(), channel.name.lower()})


def understand(plugins: Sequence[Plugin], settings: Settings, said: Said) -> Meaning | None:
    """None for what is none of ours."""
    text = _bare(said.text)
    if number := _NUMBER.fullmatch(text):
        return Number(int(number[1]))
    first = _FIRST.match(text)
    by_slash = first is not None and first["sign"] == "/" and _named(plugins, first["word"].lower()) is not None
    if said.channel.direct or said.addressed or by_slash:
        return _addressed(plugins, first, text)
    return _aloud(plugins, text) if is_attendance(settings, said.channel) else None


def _bare(text: str) -> str:
    """Without quotes around it, and without emoji and punctuation at either end."""
    text = clean(text).strip(_AROUND)
    text = text[found.end() :] if (found := _BEFORE.match(text)) else text
    end = len(text)
    while end and not (text[end - 1].isalnum() or text[end - 1] in "?/@_)"):
        shortcode = _BEHIND.search(text[max(end - 62, 0) : end]) if text[end - 1] == ":" else None
        end -= len(shortcode[0]) if shortcode else 1
    return text[:end].strip(_AROUND)


# ---------------------------------------------------------------- said to the bot


def _addressed(plugins: Sequence[Plugin], first: re.Match[str] | None, text: str) -> Meaning:
    if first is None:
        return Help() if text.startswith("?") else Unknown()
    word, rest = first["word"].lower(), first["rest"].strip()
    if plugin := _named(plugins, word):
        return Line(plugin.name, rest)
    if any(word == _HELP or word in help.aliases for help in _helps(plugins)):
        return Help()
    asked = text.endswith("?")
    found = [(plugin, sub) for plugin, sub in _owners(plugins, word) if not _doubtful(sub, rest, asked)]
    lines = tuple(Line(plugin.name, f"{word} {rest}".strip()) for plugin, _ in found)
    if len(lines) == 1:
        return lines[0]
    return Perhaps(lines[:_MOST]) if lines else _guess(plugins, word, rest)


def _named(plugins: Sequence[Plugin], word: str) -> Plugin | None:
    """The plugin of that name; `ijin` is `izin`, because that plugin's own subcommand says so."""
    return next((plugin for plugin in plugins if word == plugin.name or word in _spellings(plugin)), None)


def _spellings(plugin: Plugin) -> tuple[str, ...]:
    """Other words for the subcommand that has the plugin's own name, as far as they are its name spelt otherwise."""
    own = (sub for sub in plugin.subcommands if sub.word == plugin.name)
    return tuple(word for sub in own for word in sub.aliases if near(word, [plugin.name]))


def _helps(plugins: Sequence[Plugin]) -> list[Subcommand]:
    return [sub for plugin in plugins for sub in plugin.subcommands if sub.word == _HELP]


def _owners(plugins: Sequence[Plugin], word: str) -> list[tuple[Plugin, Subcommand]]:
    """Who knows the word: as its own rather than as another word for something, and shown rather than hidden."""
    found = [(plugin, sub) for plugin in plugins for sub in plugin.subcommands if word == sub.word or word in sub.aliases]
    shown = [each for each in found if not each[1].hidden] or found
    return [each for each in shown if each[1].word == word] or shown


def _doubtful(sub: Subcommand, rest: str, asked: bool) -> bool:
    """A question, or a sentence that begins with a place, records nothing without being asked back."""
    return sub.may_write(rest.split()) and (asked or (sub.hidden and bool(rest)))


def _guess(plugins: Sequence[Plugin], word: str, rest: str) -> Meaning:
    """What was mistyped, or would write although it looks like a question: to be confirmed."""
    lines = [Line(plugin.name, f"{word} {rest}".strip()) for plugin, _ in _owners(plugins, word)]
    if not lines:
        known = {plugin.name: Line(plugin.name, rest) for plugin in plugins} | _words(plugins, rest)
        lines = [known[each] for each in near(word, known) if _alike(word, each)]
    return Perhaps(tuple(dict.fromkeys(lines))[:_MOST]) if lines else Unknown()


def _alike(word: str, known: str) -> bool:
    """People write more to a bot than commands: `terima` is not `tim`."""
    return difflib.SequenceMatcher(None, word, known).ratio() > 0.72


def _words(plugins: Sequence[Plugin], rest: str) -> dict[str, Line]:
    """{word: its line}; of a word that several know, the first's."""
    known: dict[str, Line] = {}
    for plugin in plugins:
        for sub in plugin.subcommands:
            for word in (sub.word, *sub.aliases) if not sub.hidden else ():
                known.setdefault(word, Line(plugin.name, f"{sub.word} {rest}".strip()))
    return known


# ---------------------------------------------------------------- said aloud


def _aloud(plugins: Sequence[Plugin], text: str) -> Line | None:
    """`Masuk WFH`, `hadir masuk`, `pulang`, and nothing beside it: "masuk ya pak" is for somebody else. The plugin's name
    alone is answered with its menu.
    """
    words = "".join(char if char.isalnum() else " " for char in text.lower()).split()
    for plugin in plugins:
        said = words[1:] if words[:1] == [plugin.name] else words
        for sub in plugin.subcommands:
            if sub.aloud is not None and (words == [plugin.name] or _is_aloud(sub, said)):
                return Line(plugin.name, " ".join(said))
    return None


def _is_aloud(sub: Subcommand, said: list[str]) -> bool:
    return said[:1] == [sub.word] and " ".join(said[1:]) in (sub.aloud or ())
