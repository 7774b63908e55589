"""What a person did on a day, as far as plugins know it: the draft of the day's report (`Plugin.activities`)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection

from integration.people import Person


@dataclass(frozen=True, slots=True)
class Activity:
    """One thing that was done. `key` names it for ever, like `rapat:12`, so that it is reported once.

    `text` is Indonesian, the language of the record; where it is empty, only `place` (wfo, wfh, wfa, dinas) is known.
    `at` is when it began (aware), `minutes` how long it took, 0 where nobody knows. `files` are paths in the office's storage.
    """

    key: str
    text: str = ""
    at: datetime | None = None
    minutes: int = 0
    place: str = ""
    files: tuple[str, ...] = ()


# (db, person, day in the person's zone) -> what is known, in the order of the day.
ActivityProvider = Callable[[Connection, Person, date], Sequence[Activity]]
# (db, person, day in the person's zone) -> where they worked on it (wfo, wfh, wfa, dinas), as they said; "" if they did not.
PlaceProvider = Callable[[Connection, Person, date], str]


def did(providers: Iterable[ActivityProvider], db: Connection, person: Person, day: date) -> list[Activity]:
    """What all of them know of that day, in its order; what has no time of day comes last."""
    found = [each for provide in providers for each in provide(db, person, day)]
    timed = sorted((each for each in found if each.at is not None), key=lambda each: (each.at, each.key))
    return timed + [each for each in found if each.at is None]
