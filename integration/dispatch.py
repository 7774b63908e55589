"""From what was said to the answer: find the handler and the person, open the transaction, turn errors into replies."""

from __future__ import annotations

import time
import uuid
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import structlog
from sqlalchemy import Column, Connection, String, Table, delete
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from integration import first_contact, people
from integration.asked import Once as Once
from integration.asked import Queued as Queued
from integration.asked import Request
from integration.db import Database, Instant, insert_once, metadata
from integration.errors import Refused, UserError
from integration.guidance import SAY, TYPED, after_first, did_you_mean
from integration.i18n import Catalogues
from integration.messages import (
    Answer,
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
from integration.plugin import Context, Handler, Plugin
from integration.ports import Ports
from integration.refusals import Refusals
from integration.settings import Settings
from integration.workdays import Workdays

log = structlog.get_logger()


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
    typed_at: datetime | None = None


class Dispatcher:
    """Answers everything that anybody says, whatever platform it comes from."""

    def __init__(
        self,
        database: Database,
        plugins: Sequence[Plugin],
        settings: Settings,
        workdays: Workdays,
        catalogues: Catalogues,
        ports: Ports,
    ) -> None:
        self.database = database
        self.plugins = {plugin.name: plugin for plugin in plugins}
        self.settings = settings
        self.workdays = workdays
        self.catalogues = catalogues
        self.ports = ports
        self.shows_files = frozenset({"local", "browser", "nextcloud"})
        self._refusals = Refusals(database)

    def handle(
        self, sender: Sender, incoming: Incoming, now: datetime, once: Once | None = None, queued: Queued | None = None
    ) -> Answer:
        """The answer to `incoming`, committed; `now` is when it was said, which is when the service received it unless it
        is `queued`.

        Raises `Refused` (forged, replayed, not theirs); every other trouble becomes a reply, but see `Queued`.
        """
        found, answer = None, "failed"
        began = time.perf_counter()
        try:
            found = self._find(incoming)
            result = self._connected(found, Request(sender, min(found.typed_at or now, now), now, once, queued))
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
            if queued and not queued.last:
                raise
            return self._trouble(error)
        finally:
            self._measure(found, sender, answer, time.perf_counter() - began)

    def _greeted(self, sender: Sender, incoming: Incoming, now: datetime) -> Reply:
        try:
            with self.database.write() as db:
                return first_contact.greet(db, sender, incoming, self.catalogues.speak(self.settings.locale), now)
        except Exception as error:
            return self._trouble(error)

    def refuse(self, sender: Sender, what: str, reason: str, now: datetime) -> None:
        """Write down that a request was refused."""
        self._refusals.record(sender, what, reason, now)

    # ------------------------------------------------------------ the handler

    def _find(self, incoming: Incoming) -> _Found:
        if isinstance(incoming, Command):
            return self._find_command(incoming)
        plugin_name, _, action = incoming.action.partition(".")
        plugin = self.plugins.get(plugin_name)
        if plugin and isinstance(incoming, ButtonPress) and action == SAY:
            return self._find_command(_command(plugin_name, incoming.value, incoming))
        if plugin and isinstance(incoming, ButtonPress) and action == TYPED:
            moment, _, line = incoming.value.partition(" ")
            return replace(self._find_command(_command(plugin_name, line, incoming)), typed_at=_moment(moment))
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
                rest = replace(command, words=command.words[1:], text=after_first(command.text))
                return _Found(subcommand.handler, rest, subcommand.may_write(rest.words), f"{plugin.name}.{subcommand.word}")
        return _Found(plugin.otherwise or did_you_mean(plugin), command, plugin.otherwise_writes, f"{plugin.name}.?")

    # ------------------------------------------------------------ the transaction

    def _connected(self, found: _Found, request: Request) -> Answer:
        """Run the handler; again if the connection turned out to be dead, as after a restart of the database.

        The first try may have been committed: unique keys and conditional updates make the second one harmless.
        """
        try:
            return self._in_transaction(found, request)
        except DBAPIError as error:
            if not error.connection_invalidated:
                raise
            log.warning("database_connection_lost", handler=found.name)
            return self._in_transaction(found, request)

    def _in_transaction(self, found: _Found, request: Request, *, first: bool = False) -> Answer:
        """Run the handler. Only a sender's first contact takes a second, writing transaction to bind the account."""
        sender, at = request.sender, request.at
        try:
            with self._begin(found.writes or request.writes or first) as db:
                person = people.by_sender(db, sender) or (first_contact.bind(db, sender, at) if first else None)
                if person is not None and not people.has_left(person, at):
                    return self._run(found, self._context(db, request, person, found.incoming), request)
        except _Undo as undo:
            return undo.answer
        if first or person is not None:
            raise _UnknownSender
        return self._in_transaction(found, request, first=True)

    def _run(self, found: _Found, context: Context, request: Request) -> Answer:
        if request.once is not None:
            self._use(context.db, request.once)  # first: a repeat is refused, whatever the handler would say to it now
        answer = found.handler(context, found.incoming)
        if isinstance(answer, FormErrors):
            raise _Undo(answer)  # with it goes the use of the nonce: the form is still open
        if isinstance(answer, Reply) and answer.files and context.sender.platform not in self.shows_files:
            answer = _files_by_message(context, answer)
        if request.queued is not None:
            request.queued.answered(context, answer)
        return answer

    def _begin(self, writes: bool) -> AbstractContextManager[Connection]:
        return self.database.write() if writes else self.database.read()

    def _context(self, db: Connection, request: Request, person: Person, incoming: Incoming) -> Context:
        return Context(
            db=db,
            now=request.at,
            heard_at=request.heard_at,
            settings=self.settings,
            workdays=self.workdays,
            catalogues=self.catalogues,
            ports=self.ports,
            person=person,
            sender=request.sender,
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


def _moment(text: str) -> datetime:
    """When something was typed, from a button of ours; raises `Refused`."""
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Refused("no such moment") from None


def _cleaned(incoming: Incoming) -> Incoming:
    """Not every page that takes a form cleans it, and PostgreSQL refuses some characters."""
    if not isinstance(incoming, FormSubmission):
        return incoming
    return replace(incoming, values={name: clean(str(value)) for name, value in incoming.values.items()})


def _text(error: UserError) -> Text:
    return quote(error.args[0])


def _files_by_message(context: Context, answer: Reply) -> Reply:
    """A command's answer cannot carry files on this platform: the bot sends them in a direct message."""
    message = Reply(answer.text, files=answer.files)
    context.tell(context.person, f"files:{uuid.uuid4().hex}", lambda _: message)
    names = join(", ", [fill("{name}", name=file.name) for file in answer.files])
    return replace(answer, text=context.t("{names} is on its way to you in a direct message.", names=names), files=())
