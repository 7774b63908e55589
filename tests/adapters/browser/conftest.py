"""The cast with seats in the demo's room, and the desk plugin beside the real one."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from sqlalchemy import select

from integration import installation, people
from integration.app import assemble, connect, create_app, load_plugins
from integration.core import Hadir
from integration.deliveries.delivery import Delivery
from integration.settings import Settings
from tests import cast
from tests.adapters.browser.desk import PLUGIN, Visitor


@pytest.fixture
def hadir(settings: Settings, clock: cast.Clock) -> Iterator[Hadir]:
    service = assemble(settings, clock=clock, plugins=(*load_plugins(), PLUGIN))
    with service.database.write() as db:
        cast.settle(db)
        installation.put(db, installation.DEMO, True)
        for account in db.execute(select(people.account)).all():
            seat = {"platform": "browser", "username": account.username, "external_id": account.username}
            db.execute(people.account.insert().values(person_id=account.person_id, **seat))
    yield connect(service)
    service.database.dispose()


@pytest.fixture
def app(hadir: Hadir) -> Flask:
    return create_app(hadir)


@pytest.fixture
def room(app: Flask) -> Callable[[str], Visitor]:
    """`room("siti")` is Siti's page in the chat room."""
    return lambda username: Visitor(app, username)


@pytest.fixture
def deliver(hadir: Hadir) -> Callable[[], int]:
    """What the worker does with the outbox."""
    return Delivery(hadir).step
