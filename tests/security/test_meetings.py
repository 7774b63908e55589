"""Attacks on `/rapat`: colleagues who are not invited, words that cost hours, providers that answer nonsense, bad luck.

What each part of it promises is tried in `tests/plugins/rapat`; here it is what nobody promised.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import icalendar
import pytest
from flask.testing import FlaskClient
from sqlalchemy import event, func, insert, select, update

from integration import own_data, people, scheduler
from integration.adapters.local.storage import FolderStorage
from integration.adapters.mattermost.render import markdown as rendered
from integration.adapters.video.bigbluebutton import BigBlueButtonVideo
from integration.app import create_app
from integration.audit import audit
from integration.calendars import ics
from integration.core import Hadir
from integration.errors import DeliveryError, Refused
from integration.messages import Button, ButtonPress, Form, FormSubmission, Reply, clean, plain
from integration.outbox import outbox
from integration.ports import Answer, Room, Span, Stay, StoredFile
from plugins.rapat import answers_heard, following, meetings, publish
from plugins.rapat.attending import presence, stays
from plugins.rapat.minutes import markdown, meaning, reading, showing, versions
from plugins.rapat.plugin import PLUGIN
from plugins.rapat.rooms import booking
from plugins.rapat.tables import (
    TABLES,
    meeting,
    meeting_guess,
    meeting_minutes,
    meeting_presence,
    meeting_room,
    meeting_task,
)
from tests import cast
from tests.cast import at
from tests.plugins.rapat.house import NINE, Phone, Rooms, arranged, change, work_off
from tests.plugins.rapat.invited import card, changes_date, firsts, invites, scheduled, works
from tests.plugins.rapat.office import person
from tests.post import audited, inbox, person_id
from tests.post import change as change_person
from tests.security.test_effort import LONG

Chat = Callable[[str], cast.Talker]
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
SECRET = "zqrahasiarapat"
AFTER = at("2026-11-23T11:30+07:00")


@contextmanager
def working(hadir: Hadir) -> Iterator[Any]:
    with hadir.database.write() as db:
        yield scheduler.work(hadir, db)


# ---------------------------------------------------------------- who is not invited


@pytest.fixture
def secret(hadir: Hadir, clock: cast.Clock, chat: Chat) -> Hadir:
    """Budi and Siti meet about something that nobody else is to know; its minutes are published, Siti has a task."""
    arranged(hadir, "siti", title=f"Mutasi {SECRET}")
    change(hadir, 1, agenda=f"agenda {SECRET}")
    clock.now = NINE
    chat("siti").says("/rapat hadir")
    budi = chat("budi")
    budi.says("/rapat notulen")
    assert isinstance(budi.last, Form)
    text = budi.last.fields[0].default + f"\n## Keputusan\n- {SECRET}\n## Tindak lanjut\n- [ ] {SECRET} @siti Jumat\n"
    budi.submits(text=text)
    assert isinstance(budi.last, Reply)
    budi.presses(next(b for b in budi.last.buttons if b.action == "rapat.minutes_publish"))
    chat("siti").says(f"/rapat usul usul {SECRET}")
    return hadir


def rows(hadir: Hadir) -> str:
    """All that is kept of meetings, but for wrong codes."""
    with hadir.database.read() as db:
        kept = {
            table.name: db.execute(select(table).order_by(table.c.id)).all() for table in TABLES if table is not meeting_guess
        }
        return str({name: [tuple(row) for row in found] for name, found in kept.items()})


def pressed(talker: cast.Talker, action: str, value: str) -> str:
    """What whoever presses it reads; "" where the adapter refuses it without a word."""
    try:
        said = talker.presses(Button("x", f"rapat.{action}", value))
    except Refused:
        talker.last, said = None, ""
    return said


def shown(answer: Any) -> str:
    """Everything of an answer that somebody could read."""
    return str(answer)


@on_sqlite
def test_who_is_not_invited_learns_and_changes_nothing(secret: Hadir, chat: Chat) -> None:
    """Numbers guessed and words of the title; a number that there is not is answered alike."""
    before = rows(secret)
    words = "lihat, notulen, notulen baca, notulen versi, notulen tulis, notulen terbitkan, notulen ambil, tugas, tugas rapat, "
    words += "daftar-hadir, hadir, keluar, usul, notulis @dewi, ubah, batal, layar"
    for who in ("dewi", "hendra", "rina"):  # a colleague, the organiser's superior, an administrator
        for word in words.split(", "):
            for name in ("1", "#1", "[1]", "tanggal:1", SECRET, "mutasi", ""):
                talker = chat(who)
                said = talker.says(f"/rapat {word} {name}".strip())
                unknown = "Mutasi" if name == SECRET else SECRET  # what was typed comes back
                assert unknown not in shown(talker.last), (who, word, name, said)
        for word in ("lihat", "daftar-hadir", "hadir", "notulen", "batal", "ubah"):
            assert chat(who).says(f"/rapat {word} 1").replace("1", "7") == chat(who).says(f"/rapat {word} 7"), word
        for line in (
            "daftar",
            "daftar hari ini",
            "daftar bulan",
            "daftar minggu ini",
            "daftar saya",
            "tugas tim",
            "cari-waktu",
            "",
        ):
            talker = chat(who)
            talker.says(f"/rapat {line}".strip())
            assert SECRET not in shown(talker.last), (who, line)
    assert rows(secret) == before


VALUES = (
    "1",
    "1:0:x",
    "1:1:x",
    "1:1",
    "1 1",
    "1 1 1",
    "1 yes",
    "1 1 on",
    "1 1 off",
    '1 [["channel","mattermost","c","n"]]',
    "1:2",
)


@on_sqlite
def test_buttons_and_forms_of_others_do_nothing_even_with_a_good_signature(secret: Hadir, chat: Chat) -> None:
    before = rows(secret)
    fields = {
        "task": "1",
        "what": "done",
        "due": "",
        "text": "x",
        "who": "dewi",
        "came": "09.10",
        "reason": "x",
        "remove": "siti",
    }
    fields |= {"title": "x", "day": "besok", "time": "10.00", "length": "1 jam", "mode": "virtual", "number": "1"}
    for action in PLUGIN.buttons:
        if action in ("say", "form", "here"):
            continue  # they type what could be typed
        for value in VALUES:
            talker = chat("dewi")
            pressed(talker, action, value)
            assert SECRET not in shown(talker.last), (action, value)
    for action in PLUGIN.forms:
        if action in ("new", "poll"):
            continue
        for value in VALUES:
            form = FormSubmission(f"rapat.{action}", fields, value)
            with contextlib.suppress(Refused):
                answer = secret.dispatcher.handle(chat("dewi").sender, form, secret.clock())
                assert SECRET not in shown(answer), (action, value)
    assert rows(secret) == before


@on_sqlite
def test_whatever_stands_in_a_button_is_no_trouble_for_the_service(secret: Hadir, chat: Chat) -> None:
    odd = (
        "",
        "x",
        "²",
        "٣",
        "-1",
        "0",
        "9" * 40,
        "1:",
        ":1",
        "1 ²",
        "1:²:x",
        "1 9999999999",
        "\x00",
        "1 1 x",
        "tanggal:1",
        "{}",
        "[]",
    )
    for action in PLUGIN.buttons:
        if action in ("say", "form", "here"):
            continue
        for value in odd:
            for who in ("budi", "dewi"):
                said = pressed(chat(who), action, value)
                assert "bermasalah" not in said, (action, value)


@on_sqlite
def test_who_is_taken_off_leads_nothing_any_more(hadir: Hadir, chat: Chat, clock: cast.Clock) -> None:
    """The organiser takes the secretary off: no minutes, no list, no answers with reasons, no code on the wall."""
    _, date = arranged(hadir, "siti", "dewi", mode="virtual")
    assert "Siti Rahayu menjadi notulis" in chat("budi").says("/rapat notulis @siti 1")
    budi = chat("budi")
    budi.says("/rapat ubah 1")
    assert "Diubah" in budi.submits(remove="siti")
    clock.now = NINE
    siti, before = chat("siti"), rows(hadir)
    for line in ("notulen 1", "notulen tulis tanggal:1", "layar 1", "daftar-hadir 1", "lihat 1", "notulis @dewi tanggal:1"):
        siti.says(f"/rapat {line}")
        assert isinstance(siti.last, Reply)
        assert "Koordinasi" not in str(siti.last.text), line
    for action, value in (("answers", "1"), ("attendance_add", str(date.id)), ("attendance_remove", str(date.id))):
        siti.presses(Button("x", f"rapat.{action}", value))
        assert isinstance(siti.last, Reply), action
    assert rows(hadir) == before
    assert audited(hadir, "meeting.changed")[-1].after["secretary_id"] is None


def test_a_forwarded_link_opens_nothing_of_somebody_else(hadir: Hadir, clock: cast.Clock) -> None:
    rooms = hadir.ports.videos["talk"] = Rooms()
    made, date = arranged(hadir, "siti", provider="talk", room=Room("talk", "r", "", {}), title=f"Mutasi {SECRET}")
    phone = Phone(client(hadir))
    with hadir.database.read() as db:
        work = scheduler.work(hadir, db)
        siti = people.get(db, person_id(hadir, "siti"))
        mine = work.page("rapat.gabung", "1", days=1, person=siti)
        wall = work.page("rapat.layar", str(date.id), days=1, person=siti)
    clock.now = NINE
    assert phone.opens(mine) == ""
    assert phone.location.startswith("https://video.kantor.example/r?jwt=")
    assert [who.moderator for who in rooms.joined] == [False]
    token = mine.rpartition("/")[2]
    for forged in (
        mine.replace("gabung", "layar"),
        mine.replace("gabung", "tamu"),
        mine.replace("gabung", "pulang"),
        mine.replace(token, token.replace("1.", "2.", 1)),
        mine.replace(token, token.replace(f".{siti.id:x}.", f".{person_id(hadir, 'budi'):x}.")) if siti else "",
        mine[:-1],
        wall,
    ):
        said = phone.opens(forged)
        assert phone.status == 403, forged
        assert SECRET not in phone.html
        assert "tidak berlaku" in said
    clock.now = NINE + timedelta(days=2)
    assert SECRET not in phone.opens(mine)
    assert phone.status == 403
    clock.now = NINE
    change_person(hadir, "siti", ended_on=at("2026-11-20T00:00+07:00").date())
    assert SECRET not in phone.opens(mine)
    assert phone.status == 403
    assert made.id == 1


def client(hadir: Hadir) -> FlaskClient:
    return create_app(hadir).test_client()


# ---------------------------------------------------------------- words that cost hours, or more than they say

WORDS = {
    "spaces in a heading": "# a" + " " * 60_000 + "b",
    "signs behind a heading": "# a" + " #" * 30_000 + "b",
    "spaces in an item": "- a" + " " * 60_000 + "b",
    "stars": "- [ ] " + "**a " * 15_000,
    "underscores": "- " + "__a" * 20_000,
    "dashes before a day": "- [ ] " + " –—-" * 15_000 + " Jumat",
    "names": "- [ ] " + "@a " * 20_000,
    "brackets": "- [ ] " + "[(" * 30_000,
    "colons": "a: " * 20_000,
    "until": "- [ ] a " + "sebelum " * 8_000 + "Jumat",
}


@pytest.mark.timeout(30)
@pytest.mark.parametrize("kind", WORDS)
def test_hostile_minutes_are_read_in_a_moment(kind: str, hadir: Hadir) -> None:
    """A heading of 4,000 spaces once took two minutes, and minutes may have a megabyte."""
    text = f"## Keputusan\n{WORDS[kind]}\n## Tindak lanjut\n{WORDS[kind]}\n"
    with hadir.database.read() as db:
        t = scheduler.work(hadir, db).speak(None)
        names = meaning.Names(db, frozenset(), NINE.date())
        for item in markdown.parse(text).items:
            meaning.read(item.words, NINE.date(), t, names)
        assert list(showing.text(t, text.split("\n")))
    assert markdown.without_ticks(text)


test_hostile_minutes_are_read_in_a_moment = on_sqlite(test_hostile_minutes_are_read_in_a_moment)


def test_what_people_write_is_read_as_before() -> None:
    found = markdown.parse("# Notulen ##\n## Keputusan ## \n- **satu**  \n## Tindak lanjut\n- [ ] dua  \n- [x] tiga\n")
    assert [(each.title, each.kind) for each in found.sections] == [
        ("Notulen", ""),
        ("Keputusan", "decisions"),
        ("Tindak lanjut", "tasks"),
    ]
    assert found.decisions == ("satu",)
    assert [(each.words, each.done) for each in found.items] == [("dua", False), ("tiga", True)]


@pytest.mark.timeout(60)
@on_sqlite
@pytest.mark.parametrize("command", ["cari-waktu", "", "usul", "notulen"])
def test_a_line_of_sixteen_thousand_characters_is_answered(
    hadir: Hadir, chat: Chat, command: str, statements: list[str]
) -> None:
    """3,000 words once kept `/rapat cari-waktu` busy for minutes."""
    invites(hadir, "siti")
    budi = chat("budi")
    for kind, words in LONG.items():
        statements.clear()
        said = budi.says(f"/rapat {command} {words}")
        assert "bermasalah" not in said, kind
        assert len(statements) < 130, (kind, len(statements))


@on_sqlite
def test_titles_and_places_stay_words_wherever_they_go(hadir: Hadir, chat: Chat) -> None:
    """In chat, in the calendar, and in the letter's name."""
    evil = "Rapat @all **tebal**\r\nBEGIN:VEVENT\r\nSUMMARY:palsu; [klik](http://x.example) \u202e=1+1"
    budi = chat("budi")
    budi.says("/rapat baru")
    budi.submits(title=evil, day="24/11/2026", time="09.00", invite="siti", place="Aula;X\r\nEND:VCALENDAR", agenda=evil * 3)
    assert isinstance(budi.last, Reply), budi.last
    with hadir.database.write() as db:
        db.execute(meeting.update().values(state="planned"))
    with working(hadir) as work:
        publish.bring(work, 1)
    works(hadir)
    text = rendered(card(hadir, "siti").text, lambda: "")
    assert "@all" not in text
    assert "**tebal**" not in text
    assert "](http://x" not in text
    assert "\u202e" not in text
    [(event_, _)] = scheduled(hadir)
    made = icalendar.Calendar.from_ical(ics.to_ical(event_, ics.Style(now=hadir.clock(), organizer="rapat@kantor.example")))
    [only] = made.walk("VEVENT")
    assert "BEGIN:VEVENT" in str(only["SUMMARY"])
    assert str(only["LOCATION"]).startswith("Aula;X END:VCALENDAR")
    assert all("\n" not in name and "/" not in name for name in _file_names(hadir))


