"""Days to judge, written as clock times: `judged(DASAR, "07:46", "16:00")` is Monday, 23 November 2026 in Jakarta."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from integration.rulebook import Rule
from integration.rulebook.models import AttendanceRules
from integration.workdays import DayPlan
from plugins.hadir.evaluation import evaluate
from plugins.hadir.evaluation.results import Result
from plugins.hadir.service import Day, Event

WIB = ZoneInfo("Asia/Jakarta")
MONDAY, FRIDAY = date(2026, 11, 23), date(2026, 11, 27)


def at(clock: str, day: date = MONDAY) -> datetime:
    """`07:46`, `07:46:59`; `30:10` is ten past six on the next morning."""
    hours, minutes, *seconds = map(int, clock.split(":"))
    midnight = datetime.combine(day, datetime.min.time(), WIB)
    return midnight + timedelta(hours=hours, minutes=minutes, seconds=seconds[0] if seconds else 0)


def plan(start: str = "07:30", end: str = "16:00", break_minutes: int = 60, day: date = MONDAY, **more: object) -> DayPlan:
    begins, ends = at(start, day), at(end, day)
    minutes = int((ends - begins).total_seconds()) // 60 - break_minutes
    known = {"minutes": minutes, "schedule": "standar", "source": "Perpres 21/2023", "hours_from": date(2023, 4, 12)}
    return DayPlan(day, begins, ends, break_minutes, **(known | more))  # type: ignore[arg-type]


NORMAL, NORMAL_FRIDAY = plan(), plan("07:30", "16:30", 90, FRIDAY)
RAMADAN = plan("08:00", "15:00", 30, season="ramadan")
RAMADAN_FRIDAY = plan("08:00", "15:30", 60, FRIDAY, season="ramadan")
MORNING, NIGHT = plan("06:00", "14:00", 30, schedule="sif-pagi"), plan("22:00", "30:00", 30, schedule="sif-malam")
DYNAMIC = plan("06:00", "21:00", 60, dynamic=True, minutes=450, schedule="dinamis")


def rule(name: str = "x", **content: object) -> Rule:
    return Rule("attendance", name, "1", f"Peraturan {name}", date(2020, 1, 1), None, AttendanceRules.model_validate(content))


def _bands(prefix: str, *steps: tuple[int, str]) -> list[dict[str, object]]:
    return [{"code": f"{prefix}{n}", "minutes": since, "percent": percent} for n, (since, percent) in enumerate(steps, 1)]


def _mirrored(*steps: tuple[int, str]) -> dict[str, object]:
    """PSW mirrors TL."""
    return {"late": _bands("TL", *steps), "early": _bands("PSW", *steps)}


# The table of domain.md; the one flexible preset has a penalty of its own for what is not made up.
DASAR = rule("dasar")
PERMENTAN = rule(
    "permentan-68-2012",
    deducts=True,
    **_mirrored((1, "0.5"), (31, "1"), (61, "1.5"), (91, "2")),
    no_check_in={"code": "TL4", "percent": "2"},
    no_check_out={"code": "PSW4", "percent": "2"},
    absent={"code": "TK", "percent": "4"},
)
PMK = rule(
    "pmk-221-2021",
    deducts=True,
    flexible_minutes=90,
    stamps_from="05:00",
    stamps_until="23:59",
    **_mirrored((91, "1"), (121, "1.25"), (151, "2.5")),
    no_check_in={"code": "TL3", "percent": "2.5"},
    no_check_out={"code": "PSW3", "percent": "2.5"},
    unmade={"code": "TMK", "percent": "1"},
)
BGN = rule("bgn-4-2025", deducts=True, **_mirrored((1, "0.5"), (61, "1")))


def event(kind: str, clock: str, day: date = MONDAY, **more: object) -> Event:
    made = Event(1, 1, day, kind, at(clock, day), "wfo" if kind == "in" else "", "", "chat")
    return replace(made, **more)  # type: ignore[arg-type]


def found(came: str = "", left: str = "", day: date = MONDAY, **more: object) -> Day:
    return Day(event("in", came, day, **more) if came else None, event("out", left, day) if left else None)


def judged(by: Rule, came: str = "", left: str = "", of: DayPlan = NORMAL, outages: tuple[tuple[str, str], ...] = ()) -> Result:
    """The day long after it is over; `outages` are clock times of the same day."""
    windows = [(at(first, of.day), at(last, of.day)) for first, last in outages]
    return evaluate(of, found(came, left, of.day), by, at("240:00", of.day), windows)


def codes(result: Result) -> list[str]:
    return [reason.code for reason in result.reasons]
