"""The heartbeat of one web process: a thread that shows, by writing to the database, that a check-in could be recorded."""

from __future__ import annotations

import signal
import socket
import threading
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from integration import outages
from integration.db import Database

log = structlog.get_logger()

BEAT_SECONDS = 30.0
# A database that is back is noticed so soon: people wait to check in, and are to read that they are excused.
RETRY_SECONDS = 2.0


class Heartbeat:
    """Beats between `start` and `stop`, four times at least in what counts as an outage. Trouble ends no beat after it.

    The first sign of life says only that a gap is over; the first *beat* comes an interval later. So a service that dies
    soon after each start is down for as long as that goes on.
    """

    def __init__(self, database: Database, clock: Callable[[], datetime], outage_after: timedelta, who: str = "") -> None:
        self.interval = min(BEAT_SECONDS, outage_after.total_seconds() / 4)
        self._database = database
        self._clock = clock
        self._after = outage_after
        self._who = (who or socket.gethostname())[:190]
        self._alive: datetime | None = None
        self._failing = False
        self._stop = threading.Event()
        # A daemon: a database that does not answer must not keep the process from ending.
        self._thread = threading.Thread(target=self._run, name="heartbeat", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join()

    def beat(self) -> None:
        """Give a sign of life, and write down the gap that it ends. Raises what the database raises."""
        now = self._clock()
        with self._database.write() as db:
            before = max(filter(None, (outages.last_beat(db, now), self._alive)), default=None)
            if before is not None and now - before > self._after:
                outages.found(db, before, now, timedelta(seconds=self.interval))
            if self._alive is not None:
                outages.beat(db, self._who, now)
        self._alive = now

    def _run(self) -> None:
        # Signals are for the main thread: one that is taken off the queue here would leave it asleep.
        signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
        while not self._stop.is_set():
            self._try()
            self._stop.wait(min(RETRY_SECONDS, self.interval) if self._failing else self.interval)

    def _try(self) -> None:
        """Said once when it begins to fail, and once when it is over."""
        try:
            self.beat()
        except Exception as error:
            if not self._failing:
                log.error("heartbeat_failed", error=type(error).__name__)
            self._failing = True
            return
        if self._failing:
            log.info("heartbeat_again")
        self._failing = False
