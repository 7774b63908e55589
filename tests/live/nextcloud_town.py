"""A small office that has Nextcloud and nothing else, on a running server: set up by our commands, served by our programs.

Everything bears the name of the run and is taken away at the end: accounts, groups, team folder, bot, conversations.
"""

from __future__ import annotations

import contextlib
import csv
import os
import re
import secrets
import shlex
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select

from integration import people, schema
from integration.adapters.nextcloud import access
from integration.adapters.nextcloud.client import Client
from integration.adapters.nextcloud.errors import NextcloudError
from integration.adapters.nextcloud.setup.admin import Admin
from integration.app import assemble, connect, utc_now
from integration.core import Hadir
from integration.db import Database
from integration.deliveries import chat as chat_delivery
from integration.deliveries import task as task_delivery
from integration.hearing import inbox
from integration.outbox import outbox
from integration.scheduler import plugin_jobs, run_job
from integration.settings import load
from tests.live.nextcloud_office import administrator
from tests.live.talk_people import PASSWORD, Person, eventually, occ
from tests.postgres import free_port
from tests.service import ROOT, Service, environment

# (name for short, name, supervisor, roles)
STAFF = (
    ("hendra", "Hendra Gunawan", "", "pegawai;atasan;pimpinan;admin"),
    ("siti", "Siti Rahayu", "hendra", "pegawai"),
    ("dewi", "Dewi Lestari", "hendra", "pegawai"),
)
# What a message and its answers are, in the outbox.
_OF_A_TALK = (inbox.KIND, task_delivery.KIND, chat_delivery.KIND)
SERVICE_GROUP = "hadir-layanan"
_OCC = re.compile(r"occ (talk:bot:install .+)$", re.MULTILINE)


