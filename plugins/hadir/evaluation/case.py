"""A working day while it is judged: what is known of it, and what has been found so far."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from decimal import Decimal

from integration.rulebook import Rule
from integration.rulebook.models import AttendanceRules, Band, Penalty
from integration.workdays import DayPlan
from plugins.hadir.evaluation.results import NOTHING, Reason, Window
from plugins.hadir.evaluation.spans import Span, covered, minute, spans
from plugins.hadir.rules import BREAK_AFTER
from plugins.hadir.service import Day, Event

WHOLE = Decimal(100)
_FIRST, _LAST = time(0, 0), time(23, 59)


@dataclass(slots=True)
class Case:
    """`come` and `leave` are the minutes of the stamps that count; `moved` is by how much flexible hours move the end.
    `windows` are the minutes of `outages`, in the same order.
    """

    plan: DayPlan
    rule: Rule
    rules: AttendanceRules
    plan_start: datetime
    plan_end: datetime
    start: int
    end: int
    owed: int
    arrival: Event | None
    departure: Event | None
    come: int | None
    leave: int | None
    outages: Sequence[Window]
    windows: tuple[Span, ...] = ()
    excused: tuple[Span, ...] = ()
    late: int = 0
    early: int = 0
    worked: int = 0
    moved: int = 0
    made_up: int = 0
    outage: Window | None = None
    penalties: list[Penalty | Band] = field(default_factory=list)
    reasons: list[Reason] = field(default_factory=list)

    def reason(self, code: str, /, **values: object) -> Reason:
        """A reason that the attendance rule decided."""
        return Reason(code, self.rule.name, self.rule.version, self.rule.article, values)

    def because(self, code: str, /, **values: object) -> None:
        self.reasons.append(self.reason(code, **values))

    def costs(self, *penalties: Penalty | Band | None) -> None:
        self.penalties += [penalty for penalty in penalties if penalty is not None]

    def misses(self, code: str, penalty: Penalty | None) -> None:
        self.costs(penalty)
        self.because(code, **self.price(penalty))

    def price(self, penalty: Penalty | Band | None) -> Mapping[str, object]:
        """The code of a penalty, and its percent where the rule deducts."""
        if penalty is None:
            return {"code": "", "percent": NOTHING}
        return {"code": penalty.code, "percent": penalty.percent if self.rules.deducts else NOTHING}

    @property
    def expected_end(self) -> datetime:
        return self.plan_end + timedelta(minutes=self.moved) if self.moved else self.plan_end

    # ------------------------------------------------------------ stamps

    def set_aside_stamps(self) -> None:
        """Let only those count that the rule lets count."""
        if self.arrival and not stamp_counts(self.plan, self.rules, self.arrival):
            self.come = None
            self._outside(self.arrival)
        if self.departure and not stamp_counts(self.plan, self.rules, self.departure):
            self.leave = None
            self._outside(self.departure)

    def _outside(self, event: Event) -> None:
        first, last = self.rules.stamps_from, self.rules.stamps_until
        self.because("stamp_outside", kind=event.kind, at=event.at, first=first, last=last)

    def count_worked(self, come: int, leave: int) -> None:
        """Presence, less the break as far as the presence exceeds four hours."""
        present = max(0, leave - come)
        self.worked = present - min(self.plan.break_minutes, max(0, present - BREAK_AFTER))

    # ------------------------------------------------------------ outages

    def outage_at_end(self) -> Window | None:
        """The outage that covers the end, or with flexible hours a minute at which one might leave."""
        around = self.rules.flexible_minutes
        first, last = self.end - around, self.end + around
        found = (n for n, window in enumerate(self.windows) if window[0] <= last and window[1] >= first)
        return next((self.outages[number] for number in found), None)

    def leave_in_outage(self, window: Window) -> None:
        """Nobody could check out at the end: the day counts as worked until then, and not longer than was asked."""
        self.outage = window
        self.because("outage_out", window=window)
        if self.come is not None:
            self.count_worked(self.come, minute(self.expected_end))
            self.worked = min(self.worked, self.owed)

    # ------------------------------------------------------------ what it costs

    def deduction(self) -> Decimal:
        """Percent of the day's allowance; who came does not lose more than who stayed away."""
        if not self.rules.deducts:
            return NOTHING
        total = sum((penalty.percent for penalty in self.penalties), NOTHING)
        most = self._most()
        if total > most:
            self.because("capped", total=total, most=most)
        return min(total, most)

    def _most(self) -> Decimal:
        given = self.rules
        if given.absent:
            return min(WHOLE, given.absent.percent)
        missing = [penalty.percent for penalty in (given.no_check_in, given.no_check_out) if penalty]
        return min(WHOLE, sum(missing, NOTHING)) if missing else WHOLE


def stamp_counts(plan: DayPlan, rules: AttendanceRules, event: Event) -> bool:
    """Whether the time lies in the hours in which the rule lets stamps count.

    Any time does if a correction confirmed it, or if the day's own hours lie outside, as a night shift's.
    """
    first, last = rules.stamps_from, rules.stamps_until
    if (first == _FIRST and last == _LAST) or event.source == "correction" or plan.start is None or plan.end is None:
        return True
    opens, closes = (datetime.combine(plan.day, end, plan.start.tzinfo) for end in (first, last))
    if not opens <= plan.start <= plan.end <= closes:
        return True
    return minute(opens) <= minute(event.at) <= minute(closes)


def open_case(plan: DayPlan, found: Day, rule: Rule, outages: Sequence[Window]) -> Case:
    """The plan must have hours. A check-out before the check-in was a slip and does not count."""
    assert plan.start is not None and plan.end is not None  # noqa: S101, PT018  # the caller has looked
    arrival, departure = found.arrival, None if found.open else found.departure
    start, end = minute(plan.start), minute(plan.end)
    excused = spans(plan.excused) if plan.excused else ()
    hidden = sorted((*span, window) for window in outages for span in spans((window,)))
    return Case(
        plan,
        rule,
        rule.content,
        plan.start,
        plan.end,
        start,
        end,
        _owed(plan, start, end, excused),
        arrival,
        departure,
        minute(arrival.at) if arrival else None,
        minute(departure.at) if departure else None,
        [window for *_, window in hidden],
        tuple((first, last) for first, last, _ in hidden),
        excused,
    )


def _owed(plan: DayPlan, start: int, end: int, excused: Sequence[Span]) -> int:
    """Net minutes of the day, less those of a permission."""
    minutes = plan.minutes or max(0, end - start - plan.break_minutes)
    return max(0, minutes - covered(start, end, excused)) if excused else minutes
