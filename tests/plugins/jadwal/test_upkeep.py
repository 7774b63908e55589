"""What time and the personnel list do to rotas and swaps."""

from datetime import date

import pytest
from sqlalchemy import select

from integration import people
from integration.scheduler import JobRun
from plugins.jadwal import notices, service, upkeep
from plugins.jadwal.service import Change, RotaDay
from plugins.jadwal.tables import rota_day, swap
from tests.cast import KEPEGAWAIAN, at
from tests.plugins.jadwal.published import MONDAY, places, publish
from tests.post import audited, button, change, inbox, labels, person_id, texts


@pytest.fixture
def hour(hadir, clock):
    """It is that moment, and the job runs."""

    def comes(moment):
        clock.now = at(moment)
        upkeep.look_after(JobRun(hadir, clock.now))

    return comes


def states(hadir):
    with hadir.database.read() as db:
        return list(db.scalars(select(swap.c.state).order_by(swap.c.id)))


def move(hadir, who, unit=KEPEGAWAIAN):
    with hadir.database.read() as db:
        unit_id = people.units_named(db, unit)[0][0]
    change(hadir, who, unit_id=unit_id)


# ---------------------------------------------------------------- people


def test_days_to_come_of_somebody_who_moved_end(hadir, hour):
    publish(hadir)
    publish(hadir, monday=date(2026, 11, 30))
    move(hadir, "siti")
    hour("2026-11-23T09:10+07:00")
    assert places(hadir, "siti") == "O . . . ."  # today's stays as it was known
    assert places(hadir, "siti", date(2026, 11, 30)) == ". . . . ."
    assert places(hadir, "dewi") == "H O* H O O"
    [row] = audited(hadir, "rota.days_ended")
    assert (row.object, row.after["days"]) == (f"person:{person_id(hadir, 'siti')}", 9)
    hour("2026-11-23T10:10+07:00")
    assert len(audited(hadir, "rota.days_ended")) == 1


def test_days_after_somebodys_last_one_end(hadir, hour):
    publish(hadir)
    change(hadir, "siti", ended_on=date(2026, 11, 26))
    hour("2026-11-23T09:10+07:00")
    assert places(hadir, "siti") == "O H O H ."


# ---------------------------------------------------------------- swaps


def test_a_swap_expires_when_its_first_day_comes(chat, hadir, hour):
    publish(hadir)
    chat("siti").says("/jadwal tukar @dewi selasa rabu")
    hour("2026-11-23T23:10+07:00")
    assert states(hadir) == ["asked"]
    hour("2026-11-24T00:10+07:00")
    hour("2026-11-24T01:10+07:00")
    assert states(hadir) == ["expired"]
    for who, other in (("siti", "Dewi Lestari"), ("dewi", "Siti Rahayu")):
        assert texts(inbox(hadir, who))[-1] == (
            f"Tukar Selasa 24 Nov dan Rabu 25 Nov dengan {other} batal: belum diputuskan pada waktunya, atau jadwalnya berubah."
        )
    assert len(inbox(hadir, "siti")) == 1
    late = chat("dewi").presses(button(inbox(hadir, "dewi")[0], "Setuju"))
    assert late.startswith("Tukar ini batal: harinya sudah tiba")
    assert places(hadir, "siti") == "O H O H O"


def test_a_swap_expires_when_the_rota_changes_or_one_of_them_moves(chat, hadir, hour):
    publish(hadir)
    publish(hadir, monday=date(2026, 11, 30))
    chat("siti").says("/jadwal tukar @dewi 1/12 2/12")
    chat("budi").says("/jadwal tukar @wayan rabu selasa")
    hour("2026-11-23T09:10+07:00")
    assert states(hadir) == ["asked", "asked"]
    with hadir.database.write() as db:
        gone = (rota_day.c.person_id == person_id(hadir, "siti")) & (rota_day.c.day == date(2026, 12, 1))
        db.execute(rota_day.update().where(gone).values(active=False))
    move(hadir, "wayan")
    hour("2026-11-23T10:10+07:00")
    assert states(hadir) == ["expired", "expired"]


