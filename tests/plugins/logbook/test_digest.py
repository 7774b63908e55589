"""The supervisor's digest: at its hour, about what came and what is missing, in pages that fit, to whoever stands in.

It is Monday, 23 November 2026. Siti and Dewi (WIB), Wayan (WITA) and Yosef (WIT) report to Budi, he to Hendra.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date

import pytest
from sqlalchemy import insert, update

from integration import people
from integration.core import Hadir
from integration.messages import Form, Reply, plain
from integration.scheduler import work
from integration.workdays import holiday
from plugins.logbook.review import digest, digest_job
from plugins.logbook.review.shown import unpack
from plugins.logbook.tables import logbook_entry as _entry
from plugins.logbook.tables import logbook_evidence
from tests.cast import Clock, Talker, at
from tests.plugins.izin.post import approved as absent
from tests.plugins.logbook.drawn import person, wrote
from tests.plugins.logbook.reviewed import entry, states, told
from tests.post import button, change, crowd, inbox, labels, runs
from tests.post import told as counted

Chat = Callable[[str], Talker]
FRIDAY = date(2026, 11, 20)
(JOB,) = digest_job.JOBS


@pytest.fixture
def later(hadir: Hadir, clock: Clock) -> Callable[[str], None]:
    """`later("2026-11-23T16:30+07:00")`: the digest's job at that moment."""
    return runs(hadir, clock, JOB)


@contextmanager
def free(hadir: Hadir, day: date) -> Iterator[None]:
    """The day is a holiday; put back afterwards, for everybody else's tests."""
    with hadir.database.write() as db:
        db.execute(holiday.insert().values(day=day, name="Libur Setempat", kind="override"))
    hadir.workdays.forget()
    try:
        yield
    finally:
        with hadir.database.write() as db:
            db.execute(holiday.delete().where(holiday.c.name == "Libur Setempat"))


def test_what_came_what_is_missing_and_what_waits_from_other_days(
    hadir: Hadir, chat: Chat, later: Callable[[str], None]
) -> None:
    friday = wrote(hadir, "siti", "arsip *surat*", FRIDAY)
    one = wrote(hadir, "siti", "menyusun laporan keuangan", minutes=150)
    two = wrote(hadir, "siti", "rapat", state="approved")
    wrote(hadir, "dewi", "surat keluar", state="returned", day=date(2026, 11, 19), note="kurang")
    wrote(hadir, "dewi", "masih draf", state="draft", round=0)
    later("2026-11-23T16:20+07:00")
    assert told(hadir, "budi") == []
    later("2026-11-23T16:30+07:00")
    (message,) = inbox(hadir, "budi")
    assert plain(message.text) == (
        "**Laporan tim Anda** — Senin, 23 November 2026\n"
        "masuk: 1 orang · belum: 3 orang · menunggu Anda: 2 kegiatan\n"
        "\n**Masuk**\n"
        "- **Siti Rahayu** · 2 kegiatan, 3 jam 30 menit\n"
        "   - menyusun laporan keuangan (2 jam 30 menit)\n"
        "   - rapat (1 jam)\n"
        "\n**Belum melapor** (3)\n"
        "Dewi Lestari, I Wayan Sudarta, Yosef Wenda\n"
        "\n**Menunggu dari hari lain**\n"
        "- **Siti Rahayu** · 1 kegiatan\n"
        "   - Jumat 20 Nov: arsip *surat* (1 jam)\n"
        "\n**Dikembalikan, belum diperbaiki**\n"
        "- **Dewi Lestari** · 1 kegiatan (Kamis 19 Nov)"
    )
    assert labels(message) == ["Setujui semua (2)", "Buka", "Kembalikan"]
    # Once a day, whatever comes afterwards.
    wrote(hadir, "dewi", "terlambat")
    later("2026-11-23T16:40+07:00")
    later("2026-11-23T17:50+07:00")
    assert len(inbox(hadir, "budi")) == 1
    # What came after it is not approved by it.
    assert chat("budi").presses(button(message, "Setujui semua (2)")) == "Disetujui: 2 kegiatan dari 1 orang."
    assert states(hadir, friday, one, two) == ["approved", "approved", "approved"]
    assert "terlambat (1 jam)" in chat("budi").says("/logbook periksa")
    # The others have nobody to look at, or have got their own.
    assert set(counted(hadir)) == {"budi", "hendra", "rina"}


