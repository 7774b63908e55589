"""One day of a rota, set by hand."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from integration import people
from plugins.jadwal.tables import rota_day
from tests.plugins.jadwal.rotas import LINE, draft, places, press, published, works
from tests.post import button, inbox, person_id, texts


def test_a_day_is_set_by_hand_and_undone(chat, hadir) -> None:
    planned, siti = published(chat, hadir), person_id(hadir, "siti")
    day = min(day for (person, day), place in planned.items() if person == siti and place == "wfh")
    talker = chat("hendra")
    said = talker.says(f"/jadwal atur @siti {day:%d/%m/%Y} wfo")
    assert "WFH → **WFO**" in said
    assert "Siti Rahayu diberi tahu." in said
    assert places(hadir)[siti, day] == "wfo"
    assert "WFH → **WFO**" in texts(inbox(hadir, "siti"))[-1]
    talker.presses("Kembalikan")
    assert places(hadir) == planned


def test_a_day_that_breaks_a_limit_is_set_and_said(chat, hadir) -> None:
    planned, siti = published(chat, hadir, "/jadwal susun 4 minggu mulai senin 34%"), person_id(hadir, "siti")
    weeks = {day.isocalendar()[1] for (person, day), place in planned.items() if person == siti and place == "wfh"}
    day = min(
        day for (person, day), place in planned.items() if person == siti and place == "wfo" and day.isocalendar()[1] in weeks
    )
    said = chat("hendra").says(f"/jadwal atur @siti {day:%d/%m/%Y} wfh")
    assert "⚠ " in said
    assert "paling banyak 2 orang boleh di luar kantor, ternyata 3." in said
    assert places(hadir)[siti, day] == "wfh"


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("/jadwal atur", "Sebutkan siapa, hari apa, dan di mana"),
        ("/jadwal atur @siti wfh", "Sebutkan siapa, hari apa, dan di mana"),
        ("/jadwal atur @siti 20/11/2026 wfh", "sudah lewat"),
        ("/jadwal atur @siti 25/12/2026 wfh", "Tidak ada jadwal Jumat 25 Des untuk Siti Rahayu"),
        ("/jadwal atur @siapa 1/12/2026 wfh", "Tidak ada pegawai bernama"),
        ("/jadwal atur @hendra 1/12/2026 wfo", "memang sudah WFO"),
    ],
)
def test_a_day_that_cannot_be_set(chat, hadir, line, answer) -> None:
    published(chat, hadir)
    assert answer in chat("hendra").says(line)


def test_a_supervisor_sets_no_day_of_another_unit(chat, hadir) -> None:
    assert "unit sendiri" in chat("budi").says("/jadwal atur @kartika 1/12/2026 wfh")


def test_a_day_set_in_a_draft_stays_when_the_draft_is_made_again(chat, hadir) -> None:
    message, siti = draft(chat, hadir), person_id(hadir, "siti")
    planned = places(hadir, active=False)
    day = max(day for (person, day), place in planned.items() if person == siti and place == "wfo")
    talker = chat("hendra")
    assert "di rancangan no. 1" in talker.says(f"/jadwal atur @siti {day:%d/%m/%Y} wfh")
    assert inbox(hadir, "siti") == []
    press(talker, message, "Ubah")
    talker.submits(present="2")
    works(hadir)
    press(talker, inbox(hadir, "hendra")[-1], "Terbitkan")
    assert places(hadir)[siti, day] == "wfh"


def test_who_stands_by_and_is_sent_home_leaves_a_gap_that_is_said_and_can_be_undone(chat, hadir) -> None:
    published(chat, hadir, f"{LINE} siaga 1")
    with hadir.database.read() as db:
        row = db.execute(select(rota_day).where(rota_day.c.active, rota_day.c.standby).order_by(rota_day.c.day)).first()
        assert row is not None
        person = people.get(db, row.person_id)
        assert person is not None
    talker = chat("hendra")
    said = talker.says(f"/jadwal atur {person.name} {row.day:%d/%m/%Y} wfh")
    assert "WFO (siaga) → **WFH**" in said
    assert "⚠ Petugas siaga hari itu kini hanya 0 dari 1." in said
    assert "WFH → **WFO (siaga)**" in talker.presses("Kembalikan")


def test_a_change_that_was_overtaken_is_not_undone(chat, hadir) -> None:
    planned, siti = published(chat, hadir), person_id(hadir, "siti")
    day = min(day for (person, day), place in planned.items() if person == siti and place == "wfh")
    talker = chat("hendra")
    talker.says(f"/jadwal atur @siti {day:%d/%m/%Y} wfo")
    undo = button(talker.last, "Kembalikan")
    chat("budi").says(f"/jadwal atur @siti {day:%d/%m/%Y} wfa")
    assert talker.presses(undo) == "Hari ini sudah diubah lagi. Tidak ada yang dikembalikan."
    press(chat("hendra"), draft(chat, hadir), "Terbitkan")
    assert talker.presses(undo) == "Hari ini sudah diubah lagi. Tidak ada yang dikembalikan."
    assert places(hadir)[siti, day] == "wfa"


def test_what_two_people_swapped_stays_when_the_rota_is_made_again(chat, hadir) -> None:
    planned, siti = published(chat, hadir), person_id(hadir, "siti")
    days = sorted(day for (person, day), place in planned.items() if person == siti and place == "wfo")
    with hadir.database.write() as db:
        mine = (rota_day.c.person_id == siti, rota_day.c.day == days[0])
        db.execute(update(rota_day).where(*mine).values(place="wfh", source="swap"))
    press(chat("hendra"), draft(chat, hadir), "Terbitkan")
    assert places(hadir)[siti, days[0]] == "wfh"