def _file_names(hadir: Hadir) -> list[str]:
    return [file.name for message in inbox(hadir, "siti") for file in message.files]


# ---------------------------------------------------------------- the list of who was there


@on_sqlite
def test_who_leaves_the_day_after_was_not_there_until_then(hadir: Hadir, chat: Chat, clock: cast.Clock) -> None:
    """The button below one's own check-in is pressed once more when the list is closed."""
    _, date = arranged(hadir, "siti")
    clock.now = NINE
    siti = chat("siti")
    siti.says("/rapat hadir")
    clock.now = NINE + timedelta(days=1)
    said = siti.presses(Button("x", "rapat.leave", str(date.id)))
    assert said == "“Koordinasi SPBE” sudah selesai dan daftarnya sudah ditutup: Anda tercatat sampai akhir rapat."
    with hadir.database.read() as db:
        assert db.scalars(select(meeting_presence.c.out_at)).all() == [None]


@on_sqlite
def test_who_came_after_midnight_can_be_added(hadir: Hadir, chat: Chat, clock: cast.Clock) -> None:
    _, date = arranged(hadir, "siti", starts=[at("2026-12-31T23:00+07:00")], minutes=120)
    clock.now = at("2027-01-01T01:10+07:00")
    budi = chat("budi")
    budi.presses(Button("x", "rapat.attendance_add", str(date.id)))
    assert "sejak pukul 00.20" in budi.submits(who="siti", came="00.20", reason="ponsel mati").replace(
        "sejak 00.20", "sejak pukul 00.20"
    )
    with hadir.database.read() as db:
        assert db.scalars(select(meeting_presence.c.in_at)).all() == [at("2027-01-01T00:20+07:00")]
    budi.presses(Button("x", "rapat.attendance_add", str(date.id)))
    assert "came" in budi.submits(who="dewi", came="22.30", reason="x")


