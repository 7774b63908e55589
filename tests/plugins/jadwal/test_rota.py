"""Rotas as officers ask for them: in one line or a form, made by the worker, looked at as a draft."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import load_workbook
from sqlalchemy import insert, select

from integration import people
from integration.messages import Form, plain
from integration.scheduler import JobRun
from plugins.jadwal.rota.make import make
from plugins.jadwal.tables import rota_day, rota_wish
from tests.cast import APLIKASI
from tests.plugins.jadwal.rotas import LINE, draft, places, press, states, works
from tests.post import change, inbox, labels, person_id, texts

ROOT = Path(__file__).parents[3]


# ---------------------------------------------------------------- asking and looking


def test_a_web_process_loads_no_solver() -> None:
    """Numbers and matrices cost tens of megabytes, and only the worker needs them."""
    code = "import sys, integration.app as app; app.load_plugins(); print({'numpy', 'highspy'} & sys.modules.keys())"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert loaded.stdout.strip() == "set()"


def test_a_line_is_enough_and_the_draft_comes_as_a_direct_message(chat, hadir) -> None:
    said = chat("hendra").says(LINE)
    assert said == (
        "Jadwal no. 1 (Bidang Aplikasi, 30 Nov–27 Des 2026) sedang disusun. "
        "Rancangannya dikirim lewat pesan langsung, biasanya dalam satu menit."
    )
    works(hadir)
    message = inbox(hadir, "hendra")[-1]
    text = plain(message.text)
    assert text.startswith("**Rancangan jadwal: Bidang Aplikasi** (no. 1)\n30 Nov–27 Des 2026: ")
    assert "- Hendra Gunawan: selalu di kantor" in text
    assert "- Siti Rahayu: " in text
    assert labels(message) == ["Terbitkan", "Ubah", "Buang", "Gambar", "Unduh XLSX"]
    assert places(hadir) == {}


def test_every_limit_holds_in_the_draft(chat, hadir) -> None:
    draft(chat, hadir)
    planned = places(hadir, active=False)
    days = sorted({day for _, day in planned})
    for day in days:
        assert sum(place == "wfh" for (_, other), place in planned.items() if other == day) <= 3
    for who in ("siti", "dewi", "wayan", "yosef", "budi"):
        mine = [day for (person, day), place in planned.items() if person == person_id(hadir, who) and place == "wfh"]
        assert max(sum(day.isocalendar()[1] == week for day in mine) for week in range(49, 53)) <= 2
    assert date(2026, 12, 25) not in days


def test_without_weeks_a_form_opens_with_what_the_rule_says(chat, hadir) -> None:
    talker = chat("hendra")
    assert talker.says("/jadwal susun") == "Susun jadwal"
    assert isinstance(talker.last, Form)
    assert {field.name: str(field.default) for field in talker.last.fields} == {
        "first": "2026-11-30",
        "weeks": "4",
        "share": "50",
        "present": "1",
        "standby": "0",
        "days": "2",
    }
    assert "SE Menpan RB 1/2024" in plain(talker.last.intro)
    assert "Jadwal no. 1" in talker.submits(weeks="2 minggu", share="40 %", present="3 orang")
    works(hadir)
    assert "13 Des 2026" in texts(inbox(hadir, "hendra"))[-1]
    assert "di luar kantor paling banyak 40 %, di kantor paling sedikit 3 orang" in texts(inbox(hadir, "hendra"))[-1]


def test_everything_can_be_said_in_one_line(chat, hadir) -> None:
    said = chat("rina").says("/jadwal susun bidang aplikasi 2 minggu mulai 30/11 40% minimal 2 siaga 1 1 hari seminggu")
    assert "Bidang Aplikasi, 30 Nov–13 Des 2026" in said
    works(hadir)
    text = texts(inbox(hadir, "rina"))[-1]
    assert "paling banyak 40 %, di kantor paling sedikit 2 orang, siaga 1, WFH 1 hari seminggu" in text
    assert "× siaga" in text


def test_a_personnel_officer_says_the_unit_in_the_form(chat, hadir) -> None:
    talker = chat("rina")
    talker.says("/jadwal susun")
    assert "bernama seperti itu" not in talker.submits(unit="aplikasi")
    assert "Tidak ada unit" in (talker.says("/jadwal susun"), talker.submits(unit="Bidang Antariksa"))[1]
    works(hadir)
    assert "Rancangan jadwal: Bidang Aplikasi" in texts(inbox(hadir, "rina"))[0]


@pytest.mark.parametrize(
    "line", ["/jadwal susun", "/jadwal susun bidang aplikasi 4 minggu", "/jadwal rancangan", "/jadwal cabut"]
)
def test_who_leads_nobody_makes_no_rota(chat, line) -> None:
    assert "disusun pimpinan, atasan, atau pengelola kepegawaian" in chat("siti").says(line)


def test_a_leader_makes_the_rota_of_the_own_unit_only(chat) -> None:
    said = chat("hendra").says("/jadwal susun kepegawaian 4 minggu")
    assert said == "Anda menyusun jadwal unit sendiri (Bidang Aplikasi): `/jadwal susun`"


def test_the_same_line_twice_makes_one_rota(chat, hadir) -> None:
    chat("hendra").says(LINE)
    assert "sudah sedang disusun" in chat("hendra").says(LINE)
    works(hadir)
    assert states(hadir) == ["draft"]
    assert len(inbox(hadir, "hendra")) == 1


def test_a_worker_that_died_in_between_does_no_harm(chat, hadir) -> None:
    """The task is begun again: the draft is there already."""
    draft(chat, hadir)
    before = places(hadir, active=False)
    make(JobRun(hadir, hadir.clock()), {"rota": 1})
    assert places(hadir, active=False) == before
    assert len(inbox(hadir, "hendra")) == 1


def test_an_english_officer_reads_english(chat, hadir) -> None:
    change(hadir, "hendra", locale="en")
    text = plain(draft(chat, hadir).text)
    assert text.startswith("**Draft of a rota: Bidang Aplikasi** (no. 1)")
    assert "Limits: at most 50 % away" in text


# ---------------------------------------------------------------- changing, discarding, listing


def test_a_changed_draft_takes_the_place_of_the_old_one(chat, hadir) -> None:
    message = draft(chat, hadir)
    talker = chat("hendra")
    assert press(talker, message, "Ubah") == "Susun jadwal"
    assert {field.name: field.default for field in talker.last.fields}["share"] == "50"
    talker.submits(share="34")
    works(hadir)
    assert states(hadir) == ["discarded", "draft"]
    assert "bukan rancangan lagi: dibuang" in press(chat("hendra"), message, "Terbitkan")


def test_a_discarded_draft_is_gone_and_a_second_press_says_so(chat, hadir) -> None:
    message = draft(chat, hadir)
    assert press(chat("hendra"), message, "Buang") == "Rancangan no. 1 dibuang. Jadwal yang sudah terbit tetap berlaku."
    assert press(chat("hendra"), message, "Buang") == "Jadwal no. 1 bukan rancangan lagi: dibuang."
    assert chat("hendra").says("/jadwal terbitkan") == "Tidak ada rancangan untuk diterbitkan. Susun dulu: `/jadwal susun`."


def test_the_list_of_what_there_is(chat, hadir) -> None:
    assert chat("hendra").says("/jadwal rancangan") == "Belum ada jadwal, baik rancangan maupun yang terbit."
    draft(chat, hadir)
    talker = chat("rina")
    assert talker.says("/jadwal rancangan") == ("**Jadwal WFO/WFH**\n- no. 1: Bidang Aplikasi, 30 Nov–27 Des 2026 — rancangan")
    assert "Rancangan jadwal: Bidang Aplikasi" in talker.presses("Lihat no. 1")
    assert "Rancangan jadwal: Bidang Aplikasi" in chat("hendra").says("/jadwal rancangan 1")
    assert chat("hendra").says("/jadwal rancangan 99") == "Tidak ada jadwal no. 99. Lihat daftarnya: `/jadwal rancangan`."


def test_publishing_by_word_needs_a_number_only_for_several(chat, hadir) -> None:
    draft(chat, hadir)
    assert "Terbit: jadwal no. 1" in chat("hendra").says("/jadwal terbitkan")
    draft(chat, hadir, line="/jadwal susun 2 minggu mulai 28/12/2026")
    draft(chat, hadir, line="/jadwal susun 2 minggu mulai 11/01/2027")
    talker = chat("hendra")
    assert talker.says("/jadwal terbitkan").startswith("Rancangan yang mana?")
    assert labels(talker.last) == ["Terbitkan no. 2", "Terbitkan no. 3"]
    assert "Terbit: jadwal no. 3" in talker.says("/jadwal terbitkan 3")


def test_the_workbook_has_everybody(chat, hadir) -> None:
    change(hadir, "siti", name="=HYPERLINK(1)")
    message = draft(chat, hadir)
    press(chat("hendra"), message, "Unduh XLSX")
    [file] = inbox(hadir, "hendra")[-1].files
    assert file.name == "jadwal-2026-11-30-bidang-aplikasi.xlsx"
    sheet = load_workbook(BytesIO(file.content)).active
    assert sheet is not None
    names = [row[0].value for row in sheet.iter_rows(min_row=5)]
    assert "=HYPERLINK(1)" in names
    assert sheet.cell(5 + names.index("=HYPERLINK(1)"), 1).data_type == "s"
    away = [row[sheet.max_column - 2].value for row in sheet.iter_rows(min_row=5, max_row=10)]
    planned = places(hadir, active=False)
    assert sum(away) == sum(place == "wfh" for place in planned.values())


# ---------------------------------------------------------------- wishes


def test_a_wish_is_met_and_the_draft_says_how_many(chat, hadir) -> None:
    siti = person_id(hadir, "siti")
    row = {"person_id": siti, "place": "wfh", "valid_from": date(2026, 11, 1), "made_at": hadir.clock(), "weekday": 2}
    with hadir.database.write() as db:
        db.execute(insert(rota_wish).values(row))
    message = draft(chat, hadir)
    head, _, names = plain(message.text).partition("\n- Budi Santoso:")
    assert "Keinginan: 4 dari 4 terpenuhi." in head
    assert "Siti Rahayu" in names
    wednesdays = [day for (person, day), place in places(hadir, active=False).items() if (person, place) == (siti, "wfh")]
    assert sum(day.weekday() == 2 for day in wednesdays) == 4


def test_nobody_of_the_other_unit_is_in_the_rota(chat, hadir) -> None:
    draft(chat, hadir)
    with hadir.database.read() as db:
        units = set(
            db.scalars(
                select(people.unit.c.name)
                .join(people.person, people.person.c.unit_id == people.unit.c.id)
                .join(rota_day, rota_day.c.person_id == people.person.c.id)
            )
        )
    assert units == {APLIKASI}
