"""Invitations through a running Nextcloud: into another person's calendar and mailbox, each change once, and answers back."""

from __future__ import annotations

import contextlib
import os
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email import policy
from email.parser import BytesParser
from pathlib import Path

import pytest
import requests

from integration.adapters.nextcloud.calendar import NextcloudCalendar
from integration.adapters.nextcloud.client import Client
from integration.calendars import busy_times, reading
from integration.calendars import dav as calendar_dav
from integration.ports import Answer, Attendee, Event, Span
from tests.adapters.nextcloud.test_calendar_contract import remove
from tests.service import until

pytestmark = pytest.mark.live

NEEDED = ("URL", "USER", "PASSWORD", "STAFF_PASSWORD", "MAIL")
SITI, BUDI, ATASAN = (f"{name}@kantor.example" for name in ("siti", "budi", "atasan"))


@dataclass
class Office:
    """The service's calendar, and what reaches `siti` and the others."""

    calendar: NextcloudCalendar
    url: str
    password: str
    mail: Path
    known: set[str] = field(default_factory=set)

    def mails(self, event: Event, many: int) -> list[tuple[str, str]]:
        """(receiver, subject) of what came since the last look, when it is so many and what was mailed later has come."""
        until(lambda: len(self._new(event)) >= many, f"{many} mails about {event.title}")
        later = replace(far_away(), attendees=(Attendee(ATASAN, "Atasan"),))
        self.calendar.put(later)
        until(lambda: self._new(later), "what was mailed later")
        found = self._new(event)
        self.known |= set(found)
        return sorted(found.values())

    def _new(self, event: Event) -> dict[str, tuple[str, str]]:
        found = {}
        for path in self.mail.glob("*.eml"):
            content = path.read_bytes()
            if path.name not in self.known and event.title.encode() in content:
                message = BytesParser(policy=policy.default).parsebytes(content)
                receiver = str(message["X-Envelope-To"]).strip("<> ")
                found[path.name] = (receiver, str(message["Subject"]))
        return found

    def sees(self, who: str, event: Event) -> tuple[str, str] | None:
        """(address of the object, its content, unfolded) in that person's own calendar."""
        address = f"{self.url}/remote.php/dav/calendars/{who}/personal/"
        headers = {"Depth": "1", "Content-Type": calendar_dav.XML_TYPE}
        asked = {"headers": headers, "auth": (who, self.password)}
        answer = requests.request("REPORT", address, data=calendar_dav.with_uid(event.uid), timeout=60, **asked)  # type: ignore[arg-type]
        found = [each for each in calendar_dav.objects(answer.text) if event.uid in each.content]
        return (found[0].href, re.sub(r"\r?\n ", "", found[0].content)) if found else None

    def answers(self, who: str, event: Event, said: str) -> None:
        """As that person's calendar program does."""
        found = self.sees(who, event)
        assert found
        href, content = found
        mine = re.compile(rf"(ATTENDEE[^\n]*PARTSTAT=)[A-Z-]+([^\n]*{who}@)")
        changed, many = mine.subn(rf"\g<1>{said}\g<2>", content)
        assert many == 1
        headers = {"Content-Type": calendar_dav.CALENDAR_TYPE}
        answer = requests.put(self.url + href, changed.encode(), headers=headers, auth=(who, self.password), timeout=60)
        assert answer.status_code == 204, answer.text


@pytest.fixture
def office() -> Iterator[Office]:
    given = {name: os.environ.get(f"HADIR_LIVE_NEXTCLOUD_{name}", "") for name in NEEDED}
    if not all(given.values()):
        pytest.skip(", ".join(f"HADIR_LIVE_NEXTCLOUD_{name}" for name in NEEDED) + " name no Nextcloud whose mail can be read")
    folder = f"uji-langsung-{os.getpid()}"
    url = given["URL"].rstrip("/")
    with contextlib.closing(Client(url, given["USER"], given["PASSWORD"])) as client:
        calendar = NextcloudCalendar(client, clock=lambda: datetime.now(UTC), folder=folder)
        yield Office(calendar, url, given["STAFF_PASSWORD"], Path(given["MAIL"]))
        remove(client, folder)


@pytest.fixture
def event() -> Event:
    return far_away()


def far_away() -> Event:
    """In a week where nobody has anything else."""
    name = uuid.uuid4().hex[:12]
    start = datetime(2034, 6, 5, 2, 0, tzinfo=UTC) + timedelta(hours=int(name[:4], 16) % 2000)
    span = Span(start, start + timedelta(hours=1))
    people = (Attendee(SITI, "Siti Rahayu"), Attendee(BUDI, "Budi Santoso"))
    return Event(f"uji-{name}@hadir", f"Rapat uji {name}", span, "Asia/Jakarta", attendees=people, alarm_minutes=(15,))


def test_an_invitation_a_change_and_the_end_reach_calendar_and_mailbox_once(office: Office, event: Event) -> None:
    assert office.calendar.put(event) == []
    assert office.mails(event, 2) == [(BUDI, f"Invitation: {event.title}"), (SITI, f"Invitation: {event.title}")]
    found = office.sees("siti", event)
    assert found
    assert busy_times.busy([reading.parse(found[1])], [SITI], event.span)[SITI] == [event.span]

    office.calendar.put(event)
    assert office.mails(event, 0) == []

    moved = replace(event, span=Span(event.span.start + timedelta(hours=2), event.span.end + timedelta(hours=2)), sequence=1)
    office.calendar.put(moved)
    assert office.mails(event, 2) == [
        (BUDI, f"Invitation updated: {event.title}"),
        (SITI, f"Invitation updated: {event.title}"),
    ]
    assert office.calendar.busy([SITI], Span(event.span.start, moved.span.end))[SITI] == [moved.span]

    office.calendar.put(event)  # a version that comes late
    assert office.mails(event, 0) == []

    for _ in range(2):
        assert office.calendar.cancel(moved) == []
    assert office.mails(event, 2) == [(BUDI, f"Cancelled: {event.title}"), (SITI, f"Cancelled: {event.title}")]
    found = office.sees("siti", event)
    assert found
    assert "STATUS:CANCELLED" in found[1]
    assert office.calendar.busy([SITI], moved.span)[SITI] == []


