"""`/hadir` alone, `status`, help, typos, reminders and the language: what a person finds without reading a manual."""

import re
from pathlib import Path

import pytest
from sqlalchemy import select

from integration import audit
from integration.app import manifest
from integration.guidance import help_reply
from integration.i18n import Catalogues
from integration.messages import Form, Reply, plain
from plugins.hadir.plugin import PLUGIN
from tests.cast import at

pytestmark = pytest.mark.in_turn

README = Path(__file__).parents[3] / "plugins" / "hadir" / "README.md"
ALWAYS = ["Status", "Koreksi", "Rekap"]


def wib(clock, day="2026-11-23"):
    return at(f"{day}T{clock}+07:00")


def labels(talker):
    return [str(button.label) for button in talker.last.buttons]


# ---------------------------------------------------------------- the menu


def test_before_work(chat):
    siti = chat("siti")
    assert siti.says("/hadir") == ("**Senin, 23 November 2026** — jam kerja 07.30–16.00 WIB\nAnda belum mencatat masuk.")
    assert labels(siti) == ["Masuk WFO", "Masuk WFH", "Masuk WFA", "Dinas", *ALWAYS]
    assert siti.presses("Masuk WFH") == "Masuk tercatat pukul 07.28 WIB (WFH)."


def test_at_work(chat):
    siti = chat("siti")
    siti.says("/hadir masuk wfh")
    assert "Anda masuk pukul 07.28 WIB (WFH) dan belum pulang." in siti.says("/hadir", at=wib("12:00"))
    assert labels(siti) == ["Pulang", *ALWAYS]
    assert siti.presses("Pulang", at=wib("16:01")).startswith("Pulang tercatat pukul 16.01 WIB (WFH)")


def test_after_work(chat):
    siti = chat("siti")
    siti.says("/hadir masuk wfh")
    siti.says("/hadir pulang", at=wib("16:01"))
    assert "masuk pukul 07.28 WIB (WFH) dan pulang pukul 16.01 WIB." in siti.says("/hadir", at=wib("16:05"))
    assert labels(siti) == ALWAYS


def test_who_left_early_may_leave_once_more(chat):
    siti = chat("siti")
    siti.says("/hadir masuk wfh")
    siti.says("/hadir pulang", at=wib("11:01"))
    siti.says("/hadir", at=wib("11:05"))
    assert labels(siti) == ["Pulang", *ALWAYS]


def test_the_day_after_a_forgotten_check_out_begins_with_coming(chat):
    """The field's classic: a forgotten check-out must not flip the next day's button."""
    siti = chat("siti")
    siti.says("/hadir masuk wfh")
    siti.says("/hadir", at=wib("07:10", "2026-11-24"))
    assert labels(siti)[0] == "Masuk WFO"


def test_a_supervisor_has_the_team_at_hand(chat):
    budi = chat("budi")
    budi.says("/hadir")
    assert labels(budi)[-1] == "Tim"
    assert budi.presses("Tim").startswith("**Tim Anda**")


def test_a_day_off(chat):
    siti = chat("siti")
    assert (
        siti.says("/hadir", at=wib("09:00", "2026-11-22"))
        == "**Minggu, 22 November 2026** — bukan hari kerja\nBelum ada catatan."
    )
    assert siti.says("/hadir", at=wib("09:00", "2026-12-25")).startswith("**Jumat, 25 Desember 2026** — libur: Hari Raya Natal")


def test_every_button_of_the_menu_does_something(chat):
    for button in ("Status", "Koreksi", "Rekap"):
        budi = chat("budi")
        budi.says("/hadir")
        budi.presses(button)
        assert isinstance(budi.last, Form) or (isinstance(budi.last, Reply) and not budi.last.refused), button


# ---------------------------------------------------------------- status


