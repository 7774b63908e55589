"""A PostgreSQL server of our own for tests and benchmarks: Debian's binaries, a temporary folder, a free port."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

USER = "postgres"


def binaries() -> Path:
    """The newest PostgreSQL that Debian has installed; a missing one is an error, never a skipped test."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
    if not found:
        raise RuntimeError("PostgreSQL is not installed; `make test` installs it, or: apt-get install postgresql")
    return found[-1].parent


def _run(*command: str | Path) -> None:
    as_user = ["runuser", "-u", USER, "--"] if os.geteuid() == 0 else []
    done = subprocess.run([*as_user, *map(str, command)], capture_output=True, text=True, cwd="/", check=False)
    if done.returncode:
        raise RuntimeError(f"{command[0]} failed: {done.stdout}{done.stderr}")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def server(*options: str) -> Iterator[str]:
    """A running server; gives the URL up to the database's name, without a slash. `options` are name=value settings."""
    folder = Path(tempfile.mkdtemp(prefix="hadir-pg-"))
    if os.geteuid() == 0:
        account = pwd.getpwnam(USER)
        os.chown(folder, account.pw_uid, account.pw_gid)
    port = free_port()
    data = folder / "data"
    settings = [f"port={port}", f"unix_socket_directories={folder}", "listen_addresses=127.0.0.1", *options]
    try:
        _run(
            binaries() / "initdb", "-D", data, "-A", "trust", "-U", "hadir", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"
        )
        switches = " ".join(f"-c {setting}" for setting in settings)
        _run(binaries() / "pg_ctl", "-D", data, "-l", folder / "log", "-o", switches, "-w", "start")
        try:
            yield f"postgresql://hadir@127.0.0.1:{port}"
        finally:
            _run(binaries() / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
