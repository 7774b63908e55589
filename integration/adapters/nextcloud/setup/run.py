"""Make a Nextcloud fit the manifest: account, app password, people's accounts, units' folders, calendar, Talk's bot.

An administrator's app password is used for the run and not kept. A second run finds nothing to do.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import Row

from integration import accounts, installation
from integration.adapters.nextcloud.client import SILENCE_SECONDS, Client
from integration.adapters.nextcloud.setup.account import ServiceAccount
from integration.adapters.nextcloud.setup.accounts import PLATFORM, users
from integration.adapters.nextcloud.setup.admin import Admin, User
from integration.adapters.nextcloud.setup.calendar import make_calendar
from integration.adapters.nextcloud.setup.changes import Changes, Say, SetupError
from integration.adapters.nextcloud.setup.talk import set_up_talk
from integration.adapters.nextcloud.setup.units import Units
from integration.core import Hadir

APPS = {
    "groupfolders": "without it (Team folders) units have no folders of their own: files lie in the account of Hadir alone",
    "spreed": "without it (Talk) nobody can write to Hadir in Nextcloud",
}


@dataclass(frozen=True, slots=True)
class Wishes:
    """What an administrator may want otherwise; empty for what the manifest, the people file and the last run say."""

    account: str = ""
    email: str = ""
    callback: str = ""
    units: Sequence[str] = ()
    new_app_password: bool = False
    new_talk_secret: bool = False


class Setup:
    """One run. `say` gets a line for every change; with `dry_run` the lines say what would change, and nothing does."""

    def __init__(
        self,
        hadir: Hadir,
        url: str,
        admin: tuple[str, str],
        manifest: Mapping[str, Any],
        wishes: Wishes,
        *,
        say: Say,
        dry_run: bool,
        silence_seconds: float = SILENCE_SECONDS,
    ) -> None:
        self._hadir, self._url, self._wishes = hadir, url.rstrip("/"), wishes
        self._manifest = manifest
        self._about: Mapping[str, Any] = manifest["platforms"]["nextcloud"]
        self._client = Client(self._url, *admin, silence_seconds=silence_seconds)
        self._admin = Admin(self._client)
        self._changes = Changes(hadir, say, dry_run=dry_run)
        self._given = hadir.settings.nextcloud_url.rstrip("/")
        self._account = ServiceAccount(
            hadir, self._changes, self._admin, self._url, self._about["account"], wishes.account, wishes.email, silence_seconds
        )

    def run(self) -> int:
        """Do what is missing; the number of changes. Raises `SetupError`, `NextcloudError`."""
        with contextlib.closing(self._client):
            apps = self._server()
            elsewhere = self._forget_another_server()
            user = self._account.ensure()
            password = self._account.app_password(user, new=self._wishes.new_app_password)
            bound = self._bind_accounts()
            with contextlib.closing(self._account.client(password)) as service:
                ours = service if password else None
                if "groupfolders" in apps:
                    self._units(ours, bound, elsewhere=elsewhere)
                make_calendar(self._changes, ours, self._account.id)
                if "spreed" in apps:
                    about = (self._manifest, self._wishes.callback, self._wishes.new_talk_secret)
                    set_up_talk(self._hadir, self._changes, self._admin, ours, *about)
            return self._changes.count

    # ------------------------------------------------------------ the server

    def _server(self) -> frozenset[str]:
        """The apps that are switched on; raises `SetupError` for a server that will not do."""
        if self._given and self._given != self._url:
            raise SetupError(f"HADIR_NEXTCLOUD_URL is {self._given}: set up that server, or unset HADIR_NEXTCLOUD_*")
        version, least = self._admin.version(), self._about["least_version"]
        if numbers(version) < numbers(least):
            raise SetupError(f"Nextcloud {version} is older than {least}: upgrade it first")
        apps = self._admin.apps()
        for app, loss in APPS.items():
            if app not in apps:
                self._changes.note(f"the app {app} is not switched on: {loss}; occ app:enable {app}, then run setup again")
        return apps

    def _forget_another_server(self) -> bool:
        """Whether the last run was on another one: numbers of folders are those of one server."""
        with self._hadir.database.read() as db:
            stored, units = installation.get(db, "nextcloud.url", ""), installation.get(db, "nextcloud.units", {})
        another = bool(units and stored and stored != self._url)
        if another:
            text = f"forget which groups and folders the units had on {stored}"
            self._changes.store(text, lambda db: installation.put(db, "nextcloud.units", {}))
        return another

    # ------------------------------------------------------------ people and units

    def _bind_accounts(self) -> dict[str, int]:
        """People whose account was imported get the id behind it, unless the e-mail address says it is somebody else.

        Gives the person's number by the id; a dry run goes on as if it had bound them.
        """
        bound = {}
        with self._hadir.database.read() as db:
            rows, taken = accounts.unbound(db, PLATFORM), accounts.taken(db, PLATFORM)
        found = users(self._admin.user, [row.username for row in rows])
        for row in rows:
            user = found.get(row.username)
            if user is None or user.id in taken:
                self._changes.note(f"{row.name}: Nextcloud has no free account named {row.username}")
            elif row.email and user.email and row.email != user.email:
                self._changes.note(f"{row.name}: {row.username} has another e-mail address and was not linked")
            else:
                self._changes.store(f"link {user.id} to {row.name}", partial(self._bind, row, user))
                bound[user.id] = int(row.person_id)
        return bound

    def _bind(self, row: Row[Any], user: User, db: Any) -> None:
        accounts.bind(db, PLATFORM, row, user.id, self._hadir.clock())

    def _units(self, service: Client | None, bound: Mapping[str, int], *, elsewhere: bool) -> None:
        if self._hadir.settings.nextcloud_folder:
            self._changes.note(
                f"HADIR_NEXTCLOUD_FOLDER is {self._hadir.settings.nextcloud_folder}: everything is put there, and its rights "
                "are yours to give; folders and groups of units are left alone"
            )
            return
        units = Units(self._hadir, self._changes, self._admin, service, self._account.id, self._about)
        units.run(bound, self._wishes.units, elsewhere=elsewhere)


def numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version)[:3])
