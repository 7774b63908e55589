"""The folders that a file lies in: which names they may have, and how they come to be there."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from integration.adapters.nextcloud.client import Client
from integration.adapters.nextcloud.errors import NextcloudError
from integration.errors import DeliveryError
from integration.safe_names import names_in

# What Nextcloud itself reserves, in any spelling.
_RESERVED_NAMES = frozenset({".htaccess"})
_RESERVED_ENDINGS = (".part", ".filepart")

T = TypeVar("T")


def names_inside(path: str) -> list[str]:
    """The names in `path`; raises `DeliveryError` (permanent) for one that is not safe, or not Nextcloud's to hold."""
    names = names_in(path)
    if any(name.lower() in _RESERVED_NAMES or name.lower().endswith(_RESERVED_ENDINGS) for name in names):
        raise DeliveryError(f"{path!r} is not a path inside the storage: Nextcloud keeps that name for itself", permanent=True)
    return names


def with_folders(client: Client, target: str, act: Callable[[], T]) -> T:
    """Most folders are there: they are made when Nextcloud says that one is missing."""
    try:
        return act()
    except NextcloudError as error:
        if error.status not in (404, 409):  # so it says when the folder is missing
            raise
    make_folders(client, target)
    return act()


def make_folders(client: Client, target: str) -> None:
    # A group folder that is new has to be seen once; else MKCOL would make a private folder of its name.
    client.call(lambda cloud: cloud.look("", 1))
    names = target.split("/")[:-1]
    for depth in range(1, len(names) + 1):
        _make_folder(client, "/".join(names[:depth]))


def _make_folder(client: Client, path: str) -> None:
    try:
        client.call(lambda cloud: cloud.make_folder(path))
    except NextcloudError as error:
        if error.status != 405:  # it is there already, or somebody was quicker
            raise
