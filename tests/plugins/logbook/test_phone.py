"""What is read and pressed on a phone, in a hurry: short, in order, and with the next step at hand."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from integration.activities import Activity
from integration.core import Hadir
from integration.messages import Text, bare, fill
from plugins.logbook import wording
from tests import cast
from tests.cast import at
from tests.plugins.logbook.wrote import form, knows, target, wrote
from tests.post import inbox, labels, texts

Chat = Callable[[str], cast.Talker]

FRIDAY, MONDAY = at("2026-11-20T15:00+07:00"), at("2026-11-23T15:00+07:00")


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What is said depends on no database."""
    return sqlite_url


@pytest.fixture(autouse=True)
def afternoon(clock: cast.Clock) -> None:
    clock.now = MONDAY


def test_what_follows_a_list_stands_below_it() -> None:
    listed = [Text("**Hari**"), Text("1. satu\n   ↩ catatan"), Text("2. dua"), Text("Total"), Text("- a"), Text(""), Text("b")]
    assert wording.under(listed) == "**Hari**\n1. satu\n   ↩ catatan\n2. dua\n\nTotal\n- a\n\nb"
    assert wording.under([]) == ""


def test_a_day_reads_line_by_line(hadir: Hadir, chat: Chat) -> None:
    siti = chat("siti")
    wrote(siti, "/logbook menyusun surat 2 jam")
    knows(hadir, Activity("rapat:7", "Rapat A", minutes=60))
    shown = siti.says("/logbook")
    assert "terkirim\n\nSudah tercatat" in shown
    assert "2. Rapat A — 1 jam\n\nTotal 2 jam" in shown
    assert "\n\nTotal 2 jam." in siti.says("/logbook lihat")
    siti.says("/logbook templat simpan 1 tiap senin")
    assert "tiap senin\n\nYang baru: " in siti.says("/logbook templat")


def test_days_in_a_row_are_said_once_a_day(chat: Chat) -> None:
    siti = chat("siti")
    for day in ("18", "19"):
        assert "berturut-turut" not in siti.says("/logbook menyusun surat 1 jam", at(f"2026-11-{day}T15:00+07:00"))
    assert "3 hari kerja berturut-turut" in siti.says("/logbook menyusun surat 1 jam", FRIDAY)
    assert "4 hari kerja berturut-turut" in siti.says("/logbook menyusun surat 2 jam")
    assert "berturut-turut" not in siti.says("/logbook rapat 1 jam")
    assert "berturut-turut" not in siti.says("/logbook kemarin lembur 1 jam")
    dewi = chat("dewi")
    for day in ("19", "20"):
        dewi.says("/logbook menyusun surat 1 jam", at(f"2026-11-{day}T15:00+07:00"))
    dewi.says("/logbook salin")
    assert "3 hari kerja berturut-turut" in dewi.says("/logbook kirim semua")


def test_the_help_names_what_is_for_this_person(chat: Chat) -> None:
    said = {name: chat(name).says("/logbook bantuan") for name in ("siti", "budi", "rina")}
    assert all("`/logbook kirim semua`" in text and "\n\n- `/logbook` — " in text for text in said.values())
    assert [name for name, text in said.items() if "`/logbook periksa`" in text] == ["budi", "rina"]
    assert [name for name, text in said.items() if "`/logbook ekspor" in text] == ["rina"]
    assert len(said["siti"].splitlines()) <= 20


def test_whoever_leads_hears_at_home_what_waits(chat: Chat) -> None:
    budi = chat("budi")
    assert "menunggu diperiksa" not in budi.says("/logbook")
    wrote(chat("siti"), "/logbook menyusun surat 2 jam")
    wrote(chat("dewi"), "/logbook menyusun surat 2 jam")
    assert budi.says("/logbook").endswith("\n\nDari tim Anda, 2 kegiatan menunggu diperiksa.")
    assert labels(budi.last)[0] == "Yang perlu diperiksa"
    assert "Siti Rahayu" in budi.presses("Yang perlu diperiksa")
    assert "menunggu diperiksa" not in chat("siti").says("/logbook")


def test_however_many_they_are_three_buttons_decide(chat: Chat) -> None:
    siti, budi = chat("siti"), chat("budi")
    for what in ("surat", "rapat"):
        wrote(siti, f"/logbook {what} 1 jam")
    budi.says("/logbook periksa @siti")
    assert labels(budi.last) == ["Setujui semua (2)", "Kembalikan", "Pilih…"]


def test_who_is_away_for_the_same_reason_shares_a_line(hadir: Hadir, chat: Chat) -> None:
    said = chat("budi").says("/logbook tim 22/11")
    assert "- Dewi Lestari, I Wayan Sudarta, Siti Rahayu, Yosef Wenda — hari libur" in said
    assert said.count("hari libur") == 1


def test_copies_name_their_target(hadir: Hadir, chat: Chat) -> None:
    target(hadir, "siti", "RHK-1")
    siti = chat("siti")
    wrote(siti, "/logbook menyusun surat 2 jam #RHK-1", FRIDAY)
    assert "1. menyusun surat — 2 jam · RHK-1" in siti.says("/logbook salin jumat")


def test_a_form_says_nothing_twice_and_draws_no_marks(hadir: Hadir, chat: Chat) -> None:
    target(hadir, "siti", "RHK-1")
    siti = chat("siti")
    siti.says("/logbook tambah")
    shown = form(siti)
    assert not any("`" in field.hint for field in shown.fields)
    # Those that offer a choice of none need no empty one beside it.
    assert {field.name: field.required for field in shown.fields if field.kind == "select"} == dict.fromkeys(
        ("target", "place", "then"), True
    )
    assert {each.name: each.default for each in shown.fields}["target"] == "-"


def test_backticks_are_for_where_somebody_draws_them() -> None:
    assert bare(fill("Tulis misalnya: `2 jam`, bukan {what}", what="`x`")) == "Tulis misalnya: 2 jam, bukan `x`"
    assert bare("kata `orang`") == "kata `orang`"
    assert bare(Text("biasa")) == "biasa"


def test_a_line_that_no_button_holds_comes_back_as_a_file_beside_the_form(hadir: Hadir, chat: Chat) -> None:
    siti = chat("siti")
    text = f"{'sangat panjang ' * 200}2 jam"
    siti.says(f"/logbook {text}")
    assert labels(siti.last) == ["Perbaiki"]
    told = inbox(hadir, "siti")[-1]
    assert "paling banyak 2000" in texts([told])[0]
    assert [file.content.decode() for file in told.files] == [text]
    siti.says("/logbook surat 30 jam")
    assert len(inbox(hadir, "siti")) == 1
