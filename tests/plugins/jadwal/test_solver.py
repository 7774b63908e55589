"""Rotas that the solver makes: what must hold always holds, what cannot is named, and the rest is shared out evenly.

The tests count for themselves what holds; nothing of `solver.limits` is believed.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from plugins.jadwal.solver import solve
from plugins.jadwal.solver.limits import by_day
from plugins.jadwal.solver.problem import HOME, OFFICE, Cell, Conflict, Limits, Member, Problem, Solution, monday
from plugins.jadwal.solver.start import evened

MONDAY = date(2026, 11, 30)
WEEK = tuple(MONDAY + timedelta(n) for n in range(5))
MONTH = tuple(MONDAY + timedelta(7 * week + n) for week in range(4) for n in range(5))


def office(count: int, days: tuple[date, ...] = WEEK) -> tuple[Member, ...]:
    """So many people who are alike."""
    return tuple(Member(id=n, works=frozenset(days), remote=frozenset(days)) for n in range(1, count + 1))


def problem(members: tuple[Member, ...], days: tuple[date, ...] = WEEK, share: str = "0.5", **limits: int) -> Problem:
    return Problem(days=days, members=members, limits=Limits(away_share=Decimal(share), **limits))


def counts(solution: Solution, members: Iterable[Member]) -> list[int]:
    counted = Counter(person for person, _ in solution.away)
    return [counted[member.id] for member in members]


# ---------------------------------------------------------------- problems that nobody would think of


@st.composite
def problems(draw: st.DrawFn, most_people: int = 7, most_days: int = 10) -> Problem:
    first = MONDAY + timedelta(draw(st.integers(0, 4)))
    days = tuple(first + timedelta(n) for n in range(draw(st.integers(1, most_days))))
    members = tuple(draw(_members(number, days)) for number in range(1, draw(st.integers(1, most_people)) + 1))
    cells = st.tuples(st.integers(1, len(members)), st.sampled_from(days))
    places = st.dictionaries(cells, st.sampled_from([HOME, OFFICE, "wfa"]), max_size=6)
    limits = Limits(
        away_share=draw(st.sampled_from([Decimal(n) / 4 for n in range(5)])),
        least_present=draw(st.integers(0, 4)),
        standby=draw(st.integers(0, 2)),
        days_a_week=draw(st.integers(0, 5)),
        on_duty=draw(st.sampled_from([(), (("loket", 1),), (("loket", 2), ("arsip", 1))])),
    )
    wishes, fixed, earlier = draw(places), draw(places), draw(places)
    return Problem(days=days, members=members, limits=limits, wishes=wishes, fixed=fixed, earlier=earlier)


@st.composite
def _members(draw: st.DrawFn, number: int, days: tuple[date, ...]) -> Member:
    some = st.frozensets(st.sampled_from(days))
    works = frozenset(days) - draw(some) if draw(st.booleans()) else frozenset(days)
    away = draw(some) & works if draw(st.booleans()) else frozenset()
    return Member(
        id=number,
        works=works,
        absent={day: draw(st.sampled_from(["cuti", "dinas"])) for day in sorted(away)},
        remote=frozenset(days) - draw(some) if draw(st.booleans()) else frozenset(days),
        may_stand_by=draw(st.booleans()),
        past_away=draw(st.floats(-9, 9)),
        past_standby=draw(st.floats(-9, 9)),
        past_weekdays=draw(st.tuples(*[st.integers(0, 8)] * 7)),
        used=draw(st.dictionaries(st.sampled_from(sorted({monday(day) for day in days})), st.integers(0, 3))),
        duties=draw(st.dictionaries(st.sampled_from(["loket", "arsip"]), some, max_size=2)),
    )


def most_home(given: Problem, day: date) -> int:
    """How many may be at home on the day, counted from the words of the limits."""
    expected = [member for member in given.members if day in member.works]
    absent = sum(day in member.absent for member in expected)
    by_share = int(given.limits.away_share * len(expected)) - absent
    by_presence = len(expected) - absent - given.limits.least_present
    return max(0, min(by_share, by_presence))


def having(given: Problem, duty: str, day: date) -> set[int]:
    """Who has the duty on that day and is there."""
    return {m.id for m in given.members if day in m.duties.get(duty, ()) and day in m.works and day not in m.absent}


@given(problems())
@settings(max_examples=150, deadline=None)
def test_what_must_hold_holds_in_every_rota(given: Problem) -> None:
    solution, members = solve(given), {member.id: member for member in given.members}
    weeks: Counter[tuple[int, date]] = Counter()
    for person, day in solution.away:
        member = members[person]
        assert day in given.days
        assert day in member.works & member.remote
        assert day not in member.absent
        assert given.fixed.get((person, day)) != OFFICE
        weeks[person, monday(day)] += 1
    for (person, week), count in weeks.items():
        assert count + members[person].used.get(week, 0) <= given.limits.days_a_week
    for day in given.days:
        assert sum(day == other for _, other in solution.away) <= most_home(given, day)
        home = {person for person, other in solution.away if other == day}
        for duty, wanted in given.limits.on_duty:
            who = having(given, duty, day)
            assert len(who - home) >= min(wanted, len(who))


@given(problems())
@settings(max_examples=100, deadline=None)
def test_as_many_stand_by_as_there_can_be(given: Problem) -> None:
    solution, members = solve(given), {member.id: member for member in given.members}
    assert not solution.standby & solution.away
    for day in given.days:
        ready = {m.id for m in members.values() if day in m.works and day not in m.absent and m.may_stand_by}
        chosen = {person for person, other in solution.standby if other == day}
        assert chosen <= ready
        assert len(chosen) == min(given.limits.standby, len(ready))


@given(problems())
@settings(max_examples=100, deadline=None)
def test_nobody_is_kept_at_the_office_for_nothing(given: Problem) -> None:
    """One more day at home would break a limit, or is a day that somebody wished (or was set) to be at the office."""
    solution = solve(replace(given, limits=replace(given.limits, standby=0)))
    for member in given.members:
        for day in member.works - member.absent.keys():
            cell = (member.id, day)
            if cell in solution.away or day not in member.remote or OFFICE in (given.wishes.get(cell), given.fixed.get(cell)):
                continue
            that_week = sum(person == member.id and monday(other) == monday(day) for person, other in solution.away)
            week_is_full = that_week + member.used.get(monday(day), 0) >= given.limits.days_a_week
            day_is_full = sum(other == day for _, other in solution.away) >= most_home(given, day)
            home = {person for person, other in solution.away if other == day}
            kept_by_duty = any(
                member.id in having(given, duty, day) and len(having(given, duty, day) - home) <= wanted
                for duty, wanted in given.limits.on_duty
            )
            assert week_is_full or day_is_full or kept_by_duty


@given(problems(), st.randoms())
@settings(max_examples=40, deadline=None)
def test_the_same_problem_has_the_same_answer(given: Problem, dice: object) -> None:
    members = list(given.members)
    dice.shuffle(members)  # type: ignore[attr-defined]  # a random.Random
    assert solve(given) == solve(given) == solve(replace(given, members=tuple(members)))


# ---------------------------------------------------------------- what cannot be kept is named

# A demand in plain words: (what, day or Monday, person or 0)
Rule = tuple[str, date, int]


def rules_of(given: Problem) -> set[Rule]:
    weeks = {monday(day) for day in given.days}
    people = [member.id for member in given.members]
    there = {(m.id, day) for m in given.members for day in m.works if day not in m.absent}
    return (
        {(kind, day, 0) for kind in ("away", "present", "standby") for day in given.days}
        | {(f"duty {duty}", day, 0) for duty, _ in given.limits.on_duty for day in given.days}
        | {("week", week, person) for week in weeks for person in people}
        | {("remote", day, person) for person, day in there}
        | {("fixed", day, person) for (person, day), place in given.fixed.items() if place != OFFICE and (person, day) in there}
    )


def can_be_met(given: Problem, rules: set[Rule]) -> bool:
    """Whether any choice of days keeps all of them: every choice is tried."""
    cells = [(m.id, day) for m in given.members for day in sorted(m.works) if day not in m.absent]
    free = [cell for cell in cells if ("fixed", cell[1], cell[0]) not in rules]
    set_days = [cell for cell in cells if cell not in free]
    return any(
        keeps(given, rules, {*set_days, *choice})
        for size in range(len(free) + 1)
        for choice in itertools.combinations(free, size)
    )


def keeps(given: Problem, rules: set[Rule], away: set[Cell]) -> bool:
    return all(_kept(given, rule, away) for rule in rules)


def _kept(given: Problem, rule: Rule, away: set[Cell]) -> bool:
    kind, day, person = rule
    if kind == "fixed":
        return (person, day) in away
    member = next((m for m in given.members if m.id == person), None)
    if kind == "remote":
        return (person, day) not in away or (member is not None and day in member.remote)
    if kind == "week":
        assert member is not None
        mine = sum(who == person and monday(when) == day for who, when in away)
        return not mine or mine + member.used.get(day, 0) <= given.limits.days_a_week
    expected = [m for m in given.members if day in m.works]
    office = [m for m in expected if day not in m.absent and (m.id, day) not in away]
    if kind.startswith("duty "):
        wanted = dict(given.limits.on_duty)[kind.removeprefix("duty ")]
        return not expected or sum(day in m.duties.get(kind.removeprefix("duty "), ()) for m in office) >= wanted
    if kind == "present":
        return not expected or len(office) >= given.limits.least_present
    if kind == "standby":
        return not expected or sum(m.may_stand_by for m in office) >= given.limits.standby
    return len(expected) - len(office) <= given.limits.away_share * len(expected)


def limit_of(conflict: Conflict) -> Rule:
    return (f"duty {conflict.duty}" if conflict.duty else conflict.kind, conflict.day, conflict.person or 0)


def named(conflict: Conflict) -> set[Rule]:
    return {limit_of(conflict)} | {("fixed", day, person) for person, day in conflict.fixed}


@given(problems(most_people=3, most_days=3))
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_the_named_demands_are_those_that_contradict_one_another(given: Problem) -> None:
    rules, conflicts = rules_of(given), solve(given).conflicts
    assert can_be_met(given, rules) == (not conflicts)
    limits = {limit_of(conflict) for conflict in conflicts}
    assert can_be_met(given, rules - limits)
    for conflict in conflicts:
        assert not can_be_met(given, named(conflict))
        assert not can_be_met(given, rules - (limits - {limit_of(conflict)}))


@given(problems(most_people=3, most_days=3))
@settings(max_examples=100, deadline=None)
def test_a_day_set_by_hand_gives_way_only_to_a_contradiction(given: Problem) -> None:
    solution = solve(given)
    assert set(solution.given_up) <= {cell for conflict in solution.conflicts for cell in conflict.fixed}
    if not solution.conflicts:
        assert not solution.given_up


def test_too_few_people_for_the_least_present() -> None:
    """Five people, two on leave and one travelling: four cannot be at the office."""
    tuesday = WEEK[1]
    away = {1: "cuti", 2: "cuti", 3: "dinas"}
    members = tuple(replace(m, absent={tuesday: away[m.id]} if m.id in away else {}) for m in office(6))
    solution = solve(problem(members, share="0.5", least_present=4))
    assert [(c.kind, c.day, c.wanted, c.found, dict(c.absent)) for c in solution.conflicts] == [
        ("present", tuesday, 4, 3, {"cuti": 2, "dinas": 1})
    ]
    assert not [person for person, day in solution.away if day == tuesday]
    assert len(solution.away) == 4 * 2


def test_days_set_by_hand_beyond_the_share() -> None:
    fixed = {(n, MONDAY): HOME for n in (1, 2, 3)}
    solution = solve(replace(problem(office(4), share="0.5", days_a_week=5), fixed=fixed))
    [conflict] = solution.conflicts
    assert (conflict.kind, conflict.day, conflict.wanted, conflict.found) == ("away", MONDAY, 2, 3)
    assert conflict.fixed == ((1, MONDAY), (2, MONDAY), (3, MONDAY))
    assert len(solution.given_up) == 1


def test_somebody_who_has_to_be_on_site_and_was_set_to_be_at_home() -> None:
    members = (replace(office(1)[0], remote=frozenset()), *office(4)[1:])
    solution = solve(replace(problem(members), fixed={(1, MONDAY): HOME}))
    assert [(c.kind, c.person, c.day) for c in solution.conflicts] == [("remote", 1, MONDAY)]
    assert solution.given_up == ((1, MONDAY),)


def _with_duty(members: tuple[Member, ...], duty: str, *ids: int) -> tuple[Member, ...]:
    return tuple(replace(m, duties={**m.duties, duty: m.works}) if m.id in ids else m for m in members)


def test_those_who_have_a_duty_take_turns_at_home() -> None:
    """Two of four have it and one of them has to be there: never both at home, and nobody is worse off for long."""
    members = _with_duty(office(4, MONTH), "loket", 1, 2)
    given = problem(members, MONTH, share="0.5", days_a_week=2)
    solution = solve(replace(given, limits=replace(given.limits, on_duty=(("loket", 1),))))
    assert not [day for day in MONTH if {(1, day), (2, day)} <= solution.away]
    assert counts(solution, members) == [8, 8, 8, 8]


def test_a_duty_that_too_few_are_there_for_is_named_with_its_day() -> None:
    tuesday = WEEK[1]
    members = _with_duty(office(6), "loket", 1, 2)
    members = tuple(replace(m, absent={tuesday: "sakit"}) if m.id == 1 else m for m in members)
    given = problem(members, share="0.5")
    solution = solve(replace(given, limits=replace(given.limits, on_duty=(("loket", 2),))))
    assert [(c.kind, c.duty, c.day, c.wanted, c.found, dict(c.absent)) for c in solution.conflicts] == [
        ("duty", "loket", tuesday, 2, 1, {"sakit": 1})
    ]
    assert not [cell for cell in solution.away if cell[0] in (1, 2)]


def test_a_day_at_home_set_by_hand_gives_way_to_a_duty() -> None:
    given = replace(problem(_with_duty(office(4), "loket", 1)), fixed={(1, MONDAY): HOME})
    solution = solve(replace(given, limits=replace(given.limits, on_duty=(("loket", 1),))))
    assert [(c.kind, c.duty, c.fixed) for c in solution.conflicts] == [("duty", "loket", ((1, MONDAY),))]
    assert solution.given_up == ((1, MONDAY),)


def test_handing_days_on_leaves_a_duty_covered_where_somebody_is_at_home_against_their_wish() -> None:
    """The first is at home by order; the second, the only other one at the counter, cannot take the third's day as well."""
    given = problem(_with_duty(office(3, WEEK[:1]), "loket", 1, 2), WEEK[:1])
    given = replace(given, limits=replace(given.limits, on_duty=(("loket", 1),)))
    given = replace(given, fixed={(1, MONDAY): HOME}, wishes={(1, MONDAY): OFFICE})
    could, away = {(n, MONDAY) for n in (1, 2, 3)}, {(1, MONDAY), (3, MONDAY)}
    assert evened(given, by_day(given), could, away, {3: 5}) == away
    assert evened(replace(given, fixed={}), by_day(given), could - {(1, MONDAY)}, {(3, MONDAY)}, {3: 5}) == {(2, MONDAY)}


