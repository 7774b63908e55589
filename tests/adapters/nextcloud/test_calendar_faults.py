"""A calendar on a Nextcloud that fails: nothing is lost, and nobody is invited twice."""

from __future__ import annotations

import contextlib
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from integration.adapters.nextcloud.calendar import NextcloudCalendar
from integration.adapters.nextcloud.client import Client
from integration.adapters.nextcloud.errors import NextcloudError
from integration.calendars import reading
from integration.ports import Answer, Attendee, Event, Span
from tests.adapters.nextcloud.account import PASSWORD, USER
from tests.adapters.nextcloud.calendar_house import HOME, CalendarHouse, answers, hang_up
from tests.cast import Clock, at

SITI, BUDI = "siti@kantor.example", "budi@kantor.example"
SPAN = Span(at("2026-11-24T09:00+07:00"), at("2026-11-24T10:00+07:00"))
RAPAT = Event("rapat-1", "Rapat", SPAN, "Asia/Jakarta", attendees=(Attendee(SITI), Attendee(BUDI)))
LATER = Span(SPAN.start + timedelta(hours=3), SPAN.end + timedelta(hours=3))
PATH = f"{HOME}/hadir/rapat-1.ics"
PAGE = "<html><body>Silakan masuk ke jaringan kantor</body></html>"


@pytest.fixture
def house(httpserver: HTTPServer) -> CalendarHouse:
    return CalendarHouse(httpserver)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def calendar(house: CalendarHouse, clock: Clock) -> Iterator[NextcloudCalendar]:
    with contextlib.closing(Client(house.url, USER, PASSWORD, silence_seconds=5)) as client:
        yield NextcloudCalendar(client, clock=clock)


def refused(act: Callable[[], object]) -> NextcloudError:
    with pytest.raises(NextcloudError) as error:
        act()
    return error.value


def test_an_answer_that_was_lost_is_looked_up_before_the_event_is_sent_again(
    house: CalendarHouse, calendar: NextcloudCalendar
) -> None:
    house.after_put.append(hang_up)
    error = refused(lambda: calendar.put(RAPAT))
    assert not error.permanent
    assert error.retry_after is not None
    assert error.retry_after >= 30  # it may still be mailing
    assert house.asked["PUT"] == 1
    assert calendar.put(RAPAT) == []
    assert house.mailed == {SITI: 1, BUDI: 1}
    assert house.asked["PUT"] == 1


def test_who_threw_the_invitation_away_keeps_nobody_else_from_changes(
    house: CalendarHouse, calendar: NextcloudCalendar, clock: Clock
) -> None:
    calendar.put(RAPAT)
    house.declines(PATH, SITI)
    for number in (1, 2):
        clock.now += timedelta(minutes=1)
        assert calendar.put(replace(RAPAT, title=f"Ubah {number}", span=LATER, sequence=number)) == []
        assert f"SUMMARY:Ubah {number}" in house.objects[PATH]
    clock.now += timedelta(minutes=1)
    calendar.cancel(replace(RAPAT, sequence=3))
    assert house.mailed == {SITI: 1, BUDI: 4}
    assert [(said.email, said.answer) for said in calendar.answers(RAPAT.uid)] == [(SITI, "declined")]


def test_whoever_takes_it_out_of_the_bin_and_says_yes_hears_of_changes_again(
    house: CalendarHouse, calendar: NextcloudCalendar, clock: Clock
) -> None:
    calendar.put(RAPAT)
    house.declines(PATH, SITI)
    clock.now += timedelta(minutes=1)
    calendar.put(replace(RAPAT, title="Ubah", sequence=1))
    assert [(said.email, said.answer) for said in calendar.answers(RAPAT.uid)] == [(SITI, "declined")]
    house.thrown_away.clear()
    house.objects[PATH] = house.objects[PATH].replace("PARTSTAT=DECLINED", "PARTSTAT=ACCEPTED")
    clock.now += timedelta(minutes=1)
    calendar.put(replace(RAPAT, title="Lagi", sequence=2))
    assert house.mailed[SITI] == 2


def test_where_it_lies_in_a_bin_and_nobody_declined_the_cure_is_said(house: CalendarHouse, calendar: NextcloudCalendar) -> None:
    house.thrown_away.add(SITI)
    error = refused(lambda: calendar.put(RAPAT))
    assert "empty that bin" in str(error)
    assert not error.permanent


