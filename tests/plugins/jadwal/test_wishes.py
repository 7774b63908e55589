"""`/jadwal ingin`: saying where one would like to work."""

from datetime import date

import pytest
from sqlalchemy import select

from integration.audit import audit
from plugins.jadwal import wishes
from tests.plugins.jadwal.published import publish
from tests.post import audited, labels, person_id


def held(hadir, who):
    """(day or weekday, place) of the wishes that count."""
    with hadir.database.read() as db:
        return [(wish.day or wish.weekday, wish.place) for wish in wishes.own(db, person_id(hadir, who), date(2026, 11, 23))]


def test_a_weekday_means_every_week(chat, hadir):
    siti = chat("siti")
    assert siti.says("/jadwal ingin rabu wfh") == (
        "Dicatat: setiap Rabu WFH. Dipertimbangkan saat jadwal disusun, tetapi belum tentu terpenuhi."
    )
    assert labels(siti.last) == ["Hanya Rabu 25 Nov", "Hapus"]
    assert held(hadir, "siti") == [(2, "wfh")]


def test_or_only_that_day_by_button(chat, hadir):
    siti = chat("siti")
    siti.says("/jadwal ingin rabu wfh")
    assert siti.presses("Hanya Rabu 25 Nov").startswith("Dicatat: Rabu 25 Nov WFH.")
    assert held(hadir, "siti") == [(date(2026, 11, 25), "wfh")]


@pytest.mark.parametrize(
    ("line", "wish"),
    [
        ("setiap rabu wfh", (2, "wfh")),
        ("tiap jumat rumah", (4, "wfh")),
        ("wfo senin", (0, "wfo")),
        ("24/12 wfo", (date(2026, 12, 24), "wfo")),
        ("wfh besok", (date(2026, 11, 24), "wfh")),
        ("hanya rabu wfh", (date(2026, 11, 25), "wfh")),
        ("rabu depan kantor", (date(2026, 11, 25), "wfo")),
        ("kamis 26 nov wfa di Bandung", (date(2026, 11, 26), "wfa")),
    ],
)
def test_as_people_say_it(chat, hadir, line, wish):
    chat("siti").says(f"/jadwal ingin {line}")
    assert held(hadir, "siti") == [wish]


def test_a_newer_wish_replaces_the_older_one(chat, hadir):
    siti = chat("siti")
    siti.says("/jadwal ingin rabu wfh")
    assert "Menggantikan keinginan Anda sebelumnya (WFH)." in siti.says("/jadwal ingin rabu wfo")
    assert held(hadir, "siti") == [(2, "wfo")]


def test_until_when(chat, hadir):
    assert "setiap Rabu WFH sampai 31 Des 2026" in chat("siti").says("/jadwal ingin rabu wfh sampai 31/12/2026 antar anak")
    with hadir.database.read() as db:
        id = person_id(hadir, "siti")
        assert len(wishes.of(db, [id], date(2026, 12, 30), date(2027, 1, 5))) == 1
        assert wishes.of(db, [id], date(2027, 1, 1), date(2027, 1, 5)) == []


def test_the_list_and_taking_back(chat, hadir):
    siti = chat("siti")
    assert siti.says("/jadwal ingin").startswith("Belum ada keinginan.")
    siti.says("/jadwal ingin rabu wfh")
    siti.says("/jadwal ingin 24/12 wfo natalan di rumah")
    assert siti.says("/jadwal ingin").splitlines()[1:] == ["1. Kamis 24 Des WFO — “natalan di rumah”", "2. setiap Rabu WFH"]
    assert siti.presses("Hapus 1") == "Dihapus: Kamis 24 Des WFO."
    assert siti.last.replaces
    siti.says("/jadwal ingin")
    again = siti.last.buttons[0]
    assert siti.says("/jadwal ingin hapus rabu") == "Dihapus: setiap Rabu WFH."
    assert siti.presses(again) == "Sudah dihapus sebelumnya."
    assert held(hadir, "siti") == []
    assert siti.says("/jadwal ingin hapus rabu").startswith("Belum ada keinginan.")


def test_half_a_wish_is_asked_for(chat, hadir):
    siti = chat("siti")
    assert siti.says("/jadwal ingin rabu") == "Ingin bekerja di mana pada hari itu?"
    assert siti.presses("WFH").startswith("Dicatat: setiap Rabu WFH.")
    assert siti.says("/jadwal ingin 24/12") == "Ingin bekerja di mana pada hari itu?"
    assert siti.presses("WFO").startswith("Dicatat: Kamis 24 Des WFO.")
    assert siti.says("/jadwal ingin wfh").startswith("Hari apa, dan di mana?")


def test_days_that_are_over_cannot_be_wished_for(chat, hadir):
    siti = chat("siti")
    assert siti.says("/jadwal ingin kemarin wfh").startswith("Minggu 22 Nov sudah lewat")
    assert siti.says("/jadwal ingin hari ini wfh").startswith("Senin 23 Nov sudah lewat atau sudah mulai")
    assert siti.says("/jadwal ingin 31/11 wfh").startswith("“31/11” bukan tanggal yang ada")
    assert siti.says("/jadwal ingin rabu wfh sampai kemarin").startswith("Minggu 22 Nov sudah lewat. Berlaku sampai kapan?")
    assert held(hadir, "siti") == []


def test_a_day_that_is_published_is_changed_by_a_swap(chat, hadir):
    publish(hadir)
    said = chat("siti").says("/jadwal ingin 25/11 wfh")
    assert said.endswith("Jadwal hari itu sudah terbit (WFO). Untuk mengubahnya: `/jadwal tukar @rekan 25/11`")
    assert "sudah terbit" not in chat("siti").says("/jadwal ingin 24/11 wfh")  # it is so already


def test_nobody_takes_back_anothers_wish(chat, hadir):
    siti = chat("siti")
    siti.says("/jadwal ingin rabu wfh")
    assert chat("dewi").presses(siti.last.buttons[1]) == "Ini bukan keinginan Anda."
    assert held(hadir, "siti") == [(2, "wfh")]


def test_there_are_only_so_many(chat, hadir):
    siti = chat("siti")
    for day in range(1, 15):
        siti.says(f"/jadwal ingin {day}/12 wfh")
    assert siti.says("/jadwal ingin 15/12 wfh").startswith("Keinginan Anda sudah 14.")
    assert len(held(hadir, "siti")) == 14


def test_wishes_are_audited_without_their_notes(chat, hadir):
    siti = chat("siti")
    siti.says("/jadwal ingin rabu wfh menemani ibu berobat")
    siti.presses("Hapus")
    [added], [removed] = audited(hadir, "rota_wish.added"), audited(hadir, "rota_wish.removed")
    assert (added.after["weekday"], added.after["place"], removed.after["active"]) == (2, "wfh", False)
    with hadir.database.read() as db:
        assert "berobat" not in str(db.execute(select(audit)).all())
