"""From what was said to the answer: find the handler and the person, open the transaction, turn errors into replies."""

from __future__ import annotations

import difflib
import threading
import time
import uuid
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime

import structlog
from sqlalchemy import Column, Connection, String, Table, delete
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from integration import audit, outbox, people
from integration.db import Database, Instant, insert_once, metadata
from integration.errors import Refused, UserError
from integration.i18n import Catalogues, Translate
from integration.messages import (
    Answer,
    Button,
    ButtonPress,
    Command,
    FormErrors,
    FormSubmission,
    Incoming,
    Reply,
    Sender,
    Text,
    clean,
    fill,
    join,
    quote,
)
from integration.metrics import REQUESTS, SECONDS
from integration.people import Person
from integration.plugin import Context, Handler, Plugin, Subcommand
from integration.settings import Settings
from integration.workdays import Workdays

log = structlog.get_logger()

# A button whose action is SAY acts as if its value had been typed after the plugin's command.
SAY = "say"
# Anybody who reaches a callback can be refused as often as they like; the database must not be kept busy by it.
REFUSALS_A_MINUTE = 100

used_nonce = Table(
    "used_nonce",
    metadata,
    Column("nonce", String(64), primary_key=True),
    Column("expires_at", Instant, nullable=False, index=True),
)


class _UnknownSender(Exception):
    """Nobody in the office has this account."""


class _Undo(Exception):
    """Carries an answer out of a transaction that must not be committed."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer


@dataclass(frozen=True, slots=True)
class _Found:
    handler: Handler
    incoming: Incoming
    writes: bool
    name: str


class Allowance:
    """So many a minute; the rest is counted."""

    def __init__(self, a_minute: int) -> None:
        self._a_minute = a_minute
        self._minute: datetime | None = None
        self._used = self._left_out = 0
        self._lock = threading.Lock()

    def left_out_before(self, now: datetime) -> int | None:
        """None if this minute's allowance is used up; else how many were left out since the last time it was not."""
        with self._lock:
            if (minute := now.replace(second=0, microsecond=0)) != self._minute:
                self._minute, self._used = minute, 0
            if self._used >= self._a_minute:
                self._left_out += 1
                return None
            self._used += 1
            left_out, self._left_out = self._left_out, 0
            return left_out


@dataclass(frozen=True, slots=True)
class Once:
    """Makes a request single-use: `nonce` was made by us, and is remembered until `expires_at`."""

    nonce: str
    expires_at: datetime