@pytest.mark.parametrize("status", [500, 502, 504])
def test_a_proxy_that_gave_up_waiting_is_no_reason_to_mail_again(
    house: CalendarHouse, calendar: NextcloudCalendar, status: int
) -> None:
    house.after_put.append(answers(status, PAGE))
    assert not refused(lambda: calendar.put(RAPAT)).permanent
    assert calendar.put(RAPAT) == []
    assert house.mailed == {SITI: 1, BUDI: 1}


def test_a_connection_that_breaks_before_the_event_is_there_loses_nothing(
    house: CalendarHouse, calendar: NextcloudCalendar
) -> None:
    house.faults["PUT"] = [hang_up]
    refused(lambda: calendar.put(RAPAT))
    assert house.mailed == {}
    calendar.put(RAPAT)
    assert house.mailed == {SITI: 1, BUDI: 1}


def test_maintenance_is_waited_for(house: CalendarHouse, calendar: NextcloudCalendar) -> None:
    fault = answers(503, "maintenance mode", X_Nextcloud_Maintenance_Mode="1")
    house.faults["GET"] = [fault] * 9
    error = refused(lambda: calendar.put(RAPAT))
    assert (error.status, error.permanent) == (503, False)
    assert house.mailed == {}


def test_a_server_that_counts_calls_is_asked_later(house: CalendarHouse, calendar: NextcloudCalendar) -> None:
    house.faults["PUT"] = [answers(429, "slow down", Retry_After="40")]
    error = refused(lambda: calendar.put(RAPAT))
    assert (error.status, error.retry_after, error.permanent) == (429, 40, False)
    calendar.put(RAPAT)
    assert house.mailed == {SITI: 1, BUDI: 1}


def test_a_page_of_somebody_else_is_no_calendar(house: CalendarHouse, calendar: NextcloudCalendar) -> None:
    page = answers(200, PAGE, Content_Type="text/html")
    for method in ("PROPFIND", "GET", "PUT"):
        house.faults = {method: [page]}
        assert not refused(lambda: calendar.put(RAPAT)).permanent, method
    house.faults = {}
    calendar.put(RAPAT)
    assert house.mailed == {SITI: 1, BUDI: 1}


def test_a_proxys_not_found_does_not_say_that_an_event_is_gone(house: CalendarHouse, calendar: NextcloudCalendar) -> None:
    calendar.put(RAPAT)
    house.faults["GET"] = [answers(404, PAGE)]
    assert not refused(lambda: calendar.answers(RAPAT.uid)).permanent


def test_a_revoked_password_keeps_what_waits(house: CalendarHouse, calendar: NextcloudCalendar) -> None:
    house.faults["PROPFIND"] = [answers(401)]
    error = refused(lambda: calendar.put(RAPAT))
    assert (error.status, error.permanent) == (401, False)
    assert PASSWORD not in str(error)
    calendar.put(RAPAT)
    assert house.mailed == {SITI: 1, BUDI: 1}


def test_a_server_that_is_down_says_so(calendar: NextcloudCalendar, httpserver: HTTPServer) -> None:
    httpserver.stop()
    error = refused(lambda: calendar.put(RAPAT))
    assert not error.permanent
    assert "cannot be reached" in str(error)
    httpserver.start()


def test_whoever_waits_does_not_wait_for_a_silent_server(house: CalendarHouse, calendar: NextcloudCalendar) -> None:
    over = threading.Event()

    def wait(_request: Request) -> Response:
        over.wait(20)
        return Response(status=503)

    house.faults["POST"] = [wait] * 3
    with calendar.within(0.3):
        error = refused(lambda: calendar.busy([SITI], SPAN))
    over.set()
    assert "did not answer in time" in str(error)


def test_whom_its_mail_server_refuses_is_told_and_invited_again_alone(
    house: CalendarHouse, calendar: NextcloudCalendar
) -> None:
    house.unreachable = {BUDI}
    assert calendar.put(RAPAT) == [BUDI]
    assert calendar.put(RAPAT) == [BUDI]
    assert house.asked["PUT"] == 1
    assert calendar.put(RAPAT, resend=[BUDI]) == [BUDI]
    house.unreachable = set()
    assert calendar.put(RAPAT, resend=[BUDI, SITI]) == []
    assert house.mailed == {SITI: 1, BUDI: 1}
    assert calendar.put(RAPAT, resend=[BUDI]) == []
    assert house.asked["PUT"] == 3


