"""A real Talk: commands typed by real accounts, answers in private, a form filled from Talk's link in a browser, a number.

Wants HADIR_LIVE_NEXTCLOUD_URL, NC_ADMIN_USER and NC_ADMIN_PASSWORD, and HADIR_LIVE_OCC: a command that runs `occ`
there, because only that installs a bot. The server must reach this machine's loopback.
"""

from __future__ import annotations

import os
import re
import secrets
import shlex
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import requests
from sqlalchemy import select

from integration import installation, people, schema
from integration.adapters.nextcloud import access
from integration.app import assemble, connect, create_app
from integration.core import Hadir
from integration.delivery import Delivery
from integration.hearing import Hearing
from integration.settings import load
from plugins.hadir.tables import attendance_correction, attendance_event
from tests import cast
from tests.conftest import SECRET
from tests.live.recording import serving
from tests.live.running import Clock
from tests.service import PATIENCE_SECONDS, until

NEEDED = ("HADIR_LIVE_NEXTCLOUD_URL", "HADIR_LIVE_OCC", "NC_ADMIN_USER", "NC_ADMIN_PASSWORD")
pytestmark = [
    pytest.mark.live,
    pytest.mark.skipif(not all(map(os.environ.get, NEEDED)), reason=f"{', '.join(NEEDED)} name no running Nextcloud"),
]
PASSWORD = "Percobaan-1234!"
CHROMIUM = "/usr/bin/chromium"


@dataclass
class Person:
    """Somebody with a Talk client."""

    url: str
    id: str
    password: str = PASSWORD

    def __call__(self, method: str, path: str, **body: Any) -> Any:
        headers = {"OCS-APIRequest": "true", "Accept": "application/json"}
        login = (self.id, self.password)
        answer = requests.request(method, f"{self.url}/ocs/v2.php{path}", json=body, headers=headers, auth=login, timeout=30)
        assert answer.ok or answer.status_code == 304, f"{method} {path}: {answer.status_code} {answer.text[:300]}"
        return answer.json()["ocs"]["data"] if answer.status_code != 304 else []

    def opens(self, account: str) -> str:
        token: str = self("POST", "/apps/spreed/api/v4/room", roomType=1, invite=account)["token"]
        return token

    def types(self, room: str, text: str, *, answering: int = 0) -> int:
        return int(self("POST", f"/apps/spreed/api/v1/chat/{room}", message=text, replyTo=answering)["id"])

    def messages(self, room: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self("GET", f"/apps/spreed/api/v1/chat/{room}?lookIntoFuture=0&limit=100&setReadMarker=0")
        return found

    def reads(self, room: str, words: str, after: int = 0) -> dict[str, Any]:
        """The message of somebody else with these words, now or soon."""
        found: list[dict[str, Any]] = []

        def there() -> bool:
            others = [m for m in self.messages(room) if m["actorId"] != self.id and int(m["id"]) > after]
            found[:] = [m for m in others if words in str(m["message"]) and not m["systemMessage"]]
            return bool(found)

        until(there, f"{words!r} for {self.id}")
        return found[0]


@dataclass
class Office:
    hadir: Hadir
    clock: Clock
    url: str
    account: str
    siti: Person
    budi: Person
    made: list[Person] = field(default_factory=list)


def occ(*words: str, **environment: str) -> str:
    command = [*shlex.split(os.environ["HADIR_LIVE_OCC"]), *words]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120, env=os.environ | environment)
    return done.stdout


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    home, run = tmp_path_factory.mktemp("talk"), f"talk-{secrets.token_hex(3)}"
    url = os.environ["HADIR_LIVE_NEXTCLOUD_URL"].rstrip("/")
    admin = Person(url, os.environ["NC_ADMIN_USER"], os.environ["NC_ADMIN_PASSWORD"])
    accounts = [Person(url, f"{run}-{name}") for name in ("hadir", "siti", "budi")]
    bot, secret, port = f"{run} bot", secrets.token_hex(32), _free_port()
    stop = threading.Event()
    hadir: Hadir | None = None
    number = ""
    try:
        for each in accounts:
            admin("POST", "/cloud/users", userid=each.id, password=PASSWORD, email=f"{each.id}@kantor.example")
        service, siti, budi = accounts
        occ("talk:bot:install", bot, secret, f"http://127.0.0.1:{port}/nextcloud/talk", "uji")
        number = next(line.split("|")[1].strip() for line in occ("talk:bot:list").splitlines() if bot in line)
        password = occ("user:auth-tokens:add", "--password-from-env", service.id, NC_PASS=PASSWORD).split()[-1]
        clock = Clock()  # the server's own: what is asked for is asked by its time
        given = {"database_url": f"sqlite:///{home}/hadir.db", "public_url": f"http://127.0.0.1:{port}", "nextcloud_url": url}
        given |= {"nextcloud_user": service.id, "nextcloud_app_password": password, "nextcloud_talk_secret": secret}
        hadir = assemble(load({}, secret_key=SECRET, home=home, **given), clock=clock)
        _settle(hadir, {"budi": budi.id, "siti": siti.id}, bot)
        connect(hadir)
        with serving(create_app(hadir).wsgi_app, port):
            delivery = Delivery(hadir, idle_seconds=0.2)
            threads = [threading.Thread(target=each.run, args=(stop,)) for each in (delivery, Hearing(hadir, delivery.wake))]
            for thread in threads:
                thread.start()
            yield Office(hadir, clock, url, service.id, siti, budi, accounts)
            stop.set()
            for thread in threads:
                thread.join(PATIENCE_SECONDS)
    finally:
        stop.set()
        if number:
            occ("talk:bot:uninstall", number)
        for each in accounts:
            requests.delete(
                f"{url}/ocs/v2.php/cloud/users/{each.id}",
                headers={"OCS-APIRequest": "true"},
                auth=(admin.id, admin.password),
                timeout=60,
            )
        if hadir:
            if found := access.access(hadir):
                access.client(hadir, found).close()
            hadir.database.dispose()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _settle(hadir: Hadir, usernames: dict[str, str], bot: str) -> None:
    schema.upgrade(hadir.database)
    with hadir.database.write() as db:
        cast.settle(db, "nextcloud")
        installation.put(db, "nextcloud.talk_bot", bot)
        for who, username in usernames.items():
            mine = people.account.c.username == who
            db.execute(people.account.update().where(mine).values(username=username, external_id=None))
            owner = select(people.account.c.person_id).where(people.account.c.username == username).scalar_subquery()
            db.execute(people.person.update().where(people.person.c.id == owner).values(email=f"{username}@kantor.example"))