class Dispatcher:
    """Answers everything that anybody says, whatever platform it comes from."""

    def __init__(
        self, database: Database, plugins: Sequence[Plugin], settings: Settings, workdays: Workdays, catalogues: Catalogues
    ) -> None:
        self.database = database
        self.plugins = {plugin.name: plugin for plugin in plugins}
        self.settings = settings
        self.workdays = workdays
        self.catalogues = catalogues
        self.shows_files = frozenset({"local", "browser"})
        self._refusals = Allowance(REFUSALS_A_MINUTE)

    def handle(self, sender: Sender, incoming: Incoming, now: datetime, once: Once | None = None) -> Answer:
        """The answer to `incoming`, committed; `now` is when the service received it.

        Raises `Refused` (forged, replayed, not theirs); every other trouble becomes a reply.
        """
        found, answer = None, "failed"
        began = time.perf_counter()
        try:
            found = self._find(incoming)
            result = self._connected(found, sender, now, once)
            answer = type(result).__name__.lower()
            return result
        except Refused:
            answer = "refused"
            raise
        except UserError as error:
            answer = "user_error"
            return Reply(_text(error), refused=True)
        except _UnknownSender:
            answer = "unknown_sender"
            return self._greeted(sender, incoming, now)
        except Exception as error:
            return self._trouble(error)
        finally:
            self._measure(found, sender, answer, time.perf_counter() - began)

    def _greeted(self, sender: Sender, incoming: Incoming, now: datetime) -> Reply:
        try:
            return self._stranger(sender, incoming, now)
        except Exception as error:
            return self._trouble(error)

    def _stranger(self, sender: Sender, incoming: Incoming, now: datetime) -> Reply:
        """The answer to somebody unknown; what they said first is kept for the day they are linked."""
        t = self.catalogues.speak(self.settings.locale)
        said = {"name": incoming.name, "text": incoming.text} if isinstance(incoming, Command) else {}
        with self.database.write() as db:
            if people.request_link(db, sender, said, now):
                audit.record(
                    db,
                    now,
                    actor_id=None,
                    actor=f"{sender.platform}:{sender.name}",
                    action="people.link_requested",
                    object=f"account:{sender.platform}:{sender.id}"[:120],
                )
        return Reply(
            t(
                "Hello {name}, your account is not in the office's list yet. The administrator has been asked to add you; "
                "what you sent and its time are kept.",
                name=sender.name,
            ),
            refused=True,
        )

    def refuse(self, sender: Sender, what: str, reason: str, now: datetime) -> None:
        """Write down that a request was refused: one by one, but of a flood only how many more there were.

        Whoever is refused has proved nothing, so every word here may be a stranger's, of any length.
        """
        actor, what, reason = _short(f"{sender.platform}:{sender.id}", 100), _short(what, 120), _short(reason, 200)
        log.warning("refused", what=what, reason=reason, sender=actor)
        left_out = self._refusals.left_out_before(now)
        if left_out is None:
            return
        with self.database.write() as db:
            if left_out:
                more = f"{left_out} more were refused; they are in the log"
                audit.record(db, now, actor_id=None, actor="hadir", action="refused", object="flood", reason=more)
            audit.record(db, now, actor_id=None, actor=actor, action="refused", object=what, reason=reason)

    # ------------------------------------------------------------ the handler

    def _find(self, incoming: Incoming) -> _Found:
        if isinstance(incoming, Command):
            return self._find_command(incoming)
        plugin_name, _, action = incoming.action.partition(".")
        plugin = self.plugins.get(plugin_name)
        if plugin and isinstance(incoming, ButtonPress) and action == SAY:
            return self._find_command(_command(plugin_name, incoming.value, incoming))
        actions = (plugin.forms if isinstance(incoming, FormSubmission) else plugin.buttons) if plugin else {}
        handler = actions.get(action)
        if handler is None:
            raise Refused(f"no such action: {incoming.action}")
        return _Found(handler, _cleaned(incoming), True, incoming.action)

    def _find_command(self, command: Command) -> _Found:
        plugin = self.plugins.get(command.name.lower())
        if plugin is None:
            raise UserError(f"/{command.name}?")
        if not command.words:
            return _Found(plugin.home, command, False, plugin.name)
        word = command.words[0].lower()
        for subcommand in plugin.subcommands:
            if word == subcommand.word or word in subcommand.aliases:
                rest = replace(command, words=command.words[1:], text=_after_first(command.text))
                return _Found(subcommand.handler, rest, subcommand.writes, f"{plugin.name}.{subcommand.word}")
        return _Found(_did_you_mean(plugin), command, False, f"{plugin.name}.?")

    # ------------------------------------------------------------ the transaction

    def _connected(self, found: _Found, sender: Sender, now: datetime, once: Once | None) -> Answer:
        """Run the handler; again if the connection turned out to be dead, as after a restart of the database.

        The first try may have been committed: unique keys and conditional updates make the second one harmless.
        """
        try:
            return self._in_transaction(found, sender, now, once)
        except DBAPIError as error:
            if not error.connection_invalidated:
                raise
            log.warning("database_connection_lost", handler=found.name)
            return self._in_transaction(found, sender, now, once)

    def _in_transaction(
        self, found: _Found, sender: Sender, now: datetime, once: Once | None, *, first: bool = False
    ) -> Answer:
        """Run the handler. Only a sender's first contact takes a second, writing transaction to bind the account."""
        try:
            with self._begin(found.writes or once is not None or first) as db:
                person = people.by_sender(db, sender) or (self._first_contact(db, sender, now) if first else None)
                if person is not None and not _left(person, now):
                    return self._run(found, self._context(db, sender, person, found.incoming, now), once)
        except _Undo as undo:
            return undo.answer
        if first or person is not None:
            raise _UnknownSender
        return self._in_transaction(found, sender, now, once, first=True)

    def _first_contact(self, db: Connection, sender: Sender, now: datetime) -> Person | None:
        """Only the username says who this is, and people can rename themselves: so it is written down and checked later."""
        person = people.bind(db, sender)
        if person is not None:
            audit.record(
                db,
                now,
                actor_id=person.id,
                actor=f"{sender.platform}:{sender.name}",
                action="people.bound",
                object=f"account:{sender.platform}:{sender.id}"[:120],
                after={"person_id": person.id, "username": sender.name},
                reason="first contact under an imported username",
            )
            outbox.enqueue(
                db,
                kind="account",
                stream=f"account:{person.id}",
                key=f"account:{sender.platform}:{sender.id}:{now.isoformat()}"[:190],
                payload={"person": person.id, "platform": sender.platform, "external_id": sender.id, "username": sender.name},
                now=now,
            )
        return person

    def _run(self, found: _Found, context: Context, once: Once | None) -> Answer:
        if once is not None:
            self._use(context.db, once)  # first: a repeat is refused, whatever the handler would say to it now
        answer = found.handler(context, found.incoming)
        if isinstance(answer, FormErrors):
            raise _Undo(answer)  # with it goes the use of the nonce: the form is still open
        if isinstance(answer, Reply) and answer.files and context.sender.platform not in self.shows_files:
            return _files_by_message(context, answer)
        return answer

    def _begin(self, writes: bool) -> AbstractContextManager[Connection]:
        return self.database.write() if writes else self.database.read()

    def _context(self, db: Connection, sender: Sender, person: Person, incoming: Incoming, now: datetime) -> Context:
        return Context(
            db=db,
            now=now,
            settings=self.settings,
            workdays=self.workdays,
            catalogues=self.catalogues,
            person=person,
            sender=sender,
            t=self.catalogues.speak(person.locale or self.settings.locale),
            channel=incoming.channel,
        )

    def _use(self, db: Connection, once: Once) -> None:
        row = {"nonce": once.nonce, "expires_at": once.expires_at}
        if insert_once(db, used_nonce, row) is None:
            raise Refused("replayed")

    # ------------------------------------------------------------ errors and figures

    def _trouble(self, error: Exception) -> Reply:
        code = uuid.uuid4().hex[:8]
        log.exception("handler_failed", code=code, database=isinstance(error, SQLAlchemyError))
        t = self.catalogues.speak(self.settings.locale)
        return Reply(
            t("Nothing was recorded: the service has a problem. Please try again in a minute (code {code}).", code=Text(code)),
            refused=True,
        )

    def _measure(self, found: _Found | None, sender: Sender, answer: str, seconds: float) -> None:
        name = found.name if found else "?"
        REQUESTS.labels(name, sender.platform, answer).inc()
        SECONDS.labels(name).observe(seconds)
        log.info("answered", handler=name, platform=sender.platform, answer=answer, ms=round(seconds * 1000, 1))


