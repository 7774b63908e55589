"""`/jadwal daftar-wfh`: who may work from home, and for which duties."""

from datetime import date

import pytest

from integration import ledger
from plugins.jadwal import register
from tests.post import audited, change, inbox, person_id, texts

TODAY = date(2026, 11, 23)


def held(hadir, who, day=TODAY):
    with hadir.database.read() as db:
        return [entry.duties for entry in register.current(db, [person_id(hadir, who)], day)]


def test_an_officer_enters_somebody_in_one_line(chat, hadir):
    said = chat("rina").says(
        '/jadwal daftar-wfh tambah @siti "menyusun laporan" mulai 1/12 sampai 31/12/2026 SK 12/KP/2026 oleh Kepala Biro'
    )
    what = "menyusun laporan · 1 Des 2026–31 Des 2026 · SK 12/KP/2026 · ditetapkan Kepala Biro"
    assert said == f"Terdaftar: Siti Rahayu, {what}."
    assert texts(inbox(hadir, "siti")) == [f"Anda terdaftar boleh bekerja dari rumah: {what}."]
    assert chat("siti").says("/jadwal daftar-wfh").splitlines() == ["**Anda boleh bekerja dari rumah**", f"- {what}"]
    [row] = audited(hadir, "remote_register.added")
    assert (row.after["duties"], row.after["valid_until"], row.after["basis"]) == (
        "menyusun laporan",
        "2026-12-31",
        "12/KP/2026",
    )


def test_the_least_that_has_to_be_said(chat, hadir):
    said = chat("rina").says("/jadwal daftar-wfh tambah siti rahayu “menyusun laporan”")
    assert said == "Terdaftar: Siti Rahayu, menyusun laporan · mulai 23 Nov 2026."


def test_without_duties_a_form_opens(chat, hadir):
    rina = chat("rina")
    assert rina.says("/jadwal daftar-wfh tambah @siti sampai 31/12") == "Boleh bekerja dari rumah"
    defaults = {field.name: field.default for field in rina.last.fields}
    assert (defaults["person"], defaults["last"]) == ("@siti", "2026-12-31")
    assert "duties" in rina.submits()
    rina.says("/jadwal daftar-wfh tambah @siti")
    assert "first" in rina.submits(duties="menyusun laporan", first="entah")
    rina.says("/jadwal daftar-wfh tambah @siti")
    assert rina.submits(duties="menyusun laporan", first="1/12", last="30/11").startswith("{'last': 'Tanggal akhir 30 Nov 2026")
    rina.says("/jadwal daftar-wfh tambah @siti")
    assert rina.submits(duties="menyusun laporan", last="31/12", basis="12").startswith("Terdaftar: Siti Rahayu")
    assert held(hadir, "siti") == ["menyusun laporan"]


def test_an_officer_sees_a_unit_and_everybody_else_themselves(chat, hadir):
    rina = chat("rina")
    assert rina.says("/jadwal daftar-wfh").startswith("Belum ada pegawai Subbagian Kepegawaian dalam daftar.")
    rina.says('/jadwal daftar-wfh tambah @siti "menyusun laporan"')
    rina.says('/jadwal daftar-wfh tambah @dewi "menguji aplikasi" sampai 31/12')
    lines = rina.says("/jadwal daftar-wfh aplikasi").splitlines()
    assert lines[0] == "**Boleh bekerja dari rumah** — Bidang Aplikasi"
    assert [line.split(":")[0] for line in lines[1:3]] == ["- Dewi Lestari", "- Siti Rahayu"]
    assert chat("yosef").says("/jadwal daftar-wfh").startswith("Anda belum terdaftar boleh bekerja dari rumah.")
    refused = chat("budi")
    assert refused.says('/jadwal daftar-wfh tambah @budi "apa saja"').startswith("Daftar ini diisi pengelola kepegawaian.")
    assert refused.last.refused
    assert refused.says("/jadwal daftar-wfh aplikasi").startswith("Daftar ini diisi")
    assert held(hadir, "budi") == []


def test_a_newer_entry_ends_the_older_one(chat, hadir):
    rina = chat("rina")
    rina.says('/jadwal daftar-wfh tambah @siti "tugas lama"')
    rina.says('/jadwal daftar-wfh tambah @siti "tugas baru" mulai 1/12')
    assert held(hadir, "siti") == ["tugas lama", "tugas baru"]
    assert held(hadir, "siti", date(2026, 12, 1)) == ["tugas baru"]


def test_removing_and_removing_again(chat, hadir):
    rina = chat("rina")
    rina.says('/jadwal daftar-wfh tambah @siti "menyusun laporan"')
    rina.says('/jadwal daftar-wfh tambah @siti "tugas baru" mulai 1/12')
    said = rina.says("/jadwal daftar-wfh hapus @siti")
    assert said == "Siti Rahayu tidak terdaftar lagi mulai hari ini. Jadwal yang sudah terbit tidak berubah."
    assert held(hadir, "siti") == []
    assert texts(inbox(hadir, "siti"))[-1].startswith("Anda tidak terdaftar lagi untuk bekerja dari rumah.")
    assert rina.says("/jadwal daftar-wfh hapus @siti") == "Siti Rahayu tidak ada dalam daftar; tidak ada yang diubah."
    assert rina.says("/jadwal daftar-wfh hapus").startswith("Siapa yang dihapus?")
    with hadir.database.read() as db, hadir.database.read() as second:
        ledgers = {name: each for name, each in ledger.of(hadir.plugins).items() if name == "remote_register"}
        assert [each for each in ledger.compare(db, second, ledgers) if type(each).__name__ == "Problem"] == []


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ('tambah @entah "tugas"', "Tidak ada pegawai bernama “@entah” dalam daftar."),
        ('tambah @siti "tugas" sampai 1/1/2026', "Tanggal akhir 1 Jan 2026 lebih awal dari mulainya, atau sudah lewat."),
        ('tambah @siti "tugas" sampai entah', "“sampai” tanggal berapa? Contoh: 31/12/2026"),
        (
            'tambah @siti "tugas" mulai 31/11',
            "“31/11” bukan tanggal yang ada: November 2026 hanya 30 hari. Contoh: 23/11/2026.",
        ),
        ("gudang", "Tidak ada unit bernama “gudang”."),
    ],
)
def test_what_cannot_be_entered_is_explained(chat, hadir, line, why):
    rina = chat("rina")
    assert rina.says(f"/jadwal daftar-wfh {line}") == why
    assert rina.last.refused
    assert held(hadir, "siti") == []


def test_who_has_left_cannot_be_entered(chat, hadir):
    change(hadir, "siti", ended_on=date(2026, 11, 20))
    said = chat("rina").says('/jadwal daftar-wfh tambah siti "tugas"')
    assert said == "Siti Rahayu sudah tidak bekerja di sini."


def test_for_who_makes_a_rota(chat, hadir):
    chat("rina").says('/jadwal daftar-wfh tambah @siti "tugas" mulai 1/12 sampai 10/12')
    id = person_id(hadir, "siti")
    with hadir.database.read() as db:
        [entry] = register.registered(db, [id], date(2026, 12, 7), date(2026, 12, 20))[id]
        assert register.registered(db, [id], date(2026, 12, 11), date(2026, 12, 20)) == {}
        assert (register.holds(db, id, date(2026, 12, 10)), register.holds(db, id, date(2026, 12, 11))) == (True, False)
    assert (entry.holds_on(date(2026, 12, 1)), entry.holds_on(date(2026, 11, 30))) == (True, False)
