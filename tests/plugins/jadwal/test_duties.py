"""Duties of the register in a rota: who has to be at the office for which, and what is done from home."""

from __future__ import annotations

from datetime import date
from io import BytesIO

import pytest
from openpyxl import load_workbook
from sqlalchemy import select, update

from integration.messages import Form, FormErrors, plain
from plugins.jadwal.rota import verify
from plugins.jadwal.tables import rota
from tests.plugins.jadwal.rotas import LINE, absent, draft, places, press, states, works
from tests.post import inbox, labels, person_id, texts

DUTIES = {"siti": "pelayanan loket, arsip", "dewi": "Pelayanan  Loket", "wayan": "menyusun laporan", "yosef": "arsip"}


@pytest.fixture
def registered(chat):
    for who, duties in DUTIES.items():
        chat("rina").says(f'/jadwal daftar-wfh tambah @{who} "{duties}"')


def at_home(hadir, day, *, active=False):
    return {person for (person, other), place in places(hadir, active=active).items() if other == day and place == "wfh"}


def days(hadir):
    return sorted({day for _, day in places(hadir, active=False)})


# ---------------------------------------------------------------- saying it


@pytest.mark.usefixtures("registered")
def test_one_of_two_who_have_a_duty_is_always_at_the_office(chat, hadir):
    text = plain(draft(chat, hadir, line=LINE + ' tugas "pelayanan loket" 1').text)
    assert "\nTugas di kantor setiap hari: pelayanan loket 1 orang.\n" in text
    both = {person_id(hadir, "siti"), person_id(hadir, "dewi")}
    assert all(len(both & at_home(hadir, day)) <= 1 for day in days(hadir))
    assert any(both & at_home(hadir, day) for day in days(hadir))


@pytest.mark.usefixtures("registered")
def test_a_part_of_the_name_and_several_duties_are_enough(chat, hadir):
    text = plain(draft(chat, hadir, line=LINE + " tugas loket 2, arsip=1").text)
    assert "\nTugas di kantor setiap hari: pelayanan loket 2 orang, arsip 1 orang.\n" in text
    both = {person_id(hadir, "siti"), person_id(hadir, "dewi")}
    assert not [day for day in days(hadir) if both & at_home(hadir, day)]


@pytest.mark.usefixtures("registered")
def test_only_who_is_registered_for_what_is_done_from_home_is_at_home(chat, hadir):
    text = plain(draft(chat, hadir, line=LINE + ' wfh "menyusun laporan", arsip').text)
    assert "\nWFH hanya untuk yang terdaftar untuk tugas: “menyusun laporan”, “arsip”.\n" in text
    home = set().union(*(at_home(hadir, day) for day in days(hadir)))
    assert home == {person_id(hadir, who) for who in ("siti", "wayan", "yosef")}


@pytest.mark.usefixtures("registered")
def test_the_form_names_the_duties_that_are_known(chat, hadir):
    talker = chat("hendra")
    assert talker.says("/jadwal susun tugas loket 1") == "Susun jadwal"
    assert "Tugas yang tercatat (jumlah orang): arsip (2), pelayanan loket (2), menyusun laporan (1)" in plain(
        talker.last.intro
    )
    assert {field.name: field.default for field in talker.last.fields}["duties"] == "loket 1"
    assert "sedang disusun" in talker.submits(duties="loket 1; arsip 1", home="")
    works(hadir)
    message = inbox(hadir, "hendra")[-1]
    assert "pelayanan loket 1 orang, arsip 1 orang" in texts([message])[0]
    assert press(chat("hendra"), message, "Ubah") == "Susun jadwal"


def test_where_nobody_is_registered_the_form_is_as_short_as_before(chat):
    talker = chat("hendra")
    talker.says("/jadwal susun")
    assert not {"duties", "home"} & {field.name for field in talker.last.fields}
    assert "Tugas" not in plain(talker.last.intro)


# ---------------------------------------------------------------- what cannot be


@pytest.mark.parametrize(
    ("field", "said", "answer"),
    [
        ("duties", "lokit 1", "Di unit ini tidak ada tugas “lokit”. Yang tercatat: "),
        ("duties", "arsib 1", "Di unit ini tidak ada tugas “arsib”. Yang mirip: “arsip”"),
        ("duties", "loket", "Tulis angka di belakang setiap tugas, misalnya: loket 2, arsip 1"),
        ("duties", "loket 3", "Hanya 2 orang terdaftar untuk tugas “pelayanan loket”. Tulis 2 atau kurang."),
        ("home", "menyusun lapran", "Di unit ini tidak ada tugas “menyusun lapran”. Yang mirip: “menyusun laporan”"),
    ],
)
@pytest.mark.usefixtures("registered")
def test_what_is_wrong_is_said_in_its_field(chat, hadir, field, said, answer):
    talker = chat("hendra")
    talker.says("/jadwal susun")
    talker.submits(**{field: said})
    assert isinstance(talker.last, FormErrors)
    assert list(talker.last.by_field) == [field]
    assert answer in plain(talker.last.by_field[field])
    assert states(hadir) == []


@pytest.mark.usefixtures("registered")
def test_an_unknown_duty_in_a_line_opens_the_form_with_what_was_typed(chat, hadir):
    talker = chat("hendra")
    assert talker.says(LINE + " tugas arsib 1") == "Susun jadwal"
    assert isinstance(talker.last, Form)
    assert plain(talker.last.intro).startswith("⚠ Di unit ini tidak ada tugas “arsib”. Yang mirip: “arsip”")
    assert {field.name: field.default for field in talker.last.fields}["duties"] == "arsib 1"
    assert states(hadir) == []


