"""Jobs over many people or requests: a transaction for each batch, and one that writes only where something is written."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from integration.people import Person
from integration.plugin import Build, Notice, Run, Work

# While these are queued, on SQLite nobody else writes.
_QUEUED_AT_ONCE = 200


def in_batches(run: Run, batch: Callable[[Work, int], int]) -> None:
    """A transaction for each batch: `batch` gets the id to go on after (0 at first), returns the next one, -1 at the end."""
    after = 0
    while after >= 0:
        with run.begin() as work:
            after = batch(work, after)


def read_in_batches(run: Run, batch: Callable[[Work, int], int]) -> None:
    """`in_batches` for a `batch` that writes nothing."""
    after = 0
    while after >= 0:
        with run.read() as work:
            after = batch(work, after)


@dataclass(frozen=True, slots=True)
class Found:
    """Whom to tell, of those up to the id `last` (-1: these were the last). Between the finding and the queueing people go
    on: `still` says which of some keys hold by then; without it all do.
    """

    last: int
    notices: Sequence[Notice | tuple[Person, str, Build]]
    still: Callable[[Work, Collection[str]], Collection[str]] | None = None


def tell_in_batches(run: Run, find: Callable[[Work, int], Found]) -> None:
    """`in_batches` for telling people: `find` reads, and gets the id to go on after (0 at first); only the queueing of what
    it found is a transaction that writes, of few rows each. A key that was queued before changes nothing.
    """
    after = 0
    while after >= 0:
        with run.read() as work:
            found = find(work, after)
            messages = work.worded(found.notices)
        for start in range(0, len(messages), _QUEUED_AT_ONCE):
            part = messages[start : start + _QUEUED_AT_ONCE]
            with run.begin() as work:
                keys = {message["key"] for message in part}
                hold = found.still(work, keys) if found.still else keys
                work.queue([message for message in part if message["key"] in hold])
        after = found.last