def rows(hadir: Hadir, table: Any) -> list[Any]:
    with hadir.database.read() as db:
        return list(db.execute(select(table)))


def test_the_first_words_to_the_account_are_heard_and_answered(office: Office) -> None:
    """Nobody has switched the bot on there: it is found by asking, and from then on it hears by itself."""
    room = office.siti.opens(office.account)
    said = office.siti.types(room, "masuk wfh")
    answer = office.siti.reads(room, "asuk tercatat pukul", said)
    assert "(WFH)" in answer["message"]
    assert len(rows(office.hadir, attendance_event)) == 1
    again = office.siti.types(room, "masuk wfh")
    office.siti.reads(room, "sudah tercatat", again)


def test_a_command_in_a_group_is_answered_in_private(office: Office) -> None:
    group = office.budi("POST", "/apps/spreed/api/v4/room", roomType=2, roomName="talk-uji kantor")["token"]
    office.budi("POST", f"/apps/spreed/api/v4/room/{group}/participants", newParticipant=office.account, source="users")
    bots = office.budi("GET", f"/apps/spreed/api/v1/bot/{group}")
    number = next(bot["id"] for bot in bots if bot["name"].startswith("talk-") and bot["name"].endswith("bot"))
    number = next((bot["id"] for bot in bots if bot["name"] == f"{office.account.rpartition('-')[0]} bot"), number)
    office.budi("POST", f"/apps/spreed/api/v1/bot/{group}/{number}")
    office.budi.reads(group, "Hadir aktif di percakapan ini")
    office.budi.types(group, "/hadir masuk wfo")
    private = office.budi.opens(office.account)
    office.budi.reads(private, "(WFO)")
    assert not [m for m in office.budi.messages(group) if "WFO)" in str(m["message"])]
    office.budi("DELETE", f"/apps/spreed/api/v4/room/{group}")


def test_a_form_from_talks_link_is_filled_in_a_browser_and_decided_by_a_number(office: Office) -> None:
    room = office.siti.opens(office.account)
    said = office.siti.types(room, "/hadir koreksi kemarin")
    link = re.search(r"http://\S+/form/\S+", office.siti.reads(room, "/form/", said)["message"])
    assert link
    _in_chromium(link[0], _fill)
    private = office.budi.opens(office.account)
    asked = office.budi.reads(private, "1. Setujui")
    chosen = office.budi.types(private, "1", answering=int(asked["id"]))
    office.budi.reads(private, "isetujui", chosen)
    office.siti.reads(room, "isetujui", said)
    [correction] = rows(office.hadir, attendance_correction)
    assert correction.state == "approved"


def _fill(page: Any) -> None:
    from playwright.sync_api import expect

    page.get_by_label(re.compile("^Jam")).fill("07:25")
    page.get_by_label(re.compile("^Alasan")).fill("Jaringan mati")
    page.get_by_role("button").click()
    expect(page.get_by_role("heading", name="Terkirim")).to_be_visible(timeout=20_000)
    expect(page.get_by_role("link", name="Kembali ke chat")).to_be_visible()


def _in_chromium(address: str, act: Callable[[Any], None]) -> None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 390, "height": 844}, locale="id-ID")
        page.goto(address)
        act(page)
        if pictures := os.environ.get("HADIR_PICTURES"):
            page.screenshot(path=Path(pictures) / "talk-terkirim.png")
        browser.close()


def test_a_file_comes_as_a_file(office: Office) -> None:
    room = office.siti.opens(office.account)
    said = office.siti.types(room, "/hadir data")
    found = office.siti.reads(room, "{file}", said)
    assert found["messageParameters"]["file"]["size"] != "0"
    assert datetime.fromtimestamp(int(found["timestamp"]), UTC)
