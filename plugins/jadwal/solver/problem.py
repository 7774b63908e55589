"""What a rota is made of and what comes out, as the solver sees it: plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal

HOME, OFFICE = "wfh", "wfo"

# (person's id, day)
Cell = tuple[int, date]
# `away`, `present`, `standby`, `duty`: of a day; `week`: of a person in the week from `day` on; `remote`: of a person on a day.
Kind = Literal["away", "present", "standby", "duty", "week", "remote"]


class SolverError(Exception):
    """No rota was found in the time that was given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """`away_share` (0 to 1) of those expected on a day may be elsewhere than at the office, whatever the reason.

    `on_duty`: (duty, so many of those who have it are at the office every day).
    """

    away_share: Decimal
    least_present: int = 0
    standby: int = 0
    days_a_week: int = 2
    on_duty: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """Somebody of the unit; all days are days of the rota.

    `works`: days on which hours are expected of them; `absent`: those of them on which they are away anyway, and the public
    word for why; `remote`: on which they may work from home. `past_away` and `past_standby` say by how many days they were
    ahead of the others before, `past_weekdays` how often they were at home on each weekday. `used`: flexible days that they
    have outside this rota, by the Monday of the week. `duties`: the days on which they have a duty, by its name.
    """

    id: int
    works: frozenset[date]
    absent: Mapping[date, str] = field(default_factory=dict)
    remote: frozenset[date] = frozenset()
    may_stand_by: bool = True
    past_away: float = 0
    past_standby: float = 0
    past_weekdays: tuple[int, ...] = (0,) * 7
    used: Mapping[date, int] = field(default_factory=dict)
    duties: Mapping[str, frozenset[date]] = field(default_factory=dict)

    @property
    def there(self) -> frozenset[date]:
        """Days on which they work, wherever."""
        return self.works - self.absent.keys()


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """`wishes` and `fixed` (set by hand, agreed in a swap) map a person's day to a place, `earlier` to what was published."""

    days: tuple[date, ...]
    members: tuple[Member, ...]
    limits: Limits
    wishes: Mapping[Cell, str] = field(default_factory=dict)
    fixed: Mapping[Cell, str] = field(default_factory=dict)
    earlier: Mapping[Cell, str] = field(default_factory=dict)
    earlier_standby: frozenset[Cell] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """Demands that cannot be met together: a limit, what the absences leave, and the days at home that were set (`fixed`).

    `wanted` is the limit: at least so many present, standing by or on `duty`, at most so many away or flexible days; `found`
    is what there is without them, or already. `absent` counts the absences of the day (of a duty: of who has it) by their
    public words.
    """

    kind: Kind
    day: date
    wanted: int
    found: int
    person: int | None = None
    duty: str = ""
    absent: Mapping[str, int] = field(default_factory=dict)
    fixed: tuple[Cell, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Solution:
    """Days at home and standbys. `conflicts` is what could not be kept, `given_up` the days set by hand that had to give way.

    `denied` are wishes that were not met; not `proven`: time ran out before it was certain that no other rota is fairer.
    """

    away: frozenset[Cell]
    standby: frozenset[Cell]
    conflicts: tuple[Conflict, ...] = ()
    given_up: tuple[Cell, ...] = ()
    denied: tuple[Cell, ...] = ()
    proven: bool = True


def monday(day: date) -> date:
    """The first day of its week."""
    return day - timedelta(day.weekday())
