"""Judging a day: from plan, events, rule and outages to a result with its reasons. Pure; the one place that judges.

Times are whole minutes on the clock since the epoch. The steps:

1. An excuse for the whole day, or a day off, asks for nothing: what is recorded is shown and costs nothing.
2. Stamps outside the hours in which the rule lets them count are set aside, unless a correction confirmed them.
3. Lateness, less permissions and outages; under flexible hours it moves the end instead, as far as they reach.
4. Leaving before the end that is then expected, less permissions; lateness not made up has a penalty of its own.
5. A missing check-in or check-out, once the day is over; a day without any record.
6. Who came never loses more than who stayed away, and nobody more than the whole day.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from integration.rulebook import Rule
from integration.workdays import DayPlan
from plugins.hadir import rules
from plugins.hadir.evaluation.case import Case, open_case
from plugins.hadir.evaluation.hours import judge_dynamic, judge_hours
from plugins.hadir.evaluation.results import EXCUSES, NOTHING, Reason, Result, Status, Window
from plugins.hadir.evaluation.spans import covered
from plugins.hadir.service import Day


def evaluate(plan: DayPlan, found: Day, rule: Rule, now: datetime, outages: Sequence[Window] = ()) -> Result:
    """The day as it stands `now`. `rule` is of the kind attendance; `outages` are windows that may touch the day."""
    if plan.excuse:
        return _away(plan, found, now, EXCUSES.get(plan.excuse.lower(), "permission"), _excuse(plan))
    if plan.start is None or plan.end is None:
        return _free(plan, found, now)
    case = open_case(plan, found, rule, outages)
    if plan.excused and covered(case.start, case.end, case.excused) == case.end - case.start:
        return _away(plan, found, now, "permission", case.reason("permission_whole_day"))
    if not found.arrival and not found.departure:
        return _without_record(case, now)
    return _with_record(case, found, now)


# ---------------------------------------------------------------- days that ask for nothing


def _away(plan: DayPlan, found: Day, now: datetime, status: Status, why: Reason) -> Result:
    """The decision stands whatever is recorded: who came all the same is not late."""
    due = plan.start is not None and (plan.start <= now or _came(found))
    return _recorded(Result(status, due, reasons=(*hours_reason(plan), why)), plan, found)


def _free(plan: DayPlan, found: Day, now: datetime) -> Result:
    """A holiday, a weekend or a shift's rest day; work on it is shown and nothing can be missed."""
    why = Reason("holiday", values={"name": plan.free}) if plan.free else Reason("day_off", plan.schedule)
    if not _came(found):
        return Result("off", reasons=(why,))
    return _recorded(Result(_standing(plan, found, now), reasons=(why, Reason("worked_on_day_off"))), plan, found)


def _recorded(result: Result, plan: DayPlan, found: Day) -> Result:
    arrival, departure = found.arrival, None if found.open else found.departure
    if not _came(found):
        return result
    worked = rules.minutes_worked(plan, arrival.at, departure.at) if arrival and departure else 0
    return replace(result, came=True, worked=worked, place=arrival.place if arrival else "")


def _standing(plan: DayPlan, found: Day, now: datetime) -> Status:
    if found.arrival is None:
        return "incomplete"
    if not found.open:
        return "present"
    return "open" if now <= rules.departure_limit(plan, found.arrival.at) else "incomplete"


def _came(found: Day) -> bool:
    return found.arrival is not None or found.departure is not None


def _excuse(plan: DayPlan) -> Reason:
    return Reason("excuse", values={"excuse": plan.excuse, "source": plan.excuse_source})


def hours_reason(plan: DayPlan) -> tuple[Reason, ...]:
    """Which hours were expected, and since when they hold."""
    if plan.start is None or plan.end is None:
        return ()
    code = "dynamic_hours" if plan.dynamic else "hours"
    values = {"start": plan.start, "end": plan.end, "minutes": plan.minutes, "season": plan.season}
    return (Reason(code, plan.schedule, plan.hours_from.isoformat() if plan.hours_from else "", plan.source, values),)


# ---------------------------------------------------------------- working days


def _without_record(case: Case, now: datetime) -> Result:
    plan = case.plan
    due = case.plan_start <= now
    if now < case.plan_end:
        return Result("expected", due, owed=case.owed, end=plan.end, reasons=hours_reason(plan))
    if covered(case.start, case.end, case.windows) == case.end - case.start:
        window = case.outages[0]
        return Result(
            "permission", True, outage=window, reasons=(*hours_reason(plan), case.reason("outage_day", window=window))
        )
    given = case.rules.absent
    # Where a rule has no figure for a day away, it is a missing check-in and a missing check-out.
    case.costs(*((given,) if given else (case.rules.no_check_in, case.rules.no_check_out)))
    case.because("absent", **case.price(given))
    return _result(case, "absent", came=False, end=plan.end)


def _with_record(case: Case, found: Day, now: datetime) -> Result:
    case.set_aside_stamps()
    if case.plan.dynamic:
        judge_dynamic(case)
    else:
        judge_hours(case)
    status = _missing(case, found, now)
    return _result(case, status, came=True, end=case.expected_end)


def _missing(case: Case, found: Day, now: datetime) -> Status:
    """What an absent stamp makes of the day, else what the minutes make of it."""
    if found.open and found.arrival and now <= rules.departure_limit(case.plan, found.arrival.at):
        return "open"
    incomplete = False
    if case.come is None:
        incomplete = True
        case.misses("no_check_in", case.rules.no_check_in)
    if case.departure is None and (window := case.outage_at_end()):
        case.leave_in_outage(window)
    elif case.leave is None:
        incomplete = True
        case.misses("no_check_out", case.rules.no_check_out)
    if incomplete:
        return "incomplete"
    return "late" if case.late else "early" if case.early else "present"


def _result(case: Case, status: Status, *, came: bool, end: datetime | None) -> Result:
    plan, place = case.plan, case.arrival.place if case.arrival else ""
    off_plan = bool(plan.place and place and place != plan.place)
    if off_plan:
        case.reasons.append(Reason("off_plan", values={"place": place, "planned": plan.place}))
    return Result(
        status,
        True,
        came,
        case.late,
        case.early,
        case.worked,
        case.owed,
        case.made_up,
        tuple(dict.fromkeys(penalty.code for penalty in case.penalties)) if case.penalties else (),
        case.deduction() if case.penalties else NOTHING,
        place,
        off_plan,
        case.outage,
        end,
        (*hours_reason(plan), *case.reasons),
    )
