"""SKP targets: by the codes that people write, how far along, who may look and who may change, and from a file.

Today is Monday, 23 November 2026.
"""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert, update

from integration import ledger
from integration.audit import Problem
from integration.errors import UserError
from integration.i18n import Catalogues
from integration.messages import Button, Form, FormErrors, plain
from plugins.logbook.plugin import PLUGIN
from plugins.logbook.tables import logbook_entry, skp_target
from plugins.logbook.targets import reading as targets
from plugins.logbook.targets import wording as target_wording
from plugins.logbook.targets import writing as target_writing
from plugins.logbook.targets.reading import Target, code_key
from plugins.logbook.targets.writing import Wanted
from tests import postgres
from tests.cast import NIP
from tests.plugins.logbook.sheets import csv, heard, ods, read, xlsx
from tests.plugins.logbook.wrote import target
from tests.post import audited, button, change, inbox, labels, person_id, texts
from tests.terminal import Terminal

T = Catalogues([]).speak("en")
HEAD = ["Kode", "Rencana Hasil Kerja", "Target", "Satuan"]
SKP = [HEAD, ["RHK-1", "Laporan keuangan triwulan", 4, "laporan"], ["RHK-2", "Pelatihan pegawai", "2 kegiatan", None]]
FILE = "/logbook target impor"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Sentences, codes and rights; sums and races are asked of both databases below."""
    return sqlite_url


@pytest.fixture
def terminal(hadir) -> Terminal:
    return Terminal(hadir.settings, hadir.clock)


def made(code: str, title: str = "Laporan", number: int = 1, **more) -> Target:
    return Target(number, 1, 2026, code, code_key(code), title, **more)


def of(hadir, username: str, year: int = 2026) -> dict[str, tuple[str, Decimal | None, str]]:
    with hadir.database.read() as db:
        found = targets.of_person(db, person_id(hadir, username), year)
    return {each.code: (each.title, each.quantity, each.measure) for each in found}


def entered(hadir, username: str, target_id: int | None, state: str = "approved", **more) -> int:
    """An entry of today that names the target."""
    row = {
        "person_id": person_id(hadir, username),
        "unit_id": 1,
        "day": date(2026, 11, 23),
        "state": state,
        "activity": "Menyusun",
    }
    row |= {"target_id": target_id, "created_at": hadir.clock(), "changed_at": hadir.clock(), **more}
    with hadir.database.write() as db:
        return db.execute(insert(logbook_entry).values(row).returning(logbook_entry.c.id)).scalar_one()


# ---------------------------------------------------------------- codes


def test_codes_as_people_write_them():
    for words in ("RHK 3", "rhk-3", "#RHK-3", "RHK.03", "Rhk3", "RHK_3", " RHK – 3 "):
        assert code_key(words) == "rhk-3", words
    found = [made("RHK-1"), made("RHK-3"), made("RHK-13"), made("IKU 2.1"), made("5")]
    for words, code in [
        ("3", "RHK-3"),
        ("#3", "RHK-3"),
        ("skp 3", "RHK-3"),
        ("RHK 5", "5"),
        ("iku2.1", "IKU 2.1"),
        ("2.1", "IKU 2.1"),
    ]:
        assert [each.code for each in targets.find(found, words)] == [code], words
    assert (
        targets.find(found, "RHK 2.1")
        == targets.find(found, "laporan")
        == targets.find(found, "")
        == targets.find(found, "33")
        == []
    )
    assert len(targets.find([made("RHK-3"), made("SKP 3")], "3")) == 2
    assert [each.code for each in sorted([made("RHK-10"), made("RHK-2"), made("A")], key=targets.in_order)] == [
        "A",
        "RHK-2",
        "RHK-10",
    ]


@given(st.text(max_size=30))
def test_a_key_is_the_key_of_itself(words):
    assert code_key(code_key(words)) == code_key(words) == code_key(f"#{words} ")


def test_a_code_that_is_unknown_names_the_nearest(hadir):
    siti = person_id(hadir, "siti")

    def asked(words: str, year: int = 2026) -> str:
        with hadir.database.read() as db, pytest.raises(UserError) as why:
            targets.by_code(db, T, siti, year, words)
        return plain(why.value.args[0])

    assert asked("RHK-3") == "You have no targets for 2026. Add one with `/logbook target tambah`, or leave the target out."
    target(hadir, "siti", "RHK-1")
    target(hadir, "siti", "IKU-1", "Pelatihan")
    target(hadir, "dewi", "RHK-9")
    assert asked("RHK-9") == "There is no target RHK-9 in 2026. Nearest: RHK-1 (Laporan keuangan)."
    assert asked("#RHK-1", 2025).startswith("You have no targets for 2025.")
    with hadir.database.write() as db:
        assert targets.by_code(db, T, siti, 2026, "rhk 1").code == "RHK-1"
        assert target_writing.remove(db, lambda *_, **__: None, targets.by_code(db, T, siti, 2026, "IKU 1"), hadir.clock())
    assert asked("iku1").startswith("Target iku1 was taken out of 2026.")


# ---------------------------------------------------------------- one's own, by hand


def test_adding_changing_and_taking_out_by_hand(hadir, chat):
    siti = chat("siti")
    assert siti.says("/logbook target") == (
        "Anda belum punya target SKP 2026. Tambahkan satu per satu, atau kirim SKP sebagai berkas."
    )
    assert labels(siti.last) == ["Tambah target", "Dari berkas"]
    assert siti.presses("Tambah target") == "Target SKP baru"
    assert "12 laporan" in siti.submits(code="rhk 3", title="Laporan  keuangan", quantity="12 laporan")
    assert of(hadir, "siti") == {"rhk 3": ("Laporan keuangan", Decimal(12), "laporan")}
    siti.says("/logbook target tambah RHK-3 Laporan lain")
    assert isinstance(siti.last, Form)
    assert {field.name: field.default for field in siti.last.fields} == {
        "code": "RHK-3", "title": "Laporan lain", "quantity": "", "measure": "", "year": "2026",
    }  # fmt: skip
    siti.submits()
    assert isinstance(siti.last, FormErrors)
    assert plain(siti.last.by_field["code"]) == "rhk 3 sudah ada: Laporan keuangan. Ubah dengan `/logbook target ubah RHK-3`."
    siti.says("/logbook target ubah #3")
    assert siti.submits(quantity="1.000,5", measure="lembar") == "Diubah (2026): **rhk 3** Laporan keuangan · 1.000,5 lembar"
    siti.says("/logbook target ubah #3")
    assert siti.submits().startswith("Memang sudah begitu")
    assert siti.says("/logbook target hapus rhk-3").startswith("Keluarkan target ini dari 2026?")
    entered(hadir, "siti", 1)
    assert (
        siti.presses("Keluarkan")
        == "Dikeluarkan dari 2026: **rhk 3** Laporan keuangan. Laporan yang sudah memakainya tetap utuh."
    )
    assert of(hadir, "siti") == {}
    back = siti.last
    assert "Memang sudah dikeluarkan" in siti.presses(Button("", "logbook.target_remove", "1"))
    assert siti.presses(back.buttons[0]) == "Dikembalikan: **rhk 3** Laporan keuangan"
    assert siti.presses(back.buttons[0]) == "Memang sudah ada: **rhk 3** Laporan keuangan"
    actions = ("added", "changed", "removed", "restored")
    assert [len(audited(hadir, f"logbook.target_{action}")) for action in actions] == [1, 1, 1, 1]
    assert audited(hadir, "logbook.target_changed")[0].before["quantity"] == "12"
    assert siti.says("/logbook target hapus") == "Target yang mana? Contoh: `/logbook target hapus RHK-3`"


def test_what_is_typed_wrong_names_the_cure(hadir, chat):
    siti = chat("siti")
    siti.says("/logbook target tambah")
    form = siti.last
    siti.submits(form, code="---", title=" ", quantity="-3", measure="x" * 41, year="1999")
    assert isinstance(siti.last, FormErrors)
    assert {name: plain(text) for name, text in siti.last.by_field.items()} == {
        "code": "Beri kode targetnya, misalnya RHK-3.",
        "title": "Tulis apa yang hendak dicapai.",
        "quantity": "“-3” bukan jumlah. Tulis angka di atas 0, misalnya 12 atau 1,5; atau kosongkan.",
        "measure": "Satuan paling panjang 40 huruf, misalnya laporan.",
        "year": "“1999” bukan tahun. Tulis 2000 sampai 2027.",
    }
    for wrong in ("banyak", "0", "1.2.3"):
        siti.submits(form, code="1", title="x", quantity=wrong)
        assert siti.last.by_field.keys() == {"quantity"}
    siti.submits(form, code="x" * 31, title="y" * 501)
    assert siti.last.by_field.keys() == {"code", "title"}
    assert "tidak berlaku" in siti.submits(Form("logbook.target", "", form.fields, value="x"))
    assert of(hadir, "siti") == {}


# ---------------------------------------------------------------- the line


def test_the_line_sees_and_changes_and_the_person_is_told(hadir, chat):
    target(hadir, "siti", "RHK-1")
    budi, dewi = chat("budi"), chat("dewi")
    assert budi.says("/logbook target @siti").startswith("**Target SKP 2026** Siti Rahayu\n1. **RHK-1** Laporan keuangan")
    assert chat("hendra").says("/logbook target siti rahayu").startswith("**Target SKP 2026** Siti Rahayu")
    assert dewi.says("/logbook target @siti") == "Anda dapat melihat target sendiri dan target bawahan Anda."
    assert (
        dewi.says(f"/logbook target ubah RHK-1 {NIP['siti']}") == "Anda dapat melihat target sendiri dan target bawahan Anda."
    )
    kartika = chat("kartika")
    kartika.says("/logbook target @siti")
    assert labels(kartika.last) == []
    assert "hanya diubah oleh Siti Rahayu" in kartika.says("/logbook target ubah RHK-1 @siti")
    assert budi.says("/logbook target ubah RHK-1 @siti") == "Ubah target RHK-1"
    budi.submits(title="Laporan kinerja", quantity="4", measure="laporan")
    assert texts(inbox(hadir, "siti")) == [
        "Budi Santoso menetapkan target SKP Anda untuk 2026: **RHK-1** Laporan kinerja · 4 laporan"
    ]
    form = Form("logbook.target", "", (), value=f"{person_id(hadir, 'siti')}:1")
    assert "hanya diubah" in dewi.submits(form, title="x", quantity="", measure="")
    assert "bukan milik Anda" in dewi.presses(Button("", "logbook.target_remove", "1"))
    budi.says("/logbook target hapus RHK-1 @siti")
    budi.presses("Keluarkan")
    assert texts(inbox(hadir, "siti"))[-1].startswith("Budi Santoso mengeluarkan target SKP Anda dari 2026")


def test_the_team_by_name_without_a_ranking(hadir, chat):
    assert chat("siti").says("/logbook target tim") == "Di daftar pegawai tidak ada bawahan Anda."
    first = target(hadir, "siti", "RHK-1")
    with hadir.database.write() as db:
        db.execute(update(skp_target).values(quantity=Decimal(4), measure="laporan"))
    entered(hadir, "siti", first, quantity=Decimal(5), measure="Laporan", minutes=90)
    target(hadir, "yosef", "RHK-1")
    assert chat("budi").says("/logbook target tim").splitlines() == [
        "**Target SKP tim Anda 2026**",
        "- Siti Rahayu: 1 target, 1 tercapai, rata-rata 100% · 1 jam 30 menit",
        "- Yosef Wenda: 1 target",
        "Belum punya target: Dewi Lestari, I Wayan Sudarta",
    ]
    assert "Budi Santoso" in chat("hendra").says("/logbook target tim 2026")
    change(hadir, "dewi", ended_on=date(2026, 1, 1))
    assert "Dewi" not in chat("budi").says("/logbook target tim")


def test_one_target_with_what_was_done_for_it(hadir, chat):
    first = target(hadir, "siti", "RHK-1")
    assert chat("siti").says("/logbook target rhk1") == "**RHK-1** (2026) Laporan keuangan\nbelum ada yang disetujui"
    entered(hadir, "siti", first, minutes=60)
    entered(hadir, "siti", first, "sent", minutes=30)
    entered(hadir, "siti", None, minutes=45)
    assert chat("siti").says("/logbook skp #1").splitlines() == [
        "**RHK-1** (2026) Laporan keuangan",
        "1 kegiatan · 1 jam · menunggu: 1 kegiatan, 30 menit",
        "Kegiatan terakhir:",
        "- 23 November 2026: Menyusun",
        "- 23 November 2026: Menyusun",
    ]
    assert chat("siti").says("/logbook target").splitlines()[-1] == "Tanpa target: 45 menit"


def test_the_bar_is_full_only_when_it_is_reached():
    assert [str(target_wording.bar(share)) for share in (0, 9, 10, 99, 100, 250)] == [
        "░░░░░░░░░░", "░░░░░░░░░░", "▓░░░░░░░░░", "▓▓▓▓▓▓▓▓▓░", "▓▓▓▓▓▓▓▓▓▓", "▓▓▓▓▓▓▓▓▓▓",
    ]  # fmt: skip


# ---------------------------------------------------------------- from a file


def test_an_skp_from_a_file_is_shown_and_confirmed(hadir, chat):
    siti = chat("siti")
    target(hadir, "siti", "RHK 9", "Lama")
    target(hadir, "siti", "rhk 2", "Pelatihan")
    text = read(siti, xlsx(SKP), "skp.xlsx", FILE)
    assert text.splitlines() == [
        "**skp.xlsx** sudah dibaca. Belum ada yang disimpan.",
        "- Kode: A “Kode”",
        "- Rencana hasil kerja: B “Rencana Hasil Kerja”",
        "- Jumlah: C “Target”",
        "- Satuan: D “Satuan”",
        "",
        "Contoh:",
        "1. **RHK-1** Laporan keuangan triwulan · 4 laporan",
        "2. **RHK-2** Pelatihan pegawai · 2 kegiatan",
        "",
        "**2 target** Siti Rahayu untuk 2026: 1 baru, 1 berubah, 0 tetap.",
        "- 1 tidak ada di berkas dan akan dikeluarkan: **RHK 9** Lama",
    ]
    assert set(of(hadir, "siti")) == {"RHK 9", "rhk 2"}
    siti.presses("Benar, masukkan")
    assert heard(siti).startswith("**skp.xlsx** sudah dimasukkan semua.")
    assert of(hadir, "siti") == {
        "RHK-1": ("Laporan keuangan triwulan", Decimal(4), "laporan"),
        "RHK-2": ("Pelatihan pegawai", Decimal(2), "kegiatan"),
    }
    assert "0 baru, 0 berubah, 2 tetap" in read(siti, ods(SKP), "skp.ods", FILE)
    assert "1 baru, 0 berubah, 0 tetap" in read(siti, csv(SKP[:2]), "skp.csv", FILE, year="2025")
    assert len(audited(hadir, "logbook.target_removed")) == 1


def test_without_codes_they_are_numbered_and_bare_numbers_get_their_letters(hadir, chat):
    siti = chat("siti")
    read(
        siti,
        xlsx([["Rencana Hasil Kerja", "Kuantitas"], ["Laporan keuangan triwulan", 4], ["Pelatihan pegawai", None]]),
        "a.xlsx",
        FILE,
    )
    siti.presses("Benar, masukkan")
    heard(siti)
    assert set(of(hadir, "siti")) == {"RHK-1", "RHK-2"}
    text = read(
        siti, xlsx([["No", "Rencana Hasil Kerja"], [1, "Laporan keuangan triwulan"], [3, "Pelatihan pegawai"]]), "b.xlsx", FILE
    )
    assert "**RHK-3** Pelatihan pegawai" in text


def test_what_is_wrong_in_an_skp_is_said_by_place(hadir, chat):
    rows = [
        ["NIP", *HEAD, "Tahun"],
        [NIP["siti"], "RHK-1", "Laporan", 4, "laporan", 2026],
        [NIP["siti"], "rhk 1", "Lain", 4, "laporan", 2026],
        [NIP["siti"], "RHK-2", None, "banyak", "x" * 41, 1900],
        ["123456", "RHK-1", "Laporan", None, None, None],
        [NIP["dewi"], "RHK-1", "Laporan", None, None, None],
    ]
    text = read(chat("siti"), xlsx(rows), "skp.xlsx", FILE)
    for said in (
        "baris 3: Kode rhk 1 dipakai dua target. Beri salah satunya kode lain.",
        "baris 4, kolom F “Tahun”: “1900” bukan tahun.",
        "baris 4, kolom C “Rencana Hasil Kerja”: Tulis apa yang hendak dicapai.",
        "baris 4, kolom D “Target”: “banyak” bukan jumlah.",
        "baris 4, kolom E “Satuan”: Satuan paling panjang 40 huruf",
        "baris 5: Tidak ada pegawai dengan NIP 123456.",
        "baris 6: Anda tidak dapat memasukkan data Dewi Lestari",
    ):
        assert said in text, text
    assert of(hadir, "siti") == {}


def test_an_officer_enters_them_for_many_and_everybody_is_told(hadir, chat):
    rows = [["NIP", *HEAD], [NIP["siti"], *SKP[1]], [NIP["dewi"], *SKP[1]], [NIP["rina"], *SKP[2]]]
    rina = chat("rina")
    read(rina, xlsx(rows), "skp.xlsx", FILE)
    rina.presses("Benar, masukkan")
    heard(rina)
    assert set(of(hadir, "siti")) == set(of(hadir, "dewi")) == {"RHK-1"}
    assert texts(inbox(hadir, "dewi")) == ["Rina Marlina memasukkan target SKP Anda untuk 2026 dari berkas."]
    assert chat("dewi").says("/logbook target").startswith("**Target SKP Anda 2026**")


def test_an_administrator_enters_them_from_the_terminal(hadir, terminal, tmp_path: Path):
    file = tmp_path / "skp.csv"
    file.write_bytes(csv([["NIP", *HEAD], [NIP["siti"], *SKP[1]], [NIP["dewi"], *SKP[1]]]))

    def targets_(path: Path, *more: str) -> str:
        result = terminal("logbook", "targets", str(path), *more)
        return result.stdout if not result.exit_code else f"refused: {result.stderr}"

    assert "Nothing was changed" in targets_(file, "--year", "2026", "--dry-run")
    assert of(hadir, "siti") == {}
    assert "2 employees: 2 added, 0 changed, 0 as before, 0 taken out." in targets_(file)
    assert "2 employees: 0 added, 0 changed, 2 as before, 0 taken out." in targets_(file)
    assert set(of(hadir, "siti")) == {"RHK-1"}
    [row, _] = audited(hadir, "logbook.target_added")
    assert (row.actor_id, row.reason) == (None, "import of skp.csv")
    file.write_bytes(csv([["NIP", *HEAD], ["", *SKP[1]], ["4711", *SKP[2]]]))
    said = targets_(file)
    assert "row 2: The NIP is missing." in said
    assert "2 problems; nothing was changed" in said
    for content, why in ((b"a;b\n1;2\n", "no column is called like title"), (b"%PDF", "This is no spreadsheet")):
        file.write_bytes(content)
        assert why in targets_(file)
    assert "cannot be read" in targets_(tmp_path / "nothing.csv")
    assert "--year is from 2000 to 2027" in targets_(file, "--year", "1999")


# ---------------------------------------------------------------- taken back


def test_a_file_of_targets_is_taken_back_whole(hadir, chat, clock):
    rina, siti = chat("rina"), chat("siti")
    target(hadir, "siti", "RHK-9", "Lama")
    target(hadir, "siti", "RHK-2", "Pelatihan")
    before = of(hadir, "siti")
    rows = [["NIP", *HEAD], *[[NIP[name], *row] for name in ("siti", "dewi") for row in SKP[1:]]]
    read(rina, xlsx(rows), "skp.xlsx", FILE)
    rina.presses("Benar, masukkan")
    assert "3 baru, 1 berubah" in heard(rina)
    assert labels(rina.last) == ["Semua target", "Batalkan impor"]
    undo = button(rina.last, "Batalkan impor")
    assert "bukan milik Anda" in siti.presses(undo)

    # Whoever reports for a target that would go keeps it, and so does whoever changed one: nothing is undone.
    siti.says("/logbook menyusun laporan 2 jam #RHK-1")
    assert rina.presses(undo) == (
        "Tidak ada yang dibatalkan: 1 kegiatan memakai RHK-1 (Laporan keuangan triwulan). Ganti dulu target kegiatan itu "
        "(`/logbook ubah`), atau keluarkan target satu per satu (`/logbook target hapus`): laporan yang memakainya tetap utuh."
    )
    siti.says("/logbook hapus 1")
    siti.says("/logbook target ubah RHK-2")
    siti.submits(quantity="3")
    assert "RHK-2 (Pelatihan pegawai) sudah diubah sejak itu" in rina.presses(undo)
    assert set(of(hadir, "siti")) == set(of(hadir, "dewi")) == {"RHK-1", "RHK-2"}
    siti.says("/logbook target ubah RHK-2")
    siti.submits(quantity="2")

    clock.now += timedelta(hours=20)
    assert rina.says("/logbook impor batal") == "Terakhir dimasukkan: **skp.xlsx**."
    assert rina.says("/logbook target impor batal") == "Terakhir dimasukkan: **skp.xlsx**."
    assert rina.presses("Batalkan impor") == "Impor dibatalkan: target kembali seperti sebelum **skp.xlsx**."
    assert of(hadir, "siti") == before
    assert of(hadir, "dewi") == {}
    assert rina.presses(undo) == "**skp.xlsx** sudah dibatalkan."
    assert "Tidak ada impor sehari terakhir" in rina.says("/logbook impor batal")
    assert texts(inbox(hadir, "dewi"))[-1] == (
        "Rina Marlina membatalkan berkasnya: target SKP Anda untuk 2026 kembali seperti semula."
    )
    assert [row.after for row in audited(hadir, "logbook.import_undone")] == [{"state": "undone", "targets": 5}]

    # The same file again, and again nothing of it: what was taken out stays out.
    read(rina, xlsx(rows), "skp.xlsx", FILE)
    rina.presses("Benar, masukkan")
    heard(rina)
    late = button(rina.last, "Batalkan impor")
    rina.presses(late)
    assert (of(hadir, "siti"), of(hadir, "dewi")) == (before, {})
    read(rina, xlsx(rows), "skp.xlsx", FILE)
    rina.presses("Benar, masukkan")
    heard(rina)
    late = button(rina.last, "Batalkan impor")
    clock.now += timedelta(days=1, minutes=1)
    assert "Untuk satu target: `/logbook target`" in rina.presses(late)


def test_an_administrator_takes_a_file_back_at_the_terminal(hadir, terminal, tmp_path: Path, chat):
    file = tmp_path / "skp 2026.csv"
    target(hadir, "siti", "RHK-1", "Lama")
    before = of(hadir, "siti")
    file.write_bytes(csv([["NIP", *HEAD], [NIP["siti"], *SKP[1]], [NIP["siti"], *SKP[2]]]))

    def targets_(*more: str) -> str:
        result = terminal("logbook", "targets", str(file), *more)
        return result.stdout if not result.exit_code else f"refused: {result.stderr}"

    nothing = "nothing that an import of skp 2026.csv changed within the last day is left to be undone"
    assert nothing in targets_("--undo")
    assert f"To take it back within a day: hadir logbook targets '{file}' --undo" in targets_()
    assert "To take it back" not in targets_()
    assert "leave --dry-run out" in targets_("--undo", "--dry-run")
    chat("siti").says("/logbook menyusun laporan 2 jam #RHK-2")
    assert "nothing was undone: 1 activity reported for RHK-2" in targets_("--undo")
    chat("siti").says("/logbook hapus 1")
    file.unlink()
    assert "Undone: 2 targets as before the import of skp 2026.csv." in targets_("--undo")
    assert of(hadir, "siti") == before
    assert nothing in targets_("--undo")
    assert disagreeing(hadir) == []


# ---------------------------------------------------------------- sums, and two at the same moment


def disagreeing(hadir) -> list[str]:
    """What the audit says otherwise of the targets."""
    kept = {"skp_target": PLUGIN.ledgers["skp_target"]}
    with hadir.database.read() as db, hadir.database.read() as second:
        return [each.detail for each in ledger.compare(db, second, kept) if isinstance(each, Problem)]


class TestBothDatabases:
    @pytest.fixture(params=["sqlite", "postgresql"])
    def database_url(self, request) -> str:
        if request.param == "sqlite":
            return str(request.getfixturevalue("sqlite_url"))
        url = request.getfixturevalue("postgres_url")
        postgres.empty(url)
        return url

    def test_progress_counts_what_is_approved_in_the_targets_own_measure(self, hadir):
        first, other = target(hadir, "siti", "RHK-1"), target(hadir, "siti", "RHK-2")
        with hadir.database.write() as db:
            db.execute(update(skp_target).where(skp_target.c.id == first).values(quantity=Decimal(12), measure="laporan"))
        old = entered(hadir, "siti", first, quantity=Decimal("2.5"), measure="Laporan", minutes=60)
        entered(hadir, "siti", first, quantity=Decimal(1), minutes=30)
        entered(hadir, "siti", first, quantity=Decimal(7), measure="lembar", minutes=15)
        entered(hadir, "siti", first, "sent", quantity=Decimal(1), measure="laporan", minutes=10)
        entered(hadir, "siti", first, "sent", quantity=Decimal(3), measure="laporan", minutes=70, revises_id=old)
        entered(hadir, "siti", first, day=date(2025, 12, 31), minutes=99)
        for state in ("draft", "returned", "dropped", "replaced"):
            entered(hadir, "siti", first, state, quantity=Decimal(100), measure="laporan", minutes=100)
        entered(hadir, "siti", None, minutes=45)
        with hadir.database.read() as db:
            found = targets.of_person(db, person_id(hadir, "siti"), 2026)
            one, two = targets.progress(db, found)
            without = targets.without(db, person_id(hadir, "siti"), 2026)
        assert (one.approved.entries, one.approved.minutes, one.approved.quantity, one.approved.others) == (
            3,
            105,
            Decimal("3.5"),
            1,
        )
        assert (one.pending.entries, one.pending.minutes, one.pending.quantity, one.share) == (1, 10, Decimal(1), 29)
        assert (two.target.id, two.approved.entries, two.share) == (other, 0, None)
        assert (without.entries, without.minutes) == (1, 45)

    def test_two_who_add_the_same_target_make_one(self, hadir):
        siti, barrier = person_id(hadir, "siti"), threading.Barrier(2)

        def add(title: str) -> str:
            barrier.wait()
            with hadir.database.write() as db:
                return target_writing.put(db, lambda *_, **__: None, siti, 2026, Wanted("RHK-1", title), hadir.clock())[0]

        with ThreadPoolExecutor(2) as pool:
            assert sorted(pool.map(add, ["Laporan", "Laporan"])) == ["added", "same"]
        assert set(of(hadir, "siti")) == {"RHK-1"}

    def test_a_file_changes_restores_and_removes(self, hadir, chat):
        rina = chat("rina")
        for rows, there in (
            (SKP, {"RHK-1", "RHK-2"}),
            (SKP[:2], {"RHK-1"}),
            ([HEAD, SKP[2], ["RHK-1", "Lain", 5, None]], {"RHK-1", "RHK-2"}),
        ):
            read(rina, csv([["NIP", *rows[0]], *[[NIP["siti"], *row] for row in rows[1:]]]), "skp.csv", FILE)
            rina.presses("Benar, masukkan")
            heard(rina)
            assert set(of(hadir, "siti")) == there
        assert of(hadir, "siti")["RHK-1"] == ("Lain", Decimal(5), "")
        actions = ("added", "changed", "removed", "restored")
        assert [len(audited(hadir, f"logbook.target_{action}")) for action in actions] == [2, 1, 1, 1]
        undo, barrier = button(inbox(hadir, "rina")[-1], "Batalkan impor"), threading.Barrier(2)

        def press(talker) -> str:
            barrier.wait()
            return talker.presses(undo)

        with ThreadPoolExecutor(2) as pool:
            said = sorted(pool.map(press, [chat("rina"), chat("rina")]))
        assert said == ["**skp.csv** sudah dibatalkan.", "Impor dibatalkan: target kembali seperti sebelum **skp.csv**."]
        assert of(hadir, "siti") == {"RHK-1": ("Laporan keuangan triwulan", Decimal(4), "laporan")}
        assert disagreeing(hadir) == []
        rina.says(f"/logbook target hapus RHK-1 {NIP['siti']}")
        rina.presses("Keluarkan")
        assert of(hadir, "siti") == {}
        assert disagreeing(hadir) == []
        with hadir.database.write() as db:
            db.execute(update(skp_target).values(quantity=Decimal(99)))
        assert disagreeing(hadir) == ["not as the audit has it: quantity"] * 2
