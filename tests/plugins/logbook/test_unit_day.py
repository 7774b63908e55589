"""The day of a unit of thirty, played through: drafted, sent, reminded, put together, given back, corrected, approved; and the
month's end, when its files stand in the office's folder and nothing is written into it any more.

Monday, 23 November 2026. Thirty people report to Budi: Siti, Dewi, Wayan in Makassar, Yosef in Jayapura, and 26 more.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta

import pytest
from openpyxl import load_workbook
from sqlalchemy import insert

from integration import people, scheduler
from integration.app import connect
from integration.core import Hadir
from integration.messages import Button, Form, Reply, plain, reply_from_json
from integration.outbox import outbox
from integration.plugin import Job
from plugins.logbook.review import digest_job, reminders
from tests.cast import APLIKASI, Clock, Talker, at
from tests.plugins.logbook.drawn import SITI, UNIT, deliver, filed, hour, minute
from tests.plugins.rapat.house import NINE, arranged
from tests.post import button, crowd, inbox, texts

Chat = Callable[[str], Talker]
SENT, DRAFTED, SILENT = range(20), range(20, 23), range(23, 26)


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Every part of the day is tested on both databases where it may differ."""
    return sqlite_url


@pytest.fixture
def unit(hadir: Hadir) -> Hadir:
    """26 more below Budi, each with an account, `p0` to `p25`."""
    ids = crowd(hadir, 26)
    with hadir.database.write() as db:
        accounts = [
            {"person_id": id, "platform": "mattermost", "username": f"p{number}", "external_id": f"id-p{number}"}
            for number, id in enumerate(ids)
        ]
        db.execute(insert(people.account), accounts)
    return connect(hadir)


@pytest.fixture
def day(unit: Hadir, chat: Chat, clock: Clock) -> Clock:
    """Until half past three: two were at a meeting and take it as it was drafted, twenty type a line, three keep a draft."""
    arranged(unit, "siti", "dewi")
    clock.now = NINE + timedelta(minutes=2)
    for name in ("siti", "dewi"):
        assert "tercatat" in chat(name).says("/rapat hadir").lower()
    clock.now = at("2026-11-23T15:02+07:00")
    for name in ("siti", "dewi"):
        talker = chat(name)
        assert "Koordinasi SPBE" in talker.says("/logbook")
        assert "terkirim ke Budi Santoso" in talker.presses(sending(talker))
    for number in SENT:
        clock.now += timedelta(seconds=20)
        assert "Terkirim ke Budi Santoso" in chat(f"p{number}").says(f"/logbook menguji modul {number} 3 jam hasil: lulus uji")
    for number in DRAFTED:
        writer = chat(f"p{number}")
        writer.says("/logbook tambah menulis panduan pengguna")
        writer.submits(time="2 jam", then="draft")
    clock.now = at("2026-11-23T15:30+07:00")
    return clock


def sending(talker: Talker) -> Button:
    assert isinstance(talker.last, Reply)
    return next(each for each in talker.last.buttons if each.action == "logbook.send")


def run(hadir: Hadir, clock: Clock, job: Job, moment: str) -> None:
    clock.now = at(moment)
    assert scheduler.run_job(hadir, job, clock.now)


def messages_of(hadir: Hadir, number: int) -> list[str]:
    """What was sent to `p<number>`."""

    with hadir.database.read() as db:
        payloads = [row.payload for row in db.execute(outbox.select().order_by(outbox.c.id))]
    return [plain(reply_from_json(each["message"]).text) for each in payloads if each.get("person") == 1000 + number]


def digests(hadir: Hadir) -> list[str]:
    """Budi's; he is reminded of his own day as well."""
    return [text for text in texts(inbox(hadir, "budi")) if text.startswith("**Laporan tim Anda**")]


def approve_all(chat: Chat) -> int:
    """Budi approves page by page, until nothing waits; how often he pressed."""
    budi = chat("budi")
    for presses in range(20):
        budi.says("/logbook periksa")
        assert isinstance(budi.last, Reply)
        all_of_it = [each for each in budi.last.buttons if each.action == "logbook.review_all"]
        if not all_of_it:
            return presses
        assert "Disetujui" in budi.presses(all_of_it[0])
    raise AssertionError("there is no end to it")


