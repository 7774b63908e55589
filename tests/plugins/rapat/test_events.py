"""What stands in calendars: one UID for ever, the zone, single dates, and everybody in one event only."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import recurring_ical_events
import vobject
from sqlalchemy import insert, update

from integration import scheduler
from integration.calendars import ics
from integration.core import Hadir
from integration.ports import Attendee, Event
from plugins.rapat import events, meetings, planning, publish
from plugins.rapat.planning import Who
from plugins.rapat.tables import meeting, meeting_invitee, meeting_room
from tests.cast import at
from tests.plugins.rapat.invited import (
    calendars,
    changes,
    changes_date,
    dates,
    invites,
    scheduled,
    takes_off,
    throng,
    to,
    works,
)
from tests.plugins.rapat.office import span
from tests.post import change

YEAR = datetime(2026, 1, 1, tzinfo=ZoneInfo("Asia/Jakarta")), datetime(2028, 1, 1, tzinfo=ZoneInfo("Asia/Jakarta"))


def written(hadir: Hadir, event: Event) -> bytes:
    return ics.to_ical(event, ics.Style(now=hadir.clock(), organizer="rapat@kantor.example", method="REQUEST"))


def seen(content: bytes) -> list[tuple[datetime, str]]:
    """What a calendar program shows: (start, title) of every occurrence."""
    found = recurring_ical_events.of(calendars(content)).between(*YEAR)
    return sorted((event.start.astimezone(ZoneInfo("UTC")), str(event["SUMMARY"])) for event in found)


def test_an_event_has_all_of_it(hadir: Hadir) -> None:
    invites(hadir, "siti", "wayan", guests=["tamu@dinas.example"], agenda="1. Evaluasi", number="005/1/2026")
    works(hadir)
    [(event, off)] = scheduled(hadir)
    assert (event.title, event.zone, event.sequence, off) == ("Koordinasi SPBE", "Asia/Jakarta", 0, False)
    assert event.uid == dates_meeting(hadir).uid
    assert [each.email for each in event.attendees] == [
        "budi@kantor.example",
        "wayan@kantor.example",
        "siti@kantor.example",
        "tamu@dinas.example",
    ]
    assert event.alarm_minutes == (1440, 15)
    assert event.place == "Ruang Garuda"
    for words in ("09.00–10.30 WIB / 10.00–11.30 WITA", "Agenda: 1. Evaluasi", "Berkas: ", "Pengundang: Budi Santoso"):
        assert words in event.description
    assert "\ue000" not in event.description
    [parsed] = list(vobject.readOne(written(hadir, event).decode()).vevent_list)
    assert parsed.dtstart.value == at("2026-11-24T09:00+07:00")
    assert [alarm.trigger.value for alarm in parsed.valarm_list] == [timedelta(days=-1), timedelta(minutes=-15)]


def dates_meeting(hadir: Hadir, meeting_id: int = 1) -> meetings.Meeting:
    with hadir.database.read() as db:
        found = meetings.get(db, meeting_id)
    assert found is not None
    return found


def test_a_series_has_just_its_dates(hadir: Hadir) -> None:
    """Moved, renamed, called off: what a calendar shows is what stands in the record."""
    invites(hadir, "siti", weeks=10)
    works(hadir)
    second, third, fourth = dates(hadir)[1:4]
    changes_date(hadir, second.id, **to("2026-12-02"))
    changes_date(hadir, third.id, state="cancelled")
    changes_date(hadir, fourth.id, title="Rapat besar", place="Aula")
    works(hadir)
    event = scheduled(hadir)[-1][0]
    wanted = [(each.starts_at, each.title) for each in dates(hadir) if each.state == "planned"]
    assert seen(written(hadir, event)) == sorted(wanted)
    assert len(wanted) == 9
    assert (at("2026-12-02T13:00+07:00"), "Koordinasi SPBE") in wanted
    assert (at("2026-12-15T09:00+07:00"), "Rapat besar") in wanted
    [moved] = [change for start, change in event.changes if start == second.original]
    assert moved is not None
    assert (moved.uid, len(moved.attendees), moved.recurrence) == (event.uid, 2, "")
    recurrence_ids = [
        str(each["RECURRENCE-ID"].dt) for each in calendars(written(hadir, event)).events if "RECURRENCE-ID" in each
    ]
    assert recurrence_ids == ["2026-12-01 09:00:00+07:00", "2026-12-15 09:00:00+07:00"]


def test_a_series_that_moves_keeps_its_uid_and_loses_old_exceptions(hadir: Hadir) -> None:
    invites(hadir, "siti", weeks=6)
    changes_date(hadir, dates(hadir)[1].id, **to("2026-12-02"))
    works(hadir)
    changes(hadir, **to("2026-11-26"))
    works(hadir)
    before, after = scheduled(hadir)[0][0], scheduled(hadir)[-1][0]
    assert (before.uid, before.sequence < after.sequence) == (after.uid, True)
    assert after.changes == ()
    assert "Waktu: 13.00–14.00 WIB" in after.description  # without a day: every date shows its own
    assert "November" not in after.description
    assert "sisa" not in after.description
    assert seen(written(hadir, after)) == [(each.starts_at, each.title) for each in dates(hadir) if each.state == "planned"]


def test_a_zone_of_the_east(hadir: Hadir) -> None:
    change(hadir, "yosef", zone="Asia/Jayapura")
    invites(hadir, "siti", by="yosef", weeks=2, when=span("06:30", "07:30"))
    works(hadir)
    [(event, _)] = scheduled(hadir)
    parsed = vobject.readOne(written(hadir, event).decode())
    assert "TZID=Asia/Jayapura:20261124T083000" in written(hadir, event).decode()
    assert parsed.vtimezone.tzid.value == "Asia/Jayapura"
    assert "08.30–09.30 WIT / 06.30–07.30 WIB" in event.description


def test_cancelled_and_taken_off(hadir: Hadir) -> None:
    invites(hadir, "siti", "dewi")
    works(hadir)
    takes_off(hadir, "dewi")
    works(hadir)
    changes(hadir, state="cancelled", sequence=1)
    works(hadir)
    first, second, third = scheduled(hadir)
    assert "dewi@kantor.example" in {each.email for each in first[0].attendees} - {each.email for each in second[0].attendees}
    assert (third[1], third[0].sequence, third[0].uid) == (True, 1, first[0].uid)


def test_who_has_left_and_who_has_no_address_are_no_attendees(hadir: Hadir) -> None:
    invites(hadir, "siti", "dewi", "wayan")
    change(hadir, "dewi", ended_on=date(2026, 11, 20))
    change(hadir, "wayan", email="")
    works(hadir)
    assert [each.email for each in scheduled(hadir)[0][0].attendees] == ["budi@kantor.example", "siti@kantor.example"]


def test_a_room_with_a_calendar_is_an_attendee(hadir: Hadir) -> None:
    with hadir.database.write() as db:
        row = {"id": 7, "name": "Ruang Garuda", "email": "Garuda@kantor.example"}
        db.execute(insert(meeting_room).values(row))
    invites(hadir, "siti")
    with hadir.database.write() as db:
        db.execute(update(meeting).values(room_id=7))
    works(hadir)
    assert scheduled(hadir)[0][0].attendees[-1] == Attendee("garuda@kantor.example", "Ruang Garuda", "room")


def test_a_room_of_one_date_is_an_attendee_of_that_date_alone(hadir: Hadir) -> None:
    """The others are in the series' own room; who has gone somewhere without a calendar leaves the room free."""
    with hadir.database.write() as db:
        for id, name in ((7, "Garuda"), (8, "Aula")):
            db.execute(insert(meeting_room).values(id=id, name=f"Ruang {name}", email=f"{name}@kantor.example"))
    invites(hadir, "siti", weeks=3)
    with hadir.database.write() as db:
        db.execute(update(meeting).values(room_id=7))
    works(hadir)
    _, second, third = dates(hadir)
    changes_date(hadir, second.id, place="Ruang Aula", room_id=8)
    changes_date(hadir, third.id, place="Lapangan")
    works(hadir)
    event = scheduled(hadir)[-1][0]
    rooms = [[each.email for each in event.attendees if each.kind == "room"]]
    for _, own in event.changes:
        assert own
        rooms.append([own.place, *(each.email for each in own.attendees if each.kind == "room")])
    assert rooms == [["garuda@kantor.example"], ["Ruang Aula", "aula@kantor.example"], ["Lapangan"]]