@on_sqlite
def test_a_provider_that_answers_nonsense_breaks_no_list(hadir: Hadir, clock: cast.Clock) -> None:
    rooms = hadir.ports.videos["talk"] = Rooms()
    _, date = arranged(hadir, "siti", provider="talk", room=Room("talk", "r", "", {}))
    clock.now = AFTER
    names = ["x" * 5_000, "", "\x00", "a\r\nb", "=1+1", "\u202e", "💀" * 500]
    members = ["p²", "p" + "9" * 40, "p", "px", "p-1", "p٣", "x" * 500]
    rooms.stays = [
        *(Stay(name, NINE, NINE + timedelta(hours=1)) for name in names),
        *(Stay("Tamu", NINE, NINE + timedelta(hours=1), member=member) for member in members),
        Stay("Mundur", NINE + timedelta(hours=1), NINE),
        Stay("Lama", NINE - timedelta(days=400), NINE + timedelta(days=400)),
        Stay("Nanti", NINE + timedelta(days=400), None),
    ]
    rooms.stays += [Stay(f"Palsu {n}", NINE, NINE + timedelta(hours=1), member=f"p{n + 10_000}") for n in range(40_000)]
    with hadir.database.read() as db:
        found = meetings.get(db, 1)
        assert found is not None
    with working(hadir) as work:
        assert stays.keep(work, found, date, rooms.stays) <= stays._MOST
    with hadir.database.read() as db:
        assert db.scalar(select(func.max(func.length(meeting_presence.c.name)))) <= 200
        listed = {each.name for each in presence.of_occurrence(db, date.id)}
        assert "Nanti" not in listed
        assert all(name == clean(name) and "\n" not in name for name in listed)


