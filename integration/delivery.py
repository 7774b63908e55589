"""Delivers the outbox: takes rows under a lease, calls out with no transaction open, writes down how it ended.

Any number of deliverers may run, in one process or many: a conditional UPDATE decides who takes a row. One that
dies leaves a lease behind that runs out; the next one repeats the delivery under the same key.
"""

from __future__ import annotations

import os
import random
import socket
import threading
import uuid
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import Connection

from integration import outbox, people
from integration.core import Hadir
from integration.errors import DeliveryError
from integration.messages import Reply, reply_to_json
from integration.metrics import DELIVERIES
from integration.outbox import Row

log = structlog.get_logger()

LEASE = timedelta(seconds=30)
FIRST_DELAY, LONGEST_DELAY = 2.0, 300.0
# With five minutes at most between two attempts (less the jitter) this bridges a weekend without the other side.
ATTEMPTS = 1000
# An error that no adapter foresaw is a defect: repeating it for days helps nobody.
ATTEMPTS_AFTER_DEFECT = 10
ALARM = "alarm:"

_jitter = random.SystemRandom()


def delay(attempts: int, retry_after: float | None = None) -> timedelta:
    """How long to wait after that many attempts: doubling, between half and the whole, not less than was asked for.

    Whoever asks for more than an hour is not believed.
    """
    longest = min(FIRST_DELAY * 2 ** min(attempts - 1, 16), LONGEST_DELAY)
    return timedelta(seconds=max(longest * _jitter.uniform(0.5, 1), min(retry_after or 0, 3600)))


class Delivery:
    """One deliverer with `parallel` threads; `run` until told to stop, or `step` by hand."""

    def __init__(self, hadir: Hadir, *, parallel: int = 4, lease: timedelta = LEASE, idle_seconds: float = 0.5) -> None:
        self.hadir = hadir
        self.owner = f"{socket.gethostname()[:40]}:{os.getpid()}:{uuid.uuid4().hex[:8]}"
        self._parallel = parallel
        self._lease = lease
        self._idle_seconds = idle_seconds
        self._running: dict[int, Row] = {}
        self._renewed_at: datetime | None = None
        self._lock = threading.Lock()
        self._wake = threading.Event()

    def run(self, stop: threading.Event) -> None:
        """Deliver until `stop`; what was begun by then is finished first."""
        with ThreadPoolExecutor(self._parallel, thread_name_prefix="delivery") as pool:
            while not stop.is_set():
                self._wake.clear()
                try:
                    taken = self._take(self._parallel - len(self._running))
                    self._keep_leases()
                except Exception:
                    log.exception("outbox_unreadable")
                    stop.wait(2)
                    continue
                for row in taken:
                    pool.submit(self._deliver, row)
                if not taken:
                    self._wake.wait(self._idle_seconds)

    def step(self) -> int:
        """Deliver once what may be delivered now, in this thread; how many rows were tried."""
        taken = self._take(self._parallel)
        for row in taken:
            self._deliver(row)
        return len(taken)

    def wake(self) -> None:
        """Something was queued or stop was asked for: look now."""
        self._wake.set()

    # ------------------------------------------------------------ leases

    def _take(self, limit: int) -> list[Row]:
        if limit <= 0:
            return []
        now = self.hadir.clock()
        with self.hadir.database.read() as db:
            candidates = outbox.eligible(db, now, limit)
        if not candidates:
            return []
        with self.hadir.database.write() as db:
            rows = [row for candidate in candidates if (row := outbox.claim(db, candidate, self.owner, now, self._lease))]
        with self._lock:
            self._running.update((row.id, row) for row in rows)
        return rows

    def _keep_leases(self) -> None:
        now = self.hadir.clock()
        with self._lock:
            rows = list(self._running.values())
        if not rows or (self._renewed_at and now - self._renewed_at < self._lease / 3):
            return
        with self.hadir.database.write() as db:
            outbox.renew(db, rows, self.owner, now + self._lease)
        self._renewed_at = now

    # ------------------------------------------------------------ one row

    def _deliver(self, row: Row) -> None:
        try:
            self._try(row)
        except Exception:
            # The row keeps its lease, and is tried again when that has run out.
            log.exception("outcome_not_written", key=row.key)
        finally:
            with self._lock:
                self._running.pop(row.id, None)
            self._wake.set()

    def _try(self, row: Row) -> None:
        try:
            result = self._call(row)
        except DeliveryError as error:
            limit = 0 if error.permanent else ATTEMPTS
            self._failed(row, str(error), limit, error.retry_after)
        except Exception as error:
            log.exception("deliverer_failed", kind=row.kind, key=row.key)
            self._failed(row, f"unexpected {type(error).__name__}", ATTEMPTS_AFTER_DEFECT)
        else:
            with self.hadir.database.write() as db:
                kept = outbox.done(db, row, self.owner, self.hadir.clock(), result)
            DELIVERIES.labels(row.kind, "done").inc()
            log.info("delivered", kind=row.kind, key=row.key, attempts=row.attempts, lease_kept=kept)

    def _call(self, row: Row) -> Mapping[str, Any] | None:
        deliverer = self.hadir.deliverers.get(row.kind)
        if deliverer is None:
            raise DeliveryError(f"nothing here delivers {row.kind!r}: is its platform connected?", permanent=True)
        return deliverer(self.hadir, row)

    def _failed(self, row: Row, error: str, limit: int, retry_after: float | None = None) -> None:
        now = self.hadir.clock()
        if row.attempts < limit:
            due_at = now + delay(row.attempts, retry_after)
            with self.hadir.database.write() as db:
                outbox.later(db, row, self.owner, due_at, error)
            DELIVERIES.labels(row.kind, "later").inc()
            log.warning("delivery_failed", kind=row.kind, key=row.key, attempts=row.attempts, error=error)
            return
        with self.hadir.database.write() as db:
            if outbox.dead(db, row, self.owner, now, error) and not row.stream.startswith(ALARM):
                _alarm(self.hadir, db, now)
        DELIVERIES.labels(row.kind, "dead").inc()
        log.error("dead_letter", kind=row.kind, stream=row.stream, key=row.key, attempts=row.attempts, error=error)


def _alarm(hadir: Hadir, db: Connection, now: datetime) -> None:
    """Tell the administrators, once a day, in a stream of its own: theirs may be the one that is stuck."""
    for admin in people.with_role(db, "admin", now.date()):
        t = hadir.catalogues.speak(admin.locale or hadir.settings.locale)
        text = t("Some messages could not be delivered. See them with {command}.", command="hadir outbox list --state dead")
        payload = {"person": admin.id, "message": reply_to_json(Reply(text))}
        stream, key = f"{ALARM}person:{admin.id}", f"dead-letters:{now:%Y-%m-%d}:{admin.id}"
        outbox.enqueue(db, kind="chat", stream=stream, key=key, payload=payload, now=now)
