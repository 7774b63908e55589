"""`/jadwal tukar`: both agree, the supervisor approves, and the days are exchanged."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select, update

from integration import ledger, people
from integration.audit import audit
from integration.office_calendar import work_hours
from integration.rulebook.tables import rule, rule_choice
from plugins.jadwal.tables import rota_day, swap
from tests.cast import NIP, at
from tests.plugins.jadwal.published import places, publish
from tests.post import audited, button, change, inbox, labels, texts

TUESDAY_NIGHT = at("2026-11-24T00:15+07:00")


@pytest.fixture
def rota(hadir):
    return publish(hadir)


@pytest.fixture
def asked(chat, rota):
    """Siti (home on Tuesday) has asked Dewi (on standby) to exchange Tuesday and Wednesday."""
    siti = chat("siti")
    siti.says("/jadwal tukar @dewi selasa rabu antar anak ke sekolah")
    return siti


@pytest.fixture
def agreed(chat, hadir, asked):
    dewi = chat("dewi")
    dewi.presses(button(inbox(hadir, "dewi")[-1], "Setuju"))
    return dewi


def state(hadir):
    with hadir.database.read() as db:
        return db.scalars(select(swap.c.state).order_by(swap.c.id)).all()


# ---------------------------------------------------------------- the whole way


def test_both_agree_and_the_supervisor_approves(chat, hadir, rota):
    siti, dewi, budi = chat("siti"), chat("dewi"), chat("budi")
    assert siti.says("/jadwal tukar @dewi selasa rabu antar anak ke sekolah").replace("\n\n", "\n").splitlines() == [
        "Ajakan tukar dikirim kepada Dewi Lestari. Anda:",
        "- Selasa 24 Nov: WFH → **WFO (siaga)**",
        "- Rabu 25 Nov: WFO → **WFH**",
        "Berlaku setelah Dewi Lestari setuju dan atasan Anda menyetujui.",
    ]
    assert labels(siti.last) == ["Tarik kembali"]
    [invitation] = inbox(hadir, "dewi")
    assert texts([invitation])[0].replace("\n\n", "\n").splitlines() == [
        "**Siti Rahayu mengajak Anda bertukar jadwal.** Anda:",
        "- Selasa 24 Nov: WFO (siaga) → **WFH**",
        "- Rabu 25 Nov: WFH → **WFO**",
        "Catatan: “antar anak ke sekolah”",
    ]
    assert (
        dewi.presses(button(invitation, "Setuju")).replace("\n\n", "\n").splitlines()[-1]
        == "Sekarang menunggu keputusan Budi Santoso."
    )
    assert dewi.last.replaces
    assert texts(inbox(hadir, "siti")) == [
        "Dewi Lestari setuju bertukar Selasa 24 Nov dan Rabu 25 Nov dengan Anda. Sekarang menunggu keputusan Budi Santoso."
    ]
    assert places(hadir, "siti") == "O H O H O"  # not yet
    [request] = inbox(hadir, "budi")
    assert texts([request])[0].replace("\n\n", "\n").splitlines() == [
        "**Tukar jadwal**: Siti Rahayu dan Dewi Lestari (Bidang Aplikasi) sepakat.",
        "- Selasa 24 Nov: Siti Rahayu WFH → **WFO (siaga)**, Dewi Lestari WFO (siaga) → **WFH**",
        "- Rabu 25 Nov: Siti Rahayu WFO → **WFH**, Dewi Lestari WFH → **WFO**",
        "Catatan: “antar anak ke sekolah”",
    ]
    said = budi.presses(button(request, "Setujui"))
    assert said == "Disetujui: Siti Rahayu dan Dewi Lestari, Selasa 24 Nov dan Rabu 25 Nov."
    assert (places(hadir, "siti"), places(hadir, "dewi")) == ("O O* H H O", "H H O O O")
    assert texts(inbox(hadir, "siti"))[-1].replace("\n\n", "\n").splitlines() == [
        "Tukar Selasa 24 Nov dan Rabu 25 Nov dengan Dewi Lestari disetujui Budi Santoso. Anda:",
        "- Selasa 24 Nov: WFH → **WFO (siaga)**",
        "- Rabu 25 Nov: WFO → **WFH**",
    ]
    assert texts(inbox(hadir, "dewi"))[-1].replace("\n\n", "\n").splitlines()[1:] == [
        "- Selasa 24 Nov: WFO (siaga) → **WFH**",
        "- Rabu 25 Nov: WFH → **WFO**",
    ]


def test_the_older_days_stay_in_history(chat, hadir, agreed):
    chat("budi").presses(button(inbox(hadir, "budi")[0], "Setujui"))
    with hadir.database.read() as db:
        rows = db.execute(select(rota_day).where(rota_day.c.day == date(2026, 11, 24)).order_by(rota_day.c.id)).all()
        names = dict(db.execute(select(people.person.c.id, people.person.c.name)).all())
    ours = [
        (names[r.person_id].split()[0], r.place, r.source, r.active) for r in rows if names[r.person_id][:4] in ("Siti", "Dewi")
    ]
    assert ours == [
        ("Siti", "wfh", "solver", False),
        ("Dewi", "wfo", "solver", False),
        ("Siti", "wfo", "swap", True),
        ("Dewi", "wfh", "swap", True),
    ]


def test_every_step_is_in_the_audit_without_the_note(chat, hadir, agreed):
    chat("budi").presses(button(inbox(hadir, "budi")[0], "Setujui"))
    for action, who in (("swap.asked", "siti"), ("swap.agreed", "dewi"), ("swap.approved", "budi")):
        [row] = audited(hadir, action)
        assert row.actor == NIP[who]
    assert [each["day"] for each in audited(hadir, "swap.approved")[0].after["exchanged"]] == ["2026-11-24", "2026-11-25"]
    with hadir.database.read() as db:
        everything = "".join(str(row) for row in db.execute(select(audit)))
    assert "antar anak" not in everything


def test_the_table_agrees_with_the_audit(chat, hadir, agreed):
    chat("budi").presses(button(inbox(hadir, "budi")[0], "Setujui"))
    with hadir.database.read() as db, hadir.database.read() as second:
        ledgers = {name: each for name, each in ledger.of(hadir.plugins).items() if name == "swap"}
        problems = [each for each in ledger.compare(db, second, ledgers) if type(each).__name__ == "Problem"]
    assert problems == []


def test_a_shift_is_exchanged_with_its_hours(chat, hadir):
    publish(hadir, {"siti": "O O O/sif-malam . O", "dewi": "O O O O O"})
    siti, dewi = chat("siti"), chat("dewi")
    assert "- Rab 25: 22.00–06.00 · WFO" in siti.says("/jadwal")
    siti.says("/jadwal tukar @dewi rabu")
    assert "Rabu 25 Nov: WFO → **WFO, sif-malam**" in texts(inbox(hadir, "dewi"))[0]
    dewi.presses(button(inbox(hadir, "dewi")[0], "Setuju"))
    chat("budi").presses(button(inbox(hadir, "budi")[0], "Setujui"))
    assert "- Rab 25: 22.00–06.00 · WFO" in dewi.says("/jadwal")
    assert "- Rab 25: 07.30–16.00 · WFO" in siti.says("/jadwal")


@pytest.fixture
def long_night(hadir):
    """Wednesdays from 22.00 to 08.00."""
    row = {"schedule": "sif-uji", "weekday": 2, "start": 1320, "end": 1920, "break_minutes": 30, "on_holidays": True}
    with hadir.database.write() as db:
        db.execute(work_hours.insert().values(row | {"source": "uji", "valid_from": date(2020, 1, 1)}))
    hadir.workdays.forget()
    yield
    with hadir.database.write() as db:
        db.execute(work_hours.delete().where(work_hours.c.schedule == "sif-uji"))


@pytest.mark.usefixtures("long_night")
def test_a_shift_must_not_run_into_the_next_day(chat, hadir):
    publish(hadir, {"siti": "O O O/sif-uji . O", "dewi": "O O O O O"})
    said = chat("siti").says("/jadwal tukar @dewi rabu")
    assert said == "Sif Dewi Lestari yang mulai Rabu 25 Nov akan bertabrakan dengan sif berikutnya."


# ---------------------------------------------------------------- how it is said


@pytest.mark.parametrize(
    "line",
    [
        "@dewi selasa rabu",
        "selasa rabu @dewi",
        "selasa dengan @dewi rabu",
        "dewi lestari selasa dan rabu",
        "dewi 24/11 25/11",
        "selasa rabu dengan dewi lestari",
        "@dewi hari selasa 24/11 ganti rabu 25 nov",
    ],
)
def test_a_line_is_read_in_any_order(chat, hadir, rota, line):
    assert chat("siti").says(f"/jadwal tukar {line}").startswith("Ajakan tukar dikirim kepada Dewi Lestari")
    assert labels(inbox(hadir, "dewi")[0]) == ["Setuju", "Tolak"]


def test_a_mention_means_the_account_whatever_its_name_is_now(chat, hadir, rota):
    said = chat("siti").says("/jadwal tukar @namabaru selasa rabu", mentions={"namabaru": "id-dewi"})
    assert said.startswith("Ajakan tukar dikirim kepada Dewi Lestari")


def test_half_a_line_opens_the_form_with_that_half(chat, rota):
    siti = chat("siti")
    assert siti.says("/jadwal tukar @dewi") == "Tukar jadwal"
    fields = {field.name: field for field in siti.last.fields}
    assert dict(fields["partner"].choices)[fields["partner"].default] == "Dewi Lestari"
    assert "Siti Rahayu" not in dict(fields["partner"].choices).values()
    said = siti.submits(day="selasa", other_day="rabu", note="rapat")
    assert said.startswith("Ajakan tukar dikirim kepada Dewi Lestari")


def test_the_form_says_what_is_wrong_in_its_field(chat, rota):
    siti = chat("siti")
    siti.says("/jadwal tukar")
    assert "partner" in siti.submits(partner="", day="selasa")
    siti.says("/jadwal tukar @dewi")
    assert "day" in siti.submits(day="kapan-kapan")
    siti.says("/jadwal tukar @dewi")
    assert "sudah lewat" in siti.submits(day="kemarin")


def test_a_name_that_is_two_people_is_a_choice(chat, hadir, rota):
    change(hadir, "yosef", name="Yosef Lestari")
    siti = chat("siti")
    assert siti.says("/jadwal tukar lestari selasa rabu").startswith("Siapa yang dimaksud: Dewi Lestari")
    assert siti.presses("Dewi Lestari · Bidang Aplikasi").startswith("Ajakan tukar dikirim kepada Dewi Lestari")


# ---------------------------------------------------------------- why not


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("@siti selasa", "Itu Anda sendiri. Ingin bertukar dengan siapa?"),
        ("@dewi kemarin", "Minggu 22 Nov sudah lewat atau sudah mulai: yang ditukar hanya hari yang akan datang."),
        ("@dewi hari ini", "Senin 23 Nov sudah lewat atau sudah mulai: yang ditukar hanya hari yang akan datang."),
        ("@rina selasa", "Rina Marlina bekerja di Subbagian Kepegawaian. Jadwal hanya dapat ditukar dengan rekan seunit."),
        ("@dewi jumat", "Pada Jumat 27 Nov Anda dan Dewi Lestari sama-sama WFO: tidak ada yang ditukar."),
        ("@dewi 7/12", "Belum ada jadwal terbit untuk Anda pada Senin 7 Des, jadi belum ada yang ditukar. Lihat `/jadwal`"),
        (
            "@dewi selasa",
            "Dewi Lestari akan 3 hari di luar kantor pada pekan itu; paling banyak 2.\n"
            "Tukar Selasa 24 Nov bersama satu hari lain: Rabu 25 Nov.",
        ),
        (
            "@dewi rabu",
            "Anda akan 3 hari di luar kantor pada pekan itu; paling banyak 2.\n"
            "Tukar Rabu 25 Nov bersama satu hari lain: Selasa 24 Nov atau Kamis 26 Nov.",
        ),
        (
            "@hendra selasa",
            "Hendra Gunawan selalu bekerja di kantor (SE Menpan RB 1/2024; PermenPANRB 4/2025). Pilih rekan lain.",
        ),
        ("@tidakada selasa", "Tidak ada pegawai bernama “@tidakada” dalam daftar."),
    ],
)
def test_a_swap_that_cannot_be_is_refused_with_the_reason(chat, hadir, rota, line, why):
    siti = chat("siti")
    assert siti.says(f"/jadwal tukar {line}") == why
    assert siti.last.refused
    assert state(hadir) == []
    assert inbox(hadir, "dewi") == []


def test_the_days_that_would_do_are_buttons(chat, hadir, rota):
    siti = chat("siti")
    siti.says("/jadwal tukar @dewi rabu antar anak")
    assert labels(siti.last) == ["Sel 24 + Rab 25", "Rab 25 + Kam 26"]
    assert siti.presses("Rab 25 + Kam 26").startswith("Ajakan tukar dikirim kepada Dewi Lestari")
    assert "Catatan: “antar anak”" in texts(inbox(hadir, "dewi"))[0]
    assert state(hadir) == ["asked"]


def test_a_day_of_the_next_weeks_is_named_as_well(chat, hadir):
    """Nothing of this week would do; of the next one Monday would, and of Tuesday a swap waits already."""
    publish(hadir, {"siti": "O O H O O", "dewi": "O H O H O"})
    publish(hadir, {"siti": "H H O O O", "dewi": "O O H O O", "wayan": "O O O O O"}, date(2026, 11, 30))
    chat("siti").says("/jadwal tukar @wayan 1/12")
    dewi = chat("dewi")
    assert dewi.says("/jadwal tukar @siti rabu") == (
        "Anda akan 3 hari di luar kantor pada pekan itu; paling banyak 2.\n"
        "Tukar Rabu 25 Nov bersama satu hari lain: Selasa 24 Nov atau Kamis 26 Nov.\n"
        "Hari lain yang cocok untuk Anda berdua: Selasa 24 Nov, Kamis 26 Nov atau Senin 30 Nov."
    )
    assert len(labels(dewi.last)) == 5
    assert dewi.presses("Sen 30").startswith("Ajakan tukar dikirim kepada Siti Rahayu")


def test_where_no_day_would_do_another_colleague_is_the_cure(chat, hadir):
    publish(hadir, {"siti": "O O O O O", "dewi": "H H O H O", "wayan": "O O H O O"})
    said = chat("dewi").says("/jadwal tukar @wayan rabu")
    assert said.splitlines()[0] == "Anda akan 4 hari di luar kantor pada pekan itu; paling banyak 2."
    publish(hadir, {"yosef": "O H H O O", "budi": "O O O O H"}, date(2026, 11, 30))
    said = chat("yosef").says("/jadwal tukar @budi 4/12")
    assert "Tukar Jumat 4 Des bersama satu hari lain: Selasa 1 Des atau Rabu 2 Des." in said
    publish(hadir, {"hendra": "O O O O O", "siti": "O H H H O", "budi": "O O O O H"}, date(2026, 12, 7))
    chat("rina").says("/jadwal atur @budi 8/12 wfh")
    chat("rina").says("/jadwal atur @budi 9/12 wfh")
    chat("rina").says("/jadwal atur @budi 10/12 wfh")
    said = chat("siti").says("/jadwal tukar @budi 11/12")
    assert said == (
        "Anda akan 4 hari di luar kantor pada pekan itu; paling banyak 2.\n"
        "Sampai 3 Jan 2027 tidak ada hari yang cocok untuk Anda berdua. Pilih rekan lain."
    )


def test_the_form_names_the_days_too(chat, rota):
    siti = chat("siti")
    siti.says("/jadwal tukar @dewi")
    assert "Tukar Selasa 24 Nov bersama satu hari lain: Rabu 25 Nov." in siti.submits(day="selasa")


def test_of_a_colleague_who_is_away_only_that_they_are_not_there(chat, hadir, rota):
    with hadir.database.read() as db:
        dewi = people.search(db, NIP["dewi"])[0].id

    def ill(request):
        return {key: replace(plan, excuse="sakit") for key, plan in request.plans.items() if key[0] == dewi}

    hadir.workdays.providers += (ill,)
    said = chat("siti").says("/jadwal tukar @dewi selasa rabu")
    assert said == "Dewi Lestari tidak bertugas pada Selasa 24 Nov. Pilih hari atau rekan lain."
    assert chat("dewi").says("/jadwal tukar @siti selasa rabu") == "Anda tidak bekerja pada Selasa 24 Nov. Pilih hari lain."


def test_a_holiday_cannot_be_swapped(chat, hadir):
    publish(hadir, {"siti": "O O O H O", "dewi": "O O O O O"}, date(2026, 12, 21))
    assert chat("siti").says("/jadwal tukar @dewi 24/12") == "Anda tidak bekerja pada Kamis 24 Des. Pilih hari lain."


def test_who_is_not_registered_gets_no_day_at_home_where_that_is_needed(chat, hadir, rota):
    with hadir.database.write() as db:
        row = {"kind": "rota", "name": "ketat", "version": "1", "article": "SK", "valid_from": date(2024, 1, 1)}
        row["content"] = {"registered_only": True, "flexible_days_a_week": 5}
        db.execute(rule.insert().values(row))
        db.execute(rule_choice.insert().values(kind="rota", name="ketat", valid_from=date(2024, 1, 1)))
    hadir.workdays.forget()
    siti = chat("siti")
    said = siti.says("/jadwal tukar @dewi selasa")
    assert said == "Dewi Lestari belum terdaftar boleh bekerja dari rumah pada Selasa 24 Nov. Pilih rekan lain."
    chat("rina").says('/jadwal daftar-wfh tambah @dewi "menyusun laporan" sampai 31/12')
    assert siti.says("/jadwal tukar @dewi selasa").startswith("Ajakan tukar dikirim")
    with hadir.database.write() as db:
        db.execute(rule_choice.delete())
        db.execute(rule.delete().where(rule.c.name == "ketat"))


def test_a_second_swap_of_the_same_day_waits_for_the_first(chat, hadir, asked):
    assert chat("siti").says("/jadwal tukar @yosef selasa senin").startswith("Senin 23 Nov sudah lewat")
    assert chat("siti").says("/jadwal tukar @wayan rabu jumat").startswith("Tukar jadwal Anda untuk hari itu masih menunggu.")
    said = chat("wayan").says("/jadwal tukar @dewi selasa rabu")
    assert said == "Dewi Lestari punya tukar lain pada hari itu yang belum diputuskan. Pilih hari lain."
    assert state(hadir) == ["asked"]


def test_who_has_left_or_has_no_account(chat, hadir, rota):
    with hadir.database.write() as db:
        dewi = people.search(db, NIP["dewi"])[0].id
        db.execute(people.account.delete().where(people.account.c.person_id == dewi))
    said = chat("siti").says("/jadwal tukar dewi selasa rabu")
    assert said == "Dewi Lestari belum punya akun chat sehingga belum dapat menjawab. Hubungi administrator."
    change(hadir, "dewi", ended_on=date(2026, 11, 20))
    said = chat("siti").says("/jadwal tukar dewi selasa rabu")
    assert said == "Dewi Lestari sudah tidak bekerja di sini pada Rabu 25 Nov."


# ---------------------------------------------------------------- other endings


def test_the_partner_declines(chat, hadir, asked):
    said = chat("dewi").presses(button(inbox(hadir, "dewi")[0], "Tolak"))
    assert said == "Anda menolak bertukar dengan Siti Rahayu. Tidak ada yang berubah."
    assert texts(inbox(hadir, "siti")) == [
        "Dewi Lestari tidak dapat bertukar Selasa 24 Nov dan Rabu 25 Nov dengan Anda. Tidak ada yang berubah."
    ]
    assert inbox(hadir, "budi") == []
    assert chat("siti").says("/jadwal tukar @dewi selasa rabu").startswith("Ajakan tukar dikirim")  # may ask again


def test_a_second_press_changes_nothing(chat, hadir, agreed):
    assert agreed.presses(button(inbox(hadir, "dewi")[0], "Setuju")).startswith(
        "Tukar ini sudah disetujui rekan pukul 07.28 WIB"
    )
    assert agreed.presses(button(inbox(hadir, "dewi")[0], "Tolak")).startswith("Tukar ini sudah disetujui rekan")
    budi = chat("budi")
    [request] = inbox(hadir, "budi")
    budi.presses(button(request, "Setujui"))
    again = budi.presses(button(request, "Setujui"), at=at("2026-11-23T09:00+07:00"))
    assert again == "Sudah disetujui oleh Budi Santoso pukul 07.28 WIB."
    assert budi.presses(button(request, "Tolak")).startswith("Sudah disetujui oleh Budi Santoso")
    assert places(hadir, "siti") == "O O* H H O"
    assert len(texts(inbox(hadir, "siti"))) == 2


def test_the_supervisor_rejects_with_a_reason(chat, hadir, agreed):
    budi = chat("budi")
    [request] = inbox(hadir, "budi")
    assert budi.presses(button(request, "Tolak")) == "Tolak tukar jadwal"
    assert "reason" in budi.submits(reason=" ")
    budi.presses(button(request, "Tolak"))
    said = budi.submits(reason="ada tamu hari Selasa")
    assert said == ("Ditolak: Siti Rahayu dan Dewi Lestari, Selasa 24 Nov dan Rabu 25 Nov. Alasan: “ada tamu hari Selasa”")
    for who, other in (("siti", "Dewi Lestari"), ("dewi", "Siti Rahayu")):
        assert texts(inbox(hadir, who))[-1] == (
            f"Tukar Selasa 24 Nov dan Rabu 25 Nov dengan {other} ditolak Budi Santoso. Alasan: “ada tamu hari Selasa”"
        )
    assert places(hadir, "siti") == "O H O H O"
    assert "ada tamu" not in str(audited(hadir, "swap.rejected"))


def test_the_requester_takes_it_back_before_and_after_the_answer(chat, hadir, asked, agreed):
    said = asked.presses(button(inbox(hadir, "siti")[0], "Tarik kembali"))
    assert said == "Ditarik kembali: tukar Selasa 24 Nov dan Rabu 25 Nov dengan Dewi Lestari. Tidak ada yang berubah."
    told = "Siti Rahayu menarik kembali tukar jadwal: Siti Rahayu dan Dewi Lestari, Selasa 24 Nov dan Rabu 25 Nov."
    assert texts(inbox(hadir, "dewi"))[-1] == told
    assert texts(inbox(hadir, "budi"))[-1] == told
    late = chat("budi").presses(button(inbox(hadir, "budi")[0], "Setujui"))
    assert late == "Tukar ini ditarik kembali pukul 07.28 WIB; tidak ada yang berubah."
    assert places(hadir, "siti") == "O H O H O"


def test_nobody_else_answers_decides_or_withdraws(chat, hadir, asked):
    invitation = inbox(hadir, "dewi")[0]
    assert chat("yosef").presses(button(invitation, "Setuju")) == "Ajakan tukar ini bukan untuk Anda."
    withdraw = asked.last.buttons[0]
    assert chat("yosef").presses(withdraw) == "Tukar jadwal ini bukan milik Anda."
    chat("dewi").presses(button(invitation, "Setuju"))
    approve = button(inbox(hadir, "budi")[0], "Setujui")
    assert chat("yosef").presses(approve) == "Hanya atasan Siti Rahayu dan pengelola kepegawaian yang dapat memutuskan ini."
    for one in ("siti", "dewi"):
        assert chat(one).presses(approve) == "Tidak ada yang memutuskan tukar jadwalnya sendiri."
    assert state(hadir) == ["agreed"]
    assert chat("hendra").presses(approve).startswith("Disetujui")  # above in line


def test_with_ones_own_supervisor_somebody_else_decides(chat, hadir, rota):
    chat("siti").says("/jadwal tukar @budi kamis jumat")
    budi = chat("budi")
    said = budi.presses(button(inbox(hadir, "budi")[0], "Setuju"))
    assert said.replace("\n\n", "\n").splitlines()[-1] == "Sekarang menunggu keputusan Hendra Gunawan."
    request = inbox(hadir, "hendra")[0]
    assert budi.presses(button(request, "Setujui")) == "Tidak ada yang memutuskan tukar jadwalnya sendiri."
    assert chat("hendra").presses(button(request, "Setujui")).startswith("Disetujui")
    assert (places(hadir, "siti"), places(hadir, "budi")) == ("O H O O H", "O H O H O")


def test_what_was_possible_when_asked_may_not_be_when_decided(chat, hadir, agreed):
    with hadir.database.write() as db:
        siti = people.search(db, NIP["siti"])[0].id
        gone = (rota_day.c.person_id == siti) & (rota_day.c.day == date(2026, 11, 24))
        db.execute(update(rota_day).where(gone).values(active=False))
    said = chat("budi").presses(button(inbox(hadir, "budi")[0], "Setujui"))
    assert said.replace("\n\n", "\n").splitlines() == [
        "Tukar ini tidak mungkin lagi:",
        "Belum ada jadwal terbit untuk Siti Rahayu pada Selasa 24 Nov. Pilih hari lain, atau lihat `/jadwal tim`",
        "Tolak saja, supaya keduanya tahu.",
    ]
    assert state(hadir) == ["agreed"]


# ---------------------------------------------------------------- what waits


def test_alone_it_lists_what_waits_for_whom(chat, hadir, asked):
    siti, dewi = chat("siti"), chat("dewi")
    assert siti.says("/jadwal tukar").replace("\n\n", "\n").splitlines() == [
        "**Tukar jadwal Anda**",
        "1. Selasa 24 Nov dan Rabu 25 Nov dengan Dewi Lestari: belum dijawab",
    ]
    assert labels(siti.last) == ["Tarik kembali 1", "Tukar baru"]
    assert siti.says("/jadwal").replace("\n\n", "\n").splitlines()[-1] == (
        "Tukar jadwal masih menunggu: Selasa 24 Nov dan Rabu 25 Nov. Lihat `/jadwal tukar`"
    )
    assert dewi.says("/jadwal tukar").replace("\n\n", "\n").splitlines()[0] == "**Menunggu jawaban Anda**"
    dewi.presses("Setuju 1")
    budi = chat("budi")
    assert budi.says("/jadwal tukar").replace("\n\n", "\n").splitlines() == [
        "**Menunggu keputusan Anda**",
        "1. Siti Rahayu dan Dewi Lestari, Selasa 24 Nov dan Rabu 25 Nov",
        "- Selasa 24 Nov: Siti Rahayu WFH → **WFO (siaga)**, Dewi Lestari WFO (siaga) → **WFH**",
        "- Rabu 25 Nov: Siti Rahayu WFO → **WFH**, Dewi Lestari WFH → **WFO**",
        "Catatan: “antar anak ke sekolah”",
    ]
    assert budi.presses("Setujui 1").startswith("Disetujui")
    assert siti.says("/jadwal tukar") == "Tukar jadwal"  # the form: nothing waits
    assert siti.says("/jadwal tukar daftar").startswith("Tidak ada tukar jadwal yang menunggu.")
    assert siti.presses("Tukar baru") == "Tukar jadwal"


def test_what_was_withdrawn_meanwhile_hides_nothing_of_the_list(chat, hadir, agreed):
    chat("wayan").says("/jadwal tukar @yosef rabu kamis")
    chat("yosef").presses(button(inbox(hadir, "yosef")[-1], "Setuju"))
    budi = chat("budi")
    budi.says("/jadwal tukar")
    chat("siti").presses(button(inbox(hadir, "siti")[0], "Tarik kembali"))
    assert "ditarik kembali" in budi.presses("Setujui 1")
    assert labels(budi.last) == ["1 lagi menunggu"]
    assert "1. I Wayan" in budi.presses("1 lagi menunggu")


def test_an_answer_hides_nothing_of_what_else_waits_for_one(chat, hadir, asked):
    chat("yosef").says("/jadwal tukar @dewi jumat")
    dewi = chat("dewi")
    dewi.says("/jadwal tukar")
    agree, refuse = button(dewi.last, "Setuju 1"), button(dewi.last, "Tolak 1")
    dewi.presses(agree)
    assert labels(dewi.last) == ["1 lagi menunggu"]
    assert "sudah disetujui rekan" in dewi.presses(refuse)
    assert "Yosef" in dewi.presses("1 lagi menunggu")


def test_what_was_agreed_to_is_exchanged_and_nothing_that_a_newer_rota_says(chat, hadir, agreed):
    """The same people, the same days, and still different places; but not those that both have agreed to."""
    with hadir.database.write() as db:
        old = db.execute(select(rota_day).where(rota_day.c.day == date(2026, 11, 25), rota_day.c.active)).all()
        db.execute(update(rota_day).where(rota_day.c.id.in_([row.id for row in old])).values(active=False))
        turned = {"wfo": "wfh", "wfh": "wfa"}
        for row in old:
            values = {name: value for name, value in row._mapping.items() if name != "id"}
            db.execute(rota_day.insert().values(values | {"place": turned[row.place], "active": True}))
    said = chat("budi").presses(button(inbox(hadir, "budi")[0], "Setujui"))
    assert (
        said.replace("\n\n", "\n")
        .splitlines()[1]
        .startswith(("Jadwal sudah berubah sementara itu", "Anda akan", "Siti Rahayu akan", "Dewi Lestari akan"))
    )
    assert state(hadir) == ["agreed"]
    assert "swap" not in {row.source for row in _rows(hadir)}


def _rows(hadir):
    with hadir.database.read() as db:
        return db.execute(select(rota_day)).all()


@pytest.mark.parametrize("locale", ["id", "en"])
def test_the_form_fits_into_a_dialog(hadir, chat, rota, locale):
    change(hadir, "siti", locale=locale)
    siti = chat("siti")
    siti.says("/jadwal tukar")
    for words in (siti.last.title, *(field.label for field in siti.last.fields)):
        assert len(words.encode()) <= 24, words