def test_status_tells_all_of_the_day(chat):
    siti = chat("siti")
    siti.says("/hadir masuk wfh menunggu tukang", at=wib("07:46"))
    assert siti.says("/hadir status", at=wib("09:46")).splitlines() == [
        "**Senin, 23 November 2026** — jam kerja 07.30–16.00 WIB",
        "Anda masuk pukul 07.46 WIB (WFH) dan belum pulang.",
        "- Terlambat: 16 menit",
        "- Waktu kerja sejauh ini, tanpa istirahat: 2 jam",
        "- Catatan: menunggu tukang",
        "- Pengingat hidup. Matikan dengan `/hadir pengingat mati`.",
    ]
    siti.says("/hadir pulang sakit", at=wib("15:00"))
    assert siti.says("/hadir status", at=wib("15:01")).splitlines()[1:7] == [
        "Anda masuk pukul 07.46 WIB (WFH) dan pulang pukul 15.00 WIB.",
        "- Terlambat: 16 menit",
        "- Pulang lebih awal: 1 jam",
        "- Waktu kerja, tanpa istirahat: 6 jam 14 menit",
        "- Catatan: menunggu tukang",
        "- Catatan: sakit",
    ]


def test_status_of_an_empty_day(chat):
    siti = chat("siti")
    assert "Anda belum mencatat masuk." in siti.says("/hadir status")
    assert labels(siti) == ["Masuk WFO", "Masuk WFH", "Masuk WFA", "Dinas"]


# ---------------------------------------------------------------- help and typos


def test_help_lists_every_command(chat):
    text = chat("siti").says("/hadir bantuan")
    for subcommand in PLUGIN.subcommands:
        assert subcommand.hidden or f"`/hadir {subcommand.word}" in text
    assert "- `/hadir masuk wfh` — Catat masuk; tempat: wfo, wfh, wfa, dinas (kosong: sesuai rencana atau WFO)" in text
    assert chat("siti").says("/hadir ?") == chat("siti").says("/hadir HELP") == text


def test_typos_get_a_question_and_a_button(chat):
    siti = chat("siti")
    assert siti.says("/hadir msauk wfh").startswith("Maksud Anda `/hadir masuk`")
    assert siti.last.refused
    assert siti.presses("/hadir masuk wfh") == "Masuk tercatat pukul 07.28 WIB (WFH)."
    assert "Maksud Anda `/hadir pulang`" in siti.says("/hadir puang")


@pytest.mark.parametrize(("typed", "meant"), [("plang", "pulang"), ("satus", "status"), ("rekp", "rekap"), ("msk", "masuk")])
def test_a_typo_is_one_command_and_not_its_neighbours(chat, typed, meant):
    siti = chat("siti")
    assert siti.says(f"/hadir {typed}") == f"Maksud Anda `/hadir {meant}`?"
    assert labels(siti) == [f"/hadir {meant}"]


@pytest.mark.parametrize("typed", ["apa ini", "ada siapa", "lembur"])
def test_another_word_is_no_typo(chat, typed):
    assert "tidak mengenal" in chat("siti").says(f"/hadir {typed}")


@pytest.mark.parametrize("typed", ["izin besok", "ijin", "cuti", "Sakit demam"])
def test_who_is_ill_is_not_asked_to_check_in(chat, typed):
    siti = chat("siti")
    kept = {"izin besok": "/izin besok", "ijin": "/izin", "cuti": "/izin cuti", "Sakit demam": "/izin sakit demam"}[typed]
    assert siti.says(f"/hadir {typed}") == f"Cuti, sakit, dan izin diajukan di sini: `{kept}`"
    assert siti.last.refused
    assert [(button.label, button.action) for button in siti.last.buttons] == [(kept, "izin.say")]
    assert "Belum ada catatan" in siti.says("/hadir status") or "belum mencatat masuk" in siti.says("/hadir status")


def test_an_unknown_word_gets_help(chat):
    text = chat("siti").says("/hadir xyzzy @all")
    assert text.startswith("`/hadir` tidak mengenal “xyzzy”.")
    assert "`/hadir pulang" in text


