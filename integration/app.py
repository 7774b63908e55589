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

from integration import installation
from integration.calendars import delivery as calendar_delivery
from integration.core import Clock, Hadir
from integration.db import DEFAULT_POOL, Database
from integration.deliveries import account_check
from integration.deliveries import chat as chat_delivery
from integration.deliveries import mail as mail_delivery
from integration.deliveries import presence as presence_delivery
from integration.deliveries import storage as storage_delivery
from integration.deliveries import task as task_delivery
from integration.dispatch import Dispatcher
from integration.hearing import inbox
from integration.i18n import Catalogues
from integration.plugin import Plugin
from integration.ports import Calendar, Mail, Mailbox, Ports, Storage, VideoProvider
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
    database = Database(settings.database, pool_size=max(DEFAULT_POOL, settings.web_threads))
    workdays = Workdays(
        tuple(plugin.day_plan for plugin in plugins if plugin.day_plan),
        changed={plugin.day_plan: plugin.hours_changed for plugin in plugins if plugin.day_plan and plugin.hours_changed},
        activities=tuple(plugin.activities for plugin in plugins if plugin.activities),
        places=tuple(plugin.place for plugin in plugins if plugin.place),
    )
    catalogues = Catalogues((plugin.translations for plugin in plugins), settings.locale)
    ports = Ports()
    return Hadir(
        settings=settings,
        database=database,
        plugins=plugins,
        workdays=workdays,
        catalogues=catalogues,
        signer=Signer(settings.secret_key.get_secret_value()),
        dispatcher=Dispatcher(database, plugins, settings, workdays, catalogues, ports),
        clock=clock,
        ports=ports,
    )


def connect(hadir: Hadir) -> Hadir:
    """Connect the adapters that this installation is set up for; reads the database and calls nothing outside."""
    hadir.deliverers[chat_delivery.KIND] = chat_delivery.deliver
    hadir.deliverers[account_check.KIND] = account_check.deliver
    hadir.deliverers[storage_delivery.KIND] = storage_delivery.deliver
    hadir.deliverers[task_delivery.KIND] = task_delivery.deliver
    hadir.deliverers[inbox.KIND] = inbox.deliver
    hadir.deliverers[calendar_delivery.KIND] = calendar_delivery.deliver
    hadir.deliverers[mail_delivery.KIND] = mail_delivery.deliver
    hadir.deliverers[presence_delivery.KIND] = presence_delivery.deliver
    hadir.reconnect = lambda: _connect_platforms(hadir)
    hadir.reconnect()
    return hadir


def _connect_platforms(hadir: Hadir) -> None:
    # Loaded here: most commands talk to no platform.
    from integration.adapters.browser import forms
    from integration.adapters.browser.chat import BrowserChat
    from integration.adapters.mattermost.chat import connect
    from integration.adapters.mattermost.connection import PLATFORM
    from integration.adapters.nextcloud.talk import chat as talk

    ports = hadir.ports
    hadir.form_link = partial(forms.form_link, hadir)
    if ports.storage is None or ports.storage.name == "local":  # setup may have connected a Nextcloud meanwhile
        ports.storage = storage_of(hadir)
    ports.mail = ports.mail or mail_of(hadir)
    ports.mailbox = ports.mailbox or mailbox_of(hadir)
    if ports.calendar is None or ports.calendar.name == "local":
        ports.calendar = calendar_of(hadir)
    if PLATFORM not in ports.chats and (mattermost := connect(hadir)):
        ports.chats[PLATFORM] = mattermost
    if talk.TalkChat.name not in ports.chats and (nextcloud := talk.connect(hadir)):
        ports.chats[nextcloud.name] = nextcloud
    ports.videos = videos_of(hadir) | ports.videos  # those that are there keep their connections
    if hadir.settings.exapp_secret.get_secret_value():
        _connect_exapp(hadir)
    with hadir.database.read() as db:
        if installation.is_demo(db):
            ports.chats.setdefault(BrowserChat.name, BrowserChat(hadir.database, hadir.clock))


def _connect_exapp(hadir: Hadir) -> None:
    from integration.adapters.nextcloud.exapp import app as exapp
    from integration.adapters.nextcloud.exapp import delivery as exapp_delivery
    from integration.adapters.nextcloud.exapp.presence import NextcloudPresence

    hadir.deliverers[exapp_delivery.KIND] = exapp_delivery.deliver
    if hadir.ports.presence is None and (client := exapp.client(hadir)):
        hadir.ports.presence = NextcloudPresence(client, hadir.clock)


