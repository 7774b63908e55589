"""A Hadir that is an app of a Nextcloud, and its people there: `siti` is Siti's account."""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from integration import people
from integration.adapters.nextcloud.exapp.app import AppClient
from integration.adapters.nextcloud.exapp.delivery import _menu, _no_menu, _ready
from integration.adapters.nextcloud.exapp.presence import NextcloudPresence
from integration.app import assemble, connect, create_app
from integration.core import Hadir
from integration.deliveries.delivery import Delivery
from integration.ports import Event, Span
from integration.settings import load
from tests import cast
from tests.conftest import SECRET

ID, APP_SECRET = "hadir", "rahasia-aplikasi-" + "r" * 40
VERSION = "0.1.0"
PAGE = "/exapp/page"


def settled(database_url: str, home: Path, clock: Callable[[], datetime], url: str, **given: str) -> Hadir:
    """The cast, all of them with accounts on Nextcloud, in a Hadir that is an app of the one at `url`."""
    wished = {"exapp_id": ID, "exapp_secret": APP_SECRET, **given}
    account = {"nextcloud_url": url, "nextcloud_user": "hadir", "nextcloud_app_password": "sandi-aplikasi-rahasia"}
    hadir = assemble(
        load({}, database_url=database_url, secret_key=SECRET, home=home, **account, **wished),
        clock=clock,
    )
    with hadir.database.write() as db:
        cast.settle(db)
        for username, *_ in cast.CAST:
            add_account(db, username, username)
    return connect(hadir)


def add_account(db: object, username: str, account: str) -> None:
    """`account` on Nextcloud is that person's."""
    person = db.scalar(select(people.person.c.id).where(people.person.c.nip == cast.NIP[username]))  # type: ignore[attr-defined]
    row = {"person_id": person, "platform": "nextcloud", "username": account, "external_id": account}
    db.execute(people.account.insert().values(row))  # type: ignore[attr-defined]


def credentials(account: str = "", secret: str = APP_SECRET) -> str:
    return base64.b64encode(f"{account}:{secret}".encode()).decode()


def headers(account: str = "", **changed: str) -> dict[str, str]:
    """As AppAPI sends them; with `authorization=` and so on otherwise."""
    given = {
        "AA-VERSION": "32.0.0",
        "EX-APP-ID": changed.get("id", ID),
        "EX-APP-VERSION": changed.get("version", VERSION),
        "AUTHORIZATION-APP-API": changed.get("authorization", credentials(account)),
        "AA-REQUEST-ID": "CLI",
    }
    return {name: value for name, value in given.items() if value}


class Desk:
    """A person at their page: what they see, press and type."""

    def __init__(self, hadir: Hadir, account: str) -> None:
        self._client: FlaskClient = create_app(hadir).test_client()
        self._account = account
        self.last: TestResponse | None = None

    def opens(self, path: str = PAGE) -> str:
        self.last = self._client.get(path, headers=headers(self._account))
        return self.last.get_data(as_text=True)

    def sends(self, **form: str) -> str:
        self.last = self._client.post(PAGE, data=form, headers=headers(self._account))
        return self.last.get_data(as_text=True)


def deliver(hadir: Hadir) -> None:
    """Until nothing is left that may be delivered now."""
    delivery = Delivery(hadir)
    while delivery.step():
        pass


# ---------------------------------------------------------------- what is recorded

DAY = datetime(2030, 1, 7, tzinfo=UTC)


def everything(client: AppClient, account: str) -> None:
    """Every call that the app makes, once in each way in which it can go; the same at each time."""
    client.call(_ready)
    client.call(_menu)
    client.call(_menu)
    client.call(_no_menu)
    client.call(_no_menu)
    assert client.enabled()
    presence = NextcloudPresence(client, lambda: DAY)
    presence.status(account, "Bekerja dari rumah (WFH)", "🏠", DAY + timedelta(hours=9))
    presence.clear(account, "pesan orang lain")
    presence.clear(account, "Bekerja dari rumah (WFH)")
    presence.clear(account, "Bekerja dari rumah (WFH)")
    span = Span(DAY, DAY + timedelta(hours=9))
    event = Event(uid="hadir-uji-exapp", title="Bekerja dari rumah (WFH)", span=span, zone="Asia/Jakarta")
    shorter = Event(uid=event.uid, title=event.title, span=Span(DAY, DAY + timedelta(hours=8)), zone=event.zone, sequence=1)
    presence.put(account, event)
    presence.put(account, event)
    presence.put(account, shorter)
    presence.remove(account, event.uid)
    presence.remove(account, event.uid)
    presence.put(account, shorter)
    presence.put(account, event)