# ---------------------------------------------------------------- fairness


@given(st.integers(2, 9), st.sampled_from(["0.2", "0.34", "0.5", "1"]), st.integers(1, 4), st.integers(0, 2))
@settings(max_examples=40, deadline=None)
def test_people_who_are_alike_differ_by_a_day_at_most(people: int, share: str, days_a_week: int, standby: int) -> None:
    members = office(people, MONTH)
    given = problem(members, MONTH, share, least_present=1, days_a_week=days_a_week, standby=min(standby, people - 1))
    solution = solve(given)
    for found in (counts(solution, members), counts(Solution(away=solution.standby, standby=frozenset()), members)):
        assert max(found) - min(found) <= 1


@given(problems())
@settings(max_examples=100, deadline=None)
def test_no_day_can_go_from_somebody_who_has_more_to_somebody_who_has_less(given: Problem) -> None:
    """Where nothing but fairness is weighed, and nobody's past or absence counts."""
    members = tuple(replace(m, absent={}, past_away=0) for m in given.members)
    given = replace(
        given, members=members, wishes={}, fixed={}, earlier={}, limits=replace(given.limits, standby=0, on_duty=())
    )
    solution = solve(given)
    have = dict(zip([m.id for m in members], counts(solution, members), strict=True))
    for person, day in solution.away:
        for other in members:
            if have[person] - have[other.id] < 2 or (other.id, day) in solution.away or day not in other.works & other.remote:
                continue
            that_week = sum(who == other.id and monday(when) == monday(day) for who, when in solution.away)
            assert that_week + other.used.get(monday(day), 0) >= given.limits.days_a_week