def test_without_a_register_it_is_said_how_to_begin_one(chat):
    talker = chat("hendra")
    talker.says(LINE + " loket=1")
    assert "Belum ada tugas yang tercatat di unit ini. Daftarkan dulu: `/jadwal daftar-wfh tambah" in plain(talker.last.intro)


def test_who_must_be_at_the_office_anyway_cannot_be_the_only_one_at_home(chat):
    chat("rina").says('/jadwal daftar-wfh tambah @hendra "memimpin"')
    talker = chat("hendra")
    talker.says(LINE + " wfh memimpin")
    assert "Tidak ada yang boleh WFH terdaftar untuk “memimpin”." in plain(talker.last.intro)


@pytest.mark.usefixtures("registered")
def test_a_duty_that_cannot_be_covered_is_named_with_its_days(chat, hadir):
    absent(hadir, date(2026, 12, 1), siti="cuti")
    absent(hadir, date(2026, 12, 2), siti="cuti")
    text = plain(draft(chat, hadir, line=LINE + " tugas loket 2").text)
    assert "- Sel 1, Rab 2 Des: perlu 2 petugas “pelayanan loket” di kantor, hanya 1 ada (1 cuti)." in text


@pytest.mark.usefixtures("registered")
def test_who_is_not_registered_any_more_is_noticed_before_publishing(chat, hadir):
    message = draft(chat, hadir, line=LINE + " tugas loket 2")
    chat("rina").says("/jadwal daftar-wfh hapus @dewi")
    said = press(chat("hendra"), message, "Terbitkan")
    assert said.startswith("**Ada yang berubah")
    assert "perlu 2 petugas “pelayanan loket” di kantor, hanya 1 ada." in said


# ---------------------------------------------------------------- once it holds


@pytest.fixture
def published(chat, hadir, registered):
    """Of Siti and Dewi one is at the office every day, and only who writes reports or keeps archives has WFH."""
    line = "/jadwal susun 2 minggu mulai senin tugas loket 1 wfh laporan, arsip, loket"
    press(chat("hendra"), draft(chat, hadir, line=line), "Terbitkan")
    return places(hadir)


@pytest.mark.usefixtures("published")
def test_a_swap_that_would_leave_a_duty_without_anybody_is_refused(chat, hadir):
    """Dewi is at home and Siti keeps the counter; Yosef, who does not, cannot take Siti's place."""
    set_day(chat, "2/12", dewi="wfh", siti="wfo", yosef="wfh", wayan="wfo", budi="wfo")
    siti = chat("siti")
    assert siti.says("/jadwal tukar @yosef 2/12") == (
        "Pada Rabu 2 Des tidak ada petugas “pelayanan loket” di kantor, padahal perlu 1. "
        "Pilih hari lain, atau rekan dengan tugas yang sama."
    )
    assert siti.last.refused


def set_day(chat, day, **where):
    for who, place in where.items():
        chat("hendra").says(f"/jadwal atur @{who} {day} {place}")


@pytest.mark.usefixtures("published")
def test_a_swap_between_two_who_have_the_duty_is_fine(chat, hadir):
    set_day(chat, "2/12", dewi="wfh", siti="wfo")
    set_day(chat, "3/12", dewi="wfo", siti="wfh")
    assert chat("siti").says("/jadwal tukar @dewi 2/12 3/12").startswith("Ajakan tukar dikirim kepada Dewi Lestari")


@pytest.mark.usefixtures("published")
def test_who_is_registered_for_other_duties_gets_no_day_at_home_by_a_swap(chat, hadir):
    set_day(chat, "2/12", siti="wfh", budi="wfo", dewi="wfo")
    said = chat("siti").says("/jadwal tukar @budi 2/12")
    assert said == (
        "WFH pada Rabu 2 Des hanya untuk yang terdaftar untuk “menyusun laporan”, “arsip”, “pelayanan loket”; "
        "Budi Santoso tidak. Pilih rekan lain."
    )


@pytest.mark.usefixtures("published")
def test_a_day_set_by_hand_says_which_duty_it_breaks(chat, hadir):
    set_day(chat, "2/12", dewi="wfh", siti="wfo")
    said = chat("hendra").says("/jadwal atur @siti 2/12 wfh")
    assert "⚠ Rabu 2 Des: perlu 1 petugas “pelayanan loket” di kantor, tidak ada seorang pun." in said


@pytest.mark.usefixtures("published")
def test_what_it_has_to_keep_stands_with_the_published_rota_and_in_the_workbook(chat, hadir):
    talker = chat("hendra")
    said = talker.says("/jadwal rancangan 1")
    assert said.startswith("**Jadwal terbit: Bidang Aplikasi** (no. 1)\n30 Nov–13 Des 2026, diterbitkan Hendra Gunawan")
    assert "Tugas di kantor setiap hari: pelayanan loket 1 orang." in said
    assert labels(talker.last) == ["Gambar", "Unduh XLSX", "Cabut"]
    talker.presses("Unduh XLSX")
    [file] = talker.last.files or inbox(hadir, "hendra")[-1].files
    cells = [cell.value for row in load_workbook(BytesIO(file.content)).active for cell in row if cell.value]
    assert "Tugas di kantor setiap hari: pelayanan loket 1 orang." in cells


@pytest.mark.usefixtures("published")
def test_demands_that_were_changed_behind_the_services_back_are_found(hadir):
    with hadir.database.write() as db:
        assert list(verify.problems(db)) == []
        statement = db.scalar(select(rota.c.statement))
        request = {name: value for name, value in statement["request"].items() if name != "on_duty"}
        db.execute(update(rota).values(statement={**statement, "request": request | {"standby": 3}}))
        [problem] = verify.problems(db)
    assert problem.what == "rota:1"
    assert problem.detail == "not what the audit says was asked for: on_duty, standby"