def storage_of(hadir: Hadir) -> Storage:
    """Nextcloud where one is set up, else a folder of this machine."""
    from integration.adapters.local.storage import FolderStorage
    from integration.adapters.nextcloud import access
    from integration.adapters.nextcloud.files import NextcloudStorage

    found = access.access(hadir)
    if found is None:
        return FolderStorage(hadir.settings.home / "files")
    client, key = access.client(hadir, found), hadir.signer.key("nextcloud-links")
    return NextcloudStorage(client, found.folder, key=key, clock=hadir.clock)


def calendar_of(hadir: Hadir) -> Calendar:
    """Nextcloud's where one is set up, else a plain CalDAV server's, else a folder of this machine."""
    from integration.adapters.caldav import CalDavCalendar
    from integration.adapters.local.calendar import IcsCalendar
    from integration.adapters.nextcloud import access
    from integration.adapters.nextcloud.calendar import NextcloudCalendar

    settings = hadir.settings
    if found := access.access(hadir):
        return NextcloudCalendar(access.client(hadir, found), clock=hadir.clock)
    mail = hadir.ports.mail or mail_of(hadir)
    organizer = mail.sender if mail else ""
    if settings.caldav_url:
        account = settings.caldav_url, settings.caldav_user, settings.caldav_password.get_secret_value()
        return CalDavCalendar(*account, clock=hadir.clock, organizer=organizer)
    return IcsCalendar(settings.home / "calendar", hadir.clock, organizer)


def videos_of(hadir: Hadir) -> dict[str, VideoProvider]:
    """Every video provider that the settings or setup have connected, by name; calls nothing outside."""
    from integration.adapters.mattermost import calls
    from integration.adapters.nextcloud import access
    from integration.adapters.nextcloud.talk.rooms import TalkVideo
    from integration.adapters.video import providers

    key = hadir.signer.key("video-rooms")
    found = providers.configured(hadir.settings, key=key, clock=hadir.clock)
    nextcloud = access.access(hadir)
    if nextcloud:
        client = access.client(hadir, nextcloud)
        found[TalkVideo.name] = TalkVideo(client, nextcloud.url, key=key, clock=hadir.clock)
    if mattermost := calls.connect(hadir):
        found[mattermost.name] = mattermost
    return found


def mail_of(hadir: Hadir) -> Mail | None:
    """The mail server of the settings, if there is one."""
    from integration.adapters.smtp import Access, SmtpMail

    given = hadir.settings
    if not given.smtp_host:
        return None
    access = Access(
        host=given.smtp_host,
        port=given.smtp_port,
        sender=given.smtp_from,
        user=given.smtp_user,
        password=given.smtp_password.get_secret_value(),
        security=given.smtp_security,
    )
    return SmtpMail(access, clock=hadir.clock)


def mailbox_of(hadir: Hadir) -> Mailbox | None:
    """Where answers to our own invitations arrive, if that is set."""
    from integration.adapters.imap import Access, ImapMailbox

    given = hadir.settings
    if not given.imap_host:
        return None
    access = Access(
        host=given.imap_host,
        port=given.imap_port,
        user=given.imap_user,
        password=given.imap_password.get_secret_value(),
        security=given.imap_security,
        folder=given.imap_folder,
    )
    return ImapMailbox(access)


class _Application(Flask):
    def log_exception(self, exc_info: Any) -> None:
        """Without the path, which may be a personal form's and its key."""
        log.error("request_failed", endpoint=request.endpoint, method=request.method, exc_info=exc_info)


def create_app(hadir: Hadir) -> Flask:
    """The web application: health, metrics and one blueprint for each adapter."""
    from integration import health
    from integration.adapters.browser import forms, markup, pages, room
    from integration.adapters.mattermost import routes
    from integration.adapters.nextcloud.exapp import app as exapp
    from integration.adapters.nextcloud.exapp import routes as exapp_routes
    from integration.adapters.nextcloud.talk import routes as talk_routes

    app = _Application("hadir", static_folder=None, template_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY_BYTES
    app.register_blueprint(health.blueprint(hadir))
    app.register_blueprint(routes.blueprint(hadir, form_link=partial(forms.form_link, hadir)))
    app.register_blueprint(talk_routes.blueprint(hadir))
    app.register_blueprint(forms.blueprint(hadir))
    app.register_blueprint(pages.blueprint(hadir))
    if exapp_found := exapp.find(hadir):
        app.register_blueprint(exapp_routes.blueprint(hadir, exapp_found, to_html=markup.to_html, style=forms.STYLE))
    with hadir.database.read() as db:
        demo = installation.is_demo(db)
    if demo:
        app.register_blueprint(room.blueprint(hadir))
    return app
