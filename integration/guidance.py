"""What to answer to a word that a command does not know, and its help: both from the plugin's declarations."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from integration.i18n import Translate
from integration.messages import Button, Command, Reply, Text, fill, join
from integration.plugin import Context, Handler, Plugin, Subcommand

# A button whose action is SAY acts as if its value had been typed after the plugin's command.
SAY = "say"
# The same, at the moment at which it was typed: the value begins with that (`typed`).
TYPED = "typed"


def after_first(text: str) -> str:
    """What was said behind the first word."""
    parts = text.split(maxsplit=1)
    return parts[1] if len(parts) > 1 else ""


def did_you_mean(plugin: Plugin) -> Handler:
    def answer(context: Context, command: Command) -> Reply:
        typed = command.words[0].lower()
        words = _known(plugin, aliases=len(typed) > 3)  # something short is near to too many: `apa` is not `alpa`
        meant = list(dict.fromkeys(words[word] for word in near(typed, words)))
        if not meant:
            unknown = context.t("`/{plugin}` does not know “{word}”.", plugin=Text(plugin.name), word=command.words[0])
            return replace(help_reply(plugin, context.t, unknown), refused=True)
        rest = after_first(command.text)
        commands = [f"{word} {rest}".strip() for word in meant]
        shown = join(" / ", [fill("`/{plugin} {word}`", plugin=Text(plugin.name), word=Text(word)) for word in meant])
        buttons = tuple(Button(f"/{plugin.name} {words}"[:40], f"{plugin.name}.{SAY}", words) for words in commands)
        return Reply(context.t("Did you mean {commands}?", commands=shown), buttons=buttons, refused=True)

    return answer


def typed(moment: datetime, line: str) -> str:
    """The value of a TYPED button."""
    return f"{moment.isoformat()} {line}"


def _known(plugin: Plugin, *, aliases: bool) -> dict[str, str]:
    """{what one may type: the subcommand's word}"""
    shown = (each for each in plugin.subcommands if not each.hidden)
    return {word: each.word for each in shown for word in (each.word, *(each.aliases if aliases else ()))}


def near(typed: str, known: Iterable[str]) -> list[str]:
    """At most three known words that may have been meant; `izin` is not `in`, and `apa` is not `recap`."""

    def likely(word: str) -> bool:
        if word[0] == typed[0]:
            return len(word) > 2
        return len(word) > 4 and difflib.SequenceMatcher(None, typed, word).ratio() > 0.8

    return [word for word in difflib.get_close_matches(typed, known, n=9, cutoff=0.6) if likely(word)][:3]


def help_reply(plugin: Plugin, t: Translate, first: Text | None = None) -> Reply:
    """What the plugin's command can do, one line per subcommand, from its declarations."""
    lines = [first, Text("")] if first else []
    for subcommand in plugin.subcommands:
        if not subcommand.hidden:
            lines.append(_help_line(plugin, subcommand, t))
    return Reply(join("\n", lines))


def _help_line(plugin: Plugin, subcommand: Subcommand, t: Translate) -> Text:
    """`- /hadir masuk wfh — …`: what one may type as it stands. Brackets and bars are for the books."""
    shown = subcommand.example or f"/{plugin.name} {subcommand.word}"
    return Text(f"- `{shown}` — {t(subcommand.help)}")
