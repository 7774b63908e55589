"""A terminal as a chat platform: messages are shown where one sits, and kept while one sits there."""

from __future__ import annotations

import re
from collections.abc import Iterable

from rich.console import Console
from rich.markdown import Markdown

from integration.errors import DeliveryError
from integration.messages import Button, Reply, render
from integration.ports import Profile, Recipient, Sent

_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
_LINE_END = re.compile(r"(?<!\n)\n(?=[^\n|])")


def markdown(text: str) -> Markdown:
    """Our Markdown for a terminal; what people wrote is shown to the letter, and lines break where we broke them."""
    own = render(text, lambda words: _PUNCTUATION.sub(r"\\\1", words).replace("\n", " "))
    return Markdown(_LINE_END.sub("  \n", own), hyperlinks=False)


class TerminalChat:
    """Shows each message once, however often it is sent, with its buttons numbered on from the last.

    `presses` are the buttons by number, `keys` those of messages that need no showing any more, `profiles`
    those who may be written to.
    """

    name = "local"

    def __init__(self, console: Console, profiles: Iterable[Profile] = ()) -> None:
        self._console = console
        self._profiles = tuple(profiles)
        self._sent: dict[str, Sent] = {}
        self.keys: set[str] = set()
        self.messages: list[tuple[Recipient, Reply]] = []
        self.presses: list[Button] = []

    def send(self, to: Recipient, message: Reply, key: str) -> Sent:
        if to.platform != self.name:
            raise DeliveryError(f"{to.platform} is not this terminal", permanent=True)
        if key not in self._sent:
            self._sent[key] = Sent(message_id=str(len(self._sent) + 1), channel_id=to.id)
            self.keys.add(key)
            self.messages.append((to, message))
            self.show(message)
        return self._sent[key]

    def show(self, message: Reply) -> None:
        """Draw a message and number its buttons."""
        self._console.print(markdown(message.text))
        first = len(self.presses) + 1
        self.presses += message.buttons
        labels = [f"[{number}] {button.label}" for number, button in enumerate(message.buttons, first)]
        if labels:
            self._console.print("   ".join(labels), style="bold cyan", markup=False, highlight=False)

    def profile(self, *, id: str = "", username: str = "") -> Profile | None:
        return next((who for who in self._profiles if (id and who.id == id) or (username and who.username == username)), None)
