"""`/izin` from the word to the supervisor's message. Now it is Monday, 23 November 2026, 07.28 WIB."""

from __future__ import annotations

import threading
from datetime import date, timedelta

import pytest

from integration.messages import Form, Reply, plain
from integration.rulebook.tables import rule
from integration.workdays import holiday
from tests.cast import at
from tests.plugins.izin.post import rows
from tests.post import audited, button, change, inbox, labels, person_id, texts

# ---------------------------------------------------------------- one line


@pytest.mark.parametrize(
    ("line", "said", "row"),
    [
        (
            "/izin cuti 1–3 Des tahunan",
            "Cuti tahunan terkirim: Selasa 1 – Kamis 3 Des 2026 (3 hari kerja).",
            ("tahunan", "01/12", "03/12", "waiting"),
        ),
        (
            "/izin cuti tahunan 1 s.d. 3 Des",
            "Cuti tahunan terkirim: Selasa 1 – Kamis 3 Des 2026 (3 hari kerja).",
            ("tahunan", "01/12", "03/12", "waiting"),
        ),
        (
            "/izin cuti 28 des - 2 jan alasan keluarga",
            "Cuti tahunan terkirim: Senin 28 Des 2026 – Sabtu 2 Jan 2027 (4 hari kerja).",
            ("tahunan", "28/12", "02/01", "waiting"),
        ),
        (
            "/izin sakit hari ini",
            "Semoga lekas sembuh. Cuti sakit terkirim: Senin 23 Nov 2026 (1 hari).",
            ("sakit", "23/11", "23/11", "waiting"),
        ),
        (
            "/izin sakit kemarin - besok demam",
            "Cuti sakit terkirim: Minggu 22 – Selasa 24 Nov 2026 (3 hari).",
            ("sakit", "22/11", "24/11", "waiting"),
        ),
        (
            '/izin dinas besok "Rakor" ST-112/2026',
            "Dinas luar terkirim: Selasa 24 Nov 2026 (1 hari kerja).",
            ("dinas", "24/11", "24/11", "waiting"),
        ),
        (
            "/izin izin besok 08.00-10.00 antar anak",
            "Izin terkirim: Selasa 24 Nov 2026, 08.00–10.00 WIB.",
            ("izin", "24/11", "24/11", "waiting"),
        ),
        (
            "/izin cuti 2 hari mulai jumat",
            "Cuti tahunan terkirim: Jumat 27 – Senin 30 Nov 2026 (2 hari kerja).",
            ("tahunan", "27/11", "30/11", "waiting"),
        ),
        (
            "/izin cuti melahirkan 3 bulan mulai 1 des anak kedua",
            "Cuti melahirkan terkirim: Selasa 1 Des 2026 – Minggu 28 Feb 2027 (90 hari).",
            ("melahirkan", "01/12", "28/02", "waiting"),
        ),
        (
            "/izin tugas 1 des – 30 jun S2 di Bandung No. 800/77/2026",
            "Tugas belajar terkirim: Selasa 1 Des 2026 – Rabu 30 Jun 2027",
            ("belajar", "01/12", "30/06", "waiting"),
        ),
    ],
)
def test_one_line_is_taken_at_once(hadir, chat, line, said, row):
    siti = chat("siti")
    heard = siti.says(line)
    assert said in heard
    assert "Menunggu keputusan atasan Anda, Budi Santoso." in heard
    assert labels(siti.last)[0] == "Tarik kembali"
    assert rows(hadir) == [row]
    assert labels(inbox(hadir, "budi")[0]) == ["Setujui", "Tolak"]


def test_what_the_supervisor_reads(hadir, chat):
    chat("siti").says('/izin dinas besok "Rakor anggaran" nomor ST-112/2026')
    chat("siti").says("/izin cuti 1-3 des jalan-jalan")
    travel, leave = texts(inbox(hadir, "budi"))
    assert travel.splitlines() == [
        "**Permintaan** dari Siti Rahayu (Bidang Aplikasi)",
        "Jenis: Dinas luar",
        "Tanggal: Selasa 24 Nov 2026 (1 hari kerja)",
        "Surat: ST-112/2026",
        "Alasan: “Rakor anggaran”",
    ]
    assert leave.splitlines()[2:] == [
        "Tanggal: Selasa 1 – Kamis 3 Des 2026 (3 hari kerja)",
        "Alasan: “jalan-jalan”",
        "Cuti tahunan 2026: sisa 9 hari sesudah ini.",
    ]