def test_who_had_less_before_gets_more_now() -> None:
    members = tuple(replace(m, past_away=past) for m, past in zip(office(4), (2, 2, 0, 0), strict=True))
    solution = solve(problem(members, share="0.25", days_a_week=5))
    first, second, third, fourth = counts(solution, members)
    assert first + second == 1
    assert third == fourth == 2


def test_a_past_is_not_held_against_anybody_for_ever() -> None:
    members = tuple(replace(m, past_away=past) for m, past in zip(office(2, MONTH), (40, 0), strict=True))
    found = counts(solve(problem(members, MONTH, share="0.5", days_a_week=5)), members)
    assert found[0] > 0
    assert found[1] - found[0] in (2, 3, 4)


def test_who_was_on_leave_does_not_get_all_of_it_back() -> None:
    """Two of four weeks away: about half as many days at home as the others, not as many."""
    away = dict.fromkeys(MONTH[:10], "cuti")
    members = tuple(replace(m, absent=away if m.id == 1 else {}) for m in office(5, MONTH))
    found = counts(solve(problem(members, MONTH, share="0.4", days_a_week=5)), members)
    others = sum(found[1:]) / 4
    assert abs(found[0] - others / 2) <= 1.5


def test_weekdays_go_round() -> None:
    """Five people, one at home a day: in four weeks everybody has four different weekdays."""
    members = office(5, MONTH)
    solution = solve(problem(members, MONTH, share="0.2", days_a_week=1))
    for member in members:
        mine = [day.weekday() for person, day in solution.away if person == member.id]
        assert sorted(set(mine)) == sorted(mine)


