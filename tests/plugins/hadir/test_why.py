"""`/hadir kenapa`: why a day is as it is, in plain words. Siti was late on Monday, 23 November 2026; it is Tuesday."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import update

from integration import outages, people
from integration.messages import Form
from integration.rulebook.tables import rule_choice
from tests.cast import at
from tests.post import change, labels, person_id

MONDAY, TUESDAY = date(2026, 11, 23), date(2026, 11, 24)


def monday(clock):
    return at(f"2026-11-23T{clock}+07:00")


@pytest.fixture
def siti(chat, clock):
    """Late by 16 minutes and gone at 16:05 on Monday."""
    talker = chat("siti")
    talker.says("/hadir masuk", at=monday("07:46"))
    talker.says("/hadir pulang", at=monday("16:05"))
    clock.now = at("2026-11-24T07:00+07:00")
    return talker


@pytest.fixture
def plans(hadir):
    """Change what is expected: `plans("siti", MONDAY, excuse="cuti")`."""

    def expect(username, day, **values):
        key = (person_id(hadir, username), day)

        def provide(request):
            return {key: replace(request.plans[key], **values)} if key in request.plans else {}

        hadir.workdays.providers = (*hadir.workdays.providers, provide)

    return expect


def use(hadir, name):
    with hadir.database.write() as db:
        db.execute(rule_choice.insert().values(kind="attendance", name=name, valid_from=date(2026, 1, 1)))
    hadir.workdays.forget()


# ---------------------------------------------------------------- one's own day


def test_why_was_i_late(siti):
    assert siti.says("/hadir kenapa").splitlines() == [
        "**Senin, 23 November 2026** — terlambat 16 menit",
        "- Jam kerja: 07.30–16.00 WIB.",
        "- Tercatat: masuk 07.46 WIB (WFO), pulang 16.05 WIB.",
        "- Masuk pukul 07.46 WIB: terlambat 16 menit dari 07.30 WIB.",
        "- Aturan: standar versi 12 April 2023 (Perpres 21/2023); dasar versi 1 (Perpres 21/2023).",
        "Keliru? Ajukan koreksi sampai Senin 7 Des: `/hadir koreksi 23/11`",
    ]
    assert labels(siti.last) == ["Koreksi"]
    siti.presses("Koreksi")
    assert isinstance(siti.last, Form)
    assert "23" in {field.name: field.default for field in siti.last.fields}["day"]


@pytest.mark.parametrize(
    "words", ["why", "alasan", "mengapa", "kenapa kemarin", "kenapa senin", "kenapa 23/11", "kenapa 23/11 @siti"]
)
def test_the_same_in_other_words(siti, words):
    assert siti.says(f"/hadir {words}").startswith("**Senin, 23 November 2026** — terlambat 16 menit")


def test_who_comes_late_can_ask_at_once(chat, clock):
    siti = chat("siti")
    siti.says("/hadir masuk", at=monday("07:46"))
    assert labels(siti.last) == ["Kenapa?"]
    assert "- Masuk pukul 07.46 WIB: terlambat 16 menit dari 07.30 WIB." in siti.presses("Kenapa?", at=monday("07:47"))
    siti.says("/hadir status", at=monday("08:00"))
    assert labels(siti.last) == ["Pulang", "Kenapa?"]


def test_the_band_and_what_it_would_cost(hadir, siti):
    use(hadir, "permentan-68-2012")
    said = siti.says("/hadir kenapa")
    assert "terlambat 16 menit dari 07.30 WIB. (TL1, potongan 0,5 %, simulasi)" in said
    assert "permentan-68-2012 versi 1 (Permentan 68/2012)" in said


def test_everything_in_order(chat, clock):
    chat("siti").says("/hadir masuk", at=monday("07:28"))
    chat("siti").says("/hadir pulang", at=monday("16:05"))
    said = chat("siti").says("/hadir kenapa hari ini", at=monday("17:00"))
    assert said.startswith("**Senin, 23 November 2026** — hadir, tidak ada yang kurang")
    assert "koreksi" not in said


def test_a_day_that_is_not_over(siti):
    said = siti.says("/hadir kenapa hari ini")
    assert said.startswith("**Selasa, 24 November 2026** — belum selesai\n- Jam kerja: 07.30–16.00 WIB.")
    assert "koreksi" not in said


def test_a_day_without_any_record(siti):
    said = siti.says("/hadir kenapa 20/11")
    assert "— tanpa keterangan" in said
    assert "- Tidak ada catatan masuk, pulang, atau izin." in said
    assert said.endswith("Cuti, sakit, izin, atau dinas? Ajukan lewat `/izin`")


def test_a_forgotten_check_out(hadir, chat, clock):
    chat("siti").says("/hadir masuk", at=monday("07:28"))
    said = chat("siti").says("/hadir kenapa", at=at("2026-11-24T09:00+07:00"))
    assert "— tidak lengkap" in said
    assert "- Tercatat: masuk 07.28 WIB (WFO), pulang belum tercatat." in said
    assert "- Pulang tidak tercatat." in said


def test_days_off_and_days_to_come(siti):
    assert siti.says("/hadir kenapa minggu lalu").startswith("“minggu lalu” bisa berarti")
    assert siti.says("/hadir kenapa 22/11") == "**Minggu, 22 November 2026** — libur\n- Tidak ada jam kerja menurut jadwal."
    assert siti.says("/hadir kenapa 25/12") == "Jumat, 25 Desember 2026 belum tiba. Hari libur: Hari Raya Natal."
    assert siti.says("/hadir kenapa 24/12/2026").startswith("Kamis, 24 Desember 2026 belum tiba.")


def test_a_day_before_hadir_knew_the_person(hadir, siti):
    change(hadir, "siti", started_on=MONDAY)
    assert "Tidak ada di daftar pegawai pada hari itu." in siti.says("/hadir kenapa 2/11")


def test_a_day_too_old_to_correct(siti):
    said = siti.says("/hadir kenapa 2/11")
    assert "Batas koreksi 14 hari sudah lewat; hubungi pengelola kepegawaian." in said
    assert labels(siti.last) == []


def test_a_correction_that_waits(siti):
    siti.says("/hadir koreksi kemarin masuk 07.25 rapat pagi")
    said = siti.says("/hadir kenapa")
    assert said.endswith("Koreksi hari itu sedang menunggu keputusan: `/hadir koreksi daftar`")
    assert labels(siti.last) == []


def test_leave_with_its_letter(siti, plans):
    plans("siti", MONDAY, excuse="dinas", excuse_source="ST-112/2026")
    said = siti.says("/hadir kenapa 23/11")
    assert said.startswith("**Senin, 23 November 2026** — dinas")
    assert "- Tercatat dinas luar (ST-112/2026)." in said


def test_an_outage_is_named(hadir, siti):
    with hadir.database.write() as db:
        first, last = monday("07:00"), monday("07:40")
        outages.declare(db, first, last, "server mati", "terminal:agus", monday("08:00"))
    said = siti.says("/hadir kenapa")
    assert "- Gangguan layanan 07.00–07.40 WIB: 16 menit tidak dihitung terlambat." in said
    assert "koreksi" not in said


def test_flexible_hours_are_explained_when_they_matter(hadir, chat):
    use(hadir, "pmk-221-2021")
    siti = chat("siti")
    said = siti.says("/hadir masuk", at=monday("08:00"))
    assert said == (
        "Masuk tercatat pukul 08.00 WIB (WFO). "
        "Waktu fleksibel: datang 30 menit setelah jam masuk, jadi jam pulang menjadi 16.30 WIB."
    )
    assert siti.says("/hadir pulang", at=monday("16:10")) == "Pulang tercatat pukul 16.10 WIB (WFO), lebih awal 20 menit."
    assert "- Kurang 20 menit sampai pukul 16.30 WIB." in siti.says("/hadir kenapa", at=monday("17:00"))


def test_a_check_in_before_stamps_count_gives_way_to_one_after(hadir, chat):
    use(hadir, "pmk-221-2021")
    siti = chat("siti")
    assert "Pukul 04.50 WIB tidak dihitung: yang dihitung hanya 05.00–23.59." in siti.says("/hadir masuk", at=monday("04:50"))
    assert siti.says("/hadir masuk", at=monday("05:10")).startswith("Masuk tercatat pukul 05.10 WIB (WFO).")
    assert siti.says("/hadir masuk", at=monday("05:20")).startswith("Masuk Anda sudah tercatat pukul 05.10 WIB (WFO)")


def test_the_week_of_dynamic_hours(hadir, siti):
    change(hadir, "siti", schedule="dinamis")
    said = siti.says("/hadir kenapa 23/11")
    assert "- Jam kerja dinamis: 7 jam 30 menit kapan saja antara 06.00–21.00 WIB; yang dihitung jumlah seminggu." in said
    assert "- Minggu itu: 7 jam 19 menit dari 37 jam 30 menit." in said


# ---------------------------------------------------------------- another place than planned


def test_another_place_than_planned_is_recorded_and_flagged(chat, plans):
    plans("siti", MONDAY, place="wfo")
    siti = chat("siti")
    said = siti.says("/hadir masuk wfh", at=monday("07:28"))
    assert said == "Masuk tercatat pukul 07.28 WIB (WFH). Rencana Anda WFO; tetap tercatat."
    assert "- Tempat WFH; menurut rencana WFO." in siti.says("/hadir kenapa", at=monday("07:30"))
    assert "| ≠ " in siti.says("/hadir rekap", at=monday("07:30"))
    assert "WFH (rencana WFO)" in chat("budi").says("/hadir tim", at=monday("07:30"))
    assert "rencana" not in chat("dewi").says("/hadir tim", at=monday("07:30"))


def test_a_place_that_is_chosen_later_is_compared_too(chat, plans):
    plans("siti", MONDAY, place="wfo")
    siti = chat("siti")
    assert "rencana" not in siti.says("/hadir masuk wfg", at=monday("07:28")).lower()
    assert siti.presses("WFH", at=monday("07:29")).endswith("Rencana Anda WFO; tetap tercatat.")


# ---------------------------------------------------------------- of whom


@pytest.mark.parametrize("who", ["budi", "hendra", "rina", "kartika"])
@pytest.mark.parametrize(
    "words", ["kenapa @siti", "kenapa 23/11 @siti", "kenapa Siti Rahayu kemarin", "kenapa 198501012010010003"]
)
def test_who_may_see_the_record_may_ask(chat, siti, who, words):
    said = chat(who).says(f"/hadir {words}")
    assert said.startswith("**Siti Rahayu, Senin, 23 November 2026** — terlambat 16 menit")
    assert said.endswith("Siti Rahayu dapat mengajukan koreksi sampai Senin 7 Des.")


@pytest.mark.parametrize("who", ["dewi", "wayan", "agus"])
def test_colleagues_may_not(chat, siti, who):
    said = chat(who).says("/hadir kenapa @siti")
    assert said.startswith("Catatan Siti Rahayu hanya dapat dilihat yang bersangkutan")
    assert "07.46" not in said


def test_a_mention_is_known_by_its_id(chat, siti):
    assert chat("budi").says("/hadir kenapa @sitti.baru", mentions={"sitti.baru": "id-siti"}).startswith("**Siti Rahayu,")


@pytest.mark.parametrize("words", ["@tidakada", "@", "@all kemarin"])
def test_nobody_of_that_name(siti, words):
    assert siti.says(f"/hadir kenapa {words}") == "Tidak ada pegawai dengan nama itu. Contoh: `/hadir kenapa @siti`"


def test_what_is_neither_day_nor_name(siti):
    assert "tidak terbaca sebagai hari" in siti.says("/hadir kenapa saya terlambat")
    assert "tidak terbaca sebagai hari" in siti.says("/hadir kenapa @siti xyz")
    assert "bukan tanggal yang ada" in siti.says("/hadir kenapa 31/02")


def test_a_name_of_several(hadir, siti, chat):
    with hadir.database.write() as db:
        db.execute(update(people.person).where(people.person.c.name == "Dewi Lestari").values(name="Siti Aminah"))
    change(hadir, "siti", name="Ani Siti Rahayu")
    said = chat("budi").says("/hadir kenapa siti a")
    assert said.startswith("Yang cocok beberapa orang: Siti Aminah (Bidang Aplikasi), Ani Siti Rahayu (Bidang Aplikasi).")
    assert chat("budi").says("/hadir kenapa siti kemarin").startswith("**Ani Siti Rahayu"), "a username wins"


def test_in_english(hadir, siti):
    change(hadir, "siti", locale="en")
    said = siti.says("/hadir why yesterday")
    assert "— 16 min late" in said
    assert "Is it wrong? Ask for a correction until Monday 7 Dec" in said


def test_reading_writes_nothing(hadir, siti, statements):
    siti.says("/hadir kenapa")
    assert not [each for each in statements if each.startswith(("INSERT", "UPDATE", "DELETE"))]
    assert len(statements) < 16, "plans, events, rules and outages once each, not once a day"
