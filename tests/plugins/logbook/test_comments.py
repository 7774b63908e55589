"""Comments: between the person and the line above, told to the other side, seen by whoever may see the report.

It is Monday, 23 November 2026. Siti and Dewi report to Budi, he to Hendra; Rina keeps the personnel records.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from integration.audit import audit
from integration.core import Hadir
from integration.messages import Button, Form, FormErrors, Reply
from tests.cast import CAST, NIP, Clock, Talker
from tests.plugins.logbook.drawn import wrote
from tests.plugins.logbook.reviewed import thread, told
from tests.post import change, inbox, labels

Chat = Callable[[str], Talker]
SECRET = "lampirannya di mana"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Plain inserts and look-ups: the database decides nothing here."""
    return sqlite_url


def test_a_conversation_about_a_report(hadir: Hadir, chat: Chat, clock: Clock) -> None:
    id = wrote(hadir, "siti", "menyusun laporan")
    budi, siti = chat("budi"), chat("siti")
    budi.says("/logbook periksa @siti")
    assert budi.presses("Komentar") == "Komentar laporan"
    assert isinstance(budi.last, Form)
    assert budi.submits(text="") == "{'text': 'Tulis komentar paling banyak 1000 karakter.'}"
    form = Form("logbook.comment", "x", (), str(id))
    assert budi.submits(form, text=f"{SECRET}?\n*Terima kasih*").startswith("Komentar terkirim.\nSiti Rahayu, Senin 23 Nov: “")
    (message,) = inbox(hadir, "siti")
    assert told(hadir, "siti") == [
        f"Budi Santoso tentang laporan Anda Senin 23 Nov, “menyusun laporan”:\n“{SECRET}?\n*Terima kasih*”"
    ]
    # She answers by the button, and by a line; whoever spoke hears it, and nobody else.
    siti.presses(message.buttons[0])
    siti.submits(text="Sudah saya lampirkan")
    clock.now += timedelta(minutes=5)
    siti.says("/logbook komentar 1 menyusul satu lagi\nbesok")
    assert told(hadir, "budi") == [
        "Siti Rahayu tentang laporan Senin 23 Nov, “menyusun laporan”:\n“Sudah saya lampirkan”",
        "Siti Rahayu tentang laporan Senin 23 Nov, “menyusun laporan”:\n“menyusul satu lagi\nbesok”",
    ]
    assert told(hadir, "hendra") == []
    assert [(who, text.split("\n")[0]) for who, _, text in thread(hadir, id)] == [
        ("Budi Santoso", f"{SECRET}?"),
        ("Siti Rahayu", "Sudah saya lampirkan"),
        ("Siti Rahayu", "menyusul satu lagi"),
    ]
    said = siti.says("/logbook komentar 1")
    assert said.startswith("Senin 23 Nov: “menyusun laporan”\n> Budi Santoso, 07.28 WIB: “")
    assert "> Siti Rahayu, 07.33 WIB: “menyusul satu lagi besok”" in said
    assert SECRET in chat("budi").says("/logbook periksa @siti")
    # A third one joins; both of the line hear the next word.
    chat("hendra").says("/logbook komentar @siti 1 bagus")
    siti.says("/logbook komentar 1 terima kasih")
    assert "terima kasih" in told(hadir, "hendra")[-1]
    assert "terima kasih" in told(hadir, "budi")[-1]


def test_the_same_again_is_a_second_click(hadir: Hadir, chat: Chat, clock: Clock) -> None:
    id = wrote(hadir, "siti", "surat")
    for _ in range(2):
        chat("budi").says("/logbook komentar @siti 1 tolong dicek")
    assert len(thread(hadir, id)) == len(told(hadir, "siti")) == 1
    clock.now += timedelta(minutes=10)
    chat("budi").says("/logbook komentar @siti 1 tolong dicek")
    assert len(thread(hadir, id)) == 2


def test_before_anybody_spoke_the_supervisor_hears_and_one_who_left_does_not(hadir: Hadir, chat: Chat) -> None:
    wrote(hadir, "siti", "surat")
    chat("siti").says("/logbook komentar 1 mohon arahan")
    assert len(told(hadir, "budi")) == 1
    change(hadir, "budi", ended_on=date(2026, 11, 20))
    chat("siti").says("/logbook komentar 1 masih mohon arahan")
    assert len(told(hadir, "budi")) == 1
    assert "masih mohon arahan" in told(hadir, "rina")[-1]