def test_who_had_the_mondays_before_has_others_now() -> None:
    members = tuple(replace(m, past_weekdays=(3, 0, 0, 0, 0, 0, 0) if m.id == 1 else (0,) * 7) for m in office(5))
    solution = solve(problem(members, share="0.2", days_a_week=1))
    assert (1, MONDAY) not in solution.away


def test_no_day_is_much_emptier_than_the_others() -> None:
    """Everybody has two days, and they could all be on two days of the week."""
    members = office(10)
    solution = solve(problem(members, share="1", days_a_week=2))
    by_day = Counter(day for _, day in solution.away)
    assert counts(solution, members) == [2] * 10
    assert max(by_day.values()) <= 5


# ---------------------------------------------------------------- wishes, and what was published


def _wish(wishes: Mapping[Cell, str]) -> Solution:
    return solve(replace(problem(office(4), share="0.25", days_a_week=2), wishes=wishes))


def test_a_wish_for_a_day_is_met_where_it_costs_nobody_anything() -> None:
    for day in WEEK:
        solution = _wish({(3, day): HOME})
        assert (3, day) in solution.away
        assert not solution.denied


def test_of_two_who_wish_the_same_one_is_told_that_it_was_not_possible() -> None:
    solution = _wish({(1, MONDAY): HOME, (2, MONDAY): HOME})
    assert len(solution.denied) == 1
    assert {cell for cell in ((1, MONDAY), (2, MONDAY)) if cell in solution.away} == {
        cell for cell in ((1, MONDAY), (2, MONDAY)) if cell not in solution.denied
    }