def test_a_swap_that_waits_is_brought_to_mind_and_then_to_others(chat, hadir, hour):
    publish(hadir, monday=date(2026, 11, 30))
    chat("siti").says("/jadwal tukar @dewi 1/12 2/12")
    chat("dewi").presses(button(inbox(hadir, "dewi")[0], "Setuju"))
    assert len(inbox(hadir, "budi")) == 1
    hour("2026-11-23T18:10+07:00")
    assert len(inbox(hadir, "budi")) == 1
    hour("2026-11-24T09:10+07:00")
    hour("2026-11-24T10:10+07:00")
    assert len(inbox(hadir, "budi")) == 2
    assert labels(inbox(hadir, "budi")[1]) == ["Setujui", "Tolak"]
    assert inbox(hadir, "hendra") == []
    hour("2026-11-25T09:10+07:00")
    [request] = inbox(hadir, "hendra")
    assert texts([request])[0].startswith("**Tukar jadwal**: Siti Rahayu dan Dewi Lestari")
    chat("hendra").presses(button(request, "Setujui"))
    assert texts(inbox(hadir, "budi"))[-1].startswith("Hendra Gunawan menyetujui tukar jadwal")
    assert states(hadir) == ["approved"]


# ---------------------------------------------------------------- what people are told


def day(hadir, who, place, number=24, id=0):
    return RotaDay(id, 1, person_id(hadir, who), date(2026, 11, number), place, "", False, "hand")


def test_a_change_is_told_once_to_whom_it_concerns(hadir):
    publish(hadir)
    before, after = day(hadir, "siti", "wfh"), day(hadir, "siti", "wfo")
    change_of_siti = Change(before.person_id, before.day, before, after)
    for _ in range(2):
        with JobRun(hadir, hadir.clock()).begin() as work:
            notices.tell(work, [change_of_siti], "rota:1")
    [message] = inbox(hadir, "siti")
    assert texts([message])[0].splitlines() == ["**Jadwal Anda berubah**", "- Selasa 24 Nov: WFH → **WFO**"]
    assert labels(message) == ["Lihat jadwal saya"]
    assert inbox(hadir, "dewi") == []


def test_a_day_that_is_planned_for_the_first_time_or_no_more_has_no_dash(hadir):
    publish(hadir)
    new, gone = day(hadir, "siti", "wfh"), day(hadir, "siti", "wfo", 25)
    changes = [Change(new.person_id, new.day, None, new), Change(gone.person_id, gone.day, gone, None)]
    with JobRun(hadir, hadir.clock()).begin() as work:
        notices.tell(work, changes, "rota:1")
    [message] = inbox(hadir, "siti")
    assert texts([message])[0].splitlines()[1:] == ["- Selasa 24 Nov: **WFH**", "- Rabu 25 Nov: WFO → **tempat belum diatur**"]


def test_past_days_and_people_who_left_are_not_told_of(hadir):
    publish(hadir)
    old = day(hadir, "siti", "wfh", 20)
    gone = day(hadir, "dewi", "wfh")
    change(hadir, "dewi", ended_on=date(2026, 11, 20))
    with JobRun(hadir, hadir.clock()).begin() as work:
        told = notices.tell(work, [Change(each.person_id, each.day, None, each) for each in (old, gone)], "rota:1")
    assert told == 0
    assert inbox(hadir, "siti") + inbox(hadir, "dewi") == []


def test_a_newer_rota_takes_the_days_of_the_older_one(hadir):
    publish(hadir)
    number = publish(hadir, {"siti": "H H O O O"}, monday=date(2027, 1, 4))
    with hadir.database.write() as db:
        later = (rota_day.c.rota_id == number) & (rota_day.c.person_id == person_id(hadir, "siti"))
        db.execute(rota_day.update().where(later).values(active=False))
        for n, row in enumerate(db.execute(select(rota_day.c.id).where(later).order_by(rota_day.c.id)).all()):
            db.execute(rota_day.update().where(rota_day.c.id == row.id).values(day=MONDAY.replace(day=23 + n)))
    with JobRun(hadir, hadir.clock()).begin() as work:
        changes = service.activate(work, number)
    assert places(hadir, "siti") == "H H O O O"
    assert [(each.day.day, each.before.place, each.after.place) for each in changes] == [(23, "wfo", "wfh"), (26, "wfh", "wfo")]


def test_a_day_that_has_begun_in_the_east_stays(hadir, hour):
    """At 01.00 in Jayapura it is still yesterday in London."""
    publish(hadir)
    move(hadir, "yosef")
    hour("2026-11-24T01:10+09:00")
    assert places(hadir, "yosef") == "H O . . ."
