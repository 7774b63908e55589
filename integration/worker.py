"""The worker: scheduled jobs, outbox delivery and listening to what people type, in one process; safe to run several."""

from __future__ import annotations

import signal
import threading

import structlog

from integration import jobs, scheduler
from integration.app import assemble, connect
from integration.core import Hadir
from integration.deliveries.lanes import Lanes, give_way
from integration.hearing.hearing import Hearing
from integration.settings import Settings

log = structlog.get_logger()

_STOP = {signal.SIGTERM, signal.SIGINT}


class Worker:
    """Runs in threads of its own between `start` and `stop`."""

    def __init__(self, hadir: Hadir) -> None:
        self.delivery = Lanes(hadir)
        self.scheduler = scheduler.Scheduler(hadir, (*jobs.core_jobs(hadir), *scheduler.plugin_jobs(hadir)))
        self.hearing = Hearing(hadir, self.delivery.wake)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self.delivery.run, args=(self._stop,), name="outbox")
        self._ears = threading.Thread(target=self.hearing.run, args=(self._stop,), name="hearing")

    def start(self) -> None:
        self._thread.start()
        self._ears.start()
        self.scheduler.start()

    @property
    def alive(self) -> bool:
        return self._thread.is_alive()

    def stop(self) -> None:
        """Begin nothing new, and wait for what was begun."""
        self._stop.set()
        self.delivery.wake()
        self.scheduler.stop()
        self._ears.join()
        self._thread.join()


def main(settings: Settings) -> int:
    """Work until SIGTERM or SIGINT; the exit code."""
    # Blocked before any thread exists, so that only `sigtimedwait` below ever gets them.
    signal.pthread_sigmask(signal.SIG_BLOCK, _STOP)
    give_way()
    hadir = connect(assemble(settings))
    worker = Worker(hadir)
    worker.start()
    log.info("worker_started")
    while worker.alive and signal.sigtimedwait(_STOP, 5) is None:
        pass
    clean = worker.alive
    worker.stop()
    hadir.database.dispose()
    log.info("worker_stopped", clean=clean)
    return 0 if clean else 1
