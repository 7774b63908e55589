"""`hadir doctor` on a Nextcloud: everything that can be wrong there is found, with its cure."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from pydantic import SecretStr

from integration import outbox, people
from integration.adapters.nextcloud import doctor
from integration.app import manifest
from integration.doctor import Check
from tests import cast
from tests.adapters.nextcloud.house import ADMIN, ADMIN_PASSWORD, House
from tests.adapters.nextcloud.test_setup import APLIKASI, PAGE, Site, other_key
from tests.adapters.nextcloud.test_setup import site as site
from tests.live.recording import serving
from tests.postgres import free_port

OURS = "/nextcloud/talk"


@pytest.fixture
def ready(site: Site) -> Iterator[Site]:
    """Set up whole, with the bot installed, and our own webhook answering as it does."""
    ours = Flask("ours")
    ours.post(OURS)(lambda: ("", 401))
    with serving(ours) as callback:
        site.setup(callback=callback)
        site.house.bot("Hadir", callback + OURS)
        site.house.settings |= {"lastcron": str(int(datetime.now(UTC).timestamp())), "backgroundjobs_mode": "cron"}
        yield site


def checks(site: Site, *, admin: bool = True, skew: timedelta = timedelta(), silence_seconds: float = 10.0) -> dict[str, Check]:
    """The doctor's findings by name; our clock is `skew` away from the server's."""
    site.hadir.clock.now = datetime.now(UTC) + skew  # type: ignore[attr-defined]  # a clock of the tests
    given = (ADMIN, ADMIN_PASSWORD) if admin else None
    return {each.name: each for each in doctor.checks(site.hadir, manifest(), given, silence_seconds=silence_seconds)}


def failed(site: Site, name: str, cure: str, status: str = "fail") -> None:
    found = checks(site).get(name)
    assert found, checks(site)
    assert found.status == status, found
    assert cure in found.cure


def test_all_is_well_after_setup(ready: Site) -> None:
    found = checks(ready)
    assert {name for name, check in found.items() if check.status != "ok"} == {"test invitation"}, found
    assert found["unit folders"].detail == "2 there and writable"
    before = ready.house.changes.copy()
    checks(ready)
    assert ready.house.changes == before, "it only looks"


def test_nothing_is_asked_where_nothing_is_set_up(site: Site) -> None:
    assert [(check.name, check.status) for check in checks(site).values()] == [("nextcloud", "skip")]


def test_without_an_administrator_it_says_what_it_could_not_check(ready: Site) -> None:
    found = checks(ready, admin=False)
    skipped = {name for name, check in found.items() if check.status == "skip"}
    assert skipped == {"talk bot", "nextcloud setup", "nextcloud background jobs", "nextcloud mail", "test invitation"}
    assert {check.status for check in found.values()} == {"ok", "skip"}


def test_an_administrator_who_is_none_is_told_so(ready: Site) -> None:
    ready.house.groups["admin"]["members"].clear()
    found = checks(ready)["talk bot"]
    assert (found.status, "administrator" in found.cure) == ("skip", True)


def test_a_server_that_is_down_or_in_maintenance_or_half_upgraded(ready: Site) -> None:
    ready.house.maintenance = True
    failed(ready, "nextcloud", "maintenance:mode --off")
    assert len(checks(ready)) == 1
    ready.house.before = lambda: PAGE
    failed(ready, "nextcloud", "correct its address")
    with ready.hadir.database.write() as db:
        from integration import installation

        installation.put(db, "nextcloud.url", f"http://127.0.0.1:{free_port()}")
    failed(ready, "nextcloud", "start Nextcloud")


def test_a_server_that_does_not_answer_in_time(ready: Site) -> None:
    over = threading.Event()
    ready.house.before = lambda: over.wait(20) and None
    try:
        found = checks(ready, silence_seconds=0.5)["nextcloud"]
    finally:
        over.set()
    assert (found.status, "did not answer in time" in found.detail) == ("fail", True)


def test_a_revoked_app_password(ready: Site) -> None:
    ready.house.passwords["hadir"].clear()
    failed(ready, "app password", "hadir setup nextcloud")


def test_another_secret_key(ready: Site) -> None:
    from integration.app import assemble

    settings = ready.hadir.settings.model_copy(update={"secret_key": other_key()})
    ready.hadir = assemble(settings, clock=ready.hadir.clock, plugins=())
    failed(ready, "nextcloud", "HADIR_SECRET_KEY")
    ready.hadir.database.dispose()


def test_an_old_server(ready: Site) -> None:
    ready.house.version = "30.0.2"
    failed(ready, "nextcloud version", "31")


def test_clocks_that_differ(ready: Site) -> None:
    assert checks(ready, skew=timedelta(seconds=-12))["nextcloud clock"].status == "warn"
    assert checks(ready, skew=timedelta(minutes=8))["nextcloud clock"].status == "fail"


def test_missing_apps(ready: Site) -> None:
    ready.house.apps = ["dav", "files"]
    failed(ready, "nextcloud app groupfolders", "occ app:enable groupfolders", "warn")
    failed(ready, "nextcloud app spreed", "occ app:enable spreed", "warn")
    assert "talk secret" not in checks(ready)


def test_an_account_without_address_or_with_too_many_rights(ready: Site) -> None:
    ready.house.users["hadir"]["email"] = None
    failed(ready, "nextcloud account", "--email")
    ready.house.groups["admin"]["members"].add("hadir")
    failed(ready, "nextcloud account", "occ group:removeuser admin hadir", "warn")


def test_a_unit_folder_that_somebody_removed(ready: Site) -> None:
    gone = next(id for id, folder in ready.house.folders.items() if folder["mount_point"] == APLIKASI)
    del ready.house.folders[gone]
    failed(ready, "unit folders", "hadir setup nextcloud")
    ready.house.own["hadir"] |= {"Hadir", APLIKASI}
    assert APLIKASI in checks(ready)["unit folders"].detail, "a private folder of that name is none"


def test_a_new_unit_is_named(ready: Site) -> None:
    with ready.hadir.database.write() as db:
        unit = db.execute(people.unit.insert().values(name="Bidang Baru")).inserted_primary_key[0]
        row = {"nip": "199001012020011001", "name": "Baru", "unit_id": unit, "email": "", "zone": cast.JAKARTA, "roles": []}
        db.execute(people.person.insert().values(row))
    failed(ready, "unit folders", "hadir setup nextcloud", "warn")
    assert "Bidang Baru" in checks(ready)["unit folders"].detail


def test_people_who_left_are_found(ready: Site) -> None:
    ready.person("Siti Rahayu", ended_on=datetime.now(UTC).date() - timedelta(3))
    found = checks(ready)["nextcloud setup"]
    assert (found.status, "take out of the group" in found.detail) == ("warn", True)


def test_a_folder_of_the_administrator(ready: Site) -> None:
    ready.hadir.settings = ready.hadir.settings.model_copy(
        update={
            "nextcloud_url": ready.url,
            "nextcloud_user": "hadir",
            "nextcloud_app_password": other_key(ready.secret("app_password")),
            "nextcloud_folder": "Hadir Bersama",
        }
    )
    failed(ready, "folder", "HADIR_NEXTCLOUD_FOLDER")
    ready.house.own["hadir"].add("Hadir Bersama")
    assert checks(ready)["folder"].status == "ok"


def test_the_bot(ready: Site) -> None:
    ready.house.bots[0]["error_count"] = 7
    failed(ready, "talk bot", "firewall", "warn")
    ready.house.bots[0]["state"] = 0
    failed(ready, "talk bot", "talk:bot:state")
    ready.house.bots.clear()
    failed(ready, "talk bot", "hadir setup nextcloud")


def test_a_webhook_that_is_not_ours(ready: Site) -> None:
    ready.setup(callback=ready.url)
    failed(ready, "talk callback", "--callback-url")
    ready.setup(callback=f"http://127.0.0.1:{free_port()}")
    failed(ready, "talk callback", "hadir serve")


def test_background_jobs_that_stand_still(ready: Site) -> None:
    ready.house.settings["backgroundjobs_mode"] = "ajax"
    failed(ready, "nextcloud background jobs", "cron", "warn")
    ready.house.settings["lastcron"] = str(int((datetime.now(UTC) - timedelta(days=1)).timestamp()))
    failed(ready, "nextcloud background jobs", "cron")
    ready.house.settings["lastcron"] = ""
    assert "none has ever run" in checks(ready)["nextcloud background jobs"].detail


def test_a_mail_server_that_is_not_set_up(ready: Site) -> None:
    ready.house.mail |= {"severity": "warning", "description": "You have not set or verified your email server"}
    failed(ready, "nextcloud mail", "Email server", "warn")


def test_an_address_that_anybody_can_read(ready: Site) -> None:
    assert checks(ready)["nextcloud address"].detail == "http, on this machine"
    found = doctor.encryption("http://cloud.kantor.example", ready.hadir.clock())
    assert (found.status, "https://cloud.kantor.example" in found.cure) == ("warn", True)


def test_on_the_command_line(ready: Site) -> None:
    found = ready.runs("doctor", "--json")
    by_name: dict[str, Any] = {check["name"]: check for check in json.loads(found.output)}
    assert by_name["app password"]["status"] == "ok", found.output
    assert by_name["storage"]["status"] == "fail", "this small server takes no files"
    assert by_name["unit folders"]["detail"] == "2 there and writable"
    assert by_name["nextcloud setup"]["status"] == "ok"
    assert ADMIN_PASSWORD not in found.output
    assert ready.secret("app_password") not in found.output


def test_the_house_has_no_secret_way_in() -> None:
    """The small server of these tests asks for passwords as the real one does."""
    house = House()
    with house.app.test_client() as visitor:
        assert visitor.get("/ocs/v2.php/cloud/user", auth=("admin", "salah")).status_code == 401


def test_what_was_refused_with_the_password_before(ready: Site) -> None:
    assert checks(ready)["app password alarm"].status == "ok"
    now = datetime.now(UTC)
    error = "Nextcloud at cloud.example refuses the app password (401): it was revoked or is wrong, make a new one"
    with ready.hadir.database.write() as db:
        outbox.enqueue(db, kind="storage", stream="a", key="a", payload={}, now=now)
        db.execute(outbox.outbox.update().values(error=error, attempts=1))
    failed(ready, "app password alarm", "hadir worker", status="warn")


def test_the_external_app_only_where_there_is_one(ready: Site) -> None:
    assert "external app" not in checks(ready)
    secret = {"exapp_secret": SecretStr("s" * 64)}
    ready.hadir.settings = ready.hadir.settings.model_copy(update=secret)
    failed(ready, "external app", "occ app_api:app:enable")
