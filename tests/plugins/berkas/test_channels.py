"""`/berkas kanal`: a channel's folder, its members' rights, and what is dropped into it."""

from __future__ import annotations

import os
from datetime import date, timedelta
from functools import partial

import pytest
from sqlalchemy import select

from integration import scheduler
from integration.messages import Channel
from plugins.berkas import drops, members
from plugins.berkas.tables import channel_member, coupled_channel
from tests.plugins.berkas.conftest import DIRECT, GENERAL
from tests.post import audited, change, labels

FOLDER = "Hadir/Kanal/umum"
OTHER = Channel("c-lain", "lain", "team-1")


@pytest.fixture
def everybody(office, cloud):
    office.people["c-umum"] = ["budi", "siti", "dewi", "tamu"]
    return cloud


@pytest.fixture
def job(hadir, works, clock):
    """A job a few minutes later."""

    def run(function, minutes=10):
        clock.now += timedelta(minutes=minutes)
        function(scheduler.JobRun(hadir, clock.now))
        works()

    return run


def coupled(at, works, who="budi", channel=GENERAL, line="/berkas kanal"):
    typist = at(who, channel)
    typist.says(line)
    said = typist.presses("Ya, pasang") if "Ya, pasang" in labels(typist.last) else typist.says("/berkas kanal")
    works()
    return said


def in_channel(hadir):
    with hadir.database.read() as db:
        return len(db.execute(select(channel_member)).all())


def test_a_supervisor_gives_a_channel_a_folder(at, office, everybody, works, hadir):
    budi = at("budi")
    assert budi.says("/berkas kanal").startswith("Beri kanal ini folder **umum**?")
    assert budi.presses("Ya, pasang").startswith(f"Folder kanal ini: **{FOLDER}**.")
    works()
    assert everybody.rights == {FOLDER: ["budi", "siti"]}
    told = office.told("budi")[0]
    assert f"umum punya folder **{FOLDER}**; 2 anggota diberi hak di penyimpanan." in told
    assert "Tanpa akun penyimpanan: Dewi Lestari." in told
    assert "1 anggota tidak ada di daftar pegawai" in told
    assert "Kanal ini punya folder" in office.told("c-umum")[0]
    assert everybody.stat(f"{FOLDER}/Masuk").folder
    assert in_channel(hadir) == 3
    [row] = audited(hadir, "berkas.coupled")
    assert row.after == {"platform": "mattermost", "channel": "c-umum", "folder": FOLDER, "state": "open"}
    said = at("siti").says("/berkas kanal")
    assert "Dipasang Budi Santoso, hari ini" in said
    assert "Anggota yang saya kenal: 3; yang punya akun penyimpanan: 2." in said


def test_not_everybody_may_and_not_everywhere(at, office, everybody):
    assert "Atasan bisa memasangnya" in at("siti").says("/berkas kanal")
    assert "Atasan bisa memasangnya" in at("siti").says("/berkas kanal Rahasia")
    assert "Ketik ini di kanal" in at("budi", DIRECT).says("/berkas kanal")


def test_files_of_the_channel_go_there_and_its_members_find_them(at, office, everybody, works):
    coupled(at, works, line="/berkas kanal Proyek SPBE")
    office.people["c-umum"].append("kartika")
    office.posted("budi", "bahan.pdf", b"x")
    at("siti").says("/berkas simpan")
    works()
    assert office.told("siti")[-1] == "Tersimpan: **bahan.pdf** (1 KB), di Hadir/Kanal/Proyek SPBE."
    assert "bahan.pdf" in at("dewi", DIRECT).says("/berkas cari bahan")
    assert "Tidak ada berkas bernama" in at("agus", DIRECT).says("/berkas cari bahan")
    # who speaks in the channel is in it, even before the job has looked
    assert "bahan.pdf" in at("kartika").says("/berkas daftar")