def test_nobody_is_sent_home_against_their_wish() -> None:
    solution = _wish({(1, day): OFFICE for day in WEEK})
    assert not [day for person, day in solution.away if person == 1]
    assert not solution.denied


@given(problems())
@settings(max_examples=60, deadline=None)
def test_a_rota_that_is_made_again_stays_as_it_was(given: Problem) -> None:
    given = replace(given, earlier={}, wishes={}, fixed={})
    first = solve(given)
    cells = {(m.id, day) for m in given.members for day in m.works}
    earlier = {cell: HOME if cell in first.away else OFFICE for cell in cells}
    again = solve(replace(given, earlier=earlier, earlier_standby=first.standby))
    changed = len(first.away ^ again.away)
    assert changed == 0


def test_one_more_absence_changes_little() -> None:
    members = office(10, MONTH)
    given = problem(members, MONTH, share="0.3", least_present=5, days_a_week=2)
    first = solve(given)
    earlier = {(m.id, day): HOME if (m.id, day) in first.away else OFFICE for m in members for day in MONTH}
    ill = (replace(members[0], absent={MONTH[3]: "sakit"}), *members[1:])
    again = solve(replace(given, members=ill, earlier=earlier))
    assert len(first.away ^ again.away) <= 4


def test_a_day_without_anybody_and_a_unit_without_anybody() -> None:
    assert solve(problem((), least_present=2, standby=1)) == Solution(away=frozenset(), standby=frozenset())
    nobody = tuple(replace(m, works=frozenset()) for m in office(3))
    assert solve(problem(nobody, least_present=2, standby=1)).conflicts == ()
