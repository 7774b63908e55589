"""What the doctor finds in the core: folder, time zones, database, migrations, deliveries."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from pydantic import SecretStr

from integration import doctor, outages, outbox
from integration.adapters.local.storage import FolderStorage
from integration.app import assemble, storage_of
from integration.core import Hadir
from integration.settings import load
from tests import cast
from tests.postgres import free_port

SECRET = "t" * 64


def found(hadir: Hadir) -> dict[str, doctor.Check]:
    return {check.name: check for check in doctor.core(hadir)}


def queue(hadir: Hadir, key: str, **values: object) -> None:
    with hadir.database.write() as db:
        outbox.enqueue(db, kind="chat", stream=key, key=key, payload={}, now=hadir.clock())
        db.execute(outbox.outbox.update().where(outbox.outbox.c.key == key).values(**values or {"state": "waiting"}))


def test_a_healthy_core(hadir: Hadir) -> None:
    assert found(hadir)["web processes"].status == "skip", "none has run yet"
    with hadir.database.write() as db:
        outages.beat(db, "mesin", hadir.clock())
    checks = found(hadir)
    assert {name for name, check in checks.items() if check.status != "ok"} == {"ramadan"}
    core_ones = {"home folder", "time zones", "database", "migrations", "deliveries", "dead letters", "web processes"}
    assert set(checks) == core_ones | {"holidays", "ramadan"}


def test_a_ramadan_that_nobody_entered_is_warned_of_with_its_probable_days(hadir: Hadir, clock: cast.Clock) -> None:
    check = found(hadir)["ramadan"]
    assert (check.status, check.detail) == (
        "warn",
        "Ramadan 2027 is probably 8 Feb – 9 Mar 2027 (a suggestion; the government decides)",
    )
    assert check.cure.startswith('add a [[season]] with name = "ramadan", first = 2027-02-08, last = 2027-03-09 to a file')
    clock.now = cast.at("2026-10-10T12:00+07:00")
    assert found(hadir)["ramadan"].status == "ok"


def test_every_trouble_has_a_cure(tmp_path: Path, clock: cast.Clock) -> None:
    """A home that is a file, a database server that is not there."""
    (tmp_path / "home").write_text("")
    url = f"postgresql://nobody:rahasia@127.0.0.1:{free_port()}/hadir"
    hadir = assemble(load({}, database_url=url, secret_key=SECRET, home=tmp_path / "home"), clock=clock, plugins=())
    checks = found(hadir)
    failed = {name for name, check in checks.items() if check.status == "fail"}
    assert failed == {"home folder", "database"}
    assert all(checks[name].cure for name in failed)
    assert "rahasia" not in str(checks)
    hadir.database.dispose()


def test_a_database_without_tables(tmp_path: Path, clock: cast.Clock) -> None:
    settings = load({}, database_url=f"sqlite:///{tmp_path}/empty.db", secret_key=SECRET, home=tmp_path)
    hadir = assemble(settings, clock=clock, plugins=())
    checks = found(hadir)
    assert (checks["migrations"].status, checks["migrations"].cure) == ("fail", "hadir db upgrade")
    assert "deliveries" not in checks
    hadir.database.dispose()


def test_deliveries_that_stand_still(hadir: Hadir, clock: cast.Clock) -> None:
    queue(hadir, "a")
    assert found(hadir)["deliveries"].status == "ok"
    clock.now += timedelta(minutes=16)
    check = found(hadir)["deliveries"]
    assert (check.status, "16 minutes" in check.detail) == ("fail", True)
    assert "hadir worker" in check.cure


def test_messages_that_were_given_up(hadir: Hadir) -> None:
    queue(hadir, "a", state="dead")
    check = found(hadir)["dead letters"]
    assert check.status == "warn"
    assert "hadir outbox retry" in check.cure


def test_the_folder_for_files(tmp_path: Path) -> None:
    check = doctor.storage(FolderStorage(tmp_path / "files"))
    assert (check.status, check.detail) == ("ok", "local: a file was put, read and deleted")
    assert list((tmp_path / "files" / "Hadir").iterdir()) == []
    (tmp_path / "file").write_text("in the way")
    check = doctor.storage(FolderStorage(tmp_path / "file"))
    assert check.status == "fail"
    assert check.cure


def test_a_nextcloud_that_does_not_answer_is_named_with_its_cure(hadir: Hadir) -> None:
    given = hadir.settings.model_copy(update={"nextcloud_url": f"http://127.0.0.1:{free_port()}", "nextcloud_user": "hadir"})
    hadir.settings = given.model_copy(update={"nextcloud_app_password": SecretStr("rahasia")})
    check = doctor.storage(storage_of(hadir))
    assert check.status == "fail"
    assert "HADIR_NEXTCLOUD_URL" in check.cure
    assert "rahasia" not in check.detail
