"""Events on their way into the calendar, the mail that goes with them, and the answers that come back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from integration import audit, outbox
from integration.adapters.local.calendar import IcsCalendar
from integration.app import connect
from integration.calendars import answers as calendar_answers
from integration.calendars import store as calendar_store
from integration.core import Hadir
from integration.deliveries.delivery import Delivery
from integration.errors import DeliveryError
from integration.jobs import core_jobs
from integration.plugin import Plugin, Work
from integration.ports import Answer, Attendee, Event, Letter, MailedReply, Span
from integration.scheduler import work
from tests import cast, post
from tests.calendars import SENDER, PostOffice, mail_of, post_office
from tests.cast import at

SITI, BUDI, DEWI = (f"{name}@kantor.example" for name in ("siti", "budi", "dewi"))
AULA = Attendee("aula@kantor.example", "Aula", "room")
SPAN = Span(at("2026-11-24T09:00+07:00"), at("2026-11-24T10:00+07:00"))
WEEK = Span(at("2026-11-23T00:00+07:00"), at("2026-11-30T00:00+07:00"))
RAPAT = Event("rapat-1", "Rapat bidang", SPAN, "Asia/Jakarta", attendees=(Attendee(SITI), Attendee(BUDI)))


@pytest.fixture
def house(hadir: Hadir, tmp_path: Path) -> Iterator[PostOffice]:
    """A folder as the calendar, and a mail server of our own."""
    connect(hadir)
    with post_office() as office:
        hadir.ports.mail = mail_of(office)
        hadir.ports.calendar = IcsCalendar(tmp_path / "calendar", hadir.clock, SENDER)
        yield office


@dataclass
class Scheduling:
    """A calendar that invites by itself, as Nextcloud does; `unreached` is whom its mail server refuses."""

    name: str = "nextcloud"
    schedules: bool = True
    calls: list[tuple[str, Event, tuple[str, ...]]] = field(default_factory=list)
    unreached: set[str] = field(default_factory=set)
    answered: dict[str, list[Answer]] = field(default_factory=dict)
    down: DeliveryError | None = None
    broken: str = ""

    def put(self, event: Event, *, resend: Any = ()) -> list[str]:
        return self._call("put", event, tuple(resend))

    def cancel(self, event: Event) -> list[str]:
        return self._call("cancel", event, ())

    def answers(self, uid: str) -> list[Answer]:
        if self.down or uid == self.broken:
            raise self.down or DeliveryError("broken", permanent=True)
        return self.answered.get(uid, [])

    def _call(self, what: str, event: Event, resend: tuple[str, ...]) -> list[str]:
        if self.down:
            raise self.down
        self.calls.append((what, event, resend))
        return [each.email for each in event.attendees if each.email in self.unreached]

    @property
    def said(self) -> list[tuple[str, str]]:
        return [(what, event.title) for what, event, _ in self.calls]


@pytest.fixture
def nextcloud(hadir: Hadir) -> Scheduling:
    connect(hadir)
    made = Scheduling()
    hadir.ports.calendar = made  # type: ignore[assignment]
    return made


def schedule(hadir: Hadir, event: Event, key: str, *, cancel: bool = False) -> int:
    with hadir.database.write() as db:
        work(hadir, db).schedule(event, key, cancel=cancel)
        return int(db.scalars(select(outbox.outbox.c.id).where(outbox.outbox.c.key == key)).one())


def deliver(hadir: Hadir) -> None:
    """Everything that may be delivered now."""
    delivery = Delivery(hadir)
    while delivery.step():
        pass


def again(hadir: Hadir, row_id: int) -> None:
    """The row once more, as after a crash that came before its outcome was written."""
    with hadir.database.write() as db:
        db.execute(outbox.outbox.update().where(outbox.outbox.c.id == row_id).values(state="waiting", finished_at=None))
    deliver(hadir)


def row(hadir: Hadir, key: str) -> Any:
    with hadir.database.read() as db:
        return db.execute(select(outbox.outbox).where(outbox.outbox.c.key == key)).one()


# ---------------------------------------------------------------- mail of our own


def test_everybody_is_invited_told_of_changes_and_of_the_end_once(hadir: Hadir, house: PostOffice) -> None:
    schedule(hadir, RAPAT, "1")
    deliver(hadir)
    schedule(hadir, replace(RAPAT, title="Rapat besar", attendees=(Attendee(SITI), Attendee(DEWI), AULA)), "2")
    deliver(hadir)
    schedule(
        hadir,
        replace(RAPAT, title="Rapat besar", attendees=(Attendee(SITI), Attendee(DEWI), AULA), sequence=1),
        "3",
        cancel=True,
    )
    deliver(hadir)
    assert house.to(SITI) == ["Undangan: Rapat bidang", "Perubahan: Rapat besar", "Dibatalkan: Rapat besar"]
    assert house.to(BUDI) == ["Undangan: Rapat bidang", "Dibatalkan: Rapat bidang"]
    assert house.to(DEWI) == ["Undangan: Rapat besar", "Dibatalkan: Rapat besar"]
    assert house.to(AULA.email) == []
    methods = [[line for line in text.split("\r\n") if line.startswith("METHOD")][0] for text in house.calendars(SITI)]
    assert methods == ["METHOD:REQUEST", "METHOD:REQUEST", "METHOD:CANCEL"]
    assert "STATUS:CANCELLED" in house.calendars(BUDI)[1]


def test_a_repeat_after_a_crash_mails_nobody_again(hadir: Hadir, house: PostOffice) -> None:
    first = schedule(hadir, RAPAT, "1")
    deliver(hadir)
    again(hadir, first)
    off = schedule(hadir, RAPAT, "2", cancel=True)
    deliver(hadir)
    again(hadir, off)
    assert house.to(SITI) == ["Undangan: Rapat bidang", "Dibatalkan: Rapat bidang"]


def test_an_old_version_that_comes_late_is_dropped(hadir: Hadir, house: PostOffice) -> None:
    """An administrator puts a dead letter back after a newer version went out."""
    old = schedule(hadir, RAPAT, "1")
    deliver(hadir)
    schedule(hadir, replace(RAPAT, title="Rapat besar"), "2")
    deliver(hadir)
    again(hadir, old)
    assert house.to(SITI) == ["Undangan: Rapat bidang", "Perubahan: Rapat besar"]
    assert row(hadir, "1").result == {"dropped": "a later version was delivered"}


def test_what_was_called_off_does_not_come_back_by_an_old_version(hadir: Hadir, house: PostOffice) -> None:
    schedule(hadir, RAPAT, "1")
    deliver(hadir)
    schedule(hadir, RAPAT, "2", cancel=True)
    deliver(hadir)
    schedule(hadir, replace(RAPAT, title="Terlambat"), "3")
    deliver(hadir)
    assert hadir.ports.calendar.busy([SITI], WEEK)[SITI] == []  # type: ignore[union-attr]
    assert row(hadir, "3").result == {"dropped": "the event was called off"}
    schedule(hadir, replace(RAPAT, title="Jadi", sequence=1), "4")
    deliver(hadir)
    assert house.to(SITI)[-1] == "Undangan: Jadi"


def test_what_nobody_was_invited_to_is_called_off_in_silence(hadir: Hadir, house: PostOffice) -> None:
    schedule(hadir, RAPAT, "1", cancel=True)
    deliver(hadir)
    assert house.letters == []


def test_one_receiver_that_is_refused_keeps_nobody_else_waiting(hadir: Hadir, house: PostOffice) -> None:
    house.rcpt[BUDI] = "550 no such user"
    schedule(hadir, RAPAT, "1")
    deliver(hadir)
    assert house.to(SITI) == ["Undangan: Rapat bidang"]
    with hadir.database.read() as db:
        dead = db.execute(select(outbox.outbox).where(outbox.outbox.c.state == "dead", outbox.outbox.c.kind == "mail")).all()
    assert [(each.kind, "no such user" in each.error) for each in dead] == [("mail", True)]
    assert "hadir outbox list" in post.texts(post.inbox(hadir, "agus"))[0]


def test_a_cancellation_never_overtakes_the_invitation(hadir: Hadir, house: PostOffice, clock: cast.Clock) -> None:
    house.rcpt[SITI] = "450 busy"
    schedule(hadir, RAPAT, "1")
    deliver(hadir)
    house.rcpt.clear()
    schedule(hadir, RAPAT, "2", cancel=True)
    deliver(hadir)
    assert house.to(SITI) == []
    clock.now += timedelta(minutes=1)
    deliver(hadir)
    assert house.to(SITI) == ["Undangan: Rapat bidang", "Dibatalkan: Rapat bidang"]
    assert house.to(BUDI) == ["Undangan: Rapat bidang", "Dibatalkan: Rapat bidang"]


def test_mail_waits_for_a_mail_server_that_is_down(hadir: Hadir, house: PostOffice, clock: cast.Clock) -> None:
    up = hadir.ports.mail
    with post_office() as closed:
        pass
    hadir.ports.mail = mail_of(closed)
    schedule(hadir, RAPAT, "1")
    deliver(hadir)
    hadir.ports.mail = up
    clock.now += timedelta(minutes=10)
    deliver(hadir)
    assert (house.to(SITI), house.to(BUDI)) == (["Undangan: Rapat bidang"], ["Undangan: Rapat bidang"])


def test_the_words_are_the_readers(hadir: Hadir, house: PostOffice) -> None:
    post.change(hadir, "budi", locale="en")
    schedule(hadir, replace(RAPAT, place="Aula", url="https://rapat.example/abc", description="Bahan: *ada*"), "1")
    deliver(hadir)
    assert house.to(BUDI) == ["Invitation: Rapat bidang"]
    text = next(message for to, message in house.letters if to == SITI).get_body(("plain",)).get_content()  # type: ignore[union-attr]
    for words in ("Selasa, 24 November 2026, 09.00–10.00 WIB", "Aula", "https://rapat.example/abc", "Bahan: *ada*"):
        assert words in text


def test_a_single_occurrence_is_called_off_alone(hadir: Hadir, house: PostOffice) -> None:
    series = replace(RAPAT, recurrence="FREQ=WEEKLY;COUNT=4")
    schedule(hadir, series, "1")
    deliver(hadir)
    second = SPAN.start + timedelta(weeks=1)
    schedule(hadir, replace(series, changes=((second, None),), sequence=1), "2")
    deliver(hadir)
    assert house.to(SITI) == ["Undangan: Rapat bidang", "Dibatalkan: Rapat bidang"]
    off = house.calendars(SITI)[1]
    assert "METHOD:CANCEL" in off
    assert "RECURRENCE-ID;TZID=Asia/Jakarta:20261201T090000" in off
    assert "RRULE" not in off


def test_who_is_asked_to_one_occurrence_gets_that_one(hadir: Hadir, house: PostOffice) -> None:
    second = SPAN.start + timedelta(weeks=1)
    guest = replace(
        RAPAT, title="Tamu", span=Span(second, second + timedelta(hours=2)), attendees=(*RAPAT.attendees, Attendee(DEWI))
    )
    schedule(hadir, replace(RAPAT, recurrence="FREQ=WEEKLY;COUNT=4", changes=((second, guest),)), "1")
    deliver(hadir)
    (theirs,) = house.calendars(DEWI)
    assert ("RRULE" in theirs, "RECURRENCE-ID" in theirs, "SUMMARY:Tamu" in theirs) == (False, True, True)
    assert "RRULE" in house.calendars(SITI)[0]


def test_a_thousand_people_are_queued_in_few_statements(hadir: Hadir, house: PostOffice, statements: list[str]) -> None:
    crowd = tuple(Attendee(f"p{number}@kantor.example") for number in range(1000))
    schedule(hadir, replace(RAPAT, attendees=crowd), "1")
    statements.clear()
    Delivery(hadir, parallel=1).step()
    assert len(statements) < 30
    with hadir.database.read() as db:
        letters = db.scalars(select(outbox.outbox.c.payload).where(outbox.outbox.c.kind == "mail")).all()
    assert len(letters) == 1000
    # Nobody is sent the addresses of all the others, nor a letter that grows with them.
    assert max(each["calendar"].count("ATTENDEE") for each in letters) == 1


def test_without_a_mail_server_the_calendar_is_written_all_the_same(hadir: Hadir, house: PostOffice) -> None:
    hadir.ports.mail = None
    schedule(hadir, RAPAT, "1")
    deliver(hadir)
    assert hadir.ports.calendar.busy([SITI], WEEK)[SITI] == [SPAN]  # type: ignore[union-attr]
    assert row(hadir, "1").state == "done"


def test_a_letter_of_a_plugin_goes_out_once(hadir: Hadir, house: PostOffice) -> None:
    letter = Letter("tamu@luar.example", "Undangan", "Mohon hadir.", "tamu-1")
    with hadir.database.write() as db:
        assert work(hadir, db).write(letter, "tamu")
        assert not work(hadir, db).write(letter, "tamu")
    deliver(hadir)
    assert house.to("tamu@luar.example") == ["Undangan"]
    hadir.ports.mail = None
    with hadir.database.write() as db:
        work(hadir, db).write(replace(letter, key="tamu-2"), "tamu")
    deliver(hadir)
    assert "HADIR_SMTP_HOST" in row(hadir, "tamu-2").error


# ---------------------------------------------------------------- a calendar that invites by itself


def test_a_server_that_invites_is_left_to_do_so(hadir: Hadir, nextcloud: Scheduling) -> None:
    with post_office() as office:
        hadir.ports.mail = mail_of(office)
        schedule(hadir, RAPAT, "1")
        deliver(hadir)
        schedule(hadir, RAPAT, "2", cancel=True)
        deliver(hadir)
    assert nextcloud.said == [("put", "Rapat bidang"), ("cancel", "Rapat bidang")]
    assert office.letters == []


def test_an_event_waits_for_a_server_that_is_down_and_keeps_its_order(
    hadir: Hadir, nextcloud: Scheduling, clock: cast.Clock
) -> None:
    nextcloud.down = DeliveryError("down")
    schedule(hadir, RAPAT, "1")
    deliver(hadir)
    schedule(hadir, replace(RAPAT, title="Rapat besar"), "2")
    schedule(hadir, replace(RAPAT, sequence=1), "3", cancel=True)
    deliver(hadir)
    nextcloud.down = None
    clock.now += timedelta(minutes=10)
    deliver(hadir)
    assert nextcloud.said == [("put", "Rapat bidang"), ("put", "Rapat besar"), ("cancel", "Rapat bidang")]


def test_whom_the_server_cannot_mail_we_write_to(hadir: Hadir, nextcloud: Scheduling) -> None:
    nextcloud.unreached = {BUDI}
    with post_office() as office:
        hadir.ports.mail = mail_of(office)
        first = schedule(hadir, RAPAT, "1")
        deliver(hadir)
        again(hadir, first)
        schedule(hadir, RAPAT, "2", cancel=True)
        deliver(hadir)
    assert office.to(BUDI) == ["Undangan: Rapat bidang", "Dibatalkan: Rapat bidang"]
    assert office.to(SITI) == []


def test_without_mail_of_our_own_the_server_tries_again_and_administrators_know(
    hadir: Hadir, nextcloud: Scheduling, clock: cast.Clock
) -> None:
    nextcloud.unreached = {BUDI}
    schedule(hadir, RAPAT, "1")
    deliver(hadir)
    assert "hadir calendar test" in post.texts(post.inbox(hadir, "agus"))[0]
    clock.now += timedelta(minutes=6)
    deliver(hadir)
    nextcloud.unreached = set()
    clock.now += timedelta(minutes=11)
    deliver(hadir)
    clock.now += timedelta(days=3)
    deliver(hadir)
    assert [resend for *_, resend in nextcloud.calls] == [(), (BUDI,), (BUDI,)]
    assert len(post.inbox(hadir, "agus")) == 1


def test_a_change_meanwhile_makes_the_repeat_needless(hadir: Hadir, nextcloud: Scheduling, clock: cast.Clock) -> None:
    nextcloud.unreached = {BUDI}
    schedule(hadir, RAPAT, "1")
    deliver(hadir)
    nextcloud.unreached = set()
    schedule(hadir, replace(RAPAT, title="Rapat besar"), "2")
    deliver(hadir)
    clock.now += timedelta(hours=1)
    deliver(hadir)
    assert nextcloud.said == [("put", "Rapat bidang"), ("put", "Rapat besar")]


def test_an_address_that_never_works_ends_as_a_dead_letter(hadir: Hadir, nextcloud: Scheduling, clock: cast.Clock) -> None:
    nextcloud.unreached = {BUDI}
    schedule(hadir, RAPAT, "1")
    for _ in range(20):
        deliver(hadir)
        clock.now += timedelta(days=2)
    with hadir.database.read() as db:
        gone = outbox.outbox.c.state == "dead", outbox.outbox.c.kind == "calendar"
        (dead,) = db.execute(select(outbox.outbox).where(*gone)).all()
    assert BUDI in dead.error
    assert len(nextcloud.calls) == 11


def test_a_cancellation_that_could_not_be_mailed_is_said_aloud(hadir: Hadir, nextcloud: Scheduling) -> None:
    schedule(hadir, RAPAT, "1")
    deliver(hadir)
    nextcloud.unreached = {BUDI}
    schedule(hadir, RAPAT, "2", cancel=True)
    deliver(hadir)
    assert row(hadir, "2").state == "dead"
    assert BUDI in row(hadir, "2").error


# ---------------------------------------------------------------- answers


@dataclass
class Post:
    """A mailbox with answers in it."""

    name: str = "post"
    unread: list[MailedReply] = field(default_factory=list)

    def replies(self, limit: int) -> list[MailedReply]:
        return self.unread[:limit]

    def seen(self, ids: Any) -> None:
        self.unread = [mail for mail in self.unread if mail.id not in ids]


def reply(sender: str, answer: str, uid: str = RAPAT.uid, more: str = "") -> MailedReply:
    text = (
        f"BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:{uid}\r\nDTSTAMP:20261123T000000Z\r\n"
        f"{more}ATTENDEE;PARTSTAT={answer}:mailto:{sender}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    return MailedReply(f"{sender}-{answer}", sender, text.encode())


def answers(hadir: Hadir) -> dict[str, str]:
    with hadir.database.read() as db:
        return {each.email: each.answer for each in calendar_store.answers(db, RAPAT.uid)}


def heard(hadir: Hadir) -> list[tuple[str, Answer]]:
    """What a plugin hears from now on."""
    found: list[tuple[str, Answer]] = []

    def answered(_work: Work, uid: str, answer: Answer) -> None:
        found.append((uid, answer))

    first: Plugin = hadir.plugins[0]
    hadir.plugins = (replace(first, answered=answered), *hadir.plugins[1:])
    return found


def test_an_answer_in_the_calendar_is_kept_and_told_once(hadir: Hadir, nextcloud: Scheduling) -> None:
    found = heard(hadir)
    schedule(hadir, RAPAT, "1")
    deliver(hadir)
    nextcloud.answered[RAPAT.uid] = [Answer(SITI, "accepted")]
    for _ in range(2):
        calendar_answers.read(hadir)
    nextcloud.answered[RAPAT.uid] = [Answer(SITI, "declined"), Answer(BUDI, "tentative")]
    calendar_answers.read(hadir)
    assert answers(hadir) == {SITI: "declined", BUDI: "tentative"}
    assert found == [(RAPAT.uid, Answer(SITI, said)) for said in ("accepted", "declined")] + [
        (RAPAT.uid, Answer(BUDI, "tentative"))
    ]
    assert [each.after["answer"] for each in post.audited(hadir, "calendar.answered")] == ["accepted", "declined", "tentative"]
    with hadir.database.read() as db:
        kept = db.execute(select(calendar_store.calendar_answer.c.person_id)).all()
    assert {each.person_id for each in kept} == {post.person_id(hadir, "siti"), post.person_id(hadir, "budi")}


def test_a_stumbling_plugin_loses_only_its_own(hadir: Hadir, nextcloud: Scheduling) -> None:
    def stumbles(_work: Work, uid: str, answer: Answer) -> None:
        if answer.email == SITI:
            raise RuntimeError("stumbled")

    hadir.plugins = (replace(hadir.plugins[0], answered=stumbles), *hadir.plugins[1:])
    schedule(hadir, RAPAT, "1")
    deliver(hadir)
    nextcloud.answered[RAPAT.uid] = [Answer(SITI, "accepted"), Answer(BUDI, "accepted")]
    calendar_answers.read(hadir)
    assert answers(hadir) == {BUDI: "accepted"}


def test_a_mail_that_counts_no_more_is_told_as_such(hadir: Hadir, house: PostOffice) -> None:
    """To an earlier time, or to what was called off: kept nowhere, but whoever sent it can be told."""
    late: list[Answer] = []
    found = heard(hadir)

    def answered_late(_work: Work, uid: str, answer: Answer) -> None:
        late.append(answer)

    hadir.plugins = (replace(hadir.plugins[0], answered_late=answered_late), *hadir.plugins[1:])
    hadir.ports.mailbox = mailbox = Post()
    schedule(hadir, replace(RAPAT, sequence=2), "1")
    deliver(hadir)
    mailbox.unread = [reply(SITI, "ACCEPTED", more="SEQUENCE:1\r\n"), reply(DEWI, "ACCEPTED", more="SEQUENCE:1\r\n")]
    mailbox.unread.append(reply(BUDI, "ACCEPTED", more="SEQUENCE:2\r\n"))
    calendar_answers.read(hadir)
    assert (answers(hadir), [answer.email for _, answer in found]) == ({BUDI: "accepted"}, [BUDI])
    assert late == [Answer(SITI, "accepted", via="mail", sequence=1)]
    schedule(hadir, replace(RAPAT, sequence=2), "2", cancel=True)
    deliver(hadir)
    mailbox.unread = [reply(SITI, "DECLINED", more="SEQUENCE:2\r\n")]
    calendar_answers.read(hadir)
    assert (answers(hadir), len(late)) == ({BUDI: "accepted"}, 2)


def test_strangers_other_events_and_what_is_called_off_are_not_heard(hadir: Hadir, house: PostOffice) -> None:
    schedule(hadir, RAPAT, "1")
    deliver(hadir)
    hadir.ports.mailbox = mailbox = Post()
    mailbox.unread = [
        reply(DEWI, "ACCEPTED"),
        reply(SITI, "ACCEPTED", "lain"),
        reply(SITI, "DELEGATED"),
        reply(BUDI, "DECLINED"),
    ]
    forged = reply(SITI, "DECLINED")
    mailbox.unread.append(replace(forged, id="forged", sender=DEWI))
    calendar_answers.read(hadir)
    assert answers(hadir) == {BUDI: "declined"}
    assert mailbox.unread == []
    schedule(hadir, RAPAT, "2", cancel=True)
    deliver(hadir)
    mailbox.unread = [reply(BUDI, "ACCEPTED")]
    calendar_answers.read(hadir)
    assert answers(hadir) == {BUDI: "declined"}


def test_a_new_time_asks_everybody_anew(hadir: Hadir, nextcloud: Scheduling) -> None:
    schedule(hadir, RAPAT, "1")
    deliver(hadir)
    nextcloud.answered[RAPAT.uid] = [Answer(SITI, "accepted")]
    calendar_answers.read(hadir)
    schedule(hadir, replace(RAPAT, title="Lain"), "2")
    deliver(hadir)
    assert answers(hadir) == {SITI: "accepted"}
    schedule(hadir, replace(RAPAT, span=Span(SPAN.start, SPAN.end + timedelta(hours=1)), sequence=1), "3")
    deliver(hadir)
    assert answers(hadir) == {}


def test_what_is_over_is_not_asked_about(hadir: Hadir, nextcloud: Scheduling, clock: cast.Clock) -> None:
    schedule(hadir, RAPAT, "1")
    deliver(hadir)
    clock.now = SPAN.end + timedelta(minutes=1)
    nextcloud.answered[RAPAT.uid] = [Answer(SITI, "accepted")]
    calendar_answers.read(hadir)
    assert answers(hadir) == {}


def test_those_that_waited_longest_are_asked_about_first(hadir: Hadir, nextcloud: Scheduling, clock: cast.Clock) -> None:
    for number in range(3):
        schedule(hadir, replace(RAPAT, uid=f"r{number}"), f"{number}")
    deliver(hadir)
    with hadir.database.write() as db:
        calendar_store.asked(db, "r0", clock.now)
        assert calendar_store.to_ask(db, clock.now, 5) == ["r1", "r2", "r0"]


def test_a_calendar_that_is_down_is_asked_again(hadir: Hadir, nextcloud: Scheduling) -> None:
    schedule(hadir, RAPAT, "1")
    deliver(hadir)
    nextcloud.down = DeliveryError("down")
    calendar_answers.read(hadir)
    nextcloud.down = None
    nextcloud.answered[RAPAT.uid] = [Answer(SITI, "accepted")]
    calendar_answers.read(hadir)
    assert answers(hadir) == {SITI: "accepted"}


def test_one_event_that_is_broken_keeps_nobody_else_waiting(hadir: Hadir, nextcloud: Scheduling) -> None:
    schedule(hadir, replace(RAPAT, uid="rusak"), "1")
    schedule(hadir, RAPAT, "2")
    deliver(hadir)
    nextcloud.answered[RAPAT.uid] = [Answer(SITI, "accepted")]
    nextcloud.broken = "rusak"
    calendar_answers.read(hadir)
    assert answers(hadir) == {SITI: "accepted"}


def test_the_job_reads_them(hadir: Hadir, nextcloud: Scheduling, clock: cast.Clock) -> None:
    schedule(hadir, RAPAT, "1")
    deliver(hadir)
    nextcloud.answered[RAPAT.uid] = [Answer(SITI, "accepted", SPAN.start)]
    (job,) = [job for job in core_jobs(hadir) if job.name == "core.calendar_answers"]
    post.runs(hadir, clock, job)("2026-11-23T08:00+07:00")
    with hadir.database.read() as db:
        assert calendar_store.answers(db, RAPAT.uid) == [Answer(SITI, "accepted", SPAN.start)]


def test_the_audit_holds(hadir: Hadir, nextcloud: Scheduling) -> None:
    schedule(hadir, RAPAT, "1")
    deliver(hadir)
    nextcloud.answered[RAPAT.uid] = [Answer(SITI, "accepted")]
    calendar_answers.read(hadir)
    with hadir.database.write() as db:
        audit.seal(db, hadir.signer.key("audit"), 100)
    with hadir.database.read() as db:
        found = list(audit.verify(db, hadir.signer.key("audit")))
    assert found
    assert not [each for each in found if isinstance(each, audit.Problem)]
