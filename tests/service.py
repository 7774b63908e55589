"""The real programs as child processes: `with running("web", url, home) as service: service.get("/healthz")`."""

from __future__ import annotations

import http.client
import os
import signal
import subprocess
import sys
import time
import urllib.parse
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from integration.adapters.mattermost.known import token_hash
from integration.adapters.mattermost.tables import mattermost_command
from integration.core import Hadir
from tests.conftest import SECRET
from tests.postgres import free_port

ROOT = Path(__file__).parents[1]
PATIENCE_SECONDS = 60.0
TOKEN, TEAM = "token-of-the-team", "team-1"


def until(reached: Callable[[], object], what: str = "it") -> None:
    """Wait; how long a slow machine needs is no matter of the test."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not reached():
        assert time.monotonic() < deadline, f"{what} never came"
        time.sleep(0.02)


@dataclass
class Service:
    """One running `hadir …` in a process group of its own."""

    command: str
    environment: Mapping[str, str]
    port: int
    output: Path
    process: subprocess.Popen[bytes] = field(init=False)

    def start(self) -> None:
        with self.output.open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "integration.cli", self.command],
                env=dict(self.environment),
                cwd=ROOT,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        if self.command != "worker":
            until(lambda: self.process.poll() is not None or self.answers(), f"the answer of hadir {self.command}")
        else:
            until(lambda: self.process.poll() is not None or b"worker_started" in self.output.read_bytes(), "the worker")
        assert self.process.poll() is None, self.log()

    def answers(self) -> bool:
        try:
            return self.get("/healthz")[0] == 200
        except OSError:
            return False

    def get(self, path: str, timeout: float = 30) -> tuple[int, str]:
        return self._ask("GET", path, timeout=timeout)

    def says(self, who: str, line: str, timeout: float = 30) -> tuple[int, str]:
        """What Mattermost sends when somebody types a command; raises OSError or HTTPException if no answer comes."""
        name, _, text = line.removeprefix("/").partition(" ")
        form = {"token": TOKEN, "team_id": TEAM, "team_domain": "kantor", "channel_id": "c1", "channel_name": "umum"}
        form |= {"user_id": f"id-{who}", "user_name": who, "command": f"/{name}", "text": text, "trigger_id": "t"}
        body = urllib.parse.urlencode(form | {"response_url": "http://mattermost.invalid/hooks/commands/x"})
        return self._ask("POST", "/mattermost/commands", body, {"Content-Type": "application/x-www-form-urlencoded"}, timeout)

    def _ask(
        self, method: str, path: str, body: str = "", headers: Mapping[str, str] | None = None, timeout: float = 30
    ) -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            connection.request(method, path, body, dict(headers or {}))
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def kill_all(self) -> None:
        """SIGKILL for every process of the group at once, as when the machine loses power."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> int:
        """SIGTERM, and the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE_SECONDS)

    def log(self) -> str:
        return self.output.read_text(errors="replace")


def environment(url: str, home: Path, **more: str) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "HADIR_DATABASE_URL": url,
        "HADIR_HOME": str(home),
        "HADIR_SECRET_KEY": SECRET,
        "HADIR_WEB_THREADS": "4",
        **{f"HADIR_{name.upper()}": value for name, value in more.items()},
    }


@contextmanager
def running(command: str, url: str, home: Path, **more: str) -> Iterator[Service]:
    """The program until the end of the block; nothing of its group outlives it."""
    home.mkdir(parents=True, exist_ok=True)
    port = free_port()
    service = Service(command, environment(url, home, port=str(port), **more), port, home / f"{command}.log")
    service.start()
    try:
        yield service
    finally:
        with suppress(ProcessLookupError):
            os.killpg(service.process.pid, signal.SIGKILL)
        service.process.wait()


def open_office(hadir: Hadir) -> None:
    """The slash command of one team is registered."""
    with hadir.database.write() as db:
        row = {"command_id": "c1", "team_id": TEAM, "trigger": "hadir", "token_hash": token_hash(TOKEN)}
        db.execute(mattermost_command.insert().values(row))
