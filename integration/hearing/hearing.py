"""Hears what people type to the bot, and reads on return what they typed while nobody listened.

One worker listens to a platform at a time: a lease in the database says who, and another takes over when it runs out. Where
we were is written down only while it is certain that nothing was missed, so whatever happens in between (a restart, a lost
connection, a database that was down) is looked up afterwards, with an overlap: a message that is found twice counts once.
"""

from __future__ import annotations

import os
import random
import socket
import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Column, Connection, String, Table, and_, or_, select, update

from integration.core import Hadir
from integration.db import Instant, insert_once, metadata
from integration.errors import DeliveryError
from integration.hearing import inbox
from integration.metrics import HEARD
from integration.ports import Inbox, Live, Said

log = structlog.get_logger()

# Everything said on a platform before `until` is queued. `owner` listens until `lease_until`; `seen_at` is its last sign of
# life, `message_at` when the last message came that was for us.
heard = Table(
    "heard",
    metadata,
    Column("platform", String(20), primary_key=True),
    Column("until", Instant, nullable=False),
    Column("owner", String(80), nullable=False, server_default=""),
    Column("lease_until", Instant),
    Column("seen_at", Instant),
    Column("message_at", Instant),
)

LEASE = timedelta(seconds=45)
# How far two clocks may differ, and how long a message may be on its way, without being missed.
OVERLAP = timedelta(minutes=2)
# What is said now can say that it is from before by as much as two clocks differ and a connection stumbles, not by more.
BACKDATED = timedelta(minutes=10)
# A platform without a connection of its own is asked so often; what it brings otherwise is heard at once all the same.
POLL_SECONDS = 60.0
BEAT_SECONDS = 10.0
# What is being read over the network is left behind after so long: nothing of it is lost.
_GRACE_SECONDS = 5.0
# Locked out, we look so often whether there is a new password: adapters do not knock with the old one meanwhile.
RENEWED_SECONDS = 15.0
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0

_jitter = random.SystemRandom()


class Lost(DeliveryError):
    """Another worker listens now."""


@dataclass(frozen=True, slots=True)
class State:
    """What is known of one platform's listener."""

    platform: str
    until: datetime
    seen_at: datetime | None
    message_at: datetime | None


def states(db: Connection) -> list[State]:
    """Of every platform to which anybody has listened. One statement."""
    columns = (heard.c.platform, heard.c.until, heard.c.seen_at, heard.c.message_at)
    return [State(*row) for row in db.execute(select(*columns).order_by(heard.c.platform))]


class Hearing:
    """Listens to every connected platform with an inbox, each in a thread of its own. `wake` is called when there is work."""

    def __init__(self, hadir: Hadir, wake: Callable[[], None] = lambda: None) -> None:
        self.hadir = hadir
        self._wake = wake
        self._threads: dict[str, threading.Thread] = {}

    def run(self, stop: threading.Event) -> None:
        """Until `stop`; a platform that setup adds in the meantime is heard as well."""
        while not stop.is_set():
            try:
                self._look_for_platforms(stop)
            except Exception:
                log.exception("platforms_unreadable")
            stop.wait(POLL_SECONDS / 2)
        for thread in self._threads.values():
            thread.join(_GRACE_SECONDS)

    def _look_for_platforms(self, stop: threading.Event) -> None:
        self.hadir.reconnect()
        for name, chat in list(self.hadir.ports.chats.items()):
            if isinstance(chat, Inbox) and name not in self._threads:
                listener = Listener(self.hadir, name, stop, self._wake)
                self._threads[name] = threading.Thread(target=listener.run, name=f"hearing-{name}", daemon=True)
                self._threads[name].start()