def test_nobody_is_unreached_by_what_is_over(house: CalendarHouse, calendar: NextcloudCalendar) -> None:
    house.unreachable = {SITI, BUDI}
    past = Span(at("2026-11-20T09:00+07:00"), at("2026-11-20T10:00+07:00"))
    assert calendar.put(replace(RAPAT, span=past)) == []


def test_an_event_under_another_name_is_changed_there(house: CalendarHouse, calendar: NextcloudCalendar) -> None:
    calendar.put(RAPAT)
    other = f"{HOME}/hadir/dipindah.ics"
    house.objects = {other: house.objects.pop(PATH)}
    calendar.put(replace(RAPAT, title="Rapat besar"))
    assert list(house.objects) == [other]
    assert "Rapat besar" in house.objects[other]


def test_somebody_who_writes_meanwhile_loses_nothing(house: CalendarHouse, calendar: NextcloudCalendar) -> None:
    """An answer that comes between our look and our write is kept."""
    calendar.put(RAPAT)

    def answer(_request: Request) -> None:
        house.objects[PATH] = re.sub(r"PARTSTAT=NEEDS-ACTION(.*siti)", r"PARTSTAT=ACCEPTED\1", house.objects[PATH])

    house.faults["PUT"] = [answer]
    calendar.put(replace(RAPAT, title="Rapat besar"))
    assert "Rapat besar" in house.objects[PATH]
    assert calendar.answers(RAPAT.uid) == [Answer(SITI, "accepted")]


def test_an_answer_holds_as_long_as_the_time_does(house: CalendarHouse, calendar: NextcloudCalendar) -> None:
    calendar.put(RAPAT)
    house.objects[PATH] = re.sub(r"PARTSTAT=NEEDS-ACTION(.*siti)", r"PARTSTAT=DECLINED\1", house.objects[PATH])
    calendar.put(replace(RAPAT, place="Aula"))
    assert calendar.answers(RAPAT.uid) == [Answer(SITI, "declined")]
    moved = Span(SPAN.start + timedelta(hours=1), SPAN.end + timedelta(hours=1))
    calendar.put(replace(RAPAT, place="Aula", span=moved, sequence=1))
    assert calendar.answers(RAPAT.uid) == []


def test_a_change_carries_a_new_time_of_change_because_nextcloud_mails_about_nothing_else(
    house: CalendarHouse, calendar: NextcloudCalendar
) -> None:
    clock = Clock()
    calendar._clock = clock
    calendar.put(RAPAT)
    clock.now += timedelta(minutes=1)
    calendar.put(replace(RAPAT, attendees=(Attendee(SITI),)))
    changed = reading.whole(reading.parse(house.objects[PATH]))
    assert changed is not None
    assert changed["LAST-MODIFIED"].dt == clock.now  # type: ignore[union-attr]


def test_an_account_without_an_address_is_told_what_it_lacks(house: CalendarHouse, calendar: NextcloudCalendar) -> None:
    house.addresses = []
    error = refused(lambda: calendar.put(RAPAT))
    assert "has no e-mail address" in str(error)
    assert not error.permanent
    house.addresses = ["Hadir@Kantor.example"]
    calendar.put(RAPAT)
    assert "ORGANIZER;CN=Hadir:mailto:hadir@kantor.example" in house.objects[PATH]


def test_a_rule_that_nobody_understands_is_refused_for_good(house: CalendarHouse, calendar: NextcloudCalendar) -> None:
    for rule in ("FREQ=KADANG", "COUNT=3", "FREQ=DAILY;UNTIL=besok", "FREQ=DAILY\r\nATTENDEE:mailto:x@y.example"):
        with pytest.raises(Exception, match="no event that a calendar can hold") as error:
            calendar.put(replace(RAPAT, recurrence=rule))
        assert error.value.permanent  # type: ignore[attr-defined]
    assert house.asked["PUT"] == 0
