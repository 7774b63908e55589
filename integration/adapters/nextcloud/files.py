"""Nextcloud's files as storage: one folder of the service account, usually a group folder."""

from __future__ import annotations

import base64
import builtins
import hashlib
import hmac
import re
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from integration.adapters.nextcloud.client import Client
from integration.adapters.nextcloud.errors import NextcloudError
from integration.errors import DeliveryError
from integration.ports import StoredFile

if TYPE_CHECKING:
    from integration.adapters.nextcloud.cloud import Cloud

LINK = 3
READ = 1
LABEL = "Hadir"
_SHARES = "/ocs/v1.php/apps/files_sharing/api/v1/shares"
_LONGEST_NAME_BYTES = 250
# What Nextcloud itself reserves, in any spelling.
_RESERVED_NAMES = frozenset({".htaccess"})
_RESERVED_ENDINGS = (".part", ".filepart")
_FORBIDDEN = re.compile(r"[\x00-\x1f\x7f\\]")


class Link(str):
    """The address of a shared file; `password` opens it, and shows up in no representation of the link."""

    __slots__ = ("password",)
    password: str

    def __new__(cls, url: str, password: str) -> Link:
        link = super().__new__(cls, url)
        link.password = password
        return link


class NextcloudStorage:
    """Files under `folder` (empty: the account's root), which is made when it is first written to.

    `key` (16 bytes or more) makes the passwords of links: the same file has the same password, so that a repeat of
    `share` shuts nobody out. `clock` gives the time of change that a file shows.
    """

    name = "nextcloud"

    def __init__(self, client: Client, folder: str, *, key: bytes, clock: Callable[[], datetime]) -> None:
        self._client = client
        self._folder = _names(folder) if folder else []
        self._key = key
        self._clock = clock

    def put(self, path: str, content: bytes, media_type: str) -> StoredFile:
        """Write the file in one call where its folder exists. Nextcloud shows the type that the name's ending says."""
        target = self._inside(path)
        modified = self._clock().astimezone(UTC).replace(microsecond=0)
        write = partial(_upload, target, content, media_type, modified)
        try:
            self._client.call(write)
        except NextcloudError as error:
            if error.status not in (404, 409):  # so it says when the folder is missing
                raise
            self._make_folders(target)
            self._client.call(write)
        return StoredFile(path, len(content), modified)

    def get(self, path: str) -> bytes:
        target = self._inside(path)
        return self._client.call(lambda cloud: cloud.download(target))

    def list(self, folder: str) -> Sequence[StoredFile]:
        """The files directly in `folder`, by name; a folder that does not exist is empty."""
        target = self._inside(folder) if folder else "/".join(self._folder)
        try:
            nodes = self._client.call(lambda cloud: cloud.files.listdir(target))
        except NextcloudError as error:
            if error.status == 404:
                return []
            raise
        prefix = f"{folder}/" if folder else ""
        files = [_stored(prefix, node) for node in nodes if not node.is_dir]
        return sorted(files, key=lambda file: file.path)

    def share(self, path: str, *, expires: datetime | None = None) -> Link:
        """The link of ours for this file, with its password; a repeat gives the same link with the new last day.

        Nextcloud ends a link at a midnight: it is the first one not before `expires`, in the server's own zone.
        """
        target = "/" + self._inside(path)
        password = self._password(target)
        wishes = {"password": password, "permissions": READ, "label": LABEL, "expireDate": _last_day(expires)}
        return Link(str(self._client.call(partial(_share, target, wishes))["url"]), password)

    def delete(self, path: str) -> None:
        """Move the file to Nextcloud's bin. A folder is left alone: with it would go all that it holds."""
        target = self._inside(path)
        try:
            node = self._client.call(lambda cloud: cloud.files.by_path(target))
        except NextcloudError as error:
            if error.status == 404:
                return
            raise
        if node is None or node.is_dir:
            raise NextcloudError(f"{path}: that is a folder, not a file", permanent=True)
        self._client.call(lambda cloud: cloud.files.delete(target, not_fail=True))

    # ------------------------------------------------------------ helpers

    def _make_folders(self, target: str) -> None:
        # A group folder that is new has to be seen once; else MKCOL would make a private folder of its name.
        self._client.call(lambda cloud: cloud.files.listdir(""))
        names = target.split("/")[:-1]
        for depth in range(1, len(names) + 1):
            self._make_folder("/".join(names[:depth]))

    def _make_folder(self, path: str) -> None:
        try:
            self._client.call(lambda cloud: cloud.files.mkdir(path))
        except NextcloudError as error:
            if error.status != 405:  # it is there already, or somebody was quicker
                raise

    def _inside(self, path: str) -> str:
        return "/".join((*self._folder, *_names(path)))

    def _password(self, target: str) -> str:
        """Sixteen characters that nobody guesses, and the kinds of characters that password rules ask for."""
        secret = base64.b32encode(hmac.digest(self._key, target.encode(), hashlib.sha256)).decode().lower()
        return "-".join(("H7", secret[0:4], secret[4:8], secret[8:12], secret[12:16]))


# ---------------------------------------------------------------- what runs in the loop; each may run twice


async def _upload(target: str, content: bytes, media_type: str, modified: datetime, cloud: Cloud) -> None:
    await cloud.upload(target, content, media_type, modified)


async def _share(target: str, wishes: dict[str, Any], cloud: Cloud) -> dict[str, Any]:
    """Change our link or make one. In the body, not in the address: there the password would be logged on the way."""
    shares = await cloud.ocs("GET", _SHARES, params={"path": target})
    ours = next((share for share in shares if share["share_type"] == LINK and share["label"] == LABEL), None)
    if ours is None:
        return dict(await cloud.ocs("POST", _SHARES, json={"path": target, "shareType": LINK, **wishes}))
    if not wishes["expireDate"] and await _ends_always(cloud):
        wishes = {name: wish for name, wish in wishes.items() if name != "expireDate"}
    return dict(await cloud.ocs("PUT", f"{_SHARES}/{ours['id']}", json=wishes))


async def _ends_always(cloud: Cloud) -> bool:
    """Whether this server wants a last day for every link; it then gave the link one when it was made."""
    public = (await cloud.capabilities)["files_sharing"]["public"]
    return bool(public["expire_date"].get("enforced"))


# ---------------------------------------------------------------- names and days


def _names(path: str) -> builtins.list[str]:
    """The names in `path`; raises `DeliveryError` (permanent) for one that is not safe, or not Nextcloud's to hold."""
    names = path.split("/")
    if not all(map(_is_name, names)):
        raise DeliveryError(f"{path!r} is not a path inside the storage", permanent=True)
    return names


def _is_name(name: str) -> bool:
    try:
        fits = 0 < len(name.encode()) <= _LONGEST_NAME_BYTES
    except UnicodeEncodeError:
        return False
    small = name.lower()
    reserved = small in _RESERVED_NAMES or small.endswith(_RESERVED_ENDINGS)
    return fits and name not in (".", "..") and not reserved and not _FORBIDDEN.search(name)


def _last_day(expires: datetime | None) -> str:
    """The day with whose first moment the link ends; "" for a link without end (as far as the server allows one)."""
    if expires is None:
        return ""
    midnight = expires.time() == time()
    day: date = expires.date() if midnight else expires.date() + timedelta(days=1)
    return day.isoformat()


def _stored(prefix: str, node: Any) -> StoredFile:
    return StoredFile(prefix + node.name, node.info.size, node.info.last_modified.astimezone(UTC))
