"""More absent than can be true: a holiday that nobody entered, or an outage that nobody declared.

Of such a day nobody is warned. The personnel officers and the administrators are told once, and have the rule's days to
explain it. Then, or as soon as the day is like any other, it counts as it stands.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from integration import deciders, people
from integration.dates import show_day
from integration.i18n import Translate
from integration.messages import Reply, Text, join
from integration.plugin import Build, Notice, Work
from integration.rulebook.models import DisciplineRules
from plugins.hadir.discipline import SILENT
from plugins.hadir.discipline import hold as discipline_hold
from plugins.hadir.discipline.mornings import AHEAD, morning
from plugins.hadir.recap import Line

READERS = (deciders.OFFICER, "admin")


@dataclass(slots=True)
class Roll:
    """Of everybody looked at so far, by day: who was absent, and of how many something was expected."""

    absent: dict[date, set[int]] = field(default_factory=dict)
    expected: Counter[date] = field(default_factory=Counter)

    def add(self, person_id: int, lines: Iterable[Line]) -> None:
        for line in lines:
            status = line.result.status
            if line.plan.start is None or status in SILENT or line.result.excused:
                continue
            self.expected[line.day] += 1
            if status == "absent":
                self.absent.setdefault(line.day, set()).add(person_id)

    def years(self, without: Iterable[date]) -> dict[int, set[int]]:
        """The years in which somebody was absent, by person id."""
        found: dict[int, set[int]] = {}
        for day in self.absent.keys() - set(without):
            for person_id in self.absent[day]:
                found.setdefault(person_id, set()).add(day.year)
        return found


def hold(work: Work, roll: Roll, first: date) -> frozenset[date]:
    """The days that are not to be warned of now; `first` is the first that was never looked at before.

    1. A day that was held and is like any other now counts from today.
    2. A new day like that is held, and people are told of all of them at once.
    """
    today, days = discipline_hold.office_day(work), discipline_hold.known(work)
    many = [day for day in sorted(roll.absent) if _too_many(roll, day, _rules(work, day))]
    explained = [day for day, counts in days.items() if counts > today and day not in many]
    new = [day for day in many if day >= first and day not in days]
    counts = _tell(work, roll, new, today) if new else {}
    days |= dict.fromkeys(explained, today) | counts
    if new or explained:
        discipline_hold.put(work, days)
    for day, until in counts.items():
        after = {"absent": len(roll.absent[day]), "expected": roll.expected[day], "until": until.isoformat()}
        work.audit("discipline.held", f"day:{day}", after=after)
    for day in explained:
        work.audit("discipline.explained", f"day:{day}", after={"absent": len(roll.absent.get(day, ()))})
    return frozenset(day for day, until in days.items() if until > today)


def _rules(work: Work, day: date) -> DisciplineRules:
    """The office's own, as known now."""
    rules = work.rules()
    content: DisciplineRules = rules.in_force("discipline", 0, day, rules.read_at).content
    return content


def _too_many(roll: Roll, day: date, rules: DisciplineRules) -> bool:
    count = len(roll.absent[day])
    return count >= rules.mass_least and count > rules.mass_share * roll.expected[day]


# ---------------------------------------------------------------- who is told


def _tell(work: Work, roll: Roll, new: Sequence[date], today: date) -> dict[date, date]:
    """Tell those who can explain these days; from when on each counts: the rule's days after the first of them reads it."""
    readers = {each.id: each for role in READERS for each in people.with_role(work.db, role, today)}
    reachable = people.accounts(work.db, readers)
    plans = work.workdays.plans(work.db, readers.values(), today - timedelta(1), today + timedelta(AHEAD), work.now)
    mornings = {id: morning(work, reader, plans) for id, reader in readers.items() if id in reachable}
    read = min((due_at.astimezone(readers[id].tz).date() for id, due_at in mornings.items()), default=today)
    counts = {day: read + timedelta(days=_rules(work, day).mass_wait_days) for day in new}
    key = f"discipline:mass:{new[0]}:{new[-1]}"
    work.tell_all(Notice(readers[id], f"{key}:{id}", _message(roll, counts), due_at) for id, due_at in mornings.items())
    return counts


def _message(roll: Roll, counts: Mapping[date, date]) -> Build:
    def build(t: Translate) -> Reply:
        days, until = sorted(counts), show_day(max(counts.values()), t, "EEEE d MMM")
        what = [
            t(
                "**{day}: {count} of {all} people without a record**",
                day=show_day(day, t, "EEEE d MMM"),
                count=len(roll.absent[day]),
                all=roll.expected[day],
            )
            for day in days
        ]
        lines = [
            *what,
            t("A holiday that is not entered yet, or an outage? Nobody has been warned."),
            t("- Holiday: {command}", command=Text(f'`hadir holidays add {days[0]} "…"`')),
            t("- Outage: {command}", command=Text(f'`hadir outages add "{days[0]} 00:00" 23:59 --why "…"`')),
            t("The administrator types this on the server."),
            t("- Neither: nothing to do. Warnings are sent from {day} on.", day=until),
        ]
        return Reply(join("\n", lines))

    return build
