"""The one place where settings, adapters, plugins and the core meet."""

from __future__ import annotations

import importlib
import json
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path
from typing import Any

import structlog
from flask import Flask, request

from integration import account_check, chat_delivery, installation, storage_delivery, task_delivery
from integration.core import Clock, Hadir
from integration.db import Database
from integration.dispatch import Dispatcher
from integration.i18n import Catalogues
from integration.plugin import Plugin
from integration.ports import Storage
from integration.settings import Settings
from integration.signing import Signer
from integration.workdays import Workdays

log = structlog.get_logger()

MAX_BODY_BYTES = 1 << 20


def utc_now() -> datetime:
    """The only clock; everything else is handed the time."""
    return datetime.now(UTC)


@cache
def manifest() -> dict[str, Any]:
    """What this integration is; beside the package in a checkout, inside it when installed."""
    here = Path(__file__).parent
    path = next(path for path in (here / "manifest.json", here.parent / "manifest.json") if path.exists())
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def load_plugins(names: tuple[str, ...] = ()) -> tuple[Plugin, ...]:
    """The plugins that the manifest (or the settings) name, in that order."""
    return tuple(importlib.import_module(f"plugins.{name}.plugin").PLUGIN for name in names or manifest()["plugins"])


def assemble(settings: Settings, *, clock: Clock = utc_now, plugins: tuple[Plugin, ...] | None = None) -> Hadir:
    """Put the service together; opens no connection yet."""
    plugins = load_plugins(settings.plugins) if plugins is None else plugins
    database = Database(settings.database, pool_size=settings.web_threads)
    workdays = Workdays(
        tuple(plugin.day_plan for plugin in plugins if plugin.day_plan),
        changed={plugin.day_plan: plugin.hours_changed for plugin in plugins if plugin.day_plan and plugin.hours_changed},
    )
    catalogues = Catalogues((plugin.translations for plugin in plugins), settings.locale)
    return Hadir(
        settings=settings,
        database=database,
        plugins=plugins,
        workdays=workdays,
        catalogues=catalogues,
        signer=Signer(settings.secret_key.get_secret_value()),
        dispatcher=Dispatcher(database, plugins, settings, workdays, catalogues),
        clock=clock,
    )


def connect(hadir: Hadir) -> Hadir:
    """Connect the adapters that this installation is set up for; reads the database and calls nothing outside."""
    hadir.deliverers[chat_delivery.KIND] = chat_delivery.deliver
    hadir.deliverers[account_check.KIND] = account_check.deliver
    hadir.deliverers[storage_delivery.KIND] = storage_delivery.deliver
    hadir.deliverers[task_delivery.KIND] = task_delivery.deliver
    hadir.reconnect = lambda: _connect_platforms(hadir)
    hadir.reconnect()
    return hadir


def _connect_platforms(hadir: Hadir) -> None:
    # Loaded here: most commands talk to no platform.
    from integration.adapters.browser.chat import BrowserChat
    from integration.adapters.mattermost.chat import PLATFORM, connect

    hadir.storage = hadir.storage or storage_of(hadir)
    if PLATFORM not in hadir.chats and (mattermost := connect(hadir)):
        hadir.chats[PLATFORM] = mattermost
    with hadir.database.read() as db:
        if installation.is_demo(db):
            hadir.chats.setdefault(BrowserChat.name, BrowserChat(hadir.database, hadir.clock))


def storage_of(hadir: Hadir) -> Storage:
    """Nextcloud where the settings name one, else a folder of this machine."""
    from integration.adapters.local.storage import FolderStorage
    from integration.adapters.nextcloud.client import Client
    from integration.adapters.nextcloud.files import NextcloudStorage

    given = hadir.settings
    if not given.nextcloud_url:
        return FolderStorage(given.home / "files")
    client = Client(given.nextcloud_url, given.nextcloud_user, given.nextcloud_app_password.get_secret_value())
    key = hadir.signer.key("nextcloud-links")
    return NextcloudStorage(client, given.nextcloud_folder, key=key, clock=hadir.clock)


class _Application(Flask):
    def log_exception(self, exc_info: Any) -> None:
        """Without the path, which may be a personal form's and its key."""
        log.error("request_failed", endpoint=request.endpoint, method=request.method, exc_info=exc_info)


def create_app(hadir: Hadir) -> Flask:
    """The web application: health, metrics and one blueprint for each adapter."""
    from integration import health
    from integration.adapters.browser import forms, room
    from integration.adapters.mattermost import routes

    app = _Application("hadir", static_folder=None, template_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY_BYTES
    app.register_blueprint(health.blueprint(hadir))
    app.register_blueprint(routes.blueprint(hadir, form_link=partial(forms.form_link, hadir)))
    app.register_blueprint(forms.blueprint(hadir))
    with hadir.database.read() as db:
        demo = installation.is_demo(db)
    if demo:
        app.register_blueprint(room.blueprint(hadir))
    return app
