"""`/hadir kepatuhan`: who may see it, what it counts, what it finds worth a look, and how it says so. It is December."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from sqlalchemy import insert, select

from integration import people
from integration.core import Hadir
from integration.deliveries.task import deliver
from integration.messages import Button, reply_from_json
from integration.outages import outage
from integration.outbox import outbox
from integration.rulebook.tables import rule
from integration.scheduler import work as work_of
from plugins.hadir import compliance
from plugins.hadir.compliance import Compliance
from plugins.hadir.compliance import commands as compliance_commands
from plugins.hadir.compliance.patterns import Pattern
from plugins.hadir.reports import scope
from tests import paper
from tests.cast import APLIKASI, KEPEGAWAIAN, at
from tests.post import button, change, inbox, labels, person_id

NOVEMBER = date(2026, 11, 1)
WORKING_DAYS = [date(2026, 11, 2) + timedelta(days=n) for n in range(29) if n % 7 < 5]


@pytest.fixture(autouse=True)
def _december(clock):
    clock.now = at("2026-12-03T09:00+07:00")


def came(chat, who: str, day: date, clock: str, place: str = "wfo", left: str = "16:40") -> None:
    chat(who).says(f"/hadir masuk {place}", at=at(f"{day}T{clock}+07:00"))
    if left:
        chat(who).says("/hadir pulang", at=at(f"{day}T{left}+07:00"))


def gathered(hadir: Hadir, username: str = "") -> Compliance:
    """The whole office's November, or the unit's of somebody."""
    with hadir.database.read() as db:
        work = work_of(hadir, db)
        team = scope.everybody(work, NOVEMBER)
        if username:
            unit = next(someone.unit_id for someone in team if someone.id == person_id(hadir, username))
            team = [someone for someone in team if someone.unit_id == unit]
        return compliance.gather(work, "Kantor", team, NOVEMBER)


def patterns(hadir: Hadir, code: str) -> list[Pattern]:
    return [pattern for pattern in gathered(hadir).patterns if pattern.code == code]


def corrects(hadir: Hadir, chat, who: str, day: date, clock: str, *, decider: str = "budi", after: int = 1) -> None:
    """Asked at nine the next morning, approved some minutes later."""
    asked = at(f"{day + timedelta(days=1)}T09:00+07:00")
    chat(who).says(f"/hadir koreksi {day:%d/%m} masuk wfo {clock} lupa", at=asked)
    approve = button(inbox(hadir, decider)[-1], "Setujui")
    chat(decider).presses(approve, at=asked + timedelta(minutes=after))


# ---------------------------------------------------------------- who may see it


@pytest.mark.parametrize("who", ["kartika", "rina"])
def test_compliance_and_personnel_see_the_office(chat, who):
    came(chat, "siti", WORKING_DAYS[0], "07:20")
    said = chat(who).says("/hadir kepatuhan nov")
    assert said.startswith("**Kepatuhan November 2026 — Kantor** (9 pegawai)")
    assert APLIKASI in said
    assert KEPEGAWAIAN in said


def test_the_head_of_a_unit_sees_that_unit(chat):
    came(chat, "siti", WORKING_DAYS[0], "07:20")
    hendra = chat("hendra")
    assert hendra.says("/hadir kepatuhan nov").startswith(f"**Kepatuhan November 2026 — {APLIKASI}** (6 pegawai)")
    assert hendra.says(f"/hadir kepatuhan nov {KEPEGAWAIAN}").startswith(f"Anda dapat melihat unit Anda sendiri ({APLIKASI})")


@pytest.mark.parametrize("who", ["siti", "budi", "agus"])
def test_nobody_else_does(chat, who):
    said = chat(who).says("/hadir kepatuhan")
    assert said.startswith("Laporan ini untuk unit kepatuhan, kepegawaian, dan pimpinan unit.")
    assert "/hadir rekap" in said


def test_a_button_of_somebody_elses_view_is_refused(hadir, chat):
    came(chat, "siti", WORKING_DAYS[0], "07:20")
    for action in ("compliance", "compliance_xlsx", "compliance_pdf"):
        assert chat("siti").presses(Button("x", f"hadir.{action}", "2026-11:0")).startswith("Laporan ini untuk")
        assert chat("hendra").presses(Button("x", f"hadir.{action}", "2026-11:0")).startswith("Anda dapat melihat unit")
    assert inbox(hadir, "siti") == inbox(hadir, "hendra") == []


@pytest.mark.parametrize("value", ["", "2026-11", "2026-13:0", "2026-11:999", "2026-11:0:x", "besok:1"])
def test_a_made_up_button_finds_nothing(chat, value):
    assert chat("kartika").presses(Button("x", "hadir.compliance", value)) == "Laporan ini sudah tidak ada."


def test_an_unknown_unit_and_a_month_to_come_are_said(chat):
    kartika = chat("kartika")
    assert "Antariksa" in kartika.says("/hadir kepatuhan Antariksa")
    assert kartika.says("/hadir kepatuhan jan 2027") == "Januari 2027 belum tiba."
    assert "Bidang Aplikasi" in kartika.says("/hadir kepatuhan B")


def test_an_empty_month_is_said(hadir, chat):
    for username in ("hendra", "budi", "siti", "dewi", "wayan", "yosef", "rina", "kartika", "agus"):
        change(hadir, username, started_on=date(2026, 12, 1))
    kartika = chat("kartika")
    assert kartika.says("/hadir kepatuhan nov") == "Belum ada catatan kehadiran Kantor pada November 2026."
    assert labels(kartika.last) == ["Oktober 2026", "Desember 2026"]


# ---------------------------------------------------------------- figures


def test_the_rate_counts_days_without_a_record_against_it(hadir, chat):
    for day in WORKING_DAYS:
        came(chat, "rina", day, "07:20")
        came(chat, "kartika", day, "07:41" if day == WORKING_DAYS[0] else "07:20")
    found = gathered(hadir, "rina")
    [unit] = found.units
    assert (unit.people, unit.totals.due, unit.totals.missing, unit.totals.late_minutes) == (3, 63, 21, 11)
    assert found.rate == pytest.approx(42 / 63)
    assert "tingkat kehadiran 66,7 % · terlambat 1× (11 menit)" in chat("kartika").says(f"/hadir kepatuhan nov {KEPEGAWAIAN}")


def test_units_come_lowest_attendance_first(chat):
    came(chat, "rina", WORKING_DAYS[0], "07:20")
    said = chat("kartika").says("/hadir kepatuhan nov")
    assert said.index(f"- {APLIKASI}") < said.index(f"- {KEPEGAWAIAN}")


def test_corrections_are_counted_by_who_decided(hadir, chat):
    for day, after in zip(WORKING_DAYS[:3], (60, 120, 600), strict=True):
        corrects(hadir, chat, "siti", day, "07.20", after=after)
    chat("dewi").says("/hadir koreksi 12/11 masuk wfo 07.20 lupa", at=at("2026-11-13T09:00+07:00"))
    [decisions] = gathered(hadir).decisions
    assert (decisions.name, decisions.asked, decisions.approved, decisions.rejected) == ("Budi Santoso", 4, 3, 0)
    assert (decisions.waiting, decisions.hours) == (1, 2.0)
    said = chat("kartika").says("/hadir kepatuhan nov")
    assert "- Budi Santoso: diajukan 4 · disetujui 3 · menunggu 1 · median 2,0 jam" in said


def test_a_correction_without_a_supervisor_is_nobodys(hadir, chat):
    change(hadir, "siti", supervisor_id=None)
    chat("siti").says("/hadir koreksi 12/11 masuk wfo 07.20 lupa", at=at("2026-11-13T09:00+07:00"))
    assert "- belum ada (tanpa atasan): diajukan 1" in chat("kartika").says("/hadir kepatuhan nov")


def test_outages_are_listed_with_whom_they_excused(hadir, chat):
    row = {
        "first": at("2026-11-23T07:02+07:00"),
        "last": at("2026-11-23T07:41+07:00"),
        "source": "declared",
        "note": "Mattermost mati",
        "entered_by": "terminal:admin",
        "entered_at": at("2026-11-23T08:00+07:00"),
    }
    with hadir.database.write() as db:
        db.execute(insert(outage).values(row))
    came(chat, "siti", date(2026, 11, 23), "07:45")
    said = chat("kartika").says("/hadir kepatuhan nov")
    assert "- 23/11 07.02–07.41 WIB: 1 kali masuk saat atau sesudahnya, 1 pegawai dikecualikan" in said


# ---------------------------------------------------------------- what is worth a look


PERSONNEL = ("rina", "kartika", "agus")
LIMITS = "Batasnya: kehadiran di bawah 90,0 %; per orang mulai 3 hari tanpa catatan, 5 kali terlambat"


def test_an_ordinary_month_has_nothing_to_look_at(hadir, chat):
    """And it says what nothing means."""
    for n, day in enumerate(WORKING_DAYS):
        for number, who in enumerate(PERSONNEL):
            came(chat, who, day, f"07:{10 + n % 7}:{number * 3:02d}")
    assert gathered(hadir, "rina").patterns == ()
    said = chat("kartika").says(f"/hadir kepatuhan nov {KEPEGAWAIAN}")
    assert f"**Perlu dilihat**\nTidak ada yang menonjol.\n_{LIMITS}" in said


def test_a_month_in_which_hardly_anybody_came_stands_out(hadir, chat):
    for day in WORKING_DAYS[:7]:
        came(chat, "siti", day, "07:20")
    said = chat("kartika").says("/hadir kepatuhan nov")
    assert "Tidak ada yang menonjol" not in said
    looked = said.partition("**Perlu dilihat**\n")[2].splitlines()
    assert looked[0] == "- Kantor: tingkat kehadiran 3,7 %; 182 dari 189 hari kerja tanpa catatan."
    assert looked[1].startswith(f"- {KEPEGAWAIAN}: tingkat kehadiran 0,0 %")
    assert looked[2].startswith(f"- {APLIKASI}: tingkat kehadiran ")
    assert any(line.startswith(f"- {APLIKASI}: 6 dari 6 orang tanpa catatan 3 hari atau lebih: ") for line in looked)
    assert looked[-1].startswith(f"_{LIMITS}")


def test_one_unit_alone_is_not_said_twice(hadir, chat):
    [low] = [pattern for pattern in gathered(hadir, "rina").patterns if pattern.code == "low_attendance"]
    assert (low.unit, low.count, low.of) == (KEPEGAWAIAN, 63, 63)


@pytest.mark.parametrize(
    ("code", "time", "left", "least", "said"),
    [
        ("many_late", "08:30", "16:40", 5, "orang terlambat 5 kali atau lebih: Siti Rahayu (6), Dewi Lestari (5)"),
        ("many_early", "07:20", "14:00", 5, "orang pulang cepat 5 kali atau lebih: Siti Rahayu (6), Dewi Lestari (5)"),
        ("many_incomplete", "07:20", "", 5, "orang punya 5 hari tidak lengkap atau lebih: Siti Rahayu (6), Dewi Lestari (5)"),
    ],
)
def test_who_has_many_of_it_is_named_with_how_many_the_most_first(hadir, chat, code, time, left, least, said):
    for n, day in enumerate(WORKING_DAYS[: least + 1]):
        came(chat, "siti", day, time, left=left)
        if n:
            came(chat, "dewi", day, time, left=left)
        if n > 1:
            came(chat, "budi", day, time, left=left)
    [found] = patterns(hadir, code)
    assert (found.unit, found.count, found.detail) == (APLIKASI, 2, str(least))
    assert f"{APLIKASI}: 2 dari 6 {said}" in chat("kartika").says("/hadir kepatuhan nov")


def test_days_without_a_record_count_from_the_third_on(hadir, chat):
    for day in WORKING_DAYS[:-2]:
        came(chat, "rina", day, "07:20")
    for day in WORKING_DAYS[:-3]:
        came(chat, "kartika", day, "07:20")
    [found] = [pattern for pattern in gathered(hadir, "rina").patterns if pattern.code == "many_missing"]
    assert found.people[-1] == "Kartika Sari (3)"
    assert not any("Rina" in name for name in found.people)


def test_the_figures_have_limits_of_the_offices_own(hadir, chat):
    row = {"kind": "compliance", "name": "dasar", "version": "2", "article": "", "valid_from": date(2026, 1, 1),
           "content": {"attendance_least": "0", "missing_days": 100}, "entered_at": at("2026-11-01T00:00+07:00")}  # fmt: skip
    with hadir.database.write() as db:
        id = db.execute(insert(rule).values(row)).inserted_primary_key
    hadir.workdays.forget()
    try:
        came(chat, "siti", WORKING_DAYS[0], "07:20")
        said = chat("kartika").says("/hadir kepatuhan nov")
        assert "Tidak ada yang menonjol.\n_Batasnya: kehadiran di bawah 0,0 %; per orang mulai 100 hari" in said
    finally:
        with hadir.database.write() as db:
            db.execute(rule.delete().where(rule.c.id == id[0]))


def test_ten_corrections_approved_at_once(hadir, chat):
    for day in WORKING_DAYS[:9]:
        corrects(hadir, chat, "siti", day, "07.20")
    assert patterns(hadir, "approved_at_once") == []
    corrects(hadir, chat, "dewi", WORKING_DAYS[0], "07.20", after=90)
    [found] = patterns(hadir, "approved_at_once")
    assert (found.people, found.count, found.detail) == (("Budi Santoso",), 10, "1")
    said = chat("kartika").says("/hadir kepatuhan nov")
    assert "Budi Santoso (Bidang Aplikasi): 10 koreksi diputuskan, semuanya disetujui" in said


def test_one_rejection_is_reason_enough_not_to_look(hadir, chat):
    for day in WORKING_DAYS[:10]:
        corrects(hadir, chat, "siti", day, "07.20")
    chat("dewi").says("/hadir koreksi 3/11 masuk wfo 07.20 lupa", at=at("2026-11-04T09:00+07:00"))
    budi = chat("budi")
    budi.presses(button(inbox(hadir, "budi")[-1], "Tolak"), at=at("2026-11-04T09:01+07:00"))
    assert "Ditolak" in budi.submits(reason="tidak tampak di kantor", at=at("2026-11-04T09:02+07:00"))
    assert patterns(hadir, "approved_at_once") == []


def test_corrections_that_always_end_lateness(hadir, chat):
    for day in WORKING_DAYS[:3]:
        came(chat, "siti", day, "07:50")
        corrects(hadir, chat, "siti", day, "07.25")
    [found] = patterns(hadir, "made_punctual")
    assert (found.people, found.count, found.of) == (("Siti Rahayu",), 3, 3)
    came(chat, "siti", WORKING_DAYS[3], "07:20")
    corrects(hadir, chat, "siti", WORKING_DAYS[3], "07.10")
    assert patterns(hadir, "made_punctual") == [], "one that mended no lateness: not always"


def test_the_same_minute_every_day(hadir, chat):
    for n, day in enumerate(WORKING_DAYS[:12]):
        came(chat, "siti", day, "07:15" if n < 10 else "07:21")
        came(chat, "dewi", day, "07:15" if n < 9 else "07:21")
    [found] = patterns(hadir, "same_minute")
    assert (found.people, found.count, found.of, found.detail) == (("Siti Rahayu",), 10, 12, "07.15")
    assert "Siti Rahayu (Bidang Aplikasi): 10 dari 12 kali masuk tepat pukul 07.15." in chat("kartika").says(
        "/hadir kepatuhan nov"
    )


def test_the_same_three_in_one_second_again_and_again(hadir, chat):
    for n, day in enumerate(WORKING_DAYS[:3]):
        for who in ("siti", "dewi", "budi"):
            came(chat, who, day, f"07:1{n}:07.{n}{len(who)}")
    [found] = patterns(hadir, "same_second")
    assert (found.people, found.unit, found.count) == (("Budi Santoso", "Dewi Lestari", "Siti Rahayu"), APLIKASI, 3)


@pytest.mark.parametrize("difference", ["second", "place", "unit", "days"])
def test_what_only_looks_like_one_second_is_not_shown(hadir, chat, difference):
    people_there = ("siti", "dewi", "rina" if difference == "unit" else "budi")
    for n, day in enumerate(WORKING_DAYS[: 2 if difference == "days" else 3]):
        for number, who in enumerate(people_there):
            second = 7 + (number if difference == "second" else 0)
            came(chat, who, day, f"07:1{n}:{second:02d}", "wfa" if difference == "place" and number else "wfo")
    assert patterns(hadir, "same_second") == []


def office_days(hadir, name, days=WORKING_DAYS):
    """The rota has these days for that person, and so there is one for the unit."""

    def provide(request):
        someone = next((each for each in request.people if each.name == name), None)
        plans = [request.plans.get((someone.id, day)) for day in days] if someone else []
        return {(someone.id, plan.day): replace(plan, place="wfo") for plan in plans if plan}

    hadir.workdays.providers += (provide,)


def test_work_from_home_that_no_rota_plans_is_added_up_by_unit(hadir, chat):
    office_days(hadir, "Budi Santoso")
    for day in WORKING_DAYS[:2]:
        came(chat, "siti", day, "07:20", "wfh")
    assert patterns(hadir, "unplanned_home") == []
    came(chat, "dewi", WORKING_DAYS[2], "07:22", "wfh")
    came(chat, "rina", WORKING_DAYS[2], "07:22", "wfh")
    [found] = patterns(hadir, "unplanned_home")
    assert (found.people, found.unit, found.count, found.of) == (("Dewi Lestari", "Siti Rahayu"), APLIKASI, 3, 3)


def test_days_before_the_first_rota_of_a_unit_are_not_unplanned(hadir, chat):
    office_days(hadir, "Budi Santoso", WORKING_DAYS[2:])
    for day in WORKING_DAYS[:4]:
        came(chat, "siti", day, "07:20", "wfh")
    assert patterns(hadir, "unplanned_home") == []
    came(chat, "siti", WORKING_DAYS[4], "07:20", "wfh")
    [found] = patterns(hadir, "unplanned_home")
    assert (found.count, found.of) == (3, 3)


def test_a_unit_without_a_rota_has_no_unplanned_days(hadir, chat):
    for day in WORKING_DAYS[:3]:
        came(chat, "siti", day, "07:20", "wfh")
    assert patterns(hadir, "unplanned_home") == []


def test_the_limits_are_data(hadir, chat):
    office_days(hadir, "Budi Santoso")
    row = {
        "kind": "compliance",
        "name": "dasar",
        "version": "2",
        "article": "",
        "valid_from": date(2026, 1, 1),
        "content": {"unplanned_home_days": 1},
        "entered_at": at("2026-11-01T00:00+07:00"),
    }
    came(chat, "siti", WORKING_DAYS[0], "07:20", "wfh")
    assert patterns(hadir, "unplanned_home") == []
    with hadir.database.write() as db:
        id = db.execute(insert(rule).values(row)).inserted_primary_key
    hadir.workdays.forget()
    try:
        assert len(patterns(hadir, "unplanned_home")) == 1
    finally:
        with hadir.database.write() as db:
            db.execute(rule.delete().where(rule.c.id == id[0]))


def test_nothing_is_called_a_fault(hadir, chat):
    for day in WORKING_DAYS[:3]:
        for who in ("siti", "dewi", "budi"):
            came(chat, who, day, "07:50:07", "wfh")
        corrects(hadir, chat, "siti", day, "07.25")
    said = chat("kartika").says("/hadir kepatuhan nov").lower()
    assert "perlu dilihat" in said
    assert "tanyakan dahulu sebelum menyimpulkan" in said
    for accusation in ("curang", "pelanggaran", "melanggar", "palsu", "titip", "manipulasi", "sanksi", "mencurigakan"):
        assert accusation not in said


# ---------------------------------------------------------------- files


@pytest.fixture
def looked_at(hadir, chat):
    for day in WORKING_DAYS[:3]:
        came(chat, "siti", day, "07:50", "wfh")
        corrects(hadir, chat, "siti", day, "07.25")
    kartika = chat("kartika")
    kartika.says("/hadir kepatuhan nov")
    return kartika


def test_the_same_as_a_workbook(hadir, looked_at):
    looked_at.presses("Unduh XLSX")
    [file] = inbox(hadir, "kartika")[-1].files
    assert file.name == "kepatuhan-2026-11-kantor.xlsx"
    book = openpyxl.load_workbook(BytesIO(file.content))
    assert book.sheetnames == ["Unit kerja", "Koreksi", "Perlu dilihat", "Gangguan layanan"]
    assert [row[0] for row in book["Unit kerja"].iter_rows(min_row=5, values_only=True)] == [APLIKASI, KEPEGAWAIAN]
    assert [row[:4] for row in book["Koreksi"].iter_rows(min_row=5, values_only=True)] == [("Budi Santoso", APLIKASI, 3, 3)]
    kinds = [row[0] for row in book["Perlu dilihat"].iter_rows(min_row=5, values_only=True)]
    assert kinds[0] == "Kehadiran rendah"
    assert kinds[-1] == "Koreksi yang menghapus keterlambatan"
    assert "kehadiran di bawah 90,0 %" in book["Perlu dilihat"]["A3"].value
    assert "tanyakan dahulu" in book["Perlu dilihat"]["A3"].value


def test_the_same_as_a_pdf(hadir, looked_at, tmp_path: Path):
    looked_at.presses("Unduh PDF")
    [file] = inbox(hadir, "kartika")[-1].files
    path = tmp_path / file.name
    path.write_bytes(file.content)
    text = " ".join(paper.words(path).split())
    for words in ("KEPATUHAN KEHADIRAN", "Koreksi per atasan", "Budi Santoso", "Perlu dilihat", "Halaman 1 dari"):
        assert words in text


def test_another_month_by_a_button(looked_at):
    assert labels(looked_at.last) == ["Unduh XLSX", "Unduh PDF", "Oktober 2026", "Desember 2026"]
    assert looked_at.presses("Desember 2026").startswith("**Kepatuhan Desember 2026")


def test_of_very_many_people_the_file_is_made_by_the_worker(hadir, chat, clock):
    came(chat, "siti", WORKING_DAYS[0], "07:20")
    count = compliance_commands.MOST_AT_ONCE
    row = {"unit_id": 1, "email": "", "zone": "Asia/Jakarta", "roles": [], "started_on": date(2026, 11, 30)}
    with hadir.database.write() as db:
        db.execute(people.person.insert(), [row | {"nip": f"9{n:017d}", "name": f"Pegawai {n}"} for n in range(count)])
    kartika = chat("kartika")
    said = kartika.says("/hadir kepatuhan nov")
    assert f"{count + 9} pegawai" in said
    assert kartika.presses(Button("x", "hadir.compliance_xlsx", "2026-11:0")).startswith("Berkas tentang Kantor mulai dibuat")
    assert "sedang dibuat" in kartika.presses(Button("x", "hadir.compliance_xlsx", "2026-11:0"))
    with hadir.database.read() as db:
        [task] = db.execute(select(outbox).where(outbox.c.kind == "task")).all()
    for _ in range(2):  # after a crash it is done again
        deliver(hadir, task)
    with hadir.database.read() as db:
        payloads = db.scalars(select(outbox.c.payload).where(outbox.c.kind == "chat")).all()
    files = [file.name for payload in payloads for file in reply_from_json(payload["message"]).files]
    assert files == ["kepatuhan-2026-11-kantor.xlsx"]
