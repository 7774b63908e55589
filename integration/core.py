"""The assembled service, without the adapters: what a route, a job or a command-line tool is handed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from integration.db import Database
from integration.dispatch import Dispatcher
from integration.i18n import Catalogues
from integration.plugin import Plugin
from integration.ports import ChatPlatform, Storage
from integration.settings import Settings
from integration.signing import Signer
from integration.workdays import Workdays

Clock = Callable[[], datetime]


@dataclass
class Hadir:
    """One assembled service; every process builds its own. `clock` gives aware UTC instants."""

    settings: Settings
    database: Database
    plugins: tuple[Plugin, ...]
    workdays: Workdays
    catalogues: Catalogues
    signer: Signer
    dispatcher: Dispatcher
    clock: Clock
    chats: dict[str, ChatPlatform] = field(default_factory=dict)
    storage: Storage | None = None