def test_who_reads_and_who_writes(hadir: Hadir, chat: Chat) -> None:
    id = wrote(hadir, "siti", "surat")
    chat("budi").says(f"/logbook komentar @siti 1 {SECRET}")
    for name, *_ in CAST:
        talker = chat(name)
        reads = SECRET in talker.says("/logbook komentar @siti 1")
        assert reads is (name in {"siti", "budi", "hendra", "rina", "kartika"}), name
        talker.says(f"/logbook komentar @siti 1 dari {name}")
        form = Form("logbook.comment", "x", (), str(id))
        talker.submits(form, text=f"juga dari {name}")
        writes = [text for _, _, text in thread(hadir, id) if text.endswith(f"dari {name}")]
        assert len(writes) == (2 if name in {"siti", "budi", "hendra", "rina"} else 0), name
        talker.presses(Button("x", "logbook.comment", str(id)))
        assert isinstance(talker.last, Form) is bool(writes)


def test_what_cannot_be_meant_is_asked_or_explained(hadir: Hadir, chat: Chat) -> None:
    siti = chat("siti")
    assert "Belum ada laporan terkirim" in siti.says("/logbook komentar")
    draft = wrote(hadir, "siti", "belum jadi", state="draft", round=0)
    sent = wrote(hadir, "siti", "surat")
    assert "masih draf" in siti.says("/logbook komentar 1 halo")
    siti.presses(Button("x", "logbook.comment", str(draft)))
    assert isinstance(siti.last, Reply)
    assert siti.last.refused
    assert "2. surat" in siti.says("/logbook komentar")
    assert labels(siti.last) == ["Komentar 2"]
    assert "tidak ada nomor 7" in siti.says("/logbook komentar 7 halo")
    assert "Tulis nomor laporan" in siti.says("/logbook komentar halo juga")
    assert "Tidak ada pegawai bernama" in siti.says("/logbook komentar @zzz 1 halo")
    # A name will do, and one that is nearly right is asked about, with what was typed.
    siti.says("/logbook komentar @sitti 2 halo\nlagi")
    assert labels(siti.last) == ["Siti Rahayu · Bidang Aplikasi"]
    assert "“halo lagi”" in siti.presses("Siti Rahayu · Bidang Aplikasi")
    chat("budi").says("/logbook komentar siti rahayu 1 dari Budi")
    chat("budi").says(f"/logbook komentar {NIP['siti']} hari ini 1 sekali lagi")
    assert [text for _, _, text in thread(hadir, sent)] == ["halo\nlagi", "dari Budi", "sekali lagi"]
    assert "hanya dapat dilihat" in siti.says("/logbook komentar @dewi 1 halo")
    assert "paling banyak 1000" in siti.says("/logbook komentar 2 " + "x" * 1001)
    siti.submits(Form("logbook.comment", "x", (), str(sent)), text="x" * 1001)
    assert isinstance(siti.last, FormErrors)
    # Of others only what was sent counts: what waits, under the numbers of `periksa @siti`, or a day's.
    old = wrote(hadir, "siti", "arsip", date(2026, 11, 20))
    chat("budi").says("/logbook komentar @siti jumat 1 rapi")
    assert "2. **surat**" in chat("budi").says("/logbook periksa @siti")
    chat("budi").says("/logbook komentar @siti 2 surat yang mana")
    assert [text for _, _, text in thread(hadir, old)] == ["rapi"]
    assert [text for _, _, text in thread(hadir, sent)][3:] == ["surat yang mana"]
    assert NIP["siti"] in chat("budi").says("/logbook komentar @siti 5 x")


def test_the_audit_holds_no_words(hadir: Hadir, chat: Chat) -> None:
    wrote(hadir, "siti", "surat")
    chat("budi").says(f"/logbook komentar @siti 1 {SECRET}")
    with hadir.database.read() as db:
        rows = [str(tuple(row)) for row in db.execute(select(audit))]
    assert [row for row in rows if "logbook.commented" in row]
    assert not [row for row in rows if SECRET in row]