def test_of_thousands_everybody_is_in_one_event_for_ever(hadir: Hadir) -> None:
    invites(hadir)
    crowd = throng(hadir, 450)
    added(hadir, crowd[:400])
    works(hadir)
    first = {event.uid: {each.email for each in event.attendees} for event, _ in scheduled(hadir)}
    assert [len(each) for each in first.values()] == [200, 200, 1]
    assert sum(map(len, first.values())) == len(set.union(*first.values())) == 401
    assert {events.whole(uid) for uid in first} == {dates_meeting(hadir).uid}
    # Somebody goes, others come: nobody changes their event.
    with hadir.database.write() as db:
        db.execute(update(meeting).values(version=2))
        one = meeting_invitee.c.person_id == 1000
        db.execute(update(meeting_invitee).where(one).values(removed_at=hadir.clock()))
    added(hadir, crowd[400:])
    works(hadir)
    last = {event.uid: {each.email for each in event.attendees} for event, _ in scheduled(hadir)[-3:]}
    assert last.keys() == first.keys()
    assert all(last[uid] >= first[uid] - {"p1000@kantor.example"} for uid in first)
    assert "p1000@kantor.example" not in set.union(*last.values())
    assert len(set.union(*last.values())) == 450


def added(hadir: Hadir, people: list[Who]) -> None:
    with hadir.database.write() as db:
        work = scheduler.work(hadir, db)
        planning.invite(work, 1, people)
        publish.bring(work, 1)


def test_people_added_to_the_same_version_reach_the_calendar(hadir: Hadir) -> None:
    """Members of a channel are found after those who were named."""
    invites(hadir, "siti")
    works(hadir)
    added(hadir, throng(hadir, 3))
    works(hadir)
    assert [len(event.attendees) for event, _ in scheduled(hadir)] == [2, 5]


def test_five_years_of_weeks(hadir: Hadir) -> None:
    invites(hadir, "siti", weeks=261)
    works(hadir)
    [(event, _)] = scheduled(hadir)
    wanted = [each.starts_at for each in dates(hadir)]
    far = datetime(2033, 1, 1, tzinfo=ZoneInfo("UTC"))
    found = recurring_ical_events.of(calendars(written(hadir, event))).between(YEAR[0], far)
    assert sorted(each.start.astimezone(ZoneInfo("UTC")) for each in found) == wanted
