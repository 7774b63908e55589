"""`/hadir ringkasan` and the summary that it brings into a channel. Monday is 23 November 2026."""

from __future__ import annotations

from datetime import date

import pytest

from integration import scheduler
from integration.messages import Channel
from integration.workdays import DayPlan, holiday
from plugins.hadir.plugin import PLUGIN
from tests.cast import at
from tests.post import audited, change, channel, person_id

JOB = next(job for job in PLUGIN.jobs if job.name == "summaries")
ROOM = Channel(id="room", name="bidang-aplikasi", team_id="team")


@pytest.fixture
def runs(hadir, clock):
    def run(moment: str) -> None:
        clock.now = at(moment)
        assert scheduler.run_job(hadir, JOB, clock.now)
        with hadir.database.read() as db:
            assert set(db.scalars(scheduler.job_run.select().with_only_columns(scheduler.job_run.c.outcome))) == {"done"}

    return run


def test_it_is_set_shown_and_stopped(hadir, chat):
    hendra = chat("hendra")
    assert "belum memiliki ringkasan harian" in hendra.says("/hadir ringkasan", channel=ROOM)
    said = hendra.says("/hadir ringkasan 09.00", channel=ROOM)
    assert said.startswith("Setiap hari kerja pukul 09.00 WIB, ringkasan Bidang Aplikasi tampil di kanal ini.")
    assert "pukul 09.00 WIB, di kanal ini" in hendra.says("/hadir ringkasan", channel=ROOM)
    assert "di kanal lain" in hendra.says("/hadir ringkasan")
    hendra.says("/hadir ringkasan jam 8 pagi WITA", channel=ROOM)
    assert "pukul 08.00 WITA" in hendra.says("/hadir ringkasan", channel=ROOM)
    assert "dihentikan" in hendra.says("/hadir ringkasan mati")
    assert "tidak ada yang diubah" in hendra.says("/hadir ringkasan mati")
    assert len(audited(hadir, "summary.set")) == 2
    assert len(audited(hadir, "summary.stopped")) == 1


def test_another_unit_is_named(chat):
    rina = chat("rina")
    assert "ringkasan Bidang Aplikasi" in rina.says("/hadir ringkasan bidang aplikasi 09.00", channel=ROOM)
    assert "Bidang Aplikasi dihentikan" in rina.says("/hadir ringkasan aplikasi mati")
    assert "Tidak ada unit bernama “Bidang Antariksa”" in rina.says("/hadir ringkasan Bidang Antariksa 09.00", channel=ROOM)
    assert "bisa berarti beberapa unit" in rina.says("/hadir ringkasan a 09.00", channel=ROOM)


@pytest.mark.parametrize(
    ("who", "allowed"), [("hendra", True), ("budi", True), ("rina", True), ("siti", False), ("kartika", False)]
)
def test_who_may_set_it(chat, who, allowed):
    said = chat(who).says("/hadir ringkasan Bidang Aplikasi 09.00", channel=ROOM)
    assert said.startswith("Setiap hari kerja") == allowed
    assert ("hanya dapat diatur" in said) != allowed


def test_a_channel_is_needed(chat):
    assert "Ketik perintah ini di kanal" in chat("hendra").says("/hadir ringkasan 09.00")
    assert "Ketik perintah ini di kanal" in chat("hendra").says("/hadir ringkasan 09.00", channel=Channel("dm", direct=True))


@pytest.mark.parametrize("time", ["25.00", "09.75"])
def test_an_impossible_time_is_explained(chat, time):
    assert "00.00 sampai 23.59" in chat("hendra").says(f"/hadir ringkasan {time}", channel=ROOM)


def test_the_summary_says_who_is_where(hadir, chat, runs):
    chat("hendra").says("/hadir ringkasan 09.00", channel=ROOM)
    chat("siti").says("/hadir masuk wfh", at=at("2026-11-23T07:28+07:00"))
    chat("dewi").says("/hadir masuk wfo", at=at("2026-11-23T07:45+07:00"))
    chat("yosef").says("/hadir masuk wfo", at=at("2026-11-23T07:20+09:00"))
    runs("2026-11-23T08:55+07:00")
    assert channel(hadir, "room") == []
    runs("2026-11-23T09:00+07:00")
    runs("2026-11-23T09:05+07:00")
    [said] = channel(hadir, "room")
    assert said.splitlines() == [
        "**Bidang Aplikasi** — Senin, 23 November 2026, 09.00 WIB",
        "Hadir 3 dari 6, terlambat 1.",
        "- WFO: 2 (Dewi Lestari, Yosef Wenda)",
        "- WFH: 1 (Siti Rahayu)",
        "- Belum masuk: 3 (Budi Santoso, Hendra Gunawan, I Wayan Sudarta)",
    ]
    runs("2026-11-24T09:00+07:00")
    assert len(channel(hadir, "room")) == 2


def test_reasons_of_absence_stay_hidden(hadir, chat, runs):
    siti = person_id(hadir, "siti")

    def provide(request):
        plan = request.plans.get((siti, request.first))
        return (
            {(siti, request.first): DayPlan(request.first, start=plan.start, end=plan.end, excuse="Cuti sakit")} if plan else {}
        )

    hadir.workdays.providers = (provide,)
    change(hadir, "dewi", schedule="sif-siang")
    chat("hendra").says("/hadir ringkasan 09.00", channel=ROOM)
    runs("2026-11-23T09:00+07:00")
    [said] = channel(hadir, "room")
    assert "- Tidak bertugas: 1" in said
    assert "- Sif mulai nanti: 1" in said
    assert "sakit" not in said
    assert "Siti" not in said


@pytest.mark.parametrize("moment", ["2026-11-28T09:00+07:00", "2026-11-23T10:05+07:00"])
def test_silent_on_days_off_and_when_it_is_too_late(hadir, chat, runs, moment):
    chat("hendra").says("/hadir ringkasan 09.00", channel=ROOM)
    runs(moment)
    assert channel(hadir, "room") == []


def test_silent_on_holidays(hadir, chat, runs):
    chat("hendra").says("/hadir ringkasan 09.00", channel=ROOM)
    with hadir.database.write() as db:
        db.execute(holiday.insert().values(day=date(2026, 11, 23), name="Libur Setempat", kind="override"))
    try:
        hadir.workdays.forget()
        runs("2026-11-23T09:00+07:00")
    finally:
        with hadir.database.write() as db:
            db.execute(holiday.delete().where(holiday.c.name == "Libur Setempat"))
    assert channel(hadir, "room") == []


def test_a_missed_summary_is_posted_within_the_hour(hadir, chat, runs):
    chat("hendra").says("/hadir ringkasan 09.00", channel=ROOM)
    runs("2026-11-23T09:40+07:00")
    assert "09.00 WIB" in channel(hadir, "room")[0]


def test_the_time_is_local_to_the_zone_that_was_said(hadir, chat, runs):
    chat("hendra").says("/hadir ringkasan 09.00 WIT", channel=ROOM)
    runs("2026-11-23T09:00+09:00")
    assert "09.00 WIT" in channel(hadir, "room")[0]
