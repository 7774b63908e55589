"""`python -m bench.ill [--rounds N]`: how long people wait for answers while Nextcloud is ill; writes bench/ILL.md.

Files and events wait in the outbox, a worker tries to deliver them, and people go on typing in Mattermost.
"""

from __future__ import annotations

import argparse
import http.client
import re
import subprocess
import tempfile
import threading
import time
import urllib.parse
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from email.message import Message
from itertools import count
from pathlib import Path

from sqlalchemy import Connection, func, insert, select, update

from bench import data, load
from bench.machine import Machine, databases
from bench.outbox import worker
from integration import outbox
from integration.adapters.mattermost.known import token_hash
from integration.adapters.mattermost.tables import mattermost_command
from integration.app import assemble, utc_now
from integration.core import Hadir
from integration.db import Database
from integration.ports import Event, Span
from integration.scheduler import work
from integration.settings import load as settings
from tests import postgres
from tests.standin import HANG_UP, USER, Cloud, standing_in

RESULTS = Path(__file__).parent / "ILL.md"
FILES, EVENTS = 200, 20
SECONDS = 25.0
# A silence that is longer than anybody's patience, and than that of the worker's calls.
SILENCE_SECONDS = 30.0
SLOW_SECONDS = 0.05
PATIENCE_SECONDS = 180.0
FINDABLE = "undangan"
# (what is typed, how many people at once, the pause of each in seconds, what a good answer has in it)
MASUK = ("hadir", "masuk wfh", 8, 0.2, "ercatat")
CARI = ("berkas", f"cari {FINDABLE}", 4, 0.25, FINDABLE)

TOKENS = {"hadir": data.TOKEN, "berkas": data.TOKEN[::-1]}

Answer = tuple[int, dict[str, str], bytes]


# ---------------------------------------------------------------- a Nextcloud that can fall ill


@dataclass
class Nextcloud(Cloud):
    """With a search. `put` are the events as they were written; `over` ends an illness, and hangs up on whoever waits."""

    put: list[str] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    def answer(self, method: str, path: str, headers: Message, body: bytes) -> Answer:
        if method != "SEARCH":
            return super().answer(method, path, headers, body)
        scope = re.search(rf"<d:href>/files/{USER}/?([^<]*)</d:href>", body.decode())
        with self.lock:
            found = [path for path in self.files if scope and path.startswith(scope[1]) and FINDABLE in path]
        return 207, {"Content-Type": "application/xml"}, self._described(found)

    def _calendar(self, method: str, path: str, body: bytes) -> Answer:
        if method == "PUT":
            self.put.append(path)
        return super()._calendar(method, path, body)


def _silent(cloud: Nextcloud) -> Callable[[str, str], int | None]:
    def wait(_method: str, _path: str) -> int | None:
        cloud.over.wait(SILENCE_SECONDS)
        return HANG_UP

    return wait


def _always(status: int | None) -> Callable[[Nextcloud], Callable[[str, str], int | None]]:
    return lambda _cloud: lambda _method, _path: status


# What is wrong, and what each request is then answered with.
ILLNESSES: dict[str, Callable[[Nextcloud], Callable[[str, str], int | None]]] = {
    "healthy": _always(None),
    f"silent for {SILENCE_SECONDS:.0f} s": _silent,
    "refusing connections": _always(HANG_UP),
    "in maintenance (503)": _always(503),
    "limiting (429)": _always(429),
    "a page in HTML": _always(200),
}
REFUSING = "refusing connections"


class House:
    """The server at one address, there or not."""

    def __init__(self, cloud: Nextcloud) -> None:
        self.cloud = cloud
        self._open = ExitStack()
        self._port = 0

    def open(self) -> None:
        self._open.enter_context(standing_in(self.cloud, self._port))
        self._port = int(self.cloud.url.rpartition(":")[2])

    def close(self) -> None:
        self._open.close()

    def __enter__(self) -> House:
        self.open()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def ill(self, what: str) -> Iterator[None]:
        """Until the end of the block; then it is well again."""
        self.cloud.over.clear()
        self.cloud.faults = ILLNESSES[what](self.cloud)
        if what == REFUSING:
            self.close()
        try:
            yield
        finally:
            if what == REFUSING:
                self.open()
            self.cloud.faults = lambda _method, _path: None
            self.cloud.over.set()


# ---------------------------------------------------------------- people who type


@dataclass
class Figures:
    """Milliseconds until each answer; `wrong` were no answer at all, `live` came from Nextcloud."""

    took: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    live: int = 0

    def __str__(self) -> str:
        ordered = sorted(self.took)
        p50, p99 = (ordered[int(len(ordered) * part)] for part in (0.5, 0.99))
        return f"{p50:.0f} / {p99:.0f} / **{ordered[-1]:.0f}**"


_people = count(1)