def test_the_hour_is_the_readers_own_and_nobody_is_told_on_a_day_off(
    hadir: Hadir, chat: Chat, later: Callable[[str], None]
) -> None:
    change(hadir, "budi", zone="Asia/Jayapura")
    wrote(hadir, "siti", "surat")
    later("2026-11-23T16:30+09:00")
    assert set(counted(hadir)) == {"budi"}
    with free(hadir, date(2026, 11, 24)):
        wrote(hadir, "siti", "lembur", date(2026, 11, 24))
        later("2026-11-24T16:30+09:00")
        later("2026-11-24T16:30+07:00")
    later("2026-11-28T16:30+09:00")  # a Saturday
    assert set(counted(hadir)) == {"budi"}
    later("2026-11-30T16:30+09:00")
    assert "lembur" in told(hadir, "budi")[-1]


def test_who_stands_in_gets_the_team_and_who_is_away_is_left_in_peace(
    hadir: Hadir, chat: Chat, later: Callable[[str], None]
) -> None:
    wrote(hadir, "siti", "surat")
    absent(hadir, chat, "/izin dinas hari ini sampai 27/11 ST-1/2026", "budi", by="hendra")
    before = {name: len(inbox(hadir, name)) for name in ("budi", "hendra")}
    later("2026-11-23T16:30+07:00")
    assert len(inbox(hadir, "budi")) == before["budi"]
    (message,) = inbox(hadir, "hendra")[before["hendra"] :]
    text = plain(message.text)
    assert "- **Siti Rahayu** · 1 kegiatan, 1 jam (menggantikan Budi Santoso)" in text
    assert "Kartika Sari" in text  # his own people are missing, whoever is on a journey is not
    assert "Budi Santoso," not in text.replace("(menggantikan Budi Santoso)", "")


def test_where_both_above_are_away_the_personnel_officers_look(hadir: Hadir, chat: Chat, later: Callable[[str], None]) -> None:
    mine = wrote(hadir, "siti", "surat")
    absent(hadir, chat, "/izin dinas hari ini sampai 27/11 ST-1/2026", "budi", by="hendra")
    assert "Siti Rahayu" not in chat("rina").says("/logbook periksa")
    absent(hadir, chat, "/izin dinas hari ini sampai 27/11 ST-2/2026", "hendra", by="rina")
    later("2026-11-23T16:30+07:00")
    assert [text for name in ("budi", "hendra") for text in told(hadir, name) if "Laporan tim" in text] == []
    (message,) = [each for each in inbox(hadir, "rina") if "Laporan tim" in plain(each.text)]
    assert "- **Siti Rahayu** · 1 kegiatan, 1 jam (menggantikan Budi Santoso)" in plain(message.text)
    chat("rina").presses(button(message, "Setujui semua (1)"))
    assert states(hadir, mine) == ["approved"]


def test_what_somebody_left_behind_is_still_decided_on(hadir: Hadir, chat: Chat) -> None:
    mine = wrote(hadir, "siti", "serah terima", FRIDAY)
    change(hadir, "siti", ended_on=FRIDAY)
    budi = chat("budi")
    said = budi.says("/logbook periksa", at=at("2026-11-23T16:30+07:00"))
    assert "Jumat 20 Nov: serah terima (1 jam)" in said
    assert "**Belum melapor** (3)\nDewi Lestari, I Wayan Sudarta, Yosef Wenda" in said
    budi.presses("Setujui semua (1)")
    assert states(hadir, mine) == ["approved"]
    assert "Siti" not in budi.says("/logbook periksa")


def test_nothing_to_say_is_not_said(hadir: Hadir, chat: Chat, later: Callable[[str], None]) -> None:
    """Nobody of Rina's people was to work, nothing waits."""
    absent(hadir, chat, "/izin dinas hari ini sampai 27/11 ST-1/2026", "agus", by="rina")
    before = len(inbox(hadir, "rina"))
    later("2026-11-23T16:30+07:00")
    assert len(inbox(hadir, "rina")) == before
    assert chat("rina").says("/logbook periksa") == (
        "Tidak ada yang perlu diperiksa: tidak ada laporan yang menunggu, dan semua sudah melapor."
    )
    nobodys = chat("siti").says("/logbook periksa")
    assert (
        nobodys
        == "Tidak ada pegawai yang melapor kepada Anda, jadi tidak ada yang perlu diperiksa. Laporan Anda sendiri: `/logbook`"
    )


