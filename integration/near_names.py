"""Who is called nearly so: `@dwi` is near `@dewi`, for the answer to a name that nobody has."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, func, or_, select

from integration import people
from integration.people import Person, account, person

_MOST, _ALIKE = 3, 0.72


def nearest(db: Connection, text: str, day: date) -> list[Person]:
    """At most three who work here on that day and whose name or username is nearly `text`, the nearest first.

    One of its words begins as the first one of theirs does: people mistype the middle and the end.
    """
    typed = _words(text)
    if not typed or len(text) > people.LONGEST_NAME:
        return []
    ranked: dict[int, float] = {}
    for row in _beginning_with(db, typed[0][0], day):
        likeness = max(_likeness(typed, _words(name)) for name in (row.name, row.username))
        if likeness >= _ALIKE:
            ranked[row.id] = max(likeness, ranked.get(row.id, 0.0))
    best = sorted(ranked, key=lambda id: (-ranked[id], id))[:_MOST]
    found = {each.id: each for each in people.everyone(db, day, best)} if best else {}
    return [found[id] for id in best if id in found]


def _words(text: str) -> list[str]:
    """`@dewi.lestari` and `Dewi Lestari, S.Kom.` without what is only a letter."""
    return [word for word in re.split(r"[\W_]+", text.lower()) if len(word) > 1]


def _beginning_with(db: Connection, letter: str, day: date) -> Iterable[Row[Any]]:
    """Id, name and username (or "") of those with a word in their name that begins so."""
    name, user = func.lower(person.c.name), account.c.username
    known = or_(*(column.startswith(begin, autoescape=True) for column, begin in ((name, letter), (user, letter))))
    known = or_(known, name.contains(f" {letter}", autoescape=True))
    query = select(person.c.id, person.c.name, func.coalesce(user, "").label("username"))
    query = query.join_from(person, account, account.c.person_id == person.c.id, isouter=True)
    return db.execute(query.where(known, or_(person.c.ended_on.is_(None), person.c.ended_on >= day)))


def _likeness(typed: Sequence[str], known: Sequence[str]) -> float:
    """How alike the least alike of the typed words is to one of the name's, 0 to 1."""
    return min(max((_alike(word, other) for other in known), default=0.0) for word in typed)


def _alike(word: str, other: str) -> float:
    if word[0] != other[0] or abs(len(word) - len(other)) > 2:
        return 0.0
    return difflib.SequenceMatcher(None, word, other, autojunk=False).ratio()
