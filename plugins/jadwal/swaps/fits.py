"""Which other days two people could exchange, when the one that was asked for takes somebody beyond their days a week."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice

from integration.people import Person
from integration.plugin import Work
from plugins.jadwal import swaps
from plugins.jadwal.swaps import check
from plugins.jadwal.swaps.check import Facts
from plugins.jadwal.swaps.wrong import Wrong

# So many weeks after that of the day are looked at, and so many days are named.
_WEEKS, _NAMED = 3, 3


@dataclass(frozen=True, slots=True)
class Fits:
    """`with_it`: days that both could exchange beside the one asked for; `instead`: in its place. Both until `last`."""

    with_it: tuple[date, ...]
    instead: tuple[date, ...]
    last: date


def of(work: Work, requester: Person, partner: Person, day: date) -> Fits:
    """As many statements as one swap costs, where neither duties nor shifts nor the register have to be looked at."""
    monday = day - timedelta(day.weekday())
    last = monday + timedelta(7 * _WEEKS + 6)
    facts = check.facts(work, requester, partner, monday, last)
    waiting = {taken for found in swaps.open_of(work, [requester.id, partner.id]) for taken in found.days}
    today = check.today(work, requester, partner)
    to_come = sorted({when for _, when in facts.rota if when > today and when != day and when not in waiting})
    with_it = (other for other in to_come if _possible(work, requester, partner, (day, other), facts))
    instead = (other for other in to_come if _possible(work, requester, partner, (other,), facts))
    return Fits(tuple(islice(with_it, _NAMED)), tuple(islice(instead, _NAMED)), last)


def _possible(work: Work, requester: Person, partner: Person, days: Sequence[date], facts: Facts) -> bool:
    try:
        check.possible(work, requester, partner, sorted(days), facts)
    except Wrong:
        return False
    return True