def test_who_is_removed_is_told_and_nobody_else(office: Office, event: Event) -> None:
    office.calendar.put(event)
    office.mails(event, 2)
    office.calendar.put(replace(event, attendees=event.attendees[:1]))
    assert office.mails(event, 1) == [(BUDI, f"Cancelled: {event.title}")]
    found = office.sees("budi", event)
    assert found
    assert "STATUS:CANCELLED" in found[1]


def test_an_answer_is_read_back_and_survives_a_change_of_words(office: Office, event: Event) -> None:
    office.calendar.put(event)
    office.answers("budi", event, "DECLINED")
    office.answers("siti", event, "ACCEPTED")
    assert set(office.calendar.answers(event.uid)) == {Answer(BUDI, "declined"), Answer(SITI, "accepted")}
    office.calendar.put(replace(event, place="Aula"))
    assert set(office.calendar.answers(event.uid)) == {Answer(BUDI, "declined"), Answer(SITI, "accepted")}
    later = Span(event.span.start + timedelta(days=1), event.span.end + timedelta(days=1))
    office.calendar.put(replace(event, place="Aula", span=later, sequence=1))
    assert office.calendar.answers(event.uid) == []


def test_who_threw_the_invitation_away_keeps_nobody_else_from_changes(office: Office, event: Event) -> None:
    """A Nextcloud cannot put it into a calendar that has it in its bin, and refuses everybody's update for that."""
    office.calendar.put(event)
    office.mails(event, 2)
    found = office.sees("siti", event)
    assert found
    assert requests.delete(office.url + found[0], auth=("siti", office.password), timeout=60).status_code == 204
    assert [subject for _, subject in office.mails(event, 1)] == [f"Re: {event.title}"], "that she declines"
    assert [(said.email, said.answer) for said in office.calendar.answers(event.uid)] == [(SITI, "declined")]
    for number in (1, 2):
        assert office.calendar.put(replace(event, place=f"Aula {number}", sequence=number)) == []
        assert office.mails(event, 1) == [(BUDI, f"Invitation updated: {event.title}")]
    office.calendar.cancel(replace(event, sequence=3))
    assert office.mails(event, 1) == [(BUDI, f"Cancelled: {event.title}")]


def test_three_people_are_asked_at_once_and_strangers_are_unknown(office: Office, event: Event) -> None:
    office.calendar.put(event)
    with office.calendar.within(2):
        busy = office.calendar.busy([SITI, BUDI, ATASAN, "takada@kantor.example"], event.span)
    assert busy == {SITI: [event.span], BUDI: [event.span], ATASAN: []}


def test_one_occurrence_of_a_series_is_moved_and_another_called_off_each_told_once(office: Office, event: Event) -> None:
    series = replace(event, recurrence="FREQ=WEEKLY;COUNT=4", attendees=event.attendees[:1])
    office.calendar.put(series)
    office.mails(event, 1)
    second, third = (event.span.start + timedelta(weeks=n) for n in (1, 2))
    siang = Span(second + timedelta(hours=3), second + timedelta(hours=4))
    change = replace(series, span=siang, recurrence="", sequence=1)
    office.calendar.put(moved := replace(series, changes=((second, change),)))
    assert office.mails(event, 1) == [(SITI, f"Invitation updated: {event.title}")]
    office.calendar.put(off := replace(moved, changes=(*moved.changes, (third, None)), sequence=1))
    assert office.mails(event, 1) == [(SITI, f"Invitation updated: {event.title}")]
    fourth = event.span.start + timedelta(weeks=3)
    wanted = [event.span, siang, Span(fourth, fourth + timedelta(hours=1))]
    assert office.calendar.busy([SITI], Span(event.span.start, event.span.start + timedelta(weeks=5)))[SITI] == wanted
    office.calendar.cancel(off)
    assert office.mails(event, 1) == [(SITI, f"Cancelled: {event.title}")]


def test_what_somebody_threw_away_by_hand_comes_back(office: Office, event: Event) -> None:
    office.calendar.put(event)
    office.mails(event, 2)
    found = office.calendar._address(event.uid)
    office.calendar._client.call(lambda cloud: cloud.webdav("DELETE", found))
    assert len(office.mails(event, 2)) == 2  # Nextcloud tells everybody that it is off
    office.calendar.put(replace(event, place="Aula"))
    assert office.mails(event, 2) == [
        (BUDI, f"Invitation updated: {event.title}"),
        (SITI, f"Invitation updated: {event.title}"),
    ]
    assert office.calendar.busy([SITI], event.span)[SITI] == [event.span]


def test_a_guest_gets_the_mail_alone_and_a_room_none(office: Office, event: Event) -> None:
    guests = (Attendee("tamu@luar.example", "Tamu"), Attendee("aula@kantor.example", "Aula", "room"))
    assert office.calendar.put(replace(event, attendees=guests)) == []
    assert office.mails(event, 1) == [("tamu@luar.example", f"Invitation: {event.title}")]


def test_an_address_that_no_server_takes_is_told(office: Office, event: Event) -> None:
    wrong = Attendee("tamu@-rusak-.example", "Tamu")
    assert office.calendar.put(replace(event, attendees=(*event.attendees, wrong))) == [wrong.email]
    assert len(office.mails(event, 2)) == 2
