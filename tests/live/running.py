"""Hadir as it runs, beside a real Mattermost, with people who use both and a clock that can be moved."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from integration import schema
from integration.adapters.mattermost.setup import Setup
from integration.app import assemble, connect, create_app
from integration.audit import audit
from integration.core import Hadir
from integration.deliveries.delivery import Delivery
from integration.scheduler import plugin_jobs, run_job
from integration.settings import load
from tests import cast
from tests.live.mattermost import Api, Town, User
from tests.live.office import settle
from tests.live.recording import Recorder, listening, proxy, serving, version_folder

RECORDED = Path(__file__).parents[1] / "recorded"
SECRET = "t" * 64
# A working Monday, twenty minutes before the start.
MORNING = cast.at("2026-11-23T07:10+07:00")


@dataclass
class Clock:
    """Runs as time does, from the moment it was set to."""

    offset: timedelta = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.offset

    def set(self, moment: datetime) -> None:
        self.offset = moment - datetime.now(UTC)


@dataclass
class Office:
    """The service, its people, and what is written down of their exchanges; `manifest` says which commands it has."""

    hadir: Hadir
    town: Town
    clock: Clock
    recorder: Recorder
    url: str
    callback: str
    manifest: dict[str, Any]
    siti: User
    budi: User
    dewi: User
    lines: list[str] = field(default_factory=list)

    def setup(self, *, dry_run: bool = False) -> list[str]:
        lines: list[str] = []
        token = self.town.admin.token
        run = Setup(self.hadir, self.url, token, self.callback, self.manifest, say=lines.append, dry_run=dry_run)
        run.run([self.town.name])
        return lines

    def remind(self) -> None:
        self.runs_job("hadir.reminders")

    def runs_job(self, name: str) -> None:
        for job in plugin_jobs(self.hadir):
            if job.name == name:
                run_job(self.hadir, job, self.clock())

    def audited(self, action: str) -> list[Any]:
        with self.hadir.database.read() as db:
            return list(db.execute(select(audit).where(audit.c.action == action)))


@contextmanager
def opened(home: Path, manifest: dict[str, Any], settings: dict[str, Any] | None = None) -> Iterator[Office]:
    """The office with the commands of `manifest`; what was recorded is written at the end if that is asked for."""
    live = os.environ["HADIR_LIVE_MATTERMOST_URL"].rstrip("/")
    town = Town(Api(live, os.environ["HADIR_LIVE_MATTERMOST_ADMIN_TOKEN"]))
    recorder, clock, port = Recorder(), Clock(), _free_port()
    clock.set(MORNING)
    given = {"database_url": f"sqlite:///{home}/hadir.db", "public_url": f"http://127.0.0.1:{port}"} | (settings or {})
    hadir = assemble(load({}, secret_key=SECRET, home=home, **given), clock=clock)
    schema.upgrade(hadir.database)
    stop = threading.Event()
    try:
        town.open()
        siti, budi, dewi = (town.user(name) for name in ("siti", "budi", "dewi"))
        with hadir.database.write() as db:
            settle(db, {"budi": budi.username, "siti": siti.username, "dewi": dewi.username})
        connect(hadir)
        ours = listening(create_app(hadir).wsgi_app, recorder)
        with serving(proxy(live, recorder)) as url, serving(ours, port) as callback:
            delivering = threading.Thread(target=Delivery(hadir, idle_seconds=0.2).run, args=(stop,))
            running = Office(hadir, town, clock, recorder, url, callback, manifest, siti, budi, dewi)
            with recorder.section("setup"):
                running.lines = running.setup()
            hadir.reconnect()
            delivering.start()
            yield running
            stop.set()
            delivering.join(20)
            if os.environ.get("HADIR_LIVE_RECORD"):
                _write(running, live)
    finally:
        stop.set()
        town.close()
        hadir.database.dispose()


def _free_port() -> int:
    """The address of the pages must be known before anything serves them."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _write(office: Office, live: str) -> None:
    version = office.town.admin("GET", "/config/client?format=old")["Version"]
    names = {user.username: user.username.partition(".")[0] for user in office.town.users}
    places = {
        office.url: "http://mattermost.example",
        live: "http://mattermost.example",
        office.callback: "http://hadir.example",
    }
    run = {office.town.name: "dinas", office.town.admin.token: "admin-token"}
    if "create the bot @hadir" not in office.lines:
        # The bot outlives the team; only a server that has none yet shows a setup from the beginning.
        for name in ("setup", "setup-again"):
            office.recorder.sections.pop(name, None)
    office.recorder.write(version_folder(RECORDED, version), places | names | run)
