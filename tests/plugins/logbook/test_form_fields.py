"""Forms as data: what a file may declare, what its contradictions are told, versions, and answers as people type them."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from sqlalchemy import func, insert, select

from integration import people
from integration.core import Hadir
from integration.messages import File, Form, FormErrors, FormSubmission, Reply, Sender, plain
from integration.people import Person
from integration.plugin import Context
from plugins.logbook.declared import file as form_file
from plugins.logbook.declared import forms as form_fields
from plugins.logbook.declared.fields import Declared, written
from plugins.logbook.declared.forms import FormVersion
from plugins.logbook.evidence import keeping
from plugins.logbook.tables import logbook_entry, logbook_form
from tests.cast import APLIKASI, KEPEGAWAIAN, NIP, Talker
from tests.post import audited
from tests.terminal import Terminal

LAYANAN = """
# Layanan kepada unit lain
[[field]]
name = "pemohon"
label = "Pemohon layanan"
kind = "choice"
choices = ["Unit lain", "Instansi lain", "Masyarakat"]
required = true

[[field]]
name = "biaya"
label = "Biaya (juta)"
kind = "number"
min = 0
max = 2500.5
decimals = 1

[[field]]
name = "surat"
label = "Nomor surat"
kind = "text"
hint = "Seperti di agenda."

[[field]]
name = "tanggal_surat"
label = "Tanggal surat"
kind = "date"

[[field]]
name = "rekan"
label = "Rekan"
kind = "person"

[[field]]
name = "lampiran"
label = "Lampiran"
kind = "file"
"""
Set = Callable[..., Result]


@pytest.fixture
def terminal(hadir: Hadir) -> Terminal:
    return Terminal(hadir.settings, hadir.clock)


@pytest.fixture
def sets(terminal: Terminal, tmp_path: Path) -> Set:
    """`sets(LAYANAN, "--unit", APLIKASI)` writes the file and takes it over."""

    def run(text: str, *options: str, command: str = "set") -> Result:
        file = tmp_path / "isian.toml"
        file.write_text(text)
        return terminal("logbook", "form", command, str(file), *options)

    return run


def person(hadir: Hadir, username: str) -> Person:
    with hadir.database.read() as db:
        return people.search(db, NIP[username])[0]


def form_of(hadir: Hadir, username: str) -> FormVersion | None:
    with hadir.database.read() as db:
        return form_fields.current(db, person(hadir, username))


def labels_of(hadir: Hadir, username: str) -> list[str]:
    form = form_of(hadir, username)
    return [each.label for each in form.fields] if form else []


def answered(hadir: Hadir, form: FormVersion, values: dict[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """What Siti's answers, by field name, are read as."""
    siti = person(hadir, "siti")
    with hadir.database.read() as db:
        context = Context(
            db=db,
            now=hadir.clock(),
            settings=hadir.settings,
            workdays=hadir.workdays,
            catalogues=hadir.catalogues,
            person=siti,
            sender=Sender("mattermost", "id-siti", "siti"),
            t=hadir.catalogues.speak("id"),
        )
        return form_fields.read(form, context, {f"isian_{name}": each for name, each in values.items()})


ONE = Declared("surat", "Nomor surat", "text")


def a_form(*fields: Declared) -> FormVersion:
    return FormVersion(1, "office", 1, fields)


# ---------------------------------------------------------------- versions


@pytest.mark.parametrize("options", [(), ("--unit", APLIKASI)])
def test_a_form_is_set_shown_and_set_again_without_a_change(hadir: Hadir, sets: Set, terminal: Terminal, options: Any) -> None:
    first = sets(LAYANAN, *options)
    assert first.exit_code == 0, first.output
    assert "Version 1:" in first.output
    assert "Nothing changed" in sets(LAYANAN, *options).output
    shown = terminal("logbook", "form", "show", *options).output
    assert "Pemohon layanan" in shown
    assert "0–2500.5" in shown
    data = terminal.data("logbook", "form", "show", *options)
    assert [field["name"] for field in data["fields"]][:2] == ["pemohon", "biaya"]
    (row,) = audited(hadir, "logbook.form")
    assert row.before is None
    assert row.after["version"] == 1
    assert row.reason == "form of isian.toml"
    again = terminal("logbook", "form", "show", "--file", *options).output
    assert form_file.read(again) == form_file.read(LAYANAN)