# ---------------------------------------------------------------- reminders and language


def test_reminders_off_and_on(chat, hadir):
    siti = chat("siti")
    assert siti.says("/hadir pengingat") == "Pengingat Anda sedang hidup."
    assert siti.presses("Matikan") == "Pengingat mati. Hidupkan lagi dengan `/hadir pengingat hidup`."
    assert "Pengingat mati" in siti.says("/hadir status")
    assert "Pengingat mati." in siti.says("/hadir pengingat MATI")
    assert siti.says("/hadir reminders on").startswith("Pengingat hidup")
    assert "Pengingat hidup" in siti.says("/hadir status")
    with hadir.database.read() as db:
        rows = db.scalars(select(audit.audit.c.after).where(audit.audit.c.action == "attendance.reminders")).all()
    assert rows == [{"reminders": False}, {"reminders": True}]


def test_an_unclear_reminder_word_changes_nothing(chat):
    siti = chat("siti")
    assert siti.says("/hadir pengingat besok") == "Pengingat Anda sedang hidup."
    assert siti.last.refused


def test_the_language(chat):
    siti = chat("siti")
    assert siti.says("/hadir bahasa") == "Bahasa apa yang Anda pilih?"
    assert siti.presses("English") == "From now on I answer you in English."
    assert siti.says("/hadir in home") == "Checked in at 07.28 WIB (WFH)."
    assert siti.says("/hadir in").startswith("You checked in at 07.28 WIB (WFH) already; nothing was changed.")
    assert siti.says("/hadir").splitlines()[0] == "**Monday, 23 November 2026** — working hours 07.30–16.00 WIB"
    assert siti.says("/hadir out", at=wib("16:46")) == "Checked out at 16.46 WIB (WFH), working time 8 h 18 min."
    assert siti.says("/hadir bahasa indonesia") == "Mulai sekarang saya menjawab dalam bahasa Indonesia."
    assert siti.says("/hadir bahasa jawa") == "Bahasa apa yang Anda pilih?"


@pytest.mark.parametrize("line", ["", " masuk", " masuk wgh", " pulang", " status", " tim", " bantuan", " pengingat", " zzz"])
def test_english_people_read_no_indonesian_sentence(chat, line):
    siti = chat("siti")
    siti.says("/hadir bahasa en")
    text = re.sub(r"`[^`]*`", "", siti.says(f"/hadir{line}"))
    shown = f"{text} {' '.join(labels(siti))}".lower()
    assert not re.search(r"\b(anda|masuk|pulang|tercatat|belum|jam|menit|hari|koreksi|catatan|sudah)\b", shown), shown


# ---------------------------------------------------------------- declarations and what is written about them


def test_words_and_aliases_are_unambiguous():
    words = [word for subcommand in PLUGIN.subcommands for word in (subcommand.word, *subcommand.aliases)]
    assert len(words) == len(set(words))
    assert all(word == word.lower() for word in words)


def test_the_readme_names_exactly_the_declared_commands():
    rows = re.findall(r"^\| `/hadir ([^`]*)` \| ([^|]*) \| ([^|]*) \|$", README.read_text(encoding="utf-8"), re.MULTILINE)
    english = Catalogues([]).speak("en")
    declared = [
        (
            f"{sub.word} {sub.arguments}".strip().replace("|", "\\|"),
            ", ".join(f"`{alias}`" for alias in sub.aliases) or "–",
            sub.help,
        )
        for sub in PLUGIN.subcommands
        if not sub.hidden
    ]
    assert rows == declared
    assert plain(help_reply(PLUGIN, english).text).count("\n") == len(declared) - 1


def test_the_manifests_hint_names_declared_words():
    command = next(command for command in manifest()["commands"] if command["trigger"] == PLUGIN.name)
    words = {subcommand.word for subcommand in PLUGIN.subcommands}
    assert set(command["hint"].split(" | ")) <= words
    assert command["hint"] == PLUGIN.hint