def test_whoever_asked_to_be_away_or_begins_later_is_not_missing(hadir: Hadir, chat: Chat) -> None:
    chat("dewi").says("/izin cuti tahunan hari ini sampai 24/11 keperluan keluarga")
    change(hadir, "yosef", started_on=date(2026, 12, 1))
    said = chat("budi").says("/logbook periksa", at=at("2026-11-23T16:31+07:00"))
    assert "**Belum melapor** (2)\nI Wayan Sudarta, Siti Rahayu" in said
    # At seven in the morning nobody's day has begun in Jakarta.
    early = chat("budi").says("/logbook periksa", at=at("2026-11-23T07:00+07:00"))
    assert "Siti Rahayu" not in early
    assert "I Wayan Sudarta" in early  # in Bali it has


def test_going_through_them_one_person_after_another(hadir: Hadir, chat: Chat) -> None:
    report = {who: wrote(hadir, who, f"laporan {who}", result="selesai", minutes=90) for who in ("siti", "dewi")}
    old = {who: wrote(hadir, who, f"arsip {who}", FRIDAY, late=True) for who in ("siti", "dewi")}
    budi = chat("budi")
    budi.says("/logbook periksa")
    first = budi.presses("Buka")
    assert first.startswith(
        "**Dewi Lestari** · Bidang Aplikasi\n1. **arsip dewi** — Jumat 20 Nov · 1 jam · terkirim, susulan\n2. "
    )
    assert "2. **laporan dewi** — Senin 23 Nov · 1 jam 30 menit · terkirim\n   - Hasil: selesai" in first
    assert labels(budi.last) == ["Setujui semua (2)", "Kembalikan", "Pilih…", "Berikutnya: Siti Rahayu (2)"]
    budi.presses("Pilih…")
    form = budi.last
    assert isinstance(form, Form)
    assert "what" in budi.submits(form, entry=str(report["dewi"]))
    assert "perlu diperbaiki" in budi.submits(form, entry=str(report["dewi"]), what="return")
    said = budi.submits(form, entry=str(report["dewi"]), what="comment", note="rapi")
    assert said.startswith("Komentar terkirim.\n\n**Dewi Lestari**")
    assert "“rapi”" in said
    said = budi.submits(form, entry=str(report["dewi"]), what="approve")
    assert said.startswith("Disetujui: laporan dewi.\n\n**Dewi Lestari**")
    assert labels(budi.last) == ["Setujui", "Kembalikan", "Komentar", "Berikutnya: Siti Rahayu (2)"]
    assert "Sudah disetujui oleh Budi Santoso" in budi.submits(form, entry=str(report["dewi"]), what="return", note="x")
    budi.says("/logbook periksa @dewi")
    budi.presses("Kembalikan")
    said = budi.submits(note="kurang lengkap")
    assert said.startswith("Dikembalikan: arsip dewi. Yang bersangkutan diberi tahu.\n\n**Siti Rahayu**")
    said = budi.presses("Setujui semua (2)")
    assert said == "Disetujui: 2 kegiatan dari 1 orang.\nSemua laporan sudah diperiksa."
    assert states(hadir, *report.values(), *old.values()) == ["approved", "approved", "approved", "returned"]
    assert chat("budi").says("/logbook periksa").startswith("**Laporan tim Anda**")
    # From the digest one gives back by choosing from a list.
    one, two = wrote(hadir, "siti", "satu"), wrote(hadir, "yosef", "dua")
    budi.says("/logbook periksa")
    budi.presses("Kembalikan")
    form = budi.last
    assert isinstance(form, Form)
    assert [label for _, label in form.fields[0].choices] == [
        "Siti Rahayu, Senin 23 Nov: satu",
        "Yosef Wenda, Senin 23 Nov: dua",
    ]
    assert "daftar" in budi.submits(form, entry="", note="x")
    assert "Dikembalikan: dua." in budi.submits(form, entry=str(two), note="perbaiki")
    assert states(hadir, one, two) == ["sent", "returned"]