def test_a_changed_form_is_a_new_version_and_an_old_entry_keeps_its_own_labels(hadir: Hadir, sets: Set) -> None:
    sets(LAYANAN)
    old = form_of(hadir, "siti")
    assert old is not None
    changed = sets('[[field]]\nname = "surat"\nlabel = "Nomor agenda"\nkind = "text"\n')
    assert "Version 2: the whole office asks Nomor agenda from now on" in changed.output
    assert labels_of(hadir, "siti") == ["Nomor agenda"]
    with hadir.database.read() as db:
        siti = people.search(db, NIP["siti"])[0]
        kept = form_fields.of_entry(db, siti, old.id, written=True)
        assert kept == old
        assert form_fields.of_entry(db, siti, None, written=True) is None
        assert form_fields.of_entry(db, siti, old.id, written=False) != old
    t = hadir.catalogues.speak("id")
    answers = {"surat": "B-12/2026", "biaya": "12.5", "tanggal_surat": "2026-11-20"}
    assert form_fields.shown(old, t, answers) == [
        ("Biaya (juta)", "12,5"),
        ("Nomor surat", "B-12/2026"),
        ("Tanggal surat", "20/11/2026"),
    ]


def test_a_units_form_wins_until_the_unit_is_as_the_office_again(hadir: Hadir, sets: Set, terminal: Terminal) -> None:
    office = '[[field]]\nname = "surat"\nlabel = "Nomor agenda"\nkind = "text"\n'
    sets(office)
    sets(LAYANAN, "--unit", APLIKASI)
    assert labels_of(hadir, "siti")[0] == "Pemohon layanan"
    assert labels_of(hadir, "agus") == ["Nomor agenda"]
    assert f"{APLIKASI} has a form of its own" in terminal("logbook", "form", "show").output
    assert f"{APLIKASI} keep a form of their own" in sets(office.replace("agenda", "urut")).output

    assert "asks nothing beside" in terminal("logbook", "form", "clear", "--unit", APLIKASI).output
    assert form_of(hadir, "siti") is None
    assert "uses the office's form" in terminal("logbook", "form", "clear", "--unit", APLIKASI, "--as-office").output
    assert labels_of(hadir, "siti") == ["Nomor urut"]
    assert "already" in terminal("logbook", "form", "clear", "--unit", APLIKASI, "--as-office").output
    versions = [
        (row.after["version"], row.after["fields"]) for row in audited(hadir, "logbook.form") if "unit" in row.after["scope"]
    ]
    assert [version for version, _ in versions] == [1, 2, 3]
    assert versions[1][1] == []
    assert versions[2][1] is None
    assert "Pemohon layanan" in terminal("logbook", "form", "show", "--unit", APLIKASI, "--version", "1").output
    assert "there are 3" in terminal("logbook", "form", "show", "--unit", APLIKASI, "--version", "9").output


def test_whoever_moves_uses_the_form_of_the_new_unit_and_an_empty_unit_is_noted(hadir: Hadir, sets: Set) -> None:
    with hadir.database.write() as db:
        db.execute(insert(people.unit).values(name="Bidang Lama"))
    assert "nobody works in Bidang Lama now" in sets(LAYANAN, "--unit", "Bidang Lama").output
    assert form_of(hadir, "siti") is None
    with hadir.database.write() as db:
        lama = people.units_named(db, "Bidang Lama")[0][0]
        db.execute(people.person.update().where(people.person.c.nip == NIP["siti"]).values(unit_id=lama))
    assert labels_of(hadir, "siti")[0] == "Pemohon layanan"


def test_a_dry_run_an_unknown_unit_and_an_unknown_file_change_nothing(hadir: Hadir, sets: Set, terminal: Terminal) -> None:
    assert "Dry run" in sets(LAYANAN, "--dry-run").output
    assert "6 fields, nothing wrong" in sets(LAYANAN, command="check").output
    unknown = sets(LAYANAN, "--unit", "Bidang Antah")
    assert unknown.exit_code != 0
    assert APLIKASI in unknown.output
    assert KEPEGAWAIAN in unknown.output
    assert "cannot be read" in terminal("logbook", "form", "set", "/tidak/ada.toml").output
    assert "belongs to --unit" in terminal("logbook", "form", "clear", "--as-office").output
    assert "nothing beside what every entry has" in terminal("logbook", "form", "show").output
    with hadir.database.read() as db:
        assert db.scalar(select(func.count()).select_from(logbook_form)) == 0


