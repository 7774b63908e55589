"""What every calendar owes us, whichever it is."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from integration.adapters.local.calendar import IcsCalendar
from integration.ports import Calendar, Event, Span
from tests.cast import Clock, at

SPAN = Span(at("2026-11-24T09:00+07:00"), at("2026-11-24T10:00+07:00"))
SITI, BUDI = "siti@kantor.example", "budi@kantor.example"
RAPAT = Event("rapat-1@hadir", "Rapat bidang", SPAN, "Asia/Jakarta", attendees=(SITI,))
WEEK = Span(at("2026-11-23T00:00+07:00"), at("2026-11-30T00:00+07:00"))


@pytest.fixture(params=["folder"])
def calendar(tmp_path: Path) -> Calendar:
    return IcsCalendar(tmp_path / "calendar", Clock())


def test_who_is_invited_is_busy(calendar: Calendar) -> None:
    calendar.put(RAPAT)
    assert calendar.busy([SITI, BUDI], WEEK) == {SITI: [SPAN], BUDI: []}


def test_a_repeat_changes_nothing(calendar: Calendar) -> None:
    calendar.put(RAPAT)
    calendar.put(RAPAT)
    assert calendar.busy([SITI], WEEK)[SITI] == [SPAN]


def test_a_newer_version_replaces_the_older_and_never_the_reverse(calendar: Calendar) -> None:
    moved = Span(SPAN.start + timedelta(days=1), SPAN.end + timedelta(days=1))
    calendar.put(replace(RAPAT, span=moved, sequence=1))
    calendar.put(RAPAT)
    assert calendar.busy([SITI], WEEK)[SITI] == [moved]


def test_deleting_twice_is_harmless(calendar: Calendar) -> None:
    calendar.put(RAPAT)
    calendar.delete(RAPAT.uid)
    calendar.delete(RAPAT.uid)
    assert calendar.busy([SITI], WEEK)[SITI] == []


def test_a_span_ends_before_its_end(calendar: Calendar) -> None:
    calendar.put(RAPAT)
    assert calendar.busy([SITI], Span(SPAN.end, SPAN.end + timedelta(hours=1)))[SITI] == []
    assert calendar.busy([SITI], Span(SPAN.start - timedelta(hours=1), SPAN.start))[SITI] == []