def test_rights_follow_who_comes_goes_and_leaves_the_office(at, office, everybody, works, hadir, job):
    coupled(at, works)
    everybody.calls.clear()
    job(members.step_all)
    assert everybody.calls == []  # nobody came or went: the drive is left alone
    office.people["c-umum"] = ["budi", "siti", "rina"]
    job(members.step_all)
    assert everybody.rights[FOLDER] == ["budi", "rina", "siti"]
    office.people["c-umum"] = ["budi", "rina"]
    change(hadir, "rina", ended_on=date(2026, 11, 20))
    job(members.step_all)
    assert everybody.rights[FOLDER] == ["budi"]
    assert in_channel(hadir) == 1
    assert [row.after["accounts"] for row in audited(hadir, "berkas.granted")][-1] == ["budi"]
    assert "bahan" not in at("siti", DIRECT).says("/berkas daftar Hadir/Kanal/umum")


def test_a_bot_that_is_not_there_yet_is_invited_once(at, office, everybody, works, job):
    office.outside.add("c-umum")
    coupled(at, works)
    job(members.step_all)
    job(members.step_all)
    assert len([text for text in office.told("budi") if "/invite @hadir" in text]) == 1
    assert "Undang saya" in at("budi").says("/berkas kanal")
    office.outside.clear()
    job(members.step_all)
    assert everybody.rights == {FOLDER: ["budi", "siti"]}


def test_a_channel_is_called_as_people_see_it_once_the_chat_has_said_it(at, office, everybody, works, job):
    office.titles["c-umum"] = "Obrolan Umum"
    office.outside.add("c-umum")  # the bot comes later, and then learns it too
    coupled(at, works, line="/berkas kanal Proyek")
    office.outside.clear()
    job(members.step_all)
    office.posted("budi", "bahan.pdf", b"x")
    siti = at("siti")
    siti.says("/berkas simpan")
    works()
    assert "dari Obrolan Umum" in siti.says("/berkas tautan bahan")
    assert "Obrolan Umum" in siti.says("/berkas bagikan bahan ~ini")


def test_a_channel_is_offered_the_folder_it_had(at, office, everybody, works):
    coupled(at, works, line="/berkas kanal Proyek")
    budi = at("budi")
    budi.says("/berkas kanal lepas")
    budi.presses("Ya, lepas")
    works()
    assert budi.says("/berkas kanal").startswith("Beri kanal ini folder **Proyek**?")
    assert budi.presses("Ya, pasang").startswith("Folder kanal ini: **Hadir/Kanal/Proyek**.")


def test_uncoupling_takes_the_rights_and_leaves_the_files(at, office, everybody, works, hadir):
    coupled(at, works)
    everybody.put(f"{FOLDER}/bahan.pdf", b"x", "")
    siti, budi = at("siti"), at("budi")
    assert "Lepas" not in (siti.says("/berkas kanal") and labels(siti.last))
    assert "Hanya yang memasangnya" in siti.says("/berkas kanal lepas")
    budi.says("/berkas kanal")
    assert budi.presses("Lepas").startswith(f"Lepas **{FOLDER}**?")
    yes = budi.last.buttons[0]
    assert "Hanya yang memasangnya" in siti.presses(yes)
    assert budi.presses(yes) == f"Sudah dilepas. Berkasnya tetap di **{FOLDER}**."
    assert budi.presses(yes) == "Kanal ini sudah dilepas."
    works()
    assert everybody.rights[FOLDER] == []
    assert everybody.get(f"{FOLDER}/bahan.pdf") == b"x"
    assert len(audited(hadir, "berkas.uncoupled")) == 1


def test_what_a_channel_left_is_not_for_the_next_one(at, office, everybody, works):
    coupled(at, works, line="/berkas kanal Anggaran")
    everybody.put("Hadir/Kanal/Anggaran/rahasia.pdf", b"x", "")
    at("budi").says("/berkas kanal")
    budi = at("budi")
    budi.says("/berkas kanal lepas")
    budi.presses("Ya, lepas")
    works()
    office.people["c-lain"] = ["hendra"]
    at("hendra", OTHER).says("/berkas kanal Anggaran")
    works()
    assert everybody.rights["Hadir/Kanal/Anggaran (2)"] == ["hendra"]
    assert "rahasia" not in at("hendra", OTHER).says("/berkas daftar")
    coupled(at, works, line="/berkas kanal Anggaran")  # the same channel gets its own back
    assert everybody.rights["Hadir/Kanal/Anggaran"] == ["budi", "siti"]


