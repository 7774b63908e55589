"""How many days a year has left: what it grants, what came over from before, what was taken. Pure; figures are whole days.

Days that were carried over are taken first, and are gone at the end of the year. Of a year that Hadir did not see
whole nothing is carried over by itself: a personnel officer says how much (`Opening`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from integration.dates import month_later
from integration.people import Person
from integration.rulebook.models import LeaveType


@dataclass(frozen=True, slots=True)
class Opening:
    """What a personnel officer knows: the year's own days that are left, and those carried into it."""

    days: int
    carried: int


@dataclass(frozen=True, slots=True)
class Taken:
    """Days by calendar year: approved, and asked for."""

    used: Mapping[int, int]
    waiting: Mapping[int, int]

    def of(self, year: int) -> int:
        return self.used.get(year, 0) + self.waiting.get(year, 0)


@dataclass(frozen=True, slots=True)
class Balance:
    """One year. `known`: Hadir saw the year from its beginning, or an officer entered its opening."""

    year: int
    granted: int
    carried: int
    used: int
    waiting: int
    known: bool

    @property
    def left(self) -> int:
        """Below zero if more was asked for than there is."""
        return self.granted + self.carried - self.used - self.waiting


@dataclass(frozen=True, slots=True)
class Account:
    """Everything that decides a person's balance of a type that a year grants.

    `entitled_from`: the first year in which it is granted, None for always; `known_from`: the first year that Hadir
    sees from its beginning, None for none.
    """

    leave: LeaveType
    taken: Taken
    openings: Mapping[int, Opening]
    entitled_from: int | None = None
    known_from: int | None = None

    def balance(self, year: int) -> Balance:
        used, waiting = self.taken.used.get(year, 0), self.taken.waiting.get(year, 0)
        return Balance(year, self._granted(year), self._carried(year), used, waiting, self._known(year))

    def _known(self, year: int) -> bool:
        return year in self.openings or (self.known_from is not None and year >= self.known_from)

    def _entitled(self, year: int) -> bool:
        return self.entitled_from is None or year >= self.entitled_from

    def _granted(self, year: int) -> int:
        if year in self.openings:
            return self.openings[year].days
        return (self.leave.days or 0) if self._entitled(year) else 0

    def _carried(self, year: int) -> int:
        if year in self.openings:
            return self.openings[year].carried
        before = year - 1
        if not self._known(before) or not self._entitled(before):
            return 0
        own_left = self._granted(before) - max(0, self.taken.of(before) - self._carried(before))
        untouched = self._untouched(before) and self._untouched(before - 1)
        most = max(self.leave.carry_over, self.leave.carry_over_unused) if untouched else self.leave.carry_over
        return max(0, min(most, own_left))

    def _untouched(self, year: int) -> bool:
        """Whether the whole year was granted and nothing of it was taken or asked for."""
        whole = self._granted(year) >= (self.leave.days or 0)
        return self._known(year) and self._entitled(year) and whole and not self.taken.of(year)


# ---------------------------------------------------------------- service


@dataclass(frozen=True, slots=True)
class Service:
    """When somebody's service began; `certain` if the NIP says so, else it may have begun earlier."""

    began: date | None
    certain: bool

    def entitled_on(self, months: int) -> date | None:
        """The first day on which so many months of service are complete, None if it is not known when it began."""
        return month_later(self.began, months) if self.began else None


def service(person: Person) -> Service:
    """Digits 9 to 14 of a civil servant's NIP are the year and month of appointment; else the first day known here."""
    figures = person.nip if person.nip.isdigit() and len(person.nip) == 18 else ""
    year, month = (int(figures[8:12]), int(figures[12:14])) if figures else (0, 0)
    if 1950 <= year <= 2100 and 1 <= month <= 12:
        return Service(date(year, month, 1), certain=True)
    return Service(person.started_on, certain=False)


def account(person: Person, leave: LeaveType, taken: Taken, openings: Mapping[int, Opening]) -> Account:
    """What is known of the person; a service of which the beginning is not certain counts as long enough."""
    began = service(person)
    day = began.entitled_on(leave.service_months) if began.certain and leave.service_months else None
    started = person.started_on
    whole = started and (started.year if (started.month, started.day) == (1, 1) else started.year + 1)
    return Account(leave, taken, openings, day.year if day else None, whole or None)