@pytest.mark.parametrize("locale", ["id", "en"])
def test_each_reads_it_in_their_own_language(hadir, chat, locale):
    change(hadir, "budi", locale=locale)
    chat("siti").says("/izin cuti 1-3 des")
    first = {
        "id": "**Permintaan** dari Siti Rahayu (Bidang Aplikasi)",
        "en": "**Absence requested** by Siti Rahayu (Bidang Aplikasi)",
    }
    assert texts(inbox(hadir, "budi"))[0].splitlines()[0] == first[locale]


# ---------------------------------------------------------------- ill


def test_ill_in_one_word_is_today_and_can_be_taken_back(hadir, chat):
    siti = chat("siti")
    said = siti.says("/izin sakit")
    assert said.splitlines() == [
        "Semoga lekas sembuh. Cuti sakit terkirim: Senin 23 Nov 2026 (1 hari). Menunggu keputusan atasan Anda, Budi Santoso.",
        "Berlaku setelah disetujui, juga untuk hari yang sudah lewat.",
        "Suratnya boleh menyusul: `/izin surat`",
    ]
    assert siti.presses("Tarik kembali") == "Ditarik kembali: Cuti sakit, Senin 23 Nov 2026."
    assert rows(hadir) == [("sakit", "23/11", "23/11", "withdrawn")]
    assert texts(inbox(hadir, "budi"))[-1] == "Siti Rahayu menarik kembali permintaan: Cuti sakit, Senin 23 Nov 2026."


@pytest.mark.parametrize(
    ("moment", "day"), [("2026-11-22T20:00+07:00", "Senin 23 Nov"), ("2026-11-23T17:00+07:00", "Selasa 24 Nov")]
)
def test_with_no_work_left_today_the_next_day_is_asked_about(hadir, chat, clock, moment, day):
    clock.now = at(moment)
    siti = chat("siti")
    assert "Hari ini tidak ada jam kerja Anda lagi." in siti.says("/izin sakit")
    assert rows(hadir) == []
    assert f"Cuti sakit terkirim: {day} 2026" in siti.presses(f"Sakit {day}")


def test_the_day_is_that_of_the_persons_office(hadir, chat, clock):
    clock.now = at("2026-11-23T23:30+07:00")  # 01.30 in Jayapura
    assert "Selasa 24 Nov 2026" in chat("yosef").says("/izin sakit")
    assert "Senin 23 Nov 2026" in chat("siti").says("/izin sakit hari ini")


@pytest.mark.parametrize(
    ("line", "when", "reason"),
    [
        ("/izin sakit demam tinggi", "Senin 23 Nov 2026 (1 hari)", "demam tinggi"),
        ("/izin sakit 2 hari", "Senin 23 – Selasa 24 Nov 2026 (2 hari)", ""),
        ("/izin sakit 2 hari tipus", "Senin 23 – Selasa 24 Nov 2026 (2 hari)", "tipus"),
    ],
)
def test_ill_with_what_it_is_or_how_long(hadir, chat, line, when, reason):
    assert f"Cuti sakit terkirim: {when}." in chat("siti").says(line)
    assert ("Alasan: " in texts(inbox(hadir, "budi"))[0]) is bool(reason)
    assert reason in texts(inbox(hadir, "budi"))[0]


def test_the_form_of_who_is_ill_looks_back_as_well(chat, clock):
    clock.now = at("2026-11-25T08:00+07:00")
    siti = chat("siti")
    siti.says("/izin sakit 2x")
    assert "Senin 23 – Selasa 24 Nov 2026" in siti.submits(days="senin-selasa", reason="")


def test_who_is_ill_speaks_of_days_that_were(chat, clock):
    clock.now = at("2026-11-25T08:00+07:00")
    assert "Senin 23 – Selasa 24 Nov 2026" in chat("siti").says("/izin sakit senin-selasa")
    assert "Senin 30 Nov – Rabu 2 Des 2026" in chat("dewi").says("/izin sakit 30 nov - 2 des operasi")


