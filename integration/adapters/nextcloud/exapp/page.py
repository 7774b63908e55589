"""What a person's page in Nextcloud shows: their day, their week, their last days; and it takes any command.

All of it comes from the plugins by dispatch, as in every chat; this file knows no table of theirs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from integration import outbox, people, workdays
from integration.core import Hadir
from integration.deliveries import chat as chat_delivery
from integration.dispatch import parse
from integration.i18n import Translate
from integration.messages import Answer, Button, ButtonPress, Form, Incoming, Reply, Sender, plain, reply_to_json
from integration.plugin import Plugin
from integration.signing import BadToken

PLATFORM = "nextcloud"
# How long a page may lie open before its buttons have to be loaded anew.
VALID = timedelta(hours=12)
_LONGEST_LINE = 2_000
# What the page shows by itself: (heading, plugin, what one would type); of plugins that are switched on.
_TODAY = ("hadir", "status")
_PARTS = (("jadwal", ""), ("hadir", "rekap"))


@dataclass(frozen=True, slots=True)
class ShownButton:
    label: str
    style: str
    token: str


@dataclass(frozen=True, slots=True)
class Part:
    """A reply as a part of the page; of a form its title, and `link`, where it is filled."""

    title: str
    html: str
    buttons: tuple[ShownButton, ...] = ()
    refused: bool = False
    link: str = ""
    note: str = ""


class Page:
    """One view of one person. `act` first does what they asked for."""

    def __init__(self, hadir: Hadir, sender: Sender, to_html: Callable[[str], str]) -> None:
        self._hadir, self.sender = hadir, sender
        self._to_html = to_html
        self._now = hadir.clock()
        self._answer: Part | None = None
        self._typed = ""

    # ------------------------------------------------------------ what was pressed or typed

    def act(self, form: Mapping[str, str]) -> None:
        """Do what a button says, or the command that was typed; raises `BadToken`, `Refused`."""
        asked = self._hadir.signer.read("page", form.get("token", ""), now=self._now)
        if asked.get("u") != self.sender.id:
            raise BadToken("forged")
        if "a" in asked:
            self._do(ButtonPress(asked["a"], asked["v"]))
            return
        self._typed = form.get("command", "").strip()[:_LONGEST_LINE]
        if self._typed:
            self._do(self._command(self._typed))

    def refuse(self) -> None:
        t = self._speak()
        text = t("Nothing was done: this page was open for too long. Please press again.")
        self._answer = Part(t("Answer"), self._to_html(text), refused=True)

    def _command(self, line: str) -> Incoming:
        """With or without a slash; a line that begins with no plugin's name is one of the first plugin's."""
        name, _, rest = line.removeprefix("/").partition(" ")
        if name.lower() in self._hadir.dispatcher.plugins:
            return parse(name, rest)
        return parse(_TODAY[0], line.removeprefix("/"))

    def _do(self, incoming: Incoming) -> None:
        answer = self._hadir.dispatcher.handle(self.sender, incoming, self._now)
        self._answer = self._part(self._speak()("Answer"), answer)
        self._typed = self._typed if self._answer.refused else ""

    # ------------------------------------------------------------ what is shown

    def shown(self) -> Mapping[str, Any]:
        """The values of the template."""
        first = self._heard(*_TODAY)
        person = self._person()
        t = self._speak()
        content: dict[str, Any] = {"t": t, "answer": self._answer, "typed": self._typed}
        if person is None:
            return content | {"name": "", "today": self._part("", first), "parts": [], "menus": [], "commands": []}
        return content | {
            "name": person.name,
            "today": self._part(t("Today"), first),
            "parts": self._parts(t),
            "menus": [self._button(Button(f"/{name}", f"{name}.say", "")) for name in self._hadir.dispatcher.plugins],
            "commands": self._commands(t),
            "token": self._token({}),
        }

    def _parts(self, t: Translate) -> list[Part]:
        titles = {"jadwal": t("Your week"), "hadir": t("Your last days")}
        known = self._hadir.dispatcher.plugins
        return [self._part(titles[name], self._heard(name, text)) for name, text in _PARTS if name in known]

    def _heard(self, plugin: str, text: str) -> Answer:
        return self._hadir.dispatcher.handle(self.sender, parse(plugin, text), self._now)

    def _person(self) -> people.Person | None:
        """After the first contact; nobody who has left."""
        with self._hadir.database.read() as db:
            person = people.by_sender(db, self.sender)
        if person and person.ended_on and person.ended_on < workdays.local_day(self._now, person):
            return None
        return person

    def _speak(self) -> Translate:
        person = self._person()
        return self._hadir.catalogues.speak((person.locale if person else "") or self._hadir.settings.locale)

    def _commands(self, t: Translate) -> list[tuple[str, list[tuple[str, str]]]]:
        """By plugin: what one may type as it stands, and what it does."""
        return [(f"/{plugin.name}", _lines(plugin, t)) for plugin in self._hadir.plugins]

    # ------------------------------------------------------------ answers

    def _part(self, title: str, answer: Answer) -> Part:
        if isinstance(answer, Form):
            return self._form(answer)
        assert isinstance(answer, Reply)  # noqa: S101  # only a form that was sent is answered otherwise
        buttons = tuple(map(self._button, answer.buttons))
        return Part(title, self._to_html(answer.text), buttons, answer.refused, note=self._files(answer))

    def _form(self, form: Form) -> Part:
        t, make = self._speak(), self._hadir.form_link
        link = make(form, self.sender) if make else ""
        note = t("This form opens in a new tab. It is yours alone, and can be sent once within an hour.")
        html = self._to_html(form.intro) if form.intro else ""
        # A bare name is one among the service's own containers; no phone finds it.
        return Part(plain(form.title), html, link=link if urlsplit(link).hostname else "", note=plain(note))

    def _files(self, answer: Reply) -> str:
        """A page keeps no files: an answer with these comes in the chat."""
        if not answer.files:
            return ""
        t = self._speak()
        if PLATFORM not in self._hadir.ports.chats:
            return plain(t("This answer has a file. Type the same command in the chat; there you get it."))
        message = reply_to_json(Reply(answer.text, files=answer.files))
        payload = {"platform": PLATFORM, "account": self.sender.id, "message": message}
        stream, key = f"account:{PLATFORM}:{self.sender.id}"[:190], f"page:{self.sender.id}:{self._now.isoformat()}"[:190]
        with self._hadir.database.write() as db:
            outbox.enqueue(db, kind=chat_delivery.KIND, stream=stream, key=key, payload=payload, now=self._now)
        return plain(t("The file is on its way to you in Talk."))

    def _button(self, button: Button) -> ShownButton:
        token = self._token({"a": button.action, "v": button.value})
        return ShownButton(plain(button.label), button.style, token)

    def _token(self, data: Mapping[str, str]) -> str:
        """Of this person only: a page elsewhere that posts in their name has none."""
        return self._hadir.signer.sign("page", {"u": self.sender.id, **data}, now=self._now, valid=VALID)


def _lines(plugin: Plugin, t: Translate) -> list[tuple[str, str]]:
    shown = [sub for sub in plugin.subcommands if not sub.hidden]
    return [(sub.example or f"/{plugin.name} {sub.word}", plain(t(sub.help))) for sub in shown]