GOES_ON = "<response><returncode>SUCCESS</returncode><running>true</running><startTime>{}</startTime></response>"
XML = {
    "superscript": GOES_ON.format("²").encode(),
    "long number": GOES_ON.format("9" * 9_000).encode(),
    "far": GOES_ON.format("9" * 17).encode(),
    "bomb": b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><response>&b;&b;&b;</response>',
    "file": b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><response><returncode>SUCCESS</returncode>&a;</response>',
    "deep": b"<response>" * 100_000,
    "deep and closed": b"<response>" * 50_000 + b"</response>" * 50_000,
    "page": b"<!doctype html><html><body>Login</body></html>",
    "nothing": b"",
    "binary": bytes(range(256)) * 100,
    "wide": '<?xml version="1.0" encoding="UTF-16"?><response/>'.encode("utf-16"),
}


@pytest.mark.parametrize("kind", XML)
def test_bigbluebutton_may_say_what_it_wants(httpserver: Any, kind: str) -> None:
    """Either nobody was there, or a failure that is tried again; never an error of ours."""
    httpserver.expect_request("/api/getMeetingInfo").respond_with_data(XML[kind], content_type="text/xml")
    video = BigBlueButtonVideo(httpserver.url_for("/"), "rahasia-bbb", key=b"k" * 32, read_seconds=5.0)
    said = ""
    with contextlib.closing(video):
        try:
            assert list(video.attended(Room("bigbluebutton", "r"), Span(NINE, NINE + timedelta(hours=1)))) == []
        except DeliveryError as error:
            said = str(error)
    assert "rahasia-bbb" not in said
    assert "passwd" not in said


