"""Approving, rejecting, taking back and coming back early. Now it is Monday, 23 November 2026, 07.28 WIB."""

from __future__ import annotations

import threading
from datetime import date

import pytest

from integration.messages import ButtonPress, FormErrors, Reply
from plugins.izin.tables import absence
from tests.cast import at
from tests.plugins.izin.post import approved, problems, rows
from tests.post import button, change, inbox, labels, person_id, texts

LEAVE = "/izin cuti 1-3 des keperluan rahasia"
WEDNESDAY = at("2026-12-02T09:00+07:00")


@pytest.fixture
def asked(hadir, chat):
    chat("siti").says(LEAVE)
    return inbox(hadir, "budi")[0]


# ---------------------------------------------------------------- deciding


def test_approval_is_told_to_the_person(hadir, chat, asked):
    said = chat("budi").presses(button(asked, "Setujui"))
    assert said == "Disetujui: Siti Rahayu, Cuti tahunan, Selasa 1 – Kamis 3 Des 2026."
    assert texts(inbox(hadir, "siti")) == ["Disetujui Budi Santoso: Cuti tahunan, Selasa 1 – Kamis 3 Des 2026."]
    assert rows(hadir) == [("tahunan", "01/12", "03/12", "approved")]
    assert problems(hadir) == []


def test_a_rejection_has_a_reason_and_a_way_on(hadir, chat, asked):
    budi = chat("budi")
    assert budi.presses(button(asked, "Tolak")) == "Tolak permintaan"
    budi.submits(reason="   ")
    assert isinstance(budi.last, FormErrors)
    budi.presses(button(asked, "Tolak"))
    assert "Alasan: “Ada audit”" in budi.submits(reason="Ada audit")
    [told] = inbox(hadir, "siti")
    assert texts([told]) == ["Ditolak Budi Santoso: Cuti tahunan, Selasa 1 – Kamis 3 Des 2026. Alasan: “Ada audit”"]
    siti = chat("siti")
    siti.presses(button(told, "Ajukan lagi"))
    assert {field.name: field.default for field in siti.last.fields}["days"] == "01/12/2026 – 03/12/2026"
    assert problems(hadir) == []


def test_a_second_press_changes_nothing(hadir, chat, asked):
    budi = chat("budi")
    budi.presses(button(asked, "Setujui"))
    assert "Sudah disetujui oleh Budi Santoso pukul 07.28 WIB." in budi.presses(button(asked, "Setujui"))
    assert "Sudah disetujui" in budi.presses(button(asked, "Tolak"))
    assert len(inbox(hadir, "siti")) == 1