def test_a_second_click_couples_nothing_more(at, office, everybody, works, hadir):
    budi = at("budi")
    budi.says("/berkas kanal")
    yes = budi.last.buttons[0]
    budi.presses(yes)
    assert budi.presses(yes).startswith(f"Folder kanal ini: **{FOLDER}**")
    with hadir.database.read() as db:
        assert len(db.execute(select(coupled_channel)).all()) == 1


def test_a_folder_that_was_deleted_by_hand_is_made_again(at, office, everybody, works, job):
    coupled(at, works)
    (everybody._root / FOLDER / "Masuk").rmdir()
    (everybody._root / FOLDER).rmdir()
    office.people["c-umum"] = ["budi"]
    job(members.step_all)
    assert everybody.rights[FOLDER] == ["budi"]
    assert everybody.stat(f"{FOLDER}/Masuk")


# ---------------------------------------------------------------- what is dropped


@pytest.fixture
def dropped(at, office, everybody, works, job):
    coupled(at, works)
    office.heard.clear()

    def put(*names, content=b"isi"):
        for name in names:
            everybody.put(f"{FOLDER}/Masuk/{name}", content, "")

    put.look = partial(job, drops.announce, 2)
    put.told = lambda: office.told("c-umum")
    put.office = office
    return put


def test_a_dropped_file_is_announced_once(dropped):
    dropped("laporan.pdf")
    dropped.look()
    dropped.look()
    assert dropped.told() == ["Berkas baru di `Masuk/`:\n- laporan.pdf — 1 KB"]
    assert labels(dropped.office.last("c-umum")) == ["Lihat"]
    dropped.look()
    assert len(dropped.told()) == 1


def test_many_at_once_are_one_message(dropped):
    dropped(*(f"foto {number}.jpg" for number in range(12)))
    dropped.look()
    dropped.look()
    [said] = dropped.told()
    assert said.startswith("12 berkas baru di `Masuk/`:")
    assert said.endswith("- dan 4 lagi")


def test_unfinished_hidden_and_empty_files_are_not_told(dropped):
    dropped("a.part", ".~lock.x.odt#", "~$surat.docx", "film.crdownload", "x.tmp", ".hidden", "besar.zip.part")
    dropped("kosong.txt", content=b"")
    for _ in range(3):
        dropped.look()
    assert dropped.told() == []


def test_a_file_that_still_grows_is_waited_for(dropped, everybody, clock):
    dropped("rekaman.mp4")
    for size in (10, 20, 30):
        everybody.put(f"{FOLDER}/Masuk/rekaman.mp4", b"x" * size, "")
        stamp = clock.now.timestamp() + 120
        os.utime(everybody._root / FOLDER / "Masuk" / "rekaman.mp4", (stamp, stamp))
        dropped.look()
    assert dropped.told() == []
    dropped.look()
    assert len(dropped.told()) == 1


def test_our_own_files_and_what_lay_there_are_no_news(at, office, everybody, works, job):
    everybody.put(f"{FOLDER}/Masuk/lama.pdf", b"x", "")
    coupled(at, works)
    office.heard.clear()
    office.posted("budi", "bahan.pdf", b"x")
    at("siti").says("/berkas simpan Masuk/")
    works()
    for _ in range(3):
        job(drops.announce, 2)
    assert office.told("c-umum") == []


def test_a_drive_that_is_down_is_asked_again_later(dropped, everybody):
    dropped("laporan.pdf")
    everybody.down = True
    dropped.look()
    everybody.down = False
    dropped.look()
    dropped.look()
    assert len(dropped.told()) == 1


def test_who_dropped_it_is_named_where_it_is_known(dropped, everybody):
    everybody.authors = {f"{FOLDER}/Masuk/{name}": who for name, who in (("a.pdf", "Siti"), ("b.pdf", "orang-luar"))}
    dropped("a.pdf", "b.pdf", "c.pdf")
    dropped.look()
    dropped.look()
    [said] = dropped.told()
    assert said.splitlines()[1:] == ["- a.pdf — 1 KB, dari Siti Rahayu", "- b.pdf — 1 KB", "- c.pdf — 1 KB"]
    asked = everybody.calls.count("author")
    dropped.look()
    assert everybody.calls.count("author") == asked, "what was announced is not asked for again"