@dataclass
class Town:
    """`unit`: its name and its number, by which its group is called."""

    url: str
    admin: tuple[str, str] = field(repr=False)
    home: Path
    run: str = field(default_factory=lambda: f"nclive-{secrets.token_hex(3)}")
    more: dict[str, str] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)
    service: Service | None = None

    def __post_init__(self) -> None:
        self.port = free_port()
        self.account, self.unit = f"{self.run}-hadir", f"Bidang Uji {self.run[-6:]}"
        self.unit_id = 900_000_000 + int(self.run[-6:], 16)  # the group is called by it
        self.database = f"sqlite:///{self.home}/hadir.db"
        self._rooms: list[tuple[Person, str]] = []
        self._groups: set[str] = set()

    # ------------------------------------------------------------ our programs

    @property
    def environment(self) -> dict[str, str]:
        public = f"http://127.0.0.1:{self.port}"
        given = environment(self.database, self.home, port=str(self.port), public_url=public, **self.more)
        admin = {"HADIR_NEXTCLOUD_ADMIN_USER": self.admin[0], "HADIR_NEXTCLOUD_ADMIN_PASSWORD": self.admin[1]}
        return given | admin | {"NO_COLOR": "1"}

    def hadir(self, *words: str, fails: bool = False) -> str:
        """What `hadir words` prints."""
        command = [sys.executable, "-m", "integration.cli", *words]
        done = subprocess.run(command, env=self.environment, cwd=ROOT, capture_output=True, text=True, check=False, timeout=300)
        assert fails or done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr

    def setup(self, *words: str) -> str:
        given = ("--url", self.url, "--account", self.account, "--email", f"{self.account}@kantor.example")
        return self.hadir("setup", "nextcloud", *given, *words)

    def install_bot(self, printed: str) -> None:
        """Do what setup says to the administrator."""
        found = _OCC.search(printed)
        assert found, printed
        occ(*shlex.split(found[1]))

    def start(self) -> None:
        self.service = Service("serve", self.environment, self.port, self.home / "serve.log")
        self.service.start()

    def stop(self) -> None:
        if self.service:
            self.service.stop()
            with suppress(ProcessLookupError):
                os.killpg(self.service.process.pid, signal.SIGKILL)
            self.service = None

    @contextmanager
    def inside(self, clock: Callable[[], datetime] = utc_now) -> Iterator[Hadir]:
        """The same office in this process: to look at its rows, and to run a job before its time."""
        given: dict[str, Any] = {"public_url": f"http://127.0.0.1:{self.port}", "database_url": self.database}
        hadir = assemble(load({}, secret_key=self.environment["HADIR_SECRET_KEY"], home=self.home, **given), clock=clock)
        try:
            schema.upgrade(hadir.database)
            connect(hadir)
            yield hadir
            if found := access.access(hadir):
                access.client(hadir, found).close()
        finally:
            hadir.database.dispose()

    def runs_job(self, name: str, at: datetime | None = None) -> None:
        """The job, as if its time had come; its deliveries are the running service's."""
        with self.inside() as hadir:
            [job] = [job for job in plugin_jobs(hadir) if job.name == name]
            assert run_job(hadir, job, at or datetime.now(UTC))

    def settled(self) -> None:
        """Wait until all that was said is answered: what follows from it is queued before it counts as done."""
        database = Database(self.database)
        query = select(outbox.c.id).where(outbox.c.state == "waiting", outbox.c.kind.in_(_OF_A_TALK))

        def nothing_left() -> bool:
            with database.read() as db:
                return db.scalar(query.limit(1)) is None

        try:
            eventually(nothing_left, "the end of what is to be said")
        finally:
            database.dispose()

    def rows(self, table: Any) -> list[Any]:
        with self.inside() as hadir, hadir.database.read() as db:
            return list(db.execute(select(table)))

    # ------------------------------------------------------------ the server and its people

    def open(self) -> None:
        """Accounts as an office has them; nothing of ours is there yet."""
        with contextlib.closing(Client(self.url, *self.admin)) as client:
            self._groups = _groups(client)
            for who, name, *_ in STAFF:
                id = f"{self.run}-{who}"
                body = {"userid": id, "password": PASSWORD, "email": f"{id}@kantor.example", "displayName": name}
                client.call(lambda cloud, body=body: cloud.ocs("POST", "/ocs/v2.php/cloud/users", json=body))  # type: ignore[misc]
                self.people[who] = Person(self.url, id, settled=self.settled)
                self.people[who].drive("PROPFIND", "")  # a first login, as everybody has had one

    def people_file(self) -> Path:
        path = self.home / "pegawai.csv"
        number = {who: f"1985010120100{n:05}" for n, (who, *_) in enumerate(STAFF, 1)}
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["nip", "nama", "unit", "atasan", "peran", "email", "zona", "mattermost", "nextcloud"])
            for who, name, boss, roles in STAFF:
                id = self.people[who].id
                cells = [number[who], name, self.unit, number.get(boss, ""), roles, f"{id}@kantor.example", "WIB", "", id]
                writer.writerow(cells)
        return path

    def ready(self) -> None:
        """Set up, with the list of people and the bot, and running."""
        self.own_number()
        self.hadir("people", "import", str(self.people_file()))
        self.install_bot(self.setup())
        self.setup()
        self.start()

    def own_number(self) -> None:
        """Give the unit a number that no other office on that server has."""
        with self.inside() as hadir, hadir.database.write() as db:
            db.execute(insert(people.unit).values(id=self.unit_id, name=self.unit))

    def group(self, owner: str, name: str, *members: str) -> str:
        """A conversation of this run, closed at the end."""
        room = self.people[owner].founds(f"{self.run} {name}", *members)
        self._rooms.append((self.people[owner], room))
        return room

    def bot(self) -> int:
        with contextlib.closing(Client(self.url, *self.admin)) as client:
            return next(bot.id for bot in Admin(client).bots() if f":{self.port}/" in bot.url)

    def close(self) -> None:
        """Take away everything that bears our name."""
        self.stop()
        for owner, room in self._rooms:
            with suppress(AssertionError):
                owner.closes(room)
        with contextlib.closing(Client(self.url, *self.admin)) as client:
            for bot in Admin(client).bots():
                if f":{self.port}/" in bot.url:
                    occ("talk:bot:uninstall", str(bot.id))
            for folder in Admin(client).folders():
                if folder.mount.endswith(self.unit):
                    _gone(client, f"/index.php/apps/groupfolders/folders/{folder.id}")
            for account in (self.account, *(someone.id for someone in self.people.values())):
                _gone(client, f"/ocs/v2.php/cloud/users/{account}")
            for group in _groups(client) - self._groups:
                if group == SERVICE_GROUP or str(self.unit_id) in group:
                    _gone(client, f"/ocs/v2.php/cloud/groups/{group}")


@contextmanager
def opened(home: Path) -> Iterator[Town]:
    """The accounts of an office on the server that is given; all that bears its name is taken away at the end."""
    url, *admin = administrator()
    made = Town(url, (admin[0], admin[1]), home)
    try:
        made.open()
        yield made
    finally:
        made.close()


def _groups(client: Client) -> set[str]:
    return set(client.call(lambda cloud: cloud.ocs("GET", "/ocs/v2.php/cloud/groups"))["groups"])


def _gone(client: Client, path: str) -> None:
    with suppress(NextcloudError):
        client.call(lambda cloud: cloud.ocs("DELETE", path))
