"""Setup and doctor in front of a real Nextcloud's recorded answers: from empty, again, after somebody left.

To record anew: HADIR_RECORD_NEXTCLOUD=1 and the variables of `tests/live/nextcloud_office.py`, then run this file.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer
from sqlalchemy import update
from werkzeug import Request, Response

from integration import installation, people
from integration.adapters.nextcloud import doctor
from integration.adapters.nextcloud.setup.run import Setup, Wishes
from integration.app import assemble
from integration.core import Hadir
from integration.settings import load
from tests import cast
from tests.adapters.nextcloud import recording
from tests.live import nextcloud_office
from tests.live.nextcloud_office import ROOT, STAFF, Office

CALLBACK = "http://127.0.0.1:9"
# What a server says of itself is long, and much of it about its machine; one part is read.
LOOK = "/index.php/settings/ajax/checksetup"
KEPT_LOOK = "EmailTestSuccessful"


class Player(recording.Player):
    """People are looked up four at a time, so the order of the recorded exchanges does not count."""

    def __call__(self, request: Request) -> Response:
        asked = recording.Message.of(dict(request.headers), recording._SAID, request.get_data(), self._server)
        wanted = (request.method, request.environ["RAW_URI"], asked)
        fits = (n for n, each in enumerate(self._left) if (each.method, each.path, each.request) == wanted)
        if (place := next(fits, None)) is not None:
            self._left.insert(0, self._left.pop(place))
        return super().__call__(request)


@dataclass
class Site:
    hadir: Hadir
    clock: cast.Clock
    url: str
    admin: tuple[str, str]

    def setup(self) -> list[str]:
        lines: list[str] = []
        names, wishes = nextcloud_office.own_names(), Wishes(callback=CALLBACK)
        Setup(self.hadir, self.url, self.admin, names, wishes, say=lines.append, dry_run=False).run()
        return [line for line in lines if not line.startswith("note:")]


@pytest.fixture
def site(request: pytest.FixtureRequest, database_url: str, tmp_path: Path, httpserver: HTTPServer) -> Iterator[Site]:
    clock = cast.Clock()
    hadir = assemble(load({}, database_url=database_url, secret_key="t" * 64, home=tmp_path), clock=clock, plugins=())
    with hadir.database.write() as db:
        nextcloud_office.settle(db)
        # Made at random; what is recorded says none of it, but its length is part of nothing either.
        installation.put_secret(db, hadir.signer, "nextcloud.talk_secret", "s" * 64)
    path = recording.FOLDER / f"setup-{request.node.originalname.removeprefix('test_').replace('_', '-')}.json"
    if os.environ.get("HADIR_RECORD_NEXTCLOUD"):
        yield from _recorded_now(path, hadir, clock)
    else:
        url = httpserver.url_for("/").rstrip("/")
        exchanges = recording.load(path)
        clock.now = _moment_of(exchanges) or clock.now
        player = Player(exchanges, url)
        httpserver.expect_request(recording.ANY).respond_with_handler(player)
        yield Site(hadir, clock, url, ("admin", "sandi-admin"))
        hadir.database.dispose()
        player.check()
    hadir.database.dispose()


def _moment_of(exchanges: list[recording.Exchange]) -> datetime | None:
    """When it was recorded: just after the server's own jobs ran."""
    last = (json.loads(each.answer.body) for each in exchanges if "/core/lastcron" in each.path)
    return next((datetime.fromtimestamp(int(said["ocs"]["data"]["data"]), UTC) for said in last), None)


def _recorded_now(path: Path, hadir: Hadir, clock: cast.Clock) -> Iterator[Site]:
    clock.now = datetime.now(UTC)
    url, *admin = nextcloud_office.administrator()
    office = Office(url, (admin[0], admin[1]))
    office.open()
    with recording.recorder(url) as (proxy, exchanges), contextlib.ExitStack() as closing:
        closing.callback(office.close)
        yield Site(hadir, clock, proxy, (admin[0], admin[1]))
    recording.save(path, [_short(exchange) for exchange in exchanges])


def _short(exchange: recording.Exchange) -> recording.Exchange:
    if not exchange.path.startswith(LOOK):
        return exchange
    said = json.loads(exchange.answer.body)
    kept = {key: {name: c for name, c in group.items() if name.endswith(KEPT_LOOK)} for key, group in said.items()}
    return replace(exchange, answer=replace(exchange.answer, body=json.dumps({k: v for k, v in kept.items() if v})))


def test_from_empty_and_again(site: Site) -> None:
    lines = site.setup()
    assert (
        "create the account setup-uji-hadir (Hadir (uji), setup-uji-hadir@kantor.example) in the group setup-uji-layanan"
        in lines
    )
    assert f"create the team folder {ROOT}" in lines
    assert f"close {ROOT}/Rekap to all but Hadir and {STAFF[1][0]}" in lines
    assert lines[-1] == "store nextcloud.talk_bot = Setup Uji"
    assert site.setup() == []


def test_after_somebody_left(site: Site) -> None:
    site.setup()
    with site.hadir.database.write() as db:
        db.execute(
            update(people.person).where(people.person.c.id == nextcloud_office.ID + 1).values(ended_on=date(2026, 1, 31))
        )
    assert site.setup() == [f"take out of the group setup-uji-unit-{nextcloud_office.ID}: {STAFF[0][0]}"]


def test_doctor(site: Site) -> None:
    site.setup()
    found = {check.name: check for check in doctor.checks(site.hadir, nextcloud_office.own_names(), site.admin)}
    for name in ("app password", "nextcloud account", "unit folders", "calendar", "nextcloud setup", "nextcloud version"):
        assert found[name].status == "ok", found[name]
    assert found["nextcloud mail"].status == "ok"
    assert found["talk bot"].status == "fail"
