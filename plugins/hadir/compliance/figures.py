"""Figures of a month that are out of the ordinary by themselves: low attendance, days without a record, lateness.

By unit, with the names of those who have the most of it; the limits are data, and stand beside what is found.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from integration.rulebook.models import ComplianceRules
from plugins.hadir.compliance.patterns import Code, Pattern
from plugins.hadir.recap import PersonMonth, Totals
from plugins.hadir.reports import marks

_Days = Callable[[Totals], int]
_Unit = tuple[str, int]


@dataclass(slots=True)
class Many:
    """Looks at the months as they go by: whose days of a kind reach the limit, by unit."""

    limits: ComplianceRules
    _found: dict[tuple[Code, _Unit], list[tuple[int, str]]] = field(default_factory=dict)
    _people: dict[_Unit, int] = field(default_factory=dict)

    def add(self, someone: PersonMonth) -> None:
        unit = someone.person.unit, someone.person.unit_id
        self._people[unit] = self._people.get(unit, 0) + 1
        for code, days, least in self._kinds():
            count = days(someone.totals)
            if count >= least:
                self._found.setdefault((code, unit), []).append((count, someone.person.name))

    def _kinds(self) -> tuple[tuple[Code, _Days, int], ...]:
        return (
            ("many_missing", lambda totals: totals.missing, self.limits.missing_days),
            ("many_late", lambda totals: totals.late, self.limits.late_days),
            ("many_early", lambda totals: totals.early, self.limits.early_days),
            ("many_incomplete", lambda totals: totals.incomplete, self.limits.incomplete_days),
        )

    def found(self) -> Iterator[Pattern]:
        """`count` of the `of` people of a unit; the names say how many days, the most first. `detail` is the limit."""
        for code, _, least in self._kinds():
            units = sorted(key for key in self._found if key[0] == code)
            for _, unit in sorted(units, key=lambda key: (-len(self._found[key]), key)):
                named = sorted(self._found[code, unit], key=lambda each: (-each[0], each[1]))
                names = tuple(f"{name} ({count})" for count, name in named)
                yield Pattern(code, names, unit[0], len(named), self._people[unit], str(least))


def low_attendance(
    limits: ComplianceRules, whole: tuple[str, Totals], units: Sequence[tuple[str, Totals]]
) -> Iterator[Pattern]:
    """The whole, if it has several units, then these, the lowest first: `count` days without a record of `of` expected."""
    several = [whole] if len(units) > 1 else []
    for name, totals in (*several, *sorted(units, key=lambda unit: (marks.attendance_rate(unit[1]) or 0.0, unit[0]))):
        rate = marks.attendance_rate(totals)
        if rate is not None and rate < limits.attendance_least:
            yield Pattern("low_attendance", (), name, totals.missing, totals.due - totals.away)
