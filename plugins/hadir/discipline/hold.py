"""Days that do not count yet, because so many were absent that it must be something else (`discipline_mass`).

They are kept as {day: the day from which it counts after all}; nobody has to do anything for that day to come.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from zoneinfo import ZoneInfo

from integration import installation
from integration.plugin import Work

_KEY = "discipline.held"

Counts = Mapping[date, date]


def office_day(work: Work) -> date:
    """The date on the calendar of the office."""
    return work.now.astimezone(ZoneInfo(work.settings.zone)).date()


def known(work: Work) -> dict[date, date]:
    """Every day that is or was held, until `forget`; and from when on it counts. One statement."""
    found: Mapping[str, str] = installation.get(work.db, _KEY, {})
    return {date.fromisoformat(day): date.fromisoformat(counts) for day, counts in found.items()}


def held(work: Work) -> frozenset[date]:
    """The days that do not count today. One statement."""
    today = office_day(work)
    return frozenset(day for day, counts in known(work).items() if counts > today)


def put(work: Work, days: Counts) -> None:
    installation.put(work.db, _KEY, {day.isoformat(): counts.isoformat() for day, counts in sorted(days.items())})


def forget(work: Work) -> None:
    """Those that count by now are days like any other."""
    today, days = office_day(work), known(work)
    left = {day: counts for day, counts in days.items() if counts > today}
    if left != days:
        put(work, left)
