"""Who delivers what in one worker: lanes with threads of their own, so that nobody waits for another one's neighbour."""

from __future__ import annotations

import os
import sys
import threading
from typing import NamedTuple

from integration.core import Hadir
from integration.deliveries.delivery import Delivery
from integration.outbox import Kinds


class Lane(NamedTuple):
    """Rows of some kinds, with `parallel` threads; `ahead` rows more are taken than there are threads, so that none waits
    for the database. What has ended within `gather_seconds` is written down together: every commit waits for the disk, and
    on SQLite holds up whoever checks in.
    """

    kinds: Kinds
    parallel: int
    ahead: int = 0
    gather_seconds: float = 0.1


# What waits for one side does not hold up the others: chat goes on while Nextcloud is slow, and files while a task is long.
# In a stream the order is kept, whichever lane its rows go by.
_CHAT, _TASKS = ("chat", "said", "account"), ("task",)
LANES = {
    "chat": Lane(Kinds(_CHAT), parallel=4, ahead=44),
    # A task may be long, and another worker would rather begin the next ones: few are taken ahead.
    "tasks": Lane(Kinds(_TASKS), parallel=2, ahead=2),
    # Nextcloud gets four calls at a time, whoever makes them; while two rows are written down, four others are under way.
    "cloud": Lane(Kinds((*_CHAT, *_TASKS), these=False), parallel=6, ahead=24, gather_seconds=0.5),
}
_SWITCH_SECONDS = 0.0001
_NICE = 5


def give_way() -> None:
    """Let whoever waits for an answer go first; for processes that deliver and run jobs.

    Where the processors are busy, web servers get about three times as much of them as this process. And no thread of it
    keeps the others waiting for the interpreter: a transaction gives it away at every step, and while a job computes, would
    get it back only after Python's 5 ms, dozens of times; on SQLite everybody who checks in would wait for that.
    """
    os.nice(_NICE)
    sys.setswitchinterval(_SWITCH_SECONDS)


class Lanes:
    """All deliverers of one worker: one for each of `LANES`, with threads of its own."""

    def __init__(self, hadir: Hadir) -> None:
        self.lanes = {
            name: Delivery(
                hadir, kinds=lane.kinds, parallel=lane.parallel, ahead=lane.ahead, gather_seconds=lane.gather_seconds
            )
            for name, lane in LANES.items()
        }

    def run(self, stop: threading.Event) -> None:
        """Deliver until `stop`. Should one lane end by itself, all do: half a worker would not be noticed."""
        threads = [threading.Thread(target=self._run, args=(lane, stop), name=name) for name, lane in self.lanes.items()]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _run(self, lane: Delivery, stop: threading.Event) -> None:
        try:
            lane.run(stop)
        finally:
            stop.set()
            self.wake()

    def wake(self) -> None:
        """Something was queued or stop was asked for: look now."""
        for lane in self.lanes.values():
            lane.wake()