def test_from_the_draft_to_the_files_of_the_month(unit: Hadir, chat: Chat, day: Clock) -> None:
    clock, budi = day, chat("budi")

    # Those who have sent nothing are reminded, and nobody else.
    run(unit, clock, next(job for job in reminders.JOBS if job.name == "remind"), "2026-11-23T15:30+07:00")
    for number in (*DRAFTED, *SILENT):
        assert len(messages_of(unit, number)) == 1
    assert [messages_of(unit, number) for number in SENT] == [[] for _ in SENT]
    assert "Terisi 22 dari 30 (73%)" in budi.says("/logbook tim")

    # The supervisor gets one message with all of it.
    run(unit, clock, digest_job.JOBS[0], "2026-11-23T16:30+07:00")
    (told,) = digests(unit)
    assert "masuk: 22 orang · belum: 8 orang · menunggu Anda: 22 kegiatan" in told
    run(unit, clock, digest_job.JOBS[0], "2026-11-23T16:40+07:00")
    assert len(digests(unit)) == 1

    # One comes back, is corrected, and is approved at once.
    budi.says("/logbook periksa @p0")
    budi.presses(next(each for each in budi.last.buttons if each.action == "logbook.review_return"))  # type: ignore[union-attr]  # a reply
    assert "Dikembalikan: menguji modul 0" in budi.submits(note="Modul yang mana?")
    assert "Modul yang mana?" in messages_of(unit, 0)[0]
    writer = chat("p0")
    writer.says("/logbook ubah 1")
    assert isinstance(writer.last, Form)
    writer.submits(activity="menguji modul permohonan", time="3 jam")
    again = inbox(unit, "budi")[-1]
    assert "menguji modul permohonan" in plain(again.text)
    assert "Disetujui" in budi.presses(button(again, "Setujui"))

    # All the others at once; nothing is left, and a second press finds nothing.
    assert approve_all(chat) >= 1
    assert approve_all(chat) == 0
    said = budi.says("/logbook tim")
    assert "Terisi 22 dari 30 (73%)" in said
    assert said.count("semua disetujui") == 15  # as many as a list in the chat shows

    # What was kept as a draft comes in the evening, and waits for the next day.
    for number in DRAFTED:
        assert "terkirim ke Budi Santoso" in chat(f"p{number}").says("/logbook kirim semua")
    assert "Terisi 25 dari 30 (83%)" in budi.says("/logbook tim")
    clock.now = at("2026-11-24T08:00+07:00")
    assert approve_all(chat) >= 1

    # The month is over: its files are drawn once, and everybody who has reported stands in the unit's book.
    clock.now = at("2026-12-11T00:08+07:00")
    assert minute(unit) + hour(unit) >= 26
    clock.now += timedelta(minutes=2)
    deliver(unit)
    paths = filed(unit)
    assert paths.count(UNIT) == 1
    assert [path for path in paths if path.startswith(SITI)] == [f"{SITI}.{ending}" for ending in ("xlsx", "ods", "pdf")]
    assert len(paths) == 1 + 25 * 3
    storage = unit.ports.storage
    assert storage is not None
    book = load_workbook(io.BytesIO(storage.get(UNIT)))
    assert len(book.sheetnames) == 26
    shown = "\n".join(str(cell.value) for row in book.worksheets[0].rows for cell in row if cell.value is not None)
    assert "Pegawai 1025" in shown  # who reported nothing stands among the others, by name
    assert storage.get(f"{SITI}.pdf").startswith(b"%PDF")

    # Nothing is written into it any more, until a personnel officer opens it for one person.
    silent = chat(f"p{SILENT[0]}")
    assert "November 2026 sudah dikunci" in silent.says("/logbook 23/11 menguji modul 23 1 jam")
    assert "dibuka lagi: Pegawai 1023" in chat("rina").says("/logbook buka-kunci november @p23 dirawat dua minggu")
    assert "/logbook susulan 23/11/2026" in silent.says("/logbook 23/11 menguji modul 23 1 jam")
    assert "November 2026 sudah dikunci" in chat(f"p{SILENT[1]}").says("/logbook 23/11 menguji modul 24 1 jam")
    assert APLIKASI in chat("hendra").says(f"/logbook tim {APLIKASI} 23/11")
