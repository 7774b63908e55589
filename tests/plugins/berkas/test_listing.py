"""`/berkas cari`, `daftar`, `tautan`: what is there, for those who may see it, also while the drive is down."""

from __future__ import annotations

import pytest

from integration import people, tree
from integration.messages import Button
from tests.plugins.berkas.conftest import DIRECT, GENERAL
from tests.post import audited, button, change, inbox, labels

UNIT = "Hadir/Bidang Aplikasi"
FOLDER = f"{UNIT}/Berkas/2026"
OTHERS = "Hadir/Subbagian Kepegawaian"


@pytest.fixture
def full(cloud, hadir):
    for path in (
        f"{FOLDER}/Undangan Rapat Koordinasi.pdf",
        f"{FOLDER}/notulen rapat.odt",
        f"{FOLDER}/Surat/tugas.pdf",
        f"{UNIT}/Rekap/2026/rekap-rapat-pegawai.xlsx",
        f"{UNIT}/Rapat/2026/bahan rapat.pdf",
        f"{OTHERS}/Berkas/2026/rapat kepegawaian.pdf",
        "Izin/Bidang Aplikasi/2026/surat-dokter-rapat.pdf",
    ):
        cloud.put(path, b"x" * 2000, "")
    with hadir.database.write() as db:
        for unit in (1, 2):
            tree.unit_folder(db, unit, hadir.clock())
    return cloud


def test_finding_by_words_in_any_order_and_case(at, full):
    said = at("siti").says("/berkas cari RAPAT undangan")
    assert said.startswith("1 berkas dengan “RAPAT undangan”:\n- Undangan Rapat Koordinasi.pdf — 2 KB · ")


def test_only_what_one_may_see_is_found(at, full):
    for who, files in (
        ("siti", {"Undangan Rapat Koordinasi.pdf", "notulen rapat.odt", "bahan rapat.pdf"}),
        ("hendra", {"Undangan Rapat Koordinasi.pdf", "notulen rapat.odt", "bahan rapat.pdf", "rekap-rapat-pegawai.xlsx"}),
        ("agus", {"rapat kepegawaian.pdf"}),
    ):
        typist = at(who)
        typist.says("/berkas cari rapat")
        assert set(labels(typist.last)) == files, who
    rina = at("rina")  # personnel: every unit, but no letter
    rina.says("/berkas cari rapat")
    assert set(labels(rina.last)) == {
        "Undangan Rapat Koordinasi.pdf",
        "notulen rapat.odt",
        "bahan rapat.pdf",
        "rekap-rapat-pegawai.xlsx",
        "rapat kepegawaian.pdf",
    }


@pytest.mark.parametrize(
    "path",
    [
        f"{OTHERS}/Berkas/2026/rapat kepegawaian.pdf",
        f"{UNIT}/Rekap/2026/rekap-rapat-pegawai.xlsx",
        "Izin/Bidang Aplikasi/2026/surat-dokter-rapat.pdf",
        f"{FOLDER}/../../Rekap/2026/rekap-rapat-pegawai.xlsx",
        f"{FOLDER}//x",
        "/etc/passwd",
        f"{FOLDER}/\x00",
        "x/" * 600,
    ],
)
def test_nothing_of_others_by_its_path(at, full, path, works):
    siti = at("siti")
    assert "Tidak ada berkas" in siti.says(f"/berkas tautan {path}")
    assert "Tidak ada folder" in siti.says(f"/berkas daftar {path}") or "\x00" in path
    for action in ("fetch", "share"):
        answer = siti.presses(Button("x", f"berkas.{action}", path))
        assert "Tidak ada berkas" in answer or "tidak terbuka" in answer
    works()
    assert inbox(siti.talker.hadir, "siti") == []


def test_a_folder_with_folders_first(at, full):
    siti = at("siti")
    said = siti.says("/berkas daftar")
    assert said.splitlines()[:2] == [f"**{FOLDER}**:", "- 📁 Surat"]
    assert labels(siti.last)[0] == "📁 Surat"
    said = siti.presses("📁 Surat")
    assert "- tugas.pdf" in said
    assert labels(siti.last) == ["tugas.pdf", "Ke atas"]
    assert siti.presses("Ke atas").startswith(f"**{FOLDER}**:")
    assert "- bahan rapat.pdf" in siti.says(f"/berkas daftar {UNIT}/Rapat/2026")
    assert "- tugas.pdf" in siti.says("/berkas daftar Surat")


def test_pages_of_a_long_list(at, cloud):
    for number in range(12):
        cloud.put(f"{FOLDER}/berkas {number:02}.txt", b"x", "")
    siti = at("siti")
    assert "Halaman 1 dari 3." in siti.says("/berkas daftar")
    assert "Halaman 2 dari 3." in siti.presses("Lagi")
    siti.presses("Lagi")
    assert "Lagi" not in labels(siti.last)
    assert len([label for label in labels(siti.last) if label.startswith("berkas")]) == 2
    assert "Halaman 2 dari 3." in siti.says("/berkas cari berkas halaman 2")
    assert siti.says("/berkas daftar halaman 99").count("\n") == 2