def test_three_at_once_are_one_decision(hadir, chat, asked):
    start, said = threading.Barrier(3), []

    def press(who):
        talker = chat(who)
        start.wait()
        said.append(talker.presses(button(asked, "Setujui")))

    threads = [threading.Thread(target=press, args=(who,)) for who in ("budi", "hendra", "rina")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(text.startswith("Disetujui: ") for text in said) == 1
    assert len(inbox(hadir, "siti")) == 1


@pytest.mark.parametrize("who", ["siti", "dewi", "kartika", "agus", "wayan"])
def test_nobody_else_decides(hadir, chat, asked, who):
    for label in ("Setujui", "Tolak"):
        talker = chat(who)
        talker.presses(button(asked, label))
        assert isinstance(talker.last, Reply)
        assert talker.last.refused
    assert rows(hadir)[0][3] == "waiting"


def test_a_new_supervisor_decides_and_the_old_one_no_more(hadir, chat, asked):
    change(hadir, "siti", supervisor_id=person_id(hadir, "agus"))
    assert "Hanya atasan Siti Rahayu" in chat("budi").presses(button(asked, "Setujui"))
    agus = chat("agus")
    assert "Siti Rahayu: Cuti tahunan" in agus.says("/izin daftar")
    assert "Disetujui" in agus.presses("Setujui 1")


def test_for_who_has_left_nothing_is_approved(hadir, chat, asked):
    change(hadir, "siti", ended_on=date(2026, 11, 30))
    assert "sudah tidak bekerja di sini" in chat("budi").presses(button(asked, "Setujui"))
    assert rows(hadir)[0][3] == "waiting"


@pytest.mark.parametrize("value", ["", "x", "99999", "-1", "9" * 30])
@pytest.mark.parametrize("action", ["approve", "reject", "withdraw", "cancel", "cancel_yes", "cancel_no", "back", "edit"])
def test_a_button_of_nothing_is_refused(hadir, chat, action, value):
    siti = chat("siti")
    answer = hadir.dispatcher.handle(siti.sender, ButtonPress(f"izin.{action}", value), hadir.clock())
    assert isinstance(answer, Reply)
    assert answer.refused


def test_what_nobody_can_decide_any_more_stands_in_no_list(hadir, chat, asked):
    change(hadir, "siti", ended_on=date(2026, 11, 30))
    assert "Belum ada permintaan" in chat("budi").says("/izin daftar")


# ---------------------------------------------------------------- taking back


def test_what_waits_is_withdrawn_at_once(hadir, chat, asked):
    siti = chat("siti")
    siti.says("/izin batal")
    assert siti.presses("Tarik kembali Selasa 1 Des") == "Ditarik kembali: Cuti tahunan, Selasa 1 – Kamis 3 Des 2026."
    assert "ditarik kembali" in chat("budi").presses(button(asked, "Setujui"))
    assert rows(hadir)[0][3] == "withdrawn"
    assert "Tidak ada yang dapat ditarik kembali." in siti.says("/izin batal")
    assert problems(hadir) == []


def test_nobody_withdraws_for_somebody_else(hadir, chat, asked):
    chat("siti").says("/izin batal")
    siti = chat("siti")
    siti.says("/izin batal")
    withdraw = siti.last.buttons[0]
    assert "bukan milik Anda" in chat("dewi").presses(withdraw)
    assert rows(hadir)[0][3] == "waiting"


def test_what_is_approved_and_to_come_is_cancelled_and_the_supervisor_told(hadir, chat):
    approved(hadir, chat, LEAVE)
    siti = chat("siti")
    siti.says("/izin daftar")
    assert "Dibatalkan: Cuti tahunan, Selasa 1 – Kamis 3 Des 2026." in siti.presses("Tarik kembali Selasa 1 Des")
    assert texts(inbox(hadir, "budi"))[-1] == "Siti Rahayu membatalkan: Cuti tahunan, Selasa 1 – Kamis 3 Des 2026."
    assert rows(hadir)[0][3] == "cancelled"
    assert problems(hadir) == []


def test_what_has_begun_ends_early_or_is_asked_to_be_cancelled(hadir, chat):
    approved(hadir, chat, LEAVE)
    siti = chat("siti")
    siti.says("/izin daftar", at=WEDNESDAY)
    said = siti.presses("Tarik kembali Selasa 1 Des", at=WEDNESDAY)
    assert "Sudah berjalan: Cuti tahunan" in said
    assert labels(siti.last) == ["Kembali Rabu 2 Des", "Kembali Kamis 3 Des", "Batalkan seluruhnya"]
    assert "Sekarang menjadi: Cuti tahunan, Selasa 1 – Rabu 2 Des 2026." in siti.presses("Kembali Kamis 3 Des", at=WEDNESDAY)
    assert rows(hadir) == [("tahunan", "01/12", "02/12", "approved")]
    assert "Siti Rahayu kembali bekerja Kamis 3 Des, lebih awal" in texts(inbox(hadir, "budi"))[-1]
    assert problems(hadir) == []


@pytest.mark.parametrize(("label", "state"), [("Setujui", "cancelled"), ("Tolak", "approved")])
def test_the_supervisor_confirms_that_days_which_have_passed_are_undone(hadir, chat, label, state):
    approved(hadir, chat, LEAVE)
    siti = chat("siti")
    siti.says("/izin batal", at=WEDNESDAY)
    siti.presses("Tarik kembali Selasa 1 Des", at=WEDNESDAY)
    said = siti.presses("Batalkan seluruhnya", at=WEDNESDAY)
    assert "Sampai diputuskan, tetap berlaku. Menunggu keputusan atasan Anda, Budi Santoso." in said
    assert rows(hadir)[0][3] == "cancelling"
    question = inbox(hadir, "budi")[-1]
    assert texts([question])[0].startswith("**Permintaan pembatalan** dari Siti Rahayu")
    assert "minta dibatalkan" in chat("budi").says("/izin daftar", at=WEDNESDAY)
    chat("budi").presses(button(question, label), at=WEDNESDAY)
    assert rows(hadir)[0][3] == state
    expected = "menyetujui pembatalan" if state == "cancelled" else "tidak menyetujui pembatalan; tetap berlaku"
    assert expected in texts(inbox(hadir, "siti"))[-1]
    chat("budi").presses(button(question, "Setujui"), at=WEDNESDAY)
    assert rows(hadir)[0][3] == state
    assert problems(hadir) == []


def test_a_refused_cancelling_can_be_asked_again_and_is_told_again(hadir, chat):
    approved(hadir, chat, LEAVE)
    siti = chat("siti")
    for times in (1, 2):
        siti.says("/izin batal", at=WEDNESDAY)
        siti.presses("Tarik kembali Selasa 1 Des", at=WEDNESDAY)
        siti.presses("Batalkan seluruhnya", at=WEDNESDAY)
        questions = [each for each in inbox(hadir, "budi") if "pembatalan" in texts([each])[0]]
        assert len(questions) == times
        chat("budi").presses(button(questions[-1], "Tolak"), at=WEDNESDAY)
    assert sum("tidak menyetujui pembatalan" in text for text in texts(inbox(hadir, "siti"))) == 2


@pytest.mark.parametrize(
    ("line", "last", "says"),
    [
        ("/izin kembali", "01/12", "Anda kembali bekerja Rabu 2 Des."),
        ("/izin kembali besok", "02/12", "Anda kembali bekerja Kamis 3 Des."),
        ("/izin kembali kemarin", "03/12", "Baru mulai hari itu"),
        ("/izin kembali 10 des", "03/12", "Anda tidak tercatat cuti atau sakit"),
    ],
)
def test_coming_back_early(hadir, chat, line, last, says):
    approved(hadir, chat, LEAVE)
    assert says in chat("siti").says(line, at=WEDNESDAY)
    assert rows(hadir) == [("tahunan", "01/12", last, "approved")]


def test_coming_back_twice_is_once(hadir, chat):
    approved(hadir, chat, LEAVE)
    siti = chat("siti")
    siti.says("/izin kembali", at=WEDNESDAY)
    assert "Anda tidak tercatat" in siti.says("/izin kembali", at=WEDNESDAY)
    assert sum("kembali bekerja" in text for text in texts(inbox(hadir, "budi"))) == 1


def test_days_that_were_given_back_can_be_asked_for_again(hadir, chat):
    approved(hadir, chat, LEAVE)
    siti = chat("siti")
    siti.says("/izin kembali", at=WEDNESDAY)
    assert "sisa 11 hari (hak 12, dipakai 1)" in siti.says("/izin saldo", at=WEDNESDAY)
    assert "Dinas luar terkirim" in siti.says("/izin dinas besok Rakor", at=WEDNESDAY)


def test_a_change_behind_the_services_back_shows(hadir, chat):
    approved(hadir, chat, LEAVE)
    with hadir.database.write() as db:
        db.execute(absence.update().values(last=date(2026, 12, 10)))
    assert [(each.kind, each.detail) for each in problems(hadir)] == [("differs", "not as the audit has it: last")]
