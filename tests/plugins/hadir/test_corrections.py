"""`/hadir koreksi` from the request to the decision. Now it is Tuesday, 24 November 2026."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from integration import ledger
from integration.audit import Problem
from integration.messages import Button, Form, Reply
from tests.cast import at
from tests.plugins.hadir.post import events
from tests.post import audited, button, change, inbox, labels, person_id, texts

MONDAY_EVENING = at("2026-11-23T17:00+07:00")
TUESDAY = at("2026-11-24T09:00+07:00")


@pytest.fixture(autouse=True)
def _tuesday(clock):
    clock.now = TUESDAY


@pytest.fixture
def monday(chat):
    """Siti came on Monday at 07.28 and forgot to check out."""
    chat("siti").says("/hadir masuk wfh", at=at("2026-11-23T07:28+07:00"))


LINE = "/hadir koreksi kemarin pulang 16.05 lupa menekan tombol"


# ---------------------------------------------------------------- asking


def test_one_line_is_taken_at_once(hadir, chat, monday):
    siti = chat("siti")
    said = siti.says(LINE)
    assert said == "Koreksi terkirim: Senin 23 Nov, pulang 16.05 WIB. Menunggu keputusan atasan Anda, Budi Santoso."
    assert labels(siti.last) == ["Tarik kembali"]
    [message] = inbox(hadir, "budi")
    assert texts([message])[0].splitlines() == [
        "**Permintaan koreksi** dari Siti Rahayu (Bidang Aplikasi)",
        "Hari: Senin, 23 November 2026",
        "Pulang: belum tercatat → **16.05 WIB**",
        "Alasan: “lupa menekan tombol”",
    ]
    assert labels(message) == ["Setujui", "Tolak"]
    assert events(hadir, "siti", "2026-11-23") == [("in", "07.28", "chat", True)]


@pytest.mark.parametrize(
    "line",
    [
        "/hadir KOREKSI pulang kemarin pukul 16.05 lupa",
        "/hadir correct yesterday out 4.05 sore lupa",
        "/hadir koreksi 23/11 16:05 pulang lupa",
        "/hadir koreksi Senin, 23 November 2026 pulang 17.05 WITA lupa",
        "/hadir perbaiki 23 Nov   keluar 1605   lupa",
    ],
)
def test_the_words_may_stand_in_any_order(chat, monday, line):
    assert "Senin 23 Nov, pulang 16.05 WIB" in chat("siti").says(line)


def test_without_words_the_form_knows_what_is_missing(chat, monday):
    siti = chat("siti")
    assert siti.says("/hadir koreksi") == "Koreksi kehadiran"
    form = siti.last
    assert isinstance(form, Form)
    defaults = {field.name: field.default for field in form.fields}
    assert defaults == {"day": "2026-11-23", "kind": "out", "time": "", "place": "same", "reason": ""}
    assert "masuk 07.28 WIB, pulang belum tercatat" in form.intro
    said = siti.submits(time="16.05", reason="lupa")
    assert "Koreksi terkirim: Senin 23 Nov, pulang 16.05 WIB" in said


@pytest.mark.parametrize("locale", ["id", "en"])
def test_titles_and_labels_fit_into_a_mattermost_dialog(hadir, chat, monday, locale):
    change(hadir, "siti", locale=locale)
    change(hadir, "budi", locale=locale)
    siti, budi = chat("siti"), chat("budi")
    siti.says("/hadir koreksi")
    form = siti.last
    siti.says(LINE)
    budi.presses(inbox(hadir, "budi")[0].buttons[1])
    for shown in (form, budi.last):
        assert isinstance(shown, Form)
        for words in (shown.title, *(field.label for field in shown.fields)):
            assert len(words.encode()) <= 24, words
        assert all(len(field.hint.encode()) <= 150 for field in shown.fields)


def test_a_part_of_the_words_fills_a_part_of_the_form(chat):
    siti = chat("siti")
    siti.says("/hadir koreksi jumat masuk wfa 07.25")
    defaults = {field.name: field.default for field in siti.last.fields}
    assert defaults == {"day": "2026-11-20", "kind": "in", "time": "07:25", "place": "wfa", "reason": ""}
    siti.says("/hadir koreksi 20/11 pulang")
    assert [field.default for field in siti.last.fields][:2] == ["2026-11-20", "out"]


def test_a_zone_said_before_the_form_stays(chat):
    siti = chat("siti")
    siti.says("/hadir koreksi kemarin masuk 08.25 WITA")
    assert "Jam (WITA)" in [field.label for field in siti.last.fields]
    assert "masuk 07.25 WIB" in siti.submits(reason="lupa")


def test_what_waits_already_is_not_suggested_again(chat, monday):
    siti = chat("siti")
    siti.says(LINE)
    siti.says("/hadir koreksi")
    assert (siti.last.fields[0].default, siti.last.fields[1].default) == ("2026-11-20", "in")


def test_with_nothing_missing_the_form_begins_today(hadir, chat, settings):
    siti = chat("siti")
    monday = at("2026-11-09T09:00+07:00")  # nothing was recorded before, so every past day lacks something
    siti.says("/hadir koreksi", at=monday)
    assert [field.default for field in siti.last.fields][:2] == ["2026-11-06", "in"]
    hadir.dispatcher.settings = settings.model_copy(update={"correction_days": 0})
    siti.says("/hadir koreksi", at=monday)
    assert [field.default for field in siti.last.fields][:2] == ["2026-11-09", "in"]
    siti.says("/hadir masuk", at=monday)
    siti.says("/hadir koreksi", at=monday + timedelta(hours=1))
    assert [field.default for field in siti.last.fields][:2] == ["2026-11-09", "out"]


def test_a_night_that_is_not_over_lacks_nothing(hadir, chat):
    change(hadir, "siti", schedule="sif-malam")
    siti = chat("siti")
    siti.says("/hadir masuk", at=at("2026-11-23T21:50+07:00"))
    siti.says("/hadir koreksi", at=at("2026-11-24T03:00+07:00"))
    assert siti.last.fields[0].default == "2026-11-22"
    siti.says("/hadir koreksi", at=at("2026-11-24T09:00+07:00"))
    assert [field.default for field in siti.last.fields][:2] == ["2026-11-23", "out"]


@pytest.mark.parametrize(
    ("field", "typed", "told"),
    [
        ("day", "31 Februari", "Februari 2026 hanya 28 hari"),
        ("day", "besoknya", "tidak terbaca sebagai hari"),
        ("day", "besok", "belum tiba"),
        ("day", "1/11", "sejak Selasa, 10 November 2026"),
        ("day", "1/11", "Rina Marlina"),
        ("time", "25:00", "00.00 sampai 23.59"),
        ("time", "", "tidak terbaca sebagai jam"),
        ("kind", "both", "pilih salah satu"),
        ("place", "mars", "pilih salah satu"),
        ("reason", " \n ", "tulis alasannya"),
        ("reason", "x" * 501, "paling banyak 500"),
    ],
)
def test_every_field_says_what_is_wrong(hadir, chat, monday, field, typed, told):
    siti = chat("siti")
    siti.says("/hadir koreksi")
    form = siti.last
    siti.submits(form, **({"time": "16.05", "reason": "lupa"} | {field: typed}))
    assert list(siti.last.by_field) == [field]
    assert told in siti.last.by_field[field]
    assert not inbox(hadir, "budi")
    assert "Koreksi terkirim" in siti.submits(form, time="16.05", reason="lupa")


def test_several_wrong_fields_are_told_together(chat):
    siti = chat("siti")
    siti.says("/hadir koreksi")
    siti.submits(day="32/1", time="7:99", reason="")
    assert set(siti.last.by_field) == {"day", "time", "reason"}


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("/hadir koreksi 31 Februari masuk 07.30 lupa", "Februari 2026 hanya 28 hari"),
        ("/hadir koreksi 11/24 masuk 07.30 lupa", "tidak ada bulan 24"),
        ("/hadir koreksi kemarin pulang 25:00 lupa", "00.00 sampai 23.59"),
        ("/hadir koreksi hari ini masuk 10.30 lupa", "Pukul 10.30 WIB belum tiba (sekarang pukul 09.00 WIB)"),
        ("/hadir koreksi besok masuk 07.30 lupa", "Rabu, 25 November 2026 belum tiba"),
        ("/hadir koreksi 9/11 masuk 07.30 lupa", "paling lama 14 hari"),
        ("/hadir koreksi 9 Nov", "paling lama 14 hari"),
        ("/hadir koreksi minggu lalu masuk 07.30 lupa", "pekan atau hari Minggu"),
        ("/hadir koreksi kemarin masuk 07.28 lupa", "memang pukul 07.28 WIB"),
        ("/hadir koreksi kemarin pulang 07.00 lupa", "mendahului masuk pukul 07.28 WIB"),
        ("/hadir koreksi kemarin pulang 16.05 " + "x" * 501, "paling banyak 500"),
    ],
)
def test_a_line_that_cannot_be_taken_is_explained(hadir, chat, monday, line, told):
    siti = chat("siti")
    assert told in siti.says(line)
    assert siti.last.refused
    assert not inbox(hadir, "budi")


def test_the_limit_is_a_whole_day(chat):
    assert "Koreksi terkirim" in chat("siti").says("/hadir koreksi 10/11 masuk 07.30 lupa")


def test_a_second_request_waits_for_the_first(hadir, chat, monday):
    siti = chat("siti")
    siti.says(LINE)
    said = siti.says("/hadir koreksi kemarin pulang 16.30 lupa")
    assert "sudah menunggu: Senin 23 Nov, pulang 16.05 WIB" in said
    assert len(inbox(hadir, "budi")) == 1
    assert siti.presses("Tarik kembali") == "Ditarik kembali: Senin 23 Nov, pulang 16.05 WIB. Tidak ada yang diubah."
    assert "menarik kembali" in texts(inbox(hadir, "budi"))[1]
    assert "Koreksi terkirim" in siti.says("/hadir koreksi kemarin pulang 16.30 lupa")
    assert len(audited(hadir, "correction.withdrawn")) == 1


def test_words_of_people_stay_harmless(hadir, chat, monday):
    chat("siti").says("/hadir koreksi kemarin pulang 16.05 @all **tebal** =1+1 \u202e\x07 " + "🙂" * 20)
    [message] = inbox(hadir, "budi")
    assert "\ue000@all **tebal** =1+1 " in str(message.text)
    assert "\u202e" not in message.text


def test_without_a_supervisor_the_personnel_officers_decide(hadir, chat):
    said = chat("hendra").says("/hadir koreksi kemarin masuk 07.30 lupa")
    assert "yang memutuskan pengelola kepegawaian: Rina Marlina" in said
    assert len(inbox(hadir, "rina")) == 1
    rina = chat("rina")
    rina.says("/hadir koreksi daftar")
    assert "Hendra Gunawan" in str(rina.last.text)
    assert "Disetujui" in rina.presses("Setujui 1")


def test_a_supervisor_who_left_is_not_asked(hadir, chat):
    change(hadir, "budi", ended_on=(TUESDAY - timedelta(days=10)).date())
    assert "Rina Marlina" in chat("siti").says("/hadir koreksi kemarin masuk 07.30 lupa")
    assert not inbox(hadir, "budi")


def test_with_nobody_to_decide_the_person_is_told(hadir, chat):
    change(hadir, "rina", roles=["pegawai"])
    assert "hubungi administrator" in chat("hendra").says("/hadir koreksi kemarin masuk 07.30 lupa")


# ---------------------------------------------------------------- deciding


def test_an_approval_counts_and_the_original_stays(hadir, chat, monday):
    chat("siti").says("/hadir pulang", at=MONDAY_EVENING)
    chat("siti").says(LINE)
    [asked] = inbox(hadir, "budi")
    assert "Pulang: 17.00 WIB → **16.05 WIB**" in texts([asked])[0]
    budi = chat("budi")
    said = budi.presses(button(asked, "Setujui"))
    assert said == "Disetujui: Siti Rahayu, Senin 23 Nov, pulang 16.05 WIB."
    assert budi.last.replaces
    assert texts(inbox(hadir, "siti")) == ["Koreksi Anda disetujui Budi Santoso: Senin 23 Nov, pulang 16.05 WIB."]
    assert events(hadir, "siti", "2026-11-23") == [
        ("in", "07.28", "chat", True),
        ("out", "17.00", "chat", False),
        ("out", "16.05", "correction", True),
    ]
    [decided] = audited(hadir, "correction.approved")
    assert (decided.before["state"], decided.after["state"]) == ("waiting", "approved")
    assert decided.actor_id == person_id(hadir, "budi")
    assert [row.after["active"] for row in audited(hadir, "attendance.corrected")] == [False, True]


def test_a_correction_of_the_place(hadir, chat, monday):
    chat("siti").says("/hadir koreksi kemarin masuk wfo 07.28 salah pilih tempat")
    [asked] = inbox(hadir, "budi")
    assert "Tempat: WFH → **WFO**" in texts([asked])[0]
    assert "masuk 07.28 WIB (WFO)" in chat("budi").presses(button(asked, "Setujui"))


def test_an_unchanged_place_is_kept(hadir, chat, monday):
    chat("siti").says("/hadir koreksi kemarin masuk 07.20 antre")
    chat("budi").presses(button(inbox(hadir, "budi")[0], "Setujui"))
    with hadir.database.read() as db:
        from plugins.hadir import service

        day = at("2026-11-23T07:28+07:00").date()
        found = service.days(db, [person_id(hadir, "siti")], day, day)
    assert [event.arrival.place for event in found.values()] == ["wfh"]


def test_a_rejection_asks_why_and_says_it(hadir, chat, monday):
    chat("siti").says(LINE)
    [asked] = inbox(hadir, "budi")
    budi = chat("budi")
    assert budi.presses(button(asked, "Tolak")) == "Tolak koreksi"
    form = budi.last
    assert "Siti Rahayu: Senin 23 Nov, pulang 16.05 WIB" in form.intro.replace("\ue000", "").replace("\ue001", "")
    budi.submits(form, reason=" ")
    assert "reason" in budi.last.by_field
    assert "Ditolak: Siti Rahayu" in budi.submits(form, reason="Anda pulang 15.30")
    [told] = inbox(hadir, "siti")
    assert texts([told]) == ["Koreksi Anda ditolak Budi Santoso: Senin 23 Nov, pulang 16.05 WIB. Alasan: “Anda pulang 15.30”"]
    siti = chat("siti")
    siti.presses(button(told, "Ajukan lagi"))
    assert [field.default for field in siti.last.fields][:2] == ["2026-11-23", "out"]
    assert events(hadir, "siti", "2026-11-23") == [("in", "07.28", "chat", True)]
    assert "Sudah ditolak oleh Budi Santoso" in budi.submits(form, reason="lagi")


@pytest.mark.parametrize("who", ["hendra", "rina"])
def test_those_above_and_personnel_may_decide(hadir, chat, monday, who):
    chat("siti").says(LINE)
    assert "Disetujui" in chat(who).presses(button(inbox(hadir, "budi")[0], "Setujui"))


@pytest.mark.parametrize(
    ("who", "told"),
    [("siti", "Permintaan sendiri"), ("dewi", "Hanya atasan Siti Rahayu"), ("kartika", "Hanya atasan Siti Rahayu")],
)
def test_nobody_else_decides(hadir, chat, monday, who, told):
    chat("siti").says(LINE)
    [asked] = inbox(hadir, "budi")
    talker = chat(who)
    assert told in talker.presses(button(asked, "Setujui"))
    assert told in talker.presses(button(asked, "Tolak"))
    assert events(hadir, "siti", "2026-11-23") == [("in", "07.28", "chat", True)]


def test_a_personnel_officer_does_not_decide_alone_on_herself(hadir, chat):
    chat("rina").says("/hadir koreksi kemarin masuk 07.30 lupa")
    assert "Permintaan sendiri" in chat("rina").presses(button(inbox(hadir, "hendra")[0], "Setujui"))


def test_the_supervisor_at_the_moment_of_pressing_decides(hadir, chat, monday):
    chat("siti").says(LINE)
    [asked] = inbox(hadir, "budi")
    change(hadir, "siti", supervisor_id=person_id(hadir, "kartika"))
    assert "Hanya atasan" in chat("budi").presses(button(asked, "Setujui"))
    kartika = chat("kartika")
    assert "Siti Rahayu" in kartika.says("/hadir koreksi daftar")
    assert "Disetujui" in kartika.presses("Setujui 1")


def test_five_clicks_at_once_are_one_approval(hadir, chat, monday):
    chat("siti").says(LINE)
    [asked] = inbox(hadir, "budi")
    said: list[str] = []
    start = threading.Barrier(5)

    def press(who: str) -> None:
        start.wait()
        said.append(chat(who).presses(button(asked, "Setujui")))

    threads = [threading.Thread(target=press, args=(who,)) for who in ("budi", "hendra", "rina", "budi", "budi")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(text.startswith("Disetujui: ") for text in said) == 1
    assert sum(text.startswith("Sudah disetujui oleh ") and "pukul 09.00 WIB" in text for text in said) == 4
    assert len(inbox(hadir, "siti")) == 1
    assert events(hadir, "siti", "2026-11-23")[1:] == [("out", "16.05", "correction", True)]


def test_a_decision_stands(hadir, chat, monday):
    siti, budi = chat("siti"), chat("budi")
    siti.says(LINE)
    mine = siti.last
    [asked] = inbox(hadir, "budi")
    budi.presses(button(asked, "Setujui"))
    assert "Sudah disetujui oleh Budi Santoso pukul 09.00 WIB" in budi.presses(button(asked, "Tolak"))
    assert budi.last.replaces
    assert "Sudah disetujui" in siti.presses(button(mine, "Tarik kembali"))


def test_a_withdrawn_request_is_not_approved(hadir, chat, monday):
    siti = chat("siti")
    siti.says(LINE)
    siti.presses("Tarik kembali")
    assert "sudah ditarik kembali" in chat("budi").presses(button(inbox(hadir, "budi")[0], "Setujui"))
    assert events(hadir, "siti", "2026-11-23") == [("in", "07.28", "chat", True)]


def test_only_the_owner_withdraws(chat, monday):
    siti = chat("siti")
    siti.says(LINE)
    assert "bukan milik Anda" in chat("dewi").presses(siti.last.buttons[0])


def test_out_before_in_is_not_approved(hadir, chat):
    siti, budi = chat("siti"), chat("budi")
    siti.says("/hadir koreksi kemarin pulang 16.05 lupa")
    siti.says("/hadir masuk", at=at("2026-11-23T07:28+07:00"))
    siti.says("/hadir koreksi kemarin masuk 09.00 keliru")
    out, arrival = inbox(hadir, "budi")
    budi.presses(button(out, "Setujui"))
    budi.presses(button(arrival, "Setujui"))
    siti.says("/hadir koreksi kemarin pulang 10.00 keliru")
    siti.says("/hadir koreksi kemarin masuk 09.30 keliru")
    late_out, late_in = inbox(hadir, "budi")[2:]
    assert "Disetujui" in budi.presses(button(late_in, "Setujui"))
    assert "Disetujui" in budi.presses(button(late_out, "Setujui"))
    assert [row[1] for row in events(hadir, "siti", "2026-11-23") if row[3]] == ["09.30", "10.00"]


def test_what_has_become_impossible_stays_waiting(hadir, chat):
    siti, budi = chat("siti"), chat("budi")
    siti.says("/hadir koreksi hari ini masuk 08.30 lupa", at=at("2026-11-24T09:00+07:00"))
    siti.says("/hadir koreksi hari ini pulang 08.45 sakit", at=at("2026-11-24T09:01+07:00"))
    siti.says("/hadir masuk", at=at("2026-11-24T09:02+07:00"))
    out = inbox(hadir, "budi")[1]
    assert "mendahului masuk pukul 09.02 WIB" in budi.presses(button(out, "Setujui"))
    assert not budi.last.replaces
    assert [row[0] for row in events(hadir, "siti", "2026-11-24")] == ["in"]
    budi.presses(button(inbox(hadir, "budi")[0], "Setujui"))
    assert "Disetujui" in budi.presses(button(out, "Setujui"))


# ---------------------------------------------------------------- shifts, zones, lists


def test_a_night_shift_ends_on_the_next_morning(hadir, chat):
    change(hadir, "siti", schedule="sif-malam")
    siti = chat("siti")
    siti.says("/hadir masuk", at=at("2026-11-22T21:55+07:00"))
    said = siti.says("/hadir koreksi minggu pulang 06.05 lupa")
    assert "Minggu 22 Nov, pulang 06.05 WIB (Senin 23 Nov)" in said
    chat("budi").presses(button(inbox(hadir, "budi")[0], "Setujui"))
    assert events(hadir, "siti", "2026-11-22")[1] == ("out", "06.05", "correction", True)


def test_a_late_arrival_after_midnight_belongs_to_the_night(chat, hadir):
    change(hadir, "siti", schedule="sif-malam")
    assert "Minggu 22 Nov, masuk 00.40 WIB (Senin 23 Nov)" in chat("siti").says("/hadir koreksi minggu masuk 00.40 macet")


def test_a_day_ends_at_midnight_without_such_a_shift(chat, monday):
    assert "mendahului masuk" in chat("siti").says("/hadir koreksi kemarin pulang 00.30 lembur")


def test_a_zone_of_the_east(hadir, chat):
    said = chat("yosef").says("/hadir koreksi kemarin masuk 07.30 lupa")
    assert "masuk 07.30 WIT" in said
    assert events(hadir, "yosef", "2026-11-23") == []
    chat("budi").presses(button(inbox(hadir, "budi")[0], "Setujui"))
    assert events(hadir, "yosef", "2026-11-23") == [("in", "07.30", "correction", True)]


def test_today_is_the_offices_today(chat):
    late = at("2026-11-24T23:30+07:00")  # Wednesday, 01.30 in Jayapura
    assert "Koreksi terkirim: Selasa 24 Nov" in chat("yosef").says("/hadir koreksi kemarin masuk 07.30 lupa", at=late)
    assert "belum tiba" in chat("yosef").says("/hadir koreksi hari ini masuk 07.30 lupa", at=late)


def test_the_list_helps_when_a_message_was_lost(hadir, chat, monday):
    siti, budi, dewi = chat("siti"), chat("budi"), chat("dewi")
    assert "Belum ada koreksi" in siti.says("/hadir koreksi daftar")
    siti.says(LINE)
    dewi.says("/hadir koreksi kemarin masuk 07.30 lupa")
    said = budi.says("/hadir koreksi daftar")
    assert "1. Siti Rahayu: Senin 23 Nov, pulang 16.05 WIB — “lupa menekan tombol”" in said
    assert labels(budi.last) == ["Setujui 1", "Tolak 1", "Setujui 2", "Tolak 2"]
    budi.presses("Setujui 1")
    assert labels(budi.last) == ["1 lagi menunggu"]
    assert "Dewi Lestari" in budi.presses("1 lagi menunggu")
    budi.presses("Tolak 1")
    assert isinstance(budi.last, Form)
    budi.submits(reason="tidak benar")
    assert isinstance(budi.last, Reply)
    assert labels(budi.last) == []
    assert "pulang 16.05 WIB: disetujui" in siti.says("/hadir koreksi daftar")
    assert "ditolak: “tidak benar”" in dewi.says("/hadir koreksi daftar")


def test_a_waiting_request_can_be_withdrawn_from_the_list(chat, monday):
    siti = chat("siti")
    siti.says(LINE)
    assert "pulang 16.05 WIB: menunggu" in siti.says("/hadir koreksi daftar")
    assert "Ditarik kembali" in siti.presses("Tarik kembali Senin 23 Nov")


def test_each_is_told_in_their_own_language(hadir, chat, monday):
    change(hadir, "budi", locale="en")
    chat("siti").says(LINE)
    [asked] = inbox(hadir, "budi")
    assert "Check-out: not recorded → **16.05 WIB**" in texts([asked])[0]
    assert chat("budi").presses(button(asked, "Approve")).startswith("Approved: Siti Rahayu")
    assert "disetujui" in texts(inbox(hadir, "siti"))[0]


def test_the_tables_agree_with_the_audit(hadir, chat, monday):
    siti, budi = chat("siti"), chat("budi")
    siti.says("/hadir pulang", at=MONDAY_EVENING)
    siti.says(LINE)
    siti.presses("Tarik kembali")
    siti.says(LINE)
    siti.says("/hadir koreksi kemarin masuk wfo 07.20 keliru")
    first, second = [message for message in inbox(hadir, "budi") if message.buttons][1:]
    budi.presses(button(first, "Setujui"))
    budi.presses(button(second, "Tolak"))
    budi.submits(reason="tidak benar")
    ledgers = ledger.of(hadir.plugins)
    with hadir.database.read() as db, hadir.database.read() as second_db:
        found = list(ledger.compare(db, second_db, ledgers))
    assert len(found) == 6  # three events, three requests
    assert not [problem for problem in found if isinstance(problem, Problem)]


@pytest.mark.parametrize("value", ["", "abc", "99999999", "9" * 30, "-1", "1; DROP TABLE"])
def test_a_made_up_number_is_refused(chat, value):
    for action in ("correction_approve", "correction_reject", "correction_withdraw"):
        said = chat("budi").presses(Button("x", f"hadir.{action}", value))
        assert "tidak ada" in said or "bukan milik" in said
