"""Lists, the team, letters, and how many statements all of it takes. Now it is Monday, 23 November 2026, 07.28 WIB."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from integration import outbox_content
from integration.messages import Button, File, Form, FormErrors, FormSubmission, Reply, plain
from integration.outbox import outbox
from plugins.izin.tables import absence
from tests.cast import at
from tests.plugins.izin.post import approved, problems
from tests.post import button, change, inbox, labels, texts

PDF, PNG, JPG = b"%PDF-1.4 surat", b"\x89PNG\r\n\x1a\n surat", b"\xff\xd8\xff surat"


# ---------------------------------------------------------------- lists


def test_with_nothing_the_list_says_how_to_begin(chat):
    siti = chat("siti")
    assert siti.says("/izin daftar") == "Belum ada permintaan. Untuk mengajukan: `/izin`"
    assert labels(siti.last) == ["Cuti", "Sakit hari ini"]


def test_ones_own_requests_with_their_states(hadir, chat):
    approved(hadir, chat, "/izin cuti 1-3 des")
    siti = chat("siti")
    siti.says("/izin izin besok 08.00-10.00 antar anak")
    assert siti.says("/izin daftar").splitlines() == [
        "**Permintaan Anda**",
        "- Izin, Selasa 24 Nov 2026, 08.00–10.00 WIB — “antar anak”: menunggu",
        "- Cuti tahunan, Selasa 1 – Kamis 3 Des 2026: disetujui",
    ]
    assert labels(siti.last) == ["Tarik kembali Selasa 24 Nov", "Tarik kembali Selasa 1 Des"]


def test_what_waits_is_decided_from_the_list(hadir, chat):
    chat("siti").says("/izin cuti 1-3 des")
    chat("dewi").says("/izin sakit")
    budi = chat("budi")
    assert budi.says("/izin daftar").splitlines() == [
        "**Menunggu keputusan Anda**",
        "1. Siti Rahayu: Cuti tahunan, Selasa 1 – Kamis 3 Des 2026",
        "2. Dewi Lestari: Cuti sakit, Senin 23 Nov 2026",
    ]
    assert "Disetujui: Dewi Lestari" in budi.presses("Setujui 2")
    assert labels(budi.last) == ["1 lagi menunggu"]
    assert "1. Siti Rahayu" in budi.presses("1 lagi menunggu")


def test_what_was_withdrawn_meanwhile_hides_nothing_of_the_list(chat):
    siti, budi = chat("siti"), chat("budi")
    siti.says("/izin cuti 1-3 des")
    chat("dewi").says("/izin sakit")
    budi.says("/izin daftar")
    siti.presses("Tarik kembali")
    assert "sudah ditarik kembali" in budi.presses("Setujui 1")
    assert "1. Dewi Lestari" in budi.presses("1 lagi menunggu")


def test_balance_says_what_goes_over(chat):
    said = chat("siti").says("/izin saldo")
    assert "Cuti tahunan 2026: sisa 12 hari (hak 12)." in said
    assert "Hadir belum menghitung sejak awal 2026" in said
    assert "paling banyak 6 hari, atau 12 hari bila dua tahun tidak dipakai" in said


# ---------------------------------------------------------------- the team


@pytest.fixture
def away(hadir, chat):
    approved(hadir, chat, "/izin sakit hari ini rahasia-satu")
    approved(hadir, chat, "/izin cuti 1-3 des rahasia-dua", "dewi")
    chat("wayan").says("/izin izin besok 08.00-10.00 rahasia-tiga")
    approved(hadir, chat, "/izin cuti 14-15 des", "yosef")


LEADER = [
    "- Senin 23 Nov 2026: Siti Rahayu — sakit",
    "- Selasa 24 Nov 2026, 08.00–10.00 WITA: I Wayan Sudarta — izin (menunggu)",
    "- Selasa 1 – Kamis 3 Des 2026: Dewi Lestari — cuti",
]
COLLEAGUE = [
    "- Senin 23 Nov 2026: Siti Rahayu — tidak di kantor",
    "- Selasa 1 – Kamis 3 Des 2026: Dewi Lestari — tidak di kantor",
]


@pytest.mark.parametrize(
    ("who", "line", "expected"),
    [
        ("budi", "/izin tim", LEADER),
        ("hendra", "/izin tim", LEADER),
        ("rina", "/izin tim aplikasi", LEADER),
        ("kartika", "/izin tim bidang aplikasi", LEADER),
        ("yosef", "/izin tim", COLLEAGUE),
        ("siti", "/izin tim", [LEADER[0], COLLEAGUE[1]]),
        ("wayan", "/izin tim", [COLLEAGUE[0], LEADER[1], COLLEAGUE[1]]),
    ],
)
def test_who_reads_what_of_the_team(away, chat, who, line, expected):
    said = chat(who).says(line).splitlines()
    assert said[0] == "**Bidang Aplikasi** — yang tidak di kantor sampai Minggu 13 Des 2026"
    assert said[1:] == expected
    assert "rahasia" not in str(said)


def test_another_unit_is_for_those_who_see_everybody(away, chat):
    assert "Tidak ada unit bernama “aplikasi” yang dapat Anda lihat." in chat("agus").says("/izin tim aplikasi")
    assert "Unit yang mana" in chat("rina").says("/izin tim a")
    assert "Semua ada." in chat("agus").says("/izin tim")


# ---------------------------------------------------------------- letters


def send(hadir, talker, **values):
    """Send the form just shown, with files."""
    form = talker.last
    assert isinstance(form, Form)
    files = {name: value for name, value in values.items() if isinstance(value, File)}
    everything = {field.name: field.default for field in form.fields} | {
        name: value.name if isinstance(value, File) else value for name, value in values.items()
    }
    answer = hadir.dispatcher.handle(
        talker.sender, FormSubmission(form.action, everything, form.value, files=files), hadir.clock()
    )
    talker.last = answer
    return plain(answer.text) if isinstance(answer, Reply) else str(answer)


def stored(hadir):
    """(path, media type, content) of the files that were queued for the storage."""
    with hadir.database.read() as db:
        rows = db.execute(select(outbox.c.key, outbox.c.payload).where(outbox.c.kind == "storage").order_by(outbox.c.id)).all()
        return [(at["path"], at["media_type"], *outbox_content.of(db, key, at)) for key, at in rows]


def test_the_number_goes_to_the_only_absence_that_lacks_one(hadir, chat):
    siti = chat("siti")
    siti.says("/izin dinas besok Rakor")
    assert "Nomor surat boleh menyusul" in plain(siti.last.text)
    assert siti.says("/izin surat ST-112/2026") == "Surat tersimpan untuk: Dinas luar, Selasa 24 Nov 2026."
    assert texts(inbox(hadir, "budi"))[-1] == "Siti Rahayu menambahkan surat untuk Dinas luar, Selasa 24 Nov 2026: ST-112/2026"
    assert problems(hadir) == []


def test_with_several_the_form_asks_which(hadir, chat):
    siti = chat("siti")
    siti.says("/izin dinas besok Rakor")
    siti.says("/izin sakit")
    siti.says("/izin surat ST-112/2026")
    form = siti.last
    assert isinstance(form, Form)
    assert [plain(label) for _, label in form.fields[0].choices] == [
        "Dinas luar, Selasa 24 Nov 2026",
        "Cuti sakit, Senin 23 Nov 2026",
    ]
    assert form.fields[1].default == "ST-112/2026"
    assert "Dinas luar" in siti.submits(which=form.fields[0].choices[0][0])


def test_a_file_is_kept_in_the_offices_storage_under_a_name_that_tells_little(hadir, chat):
    siti = chat("siti")
    siti.says("/izin sakit")
    siti.says("/izin surat")
    assert "Surat tersimpan untuk: Cuti sakit" in send(hadir, siti, file=File("../../surat dokter.exe", "text/html", PDF))
    path = "Izin/Bidang Aplikasi/2026/2026-11-23 198501012010010003 1.pdf"
    assert stored(hadir) == [(path, "application/pdf", PDF)]
    [sent] = inbox(hadir, "budi")[-1].files
    assert (sent.path, sent.media_type, sent.content) == (path, "application/pdf", b"")
    siti.says("/izin surat")
    send(hadir, siti, file=File("foto.png", "image/png", PNG))
    assert stored(hadir)[-1][0].endswith(".png")
    assert problems(hadir) == []


def test_who_decides_sees_the_letter_itself(hadir, chat):
    siti, budi = chat("siti"), chat("budi")
    siti.says("/izin sakit")
    siti.says("/izin surat")
    send(hadir, siti, file=File("surat.pdf", "application/pdf", PDF))
    budi.says("/izin daftar")
    assert "sedang dikirim" in budi.presses("Surat 1")
    [wanted] = inbox(hadir, "budi")[-1].files
    assert wanted.path.endswith(" 1.pdf")
    dewi = chat("dewi")
    assert dewi.presses(Button("x", "izin.see_letter", "1")) == "Permintaan ini bukan milik Anda."
    assert problems(hadir) == []


def test_number_and_file_together_are_one_message(hadir, chat):
    siti = chat("siti")
    siti.says("/izin sakit")
    siti.says("/izin surat")
    send(hadir, siti, number="SKD-7/2026", file=File("foto.jpg", "image/jpeg", JPG))
    told = [line for line in texts(inbox(hadir, "budi")) if "menambahkan surat" in line]
    assert told == ["Siti Rahayu menambahkan surat untuk Cuti sakit, Senin 23 Nov 2026: SKD-7/2026"]


def test_a_letter_without_a_number_is_named_after_its_owner(hadir, chat):
    siti = chat("siti")
    siti.says("/izin sakit")
    siti.says("/izin surat")
    send(hadir, siti, number="", file=File("foto.jpg", "image/jpeg", JPG))
    told = inbox(hadir, "budi")[-1]
    assert plain(told.text) == "Siti Rahayu menambahkan surat untuk Cuti sakit, Senin 23 Nov 2026."
    assert [file.name for file in told.files] == ["Surat Siti Rahayu 2026-11-23.jpg"]
    assert problems(hadir) == []


def test_a_letter_that_is_missing_can_be_added_with_a_press(hadir, chat):
    siti = chat("siti")
    siti.says("/izin sakit")
    assert "Tambahkan surat" in labels(siti.last)
    siti.presses("Tambahkan surat")
    assert isinstance(siti.last, Form)
    chat("budi").presses(button(inbox(hadir, "budi")[-1], "Setujui"))
    assert labels(inbox(hadir, "siti")[-1]) == ["Tambahkan surat"]
    siti.says("/izin cuti 1-3 des")
    assert labels(siti.last) == ["Tarik kembali"]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"<html>", "bukan berkas PDF"),
        (b"", "kosong"),
        (PDF + b"x" * (5 << 20), "terlalu besar"),
        (None, "isi nomor surat atau pilih berkas"),
    ],
)
def test_what_is_no_letter_is_refused(hadir, chat, content, why):
    siti = chat("siti")
    siti.says("/izin sakit")
    siti.says("/izin surat")
    said = send(hadir, siti, **({} if content is None else {"file": File("surat.pdf", "application/pdf", content)}))
    assert isinstance(siti.last, FormErrors)
    assert why in said
    assert stored(hadir) == []


def test_nobody_adds_a_letter_to_somebody_elses_absence(hadir, chat):
    chat("dewi").says("/izin sakit")
    siti = chat("siti")
    siti.says("/izin izin besok 08.00-10.00 x")
    siti.says("/izin surat")
    send(hadir, siti, which="1", number="ST-1/2026")
    assert isinstance(siti.last, FormErrors)
    assert "Ajukan dahulu" in chat("yosef").says("/izin surat ST-1/2026")
    with hadir.database.read() as db:
        assert set(db.scalars(select(absence.c.letter_number))) == {""}


@pytest.mark.parametrize("locale", ["id", "en"])
def test_the_form_for_a_letter_fits_into_a_dialog(hadir, chat, locale):
    change(hadir, "siti", locale=locale)
    siti = chat("siti")
    siti.says("/izin sakit")
    siti.says("/izin surat")
    for words in (siti.last.title, *(field.label for field in siti.last.fields)):
        assert len(words.encode()) <= 24, words


# ---------------------------------------------------------------- statements


@pytest.fixture
def count(chat, statements):
    """Statements of one line that are ours, once calendar and rules are in memory."""

    def said(username, line):
        chat("agus").says("/hadir status")  # reads the calendar, and nothing of this person
        statements.clear()
        chat(username).says(line)
        return len([each for each in statements if "rota" not in each and "person_schedule" not in each])

    return said


def test_asking_takes_few_statements(count):
    # person; lock; own rows; plan; colleagues; opening balances; insert; the row; audit; supervisor; is he away; message
    assert count("siti", "/izin cuti 1-3 des keluarga") <= 12
    assert count("siti", "/izin sakit") <= 13


@pytest.mark.parametrize("line", ["/izin", "/izin saldo", "/izin daftar", "/izin tim", "/izin batal"])
def test_looking_takes_few_statements_however_much_there_is(count, line):
    for week in ("1", "7", "14"):
        count("siti", f"/izin cuti {week} des")
    assert count("siti", line) <= 6


def test_the_clock_of_the_office_decides_which_day_it_is(chat):
    assert "Selasa 24 Nov 2026" in chat("yosef").says("/izin izin hari ini 08.00-10.00 x", at=at("2026-11-23T23:00+07:00"))
