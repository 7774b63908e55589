"""`hadir setup nextcloud` on a running Nextcloud, from empty, under names of its own; and what people then may do."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from integration import installation, people
from integration.adapters.nextcloud import doctor
from integration.adapters.nextcloud.client import Client
from integration.adapters.nextcloud.errors import NextcloudError
from integration.adapters.nextcloud.setup.run import Setup, Wishes
from integration.app import assemble, utc_now
from integration.core import Hadir
from integration.settings import load
from tests.live import nextcloud_office
from tests.live.nextcloud_office import ROOT, STAFF, Office

pytestmark = pytest.mark.live
SITI, BUDI = (name for name, _ in STAFF)


@pytest.fixture
def office() -> Iterator[Office]:
    url, *admin = nextcloud_office.administrator()
    found = Office(url, (admin[0], admin[1]))
    found.open()
    yield found
    found.close()


@pytest.fixture
def hadir(database_url: str, tmp_path: Path) -> Iterator[Hadir]:
    settings = load({}, database_url=database_url, secret_key="t" * 64, home=tmp_path / "home")
    made = assemble(settings, clock=utc_now, plugins=())
    with made.database.write() as db:
        nextcloud_office.settle(db)
    yield made
    made.database.dispose()


def run(hadir: Hadir, office: Office, *, dry_run: bool = False, **wishes: Any) -> list[str]:
    lines: list[str] = []
    wished = Wishes(**{"callback": "http://127.0.0.1:9"} | wishes)
    names = nextcloud_office.own_names()
    Setup(hadir, office.url, office.admin, names, wished, say=lines.append, dry_run=dry_run).run()
    return [line for line in lines if not line.startswith("note:")]


def service(hadir: Hadir, office: Office) -> Client:
    with hadir.database.read() as db:
        return Client(office.url, "setup-uji-hadir", installation.get_secret(db, hadir.signer, "nextcloud.app_password"))


def status(client: Client, method: str, path: str, **options: Any) -> int:
    """The status of a call below somebody's files."""
    try:
        return int(client.call(lambda cloud: cloud.webdav(method, f"/files/{client.user}/{path}", **options)).status_code)
    except NextcloudError as error:
        return error.status


def test_from_empty_and_again(hadir: Hadir, office: Office) -> None:
    planned = run(hadir, office, dry_run=True)
    assert [line.removeprefix("would ") for line in planned] == run(hadir, office)
    assert run(hadir, office) == []


def test_what_people_and_the_account_may_do(hadir: Hadir, office: Office) -> None:
    run(hadir, office)
    people_ = [contextlib.closing(office.person(name)) for name in (SITI, BUDI)]
    with people_[0] as siti, people_[1] as budi, contextlib.closing(service(hadir, office)) as ours:
        for client in (siti, budi, ours):
            client.call(lambda cloud: cloud.look("", 1))
        assert status(ours, "PUT", f"{ROOT}/Rekap/rekap.xlsx", data=b"rahasia") == 201
        assert status(siti, "GET", f"{ROOT}/Rekap/rekap.xlsx") == 404, "a colleague does not see recaps"
        assert status(budi, "GET", f"{ROOT}/Rekap/rekap.xlsx") == 200, "the leader does"
        assert status(budi, "PUT", f"{ROOT}/Rekap/rekap.xlsx", data=b"lain") == 403
        assert status(siti, "MKCOL", f"{ROOT}/Berkas") == 201
        assert status(siti, "PUT", f"{ROOT}/Berkas/surat.txt", data=b"isi") == 201
        assert status(ours, "GET", f"{ROOT}/Berkas/surat.txt") == 200
        assert status(siti, "MKCOL", f"{ROOT}/Rekap") in (403, 405), "and cannot put another one there"


def test_who_left_is_out_and_a_new_app_password_takes_the_place_of_the_old(hadir: Hadir, office: Office) -> None:
    run(hadir, office)
    with hadir.database.write() as db:
        db.execute(update(people.person).where(people.person.c.name == SITI.title()).values(ended_on=date(2026, 1, 31)))
    assert run(hadir, office) == [f"take out of the group setup-uji-unit-{nextcloud_office.ID}: {SITI}"]
    with contextlib.closing(office.person(SITI)) as siti:
        siti.call(lambda cloud: cloud.look("", 1))
        assert status(siti, "PROPFIND", ROOT, headers={"Depth": "0"}) == 404
    assert len(run(hadir, office, new_app_password=True)) == 2
    assert run(hadir, office) == []


def test_files_from_before_the_team_folder_are_in_it_afterwards(hadir: Hadir, office: Office) -> None:
    run(hadir, office, units=())
    with contextlib.closing(service(hadir, office)) as ours:
        assert status(ours, "PUT", f"{ROOT}/Rekap/a.txt", data=b"isi") in (201, 204)
        office.close_folder()
        assert status(ours, "GET", f"{ROOT}/Rekap/a.txt") == 404
        for path in ("Hadir", ROOT, f"{ROOT}/Berkas"):
            assert status(ours, "MKCOL", path) in (201, 405)
        assert status(ours, "PUT", f"{ROOT}/Berkas/lama.txt", data=b"isi") == 201
        assert f"create the team folder {ROOT}" in run(hadir, office)
        assert status(ours, "GET", f"{ROOT}/Berkas/lama.txt") == 200
        assert status(ours, "GET", f"{ROOT} (1)") == 404
    assert run(hadir, office) == []


def test_the_doctor_finds_nothing_that_setup_left_undone(hadir: Hadir, office: Office) -> None:
    run(hadir, office)
    found = {check.name: check for check in doctor.checks(hadir, nextcloud_office.own_names(), office.admin)}
    for name in ("app password", "nextcloud account", "unit folders", "calendar", "nextcloud setup", "nextcloud clock"):
        assert found[name].status == "ok", found[name]
    assert found["talk callback"].status == found["talk bot"].status == "fail", "nobody is there and no bot is installed"
