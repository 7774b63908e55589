"""What people type as ordinary messages: to the bot, or in a channel that it reads. Outbox rows of the kind "said".

A row's key is the platform's id of the message, so it counts once however often it is brought: by a webhook that is
repeated, by a connection, by a look at what was missed. It is done as of the time at which the chat server received it, and
its answer is queued in the transaction in which it is done: a crash loses neither and doubles neither.
payload: `Said` as plain data, and `late` if it was found only after Hadir had been away.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import Connection, select

from integration import choices, outbox, people
from integration.core import Hadir
from integration.deliveries import chat as chat_delivery
from integration.dispatch import Queued, parse
from integration.errors import Refused
from integration.hearing.understanding import Line, Meaning, Number, Unknown, is_attendance, understand
from integration.hearing.wording import Wording
from integration.i18n import Translate
from integration.messages import Answer, ButtonPress, Channel, Command, Incoming, Reply, Sender, plain, reply_to_json
from integration.outbox import Row
from integration.people import Person
from integration.plugin import Context
from integration.ports import Said

log = structlog.get_logger()

KIND = "said"
# Who waits longer than that for an answer is told why, and which time counts.
LATE = timedelta(minutes=2)
# The chat server's clock may go ahead of ours by so much; a message from beyond that is from no clock to be trusted.
AHEAD = timedelta(minutes=5)
# So often a message that our own code stumbles over is tried in silence.
PATIENCE = 4


def queue(db: Connection, said: Said, now: datetime, *, late: bool = False) -> bool:
    """Do later what was said; False if it was queued before. Ask `concerns` first: what is not for us is not kept."""
    key = f"said:{said.sender.platform}:{said.message_id}"[:190]
    stream = f"said:{said.sender.platform}:{said.sender.id}"[:190]
    payload = {"said": said_to_json(said), "late": late}
    return outbox.enqueue(db, kind=KIND, stream=stream, key=key, payload=payload, now=now)


def concerns(hadir: Hadir, said: Said) -> bool:
    """Whether it is for us, from its words and where it was said: ordinary talk in a channel is neither kept nor answered.

    One statement for a bare number in a channel, none for anything else.
    """
    meant = understand(hadir.plugins, hadir.settings, said)
    if isinstance(meant, Number) and not said.channel.direct:
        return _chosen(hadir, said, meant) is not None
    return meant is not None


def deliver(hadir: Hadir, row: Row) -> Mapping[str, Any]:
    """Do what was said and queue the answer. A repeat after a crash does nothing that was done."""
    said = said_from_json(row.payload["said"])
    meant = understand(hadir.plugins, hadir.settings, said)
    if meant is None:
        return {"understood": False}
    visit = _Visit(hadir, row, said)
    if not visit.answered():
        try:
            visit.receive(meant)
        except _Repeated:
            log.info("said_twice", key=row.key)
    return {"understood": True}


def _chosen(hadir: Hadir, said: Said, number: Number) -> ButtonPress | None:
    with hadir.database.read() as db:
        button = choices.chosen(db, said, number.number)
    return ButtonPress(button.action, button.value, said.channel) if button else None


class _Repeated(Refused):
    """Another worker did and answered it in the meantime: what was done here is rolled back."""


class _Visit:
    """One message, from what it means to its answer."""

    def __init__(self, hadir: Hadir, row: Row, said: Said) -> None:
        self.hadir, self.row, self.said = hadir, row, said
        self.now = hadir.clock()
        late = bool(row.payload.get("late")) or self.now - said.at >= LATE
        self.words = Wording(hadir, said, self.now if late and self.now > said.at else None)

    def answered(self) -> bool:
        with self.hadir.database.read() as db:
            return db.scalar(select(outbox.outbox.c.id).where(outbox.outbox.c.key == self._key)) is not None

    def receive(self, meant: Meaning) -> None:
        """Raises `_Repeated`, and on an early try what our own code raises."""
        heard = self.row.created_at
        if self.said.at > heard + AHEAD:
            log.error("said_in_the_future", platform=self.said.sender.platform, at=self.said.at.isoformat())
            self._say(self.words.in_the_future)
        elif self.said.at < heard - timedelta(days=self.hadir.settings.missed_days + 1):
            self._say(self.words.too_old)
        else:
            self._act(meant)

    # ------------------------------------------------------------ what is done

    def _act(self, meant: Meaning) -> None:
        incoming = self._incoming(meant)
        if incoming is None and self._knows_sender():
            self._say(lambda t, _: self.words.instead(t, meant))
            return
        # A stranger, and who speaks for the first time, goes through the dispatcher: it greets, and links accounts.
        self._handle(incoming or self._command(Line(self.hadir.plugins[0].name)), meant)

    def _incoming(self, meant: Meaning) -> Incoming | None:
        """What the dispatcher is asked; None for a question that we ask back."""
        if isinstance(meant, Line):
            return self._command(meant)
        if isinstance(meant, Number):
            return _chosen(self.hadir, self.said, meant)
        if isinstance(meant, Unknown) and not self.said.files:
            return self._command(Line(self.hadir.plugins[0].name))  # where one stands, and what one may do now
        return None

    def _command(self, line: Line) -> Command:
        return parse(line.plugin, line.text, channel=self.said.channel)

    def _knows_sender(self) -> bool:
        with self.hadir.database.read() as db:
            return people.by_sender(db, self.said.sender) is not None

    def _handle(self, incoming: Incoming, meant: Meaning) -> None:
        kept: Answer | None = None

        def answered(context: Context, answer: Answer) -> None:
            nonlocal kept
            if isinstance(answer, Reply):  # to open a form records nothing
                self._queue(context.db, self.words.reply(context.t, context.person, answer, meant))
                kept = answer

        queued = Queued(self.now, answered, last=self.row.attempts >= PATIENCE)
        try:
            answer = self.hadir.dispatcher.handle(self.said.sender, incoming, min(self.said.at, self.now), queued=queued)
        except _Repeated:
            raise
        except Refused as error:
            what = f"message:{self.said.message_id}"[:120]
            self.hadir.dispatcher.refuse(self.said.sender, what, plain(str(error)), self.now)
            self._say(lambda t, _: self.words.refused(t))
            return
        if answer is not kept:  # nothing was recorded: a refusal, a greeting, a form, trouble
            self._say(lambda t, person: self.words.reply(t, person, answer, meant))

    # ------------------------------------------------------------ what is said

    @property
    def _key(self) -> str:
        return f"answer:{self.row.key}"[:190]

    def _say(self, build: Callable[[Translate, Person | None], Reply]) -> None:
        with self.hadir.database.read() as db:
            person = people.by_sender(db, self.said.sender)
        reply = build(self._speak(person), person)
        with self.hadir.database.write() as db:
            self._queue(db, reply)

    def _speak(self, person: Person | None) -> Translate:
        return self.hadir.catalogues.speak((person.locale if person else "") or self.hadir.settings.locale)

    def _queue(self, db: Connection, reply: Reply) -> None:
        """To the person alone, unless the answer is for everybody there. Raises `_Repeated`."""
        said, sender = self.said, self.said.sender
        private = reply.private or said.channel.direct
        payload = {
            "platform": sender.platform,
            **({"account": sender.id} if private else {"channel": said.channel.id}),
            "message": reply_to_json(reply),
        }
        stream = f"account:{sender.platform}:{sender.id}"[:190]
        kind, key, now = chat_delivery.KIND, self._key, self.now
        if not outbox.enqueue(db, kind=kind, stream=stream, key=key, payload=payload, now=now):
            raise _Repeated
        if private and not said.channel.direct and not is_attendance(self.hadir.settings, said.channel):
            self._hint(db)

    def _hint(self, db: Connection) -> None:
        """Silence where it was typed would confuse; one line a week for everybody there is enough."""
        platform, channel, week = self.said.sender.platform, self.said.channel.id, f"{self.now:%G-%V}"
        t = self.hadir.catalogues.speak(self.hadir.settings.locale)
        message = reply_to_json(Reply(t("Answers that are only yours come in a private message.")))
        payload = {"platform": platform, "channel": channel, "message": message}
        stream, key = f"channel:{platform}:{channel}"[:190], f"hint:{platform}:{channel}:{week}"[:190]
        outbox.enqueue(db, kind=chat_delivery.KIND, stream=stream, key=key, payload=payload, now=self.now)


# ---------------------------------------------------------------- as plain data


def said_to_json(said: Said) -> dict[str, Any]:
    return {**dataclasses.asdict(said), "at": said.at.isoformat()}


def said_from_json(data: Mapping[str, Any]) -> Said:
    """The inverse of `said_to_json`; what an older version left out keeps its default."""
    known = {field.name for field in dataclasses.fields(Said)}
    rest = {name: value for name, value in data.items() if name in known - {"sender", "channel", "at"}}
    sender, channel = Sender(**data["sender"]), Channel(**data["channel"])
    return Said(sender=sender, channel=channel, at=datetime.fromisoformat(data["at"]), **rest)
