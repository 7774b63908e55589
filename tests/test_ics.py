"""Events as iCalendar: what independent readers make of them, and what hostile words do not."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import icalendar
import pytest
import vobject
from hypothesis import given
from hypothesis import strategies as st

from integration.calendars import busy_times, ics, reading, versions
from integration.errors import DeliveryError
from integration.ports import Answer, Attendee, Event, Span, event_from_json, event_to_json
from tests.cast import JAYAPURA, MAKASSAR, MONDAY_0728, at

SITI, BUDI, AULA = "siti@kantor.example", "budi@kantor.example", "aula@kantor.example"
SPAN = Span(at("2026-11-24T09:00+07:00"), at("2026-11-24T10:00+07:00"))
RAPAT = Event("rapat-1@hadir", "Rapat bidang", SPAN, "Asia/Jakarta", attendees=(Attendee(SITI, "Siti Rahayu"),))
STYLE = ics.Style(now=MONDAY_0728, organizer="hadir@kantor.example", method="REQUEST")
WEEK = timedelta(weeks=1)
YEAR = Span(at("2026-11-01T00:00+07:00"), at("2027-11-01T00:00+07:00"))


def lines(content: bytes) -> list[str]:
    """Unfolded."""
    return content.decode().replace("\r\n ", "").split("\r\n")


def only(content: bytes) -> icalendar.Event:
    (event,) = reading.parse(content).events
    return event


def test_an_invitation_says_everything_that_a_calendar_wants() -> None:
    full = replace(
        RAPAT,
        sequence=2,
        place="Aula",
        url="https://rapat.example/abc",
        description="Bahan:\nada",
        alarm_minutes=(1440, 15),
        attendees=(Attendee(SITI, "Siti Rahayu"), Attendee(BUDI, optional=True), Attendee(AULA, "Aula", "room")),
    )
    found = lines(ics.to_ical(full, STYLE))
    for line in (
        "METHOD:REQUEST",
        "UID:rapat-1@hadir",
        "SEQUENCE:2",
        "DTSTAMP:20261123T002800Z",
        "DTSTART;TZID=Asia/Jakarta:20261124T090000",
        "TZID:Asia/Jakarta",
        "STATUS:CONFIRMED",
        "ORGANIZER;CN=Hadir:mailto:hadir@kantor.example",
        "DESCRIPTION:Bahan:\\nada",
        "LOCATION:Aula",
        "TRIGGER:-PT15M",
        "TRIGGER:-P1D",
    ):
        assert line in found, line
    people = {line.rpartition(":")[2]: line for line in found if line.startswith("ATTENDEE")}
    assert "CUTYPE=INDIVIDUAL;PARTSTAT=NEEDS-ACTION;ROLE=REQ-PARTICIPANT;RSVP=TRUE" in people[SITI]
    assert "ROLE=OPT-PARTICIPANT" in people[BUDI]
    assert "CUTYPE=ROOM" in people[AULA]
    assert any(line.startswith("URL") and line.endswith("https://rapat.example/abc") for line in found)


@pytest.mark.parametrize("zone", ["Asia/Jakarta", MAKASSAR, JAYAPURA, "Europe/Berlin"])
def test_the_zone_goes_along_and_another_reader_sees_the_same_instant(zone: str) -> None:
    content = ics.to_ical(replace(RAPAT, zone=zone), STYLE).decode()
    event = vobject.readOne(content).vevent  # a reader that is not ours
    assert event.dtstart.value == SPAN.start
    assert event.dtend.value == SPAN.end
    assert event.summary.value == "Rapat bidang"


def test_lines_are_folded_and_no_letter_is_cut() -> None:
    content = ics.to_ical(replace(RAPAT, title="é" * 300, description="🎉" * 200), STYLE)
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
    assert str(only(content)["SUMMARY"]) == "é" * 300


HOSTILE = "Rapat\r\nATTENDEE:mailto:x@y.example\nEND:VEVENT\r\nBEGIN:VALARM\x00\x07\x85\u2028"


def test_hostile_words_stay_words() -> None:
    event = replace(
        RAPAT,
        uid=f"u{HOSTILE}",
        title=HOSTILE,
        description=HOSTILE,
        place=HOSTILE,
        url="https://x.example/\r\nATTENDEE:mailto:x@y.example",
        attendees=(
            Attendee(SITI, HOSTILE + '"; X=1'),
            Attendee("x@y.example\r\nATTENDEE:mailto:z@y.example"),
            Attendee("tanpa-alamat"),
        ),
    )
    content = ics.to_ical(event, STYLE)
    found = only(content)
    assert [str(each) for each in found.attendees] == [f"mailto:{SITI}"]
    assert not found.subcomponents
    assert "URL" not in found
    assert "ATTENDEE:mailto:x@y.example" in str(found["SUMMARY"])  # as words of the title
    assert not set(content) & ({*range(32), 127} - {10, 13})


@given(st.text(max_size=200), st.text(max_size=200), st.text(max_size=60))
def test_no_words_change_the_structure(title: str, description: str, name: str) -> None:
    event = replace(RAPAT, title=title, description=description, place=title, attendees=(Attendee(SITI, name),))
    found = only(ics.to_ical(event, STYLE))
    assert [str(each) for each in found.attendees] == [f"mailto:{SITI}"]
    assert {"UID", "DTSTART", "DTEND", "ORGANIZER", "SEQUENCE"} <= set(found)
    assert not found.subcomponents


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "file:///etc/passwd", "https://a b", "http://x\r\ny", "https://x/<y>", "rapat.example"]
)
def test_only_an_address_of_the_web_is_a_link(url: str) -> None:
    assert "URL" not in only(ics.to_ical(replace(RAPAT, url=url), STYLE))


def test_who_is_named_twice_is_invited_once() -> None:
    twice = replace(RAPAT, attendees=(Attendee(SITI), Attendee(SITI, "Siti lagi")))
    assert len(only(ics.to_ical(twice, STYLE)).attendees) == 1


@pytest.mark.parametrize(
    ("email", "right"),
    [
        (SITI, True),
        ("a.b+c@x", True),
        ("", False),
        ("siti", False),
        ("a@b@c", False),
        ("a b@c", False),
        ("a@b\n", False),
        ("<a@b>", False),
        ("a@b,c@d", False),
        ("x" * 250 + "@a.example", False),
    ],
)
def test_what_is_an_address(email: str, right: bool) -> None:
    assert ics.is_address(email) is right


# ---------------------------------------------------------------- series


def series(*changes: tuple[datetime, Event | None], rule: str = "FREQ=WEEKLY;COUNT=5") -> Event:
    return replace(RAPAT, recurrence=rule, changes=changes)


def test_a_changed_occurrence_and_one_that_was_called_off() -> None:
    moved = Span(SPAN.start + WEEK + timedelta(hours=4), SPAN.end + WEEK + timedelta(hours=4))
    change = replace(RAPAT, title="Siang", span=moved, sequence=1)
    found = lines(ics.to_ical(series((SPAN.start + WEEK, change), (SPAN.start + 2 * WEEK, None)), STYLE))
    assert "RRULE:FREQ=WEEKLY;COUNT=5" in found
    assert "EXDATE;TZID=Asia/Jakarta:20261208T090000" in found
    assert "RECURRENCE-ID;TZID=Asia/Jakarta:20261201T090000" in found
    assert found.count("UID:rapat-1@hadir") == 2


@pytest.mark.parametrize("until", ["20261222T020000Z", "20261222T090000", "20261222"])
def test_the_last_day_of_a_series_is_told_in_utc_and_counts(until: str) -> None:
    content = ics.to_ical(series(rule=f"FREQ=WEEKLY;UNTIL={until}"), STYLE)
    (rule,) = [line for line in lines(content) if line.startswith("RRULE")]
    assert rule.endswith("Z")
    taken = busy_times.busy([reading.parse(content)], [SITI], YEAR)[SITI]
    assert [span.start for span in taken][-1] == at("2026-12-22T09:00+07:00")


def test_a_series_keeps_its_hour_where_clocks_change() -> None:
    start = at("2027-03-22T09:00+01:00")
    berlin = replace(series(rule="FREQ=WEEKLY;COUNT=2"), zone="Europe/Berlin", span=Span(start, start + timedelta(hours=1)))
    taken = busy_times.busy([reading.parse(ics.to_ical(berlin, STYLE))], [SITI], YEAR)[SITI]
    assert [span.start for span in taken] == [start, at("2027-03-29T09:00+02:00")]


# ---------------------------------------------------------------- versions and answers


def copy(event: Event, style: ics.Style = STYLE) -> icalendar.Calendar:
    return reading.parse(ics.to_ical(event, replace(style, method="")))


def answered(calendar: icalendar.Calendar, answer: str, email: str = SITI) -> icalendar.Calendar:
    text = calendar.to_ical().decode().replace("\r\n ", "")
    changed = [
        line.replace("PARTSTAT=NEEDS-ACTION", f"PARTSTAT={answer}") if email in line else line for line in text.split("\r\n")
    ]
    return reading.parse("\r\n".join(changed))


def test_the_same_version_is_not_written_again() -> None:
    assert versions.next_version(RAPAT, replace(STYLE, known=copy(RAPAT))) is None
    assert versions.next_version(replace(RAPAT, title="Lain"), replace(STYLE, known=copy(RAPAT))) is not None


def test_an_event_survives_being_a_row() -> None:
    whole = series((SPAN.start + WEEK, replace(RAPAT, sequence=1)), (SPAN.start + 2 * WEEK, None))
    assert event_from_json(event_to_json(whole)) == whole


def test_a_cancellation_is_never_older_than_what_it_calls_off() -> None:
    known = copy(replace(RAPAT, sequence=4))
    body = versions.next_version(RAPAT, replace(STYLE, known=known, cancelled=True, method="CANCEL"))
    assert body is not None
    assert only(body)["SEQUENCE"] == 4
    assert str(only(body)["STATUS"]) == "CANCELLED"


def test_an_answer_is_read_and_kept_while_the_time_stays() -> None:
    known = answered(copy(RAPAT), "ACCEPTED")
    assert reading.answers(known) == [Answer(SITI, "accepted")]
    again = ics.to_ical(replace(RAPAT, title="Lain"), replace(STYLE, known=known))
    assert reading.answers(reading.parse(again)) == [Answer(SITI, "accepted")]
    moved = replace(RAPAT, span=Span(SPAN.start, SPAN.end + timedelta(minutes=30)), sequence=1)
    assert reading.answers(reading.parse(ics.to_ical(moved, replace(STYLE, known=known)))) == []


def test_an_answer_to_one_occurrence_is_kept_with_it() -> None:
    """As a server writes it: a copy of the series with the start of the one that was declined."""
    whole = copy(series())
    one = copy(replace(RAPAT, span=Span(SPAN.start + WEEK, SPAN.end + WEEK)))
    one.events[0].add("recurrence-id", SPAN.start + WEEK)
    whole.add_component(answered(one, "DECLINED").events[0])
    declined = Answer(SITI, "declined", SPAN.start + WEEK)
    assert reading.answers(whole) == [declined]
    other = ics.to_ical(replace(series(), title="Lain"), replace(STYLE, known=whole))
    assert reading.answers(reading.parse(other)) == [declined]
    off = ics.to_ical(series((SPAN.start + WEEK, None)), replace(STYLE, known=whole))
    assert reading.answers(reading.parse(off)) == []


def reply(sender: str = SITI, answer: str = "DECLINED", method: str = "REPLY", more: str = "") -> bytes:
    text = ics.to_ical(RAPAT, STYLE).decode().replace("\r\n ", "").replace("METHOD:REQUEST", f"METHOD:{method}")
    text = text.replace("PARTSTAT=NEEDS-ACTION", f"PARTSTAT={answer}").replace(f"mailto:{SITI}", f"MAILTO:{sender}")
    return text.replace("SEQUENCE:0", f"SEQUENCE:0{more}").encode()


def test_a_reply_counts_for_its_sender_only() -> None:
    declined = Answer(SITI, "declined", via="mail", sequence=0)
    assert reading.replies(reply(), SITI) == [(RAPAT.uid, declined)]
    assert reading.replies(reply(), "Siti@Kantor.example") == [(RAPAT.uid, declined)]
    assert reading.replies(reply(), BUDI) == []
    assert reading.replies(reply(method="REQUEST"), SITI) == []
    assert reading.replies(reply(answer="DELEGATED"), SITI) == []
    occurrence = reading.replies(reply(more="\r\nRECURRENCE-ID:20261201T020000Z"), SITI)
    assert occurrence == [(RAPAT.uid, replace(declined, occurrence=at("2026-12-01T09:00+07:00")))]


@pytest.mark.parametrize(
    "content", [b"", b"BEGIN:VCALENDAR", b"\xff\xfe", b"BEGIN:VEVENT\r\nEND:VEVENT\r\n", b"<html>", b"a:b" * 9]
)
def test_what_is_no_calendar_answers_nothing(content: bytes) -> None:
    assert reading.replies(content, SITI) == []


def test_an_event_that_no_calendar_can_hold_is_refused_for_good() -> None:
    with pytest.raises(DeliveryError) as error:
        ics.to_ical(series(rule="FREQ=KADANG"), STYLE)
    assert error.value.permanent


# ---------------------------------------------------------------- strangers' files


def stranger(*properties: str) -> icalendar.Calendar:
    head = ["BEGIN:VCALENDAR", "VERSION:2.0", "BEGIN:VEVENT", "UID:x", "DTSTAMP:20261101T000000Z", f"ATTENDEE:mailto:{SITI}"]
    return reading.parse("\r\n".join([*head, *properties, "END:VEVENT", "END:VCALENDAR", ""]))


def busy(*properties: str) -> list[Span]:
    return busy_times.busy([stranger(*properties)], [SITI], YEAR)[SITI]


def test_whole_days_and_times_without_a_zone_take_time_too() -> None:
    assert busy("DTSTART;VALUE=DATE:20261124") == [Span(at("2026-11-24T00:00+00:00"), at("2026-11-25T00:00+00:00"))]
    assert busy("DTSTART:20261124T090000", "DURATION:PT1H") == [
        Span(at("2026-11-24T09:00+00:00"), at("2026-11-24T10:00+00:00"))
    ]


def test_what_is_free_called_off_or_declined_takes_none() -> None:
    times = ("DTSTART:20261124T020000Z", "DTEND:20261124T030000Z")
    assert len(busy(*times)) == 1
    assert busy(*times, "TRANSP:TRANSPARENT") == []
    assert busy(*times, "STATUS:CANCELLED") == []
    declined = (
        stranger(*times).to_ical().decode().replace(f"ATTENDEE:mailto:{SITI}", f"ATTENDEE;PARTSTAT=DECLINED:mailto:{SITI}")
    )
    assert busy_times.busy([reading.parse(declined)], [SITI], YEAR)[SITI] == []


def test_a_rule_without_end_is_expanded_where_it_is_asked_about_and_a_mad_one_not_at_all() -> None:
    times = ("DTSTART:20101124T020000Z", "DTEND:20101124T030000Z")
    assert len(busy(*times, "RRULE:FREQ=DAILY")) == 365
    assert busy(*times, "RRULE:FREQ=SECONDLY") == []
    assert len(busy(*times, "RRULE:FREQ=HOURLY")) == busy_times._MOST
