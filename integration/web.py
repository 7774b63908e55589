"""The web server: granian, which answers in a few milliseconds beside thousands of idle connections.

That needs two settings: it counts a connection, idle or not, against `backpressure` and accepts no more beyond it
(its default, 1,024, starved at 3,000 idle ones), and it closes connections that stay silent.
"""

from __future__ import annotations

import resource
import signal
import socket
import sys
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from integration import processes
from integration.settings import Settings, SettingsError

if TYPE_CHECKING:
    from flask import Flask

BACKLOG = 2048
MOST_CONNECTIONS = 60_000
SILENCE_MS = 15_000
# Mattermost gives up on us after 30 seconds; whoever stops the service should not wait longer than that either.
FINISH_SECONDS = 25


def main(settings: Settings, loader: Callable[[Settings], Flask] | None = None) -> int:
    """Serve until SIGTERM or SIGINT, and finish running requests; the exit code. `loader` makes the application."""
    from granian.constants import HTTPModes, Interfaces
    from granian.http import HTTP1Settings
    from granian.log import LogLevels
    from granian.server import Server

    server = Server(
        "hadir",
        address=settings.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        workers=settings.web_processes,
        blocking_threads=settings.web_threads,
        backlog=BACKLOG,
        backpressure=MOST_CONNECTIONS,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=SILENCE_MS),
        websockets=False,
        respawn_failed_workers=True,
        workers_kill_timeout=FINISH_SECONDS,
        log_level=LogLevels.error,
    )
    try:
        server.serve(target_loader=partial(loader or load, settings), wrap_loader=False)
    except SystemExit as end:
        return int(end.code or 0)
    return 0


def load(settings: Settings) -> Flask:
    """Called in each web process: the application."""
    from integration import logs
    from integration.app import assemble, connect, create_app
    from integration.heartbeat import Heartbeat

    processes.end_with_parent()
    # Ctrl-C reaches every process of the terminal; a worker of granian that hears it before its parent's SIGTERM hangs.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    logs.configure(settings.log_level, pretty=sys.stderr.isatty())
    _allow_many_connections()
    hadir = connect(assemble(settings))
    app = create_app(hadir)
    with hadir.database.read() as db:  # else the first check-in of the morning would read calendar and rules
        hadir.workdays.keeper.kept(db, hadir.clock())
    Heartbeat(hadir.database, hadir.clock, timedelta(seconds=settings.outage_after_seconds)).start()
    return app


def with_port(settings: Settings) -> Settings:
    """The settings with a port that is free; raises `SettingsError` if the address cannot be used.

    Asked for in advance, because several web processes share a port, and would share a stranger's just as well.
    """
    try:
        family, _, _, _, address = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            port: int = probe.getsockname()[1]
    except OSError as error:
        raise SettingsError(
            f"HADIR_HOST and HADIR_PORT: {settings.host} port {settings.port} cannot be used ({error.strerror}); "
            "stop what runs there or choose another port"
        ) from None
    return settings.model_copy(update={"port": port})


def address(settings: Settings) -> str:
    host: Any = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"http://{host}:{settings.port}"


def _allow_many_connections() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_CONNECTIONS if hard == resource.RLIM_INFINITY else min(hard, MOST_CONNECTIONS)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