# ---------------------------------------------------------------- the folder


@on_sqlite
@pytest.mark.parametrize("trouble", ["large", "binary", "nul", "utf-16", "empty", "bom", "crlf", "surrogates"])
def test_whatever_becomes_of_the_file_what_was_written_stays(
    hadir: Hadir, chat: Chat, clock: cast.Clock, tmp_path: Path, trouble: str
) -> None:
    (tmp_path / "drive").mkdir()
    drive = hadir.ports.storage = FolderStorage(tmp_path / "drive")
    _, date = arranged(hadir, "siti")
    clock.now = NINE
    budi = chat("budi")
    budi.says("/rapat notulen")
    assert isinstance(budi.last, Form)
    kept = budi.last.fields[0].default + "\n- kalimat yang tidak boleh hilang\n"
    budi.submits(text=kept)
    reading.sync(scheduler.JobRun(hadir, clock()), drive, date.id)
    [path] = (tmp_path / "drive").rglob("Notulen.md")
    there = path.relative_to(tmp_path / "drive").as_posix()
    bad = {
        "large": b"a" * (1 << 20) + b"bb",
        "binary": bytes(range(256)) * 50,
        "nul": b"a\x00b",
        "utf-16": "\ufeffrusak".encode("utf-16-le")[:-1],
        "empty": b"",
        "bom": b"\xef\xbb\xbf" + (kept + "\nbaru\n").encode(),
        "crlf": (kept + "\nbaru\n").replace("\n", "\r\n").encode(),
        "surrogates": kept.encode() + b"\n\xed\xa0\x80 baru\n",
    }[trouble]
    drive.put(there, bad, "text/markdown")
    for _ in range(2):
        reading.sync(scheduler.JobRun(hadir, clock()), drive, date.id)
    with hadir.database.read() as db:
        last = versions.latest(db, date.id)
        count = db.scalar(select(func.count()).select_from(meeting_minutes))
    assert last is not None
    assert "kalimat yang tidak boleh hilang" in last.text
    assert "\x00" not in last.text
    assert "\r" not in last.text
    assert count is not None
    assert count <= 3
    if trouble in ("large", "binary", "nul", "utf-16"):
        assert drive.get(there) == bad  # it is somebody's, and stays until they have looked


