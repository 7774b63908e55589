"""Hadir as an app of a running Nextcloud: registered as the printed commands say, opened in the menu, acting for a person.

HADIR_LIVE_NEXTCLOUD_URL names the server and HADIR_LIVE_OCC the command that is its `occ`, as in "sudo -u www-data php
/var/www/nextcloud/occ"; the server must reach this machine at 127.0.0.1. The app, its daemon and the account of the story
have names of their own and are taken away in the end. With HADIR_RECORD_NEXTCLOUD=1 it writes tests/recorded anew.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import re
import secrets
import socket
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import requests
from werkzeug.wrappers import Request

from integration.adapters.nextcloud.exapp import app as exapp
from integration.adapters.nextcloud.exapp.text import registration_text
from integration.app import create_app, utc_now
from integration.core import Hadir
from integration.deliveries.delivery import Delivery
from integration.errors import DeliveryError
from tests.adapters.nextcloud import exapp_house, recording
from tests.live.recording import serving
from tests.service import until

pytestmark = pytest.mark.live
NAME = f"hadir-uji-{os.getpid()}"
PASSWORD = f"Uji-{secrets.token_hex(12)}"
RECORDED = "account-uji"  # as whom recordings are played again
URL = os.environ.get("HADIR_LIVE_NEXTCLOUD_URL", "").rstrip("/")
OCC = os.environ.get("HADIR_LIVE_OCC", "")


def occ(arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """As an administrator types it."""
    line = f"{OCC} {arguments}"
    return subprocess.run(["bash", "-c", line], env=os.environ | environment, capture_output=True, text=True, timeout=120)


@dataclass
class Story:
    hadir: Hadir
    app: exapp.ExApp
    address: str
    incoming: list[dict[str, Any]] = field(default_factory=list)

    def asks(self, method: str, path: str, **options: Any) -> requests.Response:
        """The person, with their own password."""
        given = {"OCS-APIRequest": "true", "Accept": "application/json", **options.pop("headers", {})}
        return requests.request(method, URL + path, auth=(NAME, PASSWORD), headers=given, timeout=60, **options)

    def page(self, method: str = "GET", path: str = "exapp/page", **options: Any) -> requests.Response:
        return self.asks(method, f"/index.php/apps/app_api/proxy/{self.app.id}/{path}", **options)

    def types(self, line: str) -> str:
        html = self.page().text
        token = re.findall(r'name="token" value="([^"]+)"', html.partition('for="command"')[0])[-1]
        return self.page("POST", data={"token": token, "command": line}).text

    @property
    def status(self) -> Mapping[str, Any]:
        found = self.asks("GET", "/ocs/v2.php/apps/user_status/api/v1/user_status").json()["ocs"]["data"]
        return found or {"message": None}  # who never had one

    @property
    def menu(self) -> list[str]:
        entries = self.asks("GET", "/ocs/v2.php/core/navigation/apps").json()["ocs"]["data"]
        return [entry["href"] for entry in entries if self.app.id in entry["id"]]

    @property
    def events(self) -> list[str]:
        """What Hadir wrote into the person's own calendar; Nextcloud puts an example there itself."""
        address = f"/remote.php/dav/calendars/{NAME}/personal/?export"
        answer = self.asks("GET", address, headers={"Accept": "text/calendar"})
        return [each for each in re.findall(r"SUMMARY:(.*?)\r?\n", answer.text) if "WF" in each]


def _kept(request: Request) -> dict[str, Any]:
    """A call of AppAPI with its secret replaced."""
    names = ("Aa-Version", "Ex-App-Id", "Ex-App-Version", "Aa-Request-Id", "Content-Type", "Content-Length")
    kept = {name: request.headers[name] for name in names if request.headers.get(name)}
    if credentials := request.headers.get("Authorization-App-Api"):
        account = base64.b64decode(credentials).decode().partition(":")[0]
        kept["Authorization-App-Api"] = f"{account.replace(NAME, RECORDED)}:{{secret}}"
    path = request.full_path.rstrip("?")
    return {"method": request.method, "path": path, "headers": {k: v.replace(NAME, "hadir") for k, v in kept.items()}}


def _low_port() -> int:
    """AppAPI on PostgreSQL takes none above 32767."""
    for port in range(23_000, 24_000):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError("no port is free")


@contextmanager
def worker(hadir: Hadir) -> Iterator[None]:
    stop = threading.Event()
    thread = threading.Thread(target=Delivery(hadir, idle_seconds=0.1).run, args=(stop,))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


@contextmanager
def account() -> Iterator[None]:
    """A person of their own, who has been there once: only then they have a calendar."""
    made = occ(f"user:add --password-from-env --display-name 'Uji ExApp' {NAME}", OC_PASS=PASSWORD, NC_PASS=PASSWORD)
    assert made.returncode == 0, made.stdout + made.stderr
    try:
        for path in ("/ocs/v2.php/cloud/user", f"/remote.php/dav/calendars/{NAME}/personal/?export"):
            requests.get(URL + path, auth=(NAME, PASSWORD), headers={"OCS-APIRequest": "true"}, timeout=60)
        yield
    finally:
        occ(f"user:delete {NAME}")