def test_of_two_who_set_a_form_at_once_one_version_stays(hadir: Hadir) -> None:
    """A unique key decides, on both databases."""
    made: list[FormVersion | None] = []
    together = threading.Barrier(2)

    def put(label: str) -> None:
        together.wait()
        with hadir.database.write() as db:
            made.append(form_fields.put(db, "office", [Declared("surat", label, "text")], hadir.clock()))

    threads = [threading.Thread(target=put, args=(label,)) for label in ("Satu", "Dua")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    versions = [each.version for each in made if each]
    assert versions in ([1], [1, 2], [2, 1])
    with hadir.database.read() as db:
        assert db.scalar(select(func.count()).select_from(logbook_form)) == len(versions)


# ---------------------------------------------------------------- contradictions

HEAD = '[[field]]\nname = "surat"\nlabel = "Nomor surat"\nkind = "{kind}"\n'
TEXT, NUMBER, CHOICE = (HEAD.format(kind=kind) for kind in ("text", "number", "choice"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "declares no field"),
        ("[[field]\n", "the file is not TOML"),
        ('title = "x"\n' + TEXT, "line 1: unknown title; there are: field"),
        ("[field]\n" + TEXT.partition("\n")[2], "line 1: write [[field]], in double brackets"),
        ('field = "x"\n', "under a heading [[field]]"),
        (TEXT + "lable = 1\n", "line 5: unknown key lable; is it label?"),
        ('[[field]]\nlabel = "Nomor surat"\nkind = "text"\n', "line 1: name is missing"),
        (TEXT.replace('"surat"', '"Nomor Surat"'), "line 2: 'Nomor Surat' is not a name"),
        (TEXT.replace('"surat"', '"hasil"'), "line 2: 'hasil' is what every entry has; choose another, like \"hasil_layanan\""),
        (TEXT.replace('"Nomor surat"', '"Kegiatan"'), "line 3: 'Kegiatan' is what every entry has"),
        (TEXT.replace('"Nomor surat"', '" "'), "line 3: is empty: people must see what is asked"),
        (TEXT.replace("Nomor surat", "Nomor surat yang masuk dari luar"), "line 3: a label of 32 bytes is too long"),
        ('[[field]]\nname = "surat"\nkind = "text"\n', "line 1: label is missing"),
        ('[[field]]\nname = "surat"\nlabel = "Nomor"\n', "line 1: kind is missing: one of text, number"),
        (HEAD.format(kind="numer"), "line 4: unknown kind 'numer'; is it number?"),
        (TEXT + 'hint = "' + "x" * 151 + '"\n', "line 5: a hint of 151 bytes"),
        (TEXT + 'required = "yes"\n', "line 5: 'yes' is neither true nor false"),
        (TEXT + "longest = 0\n", "line 5: 0 does not fit: write a whole number from 1 to 3,000"),
        (TEXT + "min = 1\n", 'line 5: min belongs to kind = "number", and this field is a text'),
        (NUMBER + 'choices = ["a", "b"]\n', 'line 5: choices belongs to kind = "choice"'),
        (CHOICE, "line 1: choices is missing: a choice needs them"),
        (CHOICE + "choices = []\n", "line 5: there is nothing to choose"),
        (CHOICE + 'required = true\nchoices = ["Ya"]\n', "line 6: a required choice of one asks nothing"),
        (CHOICE + 'choices = ["Ya", " ya "]\n', "line 5: 'Ya' stands there twice"),
        (CHOICE + 'choices = ["Ya", ""]\n', "line 5: one of them is empty"),
        (CHOICE + "choices = [1, 2]\n", "line 5: are not a list of texts"),
        (CHOICE + f"choices = {json.dumps([str(n) for n in range(51)])}\n", "line 5: 51 choices are too many"),
        (CHOICE + f'choices = ["{"x" * 61}", "y"]\n', "longer than 60 characters"),
        (NUMBER + "min = 10\nmax = 5\n", "line 5: min 10 is more than max 5, so no number fits: turn them round"),
        (NUMBER + "min = nan\n", "line 5: nan is not a number that can be used"),
        (NUMBER + 'max = "10"\n', "line 5: '10' is not a number that can be used"),
        (NUMBER + "max = 1e300\n", "is not a number that can be used"),
        (
            NUMBER + "max = 0.25\ndecimals = 1\n",
            "line 5: 0.25 has more decimals than the field takes (1): write",
        ),
        (NUMBER + "decimals = 9\n", "line 5: 9 does not fit"),
        (TEXT + TEXT.replace("Nomor surat", "Lain"), "line 6: name 'surat' stands in the field of line 1 already"),
        (TEXT + TEXT.replace('"surat"', '"dua"').replace("Nomor", "NOMOR"), "line 7: label 'NOMOR surat' stands in the field"),
        ("".join(TEXT.replace("surat", f"surat{n}") for n in range(9)), "line 33: 9 fields are too many"),
        ("x" * 5000, "longer than 4,000 characters"),
    ],
)
def test_every_contradiction_is_refused_with_its_line_and_its_cure(text: str, said: str) -> None:
    _, problems = form_file.read(text)
    assert any(said in problem for problem in problems), problems