def test_by_words_it_is_shown_before_it_is_approved_and_given_back_at_once(hadir: Hadir, chat: Chat) -> None:
    one, two, three = (wrote(hadir, "siti", what) for what in ("surat", "rapat", "arsip"))
    budi = chat("budi")
    said = budi.says("/logbook setujui 2")  # only Siti has sent anything
    assert "2. **rapat**" in said
    assert "surat" not in said
    assert states(hadir, two) == ["sent"]
    assert budi.presses("Setujui").startswith("Disetujui: rapat.\n\n**Siti Rahayu**")
    said = budi.says("/logbook kembalikan siti rahayu 2 kotaknya\nyang mana?")
    assert said == "Dikembalikan: arsip. Yang bersangkutan diberi tahu."
    assert labels(budi.last) == ["1 lagi menunggu"]
    assert entry(hadir, three).note == "kotaknya\nyang mana?"
    # What is missing is asked for, with what was typed.
    wrote(hadir, "dewi", "kas")
    budi.says("/logbook kembalikan @siti kurang lampiran")
    form = budi.last
    assert isinstance(form, Form)
    assert {field.name: field.default for field in form.fields} == {"note": "kurang lampiran"}
    assert "**Dewi Lestari**" in budi.says("/logbook setujui")  # the first of those who wait
    assert budi.says("/logbook setujui 1").startswith("Siapa yang dimaksud: Dewi Lestari")
    assert "**surat**" in budi.presses(next(each for each in labels(budi.last) if each.startswith("Siti")))
    assert "tidak ada nomor 4" in budi.says("/logbook setujui @siti 4")
    assert labels(budi.last) == []
    wrote(hadir, "siti", "kuitansi")
    assert "**kuitansi**" in budi.says("/logbook setujui @siti 1 dan 2")
    budi.presses("Setujui semua (2)")
    assert states(hadir, one, two, three) == ["approved", "approved", "returned"]
    assert "hanya diputuskan oleh atasannya" in chat("dewi").says("/logbook setujui @siti 1")
    # It stays a line of work where it is one.
    assert "Terkirim ke Hendra Gunawan" in budi.says("/logbook setujui usulan cuti 1 jam", at=at("2026-11-23T15:00+07:00"))
    assert "Tidak ada laporan yang menunggu Anda." in chat("siti").says("/logbook setujui 1")


def test_one_person_or_another_day(hadir: Hadir, chat: Chat) -> None:
    wrote(hadir, "siti", "arsip", FRIDAY, state="approved")
    wrote(hadir, "siti", "surat", state="returned", note="kurang")
    budi = chat("budi")
    said = budi.says("/logbook periksa @siti 20/11")
    assert said == "**Siti Rahayu** — Jumat, 20 November 2026\n1. **arsip** — Jumat 20 Nov · 1 jam · disetujui"
    assert budi.says("/logbook periksa siti") == (
        "**Siti Rahayu** — Senin, 23 November 2026\n1. **surat** — Senin 23 Nov · 1 jam · dikembalikan"
    )
    assert "Belum ada laporan terkirim untuk hari ini." in budi.says("/logbook periksa dewi")
    assert "masuk: 1 orang · belum: 3 orang" in budi.says("/logbook periksa jumat")
    assert "belum tiba" in budi.says("/logbook periksa besok")
    assert "Tidak ada pegawai bernama" in budi.says("/logbook periksa zzz")
    assert "Laporan Agus Wijaya hanya dapat dilihat" in budi.says("/logbook periksa agus")


def test_what_is_long_is_read_in_full_a_few_at_a_time(hadir: Hadir, chat: Chat) -> None:
    ids = [wrote(hadir, "siti", f"mulai {n} {'k' * 1980} habis", result="r" * 1000) for n in range(6)]
    with hadir.database.write() as db:
        row = {"entry_id": ids[0], "kind": "link", "name": "notulen", "url": "https://kantor.example/n"}
        db.execute(logbook_evidence.insert().values(row | {"added_at": hadir.clock()}))
    budi = chat("budi")
    seen: list[int] = []
    said = budi.says("/logbook periksa @siti")
    assert "Bukti: notulen" in said
    assert "Bukti 1" in labels(budi.last)
    for _ in range(6):
        page = budi.last
        assert isinstance(page, Reply)
        assert len(said) < 10_000
        seen += [n for n in range(6) if f"mulai {n} " in said]
        assert said.count(" habis") == len([n for n in range(6) if f"mulai {n} " in said])
        assert [each for each in labels(page) if each.startswith("Setujui yang")] == ["Setujui yang tampil (2)"]
        more = [label for label in labels(page) if "lagi dari orang ini" in label]
        if not more:
            break
        said = budi.presses(more[0])
    assert seen == list(range(6))
    # A day of more than a message holds: those that fit in full, the others in a line each.
    said = chat("kartika").says("/logbook periksa @siti 23/11")
    assert len(said) < 12_000
    assert [n for n in range(6) if f"{n + 1}. **mulai {n} " in said] == list(range(6))


