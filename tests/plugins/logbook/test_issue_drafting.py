"""A day drafted from everything that it is drafted from, each as people do it: a meeting that was attended, a task of its
minutes that was done, a file that was saved, and the place where one checked in.

It is Monday, 23 November 2026; Siti and Dewi report to Budi.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from integration.adapters.local.storage import FolderStorage
from integration.core import Hadir
from integration.deliveries import chat as chat_delivery
from integration.deliveries import storage as storage_delivery
from integration.deliveries import task as task_delivery
from integration.deliveries.delivery import Delivery
from integration.messages import Reply
from tests import cast
from tests.cast import at
from tests.plugins.berkas.conftest import GENERAL
from tests.plugins.berkas.conftest import Chat as Room
from tests.plugins.logbook.wrote import newest, of_day, said
from tests.plugins.rapat.house import NINE, arranged
from tests.plugins.rapat.test_tasks import written

Chat = Callable[[str], cast.Talker]
MEETING = "Rapat “Koordinasi SPBE”, 09.02–10.30 WIB"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What plugins know of a day is asked on both databases where they keep it."""
    return sqlite_url


@pytest.fixture
def room(hadir: Hadir, tmp_path: Path) -> Room:
    """A chat in which files are posted, and the office's drive."""
    drive = tmp_path / "drive"
    drive.mkdir()
    hadir.ports.storage = FolderStorage(drive)
    room = Room()
    hadir.ports.chats[room.name] = room
    for part in (chat_delivery, task_delivery, storage_delivery):
        hadir.deliverers[part.KIND] = part.deliver
    return room


def works(hadir: Hadir) -> None:
    delivery = Delivery(hadir)
    while delivery.step():
        pass


def press(talker: cast.Talker, action: str) -> str:
    assert isinstance(talker.last, Reply)
    return talker.presses(next(each for each in talker.last.buttons if each.action == action))


def test_what_siti_did_is_drafted_sent_and_judged_and_nobody_elses(
    hadir: Hadir, chat: Chat, clock: cast.Clock, room: Room
) -> None:
    siti, dewi, budi = chat("siti"), chat("dewi"), chat("budi")
    siti.says("/hadir masuk wfh")
    arranged(hadir, "siti", "dewi", "wayan")
    clock.now = NINE + timedelta(minutes=2)
    for talker in (siti, dewi):
        talker.says("/rapat hadir")
    clock.now = at("2026-11-23T11:00+07:00")
    written(hadir, chat, "- [ ] Menyiapkan data dukung @siti besok", "- [ ] Menyusun edaran @siti besok")
    clock.now = at("2026-11-23T13:00+07:00")
    siti.says("/rapat tugas")
    press(siti, "rapat.task_done")
    room.posted("siti", "nota dinas.pdf", b"%PDF-1.7 nota", at=clock.now)
    siti.says("/berkas simpan", channel=GENERAL)
    works(hadir)

    clock.now = at("2026-11-23T15:00+07:00")
    shown = siti.says("/logbook")
    assert f"{MEETING} — 1 jam 28 menit · WFH" in shown
    assert "Menyiapkan data dukung" in shown
    assert "edaran" not in shown  # that one is still to be done
    assert "Menyimpan 1 berkas: nota dinas.pdf — waktu? · WFH · 1 bukti" in shown
    assert shown.count("WFH") >= 3  # as she checked in
    assert newest(hadir) == 0  # looking reports nothing
    others = dewi.says("/logbook")
    assert MEETING in others
    assert "nota dinas" not in others
    assert "data dukung" not in others
    assert "WFH" not in others
    assert "Koordinasi" not in chat("wayan").says("/logbook")  # who was invited and did not come

    # What is known whole goes at once; of the rest only the time is asked, and of nothing twice.
    heard = siti.says("/logbook kirim semua")
    assert "1 kegiatan terkirim ke Budi Santoso, 1 jam 28 menit." in heard
    for _ in range(2):
        assert "Berapa lama" in heard
        siti.presses("30 menit")
        heard = siti.says("/logbook kirim semua")
    assert sorted(minutes for _, minutes, _ in said(hadir, "siti")) == [30, 30, 88]
    assert {state for _, _, state in said(hadir, "siti")} == {"sent"}
    assert {each.content.place for each in of_day(hadir, "siti")} == {"wfh"}
    assert "sudah terkirim" in siti.says("/logbook")
    checked = budi.says("/logbook periksa @siti")
    assert "nota dinas.pdf" in checked
    assert "1 bukti" in checked

    # A meeting of which the time is put right later changes nothing that was reported.
    clock.now = at("2026-11-23T16:00+07:00")
    siti.says("/rapat keluar")
    assert len(of_day(hadir, "siti")) == 3
    assert "1 jam 28 menit" in siti.says("/logbook")
