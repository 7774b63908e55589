"""What the service account sees of team folders while they are being set up."""

from __future__ import annotations

import re
from collections.abc import Collection

from integration.adapters.nextcloud.client import Client
from integration.adapters.nextcloud.errors import NextcloudError


def look(service: Client, path: str) -> bool:
    """Whether there is something at `path`."""
    return _names(service, path, 0) is not None


def make_folder(service: Client, path: str) -> None:
    """Make one folder; harmless if it is there."""
    try:
        service.call(lambda cloud: cloud.make_folder(path))
    except NextcloudError as error:
        if error.status != 405:
            raise


def gather(service: Client, path: str, others: Collection[str]) -> list[str]:
    """Move into the team folder at `path` what Nextcloud has put aside for it, as `<path> (1)`; the paths put aside.

    What has its equal in the team folder stays where it is. `others` are the paths that belong to something else.
    """
    _names(service, "", 1)  # a folder that was mounted just now shows after a look at the root
    parent, _, name = path.rpartition("/")
    aside = re.compile(re.escape(name) + r" \(\d\)")
    found = [f"{parent}/{each}" for each in _names(service, parent, 1) or [] if aside.fullmatch(each)]
    return [each for each in found if each not in others and _moved(service, each, path)]


def _moved(service: Client, old: str, new: str) -> bool:
    names = _names(service, old, 1) or []
    left = [name for name in names if not _move(service, f"{old}/{name}", f"{new}/{name}")]
    if not left:
        service.call(lambda cloud: cloud.remove(old))
    return len(left) < len(names) or not left


def _move(service: Client, path: str, to: str) -> bool:
    try:
        service.call(lambda cloud: cloud.move(path, to))
    except NextcloudError as error:
        if error.status != 412:
            raise
        return False
    return True


def _names(service: Client, path: str, depth: int) -> list[str] | None:
    """The names in a folder, without its own; None if it is not there."""
    try:
        nodes = service.call(lambda cloud: cloud.look(path, depth))
    except NextcloudError as error:
        if error.status != 404:
            raise
        return None
    return [node.path.rpartition("/")[2] for node in nodes if node.path != path]
