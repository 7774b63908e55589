"""The whole office behind Mattermost's callbacks: real plugins, real routes, and an HTTP server that plays Mattermost."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from flask import Flask
from pytest_httpserver import HTTPServer

from integration import installation, logs, people
from integration.app import assemble, connect, create_app
from integration.core import Hadir
from integration.settings import load
from tests import cast
from tests.adapters.mattermost.conftest import CALLBACK, TEAM, TOKEN, Desk, dialogs, register

__all__ = ["dialogs"]


@pytest.fixture
def service(database_url: str, tmp_path: Path, clock: cast.Clock, httpserver: HTTPServer) -> Iterator[Hadir]:
    """Hadir as it is deployed: every plugin, set up for the Mattermost that `httpserver` plays."""
    settings = load(
        {},
        database_url=database_url,
        secret_key="t" * 64,
        home=tmp_path / "home",
        mattermost_url=httpserver.url_for("/").rstrip("/"),
        mattermost_bot_token="bot-token",
    )
    made = assemble(settings, clock=clock)
    with made.database.write() as db:
        cast.settle(db)
        installation.put(db, "mattermost.callback_url", CALLBACK)
        register(db, TOKEN, TEAM, "hadir")
    yield connect(made)
    made.database.dispose()


@pytest.fixture
def app(service: Hadir) -> Flask:
    return create_app(service)


@pytest.fixture
def desk(service: Hadir, app: Flask) -> Desk:
    return Desk(service, app)


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    """Everything that structlog writes from here on, at DEBUG."""
    before = structlog.get_config()
    logs.configure("DEBUG")
    written = io.StringIO()
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(written), cache_logger_on_first_use=False)
    yield written
    structlog.configure(**before)


def person_id(hadir: Hadir, username: str) -> int:
    with hadir.database.read() as db:
        found = people.by_username(db, "mattermost", username)
    assert found
    return found.id


def change(hadir: Hadir, username: str, **values: Any) -> None:
    """Something about the person becomes different behind everybody's back."""
    with hadir.database.write() as db:
        table = people.person
        db.execute(table.update().where(table.c.nip == cast.NIP[username]).values(values))
