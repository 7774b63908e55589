"""Files of a month on their way into the office's storage: edited by hand, locked, ill, or gone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from integration import outbox
from integration.adapters.nextcloud.client import Client
from integration.adapters.nextcloud.files import NextcloudStorage
from integration.app import connect
from integration.core import Hadir
from integration.messages import plain, reply_from_json
from tests import cast
from tests.adapters.nextcloud.account import KEY, PASSWORD, USER
from tests.plugins.logbook import drawn as office
from tests.plugins.logbook.drawn import SITI, UNIT, changed, deliver, drawn, filed, wrote
from tests.standin import HANG_UP_AFTER, Cloud, standing_in

XLSX = f"{SITI}.xlsx"
FOLDER = XLSX.rpartition("/")[0]


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What a storage does is no matter of the database."""
    return sqlite_url


@pytest.fixture
def cloud() -> Iterator[Cloud]:
    with standing_in() as server:
        yield server


@pytest.fixture
def hadir(hadir: Hadir, cloud: Cloud) -> Iterator[Hadir]:
    """The service with a Nextcloud."""
    connect(hadir)
    client = Client(cloud.url, USER, PASSWORD, silence_seconds=0.4)
    hadir.ports.storage = NextcloudStorage(client, "Awan", key=KEY, clock=hadir.clock)
    yield hadir
    client.close()


def told(hadir: Hadir) -> dict[int, str]:
    """What waits for people, by id."""
    with hadir.database.read() as db:
        rows = db.execute(select(outbox.outbox.c.payload).where(outbox.outbox.c.kind == "chat"))
        return {row.payload["person"]: plain(reply_from_json(row.payload["message"]).text) for row in rows}


def names(cloud: Cloud) -> set[str]:
    return {path.rpartition("/")[2] for path in cloud.files}


def writes(cloud: Cloud, path: str) -> int:
    return cloud.written.count(f"Awan/{path}")


def test_each_version_takes_the_place_of_the_one_before(hadir: Hadir, cloud: Cloud, clock: cast.Clock) -> None:
    entry = wrote(hadir, "siti", "Rapat")
    drawn(hadir, clock)
    assert set(cloud.files) == {f"Awan/{path}" for path in (UNIT, XLSX, f"{SITI}.ods", f"{SITI}.pdf")}
    changed(hadir, entry, minutes=75)
    drawn(hadir, clock)
    assert len(cloud.files) == 4
    assert [writes(cloud, path) for path in (UNIT, XLSX)] == [2, 2]
    assert told(hadir) == {}


def test_what_a_person_has_edited_stays_and_the_new_one_lies_beside(hadir: Hadir, cloud: Cloud, clock: cast.Clock) -> None:
    entry = wrote(hadir, "siti", "Rapat")
    drawn(hadir, clock)
    cloud.edit(f"Awan/{XLSX}", b"catatan tangan Siti")
    changed(hadir, entry, minutes=75)
    drawn(hadir, clock)
    assert cloud.files[f"Awan/{XLSX}"].content == b"catatan tangan Siti"
    beside = next(name for name in names(cloud) if "(versi Hadir 23 Nov" in name)
    assert beside.startswith("Siti Rahayu – NIP")
    assert writes(cloud, f"{SITI}.ods") == 2  # the others go on in their places
    siti = office.person(hadir, "siti").id
    assert list(told(hadir)) == [siti]
    assert beside in told(hadir)[siti]


def test_of_a_units_workbook_its_leader_is_told(hadir: Hadir, cloud: Cloud, clock: cast.Clock) -> None:
    entry = wrote(hadir, "siti", "Rapat")
    drawn(hadir, clock)
    cloud.edit(f"Awan/{UNIT}", b"catatan pimpinan")
    changed(hadir, entry, minutes=75)
    drawn(hadir, clock)
    assert cloud.files[f"Awan/{UNIT}"].content == b"catatan pimpinan"
    assert list(told(hadir)) == [office.person(hadir, "hendra").id]


@pytest.mark.parametrize("status", [423, 503, HANG_UP_AFTER])
def test_a_file_that_is_open_somewhere_comes_when_it_is_closed(
    hadir: Hadir, cloud: Cloud, clock: cast.Clock, status: int
) -> None:
    """423: somebody has it open, and the storage holds it. Two versions wait, and come in their order."""
    entry = wrote(hadir, "siti", "Rapat")
    drawn(hadir, clock)
    locked = True

    def fault(method: str, path: str) -> int | None:
        return status if locked and method == "PUT" and path.endswith(".xlsx") else None

    cloud.faults = fault
    changed(hadir, entry, activity="Versi kedua")
    drawn(hadir, clock)
    changed(hadir, entry, activity="Versi ketiga")
    drawn(hadir, clock)
    assert writes(cloud, f"{SITI}.pdf") == 3  # only what is locked waits
    locked = False
    for _ in range(12):
        clock.now += timedelta(minutes=1)
        deliver(hadir)
    assert len(cloud.files) == 4
    assert _words(cloud, XLSX) == "Versi ketiga"
    assert filed(hadir).count(XLSX) == 3
    assert told(hadir) == {}


def test_what_was_thrown_away_is_put_again_with_the_next_change(hadir: Hadir, cloud: Cloud, clock: cast.Clock) -> None:
    entry = wrote(hadir, "siti", "Rapat")
    drawn(hadir, clock)
    del cloud.files[f"Awan/{XLSX}"]
    changed(hadir, entry, minutes=75)
    drawn(hadir, clock)
    assert f"Awan/{XLSX}" in cloud.files


def test_a_nextcloud_that_is_away_gets_every_file_when_it_is_back(hadir: Hadir, cloud: Cloud, clock: cast.Clock) -> None:
    cloud.faults = lambda _method, _path: 503
    for who in ("siti", "dewi"):
        wrote(hadir, who, "Rapat")
    drawn(hadir, clock)
    assert cloud.files == {}
    cloud.faults = lambda _method, _path: None
    for _ in range(8):
        clock.now += timedelta(minutes=1)
        deliver(hadir)
    assert len(cloud.files) == 7
    assert all(cloud.written.count(path) == 1 for path in cloud.files)


def test_an_office_with_a_folder_instead_of_a_nextcloud(hadir: Hadir, clock: cast.Clock) -> None:
    hadir.ports.storage = None
    connect(hadir)
    home = hadir.settings.home / "files"
    entry = wrote(hadir, "siti", "Rapat")
    drawn(hadir, clock)
    assert len(list((home / FOLDER).iterdir())) == 4
    (home / XLSX).write_bytes(b"catatan tangan")
    changed(hadir, entry, minutes=75)
    drawn(hadir, clock)
    assert len(list((home / FOLDER).iterdir())) == 5
    assert (home / XLSX).read_bytes() == b"catatan tangan"
    assert list(told(hadir)) == [office.person(hadir, "siti").id]


def _words(cloud: Cloud, path: str) -> str:
    """The activity that stands in the first row."""
    import io

    from python_calamine import load_workbook

    book = load_workbook(io.BytesIO(cloud.files[f"Awan/{path}"].content))
    return str(book.get_sheet_by_index(0).to_python()[4][1])
