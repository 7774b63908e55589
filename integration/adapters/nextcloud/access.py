"""How this installation reaches its Nextcloud, and the one client through which all of it goes."""

from __future__ import annotations

from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

from integration import installation
from integration.adapters.nextcloud.client import Client
from integration.core import Hadir


@dataclass(frozen=True, slots=True)
class Access:
    """`folder`: under which folder of the account Hadir's tree lies, "" for the account's root."""

    url: str
    user: str
    password: str = field(repr=False)
    folder: str = ""


def access(hadir: Hadir) -> Access | None:
    """From the settings, else from what setup stored; None if Nextcloud is not set up. Raises `SecretLost`."""
    given = hadir.settings
    if given.nextcloud_url:
        password = given.nextcloud_app_password.get_secret_value()
        return Access(given.nextcloud_url.rstrip("/"), given.nextcloud_user, password, given.nextcloud_folder)
    with hadir.database.read() as db:
        url = str(installation.get(db, "nextcloud.url", ""))
        user = str(installation.get(db, "nextcloud.user", ""))
        password = installation.get_secret(db, hadir.signer, "nextcloud.app_password")
        folder = str(installation.get(db, "nextcloud.folder", ""))
    return Access(url.rstrip("/"), user, password, folder) if url and user and password else None


def client(hadir: Hadir, found: Access) -> Client:
    """The client of this process: shared, so that no more than four calls at a time go out whoever makes them.

    When setup has made a new app password, it goes on with that one by itself.
    """
    known, account = _clients.setdefault(hadir.signer, {}), (found.url, found.user)
    if account not in known:
        known[account] = Client(*account, found.password, renewed=lambda: _password(hadir, found))
    known[account].use(found.password)
    return known[account]


def _password(hadir: Hadir, found: Access) -> str:
    """The app password of that account as it is now."""
    now = access(hadir)
    return now.password if now and (now.url, now.user) == (found.url, found.user) else found.password


_clients: WeakKeyDictionary[object, dict[tuple[str, str], Client]] = WeakKeyDictionary()