@on_sqlite
def test_a_name_on_the_drive_is_not_somebody_elses_name_in_the_chat(hadir: Hadir) -> None:
    """Dewi is called `siti` in the chat, and Siti is on the drive."""
    hadir.ports.storage = FolderStorage(Path("."))
    hadir.ports.storage.name = "nextcloud"
    dewi, siti = person_id(hadir, "dewi"), person_id(hadir, "siti")
    with hadir.database.write() as db:
        db.execute(people.account.delete().where(people.account.c.person_id.in_([dewi, siti])))
        for person_, platform in ((dewi, "mattermost"), (siti, "nextcloud")):
            row = {"person_id": person_, "platform": platform, "username": "siti", "external_id": "siti"}
            db.execute(insert(people.account).values(row))
    with working(hadir) as work:
        file = StoredFile("a", 1, hadir.clock(), "v", by="siti")
        found = reading._whose(work, file)
        assert found is not None
        assert found.id == siti


# ---------------------------------------------------------------- rooms


def test_a_series_that_moves_takes_no_room_that_is_taken(hadir: Hadir) -> None:
    """One date of it has another room than the series; there somebody else sits at the new time."""
    with hadir.database.write() as db:
        for id, name in ((1, "Garuda"), (2, "Rajawali")):
            db.execute(insert(meeting_room).values(id=id, name=name, capacity=10))
    made = invites(hadir, "siti", weeks=2, mode="room", place="Garuda", room_id=1)
    with hadir.database.read() as db:
        second = meetings.occurrences(db, made.id)[1]
    changes_date(hadir, second.id, room_id=2, place="Rajawali")
    later = Span(second.starts_at + timedelta(hours=4), second.ends_at + timedelta(hours=4))
    invites(hadir, "dewi", by="rina", when=later, mode="room", place="Rajawali", room_id=2)
    change(hadir, made.id, state="asking")
    with hadir.database.read() as db:
        found = meetings.get(db, made.id)
    assert found is not None
    press = ButtonPress("rapat.check_time", f"{found.id} {found.version} {(found.starts_at + timedelta(hours=4)).isoformat()}")
    answer = hadir.dispatcher.handle(cast.Talker(hadir, "budi").sender, press, hadir.clock())
    assert isinstance(answer, Reply)
    assert "Rajawali sudah dipakai" in plain(answer.text)
    with hadir.database.read() as db:
        spans: dict[int, list[Span]] = {}
        for booked in booking.bookings(db, Span(NINE, NINE + timedelta(days=30))):
            assert all(booked.span.end <= s.start or booked.span.start >= s.end for s in spans.get(booked.room_id, []))
            spans.setdefault(booked.room_id, []).append(booked.span)


# ---------------------------------------------------------------- a worker that dies


class Killed(Exception):
    """The process is gone."""


