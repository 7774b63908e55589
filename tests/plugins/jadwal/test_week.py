"""`/jadwal`: one's own days."""

from dataclasses import replace
from datetime import date

import pytest

from tests.cast import at
from tests.plugins.jadwal.published import publish
from tests.post import button, change, inbox, labels

NO_ROTA = (
    "Jadwal WFO/WFH untuk waktu ini belum terbit; yang menyusun pimpinan unit atau pengelola kepegawaian. "
    "Sampaikan keinginan Anda: `/jadwal ingin rabu wfh`"
)


def test_a_week_line_by_line_with_today_marked(chat, hadir):
    publish(hadir)
    siti = chat("siti")
    assert siti.says("/jadwal").splitlines() == [
        "**Jadwal Anda** — 23–29 November 2026 (WIB)",
        "- **Sen 23 (hari ini): 07.30–16.00 · WFO**",
        "- Sel 24: 07.30–16.00 · WFH",
        "- Rab 25: 07.30–16.00 · WFO",
        "- Kam 26: 07.30–16.00 · WFH",
        "- Jum 27: 07.30–16.30 · WFO",
        "- Sab 28–Min 29: tidak ada jam kerja",
    ]
    assert labels(siti.last) == ["← 16–22 November 2026", "→ 30 Nov–6 Des 2026", "Unit"]


def test_without_a_rota_the_hours_and_how_one_comes(chat):
    lines = chat("siti").says("/jadwal").splitlines()
    assert lines[1] == "- **Sen 23 (hari ini): 07.30–16.00**"
    assert lines[-1] == NO_ROTA


def test_weeks_before_and_after_by_button(chat, hadir):
    publish(hadir)
    siti = chat("siti")
    siti.says("/jadwal")
    assert siti.presses("→ 30 Nov–6 Des 2026").startswith("**Jadwal Anda** — 30 Nov–6 Des 2026 (WIB)\n- Sen 30: 07.30–16.00\n")
    assert siti.presses("← 23–29 November 2026").startswith("**Jadwal Anda** — 23–29 November 2026 (WIB)\n- **Sen 23")
    past = siti.presses("← 16–22 November 2026")
    assert "belum terbit" not in past  # nothing can be done about a week that is over
    siti.says("/jadwal")
    assert siti.presses("Unit").startswith("**Bidang Aplikasi** — 23–27 November 2026")


@pytest.mark.parametrize(("who", "zone"), [("siti", "WIB"), ("wayan", "WITA"), ("yosef", "WIT")])
def test_everybody_reads_the_hours_of_their_own_office(chat, who, zone):
    answer = chat(who).says("/jadwal besok")
    assert answer.splitlines()[0] == f"**Selasa, 24 November 2026** — 07.30–16.00 ({zone})"


@pytest.mark.parametrize(
    ("said", "first_line"),
    [
        ("besok", "**Selasa, 24 November 2026** — 07.30–16.00 · WFH (WIB)"),
        ("Senin", "**Senin, 23 November 2026** — 07.30–16.00 · WFO (WIB)"),
        ("jumat depan", "**Jumat, 27 November 2026** — 07.30–16.30 · WFO (WIB)"),
        ("25/12", "**Jumat, 25 Desember 2026** — libur: Hari Raya Natal"),
        ("sabtu", "**Sabtu, 28 November 2026** — tidak ada jam kerja"),
        ("pekan depan", "**Jadwal Anda** — 30 Nov–6 Des 2026 (WIB)"),
        ("minggu depan", "**Jadwal Anda** — 30 Nov–6 Des 2026 (WIB)"),
        ("pekan 2/12", "**Jadwal Anda** — 30 Nov–6 Des 2026 (WIB)"),
        ("pekan", "**Jadwal Anda** — 23–29 November 2026 (WIB)"),
        ("desember", "**Jadwal Anda** — Desember 2026 (WIB)"),
        ("januari", "**Jadwal Anda** — Januari 2027 (WIB)"),
        ("12/2026", "**Jadwal Anda** — Desember 2026 (WIB)"),
        ("2027", "`/jadwal` tidak mengenal “2027”."),
    ],
)
def test_a_day_a_week_or_a_month_as_people_type_it(chat, hadir, said, first_line):
    publish(hadir)
    assert chat("siti").says(f"/jadwal {said}").splitlines()[0] == first_line