# ---------------------------------------------------------------- forms


def fields(form):
    return {field.name: field.default for field in form.fields}


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("/izin cuti", {"type": "tahunan", "days": "", "reason": ""}),
        ("/izin cuti penting 1-3 des", {"type": "penting", "days": "01/12/2026 – 03/12/2026", "reason": ""}),
        ("/izin izin besok 08.00-10.00", {"days": "24/11/2026", "hours": "08.00–10.00", "reason": ""}),
        ("/izin dinas besok", {"days": "24/11/2026", "hours": "", "number": "", "reason": ""}),
        ("/izin cuti 2 hari", {"type": "tahunan", "days": "2 hari", "reason": ""}),
        ("/izin izin 2 hari mulai senin", {"days": "2 hari mulai 23/11/2026", "hours": "", "reason": ""}),
    ],
)
def test_a_part_of_the_words_fills_a_part_of_the_form(chat, line, expected):
    siti = chat("siti")
    siti.says(line)
    assert isinstance(siti.last, Form)
    assert fields(siti.last) == expected


def test_the_form_shows_the_balance_and_takes_the_request(hadir, chat):
    siti = chat("siti")
    assert siti.says("/izin cuti") == "Ajukan cuti"
    assert "Cuti tahunan 2026: sisa 12 hari (hak 12)." in plain(siti.last.intro)
    assert "Selasa 1 – Rabu 2 Des 2026 (2 hari kerja)" in siti.submits(days="1-2 des", reason="keluarga")
    assert rows(hadir) == [("tahunan", "01/12", "02/12", "waiting")]


def test_what_the_form_said_of_days_is_read_again(hadir, chat):
    siti = chat("siti")
    siti.says("/izin izin 2 hari mulai jumat")
    assert "Jumat 27 – Senin 30 Nov 2026" in siti.submits(reason="pindah rumah")


def test_every_field_says_what_is_wrong_with_it(hadir, chat):
    siti = chat("siti")
    siti.says("/izin izin")
    form = siti.last
    said = siti.submits(form, days="kapan-kapan", hours="pagi", reason="")
    for words in ("tidak terbaca sebagai tanggal", "Jam ini tidak terbaca", "Mohon tulis alasannya"):
        assert words in said
    assert "Jam selesai harus sesudah jam mulai" in siti.submits(form, days="besok", hours="10.00-08.00", reason="x")
    assert "di luar jam kerja Anda hari itu (07.30–16.00 WIB)" in siti.submits(
        form, days="besok", hours="18.00-19.00", reason="x"
    )
    assert "Jam hanya untuk satu hari" in siti.submits(form, days="besok - lusa", hours="08.00-09.00", reason="x")
    assert "Mulai kapan?" in siti.submits(form, days="2 hari", reason="x")
    assert "paling banyak 500" in siti.submits(form, days="besok", reason="x" * 501)
    assert rows(hadir) == []


def test_a_type_that_was_made_up_is_refused(chat):
    siti = chat("siti")
    siti.says("/izin cuti")
    assert "Mohon pilih salah satu dari daftar." in siti.submits(days="besok", type="sakit")


@pytest.mark.parametrize("locale", ["id", "en"])
@pytest.mark.parametrize("line", ["/izin cuti", "/izin sakit 2x", "/izin izin", "/izin dinas", "/izin belajar"])
def test_titles_and_labels_fit_into_a_mattermost_dialog(hadir, chat, line, locale):
    change(hadir, "siti", locale=locale)
    siti = chat("siti")
    siti.says(line)
    assert isinstance(siti.last, Form)
    for words in (siti.last.title, *(field.label for field in siti.last.fields)):
        assert len(words.encode()) <= 24, words
    assert all(len(field.hint.encode()) <= 150 for field in siti.last.fields)


# ---------------------------------------------------------------- without a kind, menu, help


def test_days_without_a_kind_are_asked_about(hadir, chat):
    siti = chat("siti")
    assert siti.says("/izin 2 hari mulai senin") == "“2 hari mulai senin”: jenisnya apa?"
    assert labels(siti.last) == ["Cuti tahunan", "Cuti sakit", "Izin", "Dinas luar", "Tugas belajar"]
    assert "Senin 23 – Selasa 24 Nov 2026 (2 hari kerja)" in siti.presses("Cuti tahunan")