@on_sqlite
def test_a_worker_that_dies_at_any_step_tells_nobody_twice(hadir: Hadir) -> None:
    """Before each commit in turn, then it begins again: as the lease of the outbox has it."""
    made = invites(hadir, "siti", "dewi", "wayan", channel="c-umum", guests=["tamu@dinas.example"])
    given = {"meeting": made.id, "version": made.version}
    for step in range(1, 40):
        left = [step]

        def die(_connection: Any, left: list[int] = left) -> None:
            left[0] -= 1
            if left[0] == 0:
                raise Killed

        event.listen(hadir.database.engine, "commit", die)
        try:
            work_off(hadir, "rapat.publish", given)
            break
        except Killed:
            continue
        finally:
            event.remove(hadir.database.engine, "commit", die)
    assert step > 3
    for who in ("siti", "dewi", "wayan"):
        assert firsts(hadir, who) == ["Undangan: Koordinasi SPBE"]
    with hadir.database.read() as db:
        keys = list(db.scalars(select(outbox.c.key)))
    assert len(keys) == len(set(keys))
    assert len([key for key in keys if ":sent:" in key]) == 1
    assert len([key for key in keys if key.startswith("meeting:1:channel")]) == 1


@on_sqlite
def test_nobody_writes_to_who_has_left(hadir: Hadir) -> None:
    """Not about a provider that is missing, a message that was lost, or an answer that came too late."""
    made = invites(hadir, "siti", "dewi", mode="virtual", place="", provider="jitsi")
    for who in ("budi", "dewi"):
        change_person(hadir, who, ended_on=at("2026-11-20T00:00+07:00").date())
    works(hadir)
    with hadir.database.write() as db:
        lost = outbox.c.key == f"meeting:1:1:invited:{person_id(hadir, 'siti')}"
        assert db.execute(update(outbox).where(lost).values(state="dead", finished_at=hadir.clock())).rowcount == 1
    following.unreached(scheduler.JobRun(hadir, hadir.clock()))
    change(hadir, made.id, state="cancelled")
    with working(hadir) as work:
        for who in ("siti", "dewi"):
            answers_heard.heard_late(work, made.uid, Answer(f"{who}@kantor.example", "accepted", via="mail"))
    assert inbox(hadir, "budi") == []
    assert inbox(hadir, "dewi") == []
    assert firsts(hadir, "siti") == ["Undangan: Koordinasi SPBE", "Dibatalkan: Koordinasi SPBE"]


# ---------------------------------------------------------------- what is kept about a person


@on_sqlite
def test_everything_about_a_person_is_in_their_own_data_and_nothing_of_others(
    secret: Hadir, chat: Chat, clock: cast.Clock
) -> None:
    clock.now = at("2026-11-24T08:00+07:00")
    invites(secret, "siti", "dewi", by="budi", when=Span(at("2026-11-25T09:00+07:00"), at("2026-11-25T10:00+07:00")))
    works(secret)
    for who, why in (("siti", "zqsakitgigi"), ("dewi", "zqanaksakit")):
        talker = chat(who)
        no = next(b for b in card(secret, who).buttons if b.action == "rapat.decline")
        talker.presses(no)
        talker.presses("Beri alasan")
        talker.submits(reason=why)
    chat("siti").says('/rapat cari-waktu "Evaluasi" @dewi senin 09.00, selasa 13.00')
    chat("siti").says("/rapat hadir 000000")
    siti, budi, dewi = (collected(secret, who) for who in ("siti", "budi", "dewi"))
    kept = {"meeting_invitee", "meeting_answer", "meeting_presence", "meeting_task", "meeting_vote", "meeting_agenda_item"}
    assert kept | {"meeting", "meeting_proposal", "meeting_guess"} <= siti.tables.keys()
    assert "zqsakitgigi" in json.dumps(siti.tables)
    for other in (budi, dewi):
        assert "zqsakitgigi" not in json.dumps(other.tables)
    assert "zqanaksakit" not in json.dumps(budi.tables)
    assert {"meeting", "meeting_occurrence", "meeting_minutes"} <= budi.tables.keys()
    assert SECRET not in json.dumps(dewi.tables)


def collected(hadir: Hadir, username: str) -> own_data.OwnData:
    with hadir.database.read() as db:
        return own_data.collect(db, person(hadir, username), hadir.clock())


@on_sqlite
def test_reasons_and_tokens_are_in_no_audit_and_no_log(secret: Hadir, chat: Chat, clock: cast.Clock) -> None:
    clock.now = at("2026-11-24T08:00+07:00")
    with secret.database.read() as db:
        written = str(db.execute(select(audit)).all())
        tasks = db.scalar(select(func.count()).select_from(meeting_task))
    assert tasks == 1
    assert "notulen" not in written.lower() or SECRET not in written.replace(f"Mutasi {SECRET}", "")
    assert f"agenda {SECRET}" not in written
