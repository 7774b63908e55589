"""Whose account is whose: a people file names accounts, Nextcloud says how each is really written and whose address it has."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import Connection, select

from integration import people
from integration.adapters.nextcloud.client import PARALLEL
from integration.adapters.nextcloud.setup.admin import User

PLATFORM = "nextcloud"

Ask = Callable[[str], User | None]


def owners(db: Connection) -> dict[str, int]:
    """Whose id on Nextcloud is known: the person's number by it, those who have left included."""
    known = select(people.account.c.external_id, people.account.c.person_id)
    rows = db.execute(known.where(people.account.c.platform == PLATFORM, people.account.c.external_id.is_not(None)))
    return {row.external_id: row.person_id for row in rows}


def users(ask: Ask, names: Iterable[str]) -> dict[str, User]:
    """The active accounts of these names, by name."""
    wanted = list(names)
    with ThreadPoolExecutor(PARALLEL) as threads:
        found = dict(zip(wanted, threads.map(ask, wanted), strict=True))
    return {name: user for name, user in found.items() if user and user.enabled}