class Listener:
    """The ears of one worker on one platform."""

    def __init__(self, hadir: Hadir, platform: str, stop: threading.Event, wake: Callable[[], None] = lambda: None) -> None:
        self.hadir, self.platform = hadir, platform
        self.owner = f"{socket.gethostname()[:40]}:{os.getpid()}:{uuid.uuid4().hex[:8]}"
        self._stop, self._wake = stop, wake
        # A connection's end: whoever still catches up for it gives up, and the next connection begins anew.
        self._over = threading.Event()
        self._caught_up = False
        self._catching: threading.Thread | None = None
        self._beat_at: datetime | None = None
        self._message_at: datetime | None = None
        # Up to here we know ourselves that nothing was missed.
        self._certain: datetime | None = None

    def run(self) -> None:
        """Listen whenever it is this worker's turn, again and again, until `stop`."""
        failed = 0
        while not self._stop.is_set():
            try:
                if not self.take():
                    self._stop.wait(BEAT_SECONDS)
                    continue
                began = self.hadir.clock()
                self._attend()
            except Exception as error:
                failed = 0 if self._beat_at and self._beat_at > began else failed + 1
                self._report(error, failed)
                locked_out = bool(getattr(error, "locked_out", ""))
                self._stop.wait(RENEWED_SECONDS if locked_out else _pause(failed, getattr(error, "retry_after", None)))
        self._release()

    def _report(self, error: Exception, failed: int) -> None:
        if isinstance(error, DeliveryError):
            log.warning("not_listening", platform=self.platform, error=str(error), failed=failed)
        else:
            log.error("not_listening", platform=self.platform, failed=failed, exc_info=error)

    def _attend(self) -> None:
        chat = self.hadir.ports.chats[self.platform]
        self._caught_up, self._over = False, threading.Event()
        try:
            if isinstance(chat, Live):
                chat.listen(self, self._stop)
            else:
                self._ask_again_and_again()
        finally:
            self._over.set()
            if self._catching is not None:
                self._catching.join(_GRACE_SECONDS)
                self._catching = None

    def _ask_again_and_again(self) -> None:
        while not self._stop.is_set():
            began = self.hadir.clock()
            if self.catch_up():
                self._caught_up, self._beat_at = True, None
                self.still(began)
            self._stop.wait(POLL_SECONDS)
            if not self.take():
                raise Lost(f"{self.platform}: another worker listens")

    # ------------------------------------------------------------ Ears

    def opened(self) -> None:
        """What is said from now on comes by itself; what was said before is asked for beside it."""
        over = self._over
        log.info("listening", platform=self.platform)
        self._catching = threading.Thread(
            target=self._catch_up_patiently, args=(over,), name=f"catching-up-{self.platform}", daemon=True
        )
        self._catching.start()

    def hear(self, said: Said) -> None:
        """Queue it if it is for us; raises what the database raises, and then it is looked up later."""
        if self._queue(self._as_received(said)):
            HEARD.labels(self.platform, "live").inc()

    def _as_received(self, said: Said) -> Said:
        """Until `_certain` everything was brought when it was said. What comes now with a time from before was put there
        later, by an import, a thread that was moved or an administrator's own words, and counts from now.
        """
        if self._certain is None or said.at >= self._certain - BACKDATED:
            return said
        log.warning("said_backdated", platform=self.platform, message=said.message_id, at=said.at.isoformat())
        return replace(said, at=self.hadir.clock())

    def still(self, now: datetime | None = None) -> None:
        """Write down how far we are, and that we live. Raises `Lost`."""
        now = now or self.hadir.clock()
        if self._beat_at and now - self._beat_at < timedelta(seconds=BEAT_SECONDS):
            return
        values = {"lease_until": self.hadir.clock() + LEASE, "seen_at": now}
        values |= {"until": now} if self._caught_up else {}
        values |= {"message_at": self._message_at} if self._message_at else {}
        mine = and_(heard.c.platform == self.platform, heard.c.owner == self.owner)
        with self.hadir.database.write() as db:
            if not db.execute(update(heard).where(mine).values(values)).rowcount:
                raise Lost(f"{self.platform}: another worker listens")
        self._beat_at = now
        self._certain = now if self._caught_up else self._certain

    # ------------------------------------------------------------ what was missed

    def catch_up(self, over: threading.Event | None = None) -> bool:
        """Queue what was said since we last were certain; False if it was broken off. Raises `DeliveryError`."""
        chat = self.hadir.ports.chats[self.platform]
        if not isinstance(chat, Inbox):
            raise DeliveryError(f"{self.platform} cannot be asked what was said", permanent=True)
        since, found = self._since(), 0
        for said in chat.said(since):
            if self._stop.is_set() or (over is not None and over.is_set()):
                return False
            found += self._queue(said)
        if found:
            HEARD.labels(self.platform, "later").inc(found)
            log.info("missed_messages", platform=self.platform, found=found, since=since.isoformat())
        return True

    def _catch_up_patiently(self, over: threading.Event) -> None:
        failed = 0
        while not (over.is_set() or self._stop.is_set()):
            try:
                if self.catch_up(over) and over is self._over:
                    self._caught_up = True
                return
            except Exception as error:
                failed += 1
                self._report(error, failed)
                over.wait(_pause(failed, getattr(error, "retry_after", None)))

    def _since(self) -> datetime:
        """Not further back than the setting says: nobody expects an answer to what is older."""
        now = self.hadir.clock()
        with self.hadir.database.read() as db:
            until = db.scalar(select(heard.c.until).where(heard.c.platform == self.platform)) or now
        return max(min(until, now) - OVERLAP, now - timedelta(days=self.hadir.settings.missed_days))

    def _queue(self, said: Said) -> bool:
        if not inbox.concerns(self.hadir, said):
            return False
        with self.hadir.database.write() as db:
            new = inbox.queue(db, said, self.hadir.clock())
        self._message_at = max(self._message_at or said.at, said.at)
        if new:
            self._wake()
        return new

    # ------------------------------------------------------------ whose turn it is

    def take(self) -> bool:
        """Become the one who listens, or stay it; False if another worker is."""
        now = self.hadir.clock()
        free = or_(heard.c.owner == self.owner, heard.c.lease_until.is_(None), heard.c.lease_until <= now)
        values = {"owner": self.owner, "lease_until": now + LEASE}
        with self.hadir.database.write() as db:
            taken = update(heard).where(heard.c.platform == self.platform, free).values(values)
            if db.execute(taken).rowcount:
                return True
            return insert_once(db, heard, {"platform": self.platform, "until": now, **values}) is not None

    def _release(self) -> None:
        """Another worker may take over at once."""
        mine = and_(heard.c.platform == self.platform, heard.c.owner == self.owner)
        try:
            with self.hadir.database.write() as db:
                db.execute(update(heard).where(mine).values(owner="", lease_until=None))
        except Exception as error:
            log.warning("lease_not_released", platform=self.platform, error=type(error).__name__)


def _pause(failed: int, retry_after: float | None = None) -> float:
    """Seconds: doubling, up to a minute, not less than was asked for."""
    longest: float = min(FIRST_PAUSE * 2.0 ** min(failed, 10), LONGEST_PAUSE)
    return max(longest * _jitter.uniform(0.5, 1), min(retry_after or 0, 600))