def test_a_type_without_its_kind_is_offered(hadir, chat):
    siti = chat("siti")
    assert siti.says("/izin tahunan 1-3 des") == "Anda ingin mengajukan Cuti tahunan 1-3 des?"
    assert "(3 hari kerja)" in siti.presses("Ya, ajukan")


@pytest.mark.parametrize(("line", "meant"), [("/izin ckti 1-3 des", "/izin cuti"), ("/izin skit", "/izin sakit")])
def test_a_typing_error_is_asked_about(chat, line, meant):
    assert f"Maksud Anda `{meant}`?" in chat("siti").says(line)


def test_the_menu_shows_balance_and_what_is_open(chat):
    siti = chat("siti")
    siti.says("/izin cuti 1-3 des")
    said = siti.says("/izin")
    assert "Cuti tahunan 2026: sisa 9 hari (hak 12, menunggu 3)." in said
    assert "- Cuti tahunan, Selasa 1 – Kamis 3 Des 2026: menunggu" in said
    assert labels(siti.last) == ["Sakit hari ini", "Cuti", "Izin", "Dinas", "Daftar", "Tim"]
    assert "Cuti sakit terkirim" in siti.presses("Sakit hari ini")


def test_help_names_every_kind(chat):
    said = chat("siti").says("/izin bantuan")
    for word in ("cuti", "sakit", "izin", "dinas", "belajar", "saldo", "daftar", "batal", "kembali", "surat", "tim"):
        assert f"`/izin {word}" in said


# ---------------------------------------------------------------- what cannot be asked for


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("/izin cuti 3 des - 1 des", "Tukar urutannya"),
        ("/izin cuti 31 feb", "bukan tanggal yang ada"),
        ("/izin cuti 28-29 nov", "bukan hari kerja Anda"),
        ("/izin cuti 25 des", "bukan hari kerja Anda (Hari Raya Natal)"),
        (
            "/izin cuti kemarin",
            "tidak dapat diajukan untuk hari yang sudah lewat. Hubungi pengelola kepegawaian: Rina Marlina.",
        ),
        ("/izin sakit 10 nov", "dapat diajukan mundur sampai"),
        ("/izin cuti 1 des 2028", "lebih dari setahun lagi"),
        ("/izin cuti penting 1 des - 5 jan ibu", "paling lama 1 bulan: dari 1 Desember 2026 sampai 31 Desember 2026"),
        ("/izin belajar 1 des 2026 - 1 jan 2032 S3", "lebih dari lima tahun"),
        ("/izin sakit 24 nov 2026 - 1 des 2027", "paling lama 365 hari; ini 373 hari"),
        ("/izin izin besok - lusa 08.00-10.00 x", "Jam hanya untuk satu hari"),
        ("/izin cuti 1 des 08.00-10.00", "Cuti tahunan dihitung sehari penuh"),
        ("/izin izin besok 10.00-08.00 x", "Jam selesai harus sesudah jam mulai"),
        ("/izin izin besok 10.00-10.00 x", "Jam selesai harus sesudah jam mulai"),
        ("/izin izin sabtu 08.00-10.00 x", "bukan hari kerja Anda"),
        ("/izin izin besok 99.00-10.00 x", "bukan jam"),
        ("/izin sakit 0 hari", "Nol hari"),
    ],
)
def test_a_refusal_names_the_cure_and_keeps_what_was_typed(hadir, chat, line, why):
    siti = chat("siti")
    assert why in siti.says(line)
    assert isinstance(siti.last, Reply)
    assert siti.last.refused
    assert rows(hadir) == []
    siti.presses("Perbaiki")
    assert isinstance(siti.last, Form)
    assert inbox(hadir, "budi") == []


def test_what_cannot_be_read_stands_in_the_form_as_it_was_typed(chat):
    siti = chat("siti")
    siti.says("/izin cuti penting 31 feb ibu sakit")
    siti.presses("Perbaiki")
    assert (fields(siti.last)["type"], fields(siti.last)["days"]) == ("penting", "31 feb ibu sakit")