def forget_nonces(db: Connection, now: datetime) -> None:
    """Nonces whose form has expired anyway need not be remembered."""
    db.execute(delete(used_nonce).where(used_nonce.c.expires_at < now))


def parse(name: str, text: str, **rest: object) -> Command:
    """`/name text` as a `Command`; the words are split at any white space."""
    text = clean(text).strip()
    return Command(name=name.lstrip("/").lower(), words=tuple(text.split()), text=text, **rest)  # type: ignore[arg-type]


def _command(name: str, text: str, press: ButtonPress) -> Command:
    return parse(name, text, channel=press.channel)


def _cleaned(incoming: Incoming) -> Incoming:
    """Not every page that takes a form cleans it, and PostgreSQL refuses some characters."""
    if not isinstance(incoming, FormSubmission):
        return incoming
    return replace(incoming, values={name: clean(str(value)) for name, value in incoming.values.items()})


def _after_first(text: str) -> str:
    parts = text.split(maxsplit=1)
    return parts[1] if len(parts) > 1 else ""


def _text(error: UserError) -> Text:
    return quote(error.args[0])


def _short(words: str, length: int) -> str:
    return clean(words[: length + 1])[:length].replace("\n", " ")


def _left(person: Person, now: datetime) -> bool:
    return person.ended_on is not None and person.ended_on < now.astimezone(person.tz).date()


def _files_by_message(context: Context, answer: Reply) -> Reply:
    """A command's answer cannot carry files on this platform: the bot sends them in a direct message."""
    message = Reply(answer.text, files=answer.files)
    context.tell(context.person, f"files:{uuid.uuid4().hex}", lambda _: message)
    names = join(", ", [fill("{name}", name=file.name) for file in answer.files])
    return replace(answer, text=context.t("{names} is on its way to you in a direct message.", names=names), files=())


def _did_you_mean(plugin: Plugin) -> Handler:
    def answer(context: Context, command: Command) -> Reply:
        words = {w: s.word for s in plugin.subcommands if not s.hidden for w in (s.word, *s.aliases)}
        close = difflib.get_close_matches(command.words[0].lower(), words, n=3, cutoff=0.6)
        meant = list(dict.fromkeys(words[word] for word in close))
        if not meant:
            unknown = context.t("`/{plugin}` does not know “{word}”.", plugin=Text(plugin.name), word=command.words[0])
            return replace(help_reply(plugin, context.t, unknown), refused=True)
        rest = _after_first(command.text)
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