def test_a_month_is_a_line_a_week(chat, hadir):
    publish(hadir, {"siti": "H H O O O"}, date(2026, 12, 21))
    siti = chat("siti")
    assert siti.says("/jadwal desember").splitlines()[1:] == [
        "- **1–6**: Sel–Kam 07.30–16.00 · Jum 07.30–16.30",
        "- **7–13**: Sen–Kam 07.30–16.00 · Jum 07.30–16.30",
        "- **14–20**: Sen–Kam 07.30–16.00 · Jum 07.30–16.30",
        "- **21–27**: Sen–Sel WFH · Rab WFO · Kam libur: Cuti Bersama Hari Raya Natal · Jum libur: Hari Raya Natal",
        "- **28–31**: Sen–Kam 07.30–16.00",
    ]
    assert labels(siti.last) == ["← November 2026", "→ Januari 2027"]
    assert siti.presses("→ Januari 2027").startswith("**Jadwal Anda** — Januari 2027")


def test_what_cannot_be_a_day_is_explained(chat):
    siti = chat("siti")
    assert siti.says("/jadwal 31/11").startswith("“31/11” bukan tanggal yang ada")
    assert siti.last.refused
    assert siti.says("/jadwal tmi") == "Maksud Anda `/jadwal tim`?"
    half = siti.says("/jadwal besok pagi")
    assert half.startswith("**Selasa, 24 November 2026**")
    assert "“pagi” belum dipahami" in half


def test_at_a_weeks_end_the_coming_week(chat, hadir):
    publish(hadir)
    assert "30 Nov–6 Des" in chat("siti").says("/jadwal", at=at("2026-11-28T09:00+07:00"))
    friday = chat("siti").says("/jadwal", at=at("2026-11-27T22:00+07:00"))
    assert "- **Jum 27 (hari ini): 07.30–16.30 · WFO**" in friday


def test_the_day_is_that_of_the_persons_office(chat, hadir):
    """23.30 in Jakarta is 01.30 of the next day in Jayapura."""
    publish(hadir)
    night = at("2026-11-23T23:30+07:00")
    assert "- **Sen 23 (hari ini)" in chat("siti").says("/jadwal", at=night)
    assert "- **Sel 24 (hari ini)" in chat("yosef").says("/jadwal", at=night)


def test_an_absence_wins_over_the_rotas_place(chat, hadir):
    publish(hadir)

    def away(request):
        key = next(key for key in request.plans if key[1] == date(2026, 11, 24))
        return {key: replace(request.plans[key], excuse="dinas", excuse_source="ST-112/2026")}

    hadir.workdays.providers += (away,)
    assert "- Sel 24: dinas luar (ST-112/2026)\n" in chat("siti").says("/jadwal")


def test_no_number_of_ours_stands_in_the_week(chat, hadir):
    """Whoever asked and whoever decided know what it is about; the number of a row says nothing to them."""
    chat("siti").says("/izin sakit 24-25 nov demam")
    chat("budi").presses(button(inbox(hadir, "budi")[-1], "Setujui"))
    week = chat("siti").says("/jadwal")
    assert "- Sel 24: sakit\n- Rab 25: sakit\n" in week
    assert "no." not in week
    assert "no." not in chat("siti").says("/jadwal besok")


def test_a_short_permission_stands_behind_the_hours(chat, hadir):
    def permitted(request):
        span = (at("2026-11-24T10:00+07:00"), at("2026-11-24T12:00+07:00"))
        return {key: replace(plan, excused=(span,)) for key, plan in request.plans.items() if key[1].day == 24}

    hadir.workdays.providers += (permitted,)
    assert "- Sel 24: 07.30–16.00 · izin 10.00–12.00\n" in chat("siti").says("/jadwal")


def test_standby_is_said(chat, hadir):
    publish(hadir)
    assert "- Sel 24: 07.30–16.00 · WFO (siaga)" in chat("dewi").says("/jadwal")


def test_in_english(chat, hadir):
    publish(hadir)
    change(hadir, "siti", locale="en")
    lines = chat("siti").says("/jadwal").splitlines()
    assert lines[:2] == ["**Your schedule** — 23–29 November 2026 (WIB)", "- **Mon 23 (today): 07.30–16.00 · WFO**"]


def test_who_has_left_has_no_rota_days_after_it(chat, hadir):
    publish(hadir)
    change(hadir, "siti", ended_on=date(2026, 11, 25))
    lines = chat("siti").says("/jadwal").splitlines()
    assert lines[3:5] == ["- Rab 25: 07.30–16.00 · WFO", "- Kam 26–Min 29: tidak ada jam kerja"]


def test_the_help_names_everything(chat):
    said = chat("siti").says("/jadwal bantuan")
    for word in ("besok", "tim", "gambar", "tukar", "ingin", "libur", "daftar-wfh", "ingatkan"):
        assert f"`/jadwal {word}" in said


def test_a_button_of_a_day_leads_to_its_week(chat, hadir):
    publish(hadir)
    siti = chat("siti")
    siti.says("/jadwal rabu")
    assert siti.presses("Sepekan").startswith("**Jadwal Anda** — 23–29 November 2026")
