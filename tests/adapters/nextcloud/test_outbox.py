"""From the outbox to a Nextcloud that is ill: nothing is lost, nothing is doubled, and the order is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from integration import outbox
from integration.adapters.nextcloud.client import Client
from integration.adapters.nextcloud.files import NextcloudStorage
from integration.app import connect
from integration.core import Hadir
from integration.deliveries.delivery import Delivery
from integration.scheduler import work
from tests import cast
from tests.adapters.nextcloud.account import KEY, PASSWORD, USER
from tests.service import until
from tests.standin import HANG_UP, HANG_UP_AFTER, Cloud, standing_in

Fault = Callable[[str, str], int | None]
NAMES = ("a", "b", "c")


@pytest.fixture
def cloud() -> Iterator[Cloud]:
    with standing_in() as server:
        yield server


@pytest.fixture
def office(hadir: Hadir, cloud: Cloud) -> Iterator[Hadir]:
    connect(hadir)
    client = Client(cloud.url, USER, PASSWORD, silence_seconds=0.4)
    hadir.ports.storage = NextcloudStorage(client, "Awan", key=KEY, clock=hadir.clock)
    yield hadir
    client.close()


def queue(hadir: Hadir) -> None:
    """Two versions of three files."""
    with hadir.database.write() as db:
        for version in ("satu", "dua"):
            for name in NAMES:
                content = f"{name} {version}".encode()
                assert work(hadir, db).file(f"Hadir/{name}.txt", content, "text/plain", f"{name}:{version}")


def deliver(hadir: Hadir, clock: cast.Clock, minutes: int = 0) -> None:
    """What can be delivered now, and in the `minutes` that follow."""
    for _ in range(minutes + 1):
        while Delivery(hadir, kinds=outbox.Kinds(("storage",))).step():
            pass
        clock.now += timedelta(minutes=1)


def states(hadir: Hadir) -> set[str]:
    with hadir.database.read() as db:
        return set(db.scalars(select(outbox.outbox.c.state).where(outbox.outbox.c.kind == "storage")))


def check(hadir: Hadir, cloud: Cloud) -> None:
    """Each file is there once, in its last version, and was written once in each."""
    assert {path: file.content for path, file in cloud.files.items()} == {
        f"Awan/Hadir/{name}.txt": f"{name} dua".encode() for name in NAMES
    }
    assert sorted(cloud.written) == sorted(f"Awan/Hadir/{name}.txt" for name in (*NAMES, *NAMES))
    assert states(hadir) == {"done"}


def puts(status: int, number: int) -> Fault:
    """Of the writes, that many from the start go wrong."""
    seen = 0

    def fault(method: str, _path: str) -> int | None:
        nonlocal seen
        seen += method == "PUT"
        return status if method == "PUT" and seen <= number else None

    return fault


@pytest.mark.parametrize("status", [503, 507, 423, 429, 502, 200, HANG_UP, HANG_UP_AFTER])
def test_a_nextcloud_that_is_ill_for_a_while(office: Hadir, cloud: Cloud, clock: cast.Clock, status: int) -> None:
    cloud.folders |= {"Awan", "Awan/Hadir"}
    cloud.faults = puts(status, 8)
    queue(office)
    deliver(office, clock)
    assert "waiting" in states(office)
    deliver(office, clock, minutes=20)
    check(office, cloud)


@pytest.mark.parametrize("number", [1, 2, 3, 5])
def test_the_answer_is_lost_once(office: Hadir, cloud: Cloud, clock: cast.Clock, number: int) -> None:
    """The file is there and nobody knows: the repeat finds its own content, and makes neither a copy nor a second file."""
    seen = 0

    def fault(method: str, _path: str) -> int | None:
        nonlocal seen
        seen += method == "PUT"
        return HANG_UP_AFTER if method == "PUT" and seen == number else None

    cloud.faults = fault
    queue(office)
    deliver(office, clock, minutes=3)
    check(office, cloud)


def test_a_worker_that_dies_between_the_writing_and_the_answer(office: Hadir, cloud: Cloud, clock: cast.Clock) -> None:
    """As if the machine lost power after the PUT: the lease runs out, and another worker repeats."""
    queue(office)
    with office.database.write() as db:
        rows = outbox.eligible(db, clock.now, 3)
        assert len(outbox.claim(db, rows, "a worker that dies", clock.now, timedelta(seconds=30))) == 3
    assert office.ports.storage
    for name in NAMES:
        office.ports.storage.put(f"Hadir/{name}.txt", f"{name} satu".encode(), "text/plain", expected="")
    deliver(office, clock)
    assert states(office) == {"waiting"}
    deliver(office, clock, minutes=2)
    check(office, cloud)


def test_a_nextcloud_that_answers_too_late(office: Hadir, cloud: Cloud, clock: cast.Clock) -> None:
    """Each write happens, long after we have stopped waiting for it."""
    cloud.folders |= {"Awan", "Awan/Hadir"}
    queue(office)
    assert office.ports.storage
    assert list(office.ports.storage.list("")) == []  # it knows who we are, and then becomes slow
    cloud.slow_seconds = 1.0
    deliver(office, clock)
    until(lambda: cloud.inside == 0 and len(cloud.written) == 3, "the late writes")
    assert states(office) == {"waiting"}
    cloud.slow_seconds = 0.0
    deliver(office, clock, minutes=3)
    check(office, cloud)


def test_nobody_there_until_they_are(office: Hadir, cloud: Cloud, clock: cast.Clock) -> None:
    cloud.faults = lambda method, path: HANG_UP
    queue(office)
    deliver(office, clock, minutes=2)
    assert (states(office), cloud.written) == ({"waiting"}, [])
    cloud.faults = lambda method, path: None
    deliver(office, clock, minutes=10)
    check(office, cloud)
