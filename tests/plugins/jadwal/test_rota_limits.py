"""What no rota can be: refused at the form with its cure, or named in the draft with day and reason."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import insert

from integration.messages import plain
from plugins.jadwal.tables import remote_register
from tests.plugins.jadwal.rotas import LINE, absent, draft, places, states
from tests.post import button, change, person_id


@pytest.mark.parametrize(
    ("values", "field", "answer"),
    [
        ({"share": "0"}, "share", "Dengan 0 % tidak ada yang boleh WFH. Tulis persentase lebih besar, atau 0 hari seminggu."),
        ({"share": "10"}, "share", "10 % dari 6 orang berarti tidak seorang pun. Tulis 17 atau lebih."),
        ({"share": "60"}, "share", "Aturan membolehkan paling banyak 50 %."),
        ({"share": "separuh"}, "share", "Mohon tulis persentase 0 sampai 100, misalnya 50."),
        ({"days": "0"}, "days", "Dengan 0 hari seminggu tidak ada yang WFH."),
        ({"days": "3"}, "days", "Aturan membolehkan paling banyak 2 hari seminggu."),
        ({"present": "7"}, "present", "Unit ini hanya 6 orang. Tulis 6 atau kurang."),
        ({"present": "6"}, "present", "Berarti semua (6 orang) harus ke kantor dan tidak ada yang WFH."),
        ({"present": "0"}, "present", "Aturan meminta paling sedikit 1 orang di kantor."),
        ({"standby": "6"}, "standby", "Hanya 5 orang yang dapat siaga. Tulis 5 atau kurang."),
        ({"standby": "banyak"}, "standby", "Mohon tulis angka, misalnya 2."),
        ({"weeks": "9"}, "weeks", "Jadwal disusun untuk 1 sampai 8 minggu."),
        ({"first": "23/11/2026"}, "first", "Jadwal dimulai paling cepat besok."),
        ({"first": "31/11"}, "first", "bukan tanggal"),
    ],
)
def test_what_contradicts_itself_is_refused_at_the_form_with_the_cure(chat, hadir, values, field, answer) -> None:
    talker = chat("hendra")
    talker.says("/jadwal susun")
    talker.submits(**values)
    by_field = talker.last.by_field
    assert list(by_field) == [field]
    assert answer in plain(by_field[field])
    assert states(hadir) == []


def test_a_contradiction_in_a_line_opens_the_form_with_what_was_typed(chat, hadir) -> None:
    talker = chat("hendra")
    assert talker.says("/jadwal susun 3 minggu 0%") == "Susun jadwal"
    assert "Dengan 0 % tidak ada yang boleh WFH" in plain(talker.last.intro)
    assert {field.name: field.default for field in talker.last.fields}["weeks"] == "3"
    assert states(hadir) == []


def test_a_unit_for_direct_service_gets_a_rota_of_standbys(chat, hadir, rules) -> None:
    rules(away_share="0", standby=2)
    text = plain(draft(chat, hadir).text)
    assert "siaga 2, WFH 0 hari seminggu" in text
    assert "Siti Rahayu: tanpa hari WFH, 7 × siaga" in text or "Siti Rahayu: tanpa hari WFH, 8 × siaga" in text


def test_where_only_the_register_counts_nobody_else_is_at_home(chat, hadir, rules) -> None:
    rules(registered_only=True)
    assert chat("hendra").says(LINE) == "Susun jadwal"
    siti = person_id(hadir, "siti")
    with hadir.database.write() as db:
        row = {"person_id": siti, "duties": "analisis", "valid_from": date(2026, 12, 7), "entered_at": hadir.clock()}
        db.execute(insert(remote_register).values(row))
    draft(chat, hadir)
    away = {cell for cell, place in places(hadir, active=False).items() if place == "wfh"}
    assert {person for person, _ in away} == {siti}
    assert min(day for _, day in away) >= date(2026, 12, 7)


def test_what_cannot_be_kept_is_named_with_its_day(chat, hadir, rules) -> None:
    """Five beside the leader stand by every day, and then one of them leaves."""
    rules(away_share="0.5", least_present=5, standby=5)
    siti = person_id(hadir, "siti")
    change(hadir, "dewi", ended_on=date(2026, 12, 1))
    message = draft(chat, hadir, line="/jadwal susun 1 minggu mulai senin")
    text = plain(message.text)
    assert "⚠ **Tidak semua batas dapat dipenuhi.** Rancangan ini yang paling sedikit melanggar:" in text
    assert "- Rab 2, Kam 3, Jum 4 Des: perlu 5 petugas siaga, hanya 4 ada." in text
    assert text.count("perlu 5") == 1
    assert not [day for (person, day), place in places(hadir, active=False).items() if person == siti and place == "wfh"]


def test_absences_that_make_a_limit_impossible_are_counted_and_not_named(chat, hadir, rules) -> None:
    rules(least_present=4)
    absent(hadir, date(2026, 12, 1), siti="cuti", dewi="cuti", wayan="dinas")
    text = plain(draft(chat, hadir).text)
    assert "- Selasa 1 Des: perlu 4 orang di kantor, hanya 3 ada (2 cuti, 1 dinas luar)." in text
    assert "paling sedikit Selasa 1 Des" in text


def test_absences_take_room_from_those_who_would_be_at_home(chat, hadir) -> None:
    absent(hadir, date(2026, 12, 1), siti="sakit", dewi="cuti")
    draft(chat, hadir)
    tuesday = {person: place for (person, day), place in places(hadir, active=False).items() if day == date(2026, 12, 1)}
    assert sum(place == "wfh" for place in tuesday.values()) <= 1
    assert not {person_id(hadir, "siti"), person_id(hadir, "dewi")} & tuesday.keys()


@pytest.mark.parametrize(
    ("content", "answer"),
    [
        ({"least_present": 7}, "Aturan meminta 7 orang di kantor, padahal unit ini hanya 6 orang."),
        ({"least_present": 6}, "Menurut aturan, unit dengan 6 orang tidak boleh ada yang WFH."),
        ({"away_share": "0.1"}, "Menurut aturan, unit dengan 6 orang tidak boleh ada yang WFH."),
        ({"standby": 6}, "Aturan meminta 6 petugas siaga, padahal yang dapat siaga hanya 5 orang."),
    ],
)
def test_a_rule_that_no_form_can_mend_says_who_can(chat, hadir, content, answer, rules) -> None:
    rules(**content)
    talker = chat("hendra")
    assert talker.says(LINE) == "Susun jadwal"
    assert plain(talker.last.intro).startswith(f"⚠ {answer} (SK 1/2026; administrator dapat memberi unit aturan lain)")


def test_weeks_without_work_make_no_rota(chat, hadir) -> None:
    for who in ("hendra", "budi", "siti", "dewi", "wayan", "yosef"):
        change(hadir, who, schedule="tidak-ada")
    message = draft(chat, hadir)
    assert "tidak ada yang bekerja pada hari-hari itu" in plain(message.text)
    assert states(hadir) == ["failed"]
    assert chat("hendra").presses(button(message, "Ubah")) == "Susun jadwal"