def test_before_a_years_service_there_is_no_annual_leave(hadir, chat):
    change(hadir, "siti", nip="199501012026021001")
    said = chat("siti").says("/izin cuti 1-3 des")
    assert "baru boleh setelah 12 bulan bekerja. Anda mulai 1 Februari 2026, jadi paling awal 1 Februari 2027." in said
    assert "Rina Marlina" in said


def test_days_before_or_after_the_service_need_no_request(hadir, chat):
    change(hadir, "siti", ended_on=date(2026, 12, 2))
    assert "Anda bekerja di sini … sampai 2 Desember 2026." in chat("siti").says("/izin cuti 1-3 des")


def test_types_are_data_of_the_office(hadir, chat):
    """Another version of the rule, from next year on: fewer days, another name."""
    with hadir.database.write() as db:
        old = db.execute(rule.select().where(rule.c.kind == "leave")).first()._mapping
        kinds = [dict(each) for each in old["content"]["types"] if each["code"] != "penting"]
        kinds[0] |= {"days": 10, "name": "Cuti tahunan baru"}
        row = {name: old[name] for name in ("kind", "name", "article")}
        row |= {"version": "2", "valid_from": date(2027, 1, 1), "content": {**old["content"], "types": kinds}}
        number = db.execute(rule.insert().values(row)).inserted_primary_key[0]
    hadir.workdays.forget()
    try:
        siti = chat("siti")
        said = siti.says("/izin cuti 11-12 jan")
        assert "Cuti tahunan baru terkirim: Senin 11 – Selasa 12 Jan 2027 (2 hari kerja)." in said
        assert "Cuti tahunan baru 2027: sisa 8 hari sesudah ini." in said
        assert "Cuti tahunan terkirim" in siti.says("/izin cuti 1-2 des")
    finally:
        with hadir.database.write() as db:
            db.execute(rule.delete().where(rule.c.id == number))


# ---------------------------------------------------------------- the same days


def test_the_same_again_is_said_to_be_there(hadir, chat):
    siti = chat("siti")
    siti.says("/izin cuti 1-3 des")
    assert siti.says("/izin cuti 1-3 des") == "Anda sudah mengajukan ini: Cuti tahunan, Selasa 1 – Kamis 3 Des 2026 (menunggu)."
    assert len(rows(hadir)) == len(inbox(hadir, "budi")) == 1


def test_an_overlap_names_the_other_and_offers_to_withdraw_it(hadir, chat):
    siti = chat("siti")
    siti.says("/izin cuti 1-3 des")
    said = siti.says("/izin dinas 3-4 des Rakor")
    assert "Pada hari itu Anda sudah punya: Cuti tahunan, Selasa 1 – Kamis 3 Des 2026 (menunggu)." in said
    siti.presses("Tarik kembali")
    assert "Dinas luar terkirim" in siti.says("/izin dinas 3-4 des Rakor")


@pytest.mark.parametrize(
    ("second", "taken"),
    [("10.00-11.00", True), ("13.00-15.00", True), ("09.30-11.00", False), ("", False)],
)
def test_parts_of_one_day_may_stand_beside_each_other(chat, second, taken):
    siti = chat("siti")
    siti.says("/izin izin besok 08.00-10.00 antar anak")
    assert ("Izin terkirim" in siti.says(f"/izin izin besok {second} bank")) is taken


def test_two_at_once_are_one_request(hadir, chat):
    start, said = threading.Barrier(4), []

    def ask():
        talker = chat("siti")
        start.wait()
        said.append(talker.says("/izin cuti 1-3 des"))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum("terkirim" in text for text in said) == 1
    assert len(rows(hadir)) == len(inbox(hadir, "budi")) == 1


# ---------------------------------------------------------------- warnings


def test_more_than_is_left_is_warned_of_on_both_sides(hadir, chat):
    siti = chat("siti")
    said = siti.says("/izin cuti 1-22 des")  # 16 working days
    assert "⚠ 4 hari melebihi sisa Cuti tahunan 2026." in said
    assert "⚠ 4 hari melebihi sisa Cuti tahunan 2026." in texts(inbox(hadir, "budi"))[0]
    assert rows(hadir) == [("tahunan", "01/12", "22/12", "waiting")]


