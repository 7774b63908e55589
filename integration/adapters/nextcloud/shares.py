"""With whom Nextcloud shares our files: one link of ours for each, and accounts kept in step with a list."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from integration.adapters.nextcloud.client import Client
from integration.adapters.nextcloud.errors import NextcloudError
from integration.ports import Link

if TYPE_CHECKING:
    from integration.adapters.nextcloud.cloud import Cloud

USER, GROUP, PUBLIC = 0, 1, 3
READ, EDIT_FILE, EDIT_FOLDER = 1, 1 | 2, 1 | 2 | 4 | 8
LABEL = "Hadir"
_GROUP = "group:"


def link(client: Client, target: str, password: Callable[[str], str], expires: datetime | None) -> Link:
    """Our link, made or changed; `password` gives the one for a share's id, so that a link which was ended opens no more
    with what its readers know.
    """
    wishes = {"permissions": READ, "label": LABEL, "expireDate": _last_day(expires)}
    share = client.call(partial(_link, target, password, wishes))
    return Link(str(share["url"]), password(str(share["id"])))


def end_link(client: Client, target: str) -> None:
    """End our link; the links that people made stay."""
    found = _ours(client.call(partial(_shares, target)))
    if found is not None:
        _remove(client, found["id"])


def grant(client: Client, target: str, rights: Mapping[str, int]) -> None:
    """Make these accounts (`group:<id>` for a group) the ones with whom we share it, each with its permissions. What
    was done stays done when Nextcloud asks for patience; raises `NextcloudError` (permanent) for accounts that it does not
    know, after the others.
    """
    wanted = {_key(account): permissions for account, permissions in rights.items()}
    shares = client.call(partial(_shares, target))
    given = {(share["share_type"], share["share_with"]): share for share in shares if share["share_type"] in (USER, GROUP)}
    for key, share in given.items():
        if key not in wanted:
            _remove(client, share["id"])
        elif share["permissions"] & ~_RESHARE != wanted[key]:
            client.call(partial(_change, share["id"], wanted[key]))
    missing = sorted(wanted.keys() - given.keys())
    unknown = [who for kind, who in missing if not _add(client, target, kind, who, wanted[kind, who])]
    if unknown:
        raise NextcloudError(f"Nextcloud cannot share with {', '.join(unknown)}: no such account", permanent=True)


_RESHARE = 16


def _key(account: str) -> tuple[int, str]:
    return (GROUP, account.removeprefix(_GROUP)) if account.startswith(_GROUP) else (USER, account)


def _add(client: Client, target: str, kind: int, who: str, permissions: int) -> bool:
    """False if there is no such account. Whoever has it already, our own account too, is no error."""
    try:
        client.call(partial(_share_with, target, kind, who, permissions))
    except NextcloudError as error:
        if error.status == 404:
            return False
        if error.status != 403:  # "already shared with", "cannot share with yourself"
            raise
    return True


def _remove(client: Client, share_id: object) -> None:
    try:
        client.call(partial(_end, share_id))
    except NextcloudError as error:
        if error.status != 404:
            raise


# ---------------------------------------------------------------- what runs in the loop; each may run twice


async def _shares(target: str, cloud: Cloud) -> list[dict[str, Any]]:
    return [dict(share) for share in await cloud.shares("GET", params={"path": target})]


async def _end(share_id: object, cloud: Cloud) -> None:
    await cloud.shares("DELETE", f"/{share_id}")


async def _change(share_id: object, permissions: int, cloud: Cloud) -> None:
    await cloud.shares("PUT", f"/{share_id}", json={"permissions": permissions})


async def _share_with(target: str, kind: int, who: str, permissions: int, cloud: Cloud) -> None:
    """Without the server's own mail: whoever asked for it tells people; a meeting's folder would be a mail to everybody."""
    about = {"shareType": kind, "shareWith": who, "permissions": permissions, "sendMail": "false"}
    await cloud.shares("POST", json={"path": target, **about})


async def _link(target: str, password: Callable[[str], str], wishes: dict[str, Any], cloud: Cloud) -> dict[str, Any]:
    """In the body, not in the address: there a password would be logged. Only what was made has an id, so it is made under
    a password that nobody knows.
    """
    ours = _ours(await _shares(target, cloud))
    if ours is None:
        unknown = {"password": password(secrets.token_hex())}
        ours = await cloud.shares("POST", json={"path": target, "shareType": PUBLIC, **wishes, **unknown})
    wishes = {**wishes, "password": password(str(ours["id"]))}
    if not wishes["expireDate"] and await _ends_always(cloud):
        wishes = {name: wish for name, wish in wishes.items() if name != "expireDate"}
    return dict(await cloud.shares("PUT", f"/{ours['id']}", json=wishes))


async def _ends_always(cloud: Cloud) -> bool:
    """Whether this server wants a last day for every link; it then gave the link one when it was made."""
    public = (await cloud.capabilities)["files_sharing"]["public"]
    return bool(public["expire_date"].get("enforced"))


def _ours(shares: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    return next((share for share in shares if share["share_type"] == PUBLIC and share["label"] == LABEL), None)


def _last_day(expires: datetime | None) -> str:
    """The day with whose first moment the link ends; "" for a link without end (as far as the server allows one)."""
    if expires is None:
        return ""
    midnight = expires.time() == time()
    day: date = expires.date() if midnight else expires.date() + timedelta(days=1)
    return day.isoformat()


def link_password(key: bytes, target: str, share: str) -> str:
    """Sixteen characters that nobody guesses, and the kinds of characters that password rules ask for."""
    secret = base64.b32encode(hmac.digest(key, f"{target}\0{share}".encode(), hashlib.sha256)).decode().lower()
    return "-".join(("H7", secret[0:4], secret[4:8], secret[8:12], secret[12:16]))
