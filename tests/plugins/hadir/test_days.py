"""Which working day an event belongs to, and what its time means: tables of worked days, and properties."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.workdays import DayPlan, at
from plugins.hadir import rules
from tests import cast

WIB, WIT = ZoneInfo("Asia/Jakarta"), ZoneInfo("Asia/Jayapura")
MONDAY, TUESDAY, WEDNESDAY = date(2026, 11, 23), date(2026, 11, 24), date(2026, 11, 25)

OFFICE = (7 * 60 + 30, 16 * 60)
MORNING = (6 * 60, 14 * 60)
AFTERNOON = (14 * 60, 22 * 60)
NIGHT = (22 * 60, 30 * 60)
MIDNIGHT = (0, 8 * 60)
ROUND_THE_CLOCK = (8 * 60, 32 * 60)


def plans(hours, tz=WIB, first=date(2026, 11, 20), days=9):
    """The same hours on every day; None for days off."""
    every = [first + timedelta(n) for n in range(days)]
    return {day: plan(day, hours, tz) for day in every}


def plan(day, hours, tz=WIB, break_minutes=60):
    if hours is None:
        return DayPlan(day)
    return DayPlan(day, start=at(day, hours[0], tz), end=at(day, hours[1], tz), break_minutes=break_minutes)


def moment(text, tz=WIB):
    """`23 07:28` in November 2026."""
    day, clock = text.split()
    return datetime.combine(date(2026, 11, int(day)), time.fromisoformat(clock), tz)


ARRIVALS = [
    (OFFICE, "23 07:28", 23, "an ordinary morning"),
    (OFFICE, "23 03:00", 23, "far too early is still that day"),
    (OFFICE, "23 17:30", 23, "after the hours"),
    (OFFICE, "23 23:50", 23, "late in the evening is not the next morning"),
    (NIGHT, "23 21:40", 23, "before a night shift"),
    (NIGHT, "24 00:30", 23, "late for a night shift, after midnight"),
    (NIGHT, "24 05:59", 23, "in its last minute"),
    (NIGHT, "24 06:10", 24, "when it is over, the calendar"),
    (NIGHT, "24 18:00", 24, "early for the next one"),
    (MIDNIGHT, "23 23:40", 24, "a shift from midnight, the evening before"),
    (MIDNIGHT, "24 00:05", 24, "a shift from midnight, a little late"),
    (MIDNIGHT, "24 08:30", 24, "after a shift from midnight"),
    (MORNING, "23 05:45", 23, "a morning shift"),
    (AFTERNOON, "23 13:50", 23, "an afternoon shift"),
    (ROUND_THE_CLOCK, "24 07:50", 24, "where one shift ends as the next begins, the nearer start"),
    (None, "23 00:01", 23, "a day off: the calendar"),
    (None, "22 23:59", 22, "a day off: the calendar"),
]


@pytest.mark.parametrize(("hours", "now", "day", "why"), ARRIVALS, ids=[row[3] for row in ARRIVALS])
def test_a_check_in_belongs_to(hours, now, day, why):
    assert rules.day_of_arrival(moment(now), WIB, plans(hours)).day == day


DEPARTURES = [
    (OFFICE, {23: "23 07:28"}, "23 16:01", 23, "an ordinary evening"),
    (OFFICE, {23: "23 07:28"}, "24 00:45", 23, "overtime past midnight"),
    (OFFICE, {23: "23 07:28"}, "24 16:01", 24, "a check-out forgotten yesterday leaves today alone"),
    (OFFICE, {23: "23 07:28", 24: "24 07:30"}, "24 16:01", 24, "yesterday's was forgotten, today's check-in counts"),
    (OFFICE, {}, "23 16:01", 23, "no check-in at all"),
    (OFFICE, {}, "24 00:45", 23, "no check-in, overtime past midnight"),
    (OFFICE, {}, "24 06:00", 24, "no check-in, before the hours"),
    (NIGHT, {23: "23 21:40"}, "24 06:05", 23, "a night shift's end is the day of its start"),
    (NIGHT, {23: "23 21:40"}, "24 11:00", 23, "overtime after a night shift"),
    (NIGHT, {23: "24 00:30"}, "24 06:05", 23, "a late start after midnight"),
    (NIGHT, {}, "24 06:05", 23, "a night shift without a check-in"),
    (NIGHT, {}, "23 23:00", 23, "leaving a night shift early, without a check-in"),
    (NIGHT, {22: "22 21:50"}, "24 06:05", 23, "an older forgotten night shift"),
    (MIDNIGHT, {24: "23 23:40"}, "24 08:02", 24, "a shift from midnight"),
    (ROUND_THE_CLOCK, {23: "23 07:50"}, "24 08:05", 23, "a day and a night"),
    (None, {22: "22 20:00"}, "23 01:00", 22, "an evening's work on a day off"),
    (None, {22: "22 08:00"}, "23 08:30", 23, "beyond sixteen hours, the calendar"),
]


@pytest.mark.parametrize(("hours", "ins", "now", "day", "why"), DEPARTURES, ids=[row[4] for row in DEPARTURES])
def test_a_check_out_belongs_to(hours, ins, now, day, why):
    check_ins = {date(2026, 11, number): moment(text) for number, text in ins.items()}
    assert rules.day_of_departure(moment(now), WIB, plans(hours), check_ins).day == day


NOW_IN = [
    (OFFICE, {}, {}, "23 07:00", 23, "before work"),
    (OFFICE, {23: "23 07:28"}, {}, "23 20:00", 23, "still in"),
    (OFFICE, {23: "23 07:28"}, {}, "24 01:00", 23, "still in past midnight"),
    (OFFICE, {23: "23 07:28"}, {}, "24 07:00", 24, "yesterday's check-out was forgotten"),
    (OFFICE, {23: "23 07:28"}, {23: "23 16:00"}, "24 00:10", 23, "out, and the day is just over"),
    (NIGHT, {23: "23 21:40"}, {}, "24 03:00", 23, "in a night shift"),
    (NIGHT, {23: "23 21:40"}, {23: "24 06:05"}, "24 07:00", 23, "after a night shift"),
    (NIGHT, {23: "23 21:40"}, {23: "24 06:05"}, "24 18:00", 24, "before the next night shift"),
    (None, {}, {}, "22 12:00", 22, "a Sunday"),
]


@pytest.mark.parametrize(("hours", "ins", "outs", "now", "day", "why"), NOW_IN, ids=[row[5] for row in NOW_IN])
def test_one_is_in_the_day(hours, ins, outs, now, day, why):
    check_ins = {date(2026, 11, number): moment(text) for number, text in ins.items()}
    check_outs = {date(2026, 11, number): moment(text) for number, text in outs.items()}
    assert rules.current_day(moment(now), WIB, plans(hours), check_ins, check_outs).day == day


def test_the_day_is_the_persons_own_wherever_the_server_is():
    """06:45 on Tuesday in Jayapura is 04:45 in Jakarta; 00:30 there is still Monday in Jakarta and in UTC."""
    for clock in ("24 06:45", "24 00:30"):
        assert rules.day_of_arrival(moment(clock, WIT), WIT, plans(OFFICE, WIT)) == TUESDAY


@pytest.mark.parametrize(
    ("arrived", "late"),
    [("07:28:00", 0), ("07:30:00", 0), ("07:30:59", 0), ("07:31:00", 1), ("07:46:30", 16), ("08:46:00", 76)],
)
def test_lateness_counts_the_minutes_on_the_clock(arrived, late):
    assert rules.minutes_late(plan(MONDAY, OFFICE), moment(f"23 {arrived}")) == late


@pytest.mark.parametrize(
    ("arrived", "left", "worked"),
    [
        ("07:30", "16:00", 450),  # the standard day of Perpres 21/2023: 7 h 30 net
        ("07:30", "11:30", 240),  # a morning owes no break
        ("07:30", "12:00", 240),  # the break begins to count beyond four hours
        ("07:30", "12:30", 240),
        ("07:30", "12:31", 241),
        ("07:30", "07:30", 0),
        ("16:00", "07:30", 0),  # a check-out before the check-in is a slip
    ],
)
def test_worked_minutes_are_without_the_break(arrived, left, worked):
    assert rules.minutes_worked(plan(MONDAY, OFFICE), moment(f"23 {arrived}"), moment(f"23 {left}")) == worked


def test_nobody_is_late_on_a_day_off_or_when_excused():
    excused = DayPlan(MONDAY, start=moment("23 07:30"), end=moment("23 16:00"), excuse="cuti")
    for day in (DayPlan(MONDAY), DayPlan(MONDAY, free="Hari Raya Natal"), excused):
        assert rules.minutes_late(day, moment("23 12:00")) == 0


# ---------------------------------------------------------------- properties

zones = st.sampled_from([ZoneInfo(zone) for zone in (cast.JAKARTA, cast.MAKASSAR, cast.JAYAPURA)])
shifts = st.one_of(st.none(), st.tuples(st.integers(0, 1439), st.integers(60, 720)).map(lambda shift: (shift[0], sum(shift))))
minutes = st.integers(0, 3 * 1440 - 1)


def _instant(minute, tz):
    """A minute of Monday to Wednesday in `tz`."""
    return at(MONDAY, minute, tz)


@given(zones, shifts, minutes)
def test_an_arrival_is_within_a_day_of_the_calendar(tz, hours, minute):
    now = _instant(minute, tz)
    day = rules.day_of_arrival(now, tz, plans(hours, tz))
    assert abs((day - now.date()).days) <= 1
    assert rules.candidate_days(now, tz)[0] <= day <= rules.candidate_days(now, tz)[1]


@given(zones, shifts.filter(bool), st.integers(-240, 59))
def test_who_comes_up_to_four_hours_before_or_in_the_first_hour_of_a_shift_is_in_that_shift(tz, hours, offset):
    now = at(TUESDAY, hours[0], tz) + timedelta(minutes=offset)
    assert rules.day_of_arrival(now, tz, plans(hours, tz)) == TUESDAY


@given(zones, shifts.filter(bool), st.integers(-240, 59), st.integers(0, 720))
def test_who_leaves_up_to_twelve_hours_after_the_shift_leaves_the_day_they_came(tz, hours, offset, overtime):
    came = at(TUESDAY, hours[0], tz) + timedelta(minutes=offset)
    left = at(TUESDAY, hours[1], tz) + timedelta(minutes=overtime)
    every = plans(hours, tz)
    day = rules.day_of_arrival(came, tz, every)
    assert rules.day_of_departure(left, tz, every, {day: came}) == day


@given(zones, shifts, minutes, minutes)
def test_a_check_out_never_goes_to_a_check_in_that_comes_after_it(tz, hours, first, second):
    came, left = _instant(max(first, second) + 1, tz), _instant(min(first, second), tz)
    every = plans(hours, tz)
    without = rules.day_of_departure(left, tz, every, {})
    assert rules.day_of_departure(left, tz, every, {WEDNESDAY: came}) == without


@given(zones, st.integers(0, 1439), st.integers(0, 1439), st.integers(0, 120))
def test_working_time_is_never_negative_and_never_more_than_the_presence(tz, first, second, break_minutes):
    day = plan(MONDAY, OFFICE, tz, break_minutes)
    present = max(0, second - first)
    worked = rules.minutes_worked(day, _instant(first, tz), _instant(second, tz))
    assert max(0, present - break_minutes) <= worked <= present


@given(zones, st.integers(0, 1438))
def test_working_time_never_shrinks_by_staying(tz, minute):
    day = plan(MONDAY, OFFICE, tz)
    start = _instant(0, tz)
    assert rules.minutes_worked(day, start, _instant(minute, tz)) <= rules.minutes_worked(day, start, _instant(minute + 1, tz))