def test_all_that_is_wrong_is_told_at_once_and_nothing_changes(hadir: Hadir, sets: Set) -> None:
    refused = sets(TEXT.replace("text", "txt") + NUMBER + "min = 2\nmax = 1\n")
    assert refused.exit_code == 1
    assert "line 4: unknown kind 'txt'; is it text?" in refused.output
    assert "line 9: min 2 is more than max 1" in refused.output
    assert "problems; nothing was changed." in refused.output
    assert form_of(hadir, "siti") is None


# ---------------------------------------------------------------- in the chat


def test_fields_stay_within_what_a_chats_dialog_takes(hadir: Hadir, sets: Set) -> None:
    sets(LAYANAN)
    t = hadir.catalogues.speak("id")
    fields = form_fields.to_fields(
        form_of(hadir, "siti"), t, {"biaya": "12.5", "tanggal_surat": "2026-11-20", "pemohon": "Lama"}
    )
    by_name = {field.name: field for field in fields}
    assert [field.name for field in fields] == [
        "isian_pemohon", "isian_biaya", "isian_surat", "isian_tanggal_surat", "isian_rekan", "isian_lampiran",
    ]  # fmt: skip
    assert by_name["isian_pemohon"].kind == "select"
    assert by_name["isian_pemohon"].default == ""  # a choice that is not offered any more
    assert by_name["isian_biaya"].default == "12,5"
    assert by_name["isian_biaya"].hint == "Angka 0 sampai 2500,5, paling banyak 1 angka di belakang koma."
    assert by_name["isian_tanggal_surat"].default == "20/11/2026"
    assert by_name["isian_lampiran"].kind == "file"
    assert all(len(str(field.label).encode()) <= 24 and len(str(field.hint).encode()) <= 150 for field in fields)
    assert form_fields.to_fields(None, t) == ()


def test_a_units_form_is_played_through_in_the_chat(hadir: Hadir, sets: Set, chat: Callable[[str], Talker]) -> None:
    sets(LAYANAN, "--unit", APLIKASI)
    siti = chat("siti")
    assert "Pemohon layanan" in siti.says("/logbook melayani permohonan 2 jam")  # a line cannot say it: kept as a draft
    siti.says("/logbook ubah 1")
    form = siti.last
    assert isinstance(form, Form)
    wrong = {"isian_pemohon": "Tetangga", "isian_biaya": "3000", "isian_tanggal_surat": "31/2", "isian_rekan": "antah"}
    siti.submits(form, None, None, **wrong)
    assert isinstance(siti.last, FormErrors)
    assert set(siti.last.by_field) == set(wrong)
    right = {"isian_pemohon": "Masyarakat", "isian_biaya": "1.250,5", "isian_rekan": "@dewi"}
    assert "melayani permohonan" in submits_with_file(siti, form, "B-12.pdf", **right)
    with hadir.database.read() as db:
        kept = db.execute(select(logbook_entry.c.fields, logbook_entry.c.form_id)).all()
    current = form_of(hadir, "siti")
    assert current is not None
    assert len(kept) == 1
    assert {name: answer for name, answer in kept[0].fields.items() if answer} == {
        "pemohon": "Masyarakat",
        "biaya": "1250.5",
        "rekan": "Dewi Lestari",
        "lampiran": "B-12.pdf",
    }
    assert kept[0].form_id == current.id

    # The form changes; what was written keeps its own questions and answers.
    sets('[[field]]\nname = "agenda"\nlabel = "Nomor agenda"\nkind = "text"\n', "--unit", APLIKASI)
    siti.says("/logbook ubah 1")
    assert isinstance(siti.last, Form)
    old = {field.name: field.default for field in siti.last.fields if field.name.startswith("isian_")}
    assert old["isian_biaya"] == "1250,5"
    assert old["isian_pemohon"] == "Masyarakat"
    assert "isian_agenda" not in old
    siti.says("/logbook tambah")
    assert isinstance(siti.last, Form)
    assert [field.name for field in siti.last.fields if field.name.startswith("isian_")] == ["isian_agenda"]