def test_a_long_team_has_pages_each_of_which_approves_what_it_shows(hadir: Hadir, chat: Chat) -> None:
    ids = crowd(hadir, 200)
    unit = person(hadir, "budi").unit_id
    row = {"unit_id": unit, "day": date(2026, 11, 23), "state": "sent", "minutes": 60, "round": 1}
    row |= {"created_at": hadir.clock(), "changed_at": hadir.clock(), "sent_at": hadir.clock(), "activity": "k" * 65}
    with hadir.database.write() as db:
        db.execute(insert(_entry), [row | {"person_id": id} for id in ids for _ in range(4)])
    budi = chat("budi")
    budi.says("/logbook periksa")
    shown: list[int] = []
    for number in range(1, 30):
        page = budi.last
        assert isinstance(page, Reply)
        assert len(plain(page.text)) < 8_000
        approve = [each for each in page.buttons if each.action == "logbook.review_all"]
        shown += [id for each in approve for id in unpack(each.value) or ()]
        following = next((each for each in page.buttons if "Halaman" in each.label), None)
        assert following is not None
        if following.label.startswith("Halaman 1 "):
            break
        assert following.label.startswith(f"Halaman {number + 1} dari ")
        budi.presses(following)
    assert len(shown) == len(set(shown)) == 800
    # A page that is not there any more is the last one.
    assert budi.says("/logbook periksa halaman 999").startswith("**Laporan tim Anda**")


@pytest.mark.parametrize("size", [1, 50])
def test_fifty_people_cost_as_many_statements_as_one(hadir: Hadir, statements: list[str], size: int) -> None:
    ids = crowd(hadir, size)
    row = {"unit_id": person(hadir, "budi").unit_id, "day": FRIDAY, "state": "sent", "minutes": 60, "round": 1}
    row |= {"created_at": hadir.clock(), "changed_at": hadir.clock(), "sent_at": hadir.clock(), "activity": "kegiatan"}
    with hadir.database.write() as db:
        db.execute(insert(_entry), [row | {"person_id": id} for id in ids])
        # One of them leads others, so whether they are away is asked too.
        db.execute(update(people.person).where(people.person.c.id == person(hadir, "agus").id).values(supervisor_id=ids[0]))
    budi = person(hadir, "budi")
    with hadir.database.read() as db:
        digest.of(work(hadir, db), budi)  # the calendar is read once
        statements.clear()
        found = digest.of(work(hadir, db), budi)
    assert len(found.earlier) == size
    assert len(statements) == STATEMENTS, statements


# Whose they are (2), how their days are planned (2), and what they wrote (3).
STATEMENTS = 7


def test_a_hundred_supervisors_are_read_together(hadir: Hadir, clock: Clock, statements: list[str]) -> None:
    """Every one of them with a team: the batch's statements do not grow with their number."""
    clock.now = at("2026-11-23T16:30+07:00")
    counts = []
    for supervisors in (2, 40):
        _lead(hadir, supervisors)
        with hadir.database.read() as db:
            w = work(hadir, db)
            digest_job.find(w, 0, zone="Asia/Jakarta", day=date(2026, 11, 23))
            statements.clear()
            found = digest_job.find(w, 0, zone="Asia/Jakarta", day=date(2026, 11, 23))
        counts.append(len(statements))
        assert len(found.notices) >= supervisors
    assert counts[0] == counts[1] < 30


def _lead(hadir: Hadir, supervisors: int) -> None:
    """So many of Budi's people lead one each."""
    with hadir.database.write() as db:
        db.execute(people.account.delete().where(people.account.c.person_id >= 1000))
        db.execute(people.person.delete().where(people.person.c.id >= 1000))
    ids = crowd(hadir, 2 * supervisors)
    with hadir.database.write() as db:
        for chief, member in zip(ids[:supervisors], ids[supervisors:], strict=True):
            db.execute(update(people.person).where(people.person.c.id == member).values(supervisor_id=chief))
            account = {"person_id": chief, "platform": "mattermost", "username": f"u{chief}"}
            db.execute(people.account.insert().values(account))
