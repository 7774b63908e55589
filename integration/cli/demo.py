"""`hadir demo`: a seeded office and a chat room in the browser, on this machine alone."""

from __future__ import annotations

import os
import sys
import time
import urllib.error
import urllib.request
import webbrowser
from functools import partial

import click

from integration import processes, serving, web
from integration.settings import Settings, SettingsError, load

QUIET = "WARNING"
_PATIENCE_SECONDS = 20.0
# About as many working days as a year has.
_YEAR = 240

TRY_FIRST = """
  {address}

  Coba dulu (try first):
  1. Siti Rahayu, pegawai (employee)              {address}/room/siti
       /hadir masuk wfh        catat masuk (check in)
       /hadir koreksi          lupa pulang? minta koreksi (ask for a correction)
       /rapat                  rapat saya (my meetings)
       /logbook                laporan hari ini (today's report)
  2. Budi Santoso, atasan Siti (her supervisor)   {address}/room/budi
       Setujui / Tolak         jawab pesan Hadir (answer the message)
       /hadir tim              siapa sudah masuk (who is in)
       /rapat daftar-hadir     siapa yang hadir rapat (who was at a meeting)
       /logbook periksa        laporan tim, Setujui semua (the team's reports)
  3. Rina Marlina, kepegawaian (personnel)        {address}/room/rina
       /hadir rekap            rekap bulan ini, unduh XLSX (this month's recap)

  Tanpa peramban (without a browser):  {hadir} say --as siti "/hadir status"
  Berhenti (stop): Ctrl+C       Mulai dari awal (start afresh): {hadir} demo --reset
"""


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), help="The port to listen on (HADIR_PORT, 8080); 0 takes a free one.")
@click.option("--no-browser", is_flag=True, help="Print the address and open nothing.")
@click.option("--reset", is_flag=True, help="Empty the demo database and fill it again.")
@click.option("--days", type=click.IntRange(20, _YEAR), default=_YEAR, show_default=True, help="Past working days to make up.")
def demo(port: int | None, no_browser: bool, reset: bool, days: int) -> None:
    """Try everything in the browser: a made-up office of 30 people and a year of theirs.

    Uses the database that HADIR_DATABASE_URL or HADIR_HOME name, if it is empty or a demo already; no other.
    """
    settings = load() if port is None else load(port=port)
    if "HADIR_LOG_LEVEL" not in os.environ:
        settings = settings.model_copy(update={"log_level": QUIET})
    settings = _with_free_port(settings)
    # In a child, so that this process stays small and has no database open when it forks the servers.
    if code := processes.in_child(partial(prepare, settings, reset, days)):
        sys.exit(code)
    sys.exit(serving.serve(settings, ready=partial(_ready, no_browser)))


def _with_free_port(settings: Settings) -> Settings:
    try:
        return web.with_port(settings)
    except SettingsError:
        raise click.ClickException(
            f"{web.address(settings)} is taken: if another demo runs there, open it in the browser or stop it with Ctrl+C; "
            f"or take another port: hadir demo --port {settings.port + 1}"
        ) from None


def prepare(settings: Settings, reset: bool, working_days: int) -> int:
    """Migrate and fill the database; 0, or 1 after saying why it is left alone."""
    from sqlalchemy.exc import OperationalError

    from integration import demo as office
    from integration import logs, schema
    from integration.app import assemble

    logs.configure(settings.log_level)
    hadir = assemble(settings)
    database = hadir.database
    try:
        filled = not office.is_empty(database)
        if filled and not office.is_demo(database):
            return _leave_alone(str(database.url))
        schema.upgrade(database, hadir.clock())
        if filled and reset:
            office.wipe(database)
        if reset or not filled:
            office.seed(hadir, working_days)
    except OperationalError as error:
        click.echo(f"hadir: the database {database.url!r} cannot be used: {error.orig}", err=True)
        return 1
    finally:
        database.dispose()
    return 0


def _leave_alone(url: str) -> int:
    click.echo(
        f"hadir: {url} holds data and is not a demo, so the demo leaves it alone; "
        "choose another place, for example: HADIR_HOME=./var/demo hadir demo",
        err=True,
    )
    return 1


def _ready(no_browser: bool, settings: Settings) -> None:
    # The room answers to loopback names alone, wherever the server listens.
    everywhere = settings.host in ("0.0.0.0", "::")  # noqa: S104  # compared, not listened on
    address = web.address(settings.model_copy(update={"host": "127.0.0.1"}) if everywhere else settings)
    click.echo(TRY_FIRST.format(address=address, hadir=sys.argv[0] if "/" in sys.argv[0] else "hadir"))
    if not no_browser and _has_display():
        processes.fork(partial(_open_browser, address))


def _has_display() -> bool:
    return sys.platform != "linux" or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _open_browser(address: str) -> int:
    """Wait until the room answers, then show it."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(f"{address}/healthz", timeout=2).close()  # noqa: S310  # our own address
        except (OSError, urllib.error.URLError):
            time.sleep(0.2)
        else:
            return 0 if webbrowser.open(address) else 1
    return 1
