"""`/berkas simpan`: from a message into the unit's folder, once, and back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from integration.errors import DeliveryError, NotMember
from integration.messages import Button, ButtonPress, File, Form, FormSubmission, Reply, plain
from integration.outbox import outbox
from plugins.berkas.tables import saved_file, saved_upload
from tests.plugins.berkas.conftest import DIRECT, GENERAL
from tests.post import audited, button, labels, person_id

FOLDER = "Hadir/Bidang Aplikasi/Berkas/2026"


def paths(drive, folder=FOLDER):
    return [file.path.removeprefix(f"{folder}/") for file in drive.list(folder)]


def states(hadir):
    with hadir.database.read() as db:
        return list(db.scalars(select(saved_file.c.state).order_by(saved_file.c.id)))


def press(hadir, talker, action, value, channel=GENERAL):
    return talker._heard(hadir.dispatcher.handle(talker.sender, ButtonPress(action, value, channel), hadir.clock()))


def test_the_only_attachment_is_saved_and_the_answer_comes_at_once(at, office, works, drive, hadir):
    office.posted("budi", "undangan.pdf", b"rapat " * 500)
    answer = at("siti").says("/berkas simpan")
    assert answer == "Sedang disimpan… Hasilnya datang lewat pesan langsung."
    assert office.calls == []  # nothing was asked while she waited
    works()
    assert office.told("siti") == [f"Tersimpan: **undangan.pdf** (3 KB), di {FOLDER}."]
    assert drive.get(f"{FOLDER}/undangan.pdf") == b"rapat " * 500
    assert labels(office.last("siti")) == ["Bagikan", "Tautan", "Batalkan"]
    [row] = audited(hadir, "berkas.saved")
    assert (row.actor, row.after["path"], row.after["by"]) == ("hadir", f"{FOLDER}/undangan.pdf", "id-budi")
    [asked] = audited(hadir, "berkas.asked")
    assert asked.after["channel"] == "c-umum"


def test_saved_before_says_where_it_is(at, office, works, hadir):
    office.posted("budi", "undangan.pdf", b"x")
    at("siti").says("/berkas simpan")
    works()
    at("dewi").says("/berkas simpan")
    works()
    assert office.told("dewi") == [f"“undangan.pdf” sudah pernah disimpan; ada di {FOLDER}."]
    assert states(hadir) == ["saved"]
    assert labels(office.last("dewi")) == ["undangan.pdf"]


def test_two_people_at_once_save_it_once(at, office, works, hadir, drive):
    office.posted("budi", "undangan.pdf", b"x")
    at("siti").says("/berkas simpan")
    at("dewi").says("/berkas simpan")
    works()
    assert states(hadir) == ["saved"]
    assert paths(drive) == ["undangan.pdf"]
    assert len(office.told("siti")) == len(office.told("dewi")) == 1


def test_the_same_name_with_other_content_goes_beside(at, office, works, drive):
    office.posted("budi", "undangan.pdf", b"satu")
    at("siti").says("/berkas simpan")
    works()
    office.posted("siti", "undangan.pdf", b"dua", at=at("siti").talker.hadir.clock())
    at("siti").says("/berkas simpan")
    works()
    assert sorted(paths(drive)) == ["undangan (2).pdf", "undangan.pdf"]
    assert "Sudah ada berkas lain bernama “undangan.pdf”." in office.told("siti")[-1]


def test_several_are_asked_about_and_one_is_chosen(at, office, works, drive, hadir):
    for name in ("a.pdf", "b.pdf", "c.pdf"):
        office.posted("budi", name, name.encode())
    at("siti").says("/berkas simpan")
    works()
    assert "Lampiran mana yang dimaksud?" in office.told("siti")[0]
    assert labels(office.last("siti")) == ["c.pdf", "b.pdf", "a.pdf", "Semua (3)"]
    chosen = button(office.last("siti"), "b.pdf")
    assert "Sedang disimpan: b.pdf" in at("siti").presses(chosen)
    works()
    assert paths(drive) == ["b.pdf"]
    # a second press, and somebody else's
    assert "sudah pernah disimpan" in at("siti").presses(chosen)
    assert "berakhir" in at("dewi").presses(chosen)
    assert states(hadir) == ["offered", "saved", "offered"]


def test_all_of_them(at, office, works, drive):
    for name in ("a.pdf", "b.pdf"):
        office.posted("budi", name, name.encode())
    at("siti").says("/berkas simpan")
    works()
    at("siti").presses(button(office.last("siti"), "Semua (2)"))
    works()
    assert sorted(paths(drive)) == ["a.pdf", "b.pdf"]
    assert office.told("siti")[-1].startswith(f"2 berkas tersimpan di {FOLDER}:")
    assert labels(office.last("siti")) == ["b.pdf", "a.pdf", "Batalkan"]


def test_what_one_has_just_attached_is_meant(at, office, works, drive):
    office.posted("budi", "lama.pdf", b"1")
    office.posted("siti", "foto.jpg", b"2", at=at("siti").talker.hadir.clock() - timedelta(minutes=2))
    at("siti").says("/berkas simpan")
    works()
    assert paths(drive) == ["foto.jpg"]


def test_the_message_on_which_it_is_used(at, office, works, drive):
    office.posted("budi", "satu.pdf", b"1")
    office.posted("budi", "dua.pdf", b"2")
    at("siti", replace(GENERAL, message="m1")).says("/berkas simpan")
    works()
    assert paths(drive) == ["satu.pdf"]


@pytest.mark.parametrize(
    ("typed", "where"),
    [
        ("undangan rakor", f"{FOLDER}/undangan rakor.pdf"),
        ("Surat/", f"{FOLDER}/Surat/scan001.pdf"),
        ("Surat/Masuk/undangan.pdf", f"{FOLDER}/Surat/Masuk/undangan.pdf"),
        ("../../etc/passwd", f"{FOLDER}/etc/passwd.pdf"),
        ("/", f"{FOLDER}/scan001.pdf"),
        ("a:b*c", f"{FOLDER}/a-b-c.pdf"),
    ],
)
def test_a_folder_and_a_name(at, office, works, drive, typed, where):
    office.posted("budi", "scan001.pdf", b"1")
    at("siti").says(f"/berkas simpan {typed}")
    works()
    assert drive.stat(where), office.told("siti")


def test_a_bot_outside_of_the_channel_says_how_to_invite_it(at, office, works):
    office.outside.add("c-umum")
    at("siti").says("/berkas simpan")
    works()
    assert "Ketik `/invite @hadir` di sana" in office.told("siti")[0]
    assert labels(office.last("siti")) == ["Pilih berkas"]


def test_in_a_private_conversation_of_others_it_says_to_forward(at, office, works):
    office.outside.add("d-x")
    at("siti", replace(DIRECT, id="d-x")).says("/berkas simpan")
    works()
    assert "teruskan berkasnya kepada saya" in office.told("siti")[0]


def test_nothing_attached(at, office, works):
    at("siti").says("/berkas simpan")
    works()
    assert "Tidak ada lampiran di sini" in office.told("siti")[0]
    at("siti").presses(button(office.last("siti"), "Pilih berkas"))


def test_empty_and_too_large_files(at, office, works, hadir, settings):
    office.posted("budi", "kosong.pdf", b"")
    at("siti").says("/berkas simpan")
    works()
    assert office.told("siti") == ["“kosong.pdf” kosong, jadi tidak disimpan."]
    made = office.posted("budi", "film.mp4", b"x")
    office.posts[-1] = (GENERAL, replace(made, size=(settings.berkas_largest_mb << 20) + 1), b"x")
    at("siti").says("/berkas simpan")
    works()
    assert "Ukuran “film.mp4” 1 GB; paling besar 1000 MB" in office.told("siti")[-1]
    assert states(hadir) == []


def test_a_file_that_vanished_from_the_chat_is_told(at, office, works, hadir):
    office.posted("budi", "undangan.pdf", b"x")
    at("siti").says("/berkas simpan")
    office.trouble += []
    office.during = lambda _passed: (_ for _ in ()).throw(DeliveryError("404", permanent=True))
    works()
    assert office.told("siti") == ["“undangan.pdf” tidak tersimpan: sudah tidak ada di chat, atau tidak boleh dibaca."]
    assert states(hadir) == ["failed"]
    office.during = lambda _passed: None
    at("siti").says("/berkas simpan")
    works()
    assert states(hadir) == ["failed", "saved"]


def test_a_bot_that_was_removed_in_between(at, office, works):
    office.posted("budi", "undangan.pdf", b"x")
    at("siti").says("/berkas simpan")
    office.during = lambda _passed: (_ for _ in ()).throw(NotMember("out", invite="/invite @hadir"))
    works()
    assert "/invite @hadir" in office.told("siti")[0]


def test_an_outage_delays_and_loses_nothing(at, office, works, clock, hadir, drive):
    office.posted("budi", "undangan.pdf", b"x")
    at("siti").says("/berkas simpan")
    office.trouble.append(DeliveryError("the chat is down"))
    works()
    assert office.told("siti") == []
    clock.now += timedelta(minutes=1)
    office.during = lambda _passed: (_ for _ in ()).throw(DeliveryError("down again"))
    works()
    assert "belum tersimpan" in office.told("siti")[0]
    office.during = lambda _passed: None
    clock.now += timedelta(minutes=5)
    works()
    assert office.told("siti")[1:] == [f"Tersimpan: **undangan.pdf** (1 KB), di {FOLDER}."]
    assert paths(drive) == ["undangan.pdf"]


def test_who_waited_too_long_is_told_instead_of_surprised(at, office, works, clock, drive):
    office.posted("budi", "undangan.pdf", b"x")
    at("siti").says("/berkas simpan")
    clock.now += timedelta(hours=2)
    office.trouble.append(DeliveryError("the chat is down"))
    works()
    assert "Mohon coba lagi nanti" in office.told("siti")[0]
    assert paths(drive) == []


# ---------------------------------------------------------------- long ones


def test_a_long_transfer_shows_how_far_it_is(at, office, works, clock, hadir):
    def passed(start: int) -> None:
        clock.now += timedelta(seconds=10)
        if start == 12 << 20:
            seen.append(at("siti").says("/berkas proses"))

    seen: list[str] = []
    office.posted("budi", "rekaman.mp4", b"x" * (24 << 20))
    office.during = passed
    at("siti").says("/berkas simpan")
    works()
    assert seen == ["rekaman.mp4: 33% dari 24 MB"] or seen == ["rekaman.mp4: 50% dari 24 MB"]
    told = office.told("siti")
    assert told[0].startswith("Masih disimpan: rekaman.mp4, ")
    assert told[-1].startswith("Tersimpan: **rekaman.mp4** (24 MB)")
    assert len(told) <= 4
    assert at("siti").says("/berkas proses").startswith("Tidak ada yang sedang disimpan")


def test_a_transfer_that_is_called_off_leaves_nothing(at, office, works, hadir, drive):
    office.posted("budi", "rekaman.mp4", b"x" * (24 << 20))
    done = []

    def passed(start: int) -> None:
        if start >= 8 << 20 and not done:
            done.append(press(hadir, at("siti").talker, "berkas.undo", "1"))

    office.during = passed
    at("siti").says("/berkas simpan")
    works()
    assert done == ["Dibatalkan: rekaman.mp4."]
    assert states(hadir) == ["dropped"]
    assert paths(drive) == []
    assert not any("Tersimpan" in text for text in office.told("siti"))


# ---------------------------------------------------------------- and back


def test_taking_it_back_for_a_day_by_who_saved_it(at, office, works, hadir, drive, clock):
    office.posted("budi", "undangan.pdf", b"x")
    at("siti").says("/berkas simpan")
    works()
    undo = button(office.last("siti"), "Batalkan")
    assert at("dewi").presses(undo) == "Hanya yang menyimpan yang bisa membatalkannya."
    assert at("siti").presses(undo) == "Dibatalkan: undangan.pdf."
    assert at("siti").presses(undo) == "“undangan.pdf” sudah dibatalkan."
    works()
    assert (paths(drive), states(hadir)) == ([], ["undone"])
    at("siti").says("/berkas simpan")  # and it can be saved again
    works()
    assert paths(drive) == ["undangan.pdf"]
    clock.now += timedelta(days=2)
    again = Button("x", "berkas.undo", "2")
    assert "lebih dari sehari lalu" in at("siti").presses(again)


def test_saving_again_while_it_is_being_taken_back(at, office, works, drive, hadir):
    office.posted("budi", "undangan.pdf", b"x")
    at("siti").says("/berkas simpan")
    works()
    at("siti").presses(button(office.last("siti"), "Batalkan"))
    with hadir.database.write() as db:
        db.execute(outbox.update().where(outbox.c.key.contains(":undo:")).values(due_at=hadir.clock() + timedelta(minutes=1)))
    at("dewi").says("/berkas simpan")
    works()
    assert office.told("dewi") == ["“undangan.pdf” sedang dibatalkan. Mohon ulangi sebentar lagi."]


def test_another_file_at_the_same_place_in_the_chat_is_another(at, office, works, drive):
    """In Talk a file is known by its path."""
    first = office.posted("budi", "a.pdf", b"1")
    at("siti").says("/berkas simpan")
    works()
    again = office.posted("budi", "a.pdf", b"22")
    office.posts[:] = [(GENERAL, replace(again, id=first.id), b"22")]
    at("siti").says("/berkas simpan")
    works()
    assert sorted(paths(drive)) == ["a (2).pdf", "a.pdf"]


def test_what_somebody_worked_on_stays(at, office, works, hadir, drive):
    office.posted("budi", "undangan.pdf", b"x")
    at("siti").says("/berkas simpan")
    works()
    drive.put(f"{FOLDER}/undangan.pdf", b"changed by hand", "")
    at("siti").presses(button(office.last("siti"), "Batalkan"))
    works()
    assert "tetap di tempatnya" in office.told("siti")[-1]
    assert states(hadir) == ["saved"]
    assert drive.get(f"{FOLDER}/undangan.pdf") == b"changed by hand"


def test_a_file_of_somebody_else_with_the_same_content_is_not_taken_away(at, office, works, drive):
    drive.put(f"{FOLDER}/undangan.pdf", b"sama", "")
    office.posted("budi", "undangan.pdf", b"sama")
    at("siti").says("/berkas simpan")
    works()
    assert paths(drive) == ["undangan.pdf"]
    at("siti").presses(button(office.last("siti"), "Batalkan"))
    works()
    assert paths(drive) == ["undangan.pdf"]


def test_a_repeat_after_a_crash_finds_its_own_file(at, office, works, hadir, drive):
    office.posted("budi", "undangan.pdf", b"x")
    at("siti").says("/berkas simpan")
    crashed = []

    class Crashing(type(drive)):  # type: ignore[misc]  # the same drive, whose answer is lost once
        def put_stream(self, *given, **named):
            stored = super().put_stream(*given, **named)
            if not crashed:
                crashed.append(stored)
                raise DeliveryError("the answer was lost")
            return stored

    hadir.ports.storage = Crashing(drive._root)
    works()
    hadir.clock.now += timedelta(minutes=5)
    works()
    assert crashed
    assert paths(drive) == ["undangan.pdf"]
    at("siti").presses(button(office.last("siti"), "Batalkan"))
    works()
    assert paths(drive) == []  # it was ours


# ---------------------------------------------------------------- from a page


def upload(hadir, talker, form, name, content, **values):
    files = {"file": File(name, "application/octet-stream", content)}
    given = {"file": name, "name": "", **values}
    submission = FormSubmission(form.action, given, form.value, files=files)
    return talker._heard(hadir.dispatcher.handle(talker.sender, submission, hadir.clock()))


def test_a_file_is_chosen_on_a_page(at, hadir, office, works, drive):
    siti = at("siti")
    siti.says("/berkas unggah Surat/")
    form = siti.talker.last
    assert isinstance(form, Form)
    assert form.takes_files
    assert form.fields[0].any_type
    assert "“data.xlsx” sedang disimpan" in upload(hadir, siti.talker, form, "data.xlsx", b"PK-content")
    works()
    assert drive.get(f"{FOLDER}/Surat/data.xlsx") == b"PK-content"
    with hadir.database.read() as db:
        assert db.execute(select(saved_upload)).all() == []


def test_a_form_for_anothers_folder_goes_into_ones_own(at, hadir, office, works, drive):
    siti = at("siti")
    siti.says("/berkas unggah")
    form = replace(siti.talker.last, value="Hadir/Subbagian Kepegawaian/Rekap")
    upload(hadir, siti.talker, form, "x.txt", b"x")
    works()
    assert paths(drive) == ["x.txt"]


def test_where_no_message_carries_files_the_page_is_offered_at_once(chat, hadir, drive):
    hadir.ports.chats["mattermost"] = object()  # a platform without attachments
    assert chat("siti").says("/berkas simpan") == "Simpan berkas"
    assert isinstance(chat("siti").last, Form | None)


# ---------------------------------------------------------------- menu, logbook


def test_the_menu_fits_the_moment(at, office, works, hadir):
    first = at("siti")
    assert first.says("/berkas").startswith("**Berkas kantor**")
    assert labels(first.last)[:2] == ["Simpan lampiran", "Berkas"]
    assert "Beri kanal ini folder" not in labels(first.last)  # who may not is not offered it
    budi = at("budi")
    budi.says("/berkas")
    assert labels(budi.last)[-1] == "Beri kanal ini folder"
    office.posted("budi", "undangan.pdf", b"x")
    first.says("/berkas simpan")
    works()
    assert "Terakhir disimpan: undangan.pdf" in first.says("/berkas")


def test_a_day_for_the_logbook(at, office, works, hadir):
    from integration import people
    from plugins.berkas.plugin import PLUGIN

    office.posted("budi", "undangan.pdf", b"x")
    at("siti").says("/berkas simpan")
    works()
    with hadir.database.read() as db:
        siti = people.get(db, person_id(hadir, "siti"))
        day = hadir.clock().date()
        assert [each.text for each in PLUGIN.activities(db, siti, day)] == ["Menyimpan 1 berkas: undangan.pdf"]
        assert PLUGIN.activities(db, siti, day - timedelta(days=1)) == []


def test_help_has_every_word(at):
    said = at("siti").says("/berkas bantuan")
    for word in ("simpan", "cari", "daftar", "bagikan", "tautan", "kanal", "baru"):
        assert f"/berkas {word}" in said


def test_the_answer_to_a_press_is_words(at, office, hadir):
    reply = hadir.dispatcher.handle(at("siti").talker.sender, ButtonPress("berkas.undo", "../x"), hadir.clock())
    assert isinstance(reply, Reply)
    assert plain(reply.text)