@pytest.fixture
def story(tmp_path: Path, sqlite_template: Path) -> Iterator[Story]:
    if not URL or not OCC:
        pytest.skip("HADIR_LIVE_NEXTCLOUD_URL and HADIR_LIVE_OCC name no running Nextcloud")
    path = tmp_path / "hadir.db"
    path.write_bytes(sqlite_template.read_bytes())
    secret = secrets.token_hex(64)
    hadir = exapp_house.settled(f"sqlite:///{path}", tmp_path, utc_now, URL, exapp_id=NAME, exapp_secret=secret)
    with hadir.database.write() as db:
        db.execute(exapp_house.people.account.delete().where(exapp_house.people.account.c.username == "siti"))
        exapp_house.add_account(db, "siti", NAME)
    web, found = create_app(hadir), exapp.find(hadir)
    assert found is not None
    told = Story(hadir, found, "")

    def listening(environ: Any, start: Any) -> Any:
        told.incoming.append(_kept(Request(environ)))
        return web(environ, start)

    with serving(listening, _low_port()) as address, worker(hadir), account():
        told.address = address
        try:
            yield told
        finally:
            occ(f"app_api:app:unregister {NAME} --silent --force")
            occ(f"app_api:daemon:unregister {NAME}")
    hadir.database.dispose()


def register(story: Story) -> None:
    """As printed for the administrator."""
    lines = registration_text(story.app, story.address, URL, occ=OCC)
    for line in lines:
        if line.startswith("  ") and ("daemon:register" in line or "app:register" in line):
            assert story.app.secret not in line
            done = subprocess.run(
                ["bash", "-c", line], env=os.environ | {"SECRET": story.app.secret}, capture_output=True, text=True, timeout=120
            )
            assert done.returncode == 0, done.stdout + done.stderr


def test_an_app_of_nextcloud(story: Story) -> None:
    register(story)
    until(lambda: story.menu, "the entry in the menu")
    _the_page(story)
    _on_their_behalf(story)
    _switched_off_and_on(story)
    _recorded(story)
    occ(f"app_api:app:unregister {NAME} --silent")
    client = exapp.client(story.hadir)
    assert client is not None
    with pytest.raises(DeliveryError, match="refuses the app") as error:
        client.call(lambda cloud, headers: cloud.ocs("GET", "/ocs/v2.php/cloud/user", headers=headers))
    assert not error.value.locked_out
    assert not error.value.permanent


def _the_page(story: Story) -> None:
    page = story.page()
    assert page.status_code == 200
    assert "Siti Rahayu" in page.text
    assert "Ketik perintah" in page.text
    assert "frame-ancestors 'self'" in page.headers["Content-Security-Policy"]
    assert story.page(path="exapp/hadir.css").headers["Content-Type"].startswith("text/css")
    assert story.page(path="exapp/menu.js").status_code == 200
    embedded = story.asks("GET", story.menu[0].removeprefix(URL), headers={"Accept": "text/html"})
    assert f"/proxy/{NAME}/exapp/menu.js" in embedded.text
    # What is not declared stays shut, and nobody says by a header of their own who they are.
    assert story.page(path="healthz").status_code == 404
    assert story.page(path="exapp/page/../../metrics").status_code == 404
    forged = {"AUTHORIZATION-APP-API": exapp_house.credentials("budi", "x"), "EX-APP-ID": "admin"}
    assert "Siti Rahayu" in story.page(headers=forged).text
    anonymous = requests.get(f"{URL}/index.php/apps/app_api/proxy/{NAME}/exapp/page", timeout=60)
    assert anonymous.status_code == 404


def _on_their_behalf(story: Story) -> None:
    assert "Masuk tercatat" in story.types("/hadir masuk wfh")
    assert story.status["message"] is None  # nobody asked for it
    story.types("/hadir tampil status ya")
    story.types("/hadir tampil kalender ya")
    until(lambda: story.status["message"] == "Bekerja dari rumah (WFH)", "the status")
    assert story.status["icon"] == "🏠"
    assert story.status["clearAt"] > utc_now().timestamp()
    until(lambda: story.events == ["Bekerja dari rumah (WFH)"], "the event")
    story.types("/hadir pulang")
    until(lambda: story.status["message"] is None, "the end of the status")
    assert story.events == ["Bekerja dari rumah (WFH)"]
    story.types("/hadir tampil tidak")
    until(lambda: not story.events, "the calendar without it")


def _switched_off_and_on(story: Story) -> None:
    assert occ(f"app_api:app:disable {NAME}").returncode == 0
    assert story.page().status_code == 404  # the menu may still be in a cache of the web server's processes
    client = exapp.client(story.hadir)
    assert client is not None
    assert not client.enabled()
    assert occ(f"app_api:app:enable {NAME}").returncode == 0
    until(lambda: story.menu, "the entry in the menu")
    with pytest.raises(DeliveryError, match="no account") as error:
        client.call(lambda cloud, headers: cloud.ocs("GET", "/ocs/v2.php/cloud/user", headers=headers), "tidak-ada-orangnya")
    assert error.value.permanent


def _recorded(story: Story) -> None:
    """Every call once, past a proxy that can write it down."""
    with recording.recorder(URL) as (proxy, exchanges):
        client = exapp.AppClient(proxy, story.app)
        exapp_house.everything(client, NAME)
        client.close()
    if os.environ.get("HADIR_RECORD_NEXTCLOUD"):
        _save(exchanges, story.incoming)


def _save(exchanges: list[recording.Exchange], incoming: list[dict[str, Any]]) -> None:
    path = recording.FOLDER / "exapp-calls.json"
    recording.save(path, exchanges)
    path.write_text(path.read_text(encoding="utf-8").replace(NAME, RECORDED), encoding="utf-8")
    handshake = [each for each in incoming if not each["path"].startswith("/exapp/")]
    pages = [each for each in incoming if each["path"].startswith("/exapp/page")][:2]
    content = {"server": f"Nextcloud {recording.VERSION}", "requests": handshake + pages}
    told = recording.FOLDER / "exapp-handshake.json"
    told.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
