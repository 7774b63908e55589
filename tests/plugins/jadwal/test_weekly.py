"""`/jadwal ingatkan`: the week ahead on Sunday evening, for those who asked for it."""

from dataclasses import replace
from datetime import date

import pytest

from integration.scheduler import JobRun
from plugins.jadwal import weekly
from tests.cast import at
from tests.plugins.jadwal.published import publish
from tests.post import audited, change, inbox, labels, texts

SUNDAY_EVENING = at("2026-11-22T18:00+07:00")


@pytest.fixture
def evening(hadir, clock):
    """It is that moment, and the job runs."""

    def comes(moment=SUNDAY_EVENING):
        clock.now = moment
        weekly.send(JobRun(hadir, moment))

    return comes


def test_nobody_gets_what_they_did_not_ask_for(hadir, evening):
    publish(hadir)
    evening()
    assert inbox(hadir, "siti") == []


def test_the_week_ahead_once(chat, hadir, evening):
    publish(hadir)
    chat("siti").says("/jadwal ingatkan hidup")
    evening()
    evening(at("2026-11-22T19:00+07:00"))
    [message] = texts(inbox(hadir, "siti"))
    assert message.replace("\n\n", "\n").splitlines() == [
        "**Jadwal Anda sepekan** — 23–29 November 2026",
        "- Sen 23: 07.30–16.00 · WFO",
        "- Sel 24: 07.30–16.00 · WFH",
        "- Rab 25: 07.30–16.00 · WFO",
        "- Kam 26: 07.30–16.00 · WFH",
        "- Jum 27: 07.30–16.30 · WFO",
        "- Sab 28–Min 29: tidak ada jam kerja",
        "Tanpa pesan hari Minggu: `/jadwal ingatkan mati`",
    ]
    evening(at("2026-11-29T18:00+07:00"))
    assert len(inbox(hadir, "siti")) == 2


def test_in_the_evening_of_each_ones_own_zone(chat, hadir, evening):
    for who in ("siti", "yosef"):
        chat(who).says("/jadwal ingatkan hidup")
    evening(at("2026-11-22T18:00+09:00"))
    assert (len(inbox(hadir, "yosef")), len(inbox(hadir, "siti"))) == (1, 0)
    evening(at("2026-11-22T20:00+09:00"))
    assert (len(inbox(hadir, "yosef")), len(inbox(hadir, "siti"))) == (1, 1)


@pytest.mark.parametrize("moment", ["2026-11-22T12:00+07:00", "2026-11-22T22:00+07:00", "2026-11-23T18:00+07:00"])
def test_never_at_another_time(chat, hadir, evening, moment):
    chat("siti").says("/jadwal ingatkan hidup")
    evening(at(moment))
    assert inbox(hadir, "siti") == []


def test_who_does_not_work_that_week_is_left_alone(chat, hadir, evening):
    for who in ("siti", "dewi"):
        chat(who).says("/jadwal ingatkan hidup")
    change(hadir, "dewi", ended_on=date(2026, 11, 20))
    hadir.workdays.providers += (lambda r: {key: replace(plan, excuse="cuti") for key, plan in r.plans.items()},)
    evening()
    assert inbox(hadir, "siti") + inbox(hadir, "dewi") == []


def test_on_off_and_again(chat, hadir):
    siti = chat("siti")
    assert siti.says("/jadwal ingatkan") == "Anda belum menerima pesan jadwal sepekan pada hari Minggu."
    assert siti.presses("Hidupkan").startswith("Setiap Minggu malam Anda menerima jadwal sepekan.")
    assert siti.says("/jadwal ingatkan hidup").startswith("Setiap Minggu malam")
    assert siti.says("/jadwal ingatkan apa") == "Setiap Minggu malam Anda menerima jadwal sepekan."
    assert labels(siti.last) == ["Matikan"]
    assert siti.presses("Matikan").startswith("Tidak ada lagi pesan hari Minggu.")
    assert len(audited(hadir, "rota.preference")) == 2  # what changes nothing is not written down