AMOUNT = Declared("jumlah_dana", "Dana", "number", least=Decimal("-5"), most=Decimal(2000000), decimals=2)


READ: tuple[tuple[Declared, str, str], ...] = (
    (AMOUNT, "1.250,5", "1250.5"),
    (AMOUNT, "1,250.50", "1250.5"),
    (AMOUNT, "1250,50", "1250.5"),
    (AMOUNT, "1.250.000", "1250000"),
    (AMOUNT, "-5", "-5"),
    (AMOUNT, "0", "0"),
    (AMOUNT, "100", "100"),
    (Declared("kapan", "Kapan", "date"), "kemarin", "2026-11-22"),
    (Declared("kapan", "Kapan", "date"), "20/11", "2026-11-20"),
    (Declared("siapa", "Siapa", "person"), "@dewi", "Dewi Lestari"),
    (Declared("siapa", "Siapa", "person"), NIP["dewi"], "Dewi Lestari"),
    (Declared("siapa", "Siapa", "person"), "lestari dewi", "Dewi Lestari"),
    (ONE, "  B-12\n/2026 ", "B-12 /2026"),
    (Declared("uraian", "Uraian", "text", longest=300), "satu\ndua", "satu\ndua"),
    (Declared("mana", "Mana", "choice", choices=("Ya", "Tidak")), "Tidak", "Tidak"),
    (ONE, "", ""),
)


def test_answers_are_read_as_people_type_them_and_written_the_same(hadir: Hadir) -> None:
    for field, typed, kept in READ:
        answers, problems = answered(hadir, a_form(field), {field.name: typed})
        assert (answers, problems) == ({field.name: kept}, {}), typed
        shown = written(hadir.catalogues.speak("id"), field, kept)
        assert answered(hadir, a_form(field), {field.name: shown})[0] == {field.name: kept}


WRONG: tuple[tuple[Declared, str, str], ...] = (
    (AMOUNT, "banyak", "tidak terbaca sebagai angka. Angka -5 sampai 2000000"),
    (AMOUNT, "٣", "tidak terbaca sebagai angka"),
    (AMOUNT, "1e5", "tidak terbaca sebagai angka"),
    (AMOUNT, "2000001", "2000001 tidak sesuai"),
    (AMOUNT, "1,234", "1,234 tidak sesuai"),
    (AMOUNT, "-6", "tidak sesuai"),
    (Declared("n", "N", "number"), "1,5", "Angka, tanpa koma."),
    (Declared("n", "N", "number", least=Decimal(1)), "0", "Angka mulai 1"),
    (Declared("n", "N", "number", most=Decimal(1)), "2", "Angka paling besar 1"),
    (Declared("kapan", "Kapan", "date"), "31/2", "bukan tanggal"),
    (Declared("siapa", "Siapa", "person"), "antah berantah", "Tidak ada"),
    (Declared("siapa", "Siapa", "person"), "a", "Mohon tulis NIP"),
    (Declared("mana", "Mana", "choice", choices=("Ya", "Tidak")), "Mungkin", ""),
    (ONE, "x" * 151, "151"),
    (Declared("surat", "Surat", "text", required=True), " ", "isi"),
)