class Typist(threading.Thread):
    """One after the other types a command over one connection, until `stop`."""

    def __init__(self, port: int, command: tuple[str, str, int, float, str], into: Figures, stop: threading.Event) -> None:
        super().__init__()
        self._name, self._text, _, self._pause, self._good = command
        self._into, self._stop_typing = into, stop
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def run(self) -> None:
        while not self._stop_typing.is_set():
            self._type()
            self._stop_typing.wait(self._pause)
        self._connection.close()

    def _type(self) -> None:
        body = urllib.parse.urlencode(_form(self._name, self._text, next(_people)))
        began = time.perf_counter()
        try:
            headers = {"Content-Type": "application/x-www-form-urlencoded"}
            self._connection.request("POST", "/mattermost/commands", body, headers)
            answer = self._connection.getresponse()
            said = answer.read().decode()
        except (OSError, http.client.HTTPException) as error:
            self._connection.close()
            self._into.wrong.append(repr(error))
            return
        self._into.took.append((time.perf_counter() - began) * 1000)
        if answer.status != 200 or '"text"' not in said or (self._name == "hadir" and self._good not in said):
            self._into.wrong.append(said[:300])
        self._into.live += f"{self._good}.pdf" in said


def _form(name: str, text: str, number: int) -> dict[str, str]:
    return {
        "token": TOKENS[name],
        "team_id": data.TEAM,
        "team_domain": "dinas",
        "channel_id": "npj9gc9qxig38d8b99t7f4iiro",
        "channel_name": "umum",
        "user_id": f"bench-{number}",
        "user_name": f"pegawai.{number}",
        "command": f"/{name}",
        "text": text,
        "trigger_id": "t",
        "response_url": "http://127.0.0.1:9/hooks/commands/y3xfbmdjgfdnxy6ftqw9bon5ic",
    }


def typed(port: int, seconds: float) -> tuple[Figures, Figures]:
    """`/hadir masuk` and `/berkas cari` at the same time, by other people each."""
    masuk, cari, stop = Figures(), Figures(), threading.Event()
    people = [Typist(port, MASUK, masuk, stop) for _ in range(MASUK[2])] + [
        Typist(port, CARI, cari, stop) for _ in range(CARI[2])
    ]
    for person in people:
        person.start()
    time.sleep(seconds)
    stop.set()
    for person in people:
        person.join()
    return masuk, cari


# ---------------------------------------------------------------- what waits in the outbox


def queue(hadir: Hadir, mark: str) -> None:
    now = hadir.clock()
    with hadir.database.write() as db:
        here = work(hadir, db)
        for number in range(FILES):
            path = f"Hadir/Unit {number % 10}/Rekap/2026/{mark}-{number}.xlsx"
            here.file(path, b"x" * 20_000, "application/x", f"{mark}:{number}")
        for number in range(EVENTS):
            start = now + timedelta(days=1 + number)
            event = Event(f"{mark}-{number}@hadir", "Rapat bidang", Span(start, start + timedelta(hours=1)), "Asia/Jakarta")
            here.schedule(event, f"event:{mark}:{number}")


def waiting(database: Database, state: str = "waiting") -> int:
    with database.read() as db:
        return int(db.scalar(select(func.count()).select_from(outbox.outbox).where(outbox.outbox.c.state == state)) or 0)


def delivered(database: Database) -> float:
    """Seconds until all is there. What waits between two tries, a minute for maintenance, is made due at once."""
    began = time.monotonic()
    while waiting(database):
        if time.monotonic() > began + PATIENCE_SECONDS:
            raise RuntimeError(f"{waiting(database)} rows are still waiting")
        with database.write() as db:
            _make_due(db)
        time.sleep(1)
    return time.monotonic() - began


def _make_due(db: Connection) -> None:
    """What nobody is delivering at the moment."""
    c, now = outbox.outbox.c, utc_now()
    later = select(c.id).where(c.state == "waiting", c.due_at > now).with_for_update(skip_locked=True)
    ids = list(db.scalars(later))
    db.execute(update(outbox.outbox).where(c.id.in_(ids)).values(due_at=now))


def arrived_once(cloud: Nextcloud, database: Database, mark: str) -> None:
    """Everything that was queued is there, written once, and nothing was given up."""
    files = sorted(path for path in cloud.written if f"/{mark}-" in path)
    events = sorted(path for path in cloud.put if f"/{mark}-" in path)
    if (len(files), len(set(files)), len(events), len(set(events))) != (FILES, FILES, EVENTS, EVENTS):
        raise RuntimeError(f"{len(files)} writes of {len(set(files))} files, {len(events)} of {len(set(events))} events")
    if dead := waiting(database, "dead"):
        raise RuntimeError(f"{dead} rows were given up")


@dataclass(frozen=True, slots=True)
class Round:
    """`late`: seconds from the recovery until everything was there; 0 where nothing was ill."""

    masuk: Figures
    cari: Figures
    late: float


