"""What every calendar owes us, whichever it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from integration.adapters.caldav import CalDavCalendar
from integration.adapters.local.calendar import IcsCalendar
from integration.ports import Attendee, Calendar, Event, Span
from tests.calendars import PASSWORD, SENDER, USER, radicale_server
from tests.cast import Clock, at

# Years away: nobody has anything else in the calendar of a running server then.
SPAN = Span(at("2033-03-08T09:00+07:00"), at("2033-03-08T10:00+07:00"))
SITI, BUDI = "siti@kantor.example", "budi@kantor.example"
RAPAT = Event("rapat-1@hadir", "Rapat bidang", SPAN, "Asia/Jakarta", attendees=(Attendee(SITI, "Siti Rahayu"),))
WEEK = Span(at("2033-03-07T00:00+07:00"), at("2033-03-14T00:00+07:00"))
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def later(span: Span, by: timedelta) -> Span:
    return Span(span.start + by, span.end + by)


@pytest.fixture(scope="session")
def radicale(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with radicale_server(tmp_path_factory.mktemp("radicale")) as url:
        yield url


@pytest.fixture(params=["folder", "radicale"])
def calendar(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Calendar]:
    if request.param == "folder":
        yield IcsCalendar(tmp_path / "calendar", Clock())
        return
    url = f"{request.getfixturevalue('radicale')}{tmp_path.name}/"
    calendar = CalDavCalendar(url, USER, PASSWORD, clock=Clock(), organizer=SENDER)
    yield calendar
    calendar.close()


def test_who_is_invited_is_busy(calendar: Calendar) -> None:
    assert calendar.put(RAPAT) == []
    assert calendar.busy([SITI, BUDI], WEEK) == {SITI: [SPAN], BUDI: []}


def test_a_repeat_changes_nothing(calendar: Calendar) -> None:
    calendar.put(RAPAT)
    calendar.put(RAPAT)
    assert calendar.busy([SITI], WEEK)[SITI] == [SPAN]


def test_a_newer_version_replaces_the_older_and_never_the_reverse(calendar: Calendar) -> None:
    moved = later(SPAN, DAY)
    calendar.put(replace(RAPAT, span=moved, sequence=1))
    calendar.put(RAPAT)
    assert calendar.busy([SITI], WEEK)[SITI] == [moved]


def test_who_is_removed_is_free_and_who_is_added_is_busy(calendar: Calendar) -> None:
    calendar.put(RAPAT)
    calendar.put(replace(RAPAT, attendees=(Attendee(BUDI),)))
    assert calendar.busy([SITI, BUDI], WEEK) == {SITI: [], BUDI: [SPAN]}


def test_calling_off_twice_is_harmless(calendar: Calendar) -> None:
    calendar.put(RAPAT)
    calendar.cancel(RAPAT)
    calendar.cancel(replace(RAPAT, sequence=1))
    assert calendar.busy([SITI], WEEK)[SITI] == []


def test_what_never_was_can_be_called_off(calendar: Calendar) -> None:
    assert calendar.cancel(RAPAT) == []
    assert calendar.busy([SITI], WEEK)[SITI] == []


def test_what_was_called_off_comes_back_with_a_greater_sequence_only(calendar: Calendar) -> None:
    calendar.put(RAPAT)
    calendar.cancel(RAPAT)
    calendar.put(replace(RAPAT, title="Terlambat"))
    assert calendar.busy([SITI], WEEK)[SITI] == []
    calendar.put(replace(RAPAT, sequence=1))
    assert calendar.busy([SITI], WEEK)[SITI] == [SPAN]


def test_a_span_ends_before_its_end(calendar: Calendar) -> None:
    calendar.put(RAPAT)
    assert calendar.busy([SITI], Span(SPAN.end, SPAN.end + HOUR))[SITI] == []
    assert calendar.busy([SITI], Span(SPAN.start - HOUR, SPAN.start))[SITI] == []


def test_a_series_takes_time_every_week_but_where_it_was_moved_or_called_off(calendar: Calendar) -> None:
    second, third = (SPAN.start + timedelta(weeks=n) for n in (1, 2))
    moved = later(SPAN, timedelta(weeks=1, hours=3))
    change = replace(RAPAT, span=moved, title="Rapat bidang, siang", sequence=1)
    series = replace(RAPAT, recurrence="FREQ=WEEKLY;COUNT=4", changes=((second, change), (third, None)), sequence=1)
    calendar.put(series)
    year = Span(WEEK.start, WEEK.start + timedelta(days=365))
    assert calendar.busy([SITI], year)[SITI] == [SPAN, moved, later(SPAN, timedelta(weeks=3))]


def test_two_events_come_in_order(calendar: Calendar) -> None:
    calendar.put(replace(RAPAT, uid="rapat-2@hadir", span=later(SPAN, HOUR * 2)))
    calendar.put(RAPAT)
    assert calendar.busy([SITI], WEEK)[SITI] == [SPAN, later(SPAN, HOUR * 2)]


def test_nobody_has_answered_yet(calendar: Calendar) -> None:
    assert list(calendar.answers(RAPAT.uid)) == []
    calendar.put(RAPAT)
    assert list(calendar.answers(RAPAT.uid)) == []


def test_a_uid_of_any_characters_is_one_event(calendar: Calendar) -> None:
    odd = replace(RAPAT, uid="rapat/../ä ?#%2F@hadir")
    calendar.put(odd)
    calendar.put(replace(odd, sequence=1))
    assert calendar.busy([SITI], WEEK)[SITI] == [SPAN]
    calendar.cancel(replace(odd, sequence=1))
    assert calendar.busy([SITI], WEEK)[SITI] == []


def test_whoever_waits_gets_an_answer_inside_the_limit_too(calendar: Calendar) -> None:
    calendar.put(RAPAT)
    with calendar.within(10):
        assert calendar.busy([SITI], WEEK)[SITI] == [SPAN]
