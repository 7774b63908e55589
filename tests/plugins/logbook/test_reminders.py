"""Reminders at the day's end, the weekly list of gaps, and the streak that only its owner reads.

It is Monday, 23 November 2026. Siti and Dewi (WIB), Wayan (WITA) and Yosef (WIT) report to Budi, he to Hendra.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from integration import people
from integration.core import Hadir
from integration.scheduler import work
from integration.workdays import work_hours
from plugins.logbook.own import streak
from plugins.logbook.review import reminders
from tests.cast import Clock, Talker, at
from tests.plugins.izin.post import approved as absent
from tests.plugins.logbook.drawn import person, wrote
from tests.plugins.logbook.reviewed import told
from tests.plugins.logbook.test_digest import free
from tests.post import change, crowd, inbox, labels, runs

Chat = Callable[[str], Talker]
REMIND, GAPS = reminders.JOBS


@pytest.fixture
def later(hadir: Hadir, clock: Clock) -> Callable[[str], None]:
    return runs(hadir, clock, REMIND)


@pytest.fixture
def monday(hadir: Hadir, clock: Clock) -> Callable[[str], None]:
    return runs(hadir, clock, GAPS)


def reminded(hadir: Hadir) -> list[str]:
    names = ("hendra", "budi", "siti", "dewi", "wayan", "yosef", "rina", "kartika", "agus")
    return [name for name in names if [text for text in told(hadir, name) if "belum terkirim" in text]]


def test_who_has_sent_nothing_is_reminded_once_where_it_is_the_hour(
    hadir: Hadir, chat: Chat, later: Callable[[str], None]
) -> None:
    wrote(hadir, "siti", "surat")
    for n in range(2):
        wrote(hadir, "dewi", f"draf {n}", state="draft", round=0)
    later("2026-11-23T15:30+09:00")
    assert reminded(hadir) == ["yosef"]
    later("2026-11-23T15:30+08:00")
    assert reminded(hadir) == ["wayan", "yosef"]
    later("2026-11-23T15:20+07:00")
    assert reminded(hadir) == ["wayan", "yosef"]
    later("2026-11-23T15:30+07:00")
    later("2026-11-23T15:40+07:00")
    later("2026-11-23T21:30+07:00")
    assert reminded(hadir) == ["hendra", "budi", "dewi", "wayan", "yosef", "rina", "kartika", "agus"]
    (said,) = told(hadir, "dewi")
    assert said.startswith("Laporan Anda Senin, 23 November 2026 belum terkirim; ada 2 draf di dalamnya. ")
    assert said.endswith("`/hadir pengingat mati`")
    assert told(hadir, "agus")[0].startswith("Laporan Anda Senin, 23 November 2026 belum terkirim. ")
    (message,) = inbox(hadir, "dewi")
    assert labels(message) == ["Buka laporan"]
    assert "draf 1" in chat("dewi").presses(message.buttons[0])


def test_silent_on_days_off_on_leave_while_it_waits_and_for_who_wants_none(
    hadir: Hadir, chat: Chat, later: Callable[[str], None]
) -> None:
    absent(hadir, chat, "/izin dinas 24/11 sampai 27/11 ST-1/2026", "siti")
    chat("dewi").says("/izin cuti tahunan 24/11 sampai 25/11 keperluan keluarga", at=at("2026-11-23T08:00+07:00"))
    chat("agus").says("/hadir pengingat mati")
    change(hadir, "kartika", ended_on=date(2026, 11, 23))
    change(hadir, "rina", started_on=date(2026, 11, 30))
    with hadir.database.write() as db:
        db.execute(people.account.delete().where(people.account.c.person_id == person(hadir, "hendra").id))
    wrote(hadir, "wayan", "surat", date(2026, 11, 24), state="returned")
    with free(hadir, date(2026, 11, 23)):
        later("2026-11-23T15:30+07:00")
    later("2026-11-28T15:30+07:00")
    assert reminded(hadir) == []
    later("2026-11-24T15:30+07:00")
    assert reminded(hadir) == ["budi"]


def test_a_shift_that_begins_tonight_is_not_reminded(hadir: Hadir, later: Callable[[str], None]) -> None:
    with hadir.database.write() as db:
        row = {"schedule": "sif-malam-uji", "season": "", "weekday": 0, "start": 1200, "end": 1680, "break_minutes": 30}
        db.execute(work_hours.insert().values(row | {"on_holidays": False, "source": "uji", "valid_from": date(2026, 1, 1)}))
    hadir.workdays.forget()
    try:
        change(hadir, "siti", schedule="sif-malam-uji")
        later("2026-11-23T15:30+07:00")
        assert "siti" not in reminded(hadir)
        assert "dewi" in reminded(hadir)
    finally:
        with hadir.database.write() as db:
            db.execute(work_hours.delete().where(work_hours.c.schedule == "sif-malam-uji"))


def test_last_weeks_gaps_are_told_to_the_supervisor_on_the_first_working_day(
    hadir: Hadir, chat: Chat, monday: Callable[[str], None]
) -> None:
    days = [date(2026, 11, 16) + timedelta(days=n) for n in range(5)]
    for who, there in (("siti", days), ("dewi", days[:3]), ("wayan", []), ("yosef", days[1:])):
        for day in there:
            wrote(hadir, who, "surat", day)
    wrote(hadir, "wayan", "draf", days[0], state="draft", round=0)
    change(hadir, "wayan", started_on=date(2026, 11, 19))
    monday("2026-11-23T07:45+07:00")
    assert told(hadir, "budi") == []
    monday("2026-11-23T08:00+07:00")
    monday("2026-11-23T09:00+07:00")
    assert told(hadir, "budi") == [
        "**Hari kerja tanpa laporan**, Senin 16 Nov sampai Minggu 22 Nov:\n"
        "- Dewi Lestari: Kamis 19 Nov, Jumat 20 Nov\n"
        "- I Wayan Sudarta: Kamis 19 Nov, Jumat 20 Nov\n"
        "- Yosef Wenda: Senin 16 Nov\n"
        "Daftar ini hanya terlihat oleh Anda."
    ]
    assert told(hadir, "siti") == told(hadir, "dewi") == []
    monday("2026-11-24T08:00+07:00")
    assert len(told(hadir, "budi")) == 1


def test_a_monday_off_moves_the_list_to_tuesday(hadir: Hadir, monday: Callable[[str], None]) -> None:
    with free(hadir, date(2026, 11, 23)):
        monday("2026-11-23T08:00+07:00")
        assert told(hadir, "budi") == []
        monday("2026-11-24T08:00+07:00")
        monday("2026-11-25T08:00+07:00")
    assert len(told(hadir, "budi")) == 1


def test_a_long_list_of_gaps_is_several_messages(hadir: Hadir, monday: Callable[[str], None]) -> None:
    crowd(hadir, 120)
    monday("2026-11-23T08:00+07:00")
    messages = told(hadir, "budi")
    assert sum(text.count("\n- ") for text in messages) == 124
    assert len(messages) == 3
    assert max(map(len, messages)) < 8_000


def test_the_streak_counts_working_days_and_is_said_to_oneself(hadir: Hadir, chat: Chat, clock: Clock) -> None:
    clock.now = at("2026-11-23T15:00+07:00")
    siti = person(hadir, "siti")
    for n in range(1, 15):  # the two weeks before, without the weekend's days
        day = date(2026, 11, 23) - timedelta(days=n)
        if day.weekday() < 5 and day != date(2026, 11, 11):
            wrote(hadir, "siti", "surat", day)

    def counted(day: date) -> int:
        with hadir.database.read() as db:
            return streak.days(work(hadir, db), siti, day)

    assert counted(date(2026, 11, 23)) == 0  # nothing yet today
    wrote(hadir, "siti", "surat")
    assert counted(date(2026, 11, 23)) == 8  # the eleventh is missing
    with free(hadir, date(2026, 11, 11)):
        assert counted(date(2026, 11, 23)) == 10  # a day off neither counts nor interrupts


def test_reminders_read_and_write_few_statements_however_many_people(hadir: Hadir, clock: Clock, statements: list[str]) -> None:
    clock.now = at("2026-11-23T15:30+07:00")
    counts = []
    for more in (0, 300):
        if more:
            ids = crowd(hadir, more)
            with hadir.database.write() as db:
                rows = [{"person_id": id, "platform": "mattermost", "username": f"u{id}"} for id in ids]
                db.execute(people.account.insert(), rows)
        with hadir.database.read() as db:
            w = work(hadir, db)
            reminders.find(w, 0, zone="Asia/Jakarta", day=date(2026, 11, 23))
            statements.clear()
            found = reminders.find(w, 0, zone="Asia/Jakarta", day=date(2026, 11, 23))
            counts.append(len(statements))
        assert len(found.notices) == 7 + more
    assert counts[1] <= counts[0] + 2 < 12
