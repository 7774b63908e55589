"""An office of its own on a running Nextcloud: accounts, groups and folders that begin with one word, made and taken away."""

from __future__ import annotations

import contextlib
import copy
import os
import secrets
from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy import Connection

from integration import people
from integration.adapters.nextcloud.client import Client
from integration.adapters.nextcloud.errors import NextcloudError
from integration.adapters.nextcloud.setup.admin import Admin
from integration.app import manifest

UNIT, ID = "Setup Uji Otomatis", 9071
ROOT = f"Hadir/{UNIT}"
# (username, roles)
STAFF = (("setup-uji-siti", ("pegawai",)), ("setup-uji-budi", ("pegawai", "pimpinan")))


def administrator() -> tuple[str, str, str]:
    """(address, account, app password) of the server that is given."""
    names = [f"HADIR_LIVE_NEXTCLOUD_{name}" for name in ("URL", "ADMIN_USER", "ADMIN_PASSWORD")]
    if not all(map(os.environ.get, names)):
        pytest.skip(f"{', '.join(names)} name no running Nextcloud with an administrator")
    url, user, password = (os.environ[name] for name in names)
    return url.rstrip("/"), user, password


def own_names() -> dict[str, Any]:
    """The manifest, with names under which nobody else works."""
    changed = copy.deepcopy(manifest())
    about = changed["platforms"]["nextcloud"]
    about["account"] = {"id": "setup-uji-hadir", "display_name": "Hadir (uji)", "group": "setup-uji-layanan"}
    about["unit_groups"] = "setup-uji-unit-"
    about["bot"]["name"] = "Setup Uji"
    return changed


def settle(db: Connection) -> None:
    """One unit and its people, as an import leaves them."""
    db.execute(people.unit.insert().values(id=ID, name=UNIT))
    for number, (name, roles) in enumerate(STAFF, 1):
        row = {"id": ID + number, "nip": f"1985010120100{number:05}", "name": name.title(), "unit_id": ID, "roles": list(roles)}
        db.execute(people.person.insert().values(row | {"email": f"{name}@kantor.example", "zone": "Asia/Jakarta"}))
        db.execute(people.account.insert().values(person_id=ID + number, platform="nextcloud", username=name))


@dataclass
class Office:
    """What is there, as the administrator and the people see it."""

    url: str
    admin: tuple[str, str]
    passwords: dict[str, str] = field(default_factory=dict)

    def open(self) -> None:
        self.close()
        with contextlib.closing(self._client()) as client:
            for name, _ in STAFF:
                self.passwords[name] = f"{secrets.token_urlsafe(16)}-aA1!"
                body = {"userid": name, "password": self.passwords[name], "email": f"{name}@kantor.example"}
                client.call(lambda cloud, body=body: cloud.ocs("POST", "/ocs/v2.php/cloud/users", json=body))  # type: ignore[misc]

    def close(self) -> None:
        """Take away everything that has our names."""
        self.close_folder()
        with contextlib.closing(self._client()) as client:
            for name in ("setup-uji-hadir", *(name for name, _ in STAFF)):
                self._gone(client, f"/ocs/v2.php/cloud/users/{name}")
            for group in ("setup-uji-layanan", f"setup-uji-unit-{ID}"):
                self._gone(client, f"/ocs/v2.php/cloud/groups/{group}")

    def close_folder(self) -> None:
        """Take away the team folder with all that is in it."""
        with contextlib.closing(self._client()) as client:
            for folder in Admin(client).folders():
                if folder.mount == ROOT:
                    self._gone(client, f"/index.php/apps/groupfolders/folders/{folder.id}")

    def person(self, name: str) -> Client:
        return Client(self.url, name, self.passwords[name])

    def _client(self) -> Client:
        return Client(self.url, *self.admin)

    def _gone(self, client: Client, path: str) -> None:
        with contextlib.suppress(NextcloudError):
            client.call(lambda cloud: cloud.ocs("DELETE", path))