def test_nothing_there(at, cloud):
    siti = at("siti")
    assert siti.says("/berkas daftar").startswith(f"**{FOLDER}** kosong.")
    assert "Pilih berkas" in labels(siti.last)
    assert "Tidak ada berkas bernama “anggaran”" in siti.says("/berkas cari anggaran")
    assert "Apa namanya?" in siti.says("/berkas cari")
    assert "belum menyimpan berkas" in siti.says("/berkas daftar saya")


def test_while_the_drive_is_down_our_own_table_answers(at, office, works, cloud):
    office.posted("budi", "undangan.pdf", b"x")
    at("siti").says("/berkas simpan")
    works()
    cloud.down = True
    siti = at("siti")
    for line in ("/berkas cari undangan", "/berkas daftar", "/berkas daftar saya"):
        said = siti.says(line)
        assert "undangan.pdf" in said, line
        assert ("Penyimpanan kantor sedang tidak menjawab." in said) == (line != "/berkas daftar saya")
    said = siti.says(f"/berkas tautan {FOLDER}/undangan.pdf")
    assert "tidak menjawab" in said
    assert "Disimpan Siti Rahayu, hari ini" in said
    assert "dilampirkan Budi Santoso" in said
    assert "dari umum" in said
    assert "anggaran" in siti.says("/berkas cari anggaran")
    # and what others saved in other units stays theirs
    assert "undangan.pdf" not in at("agus").says("/berkas cari undangan")


def test_a_file_by_its_name_has_a_link(at, full):
    siti = at("siti")
    said = siti.says("/berkas tautan undangan")
    assert said.startswith("**Undangan Rapat Koordinasi.pdf**\n")
    assert "[Buka berkas](https://awan.example/f/" in said
    assert labels(siti.last) == ["Bagikan", "Kirim ke saya"]
    assert "Berkas mana yang dimaksud?" in siti.says("/berkas tautan rapat")
    full.delete(f"{FOLDER}/Undangan Rapat Koordinasi.pdf")
    gone = siti.says(f"/berkas tautan {FOLDER}/Undangan Rapat Koordinasi.pdf")
    assert "dipindah atau dihapus" in gone


def test_one_has_the_file_sent(at, office, full, works):
    siti = at("siti", DIRECT)
    siti.says("/berkas tautan undangan")
    assert "sedang dikirim kepada Anda" in siti.presses("Kirim ke saya")
    works()
    [file] = office.last("siti").files
    assert (file.name, file.content) == ("Undangan Rapat Koordinasi.pdf", b"x" * 2000)


def test_ones_own_file_stays_ones_own_after_a_transfer(at, office, works, cloud, hadir):
    office.posted("budi", "undangan.pdf", b"x")
    at("siti").says("/berkas simpan")
    works()
    change(hadir, "siti", unit_id=2)
    siti = at("siti")
    assert "undangan.pdf" in siti.says("/berkas daftar saya")
    assert "Buka berkas" in siti.presses("undangan.pdf")
    assert "Tidak ada berkas bernama" in siti.says("/berkas cari undangan")


def test_a_unit_that_is_renamed_keeps_its_folder(at, office, works, cloud, hadir):
    office.posted("budi", "undangan.pdf", b"x")
    at("siti").says("/berkas simpan")
    works()
    with hadir.database.write() as db:
        db.execute(people.unit.update().where(people.unit.c.name == "Bidang Aplikasi").values(name="Bidang Digital"))
    assert "undangan.pdf" in at("dewi").says("/berkas cari undangan")


def test_looking_changes_nothing_and_is_not_audited(at, full, hadir):
    at("siti", GENERAL).says("/berkas cari rapat")
    at("siti").says("/berkas daftar")
    assert audited(hadir, "berkas.saved") == []


# ---------------------------------------------------------------- how many statements


def test_statements_of_looking(at, full, statements, hadir):
    for line, most in (
        ("/berkas cari rapat", 3),  # person; the unit's folder; channels
        ("/berkas daftar", 5),  # … and where files of this channel go
        (f"/berkas tautan {FOLDER}/notulen rapat.odt", 4),  # … and who saved it
        ("/berkas daftar saya", 2),
        ("/berkas proses", 2),
        ("/berkas bagikan", 2),
        ("/berkas", 6),
        ("/berkas templat", 1),
    ):
        statements.clear()
        at("siti").says(line)
        assert len(statements) <= most, (line, statements)


def test_statements_of_saving(at, full, office, statements, works):
    office.posted("budi", "undangan.pdf", b"x")
    statements.clear()
    at("siti").says("/berkas simpan")
    assert len(statements) <= 5  # person; the unit's folder, twice; the channel's; the task
    works()
    statements.clear()
    at("siti").presses(button(office.last("siti"), "Batalkan"))
    assert len(statements) <= 8