def test_a_wrong_answer_says_what_fits(hadir: Hadir) -> None:
    for field, typed, said in WRONG:
        answers, problems = answered(hadir, a_form(field), {field.name: typed})
        assert answers == {}, typed
        assert said in problems[field.key]


def test_namesakes_are_kept_apart_by_their_nip(hadir: Hadir) -> None:
    with hadir.database.write() as db:
        dewi = people.search(db, NIP["dewi"])[0]
        row = {
            "nip": "198501012010019999",
            "name": "Dewi Lestari",
            "unit_id": dewi.unit_id,
            "zone": dewi.zone,
            "roles": ["pegawai"],
        }
        db.execute(insert(people.person).values(row))
    field = Declared("siapa", "Siapa", "person")
    assert "Siapa yang Anda maksud" in answered(hadir, a_form(field), {"siapa": "Dewi Lestari"})[1][field.key]
    answers, _ = answered(hadir, a_form(field), {"siapa": NIP["dewi"]})
    assert answers == {"siapa": f"Dewi Lestari (NIP {NIP['dewi']})"}
    assert answered(hadir, a_form(field), answers)[0] == answers


def test_what_a_line_could_not_say_is_known_before_it_is_sent() -> None:
    form = a_form(ONE, Declared("mana", "Mana", "choice", required=True, choices=("Ya", "Tidak")))
    assert form_fields.missing(form, {}) == ["Mana"]
    assert form_fields.missing(form, {"mana": "Ya"}) == []
    assert form_fields.missing(None, None) == []


PROOF = """
[[field]]
name = "tanda_terima"
label = "Tanda terima"
kind = "file"
required = true
"""


def submits_with_file(talker: Talker, form: Form, name: str, **values: str) -> str:
    """The page that a form with a file is; its first file field gets the file, or with no `name` none does."""
    field = next(each for each in form.fields if each.kind == "file")
    given = {each.name: each.default for each in form.fields if each.kind != "file"} | values
    files = {field.name: File(name, "application/pdf", b"%PDF-1.4 " + name.encode())} if name else {}
    answer = talker.hadir.dispatcher.handle(
        talker.sender, FormSubmission(form.action, given, form.value, files=files), talker.hadir.clock()
    )
    talker.last = answer
    return plain(answer.text) if isinstance(answer, Reply) else ""


def proofs(hadir: Hadir) -> list[tuple[str, str]]:
    """(what the entry answers, what its evidence is called) of the newest entry."""
    with hadir.database.read() as db:
        entry = db.execute(select(logbook_entry).order_by(logbook_entry.c.id.desc()).limit(1)).one()
        return [(entry.fields["tanda_terima"], each.name) for each in keeping.of_entry(db, entry.id)]


def test_a_file_that_the_form_asks_for_is_evidence_and_is_not_copied(
    hadir: Hadir, sets: Set, chat: Callable[[str], Talker]
) -> None:
    sets(PROOF)
    siti = chat("siti")
    assert "Tanda terima" in siti.says("/logbook mengantar surat 1 jam")
    siti.says("/logbook ubah 1")
    form = siti.last
    assert isinstance(form, Form)
    submits_with_file(siti, form, "")
    assert isinstance(siti.last, FormErrors)
    assert set(siti.last.by_field) == {"isian_tanda_terima"}
    submits_with_file(siti, form, "terima.pdf")
    assert proofs(hadir) == [("terima.pdf", "terima.pdf")]

    siti.says("/logbook ubah 1")
    again = siti.last
    assert isinstance(again, Form)
    asked = next(each for each in again.fields if each.kind == "file")
    assert not asked.required
    assert "Sudah ada terima.pdf" in asked.hint
    submits_with_file(siti, again, "", activity="mengantar surat dinas")
    assert proofs(hadir) == [("terima.pdf", "terima.pdf")]
    siti.says("/logbook ubah 1")
    assert isinstance(siti.last, Form)
    submits_with_file(siti, siti.last, "terima-2.pdf")
    assert ("terima-2.pdf", "terima-2.pdf") in proofs(hadir)

    # What proves one entry proves no other.
    siti.says("/logbook templat simpan 1 antar")
    siti.says("/logbook templat pakai antar kemarin")
    assert "Tanda terima" in siti.says("/logbook kirim kemarin")
