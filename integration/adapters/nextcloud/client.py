"""nc-py-api behind one door: a background loop, four calls at a time, time-outs, repeats, errors that say what happened."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from concurrent.futures import CancelledError
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from integration.adapters.nextcloud.errors import NextcloudError

if TYPE_CHECKING:
    from integration.adapters.nextcloud.cloud import Cloud

T = TypeVar("T")

# More calls at once make Nextcloud slower, not faster.
PARALLEL = 4
# Whoever waits gets a plain word sooner than a third try.
TRIES, TRIES_WHILE_WAITING = 3, 2
# How long the other side may keep silent, and how long a whole try may take, however slowly it drips.
SILENCE_SECONDS, TRY_SECONDS = 30.0, 120.0
# The answer takes two seconds at most, and this is not all that it takes.
PERSON_WAITS_SECONDS = 1.5
LONGEST_PAUSE_SECONDS = 5.0
_FIRST_PAUSE = 0.3
# After a refused password nobody knocks for so long: Nextcloud slows down an address that guesses.
_QUIET_SECONDS = 300.0
_PASSING = frozenset({423, 429, 502, 503, 504})


class Client:
    """One account of one Nextcloud, for any number of threads. Connects, and loads the library, with the first call.

    What `call` is given may run several times, so it must be harmless to repeat.
    """

    def __init__(
        self,
        url: str,
        user: str,
        password: str,
        *,
        silence_seconds: float = SILENCE_SECONDS,
        renewed: Callable[[], str] | None = None,
    ) -> None:
        self.url, self.user = url.rstrip("/"), user
        self._password = password
        self._silence_seconds = silence_seconds
        self._renewed = renewed
        self._background: _Background | None = None
        self._starting = threading.Lock()
        self._limit = threading.local()
        self._refused: NextcloudError | None = None
        self._quiet_until = 0.0

    def call(self, work: Callable[[Cloud], Awaitable[T]], *, urgent: bool = False, seconds: float = TRY_SECONDS) -> T:
        """What `work` returns, repeated where a repeat can help; raises `NextcloudError`.

        Where calls wait for their turn, `urgent` ones go first: chat before files, and whatever a person waits for.
        A try may take `seconds`. A password that is refused is asked for again: setup may have made a new one.
        """
        until = getattr(self._limit, "until", float("inf"))
        turn = _Turn(until, urgent or until < float("inf"), seconds)
        used = self._password
        refused = self._refused if time.monotonic() < self._quiet_until else None
        if refused is None:
            try:
                return self._running().run(work, turn)
            except NextcloudError as error:
                if error.status != 401 or self._renewed is None:
                    raise
                refused = error
                self._refused, self._quiet_until = error, time.monotonic() + _QUIET_SECONDS
        fresh = self._renewed() if self._renewed is not None else used
        if fresh == used:
            raise NextcloudError(str(refused), status=401, retry_after=refused.retry_after)
        self.use(fresh)  # another thread may just have done so
        return self._running().run(work, turn)

    def use(self, password: str) -> bool:
        """Go on with that app password; False if it is the one in use. What is under way ends as it began."""
        with self._starting:
            if password == self._password:
                return False
            self._password, self._quiet_until = password, 0.0
            background, self._background = self._background, None
        if background:
            background.retire()
        return True

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
                self._background = _Background(self._connected)
            return self._background

    def _connected(self) -> Cloud:
        from integration.adapters.nextcloud import cloud  # takes a third of a second: only where it is needed

        return cloud.connect(self.url, self.user, self._password, self._silence_seconds)


@dataclass(frozen=True, slots=True)
class _Turn:
    """How a call is to be made: until when in all, before others or after them, and how long one try may take."""

    until: float
    urgent: bool
    seconds: float


class _Slots:
    """Four calls at a time, the urgent ones first; lives in the loop."""

    def __init__(self, many: int) -> None:
        self._free = many
        self._urgent: deque[asyncio.Future[None]] = deque()
        self._others: deque[asyncio.Future[None]] = deque()

    @asynccontextmanager
    async def taken(self, urgent: bool) -> AsyncIterator[None]:
        await self._take(self._urgent if urgent else self._others)
        try:
            yield
        finally:
            self._give()

    async def _take(self, queue: deque[asyncio.Future[None]]) -> None:
        if self._free:
            self._free -= 1
            return
        turn = asyncio.get_running_loop().create_future()
        queue.append(turn)
        try:
            await turn
        except BaseException:
            if turn.cancelled():
                with suppress(ValueError):
                    queue.remove(turn)
            else:
                self._give()  # it came in the very moment in which the waiting ended
            raise

    def _give(self) -> None:
        for queue in (self._urgent, self._others):
            while queue:
                turn = queue.popleft()
                if not turn.done():
                    turn.set_result(None)
                    return
        self._free += 1


class _Background:
    """A thread with an event loop, in which nc-py-api lives."""

    def __init__(self, connected: Callable[[], Cloud]) -> None:
        from integration.adapters.nextcloud import cloud  # takes a third of a second: only where it is needed

        self._translated = cloud.translated
        self._cloud = connected()
        self._slots = _Slots(PARALLEL)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._live, name="nextcloud", daemon=True)
        self._thread.start()

    def _live(self) -> None:
        self._loop.run_forever()
        self._loop.close()

    def run(self, work: Callable[[Cloud], Awaitable[T]], turn: _Turn) -> T:
        coroutine = self._repeated(work, turn)
        try:
            return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result()
        except RuntimeError:
            if not self._loop.is_closed():
                raise
            coroutine.close()
            raise NextcloudError("the connection to Nextcloud was closed meanwhile", lost=True) from None
        except CancelledError:
            raise NextcloudError("the connection to Nextcloud was closed meanwhile", lost=True) from None

    def close(self) -> None:
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def retire(self) -> None:
        """End when what is under way has ended."""
        asyncio.run_coroutine_threadsafe(self._end(cancel=False), self._loop).add_done_callback(
            lambda _: self._loop.call_soon_threadsafe(self._loop.stop)
        )

    async def _end(self, *, cancel: bool = True) -> None:
        """Whoever waits for an answer is told, or gets it; then the connections are closed."""
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks if cancel else ():
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._cloud.close()

    async def _repeated(self, work: Callable[[Cloud], Awaitable[T]], turn: _Turn) -> T:
        tries = TRIES_WHILE_WAITING if turn.until < float("inf") else TRIES
        for tried in range(1, tries + 1):
            try:
                return await self._once(work, turn)
            except NextcloudError as error:
                pause = _pause(error, tried) if tried < tries else None
                if pause is None or time.monotonic() + pause >= turn.until:
                    raise
                await asyncio.sleep(pause)
        raise AssertionError("the last try returns or raises")

    async def _once(self, work: Callable[[Cloud], Awaitable[T]], turn: _Turn) -> T:
        left = max(turn.until - time.monotonic(), 0.05)
        try:
            async with asyncio.timeout(min(turn.seconds, left)), self._slots.taken(turn.urgent):
                return await work(self._cloud)
        except Exception as error:
            # Not chained: the library's errors carry addresses and headers, and would be logged with them.
            raise self._translated(error, self._cloud.host) from None


def _pause(error: NextcloudError, tried: int) -> float | None:
    """Seconds to wait before the next try; None if there is none."""
    if not (error.lost or error.status in _PASSING):
        return None
    pause = error.retry_after or _FIRST_PAUSE * 3.0 ** (tried - 1)
    return pause if pause <= LONGEST_PAUSE_SECONDS else None
