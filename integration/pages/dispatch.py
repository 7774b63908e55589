"""From a page's address to what it shows: whose it is, the handler, the transaction, and errors as pages."""

from __future__ import annotations

import threading
import time
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from integration import page_addresses, people
from integration.core import Hadir
from integration.errors import Refused, UserError
from integration.i18n import Translate
from integration.messages import Sender, Text, quote
from integration.metrics import REQUESTS, SECONDS
from integration.page_addresses import Asked
from integration.pages import Page, PageContext, PageHandler, PageRequest, Reads, Show
from integration.people import Person
from integration.signing import BadToken

log = structlog.get_logger()

# How often an address may be asked for in a minute. One that is nobody's own may stand on a wall before 5,000 people.
OWN_A_MINUTE, SHARED_A_MINUTE = 60, 20_000
_MOST_KNOWN = 10_000


@dataclass(frozen=True, slots=True)
class Answered:
    """`private`: it was opened by somebody's own address. `retry_seconds`: when it may be asked for again."""

    page: Page
    t: Translate
    status: int = 200
    private: bool = False
    retry_seconds: int = 0


class Pages:
    """Answers every request for a plugin's page, whatever is wrong with it."""

    def __init__(self, hadir: Hadir) -> None:
        self._hadir = hadir
        self._turns = _Turns()
        self._handlers = {f"{plugin.name}.{name}": page for plugin in hadir.plugins for name, page in plugin.pages.items()}

    def answer(self, name: str, token: str, request: PageRequest) -> Answered:
        began, now = time.perf_counter(), self._hadir.clock()
        answered = self._answer(name, token, request, now)
        known = f"{name}" if name in self._handlers else "?"
        REQUESTS.labels(known, "page", str(answered.status)).inc()
        SECONDS.labels(known).observe(time.perf_counter() - began)
        return answered

    def neutral(self) -> Answered:
        """What a machine sees that looks at every address in a chat: nothing of the meeting, and nothing happens."""
        t = self._speak()
        return Answered(Show(t("A page of Hadir"), t("Open it in your browser.")), t)

    def _answer(self, name: str, token: str, request: PageRequest, now: datetime) -> Answered:
        try:
            asked = page_addresses.read(self._hadir.settings, name, token, now)
        except BadToken as error:
            return self._gone(error.reason, name, request, now)
        handler = self._handlers.get(name)
        if handler is None:
            return self._gone("forged", name, request, now)
        if wait := self._turns.wait(f"{name}/{token}", OWN_A_MINUTE if asked.person_id else SHARED_A_MINUTE, now):
            return self._too_often(wait)
        try:
            return self._connected(handler, asked, request, now)
        except Refused as error:
            return self._gone("forged", name, request, now, str(error.args[0]))
        except UserError as error:
            t = self._speak()
            return Answered(Show(t("Not done"), quote(error.args[0]), refused=True), t, 422 if request.sent else 200)
        except Exception:
            return self._trouble(name, request)

    def _connected(self, handler: PageHandler, asked: Asked, request: PageRequest, now: datetime) -> Answered:
        """Again if the connection turned out to be dead, as in `dispatch`."""
        try:
            return self._in_transaction(handler, asked, request, now)
        except DBAPIError as error:
            if not error.connection_invalidated:
                raise
            return self._in_transaction(handler, asked, request, now)

    def _in_transaction(self, handler: PageHandler, asked: Asked, request: PageRequest, now: datetime) -> Answered:
        database = self._hadir.database
        writes = request.sent and not isinstance(handler, Reads)
        with database.write() if writes else database.read() as db:
            person = people.get(db, asked.person_id) if asked.person_id else None
            if asked.person_id and (person is None or _left(person, now)):
                raise Refused("the person has left")
            context = self._context(db, asked.value, person, now)
            page = handler(context, request)
        status = 422 if isinstance(page, Show) and page.errors else 200
        return Answered(page, context.t, status, private=person is not None)

    def _context(self, db: Connection, value: str, person: Person | None, now: datetime) -> PageContext:
        hadir = self._hadir
        return PageContext(
            db=db,
            now=now,
            settings=hadir.settings,
            workdays=hadir.workdays,
            catalogues=hadir.catalogues,
            ports=hadir.ports,
            t=self._speak(person),
            value=value,
            person=person,
        )

    def _speak(self, person: Person | None = None) -> Translate:
        return self._hadir.catalogues.speak((person.locale if person else "") or self._hadir.settings.locale)

    # ------------------------------------------------------------ what is wrong

    def _gone(
        self, reason: Literal["forged", "expired"], name: str, request: PageRequest, now: datetime, why: str = ""
    ) -> Answered:
        """Whoever tried to send something to it is written down."""
        if request.sent:
            self._hadir.dispatcher.refuse(Sender("page", "", ""), f"page {name}", why or reason, now)
        t = self._speak()
        if reason == "expired":
            text = t("Its time is over. Look into the chat, or ask whoever sent it for a new one.")
            return Answered(Show(t("This page has expired"), text, refused=True), t, 403)
        text = t("It may have been cut off when it was copied, or hold no longer. Open it from the chat again.")
        return Answered(Show(t("This address is not valid"), text, refused=True), t, 403)

    def _too_often(self, wait: int) -> Answered:
        t = self._speak()
        text = t("This page was opened very often just now. Please wait a minute; it goes on by itself.")
        page = Show(t("One moment, please"), text, refresh_seconds=wait)
        return Answered(page, t, 429, retry_seconds=wait)

    def _trouble(self, name: str, request: PageRequest) -> Answered:
        code, t = uuid.uuid4().hex[:8], self._speak()
        log.exception("page_failed", code=code, page=name, sent=request.sent)
        text = t(
            "Nothing was recorded: the service has a problem. Please try again in a minute (code {code}).", code=Text(code)
        )
        return Answered(Show(t("Not done"), text, refused=True), t, 500)


def _left(person: Person, now: datetime) -> bool:
    return person.ended_on is not None and person.ended_on < now.astimezone(person.tz).date()


class _Turns:
    """So many a minute for each address, in this process; what is kept stays small, whoever asks for whatever."""

    def __init__(self) -> None:
        self._minute: datetime | None = None
        self._used: dict[str, int] = {}
        self._lock = threading.Lock()

    def wait(self, address: str, most: int, now: datetime) -> int:
        """The seconds until the address may be asked for again, 0 if it may now."""
        minute = now.replace(second=0, microsecond=0)
        with self._lock:
            if minute != self._minute or len(self._used) > _MOST_KNOWN:
                self._minute, self._used = minute, {}
            used = self._used[address] = self._used.get(address, 0) + 1
        return 0 if used <= most else max(1, int((minute + timedelta(minutes=1) - now).total_seconds()))
