"""A real Talk: commands typed by real accounts, answers in private, a form filled from Talk's link in a browser, a number.

See `talk_people.py` for what it wants.
"""

from __future__ import annotations

import os
import re
import secrets
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
from integration.deliveries.delivery import Delivery
from integration.hearing.hearing import Hearing
from integration.settings import load
from plugins.hadir.tables import attendance_correction, attendance_event
from tests import cast
from tests.conftest import SECRET
from tests.live import talk_people
from tests.live.nextcloud_office import administrator
from tests.live.recording import serving
from tests.live.running import Clock
from tests.live.talk_people import PASSWORD, Person, occ
from tests.postgres import free_port
from tests.service import PATIENCE_SECONDS

pytestmark = [pytest.mark.live, talk_people.wanted]
CHROMIUM = "/usr/bin/chromium"


@dataclass
class Office:
    hadir: Hadir
    clock: Clock
    url: str
    account: str
    siti: Person
    budi: Person
    made: list[Person] = field(default_factory=list)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    home, run = tmp_path_factory.mktemp("talk"), f"talk-{secrets.token_hex(3)}"
    url = os.environ["HADIR_LIVE_NEXTCLOUD_URL"].rstrip("/")
    admin = Person(url, *administrator()[1:])
    accounts = [Person(url, f"{run}-{name}") for name in ("hadir", "siti", "budi")]
    bot, secret, port = f"{run} bot", secrets.token_hex(32), free_port()
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
