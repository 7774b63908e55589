"""Recordings: looked for after the end, filed with the meeting's papers, and told once to who leads it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from integration import scheduler
from integration.adapters.local.storage import FolderStorage
from integration.app import connect
from integration.core import Hadir
from integration.deliveries.delivery import Delivery
from integration.errors import DeliveryError
from integration.outbox import Kinds
from integration.ports import Recording, Room
from plugins.rapat.documents import folders
from tests import cast
from tests.cast import at
from tests.plugins.rapat.house import NINE, Rooms, arranged, change, change_date, tasks, work_off
from tests.post import change as change_person
from tests.post import inbox, texts

ROOM = Room("talk", "room-1", "https://cloud.kantor.example/call/abc")
FILE = f"Hadir/Bidang Aplikasi/Rapat/2026/2026-11-23 Koordinasi SPBE/{folders.RECORDING}"
TAPE = Recording("1", "Sesi pagi", "https://video.example/r/1", at("2026-11-23T10:40+07:00"))
Later = Callable[[str], list[str]]


@pytest.fixture
def rooms(hadir: Hadir) -> Rooms:
    connect(hadir)
    hadir.ports.videos["talk"] = made = Rooms()
    return made


@pytest.fixture
def drive(hadir: Hadir, rooms: Rooms) -> FolderStorage:
    assert isinstance(hadir.ports.storage, FolderStorage)
    return hadir.ports.storage


@pytest.fixture
def later(hadir: Hadir, clock: cast.Clock, drive: FolderStorage) -> Later:
    """`later("23T12:25")`: the job of that hour in November, the worker's part, and what Budi was told."""
    job = next(job for job in scheduler.plugin_jobs(hadir) if job.name == "rapat.recordings")

    def run(moment: str) -> list[str]:
        clock.now = at(f"2026-11-{moment}+07:00")
        before = len(inbox(hadir, "budi"))
        assert scheduler.run_job(hadir, job, clock.now)
        delivery = Delivery(hadir, kinds=Kinds(("task", "storage")))
        while delivery.step():
            pass
        return texts(inbox(hadir, "budi"))[before:]

    return run


def test_it_is_looked_for_more_and_more_seldom_and_filed_as_it_comes(
    hadir: Hadir, rooms: Rooms, drive: FolderStorage, later: Later
) -> None:
    """The meeting ends at 10.30."""
    arranged(hadir, "siti", provider="talk", room=ROOM)
    assert later("23T10:25") == later("23T11:25") == []
    assert rooms.looked == []
    assert later("23T12:25") == []
    assert len(rooms.looked) == 1
    assert drive.stat(FILE) is None
    rooms.tapes = [TAPE]
    [told] = later("23T13:25")
    assert told.splitlines() == [
        "Rekaman **Koordinasi SPBE** sudah ada. Yang diundang menemukannya di folder rapat.",
        "- [putar rekaman](https://video.example/r/1)",
        "",
        f"Berkas: {FILE.rpartition('/')[0]}",
    ]
    assert "[Sesi pagi](https://video.example/r/1)" in drive.get(FILE).decode()
    assert later("23T14:25") == []
    assert len(rooms.looked) == 2
    assert later("23T15:25") == []
    assert len(rooms.looked) == 3
    rooms.tapes = [
        TAPE,
        Recording("2", "Sesi siang", "https://video.example/r/2", TAPE.made_at),
        Recording("3", "", "x:y", NINE),
    ]
    [told] = later("23T19:25")
    assert "x:y" not in told
    assert "Sesi siang" in drive.get(FILE).decode()
    work_off(hadir, "rapat.recordings", tasks(hadir, "rapat.recordings")[-1])  # begun again after a crash
    assert later("24T11:25") == []
    assert len([text for text in texts(inbox(hadir, "budi")) if "Rekaman" in text]) == 2
    assert later("25T11:25") == later("25T12:25") == later("27T12:25") == []
    assert len(tasks(hadir, "rapat.recordings")) == 6


def test_a_provider_that_is_down_is_asked_again_and_one_that_refuses_is_not(hadir: Hadir, rooms: Rooms, later: Later) -> None:
    arranged(hadir, "siti", provider="talk", room=ROOM)
    rooms.tapes = [TAPE]
    rooms.trouble = [DeliveryError("the scope is missing", permanent=True)]
    assert later("23T12:25") == []
    rooms.trouble = [DeliveryError("down")]
    assert later("23T13:25") == []
    assert len(rooms.looked) == 2
    [told] = later("23T14:25")  # the outbox has tried again; it is no time for another look
    assert "video.example" in told
    assert len(tasks(hadir, "rapat.recordings")) == 2


def test_after_an_outage_one_look_is_enough(hadir: Hadir, rooms: Rooms, later: Later) -> None:
    arranged(hadir, "siti", provider="talk", room=ROOM)
    later("24T12:25")
    assert len(rooms.looked) == 1


def test_where_there_was_nothing_to_record_nobody_is_asked(hadir: Hadir, rooms: Rooms, later: Later) -> None:
    rooms.tapes = [TAPE]
    arranged(hadir, "siti", title="Tanpa ruang")
    arranged(hadir, "siti", title="Tidak tersambung", provider="zoom", room=Room("zoom", "9", "https://zoom.example/9"))
    off, _ = arranged(hadir, "siti", title="Batal", provider="talk", room=ROOM)
    change(hadir, off.id, state="cancelled")
    _, one = arranged(hadir, "siti", title="Tanggal batal", provider="talk", room=ROOM)
    change_date(hadir, one.id, state="cancelled")
    _, moved = arranged(hadir, "siti", title="Pindah", provider="talk", room=ROOM)
    change_date(hadir, moved.id, starts_at=NINE + timedelta(days=1), ends_at=NINE + timedelta(days=1, hours=1))
    assert later("23T12:25") == []
    work_off(hadir, "rapat.recordings", {"occurrence": moved.id})  # it was queued before it was moved
    assert rooms.looked == []
    assert "Rekaman **Pindah**" in later("24T12:25")[0]


def test_where_the_organiser_has_left_who_leads_it_hears_of_it(hadir: Hadir, rooms: Rooms, later: Later) -> None:
    arranged(hadir, "siti", provider="talk", room=ROOM)
    change_person(hadir, "budi", ended_on=date(2026, 11, 22))
    rooms.tapes = [TAPE]
    assert later("23T12:25") == []
    assert "Rekaman **Koordinasi SPBE** sudah ada" in texts(inbox(hadir, "hendra"))[-1]