def test_colleagues_who_are_away_are_named_without_their_kind(hadir, chat):
    chat("dewi").says("/izin sakit 30 nov - 2 des operasi")
    chat("budi").presses(button(inbox(hadir, "budi")[-1], "Setujui"))
    chat("yosef").says("/izin cuti 1-2 des")  # waits: for the approver to know, not for a colleague
    said = chat("siti").says("/izin cuti 1-3 des")
    assert "⚠ Pada hari itu juga tidak di kantor (Bidang Aplikasi): Dewi Lestari." in said
    assert "Yosef" not in said
    assert "Dewi Lestari, Yosef Wenda" in texts(inbox(hadir, "budi"))[-1]
    assert "sakit" not in said
    assert "operasi" not in texts(inbox(hadir, "budi"))[-1]


def test_each_year_is_counted_on_its_own(hadir, chat):
    siti = chat("siti")
    said = siti.says("/izin cuti 28 des - 6 jan")
    assert "Cuti tahunan 2026: sisa 8 hari sesudah ini." in said
    assert "Cuti tahunan 2027: sisa 10 hari sesudah ini." in said  # 5 January is a holiday


# ---------------------------------------------------------------- whose working days


def test_a_holiday_that_is_declared_later_gives_the_day_back(hadir, chat):
    siti = chat("siti")
    siti.says("/izin cuti 1-3 des")
    with hadir.database.write() as db:
        db.execute(holiday.insert().values(day=date(2026, 12, 2), name="Libur Pemilihan", kind="national"))
    hadir.workdays.forget()
    try:
        assert "sisa 10 hari (hak 12, menunggu 2)" in siti.says("/izin saldo")
    finally:
        with hadir.database.write() as db:
            db.execute(holiday.delete().where(holiday.c.name == "Libur Pemilihan"))


def test_a_shift_counts_its_own_days(hadir, chat):
    change(hadir, "siti", schedule="sif-malam")
    said = chat("siti").says("/izin cuti 2 hari mulai jumat")
    assert "(2 hari kerja)" in said


# ---------------------------------------------------------------- what is kept


def test_no_audit_row_holds_the_reason(hadir, chat):
    siti = chat("siti")
    siti.says("/izin izin besok 08.00-10.00 rahasia keluarga")
    chat("budi").presses(button(inbox(hadir, "budi")[0], "Tolak"))
    siti.says("/izin batal")
    for action in ("absence.requested",):
        assert "rahasia" not in str(audited(hadir, action))
    [row] = audited(hadir, "absence.requested")
    assert (row.after["kind"], row.after["state"], row.actor_id) == ("izin", "waiting", person_id(hadir, "siti"))


def test_without_a_supervisor_the_officers_are_asked(hadir, chat):
    assert "yang memutuskan pengelola kepegawaian: Rina Marlina" in chat("hendra").says("/izin cuti 1-3 des")
    assert len(inbox(hadir, "rina")) == 1


def test_ones_own_supervisor_is_nobody(hadir, chat):
    change(hadir, "siti", supervisor_id=person_id(hadir, "siti"))
    assert "Rina Marlina" in chat("siti").says("/izin cuti 1-3 des")
    assert inbox(hadir, "siti") == []


def test_while_the_supervisor_is_away_a_substitute_is_asked(hadir, chat, clock):
    chat("budi").says("/izin cuti 24-27 nov")
    chat("hendra").presses(button(inbox(hadir, "hendra")[0], "Setujui"))
    clock.now = clock.now + timedelta(days=1)
    said = chat("siti").says("/izin sakit")
    assert "Atasan Anda, Budi Santoso, sedang tidak di kantor; yang memutuskan Hendra Gunawan." in said
    asked = inbox(hadir, "hendra")[-1]
    assert "Budi Santoso sedang tidak di kantor; Anda diminta menggantikan." in texts([asked])[0]
    assert "Siti Rahayu" in chat("hendra").says("/izin daftar")
    assert "Disetujui: Siti Rahayu" in chat("hendra").presses(button(asked, "Setujui"))
