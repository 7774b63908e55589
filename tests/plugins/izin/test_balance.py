"""The balance of annual leave, from the work rules: 12 days a year, at most 6 carried over, 12 after two years unused."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.people import Person
from integration.rulebook.models import LeaveType
from plugins.izin.balance import Account, Opening, Taken, account, service

ANNUAL = LeaveType(
    code="tahunan",
    kind="cuti",
    name="Cuti tahunan",
    name_en="Annual leave",
    days=12,
    service_months=12,
    carry_over=6,
    carry_over_unused=12,
)


def of(used=None, waiting=None, openings=None, entitled_from=None, known_from=2020):
    return Account(ANNUAL, Taken(used or {}, waiting or {}), openings or {}, entitled_from, known_from)


# (days taken by year, all of 2022 and 2023 if nothing else is said; what 2026 then has: carried, left).
WORKED = [
    ({}, 12, 24),  # nothing for two years: 24
    ({2025: 1}, 6, 18),  # at most six, 18 in all
    ({2024: 1}, 6, 18),  # one of the two years was touched
    ({2023: 1}, 12, 24),
    ({2024: 6, 2025: 12}, 6, 18),  # six came from 2024 and went first: own days are left
    ({2024: 12, 2025: 12}, 0, 12),
    ({2024: 12, 2025: 8}, 4, 16),
    ({2024: 8, 2025: 12}, 4, 16),  # four were carried into 2025 and went first; four of its own are left
    ({2024: 12, 2025: 12, 2026: 5}, 0, 7),
    ({2024: 12, 2025: 9, 2026: 15}, 3, 0),
    ({2024: 12, 2025: 12, 2026: 14}, 0, -2),
]


@pytest.mark.parametrize(("used", "carried", "left"), WORKED)
def test_worked_years(used, carried, left):
    found = of({2022: 12, 2023: 12, **used}, known_from=2022).balance(2026)
    assert (found.granted, found.carried, found.left) == (12, carried, left)


def test_a_year_that_hadir_did_not_see_whole_carries_nothing_by_itself():
    first = of(known_from=2027).balance(2026)
    assert (first.carried, first.left, first.known) == (0, 12, False)
    assert of(known_from=2027).balance(2027).carried == 0
    assert of(known_from=2027).balance(2028).carried == 6  # 2026 is not known to have been unused
    assert of(known_from=2027).balance(2029).carried == 12
    assert of(known_from=None).balance(2026).carried == 0


def test_an_officer_says_what_was_left_when_hadir_began():
    began = {2026: Opening(days=4, carried=3)}
    assert of({2026: 2}, openings=began, known_from=2027).balance(2026).left == 5
    assert of({2026: 2}, openings=began, known_from=2027).balance(2027).carried == 4  # the carried ones went first
    assert of({2026: 7}, openings=began, known_from=2027).balance(2027).carried == 0
    assert of(openings=began, known_from=2027).balance(2028).carried == 6  # 2026 had been taken from: it is not unused


def test_what_waits_is_taken_off_as_well():
    found = of({2026: 3}, {2026: 2}, known_from=2027).balance(2026)
    assert (found.used, found.waiting, found.left) == (3, 2, 7)


def test_before_a_years_service_nothing_is_granted_and_nothing_carried():
    found = of(entitled_from=2027, known_from=2020)
    assert found.balance(2026).granted == 0
    assert (found.balance(2027).granted, found.balance(2027).carried) == (12, 0)
    assert found.balance(2028).carried == 6


_DAYS = st.dictionaries(st.integers(2018, 2027), st.integers(0, 24))


@given(used=_DAYS, waiting=_DAYS, known_from=st.one_of(st.none(), st.integers(2018, 2028)), year=st.integers(2018, 2028))
def test_never_more_than_the_rule_allows(used, waiting, known_from, year):
    found = of(used, waiting, known_from=known_from).balance(year)
    assert 0 <= found.carried <= 12
    assert found.granted + found.carried <= 24
    if used.get(year - 1) or used.get(year - 2):
        assert found.carried <= 6
    assert found.left == found.granted + found.carried - used.get(year, 0) - waiting.get(year, 0)


@given(used=_DAYS, year=st.integers(2018, 2028), more=st.integers(2018, 2028))
def test_taking_a_day_more_never_gives_a_day(used, year, more):
    before = of(used).balance(year).left
    after = of({**used, more: used.get(more, 0) + 1}).balance(year).left
    assert after <= before


def person(nip: str, started_on: date | None = None) -> Person:
    return Person(1, nip, "Siti", 1, "Unit", None, "", "Asia/Jakarta", frozenset(), started_on=started_on)


@pytest.mark.parametrize(
    ("nip", "started", "began", "certain"),
    [
        ("198501012010011003", date(2026, 11, 1), date(2010, 1, 1), True),
        ("199912312025122001", None, date(2025, 12, 1), True),
        ("198501012023211003", date(2026, 11, 1), date(2026, 11, 1), False),  # PPPK: digits 13–14 are no month
        ("3171", date(2026, 11, 1), date(2026, 11, 1), False),
        ("kontrak-7", None, None, False),
    ],
)
def test_when_service_began(nip, started, began, certain):
    found = service(person(nip, started))
    assert (found.began, found.certain) == (began, certain)


def test_a_beginning_that_is_not_certain_keeps_nobody_from_leave():
    new = account(person("kontrak-7", date(2026, 11, 1)), ANNUAL, Taken({}, {}), {})
    assert (new.entitled_from, new.known_from) == (None, 2027)
    assert account(person("199912312025122001"), ANNUAL, Taken({}, {}), {}).entitled_from == 2026
    assert account(person("1", date(2026, 1, 1)), ANNUAL, Taken({}, {}), {}).known_from == 2026
