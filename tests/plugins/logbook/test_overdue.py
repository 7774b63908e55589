"""Reports that lie: the next above hears of it once a week; before a month closes its leader is warned, after it the writer.

It is Monday, 23 November 2026. Siti and Dewi (WIB), Wayan (WITA) and Yosef (WIT) report to Budi, he to Hendra, Agus to Rina.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import update

from integration import people
from integration.core import Hadir
from integration.scheduler import work
from plugins.logbook.review import closed_job, digest_job, overdue
from tests.cast import Clock, Talker, at
from tests.plugins.izin.post import approved as absent
from tests.plugins.logbook.drawn import person, wrote
from tests.plugins.logbook.reviewed import told
from tests.plugins.logbook.test_digest import free
from tests.post import change, crowd, runs

Chat = Callable[[str], Talker]
TUESDAY, WEDNESDAY = at("2026-11-17T16:00+07:00"), at("2026-11-18T16:00+07:00")


@pytest.fixture
def monday(hadir: Hadir, clock: Clock) -> Callable[[str], None]:
    (job,) = overdue.JOBS
    return runs(hadir, clock, job)


def lying(hadir: Hadir, username: str) -> list[str]:
    return [text for text in told(hadir, username) if "belum diperiksa" in text]


def test_the_next_above_hears_once_a_week_with_whom_how_much_lies(
    hadir: Hadir, chat: Chat, monday: Callable[[str], None]
) -> None:
    for who in ("siti", "siti", "dewi"):
        wrote(hadir, who, "rahasia Siti", date(2026, 11, 17), sent_at=TUESDAY)
    wrote(hadir, "wayan", "baru dua hari kerja", date(2026, 11, 18), sent_at=WEDNESDAY)
    wrote(hadir, "yosef", "sudah", date(2026, 11, 17), sent_at=TUESDAY, state="approved")
    wrote(hadir, "siti", "dikunci", date(2026, 9, 14), sent_at=TUESDAY)
    monday("2026-11-23T07:45+07:00")
    assert lying(hadir, "hendra") == []
    monday("2026-11-23T08:00+07:00")
    monday("2026-11-23T09:00+07:00")
    monday("2026-11-24T08:00+07:00")
    assert lying(hadir, "hendra") == [
        "**Laporan yang belum diperiksa** lebih dari 3 hari kerja:\n"
        "- pada Budi Santoso: 3 kegiatan dari 2 orang (Dewi Lestari, Siti Rahayu)\n"
        "Anda juga boleh memutuskannya: `/logbook periksa @nama`"
    ]
    assert [name for name in ("budi", "siti", "rina", "kartika") if lying(hadir, name)] == []
    # He does what it says; the others lie on, and are told of in the next week.
    hendra = chat("hendra")
    hendra.says("/logbook periksa @siti")
    hendra.presses("Setujui semua (2)")
    monday("2026-11-30T08:00+07:00")
    assert lying(hadir, "hendra")[1:] == [
        "**Laporan yang belum diperiksa** lebih dari 3 hari kerja:\n"
        "- pada Budi Santoso: 2 kegiatan dari 2 orang (Dewi Lestari, I Wayan Sudarta)\n"
        "Anda juga boleh memutuskannya: `/logbook periksa @nama`"
    ]


def test_days_off_do_not_count_and_of_the_head_the_personnel_officers_hear(
    hadir: Hadir, chat: Chat, monday: Callable[[str], None]
) -> None:
    wrote(hadir, "siti", "surat", date(2026, 11, 17), sent_at=TUESDAY)
    wrote(hadir, "budi", "surat", date(2026, 11, 17), sent_at=TUESDAY)
    with free(hadir, date(2026, 11, 19)):
        monday("2026-11-23T08:00+07:00")  # Wednesday and Friday alone
    assert lying(hadir, "hendra") == lying(hadir, "rina") == []
    # Budi was away for a week; on a holiday nobody is told, and then on the next day.
    absent(hadir, chat, "/izin dinas 24/11 sampai 30/11 ST-1/2026", "budi", by="hendra")
    with free(hadir, date(2026, 11, 30)):
        monday("2026-11-30T08:00+07:00")
        assert lying(hadir, "rina") == []
        monday("2026-12-01T08:00+07:00")
    assert lying(hadir, "rina") == [
        "**Laporan yang belum diperiksa** lebih dari 3 hari kerja:\n"
        "- pada Hendra Gunawan: 1 kegiatan dari 1 orang (Budi Santoso)\n"
        "Anda juga boleh memutuskannya: `/logbook periksa @nama`"
    ]
    # Budi's three days are over by then: Wednesday to Friday of the first week, and Monday of the second.
    assert ["Budi Santoso: 1 kegiatan" in text for text in lying(hadir, "hendra")] == [True]


def test_before_a_month_closes_the_digest_says_so_and_afterwards_the_writer_hears_it(
    hadir: Hadir, chat: Chat, clock: Clock
) -> None:
    wrote(hadir, "siti", "surat", date(2026, 11, 26), sent_at=at("2026-11-26T16:00+07:00"))
    wrote(hadir, "siti", "rapat", date(2026, 11, 27), sent_at=at("2026-11-27T16:00+07:00"))
    wrote(hadir, "dewi", "surat", date(2026, 11, 26), state="approved")
    budi = chat("budi")
    assert "dikunci" not in budi.says("/logbook periksa", at=at("2026-12-04T16:30+07:00"))
    said = budi.says("/logbook periksa", at=at("2026-12-10T16:30+07:00"))
    assert "**November 2026 dikunci sesudah Kamis, 10 Desember 2026:** mohon diputuskan sebelum itu." in said
    digest, closed = runs(hadir, clock, digest_job.JOBS[0]), runs(hadir, clock, closed_job.JOBS[0])
    closed("2026-12-10T08:00+07:00")
    assert told(hadir, "siti") == []
    with free(hadir, date(2026, 12, 11)):
        closed("2026-12-11T08:00+07:00")
        assert told(hadir, "siti") == []
    closed("2026-12-14T08:00+07:00")
    closed("2026-12-15T08:00+07:00")
    assert told(hadir, "siti") == [
        "November 2026 sudah dikunci, dan 2 kegiatan Anda belum diputuskan. "
        "Hubungi atasan Anda: bagian kepegawaian dapat membuka bulan itu lagi."
    ]
    assert told(hadir, "dewi") == []
    # Budi reads of it where he reads of the others, and it alone is no reason to write to him every day.
    for name in ("siti", "dewi", "wayan", "yosef"):
        wrote(hadir, name, "surat", date(2026, 12, 14), state="approved")
    digest("2026-12-14T16:30+07:00")
    assert "**Bulan yang sudah dikunci**" in told(hadir, "budi")[-1]
    for name in ("siti", "dewi", "wayan", "yosef"):
        change(hadir, name, started_on=date(2027, 1, 1))
    digest("2026-12-15T16:30+07:00")
    assert len([text for text in told(hadir, "budi") if "Laporan tim" in text]) == 1
    assert "2 kegiatan (November 2026)" in budi.says("/logbook periksa", at=at("2026-12-15T16:31+07:00"))


def test_many_supervisors_cost_as_many_statements_as_one(hadir: Hadir, clock: Clock, statements: list[str]) -> None:
    clock.now = at("2026-11-23T08:00+07:00")
    counts = []
    for number in (1, 30):
        ids = crowd(hadir, 2 * number)
        with hadir.database.write() as db:
            for chief, member in zip(ids[:number], ids[number:], strict=True):
                db.execute(update(people.person).where(people.person.c.id == member).values(supervisor_id=chief))
        with hadir.database.read() as db:
            w, readers = work(hadir, db), [person(hadir, name) for name in ("budi", "hendra", "rina")]
            overdue.late_of(w, readers)
            statements.clear()
            overdue.late_of(w, readers)
        counts.append(len(statements))
        with hadir.database.write() as db:
            db.execute(people.person.delete().where(people.person.c.id >= 1000))
    assert counts[0] == counts[1] < 12
