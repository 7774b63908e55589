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

from integration import outages, outbox_care, schema
from integration.core import Hadir
from integration.errors import DeliveryError
from integration.hearing import hearing
from integration.ports import Storage
from integration.presets import days_off, ramadan

ZONES = {"Asia/Jakarta": 7, "Asia/Makassar": 8, "Asia/Jayapura": 9}
DELIVERY_STALLED = timedelta(minutes=15)
LISTENING_STALLED = timedelta(minutes=3)
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
    later = [check for group in (deliveries, web_processes, messages, holidays, season) for check in _if_migrated(hadir, group)]
    return [*checks, migrations(hadir), *later]


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
        backlog = outbox_care.backlog(db, now)
    waiting = Check("deliveries", "ok", f"{backlog.waiting} waiting")
    if backlog.oldest is not None and now - backlog.oldest > DELIVERY_STALLED:
        minutes = int((now - backlog.oldest) / timedelta(minutes=1))
        cure = "see that `hadir worker` (or `hadir serve`) runs, and read the errors: hadir outbox list"
        waiting = Check("deliveries", "fail", f"{backlog.waiting} waiting, the oldest for {minutes} minutes", cure)
    if not backlog.dead:
        return [waiting, Check("dead letters", "ok", "none")]
    cure = "read why: hadir outbox list; mend it, then: hadir outbox retry --all"
    return [waiting, Check("dead letters", "warn", f"{backlog.dead} messages were given up", cure)]


def holidays(hadir: Hadir) -> list[Check]:
    """Whether the days off of this year and, from November on, of the next are known, and the library knows the same."""
    today = hadir.clock().astimezone(ZoneInfo(hadir.settings.zone)).date()
    years = [today.year, today.year + 1] if today.month > 10 else [today.year]
    with hadir.database.read() as db:
        missing = [year for year in years if days_off.without_collective(days_off.of_year(db, year))]
    different = [sentence for year in years for sentence in days_off.differences(year)]
    if missing:
        cure = "take the year's SKB 3 Menteri: hadir holidays add DATE NAME --kind collective; or upgrade Hadir"
        return [Check("holidays", "warn", f"no collective leave of {', '.join(map(str, missing))} is known", cure)]
    if different:
        cure = "look up the year's SKB 3 Menteri; then: hadir holidays add or remove"
        return [Check("holidays", "warn", "; ".join(different[:3]), cure)]
    return [Check("holidays", "ok", f"known of {' and '.join(map(str, years))}")]


def season(hadir: Hadir) -> list[Check]:
    """Whether the Ramadan that goes on or begins soon has its hours."""
    today = hadir.clock().astimezone(ZoneInfo(hadir.settings.zone)).date()
    with hadir.database.read() as db:
        missing = ramadan.suggestion(db, today)
    if not missing:
        return [Check("ramadan", "ok", f"nothing to add for the next {ramadan.AHEAD.days} days")]
    said, cure = missing.split(": ", 1)
    return [Check("ramadan", "warn", said, cure)]


def web_processes(hadir: Hadir) -> list[Check]:
    """Whether one of them has given a sign of life just now."""
    now, patience = hadir.clock(), timedelta(seconds=hadir.settings.outage_after_seconds)
    with hadir.database.read() as db:
        last = outages.last_beat(db, now)
    if last is None:
        return [Check("web processes", "skip", "none has run yet on this database")]
    if now - last > patience:
        minutes = int((now - last) / timedelta(minutes=1))
        cure = "see that `hadir web` (or `hadir serve`) runs and can write to the database: its log says heartbeat_failed"
        return [Check("web processes", "fail", f"the last sign of life was {minutes} minutes ago", cure)]
    return [Check("web processes", "ok", f"alive {max(int((now - last).total_seconds()), 0)} seconds ago")]


def messages(hadir: Hadir) -> list[Check]:
    """Whether somebody listens to what people type to the bot, on each platform to which anybody ever has."""
    now = hadir.clock()
    with hadir.database.read() as db:
        states = hearing.states(db)
    return [_listening(state, now) for state in states]


def _listening(state: hearing.State, now: datetime) -> Check:
    name, seen = f"messages to the bot ({state.platform})", state.seen_at
    cure = "see that `hadir worker` (or `hadir serve`) runs and reaches the chat server: its log says not_listening and why"
    if seen is None or now - seen > LISTENING_STALLED:
        since = f"since {seen:%Y-%m-%d %H:%M} UTC" if seen else "yet"
        return Check(name, "fail", f"nobody has listened {since}; what is typed is read on return", cure)
    if now - state.until > LISTENING_STALLED:
        return Check(name, "warn", f"what was missed since {state.until:%Y-%m-%d %H:%M} UTC is still being read", cure)
    last = f"the last message for Hadir came {state.message_at:%Y-%m-%d %H:%M} UTC" if state.message_at else "none came yet"
    return Check(name, "ok", f"listening; {last}")


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
