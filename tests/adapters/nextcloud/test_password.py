"""An app password that is revoked while Hadir works: everything waits, nobody knocks on, and a new one is picked up."""

from __future__ import annotations

import base64
import contextlib
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from pytest_httpserver import HTTPServer
from sqlalchemy import select
from werkzeug import Request, Response

from integration import installation, outbox
from integration.adapters.nextcloud import access
from integration.adapters.nextcloud.client import Client
from integration.app import connect
from integration.core import Hadir
from integration.deliveries.delivery import Delivery
from integration.scheduler import work
from tests import cast
from tests.adapters.nextcloud.account import USER
from tests.adapters.nextcloud.faults import WRITTEN, address
from tests.adapters.nextcloud.recording import ANY

OLD, NEW = "sandi-lama-yang-dicabut", "sandi-baru-dari-setup"


class Office:
    """A Nextcloud that knows one password; `put` are the files that it took, `knocks` counts what it refused."""

    def __init__(self) -> None:
        self.password = OLD
        self.put: list[str] = []
        self.knocks = 0

    def __call__(self, request: Request) -> Response:
        wanted = "Basic " + base64.b64encode(f"{USER}:{self.password}".encode()).decode()
        if request.headers.get("Authorization") != wanted:
            self.knocks += 1
            return Response(status=401)
        if request.path.endswith("/cloud/user"):
            return Response(
                f'{{"ocs": {{"meta": {{"status": "ok"}}, "data": {{"id": "{USER}"}}}}}}', mimetype="application/json"
            )
        self.put.append(request.path.rpartition("/")[2])
        return Response(status=201, headers=WRITTEN)


def store(hadir: Hadir, url: str, password: str) -> None:
    """As `hadir setup nextcloud` does, in another process."""
    with hadir.database.write() as db:
        for name, value in (("url", url), ("user", USER), ("folder", "")):
            installation.put(db, f"nextcloud.{name}", value)
        installation.put_secret(db, hadir.signer, "nextcloud.app_password", password)


@pytest.fixture
def office(hadir: Hadir, httpserver: HTTPServer) -> Iterator[Office]:
    server = Office()
    httpserver.expect_request(ANY).respond_with_handler(server)
    store(hadir, address(httpserver), OLD)
    connect(hadir)
    yield server
    found = access.access(hadir)
    assert found
    access.client(hadir, found).close()


def file(hadir: Hadir, *names: str) -> None:
    with hadir.database.write() as db:
        for name in names:
            assert work(hadir, db).file(f"Hadir/{name}", b"isi", "text/plain", name)
    deliver(hadir)


def deliver(hadir: Hadir) -> None:
    while Delivery(hadir, kinds=outbox.Kinds(("storage",))).step():
        pass


def test_nothing_is_lost_and_all_of_it_comes_with_the_new_password(
    hadir: Hadir, office: Office, clock: cast.Clock, httpserver: HTTPServer
) -> None:
    file(hadir, "a")
    office.password = NEW
    file(hadir, *"bcdefgh")
    assert (office.put, office.knocks) == (["a"], 1)  # who knocks on is slowed down, and everybody behind the address
    with hadir.database.read() as db:
        states = set(
            db.scalars(select(outbox.outbox.c.state).where(outbox.outbox.c.kind == "storage", outbox.outbox.c.key != "a"))
        )
        alarms = list(db.scalars(select(outbox.outbox.c.key).where(outbox.outbox.c.kind == "chat")))
    assert states == {"waiting"}
    assert len(alarms) == 1
    store(hadir, address(httpserver), NEW)
    clock.now += timedelta(minutes=6)
    deliver(hadir)
    assert (sorted(office.put), office.knocks) == (list("abcdefgh"), 1)


def test_a_new_password_does_not_wait_for_an_error(hadir: Hadir, office: Office, httpserver: HTTPServer) -> None:
    file(hadir, "a")
    store(hadir, address(httpserver), NEW)
    office.password = NEW
    found = access.access(hadir)
    assert found
    access.client(hadir, found)
    file(hadir, "b")
    assert (office.put, office.knocks) == (["a", "b"], 0)


def test_all_who_were_refused_go_on_with_the_new_password(hadir: Hadir, office: Office, httpserver: HTTPServer) -> None:
    """Several threads find it at once; whoever finds that another has switched goes on as well."""
    together = threading.Barrier(3)

    def renewed() -> str:
        together.wait(10)
        return NEW

    office.password = NEW
    client = Client(address(httpserver), USER, OLD, renewed=renewed)
    with contextlib.closing(client), ThreadPoolExecutor(3) as threads:
        asked = [threads.submit(client.call, lambda cloud: cloud.ocs("GET", "/ocs/v2.php/cloud/user")) for _ in range(3)]
        assert [each.result(30)["id"] for each in asked] == [USER] * 3
