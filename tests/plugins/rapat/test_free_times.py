"""Times at which people can meet: a table of days, and properties of whatever the rest of the world holds."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from integration.ports import Span
from plugins.rapat.clashes import between, merged, overlap, without
from plugins.rapat.free_times import Guest, Slot, find, fits, windows
from tests.cast import JAKARTA, JAYAPURA, MAKASSAR, at

MONDAY, FRIDAY = date(2026, 11, 23), date(2026, 11, 27)
WEEK = [MONDAY + timedelta(days=n) for n in range(5)]
HOUR, HALF = timedelta(hours=1), timedelta(minutes=30)
MORNING = at("2026-11-23T07:28+07:00")


def span(start: str, end: str, day: str = "2026-11-23", zone: str = "+07:00") -> Span:
    return Span(at(f"{day}T{start}{zone}"), at(f"{day}T{end}{zone}"))


def shown(spans: list[Span], zone: str = JAKARTA) -> list[str]:
    local = ZoneInfo(zone)
    return [f"{each.start.astimezone(local):%a %H.%M}–{each.end.astimezone(local):%H.%M}" for each in spans]


def times(found: list[Slot]) -> list[str]:
    return shown([slot.span for slot in found])


# ---------------------------------------------------------------- windows


def test_office_hours_without_lunch_and_without_friday_prayer():
    assert shown(windows([MONDAY, FRIDAY], [JAKARTA], HOUR)) == [
        "Mon 08.00–12.00",
        "Mon 13.00–16.00",
        "Fri 08.00–11.30",
        "Fri 13.00–16.00",
    ]


def test_three_zones_meet_where_all_are_at_work_and_none_at_lunch():
    found = windows([MONDAY], [JAKARTA, MAKASSAR, JAYAPURA], HOUR)
    assert shown(found) == ["Mon 08.00–10.00", "Mon 13.00–14.00"]
    assert shown(found, JAYAPURA) == ["Mon 10.00–12.00", "Mon 15.00–16.00"]
    assert shown(windows([FRIDAY], [JAKARTA, JAYAPURA], HOUR)) == ["Fri 08.00–09.30", "Fri 13.00–14.00"]


def test_what_is_too_long_goes_over_lunch_and_never_over_friday_prayer():
    assert shown(windows([MONDAY], [JAKARTA], 5 * HOUR)) == ["Mon 08.00–16.00"]
    assert windows([FRIDAY], [JAKARTA], 5 * HOUR) == []
    assert windows([MONDAY], [JAKARTA], 9 * HOUR) == []


# ---------------------------------------------------------------- finding


def test_the_next_times_that_suit_all_do_not_lie_over_one_another():
    guests = [Guest("p:1", [span("08:00", "09:10")]), Guest("p:2", [span("10:15", "12:00")])]
    found = find(guests, windows(WEEK, [JAKARTA], HOUR), HOUR, MORNING)
    assert times(found) == ["Mon 13.00–14.00", "Mon 14.00–15.00", "Mon 15.00–16.00"]
    assert not any(slot.missing for slot in found)
    assert times(find(guests, windows(WEEK, [JAKARTA], HALF), HALF, MORNING))[0] == "Mon 09.30–10.00"


def test_what_only_touches_is_free():
    guests = [Guest("p:1", [span("08:00", "09:00"), span("10:00", "12:00")])]
    assert times(find(guests, windows([MONDAY], [JAKARTA], HOUR), HOUR, MORNING))[0] == "Mon 09.00–10.00"


def test_nothing_begins_before_now_and_all_begin_on_the_half_hour():
    found = find([], windows([MONDAY], [JAKARTA], HOUR), HOUR, at("2026-11-23T09:07+07:00"))
    assert times(found) == ["Mon 09.30–10.30", "Mon 10.30–11.30", "Mon 13.00–14.00"]


def test_if_nothing_suits_all_the_best_times_say_who_is_missing():
    day = span("00:00", "23:59")
    guests = [
        Guest("p:1", [span("08:00", "12:00")], must=True),
        Guest("p:2", [day]),
        Guest("p:3", [span("13:00", "14:30")]),
    ]
    found = find(guests, windows([MONDAY], [JAKARTA], HOUR), HOUR, MORNING, most=2)
    assert times(found) == ["Mon 13.00–14.00", "Mon 14.30–15.30"]
    assert [slot.missing for slot in found] == [("p:2", "p:3"), ("p:2",)]


def test_who_must_be_there_counts_more_than_many_others():
    guests = [Guest("p:1", [span("08:00", "12:00")], must=True)]
    guests += [Guest(f"p:{n}", [span("13:00", "16:00")]) for n in range(2, 12)]
    found = find(guests, windows([MONDAY], [JAKARTA], HOUR), HOUR, MORNING, most=1)
    assert times(found) == ["Mon 13.00–14.00"]
    assert len(found[0].missing) == 10


def test_a_length_that_fits_nowhere_finds_nothing():
    assert find([], windows(WEEK, [JAKARTA], 9 * HOUR), 9 * HOUR, MORNING) == []
    assert find([], [], HOUR, MORNING) == []


# ---------------------------------------------------------------- properties

MINUTES = st.integers(0, 5 * 24 * 60)
SPANS = st.lists(st.tuples(MINUTES, st.integers(1, 600)), max_size=12)
ZONES = st.lists(st.sampled_from([JAKARTA, MAKASSAR, JAYAPURA]), min_size=1, unique=True)
LENGTHS = st.sampled_from([15, 30, 45, 60, 90, 120, 180, 240])
WHOLE = Span(at("2026-11-22T00:00+07:00"), at("2026-11-29T00:00+07:00"))


def taken_of(pairs: list[tuple[int, int]]) -> list[Span]:
    begin = at("2026-11-23T00:00+07:00")
    spans = [Span(begin + timedelta(minutes=m), begin + timedelta(minutes=m + length)) for m, length in pairs]
    return merged(spans, WHOLE)


@settings(max_examples=150, deadline=None)
@given(st.lists(SPANS, max_size=6), ZONES, LENGTHS, MINUTES)
def test_whatever_is_found_is_allowed_and_said_truly(everybody, zones, minutes, after):
    length, now = timedelta(minutes=minutes), at("2026-11-23T00:00+07:00") + timedelta(minutes=after)
    guests = [Guest(f"p:{n}", taken_of(pairs), must=n == 0) for n, pairs in enumerate(everybody)]
    allowed = windows(WEEK, zones, length)
    found = find(guests, allowed, length, now)
    spans = [slot.span for slot in found]
    assert spans == sorted(spans, key=lambda each: each.start)
    assert all(one.end <= other.start for one, other in zip(spans, spans[1:], strict=False))
    for slot in found:
        assert slot.span.end - slot.span.start == length
        assert slot.span.start >= now
        assert any(window.start <= slot.span.start and slot.span.end <= window.end for window in allowed)
        truly = tuple(guest.who for guest in guests if any(overlap(taken, slot.span) for taken in guest.taken))
        assert slot.missing == truly
        for zone in zones:
            local = slot.span.start.astimezone(ZoneInfo(zone)), slot.span.end.astimezone(ZoneInfo(zone))
            assert time(8) <= local[0].time()
            assert local[1].time() <= time(16)
            assert local[0].weekday() != 4 or not overlap(slot.span, friday(local[0].date(), zone))


def friday(day: date, zone: str) -> Span:
    return Span(*(datetime.combine(day, clock, ZoneInfo(zone)).astimezone(UTC) for clock in (time(11, 30), time(13))))


@settings(max_examples=150, deadline=None)
@given(st.lists(SPANS, min_size=1, max_size=5), LENGTHS)
def test_the_first_time_is_the_first_there_is_and_none_that_suits_all_is_overlooked(everybody, minutes):
    """Against trying every half hour by hand."""
    length = timedelta(minutes=minutes)
    guests = [Guest(f"p:{n}", taken_of(pairs)) for n, pairs in enumerate(everybody)]
    allowed = windows(WEEK, [JAKARTA], length)
    candidates = [
        Span(window.start + n * HALF, window.start + n * HALF + length)
        for window in allowed
        for n in range(48)
        if window.start + n * HALF + length <= window.end
    ]
    good = [each for each in candidates if fits(guests, each)]
    found = find(guests, allowed, length, MORNING - timedelta(days=1))
    if good:
        assert found[0] == Slot(good[0])
    else:
        fewest = min(sum(not fits([guest], each) for guest in guests) for each in candidates)
        assert min(len(slot.missing) for slot in found) == fewest


@settings(max_examples=150, deadline=None)
@given(SPANS, SPANS)
def test_spans_can_be_put_together_and_taken_apart(one, other):
    first, second = taken_of(one), taken_of(other)
    assert all(a.end < b.start for a, b in zip(first, first[1:], strict=False))
    left = without(first, second)
    assert not any(overlap(each, known) for each in left for known in second)
    assert total(left) + total(both(first, second)) == total(first)
    assert merged([*between(first, WHOLE), *first], WHOLE) == [WHOLE]


def both(first: list[Span], second: list[Span]) -> list[Span]:
    return [Span(max(a.start, b.start), min(a.end, b.end)) for a in first for b in second if overlap(a, b)]


def total(spans: list[Span]) -> timedelta:
    return sum((each.end - each.start for each in spans), timedelta())


@pytest.mark.parametrize("people", [500, 5000])
def test_many_people_and_two_weeks_are_no_matter(people):
    """Every one has three appointments a day; what is found is true."""
    days = [MONDAY + timedelta(days=n) for n in range(14)]
    begin = at("2026-11-23T08:00+07:00")
    guests = [
        Guest(
            f"p:{n}", [Span(start, start + HALF) for d in range(14) for start in (begin + timedelta(days=d, minutes=n % 90),)]
        )
        for n in range(people)
    ]
    found = find(guests, windows([d for d in days if d.weekday() < 5], [JAKARTA], HOUR), HOUR, MORNING)
    assert times(found) == ["Mon 10.00–11.00", "Mon 11.00–12.00", "Mon 13.00–14.00"]
