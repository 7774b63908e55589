"""`/hadir rekap`: a month of a person or a unit, in chat and as a workbook. Now it is Tuesday, 24 November 2026."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from io import BytesIO

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration import people
from integration.messages import Button, Reply
from plugins.hadir.recap import Totals
from plugins.hadir.recap.commands import file_name
from tests.cast import at
from tests.post import button, change, inbox, labels


@pytest.fixture(autouse=True)
def _tuesday(clock):
    clock.now = at("2026-11-24T09:00+07:00")


@pytest.fixture
def worked(hadir, chat):
    """Siti: on time, late with a note, gone early, forgot to check out, corrected; Dewi: one day."""
    siti = chat("siti")
    for day, place, came, left in (
        (16, "wfo", "07:28", "16:05"),
        (17, "wfh hujan deras", "07:46", "16:10"),
        (18, "wfo", "07:30", "15:50"),
        (19, "wfa", "07:20", ""),
        (20, "dinas", "07:15", "16:31"),
    ):
        siti.says(f"/hadir masuk {place}", at=at(f"2026-11-{day}T{came}+07:00"))
        if left:
            siti.says("/hadir pulang", at=at(f"2026-11-{day}T{left}+07:00"))
    siti.says("/hadir koreksi 23/11 masuk wfo 07.25 lupa")
    chat("budi").presses(button(inbox(hadir, "budi")[0], "Setujui"))
    chat("dewi").says("/hadir masuk wfh", at=at("2026-11-23T07:40+07:00"))


def rows(said: str) -> list[list[str]]:
    """The cells of the table in a reply, without its head."""
    lines = [line.replace("\N{NO-BREAK SPACE}", " ") for line in said.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


# ---------------------------------------------------------------- one person


def test_ones_own_month(chat, worked):
    siti = chat("siti")
    said = siti.says("/hadir rekap")
    assert said.startswith("**Rekap November 2026 — Siti Rahayu** (WIB)")
    assert said.index("**Jumlah**") < said.index("|"), "a phone folds the end of a long message away"
    table = rows(said)
    assert table[0] == ["Sen 2", "–", "–", "!", ""]
    assert table[-7:] == [
        ["Sen 16", "07.28", "16.05", "", "WFO"],
        ["Sel 17", "07.46", "16.10", "T16 c", "WFH"],
        ["Rab 18", "07.30", "15.50", "P10", "WFO"],
        ["Kam 19", "07.20", "–", "?", "WFA"],
        ["Jum 20", "07.15", "16.31", "", "Dinas"],
        ["Sen 23", "07.25", "–", "? k", "WFO"],
        ["Sel 24", "–", "–", "", ""],
    ]
    assert "hari kerja 17 · hadir 6 (WFO 3, WFH 1, WFA 1, Dinas 1) · terlambat 1× (16 menit)" in said
    assert "tidak lengkap 2 · tanpa catatan 10." in said
    assert "T = terlambat (menit)" in said
    assert all(len(line) <= 60 for line in said.splitlines() if line.startswith("|"))
    assert labels(siti.last) == ["Unduh XLSX", "Unduh PDF", "Oktober 2026"]


def test_the_day_that_is_not_over_is_no_fault(chat):
    siti = chat("siti")
    siti.says("/hadir masuk", at=at("2026-11-24T07:28+07:00"))
    assert rows(siti.says("/hadir rekap"))[-1] == ["Sel 24", "07.28", "–", "", "WFO"]


def test_a_night_shift_stands_on_its_own_day(hadir, chat):
    change(hadir, "siti", schedule="sif-malam")
    siti = chat("siti")
    siti.says("/hadir masuk", at=at("2026-11-21T21:50+07:00"))
    siti.says("/hadir pulang", at=at("2026-11-22T06:05+07:00"))
    assert ["Sab 21", "21.50", "06.05+1", "", "WFO"] in rows(siti.says("/hadir rekap"))


@pytest.mark.parametrize(
    "typed", ["", "nov", "NOVEMBER 2026", "11/2026", "2026-11", "bulan ini", "saya", "nov saya", "@siti", "11"]
)
def test_the_same_month_in_other_words(chat, worked, typed):
    assert chat("siti").says(f"/hadir rekap {typed}").startswith("**Rekap November 2026 — Siti Rahayu**")


def test_an_empty_month_is_friendly(chat, worked):
    siti = chat("siti")
    assert siti.says("/hadir rekap bulan lalu") == "Belum ada catatan kehadiran Anda pada Oktober 2026."
    assert labels(siti.last) == ["September 2026", "November 2026"]
    assert "**Rekap November 2026" in siti.presses("November 2026")
    assert "Oktober 2026" in siti.presses("Oktober 2026")


def test_a_month_to_come_is_said(chat):
    assert chat("siti").says("/hadir rekap desember 2026") == "Desember 2026 belum tiba."


@pytest.mark.parametrize("typed", ["13/2026", "2026-13", "24/11/2026", "13", "11.26"])
def test_another_form_of_month_is_explained(chat, typed):
    said = chat("siti").says(f"/hadir rekap {typed}")
    assert "tidak terbaca sebagai bulan" in said
    assert "November 2026, atau 11/2026" in said


def test_what_is_nothing_is_explained(chat):
    said = chat("siti").says("/hadir rekap novembr @all **x**")
    assert "bukan nama pegawai, unit, atau bulan" in said
    assert "`/hadir rekap 11/2026 @siti`" in said


# ---------------------------------------------------------------- of whom


def test_a_supervisor_reads_those_below(chat, worked):
    for line in ("rekap @siti", "rekap nov @siti", "rekap Siti Rahayu november 2026", "rekap 198501012010010003"):
        assert "— Siti Rahayu**" in chat("budi").says(f"/hadir {line}")
        assert "— Siti Rahayu**" in chat("hendra").says(f"/hadir {line}")


def test_a_mention_is_known_by_its_id(hadir, chat, worked):
    assert "— Siti Rahayu**" in chat("budi").says("/hadir rekap @sitti.baru", mentions={"sitti.baru": "id-siti"})


@pytest.mark.parametrize("who", ["dewi", "wayan", "agus"])
def test_colleagues_read_nothing(chat, worked, who):
    said = chat(who).says("/hadir rekap @siti")
    assert "hanya dapat dilihat yang bersangkutan" in said
    assert "07.28" not in said


@pytest.mark.parametrize("who", ["rina", "kartika"])
def test_personnel_and_compliance_read_everyone(chat, worked, who):
    assert "07.46" in chat(who).says("/hadir rekap @siti")


def test_a_name_that_is_two_people_is_a_choice(hadir, chat, worked):
    change(hadir, "dewi", name="Putri Aminah")
    change(hadir, "siti", name="Putri Rahayu")
    budi = chat("budi")
    said = budi.says("/hadir rekap november putri")
    assert said == "Siapa yang dimaksud: Putri Aminah (Bidang Aplikasi), Putri Rahayu (Bidang Aplikasi)?"
    assert labels(budi.last) == ["Putri Aminah · Bidang Aplikasi", "Putri Rahayu · Bidang Aplikasi"]
    assert "**Rekap November 2026 — Putri Rahayu**" in budi.presses("Putri Rahayu · Bidang Aplikasi")


def test_a_unit_person_by_person(chat, worked):
    said = chat("rina").says("/hadir rekap bidang aplikasi")
    assert said.startswith("**Rekap November 2026 — Bidang Aplikasi** (6 orang)")
    table = {row[0]: row[1:] for row in rows(said)}
    assert table["Siti Rahayu"] == ["6/17", "1×, 16", "1×, 10", "2", "10", "3/1/1/1"]
    assert table["Dewi Lestari"] == ["1/17", "1×, 10", "–", "1", "15", "0/1/0/0"]
    assert table["**Jumlah**"][0] == "7/102"
    assert "O/H/A/D = WFO/WFH/WFA/Dinas" in said


@pytest.mark.parametrize(
    ("who", "line", "title", "count"),
    [
        ("hendra", "rekap unit", "Bidang Aplikasi", 6),
        ("budi", "rekap tim", "tim Budi Santoso", 4),
        ("budi", "rekap Bidang Aplikasi", "Bidang Aplikasi", 5),
        ("hendra", "rekap subbagian", "Subbagian Kepegawaian", 3),
    ],
)
def test_everyone_sees_their_part_of_a_unit(chat, worked, who, line, title, count):
    chat("agus").says("/hadir masuk", at=at("2026-11-23T07:28+07:00"))
    said = chat(who).says(f"/hadir {line}")
    assert f"{title}** ({count} orang)" in said
    assert ("orang lain tidak ditampilkan" in said) == (count == 5)


def test_a_unit_of_others_is_not_shown(chat, worked):
    assert "hanya dapat dilihat" in chat("siti").says("/hadir rekap Subbagian Kepegawaian")
    assert "Belum ada pegawai yang atasannya Anda" in chat("siti").says("/hadir rekap tim")


def test_who_left_is_counted_until_then(hadir, chat, worked):
    change(hadir, "siti", ended_on=date(2026, 11, 18))
    said = chat("rina").says("/hadir rekap bidang aplikasi")
    assert {row[0]: row[1] for row in rows(said)}["Siti Rahayu"] == "3/13"


def test_the_number_of_statements_does_not_grow(hadir, chat, worked, statements):
    rina = chat("rina")
    rina.says("/hadir rekap bidang aplikasi")
    statements.clear()
    rina.says("/hadir rekap bidang aplikasi")
    few = len(statements)
    with hadir.database.write() as db:
        unit = db.scalar(people.person.select().with_only_columns(people.person.c.unit_id).limit(1))
        new = [
            {"nip": f"7{n}", "name": f"Pegawai {n}", "unit_id": unit, "zone": "Asia/Jakarta", "roles": ["pegawai"]}
            for n in range(200)
        ]
        db.execute(people.person.insert(), new)
    statements.clear()
    said = rina.says("/hadir rekap bidang aplikasi")
    assert len(statements) <= few + 1 <= 8  # of more than a hundred people each look-up of plans is asked by itself
    assert "(206 orang)" in said
    assert "dan 146 orang lagi: selengkapnya di berkas XLSX" in said
    assert len(said) < 16_000
    assert len(workbook(rina)["Rekap"]["A"]) > 206


# ---------------------------------------------------------------- the workbook


def workbook(talker) -> openpyxl.Workbook:
    """Press the first button, *Unduh XLSX*, in a chat that shows files, and open what comes."""
    talker.hadir.dispatcher.shows_files = frozenset({"mattermost"})
    talker.presses(talker.last.buttons[0])
    assert isinstance(talker.last, Reply)
    [file] = talker.last.files
    return openpyxl.load_workbook(BytesIO(file.content))


def test_the_workbook_holds_the_month(chat, worked):
    rina = chat("rina")
    rina.says("/hadir rekap bidang aplikasi")
    book = workbook(rina)
    assert rina.last.files[0].name == "rekap-2026-11-bidang-aplikasi.xlsx"
    assert book.sheetnames == ["Rekap", "Harian"]
    matrix = book["Rekap"]
    assert matrix["A1"].value == "Rekap kehadiran November 2026 — Bidang Aplikasi"
    assert matrix["A2"].value.startswith("Dibuat Selasa, 24 November 2026 pukul 09.00 WIB oleh Rina Marlina.")
    assert matrix.freeze_panes == "C5"
    assert matrix.auto_filter.ref == "A4:AS10"
    assert (matrix.page_setup.orientation, matrix.page_setup.paperSize) == ("landscape", 9)
    assert matrix.sheet_properties.pageSetUpPr.fitToPage
    found = {row[0].value: row for row in matrix.iter_rows(min_row=5, max_row=10)}
    siti = [cell.value for cell in found["Siti Rahayu"]]
    assert siti[1] == "198501012010010003"
    assert siti[2 + 15 : 2 + 24] == ["O", "H", "O", "A?", "D", None, None, "O?", None]
    assert siti[32:] == [17, 6, 3, 1, 1, 1, 1, 16, 1, 10, 2, 0, 10]
    assert matrix["AG11"].value == "=SUBTOTAL(109,AG5:AG10)"
    assert "Keterangan" in [cell.value for cell in matrix["A"]]


def test_times_are_real_times(chat, worked):
    siti = chat("siti")
    siti.says("/hadir rekap")
    book = workbook(siti)
    daily = book["Harian"]
    by_day = {row[2].value: row for row in daily.iter_rows(min_row=5) if row[2].value}
    row = by_day[datetime(2026, 11, 17)]  # noqa: DTZ001  # a cell has no zone
    assert (row[4].value, row[5].value) == (time(7, 46), time(16, 10))
    assert row[4].number_format == 'hh"."mm'
    assert [cell.value for cell in row[6:10]] == ["WIB", "WFH", 16, None]
    assert row[10].value == timedelta(minutes=444)
    assert by_day[datetime(2026, 11, 19)][11].value == "tidak lengkap"  # noqa: DTZ001
    assert by_day[datetime(2026, 11, 23)][11].value == "tidak lengkap; dikoreksi"  # noqa: DTZ001
    assert "hujan deras" not in str([cell.value for row in daily.iter_rows() for cell in row])


@pytest.mark.parametrize(
    "name", ["=HYPERLINK(1)", "+1+1", "-1", "@SUM(1)", "https://example.org", "Ni\x07 Lu\u202eh\x00", "🙂" * 50]
)
def test_names_are_text_whatever_they_look_like(hadir, chat, worked, name):
    change(hadir, "siti", name=name.replace("\x00", ""))
    rina = chat("rina")
    rina.says("/hadir rekap bidang aplikasi")
    book = workbook(rina)
    cells = book["Rekap"]["A"][4:10]
    assert {cell.data_type for cell in cells} == {"s"}
    assert all(cell.hyperlink is None for cell in cells)


def test_where_files_cannot_be_shown_they_come_by_message(hadir, chat, worked):
    siti = chat("siti")
    siti.says("/hadir rekap")
    assert "rekap-2026-11-siti-rahayu.xlsx" in siti.presses("Unduh XLSX")
    [file] = inbox(hadir, "siti")[-1].files
    assert openpyxl.load_workbook(BytesIO(file.content)).sheetnames == ["Rekap", "Harian"]


def test_a_button_in_other_hands_opens_nothing(hadir, chat, worked):
    siti, dewi = chat("siti"), chat("dewi")
    siti.says("/hadir rekap")
    for label in ("Unduh XLSX", "Oktober 2026"):
        assert "hanya dapat dilihat" in dewi.presses(button(siti.last, label))
    budi = chat("budi")
    budi.says("/hadir rekap tim")
    assert "hanya dapat dilihat" in dewi.presses(button(budi.last, "Unduh XLSX"))


@pytest.mark.parametrize(
    "value", ["", "x", "2026-11:person:999999", "2026-11:unit:999999", "2026-13:person:1", "0000-01:unit:1"]
)
def test_a_made_up_button_is_refused(chat, value):
    for action in ("hadir.recap", "hadir.recap_xlsx"):
        talker = chat("rina")
        assert "sudah tidak ada" in talker.presses(Button("x", action, value))
        assert talker.last.refused


def test_file_names_are_safe():
    assert file_name("../Bidang “A/B” & C\x00", date(2026, 11, 1)) == "rekap-2026-11-bidang-a-b-c.xlsx"
    assert len(file_name("x" * 300, date(2026, 11, 1))) <= 85


def test_nothing_is_expected_before_hadir_knew_somebody(hadir, chat, worked):
    change(hadir, "siti", started_on=date(2026, 11, 18))
    assert "Senin 16" not in (answer := chat("siti").says("/hadir rekap"))
    assert "hari kerja 5" in answer


def test_a_recap_in_english(hadir, chat, worked):
    change(hadir, "siti", locale="en")
    siti = chat("siti")
    assert siti.says("/hadir recap last month") == "There is no record of yours in October 2026."
    assert "working days 17 · present 6" in siti.says("/hadir recap")
    assert workbook(siti).sheetnames == ["Recap", "Daily"]


# ---------------------------------------------------------------- totals


COUNTS = st.integers(0, 50)
CODES = st.dictionaries(st.sampled_from(["TL1", "TL2", "PSW1"]), st.integers(1, 9)).map(
    lambda found: tuple(sorted(found.items()))
)
TOTALS = st.builds(
    Totals,
    *[COUNTS] * 2,
    st.tuples(*[COUNTS] * 4),
    *[COUNTS] * 12,
    st.decimals(0, 50, places=2),
    st.tuples(*[COUNTS] * 5),
    CODES,
)


@given(TOTALS, TOTALS, TOTALS)
def test_totals_add_up_in_any_order(one, two, three):
    assert (one + two) + three == one + (two + three) == three + two + one
    assert one + Totals() == one