def one_round(hadir: Hadir, port: int, house: House, what: str, mark: str) -> Round:
    with hadir.database.write() as db:
        data.forget_today(db)
    with house.ill(what):
        queue(hadir, mark)
        masuk, cari = typed(port, SECONDS)
    late = delivered(hadir.database)
    arrived_once(house.cloud, hadir.database, mark)
    with hadir.database.read() as db:
        recorded = data.today(db)
    if masuk.wrong or cari.wrong or recorded != len(masuk.took):
        raise RuntimeError(f"{recorded} of {len(masuk.took)} recorded; {masuk.wrong[:2]} {cari.wrong[:2]}")
    print("…", what, masuk, cari, flush=True)
    return Round(masuk, cari, late)


def measure(url: str, rounds: int, home: Path) -> dict[str, list[Round]]:
    url = url.replace("postgresql:", "postgresql+psycopg:")
    hadir = assemble(settings({}, database_url=url, secret_key=load.SECRET, home=home / "hadir"), clock=utc_now)
    data.settle(hadir.database)
    with hadir.database.write() as db:
        row = {"command_id": "d" * 26, "team_id": data.TEAM, "trigger": "berkas", "token_hash": token_hash(TOKENS["berkas"])}
        db.execute(insert(mattermost_command).values(row))
    with House(_furnished()) as house:
        cloud = house.cloud
        settled = {"nextcloud_url": cloud.url, "nextcloud_user": USER, "nextcloud_app_password": "sandi-aplikasi"}
        with load.server("hadir", url, home, **settled) as server, worker(url, home, cloud.url):
            typed(server.port, 3)  # what is loaded late
            found = {
                what: [one_round(hadir, server.port, house, what, f"m{mark}r{number}") for number in range(rounds)]
                for mark, what in enumerate(ILLNESSES)
            }
    hadir.database.dispose()
    return found


def _furnished() -> Nextcloud:
    """With a file in every unit's folder that can be found."""
    cloud = Nextcloud(slow_seconds=SLOW_SECONDS)
    for unit in range(1, 101):
        cloud.edit(f"Hadir/Unit {unit}/Berkas/2026/{FINDABLE}.pdf", b"isi")
    return cloud


# ---------------------------------------------------------------- the report


HEAD = (
    "| database | Nextcloud is | `/hadir masuk`: answers | p50 / p99 / slowest ms | `/berkas cari`: answers (live) "
    "| p50 / p99 / slowest ms | s until all was delivered |\n|---|---|---|---|---|---|---|"
)


def together(figures: list[Figures]) -> Figures:
    return Figures([each for one in figures for each in one.took], [], sum(one.live for one in figures))


def line(name: str, what: str, rounds: list[Round]) -> str:
    masuk, cari = together([r.masuk for r in rounds]), together([r.cari for r in rounds])
    return (
        f"| {name} | {what} | {len(masuk.took)} | {masuk} | {len(cari.took)} ({cari.live}) | {cari} "
        f"| {max(r.late for r in rounds):.0f} |"
    )


def report(machine: Machine, rows: list[str], rounds: int) -> str:
    server = subprocess.run([str(postgres.binaries() / "postgres"), "--version"], capture_output=True, text=True, check=True)
    packages = ("nc-py-api", "niquests", "granian", "sqlalchemy", "psycopg")
    made = machine.made("python -m bench ill", *packages, database=server.stdout.strip())
    table = "\n".join(rows)
    return f"""# Answers in the chat while Nextcloud is ill

{made}

{FILES} files and {EVENTS} events are queued, and the deliverers of one worker (`bench/deliver.py`) try to bring them to a
server on this machine that answers as Nextcloud does (`tests/standin.py`, {SLOW_SECONDS * 1000:.0f} ms a call) and is ill as
the table says. For {SECONDS:.0f} s people type meanwhile, each over HTTP as Mattermost sends it: `/hadir masuk` over {MASUK[2]}
connections with {MASUK[3] * 1000:.0f} ms between an answer and the next, and `/berkas cari`, which asks Nextcloud itself and
answers out of our own table where that takes too long, over {CARI[2]} with {CARI[3] * 1000:.0f} ms. Other people each, of
{data.PEOPLE:,}; one web process. All rounds ({rounds}) are in the figures; with few answers p99 is the slowest.

Then the server is well again, and what waits between two tries (a minute for maintenance) is made due at once. In every row
of the table each file and each event had been written exactly once in the end, every check-in that was answered was in the
database, and no answer was missing. The web process, the worker, the database, the load and the server that plays Nextcloud
share the machine with whatever else the load above says. Every commit reaches the disk.

{HEAD}
{table}

Goal: every answer under 2,000 ms.
"""


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench.ill", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    machine, rows = Machine(), list[str]()
    print(HEAD)
    with tempfile.TemporaryDirectory(prefix="hadir-bench-") as folder, databases(Path(folder)) as urls:
        for name, url in urls.items():
            found = measure(url, options.rounds, Path(folder))
            for what, measured in found.items():
                rows.append(line(name, what, measured))
                print(rows[-1], flush=True)
    RESULTS.write_text(report(machine, rows, options.rounds), encoding="utf-8")


if __name__ == "__main__":
    main()
