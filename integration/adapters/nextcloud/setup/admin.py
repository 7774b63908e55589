"""What an administrator may do on a Nextcloud: accounts, groups, team folders, the bots of Talk.

Paths and fields are those of the provisioning API, of groupfolders 19 and later, and of Talk's bot API, as Nextcloud 32
answers them. Everything may run twice: what is there already, or gone already, is no error.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from integration.adapters.nextcloud.client import Client
from integration.adapters.nextcloud.errors import NextcloudError

ALL = 31  # read 1, change 2, create 4, delete 8, share 16
SERVICE = "hadir-layanan"
ADMINISTRATORS = "admin"
_CLOUD = "/ocs/v2.php/cloud"
_FOLDERS = "/index.php/apps/groupfolders/folders"
_BOTS = "/ocs/v2.php/apps/spreed/api/v1/bot/admin"
_SETTING = "/ocs/v2.php/apps/provisioning_api/api/v1/config/apps"
_PAGE = 200
# The provisioning API's word for "there is one already" (groups, accounts).
_EXISTS = "exists"


@dataclass(frozen=True, slots=True)
class User:
    """An account; `id` as Nextcloud writes it, which may differ in case from how it was asked for."""

    id: str
    name: str
    email: str
    enabled: bool
    groups: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """`changeable`: its members are kept in Nextcloud itself, not in a directory (LDAP) that only feeds it."""

    id: str
    name: str
    changeable: bool


@dataclass(frozen=True, slots=True)
class TeamFolder:
    """A group folder: where it is mounted, the rights of each group (see `ALL`), who manages its finer rights."""

    id: int
    mount: str
    groups: Mapping[str, int]
    acl: bool
    managers: frozenset[str]


@dataclass(frozen=True, slots=True)
class Bot:
    """A bot of Talk; `state` 0: switched off, 1: moderators may use it, 2: only occ may; `features` 1: webhook, 2: response."""

    id: int
    name: str
    url: str
    state: int
    features: int
    errors: int
    last_error: str


class Admin:
    """Every method may raise `NextcloudError`; 403 means that the account is no administrator."""

    def __init__(self, client: Client) -> None:
        self._client = client

    # ------------------------------------------------------------ the server

    def version(self) -> str:
        return str(self._get(f"{_CLOUD}/capabilities")["version"]["string"])

    def apps(self) -> frozenset[str]:
        """The apps that are switched on."""
        return frozenset(self._get(f"{_CLOUD}/apps", filter="enabled")["apps"])

    def setting(self, app: str, key: str) -> str:
        return str(self._get(f"{_SETTING}/{app}/{key}")["data"])

    def examined(self) -> dict[str, dict[str, Any]]:
        """Nextcloud's own look at itself, by the last word of each check's name: severity, name, description."""
        groups = self._client.call(lambda cloud: cloud.page("/index.php/settings/ajax/checksetup")).json()
        return {name.rpartition("\\")[2]: check for checks in groups.values() for name, check in dict(checks).items()}

    # ------------------------------------------------------------ accounts

    def user(self, id: str) -> User | None:
        try:
            found = self._get(f"{_CLOUD}/users/{_quoted(id)}")
        except NextcloudError as error:
            if error.status == 404:
                return None
            raise
        groups = tuple(found["groups"])
        return User(found["id"], found["displayname"], (found["email"] or "").lower(), found["enabled"] is not False, groups)

    def create_user(self, id: str, password: str, name: str, email: str, group: str) -> None:
        fields = {"userid": id, "password": password, "displayName": name, "email": email, "groups": [group]}
        self._unless_there("POST", f"{_CLOUD}/users", fields)

    def change_user(self, id: str, field: str, value: str) -> None:
        """`field`: displayname, email or password."""
        self._send("PUT", f"{_CLOUD}/users/{_quoted(id)}", {"key": field, "value": value})

    def enable_user(self, id: str) -> None:
        self._send("PUT", f"{_CLOUD}/users/{_quoted(id)}/enable", {})

    # ------------------------------------------------------------ groups

    def groups(self) -> list[Group]:
        return list(self._groups())

    def _groups(self) -> Iterator[Group]:
        offset = 0
        while True:
            page = self._get(f"{_CLOUD}/groups/details", limit=_PAGE, offset=offset)["groups"]
            for group in page:
                yield Group(group["id"], group["displayname"], bool(group["canAdd"]) and bool(group["canRemove"]))
            if len(page) < _PAGE:
                return
            offset += _PAGE

    def members(self, group: str) -> frozenset[str]:
        return frozenset(self._get(f"{_CLOUD}/groups/{_quoted(group)}/users")["users"])

    def create_group(self, id: str, name: str) -> None:
        self._unless_there("POST", f"{_CLOUD}/groups", {"groupid": id, "displayname": name})

    def rename_group(self, id: str, name: str) -> None:
        self._send("PUT", f"{_CLOUD}/groups/{_quoted(id)}", {"key": "displayname", "value": name})

    def join(self, user: str, group: str) -> None:
        self._send("POST", f"{_CLOUD}/users/{_quoted(user)}/groups", {"groupid": group})

    def leave(self, user: str, group: str) -> None:
        self._send("DELETE", f"{_CLOUD}/users/{_quoted(user)}/groups", {"groupid": group})

    # ------------------------------------------------------------ team folders

    def folders(self) -> list[TeamFolder]:
        return [_folder(found) for found in _values(self._get(_FOLDERS))]

    def create_folder(self, mount: str) -> TeamFolder:
        """Raises `NextcloudError` (400) if something is mounted there."""
        return _folder(self._send("POST", _FOLDERS, {"mountpoint": mount}))

    def mount(self, folder: int, mount: str) -> None:
        self._send("POST", f"{_FOLDERS}/{folder}/mountpoint", {"mountpoint": mount})

    def admit(self, folder: int, group: str, rights: int = ALL) -> None:
        self._send("POST", f"{_FOLDERS}/{folder}/groups", {"group": group})
        self._send("POST", f"{_FOLDERS}/{folder}/groups/{_quoted(group)}", {"permissions": rights})

    def shut_out(self, folder: int, group: str) -> None:
        self._send("DELETE", f"{_FOLDERS}/{folder}/groups/{_quoted(group)}", {})

    def refine(self, folder: int, manager: str) -> None:
        """Switch on finer rights, set by the members of the group `manager`."""
        self._send("POST", f"{_FOLDERS}/{folder}/acl", {"acl": 1})
        self._send("POST", f"{_FOLDERS}/{folder}/manageACL", {"mappingType": "group", "mappingId": manager, "manageAcl": 1})

    # ------------------------------------------------------------ Talk

    def bots(self) -> list[Bot]:
        return [_bot(found) for found in self._get(_BOTS)]

    # ------------------------------------------------------------ helpers

    def _get(self, path: str, **params: Any) -> Any:
        return self._client.call(lambda cloud: cloud.ocs("GET", path, params=params))

    def _send(self, method: str, path: str, fields: Mapping[str, Any]) -> Any:
        """In the body, not in the address: there a password would be logged on the way."""
        return self._client.call(lambda cloud: cloud.ocs(method, path, json=dict(fields)))

    def _unless_there(self, method: str, path: str, fields: Mapping[str, Any]) -> None:
        try:
            self._send(method, path, fields)
        except NextcloudError as error:
            if _EXISTS not in str(error):  # a repeat after a lost answer
                raise


def _quoted(id: str) -> str:
    return quote(id, safe="")


def _values(found: Any) -> list[Any]:
    """PHP writes an empty map as a list."""
    return list(found.values()) if isinstance(found, dict) else list(found)


def _bot(found: Any) -> Bot:
    return Bot(
        id=found["id"],
        name=found["name"],
        url=found["url"],
        state=found["state"],
        features=found["features"],
        errors=found["error_count"],
        last_error=found.get("last_error_message") or "",
    )


def _folder(found: Any) -> TeamFolder:
    groups = {group: int(rights) for group, rights in dict(found["groups"] or {}).items()}
    managers = frozenset(manager["id"] for manager in found.get("manage") or [] if manager["type"] == "group")
    return TeamFolder(int(found["id"]), found["mount_point"], groups, bool(found["acl"]), managers)
