"""What `hadir serve`, `hadir web` and `hadir worker` do, and in which order.

The schema: an SQLite file belongs to this one machine, so it is brought up to date at every start. A PostgreSQL
database may serve several machines of several versions, so there the start is refused until `hadir db upgrade` was run.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from integration import processes, web
from integration.settings import Settings

if TYPE_CHECKING:
    from integration.db import Database

_PATIENCE_SECONDS = 30.0


def serve(settings: Settings, *, ready: Callable[[Settings], None] | None = None) -> int:
    """Web and worker together until SIGTERM or SIGINT; the exit code.

    `ready` is called once before the start with the settings in force: a port 0 has been replaced by a free one.
    """
    settings = web.with_port(settings)
    processes.share_metrics(settings)
    if code := processes.in_child(partial(prepare, settings)):
        return code
    (ready or announce)(settings)
    return processes.supervise({"web": partial(web.main, settings), "worker": partial(_worker, settings)})


def serve_web(settings: Settings) -> int:
    settings = web.with_port(settings)
    processes.share_metrics(settings)
    if code := processes.in_child(partial(prepare, settings)):
        return code
    announce(settings)
    return web.main(settings)


def serve_worker(settings: Settings) -> int:
    processes.share_metrics(settings)
    return prepare(settings) or _worker(settings)


def announce(settings: Settings) -> None:
    print(f"Hadir listens at {web.address(settings)}", flush=True)


def prepare(settings: Settings) -> int:
    """Wait for the database and see to its schema; 0, or 1 after saying what is wrong."""
    from sqlalchemy.exc import OperationalError

    from integration.db import Database

    database = Database(settings.database)
    deadline, waiting = time.monotonic() + _PATIENCE_SECONDS, 0
    try:
        while True:
            try:
                return _see_to_schema(database)
            except OperationalError as error:
                reason = f"the database {database.url!r} cannot be used: {str(error.orig).strip()}"
                if time.monotonic() > deadline:
                    return _complain(reason)
                if not waiting:
                    waiting = _complain(f"{reason}\nhadir: it may be starting; trying for {_PATIENCE_SECONDS:g} seconds")
                time.sleep(1)
    finally:
        database.dispose()


def _see_to_schema(database: Database) -> int:
    from integration import schema
    from integration.app import utc_now

    if database.is_sqlite:
        schema.upgrade(database, utc_now())
        return 0
    present, wanted = schema.present(database), schema.wanted()
    if present == wanted:
        return 0
    state = f"at revision {present}, and this version needs {wanted}" if present else "empty"
    return _complain(f"the database is {state}: run `hadir db upgrade`")


def _complain(text: str) -> int:
    print(f"hadir: {text}", file=sys.stderr, flush=True)
    return 1


def _worker(settings: Settings) -> int:
    from integration import logs, worker

    logs.configure(settings.log_level, pretty=sys.stderr.isatty())
    return worker.main(settings)
