"""What happens when somebody in the room types, presses or submits: through the dispatcher, and into the conversation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from integration import phrases
from integration.adapters.browser import sheets, store
from integration.adapters.browser.forms import form_link
from integration.core import Hadir
from integration.dispatch import parse
from integration.errors import Refused
from integration.guidance import SAY
from integration.messages import Answer, Button, ButtonPress, Form, Incoming, Reply, Sender, Text, plain, reply_to_json
from integration.signing import BadToken


@dataclass(frozen=True, slots=True)
class Opened:
    """A form to be shown to the person, empty or with what they typed; `token` is its sheet."""

    form: Form
    token: str
    values: Mapping[str, str] | None = None
    errors: Mapping[str, str] | None = None


class Conversation:
    """One person's talk with the bot. `key` is made by the page: a repeat with the same key is not done twice."""

    def __init__(self, hadir: Hadir, me: store.Member) -> None:
        self._hadir = hadir
        self._me = me
        self._sender = Sender(store.PLATFORM, me.username, me.username)
        self.t = hadir.catalogues.speak(me.person.locale or hadir.settings.locale)

    def say(self, text: str, key: str) -> Opened | None:
        """A line was typed. It is kept before it is answered, so that an answer that got lost can be asked for again."""
        with self._hadir.database.write() as db:
            self._add_own(db, "said", text, key)
            if store.by_key(db, f"answer:{key}") is not None:
                return None
        return self._keep(self._answer(text), key)

    def press(self, token: str, key: str) -> Opened | None:
        """A button of one of this person's messages was pressed; raises `Refused`."""
        try:
            pressed = self._hadir.signer.read("button", token, now=self._hadir.clock())
        except BadToken as error:
            raise Refused(error.reason) from None
        with self._hadir.database.read() as db:
            # Without a message it is the button of another adapter: signed by us as well.
            row = store.one(db, self._me.person.id, pressed["m"]) if "m" in pressed else None
        if row is None:
            raise Refused("not theirs")
        answer = self._handle(ButtonPress(pressed["a"], pressed["v"]))
        return self._keep(answer, key, did=("pressed", pressed["l"]), origin=row.id)

    def submit(self, token: str, values: Mapping[str, str], key: str) -> Opened | None:
        """A form came back; what is wrong with it is shown in it. Raises `Refused`."""
        try:
            sheet = sheets.read(self._hadir, token)
        except BadToken as error:
            raise Refused(error.reason) from None
        if sheet.sender != self._sender:
            raise Refused("not theirs")
        outcome = sheets.submit(self._hadir, sheet, values, self.t)
        if outcome.again:
            return Opened(sheet.form, token, values, sheets.errors_of(outcome))
        return self._keep(outcome.answer, key, did=("sent", plain(sheet.form.title)), origin=sheet.message)

    # ------------------------------------------------------------ the answer

    def _answer(self, text: str) -> Answer:
        """What a line gets; one that is no command of ours gets a button that says it properly."""
        plugins = self._hadir.dispatcher.plugins
        name, _, rest = text.removeprefix("/").partition(" ")
        if text.startswith("/") and name.lower() in plugins:
            return self._handle(parse(name, rest))
        plugin = name.lower() if name.lower() in plugins else next(iter(plugins))
        words = rest.strip() if name.lower() in plugins else text.removeprefix("/")
        button = Button(f"/{plugin} {words}"[:40], f"{plugin}.{SAY}", words)
        known = Text(" ".join(f"`/{each}`" for each in plugins))
        return Reply(self.t("A command begins with {commands}. Did you mean this?", commands=known), (button,), refused=True)

    def _handle(self, incoming: Incoming) -> Answer:
        return self._hadir.dispatcher.handle(self._sender, incoming, self._hadir.clock())

    def _keep(self, answer: Answer, key: str, *, did: tuple[str, str] | None = None, origin: int = 0) -> Opened | None:
        """Write the answer into the conversation, in the place of the message `origin` if it says so; a form is opened."""
        if isinstance(answer, Form) and answer.takes_files:
            link = form_link(self._hadir, answer, self._sender)
            named = phrases.form_page(self.t, link)
            answer = Reply(self.t("Please fill the form in on this page; a file can be added there: {link}", link=named))
        if isinstance(answer, Form):
            return Opened(answer, sheets.issue(self._hadir, answer, self._sender, message=origin))
        assert isinstance(answer, Reply)  # noqa: S101  # errors in a form are shown in the form
        body = reply_to_json(answer) | {"refused": answer.refused}
        with self._hadir.database.write() as db:
            if answer.replaces and origin:
                store.replace(db, origin, body)
                return None
            if did:
                self._add_own(db, *did, key)
            store.add(db, self._me.person.id, body, self._hadir.clock(), from_bot=True, key=f"answer:{key}", seen=True)
        return None

    def _add_own(self, db: Connection, kind: str, text: str, key: str) -> None:
        body: dict[str, Any] = {"kind": kind, "text": text}
        store.add(db, self._me.person.id, body, self._hadir.clock(), from_bot=False, key=f"own:{key}", seen=True)
