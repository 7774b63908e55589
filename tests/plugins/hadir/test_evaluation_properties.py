"""What holds of every result, whatever the day, the rule and the record."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.workdays import DayPlan
from plugins.hadir.evaluation import evaluate
from plugins.hadir.evaluation.results import EXCUSES, WORDS
from plugins.hadir.recap import Line, Totals, total
from plugins.hadir.service import EMPTY, Day
from tests.plugins.hadir.judged import BGN, DASAR, DYNAMIC, MONDAY, NIGHT, NORMAL, PERMENTAN, PMK, RAMADAN, at, event, rule

# Minutes of a day and a half; what is expected of a person begins and ends within.
MINUTES = st.integers(0, 36 * 60)
FREE = DayPlan(MONDAY, free="Libur", schedule="standar")
DEAR = rule(  # whoever does not make up loses more than who comes too late to do so, and the other way round
    deducts=True,
    flexible_minutes=60,
    late=[{"code": "TL1", "minutes": 1, "percent": "1"}, {"code": "TL2", "minutes": 61, "percent": "2"}],
    early=[{"code": "PSW1", "minutes": 1, "percent": "1"}, {"code": "PSW2", "minutes": 61, "percent": "3"}],
    unmade={"code": "TMK", "percent": "2.5"},
    no_check_out={"code": "PSW2", "percent": "3"},
)
RULES = st.sampled_from([DASAR, PERMENTAN, PMK, BGN, DEAR])
PLANS = st.sampled_from([NORMAL, RAMADAN, NIGHT, DYNAMIC, FREE, replace(NORMAL, place="wfo")])


def clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def moment(minute: int):
    return at(clock(minute))


@st.composite
def records(draw):
    came, left = draw(st.none() | MINUTES), draw(st.none() | MINUTES)
    place = draw(st.sampled_from(["wfo", "wfh", ""]))
    return Day(
        event("in", clock(came), place=place) if came is not None else None,
        event("out", clock(left)) if left is not None else None,
    )


SPAN = st.tuples(MINUTES, st.integers(0, 400)).map(lambda span: (moment(span[0]), moment(span[0] + span[1])))
SPANS = st.lists(SPAN, max_size=3).map(tuple)
# Long after every day of these is over, or in the middle of it.
NOW = st.just(moment(240 * 60)) | MINUTES.map(moment)


def harm(result):
    """What a person would call worse; a fault with no minutes is one as well."""
    fault = {"incomplete": 1, "absent": 2}.get(result.status, 0)
    return result.deduction, fault, result.late + result.early


def no_worse(after, before):
    return all(one <= other for one, other in zip(harm(after), harm(before), strict=True))


@given(PLANS, records(), RULES, NOW, SPANS, SPANS)
def test_nothing_is_negative_and_every_result_has_its_word_and_reason(plan, found, by, now, excused, outages):
    result = evaluate(replace(plan, excused=excused), found, by, now, outages)
    assert min(result.late, result.early, result.worked, result.owed, result.made_up, result.deduction) >= 0
    assert result.deduction <= 100
    assert result.word in WORDS.values()
    assert result.reasons
    if plan.start and plan.end:
        assert result.late <= (plan.end - plan.start).total_seconds() // 60


@given(PLANS, records(), RULES, NOW, SPANS, SPANS)
def test_judging_again_changes_nothing(plan, found, by, now, excused, outages):
    plan = replace(plan, excused=excused)
    first = evaluate(plan, found, by, now, outages)
    assert evaluate(plan, found, by, now, outages) == first
    assert evaluate(plan, found, by, now, outages[::-1]) == first, "the order of outages says nothing"


@given(PLANS, records(), RULES, NOW, SPANS, SPAN, SPANS)
def test_a_permission_never_worsens_a_result(plan, found, by, now, excused, more, outages):
    before = evaluate(replace(plan, excused=excused), found, by, now, outages)
    after = evaluate(replace(plan, excused=(*excused, more)), found, by, now, outages)
    assert no_worse(after, before), (harm(before), harm(after))
    assert after.owed <= before.owed


@given(PLANS, records(), RULES, NOW, SPANS, st.sampled_from(sorted(EXCUSES)))
def test_an_excuse_for_the_day_leaves_no_fault(plan, found, by, now, excused, word):
    before = evaluate(replace(plan, excused=excused), found, by, now)
    after = evaluate(replace(plan, excused=excused, excuse=word), found, by, now)
    assert no_worse(after, before)
    assert (harm(after), after.owed, after.worked >= before.worked or plan.dynamic) == ((0, 0, 0), 0, True)


@given(PLANS, records(), RULES, NOW, SPANS, SPANS, SPAN)
def test_an_outage_never_worsens_a_result(plan, found, by, now, excused, outages, more):
    plan = replace(plan, excused=excused)
    before, after = evaluate(plan, found, by, now, outages), evaluate(plan, found, by, now, (*outages, more))
    assert no_worse(after, before), (harm(before), harm(after))
    assert after.worked >= before.worked


@given(PLANS, records(), RULES, SPANS)
def test_a_holiday_declared_late_never_worsens_a_result(plan, found, by, excused):
    now = moment(240 * 60)
    before = evaluate(replace(plan, excused=excused), found, by, now)
    after = evaluate(FREE, found, by, now)
    assert after.deduction <= before.deduction
    assert after.late + after.early == 0
    assert after.status != "absent"


@given(PLANS, records(), RULES, NOW, SPANS)
def test_only_who_is_judged_by_a_rule_that_deducts_loses_anything(plan, found, by, now, outages):
    result = evaluate(plan, found, by, now, outages)
    assert result.deduction == 0 or (by.content.deducts and result.bands)


@pytest.mark.parametrize("later", [1, 30, 90, 240])
@given(records(), st.sampled_from([DASAR, PERMENTAN, BGN]))
def test_coming_later_is_never_better(later, found, by):
    if found.arrival is None or found.departure is None or found.departure.at <= found.arrival.at + timedelta(minutes=later):
        return
    after = replace(found, arrival=replace(found.arrival, at=found.arrival.at + timedelta(minutes=later)))
    one, other = (evaluate(NORMAL, day, by, moment(240 * 60)) for day in (found, after))
    assert no_worse(one, other)
    assert other.worked <= one.worked


@given(st.lists(st.tuples(PLANS, records()), max_size=8), st.integers(0, 8), RULES)
def test_splitting_a_range_changes_nothing(days, where, by):
    lines = [Line(plan.day, plan, found, evaluate(plan, found, by, moment(240 * 60))) for plan, found in days]
    assert total(lines[:where]) + total(lines[where:]) == total(lines)
    assert total([]) == Totals()


def test_no_plan_and_no_record_is_nothing():
    assert harm(evaluate(DayPlan(MONDAY), EMPTY, PERMENTAN, moment(0))) == (0, 0, 0)
