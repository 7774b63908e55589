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
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from integration import alarms, outbox
from integration.alarms import ALARM
from integration.core import Hadir
from integration.errors import DeliveryError
from integration.metrics import DELIVERIES
from integration.outbox import Delivered, Kinds, Row

log = structlog.get_logger()

LEASE = timedelta(seconds=30)
FIRST_DELAY, LONGEST_DELAY = 2.0, 300.0
# With five minutes at most between two attempts (less the jitter) this bridges a weekend without the other side.
ATTEMPTS = 1000
# After an outage, or a message to everybody, tens of thousands of rows wait: they are not gone through for every handful, but
# for so many handfuls, which are in line for so long; and a lane that finds nothing for itself looks for a tenth of its time.
_LINE, _LINE_HOLDS, _REST = 16, timedelta(seconds=2), 9
# An error that no adapter foresaw is a defect: repeating it for days helps nobody.
ATTEMPTS_AFTER_DEFECT = 10

_jitter = random.SystemRandom()


def delay(attempts: int, retry_after: float | None = None) -> timedelta:
    """How long to wait after that many attempts: doubling, between half and the whole, not less than was asked for.

    Whoever asks for more than an hour is not believed.
    """
    longest = min(FIRST_DELAY * 2 ** min(attempts - 1, 16), LONGEST_DELAY)
    return timedelta(seconds=max(longest * _jitter.uniform(0.5, 1), min(retry_after or 0, 3600)))


