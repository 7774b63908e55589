"""Who was there: by button, command, code, QR code, provider and the organiser's hand; the list, and what follows the end."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, insert, select, update

from integration import people, scheduler
from integration.adapters.mattermost.render import markdown
from integration.app import create_app
from integration.core import Hadir
from integration.errors import DeliveryError, Refused
from integration.messages import Button, Form, Reply
from integration.ports import Room, Stay
from integration.scheduler import plugin_jobs
from plugins.hadir.tables import attendance_event
from plugins.rapat import meetings
from plugins.rapat.attending import days, listing, presence, screen
from plugins.rapat.meetings import Meeting, Occurrence
from plugins.rapat.planning import Who
from plugins.rapat.tables import meeting_answer, meeting_invitee, meeting_presence, meeting_stay
from tests import cast
from tests.cast import at
from tests.plugins.izin.post import approved
from tests.plugins.rapat.house import NINE, Phone, Rooms, arranged, change, change_date, tasks, work_off
from tests.post import audited, crowd, inbox, labels, person_id, texts
from tests.post import button as labelled

Chat = Callable[[str], cast.Talker]
CLOSED = at("2026-11-23T11:00+07:00")  # half an hour after the end
ROOM = Room("talk", "room-1", "https://cloud.kantor.example/call/abc")


@pytest.fixture
def phone(hadir: Hadir) -> Phone:
    client: FlaskClient = create_app(hadir).test_client()
    return Phone(client)


@pytest.fixture
def rooms(hadir: Hadir) -> Rooms:
    made = Rooms()
    hadir.ports.videos["talk"] = made
    return made


def here(occurrence: Occurrence) -> Button:
    """The button of the thread and of the direct message."""
    return Button("Hadir", "rapat.present", str(occurrence.id))


def listed(hadir: Hadir, meeting: Meeting, occurrence: Occurrence) -> listing.Attendance:
    with hadir.database.read() as db:
        date = meetings.occurrence(db, occurrence.id)
        assert date is not None
        return listing.attendance(scheduler.work(hadir, db), meeting, date)


def wall(hadir: Hadir, occurrence: Occurrence, username: str = "budi") -> str:
    """The address of the screen, as `/rapat layar` gives it."""
    with hadir.database.read() as db:
        boss = people.get(db, person_id(hadir, username))
        return scheduler.work(hadir, db).page(screen.SCREEN, str(occurrence.id), days=1, person=boss)


def qr(hadir: Hadir, occurrence: Occurrence) -> str:
    """What a phone reads off the screen."""
    with hadir.database.read() as db:
        return screen._enter_address(scheduler.work(hadir, db), occurrence)


# ---------------------------------------------------------------- in and out


def test_in_out_and_back_by_command(hadir: Hadir, clock: cast.Clock, chat: Chat) -> None:
    meeting, date = arranged(hadir, "siti")
    siti = chat("siti")
    clock.now = NINE + timedelta(minutes=2)
    assert siti.says("/rapat hadir") == "Hadir tercatat pukul 09.02 WIB: Koordinasi SPBE."
    assert siti.says("/rapat hadir") == "Anda sudah tercatat hadir sejak pukul 09.02 WIB: Koordinasi SPBE."
    clock.now += timedelta(minutes=30)
    assert siti.presses("Keluar rapat") == "Keluar tercatat pukul 09.32 WIB: Koordinasi SPBE."
    clock.now += timedelta(minutes=5)
    assert "pukul 09.32" in siti.presses(Button("x", "rapat.leave", str(date.id)))  # who has left, left then
    assert "Selamat datang kembali" in siti.says("/rapat hadir")
    clock.now = at("2026-11-23T10:40+07:00")
    (row,) = listed(hadir, meeting, date).present
    assert (row.in_at, row.out_at) == (NINE + timedelta(minutes=2), at("2026-11-23T10:30+07:00"))
    assert siti.says("/rapat keluar") == "Keluar tercatat pukul 10.40 WIB: Koordinasi SPBE."
    assert siti.says("/rapat keluar") == "Keluar tercatat pukul 10.40 WIB: Koordinasi SPBE."  # once more, nothing new
    assert "belum tercatat hadir" in chat("dewi").says("/rapat keluar")
    assert [row.before is None for row in audited(hadir, "meeting.presence")] == [True, False, False, False]


def test_the_button_is_good_from_a_quarter_before_until_half_an_hour_after(hadir: Hadir, clock: cast.Clock, chat: Chat) -> None:
    _, date = arranged(hadir, "yosef", "siti", "dewi")
    clock.now = at("2026-11-23T08:44+07:00")
    early = chat("yosef").presses(here(date))
    assert early == "“Koordinasi SPBE”: Senin 23 Nov, 11.00–12.30 WIT. Daftar hadir dibuka pukul 10.45 WIT."
    assert "dibuka pukul 08.45 WIB" in chat("siti").says("/rapat hadir")
    clock.now = at("2026-11-23T08:45+07:00")
    assert "Hadir tercatat" in chat("siti").presses(here(date))
    clock.now = CLOSED - timedelta(seconds=1)
    assert "Hadir tercatat" in chat("dewi").presses(here(date))
    clock.now = CLOSED
    late = chat("yosef").presses(here(date))
    assert "ditutup pukul 13.00 WIT" in late
    assert "minta Budi Santoso menambahkan Anda" in late
    assert "ditutup pukul 13.00 WIT" in chat("yosef").says("/rapat hadir koordinasi")


def test_who_is_not_invited_is_told_what_to_do(hadir: Hadir, clock: cast.Clock, chat: Chat) -> None:
    _, date = arranged(hadir, "siti")
    clock.now = NINE
    said = chat("rina").presses(here(date))
    assert "/rapat hadir 123456" in said
    assert "minta Budi Santoso" in said
    assert chat("rina").says("/rapat daftar-hadir koordinasi").startswith("Tidak ada rapat")
    assert "hanya dapat dilihat oleh yang diundang" in chat("rina").presses(Button("x", "rapat.attendance", str(date.id)))


def test_a_meeting_that_was_called_off_has_no_list(hadir: Hadir, clock: cast.Clock, chat: Chat) -> None:
    meeting, date = arranged(hadir, "siti")
    clock.now = NINE
    change(hadir, meeting.id, state="cancelled")
    assert "dibatalkan" in chat("siti").presses(here(date))


def test_in_a_room_everybody_is_in_the_room_and_online_is_online(hadir: Hadir, clock: cast.Clock, chat: Chat) -> None:
    places = {}
    for mode in ("room", "virtual", "both"):
        meeting, date = arranged(hadir, "siti", title=f"Rapat {mode}", mode=mode)
        clock.now = NINE
        chat("siti").presses(here(date))
        places[mode] = listed(hadir, meeting, date).present[0].place
        clock.now -= timedelta(hours=2)
    assert places == {"room": "room", "virtual": "online", "both": "online"}


def test_two_clicks_at_once_are_one_presence(hadir: Hadir, clock: cast.Clock, chat: Chat) -> None:
    meeting, date = arranged(hadir, "siti")
    clock.now = NINE
    answers: list[str] = []
    threads = [threading.Thread(target=lambda: answers.append(chat("siti").presses(here(date)))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answer.split(" ")[0] for answer in answers) == ["Anda", "Anda", "Anda", "Hadir"]
    assert len(listed(hadir, meeting, date).present) == len(audited(hadir, "meeting.presence")) == 1


def test_whatever_stands_in_a_button_breaks_nothing(hadir: Hadir, chat: Chat) -> None:
    for value in ("", "0", "999", "x", "1; drop", "9" * 30, "²"):
        for action in ("present", "leave", "attendance", "attendance_add", "attendance_pdf", "attendance_undo"):
            with pytest.raises(Refused):
                chat("siti").presses(Button("x", f"rapat.{action}", value))


def test_a_check_in_takes_few_statements_however_many_are_invited(
    hadir: Hadir, clock: cast.Clock, chat: Chat, statements: list[str]
) -> None:
    """5,000 within a minute are 83 a second: each has to be small, and none may look at the others."""
    meeting, date = arranged(hadir, "siti")
    ids = crowd(hadir, 5_000)
    with hadir.database.write() as db:
        row = {"meeting_id": meeting.id, "invited_at": clock.now}
        db.execute(insert(meeting_invitee), [{**row, "who": f"p:{id}", "person_id": id} for id in ids])
        rows = [
            {
                "occurrence_id": date.id,
                "who": f"p:{id}",
                "person_id": id,
                "name": "x",
                "place": "room",
                "how": "code",
                "in_at": NINE,
            }
            for id in ids
        ]
        db.execute(insert(meeting_presence), rows)
    clock.now = NINE
    chat("siti")
    statements.clear()
    assert "Hadir tercatat" in chat("siti").presses(here(date))
    assert len(statements) <= 6, statements
    statements.clear()
    attendance = listed(hadir, meeting, date)
    assert (len(attendance.present), len(attendance.absent)) == (5_001, 1)
    assert len(statements) <= 25, len(statements)


# ---------------------------------------------------------------- the screen and the QR code


def test_the_organiser_gets_the_screen_and_nobody_else(hadir: Hadir, clock: cast.Clock, chat: Chat, phone: Phone) -> None:
    meeting, date = arranged(hadir, "siti", "dewi")
    assert "Kode hanya ditampilkan penyelenggara" in chat("siti").says("/rapat layar")
    change(hadir, meeting.id, secretary_id=person_id(hadir, "rina"))
    assert "Buka layar" in chat("rina").says("/rapat layar")
    said = chat("budi").says("/rapat layar")
    url = said[said.index("http") : said.index(")**")]
    clock.now = at("2026-11-23T08:44:30+07:00")
    assert "Kode muncul di sini pukul 08.45 WIB" in phone.opens(url)
    assert phone.refresh == 31
    clock.now = NINE
    chat("dewi").says("/rapat hadir")
    shown = phone.opens(url)
    assert "Sudah hadir: 1 dari 3 undangan." in shown
    assert phone.refresh == 10
    assert 'src="data:image/svg+xml;base64,' in phone.html
    digits = shown.partition("/rapat hadir ")[2][:6]
    assert f"{digits[:3]} {digits[3:]}" in shown
    assert "Hadir tercatat" in chat("siti").says(f"/rapat hadir {digits}")
    clock.now += timedelta(seconds=25)
    phone.opens(url)
    assert phone.refresh == 5
    clock.now += timedelta(seconds=5)
    assert digits not in phone.opens(url)
    phone.opens(wall(hadir, date, "siti"))
    assert phone.status == 403
    clock.now = CLOSED
    assert "sudah ditutup" in phone.opens(wall(hadir, date))


def test_a_guest_reads_the_qr_code_and_says_who_they_are(hadir: Hadir, clock: cast.Clock, phone: Phone) -> None:
    meeting, date = arranged(hadir, "siti")
    clock.now = NINE
    phone.opens(qr(hadir, date))
    said = phone.follows()
    assert "Pegawai di sini?" in said
    assert "/rapat hadir" in said
    clock.now += timedelta(minutes=5)  # nobody types in a hurry
    thanks = phone.sends(name="Andi  Wijaya ", office="PT Mitra", position="Direktur")
    assert "Terima kasih, Andi Wijaya. Anda tercatat hadir pukul 09.05 WIB." in thanks
    home = phone.link("Saya keluar sekarang")
    clock.now += timedelta(minutes=40)
    assert "meninggalkan rapat sekarang?" in phone.opens(home)
    assert listed(hadir, meeting, date).present[0].out_at is None  # to look is not to leave
    assert "tercatat keluar pukul 09.45 WIB" in phone.sends()
    assert "tercatat keluar pukul 09.45 WIB" in phone.opens(home)
    (row,) = listed(hadir, meeting, date).present
    assert (row.name, row.office, row.position, row.guest, row.place, row.how) == (
        *("Andi Wijaya", "PT Mitra", "Direktur", True, "room", "code"),
    )


def test_a_photo_of_the_screen_is_of_no_use_soon_after(hadir: Hadir, clock: cast.Clock, phone: Phone) -> None:
    _, date = arranged(hadir)
    clock.now = NINE
    photo = qr(hadir, date)
    clock.now = NINE + timedelta(seconds=89)
    phone.opens(photo)
    ticket = phone.location
    clock.now = NINE + timedelta(seconds=90)
    assert "kedaluwarsa" in phone.opens(photo)
    assert phone.status == 403
    assert "Silakan isi ini" in phone.opens(ticket)
    clock.now += timedelta(minutes=11)
    assert "kedaluwarsa" in phone.opens(ticket, sent="1", name="Andi", office="PT")
    head, _, token = photo.rpartition("/")
    for forged in (f"{date.id + 1}{token[len(str(date.id)) :]}", token[:-2] + "aa", token.rpartition(".")[0]):
        phone.opens(f"{head}/{forged}")
        assert phone.status == 403


def test_the_same_guest_twice_is_one_and_a_namesake_can_say_so(hadir: Hadir, clock: cast.Clock, phone: Phone) -> None:
    meeting, date = arranged(hadir)
    clock.now = NINE
    phone.opens(qr(hadir, date))
    phone.follows()
    ticket = phone.path
    for name in ("Andi", " ANDI ", "andi"):
        said = phone.opens(ticket, sent="1", name=name, office="PT Mitra")
    assert "sudah ada di daftar sejak pukul 09.00 WIB" in said
    phone.opens(ticket, sent="1", name="Andi", office="PT Mitra", position="Sopir")
    assert [row.position for row in listed(hadir, meeting, date).present] == ["", "Sopir"]


def test_what_guests_type_does_no_harm_anywhere(hadir: Hadir, clock: cast.Clock, chat: Chat, phone: Phone) -> None:
    _, date = arranged(hadir)
    clock.now = NINE
    phone.opens(qr(hadir, date))
    phone.follows()
    name = '=HYPERLINK("http://x")<img src=x onerror=alert(1)> @all **x**\u202e'
    said = phone.sends(name=name, office="-1+2|cmd")
    assert "<img" not in phone.html
    assert "\u202e" not in said
    boss = chat("budi")
    boss.says("/rapat daftar-hadir")
    assert isinstance(boss.last, Reply)
    shown = markdown(boss.last.text, lambda: "")
    assert "@all" not in shown
    assert "**x**" not in shown
    assert "Terlalu panjang" in phone.opens(phone.path, sent="1", name="x" * 101, office="PT")
    assert "Mohon diisi" in phone.opens(phone.path, sent="1", name=" \u200b ", office="PT")


def test_a_flood_of_guests_ends_at_a_number(hadir: Hadir, clock: cast.Clock, phone: Phone) -> None:
    _, date = arranged(hadir)
    clock.now = NINE
    rows = [
        {"occurrence_id": date.id, "who": f"g:{n}", "name": f"T{n}", "place": "room", "how": "code", "in_at": NINE}
        for n in range(presence.MOST_GUESTS)
    ]
    with hadir.database.write() as db:
        db.execute(insert(meeting_presence), rows)
    phone.opens(qr(hadir, date))
    phone.follows()
    assert "sudah penuh" in phone.sends(name="Andi", office="PT")


# ---------------------------------------------------------------- the list


def test_the_list_says_who_was_there_how_and_why_others_were_not(hadir: Hadir, clock: cast.Clock, chat: Chat) -> None:
    approved(hadir, chat, "/izin sakit kemarin - 27/11 rahasia-demam")
    meeting, date = arranged(
        hadir, "siti", "dewi", "wayan", "yosef", guests=[Who(email="andi@mitra.example", name="Andi", office="PT Mitra")]
    )
    with hadir.database.write() as db:
        dewi = meetings.invited(db, meeting.id, person_id(hadir, "dewi"))
        assert dewi is not None
        row = {"meeting_id": meeting.id, "invitee_id": dewi.id, "answer": "declined", "via": "chat", "at": clock.now}
        db.execute(insert(meeting_answer), [row | {"reason": "ada layanan *loket*"}])
    clock.now = NINE
    chat("wayan").says("/rapat hadir")
    running = chat("wayan").says("/rapat daftar-hadir")  # who is not on it may still come
    assert "1 hadir (0 di ruang, 0 tamu), 5 belum tercatat." in running
    assert running.endswith(
        "**Belum tercatat**\n- Budi Santoso\n- Dewi Lestari: ada layanan *loket*\n- Siti Rahayu: tidak bertugas hari itu\n"
        "- Yosef Wenda\n- Andi"
    )
    clock.now = CLOSED
    assert chat("wayan").says("/rapat daftar-hadir") == (
        "**Daftar hadir: Koordinasi SPBE**\nSenin 23 Nov, 10.00–11.30 WITA\n1 hadir (0 di ruang, 0 tamu), 5 tidak hadir.\n\n"
        "1. I Wayan Sudarta · 10.00–11.30 · daring\n\n**Tidak hadir**\n"
        "- Budi Santoso: tanpa keterangan\n- Dewi Lestari: ada layanan *loket*\n- Siti Rahayu: tidak bertugas hari itu\n"
        "- Yosef Wenda: tanpa keterangan\n- Andi: tanpa keterangan"
    )
    boss = chat("budi")
    assert "rahasia" not in boss.says("/rapat daftar-hadir")
    assert labels(boss.last) == ["Kirim PDF dan Excel", "Tambah orang", "Hapus orang"]


def test_a_long_list_shows_its_beginning(hadir: Hadir, clock: cast.Clock, chat: Chat) -> None:
    meeting, _ = arranged(hadir)
    row = {"meeting_id": meeting.id, "invited_at": clock.now}
    ids = crowd(hadir, 60)
    with hadir.database.write() as db:
        db.execute(insert(meeting_invitee), [{**row, "who": f"p:{id}", "person_id": id} for id in ids])
    clock.now = NINE
    said = chat("budi").says(f"/rapat daftar-hadir {meeting.id}")
    assert "dan 21 lagi" in said
    assert len(said) < 4_000


def test_the_files_come_as_a_message(hadir: Hadir, clock: cast.Clock, chat: Chat) -> None:
    arranged(hadir, "siti")
    clock.now = NINE
    siti = chat("siti")
    siti.says("/rapat hadir")
    siti.says("/rapat daftar-hadir")
    assert "dikirim kepada Anda" in siti.presses("Kirim PDF dan Excel")
    (given,) = tasks(hadir, "rapat.attendance_copy")
    work_off(hadir, "rapat.attendance_copy", given)
    work_off(hadir, "rapat.attendance_copy", given)  # a repeat after a crash sends nothing twice
    (message,) = [each for each in inbox(hadir, "siti") if each.files]
    assert [file.name for file in message.files] == ["Daftar hadir.pdf", "Daftar hadir.xlsx"]
    assert [file.content[:4] for file in message.files] == [b"%PDF", b"PK\x03\x04"]


# ---------------------------------------------------------------- by hand


def test_the_organiser_adds_and_takes_off_with_a_reason(hadir: Hadir, clock: cast.Clock, chat: Chat) -> None:
    meeting, date = arranged(hadir, "siti", "dewi")
    clock.now = NINE
    chat("dewi").says("/rapat hadir")
    boss = chat("budi")
    boss.says("/rapat daftar-hadir")
    boss.presses("Tambah orang")
    assert boss.submits(who="siti", came="09.10", reason="HP mati") == (
        "Siti Rahayu tercatat di daftar hadir “Koordinasi SPBE” sejak pukul 09.10 WIB."
    )
    assert "ditambahkan penyelenggara" in boss.says("/rapat daftar-hadir")
    boss.presses("Hapus orang")
    assert boss.submits(who="Dewi", reason="salah tekan") == "Dewi Lestari dihapus dari daftar hadir “Koordinasi SPBE”."
    assert "menghapus Anda dari daftar hadir" in chat("dewi").says("/rapat hadir")
    assert [row.name for row in listed(hadir, meeting, date).present] == ["Siti Rahayu"]
    assert boss.presses("Kembalikan") == "Dewi Lestari kembali ada di daftar hadir “Koordinasi SPBE”."
    assert len(listed(hadir, meeting, date).present) == 2
    again = Button("x", "rapat.attendance_undo", f"{date.id} 1 on")
    assert "kembali ada" in boss.presses(again)  # pressed twice, it does not take her off again
    assert len(listed(hadir, meeting, date).present) == 2
    reasons = [(row.actor, row.reason) for row in audited(hadir, "meeting.presence")[1:]]
    assert [reason for _, reason in reasons] == ["HP mati", "salah tekan", "Kembalikan"]
    assert {actor for actor, _ in reasons} == {cast.NIP["budi"]}
    assert texts(inbox(hadir, "siti")) == ["Budi Santoso menambahkan Anda ke daftar hadir “Koordinasi SPBE”: HP mati"]
    assert texts(inbox(hadir, "dewi")) == ["Budi Santoso menghapus Anda dari daftar hadir “Koordinasi SPBE”: salah tekan"]


def test_what_is_wrong_in_the_form_is_said_beside_the_field(hadir: Hadir, clock: cast.Clock, chat: Chat) -> None:
    _, date = arranged(hadir, "siti")
    clock.now = NINE
    boss = chat("budi")
    boss.says("/rapat daftar-hadir")
    boss.presses("Tambah orang")
    form = boss.last
    assert isinstance(form, Form)
    assert "Untuk tamu, isi juga instansinya" in boss.submits(form, who="Tono", reason="x")
    assert "tulis NIP-nya" in boss.submits(form, who="a", reason="x")
    said = boss.submits(form, who=" ", came="25.00", reason=" ")
    assert set(said.split("'")) >= {"who", "came", "reason"}
    assert "antara 08.45 WIB dan 11.00 WIB" in boss.submits(form, who="siti", came="07.00", reason="x")
    assert "Tono tercatat" in boss.submits(form, who="Tono", office="PT Mitra", came="09.00", reason="x")
    boss.presses(Button("x", "rapat.attendance_remove", str(date.id)))
    form = boss.last
    assert isinstance(form, Form)
    assert "tidak ada di daftar" in boss.submits(form, who="Xaver", reason="x")
    chat("siti").says("/rapat hadir")
    assert "Daftarnya sudah berubah" in boss.submits(form, who="1", reason="x")
    boss.presses(Button("x", "rapat.attendance_remove", str(date.id)))
    form = boss.last
    assert isinstance(form, Form)
    assert "Tono dihapus" in boss.submits(form, who="1", reason="x")
    assert "Daftarnya sudah berubah" in boss.submits(form, who="1", reason="x")  # sent twice, it takes nobody else off


def test_only_who_leads_it_changes_the_list(hadir: Hadir, clock: cast.Clock, chat: Chat) -> None:
    meeting, date = arranged(hadir, "siti", "dewi")
    clock.now = NINE
    add = Form("rapat.attendance_add", "", (), str(date.id))
    for who in ("siti", "hendra", "rina"):
        assert "hanya dapat diubah penyelenggara" in chat(who).submits(add, who="siti", came="09.00", reason="x", office="")
        assert "hanya dapat diubah penyelenggara" in chat(who).presses(Button("x", "rapat.attendance_remove", str(date.id)))
    change(hadir, meeting.id, secretary_id=person_id(hadir, "dewi"))
    assert "Siti Rahayu tercatat" in chat("dewi").submits(add, who="siti", came="09.00", reason="x", office="")
    clock.now = NINE - timedelta(hours=1)
    assert "dibuka pukul 08.45 WIB" in chat("budi").presses(Button("x", "rapat.attendance_add", str(date.id)))


# ---------------------------------------------------------------- the provider's own times


def seen(hadir: Hadir, clock: cast.Clock, date: Occurrence, moment: str) -> None:
    clock.now = at(f"2026-11-23T{moment}+07:00")
    work_off(hadir, "rapat.stays", {"occurrence": date.id})


def stay(name: str, joined: str, left: str = "", **more: object) -> Stay:
    def moment(clock: str) -> object:
        return at(f"2026-11-23T{clock}+07:00") if clock else None

    return Stay(name, moment(joined), moment(left), **more)  # type: ignore[arg-type]


def test_who_the_provider_saw_long_enough_is_on_the_list(hadir: Hadir, clock: cast.Clock, chat: Chat, rooms: Rooms) -> None:
    meeting, date = arranged(hadir, "siti", "dewi", "wayan", provider="talk", room=ROOM)
    with hadir.database.write() as db:
        db.execute(
            insert(people.account),
            {"person_id": person_id(hadir, "wayan"), "platform": "nextcloud", "username": "wayan", "external_id": "nc-wayan"},
        )
    clock.now = NINE
    chat("dewi").says("/rapat hadir")
    rooms.stays = [
        stay("siti r.", "08:50", "10:00", member=f"p{person_id(hadir, 'siti')}"),
        stay("Dewi", "09:01", "10:10", email="DEWI@kantor.example"),
        stay("wayan", "09:00", "09:02", account="nc-wayan"),
        stay("wayan", "09:10", "09:20", account="nc-wayan"),
        stay("Siti Rahayu", "09:00", "09:03"),  # anybody can type a name; and it was too short
        stay("Tono <b>", "09:00"),
        stay("", "09:00"),
    ]
    seen(hadir, clock, date, "10:31")
    found = {row.name: row for row in listed(hadir, meeting, date).present}
    assert {name: (row.how, row.guest) for name, row in found.items()} == {
        "Siti Rahayu": ("provider", False),
        "Dewi Lestari": ("command", False),
        "I Wayan Sudarta": ("provider", False),
        "Tono <b>": ("provider", True),
    }
    times = {name: f"{row.in_at:%H.%M}–{row.out_at:%H.%M}" for name, row in found.items() if row.out_at}
    assert times == {
        "Siti Rahayu": "01.50–03.00",
        "Dewi Lestari": "02.00–03.10",  # how they came is what they said, when they left is what was seen
        "I Wayan Sudarta": "02.00–02.20",
        "Tono <b>": "02.00–03.30",
    }
    seen(hadir, clock, date, "10:35")
    with hadir.database.read() as db:
        assert db.scalar(select(func.count()).select_from(meeting_stay)) == 6
        assert db.scalar(select(func.count()).select_from(meeting_presence)) == 4
    assert [row.after for row in audited(hadir, "meeting.presence") if "by_provider" in (row.after or {})] == [
        {"by_provider": 3}
    ]


def test_a_provider_that_only_knows_the_present_is_asked_every_five_minutes(
    hadir: Hadir, clock: cast.Clock, rooms: Rooms
) -> None:
    meeting, date = arranged(hadir, "siti", "dewi", provider="talk", room=ROOM)
    siti = stay("Siti", "08:00", member=f"p{person_id(hadir, 'siti')}", exact=False)
    dewi = stay("Dewi", "08:00", member=f"p{person_id(hadir, 'dewi')}", exact=False)
    for moment, present in (("09:00", [siti]), ("09:05", [siti, dewi]), ("09:10", [siti]), ("10:20", [siti]), ("10:31", [])):
        rooms.stays = present
        seen(hadir, clock, date, moment)
    clock.now = CLOSED
    times = [(row.name, f"{row.in_at:%H.%M}–{row.out_at:%H.%M}") for row in listed(hadir, meeting, date).present if row.out_at]
    assert times == [("Siti Rahayu", "02.00–03.30"), ("Dewi Lestari", "02.05–02.10")]


def test_who_was_taken_off_is_not_put_back_by_the_provider(hadir: Hadir, clock: cast.Clock, chat: Chat, rooms: Rooms) -> None:
    meeting, date = arranged(hadir, "siti", provider="talk", room=ROOM)
    rooms.stays = [stay("Siti", "09:00", "10:00", member=f"p{person_id(hadir, 'siti')}")]
    seen(hadir, clock, date, "10:05")
    remove = Form("rapat.attendance_remove", "", (), str(date.id))
    assert "dihapus" in chat("budi").submits(remove, who="siti", reason="akun dipakai orang lain")
    seen(hadir, clock, date, "10:10")
    assert listed(hadir, meeting, date).present == []


# ---------------------------------------------------------------- the end


def run(hadir: Hadir, clock: cast.Clock, moment: str) -> None:
    """The job, and everything that it queued for the list."""
    clock.now = at(moment)
    job = next(job for job in plugin_jobs(hadir) if job.name == "rapat.attendance")
    assert scheduler.run_job(hadir, job, clock.now)


def test_at_the_end_the_list_is_filed_once_and_the_organiser_told(
    hadir: Hadir, clock: cast.Clock, chat: Chat, rooms: Rooms
) -> None:
    meeting, date = arranged(hadir, "siti", provider="talk", room=ROOM)
    clock.now = NINE
    chat("siti").says("/rapat hadir")
    run(hadir, clock, "2026-11-23T09:05+07:00")
    assert tasks(hadir, "rapat.stays") == [{"occurrence": date.id}]
    assert tasks(hadir, "rapat.close") == []
    for moment in ("11:00", "11:05", "11:10"):
        run(hadir, clock, f"2026-11-23T{moment}+07:00")
    assert tasks(hadir, "rapat.close") == [{"occurrence": date.id}]
    rooms.stays = [stay("Budi", "09:00", "10:30", email="budi@kantor.example")]
    for _ in range(2):  # begun again after a crash
        work_off(hadir, "rapat.close", {"occurrence": date.id})
    told = [text for text in texts(inbox(hadir, "budi")) if "sudah tersimpan" in text]
    assert told == ["Daftar hadir “Koordinasi SPBE” sudah tersimpan: 2 hadir (0 di ruang, 0 tamu), 0 tidak hadir."]
    assert tasks(hadir, "rapat.attendance")[0]["occurrence"] == date.id
    before = len(tasks(hadir, "rapat.attendance"))
    clock.now += timedelta(minutes=5)
    message = next(each for each in inbox(hadir, "budi") if "sudah tersimpan" in str(each.text))
    boss = chat("budi")
    boss.presses(labelled(message, "Tambah orang"))
    assert "tercatat" in boss.submits(who="dewi", came="09.00", reason="lupa")
    assert len(tasks(hadir, "rapat.attendance")) == before + 1  # a correction redraws it
    assert meeting.organizer_id == person_id(hadir, "budi")


def test_a_provider_that_is_down_delays_no_list(hadir: Hadir, clock: cast.Clock, rooms: Rooms) -> None:
    _, date = arranged(hadir, "siti", provider="talk", room=ROOM)
    clock.now = CLOSED
    rooms.trouble.append(DeliveryError("down"))
    work_off(hadir, "rapat.close", {"occurrence": date.id})
    assert len(tasks(hadir, "rapat.attendance")) == 1
    (given,) = tasks(hadir, "rapat.late_stays")
    rooms.trouble.append(DeliveryError("still down"))
    with pytest.raises(DeliveryError):
        work_off(hadir, "rapat.late_stays", given)
    rooms.stays = [stay("Siti", "09:00", "10:00", email="siti@kantor.example")]
    clock.now += timedelta(minutes=10)
    work_off(hadir, "rapat.late_stays", given)
    assert len(tasks(hadir, "rapat.attendance")) == 2
    rooms.trouble.append(DeliveryError("down"))
    work_off(hadir, "rapat.stays", given)  # one look among many: no loss


def test_what_was_called_off_or_moved_is_not_closed(hadir: Hadir, clock: cast.Clock, rooms: Rooms) -> None:
    meeting, date = arranged(hadir, "siti")
    run(hadir, clock, "2026-11-23T11:00+07:00")
    change_date(hadir, date.id, starts_at=NINE + timedelta(hours=5), ends_at=NINE + timedelta(hours=6))
    work_off(hadir, "rapat.close", {"occurrence": date.id})
    assert tasks(hadir, "rapat.attendance") == []
    run(hadir, clock, "2026-11-23T15:30+07:00")
    assert len(tasks(hadir, "rapat.close")) == 2
    change(hadir, meeting.id, state="cancelled")
    run(hadir, clock, "2026-11-23T15:35+07:00")
    assert len(tasks(hadir, "rapat.close")) == 2


def test_after_an_outage_what_was_missed_is_closed_and_what_is_old_is_not(hadir: Hadir, clock: cast.Clock) -> None:
    arranged(hadir, "siti")
    arranged(hadir, "siti", title="Lama", starts=(NINE - timedelta(days=30),))
    run(hadir, clock, "2026-11-25T07:00+07:00")
    assert len(tasks(hadir, "rapat.close")) == 1


# ---------------------------------------------------------------- the rest of the office


def test_a_meeting_is_an_activity_of_the_day_and_no_attendance_at_the_office(
    hadir: Hadir, clock: cast.Clock, chat: Chat
) -> None:
    arranged(hadir, "siti", "yosef", mode="virtual")
    clock.now = NINE + timedelta(minutes=3)
    before = chat("siti").says("/hadir status")
    for who in ("siti", "yosef"):
        chat(who).says("/rapat hadir")
    assert chat("siti").says("/hadir status") == before
    with hadir.database.read() as db:
        assert db.scalar(select(func.count()).select_from(attendance_event)) == 0
    clock.now = NINE + timedelta(minutes=60)
    chat("siti").says("/rapat keluar")
    clock.now = CLOSED
    with hadir.database.read() as db:
        siti, yosef, dewi = (people.get(db, person_id(hadir, who)) for who in ("siti", "yosef", "dewi"))
        assert siti is not None
        assert yosef is not None
        assert dewi is not None
        day = NINE.date()
        assert next(each for each in hadir.plugins if each.name == "rapat").activities is days.did
        (hers,) = days.did(db, siti, day)
        assert (hers.text, hers.minutes) == ("Rapat “Koordinasi SPBE”, 09.03–10.00 WIB", 57)
        assert [each.text for each in days.attended(db, yosef, day)] == ["Rapat “Koordinasi SPBE”, 11.03–12.30 WIT"]
        assert days.attended(db, dewi, day) == []
        assert days.attended(db, siti, day + timedelta(days=1)) == []


def test_who_has_left_the_office_is_neither_told_nor_missed(hadir: Hadir, clock: cast.Clock, chat: Chat) -> None:
    meeting, date = arranged(hadir, "siti", "dewi")
    with hadir.database.write() as db:
        gone = [person_id(hadir, who) for who in ("budi", "dewi")]
        db.execute(update(people.person).where(people.person.c.id.in_(gone)).values(ended_on=NINE.date() - timedelta(days=1)))
    clock.now = CLOSED
    change(hadir, meeting.id, secretary_id=person_id(hadir, "rina"))
    work_off(hadir, "rapat.close", {"occurrence": date.id})
    assert inbox(hadir, "budi") == []
    assert "sudah tersimpan" in texts(inbox(hadir, "rina"))[0]
    assert [row.name for row in listed(hadir, meeting, date).absent] == ["Siti Rahayu"]


def test_of_a_series_the_last_date_is_listed_and_of_one_to_come_nobody_is_missing(
    hadir: Hadir, chat: Chat, clock: cast.Clock
) -> None:
    arranged(hadir, "siti", starts=(NINE, NINE + timedelta(days=7)))
    siti = chat("siti")
    clock.now = NINE - timedelta(hours=1)
    early = siti.says("/rapat daftar-hadir koordinasi")
    assert early.splitlines()[1:] == ["Senin 23 Nov, 09.00–10.30 WIB", "Belum ada yang tercatat hadir."]
    clock.now = NINE + timedelta(days=2)
    late = siti.says("/rapat daftar-hadir koordinasi")
    assert "Senin 23 Nov" in late
    assert "Siti Rahayu: tanpa keterangan" in late
    assert "Senin 30 Nov" in siti.says("/rapat daftar-hadir koordinasi 30/11")
