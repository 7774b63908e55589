"""What must be true for the service to work, checked; each finding says how to mend it. Here: the core's own conditions."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from integration import outbox, schema
from integration.core import Hadir
from integration.errors import DeliveryError
from integration.ports import Storage

ZONES = {"Asia/Jakarta": 7, "Asia/Makassar": 8, "Asia/Jayapura": 9}
DELIVERY_STALLED = timedelta(minutes=15)
PROBE = "Hadir/hadir-doctor.txt"
_STORAGE_CURES = {
    "local": "make the folder `files` under HADIR_HOME writable",
    "nextcloud": "see that the server answers, that the app password is valid, that the account may write to the folder "
    "(HADIR_NEXTCLOUD_URL, _USER, _APP_PASSWORD, _FOLDER)",
}

Status = Literal["ok", "warn", "fail", "skip"]


@dataclass(frozen=True, slots=True)
class Check:
    """One condition. `skip`: it could not be checked, `detail` says why; `cure` is empty where nothing has to be done."""

    name: str
    status: Status
    detail: str = ""
    cure: str = ""


def core(hadir: Hadir) -> list[Check]:
    """The conditions of the core, the database first: without it the rest cannot be told."""
    checks = [home(hadir), time_zones()]
    try:
        checks.append(database(hadir))
    except SQLAlchemyError as error:
        cure = "start the database server, or correct HADIR_DATABASE_URL (host, database, user, password)"
        where = hadir.database.url.render_as_string(hide_password=True)
        return [*checks, Check("database", "fail", f"{where}: {_first_line(error)}", cure)]
    return [*checks, migrations(hadir), *_if_migrated(hadir, deliveries)]


def home(hadir: Hadir) -> Check:
    folder = hadir.settings.home
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        cure = f"make it writable for the user {os.geteuid()}, or set HADIR_HOME to a folder that is"
        return Check("home folder", "fail", f"{folder}: {error.strerror}", cure)
    return Check("home folder", "ok", str(folder))


def time_zones() -> Check:
    wrong = [zone for zone, hours in ZONES.items() if _offset(zone) != timedelta(hours=hours)]
    if wrong:
        return Check("time zones", "fail", f"unknown or wrong: {', '.join(wrong)}", "pip install --upgrade tzdata")
    return Check("time zones", "ok", ", ".join(ZONES))


def _offset(zone: str) -> timedelta | None:
    try:
        return datetime(2026, 1, 1, tzinfo=ZoneInfo(zone)).utcoffset()
    except ZoneInfoNotFoundError:
        return None


def database(hadir: Hadir) -> Check:
    """Raises `SQLAlchemyError`."""
    with hadir.database.read() as db:
        version = db.scalar(text("SELECT sqlite_version()" if hadir.database.is_sqlite else "SHOW server_version"))
    name = "SQLite" if hadir.database.is_sqlite else "PostgreSQL"
    return Check("database", "ok", f"{name} {version}, {hadir.database.url.database}")


def migrations(hadir: Hadir) -> Check:
    present, wanted = schema.present(hadir.database), schema.wanted()
    if present != wanted:
        detail = f"the database is at {present or 'nothing'}, this version wants {wanted}"
        return Check("migrations", "fail", detail, "hadir db upgrade")
    return Check("migrations", "ok", present)


def _if_migrated(hadir: Hadir, check: Callable[[Hadir], list[Check]]) -> list[Check]:
    return check(hadir) if schema.present(hadir.database) == schema.wanted() else []


def deliveries(hadir: Hadir) -> list[Check]:
    """What waits in the outbox, and what was given up."""
    now = hadir.clock()
    with hadir.database.read() as db:
        backlog = outbox.backlog(db, now)
    waiting = Check("deliveries", "ok", f"{backlog.waiting} waiting")
    if backlog.oldest is not None and now - backlog.oldest > DELIVERY_STALLED:
        minutes = int((now - backlog.oldest) / timedelta(minutes=1))
        cure = "see that `hadir worker` (or `hadir serve`) runs, and read the errors: hadir outbox list"
        waiting = Check("deliveries", "fail", f"{backlog.waiting} waiting, the oldest for {minutes} minutes", cure)
    if not backlog.dead:
        return [waiting, Check("dead letters", "ok", "none")]
    cure = "read why: hadir outbox list; mend it, then: hadir outbox retry --all"
    return [waiting, Check("dead letters", "warn", f"{backlog.dead} messages were given up", cure)]


def storage(place: Storage) -> Check:
    """Whether a file can be put, read and taken away again."""
    try:
        place.put(PROBE, b"hadir doctor", "text/plain")
        same = place.get(PROBE) == b"hadir doctor"
        place.delete(PROBE)
    except DeliveryError as error:
        return Check("storage", "fail", f"{place.name}: {error}", _STORAGE_CURES[place.name])
    if not same:
        cure = "look at what stands between Hadir and the storage"
        return Check("storage", "fail", f"{place.name}: a file came back changed", cure)
    return Check("storage", "ok", f"{place.name}: a file was put, read and deleted")


def _first_line(error: Exception) -> str:
    return (str(getattr(error, "orig", None) or error).strip().splitlines() or [type(error).__name__])[0]