class Delivery:
    """One deliverer with `parallel` threads, of all rows or of some kinds; `run` until told to stop, or `step` by hand.

    `ahead` rows more than it has threads are held under leases, and handed back if they are not begun before the end.
    """

    def __init__(
        self,
        hadir: Hadir,
        *,
        kinds: Kinds | None = None,
        parallel: int = 4,
        ahead: int = 0,
        gather_seconds: float = 0.1,
        lease: timedelta = LEASE,
        idle_seconds: float = 0.5,
    ) -> None:
        self.hadir = hadir
        self._kinds = kinds
        self.owner = f"{socket.gethostname()[:40]}:{os.getpid()}:{uuid.uuid4().hex[:8]}"
        self._parallel = parallel
        self._most = parallel + ahead
        self._gather_seconds = gather_seconds
        self._lease = lease
        self._idle_seconds = idle_seconds
        self._running: dict[int, Row] = {}
        self._ended: list[tuple[Row, Mapping[str, Any] | None]] = []
        self._renewed_at: datetime | None = None
        self._line: list[int] = []
        self._looked_at = datetime.min.replace(tzinfo=UTC)
        self._look_took = timedelta(0)
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._stop = threading.Event()

    def run(self, stop: threading.Event) -> None:
        """Deliver until `stop`; what was begun by then is finished first."""
        self._stop = stop
        with ThreadPoolExecutor(self._parallel, thread_name_prefix="delivery") as pool:
            while not stop.is_set():
                self._wake.clear()
                ended = self._let_go()
                try:
                    taken = self._take(self._most - len(self._running), ended)
                    self._keep_leases()
                except Exception:
                    log.exception("outbox_unreadable")
                    self._hold(ended)
                    stop.wait(2)
                    continue
                for row in taken:
                    pool.submit(self._deliver, row)
                if not taken and not ended:
                    self._wake.wait(max(self._idle_seconds, min(_REST * self._look_took.total_seconds(), 5)))
                elif len(self._running) >= self._parallel:
                    stop.wait(self._gather_seconds)
        self._take(0, self._let_go())
        self._hand_back()

    def step(self) -> int:
        """Deliver once what may be delivered now, in this thread; how many rows were tried."""
        self._line = []
        taken = self._take(self._parallel)
        for row in taken:
            self._deliver(row)
            self._take(0, self._let_go())
        return len(taken)

    def wake(self) -> None:
        """Something was queued or stop was asked for: look now."""
        self._wake.set()

    # ------------------------------------------------------------ leases

    def _take(self, limit: int, ended: Sequence[tuple[Row, Mapping[str, Any] | None]] = ()) -> list[Row]:
        """Take up to `limit` rows; in the same transaction what has ended is written down, so that people wait less for it."""
        now = self.hadir.clock()
        candidates = self._candidates(now, limit) if limit > 0 else []
        if not candidates and not ended:
            return []
        try:
            with self.hadir.database.write() as db:
                kept = self._done(db, ended)
                rows = outbox.claim(db, candidates, self.owner, now, self._lease)
        except OperationalError:  # the database is away: nothing of this is written down now
            raise
        except Exception:
            if not ended:
                raise
            self._one_by_one(ended)
            return []
        for (row, _), its_lease in zip(ended, kept, strict=True):
            _delivered(row, its_lease)
        with self._lock:
            self._running.update((row.id, row) for row in rows)
        return rows

    def _candidates(self, now: datetime, limit: int) -> list[Row]:
        """Who is next. What a look at everything that waits has found in line is good for a moment: of those who are in line
        only the streams are looked at again, for somebody may have been quicker or gone before.
        """
        with self.hadir.database.read() as db:
            while self._line and now - self._looked_at <= _LINE_HOLDS:
                known, self._line = self._line[:limit], self._line[limit:]
                if found := outbox.in_line(db, now, limit, self._kinds, among=known):
                    return outbox.rows(db, found)
            line = outbox.in_line(db, now, limit * _LINE, self._kinds)
            self._looked_at, self._look_took = now, self.hadir.clock() - now
            self._line = line[limit:]
            return outbox.rows(db, line[:limit])

    def _one_by_one(self, ended: Sequence[tuple[Row, Mapping[str, Any] | None]]) -> None:
        """One of them spoils the transaction of all: it keeps its lease, and is tried again when that has run out."""
        for number, (row, result) in enumerate(ended):
            try:
                with self.hadir.database.write() as db:
                    (kept,) = self._done(db, [(row, result)])
            except OperationalError:
                return self._hold(ended[number:])
            except Exception:
                log.exception("outcome_not_written", key=row.key)
            else:
                _delivered(row, kept)

    def _let_go(self) -> list[tuple[Row, Mapping[str, Any] | None]]:
        """What was delivered and is to be written down now."""
        with self._lock:
            ended, self._ended = self._ended, []
            for row, _ in ended:
                self._running.pop(row.id, None)
        return ended

    def _hold(self, ended: Sequence[tuple[Row, Mapping[str, Any] | None]]) -> None:
        """The database took nothing: keep it, under the leases, until it does."""
        with self._lock:
            self._ended = [*ended, *self._ended]
            self._running.update((row.id, row) for row, _ in ended)

    def _keep_leases(self) -> None:
        now = self.hadir.clock()
        with self._lock:
            rows = list(self._running.values())
        if not rows or (self._renewed_at and now - self._renewed_at < self._lease / 3):
            return
        with self.hadir.database.write() as db:
            outbox.renew(db, rows, self.owner, now + self._lease)
        self._renewed_at = now

    def _hand_back(self) -> None:
        """What was taken and not begun when the end came."""
        with self._lock:
            rows = list(self._running.values())
            self._running.clear()
        if rows:
            with self.hadir.database.write() as db:
                outbox.hand_back(db, rows, self.owner)

    # ------------------------------------------------------------ one row

    def _deliver(self, row: Row) -> None:
        if self._stop.is_set():  # it is handed back
            return
        try:
            self._try(row)
        except Exception:
            # The row keeps its lease, and is tried again when that has run out.
            log.exception("outcome_not_written", key=row.key)
            with self._lock:
                self._running.pop(row.id, None)
        finally:
            self._wake.set()

    def _try(self, row: Row) -> None:
        try:
            result = self._call(row)
        except DeliveryError as error:
            if error.locked_out:
                self._locked_out(error.locked_out)
                self._failed(row, str(error), row.attempts + 1, error.retry_after)
            else:
                self._failed(row, str(error), 0 if error.permanent else ATTEMPTS, error.retry_after)
        except Exception as error:
            log.exception("deliverer_failed", kind=row.kind, key=row.key)
            self._failed(row, f"unexpected {type(error).__name__}", ATTEMPTS_AFTER_DEFECT)
        else:
            with self._lock:
                self._ended.append((row, result))
            return
        with self._lock:
            self._running.pop(row.id, None)

    def _done(self, db: Connection, ended: Sequence[tuple[Row, Mapping[str, Any] | None]]) -> list[bool]:
        """Of each, whether it was ours to decide; whoever has taken the row meanwhile writes down what they find."""
        kept = outbox.done(db, ended, self.owner, self.hadir.clock())
        ours = [one for one, is_ours in zip(ended, kept, strict=True) if is_ours]
        for _, result in ours:
            if isinstance(result, Delivered):
                result.record(db)
        outbox.forget_contents(db, (row for row, _ in ours))
        return kept

    def _locked_out(self, platform: str) -> None:
        with self.hadir.database.write() as db:
            alarms.locked_out(self.hadir, db, platform, self.hadir.clock())

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
                alarms.dead_letter(self.hadir, db, now)
        DELIVERIES.labels(row.kind, "dead").inc()
        log.error("dead_letter", kind=row.kind, stream=row.stream, key=row.key, attempts=row.attempts, error=error)


def _delivered(row: Row, its_lease: bool) -> None:
    DELIVERIES.labels(row.kind, "done").inc()
    log.info("delivered", kind=row.kind, key=row.key, attempts=row.attempts, lease_kept=its_lease)
