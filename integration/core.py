"""The assembled service, without the adapters: what a route, a job or a command-line tool is handed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from integration.db import Database
from integration.dispatch import Dispatcher
from integration.i18n import Catalogues
from integration.messages import Form, Sender
from integration.outbox import Row
from integration.plugin import Plugin
from integration.ports import Ports
from integration.settings import Settings
from integration.signing import Signer
from integration.workdays import Workdays

Clock = Callable[[], datetime]

# Delivers one outbox row outside any transaction and says where it ended up; raises `DeliveryError`.
# A repeat after a crash carries the same `row.key`.
Deliverer = Callable[["Hadir", Row], Mapping[str, Any] | None]


@dataclass
class Hadir:
    """One assembled service; every process builds its own. `clock` gives aware UTC instants.

    `deliverers` are keyed by the `kind` of an outbox row. `reconnect` looks for platforms that setup has added since
    the start. `form_link` gives the address of a page on which that person can fill the form.
    """

    settings: Settings
    database: Database
    plugins: tuple[Plugin, ...]
    workdays: Workdays
    catalogues: Catalogues
    signer: Signer
    dispatcher: Dispatcher
    clock: Clock
    ports: Ports
    deliverers: dict[str, Deliverer] = field(default_factory=dict)
    reconnect: Callable[[], None] = lambda: None
    form_link: Callable[[Form, Sender], str] | None = None
