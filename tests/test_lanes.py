"""What waits for one side does not hold up the others, and a side that lets us in no more loses nothing."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import select

from integration import outbox
from integration.core import Hadir
from integration.deliveries.delivery import ATTEMPTS, Delivery
from integration.deliveries.lanes import LANES, Lanes
from integration.errors import DeliveryError
from integration.messages import plain, reply_from_json
from tests import cast
from tests.service import until


class Side:
    """One side of the world: takes what is delivered, or keeps everybody waiting until it is `open`."""

    def __init__(self) -> None:
        self.came: list[str] = []
        self.waiting = 0
        self.open = threading.Event()
        self._lock = threading.Lock()

    def __call__(self, _hadir: Hadir, row: outbox.Row) -> None:
        with self._lock:
            self.waiting += 1
        self.open.wait(30)
        with self._lock:
            self.came.append(row.key)


@pytest.fixture
def side(hadir: Hadir) -> Callable[[str], Side]:
    """`side("storage")` is what takes rows of that kind; closed at first."""

    def made(kind: str) -> Side:
        hadir.deliverers[kind] = new = Side()
        return new

    return made


def queue(hadir: Hadir, kind: str, *keys: str, stream: str = "") -> None:
    with hadir.database.write() as db:
        for key in keys:
            outbox.enqueue(db, kind=kind, stream=stream or key, key=key, payload={}, now=hadir.clock())


@contextmanager
def delivering(hadir: Hadir) -> Iterator[None]:
    stop, lanes = threading.Event(), Lanes(hadir)
    thread = threading.Thread(target=lanes.run, args=(stop,))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        lanes.wake()
        thread.join()


@pytest.mark.parametrize("slow", ["storage", "calendar", "presence", "task"])
def test_chat_goes_on_while_another_side_is_stuck(hadir: Hadir, side: Callable[[str], Side], slow: str) -> None:
    stuck, chat, said = side(slow), side("chat"), side("said")
    chat.open.set()
    said.open.set()
    queue(hadir, slow, *(f"slow-{n}" for n in range(9)))
    with delivering(hadir):
        until(lambda: stuck.waiting >= 2, "what is slow")
        queue(hadir, "chat", *(f"answer-{n}" for n in range(12)))
        queue(hadir, "said", "masuk")
        until(lambda: len(chat.came) == 12 and said.came == ["masuk"], "the answers")
        assert stuck.came == []
        stuck.open.set()
        until(lambda: len(stuck.came) == 9, "the rest")


def test_files_go_on_while_chat_is_stuck(hadir: Hadir, side: Callable[[str], Side]) -> None:
    chat, files = side("chat"), side("storage")
    files.open.set()
    queue(hadir, "chat", *(f"message-{n}" for n in range(9)))
    with delivering(hadir):
        until(lambda: chat.waiting >= 4, "the stuck chat")
        queue(hadir, "storage", "a", "b")
        until(lambda: sorted(files.came) == ["a", "b"], "the files")
        chat.open.set()
        until(lambda: len(chat.came) == 9, "the messages")


def test_a_stream_keeps_its_order_whichever_lanes_its_rows_go_by(hadir: Hadir, side: Callable[[str], Side]) -> None:
    files, chat = side("storage"), side("chat")
    chat.open.set()
    queue(hadir, "storage", "file", stream="one")
    queue(hadir, "chat", "message", stream="one")
    queue(hadir, "chat", "another", stream="two")
    with delivering(hadir):
        until(lambda: files.waiting and chat.came == ["another"], "the other stream")
        files.open.set()
        until(lambda: chat.came == ["another", "message"], "what came after the file")


def test_each_row_goes_by_one_lane(hadir: Hadir) -> None:
    kinds = ("chat", "said", "account", "task", "storage", "calendar", "presence", "something new")
    for kind in kinds:
        queue(hadir, kind, kind)
    with hadir.database.read() as db:
        taken = [len(outbox.eligible(db, hadir.clock(), 100, lane.kinds)) for lane in LANES.values()]
    assert taken == [3, 1, 4]


# ---------------------------------------------------------------- locked out


class LockedOut(DeliveryError):
    locked_out = "nextcloud"


def deliver_all(hadir: Hadir) -> None:
    while Delivery(hadir, kinds=outbox.Kinds(("storage",))).step():
        pass


def alarms(hadir: Hadir) -> list[str]:
    with hadir.database.read() as db:
        table = outbox.outbox.c
        rows = db.execute(select(table.payload).where(table.stream.like("alarm:%")).order_by(table.id))
        return [plain(reply_from_json(row.payload["message"]).text) for row in rows]


def test_the_administrator_is_told_once_and_everything_waits_however_long(hadir: Hadir, clock: cast.Clock) -> None:
    came: list[str] = []
    locked = True

    def nextcloud(_hadir: Hadir, row: outbox.Row) -> None:
        if locked:
            raise LockedOut("refuses the app password (401)", retry_after=300)
        came.append(row.key)

    hadir.deliverers["storage"] = nextcloud
    queue(hadir, "storage", "a", "b", "c")
    with hadir.database.write() as db:  # it has been so for longer than anything else is tried
        db.execute(outbox.outbox.update().where(outbox.outbox.c.key == "b").values(attempts=ATTEMPTS + 5))
    for _ in range(3):
        deliver_all(hadir)
        clock.now += timedelta(seconds=301)
    assert alarms(hadir) == [
        "Nextcloud menolak Hadir: sandi aplikasinya dicabut atau salah. Tidak ada yang hilang; semua untuk Nextcloud menunggu. "
        "Buat sandi aplikasi baru lalu masukkan dengan hadir setup nextcloud."
    ]
    locked = False
    deliver_all(hadir)
    assert sorted(came) == ["a", "b", "c"]
