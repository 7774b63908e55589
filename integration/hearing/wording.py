"""How Hadir answers an ordinary message: what was read late, what it did not understand, what can be typed."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from integration import phrases
from integration.core import Hadir
from integration.guidance import SAY, TYPED, typed
from integration.hearing.understanding import Help, Line, Meaning, Number, Perhaps, Unknown
from integration.i18n import Translate
from integration.messages import Answer, Button, Form, FormErrors, Reply, Text, fill, join, plain, quote
from integration.people import Person
from integration.plugin import Plugin
from integration.ports import Said

_LABEL = 40
# So many days an answer to a question of ours counts as of the question; a later one asks for a correction.
_THEN = 0.5
_KEEP = "simpan"


class Wording:
    """The words for one message; `read_at` is when it was read, if that was late."""

    def __init__(self, hadir: Hadir, said: Said, read_at: datetime | None) -> None:
        self._hadir, self._said, self._read_at = hadir, said, read_at

    # ------------------------------------------------------------ what a handler answered

    def reply(self, t: Translate, person: Person | None, answer: Answer, meant: Meaning) -> Reply:
        """A message is all that can be sent here: a form becomes the address of its page."""
        reply = self._typed_then(self._as_reply(t, answer))
        lead = [self._late(t, person, self._read_at, reply)] if self._read_at and person else []
        lead += [_understood(t)] if isinstance(meant, Unknown) and not reply.refused else []
        return replace(reply, text=join("\n", [*lead, reply.text]), replaces=False)

    def _as_reply(self, t: Translate, answer: Answer) -> Reply:
        if isinstance(answer, Reply):
            return answer
        if isinstance(answer, FormErrors):
            return Reply(join("\n", [quote(plain(text)) for text in answer.by_field.values()]), refused=True)
        return Reply(self._form(t, answer))

    def _form(self, t: Translate, form: Form) -> Text:
        if self._hadir.form_link is None:
            return t("This needs a form, and forms cannot be opened here. Please tell the administrator.")
        title = fill("{title}", title=form.title)
        return join("\n", [title, phrases.form_page(t, self._hadir.form_link(form, self._said.sender))])

    def _typed_then(self, reply: Reply) -> Reply:
        """Who is asked back loses no minute by it: the answer counts as of the moment at which the question arose."""
        return replace(reply, buttons=tuple(map(self._as_of_then, reply.buttons))) if reply.refused else reply

    def _as_of_then(self, button: Button) -> Button:
        plugin, _, action = button.action.partition(".")
        if action != SAY:
            return button
        return replace(
            button, action=f"{plugin}.{TYPED}", value=typed(self._said.at, button.value), days=min(button.days, _THEN)
        )

    def _late(self, t: Translate, person: Person, read_at: datetime, reply: Reply) -> Text:
        then = phrases.clock_and_day(t, self._said.at, person, read_at)
        now = phrases.clock(read_at, person)
        if reply.refused:
            return t("Your message of {then} could be read only at {now}, because of a disturbance.", then=then, now=now)
        return t(
            "Your message of {then} could be read only at {now}, because of a disturbance; the time of the message counts.",
            then=then,
            now=now,
        )

    # ------------------------------------------------------------ what no handler answers

    def instead(self, t: Translate, meant: Meaning) -> Reply:
        """A question back, or help."""
        if isinstance(meant, Help):
            return self._help(t)
        if isinstance(meant, Number):
            return Reply(t("There is no choice {number} here, or its time is over. Please ask again.", number=meant.number))
        if isinstance(meant, Perhaps):
            return self._typed_then(_which(t, meant.lines))
        return self._file(t)

    def _help(self, t: Translate) -> Reply:
        lines = [_understood(t), *(_about(t, plugin) for plugin in self._hadir.plugins)]
        buttons = [Button(f"/{p.name} bantuan"[:_LABEL], f"{p.name}.{SAY}", "bantuan") for p in self._hadir.plugins]
        return Reply(join("\n", lines), buttons=tuple(buttons))

    def _file(self, t: Translate) -> Reply:
        """A file without a word: whoever can keep it is offered."""
        keepers = [p.name for p in self._hadir.plugins if any(sub.word == _KEEP for sub in p.subcommands)]
        if not keepers:
            return Reply(t("I cannot do anything with a file alone. What I know: {command}", command=Text("`bantuan`")))
        buttons = tuple(Button(f"/{name} {_KEEP}"[:_LABEL], f"{name}.{SAY}", _KEEP) for name in keepers)
        return Reply(t("What is to be done with the file?"), buttons=buttons)

    def refused(self, t: Translate) -> Reply:
        return Reply(t("That choice is over, or it is not yours. Please ask again."), refused=True)

    def in_the_future(self, t: Translate, person: Person | None) -> Reply:
        return Reply(
            t(
                "Nothing was recorded: the chat server's clock goes ahead, so the time of your message cannot be used. "
                "Please use the slash command, and tell the administrator."
            ),
            refused=True,
        )

    def too_old(self, t: Translate, person: Person | None) -> Reply:
        then = phrases.since(t, self._said.at, person) if person else Text(f"{self._said.at:%d/%m %H.%M} UTC")
        return Reply(
            t(
                "Your message of {then} was found too late to be recorded by itself. Please ask for a correction: {command}",
                then=then,
                command=Text("`/hadir koreksi`"),
            ),
            refused=True,
        )


def _which(t: Translate, lines: tuple[Line, ...]) -> Reply:
    shown = join(" / ", [fill("`{line}`", line=str(line)) for line in lines])
    buttons = tuple(Button(str(line)[:_LABEL], f"{line.plugin}.{SAY}", line.text) for line in lines)
    return Reply(t("Did you mean {commands}?", commands=shown), buttons=buttons, refused=True)


def _understood(t: Translate) -> Text:
    examples = Text("`masuk wfh`, `pulang`, `izin sakit hari ini`")
    return t(
        "I understand short commands, with or without a slash: {examples}. All of them: {help}",
        examples=examples,
        help=Text("`bantuan`"),
    )


def _about(t: Translate, plugin: Plugin) -> Text:
    return fill("- `{name}` — {about}", name=Text(plugin.name), about=t(plugin.description))
