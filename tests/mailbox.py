"""How one writes ordinary messages to the bot in tests: `post("siti").writes("masuk wfh", "2026-11-23T07:28+07:00")`."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from integration.core import Hadir
from integration.deliveries import chat as chat_delivery
from integration.deliveries.delivery import Delivery
from integration.hearing import inbox
from integration.messages import Channel, Sender
from integration.ports import Said
from tests.chats import Radio

DIRECT = Channel("dm", "bot__siti", direct=True)
ATTENDANCE = Channel("c-absensi", "absensi", "team")
TALK = Channel("c-umum", "umum", "team")

_numbers = itertools.count(1)


def said(who: str, text: str, at: datetime, channel: Channel = DIRECT, **more: object) -> Said:
    """A message with an id of its own."""
    id = str(more.pop("id", "") or f"post-{next(_numbers)}")
    return Said(Sender("mattermost", f"id-{who}", who), channel, id, text, at, **more)  # type: ignore[arg-type]


@dataclass
class Mailbox:
    """The bot's side of the chat: `hears` what is said, as the adapters do, and delivers until nothing is left."""

    hadir: Hadir
    radio: Radio = field(default_factory=Radio)

    def __post_init__(self) -> None:
        self.hadir.ports.chats["mattermost"] = self.radio
        self.hadir.deliverers |= {inbox.KIND: inbox.deliver, chat_delivery.KIND: chat_delivery.deliver}

    def hears(self, *messages: Said) -> list[str]:
        """What was answered to them; other messages may have gone out as well."""
        before = len(self.radio.heard)
        for message in messages:
            if inbox.concerns(self.hadir, message):
                with self.hadir.database.write() as db:
                    inbox.queue(db, message, self.hadir.clock())
        self.deliver()
        return [text for _, text, key in self.radio.heard[before:] if key.startswith("answer:")]

    def says(self, who: str, text: str, at: datetime | None = None, channel: Channel = DIRECT, **more: object) -> str:
        """The one answer, "" if there was none."""
        answers = self.hears(said(who, text, at or self.hadir.clock(), channel, **more))
        assert len(answers) < 2, answers
        return answers[0] if answers else ""

    def deliver(self) -> None:
        delivery = Delivery(self.hadir)
        while delivery.step():
            pass

    def __iter__(self) -> Iterator[str]:
        return iter(self.radio.texts)
