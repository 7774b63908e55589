"""What to answer to a word that a command does not know, and its help: both from the plugin's declarations."""

from __future__ import annotations

import difflib
from dataclasses import replace

from integration.i18n import Translate
from integration.messages import Button, Command, Reply, Text, fill, join
from integration.plugin import Context, Handler, Plugin, Subcommand

# A button whose action is SAY acts as if its value had been typed after the plugin's command.
SAY = "say"


def after_first(text: str) -> str:
    """What was said behind the first word."""
    parts = text.split(maxsplit=1)
    return parts[1] if len(parts) > 1 else ""


def did_you_mean(plugin: Plugin) -> Handler:
    def answer(context: Context, command: Command) -> Reply:
        words = {w: s.word for s in plugin.subcommands if not s.hidden for w in (s.word, *s.aliases)}
        close = difflib.get_close_matches(command.words[0].lower(), words, n=3, cutoff=0.6)
        meant = list(dict.fromkeys(words[word] for word in close))
        if not meant:
            unknown = context.t("`/{plugin}` does not know “{word}”.", plugin=Text(plugin.name), word=command.words[0])
            return replace(help_reply(plugin, context.t, unknown), refused=True)
        rest = after_first(command.text)
        commands = [f"{word} {rest}".strip() for word in meant]
        shown = join(" / ", [fill("`/{plugin} {word}`", plugin=Text(plugin.name), word=Text(word)) for word in meant])
        buttons = tuple(Button(f"/{plugin.name} {words}"[:40], f"{plugin.name}.{SAY}", words) for words in commands)
        return Reply(context.t("Did you mean {commands}?", commands=shown), buttons=buttons, refused=True)

    return answer


def help_reply(plugin: Plugin, t: Translate, first: Text | None = None) -> Reply:
    """What the plugin's command can do, one line per subcommand, from its declarations."""
    lines = [first, Text("")] if first else []
    for subcommand in plugin.subcommands:
        if not subcommand.hidden:
            lines.append(_help_line(plugin, subcommand, t))
    return Reply(join("\n", lines))


def _help_line(plugin: Plugin, subcommand: Subcommand, t: Translate) -> Text:
    arguments = t(subcommand.arguments) if subcommand.arguments else ""
    usage = " ".join(filter(None, (f"/{plugin.name}", subcommand.word, arguments)))
    line = Text(f"- `{usage}` — {t(subcommand.help)}")
    if not subcommand.example:
        return line
    example = t("Example: {example}", example=Text(f"`{subcommand.example}`"))
    return Text(f"{line}. {example}")
