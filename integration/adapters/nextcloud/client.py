"""nc-py-api behind one door: a background loop, four calls at a time, time-outs, repeats, errors that say what happened."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

from integration.adapters.nextcloud.errors import NextcloudError

if TYPE_CHECKING:
    from integration.adapters.nextcloud.cloud import Cloud

T = TypeVar("T")

# More calls at once make Nextcloud slower, not faster.
PARALLEL = 4
TRIES = 3
# How long the other side may keep silent, and how long a whole try may take, however slowly it drips.
SILENCE_SECONDS, TRY_SECONDS = 30.0, 120.0
PERSON_WAITS_SECONDS = 2.0
LONGEST_PAUSE_SECONDS = 5.0
_FIRST_PAUSE = 0.3
_PASSING = frozenset({423, 429, 502, 503, 504})


class Client:
    """One account of one Nextcloud, for any number of threads. Connects, and loads the library, with the first call.

    What `call` is given may run several times, so it must be harmless to repeat.
    """

    def __init__(self, url: str, user: str, password: str, *, silence_seconds: float = SILENCE_SECONDS) -> None:
        self.url, self.user = url.rstrip("/"), user
        self._password = password
        self._silence_seconds = silence_seconds
        self._background: _Background | None = None
        self._starting = threading.Lock()
        self._limit = threading.local()

    def call(self, work: Callable[[Cloud], Awaitable[T]]) -> T:
        """What `work` returns, repeated where a repeat can help; raises `NextcloudError`."""
        background = self._running()
        return background.run(work, getattr(self._limit, "until", float("inf")))

    @contextmanager
    def within(self, seconds: float = PERSON_WAITS_SECONDS) -> Iterator[None]:
        """Calls of this thread inside the block end within about `seconds`, because a person is waiting."""
        self._limit.until = time.monotonic() + seconds
        try:
            yield
        finally:
            del self._limit.until

    def close(self) -> None:
        """Close the connections and end the thread; the next call begins anew."""
        with self._starting:
            background, self._background = self._background, None
        if background:
            background.close()

    def _running(self) -> _Background:
        with self._starting:
            if self._background is None:
                self._background = _Background(self.url, self.user, self._password, self._silence_seconds)
            return self._background


class _Background:
    """A thread with an event loop, in which nc-py-api lives."""

    def __init__(self, url: str, user: str, password: str, silence_seconds: float) -> None:
        from integration.adapters.nextcloud import cloud  # takes a third of a second: only where it is needed

        self._translated = cloud.translated
        self._cloud = cloud.connect(url, user, password, silence_seconds)
        self._slots = asyncio.Semaphore(PARALLEL)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="nextcloud", daemon=True)
        self._thread.start()

    def run(self, work: Callable[[Cloud], Awaitable[T]], until: float) -> T:
        try:
            return asyncio.run_coroutine_threadsafe(self._repeated(work, until), self._loop).result()
        except CancelledError:
            raise NextcloudError("the connection to Nextcloud was closed meanwhile", lost=True) from None

    def close(self) -> None:
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _end(self) -> None:
        """Whoever waits for an answer is told; then the connections are closed."""
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._cloud.close()

    async def _repeated(self, work: Callable[[Cloud], Awaitable[T]], until: float) -> T:
        for tried in range(1, TRIES + 1):
            try:
                return await self._once(work, until)
            except NextcloudError as error:
                pause = _pause(error, tried)
                if pause is None or time.monotonic() + pause >= until:
                    raise
                await asyncio.sleep(pause)
        raise AssertionError("the last try returns or raises")

    async def _once(self, work: Callable[[Cloud], Awaitable[T]], until: float) -> T:
        left = max(until - time.monotonic(), 0.05)
        try:
            async with asyncio.timeout(min(TRY_SECONDS, left)), self._slots:
                return await work(self._cloud)
        except Exception as error:
            # Not chained: the library's errors carry addresses and headers, and would be logged with them.
            raise self._translated(error, self._cloud.host) from None


def _pause(error: NextcloudError, tried: int) -> float | None:
    """Seconds to wait before the next try; None if there is none."""
    if tried >= TRIES or not (error.lost or error.status in _PASSING):
        return None
    pause = error.retry_after or _FIRST_PAUSE * 3.0 ** (tried - 1)
    return pause if pause <= LONGEST_PAUSE_SECONDS else None
