"""A chat room in the terminal: one person at a time, the real dispatcher behind it."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from pathlib import Path

from rich.console import Console

from integration import people
from integration.adapters.local.chat import TerminalChat
from integration.cli.answers import save
from integration.cli.opened import today
from integration.cli.seat import PLATFORM, NobodyThere, Seat, take
from integration.core import Hadir
from integration.messages import Answer, Field, Form, FormErrors, Reply, plain
from integration.ports import Recipient

SHOWN_AT_FIRST = 3
LISTED = 12


class Cancelled(Exception):
    """The person does not want to fill this form."""


class Room:
    """What is typed goes to the dispatcher; numbers press buttons; `/siapa` changes the person, `/keluar` leaves."""

    def __init__(self, hadir: Hadir, console: Console | None = None) -> None:
        self._hadir = hadir
        self._console = console or Console(highlight=False)
        self._chat = TerminalChat(self._console)
        self._t = hadir.catalogues.speak(hadir.settings.locale)
        self._seat: Seat | None = None
        self._default = hadir.plugins[0].name if hadir.plugins else ""

    def open(self, username: str) -> None:
        """Talk until the person leaves or the input ends."""
        with contextlib.suppress(ImportError):
            import readline  # noqa: F401  # the arrow keys bring back what was typed
        self._say(
            self._t(
                "Type a command such as {example}, the number of a button, /siapa NAME to be somebody else, /keluar to leave.",
                example=f"/{self._default}",
            )
        )
        self._change(username)
        while (line := self._ask(f"{self._seat.username if self._seat else '?'}> ")) is not None:
            if line.casefold() in ("/keluar", "/exit", "/quit"):
                break
            self._hear(line)

    def _ask(self, prompt: str) -> str | None:
        """One line; None at the end of the input; Ctrl-C gives an empty one."""
        try:
            return input(prompt).strip()
        except KeyboardInterrupt:
            self._console.print()
            return ""
        except EOFError:
            self._console.print()
            return None

    def _say(self, text: str) -> None:
        self._console.print(plain(text), style="dim", markup=False)

    # ------------------------------------------------------------ who

    def _change(self, username: str) -> None:
        """Be that person, with their latest messages; without a name, say who is there."""
        if not username:
            return self._list()
        try:
            self._seat = take(self._hadir, username)
        except NobodyThere as error:
            return self._say(str(error))
        who = self._seat.person
        self._t = self._hadir.catalogues.speak(who.locale or self._hadir.settings.locale)
        self._chat = TerminalChat(self._console)
        self._say(self._t("You are {name}, {unit}.", name=who.name, unit=who.unit))
        self._messages(SHOWN_AT_FIRST)

    def _list(self) -> None:
        with self._hadir.database.read() as db:
            query = people.working(people.people_query(), today(self._hadir)).order_by(people.person.c.id).limit(LISTED)
            found = people.fetch(db, query)
            accounts = people.accounts(db, [who.id for who in found])
        self._say(self._t("Who are you? Type /siapa and a username:"))
        for who in found:
            names = [account.username for account in accounts.get(who.id, []) if account.platform != PLATFORM]
            self._say(f"  {(names or [who.nip])[0]}  {who.name}, {who.unit}")

    # ------------------------------------------------------------ what was typed

    def _hear(self, line: str) -> None:
        word, _, rest = line.partition(" ")
        if word.casefold() == "/siapa":
            return self._change(rest.strip())
        if self._seat is None:
            return self._change(line if line and not line.startswith("/") else "")
        if line:
            self._show(self._answer(self._seat, line))
        self._messages()

    def _answer(self, seat: Seat, line: str) -> Answer:
        now = self._hadir.clock()
        if not line.isdecimal():
            return seat.says(line if line.startswith("/") else f"/{self._default} {line}", now)
        number, buttons = int(line), self._chat.presses
        if not 1 <= number <= len(buttons):
            return Reply(self._t("There is no button {number}.", number=number), refused=True)
        return seat.presses(buttons[number - 1], now)

    def _show(self, answer: Answer) -> None:
        if isinstance(answer, Form):
            try:
                answer = self._filled(answer)
            except Cancelled:
                return self._say(self._t("Nothing was sent."))
        if isinstance(answer, Reply):
            self._chat.show(answer)
            self._save(answer)

    def _save(self, reply: Reply) -> None:
        for path in save(reply.files, Path()):
            self._say(self._t("Saved: {path}", path=str(path)))

    def _messages(self, newest: int | None = None) -> None:
        """What was sent to the person since, each once; at first only the `newest`."""
        if self._seat is None:
            return
        messages = self._seat.messages(self._hadir.clock())
        for message in messages if newest is None else messages[-newest:]:
            if message.key not in self._chat.keys:
                self._say(self._t("Message to you:"))
                self._chat.send(Recipient(PLATFORM, "person", self._seat.person.nip), message.reply, message.key)
                self._save(message.reply)
        self._chat.keys.update(message.key for message in messages)

    # ------------------------------------------------------------ forms

    def _filled(self, form: Form) -> Answer:
        """The answer to the form once it is accepted; what is wrong is asked again."""
        assert self._seat is not None  # noqa: S101  # a form came from a seat
        self._console.print(plain(form.title), style="bold", markup=False)
        if form.intro:
            self._say(form.intro)
        self._say(self._t("Enter keeps what stands in brackets; /batal cancels."))
        values = {field.name: self._field(field, field.default) for field in form.fields}
        while isinstance(answer := self._seat.submits(form, values, self._hadir.clock()), FormErrors):
            values |= self._corrected(form, answer.by_field, values)
        return answer

    def _corrected(self, form: Form, errors: Mapping[str, str], values: Mapping[str, str]) -> dict[str, str]:
        for text in errors.values():
            self._console.print(plain(text), style="red", markup=False)
        wrong = [field for field in form.fields if field.name in errors] or list(form.fields)
        return {field.name: self._field(field, values[field.name]) for field in wrong}

    def _field(self, field: Field, default: str) -> str:
        for number, (_, label) in enumerate(field.choices, 1):
            self._console.print(f"  {number}. {plain(label)}", markup=False)
        if field.hint:
            self._say(field.hint)
        labels = dict(field.choices)
        shown = f" [{plain(labels.get(default, default))}]" if default else ""
        typed = self._ask(f"{plain(field.label)}{shown}: ")
        if typed is None or typed.casefold() == "/batal":
            raise Cancelled
        if field.choices and typed.isdecimal() and 1 <= int(typed) <= len(field.choices):
            return field.choices[int(typed) - 1][0]
        return typed or default
