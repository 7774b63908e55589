"""Files on their way into the office's storage: never over what people did by hand, never twice, never lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from integration import outbox, people
from integration.adapters.local.storage import FolderStorage
from integration.app import connect
from integration.core import Hadir
from integration.deliveries.delivery import Delivery
from integration.errors import DeliveryError
from integration.messages import plain, reply_from_json
from integration.ports import StoredFile
from integration.scheduler import work
from tests import cast

PATH = "Hadir/Bidang Aplikasi/Rekap/2026/rekap-2026-11.xlsx"
FOLDER = "Hadir/Bidang Aplikasi/Rekap/2026"
BESIDE = f"{FOLDER}/rekap-2026-11 (versi Hadir 23 Nov 07.28).xlsx"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class Cloud(FolderStorage):
    """A folder that says who wrote a file, as a Nextcloud does; and one whose answers can be lost."""

    name = "nextcloud"
    author = ""
    lost = 0

    def put(self, path: str, content: bytes, media_type: str, *, expected: str | None = None) -> StoredFile:
        stored = super().put(path, content, media_type, expected=expected)
        if self.lost:
            self.lost -= 1
            raise DeliveryError("the connection broke before the answer came")
        return stored

    def _stored(self, file: Path) -> StoredFile:
        found = super()._stored(file)
        return StoredFile(found.path, found.size, found.modified, found.version, self.author, found.folder)


@pytest.fixture
def cloud(hadir: Hadir, tmp_path: Path) -> Cloud:
    connect(hadir)
    hadir.ports.storage = made = Cloud(tmp_path / "awan")
    return made


@pytest.fixture
def file(hadir: Hadir, cloud: Cloud) -> Callable[..., None]:
    """`file(b"…", "key")` queues a version of the recap and delivers what can be delivered."""

    def queue(content: bytes, key: str, tell: tuple[str, ...] = (), path: str = PATH) -> None:
        with hadir.database.write() as db:
            ids = [number(hadir, who) for who in tell]
            assert work(hadir, db).file(path, content, XLSX, key, tell=ids)
        deliver(hadir)

    return queue


def deliver(hadir: Hadir) -> None:
    while Delivery(hadir, kinds=outbox.Kinds(("storage",))).step():
        pass


def number(hadir: Hadir, who: str) -> int:
    with hadir.database.read() as db:
        return int(db.execute(select(people.person.c.id).where(people.person.c.nip == cast.NIP[who])).scalar_one())


def told(hadir: Hadir) -> dict[str, str]:
    """What waits for people, by username."""
    names = {number(hadir, who): who for who in cast.NIP}
    with hadir.database.read() as db:
        rows = db.execute(select(outbox.outbox.c.payload).where(outbox.outbox.c.kind == "chat"))
        return {names[row.payload["person"]]: plain(reply_from_json(row.payload["message"]).text) for row in rows}


def paths(cloud: Cloud) -> list[str]:
    return [each.path for each in cloud.list(FOLDER)]


def edited_by_hand(cloud: Cloud, content: bytes = b"diubah dengan tangan", path: str = PATH) -> None:
    FolderStorage.put(cloud, path, content, XLSX)


# ---------------------------------------------------------------- in its place


def test_a_new_version_takes_the_place_of_the_one_that_hadir_put(file: Callable[..., None], cloud: Cloud) -> None:
    for content in (b"satu", b"dua", b"tiga"):
        file(content, content.decode())
    assert paths(cloud) == [PATH]
    assert cloud.get(PATH) == b"tiga"


def test_a_file_that_people_threw_away_is_put_again(hadir: Hadir, file: Callable[..., None], cloud: Cloud) -> None:
    file(b"satu", "a")
    cloud.delete(PATH)
    file(b"dua", "b")
    assert cloud.get(PATH) == b"dua"
    assert told(hadir) == {}


@pytest.mark.parametrize("before", [None, b"lama"])
def test_an_answer_that_was_lost_makes_no_copy(
    hadir: Hadir, file: Callable[..., None], cloud: Cloud, clock: cast.Clock, before: bytes | None
) -> None:
    """Restarted between the writing of the file and the answer: the repeat finds its own content."""
    if before:
        file(before, "a")
    cloud.lost = 1
    file(b"baru", "b")
    clock.now = cast.at("2026-11-23T07:40+07:00")
    deliver(hadir)
    file(b"terbaru", "c")
    assert paths(cloud) == [PATH]
    assert cloud.get(PATH) == b"terbaru"
    assert told(hadir) == {}


# ---------------------------------------------------------------- beside what people did


def test_what_was_edited_by_hand_stays_and_the_new_version_goes_beside(
    hadir: Hadir, file: Callable[..., None], cloud: Cloud
) -> None:
    with hadir.database.write() as db:
        row = {"person_id": number(hadir, "rina"), "platform": "nextcloud", "username": "rina.m", "external_id": "rina.m"}
        db.execute(people.account.insert().values(row))
    file(b"satu", "a")
    edited_by_hand(cloud)
    cloud.author = "rina.m"
    file(b"dua", "b", tell=("hendra", "rina"))
    assert paths(cloud) == [BESIDE, PATH]
    assert (cloud.get(PATH), cloud.get(BESIDE)) == (b"diubah dengan tangan", b"dua")
    assert told(hadir) == {
        "rina": "Perubahan Anda di rekap-2026-11.xlsx tetap utuh. Hadir punya versi yang lebih baru; versi itu disimpan di "
        "sampingnya dengan nama rekap-2026-11 (versi Hadir 23 Nov 07.28).xlsx, di folder Hadir/Bidang Aplikasi/Rekap/2026.",
        "hendra": "rekap-2026-11.xlsx sudah diubah oleh Rina Marlina, jadi dibiarkan apa adanya. Versi baru dari Hadir ada di "
        "sampingnya: rekap-2026-11 (versi Hadir 23 Nov 07.28).xlsx, di folder Hadir/Bidang Aplikasi/Rekap/2026.",
    }


def test_a_strangers_file_of_that_name_stays(hadir: Hadir, file: Callable[..., None], cloud: Cloud) -> None:
    edited_by_hand(cloud, b"buatan orang")
    file(b"dari Hadir", "a")
    assert (cloud.get(PATH), cloud.get(BESIDE)) == (b"buatan orang", b"dari Hadir")
    assert list(told(hadir)) == ["agus"]  # nobody else is known, so the administrator
    assert "diubah oleh seseorang" in told(hadir)["agus"]


def test_a_repeat_beside_makes_no_second_copy_and_tells_once(
    hadir: Hadir, file: Callable[..., None], cloud: Cloud, clock: cast.Clock
) -> None:
    edited_by_hand(cloud)
    cloud.lost = 1
    file(b"dua", "b", tell=("siti",))
    assert told(hadir) == {}
    clock.now = cast.at("2026-11-23T07:50+07:00")
    deliver(hadir)
    assert paths(cloud) == [BESIDE, PATH]
    assert list(told(hadir)) == ["siti"]


def test_each_later_version_has_a_name_of_its_own(
    hadir: Hadir, file: Callable[..., None], cloud: Cloud, clock: cast.Clock
) -> None:
    edited_by_hand(cloud)
    file(b"dua", "b")
    file(b"tiga", "c")  # in the same minute
    clock.now = cast.at("2026-12-16T18:00+07:00")
    file(b"empat", "d")
    assert {path.removeprefix(f"{FOLDER}/rekap-2026-11").removesuffix(".xlsx"): cloud.get(path) for path in paths(cloud)} == {
        "": b"diubah dengan tangan",
        " (versi Hadir 23 Nov 07.28)": b"dua",
        " (versi Hadir 23 Nov 07.28, 2)": b"tiga",
        " (versi Hadir 16 Des 18.00)": b"empat",
    }


def test_a_folder_of_that_name_is_left_alone(hadir: Hadir, file: Callable[..., None], cloud: Cloud) -> None:
    cloud.make_folder(PATH)
    file(b"isi", "a")
    assert cloud.get(BESIDE) == b"isi"


def test_what_happened_is_in_the_audit(hadir: Hadir, file: Callable[..., None], cloud: Cloud) -> None:
    from integration.audit import audit

    edited_by_hand(cloud)
    file(b"isi", "a")
    with hadir.database.read() as db:
        rows = db.execute(select(audit.c.action, audit.c.after).where(audit.c.action.like("storage.%"))).all()
    assert [(row.action, row.after["path"], row.after["put"]) for row in rows] == [("storage.put_beside", PATH, BESIDE)]


# ---------------------------------------------------------------- what is in the way


@contextmanager
def trouble(cloud: Cloud, error: DeliveryError) -> Iterator[None]:
    def refuse(*_given: Any, **_options: Any) -> StoredFile:
        raise error

    cloud.put = refuse  # type: ignore[method-assign]  # the storage is the test's own
    yield
    del cloud.put


def test_what_cannot_be_put_waits_and_comes_in_order(
    hadir: Hadir, file: Callable[..., None], cloud: Cloud, clock: cast.Clock
) -> None:
    with trouble(cloud, DeliveryError("no space left", retry_after=60)):
        file(b"satu", "a")
        file(b"dua", "b")
        assert paths(cloud) == []
    clock.now = cast.at("2026-11-23T08:40+07:00")
    deliver(hadir)
    assert cloud.get(PATH) == b"dua"
    assert paths(cloud) == [PATH]


def states(hadir: Hadir) -> Mapping[str, str]:
    with hadir.database.read() as db:
        table = outbox.outbox.c
        return {row.key: row.state for row in db.execute(select(table.key, table.state).where(table.kind == "storage"))}


def test_a_path_that_leads_out_is_for_good(hadir: Hadir, file: Callable[..., None], cloud: Cloud) -> None:
    file(b"x", "a", path="../x")
    assert states(hadir) == {"a": "dead"}
